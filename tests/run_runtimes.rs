//! Every kind of package through `lambench run`: Node, `provided`, layers, limits, and what a run leaves behind.

mod support;

use std::process::Command;

use serde_json::Value;
use support::{Ran, Test, fixture, repository, signal, wait_for};

fn run(test: &Test, after: &str, more: &[&str]) -> Ran {
    let mut args = vec![
        "run",
        "--after",
        after,
        "--runs",
        "2",
        "--warm-invokes",
        "1",
    ];
    args.extend(more);
    test.run(&args)
}

fn package(name: &str) -> String {
    fixture(name).to_str().unwrap().to_owned()
}

fn accepted(result: &Value, kind: &str, field: &str) -> Vec<f64> {
    result["samples"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s["accepted"] == true && s["kind"] == kind)
        .map(|s| s[field].as_f64().unwrap())
        .collect()
}

#[test]
fn a_node_pair_is_measured_and_its_versions_are_shown() {
    let test = Test::new();
    let (before, after) = (
        package("node-collector/before"),
        package("node-collector/after"),
    );
    test.run(&[
        "run",
        "--before",
        &before,
        "--after",
        &after,
        "--runs",
        "3",
        "--warm-invokes",
        "2",
    ])
    .success()
    .prints("Cold start")
    .prints("Node.js");
    let result = test.result();
    assert_eq!(result["ending"]["how"], "complete");
    let versions: Vec<&Value> = (0..2)
        .map(|i| &result["subjects"][i]["version_source"])
        .collect();
    assert_eq!(versions, ["response", "response"]);
}

#[test]
fn a_provided_function_in_rust_starts_in_milliseconds() {
    let test = Test::new();
    let target = repository().join("target/provided-hello");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--locked",
            "--quiet",
            "--manifest-path",
        ])
        .arg(fixture("provided-hello").join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status()
        .unwrap();
    assert!(built.success());
    let folder = test.path().join("rust-hello");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(target.join("release/bootstrap"), folder.join("bootstrap")).unwrap();
    run(&test, "rust-hello/", &[])
        .success()
        .prints("provided.al2023")
        .prints("bootstrap");
    let init = accepted(&test.result(), "cold", "init_ms");
    assert_eq!(init.len(), 2);
    assert!(init.iter().all(|ms| *ms < 500.0), "{init:?}");
}

#[test]
fn every_failing_function_stops_the_run_with_its_own_error() {
    for (name, more, message) in [
        (
            "exit-zero",
            &[][..],
            "Runtime exited without providing a reason",
        ),
        ("init-exit", &[], "Runtime.ExitError"),
        ("killed-by-signal", &[], "signal: "),
        ("oversized", &[], "Function.ResponseSizeTooLarge"),
        ("not-json", &[], "Runtime.MarshalError"),
        ("out-of-memory", &["--memory", "128"], "signal: killed"),
        ("node-error", &[], "RangeError: no market data for today"),
        ("node-missing-handler", &[], "Runtime.HandlerNotFound"),
    ] {
        let test = Test::new();
        let ran = run(&test, &package(&format!("failing/{name}")), more);
        assert_eq!(ran.code, Some(1), "{name}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(message), "{name}: {}", ran.stderr);
        assert!(!ran.stdout.contains("Cold start"), "{name}: {}", ran.stdout);
    }
}

#[test]
fn an_init_past_ten_seconds_is_no_cold_start() {
    let test = Test::new();
    run(&test, &package("failing/init-timeout"), &["--timeout", "2"])
        .fails_with(1)
        .says("Task timed out after 2.00 seconds");
    let result = test.result();
    assert!(accepted(&result, "cold", "client_ms").is_empty());
    assert!(result["samples"][0]["init_ms"].is_null());
}

#[test]
fn an_init_that_sleeps_a_second_reports_a_second() {
    let test = Test::new();
    run(&test, &package("failing/slow-init"), &[]).success();
    for ms in accepted(&test.result(), "cold", "init_ms") {
        assert!((1000.0..1500.0).contains(&ms), "{ms}");
    }
}

#[test]
fn output_of_any_kind_never_changes_the_figures() {
    for name in ["decoy-report", "prints-much", "unterminated-output"] {
        let test = Test::new();
        run(&test, &package(&format!("failing/{name}")), &[]).success();
        let result = test.result();
        let cold = accepted(&result, "cold", "init_ms");
        assert_eq!(cold.len(), 2, "{name}");
        // The decoys claim an init of 0.02 ms.
        assert!(cold.iter().all(|ms| *ms > 1.0), "{name}: {cold:?}");
        assert_eq!(accepted(&result, "warm", "handler_ms").len(), 2, "{name}");
    }
}

#[test]
fn a_package_cannot_be_written_by_its_own_function() {
    let test = Test::new();
    let ran = run(
        &test,
        &package("failing/writes-package"),
        &["--expect", "/body/written=false"],
    )
    .success();
    assert!(!ran.stdout.contains("was changed"));
    assert!(
        !fixture("failing/writes-package")
            .join("__pycache__")
            .exists()
    );
}

#[test]
fn what_runs_is_said_where_another_version_is_taken() {
    let test = Test::new();
    let hello = package("hello-python");
    run(&test, &hello, &["--runtime", "python3.99", "--any-version"])
        .success()
        .prints("python3.99")
        .prints("Python 3.");
}

/// The client that AWS publishes, installed once.
fn awslambdaric() -> std::path::PathBuf {
    let folder = repository().join("target/test-tools/run-awslambdaric");
    if !folder.join("awslambdaric").is_dir() {
        let installed = Command::new("python3")
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--target",
            ])
            .args([folder.as_os_str(), "awslambdaric".as_ref()])
            .status()
            .unwrap();
        assert!(installed.success(), "pip installs awslambdaric");
    }
    folder
}

#[test]
fn awss_own_client_runs_where_the_user_or_the_package_brings_it() {
    let ric = awslambdaric();
    let hello = package("hello-python");
    let test = Test::new();
    run(&test, &hello, &["--ric", ric.to_str().unwrap()])
        .success()
        .prints("awslambdaric")
        .prints("--ric");
    let test = Test::new();
    let copied = Command::new("cp")
        .args(["-r", ric.to_str().unwrap()])
        .arg(test.path().join("build"))
        .status()
        .unwrap();
    assert!(copied.success());
    std::fs::copy(
        fixture("hello-python").join("lambda_function.py"),
        test.path().join("build/lambda_function.py"),
    )
    .unwrap();
    run(&test, "build/", &[])
        .success()
        .prints("awslambdaric")
        .prints("(package)");
}

#[test]
fn an_archive_that_is_broken_is_refused_before_anything_runs() {
    let test = Test::new();
    test.write("broken.zip", "PK\u{3}\u{4} but nothing more");
    run(
        &test,
        "broken.zip",
        &["--runtime", "python3", "--handler", "a.b"],
    )
    .fails_with(2)
    .says("broken.zip");
    let script = "import zipfile\nz = zipfile.ZipFile('slip.zip', 'w')\n\
                  z.writestr('lambda_function.py', 'def lambda_handler(e, c): return 1')\n\
                  z.writestr('../escaped.txt', 'x')\nz.close()\n";
    let made = Command::new("python3")
        .args(["-c", script])
        .current_dir(test.path())
        .env("PYENV_ROOT", support::pyenv_root())
        .status()
        .unwrap();
    assert!(made.success());
    let ran = run(&test, "slip.zip", &[]);
    assert!(matches!(ran.code, Some(1 | 2)), "{}", ran.stderr);
    assert!(ran.stderr.contains("../escaped.txt"), "{}", ran.stderr);
    assert!(!test.path().parent().unwrap().join("escaped.txt").exists());
}

#[test]
fn proxies_of_the_environment_are_not_used_for_the_sandbox() {
    let test = Test::new();
    let hello = package("hello-python");
    let mut command = test.command(&[
        "run",
        "--after",
        &hello,
        "--runs",
        "1",
        "--warm-invokes",
        "0",
    ]);
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"] {
        command.env(name, "http://127.0.0.1:9");
    }
    Ran::from(command.output().unwrap()).success();
}

#[test]
fn bytecode_that_is_valid_in_the_folder_is_valid_in_the_sandbox() {
    let test = Test::new();
    test.write(
        "build/lambda_function.py",
        "import json, helper\n\ndef lambda_handler(event, context):\n    return {'cached': helper.__spec__.cached, 'loaded': helper.loaded_from_cache()}\n",
    );
    test.write(
        "build/helper.py",
        "import importlib.util, os, struct\n\n\
         def loaded_from_cache():\n    \
             with open(__spec__.cached, 'rb') as f:\n        header = f.read(16)\n    \
             mtime, size = struct.unpack('<LL', header[8:16])\n    stat = os.stat(__file__)\n    \
             return [int(stat.st_mtime) & 0xFFFFFFFF == mtime, stat.st_size == size]\n",
    );
    let compiled = Command::new("python3")
        .args(["-m", "compileall", "-q", "build"])
        .current_dir(test.path())
        .env("PYENV_ROOT", support::pyenv_root())
        .status()
        .unwrap();
    assert!(compiled.success());
    run(&test, "build/", &["--expect", "/loaded=[true,true]"]).success();
}

/// Processes whose command line holds `text`, but for our own.
fn running(text: &str) -> usize {
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .filter(|line| String::from_utf8_lossy(line).contains(text))
        .count()
}

fn temporary_folders(test: &Test) -> usize {
    std::fs::read_dir(test.path().join("tmp")).unwrap().count()
}

#[cfg(target_os = "linux")]
#[test]
fn no_process_and_no_folder_survives_whatever_ends_a_run() {
    for (name, seconds) in [("KILL", "86461.5"), ("INT", "86462.5"), ("TERM", "86463.5")] {
        let test = Test::new();
        std::fs::create_dir(test.path().join("tmp")).unwrap();
        let daemons = package("failing/background");
        let payload = format!(r#"{{"seconds":{seconds}}}"#);
        let mut child = test
            .command(&[
                "run",
                "--after",
                &daemons,
                "--payload",
                &payload,
                "--runs",
                "500",
            ])
            .env("TMPDIR", test.path().join("tmp"))
            .spawn()
            .unwrap();
        let sleeper = format!("sleep\0{seconds}");
        wait_for("a daemon", || (running(&sleeper) > 0).then_some(()));
        signal(&child, name);
        child.wait().unwrap();
        wait_for("the end of every daemon", || {
            (running(&sleeper) == 0).then_some(())
        });
        if name != "KILL" {
            assert_eq!(temporary_folders(&test), 0, "after SIG{name}");
        }
        let next = test
            .command(&[
                "run",
                "--after",
                &package("hello-python"),
                "--runs",
                "1",
                "--warm-invokes",
                "0",
            ])
            .env("TMPDIR", test.path().join("tmp"))
            .output()
            .unwrap();
        Ran::from(next).success();
        assert_eq!(
            temporary_folders(&test),
            0,
            "after the start that follows SIG{name}"
        );
    }
}

#[test]
fn an_extension_of_a_layer_is_in_every_cold_start_and_said_where_it_ran() {
    use std::os::unix::fs::PermissionsExt as _;
    const EXTENSION: &str = r#"#!/usr/bin/env python3
import http.client, json, os, time
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
def call(method, path, body=None, headers={}):
    api.request(method, "/2020-01-01/extension/" + path, body, headers)
    reply = api.getresponse()
    return reply.headers, json.loads(reply.read())
headers, _ = call("POST", "register", '{"events": ["INVOKE", "SHUTDOWN"]}', {"Lambda-Extension-Name": "sleepy"})
me = {"Lambda-Extension-Identifier": headers["Lambda-Extension-Identifier"]}
time.sleep(0.3)
while call("GET", "event/next", headers=me)[1]["eventType"] != "SHUTDOWN":
    time.sleep(0.05)
"#;
    let test = Test::new();
    let extension = test.write("layer/extensions/sleepy", EXTENSION);
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&extension, executable).unwrap();
    test.write(
        "function/lambda_function.py",
        "def lambda_handler(event, context):\n    return 'hello'\n",
    );
    run(&test, "function", &["--layers", "layer"])
        .success()
        .says("Package");
    let result = test.result();
    let (init, handler) = (
        accepted(&result, "cold", "init_ms"),
        accepted(&result, "cold", "handler_ms"),
    );
    assert_eq!(init.len(), 2, "{result}");
    assert!(init.iter().all(|ms| *ms >= 300.0), "{init:?}");
    assert!(handler.iter().all(|ms| *ms >= 50.0), "{handler:?}");
    let warm = accepted(&result, "warm", "handler_ms");
    assert!(
        !warm.is_empty() && warm.iter().all(|ms| *ms >= 50.0),
        "{warm:?}"
    );
    let mounts = result["subjects"][0]["mounts"].as_str().unwrap();
    assert!(["read-only bind mounts", "search paths"].contains(&mounts));
}
