//! What is a copy of a function, and what it is a copy of.

use super::super::{CopyLayer, CopySpec, Place};
use super::*;
use crate::results::Arm;

fn copy(subject: &Subject) -> &CopySpec {
    match &subject.target {
        Target::Copy(copy) => copy,
        other => panic!("{other:?}"),
    }
}

/// Arm, whose copy, which package; `-` where it is the deployed code.
fn copies(test: &Test, line: &str) -> Vec<(Arm, String, String)> {
    let found = test.run(line).unwrap();
    assert!(matches!(found.place, Place::Aws { .. }), "{line}");
    found
        .subjects
        .iter()
        .map(|subject| {
            let copy = copy(subject);
            let package = copy.package.as_deref();
            (
                subject.arm,
                copy.model.clone(),
                package.map_or("-", |path| below(test, path)).to_owned(),
            )
        })
        .collect()
}

fn is(arm: Arm, model: &str, package: &str) -> (Arm, String, String) {
    (arm, model.into(), package.into())
}

#[test]
fn builds_of_a_function_that_only_aws_knows_are_copies_of_it() {
    let test = Test::with(&["new", "old"]);
    let deployed = is(Arm::Before, "my-fn", "-");
    for (line, expected) in [
        (
            "--function my-fn --after new",
            vec![deployed.clone(), is(Arm::After, "my-fn", "new")],
        ),
        (
            "--function my-fn --before old --after new",
            vec![
                is(Arm::Before, "my-fn", "old"),
                is(Arm::After, "my-fn", "new"),
            ],
        ),
        (
            "--function my-fn --before my-fn:live --after my-fn:$LATEST",
            vec![
                is(Arm::Before, "my-fn:live", "-"),
                is(Arm::After, "my-fn:$LATEST", "-"),
            ],
        ),
        (
            "--function my-fn --after my-fn:7",
            vec![deployed, is(Arm::After, "my-fn:7", "-")],
        ),
        (
            "--function my-fn --after deployed",
            vec![is(Arm::Only, "my-fn", "-")],
        ),
        (
            "--function my-fn --after new --baseline v1",
            vec![is(Arm::Only, "my-fn", "new")],
        ),
        (
            "--before my-fn:1 --after my-fn:2",
            vec![
                is(Arm::Before, "my-fn:1", "-"),
                is(Arm::After, "my-fn:2", "-"),
            ],
        ),
        (
            "--after arn:aws:lambda:eu-west-1:123456789012:function:my-fn:live",
            vec![is(
                Arm::Only,
                "arn:aws:lambda:eu-west-1:123456789012:function:my-fn:live",
                "-",
            )],
        ),
    ] {
        assert_eq!(copies(&test, line), expected, "{line}");
    }
}

#[test]
fn a_defined_function_stays_on_this_machine_unless_aws_is_asked_for() {
    let mut test = Test::with(&["old", "new", "fresh"]);
    test.toml("[functions.fn]\nname = \"fn-prod\"\nbefore = { package = \"old\" }\nafter = { package = \"new\" }\n");
    let found = test.run("--function fn --after fresh").unwrap();
    assert_eq!(found.place, Place::Sandbox);
    assert_eq!(
        copies(&test, "--function fn --after fresh --aws"),
        [
            is(Arm::Before, "fn-prod", "-"),
            is(Arm::After, "fn-prod", "fresh")
        ]
    );
    assert_eq!(
        copies(&test, "--function fn --before deployed --after fresh"),
        [
            is(Arm::Before, "fn-prod", "-"),
            is(Arm::After, "fn-prod", "fresh")
        ]
    );
}

#[test]
fn only_flags_change_what_a_copy_takes_from_its_function() {
    let mut test = Test::with(&["new"]);
    test.write("layer/python/x.py", "");
    test.toml("[defaults]\nmemory = 2048\n");
    test.var("LAMBENCH_TIMEOUT", "77");
    let plain = test.run("--function my-fn --after new").unwrap();
    for subject in &plain.subjects {
        let copy = copy(subject);
        assert_eq!(
            (copy.memory_mb, copy.timeout_s, &copy.layers),
            (None, None, &None)
        );
    }
    let arn = "arn:aws:lambda:us-east-1:123456789012:layer:libs:3";
    let line = format!(
        "--function my-fn --after new --after-layers {arn},layer --memory 512 --after-handler app.run --label x"
    );
    let found = test.run(&line).unwrap();
    let (before, after) = (copy(&found.subjects[0]), copy(&found.subjects[1]));
    assert_eq!((before.memory_mb, after.memory_mb), (Some(512), Some(512)));
    assert_eq!((&before.layers, &before.handler), (&None, &None));
    assert_eq!(after.handler.as_deref(), Some("app.run"));
    let layers = after.layers.as_deref().unwrap();
    assert_eq!(layers[0], CopyLayer::Arn(arn.into()));
    assert_eq!(layers[1], CopyLayer::Path(test.path("layer")));
    assert_eq!(found.subjects[1].label.as_deref(), Some("x"));
}

#[test]
fn what_is_no_copy_is_said_with_the_better_way() {
    let test = Test::with(&["new"]);
    for (line, said, hint) in [
        ("--after deployed", "of which function?", "--function"),
        (
            "--function my-fn --after other-fn",
            "there is no such file",
            "NAME:$LATEST",
        ),
        (
            "--function my-fn --before new",
            "nothing to compare it with",
            "`deployed`",
        ),
        (
            "--function my-fn --before new --after new",
            "are the same",
            "name two builds",
        ),
        (
            "--before my-fn:live --after new",
            "one is a copy and the other is not",
            "--function",
        ),
        (
            "--before my-fn --after my-fn:live",
            "one is a copy and the other is not",
            "NAME:$LATEST",
        ),
        ("--after my-fn:live --local", "--local", "leave --local out"),
        (
            "--function my-fn --no-handler",
            "measured in place",
            "--after deployed",
        ),
    ] {
        let (message, hints) = test.fails(line);
        assert!(message.contains(said), "{line}: {message}");
        assert!(hints.contains(hint), "{line}: {hints}");
    }
}
