"""The benchmark of predictions: imports are moved as a person would move them, and figures are what they say."""

import ast
import pathlib
import subprocess
import sys
import tomllib
import unittest

BENCH = pathlib.Path(__file__).resolve().parents[2] / "benches" / "predictions"
sys.path.insert(0, str(BENCH))

from figures import MOVED, SAVED, judged, saving, summary, table, tables  # noqa: E402
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

    def figures(self, predicted, true, moved, longer):
        spot = {"case": "a", "cut": ["x", "y"], "predicted_ms": predicted, "moved_ms": moved}
        return spot | {"saved": saving([true], [0.0]), "first_longer": saving([longer], [0.0])}

    def test_misses_and_failures_stay_in_the_table(self):
        rows = [self.figures(50.0, 100.0, None, 3.0), {"case": "b", "cut": ["z"], "failed": "no such thing"}]
        text = table(rows, SAVED)
        self.assertIn("| a: x + y | 50.0 | 100.0 [100.0, 100.0] | -50.0 | -50 % | **miss** |", text)
        self.assertIn("failed: no such thing", text)
        self.assertIn("0 of 1 within", summary(rows, SAVED))

    def test_what_moves_to_the_first_request_is_judged_by_itself(self):
        rows = [
            self.figures(50.0, 50.0, 80.0, 100.0),
            self.figures(50.0, 90.0, 40.0, 42.0),
            self.figures(50.0, 50.0, None, 7.0),
        ]
        text = table(rows, MOVED).splitlines()[2:]
        self.assertEqual(text[0], "| a: x + y | 80.0 | 100.0 [100.0, 100.0] | -20.0 | -20 % | **miss** |")
        self.assertEqual(text[1], "| a: x + y | 40.0 | 42.0 [42.0, 42.0] | -2.0 | -5 % | within |")
        self.assertEqual(text[2], "| a: x + y |  | 7.0 [7.0, 7.0] |  |  | not foreseen |")
        self.assertEqual(
            summary(rows, MOVED),
            "1 of 2 within 10 % or 5 ms, whichever is larger. Median error 11.0 ms; 20.0 % of those of 50 ms and more; "
            "1.20 of what is allowed at the median.\n",
        )
        self.assertIn("2 of 3 within", summary(rows, SAVED))
        whole = tables(rows)
        self.assertLess(whole.index("### Saved at init"), whole.index("### Moved to the first request"))

    def test_without_a_figure_there_is_no_median(self):
        self.assertEqual(summary([{"case": "b", "cut": ["z"], "failed": "no"}], MOVED), "Nothing was measured.\n")


if __name__ == "__main__":
    unittest.main()
