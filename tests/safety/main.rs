//! What is said, asked and refused before a deployed function is measured, and what a run may cost.

mod cost;
mod place;
mod suitable;
#[path = "../support/mod.rs"]
mod support;

use place::{ORIGINAL, Place, flat};
use support::Ran;
use support::proxy::Fault;

#[test]
fn off_a_terminal_a_deployed_function_is_not_measured_before_somebody_agrees() {
    let place = Place::new();
    place
        .run(&["--payload", r#"{"market": "KRX"}"#])
        .fails_with(2)
        .says("lambda_function.lambda_handler")
        .says("8 times")
        .says("with role arn:aws:iam::")
        .says(r#"{"market": "KRX"}"#)
        .says("real world")
        .says("RevisionId")
        .says("whoever invokes it without a version")
        .says("--yes");
    place.only_read();
}

#[test]
fn it_is_said_in_korean_too() {
    let place = Place::new();
    let ran = place.run(&["--lang", "ko"]).fails_with(2);
    for said in ["되돌릴 수 없습니다", "콜드 스타트를 겪습니다"] {
        assert!(flat(&ran.stderr).contains(said), "{}", ran.stderr);
    }
    place.only_read();
}

#[test]
fn a_flag_a_variable_or_a_rule_agrees() {
    let place = Place::new();
    place
        .run(&["--yes"])
        .success()
        .says("real world")
        .prints("This run made 8 invokes");
    let agreed = |name: &str, text: &str| {
        let output = place
            .test
            .command(&place.args(&[]))
            .env(name, text)
            .output()
            .unwrap();
        Ran::from(output)
    };
    agreed("LAMBENCH_YES", "1").success();
    agreed("LAMBENCH_YES", "0").fails_with(2);
    agreed("LAMBENCH_YES", "maybe")
        .fails_with(2)
        .says("LAMBENCH_YES");
    for (rule, code) in [("my-*", 0), ("other", 2), ("tag:stage=test", 2)] {
        place.test.write(
            "lambench.toml",
            &format!("[safety]\nallow = [\"{rule}\"]\n"),
        );
        place.run(&[]).fails_with(code);
    }
    assert_eq!(place.configuration()["Description"], ORIGINAL);
}

#[test]
fn two_functions_need_leave_for_each_and_one_that_is_denied_stops_both() {
    let place = Place::new();
    let pair = [
        "run",
        "--before",
        "my-fn",
        "--after",
        "other-fn",
        "--endpoint-url",
        &place.proxy.url,
        "--runs",
        "1",
        "--warm-invokes",
        "0",
    ];
    place
        .test
        .write("lambench.toml", "[safety]\nallow = [\"my-fn\"]\n");
    let ran = place.test.run(&pair).fails_with(2);
    for name in ["my-fn", "other-fn"] {
        let said = format!("lambda_function.lambda_handler of {name}, 5 times");
        assert!(flat(&ran.stderr).contains(&said), "{}", ran.stderr);
    }
    place.test.write(
        "lambench.toml",
        "[safety]\nallow = [\"*\"]\ndeny = [\"other-*\"]\n",
    );
    place
        .test
        .run(&pair)
        .fails_with(2)
        .says("other-fn is not measured");
    place.only_read();
    place.test.write(
        "lambench.toml",
        "[safety]\nallow = [\"my-fn\", \"other-*\"]\n",
    );
    place.test.run(&pair).success();
}

#[test]
fn a_tag_allows_and_a_tag_denies() {
    let place = Place::answering(|request| {
        request.is_get().then_some(Fault::AsAws(
            r#""Configuration":"#,
            r#""Tags":{"stage":"prod-eu"},"Configuration":"#,
        ))
    });
    place
        .test
        .write("lambench.toml", "[safety]\ndeny = \"tag:stage=prod-*\"\n");
    place
        .run(&["--yes"])
        .fails_with(2)
        .says("[safety] deny")
        .says("tag:stage=prod-*");
    place
        .run(&["--dry-run"])
        .fails_with(2)
        .says("[safety] deny");
    place.only_read();
    place
        .test
        .write("lambench.toml", "[safety]\nallow = [\"tag:stage\"]\n");
    place.run(&[]).success();
}

#[test]
fn a_tag_that_cannot_be_read_is_not_taken_for_one_that_is_not_there() {
    let place = Place::answering(|request| {
        request.is_get().then_some(Fault::AsAws(
            r#""Configuration":"#,
            r#""TagsError":{"ErrorCode":"AccessDeniedException","Message":"no"},"Configuration":"#,
        ))
    });
    place
        .test
        .write("lambench.toml", "[safety]\ndeny = [\"tag:stage=prod\"]\n");
    place
        .run(&["--yes"])
        .fails_with(2)
        .says("its tags can't be read")
        .says("lambda:ListTags");
    place.only_read();
}

#[test]
fn what_is_denied_is_not_even_looked_at_also_on_a_sandbox() {
    let place = Place::answering(|_| None);
    place.test.write(
        "lambench.toml",
        "[safety]\nallow = [\"*\"]\ndeny = [\"my-*\"]\n",
    );
    place
        .run(&["--yes"])
        .fails_with(2)
        .says("my-fn is not measured")
        .says("my-*");
    assert!(place.seen.lock().unwrap().is_empty());
    std::fs::remove_file(place.test.path().join("lambench.toml")).unwrap();
    // A sandbox has no real world: nobody is asked.
    place.run(&[]).success();
}

#[test]
fn a_mistyped_deny_is_an_error_not_a_warning() {
    let place = Place::answering(|_| None);
    place
        .test
        .write("lambench.toml", "[safety]\ndney = [\"my-*\"]\n");
    place
        .run(&["--yes"])
        .fails_with(2)
        .says("lambench.toml:2: unknown key safety.dney; did you mean deny?");
    assert!(place.seen.lock().unwrap().is_empty());
}

/// Answers on a terminal of its own.
fn on_a_terminal(place: &Place, answer: &str) -> (String, Option<i32>) {
    let driver = r#"
import os, pty, sys
answer, program = sys.argv[1], sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(program[0], program)
seen = b""
sent = False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    if b"(y/N)" in seen and not sent:
        sent = True
        os.write(terminal, answer.encode())
sys.stdout.write(seen.decode("utf-8", "replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;
    let lambench = place.test.command(&place.args(&[]));
    let mut command = std::process::Command::new("python3");
    support::clean(&mut command);
    let output = command
        .env("XDG_STATE_HOME", place.test.path().join("state"))
        .env_remove("CI")
        .current_dir(place.test.path())
        .args(["-c", driver, answer])
        .arg(lambench.get_program())
        .args(lambench.get_args())
        .output()
        .unwrap();
    let seen = String::from_utf8_lossy(&output.stdout).into_owned();
    (seen, output.status.code())
}

#[test]
fn on_a_terminal_the_user_is_asked() {
    let place = Place::new();
    for no in ["\n", "n\n", "what?\n"] {
        let (seen, code) = on_a_terminal(&place, no);
        assert!(seen.contains("Measure my-fn? (y/N)"), "{seen}");
        assert!(seen.contains("nothing was changed"), "{seen}");
        assert_eq!(code, Some(130), "{seen}");
    }
    // Ctrl-C.
    let (seen, code) = on_a_terminal(&place, "\u{3}");
    assert_eq!(code, Some(130), "{seen}");
    place.only_read();
    let (seen, code) = on_a_terminal(&place, "y\n");
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("Cold start"), "{seen}");
}

#[test]
fn a_sleeping_function_is_not_woken_before_somebody_agrees() {
    let place = Place::answering(|request| {
        request
            .is_get()
            .then_some(Fault::AsAws(r#""State":"Active""#, r#""State":"Inactive""#))
    });
    place.run(&[]).fails_with(2).says("nobody has agreed");
    place.only_read();
}
