//! action.yml's script, run as GitHub runs it: no input is ever read as shell, and the exit code comes through.
#![cfg(unix)]
#![allow(missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use support::{Ran, Test, clean, repository};

/// A lambench that writes down its arguments, a NUL after each, and ends as it is told.
const FAKE: &str = "#!/bin/sh\nprintf '%s\\0' \"$@\" >arguments\nexit \"${FAKE_CODE:-0}\"\n";

fn inputs() -> BTreeMap<String, String> {
    let action = std::fs::read_to_string(repository().join("action.yml")).unwrap();
    let mut all = BTreeMap::new();
    for line in action.lines() {
        if let Some((name, _)) = line.trim().split_once(": ${{ inputs.") {
            all.insert(name.to_owned(), String::new());
        }
    }
    assert!(all.len() > 15, "{all:?}");
    for (name, value) in [
        ("INPUT_VERSION", "latest"),
        ("INPUT_WORKING_DIRECTORY", "."),
        ("INPUT_LANG", "en"),
        ("INPUT_OUTPUT_DIR", "out"),
    ] {
        all.insert(name.into(), value.into());
    }
    all
}

fn run(test: &Test, given: &[(&str, &str)]) -> (Ran, String) {
    let mut inputs = inputs();
    for (name, value) in given {
        inputs.insert((*name).to_owned(), (*value).to_owned());
    }
    let output = test.write("output", "");
    let mut command = Command::new("bash");
    clean(&mut command);
    let ran = command
        .arg(repository().join(".github/action/gate.sh"))
        .current_dir(test.path())
        .env("HOME", test.path())
        .env("XDG_STATE_HOME", test.path().join("state"))
        .env("GITHUB_OUTPUT", &output)
        .env("GITHUB_STEP_SUMMARY", test.path().join("summary.md"))
        .envs(&inputs)
        .stdin(Stdio::null())
        .output()
        .expect("bash is there");
    (ran.into(), std::fs::read_to_string(output).unwrap())
}

fn with_fake() -> Test {
    use std::os::unix::fs::PermissionsExt as _;
    let test = Test::new();
    let fake = test.write("fake", FAKE);
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    test
}

#[test]
fn a_hostile_input_is_one_argument_and_nothing_of_it_is_run() {
    let test = with_fake();
    let hostile = "$(touch pwned) `touch pwned`; touch pwned \" ' \n::error::x\n--all";
    let (ran, output) = run(
        &test,
        &[
            ("INPUT_BINARY", "./fake"),
            ("INPUT_FUNCTION", hostile),
            ("INPUT_BUILD", hostile),
            ("INPUT_BEFORE_REF", hostile),
            ("INPUT_REGION", hostile),
            ("INPUT_FAIL_IF", "cold.p50 > +10%\n\n$(touch pwned)\n"),
            ("INPUT_OUTPUT_DIR", "$(touch pwned) \n verdict=passed"),
        ],
    );
    ran.success();
    assert!(!test.path().join("pwned").exists());
    let arguments = std::fs::read_to_string(test.path().join("arguments")).unwrap();
    let arguments: Vec<&str> = arguments.split('\0').collect();
    for flag in ["--function", "--build", "--before-ref", "--region"] {
        assert!(
            arguments.contains(&format!("{flag}={hostile}").as_str()),
            "{flag}: {arguments:?}"
        );
    }
    assert!(arguments.contains(&"--fail-if=cold.p50 > +10%"));
    assert!(arguments.contains(&"--fail-if=$(touch pwned)"));
    assert!(!arguments.contains(&"--all"));
    let names: Vec<&str> = output
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0))
        .collect();
    assert_eq!(
        names.iter().filter(|name| **name == "verdict").count(),
        1,
        "{output}"
    );
}

#[test]
fn no_input_stands_in_the_text_of_a_script() {
    let action = std::fs::read_to_string(repository().join("action.yml")).unwrap();
    for line in action.lines().filter(|line| line.contains("${{ inputs.")) {
        assert!(line.trim().starts_with("INPUT_"), "{line}");
    }
    let runs: Vec<&str> = action
        .lines()
        .filter(|line| line.trim().starts_with("run:"))
        .collect();
    assert_eq!(runs.len(), 1);
    assert!(!runs[0].contains("${{"));
}

#[test]
fn the_exit_code_comes_through_with_its_verdict() {
    for (code, verdict) in [
        ("3", "regressed"),
        ("4", "inconclusive"),
        ("1", "error"),
        ("2", "error"),
    ] {
        let test = with_fake();
        std::fs::write(
            test.path().join("fake"),
            FAKE.replace("${FAKE_CODE:-0}", code),
        )
        .unwrap();
        let (ran, output) = run(&test, &[("INPUT_BINARY", "./fake")]);
        ran.fails_with(code.parse().unwrap());
        assert!(output.contains(&format!("exit-code={code}\n")), "{output}");
        assert!(output.contains(&format!("verdict={verdict}\n")), "{output}");
    }
}

#[test]
fn a_wrong_input_is_said_before_anything_is_run() {
    for (name, value, says) in [
        ("INPUT_STRICT", "yes", "the input strict is true or false"),
        (
            "INPUT_BINARY",
            "./nowhere",
            "there is no program \"./nowhere\"",
        ),
        (
            "INPUT_WORKING_DIRECTORY",
            "nowhere",
            "there is no folder \"nowhere\"",
        ),
    ] {
        let test = with_fake();
        let (ran, output) = run(&test, &[("INPUT_BINARY", "./fake"), (name, value)]);
        ran.fails_with(2).says(says);
        assert!(output.contains("verdict=error\n"));
        assert!(!test.path().join("arguments").exists());
    }
    let test = with_fake();
    let given = [("INPUT_REPOSITORY", "a/b/../../c"), ("INPUT_VERSION", "v1")];
    run(&test, &given)
        .0
        .fails_with(2)
        .says("the input repository is OWNER/NAME");
}

#[test]
fn a_real_gate_passes_and_leaves_its_files_and_its_summary() {
    let test = Test::new();
    test.write(
        "app/lambda_function.py",
        "def lambda_handler(event, context):\n    return {}\n",
    );
    test.write("lambench.toml", "[functions.app]\npackage = \"app\"\n");
    let (ran, output) = run(
        &test,
        &[
            ("INPUT_BINARY", env!("CARGO_BIN_EXE_lambench")),
            ("INPUT_FUNCTION", "app"),
            ("INPUT_RUNS", "6"),
            ("INPUT_FAIL_IF", "package.zip > 5MiB"),
        ],
    );
    ran.success();
    assert!(output.contains("verdict=passed\n"), "{output}");
    for file in [
        "lambench.json",
        "lambench.csv",
        "lambench.junit",
        "lambench.md",
    ] {
        assert!(test.path().join("out").join(file).exists(), "{file}");
    }
    let summary = std::fs::read_to_string(test.path().join("summary.md")).unwrap();
    assert!(summary.contains("package.zip"), "{summary}");
}
