"""Functions run unmodified in the sandbox with AWS's own clients: brought by the package, by a layer, or by `--ric`; and
with `lambda_runtime`."""

import base64
import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

import harness
from sandbox import Sandbox

PYTHON = "python%d.%d" % sys.version_info[:2]
PYTHON_FUNCTION = """
import logging, sys
count = 0
def handler(event, context):
    global count
    count += 1
    logging.getLogger().warning("call %d", count)
    if event.get("fail"):
        raise ValueError("as asked")
    return {"count": count, "client": "awslambdaric" in sys.modules, "name": context.function_name, "request": context.aws_request_id}
"""
NODE = "nodejs%d.x" % harness.node_major()
NODE_FUNCTION = """
let count = 0;
export const handler = async (event, context) => {
  console.warn("call %d", ++count);
  const client = /aws-lambda-ric/.test(new Error().stack);
  if (event.fail) throw new RangeError("as asked");
  return { count, client, name: context.functionName, request: context.awsRequestId };
};
"""
STREAM_FUNCTION = """
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("part ");
  if (event.fail) throw new RangeError("in mid-stream");
  stream.end("end");
});
"""


class WithAwssClients(unittest.TestCase):
    def serves(self, sandbox, name, runtime, handler, error, files, layers=(), client=True):
        sandbox.create(name, runtime, handler, files, layers)
        cold, warm = sandbox.invoke(name), sandbox.invoke(name)
        for number, answer in enumerate((cold, warm), 1):
            self.assertIsNone(answer.failed, answer.body)
            told = answer.json
            self.assertEqual((told["count"], told["client"], told["name"]), (number, client, name))
            self.assertIn("call %d\n" % number, answer.log)
            self.assertIn("REPORT RequestId: %s\t" % told["request"], answer.log)
            self.assertEqual("Init Duration" in answer.log, number == 1, answer.log)
        failed = sandbox.invoke(name, {"fail": True})
        self.assertEqual(failed.failed, "Unhandled")
        self.assertEqual((failed.json["errorType"], failed.json["errorMessage"]), (error, "as asked"))
        self.assertEqual(sandbox.invoke(name).json["count"], 4, "an error of the handler ends no environment")

    def streams(self, sandbox, name, files, layers=()):
        sandbox.create(name, NODE, "index.handler", files, layers)
        for _ in range(2):
            self.assertEqual(sandbox.invoke(name).body, b"part end")
        broken = sandbox.invoke(name, {"fail": True})
        self.assertEqual((broken.failed, broken.json["errorMessage"]), ("Unhandled", "in mid-stream"))
        self.assertEqual(sandbox.invoke(name).body, b"part end")

    def test_awslambdaric(self):
        ric = harness.awslambdaric()
        function = {"lambda_function.py": PYTHON_FUNCTION}
        whole = {path.name: path for path in ric.iterdir() if path.name != "__pycache__"}
        layer = {"python/" + name: path for name, path in whole.items()}
        python = (PYTHON, "lambda_function.handler", "ValueError")
        with Sandbox() as sandbox:
            self.serves(sandbox, "ours", *python, function, client=False)
            self.serves(sandbox, "package", *python, {**whole, **function})
            self.serves(sandbox, "layer", *python, function, [layer])
        with Sandbox("--ric", ric) as sandbox:
            self.serves(sandbox, "given", *python, function)

    def test_aws_lambda_ric(self):
        # Version 4 where there is a Node for it; the table is held against version 3.
        ric = harness.aws_lambda_ric(4 if harness.node_major() >= 22 else 3)
        function, stream = {"index.mjs": NODE_FUNCTION}, {"index.mjs": STREAM_FUNCTION}
        # Without what it was built from, as one deploys it.
        needed = {path.name: path for path in ric.iterdir() if path.name not in ("deps", "build", "node_modules", "src")}
        package = {"node_modules/aws-lambda-ric/" + name: path for name, path in needed.items()}
        layer = {"nodejs/" + name: path for name, path in package.items()}
        node = (NODE, "index.handler", "RangeError")
        with Sandbox() as sandbox:
            self.serves(sandbox, "ours", *node, function, client=False)
            self.streams(sandbox, "ours-streaming", stream)
            self.serves(sandbox, "package", *node, {**package, **function})
            self.streams(sandbox, "package-streaming", {**package, **stream})
            self.serves(sandbox, "layer", *node, function, [layer])
        with Sandbox("--ric", ric.parent.parent) as sandbox:
            self.serves(sandbox, "given", *node, function)


class LambdaRuntime(unittest.TestCase):
    """The crate that Rust functions are made with."""

    @classmethod
    def setUpClass(cls):
        crate = harness.REPOSITORY / "fixtures" / "provided-hello"
        target = Path(os.environ.get("LAMBENCH_PROVIDED_TARGET", crate / "target"))
        build = ["cargo", "build", "--release", "--locked", "--quiet", "--bin", "forms", "--target-dir", str(target)]
        built = subprocess.run(build, cwd=str(crate), stderr=subprocess.PIPE, universal_newlines=True)
        assert built.returncode == 0, built.stderr
        cls.files = {"bootstrap": target / "release" / "forms"}

    def test_it_serves_cold_and_warm_and_its_context_is_whole(self):
        with Sandbox() as sandbox:
            sandbox.create("forms", "provided.al2023", "bootstrap", self.files)
            context = '{"custom":{"k":"v"},"env":{"locale":"ko"},"client":{"installation_id":"i","app_title":"t","app_version_name":"v","app_version_code":"c","app_package_name":"p"}}'
            headers = {"X-Amz-Client-Context": base64.b64encode(context.encode()).decode()}
            cold, warm = sandbox.invoke("forms", headers=headers), sandbox.invoke("forms")
            for answer in (cold, warm):
                told = answer.json
                self.assertIn("REPORT RequestId: %s\t" % told["request_id"], answer.log)
                self.assertIn("serving %s\n" % told["request_id"], answer.log)
                self.assertTrue(told["arn"].endswith(":function:forms"), told)
                self.assertGreater(told["deadline"], 1_600_000_000_000)
                self.assertRegex(told["trace"], "^Root=1-")
                expected = ("forms", 1769, "$LATEST", "/aws/lambda/forms")
                self.assertEqual((told["function"], told["memory"], told["version"], told["log_group"]), expected)
                self.assertIn("[$LATEST]", told["log_stream"])
            self.assertIn("Init Duration", cold.log)
            self.assertNotIn("Init Duration", warm.log)
            self.assertEqual(cold.json["log_stream"], warm.json["log_stream"])
            self.assertEqual(cold.json["client_context"]["custom"], {"k": "v"})
            self.assertIsNone(warm.json["client_context"])

    def test_errors_and_panics_reach_the_caller_and_the_environment_lives_on(self):
        with Sandbox() as sandbox:
            sandbox.create("forms", "provided.al2023", "bootstrap", self.files)
            stream = sandbox.invoke("forms").json["log_stream"]
            for form, message in [("error", "it went wrong"), ("panic", "nobody expected it"), ("number", "invalid digit")]:
                with self.subTest(form):
                    answer = sandbox.invoke("forms", {"form": form})
                    self.assertEqual(answer.failed, "Unhandled")
                    self.assertIn(message, answer.json["errorMessage"])
                    self.assertTrue(answer.json["errorType"], answer.body)
            large = sandbox.invoke("forms", {"form": "large"})
            self.assertEqual(large.json["errorType"], "Function.ResponseSizeTooLarge")
            self.assertTrue(sandbox.invoke("forms").json["log_stream"])
            self.assertIn("[$LATEST]", stream)

    def test_a_response_is_streamed(self):
        with Sandbox() as sandbox:
            sandbox.create("stream", "provided.al2023", "stream", self.files)
            for _ in range(2):
                prelude, body = sandbox.invoke("stream").body.split(bytes(8))
                self.assertEqual((json.loads(prelude)["statusCode"], body), (200, b"one two three"))
            error = sandbox.invoke("stream", {"form": "error"})
            self.assertEqual((error.failed, error.json["errorMessage"]), ("Unhandled", "no stream today"))
            # The crate writes the error of a stream that breaks into its body.
            self.assertIn(b"one two threeLambda-Runtime-Function-Error-Type: ", sandbox.invoke("stream", {"form": "break"}).body)
            self.assertTrue(sandbox.invoke("stream").body.endswith(b"three"))

    def test_an_end_while_loading_is_told(self):
        with Sandbox() as sandbox:
            for handler, message in [("exit", "exit status 3"), ("fail", "exit status 1")]:
                with self.subTest(handler):
                    sandbox.create(handler, "provided.al2023", handler, self.files)
                    answer = sandbox.invoke(handler)
                    self.assertEqual((answer.failed, answer.json["errorType"]), ("Unhandled", "Runtime.ExitError"))
                    self.assertIn(message, answer.json["errorMessage"])


if __name__ == "__main__":
    unittest.main()
