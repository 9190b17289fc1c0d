"""Predictions of `lambench profile` against reality: for each case and each import that may become lazy, the predicted
saving next to the one that a person's own change of the source has, measured by an interleaved `lambench run`.

Installs from PyPI and npm into target/bench-tools/predictions, which git ignores. Writes results.json and table.md there.

    python3 benches/predictions/run.py [--runs N] [--only CASE] [--page docs/predictions.md]
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import py_compile
import re
import shutil
import subprocess
import sys
import time
import tomllib

from figures import TABLES, row, saving, tables
from move import lazily

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "target"
WORK = TARGET / "bench-tools" / "predictions"
# A whole CPU also after init, so that a first request on the sandbox is as fast as in a profile.
MEMORY = ["--memory", "1769"]


def lambench():
    """The program: LAMBENCH_BIN, or the release build, or the debug one."""
    found = [pathlib.Path(os.environ["LAMBENCH_BIN"])] if "LAMBENCH_BIN" in os.environ else []
    found += [TARGET / build / "lambench" for build in ("release", "debug")]
    return str(next((path.resolve() for path in found if path.exists()), "lambench"))


def asked(*arguments):
    """The JSON that lambench prints."""
    command = [lambench(), *map(str, arguments), "--json", "--quiet"]
    done = subprocess.run(command, cwd=WORK, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"lambench {arguments[0]}: {done.stderr.strip()[-600:]}")
    return json.loads(done.stdout)


def install(case, spec):
    """The case's packages, installed as people do, with the bytecode that pip makes; again only if the list changed."""
    site = WORK / "packages" / case
    mark = site.with_name(f"{case}.stamp")
    wanted = json.dumps([spec.get("pypi"), spec.get("npm"), sys.version])
    if mark.exists() and mark.read_text() == wanted:
        return site
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    if "pypi" in spec:
        command = [sys.executable, "-m", "pip", "install", "--only-binary", ":all:", "--target", site, *spec["pypi"]]
    else:
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--prefix", site, *spec["npm"]]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"installing for {case} failed:\n{done.stderr}")
    shutil.rmtree(site / "bin", ignore_errors=True)
    mark.write_text(wanted)
    return site


def versions(site):
    """What was installed, by name."""
    found = {}
    for info in site.glob("*.dist-info"):
        name, version = info.name.removesuffix(".dist-info").rsplit("-", 1)
        found[name] = version
    for file in [*site.glob("node_modules/*/package.json"), *site.glob("node_modules/@*/*/package.json")]:
        package = json.loads(file.read_text())
        found[package["name"]] = package["version"]
    return dict(sorted(found.items()))


def package(site, name, file, source):
    """A folder with the packages (linked, so that times and bytecode stay) and the handler, compiled if it is Python."""
    folder = WORK / "functions" / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(site, folder, copy_function=os.link, symlinks=True)
    handler = folder / file
    handler.write_text(source)
    if handler.suffix == ".py":
        py_compile.compile(str(handler), doraise=True)
    return folder


def predicted(profile, cut):
    """What the profile foresees of these imports together: the saving at init, and what of it moves."""
    (foreseen,) = [one for one in profile["together"] if one["targets"] == cut]
    return {"predicted_ms": foreseen["saved_ms"], "moved_ms": foreseen.get("moved_ms")}


def samples(result, arm, figure):
    cold = [one for one in result["samples"] if one["accepted"] and one["kind"] == "cold" and one["arm"] == arm]
    return [one[figure] for one in cold]


def measured(case, cut, profile, before, site, file, runs):
    """One cut: predicted and true."""
    figures = {"case": case, "cut": cut}
    try:
        name = f"{case}-lazy-{'-'.join(cut)}".replace("/", "-").replace("@", "")
        after = package(site, name, file, lazily((before / file).read_text(), cut))
        figures |= predicted(profile, cut)
        result = asked("run", "--before", before, "--after", after, "--runs", runs, "--warm-invokes", 0, *MEMORY)
        init = [samples(result, arm, "init_ms") for arm in ("before", "after")]
        first = [samples(result, arm, "handler_ms") for arm in ("before", "after")]
        figures |= {
            "init_ms": init,
            "handler_ms": first,
            "saved": saving(*init),
            "first_longer": saving(*reversed(first)),
        }
        shutil.rmtree(after)
    except (RuntimeError, ValueError) as error:
        figures["failed"] = " ".join(str(error).split())
    return figures


def conditions(runs, took, parts):
    machine = f"{platform.system()} {platform.release()}, {os.cpu_count()} CPUs"
    program = subprocess.run([lambench(), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    build = {"release": "release build", "debug": "debug build"}.get(pathlib.Path(lambench()).parent.name, "build not known")
    on = datetime.datetime.now(datetime.timezone.utc).date()
    names = ", ".join(f"{name} {version}" for name, version in sorted(parts.items()))
    return (
        f"Measured on {on} with {program} ({build}), {machine}, Python "
        f"{platform.python_version()}, Node {node}; {runs} cold starts of each of the two, {took / 60:.0f} minutes in all. "
        f"{names}.\n"
    )


def put_into(page, text):
    """Replaces what stands between the two marks of a page."""
    marked = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)
    page.write_text(marked.sub(lambda found: f"{found[1]}\n{text}\n{found[2]}", page.read_text()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20, help="cold starts of each variant (default 20)")
    parser.add_argument("--profile-runs", type=int, default=10, help="starts of each profile (default 10)")
    parser.add_argument("--only", action="append", metavar="CASE", help="this case alone (repeatable)")
    parser.add_argument("--page", type=pathlib.Path, help="a page to put the table into, between its marks")
    args = parser.parse_args()
    cases = tomllib.loads((HERE / "cases.toml").read_text())
    if unknown := set(args.only or []) - set(cases):
        parser.error(f"no such case: {', '.join(sorted(unknown))} (there are {', '.join(cases)})")
    began, all_figures, parts = time.monotonic(), [], {}
    for case, spec in cases.items():
        if args.only and case not in args.only:
            continue
        site = install(case, spec)
        (source,) = (HERE / "cases" / case).glob("*.*")
        before = package(site, case, source.name, source.read_text())
        roots = {name: version for name, version in versions(site).items() if named(name, spec)}
        parts |= roots
        together = [word for cut in spec["cuts"] for word in ("--together", ",".join(cut))]
        try:
            profile = asked("profile", before, "--runs", args.profile_runs, *together, *MEMORY)
        except RuntimeError as error:
            why = " ".join(str(error).split())
            all_figures += [{"case": case, "cut": cut, "failed": why} for cut in spec["cuts"]]
            continue
        if "pypi" in spec and profile["recording"]["version"] != platform.python_version():
            sys.exit(f"packages are installed for Python {platform.python_version()}, the sandbox has another one")
        for cut in spec["cuts"]:
            figures = measured(case, cut, profile, before, site, source.name, args.runs)
            all_figures.append(figures | {"versions": roots})
            for which, title in TABLES.items():
                print(f"{title}: {' | '.join(row(figures, which))}", file=sys.stderr, flush=True)
        shutil.rmtree(before)
    text = f"{tables(all_figures)}\n{conditions(args.runs, time.monotonic() - began, parts)}"
    (WORK / "table.md").write_text(text)
    (WORK / "results.json").write_text(json.dumps(all_figures, indent=1) + "\n")
    if args.page:
        put_into(args.page, text)
    print(text, end="")
    return any("failed" in figures for figures in all_figures)


def named(distribution, spec):
    """Whether the case itself asks for it, in whichever spelling."""
    plain = re.sub(r"[-_.]+", "-", distribution).lower()
    wanted = [*spec.get("pypi", []), *spec.get("npm", [])]
    return distribution in wanted or plain in [re.sub(r"[-_.]+", "-", one.split("[")[0]).lower() for one in wanted]


if __name__ == "__main__":
    sys.exit(main())
