"""Draws the README's picture: a real run in a terminal of 80 columns, with its colours, as an SVG of text. It holds the
report (standard output) up to its notes.

    picture.py LAMBENCH OUTPUT.svg [ARGUMENT...]   runs `lambench demo`, or what is given; needs pyte (from PyPI)
"""

import fcntl
import html
import os
import pathlib
import pty
import re
import struct
import sys
import termios
from itertools import groupby

import pyte

COLUMNS, ROWS = 80, 200
WIDTH, HEIGHT, MARGIN = 8.4, 19, 16

STYLE = """
rect { fill: #ffffff; stroke: #d0d7de } text { fill: #1f2328 }
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }
.bold { font-weight: 700 } .italics { font-style: italic } .dim { fill: #59636e }
.red { fill: #b3261e } .green { fill: #116329 } .yellow { fill: #7d4e00 }
.blue { fill: #0550ae } .magenta { fill: #8250df } .cyan { fill: #1b6f80 }
@media (prefers-color-scheme: dark) {
  rect { fill: #0d1117; stroke: #3d444d } text { fill: #e6edf3 } .dim { fill: #9198a1 }
  .red { fill: #ff7b72 } .green { fill: #56d364 } .yellow { fill: #e3b341 }
  .blue { fill: #79c0ff } .magenta { fill: #d2a8ff } .cyan { fill: #56d4dd }
}
"""


class Terminal(pyte.Screen):
    """A screen that knows faint text, which pyte doesn't: it is kept as a colour of its own."""

    def select_graphic_rendition(self, *codes, **private):
        super().select_graphic_rendition(*codes, **private)
        if 2 in codes:
            self.cursor.attrs = self.cursor.attrs._replace(fg="dim")
        if 22 in codes and self.cursor.attrs.fg == "dim":
            self.cursor.attrs = self.cursor.attrs._replace(fg="default")


def run(command: list[str]) -> Terminal:
    """What the screen shows once the command has ended well."""
    screen = Terminal(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
        os.environ.pop("NO_COLOR", None)
        os.execvp(command[0], command)
    while True:
        try:
            read = os.read(terminal, 65536)
        except OSError:  # Linux says EIO when the last writer has gone
            break
        if not read:
            break
        stream.feed(read)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code:
        sys.exit("\n".join(line.rstrip() for line in screen.display).strip() + f"\n{command} ended with {code}")
    return screen


def runs(screen: Terminal, row: int):
    """The runs of one look in a row: where each starts, how wide it is, its text and its classes."""
    cells = []
    for column in range(COLUMNS):
        cell = screen.buffer[row][column]
        colour = {"brown": "yellow", "default": ""}.get(cell.fg, cell.fg).removeprefix("bright")
        look = " ".join(name for name in (colour, cell.bold and "bold", cell.italics and "italics") if name)
        cells.append((column, cell.data, look))
    for look, group in groupby(cells, key=lambda cell: cell[2]):
        group = list(group)
        while group and group[-1][1] == " ":
            group.pop()
        if group:
            yield group[0][0], group[-1][0] - group[0][0] + 1, "".join(cell[1] for cell in group), look


def svg(screen: Terminal, prompt: str, title: str) -> str:
    rows = [row for row in range(ROWS) if screen.display[row].strip()]
    notes = [row for row in rows if screen.display[row].startswith(("Not counted", "Figures are "))]
    first, last = rows[0], rows[rows.index(notes[0]) - 1] if notes else rows[-1]
    shown = [*range(first, last + 1)]
    # The verdict stands last, after the notes.
    verdict = [row for row in rows if screen.display[row].startswith("Verdict")]
    if verdict and verdict[0] > last:
        after = next((row for row in range(verdict[0], ROWS) if row not in rows), ROWS)
        shown += [verdict[0] - 1, *range(verdict[0], after)]
    lines = [[(0, len(prompt), prompt, "dim")], []] + [list(runs(screen, row)) for row in shown]
    width, height = COLUMNS * WIDTH + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img" aria-labelledby="title">',
        f'<title id="title">{html.escape(title)}</title>',
        f"<style>{STYLE}</style>",
        f'<rect x="0.5" y="0.5" width="{width - 1:.0f}" height="{height - 1}" rx="8"/>',
    ]
    for number, line in enumerate(lines):
        for column, cells, text, look in line:
            x, y = MARGIN + column * WIDTH, MARGIN + (number + 0.75) * HEIGHT
            # The columns hold whatever the font.
            drawn.append(
                f'<text x="{x:.1f}" y="{y:.1f}" textLength="{cells * WIDTH:.1f}" lengthAdjust="spacingAndGlyphs"'
                + (f' class="{look}"' if look else "")
                + f' xml:space="preserve">{html.escape(text)}</text>'
            )
    return "\n".join(drawn + ["</svg>", ""])


def main() -> None:
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    lambench, output, *arguments = sys.argv[1:]
    arguments = arguments or ["demo"]
    screen = run([lambench, *arguments])
    text = "\n".join(line.rstrip() for line in screen.display).strip()
    change = re.search(r"Cold start +\| +(.*?) +\| +(.*?) +\| +(.*?) +\|", text)
    if not change:
        sys.exit(f"{text}\nthere is no table to draw")
    before, after, by = change.groups()
    title = f"lambench {' '.join(arguments)} in a terminal: the cold start goes from {before} to {after}, {by}"
    drawn = svg(screen, f"$ lambench {' '.join(arguments)}", title)
    pathlib.Path(output).write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
