//! The schema of the result file is the one that is committed, and results that were really measured hold to it.
#![allow(missing_docs)]

mod support;

use serde_json::Value;
use support::{Test, fixture, repository};

fn committed() -> String {
    std::fs::read_to_string(repository().join("schema/result.json")).expect("the schema")
}

#[track_caller]
fn holds(result: &Value) {
    let schema: Value = serde_json::from_str(&committed()).unwrap();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let wrong: Vec<String> = validator
        .iter_errors(result)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let printed = Test::new().run(&["schema"]).success().stdout;
    assert!(
        printed == committed(),
        "schema/result.json is not the schema of the types any more; write it again with\n  \
         cargo run -- schema > schema/result.json\nand see in the diff that fields were only added"
    );
}

#[test]
fn results_of_pairs_and_of_runs_that_were_stopped_hold_to_it() {
    let test = Test::new();
    let (before, after) = (
        fixture("data-collector/before"),
        fixture("data-collector/after"),
    );
    let ran = test
        .run(&[
            "run",
            "--json",
            "--runs=2",
            "--warm-invokes=1",
            "--before",
            before.to_str().unwrap(),
            "--after",
            after.to_str().unwrap(),
            "--layers",
            fixture("layers/market-common").to_str().unwrap(),
            "--fail-if=package.zip > 5MiB",
        ])
        .success();
    let pair: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(pair["subjects"].as_array().unwrap().len(), 2);
    assert!(!pair["judgements"].as_array().unwrap().is_empty());
    holds(&pair);
    holds(&test.result());

    let stopped = Test::new();
    stopped.write(
        "app/lambda_function.py",
        "def lambda_handler(event, context):\n    raise ValueError('no')\n",
    );
    let ran = stopped
        .run(&["run", "--json", "--after", "app"])
        .fails_with(1);
    let result: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(result["ending"]["how"], "stopped");
    holds(&result);
}

#[test]
fn what_is_no_result_does_not_hold_to_it() {
    let schema: Value = serde_json::from_str(&committed()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!validator.is_valid(&serde_json::json!({ "schema_version": 1 })));
}

/// Baselines are meant to be committed.
#[test]
fn every_result_in_the_repository_holds_to_it() {
    fn visit(folder: &std::path::Path, found: &mut usize) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                visit(&path, found);
            } else if path.extension().is_some_and(|e| e == "json") {
                let text = std::fs::read_to_string(&path).unwrap();
                if let Ok(value) = serde_json::from_str::<Value>(&text)
                    && value.get("schema_version").is_some()
                {
                    holds(&value);
                    *found += 1;
                }
            }
        }
    }
    let mut found = 0;
    for folder in ["schema", "fixtures", "docs", ".lambench/baselines"] {
        let folder = repository().join(folder);
        if folder.is_dir() {
            visit(&folder, &mut found);
        }
    }
    assert!(found > 0, "schema/examples holds at least one");
}
