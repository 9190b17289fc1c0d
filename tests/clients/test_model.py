"""Walks the whole model of Lambda that botocore has against `lambench serve`: each operation is known, or answered 501
by its name; each member of a known one makes a difference, or is refused by its name. docs/sandbox-api.md must say what
the walk finds (LAMBENCH_WRITE_DOCS=1 writes it).
"""

import http.client
import json
import os
import time
import unittest

from support import ROLE, ROOT, Sandbox, install_python_clients, package

PAGE = ROOT / "docs/sandbox-api.md"
WRITE = os.environ.get("LAMBENCH_WRITE_DOCS")
BEGIN, END = "<!-- what the walk finds -->\n", "<!-- end -->\n"

ZIP = package(a="x = 1\n")
OTHER_ZIP = package(a="x = 2\n")
ARN = "arn:aws:lambda:us-east-1:000000000000"
F = {"FunctionName": "walk"}
ALIAS = F | {"Name": "live"}
LAYER = {"LayerName": "walk-layer"}
PAGES = {"Marker": "x", "MaxItems": 0}
LAYER_PAGES = PAGES | {"CompatibleRuntime": "none", "CompatibleArchitecture": "none"}
CODE = {"ZipFile": OTHER_ZIP, "S3Bucket": "b", "S3Key": "k"}
SETTINGS = {
    "Role": ROLE + "2",
    "Handler": "other",
    "Runtime": "python9",
    "Description": "d",
    "Timeout": 9,
    "MemorySize": 256,
    "Environment.Variables": {"KEY": "value"},
    "TracingConfig.Mode": "Active",
    "Layers": [ARN + ":layer:walk-layer:1"],
    "EphemeralStorage.Size": 600,
    "SnapStart.ApplyOn": "PublishedVersions",
    "LoggingConfig.LogFormat": "JSON",
    "LoggingConfig.ApplicationLogLevel": "DEBUG",
    "LoggingConfig.SystemLogLevel": "WARN",
    "LoggingConfig.LogGroup": "/other",
}
CREATE = {"FunctionName": "walk-new", "Runtime": "python3", "Role": ROLE, "Handler": "a.b"}
INVOKE = {"InvocationType": "Event", "LogType": "x", "ClientContext": "x", "Qualifier": "nope", "Payload": b"no json"}

# Operation -> a request that is answered, and for each member a value that makes a difference.
KNOWN = {
    "CreateFunction": (
        CREATE | {"Code": {"ZipFile": ZIP}},
        SETTINGS
        | {f"Code.{name}": value for name, value in CODE.items()}
        | {"FunctionName": "walk", "Publish": True, "PackageType": "Image", "Tags": {"aws:x": "y"}}
        | {"Architectures": ["nope"]},
    ),
    "UpdateFunctionConfiguration": (F, SETTINGS | {"RevisionId": "stale"}),
    "UpdateFunctionCode": (
        F | {"ZipFile": ZIP},
        CODE | {"Architectures": ["nope"], "Publish": True, "DryRun": True, "RevisionId": "stale"},
    ),
    "PublishVersion": (F, {"CodeSha256": "x", "Description": None, "RevisionId": "stale"}),
    "GetFunction": (F, {"Qualifier": "1"}),
    "GetFunctionConfiguration": (F, {"Qualifier": "1"}),
    "DeleteFunction": (F, {"Qualifier": "$LATEST"}),
    "ListFunctions": ({}, PAGES | {"FunctionVersion": "ALL"}),
    "ListVersionsByFunction": (F, PAGES),
    "CreateAlias": (
        F | {"Name": "new", "FunctionVersion": "1"},
        {"Name": "other", "FunctionVersion": "$LATEST", "Description": "d"},
    ),
    "UpdateAlias": (ALIAS, {"FunctionVersion": "$LATEST", "Description": "d", "RevisionId": "stale"}),
    "GetAlias": (ALIAS, {}),
    "DeleteAlias": (ALIAS, {}),
    "ListAliases": (F, PAGES | {"FunctionVersion": "$LATEST"}),
    "Invoke": (F | {"InvocationType": "DryRun"}, INVOKE),
    "InvokeWithResponseStream": (F | {"InvocationType": "DryRun"}, INVOKE),
    "PublishLayerVersion": (
        LAYER | {"Content": {"ZipFile": ZIP}},
        {f"Content.{name}": value for name, value in CODE.items()}
        | {"Description": "d", "CompatibleRuntimes": ["a"], "CompatibleArchitectures": ["b"], "LicenseInfo": "c"},
    ),
    "GetLayerVersion": (LAYER | {"VersionNumber": 1}, {}),
    "GetLayerVersionByArn": ({"Arn": ARN + ":layer:walk-layer:1"}, {"Arn": ARN + ":layer:walk-layer:9999"}),
    "DeleteLayerVersion": (LAYER | {"VersionNumber": 9999}, {}),
    "ListLayers": ({}, LAYER_PAGES),
    "ListLayerVersions": (LAYER, LAYER_PAGES),
    "ListTags": ({"Resource": ARN + ":function:walk"}, {}),
    "TagResource": ({"Resource": ARN + ":function:walk", "Tags": {"a": "b"}}, {"Tags": {"aws:x": "y"}}),
    "UntagResource": ({"Resource": ARN + ":function:walk", "TagKeys": ["a"]}, {"TagKeys": None}),
    "GetAccountSettings": ({}, {}),
    "GetRuntimeManagementConfig": (F, {"Qualifier": "nope"}),
    "GetPolicy": (F, {"Qualifier": "nope"}),
    "GetFunctionCodeSigningConfig": (F, {}),
    "GetFunctionConcurrency": (F, {}),
    "GetFunctionEventInvokeConfig": (F, {"Qualifier": "nope"}),
    "ListFunctionEventInvokeConfigs": (F, PAGES),
    "GetFunctionUrlConfig": (F, {"Qualifier": "nope"}),
    "ListFunctionUrlConfigs": (F, PAGES),
    "GetProvisionedConcurrencyConfig": (F | {"Qualifier": "1"}, {"Qualifier": "nope"}),
    "ListProvisionedConcurrencyConfigs": (F, PAGES),
    "ListEventSourceMappings": ({}, PAGES | {"EventSourceArn": None, "FunctionName": None}),
}
# No difference can be seen in the answer: what it does is another test's, or there is nothing to choose from.
UNSEEN = {
    "PublishVersion.Description",
    "UntagResource.TagKeys",
    "ListEventSourceMappings.EventSourceArn",
    "ListEventSourceMappings.FunctionName",
}
# Differ from one call to the next.
VOLATILE = {"RevisionId", "LastModified", "CreatedDate", "LayerVersionArn", "Location", "ResponseMetadata", "CodeSize"}

sandbox = None


def setUpModule():
    global sandbox
    install_python_clients()
    sandbox = Sandbox()


def tearDownModule():
    if sandbox:
        sandbox.stop()


def plain(value):
    """An answer without what differs from call to call."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in VOLATILE}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if hasattr(value, "read"):
        return value.read().decode()
    return [plain(event) for event in value]


def sample(shape):
    """A value of the shape that asks for something."""
    kind = shape.type_name
    if kind == "structure":
        return {name: sample(member) for name, member in shape.members.items()}
    if kind == "list":
        return [sample(shape.member)]
    if kind == "map":
        return {"1": sample(shape.value)}
    if kind == "string":
        return shape.enum[0] if getattr(shape, "enum", None) else "x"
    return {"boolean": True, "blob": b"x", "timestamp": 1}.get(kind, 1)


class Model(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        from botocore.config import Config

        self.client = sandbox.client(config=Config(parameter_validation=False, retries={"total_max_attempts": 1}))
        self.untouched = False
        self.model = self.client.meta.service_model
        self.send("PublishLayerVersion", LAYER | {"Content": {"ZipFile": ZIP}})

    def send(self, operation, request):
        """Error code and message, or what was answered."""
        from botocore.exceptions import ClientError

        try:
            return "", plain(self.client._make_api_call(operation, request))
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["Error"]["Message"]

    def fresh(self, operation, request):
        """What a function that is always the same answers to it."""
        if not self.untouched:
            self.make()
        code, answer = self.send(operation, request)
        # What was refused or is only read changes nothing.
        self.untouched = bool(code) or operation.startswith(("Get", "List", "Invoke"))
        if operation == "PublishLayerVersion" and not code:
            # Each has a number of its own.
            del answer["Version"]
        return code, answer

    def make(self):
        for name in ("walk", "walk-new"):
            self.send("DeleteFunction", {"FunctionName": name})
        created = self.send("CreateFunction", CREATE | F | {"Code": {"ZipFile": ZIP}, "Publish": True})
        self.assertEqual(created[0], "", created[1])
        while self.send("GetFunctionConfiguration", F)[1]["State"] != "Active":
            time.sleep(0.005)
        self.send("CreateAlias", ALIAS | {"FunctionVersion": "1"})

    def outcome(self, operation, path, value):
        base, _ = KNOWN[operation]
        outer, _, inner = path.partition(".")
        if inner:
            value = base.get(outer, {}) | {inner: value}
        return self.fresh(operation, base | {outer: value})

    def test_every_operation_and_every_member_is_heeded_or_refused_by_name(self):
        rows, unknown = [], []
        for operation in sorted(self.model.operation_names):
            if operation in KNOWN:
                with self.subTest(operation):
                    rows.append((operation, *self.walk(operation)))
                continue
            unknown.append(operation)
            shape = self.model.operation_model(operation).input_shape
            members = shape.members.items() if shape else ()
            request = {name: "x" for name, member in members if member.serialization.get("location") == "uri"}
            with self.subTest(operation):
                expected = ("NotImplementedException", f"lambench's sandbox does not know {operation}")
                self.assertEqual(self.send(operation, request), expected)
        self.assertLessEqual(set(KNOWN), set(self.model.operation_names))
        self.check_page(rows, unknown)

    def walk(self, operation):
        """Members that are heeded and those that are refused."""
        base, different = KNOWN[operation]
        usual = self.fresh(operation, base)
        self.assertEqual(usual, self.fresh(operation, base), "the same request is answered the same")
        self.assertNotIn(usual[0], ("ValidationException", "InvalidParameterValueException"), usual)
        heeded, refused = [], []
        shape = self.model.operation_model(operation).input_shape
        for name, member in (shape.members if shape else {}).items():
            if member.serialization.get("location") == "uri":
                heeded.append(name)
                continue
            parts = [(name, member)]
            if any(key.startswith(f"{name}.") for key in different):
                parts = [(f"{name}.{inner}", part) for inner, part in member.members.items()]
            for path, part in parts:
                with self.subTest(f"{operation}.{path}"):
                    if path in different:
                        heeded.append(path)
                        if f"{operation}.{path}" not in UNSEEN:
                            self.assertNotEqual(self.outcome(operation, path, different[path]), usual)
                        continue
                    if part.type_name == "structure" and not part.members:
                        continue
                    code, message = self.outcome(operation, path, sample(part))
                    self.assertEqual(code, "InvalidParameterValueException", message)
                    self.assertTrue(message.startswith(f"{path} has no counterpart"), message)
                    refused.append(path)
        return heeded, refused

    def check_page(self, rows, unknown):
        def code(names):
            return ", ".join(f"`{name}`" for name in names) or "-"

        lines = ["| Operation | Heeds | Refuses |", "|---|---|---|"]
        lines += [f"| `{operation}` | {code(heeded)} | {code(refused)} |" for operation, heeded, refused in rows]
        lines += ["", f"Answered with 501: {code(unknown)}.", ""]
        found = "\n".join(lines)
        page = PAGE.read_text()
        before, _, rest = page.partition(BEGIN)
        written, _, after = rest.partition(END)
        if WRITE:
            PAGE.write_text(before + BEGIN + found + END + after)
        else:
            self.assertEqual(written, found, "docs/sandbox-api.md is not what the sandbox does")

    def ask(self, method, path, body="", headers=None):
        """Status and body, as no SDK would ask."""
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=30)
        self.addCleanup(connection.close)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    def test_what_no_model_has_is_refused_too(self):
        self.fresh("GetFunction", F)
        for method, path, body, named in (
            ("PUT", "/2015-03-31/functions/walk/configuration", {"Novelty": {"On": True}}, "Novelty"),
            ("PUT", "/2015-03-31/functions/walk/configuration", {"Environment": {"Novelty": 1}}, "Environment.Novelty"),
            ("GET", "/2015-03-31/functions/walk?Novelty=1", None, "Novelty"),
        ):
            status, text = self.ask(method, path, json.dumps(body) if body else "")
            self.assertEqual(status, 400, text)
            self.assertTrue(json.loads(text)["message"].startswith(f"{named} has no counterpart"), text)
        status, text = self.ask("PUT", "/2015-03-31/functions/walk/configuration", '{"VpcConfig": {"SubnetIds": []}}')
        self.assertEqual(status, 200, "what asks for nothing is no reason to refuse")

    def test_what_clients_do_on_the_wire(self):
        self.fresh("GetFunction", F)
        self.assertEqual(self.ask("GET", "/2015-03-31/functions/")[0], 200, "a slash at the end")
        arn = (ARN + ":function:walk:1").replace(":", "%3A")
        self.assertEqual(self.ask("GET", f"/2015-03-31/functions/{arn}/configuration")[0], 200)
        self.assertEqual(self.ask("HEAD", "/2015-03-31/functions/walk"), (501, ""))
        invoke, dry = "/2015-03-31/functions/walk/invocations", {"X-Amz-Invocation-Type": "DryRun"}
        self.assertEqual(self.ask("POST", invoke, iter([b'{"a":', b"1}"]), dry), (204, ""), "in chunks")
        self.assertEqual(self.ask("POST", invoke, iter([b'{"a":', b"1"]), dry)[0], 400, "in chunks, broken")
        status, text = self.ask("POST", invoke, b"\x1f\x8b", dry | {"Content-Encoding": "gzip"})
        self.assertEqual(status, 415, text)
        self.assertIn("gzip", text)
        status, _ = self.ask("POST", invoke, "{}", dry | {"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"})
        self.assertEqual(status, 204)
        connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=30)
        self.addCleanup(connection.close)
        for _ in range(300):
            connection.request("GET", "/2015-03-31/functions/nobody")
            answer = connection.getresponse()
            answer.read()
            self.assertEqual((answer.status, answer.will_close), (404, False), "the connection is kept")
        with connection.sock.dup() as other:
            other.sendall(
                b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Amz-Invocation-Type: DryRun\r\n"
                b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n" % (invoke.encode(), sandbox.port)
            )
            self.assertTrue(other.recv(1000).startswith(b"HTTP/1.1 100 "))
            other.sendall(b"{}")
            self.assertTrue(other.recv(1000).startswith(b"HTTP/1.1 204 "))


if __name__ == "__main__":
    unittest.main()
