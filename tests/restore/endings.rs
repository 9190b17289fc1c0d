//! Runs that end badly: refused, hung up on, interrupted twice, in a panic.

use std::io::Write as _;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use crate::place::{Place, on_updates};
use crate::support::proxy::{Fault, Proxy};
use crate::support::{self, Ran, signal, wait_for};

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
