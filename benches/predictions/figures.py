"""The figures and the tables: no I/O."""

import math
import statistics

# A prediction is right within a tenth of the true figure, or five milliseconds.
PART, LEAST_MS = 0.10, 5.0
# What is foreseen, and what is measured of it: keys of the figures.
SAVED, MOVED = ("predicted_ms", "saved"), ("moved_ms", "first_longer")
TABLES = {SAVED: "Saved at init", MOVED: "Moved to the first request"}
TITLES = ["Made lazy", "Predicted, ms", "True, ms [95 %]", "Error, ms", "Error", "Verdict"]


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


def row(figures, which):
    """One line of a table."""
    predicted, measured = which
    name = f"{figures['case']}: {' + '.join(figures['cut'])}"
    if "failed" in figures:
        return [name, "", "", "", "", f"failed: {figures['failed']}"]
    true, foreseen = figures[measured], figures[predicted]
    figure = f"{true['ms']:z.1f} [{true['interval'][0]:z.1f}, {true['interval'][1]:z.1f}]"
    if foreseen is None:
        return [name, "", figure, "", "", "not foreseen"]
    verdict = judged(foreseen, true["ms"])
    part = verdict["error_part"]
    return [
        name,
        f"{foreseen:.1f}",
        figure,
        f"{verdict['error_ms']:+.1f}",
        "" if part is None else f"{100 * part:+.0f} %",
        "within" if verdict["within"] else "**miss**",
    ]


def table(all_figures, which):
    """A table in Markdown."""
    lines = [TITLES, ["---"] + ["---:"] * 4 + ["---"], *(row(figures, which) for figures in all_figures)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def summary(all_figures, which):
    """The sentence below a table."""
    predicted, measured = which
    there = [figures for figures in all_figures if "failed" not in figures and figures[predicted] is not None]
    if not there:
        return "Nothing was measured.\n"
    good = [judged(figures[predicted], figures[measured]["ms"]) for figures in there]
    error = statistics.median(abs(verdict["error_ms"]) for verdict in good)
    part = statistics.median(abs(verdict["error_ms"]) / verdict["allowed_ms"] for verdict in good)
    within = sum(verdict["within"] for verdict in good)
    large = [abs(verdict["error_part"]) for verdict, figures in zip(good, there) if figures[measured]["ms"] >= 50]
    of_large = f"; {100 * statistics.median(large):.1f} % of those of 50 ms and more" if large else ""
    return (
        f"{within} of {len(good)} within 10 % or 5 ms, whichever is larger. Median error {error:.1f} ms{of_large}; "
        f"{part:.2f} of what is allowed at the median.\n"
    )


def tables(all_figures):
    """What stands in the page: both tables, each with its sentence."""
    parts = (
        f"### {title}\n\n{table(all_figures, which)}\n{summary(all_figures, which)}" for which, title in TABLES.items()
    )
    return "\n".join(parts)
