"""`lambench serve` for a test: functions are created and invoked over the Lambda API by hand."""

import base64
import http.client
import io
import json
import os
import subprocess
import tempfile
import time
import zipfile
from pathlib import Path

FUNCTIONS = "/2015-03-31/functions"


class Answer:
    """What one invoke gave."""

    def __init__(self, headers, body):
        self.failed = headers.get("X-Amz-Function-Error")
        self.body = body
        self.log = base64.b64decode(headers.get("X-Amz-Log-Result", "")).decode()

    @property
    def json(self):
        return json.loads(self.body)


class Sandbox:
    """It ends with the `with` block."""

    def __init__(self, *args):
        self.args = args

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        port_file = Path(self.folder.name) / "port"
        command = [os.environ["LAMBENCH_BIN"], "serve", "--port-file", str(port_file), *map(str, self.args)]
        # Nothing of the tests' own variables.
        env = {name: value for name, value in os.environ.items() if not name.startswith("LAMBENCH_")}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(command, cwd=self.folder.name, env=env, **quiet)
        deadline = time.monotonic() + 60
        while not (port_file.is_file() and port_file.read_text().strip()):
            assert self.process.poll() is None and time.monotonic() < deadline, "lambench serve does not start"
            time.sleep(0.01)
        self.port = int(port_file.read_text())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        text = json.dumps(body) if body is not None else None
        connection.request(method, path, text, headers or {})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        assert answer.status < 300, "%s %s: %s %s" % (method, path, answer.status, data)
        return answer.headers, data

    def create(self, name, runtime, handler, files, layers=()):
        body = {
            "FunctionName": name,
            "Runtime": runtime,
            "Handler": handler,
            "Role": "arn:aws:iam::000000000000:role/any",
            "Code": {"ZipFile": packed(files)},
            "Timeout": 30,
            "MemorySize": 1769,
            "Layers": [self._layer(name, index, files) for index, files in enumerate(layers)],
        }
        self.call("POST", FUNCTIONS, body)
        deadline = time.monotonic() + 60
        while True:
            found = json.loads(self.call("GET", FUNCTIONS + "/" + name + "/configuration")[1])
            if found["State"] == "Active":
                return
            assert found["State"] == "Pending" and time.monotonic() < deadline, found
            time.sleep(0.02)

    def _layer(self, name, index, files):
        path = "/2018-10-31/layers/%s-%d/versions" % (name, index)
        return json.loads(self.call("POST", path, {"Content": {"ZipFile": packed(files)}})[1])["LayerVersionArn"]

    def invoke(self, name, event=None, headers=None):
        headers = {"X-Amz-Log-Type": "Tail", **(headers or {})}
        return Answer(*self.call("POST", FUNCTIONS + "/" + name + "/invocations", event or {}, headers))


def packed(files):
    """A zip of texts, and of folders and files that lie on disk."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            if isinstance(content, str):
                archive.writestr(name, content)
            elif content.is_file():
                archive.write(content, name)
            else:
                for path in sorted(content.rglob("*")):
                    if path.is_file() and "__pycache__" not in path.parts:
                        archive.write(path, Path(name) / path.relative_to(content))
    return base64.b64encode(made.getvalue()).decode()
