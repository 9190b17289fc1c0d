"""Proves that pip and npm install a lambench that runs, from the release binary that is already built.

    packages.py   makes the wheel and the npm packages in target/packages, installs both into fresh folders, and runs what
                  was installed; draws the README's picture again, next to them
"""

import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "target/packages"
BINARY = ROOT / "target/release/lambench"
VERSION = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.M)[1]


def run(*command, code=0, **options) -> str:
    done = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, text=True, encoding="utf-8", **options
    )
    if done.returncode != code:
        sys.exit(f"{command} ended with {done.returncode}, not {code}:\n{done.stdout}")
    return done.stdout


def check(lambench: pathlib.Path) -> None:
    """It is this version, measures, and ends as it should when it is used wrongly or interrupted."""
    said = run(lambench, "--version").strip()
    if said != f"lambench {VERSION}":
        sys.exit(f"{lambench} says {said!r}; Cargo.toml says {VERSION}")
    report = run(lambench, "demo", "--runs", "6", "--warm-invokes", "1", cwd=WORK, stderr=subprocess.DEVNULL)
    if "OPTIMIZED_v2.0" not in report:
        sys.exit(f"{lambench} demo printed\n{report}")
    run(lambench, "run", "--no-such-flag", code=2, stderr=subprocess.DEVNULL)
    for sent, code in ((signal.SIGINT, 130), (signal.SIGTERM, 130)):
        demo = subprocess.Popen(
            [lambench, "demo", "--runs", "500"],
            cwd=WORK,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        while demo.stderr.read1() == b"":
            time.sleep(0.1)
        demo.send_signal(sent)
        demo.stderr.read()
        if demo.wait(60) != code:
            sys.exit(f"{lambench} demo ended with {demo.returncode} on {sent.name}, not {code}")


def wheel() -> None:
    tools = WORK / "tools"
    run(sys.executable, "-m", "venv", tools)
    run(tools / "bin/pip", "install", "--quiet", "maturin>=1.9,<2")
    run(tools / "bin/maturin", "build", "--release", "--locked", "--quiet", "--out", WORK / "wheels", cwd=ROOT)
    (made,) = (WORK / "wheels").glob(f"lambench-{VERSION}-*.whl")
    venv = WORK / "venv"
    run(sys.executable, "-m", "venv", venv)
    run(venv / "bin/pip", "install", "--quiet", "--no-index", made)
    check(venv / "bin/lambench")
    print(f"wheel: {made.name}, {made.stat().st_size} bytes")


def npm() -> None:
    kind = {"Linux": "unknown-linux-musl", "Darwin": "apple-darwin"}[platform.system()]
    machine = {"arm64": "aarch64", "aarch64": "aarch64", "x86_64": "x86_64"}[platform.machine()]
    run("node", ROOT / "packaging/npm/pack.js", WORK / "npm", f"{machine}-{kind}={BINARY}")
    packed = [
        WORK / run("npm", "pack", "--silent", "--pack-destination", WORK, folder).strip()
        for folder in sorted((WORK / "npm").iterdir())
    ]
    app = WORK / "app"
    app.mkdir()
    # The other platforms' packages are in no registry here; this platform's is put where npm would put it.
    run("npm", "install", "--silent", "--offline", "--no-audit", "--no-fund", "--prefix", app, *packed)
    check(app / "node_modules/.bin/lambench")
    for file in packed:
        print(f"npm: {file.name}, {file.stat().st_size} bytes")


def picture() -> None:
    run(WORK / "tools/bin/pip", "install", "--quiet", "pyte>=0.8,<0.9")
    drawn = WORK / "demo.svg"
    run(WORK / "tools/bin/python", ROOT / ".ci/picture.py", BINARY, drawn, "demo", "--runs", "6", cwd=WORK)
    if not ET.parse(drawn).getroot().findtext("{*}title").startswith("lambench demo"):
        sys.exit(f"{drawn} has no title")


def main() -> None:
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    os.environ.pop("VIRTUAL_ENV", None)
    built = BINARY.stat().st_mtime_ns
    wheel()
    if BINARY.stat().st_mtime_ns != built:
        print("the wheel's build made the release binary again")
    npm()
    picture()


if __name__ == "__main__":
    main()
