"""Drives `lambench serve` with clients that are not ours: boto3 and the aws CLI, from PyPI.

LAMBENCH_BIN names the binary (default: target/debug/lambench), LAMBENCH_TEST_TOOLS the folder where the clients are
installed (default: target/test-tools). A client that can't be installed fails the test.
"""

import base64
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
import venv
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("LAMBENCH_BIN", ROOT / "target/debug/lambench"))
TOOLS = pathlib.Path(os.environ.get("LAMBENCH_TEST_TOOLS", ROOT / "target/test-tools"))
CLIENTS = TOOLS / f"aws-clients-{sys.version_info.major}.{sys.version_info.minor}"
ROLE = "arn:aws:iam::000000000000:role/test"

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

server = None
url = None
folder = None


def install_clients():
    done = CLIENTS / "installed"
    if not done.exists():
        venv.create(CLIENTS, clear=True, with_pip=True)
        pip = [CLIENTS / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "boto3", "awscli"], check=True)
        done.touch()
    sys.path[:0] = [str(path) for path in CLIENTS.glob("lib/python*/site-packages")]


def clean_environment():
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(("AWS_", "LAMBENCH_"))}
    kept = {k: v for k, v in kept.items() if not k.upper().endswith("_PROXY")}
    return kept | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }


def setUpModule():
    global server, url, folder
    install_clients()
    environment = clean_environment()
    os.environ.clear()
    os.environ.update(environment)
    folder = pathlib.Path(tempfile.mkdtemp())
    port_file = folder / "port"
    server = subprocess.Popen([BINARY, "serve", "--port-file", port_file], stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not port_file.exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{BINARY} serve does not answer (exit code {server.poll()})")
        time.sleep(0.02)
    url = f"http://127.0.0.1:{port_file.read_text().strip()}"


def tearDownModule():
    if server:
        server.terminate()
        server.wait(timeout=30)
    if folder:
        shutil.rmtree(folder)


def package(**files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name.replace('__', '/')}.py", text)
    return data.getvalue()


class Boto3(unittest.TestCase):
    def setUp(self):
        import boto3

        self.client = boto3.client("lambda", endpoint_url=url)
        self.name = f"boto3-{self._testMethodName.replace('_', '-')}"[:64]

    def create(self, **more):
        created = self.client.create_function(
            FunctionName=self.name,
            Runtime="python3",
            Role=ROLE,
            Handler="lambda_function.handler",
            Code={"ZipFile": package(lambda_function=HANDLER)},
            **more,
        )
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
        self.assertEqual(version["Version"], "1")
        answer, body = self.call(Qualifier="1")
        self.assertEqual((answer["ExecutedVersion"], body["version"]), ("1", "1"))
        pages = self.client.get_paginator("list_versions_by_function").paginate(
            FunctionName=self.name, PaginationConfig={"PageSize": 1}
        )
        self.assertEqual([v["Version"] for page in pages for v in page["Versions"]], ["$LATEST", "1"])

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
            self.assertEqual(raised.exception.response["Error"]["Code"], code, raised.exception)


class AwsCli(unittest.TestCase):
    def aws(self, *arguments, fails=False):
        command = [CLIENTS / "bin/aws", "--endpoint-url", url, "--output", "json", "lambda", *arguments]
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if fails:
            self.assertNotEqual(ran.returncode, 0, ran.stdout)
            return ran.stderr
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout) if ran.stdout.strip() else None

    def test_from_creation_to_deletion(self):
        name = "cli-fn"
        zip_path = folder / "function.zip"
        zip_path.write_bytes(package(lambda_function=HANDLER))
        layer_path = folder / "layer.zip"
        layer_path.write_bytes(package(python__shared="x = 1\n"))
        out = folder / "out.json"
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
        self.aws("delete-function", "--function-name", name)
        error = self.aws("get-function", "--function-name", name, fails=True)
        self.assertIn("(ResourceNotFoundException)", error)


if __name__ == "__main__":
    unittest.main()
