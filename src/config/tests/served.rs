//! The functions that `lambench serve` offers.

use super::Test;

fn test() -> Test {
    let mut test = Test::with(&["one", "old", "new", "elsewhere"]);
    test.toml(
        "[functions.single]\npackage = \"one\"\nmemory = 256\n\n[functions.remote]\nname = \"x\"\n\n\
         [functions.pair]\nbefore = { package = \"old\" }\nafter = { package = \"new\", timeuot = 3 }\n",
    );
    test
}

fn names_and_paths(test: &Test, line: &str) -> Vec<(String, String)> {
    test.served(line)
        .unwrap()
        .functions
        .iter()
        .map(|f| {
            (
                f.name.clone(),
                super::below(test, &f.package.path).to_owned(),
            )
        })
        .collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect()
}

#[test]
fn all_that_have_a_package_or_those_that_are_named() {
    let test = test();
    assert_eq!(
        names_and_paths(&test, ""),
        pairs(&[
            ("pair-before", "old"),
            ("pair-after", "new"),
            ("single", "one")
        ])
    );
    assert_eq!(
        names_and_paths(&test, "--function single"),
        pairs(&[("single", "one")])
    );
    assert_eq!(
        names_and_paths(&test, "--function my-fn=elsewhere/ --function single=new"),
        pairs(&[("my-fn", "elsewhere"), ("single", "new")])
    );
    let served = test.served("--function single=new").unwrap();
    assert_eq!(
        served.functions[0].package.memory_mb, 256,
        "it still runs as the function of that name does"
    );
    assert_eq!(
        served.warnings,
        [
            "lambench.toml:10: unknown key functions.pair.after.timeuot is ignored; did you mean timeout?"
        ]
    );
    assert_eq!(Test::new().served("").unwrap().functions, []);
}

#[test]
fn what_can_not_be_served_says_why() {
    let mut test = test();
    test.write("empty/readme.txt", "");
    for (line, said, advice) in [
        (
            "--function gone",
            "gone has no package: gone is not defined in lambench.toml",
            "--function gone=PATH",
        ),
        (
            "--function remote",
            "remote has no package: remote is defined without one",
            "--function remote=PATH",
        ),
        (
            "--function f=no/such",
            "no/such: no such file or folder (given by --function)",
            "",
        ),
        (
            "--function a.b=one",
            "`a.b` is not a function name that Lambda takes",
            "hyphens",
        ),
        (
            "--function f=one --function f=new",
            "--function: two functions would be named f",
            "NAME=PATH",
        ),
        (
            "--function f=empty",
            "empty: no function found in it: looked for bootstrap, lambda_function.py, index.mjs, index.js, index.cjs at its top",
            "define the function with its runtime and handler in lambench.toml",
        ),
    ] {
        let error = test.served(line).unwrap_err();
        let (message, hint) = test.said(&error);
        assert_eq!(message, said);
        assert!(hint.contains(advice), "{line}: {hint}");
    }
}

#[test]
fn a_broken_function_keeps_no_other_back_and_is_watched_all_the_same() {
    let mut test = Test::with(&["one"]);
    test.write("empty/readme.txt", "");
    test.toml(
        "[functions.a]\npackage = \"one\"\n[functions.b]\npackage = \"empty\"\nlayers = [\"shared\"]\n",
    );
    let served = test.served("").unwrap();
    assert_eq!(served.functions.len(), 1);
    let [broken] = served.broken.as_slice() else {
        panic!("{:?}", served.broken);
    };
    assert_eq!(broken.name, "b");
    assert!(broken.why.starts_with("empty: no function found in it"));
    let paths = served.paths();
    let watched: Vec<&str> = paths.iter().map(|path| super::below(&test, path)).collect();
    assert_eq!(watched, ["empty", "lambench.toml", "one", "shared"]);
    // With nothing to offer there is only something to wait for.
    assert!(test.served("--function b").is_err());
    assert_eq!(test.served("--function b --watch").unwrap().broken.len(), 1);
}

#[test]
fn a_runtime_client_that_is_not_there_is_said_at_once_and_an_empty_variable_is_none() {
    let mut test = test();
    let error = test.served("--ric nowhere").unwrap_err().to_string();
    assert!(error.contains("nowhere: no such file"), "{error}");
    test.var("LAMBENCH_RIC", "");
    assert_eq!(test.served("").unwrap().ric, None);
    test.var("LAMBENCH_RIC", "one");
    assert!(test.served("").unwrap().ric.unwrap().ends_with("one"));
}

#[test]
fn unknown_keys_are_not_lost_with_an_error() {
    let mut test = Test::with(&["one"]);
    test.toml("[functions.single]\npackge = \"one\"\n");
    let error = test.served("--function single").unwrap_err();
    assert!(test.said(&error).1.contains("did you mean package?"));
}
