"""Drives `lambench serve` with boto3 and the aws CLI, from PyPI."""

import base64
import contextlib
import hashlib
import io
import json
import os
import socket
import subprocess
import time
import unittest
import unittest.mock
import urllib.request
import zipfile

from support import PYTHON, ROLE, Sandbox, archive, install_python_clients, package

HANDLER = """
import os
served = 0
def handler(event, context):
    global served
    served += 1
    print("served", served)
    if event.get("fail"):
        raise ValueError("as asked")
    return {"event": event, "served": served, "memory": context.memory_limit_in_mb, "version": context.function_version}
"""

sandbox = None


def setUpModule():
    global sandbox
    install_python_clients()
    sandbox = Sandbox()


def tearDownModule():
    if sandbox:
        sandbox.stop()


class Boto3(unittest.TestCase):
    def setUp(self):
        self.client = sandbox.client()
        self.name = f"boto3-{self._testMethodName.replace('_', '-')}"[:64]

    def create(self, **more):
        asked = {
            "FunctionName": self.name,
            "Runtime": "python3",
            "Role": ROLE,
            "Handler": "lambda_function.handler",
            "Code": {"ZipFile": package(lambda_function=HANDLER)},
        }
        created = self.client.create_function(**asked | more)
        self.addCleanup(self.delete)
        self.client.get_waiter("function_active_v2").wait(FunctionName=self.name)
        return created

    def delete(self):
        try:
            self.client.delete_function(FunctionName=self.name)
        except self.client.exceptions.ResourceNotFoundException:
            pass

    def call(self, event=None, **more):
        answer = self.client.invoke(
            FunctionName=self.name, LogType="Tail", Payload=json.dumps(event or {}), **more
        )
        return answer, json.loads(answer["Payload"].read())

    def test_a_function_is_created_described_and_deleted(self):
        created = self.create(Description="a text", Timeout=9, MemorySize=256, Tags={"team": "red"})
        self.assertEqual(created["ResponseMetadata"]["HTTPStatusCode"], 201)
        self.assertEqual(created["State"], "Pending")
        found = self.client.get_function(FunctionName=created["FunctionArn"])
        configuration = found["Configuration"]
        self.assertEqual(configuration["State"], "Active")
        self.assertEqual((configuration["Timeout"], configuration["MemorySize"]), (9, 256))
        self.assertEqual(configuration["CodeSize"], len(package(lambda_function=HANDLER)))
        self.assertEqual(found["Tags"], {"team": "red"})
        fetched = urllib.request.urlopen(found["Code"]["Location"]).read()
        self.assertEqual(zipfile.ZipFile(io.BytesIO(fetched)).namelist(), ["lambda_function.py"])
        short = self.client.get_function_configuration(FunctionName=self.name)
        self.assertEqual(short["RevisionId"], configuration["RevisionId"])
        self.delete()
        with self.assertRaises(self.client.exceptions.ResourceNotFoundException) as raised:
            self.client.get_function(FunctionName=self.name)
        self.assertIn("Function not found: arn:aws:lambda:us-east-1:", str(raised.exception))

    def test_invokes(self):
        self.create()
        answer, body = self.call({"a": "é"})
        self.assertEqual(body["event"], {"a": "é"})
        self.assertEqual(answer["ExecutedVersion"], "$LATEST")
        log = base64.b64decode(answer["LogResult"]).decode()
        request_id = answer["ResponseMetadata"]["RequestId"]
        for text in (f"START RequestId: {request_id}", "served 1", "REPORT RequestId: ", "Init Duration: "):
            self.assertIn(text, log)
        self.assertEqual(self.call()[1]["served"], 2)
        answer, body = self.call({"fail": True})
        self.assertEqual((answer["FunctionError"], body["errorType"]), ("Unhandled", "ValueError"))
        self.assertEqual(self.client.invoke(FunctionName=self.name, InvocationType="DryRun")["StatusCode"], 204)
        event = self.client.invoke(FunctionName=self.name, InvocationType="Event", Payload=b"{}")
        self.assertEqual(event["StatusCode"], 202)

    def test_updates_settle_and_force_cold_starts(self):
        self.create()
        self.assertEqual(self.call()[1]["served"], 1)
        updated = self.client.update_function_configuration(FunctionName=self.name, MemorySize=512)
        self.assertEqual(updated["LastUpdateStatus"], "InProgress")
        self.client.get_waiter("function_updated_v2").wait(FunctionName=self.name)
        _, body = self.call()
        self.assertEqual((body["served"], body["memory"]), (1, "512"))
        with self.assertRaises(self.client.exceptions.PreconditionFailedException):
            self.client.update_function_configuration(
                FunctionName=self.name, Timeout=5, RevisionId=updated["RevisionId"]
            )
        code = "def handler(event, context):\n    return 'new code'\n"
        self.client.update_function_code(FunctionName=self.name, ZipFile=package(lambda_function=code))
        self.client.get_waiter("function_updated_v2").wait(FunctionName=self.name)
        self.assertEqual(self.call()[1], "new code")

    def test_versions(self):
        self.create()
        version = self.client.publish_version(FunctionName=self.name, Description="first")
        self.assertEqual((version["Version"], version["Description"]), ("1", "first"))
        answer, body = self.call(Qualifier="1")
        self.assertEqual((answer["ExecutedVersion"], body["version"]), ("1", "1"))
        pages = self.client.get_paginator("list_versions_by_function").paginate(
            FunctionName=self.name, PaginationConfig={"PageSize": 1}
        )
        self.assertEqual([v["Version"] for page in pages for v in page["Versions"]], ["$LATEST", "1"])

    def test_aliases(self):
        self.create()
        self.client.publish_version(FunctionName=self.name)
        made = self.client.create_alias(FunctionName=self.name, Name="live", FunctionVersion="$LATEST")
        self.assertEqual(made["AliasArn"].rpartition(":")[2], "live")
        self.client.create_alias(FunctionName=self.name, Name="beta", FunctionVersion="1")
        with self.assertRaises(self.client.exceptions.ResourceConflictException):
            self.client.create_alias(FunctionName=self.name, Name="beta", FunctionVersion="1")
        with self.assertRaises(self.client.exceptions.PreconditionFailedException):
            self.client.update_alias(FunctionName=self.name, Name="live", FunctionVersion="1", RevisionId="another")
        self.client.update_alias(
            FunctionName=self.name, Name="live", FunctionVersion="1", RevisionId=made["RevisionId"]
        )
        self.assertEqual(self.client.get_alias(FunctionName=self.name, Name="live")["FunctionVersion"], "1")
        for qualified in ({"Qualifier": "live"}, {"FunctionName": f"{self.name}:live"}, {"FunctionName": made["AliasArn"]}):
            answer = self.client.invoke(**{"FunctionName": self.name, "Payload": b"{}"} | qualified)
            self.assertEqual(answer["ExecutedVersion"], "1")
        pages = self.client.get_paginator("list_aliases").paginate(
            FunctionName=self.name, PaginationConfig={"PageSize": 1}
        )
        self.assertEqual([[a["Name"] for a in page["Aliases"]] for page in pages], [["beta"], ["live"]])
        with self.assertRaises(self.client.exceptions.ResourceConflictException):
            self.client.delete_function(FunctionName=self.name, Qualifier="1")
        for alias in ("beta", "live"):
            self.client.delete_alias(FunctionName=self.name, Name=alias)
        self.assertEqual(self.client.list_aliases(FunctionName=self.name)["Aliases"], [])
        self.client.delete_function(FunctionName=self.name, Qualifier="1")
        with self.assertRaises(self.client.exceptions.ResourceNotFoundException):
            self.client.get_function_configuration(FunctionName=self.name, Qualifier="1")

    def test_what_deployment_tools_rely_on(self):
        zip_file = package(lambda_function=HANDLER)
        sha256 = base64.b64encode(hashlib.sha256(zip_file).digest()).decode()
        created = self.create(Publish=True)
        self.assertEqual((created["Version"], created["CodeSha256"]), ("1", sha256))
        self.client.get_waiter("function_exists").wait(FunctionName=self.name)
        self.client.get_waiter("published_version_active").wait(FunctionName=self.name, Qualifier="1")
        location = self.client.get_function(FunctionName=self.name)["Code"]["Location"]
        self.assertEqual(urllib.request.urlopen(location).read(), zip_file)
        other = package(lambda_function="def handler(event, context):\n    return 2\n")
        tried = self.client.update_function_code(FunctionName=self.name, ZipFile=other, DryRun=True)
        self.assertNotEqual(tried["CodeSha256"], sha256)
        self.assertEqual(self.client.get_function_configuration(FunctionName=self.name)["CodeSha256"], sha256)
        with self.assertRaises(self.client.exceptions.InvalidParameterValueException):
            self.client.publish_version(FunctionName=self.name, CodeSha256=tried["CodeSha256"])
        updated = self.client.update_function_code(FunctionName=self.name, ZipFile=other, Publish=True)
        self.assertEqual((updated["Version"], updated["CodeSha256"]), ("2", tried["CodeSha256"]))
        self.client.get_waiter("function_updated").wait(FunctionName=self.name)
        self.assertEqual(self.call(Qualifier="2")[1], 2)
        self.assertEqual(self.call(Qualifier="1")[1]["version"], "1")

    def test_client_context(self):
        code = "def handler(event, context):\n    return context.client_context.custom\n"
        self.create()
        self.client.update_function_code(FunctionName=self.name, ZipFile=package(lambda_function=code))
        self.client.get_waiter("function_updated_v2").wait(FunctionName=self.name)
        context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
        self.assertEqual(self.call(ClientContext=context)[1], {"a": "b"})

    def test_streamed_invokes(self):
        self.create()
        answer = self.client.invoke_with_response_stream(
            FunctionName=self.name, LogType="Tail", Payload=json.dumps({"long": "x" * 200_000})
        )
        self.assertEqual(answer["ExecutedVersion"], "$LATEST")
        events = list(answer["EventStream"])
        body = b"".join(e["PayloadChunk"]["Payload"] for e in events if "PayloadChunk" in e)
        self.assertEqual(json.loads(body)["event"], {"long": "x" * 200_000})
        self.assertIn("REPORT", base64.b64decode(events[-1]["InvokeComplete"]["LogResult"]).decode())
        answer = self.client.invoke_with_response_stream(FunctionName=self.name, Payload=b'{"fail": 1}')
        (end,) = (event["InvokeComplete"] for event in answer["EventStream"])
        self.assertEqual((end["ErrorCode"], json.loads(end["ErrorDetails"])["errorType"]), ("Unhandled", "ValueError"))

    def stream(self, body, **more):
        """Creates a Node function that streams, and gives its events as they come."""
        source = "exports.handler = awslambda.streamifyResponse(async (event, stream) => { %s });" % body
        code = {"ZipFile": archive({"index.js": source})}
        asked = {"Runtime": "nodejs", "Handler": "index.handler", "MemorySize": 1769, "Timeout": 60, "Code": code}
        self.create(**asked | more)
        answer = self.client.invoke_with_response_stream(FunctionName=self.name, LogType="Tail")
        self.assertEqual(answer["ResponseStreamContentType"], "application/vnd.amazon.eventstream")
        return iter(answer["EventStream"])

    def payload(self, events):
        return next(events)["PayloadChunk"]["Payload"]

    def end(self, events):
        *chunks, end = events
        return b"".join(chunk["PayloadChunk"]["Payload"] for chunk in chunks), end["InvokeComplete"]

    def test_chunks_come_before_the_handler_has_ended(self):
        gate = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(gate.close)
        gate.settimeout(30)
        # It waits for a byte between the two, which it gets once the first has been read.
        events = self.stream(
            "stream.write('first'); const gate = require('net').connect(%d, '127.0.0.1');"
            "await new Promise((go) => gate.once('data', go)); gate.destroy(); stream.write('second'); stream.end();"
            % gate.getsockname()[1]
        )
        self.assertEqual(self.payload(events), b"first")
        inside, _ = gate.accept()
        with inside:
            inside.sendall(b"!")
        body, end = self.end(events)
        self.assertEqual(body, b"second")
        self.assertNotIn("ErrorCode", end)
        self.assertIn("REPORT", base64.b64decode(end["LogResult"]).decode())

    def test_an_error_in_mid_stream_comes_after_what_was_sent(self):
        events = self.stream("stream.write('part'); await 1; throw new RangeError('midway');")
        body, end = self.end(events)
        self.assertEqual(body, b"part")
        details = json.loads(end["ErrorDetails"])
        self.assertEqual(
            (end["ErrorCode"], details["errorType"], details["errorMessage"]), ("Unhandled", "RangeError", "midway")
        )

    def test_a_crash_or_a_time_out_in_mid_stream_comes_after_what_was_sent(self):
        hang = "stream.write('part'); await new Promise((f) => setTimeout(f, 100)); %s; await new Promise(() => 1);"
        body, end = self.end(self.stream(hang % "process.exit(3)"))
        self.assertEqual((body, json.loads(end["ErrorDetails"])["errorType"]), (b"part", "Runtime.ExitError"))
        self.delete()
        body, end = self.end(self.stream(hang % "setInterval(() => 1, 1000)", Timeout=3))
        self.assertEqual((body, json.loads(end["ErrorDetails"])["errorType"]), (b"part", "Sandbox.Timedout"))

    def test_a_stream_may_be_larger_than_a_response_and_its_reader_slow_or_gone(self):
        large = "for (let i = 0; i < 256; i++) if (!stream.write('x'.repeat(32768)))"
        large += " await new Promise((go) => stream.once('drain', go)); stream.end();"
        events = self.stream(large)
        time.sleep(0.5)
        body, end = self.end(events)
        self.assertEqual((len(body), end.get("ErrorCode")), (256 * 32768, None))
        refused = self.client.invoke(FunctionName=self.name)
        self.assertEqual(json.loads(refused["Payload"].read())["errorType"], "Function.ResponseSizeTooLarge")
        answer = self.client.invoke_with_response_stream(FunctionName=self.name)
        next(iter(answer["EventStream"]))
        answer["EventStream"].close()
        events = self.client.invoke_with_response_stream(FunctionName=self.name)["EventStream"]
        self.assertEqual(len(self.end(events)[0]), 256 * 32768)

    def test_tags(self):
        arn = self.create(Tags={"team": "red", "old": "1"})["FunctionArn"]
        self.client.tag_resource(Resource=arn, Tags={"team": "blue", "new": "a b/ü"})
        self.client.untag_resource(Resource=arn, TagKeys=["old", "never was"])
        tags = {"team": "blue", "new": "a b/ü"}
        self.assertEqual(self.client.list_tags(Resource=arn)["Tags"], tags)
        self.assertEqual(self.client.get_function(FunctionName=self.name)["Tags"], tags)
        self.client.untag_resource(Resource=arn, TagKeys=["team", "new"])
        self.assertEqual(self.client.list_tags(Resource=arn)["Tags"], {})

    def test_what_tools_ask_after_and_nothing_has(self):
        self.create()
        name = {"FunctionName": self.name}
        self.assertEqual(self.client.list_function_url_configs(**name)["FunctionUrlConfigs"], [])
        self.assertEqual(self.client.list_event_source_mappings(**name)["EventSourceMappings"], [])
        self.assertEqual(self.client.list_provisioned_concurrency_configs(**name)["ProvisionedConcurrencyConfigs"], [])
        self.assertNotIn("ReservedConcurrentExecutions", self.client.get_function_concurrency(**name))
        self.assertNotIn("CodeSigningConfigArn", self.client.get_function_code_signing_config(**name))
        for ask in (
            self.client.get_policy,
            self.client.get_function_url_config,
            self.client.get_function_event_invoke_config,
        ):
            with self.assertRaises(self.client.exceptions.ResourceNotFoundException):
                ask(**name)
        account = self.client.get_account_settings()
        self.assertEqual(account["AccountLimit"]["ConcurrentExecutions"], 1000)
        self.assertGreaterEqual(account["AccountUsage"]["FunctionCount"], 1)

    def test_layer_lists(self):
        name = "listed-layer"
        for version in (1, 2, 3):
            self.client.publish_layer_version(
                LayerName=name,
                Content={"ZipFile": package(python__a=f"x = {version}\n")},
                CompatibleRuntimes=["python3.12" if version == 1 else "nodejs22.x"],
            )
        pages = self.client.get_paginator("list_layer_versions").paginate(
            LayerName=name, PaginationConfig={"PageSize": 2}
        )
        self.assertEqual([[v["Version"] for v in page["LayerVersions"]] for page in pages], [[3, 2], [1]])
        for filters, latest in (({}, 3), ({"CompatibleRuntime": "python3.12"}, 1)):
            pages = self.client.get_paginator("list_layers").paginate(**filters, PaginationConfig={"PageSize": 1})
            layers = {la["LayerName"]: la["LatestMatchingVersion"]["Version"] for p in pages for la in p["Layers"]}
            self.assertEqual(layers[name], latest)
        self.client.delete_layer_version(LayerName=name, VersionNumber=2)
        left = self.client.list_layer_versions(LayerName=name)["LayerVersions"]
        self.assertEqual([v["Version"] for v in left], [3, 1])

    def test_layers(self):
        layer = self.client.publish_layer_version(
            LayerName="shared", Content={"ZipFile": package(python__shared="x = 'from the layer'\n")}
        )
        again = self.client.get_layer_version(LayerName="shared", VersionNumber=layer["Version"])
        self.assertEqual(again["Content"]["CodeSha256"], layer["Content"]["CodeSha256"])
        by_arn = self.client.get_layer_version_by_arn(Arn=layer["LayerVersionArn"])
        self.assertEqual(by_arn["Version"], layer["Version"])
        self.create(Layers=[layer["LayerVersionArn"]])
        code = "import shared\ndef handler(event, context):\n    return shared.x\n"
        self.client.update_function_code(FunctionName=self.name, ZipFile=package(lambda_function=code))
        self.client.get_waiter("function_updated_v2").wait(FunctionName=self.name)
        self.assertEqual(self.call()[1], "from the layer")

    def test_lists(self):
        self.create()
        pages = self.client.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1})
        names = [f["FunctionName"] for page in pages for f in page["Functions"]]
        self.assertIn(self.name, names)

    def test_errors_have_aws_codes(self):
        from botocore.exceptions import ClientError

        self.create()
        zip_file = package(lambda_function=HANDLER)
        new = {"FunctionName": "other", "Runtime": "python3", "Role": ROLE, "Handler": "a.b"}
        for code, call in {
            "ResourceConflictException": lambda: self.create(),
            "InvalidParameterValueException": lambda: self.client.create_function(**new, Code={"ZipFile": b"no zip"}),
            "ValidationException": lambda: self.client.create_function(
                **new, Code={"ZipFile": zip_file}, Description="x" * 257
            ),
            "RequestEntityTooLargeException": lambda: self.client.create_function(
                **new, Code={"ZipFile": bytes(53_000_000)}
            ),
            "RequestTooLargeException": lambda: self.call("x" * 7_000_000),
            "InvalidRequestContentException": lambda: self.client.invoke(FunctionName=self.name, Payload=b"no json"),
            "NotImplementedException": lambda: self.client.put_function_concurrency(
                FunctionName=self.name, ReservedConcurrentExecutions=1
            ),
        }.items():
            with self.subTest(code), self.assertRaises(ClientError) as raised:
                call()
            answer = raised.exception.response
            self.assertEqual(answer["Error"]["Code"], code, raised.exception)
            self.assertEqual(answer["ResponseMetadata"]["RetryAttempts"], 0, "it is not tried again")


class AwsCli(unittest.TestCase):
    def aws(self, *arguments, fails=False):
        """Runs the CLI in this process, as its script does; starting it anew takes seconds each time."""
        out, err = io.StringIO(), io.StringIO()
        # It tells every botocore of this process to read its own models, which are older.
        with unittest.mock.patch.dict(os.environ), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            from awscli import _awscli_data_path
            from awscli.clidriver import create_clidriver

            os.environ["AWS_DATA_PATH"] = os.pathsep.join(_awscli_data_path)
            driver = create_clidriver()
            code = driver.main(["--endpoint-url", sandbox.url, "--output", "json", "lambda", *map(str, arguments)])
        if fails:
            self.assertNotEqual(code, 0, out.getvalue())
            return err.getvalue()
        self.assertEqual(code, 0, err.getvalue())
        return json.loads(out.getvalue()) if out.getvalue().strip() else None

    def test_the_command_itself(self):
        command = [PYTHON / "bin/aws", "--endpoint-url", sandbox.url, "lambda"]
        for arguments, code, told in (
            (["get-account-settings"], 0, "AccountLimit"),
            (["get-function", "--function-name", "nobody"], 255, "(ResourceNotFoundException)"),
        ):
            ran = subprocess.run([*command, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
            self.assertEqual(ran.returncode, code, ran.stderr)
            self.assertIn(told, ran.stdout + ran.stderr)

    def test_from_creation_to_deletion(self):
        name = "cli-fn"
        zip_path = sandbox.folder / "function.zip"
        zip_path.write_bytes(package(lambda_function=HANDLER))
        layer_path = sandbox.folder / "layer.zip"
        layer_path.write_bytes(package(python__shared="x = 1\n"))
        out = sandbox.folder / "out.json"
        layer = self.aws("publish-layer-version", "--layer-name", "cli-layer", "--zip-file", f"fileb://{layer_path}")
        created = self.aws(
            "create-function", "--function-name", name, "--runtime", "python3", "--role", ROLE, "--handler",
            "lambda_function.handler", "--zip-file", f"fileb://{zip_path}", "--layers", layer["LayerVersionArn"],
            "--environment", "Variables={KEY=value}",
        )
        self.assertEqual(created["State"], "Pending")
        self.aws("wait", "function-active-v2", "--function-name", name)
        self.aws("update-function-configuration", "--function-name", name, "--memory-size", "256")
        self.aws("wait", "function-updated-v2", "--function-name", name)
        found = self.aws("get-function", "--function-name", name)["Configuration"]
        self.assertEqual(found["MemorySize"], 256)
        self.assertEqual(found["Layers"][0]["Arn"], layer["LayerVersionArn"])
        invoked = self.aws(
            "invoke", "--function-name", name, "--log-type", "Tail", "--payload", '{"a": 1}', str(out)
        )
        self.assertEqual(json.loads(out.read_text())["event"], {"a": 1})
        self.assertIn("REPORT RequestId", base64.b64decode(invoked["LogResult"]).decode())
        event = self.aws("invoke", "--function-name", name, "--invocation-type", "Event", str(out))
        self.assertEqual(event["StatusCode"], 202)
        self.assertEqual(self.aws("publish-version", "--function-name", name)["Version"], "1")
        versions = self.aws("list-versions-by-function", "--function-name", name)["Versions"]
        self.assertEqual([v["Version"] for v in versions], ["$LATEST", "1"])
        self.assertIn(name, [f["FunctionName"] for f in self.aws("list-functions")["Functions"]])
        version = ["--function-version", "1"]
        self.aws("create-alias", "--function-name", name, "--name", "live", *version)
        invoked = self.aws("invoke", "--function-name", f"{name}:live", "--payload", "{}", str(out))
        self.assertEqual(invoked["ExecutedVersion"], "1")
        aliases = self.aws("list-aliases", "--function-name", name, "--page-size", "1")["Aliases"]
        self.assertEqual([alias["Name"] for alias in aliases], ["live"])
        self.aws("update-alias", "--function-name", name, "--name", "live", "--description", "x", *version)
        self.aws("delete-alias", "--function-name", name, "--name", "live")
        self.aws("tag-resource", "--resource", created["FunctionArn"], "--tags", "a=1,b=2")
        self.aws("untag-resource", "--resource", created["FunctionArn"], "--tag-keys", "a")
        self.assertEqual(self.aws("list-tags", "--resource", created["FunctionArn"])["Tags"], {"b": "2"})
        self.assertIn("cli-layer", [la["LayerName"] for la in self.aws("list-layers")["Layers"]])
        stream = ["create-event-source-mapping", "--function-name", name, "--event-source-arn", "arn:aws:sqs:x"]
        error = self.aws(*stream, fails=True)
        self.assertIn("(NotImplementedException)", error)
        self.assertIn("lambench's sandbox does not know CreateEventSourceMapping", error)
        vpc = ["update-function-configuration", "--function-name", name, "--vpc-config", "SubnetIds=subnet-1"]
        error = self.aws(*vpc, fails=True)
        self.assertIn("VpcConfig has no counterpart in the lambench sandbox", error)
        self.aws("delete-function", "--function-name", name)
        error = self.aws("get-function", "--function-name", name, fails=True)
        self.assertIn("(ResourceNotFoundException)", error)


if __name__ == "__main__":
    unittest.main()
