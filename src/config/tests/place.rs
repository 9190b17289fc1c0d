//! Where it is measured, and what does not fit there.

use super::{Test, in_place};
use crate::config::Place;

const FILE: &str = "[functions.local]\npackage = \"p\"\n\n[functions.alias]\nname = \"prod-fn\"\nlabel = \"v7\"\n\n\
                    [functions.pair]\nbefore = { package = \"p\" }\nafter = { package = \"q\" }\n";

fn test() -> Test {
    let mut test = Test::with(&["p", "q"]);
    test.toml(FILE);
    test
}

#[test]
fn what_runs_where_and_why() {
    let aws = |endpoint_url: Option<&str>, region: Option<&str>| Place::Aws {
        endpoint_url: endpoint_url.map(str::to_owned),
        region: region.map(str::to_owned),
        profile: None,
    };
    let url = "http://127.0.0.1:9001";
    for (line, place, reason) in [
        (
            "--function local",
            Place::Sandbox,
            "local is defined with a package in lambench.toml",
        ),
        (
            "--function pair",
            Place::Sandbox,
            "pair is defined with a package in lambench.toml",
        ),
        (
            "--function local --local",
            Place::Sandbox,
            "--local: local is defined with a package in lambench.toml",
        ),
        (
            "--after p",
            Place::Sandbox,
            "p is a package on this machine",
        ),
        (
            "--before p --after q/",
            Place::Sandbox,
            "p and q/ are packages on this machine",
        ),
        (
            "--function my-fn",
            aws(None, None),
            "my-fn is not defined in lambench.toml",
        ),
        (
            "--after my-fn --region eu-west-1",
            aws(None, Some("eu-west-1")),
            "my-fn is not defined in lambench.toml",
        ),
        (
            "--function alias",
            aws(None, None),
            "alias is defined without a package in lambench.toml",
        ),
        (
            "--function local --aws",
            aws(None, None),
            "--aws: the deployed local, not the package in lambench.toml",
        ),
        (
            "--function pair --endpoint-url http://127.0.0.1:9001",
            aws(Some(url), None),
            "--endpoint-url http://127.0.0.1:9001: the deployed pair, not the package in lambench.toml",
        ),
    ] {
        let found = test().run(line).unwrap();
        assert_eq!(
            (found.place, found.place_reason.as_str()),
            (place, reason),
            "{line}"
        );
    }
    let found = Test::new().run("--function my-fn").unwrap();
    assert_eq!(
        found.place_reason,
        "there is no lambench.toml here or above that defines my-fn"
    );
}

#[test]
fn a_function_in_place_goes_by_its_name_on_aws() {
    let found = test().run("--function alias").unwrap();
    let subject = &found.subjects[0];
    assert_eq!(
        (
            subject.name.as_str(),
            subject.function.as_str(),
            in_place(subject)
        ),
        ("alias", "alias", "prod-fn")
    );
    assert_eq!(subject.label.as_deref(), Some("v7"));
    assert!(subject.provenance.is_empty());
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:my-fn";
    let found = test()
        .run(&format!("--function {arn} --label mine"))
        .unwrap();
    let subject = &found.subjects[0];
    assert_eq!(
        (subject.function.as_str(), in_place(subject)),
        ("my-fn", arn)
    );
    assert_eq!(subject.label.as_deref(), Some("mine"));
}

#[test]
fn what_does_not_fit_is_a_usage_error_that_names_the_flags() {
    for (line, said, advice) in [
        (
            "--aws --after p/",
            "--aws with --after p/: a package is measured on the sandbox",
            "leave --aws out",
        ),
        (
            "--endpoint-url http://x --before p --after q",
            "--endpoint-url with --before p: a package is measured on the sandbox",
            "leave --endpoint-url out",
        ),
        (
            "--function my-fn --local",
            "my-fn has no package: my-fn is not defined in lambench.toml, and --local measures packages",
            "[functions.my-fn]",
        ),
        (
            "--function alias --local",
            "alias has no package: alias is defined without a package in lambench.toml, and --local measures packages",
            "--after PATH",
        ),
        (
            "--before p/ --after my-fn",
            "--before p/ is a package and --after my-fn is not (my-fn is not defined in lambench.toml): both are measured in one place",
            "there is no file or folder my-fn here; compare two packages",
        ),
        (
            "--before my-fn --after my-fn",
            "--before my-fn and --after my-fn are the same function",
            "--function",
        ),
        (
            "--function local --region eu-west-1",
            "--region is for AWS, but local is measured on the sandbox (local is defined with a package in lambench.toml)",
            "--aws",
        ),
        (
            "--after p/ --profile me",
            "--profile is for AWS, but p/ is measured on the sandbox (p/ is a package on this machine)",
            "--aws",
        ),
        (
            "--function my-fn --memory 256",
            "--memory is for a package, but my-fn is measured as it is deployed (my-fn is not defined in lambench.toml)",
            "put back exactly",
        ),
        (
            "--before fn-1 --after fn-2 --after-env A=1",
            "--after-env is for a package, but fn-1 is measured as it is deployed (fn-1 is not defined in lambench.toml)",
            "leave it out",
        ),
        (
            "--function my-fn --any-version",
            "--any-version is for the sandbox, but my-fn is measured in place (my-fn is not defined in lambench.toml)",
            "leave it out",
        ),
        (
            "--function my-fn --disk evict",
            "--disk is for the sandbox, but my-fn is measured in place (my-fn is not defined in lambench.toml)",
            "leave it out",
        ),
        (
            "--function my-fn --endpoint-url localhost:9001",
            "--endpoint-url localhost:9001: that is no URL",
            "http://localhost:9001",
        ),
        (
            "--after p/ --before-memory 256",
            "--before-memory: there is no build before, p/ is measured alone",
            "--before",
        ),
    ] {
        let (message, hint) = test().fails(line);
        assert_eq!(message, said);
        assert!(hint.contains(advice), "{line}: {hint}");
    }
}
