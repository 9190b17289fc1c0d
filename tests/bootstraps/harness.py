"""Plays the Lambda Runtime API to one runtime process and notes what it did."""

import base64
import functools
import http.client
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

# awslambdaric sends whole tracebacks in a header of up to a megabyte.
http.client._MAXLINE = 2 << 20

REPOSITORY = Path(__file__).resolve().parents[2]
BOOTSTRAPS = REPOSITORY / "src" / "sandbox" / "bootstraps"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:sample"
API = "/2018-06-01/runtime/"


class Post:
    """Something that the client posted."""

    def __init__(self, kind, request_id, headers, body):
        self.kind = kind
        self.request_id = request_id
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def header(self, name):
        """A header or trailer, whatever the case of its name."""
        return {key.lower(): value for key, value in self.headers.items()}.get(name)

    def trailing_error(self):
        """The error that a stream ended with."""
        body = self.header("lambda-runtime-function-error-body") if self.kind == "response" else None
        return None if body is None else json.loads(base64.b64decode(body).replace(self.folder, b"/var/task"))


class Seen:
    """All that could be observed of a runtime process."""

    def __init__(self, posts, status, log):
        self.posts = posts
        self.status = status
        self.log = log

    def only(self):
        assert len(self.posts) == 1, "%d posts, status %s\n%s" % (len(self.posts), self.status, self.log)
        return self.posts[0]

    def result(self):
        post = self.only()
        assert post.kind == "response", "%s %s\n%s" % (post.kind, post.body, self.log)
        return post.json


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it the two writes of an answer meet delayed acknowledgements.
    disable_nagle_algorithm = True

    def log_message(self, *_args):
        pass

    def do_GET(self):
        api = self.server.api
        invoke = api.take()
        if invoke is None:
            api.drained.set()
            api.ended.wait(60)
            self.close_connection = True
            return
        number, event, headers = invoke
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        self.send_response(200)
        fields = {
            "Lambda-Runtime-Aws-Request-Id": "request-%d" % number,
            "Lambda-Runtime-Deadline-Ms": str(int(time.time() * 1000) + api.timeout_ms),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
            "Lambda-Runtime-Trace-Id": "Root=1-trace-%d" % number,
            "Content-Type": "application/json",
        }
        fields.update(headers)
        for name, value in fields.items():
            if value is not None:
                self.send_header(name, value)
        if api.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(body), 7):
                part = body[start : start + 7]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def do_POST(self):
        api = self.server.api
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self._chunks()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = self.path[len(API) :].split("/")
        kind = "init/error" if parts[0] == "init" else parts[-1]
        request_id = parts[1] if parts[0] == "invocation" else None
        api.posts.append(Post(kind, request_id, dict(self.headers), body))
        answer = b'{"status":"OK"}\n'
        too_large = api.limit is not None and len(body) > api.limit
        self.send_response(413 if too_large else api.post_status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _chunks(self):
        body = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            if size == 0:
                break
            body += self.rfile.read(size)
            self.rfile.readline()
        while True:
            line = self.rfile.readline().strip()
            if not line:
                return body
            name, _, value = line.decode().partition(":")
            self.headers[name] = value.strip()


class _Api:
    def __init__(self, events, headers, timeout_ms, chunked, post_status, limit):
        self.events = [(number, event, headers) for number, event in enumerate(events, 1)]
        self.timeout_ms = timeout_ms
        self.chunked = chunked
        self.post_status = post_status
        self.limit = limit
        self.posts = []
        self.lock = threading.Lock()
        self.drained = threading.Event()
        self.ended = threading.Event()

    def take(self):
        with self.lock:
            return self.events.pop(0) if self.events else None


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request, _address):
        # A client that was killed has its connection broken; that's how every run ends.
        pass


def environment(task_root, handler, address, more=None):
    """The variables of a runtime process, as on Lambda; a value of None takes one away."""
    variables = {
        "_HANDLER": handler,
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": "sample",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/sample",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/01/02/[$LATEST]abc",
        "LAMBDA_TASK_ROOT": str(task_root),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    variables.update(more or {})
    return {name: value for name, value in variables.items() if value is not None}


def drive(
    argv,
    files,
    handler,
    events=({},),
    env=None,
    headers=None,
    timeout_ms=30000,
    chunked=False,
    post_status=202,
    limit=None,
    patience=60,
):
    """Runs one runtime process through `events` in an environment of its own and gives what was seen."""
    folder = Path(tempfile.mkdtemp(prefix="lambench-test-"))
    api = _Api(list(events), headers or {}, timeout_ms, chunked, post_status, limit)
    server = _Server(("127.0.0.1", 0), _Handler)
    server.api = api
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        address = "127.0.0.1:%d" % server.server_address[1]
        process = subprocess.Popen(
            [str(part) for part in argv],
            cwd=str(folder),
            env=environment(folder, handler, address, env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        # A pipe, as in an environment: programs treat files in another way.
        log = []
        reading = threading.Thread(target=lambda: log.append(process.stdout.read()), daemon=True)
        reading.start()
        deadline = time.monotonic() + patience
        while not api.drained.is_set() and process.poll() is None and time.monotonic() < deadline:
            api.drained.wait(0.005)
        status = process.poll()
        if status is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        reading.join(10)
        process.stdout.close()
        text = b"".join(log).decode("utf-8", "replace").replace(str(folder), "/var/task")
        if status is None and not api.drained.is_set():
            raise AssertionError("it hung:\n" + text)
        for post in api.posts:
            post.folder = str(folder).encode()
            post.body = post.body.replace(post.folder, b"/var/task")
        return Seen(api.posts, status, text)
    finally:
        api.ended.set()
        server.shutdown()
        server.server_close()
        shutil.rmtree(folder, ignore_errors=True)


@functools.lru_cache(maxsize=None)
def pythons():
    """Every Python from 3.9 to 3.13 on this machine, real executables by `X.Y`."""
    found = {}
    candidates = [sys.executable]
    for minor in range(9, 14):
        name = "python3.%d" % minor
        candidates += [os.path.join(part, name) for part in os.environ.get("PATH", "").split(os.pathsep)]
        root = Path(os.environ.get("PYENV_ROOT", str(Path.home() / ".pyenv"))) / "versions"
        candidates += sorted(str(path) for path in root.glob("3.%d.*/bin/python3" % minor))
    for candidate in candidates:
        if not os.access(candidate, os.X_OK):
            continue
        asked = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            universal_newlines=True,
        )
        if asked.returncode == 0:
            version, executable = asked.stdout.split(maxsplit=1)
            if 9 <= int(version.split(".")[1]) <= 13:
                found.setdefault(version, executable.strip())
    return found


def tools_folder(name):
    """A folder for what is installed for the tests alone."""
    tools = os.environ.get("LAMBENCH_TEST_TOOLS")
    base = Path(tools) if tools else Path(tempfile.gettempdir()) / "lambench-test-tools"
    return base / name


def _installed(folder, command, what, env=None):
    """Runs `command` in an empty folder that becomes `folder`; a failed install fails the test that asked."""
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(dir=str(folder.parent)))
    installed = subprocess.run(
        command,
        cwd=str(half),
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    if installed.returncode != 0:
        shutil.rmtree(half, ignore_errors=True)
        raise AssertionError("%s could not be installed:\n%s" % (what, installed.stdout[-8000:]))
    try:
        half.rename(folder)
    except OSError:
        # Another run was faster.
        shutil.rmtree(half, ignore_errors=True)
    return folder


def awslambdaric():
    """AWS's own Python client, installed once."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--only-binary", ":all:", "--target", ".", "awslambdaric"]
    return _installed(tools_folder("awslambdaric-%d.%d" % sys.version_info[:2]), pip, "awslambdaric")


# Version 4 wants Node 22.
AWS_LAMBDA_RIC = {3: "3.3.0", 4: "4.0.2"}


def aws_lambda_ric(major=3):
    """AWS's own Node client, installed once. Its native half is built on the way, which takes a minute."""
    version = AWS_LAMBDA_RIC[major]
    folder = tools_folder("aws-lambda-ric-%s-%d" % (version, node_major()))
    needed = ["cmake", "make", "c++", "autoconf", "automake", "libtoolize"]
    missing = [tool for tool in needed if not shutil.which(tool)]
    if missing and not folder.is_dir():
        raise AssertionError("aws-lambda-ric can't be built without %s" % ", ".join(missing))
    npm = ["npm", "install", "--no-audit", "--no-fund", "--foreground-scripts", "aws-lambda-ric@" + version]
    env = {"NODE_GYP_FORCE_PYTHON": _gyp_python()}
    prefix = Path(node()).parent.parent
    if (prefix / "include/node/node_api.h").is_file():
        # Else node-gyp fetches the headers of this very Node.
        env["npm_config_nodedir"] = str(prefix)
    return _installed(folder, npm, "aws-lambda-ric", env) / "node_modules" / "aws-lambda-ric"


def _gyp_python():
    """node-gyp of those days still wants `distutils`."""
    old = [minor for minor in pythons() if int(minor.split(".")[1]) < 12]
    return pythons()[max(old, key=lambda minor: int(minor.split(".")[1]))] if old else sys.executable


@functools.lru_cache(maxsize=None)
def node():
    """The real Node executable."""
    asked = subprocess.run(
        ["node", "-p", "process.execPath"], stdout=subprocess.PIPE, universal_newlines=True, check=True
    )
    return asked.stdout.strip()


@functools.lru_cache(maxsize=None)
def node_major():
    """20, for Node 20."""
    asked = subprocess.run([node(), "-p", "process.versions.node"], stdout=subprocess.PIPE, universal_newlines=True)
    return int(asked.stdout.split(".")[0])


def package_main(package):
    """Where an npm package's main module lies in it."""
    return json.loads((package / "package.json").read_text())["main"]
