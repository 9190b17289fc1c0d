use std::path::PathBuf;

use super::*;
use crate::config::{Lang, PackageSpec, Subject};
use crate::results::Arm;
use crate::results::samples::{pair, single};

fn settings(result: &RunResult, lang: Lang) -> Settings {
    let subjects = result.subjects.iter().map(|subject| Subject {
        arm: subject.arm,
        name: subject.name.clone(),
        function: subject.function.clone(),
        label: None,
        target: Target::Package(PackageSpec {
            path: PathBuf::from(&subject.name),
            runtime: "python3".into(),
            handler: "lambda_function.lambda_handler".into(),
            layers: Vec::new(),
            memory_mb: 512,
            timeout_s: 30,
            environment: [("TOKEN".to_owned(), "s3cr3t".to_owned())].into(),
        }),
        provenance: vec![(
            "runtime".into(),
            "python3".into(),
            "inferred from lambda_function.py".into(),
        )],
    });
    Settings {
        place: Place::Sandbox,
        place_reason: "data-collector is defined with a package in lambench.toml".into(),
        subjects: subjects.collect(),
        baseline: None,
        again: None,
        save_baseline: None,
        previous: true,
        around: None,
        staging_bucket: None,
        no_handler: false,
        looks: crate::stats::Looks::one(20),
        limit: 0.10,
        budgets: Vec::new(),
        gate: crate::config::Gate::default(),
        warm_invokes: 5,
        seed: 42,
        pace: crate::config::Pace::default(),
        payload: "{}".into(),
        expect: Vec::new(),
        touch: crate::results::Touch::default(),
        allow_function_errors: false,
        safety: crate::config::safety::Safety::default(),
        save: None,
        json: false,
        exports: Vec::new(),
        lang,
        quiet: false,
        ric: None,
        any_version: false,
        machine: crate::sandbox::Machine::default(),
        project: PathBuf::from("."),
        warnings: Vec::new(),
    }
}

#[test]
fn a_pair_on_the_sandbox() {
    let result = pair();
    let said = announce(&result, &settings(&result, Lang::En), Text(Lang::En), 80);
    insta::assert_snapshot!(said);
    assert!(!said.contains("s3cr3t"));
}

#[test]
fn a_pair_on_the_sandbox_in_korean() {
    let result = pair();
    insta::assert_snapshot!(announce(
        &result,
        &settings(&result, Lang::Ko),
        Text(Lang::Ko),
        80
    ));
}

#[test]
fn a_function_in_place_is_said_to_be_changed_and_put_back() {
    let mut result = single();
    result.subjects[0].name = "my-fn".into();
    result.subjects[0].endpoint = crate::results::EndpointKind::Aws;
    let mut settings = settings(&result, Lang::En);
    settings.subjects[0].arm = Arm::Only;
    settings.subjects[0].target = Target::InPlace("my-fn".into());
    settings.place = Place::Aws {
        endpoint_url: Some("http://localhost:4566".into()),
        region: None,
        profile: None,
    };
    settings.place_reason = "no package of it is in lambench.toml".into();
    let said = announce(&result, &settings, Text(Lang::En), 80);
    assert!(
        said.contains("the description of my-fn before every cold start; put back at the end"),
        "{said}"
    );
    assert!(said.contains("http://localhost:4566"), "{said}");
    assert!(!said.contains("deleted"), "{said}");
}
