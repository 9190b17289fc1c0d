//! What `lambench invoke` invokes, and where it looks for it.

use super::Test;
use crate::config::{Invoked, Where};

fn test() -> Test {
    let mut test = Test::with(&["one", "old", "new"]);
    test.toml(
        "[functions.single]\npackage = \"one\"\nname = \"single-prod\"\npayload = { key = 1 }\n\n\
         [functions.pair]\nbefore = { package = \"old\" }\nafter = { package = \"new\" }\n",
    );
    test
}

/// The place in a word, and the name of the package that would be started.
fn place(invoked: &Invoked) -> (&'static str, Option<&str>) {
    match &invoked.place {
        Where::Endpoint { .. } => ("endpoint", None),
        Where::PortFile(_) => ("port file", None),
        Where::Own(package) => ("own", Some(&package.name)),
        Where::Found(package) => ("found", package.as_ref().ok().map(|p| p.name.as_str())),
    }
}

#[test]
fn a_function_is_looked_for_where_the_line_says_and_else_here() {
    let test = test();
    for (line, name, qualifier, expected) in [
        ("single", "single", None, ("found", Some("single"))),
        (
            "pair-after",
            "pair-after",
            None,
            ("found", Some("pair-after")),
        ),
        // Only a running server can know them.
        ("other", "other", None, ("found", None)),
        ("pair", "pair", None, ("found", None)),
        (
            "single:live",
            "single",
            Some("live"),
            ("found", Some("single")),
        ),
        ("x=new", "x", None, ("own", Some("x"))),
        ("single --port-file p", "single", None, ("port file", None)),
        // There it has its own name.
        (
            "single --aws --qualifier 3",
            "single-prod",
            Some("3"),
            ("endpoint", None),
        ),
        (
            "single --region eu-west-1",
            "single-prod",
            None,
            ("endpoint", None),
        ),
        (
            "arn:aws:lambda:us-east-1:123456789012:function:f:live",
            "arn:aws:lambda:us-east-1:123456789012:function:f:live",
            None,
            ("endpoint", None),
        ),
    ] {
        let invoked = test.invoked(line).unwrap();
        assert_eq!(invoked.name, name, "{line}");
        assert_eq!(invoked.qualifier.as_deref(), qualifier, "{line}");
        assert_eq!(place(&invoked), expected, "{line}");
    }
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let test = test();
    for (line, said) in [
        (
            "x=new --aws",
            "x=new: a package is started on a sandbox of its own",
        ),
        ("x=new --event", "--event: the sandbox of x=new would end"),
        (
            "single:live --qualifier 3",
            "--qualifier, and single:live has one already",
        ),
        ("x=nowhere", "nowhere: no such file or folder"),
    ] {
        let error = test.invoked(line).unwrap_err();
        assert!(error.to_string().starts_with(said), "{line}: {error}");
    }
}

#[test]
fn the_payload_is_the_lines_or_the_functions() {
    let mut test = test();
    let payload = |test: &Test, line: &str| test.invoked(line).unwrap().payload;
    assert_eq!(payload(&test, "single"), r#"{"key":1}"#);
    assert_eq!(payload(&test, "other"), "{}");
    test.var("LAMBENCH_PAYLOAD", "[2]");
    assert_eq!(payload(&test, "single"), "[2]");
    assert_eq!(payload(&test, "single --payload [3]"), "[3]");
}
