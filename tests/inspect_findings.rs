//! What `lambench inspect` finds, against what Python itself decides in the sandbox, and what becomes of it once the
//! commands that it prints were run.
#![allow(missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use lambench::inspect::bytecode::decisions;
use lambench::inspect::bytecode::sources::Class;
use lambench::inspect::{Files, Mounted, Place, Subject};
use serde_json::Value;
use support::Test;

/// Tells which sources its Python compiles, by Python's own import machinery.
const PROBE: &str = r#"
import importlib.machinery, os

compiled = []

class Loader(importlib.machinery.SourceFileLoader):
    def source_to_code(self, data, path, **options):
        compiled.append(path)
        return super().source_to_code(data, path, **options)

def lambda_handler(event, context):
    root = os.environ["LAMBDA_TASK_ROOT"]
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                Loader(name[:-3], path).get_code(name[:-3])
    return sorted(os.path.relpath(path, root) for path in compiled)
"#;

/// Writes a package whose sources have bytecode of every kind, each in two files.
const WRITE: &str = r#"
import os, py_compile, shutil, sys

Mode = py_compile.PycInvalidationMode
os.chdir(sys.argv[1])
EVEN = 1_700_000_000

def source(name, text="VALUE = 1\n", time=EVEN):
    with open(name + ".py", "w") as file:
        file.write(text)
    os.utime(name + ".py", (time, time))

def bytecode(name, mode=Mode.TIMESTAMP, **options):
    return py_compile.compile(name + ".py", invalidation_mode=mode, doraise=True, **options)

def changed(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)

for i in "12":
    source("valid" + i); bytecode("valid" + i)
    source("odd" + i, time=EVEN + 1); bytecode("odd" + i)
    source("checked" + i); bytecode("checked" + i, Mode.CHECKED_HASH)
    source("unchecked" + i); bytecode("unchecked" + i, Mode.UNCHECKED_HASH)
    source("old" + i); bytecode("old" + i, Mode.UNCHECKED_HASH); source("old" + i, "VALUE = 2\n")
    source("missing" + i)
    source("time" + i); bytecode("time" + i); source("time" + i, time=EVEN - 100)
    source("size" + i); bytecode("size" + i); source("size" + i, "VALUE = 22\n")
    source("hash" + i); bytecode("hash" + i, Mode.CHECKED_HASH); source("hash" + i, "VALUE = 2\n")
    source("magic" + i); changed(bytecode("magic" + i), 0, b"\x17\x0d")
    source("flags" + i); changed(bytecode("flags" + i), 4, b"\x08")
    source("cut" + i)
    with open(bytecode("cut" + i), "r+b") as file:
        file.truncate(10)
    source("level" + i); bytecode("level" + i, optimize=1)
    source("beside" + i); bytecode("beside" + i, cfile="beside" + i + ".pyc")
    tag = sys.implementation.cache_tag
    source("named" + i); cached = bytecode("named" + i)
    shutil.move(cached, cached.replace(tag, "cpython-36"))
"#;

/// Zips a folder, its files with the times that they have (`exact`: an extended timestamp; `dos`: UTC, in steps of two
/// seconds), or with none, as tools do that want equal zips of equal files.
const ZIP: &str = r#"
import os, struct, sys, time, zipfile

folder, target, times = sys.argv[1:]
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
    for at, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(at, name)
            seconds = int(os.stat(path).st_mtime)
            info = zipfile.ZipInfo(os.path.relpath(path, folder))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100644 << 16
            if times != "none":
                info.date_time = time.gmtime(seconds)[:6]
            if times == "exact":
                info.extra = struct.pack("<HHBi", 0x5455, 5, 1, seconds)
            with open(path, "rb") as file:
                packed.writestr(info, file.read())
"#;

fn python(test: &Test, script: &str, args: &[&str]) -> String {
    let output = Command::new("python3")
        .args(["-c", script])
        .args(args)
        .current_dir(test.path())
        .env("PYENV_ROOT", support::pyenv_root())
        .env_remove("SOURCE_DATE_EPOCH")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// `python3.11`, as the sandbox will run it.
fn runtime(test: &Test) -> String {
    python(
        test,
        "import sys; print('python%d.%d' % sys.version_info[:2])",
        &[],
    )
}

/// The sources that Python compiles of a package, by the sandbox.
fn compiled_by_python(test: &Test, package: &str) -> Vec<String> {
    let ran = test.run(&["invoke", &format!("probe={package}")]).success();
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

/// The class of each source, by its name without its last digit.
fn classes(test: &Test, package: &str) -> BTreeMap<String, Class> {
    let mut subject = Subject {
        name: package.to_owned(),
        mounts: Vec::new(),
        runtime: Some(runtime(test)),
        handler: None,
        architecture: None,
        unread: Vec::new(),
        environment: None,
    };
    subject.mounts.push(Mounted {
        place: Place::Task,
        files: Files::open(&test.path().join(package)).unwrap(),
    });
    let decided = decisions(&subject, &subject.mounts[0]).unwrap();
    let sources = decided.sources.into_iter();
    sources.map(|source| (source.path, source.class)).collect()
}

/// What the sandbox's Python decides is what was decided from the files alone; gives the classes.
fn agrees(test: &Test, package: &str) -> BTreeMap<String, Class> {
    let classes = classes(test, package);
    let compiled = classes.iter().filter(|(_, class)| class.is_compiled());
    let compiled: Vec<_> = compiled.map(|(path, _)| path.clone()).collect();
    assert_eq!(
        compiled,
        compiled_by_python(test, package),
        "{package}: {classes:?}"
    );
    classes
}

fn inspected(test: &Test, package: &str) -> Vec<Value> {
    let runtime = runtime(test);
    let ran = test
        .run(&["inspect", package, "--json", "--runtime", &runtime])
        .success();
    let mut inspection: Value = serde_json::from_str(&ran.stdout).unwrap();
    inspection["findings"].take().as_array().unwrap().clone()
}

fn of_kind<'a>(findings: &'a [Value], kind: &str) -> Option<&'a Value> {
    findings.iter().find(|finding| finding["kind"] == kind)
}

/// A package with a probe for a handler and sources of every class.
fn every_class(test: &Test) {
    test.write("app/lambda_function.py", PROBE);
    python(test, WRITE, &["app"]);
}

#[test]
fn each_class_of_bytecode_is_what_python_decides() {
    let test = Test::new();
    every_class(&test);
    for (times, even, odd) in [
        ("exact", Class::Valid, Class::Valid),
        ("dos", Class::Valid, Class::StaleTime),
        ("none", Class::StaleTime, Class::StaleTime),
    ] {
        let zip = format!("{times}.zip");
        python(&test, ZIP, &["app", &zip, times]);
        let classes = agrees(&test, &zip);
        for (name, wanted) in [
            ("valid", even),
            ("odd", odd),
            ("checked", Class::Checked),
            ("unchecked", Class::Unchecked),
            ("old", Class::UncheckedOther),
            ("missing", Class::Missing),
            ("time", Class::StaleTime),
            ("hash", Class::StaleHash),
            ("magic", Class::OtherPython),
            ("flags", Class::Damaged),
            ("cut", Class::Damaged),
            ("level", Class::OtherPython),
            ("beside", Class::Missing),
            ("named", Class::OtherPython),
        ] {
            for i in 1..=2 {
                assert_eq!(classes[&format!("{name}{i}.py")], wanted, "{times} {name}");
            }
        }
    }
    let classes = agrees(&test, "app");
    assert_eq!(classes["size1.py"], Class::StaleSize, "{classes:?}");
}

#[test]
fn the_printed_commands_make_bytecode_that_python_takes() {
    let test = Test::new();
    every_class(&test);
    python(&test, ZIP, &["app", "app.zip", "none"]);
    for package in ["app.zip", "app"] {
        let findings = inspected(&test, package);
        let not_used = of_kind(&findings, "bytecode_not_used").unwrap();
        assert!(
            of_kind(&findings, "bytecode_of_other_source").is_some(),
            "{findings:?}"
        );
        let commands = not_used["fix"][0]["commands"].as_array().unwrap();
        for command in commands {
            let command = command.as_str().unwrap();
            let status = Command::new("sh")
                .args(["-ec", command])
                .current_dir(test.path())
                .env("PYENV_ROOT", support::pyenv_root())
                .status()
                .unwrap();
            assert!(status.success(), "{command}");
        }
    }
    // The folder is zipped as the worst tool would: without any time.
    python(&test, ZIP, &["app", "again.zip", "none"]);
    for package in ["app-compiled.zip", "again.zip"] {
        let classes = agrees(&test, package);
        assert!(
            classes.values().all(|class| *class == Class::Unchecked),
            "{classes:?}"
        );
        let findings = inspected(&test, package);
        assert_eq!(of_kind(&findings, "bytecode_not_used"), None);
        assert_eq!(of_kind(&findings, "bytecode_of_other_source"), None);
    }
}

#[test]
fn what_pip_installs_under_source_date_epoch_outlives_a_zip_without_dates() {
    let test = Test::new();
    for (folder, epoch, wanted) in [
        ("dated", None, Class::StaleTime),
        ("epoch", Some("315532800"), Class::Checked),
    ] {
        test.write(&format!("{folder}/lambda_function.py"), PROBE);
        let mut pip = Command::new("python3");
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ])
        .args(["--target", folder, "jmespath==1.0.1"])
        .current_dir(test.path())
        .env("PYENV_ROOT", support::pyenv_root())
        .env_remove("SOURCE_DATE_EPOCH");
        if let Some(epoch) = epoch {
            pip.env("SOURCE_DATE_EPOCH", epoch);
        }
        assert!(pip.status().unwrap().success());
        let zip = format!("{folder}.zip");
        python(&test, ZIP, &[folder, &zip, "none"]);
        let classes = agrees(&test, &zip);
        let installed = classes
            .iter()
            .filter(|(path, _)| Path::new(path).starts_with("jmespath"));
        let installed: Vec<_> = installed.map(|(_, class)| *class).collect();
        assert!(installed.len() > 5, "{classes:?}");
        assert!(
            installed.iter().all(|class| *class == wanted),
            "{classes:?}"
        );
    }
}

#[test]
fn findings_are_told_in_both_languages_with_commands_that_can_be_copied() {
    let test = Test::new();
    every_class(&test);
    let runtime = runtime(&test);
    let inspect = |lang: &str| {
        test.run(&["inspect", "app", "--runtime", &runtime, "--lang", lang])
            .success()
    };
    let command =
        format!("        {runtime} -m compileall -q -f --invalidation-mode unchecked-hash app\n");
    let says = |lang: &str, sentences: [&str; 2]| {
        let said = inspect(lang).stdout;
        assert!(said.contains(&command), "{said}");
        // Wherever a line is broken.
        let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for sentence in sentences {
            assert!(words.contains(sentence), "{sentence}: {said}");
        }
    };
    says("en", ["again at every cold start", "runs the old code"]);
    says("ko", ["다시 컴파일합니다", "예전 코드가 실행됩니다"]);
}
