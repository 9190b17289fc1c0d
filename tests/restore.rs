//! Whatever ends a run, its function is put back: by the run, by the next one, or by `lambench restore`.

mod support;

use std::io::Write as _;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use serde_json::{Value, json};
use support::proxy::{Fault, Proxy, Request};
use support::{Ran, Server, Test, fixture, signal, wait_for};

const ORIGINAL: &str = "it's the original";
const SECRET: &str = "hunter2-hunter2";
const CONFIGURATION: &str = "/2015-03-31/functions/my-fn/configuration";

/// A function with secrets behind `lambench serve`.
struct Place {
    test: Test,
    server: Server,
}

impl Place {
    fn new(settle_ms: &str) -> Self {
        let test = Test::new();
        let function = format!("my-fn={}", fixture("hello-python").display());
        let server = Server::start(&test, &["--settle", settle_ms, "--function", &function]);
        let place = Self { test, server };
        place.update(&json!({
            "Description": ORIGINAL,
            "Environment": {"Variables": {"PASSWORD": SECRET, "EMPTY": ""}},
        }));
        place
    }

    /// A colleague's change, in force when this returns.
    fn update(&self, body: &Value) {
        self.settled();
        self.server.call("PUT", CONFIGURATION, Some(body));
        self.settled();
    }

    fn settled(&self) -> Value {
        wait_for("the update", || {
            let now = self.server.call("GET", CONFIGURATION, None);
            (now["LastUpdateStatus"] == "Successful").then_some(now)
        })
    }

    /// All of the configuration but what any update changes.
    fn record(&self) -> Value {
        let mut now = self.settled();
        for moving in ["RevisionId", "LastModified"] {
            assert!(now.as_object_mut().unwrap().remove(moving).is_some());
        }
        now
    }

    fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut args = vec!["run", "--function", "my-fn", "--warm-invokes", "0"];
        args.extend(["--endpoint-url", &self.server.url]);
        args.extend(more);
        args
    }

    fn start(&self, more: &[&str]) -> Child {
        self.test.command(&self.args(more)).spawn().unwrap()
    }

    /// A run that was killed in the middle of its touches.
    fn killed(&self, more: &[&str]) {
        let mut child = self.start(&[&["--runs", "500"], more].concat());
        self.wait_for_samples(5);
        child.kill().unwrap();
        child.wait().unwrap();
        let _ = std::fs::remove_dir_all(self.test.path().join(".lambench"));
    }

    fn wait_for_samples(&self, count: usize) {
        wait_for("samples", || {
            let logs = std::fs::read_dir(self.test.path().join(".lambench/runs")).ok()?;
            let mut logs = logs.flatten().map(|entry| entry.path());
            let log = logs.find(|path| path.extension().is_some_and(|x| x == "jsonl"))?;
            let log = std::fs::read_to_string(log).ok()?;
            (log.lines().count() > count).then_some(())
        });
    }

    /// The files in the journal folder.
    fn left(&self) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.test.path().join("state/lambench/journal")) else {
            return Vec::new();
        };
        let mut names: Vec<String> = files
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn journal(&self) -> Value {
        let name = self
            .left()
            .into_iter()
            .find(|name| name.rsplit('.').next() == Some("json"));
        let path = self.test.path().join("state/lambench/journal");
        let path = path.join(name.expect("a journal"));
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    fn restore(&self, more: &[&str]) -> Ran {
        self.test.run(&[&["restore"], more].concat())
    }

    #[track_caller]
    fn nothing_is_left(&self) {
        assert_eq!(self.left(), Vec::<String>::new());
    }

    /// No file that lambench wrote holds what is nobody's business.
    #[track_caller]
    fn nothing_is_told(&self, ran: &[&Ran]) {
        for ran in ran {
            assert!(!ran.stdout.contains(SECRET), "{}", ran.stdout);
            assert!(!ran.stderr.contains(SECRET), "{}", ran.stderr);
        }
        let mut seen = 0;
        for folder in ["state", ".lambench"] {
            for file in walkdir::WalkDir::new(self.test.path().join(folder))
                .into_iter()
                .flatten()
                .filter(|entry| entry.file_type().is_file())
            {
                let text = std::fs::read(file.path()).unwrap();
                let text = String::from_utf8_lossy(&text);
                assert!(!text.contains(SECRET), "{}", file.path().display());
                seen += 1;
            }
        }
        assert!(seen > 0, "there was something to look into");
    }
}

/// The updates `from..to`, counted from 0, meet `fault`.
fn on_updates(
    from: usize,
    to: usize,
    fault: Fault,
) -> impl Fn(&Request) -> Option<Fault> + Send + Sync {
    let seen = AtomicUsize::new(0);
    move |request| {
        let hit = request.is_update() && (from..to).contains(&seen.fetch_add(1, SeqCst));
        hit.then(|| fault.clone())
    }
}

#[test]
fn what_a_killed_run_left_is_listed_noticed_and_put_back() {
    let place = Place::new("10");
    let before = place.record();
    place.killed(&[]);
    assert_ne!(place.record(), before, "it was killed while touched");
    let journal = place.journal();
    assert_eq!(journal["schema_version"], 1);
    assert_eq!(journal["function"], "my-fn");
    assert_eq!(journal["entries"][0]["kind"], "touched");
    assert_eq!(journal["entries"][0]["original"]["was"], ORIGINAL);

    let listed = place.restore(&["--list"]).success();
    assert!(listed.stdout.contains("my-fn"), "{}", listed.stdout);
    assert!(
        listed.stdout.contains("description to put back"),
        "{}",
        listed.stdout
    );
    assert!(listed.stderr.is_empty(), "{}", listed.stderr);
    place
        .restore(&["--list", "--lang", "ko"])
        .success()
        .prints("되돌리기");
    place
        .restore(&["--function", "other-fn"])
        .success()
        .prints("nothing is left over");

    // Every other command that meets it says so, beside its output.
    let package = fixture("hello-python");
    let run = place
        .test
        .run(&[
            "run",
            "--after",
            package.to_str().unwrap(),
            "--runs",
            "1",
            "--json",
            "--quiet",
        ])
        .success()
        .says("note: an interrupted run has left something to put back: my-fn")
        .says("`lambench restore`");
    serde_json::from_str::<Value>(&run.stdout).expect("JSON alone");
    assert_ne!(place.record(), before);

    let restored = place
        .restore(&["--function", "my-fn"])
        .success()
        .prints("my-fn: put back");
    assert_eq!(place.record(), before);
    place.nothing_is_left();
    place.nothing_is_told(&[&listed, &restored]);
    place.restore(&[]).success().prints("nothing is left over");
}

#[test]
fn the_next_run_puts_back_first_what_a_killed_one_left() {
    let place = Place::new("10");
    let before = place.record();
    place.killed(&["--touch", "memory"]);
    let ran = place
        .test
        .run(&place.args(&["--runs", "2"]))
        .success()
        .says("description put back");
    assert_eq!(place.record(), before);
    place.nothing_is_left();
    let result = place.test.result();
    assert_eq!(result["subjects"][0]["memory_mb"], before["MemorySize"]);
    let warning = result["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("put back before the first touch"),
        "{warning}"
    );
    place.nothing_is_told(&[&ran]);
}

#[test]
fn a_touch_that_arrives_after_the_restore_is_shut_out() {
    let place = Place::new("10");
    let before = place.record();
    let touched = std::sync::Arc::new(AtomicUsize::new(0));
    let seen = touched.clone();
    let late = Duration::from_millis(1500);
    let proxy = Proxy::start(&place.server.url, move |request| {
        (request.is_update() && seen.fetch_add(1, SeqCst) == 0).then_some(Fault::Late(late))
    });
    let url = ["--endpoint-url", &proxy.url];
    let run = [&["run", "--function", "my-fn"], url.as_slice()].concat();
    let mut child = place.test.command(&run).spawn().unwrap();
    wait_for("the touch on its way", || {
        (touched.load(SeqCst) == 1).then_some(())
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(place.record(), before, "it has not arrived");
    place.restore(&[]).success().prints("my-fn: put back");
    place.nothing_is_left();
    std::thread::sleep(late);
    assert_eq!(place.record(), before);
}

#[test]
fn a_deploy_since_the_kill_is_left_alone_and_the_entry_goes() {
    let place = Place::new("10");
    place.killed(&[]);
    place.update(&json!({"Description": "a colleague's text"}));
    place
        .restore(&[])
        .success()
        .prints("somebody else has changed it since");
    assert_eq!(place.settled()["Description"], "a colleague's text");
    place.nothing_is_left();
}

#[test]
fn a_deploy_that_left_our_suffix_standing_is_no_reason_to_leave_it() {
    let place = Place::new("10");
    let before = place.record();
    place.killed(&[]);
    place.update(&json!({"MemorySize": 1024}));
    place.restore(&[]).success().prints("my-fn: put back");
    let mut now = place.record();
    assert_eq!(now["MemorySize"], 1024);
    now["MemorySize"] = before["MemorySize"].clone();
    assert_eq!(now, before);
    place.nothing_is_left();
}

#[test]
fn a_function_that_is_gone_has_nothing_to_put_back() {
    let place = Place::new("10");
    place.killed(&[]);
    let sent = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        place
            .server
            .call("DELETE", "/2015-03-31/functions/my-fn", None)
    }));
    // The answer has no body to be parsed.
    assert!(sent.is_err());
    place
        .restore(&[])
        .success()
        .prints("there is no such function any more");
    place.nothing_is_left();
}

#[test]
fn a_second_run_on_the_same_function_is_refused_and_told_whose_it_is() {
    let place = Place::new("10");
    let before = place.record();
    let child = place.start(&["--runs", "500"]);
    place.wait_for_samples(3);
    let owner = format!("process {} on ", child.id());
    place
        .test
        .run(&place.args(&["--runs", "1"]))
        .fails_with(1)
        .says("my-fn is being measured by another lambench")
        .says(&owner);
    // Nor is it left over yet.
    let restore = place.restore(&[]).success().prints(&owner);
    assert!(restore.stdout.contains("right now"), "{}", restore.stdout);
    place.restore(&["--function", "my-fn"]).fails_with(1);
    signal(&child, "INT");
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.fails_with(130);
    assert_eq!(place.record(), before);
    place.nothing_is_left();
    place.test.run(&place.args(&["--runs", "1"])).success();
}

#[test]
fn a_token_that_expired_before_the_end_leaves_the_journal_and_the_command_that_finishes() {
    let place = Place::new("10");
    let before = place.record();
    let expired = Fault::Answer(
        403,
        "ExpiredTokenException",
        "The security token included in the request is expired",
    );
    // Touches: the first start and two measured ones; then the restore.
    let proxy = Proxy::start(&place.server.url, on_updates(3, 4, expired));
    let ran = place
        .test
        .run(&[
            "run",
            "--function",
            "my-fn",
            "--endpoint-url",
            &proxy.url,
            "--runs",
            "2",
        ])
        .fails_with(1)
        .says("could not be put back")
        .says("sign in again");
    let line = ran
        .stderr
        .lines()
        .find_map(|line| line.split_once("lambench restore --function my-fn"))
        .expect("the command is printed")
        .1;
    assert!(line.contains(&proxy.url), "{line}");
    assert_ne!(place.record(), before);
    let args: Vec<&str> = line.split_whitespace().collect();
    place
        .restore(&[&["--function", "my-fn"], args.as_slice()].concat())
        .success()
        .prints("my-fn: put back");
    assert_eq!(place.record(), before);
    place.nothing_is_left();
}

#[test]
fn a_restore_that_fails_keeps_the_journal_and_says_why() {
    let place = Place::new("10");
    let before = place.record();
    let denied = Fault::Answer(403, "AccessDeniedException", "not authorized");
    let seen = AtomicUsize::new(0);
    let proxy = Proxy::start(&place.server.url, move |request| {
        (request.is_update() && (3..5).contains(&seen.fetch_add(1, SeqCst))).then(|| denied.clone())
    });
    let url = ["--endpoint-url", &proxy.url];
    let run = [
        &["run", "--function", "my-fn", "--runs", "2"],
        url.as_slice(),
    ]
    .concat();
    place.test.run(&run).fails_with(1).says("AccessDenied");
    place
        .restore(&[])
        .fails_with(1)
        .says("my-fn: ")
        .says("AccessDenied");
    assert_eq!(place.left().len(), 1);
    place.restore(&[]).success();
    assert_eq!(place.record(), before);
    place.nothing_is_left();
}

#[test]
fn a_second_ctrl_c_leaves_the_journal_and_says_how_to_finish() {
    let place = Place::new("10");
    let before = place.record();
    let stuck = std::sync::Arc::new(AtomicUsize::new(0));
    let (rule, updates) = (stuck.clone(), AtomicUsize::new(0));
    let proxy = Proxy::start(&place.server.url, move |request| {
        if request.is_update() && updates.fetch_add(1, SeqCst) == 1 {
            rule.store(1, SeqCst);
        }
        (request.is_get() && rule.load(SeqCst) == 1).then_some(Fault::Rewrite(
            r#""LastUpdateStatus":"Successful""#,
            r#""LastUpdateStatus":"InProgress""#,
        ))
    });
    let url = ["--endpoint-url", &proxy.url];
    let run = [
        &["run", "--function", "my-fn", "--runs", "9"],
        url.as_slice(),
    ]
    .concat();
    let child = place.test.command(&run).spawn().unwrap();
    place.wait_for_samples(4);
    wait_for("the touch that never settles", || {
        (stuck.load(SeqCst) == 1).then_some(())
    });
    // Ctrl-C that a wrapper passes on comes twice at once: that is one wish.
    signal(&child, "INT");
    signal(&child, "INT");
    std::thread::sleep(Duration::from_millis(900));
    signal(&child, "INT");
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.fails_with(130)
        .says("stopping: putting everything back")
        .says("my-fn is not put back yet")
        .says("lambench restore --function my-fn");
    stuck.store(2, SeqCst);
    place.restore(&[]).success();
    assert_eq!(place.record(), before);
    place.nothing_is_left();
}

#[test]
fn a_closed_terminal_puts_everything_back_though_it_hangs_up_twice_and_nobody_can_be_told() {
    let place = Place::new("300");
    let before = place.record();
    let mut child = place
        .test
        .command(&place.args(&["--runs", "500"]))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Readers that go away: every write from here on fails.
    drop(child.stdout.take());
    drop(child.stderr.take());
    place.wait_for_samples(3);
    signal(&child, "HUP");
    std::thread::sleep(Duration::from_millis(400));
    signal(&child, "HUP");
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert_eq!(place.record(), before);
    place.nothing_is_left();
    assert_eq!(place.test.result()["ending"]["how"], "stopped");
}

/// Starts a program on a terminal of its own and closes that once samples are there.
const CLOSES_A_TERMINAL: &str = r#"
import os, pty, select, sys
log_folder, *command = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.environ["TERM"] = "xterm-256color"
    os.execv(command[0], command)
def samples():
    try:
        return sum(sum(1 for _ in open(entry.path)) for entry in os.scandir(log_folder))
    except FileNotFoundError:
        return 0
while samples() < 7:
    if select.select([terminal], [], [], 0.05)[0]:
        os.read(terminal, 4096)
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;

#[test]
fn a_terminal_that_goes_away_under_the_bar_puts_everything_back() {
    let place = Place::new("50");
    let before = place.record();
    let run = place.test.command(&place.args(&["--runs", "500"]));
    let mut python = std::process::Command::new("python3");
    support::clean(&mut python);
    let ended = python
        .args(["-c", CLOSES_A_TERMINAL])
        .arg(place.test.path().join(".lambench/runs"))
        .arg(run.get_program())
        .args(run.get_args())
        .env("HOME", place.test.path())
        .env("XDG_STATE_HOME", place.test.path().join("state"))
        .current_dir(place.test.path())
        .output()
        .unwrap();
    Ran::from(ended).fails_with(130);
    assert_eq!(place.record(), before);
    place.nothing_is_left();
    assert_eq!(place.test.result()["ending"]["how"], "stopped");
}

#[test]
fn every_touch_forces_cold_starts_and_is_put_back_exactly() {
    let place = Place::new("10");
    let before = place.record();
    for (touch, changes, put_back) in [
        (
            "description",
            "the description of my-fn",
            "description put back",
        ),
        (
            "env",
            "an environment variable",
            "environment variables put back",
        ),
        ("memory", "by 1 MB", "memory size put back"),
        ("timeout", "by 1 s", "timeout put back"),
    ] {
        let ran = place
            .test
            .run(&place.args(&["--runs", "3", "--touch", touch]))
            .success()
            .says(changes)
            .says(put_back);
        assert_eq!(place.record(), before, "{touch}");
        place.nothing_is_left();
        let result = place.test.result();
        assert_eq!(result["subjects"][0]["touch"], touch);
        assert_eq!(
            result["exclusions"].as_array().unwrap().len(),
            2,
            "{touch}: first starts"
        );
        if touch == "memory" {
            let warning = result["warnings"][0].as_str().unwrap();
            assert!(warning.contains("1 MB more or less than"), "{warning}");
            let sizes: std::collections::BTreeSet<u64> = result["samples"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|sample| sample["memory_mb"].as_u64())
                .collect();
            assert_eq!(sizes.len(), 2, "{sizes:?}");
        }
        place.nothing_is_told(&[&ran]);
        std::fs::remove_dir_all(place.test.path().join(".lambench")).unwrap();
    }
}

#[test]
fn what_a_killed_run_left_of_any_touch_is_put_back_exactly() {
    let place = Place::new("10");
    let before = place.record();
    for touch in ["env", "memory", "timeout"] {
        place.killed(&["--touch", touch]);
        let journal = place.journal();
        assert_eq!(journal["entries"][0]["original"]["touch"], touch);
        let listed = place.restore(&["--list"]).success();
        if touch == "env" {
            assert_eq!(
                journal["entries"][0]["original"],
                json!({"touch": "env", "key": "LAMBENCH_TOUCHED"}),
                "the single key, and nothing of what was there"
            );
            assert!(
                listed.stdout.contains("LAMBENCH_TOUCHED to remove"),
                "{}",
                listed.stdout
            );
        }
        let restored = place.restore(&[]).success().prints("my-fn: put back");
        assert_eq!(place.record(), before, "{touch}");
        place.nothing_is_left();
        std::fs::create_dir_all(place.test.path().join(".lambench")).unwrap();
        std::fs::write(place.test.path().join(".lambench/x"), "x").unwrap();
        place.nothing_is_told(&[&listed, &restored]);
    }
}

#[test]
fn a_colleagues_new_variable_outlives_the_restore_of_ours() {
    let place = Place::new("10");
    place.killed(&["--touch", "env"]);
    let mut variables = place.settled()["Environment"]["Variables"].clone();
    assert!(variables["LAMBENCH_TOUCHED"].is_string());
    variables["NEW"] = json!("theirs");
    place.update(&json!({"Environment": {"Variables": variables}}));
    place.restore(&[]).success().prints("my-fn: put back");
    assert_eq!(
        place.settled()["Environment"]["Variables"],
        json!({"PASSWORD": SECRET, "EMPTY": "", "NEW": "theirs"})
    );
    place.nothing_is_left();
}

#[test]
fn a_function_without_variables_has_none_afterwards() {
    let place = Place::new("10");
    place.update(&json!({"Environment": {"Variables": {}}}));
    let before = place.record();
    assert!(before.get("Environment").is_none());
    place
        .test
        .run(&place.args(&["--runs", "1", "--touch", "env"]))
        .success();
    assert_eq!(place.record(), before);
    place.killed(&["--touch", "env"]);
    place.restore(&[]).success();
    assert_eq!(place.record(), before);
    place.nothing_is_left();
}

#[test]
fn a_variable_of_our_name_that_is_not_ours_is_not_overwritten() {
    let place = Place::new("10");
    place.update(&json!({"Environment": {"Variables": {"LAMBENCH_TOUCHED": "theirs"}}}));
    let before = place.settled();
    place
        .test
        .run(&place.args(&["--runs", "1", "--touch", "env"]))
        .fails_with(1)
        .says("which is not lambench's");
    assert_eq!(place.settled(), before);
}

#[test]
fn variables_that_cannot_be_read_are_never_written() {
    let place = Place::new("10");
    let before = place.settled();
    let written = std::sync::Arc::new(AtomicUsize::new(0));
    let seen = written.clone();
    let proxy = Proxy::start(&place.server.url, move |request| {
        if request.is_update() {
            seen.fetch_add(1, SeqCst);
        }
        request.is_get().then_some(Fault::Rewrite(
            r#""Environment":{"Variables":{"#,
            r#""Environment":{"Error":{"ErrorCode":"AccessDeniedException","Message":"KMS"},"Nothing":{"#,
        ))
    });
    let url = ["--endpoint-url", &proxy.url, "--touch", "env"];
    let run = [
        &["run", "--function", "my-fn", "--runs", "2"],
        url.as_slice(),
    ]
    .concat();
    place
        .test
        .run(&run)
        .fails_with(1)
        .says("can't be read (AccessDeniedException)")
        .says("leave --touch env out");
    assert_eq!(written.load(SeqCst), 0);
    assert_eq!(place.settled(), before, "the revision, too");
    place.nothing_is_left();
}

#[test]
fn an_error_about_variables_does_not_repeat_them() {
    let place = Place::new("10");
    let before = place.record();
    let fault = Fault::Answer(
        400,
        "InvalidParameterValueException",
        "Value hunter2-hunter2 is not allowed",
    );
    let proxy = Proxy::start(&place.server.url, on_updates(1, 2, fault));
    let url = ["--endpoint-url", &proxy.url, "--touch", "env"];
    let run = [
        &["run", "--function", "my-fn", "--runs", "2"],
        url.as_slice(),
    ]
    .concat();
    let ran = place
        .test
        .run(&run)
        .fails_with(1)
        .says("InvalidParameterValueException");
    place.nothing_is_told(&[&ran]);
    assert_eq!(place.record(), before);
    place.nothing_is_left();
}

/// A journal as a killed run that created something would have left it.
fn leave(place: &Place, endpoint_url: Option<&str>, entries: &[lambench::lambda::journal::Entry]) {
    use lambench::lambda::journal::{Journals, Key};
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:lambench-my-fn";
    let key = Key::of_arn(arn, "lambench-my-fn", "us-east-1", endpoint_url);
    let journal = Journals::at(place.test.path().join("state/lambench/journal"))
        .open(key, None)
        .unwrap();
    for entry in entries {
        journal.add(entry.clone()).unwrap();
    }
}

#[test]
fn a_function_that_a_killed_run_created_is_deleted() {
    use lambench::lambda::journal::Entry;
    let place = Place::new("10");
    let created = Entry::CreatedFunction {
        name: "my-fn".into(),
    };
    leave(
        &place,
        Some(&place.server.url),
        std::slice::from_ref(&created),
    );
    place
        .restore(&["--list"])
        .success()
        .prints("my-fn to delete");
    place.restore(&[]).success().prints("my-fn: deleted");
    place.nothing_is_left();
    let there = place.server.call("GET", "/2015-03-31/functions/", None);
    assert_eq!(there["Functions"], json!([]));
}

#[test]
fn what_was_left_on_aws_is_never_put_back_somewhere_else() {
    use lambench::lambda::journal::Entry;
    let place = Place::new("10");
    let created = Entry::CreatedFunction {
        name: "my-fn".into(),
    };
    leave(&place, None, &[created]);
    let output = place
        .test
        .command(&["restore"])
        .env("AWS_ENDPOINT_URL_LAMBDA", &place.server.url)
        .output()
        .unwrap();
    Ran::from(output)
        .fails_with(2)
        .says("was left on AWS")
        .says("unset it");
    assert_eq!(place.journal()["entries"].as_array().unwrap().len(), 1);
    place.settled();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_the_middle_of_a_run_leaves_a_function_that_can_be_put_back() {
    use futures_util::FutureExt as _;
    use lambench::bench::checks::Checks;
    use lambench::bench::events::Event;
    use lambench::bench::plan::Plan;
    use lambench::bench::run::Run;
    use lambench::lambda::journal::Journals;
    use lambench::lambda::{Connect, Finished, Function, Lambda};
    use lambench::results::{Arm, Touch};

    let place = Place::new("10");
    let before = place.record();
    let lambda = Lambda::connect(Connect {
        endpoint_url: Some(place.server.url.clone()),
        ..Connect::default()
    })
    .await
    .unwrap();
    let journals = Journals::at(place.test.path().join("state/lambench/journal"));
    let function = Function::in_place(&lambda, "my-fn", Touch::Description, &journals)
        .await
        .unwrap();
    let plan = Plan::new(1, 5, 0, &[Arm::Only]);
    let targets = [(Arm::Only, function.clone())];
    let checks = Checks::default();
    let (_stopper, stop) = lambench::bench::stop::stop();
    let mut display = |event: Event| {
        assert!(
            !matches!(event, Event::Start { done: 2, .. }),
            "a bug in the display"
        );
    };
    let mut keep = |_: &lambench::results::Sample| Ok(());
    let run = Run::new(
        &plan,
        &targets,
        "{}",
        &checks,
        stop,
        &mut keep,
        &mut display,
    );
    let measured = std::panic::AssertUnwindSafe(run.measure())
        .catch_unwind()
        .await;
    assert!(measured.is_err());
    assert_ne!(place.record(), before);
    assert_eq!(place.left().len(), 2, "journal and lock");
    assert_eq!(function.finish().await.unwrap(), Finished::Restored);
    assert_eq!(place.record(), before);
    place.nothing_is_left();
}

#[test]
fn a_folder_that_cannot_hold_a_journal_keeps_the_function_untouched() {
    let place = Place::new("10");
    let before = place.settled();
    let mut file = std::fs::File::create(place.test.path().join("state")).unwrap();
    file.write_all(b"a file, not a folder").unwrap();
    place
        .test
        .run(&place.args(&["--runs", "1"]))
        .fails_with(1)
        .says("XDG_STATE_HOME");
    assert_eq!(place.settled(), before, "the revision, too");
}
