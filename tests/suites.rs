//! The suites in Python, so that one command runs every test: the language clients against AWS's own, the fixtures, the
//! sandbox under boto3, the aws CLI and the JavaScript SDK, the page of `report` in a browser, `inspect` on real packages, the
//! statistics against scipy's. They install what they need and fail where they can't.

#[path = "support/random.rs"]
mod random;

use std::path::{Path, PathBuf};
use std::process::Command;

use lambench::stats::{change, quantile_interval, shift};
use random::Random;
use serde_json::json;

fn run(suite: &str) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tools = repository.join("target/test-tools");
    std::fs::create_dir_all(&tools).unwrap();
    let output = Command::new("python3")
        .args(["-m", "unittest", "discover", "-p", "test_*.py", "-s"])
        .arg(repository.join("tests").join(suite))
        .current_dir(repository)
        .env("LAMBENCH_BIN", env!("CARGO_BIN_EXE_lambench"))
        .env(
            "LAMBENCH_TEST_TOOLS",
            std::env::var_os("LAMBENCH_TEST_TOOLS").unwrap_or(tools.into()),
        )
        .env(
            "LAMBENCH_PROVIDED_TARGET",
            repository.join("target/provided-hello"),
        )
        .env("LAMBENCH_STATISTICS", statistics_file())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .expect("python3 is on the PATH");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(!told.contains("Ran 0 tests"), "{told}");
}

fn statistics_file() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("statistics.json")
}

#[test]
fn the_language_clients_behave_as_awss_do() {
    run("bootstraps");
}

#[test]
fn the_fixtures_do_what_they_say() {
    run("fixtures");
}

#[test]
fn imports_that_are_put_off_behave_as_if_they_stood_where_they_are_needed() {
    run("hooks");
}

#[test]
fn boto3_and_the_aws_cli_cannot_tell_the_sandbox_from_lambda() {
    run("clients");
}

#[test]
fn what_inspect_says_of_real_packages_is_what_other_tools_say() {
    run("packages");
}

#[test]
fn the_benchmark_of_predictions_moves_imports_as_it_says() {
    run("predictions");
}

#[test]
fn a_browser_shows_the_page_of_a_result_and_has_nothing_to_complain_of() {
    run("browser");
}

#[test]
fn the_statistics_are_scipys() {
    let mut random = Random(4);
    let cases: Vec<_> = (0..420)
        .map(|i| {
            // Small ones, such as runs have, and a few past the exact sizes; one in two tied, as whole megabytes are.
            let most = [6, 10, 30, 60, 100][i % 5];
            let steps = if i % 2 == 0 { 0.0 } else { 25.0 };
            let mut set = |slower: f64| -> Vec<f64> {
                (0..=(random.next() % most))
                    .map(|_| 100.0 * slower * (0.2 * random.normal()).exp())
                    .map(|x| {
                        if steps > 0.0 {
                            (x / steps).ceil() * steps
                        } else {
                            x
                        }
                    })
                    .collect()
            };
            let (before, after) = (set(1.0), set([1.0, 1.15, 0.7][i % 3]));
            let (alpha, percent) = ([0.05, 0.0221][i % 2], [50, 50, 75, 90, 95, 99][i % 6]);
            let found = change(&before, &after, alpha).expect("figures");
            let shift = shift(&before, &after, alpha).expect("figures");
            json!({
                "before": before, "after": after, "alpha": alpha, "percent": percent,
                "p": found.p, "ratio": found.ratio, "interval": found.interval,
                "shift": shift.by, "shift_interval": shift.interval,
                "quantile": quantile_interval(&after, percent, alpha),
            })
        })
        .collect();
    std::fs::write(statistics_file(), json!(cases).to_string()).unwrap();
    run("statistics");
}
