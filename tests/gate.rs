//! `lambench gate` and `--fail-if` as a pipeline has them: real packages on the sandbox, and the exit code.

mod support;

use std::path::Path;
use std::process::Command;

use support::{Ran, Test};

const FAST: &str = "import time\ntime.sleep(0.01)\ndef handler(event, context):\n    return {}\n";
const SLOW: &str = "import time\ntime.sleep(0.20)\ndef handler(event, context):\n    return {}\n";
const QUICK: [&str; 4] = ["--runs", "6", "--warm-invokes", "0"];

/// A function of two builds.
fn function(test: &Test, name: &str, before: &str, after: &str) -> String {
    test.write(&format!("{name}/old/lambda_function.py"), before);
    test.write(&format!("{name}/new/lambda_function.py"), after);
    format!(
        "[functions.{name}]\nruntime = \"python3\"\nhandler = \"lambda_function.handler\"\n\
         before = {{ package = \"{name}/old\" }}\nafter = {{ package = \"{name}/new\" }}\n"
    )
}

fn gate(test: &Test, args: &[&str]) -> Ran {
    let mut all = vec!["gate"];
    all.extend(QUICK);
    all.extend(args);
    test.run(&all)
}

#[test]
fn a_regression_fails_and_an_equal_or_a_better_build_does_not() {
    let test = Test::new();
    let toml = function(&test, "worse", FAST, SLOW)
        + &function(&test, "better", SLOW, FAST)
        + &function(&test, "equal", FAST, FAST)
        + "fail_if = \"cold.p50 > +100%\"\n";
    test.write("lambench.toml", &toml);
    let ran = gate(&test, &["--json"]).fails_with(3);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json[0]["function"], "better");
    assert_eq!(json[0]["verdict"], "improved");
    assert_eq!(json[1]["function"], "equal");
    assert_ne!(json[1]["verdict"], "regressed");
    assert_eq!(json[2]["verdict"], "regressed");
    let judgement = &json[2]["judgements"][0];
    assert_eq!(judgement["budget"], "cold.p50 > +10%");
    assert!(judgement["change"].as_f64().unwrap() > 0.5, "{judgement}");
    gate(&test, &["--function", "bett*"])
        .fails_with(0)
        .prints("improved");
    // The same figures again, without measuring.
    test.run(&["gate", "last", "--fail-if", "cold.p50 > +10%"])
        .fails_with(0);
    test.run(&["gate", "last", "--fail-if", "cold.p95 > 1ms"])
        .fails_with(2)
        .says("cold.p95 needs")
        .says("the result has too few starts: measure again with --runs");
    test.run(&["gate", "last", "--fail-if", "cold.p50 > 1ms"])
        .fails_with(3)
        .prints("regressed");
}

#[test]
fn what_is_not_decided_fails_only_under_strict() {
    let test = Test::new();
    test.write("lambench.toml", &function(&test, "same", FAST, FAST));
    // Without SnapStart there is no restore to judge.
    let budget = ["--fail-if", "cold.restore.p50 > 1s"];
    gate(&test, &budget)
        .fails_with(0)
        .prints("inconclusive")
        .prints("no counted start has this figure");
    let again = |more: &[&str]| {
        let mut all = vec!["gate", "last"];
        all.extend(budget);
        all.extend(more);
        test.run(&all)
    };
    again(&[]).fails_with(0);
    again(&["--strict"]).fails_with(4);
    let mut strict = test.command(&["gate", "last", budget[0], budget[1]]);
    strict.env("LAMBENCH_STRICT", "1");
    Ran::from(strict.output().unwrap()).fails_with(4);
}

#[test]
fn a_size_is_over_its_budget_or_not() {
    let test = Test::new();
    test.write("pkg/lambda_function.py", FAST);
    test.write(
        "lambench.toml",
        "[functions.fn]\nruntime = \"python3\"\nhandler = \"lambda_function.handler\"\npackage = \"pkg\"\n\
         fail_if = \"package.zip > 10B\"\n",
    );
    gate(&test, &[])
        .fails_with(3)
        .prints("package.zip > 10B")
        .prints("over the limit");
    gate(&test, &["--fail-if", "package.zip > 5MiB"]).fails_with(0);
    // `run` shows what lambench.toml says, and fails on what the command line says.
    let run = |more: &[&str]| {
        let mut all = vec!["run", "--function", "fn"];
        all.extend(QUICK);
        all.extend(more);
        test.run(&all)
    };
    run(&[])
        .fails_with(0)
        .prints("regressed")
        .prints("over the limit of");
    run(&["--fail-if", "package.zip > 10B"])
        .fails_with(3)
        .prints("regressed");
}

#[test]
fn one_that_cannot_be_measured_is_its_line_and_a_regression_counts_more() {
    let test = Test::new();
    let broken = "[functions.broken]\nbefore = { package = \"nowhere\" }\nafter = { package = \"nowhere\" }\n";
    let fine = function(&test, "fine", SLOW, FAST);
    test.write("lambench.toml", &(fine.clone() + broken));
    gate(&test, &[])
        .fails_with(1)
        .prints("Not measured")
        .prints("improved");
    let worse = function(&test, "worse", FAST, SLOW);
    test.write("lambench.toml", &(worse + broken));
    gate(&test, &[]).fails_with(3).prints("Not measured");
}

#[test]
fn what_there_was_no_time_for_is_told_and_does_not_pass() {
    let test = Test::new();
    let toml = function(&test, "first", FAST, FAST) + &function(&test, "second", FAST, FAST);
    test.write("lambench.toml", &toml);
    let mut args = vec!["gate", "--runs", "5000", "--warm-invokes", "0"];
    args.extend(["--max-time", "3s", "--json"]);
    let ran = test.run(&args).fails_with(1);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json[1]["function"], "second");
    assert_eq!(json[1]["error"], "not begun");
    let why = json[0]["error"].as_str().unwrap();
    assert!(why.contains("--max-time"), "{why}");
}

#[test]
fn a_wrong_budget_is_marked_before_anything_is_measured() {
    let test = Test::new();
    let toml = function(&test, "fn", FAST, FAST);
    test.write("lambench.toml", &toml);
    gate(&test, &["--fail-if", "cold.imit.p50 > +10%"])
        .fails_with(2)
        .says("error: --fail-if: no metric is called cold.imit.p50\n  cold.imit.p50 > +10%\n  ^^^^^^^^^^^^^\n")
        .says("hint: did you mean cold.init.p50?");
    gate(&test, &["--fail-if", "cold.p95 > +10%"])
        .fails_with(2)
        .says("cold.p95 needs 100 cold starts; this run has at most 6")
        .says("hint: give --runs 100");
    gate(&test, &["--fail-if", "warm.p50 > +10%"])
        .fails_with(2)
        .says("warm invokes");
    test.run(&["run", "--after", "fn/new", "--fail-if", "cold.p50 > +10%"])
        .fails_with(2)
        .says("there is no before");
    test.run(&["run", "--function", "fn", "--strict"])
        .fails_with(2)
        .says("--fail-if");
    test.write(
        "lambench.toml",
        &format!("[gate]\nfail_if = [\n  \"cold.p50 > 10%\",\n]\n{toml}"),
    );
    gate(&test, &[])
        .fails_with(2)
        .says("lambench.toml:3: gate.fail_if: a change needs its sign\n  cold.p50 > 10%\n             ^^^\n");
    assert!(
        !test.path().join(".lambench").exists(),
        "nothing was measured"
    );
}

#[test]
fn an_unknown_key_of_the_gate_is_told() {
    let test = Test::new();
    let toml = function(&test, "fn", FAST, FAST);
    test.write(
        "lambench.toml",
        &format!("[gate]\nfail_iff = [\"package.zip > 1MB\"]\n{toml}"),
    );
    gate(&test, &["--fail-if", "package.zip > 5MiB"])
        .fails_with(0)
        .says("unknown key gate.fail_iff is ignored; did you mean fail_if?");
}

#[test]
fn what_is_unknown_is_told_also_where_the_gate_ends_with_an_error() {
    let test = Test::new();
    let toml = function(&test, "collector", FAST, FAST);
    test.write("lambench.toml", &toml);
    let fails = |args: &[&str]| {
        let mut command = test.command(&["gate"]);
        for name in [
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "AWS_PROFILE",
            "AWS_CONFIG_FILE",
        ] {
            command.env_remove(name);
        }
        command.args(args).env("HOME", test.path());
        Ran::from(command.output().unwrap()).fails_with(2)
    };
    fails(&["--function", "colector"])
        .says("--function colector: colector is not defined in lambench.toml")
        .says("did you mean collector?");
    fails(&["--function", "zzz", "--endpoint-url", "http://127.0.0.1:9"])
        .says("zzz: nothing to judge")
        .says("zzz is not defined in lambench.toml");
    test.write("none.toml", "[defaults]\n");
    fails(&["--config", "none.toml"]).says("nothing to gate: none.toml defines no function");
    test.write(
        "lambench.toml",
        "[gate]\nfail_iff = [\"package.zip > 1MB\"]\n[functions.fn]\npackage = \"collector/new\"\n",
    );
    for args in [&[][..], &["--all"]] {
        fails(args).says("unknown key gate.fail_iff is ignored; did you mean fail_if?");
    }
}

fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    let output = command
        .current_dir(folder)
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.com"])
        .args(args)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A repository whose first commit is fast and whose working tree is slow, and not committed.
fn repository(test: &Test) {
    test.write(
        "lambench.toml",
        "[functions.fn]\nruntime = \"python3\"\nhandler = \"lambda_function.handler\"\npackage = \"build/fn\"\n",
    );
    test.write(".gitignore", "build/\n.lambench/\nstate/\n.cache/\n");
    test.write("src/lambda_function.py", FAST);
    git(
        test.path(),
        &["init", "--quiet", "--initial-branch", "main"],
    );
    git(test.path(), &["add", "."]);
    git(test.path(), &["commit", "--quiet", "--message", "Fast"]);
    test.write("src/lambda_function.py", SLOW);
}

const BUILD: &str = "mkdir -p build/fn && cp src/*.py build/fn/ && echo built";

#[test]
fn a_pull_request_is_measured_against_its_base() {
    let test = Test::new();
    repository(&test);
    let before = git(test.path(), &["status", "--porcelain"]);
    let ran = gate(&test, &["--before-ref", "main", "--build", BUILD, "--json"])
        .fails_with(3)
        .says("built");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json[0]["verdict"], "regressed");
    assert_eq!(test.result()["subjects"][0]["name"], "main:build/fn");
    assert_eq!(git(test.path(), &["status", "--porcelain"]), before);
    assert_eq!(git(test.path(), &["worktree", "list"]).lines().count(), 1);
}

#[test]
fn what_is_wrong_with_a_base_is_told_and_nothing_is_left() {
    let test = Test::new();
    repository(&test);
    let with = |name: &str, build: &str| gate(&test, &["--before-ref", name, "--build", build]);
    with("no-such-branch", BUILD)
        .fails_with(2)
        .says("git knows no such commit");
    gate(
        &test,
        &[
            "--before-ref",
            "main",
            "--build",
            "touch built",
            "--fail-if",
            "cold.p50",
        ],
    )
    .fails_with(2);
    assert!(!test.path().join("built").exists(), "nothing was built");
    with("main", "exit 7")
        .fails_with(1)
        .says("--build `exit 7` failed (exit status: 7) in main");
    with(
        "main",
        "if [ -f .git ]; then exit 0; fi; mkdir -p build/fn; cp src/*.py build/fn/",
    )
    .fails_with(1)
    .says("main:build/fn: no such file or folder");
    test.run(&["gate", "--before-ref", "main"])
        .fails_with(2)
        .says("--build");
    assert_eq!(git(test.path(), &["worktree", "list"]).lines().count(), 1);
    let elsewhere = Test::new();
    elsewhere.write("lambench.toml", "[functions.fn]\npackage = \"pkg\"\n");
    gate(&elsewhere, &["--before-ref", "main", "--build", "true"])
        .fails_with(2)
        .says("not in a git repository");
}

#[test]
fn ctrl_c_during_the_build_leaves_no_worktree() {
    let test = Test::new();
    repository(&test);
    let child = test
        .command(&[
            "gate",
            "--before-ref",
            "main",
            "--build",
            "touch \"$MARK\"; sleep 60",
        ])
        .env("MARK", test.path().join("state-mark"))
        .spawn()
        .unwrap();
    support::wait_for("the build", || {
        test.path().join("state-mark").exists().then_some(())
    });
    support::signal(&child, "INT");
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.fails_with(130);
    assert_eq!(git(test.path(), &["worktree", "list"]).lines().count(), 1);
}

#[test]
fn ctrl_c_tells_how_to_go_on_and_what_was_not_measured() {
    let test = Test::new();
    let toml = function(&test, "first", SLOW, SLOW) + &function(&test, "second", FAST, FAST);
    test.write("lambench.toml", &toml);
    let child = test
        .command(&["gate", "--runs", "500", "--warm-invokes", "0"])
        .spawn()
        .unwrap();
    let samples = test.path().join(".lambench");
    support::wait_for("some starts", || samples.exists().then_some(()));
    std::thread::sleep(std::time::Duration::from_secs(4));
    support::signal(&child, "INT");
    let ran = Ran::from(child.wait_with_output().unwrap())
        .fails_with(130)
        .says("to go on: lambench run --function first --resume ")
        .prints("interrupted")
        .prints("second: not begun");
    assert!(!ran.stdout.contains("failed"), "{}", ran.stdout);
}

#[test]
fn against_a_stored_result_nothing_sampled_fails_unless_that_is_allowed() {
    let test = Test::new();
    test.write("old/lambda_function.py", FAST);
    test.write("new/lambda_function.py", SLOW);
    let run = |more: &[&str]| {
        let mut all = vec![
            "run",
            "--handler",
            "lambda_function.handler",
            "--any-version",
        ];
        all.extend(QUICK);
        all.extend(more);
        test.run(&all)
    };
    run(&["--after", "old", "--save-baseline", "v1"]).fails_with(0);
    let against = [
        "--after",
        "new",
        "--baseline",
        "v1",
        "--fail-if",
        "cold.p50 > +10%",
    ];
    run(&against).fails_with(0).prints("inconclusive");
    let mut allowed = against.to_vec();
    allowed.push("--allow-indicative");
    run(&allowed).fails_with(3).prints("regressed");
}
