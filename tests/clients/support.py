"""What the suites of foreign clients share: the clients, installed, and a sandbox that serves.

LAMBENCH_BIN names the binary (default: target/debug/lambench), LAMBENCH_TEST_TOOLS the folder where the clients are
installed (default: target/test-tools). A client that can't be installed fails the test.
"""

import importlib
import io
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import venv
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("LAMBENCH_BIN", ROOT / "target/debug/lambench"))
TOOLS = pathlib.Path(os.environ.get("LAMBENCH_TEST_TOOLS", ROOT / "target/test-tools"))
# Fixed, since the page of the API is held to the model of Lambda that comes with them.
PYTHON_PACKAGES = ["boto3==1.44.8", "awscli==1.46.3"]
# One that Node.js 18 still runs.
NODE_PACKAGES = ["@aws-sdk/client-lambda@3.958.0"]
PYTHON = TOOLS / ("aws-clients-%d.%d-" % sys.version_info[:2] + "-".join(PYTHON_PACKAGES).replace("==", "-"))
NODE = TOOLS / ("aws-client-node-" + NODE_PACKAGES[0].rpartition("@")[2])
ROLE = "arn:aws:iam::000000000000:role/test"


def install_python_clients():
    done = PYTHON / "installed"
    if not done.exists():
        venv.create(PYTHON, clear=True, with_pip=True)
        pip = [PYTHON / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PYTHON_PACKAGES], check=True)
        done.touch()
    found = [str(path) for path in PYTHON.glob("lib/python*/site-packages")]
    sys.path[:0] = [path for path in found if path not in sys.path]
    # The aws CLI brings an older botocore and puts it in the place of the other, unless that is there already.
    importlib.import_module("boto3")


def install_node_client():
    """The folder of node's packages."""
    done = NODE / "installed"
    if not done.exists():
        NODE.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--loglevel", "error", "--no-audit", "--no-fund", "--prefix", NODE]
        subprocess.run([*npm, *NODE_PACKAGES], check=True)
        done.touch()
    return NODE / "node_modules"


def clean_environment():
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(("AWS_", "LAMBENCH_"))}
    kept = {k: v for k, v in kept.items() if not k.upper().endswith("_PROXY")}
    return kept | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }


class Sandbox:
    """`lambench serve`, with a folder for what a test writes."""

    def __init__(self):
        environment = clean_environment()
        os.environ.clear()
        os.environ.update(environment)
        self.folder = pathlib.Path(tempfile.mkdtemp())
        port_file = self.folder / "port"
        # From a folder with no lambench.toml: nothing is there from the start.
        serve = [BINARY, "serve", "--port-file", port_file]
        self.process = subprocess.Popen(serve, cwd=self.folder, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{BINARY} serve does not answer (exit code {self.process.poll()})")
            time.sleep(0.02)
        self.port = int(port_file.read_text())
        self.url = f"http://127.0.0.1:{self.port}"

    def client(self, **more):
        import boto3

        return boto3.client("lambda", endpoint_url=self.url, **more)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder)


def package(**files):
    """A zip of Python files, the same for the same files."""
    return archive({f"{name.replace('__', '/')}.py": text for name, text in files.items()})


def archive(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name, text in files.items():
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text)
    return data.getvalue()
