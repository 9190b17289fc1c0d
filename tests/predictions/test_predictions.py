"""The benchmark of predictions: imports are moved as a person would move them, and figures are what they say."""

import ast
import pathlib
import subprocess
import sys
import tomllib
import unittest

BENCH = pathlib.Path(__file__).resolve().parents[2] / "benches" / "predictions"
sys.path.insert(0, str(BENCH))

from figures import judged, saving, summary, table  # noqa: E402
from move import lazily  # noqa: E402


class Moving(unittest.TestCase):
    def test_an_import_goes_below_the_docstring_of_each_function_that_uses_it(self):
        source = 'import a\nimport b.c as d\n\n\ndef one():\n    """It."""\n    return a.x\n\n\ndef two():\n    return a.y, d\n'
        expected = 'import b.c as d\n\n\ndef one():\n    """It."""\n    import a\n    return a.x\n\n\ndef two():\n    import a\n    return a.y, d\n'
        self.assertEqual(lazily(source, ["a"]), expected)
        self.assertIn("    import b.c as d\n    return a.y, d", lazily(source, ["b"]))

    def test_what_is_not_imported_or_not_used_is_refused(self):
        for targets in (["c"], ["a", "c"]):
            with self.assertRaises(ValueError):
                lazily("import a\nimport ab\n\n\ndef one():\n    return 1\n", targets)
        with self.assertRaises(ValueError):
            lazily("import a\n\n\ndef one():\n    return 1\n", ["a"])

    def test_every_variant_of_every_case_is_code_that_keeps_its_lines(self):
        for case, spec in tomllib.loads((BENCH / "cases.toml").read_text()).items():
            (file,) = (BENCH / "cases" / case).glob("*.*")
            source = file.read_text()
            for cut in spec["cuts"]:
                moved = lazily(source, cut)
                self.assertEqual({line.strip() for line in moved.splitlines()}, {line.strip() for line in source.splitlines()})
                if file.suffix == ".py":
                    top = [node for node in ast.parse(moved).body if isinstance(node, (ast.Import, ast.ImportFrom))]
                    self.assertFalse([node for node in top if any(target in ast.unparse(node).split() for target in cut)])
                else:
                    check = subprocess.run(["node", "--check", "-"], input=moved, capture_output=True, text=True)
                    self.assertEqual(check.returncode, 0, check.stderr)


class Figures(unittest.TestCase):
    def test_the_saving_is_the_shift_and_its_interval_holds_it(self):
        before, after = [110.0 + n for n in range(10)], [10.0 + n for n in range(10)]
        found = saving(before, after)
        self.assertEqual(found["ms"], 100.0)
        low, high = found["interval"]
        self.assertTrue(95 < low < 100 < high < 105, found)
        self.assertEqual(saving([5.0], [3.0]), {"ms": 2.0, "interval": [2.0, 2.0]})

    def test_a_tenth_or_five_milliseconds_is_right(self):
        self.assertTrue(judged(109, 100)["within"])
        self.assertFalse(judged(111, 100)["within"])
        self.assertTrue(judged(4.9, 0)["within"])
        self.assertFalse(judged(-5.1, 0)["within"])

    def test_misses_and_failures_stay_in_the_table(self):
        good = {"case": "a", "cut": ["x", "y"], "predicted_ms": 50.0, "moved_ms": None, "saved": saving([100.0], [0.0])}
        rows = [good | {"verdict": judged(50.0, 100.0)}, {"case": "b", "cut": ["z"], "failed": "no such thing"}]
        text = table(rows)
        self.assertIn("| a: x + y | 50.0 |  | 100.0 [100.0, 100.0] | -50.0 | -50 % | **miss** |", text)
        self.assertIn("failed: no such thing", text)
        self.assertIn("0 of 1 within", summary(rows))


if __name__ == "__main__":
    unittest.main()
