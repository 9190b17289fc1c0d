"""The figures and the table: no I/O."""

import math
import statistics

# A prediction is right within a tenth of the true saving, or five milliseconds.
PART, LEAST_MS = 0.10, 5.0


def saving(before, after):
    """How much less the second is, ms: Hodges and Lehmann's shift and the 95 % interval of the rank test."""
    apart = sorted(b - a for b in before for a in after)
    n, m = len(before), len(after)
    k = math.floor(n * m / 2 - 1.96 * math.sqrt(n * m * (n + m + 1) / 12))
    k = max(0, min(k, (len(apart) - 1) // 2))
    return {"ms": statistics.median(apart), "interval": [apart[k], apart[-1 - k]]}


def judged(predicted_ms, true_ms):
    """The error of a prediction, and whether that is within what is allowed."""
    error = predicted_ms - true_ms
    allowed = max(PART * abs(true_ms), LEAST_MS)
    part = error / true_ms if abs(true_ms) >= 1 else None
    return {"error_ms": error, "error_part": part, "allowed_ms": allowed, "within": abs(error) <= allowed}


def row(figures):
    """One line of the table."""
    name = f"{figures['case']}: {' + '.join(figures['cut'])}"
    if "failed" in figures:
        return [name, "", "", "", "", "", f"failed: {figures['failed']}"]
    true, verdict = figures["saved"], figures["verdict"]
    part = verdict["error_part"]
    return [
        name,
        f"{figures['predicted_ms']:.1f}",
        f"{figures['moved_ms']:.1f}" if figures["moved_ms"] is not None else "",
        f"{true['ms']:.1f} [{true['interval'][0]:.1f}, {true['interval'][1]:.1f}]",
        f"{verdict['error_ms']:+.1f}",
        "" if part is None else f"{100 * part:+.0f} %",
        "within" if verdict["within"] else "**miss**",
    ]


TITLES = ["Made lazy", "Predicted saving, ms", "of it moved, ms", "True saving, ms [95 %]", "Error, ms", "Error", "Verdict"]


def table(all_figures):
    """The table in Markdown."""
    lines = [TITLES, ["---"] + ["---:"] * 5 + ["---"], *map(row, all_figures)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def summary(all_figures):
    """The sentence below the table."""
    good = [figures["verdict"] for figures in all_figures if "verdict" in figures]
    if not good:
        return "Nothing was measured.\n"
    error = statistics.median(abs(verdict["error_ms"]) for verdict in good)
    part = statistics.median(abs(verdict["error_ms"]) / verdict["allowed_ms"] for verdict in good)
    within = sum(verdict["within"] for verdict in good)
    large = [abs(v["error_part"]) for v, f in zip(good, [f for f in all_figures if "verdict" in f]) if f["saved"]["ms"] >= 50]
    of_large = f"; {100 * statistics.median(large):.1f} % of savings of 50 ms and more" if large else ""
    return (
        f"{within} of {len(good)} within 10 % or 5 ms, whichever is larger. Median error {error:.1f} ms{of_large}; "
        f"{part:.2f} of what is allowed at the median.\n"
    )
