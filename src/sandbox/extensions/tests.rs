//! How far extensions come, and what they are refused.

use super::refusal::INVALID_STATE;
use super::*;

fn extensions(names: &[&str]) -> Extensions {
    let function = Function {
        name: "f".into(),
        version: "$LATEST".into(),
        handler: "app.handler".into(),
        account: "000000000000".into(),
    };
    let extensions = Extensions::new(function, events(names));
    extensions.begin();
    extensions
}

fn events(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn register(extensions: &Extensions, name: &str, wanted: &[&str]) -> Uuid {
    extensions
        .register(name, &events(wanted), false)
        .unwrap_or_else(|refusal| panic!("{refusal:?}"))
        .0
}

#[test]
fn an_invoke_is_over_when_all_that_heard_of_it_have_asked_again() {
    let extensions = extensions(&["a", "b"]);
    assert!(!extensions.all_registered());
    let a = register(&extensions, "a", &["INVOKE", "SHUTDOWN"]);
    let b = register(&extensions, "b", &[]);
    assert!(extensions.all_registered());
    assert_eq!(extensions.ready_ns(), None);
    let mut first = extensions.next(a, 10).unwrap();
    let _silent = extensions.next(b, 30).unwrap();
    assert_eq!(extensions.ready_ns(), Some(30));
    extensions.invoke(&json!({"eventType": "INVOKE"}));
    assert_eq!(first.try_recv().unwrap()["eventType"], "INVOKE");
    assert_eq!(extensions.ready_ns(), None);
    let _again = extensions.next(a, 50).unwrap();
    assert_eq!(extensions.ready_ns(), Some(50));
}

#[test]
fn an_event_that_met_a_broken_connection_is_handed_to_the_next_question() {
    let extensions = extensions(&["a"]);
    let a = register(&extensions, "a", &["INVOKE"]);
    drop(extensions.next(a, 10).unwrap());
    extensions.invoke(&json!(1));
    assert_eq!(extensions.next(a, 20).unwrap().try_recv().unwrap(), 1);
    assert_eq!(extensions.ready_ns(), None);
}

#[test]
fn requests_that_aws_refuses_are_refused_with_its_words() {
    let extensions = extensions(&["a"]);
    let kind = |result: Result<(Uuid, Value), Refusal>| result.unwrap_err().kind;
    let try_register =
        |name: &str, wanted: &[&str]| kind(extensions.register(name, &events(wanted), false));
    assert_eq!(
        try_register("inside", &["SHUTDOWN"]),
        "Extension.InvalidEventType"
    );
    assert_eq!(try_register("a", &["LOGS"]), "Extension.InvalidEventType");
    register(&extensions, "a", &["SHUTDOWN"]);
    assert_eq!(try_register("a", &[]), INVALID_STATE);
    for number in 1..LIMIT {
        register(&extensions, &format!("inside-{number}"), &["INVOKE"]);
    }
    assert_eq!(
        try_register("inside-10", &[]),
        "Extension.TooManyExtensions"
    );
    extensions.close_registration();
    assert_eq!(try_register("late", &[]), "Extension.RegistrationClosed");
    let stranger = extensions.next(Uuid::new_v4(), 0).unwrap_err();
    assert_eq!(stranger.kind, "Extension.UnknownExtensionIdentifier");
}

#[test]
fn the_account_is_told_to_those_that_ask_for_it() {
    let extensions = extensions(&["a", "b"]);
    let (_, plain) = extensions.register("a", &[], false).unwrap();
    assert_eq!(
        plain,
        json!({"functionName": "f", "functionVersion": "$LATEST", "handler": "app.handler"})
    );
    let (_, told) = extensions.register("b", &[], true).unwrap();
    assert_eq!(told["accountId"], "000000000000");
}

#[test]
fn an_init_error_is_for_the_init_and_an_unknown_state_is_refused() {
    let extensions = extensions(&["a"]);
    let a = register(&extensions, "a", &["INVOKE"]);
    let _question = extensions.next(a, 1).unwrap();
    assert_eq!(
        extensions.fail(a, true, "X").unwrap_err().kind,
        INVALID_STATE
    );
    extensions.fail(a, false, "X").unwrap();
    let standing = &extensions.standings()[0];
    assert_eq!(standing.state, "ExitError");
    assert_eq!(standing.error.as_deref(), Some("X"));
}
