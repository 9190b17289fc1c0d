"""Our Python client: the table on every Python of this machine, and next to awslambdaric."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import harness
import table
from rows import CASES

CLIENT = harness.BOOTSTRAPS / "python.py"
LAUNCHER = harness.BOOTSTRAPS / "awslambdaric.py"
PYTHONS = harness.pythons()
VERSION = "%d.%d" % sys.version_info[:2]
ROWS = [case for case in CASES if case.files["python"]]


def run(argv, case, version=VERSION):
    return table.run(argv, case, "python", {"AWS_EXECUTION_ENV": "AWS_Lambda_python" + version})


class EveryPython(unittest.TestCase):
    """One test a version; each row of the table is a sub-test."""

    def test_this_machine_has_a_python_to_test(self):
        self.assertTrue(PYTHONS, "no Python from 3.9 to 3.13")


def _table_test(version, executable):
    def test(self):
        told = [case for case in ROWS if case.expect["python"]]
        see = lambda case: run([executable, CLIENT], case, version)  # noqa: E731
        table.each(self, told, see, lambda case, seen: table.check(self, case, "python", seen))

    return test


for _version, _executable in sorted(PYTHONS.items()):
    if _version != VERSION:
        _test = _table_test(_version, _executable)
        setattr(EveryPython, "test_the_table_on_python_" + _version.replace(".", "_"), _test)


class NextToAwslambdaric(unittest.TestCase):
    """The same functions with AWS's client: nobody may be able to tell which one ran, but where the row says so."""

    def test_the_results_are_equal(self):
        ric = [sys.executable, LAUNCHER, harness.awslambdaric()]
        both = lambda case: (run([sys.executable, CLIENT], case), run(ric, case))  # noqa: E731
        table.each(self, ROWS, both, lambda case, seen: table.compare(self, case, "python", *seen))


class TheClient(unittest.TestCase):
    """What is not in the table."""

    def drive(self, source, events=({},), **more):
        argv = [sys.executable, CLIENT]
        return harness.drive(argv, {"f.py": source}, "f.handler", events, **more)

    def test_chunked_events_are_read(self):
        event = {"text": "é" * 1000}
        seen = self.drive("def handler(event, context): return event", [event, 5], chunked=True)
        self.assertEqual([post.json for post in seen.posts], [event, 5])

    def test_a_refused_response_ends_the_environment(self):
        seen = self.drive("def handler(event, context): return 'too much'", [{}, {}], post_status=413)
        self.assertEqual((len(seen.posts), seen.status), (1, 1))
        self.assertIn("413", seen.log)

    def test_time_that_is_over_is_not_negative(self):
        seen = self.drive("def handler(e, c): return c.get_remaining_time_in_millis()", timeout_ms=-5000)
        self.assertEqual(seen.result(), 0)

    def test_a_function_that_loads_nothing_pays_for_nothing(self):
        source = "import sys\nat_load = set(sys.modules)\ndef handler(e, c): return sorted(at_load)"
        bare = subprocess.run(
            [sys.executable, "-c", "import sys; print(' '.join(sys.modules))"],
            env={"LANG": "en_US.UTF-8"},
            stdout=subprocess.PIPE,
            check=True,
        )
        loaded = set(self.drive(source).result()) - set(bare.stdout.decode().split())
        self.assertLessEqual(
            loaded,
            {"f", "_json", "_socket", "importlib", "warnings", "importlib._bootstrap", "importlib._bootstrap_external"},
        )

    def test_one_connection_serves_every_request(self):
        source = "def handler(event, context): return event"
        seen = self.drive(source, list(range(50)))
        self.assertEqual([post.json for post in seen.posts], list(range(50)))
        self.assertEqual(len({post.headers["Host"] for post in seen.posts}), 1)

    def test_bytecode_of_the_client_runs_without_its_source(self):
        with tempfile.TemporaryDirectory() as folder:
            import py_compile

            target = str(Path(folder) / "client.pyc")
            mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
            py_compile.compile(str(CLIENT), target, invalidation_mode=mode, doraise=True)
            files = {"f.py": "def handler(event, context): raise ValueError('x')"}
            seen = harness.drive([sys.executable, target], files, "f.handler")
            body = seen.only().json
            self.assertEqual(len(body["stackTrace"]), 1, body)


if __name__ == "__main__":
    unittest.main()
