//! `--around` and `--no-handler`.

mod support;

use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::{Value, json};
use support::{Ran, Server, Test, signal, wait_for};

/// What the function's description is when the deploy meets it, then new code and a new memory size.
const DEPLOY: &str = r#"
import base64, io, json, sys, time, urllib.request, zipfile
url = sys.argv[1] + "/2015-03-31/functions/my-fn"
def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url + path, data, method=method)) as answer:
        return json.load(answer)
print("deploying", flush=True)
open("met", "w").write(call("GET", "/configuration")["Description"])
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as z:
    z.writestr("lambda_function.py", "".join(sys.argv[2:]) + "\ndef lambda_handler(event, context):\n    return {'version': 'DEPLOYED_v2'}\n")
call("PUT", "/code", {"ZipFile": base64.b64encode(code.getvalue()).decode()})
while call("GET", "/configuration")["LastUpdateStatus"] != "Successful":
    time.sleep(0.01)
call("PUT", "/configuration", {"MemorySize": 640})
"#;

struct Place {
    test: Test,
    server: Server,
}

impl Place {
    fn new() -> Self {
        let test = Test::new();
        let server = Server::of(&test, "10", "hello-python");
        server.configure("my-fn", &json!({"Description": "the original"}));
        test.write("deploy.py", DEPLOY);
        Self { test, server }
    }

    fn configuration(&self) -> Value {
        self.server.configuration("my-fn")
    }

    fn command(&self, around: &str, runs: &str) -> Command {
        self.test.command(&[
            "run",
            "--function",
            "my-fn",
            "--endpoint-url",
            &self.server.url,
            "--runs",
            runs,
            "--warm-invokes",
            "1",
            "--around",
            around,
        ])
    }

    fn run(&self, around: &str) -> Ran {
        Ran::from(self.command(around, "2").output().unwrap())
    }
}

#[test]
fn a_deploy_is_measured_before_and_after_and_meets_the_function_as_it_was() {
    let place = Place::new();
    let deploy = format!("python3 deploy.py {}", place.server.url);
    let ran = place
        .run(&deploy)
        .success()
        .says("deploying")
        .prints("not interleaved")
        .prints("DEPLOYED_v2");
    assert!(!ran.stdout.contains("deploying"));
    let met = std::fs::read_to_string(place.test.path().join("met")).unwrap();
    assert_eq!(met, "the original");
    let now = place.configuration();
    assert_eq!(now["Description"], "the original");
    assert_eq!(now["MemorySize"], 640);
    let result = place.test.result();
    assert_eq!(result["plan"]["around"], true);
    assert_eq!(
        result["plan"]["order"],
        json!(["before", "before", "after", "after"])
    );
    support::first_starts_are_flagged(&result, &["before", "after"]);
    let subjects = result["subjects"].as_array().unwrap();
    assert_ne!(subjects[0]["code_sha256"], subjects[1]["code_sha256"]);
    let indices: Vec<_> = result["samples"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["index"].as_u64().unwrap())
        .collect();
    assert!(indices.iter().copied().eq(0..indices.len() as u64));
}

#[test]
fn a_deploy_that_makes_it_slower_fails_only_where_what_is_indicative_may() {
    for (allow, exit, says) in [
        (&[][..], 0, "fails with --allow-indicative"),
        (&["--allow-indicative"][..], 3, "(indicative)"),
    ] {
        let place = Place::new();
        let slower = format!(
            "python3 deploy.py {} 'import time; time.sleep(0.5)'",
            place.server.url
        );
        let mut command = place.command(&slower, "5");
        command.args(["--fail-if", "cold.p50 > +10%"]).args(allow);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(exit), "{allow:?}");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains(says), "{said}");
        assert!(said.contains("(indicative)"), "{said}");
    }
}

#[test]
fn a_command_that_fails_ends_the_run_with_what_was_measured_kept() {
    let place = Place::new();
    place
        .run("echo no deploy today; exit 7")
        .fails_with(1)
        .says("no deploy today")
        .says("exit status: 7");
    assert_eq!(place.configuration()["Description"], "the original");
    let result = place.test.result();
    assert_eq!(result["ending"]["how"], "stopped");
    assert_eq!(result["subjects"][0]["arm"], "only");
    assert!(result["summary"][0]["cold_ms"]["median"].is_number());
}

#[test]
fn a_command_that_leaves_nothing_to_measure_costs_nothing_that_was() {
    let place = Place::new();
    let delete = format!(
        "python3 -c \"import urllib.request as u; u.urlopen(u.Request('{}/2015-03-31/functions/my-fn', method='DELETE'))\"",
        place.server.url
    );
    place
        .run(&delete)
        .fails_with(1)
        .says("ResourceNotFoundException")
        .says("what the command left could not be measured");
    let result = place.test.result();
    assert_eq!(result["ending"]["how"], "stopped");
    assert!(result["summary"][0]["cold_ms"]["median"].is_number());
}

#[test]
fn sigterm_in_the_command_ends_it_and_keeps_what_was_measured() {
    let place = Place::new();
    let child = place
        .command("touch begun; exec sleep 600", "1")
        .spawn()
        .unwrap();
    wait_for("the command", || {
        place.test.path().join("begun").exists().then_some(())
    });
    signal(&child, "TERM");
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert_eq!(place.configuration()["Description"], "the original");
    assert_eq!(place.test.result()["ending"]["how"], "stopped");
}

#[test]
fn around_needs_one_function_in_place() {
    let test = Test::new();
    test.write("p/lambda_function.py", "def lambda_handler(e, c): pass\n");
    test.write("lambench.toml", "[functions.fn]\npackage = \"p\"\n");
    test.run(&["run", "--function", "fn", "--around", "true"])
        .fails_with(2)
        .says("--around measures one function in place");
}

#[test]
fn without_its_handler_only_the_init_of_a_function_runs() {
    let python = "import time\ntime.sleep(0.2)\n\
         def lambda_handler(event, context):\n    raise RuntimeError('the handler ran')\n";
    let slow = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);\n";
    let node =
        format!("{slow}exports.handler = async () => {{ throw new Error('the handler ran'); }};\n");
    let module = format!(
        "{slow}export const handler = async () => {{ throw new Error('the handler ran'); }};\n"
    );
    for (file, source) in [
        ("lambda_function.py", python),
        ("index.js", &node),
        ("index.mjs", &module),
    ] {
        let test = Test::new();
        test.write(&format!("p/{file}"), source);
        test.run(&["run", "--after", "p/", "--runs", "2", "--no-handler"])
            .success()
            .prints("--no-handler: a wrapper loaded")
            .says("a wrapper loads the handler's module");
        let result = test.result();
        let subject = &result["subjects"][0];
        assert_eq!(subject["no_handler"], true);
        assert!(!subject["handler"].as_str().unwrap().contains("lambench"));
        let init_ms = result["summary"][0]["init_ms"]["min"].as_f64().unwrap();
        assert!(
            init_ms >= 200.0,
            "{file}: its module was not loaded in init ({init_ms} ms)"
        );
    }
}

#[test]
fn a_copy_can_be_measured_without_its_handler_and_a_function_in_place_cannot() {
    let place = Place::new();
    let run = |more: &[&str]| {
        let mut args = vec!["run", "--function", "my-fn", "--no-handler"];
        args.extend(["--endpoint-url", &place.server.url, "--runs", "1"]);
        args.extend(more);
        place.test.run(&args)
    };
    run(&[]).fails_with(2).says("--after deployed");
    run(&["--after", "deployed"])
        .success()
        .prints("--no-handler: a wrapper loaded");
    let result = place.test.result();
    let subject = &result["subjects"][0];
    assert_eq!(subject["handler"], "lambda_function.lambda_handler");
    assert_eq!(
        subject["package_bytes"],
        place.configuration()["CodeSize"],
        "the wrapper is not the user's package"
    );
}

#[test]
fn a_program_of_its_own_has_no_module_to_load() {
    let test = Test::new();
    let bootstrap = test.write("p/bootstrap", "#!/bin/sh\nexit 1\n");
    std::fs::set_permissions(bootstrap, std::fs::Permissions::from_mode(0o755)).unwrap();
    test.run(&["run", "--after", "p/", "--no-handler", "--runs", "1"])
        .fails_with(2)
        .says("--no-handler");
}
