//! `lambench logs` reading the logs of our own, and going on where it ended.

use serde_json::Value;

use super::cloud_watch::{CloudWatch, report};
use super::{Ran, Test};

pub const GROUP: &str = "/aws/lambda/my-fn";
pub const STREAM: &str = "2024/03/04/[$LATEST]0123456789abcdef0123456789abcdef";
pub const EVENTS: usize = 100;

/// Three of them in each millisecond.
pub fn reports() -> impl Iterator<Item = (i64, String)> {
    (0..).zip(0..EVENTS).map(|(ms, n)| (ms / 3, report(n)))
}

pub fn my_fn() -> CloudWatch {
    CloudWatch::start()
        .function("my-fn", None)
        .events(GROUP, STREAM, reports())
}

pub fn words(cloud: &CloudWatch, more: &[&str]) -> Vec<String> {
    let mut words = vec![
        "logs",
        "--since",
        "2024-03-04",
        "--until",
        "2024-03-05",
        "--json",
    ];
    words.extend(["--endpoint-url", &cloud.url]);
    words.extend(more);
    words.into_iter().map(str::to_owned).collect()
}

pub fn read(test: &Test, cloud: &CloudWatch, more: &[&str]) -> Ran {
    test.run(&words(cloud, more))
}

pub fn summary(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}\n{}", ran.stdout, ran.stderr);
    })
}

pub fn invokes(ran: &Ran) -> u64 {
    summary(ran)["whole"]["invokes"].as_u64().unwrap()
}

/// Runs the commands that a reading has told to go on with.
pub fn go_on(test: &Test, ran: &Ran) -> Vec<Ran> {
    let (_, commands) = ran
        .stderr
        .split_once("what remains is read by:\n")
        .unwrap_or_else(|| panic!("no way to go on:\n{}", ran.stderr));
    let commands = commands
        .lines()
        .filter_map(|l| l.strip_prefix("  lambench "));
    let script = |command: &str| format!("exec {} {command}", env!("CARGO_BIN_EXE_lambench"));
    commands
        .map(|command| {
            let mut shell = std::process::Command::new("sh");
            super::clean(&mut shell);
            let shell = shell
                .args(["-c", &script(command)])
                .env("HOME", test.path());
            let shell = shell
                .env("LAMBENCH_CONTROL_RATE", "100")
                .current_dir(test.path());
            Ran::from(shell.output().unwrap())
        })
        .collect()
}

/// How many invokes those commands find; a piece of the time may hold none.
pub fn left(test: &Test, ran: &Ran) -> u64 {
    let rest = go_on(test, ran).into_iter();
    rest.map(|ran| {
        if ran.code == Some(0) {
            return invokes(&ran);
        }
        ran.says("no record of the platform");
        0
    })
    .sum()
}
