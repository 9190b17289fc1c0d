//! The log groups that copies leave.

use crate::place::{Place, creates};
use crate::support::cloud::{Logs, S3};
use crate::support::proxy::Fault;
use crate::support::wait_for;

#[test]
fn the_log_group_of_a_copy_is_deleted_with_it_and_once_more() {
    for (status, error) in [(200, ""), (400, "ResourceNotFoundException")] {
        let place = Place::new(S3::start()).logging(Logs::start(status, error));
        let ran = place.run(&["--after", "deployed"]).success();
        assert!(!ran.stderr.contains("log group"), "{}", ran.stderr);
        let deleted = place.logs.as_ref().unwrap().deleted();
        let [first, again] = deleted.as_slice() else {
            panic!("{deleted:?}");
        };
        assert!(first.starts_with("/aws/lambda/lambench-"), "{first}");
        assert_eq!(first, again);
        place.nothing_is_left();
    }
}

#[test]
fn a_log_group_that_may_not_be_deleted_is_no_failure() {
    let logs = Logs::start(400, "AccessDeniedException");
    let place = Place::new(S3::start()).logging(logs);
    place
        .run(&["--after", "deployed"])
        .success()
        .says("aws logs delete-log-group --log-group-name /aws/lambda/lambench-");
    place.nothing_is_left();
}

#[test]
fn a_log_group_of_somebody_else_is_never_deleted() {
    let place = Place::with(S3::start(), |_, request| {
        creates(request).then_some(Fault::Rewrite(
            "\"LogGroup\":\"/aws/",
            "\"LogGroup\":\"/mine/",
        ))
    })
    .logging(Logs::start(200, ""));
    place.run(&["--after", "deployed"]).success();
    assert!(place.logs.as_ref().unwrap().deleted().is_empty());
    place.nothing_is_left();
}

#[test]
fn restore_deletes_the_log_group_of_a_killed_run() {
    let place = Place::new(S3::start()).logging(Logs::start(200, ""));
    let args = [
        "run",
        "--function",
        "my-fn",
        "--runs",
        "500",
        "--after",
        "deployed",
    ];
    let args = [&args[..], &["--endpoint-url", &place.proxy.url]].concat();
    let mut child = place.command(&args).spawn().unwrap();
    wait_for("a copy", || (place.functions().len() > 1).then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    place
        .test
        .run(&["restore"])
        .success()
        .prints("/aws/lambda/lambench-");
    assert_eq!(place.logs.as_ref().unwrap().deleted().len(), 1);
    place.nothing_is_left();
}
