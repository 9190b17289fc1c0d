//! `lambench checklist`: the optimisation guide as facts, on a function that does some of it.

mod support;

use std::process::Command;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use support::{Server, Test};

/// A function that loads what its request doesn't need, and makes a client in each request.
fn heavy(test: &Test) {
    test.write("fn/app/heavy.py", "import time\ntime.sleep(0.1)\n");
    test.write("fn/app/boto3.py", "def client(name):\n    return name\n");
    test.write(
        "fn/app/lambda_function.py",
        "import boto3\nimport heavy\n\n\ndef lambda_handler(event, context):\n    client = boto3.client('s3')\n    return {'statusCode': 200, 'client': client}\n",
    );
}

fn checklist(test: &Test, args: &[&str]) -> Value {
    let mut all = vec!["checklist"];
    all.extend(args);
    all.push("--json");
    serde_json::from_str(&test.run(&all).success().stdout).unwrap()
}

fn item<'v>(list: &'v Value, check: &str) -> &'v Value {
    let items = list["items"].as_array().unwrap();
    let found = items.iter().find(|item| item["check"] == check);
    found.unwrap_or_else(|| panic!("no {check} in {items:#?}"))
}

fn facts<'v>(item: &'v Value, fact: &str) -> Vec<&'v Value> {
    let all = item["evidence"].as_array().unwrap().iter();
    all.filter(|one| one["fact"] == fact).collect()
}

#[test]
fn what_is_not_done_is_shown_with_its_lines_and_figures() {
    let test = Test::new();
    heavy(&test);
    let list = checklist(&test, &["fn/app"]);
    let lazy = item(&list, "loaded_lazily");
    assert_eq!(lazy["state"], "not_done", "{lazy:#}");
    let later = facts(lazy, "later")[0];
    assert_eq!(later["target"], "heavy");
    assert!(later["saved_ms"].as_f64().unwrap() >= 98.0, "{later:#}");
    assert_eq!(later["imported_at"][0]["line"], 2);
    let clients = item(&list, "clients_kept");
    assert_eq!(clients["state"], "not_done");
    let client = facts(clients, "client")[0];
    assert_eq!(
        (&client["file"], &client["line"], &client["function"]),
        (
            &"lambda_function.py".into(),
            &6.into(),
            &"lambda_handler".into()
        )
    );
    assert_eq!(item(&list, "within_limits")["state"], "done");
    assert_eq!(item(&list, "bundled")["state"], "not_applicable");
    for missing in [
        "measured_both_sides",
        "baseline_kept",
        "gate_in_ci",
        "warm_measured",
    ] {
        assert_eq!(item(&list, missing)["state"], "not_done", "{missing}");
    }
    assert_eq!(item(&list, "verdict_given")["state"], "not_known");
    let schema =
        std::fs::read_to_string(support::repository().join("schema/checklist.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    assert!(validator.is_valid(&list));
}

/// An improved pair of 20 cold starts each, stored as a run of `fn` and as the baseline `main`.
fn stored(test: &Test, unzipped_bytes: u64) {
    let example = support::repository().join("schema/examples/data-collector.json");
    let mut result: Value = serde_json::from_slice(&std::fs::read(example).unwrap()).unwrap();
    for subject in result["subjects"].as_array_mut().unwrap() {
        subject["function"] = "fn".into();
    }
    result["subjects"][1]["unzipped_bytes"] = unzipped_bytes.into();
    let id = result["id"].as_str().unwrap().to_owned();
    for name in [format!("results/{id}"), "baselines/main".into()] {
        test.write(&format!(".lambench/{name}.json"), &result.to_string());
    }
}

#[test]
fn what_was_measured_counts_until_the_package_changes() {
    let test = Test::new();
    heavy(&test);
    test.write(
        "fn/old/lambda_function.py",
        "def lambda_handler(event, context):\n    return {}\n",
    );
    test.write(
        "lambench.toml",
        "[functions.fn]\nbefore.package = \"fn/old\"\nafter.package = \"fn/app\"\nfail_if = [\"cold.p50 > +10%\"]\n",
    );
    test.write(
        ".github/workflows/ci.yml",
        "jobs:\n  cold:\n    steps:\n      - run: lambench gate --function fn\n",
    );
    let bytes = ["heavy.py", "boto3.py", "lambda_function.py"].map(|name| {
        std::fs::metadata(test.path().join("fn/app").join(name))
            .unwrap()
            .len()
    });
    stored(&test, bytes.iter().sum());
    let list = checklist(&test, &["fn", "--no-profile"]);
    assert_eq!(list["function"], "fn");
    let done = [
        "measured_both_sides",
        "verdict_given",
        "baseline_kept",
        "gate_in_ci",
        "warm_measured",
        "memory_has_room",
    ];
    for check in done {
        let item = item(&list, check);
        assert_eq!(item["state"], "done", "{item:#}");
    }
    let verdict = facts(item(&list, "verdict_given"), "verdict")[0];
    assert_eq!(verdict["verdict"], "improved");
    let ci = facts(item(&list, "gate_in_ci"), "ci")[0];
    assert_eq!(
        (&ci["file"], &ci["line"]),
        (&".github/workflows/ci.yml".into(), &4.into())
    );
    let budgets = facts(item(&list, "gate_in_ci"), "budgets")[0];
    assert_eq!(budgets["count"], 1);
    assert_eq!(item(&list, "loaded_lazily")["state"], "not_known");

    test.write("fn/app/more.py", "MORE = 1\n");
    let changed = checklist(&test, &["fn", "--no-profile"]);
    let measured = item(&changed, "measured_both_sides");
    assert_eq!(measured["state"], "not_done");
    assert_eq!(facts(measured, "changed").len(), 1);
}

#[test]
fn the_table_is_markdown_in_both_languages_and_nothing_fails() {
    let test = Test::new();
    heavy(&test);
    let english = test
        .run(&["checklist", "fn/app", "--no-profile"])
        .success()
        .stdout;
    assert!(english.contains("| Item "), "{english}");
    assert!(
        english.contains("lambda_function.py:6: boto3.client in lambda_handler()"),
        "{english}"
    );
    let rows: Vec<&str> = english
        .lines()
        .filter(|line| line.starts_with('|'))
        .collect();
    assert_eq!(rows.len(), 2 + 3 + 16, "{english}");
    let korean = test
        .run(&["checklist", "fn/app", "--no-profile", "--lang=ko"])
        .success()
        .stdout;
    assert!(
        korean.contains("최적화 체크리스트") && korean.contains("미완료"),
        "{korean}"
    );
    let none = test.run(&["checklist", "no/such/folder"]);
    assert_eq!(none.code, Some(2));
    assert!(none.stderr.contains("hint:"), "{}", none.stderr);
}

#[test]
fn a_package_is_profiled_with_the_layers_that_are_published() {
    let test = Test::new();
    test.write("layer/python/heavy.py", "import time\ntime.sleep(0.1)\n");
    test.write(
        "app/lambda_function.py",
        "import heavy\n\n\ndef lambda_handler(event, context):\n    return {}\n",
    );
    let packed = Command::new("python3")
        .args(["-m", "zipfile", "-c", "../layer.zip", "python"])
        .current_dir(test.path().join("layer"))
        .env("PYENV_ROOT", support::pyenv_root())
        .status()
        .unwrap();
    assert!(packed.success());
    let server = Server::start(&test, &[]);
    let zip = BASE64_STANDARD.encode(std::fs::read(test.path().join("layer.zip")).unwrap());
    let layer = server.call(
        "POST",
        "/2018-10-31/layers/deps/versions",
        Some(&json!({"Content": {"ZipFile": zip}})),
    );
    let arn = layer["LayerVersionArn"].as_str().unwrap();
    let list = checklist(
        &test,
        &["./app", "--layers", arn, "--endpoint-url", &server.url],
    );
    let lazy = item(&list, "loaded_lazily");
    assert_eq!(lazy["state"], "not_done", "{lazy:#}");
    assert_eq!(facts(lazy, "later")[0]["target"], "heavy");
    assert_eq!(facts(item(&list, "within_limits"), "size")[0]["layers"], 1);
}

#[test]
fn a_package_that_does_not_tell_how_it_runs_is_asked_about() {
    let test = Test::new();
    test.write(
        "fn/app/app.py",
        "def handler(event, context):\n    return {}\n",
    );
    test.run(&["checklist", "fn/app"])
        .fails_with(2)
        .says("no function found in it")
        .says("name it by --handler app.FUNCTION");
    let list = checklist(
        &test,
        &["fn/app", "--handler", "app.handler", "--no-profile"],
    );
    assert_ne!(item(&list, "nothing_unused")["state"], "not_applicable");
}

#[test]
fn it_is_titled_by_what_was_typed() {
    let test = Test::new();
    heavy(&test);
    test.write(
        "new/lambda_function.py",
        "def lambda_handler(event, context):\n    return 1\n",
    );
    test.write(
        "lambench.toml",
        "[functions.shop.before]\npackage = \"fn/app\"\n[functions.shop.after]\npackage = \"new\"\n",
    );
    for typed in ["shop", "new", "./new/"] {
        let ran = test.run(&["checklist", typed, "--no-profile"]).success();
        let title = format!("{typed}: the optimisation checklist, ");
        assert!(ran.stdout.starts_with(&title), "{}", ran.stdout);
        // Nor is its name said again where a finding is about all of it.
        assert!(
            !ran.stdout.contains(&format!("- {typed}: ")),
            "{}",
            ran.stdout
        );
        assert_eq!(checklist(&test, &[typed, "--no-profile"])["target"], typed);
    }
}
