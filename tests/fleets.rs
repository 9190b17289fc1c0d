//! Many functions by name and by tag: which ones are meant, what they would cost, what the search for them needs.

mod support;

use std::io::{Cursor, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use support::proxy::{Fault, Proxy, Request};
use support::{FUNCTIONS, Ran, Server, Test, wait_for};

struct Place {
    test: Test,
    server: Server,
}

impl Place {
    /// data-a and other are in stage test, data-b in stage prod, data-c has no tag; data-a has a team.
    fn new() -> Self {
        let test = Test::new();
        let server = Server::start(&test, &["--settle", "10"]);
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("app.py", zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(b"def handler(event, context):\n    return {'version': 'v1'}\n")
            .unwrap();
        let code = BASE64_STANDARD.encode(zip.finish().unwrap().into_inner());
        for (name, tags) in [
            ("data-a", json!({"stage": "test", "team": "blue"})),
            ("data-b", json!({"stage": "prod"})),
            ("data-c", json!({})),
            ("other", json!({"stage": "test-2"})),
        ] {
            let new = json!({
                "FunctionName": name,
                "Runtime": "python3",
                "Handler": "app.handler",
                "Role": "arn:aws:iam::000000000000:role/x",
                "Code": {"ZipFile": code},
                "Tags": tags,
            });
            server.call("POST", FUNCTIONS, Some(&new));
        }
        let place = Self { test, server };
        for name in ["data-a", "data-b", "data-c", "other"] {
            wait_for("the creation", || {
                (place.configuration(name)["State"] == "Active").then_some(())
            });
        }
        place
    }

    fn configuration(&self, name: &str) -> Value {
        self.server.configuration(name)
    }

    fn run_at(&self, url: &str, more: &[&str]) -> Ran {
        let mut args = vec!["run", "--endpoint-url", url, "--runs", "1"];
        args.extend(["--warm-invokes", "0"]);
        args.extend(more);
        self.test.run(&args)
    }

    fn run(&self, more: &[&str]) -> Ran {
        self.run_at(&self.server.url, more)
    }

    /// The functions that a run would measure.
    fn planned(&self, more: &[&str]) -> Vec<String> {
        let ran = self.run(&[&["--dry-run", "--json"], more].concat());
        let plans: Value = serde_json::from_str(&ran.success().stdout).unwrap();
        plans
            .as_array()
            .unwrap()
            .iter()
            .map(|plan| plan["touched"][0].as_str().unwrap().to_owned())
            .collect()
    }
}

#[test]
fn tags_and_a_pattern_name_functions_and_all_of_them_must_match() {
    let place = Place::new();
    for (asked, found) in [
        (&["--tag", "stage"][..], &["data-a", "data-b", "other"][..]),
        (&["--tag", "stage=test"], &["data-a"]),
        (&["--tag", "stage=te*"], &["data-a", "other"]),
        (&["--tag", "stage=te*", "--tag", "team=?lue"], &["data-a"]),
        (
            &["--tag", "stage", "--function", "data-*"],
            &["data-a", "data-b"],
        ),
        (&["--tag", "team", "--function", "data-a"], &["data-a"]),
    ] {
        assert_eq!(place.planned(asked), found, "{asked:?}");
    }
    place
        .run(&["--tag", "stage=test", "--tag", "team=red"])
        .fails_with(1)
        .says("reading the tags of 4 functions")
        .says("--tag stage=test --tag team=red: no function with all those tags in us-east-1");
}

#[test]
fn what_has_the_tag_is_measured_and_nothing_else_is_touched() {
    let place = Place::new();
    let before = place.configuration("data-b");
    // A package of that name in lambench.toml is not what was found.
    place.test.write(
        "lambench.toml",
        "[functions.data-a]\npackage = \"nowhere\"\n",
    );
    place
        .run(&["--tag", "stage=test", "--yes"])
        .success()
        .prints("Cold starts of 1 function")
        .prints("data-a");
    assert_eq!(place.configuration("data-b"), before);
    assert_eq!(place.configuration("data-a")["Description"], "");
    assert_eq!(place.test.result()["subjects"][0]["function"], "data-a");
}

#[test]
fn a_tag_that_cannot_be_read_ends_the_search() {
    let place = Place::new();
    let asked = AtomicUsize::new(0);
    let proxy = Proxy::start(&place.server.url, move |request: &Request| {
        let tags = request.path.starts_with("/2017-03-31/tags/");
        (tags && asked.fetch_add(1, SeqCst) == 1).then_some(Fault::Answer(
            403,
            "AccessDeniedException",
            "not authorized to perform: lambda:ListTags",
        ))
    });
    place
        .run_at(&proxy.url, &["--tag", "stage=test", "--dry-run"])
        .fails_with(1)
        .says("reading the tags of data-b: AccessDeniedException")
        .says("--tag needs lambda:ListTags on every function");
}

#[test]
fn flags_that_make_no_sense_with_tags_are_refused() {
    let test = Test::new();
    for (args, said) in [
        (&["--all", "--tag", "x"][..], "cannot be used with"),
        (&["--local", "--tag", "x"], "cannot be used with"),
        (&["--after", "p.zip", "--tag", "x"], "cannot be used with"),
        (&["--tag", "=x"], "write it as KEY=VALUE, or KEY"),
        (&["--tag", "x", "--save-baseline", "v"], "it is for one"),
    ] {
        test.run(&[&["run"], args].concat())
            .fails_with(2)
            .says(said);
    }
}

#[test]
fn a_dry_run_of_many_sums_up_and_one_failure_is_its_line() {
    let place = Place::new();
    let proxy = Proxy::start(&place.server.url, |request: &Request| {
        if request.path.ends_with("/functions/data-b") {
            return Some(Fault::AsAws(r#""State":"Active""#, r#""State":"Failed""#));
        }
        request.is_get().then_some(Fault::AsAws("", ""))
    });
    let ran = place
        .run_at(&proxy.url, &["--function", "data-*", "--dry-run"])
        .fails_with(1)
        .prints("3 functions: what a run would do; nothing was changed or invoked")
        .prints("| Sum of 2 |")
        .prints("data-b: data-b: its State is Failed")
        .prints("lambda:ListFunctions");
    let cost = |row: &str| -> f64 {
        let line = ran.stdout.lines().find(|line| line.contains(row)).unwrap();
        let cell = line.split('|').nth(4).unwrap().trim();
        cell.trim_start_matches('$').parse().unwrap()
    };
    let (a, sum) = (cost("| data-a"), cost("| Sum of 2"));
    assert!(a > 0.0 && (sum - 2.0 * a).abs() < 0.2 * sum, "{a} {sum}");
    for name in ["data-a", "data-b", "data-c"] {
        assert_eq!(place.configuration(name)["Description"], "");
    }
    // The server, which runs in the same folder, leaves its address there.
    assert!(!place.test.path().join(".lambench/results").exists());
    let runs = std::fs::read_dir(place.test.path().join(".lambench/runs")).unwrap();
    let is_log = |name: &std::ffi::OsStr| name.to_string_lossy().ends_with(".jsonl");
    assert!(!runs.flatten().any(|entry| is_log(&entry.file_name())));
}

#[test]
fn one_policy_is_for_all_and_needs_no_call() {
    let test = Test::new();
    let policy = |args: &[&str]| -> Vec<Value> {
        let all = [&["run", "--iam-policy", "--region", "eu-west-1"], args].concat();
        let ran = test.run(&all).success();
        let policy: Value = serde_json::from_str(&ran.stdout).unwrap();
        policy["Statement"].as_array().unwrap().clone()
    };
    let of = |statements: &[Value], id: &str| -> Value {
        let found = statements.iter().find(|s| s["Sid"] == id);
        found
            .unwrap_or_else(|| panic!("no {id}: {statements:?}"))
            .clone()
    };
    let statements = policy(&["--function", "data-*"]);
    assert_eq!(
        of(&statements, "LambenchList")["Action"],
        json!(["lambda:ListFunctions"])
    );
    let in_place = of(&statements, "LambenchInPlace");
    assert_eq!(
        in_place["Resource"],
        json!(["arn:aws:lambda:eu-west-1:*:function:data-*"])
    );
    assert!(in_place.get("Condition").is_none());

    let statements = policy(&[
        "--function",
        "data-*",
        "--tag",
        "stage=te*",
        "--tag",
        "team",
    ]);
    let tags = of(&statements, "LambenchListTags");
    assert_eq!(tags["Action"], json!(["lambda:ListTags"]));
    assert!(
        tags.get("Condition").is_none(),
        "those without must be read"
    );
    assert_eq!(
        of(&statements, "LambenchInPlace")["Condition"],
        json!({"StringLike": {"aws:ResourceTag/stage": "te*", "aws:ResourceTag/team": "*"}})
    );

    test.write(
        "lambench.toml",
        "[functions.one]\nname = \"first-fn\"\n[functions.two]\n[functions.three]\n",
    );
    let statements = policy(&["--all", "--aws"]);
    assert_eq!(statements.len(), 1, "no search: {statements:?}");
    let resources = statements[0]["Resource"].as_array().unwrap();
    assert_eq!(resources.len(), 3);
    assert!(
        resources.contains(&json!("arn:aws:lambda:eu-west-1:*:function:first-fn")),
        "{resources:?}"
    );
}
