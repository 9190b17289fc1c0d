"""Runs the commands that the README promises, as it prints them.

    readme.py tests      print the test command
    readme.py run-tests  run it
    readme.py run-main   run the main job's command, and look at what it printed
    readme.py capture    run it, and put what it printed into the README, and the same in Korean into README.ko.md
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command(marker: str) -> str:
    """The one command of the code block after `<!-- ci: marker -->`."""
    found = re.findall(rf"<!-- ci: {marker} -->\s*```sh\n(.*?)\n```", README, re.S)
    if len(found) != 1:
        sys.exit(f"the README has {len(found)} blocks marked {marker!r}, not one")
    return re.sub(r"\s+#.*", "", found[0]).strip()


def run_main() -> str:
    """What the main job's command printed, once it has been looked at."""
    done = subprocess.run(
        command("main"), shell=True, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    wanted = ["Package size", "Cold start", "Warm start", "API_ONLY_v1.0", "OPTIMIZED_v2.0", "↓"]
    missing = [text for text in wanted if text not in done.stdout]
    if done.returncode or missing:
        sys.exit(f"{done.stdout}\nthe main command ended with {done.returncode}; not printed: {missing}")
    return done.stdout


def capture() -> None:
    printed = {"README.md": run_main()}
    show = [ROOT / "target/release/lambench", "results", "show", "last", "--lang", "ko"]
    printed["README.ko.md"] = subprocess.run(
        show, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True
    ).stdout
    for name, report in printed.items():
        report = re.sub(r"(?m)^(Saved|저장 위치): .*?(\.lambench/)", r"\1: \2", report).strip()
        marker = "<!-- captured: data-collector -->\n```text\n"
        before, after = (ROOT / name).read_text(encoding="utf-8").split(marker)
        rest = after[after.index("```") :]
        (ROOT / name).write_text(f"{before}{marker}{report}\n{rest}", encoding="utf-8")


def main() -> None:
    what = sys.argv[1] if len(sys.argv) == 2 else ""
    if what == "tests":
        print(command("tests"))
    elif what == "run-tests":
        subprocess.run(command("tests"), shell=True, check=True, cwd=ROOT)
    elif what == "run-main":
        print(run_main())
    elif what == "capture":
        capture()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
