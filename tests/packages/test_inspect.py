"""`lambench inspect` on real packages: what it says of sizes, owners, versions and duplicates is what du, the zip's own
directory, RECORD and METADATA say."""

import csv
import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

TOOLS = pathlib.Path(os.environ["LAMBENCH_TEST_TOOLS"]) / "packages"
# One of pure Python, some with native parts, and one that brings others along.
WANTED = ["requests==2.32.3", "Jinja2==3.1.4", "PyYAML==6.0.2", "lxml==5.3.0"]
HANDLER = "import jinja2\nimport lxml.etree\nimport requests\nimport yaml\n\n\ndef lambda_handler(event, context):\n    return {}\n"


def installed():
    """The packages in a folder, installed once."""
    site = TOOLS / f"python{sys.version_info.major}.{sys.version_info.minor}"
    mark = site.with_name(f"{site.name}.stamp")
    if not mark.exists() or mark.read_text() != repr(WANTED):
        shutil.rmtree(site, ignore_errors=True)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", "--target", site, *WANTED]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        mark.write_text(repr(WANTED))
    return site


def inspect(target, *more):
    command = [os.environ["LAMBENCH_BIN"], "inspect", str(target), "--json", *map(str, more)]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def recorded(site, info):
    """The files of a distribution by its RECORD. Scripts are recorded as `../../bin/…`; pip --target puts them into `bin/`."""
    with open(info / "RECORD", newline="") as lines:
        paths = [row[0].removeprefix("../../") for row in csv.reader(lines)]
    return [path for path in paths if (site / path).is_file()]


class Inspect(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        root = pathlib.Path(cls.folder.name)
        cls.package = root / "app"
        shutil.copytree(installed(), cls.package)
        (cls.package / "lambda_function.py").write_text(HANDLER)
        cls.zip = root / "app.zip"
        with zipfile.ZipFile(cls.zip, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for path in sorted(cls.package.rglob("*")):
                archive.write(path, path.relative_to(cls.package))
        cls.infos = sorted(cls.package.glob("*.dist-info"))
        cls.of_folder = inspect(cls.package)
        cls.of_zip = inspect(cls.zip)

    def test_a_folder_is_as_large_as_du_says(self):
        files = subprocess.run(["find", self.package, "-type", "f", "-print0"], capture_output=True, check=True).stdout
        sums = subprocess.run(["du", "-bc", "--files0-from=-"], input=files, capture_output=True, check=True).stdout
        said = int(sums.splitlines()[-1].split()[0])
        self.assertEqual(self.of_folder["limits"]["unzipped_bytes"], said)
        (part,) = self.of_folder["parts"]
        self.assertEqual((part["unzipped_bytes"], part["files"]), (said, files.count(b"\0")))

    def test_a_zip_is_as_large_as_it_says_itself(self):
        with zipfile.ZipFile(self.zip) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        limits, (part,) = self.of_zip["limits"], self.of_zip["parts"]
        self.assertEqual(limits["zipped_bytes"], self.zip.stat().st_size)
        self.assertEqual(limits["unzipped_bytes"], sum(entry.file_size for entry in entries))
        self.assertEqual(part["files"], len(entries))
        packed = sum(of["packed_bytes"] for of in self.of_zip["kinds"])
        self.assertEqual(packed, sum(entry.compress_size for entry in entries))

    def test_each_distribution_has_the_files_of_its_record(self):
        with zipfile.ZipFile(self.zip) as archive:
            packed = {entry.filename: entry.compress_size for entry in archive.infolist()}
        for of in (self.of_folder, self.of_zip):
            told = {one["name"]: one for one in of["distributions"]}
            self.assertEqual(len(told), len(self.infos))
            for info in self.infos:
                one = told[importlib.metadata.PathDistribution(info).metadata["Name"]]
                files = recorded(self.package, info)
                self.assertEqual(one["file_count"], len(files), info.name)
                self.assertEqual(one["bytes"], sum((self.package / path).stat().st_size for path in files), info.name)
                if of is self.of_zip:
                    self.assertEqual(one["packed_bytes"], sum(packed[path] for path in files), info.name)

    def test_what_belongs_to_none_is_the_functions_own(self):
        owned = {path for info in self.infos for path in recorded(self.package, info)}
        everything = {str(path.relative_to(self.package)) for path in self.package.rglob("*") if path.is_file()}
        own = everything - owned
        self.assertIn("lambda_function.py", own)
        (part,) = self.of_folder["parts"]
        self.assertEqual(part["own"]["files"], len(own))
        self.assertEqual(part["own"]["bytes"], sum((self.package / path).stat().st_size for path in own))

    def test_versions_are_those_of_the_metadata(self):
        told = {one["name"]: one["version"] for one in self.of_zip["distributions"]}
        wanted = [importlib.metadata.PathDistribution(info) for info in self.infos]
        self.assertEqual(told, {of.metadata["Name"]: of.version for of in wanted})

    def test_by_kind_and_by_tree_it_is_the_same_sum(self):
        for of in (self.of_folder, self.of_zip):
            all_bytes = of["limits"]["unzipped_bytes"]
            self.assertEqual(sum(kind["bytes"] for kind in of["kinds"]), all_bytes)
            self.assertEqual(of["tree"]["bytes"], all_bytes)
        native = sum(path.stat().st_size for path in self.package.rglob("*.so"))
        told = {kind["kind"]: kind["bytes"] for kind in self.of_folder["kinds"]}
        self.assertEqual(told["native"], native)

    def test_planted_duplicates_are_found_and_no_others(self):
        twice = lambda of: [one for one in of["findings"] if one["kind"] == "distribution_twice"]
        self.assertEqual(twice(self.of_folder), [])
        with tempfile.TemporaryDirectory() as folder:
            layer = pathlib.Path(folder) / "layer"
            for info in self.infos:
                # The same version of one, and another version of another one.
                name = importlib.metadata.PathDistribution(info).metadata["Name"]
                if name in ("idna", "PyYAML"):
                    for path in recorded(self.package, info):
                        target = layer / "python" / path
                        target.parent.mkdir(parents=True, exist_ok=True)
                        shutil.copy2(self.package / path, target)
            (changed,) = layer.glob("python/PyYAML-*.dist-info")
            metadata = changed / "METADATA"
            metadata.write_text(metadata.read_text().replace("Version: 6.0.2", "Version: 5.4.1", 1))
            found = {one["subject"]: one for one in twice(inspect(self.package, "--layers", layer))}
        self.assertEqual(set(found), {"idna", "PyYAML"})
        versions = {name: [copy["version"] for copy in one["copies"]] for name, one in found.items()}
        self.assertEqual(sorted(versions["PyYAML"]), ["5.4.1", "6.0.2"])
        self.assertEqual(len(set(versions["idna"])), 1)
        self.assertEqual(len(versions["idna"]), 2)


if __name__ == "__main__":
    unittest.main()
