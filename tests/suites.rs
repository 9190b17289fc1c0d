//! The suites in Python, so that one command runs every test: the language clients against AWS's own, the fixtures, and
//! the sandbox under boto3 and the aws CLI. They install what they need and fail where they can't.

use std::path::Path;
use std::process::Command;

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

#[test]
fn the_language_clients_behave_as_awss_do() {
    run("bootstraps");
}

#[test]
fn the_fixtures_do_what_they_say() {
    run("fixtures");
}

#[test]
fn boto3_and_the_aws_cli_cannot_tell_the_sandbox_from_lambda() {
    run("clients");
}
