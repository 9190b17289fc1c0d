//! What a run fails on: which place wins, and what is refused or left out.

use clap::Parser as _;

use super::Test;
use crate::cli::{Cli, Command};
use crate::config::{Gate, Settings, resolve};

fn budgets(settings: &Settings) -> Vec<String> {
    settings.budgets.iter().map(ToString::to_string).collect()
}

const FUNCTION: &str =
    "[functions.fn]\nbefore = { package = \"a\" }\nafter = { package = \"b\" }\n";

fn test(gate: &str, function: &str) -> Test {
    let mut test = Test::with(&["a", "b"]);
    test.toml(&format!("{gate}\n{FUNCTION}{function}"));
    test
}

#[test]
fn flags_win_over_the_variable_and_that_over_the_function_and_that_over_all() {
    let mut test = test(
        "[gate]\nfail_if = \"cold.p50>+40%\"\nstrict = true",
        "fail_if = [\"cold.p50>+30%\"]",
    );
    let run = |test: &Test, more: &str| test.run(&format!("--function fn {more}")).unwrap();
    let settings = run(&test, "");
    assert_eq!(budgets(&settings), ["cold.p50 > +30%"]);
    assert_eq!(settings.gate, Gate::default(), "`run` fails on flags alone");
    test.var("LAMBENCH_FAIL_IF", "cold.p50>+20%; package.zip>5B;");
    let settings = run(&test, "");
    assert_eq!(budgets(&settings), ["cold.p50 > +20%", "package.zip > 5B"]);
    assert!(settings.gate.fails && settings.gate.strict);
    let settings = run(&test, "--fail-if cold.p50>+10%");
    assert_eq!(budgets(&settings), ["cold.p50 > +10%"]);
}

#[test]
fn what_stands_there_for_all_is_left_out_where_it_means_nothing() {
    let test = test(
        "[gate]\nfail_if = [\"cold.p50>+40%\", \"package.zip>5B\", \"cold.p95>1s\"]",
        "",
    );
    let settings = test.run("--after a --runs 5").unwrap();
    assert_eq!(budgets(&settings), ["package.zip > 5B"]);
    let warned = |settings: &Settings| settings.warnings.join("\n");
    assert!(
        warned(&settings).contains("lambench.toml:2: gate.fail_if: cold.p95 needs 100 cold starts"),
        "{}",
        warned(&settings)
    );
    let settings = test.run("--function fn --runs 100").unwrap();
    assert_eq!(settings.budgets.len(), 3);
}

#[test]
fn what_the_command_line_asks_for_and_cannot_be_judged_is_refused() {
    let test = test("", "");
    for (line, what) in [
        ("--after a --fail-if cold.p50>+10%", "there is no before"),
        (
            "--function fn --fail-if cold.p90>+10%",
            "needs 50 cold starts",
        ),
        (
            "--function fn --runs 3 --fail-if cold.p50>+10%",
            "needs 4 cold starts",
        ),
        (
            "--function fn --warm-invokes 0 --fail-if warm.p50>+10%",
            "needs warm invokes",
        ),
        ("--function fn --strict", "--strict without --fail-if"),
        (
            "--function fn --fail-if cold.p5>+10%",
            "  cold.p5>+10%\n       ^^",
        ),
    ] {
        let error = test.run(line).unwrap_err();
        assert!(error.is_about_budgets(), "{line}");
        assert!(error.to_string().contains(what), "{error}");
        assert!(error.hint().is_some(), "{line}");
    }
}

#[test]
fn the_variable_that_is_strict_counts_with_the_variable_that_says_what_fails() {
    let mut test = test("", "");
    test.var("LAMBENCH_STRICT", "1");
    let settings = test.run("--function fn").unwrap();
    assert!(!settings.gate.strict, "nothing is gated");
    test.var("LAMBENCH_FAIL_IF", "cold.p50>+20%");
    let settings = test.run("--function fn").unwrap();
    assert!(settings.gate.fails && settings.gate.strict);
}

#[test]
fn a_gate_says_what_of_all_functions_budgets_it_does_not_judge() {
    let test = test(
        "[gate]\nfail_if = [\"cold.p50>+40%\", \"package.zip>5B\"]",
        "",
    );
    let line = ["lambench", "run", "--after", "a", "--runs", "6"];
    let cli = Cli::try_parse_from(line).unwrap();
    let Command::Run(mut args) = cli.command else {
        unreachable!()
    };
    args.gate = true;
    let settings = resolve::run(&args, &cli.globals, &test.around_in("")).unwrap();
    assert_eq!(budgets(&settings), ["package.zip > 5B"]);
    let told = settings.warnings.iter();
    let told = told.filter(|warning| warning.contains("there is no before; it is not judged"));
    assert_eq!(told.count(), 1, "{:?}", settings.warnings);
}
