"""Holds what lambench's statistics say of many random cases against scipy's, and ties against every split.

LAMBENCH_STATISTICS names the file with the cases and what lambench says of them (tests/suites.rs writes it). scipy is
installed into LAMBENCH_TEST_TOOLS (default: target/test-tools); if it can't be, the test fails.
"""

import itertools
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import unittest
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = pathlib.Path(os.environ.get("LAMBENCH_TEST_TOOLS", ROOT / "target/test-tools"))
SCIPY = TOOLS / f"scipy-{sys.version_info.major}.{sys.version_info.minor}"
# Past this many splits a case is not gone through.
SPLITS = 20_000

cases = []
stats = None


def setUpModule():
    global cases, stats
    done = SCIPY / "installed"
    if not done.exists():
        venv.create(SCIPY, clear=True, with_pip=True)
        pip = [SCIPY / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "scipy"], check=True)
        done.touch()
    sys.path[:0] = [str(path) for path in SCIPY.glob("lib/python*/site-packages")]
    from scipy import stats
    cases = json.loads(pathlib.Path(os.environ["LAMBENCH_STATISTICS"]).read_text(encoding="utf-8"))


def tied(case):
    return len({*case["before"], *case["after"]}) < len(case["before"]) + len(case["after"])


def p_of_all_splits(before, after):
    """Twice the smaller tail of the rank sum of `after` over all splits, mid-ranks doubled so that they are whole."""
    figures = before + after
    ranks = [2 * sum(y < x for y in figures) + sum(y == x for y in figures) + 1 for x in figures]
    seen = sum(ranks[len(before):])
    sums = [sum(split) for split in itertools.combinations(ranks, len(after))]
    smaller = min(sum(s <= seen for s in sums), sum(s >= seen for s in sums))
    return min(1.0, 2 * smaller / len(sums))


def differ(found, wanted, digits=1e-9):
    return not math.isclose(found, wanted, rel_tol=digits, abs_tol=1e-15)


class Statistics(unittest.TestCase):
    def test_p_without_ties_is_scipys(self):
        untied = [case for case in cases if not tied(case)]
        self.assertGreater(len(untied), 100)
        for case in untied:
            exact = len(case["before"]) + len(case["after"]) <= 128
            wanted = stats.mannwhitneyu(
                case["after"], case["before"], method="exact" if exact else "asymptotic"
            ).pvalue
            self.assertFalse(differ(case["p"], wanted), (wanted, case))

    def test_p_of_many_tied_figures_is_scipys_approximation(self):
        many = [c for c in cases if tied(c) and len(c["before"]) + len(c["after"]) > 128]
        self.assertGreater(len(many), 10)
        for case in many:
            wanted = stats.mannwhitneyu(case["after"], case["before"], method="asymptotic").pvalue
            self.assertFalse(differ(case["p"], wanted), (wanted, case))

    def test_p_with_ties_is_that_of_all_splits(self):
        few = [c for c in cases if tied(c) and math.comb(len(c["before"]) + len(c["after"]), len(c["after"])) <= SPLITS]
        self.assertGreater(len(few), 50)
        for case in few:
            wanted = p_of_all_splits(case["before"], case["after"])
            self.assertFalse(differ(case["p"], wanted), (wanted, case))

    def test_p_with_ties_of_more_is_near_scipys_permutations(self):
        some = [c for c in cases if tied(c) and 30 <= len(c["before"]) + len(c["after"]) <= 128][:8]
        self.assertEqual(len(some), 8)
        for case in some:
            def rank_sum(before, after):
                return stats.rankdata([*before, *after])[len(before):].sum()
            wanted = stats.permutation_test(
                (case["before"], case["after"]), rank_sum, n_resamples=3000, vectorized=False, rng=7
            ).pvalue
            # Four standard errors of the permutations.
            self.assertLess(abs(case["p"] - wanted), 4 * math.sqrt(wanted * (1 - wanted) / 3000) + 0.002, case)

    def test_the_ratio_is_the_median_of_all_on_logs(self):
        for case in cases:
            logs = sorted(math.log(a / b) for b in case["before"] for a in case["after"])
            middle = len(logs) // 2
            wanted = (logs[middle] + logs[~middle]) / 2
            self.assertFalse(differ(case["ratio"], math.exp(wanted)), case)

    def test_the_shift_is_the_median_of_all_differences(self):
        for case in cases:
            wanted = statistics.median(a - b for b in case["before"] for a in case["after"])
            self.assertFalse(differ(case["shift"], wanted), (wanted, case))

    def test_the_intervals_without_ties_are_those_of_scipys_p(self):
        """Between its ends scipy doesn't reject the ratio or the shift; beyond them it does."""
        untied = [c for c in cases if not tied(c) and len(c["before"]) + len(c["after"]) <= 128]
        for case in untied:
            self.ends(case, "interval", lambda b, ratio: b * ratio)
            self.ends(case, "shift_interval", lambda b, shift: b + shift)

    def ends(self, case, name, move):
        def p(by):
            moved = [move(b, by) for b in case["before"]]
            return stats.mannwhitneyu(case["after"], moved, method="exact").pvalue
        if case[name] is None:
            apart = 2 / math.comb(len(case["before"]) + len(case["after"]), len(case["after"]))
            self.assertGreaterEqual(apart, case["alpha"], case)
            return
        low, high = case[name]
        for end, out in [(low, -1e-9), (high, 1e-9)]:
            self.assertLess(p(end + out * abs(end)), case["alpha"], (end, case))
            self.assertGreaterEqual(p(end - out * abs(end)), case["alpha"], (end, case))

    def test_the_interval_of_a_quantile_is_scipys_binomials(self):
        for case in cases:
            figures, share = sorted(case["after"]), case["percent"] / 100
            n, half = len(figures), case["alpha"] / 2
            below = stats.binom(n, share)
            # As many as possible below, as few as possible above, each with at most half of alpha beyond.
            low = max((r for r in range(n + 1) if r == 0 or below.cdf(r - 1) <= half), default=0)
            high = min((r for r in range(1, n + 2) if below.sf(r - 1) <= half), default=n + 1)
            wanted = [figures[low - 1], figures[high - 1]] if n >= 6 and low >= 1 and high <= n else None
            self.assertEqual(case["quantile"], wanted, case)


if __name__ == "__main__":
    unittest.main()
