//! `lambench invoke`: found, started or refused; and what comes out where.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::house::{GATED, House, names};
use crate::support::Ran;
use crate::support::proxy::{Fault, Proxy};

const ECHO: &str = r#"
import sys
def lambda_handler(event, context):
    print("a line of the log")
    if "fail" in event:
        raise ValueError("as asked")
    return {"event": event, "version": context.function_version}
"#;

fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

#[test]
fn a_function_that_nobody_serves_is_started_for_one_invoke_and_leaves_nothing() {
    let house = House::with(ECHO);
    let in_tmp = |args: &[&str]| {
        let mut command = house.test.command(args);
        Ran::from(command.env("TMPDIR", house.tmp()).output().unwrap())
    };
    let ran = in_tmp(&["invoke", "f", "--payload", r#"{"id": "{{uuid}}"}"#]).success();
    assert_eq!(
        ran.stderr, "",
        "off a terminal there is nothing but the answer"
    );
    let answer = json_of(&ran);
    assert_eq!(answer["event"]["id"].as_str().unwrap().len(), 36);
    assert!(!ran.stdout.ends_with('\n'), "byte for byte");

    let ran = in_tmp(&["invoke", "other=f", "--tail"]).success();
    assert_eq!(json_of(&ran)["event"], json!({}));
    assert!(
        ran.stderr.starts_with("START RequestId: "),
        "{}",
        ran.stderr
    );
    let ran = ran.says("a line of the log\n").says("\tInit Duration: ");
    assert!(!ran.stderr.contains("hint"), "{}", ran.stderr);

    let ran = in_tmp(&["invoke", "f", "--payload", r#"{"fail": 1}"#]).fails_with(1);
    assert_eq!(json_of(&ran)["errorType"], "ValueError");
    ran.says("error: f failed: ValueError: as asked");

    in_tmp(&["invoke", "nobody"])
        .fails_with(2)
        .says("nobody is not defined in lambench.toml")
        .says("hint: give its package (nobody=PATH), start `lambench serve` for it, or say --aws");
    in_tmp(&["invoke", "f", "--payload", "{"]).fails_with(2);
    in_tmp(&["invoke", "f", "--event"])
        .fails_with(2)
        .says("--event");
    house.is_empty();
    assert_eq!(names(&house.test.path().join(".lambench")), [""; 0]);
}

#[test]
fn a_running_server_of_the_project_is_found_and_asked() {
    let house = House::with(GATED);
    house.define("hello", "payload = { key = 7 }");
    house.test.write("hello/lambda_function.py", ECHO);
    let mut server = house.serve(&[]);
    let look = |args: &[&str]| {
        let mut all = vec!["invoke"];
        all.extend(args);
        house.test.run(&all)
    };
    // The same environment serves again: it is the server's.
    let first = json_of(&look(&["f", "--json"]).success());
    let again = json_of(&look(&["f", "--json"]).success());
    assert_eq!(
        (&first["start"], &again["start"]),
        (&json!("cold"), &json!("warm"))
    );
    assert_eq!(first["answer"]["me"], again["answer"]["me"]);
    // The documented fields, and no others.
    let documented = include_str!("../../docs/serve.md");
    for field in first.as_object().unwrap().keys() {
        assert!(documented.contains(&format!("`{field}`")), "{field}");
    }
    for (look, init) in [(&first, true), (&again, false)] {
        assert_eq!(look["status"], 200);
        assert_eq!(look["executed_version"], "$LATEST");
        assert_eq!(look["function_error"], Value::Null);
        let report = &look["report"];
        assert_eq!(report["init_ms"].is_number(), init, "{report}");
        for figure in ["duration_ms", "billed_ms", "max_memory_mb"] {
            assert!(report[figure].as_f64().unwrap() > 0.0, "{figure}: {report}");
        }
        assert!(look["log"].as_str().unwrap().contains("serving "));
    }
    // lambench.toml's payload, unless there is another.
    let ran = look(&["hello"]).success();
    assert_eq!(json_of(&ran)["event"], json!({"key": 7}));
    let failed = json_of(&look(&["hello", "--json", "--payload", r#"{"fail": 1}"#]).fails_with(1));
    assert_eq!(failed["function_error"], "Unhandled");
    assert_eq!(failed["answer"]["errorMessage"], "as asked");

    let mut child = house
        .test
        .command(&["invoke", "hello", "--payload", "-", "--port-file", "port"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"[1]").unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap()).success();
    assert_eq!(json_of(&ran)["event"], json!([1]));

    let url = server.url();
    let (status, _) =
        server
            .client()
            .call("POST", "/2015-03-31/functions/hello/versions", &json!({}));
    assert_eq!(status, 201);
    for args in [
        &["hello:1", "--endpoint-url", &url][..],
        &["hello", "--qualifier", "1"],
    ] {
        assert_eq!(json_of(&look(args).success())["version"], "1");
    }
    assert_eq!(look(&["hello", "--event"]).success().stdout, "");
    look(&["hello", "--port-file", "nowhere"])
        .fails_with(1)
        .says("nowhere");
    assert_eq!(server.end("TERM").code(), Some(0));
    house.is_empty();
}

#[test]
fn a_deployed_function_is_only_invoked_when_somebody_agrees() {
    let house = House::with(ECHO);
    let server = house.serve(&["--function", "real=f"]);
    let proxy = Proxy::start(&server.url(), |_| Some(Fault::AsAws("", "")));
    let look = |more: &[&str]| {
        let mut all = vec!["invoke", "real", "--endpoint-url", &proxy.url];
        all.extend(more);
        house.test.run(&all)
    };
    look(&[])
        .fails_with(2)
        .says("real: nobody has agreed to invoke it");
    assert!(!server.said().contains("REPORT"), "{}", server.said());
    assert_eq!(json_of(&look(&["--yes"]).success())["version"], "$LATEST");
    house
        .test
        .write("lambench.toml", "[safety]\nallow = [\"re*\"]\n");
    look(&[]).success();
    house
        .test
        .write("lambench.toml", "[safety]\ndeny = [\"re*\"]\n");
    look(&["--yes"])
        .fails_with(2)
        .says("[safety] deny in lambench.toml has re*");
    assert_eq!(
        server.said().matches("| REPORT").count(),
        2,
        "{}",
        server.said()
    );
}
