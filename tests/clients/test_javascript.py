"""Drives `lambench serve` with the JavaScript SDK v3, from npm."""

import os
import pathlib
import subprocess
import unittest

from support import ROLE, Sandbox, install_node_client, package

HANDLER = """
def handler(event, context):
    if event.get("fail"):
        raise ValueError("as asked")
    client = context.client_context
    return {"event": event, "version": context.function_version, "custom": client and client.custom}
"""


class JavaScript(unittest.TestCase):
    def test_from_creation_to_deletion(self):
        modules = install_node_client()
        sandbox = Sandbox()
        self.addCleanup(sandbox.stop)
        zips = []
        for name, text in {"first": HANDLER, "second": HANDLER + "\n# Changed.\n"}.items():
            zips.append(sandbox.folder / f"{name}.zip")
            zips[-1].write_bytes(package(lambda_function=text))
        script = pathlib.Path(__file__).with_name("javascript.cjs")
        ran = subprocess.run(
            ["node", script, sandbox.url, ROLE, *zips],
            env=os.environ | {"NODE_PATH": str(modules), "NODE_NO_WARNINGS": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        self.assertEqual(ran.stdout, "done\n")


if __name__ == "__main__":
    unittest.main()
