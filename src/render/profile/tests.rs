use super::*;
use crate::profile::{Module, Otherwise, Predictor, Recording, SCHEMA_VERSION, Series, Verified};

fn module(name: &str, self_ms: f64, by: Option<(usize, u32)>, own: bool) -> Module {
    Module {
        name: name.into(),
        file: Some(format!("/var/task/{name}.py")),
        self_ms,
        memory_kb: Some(self_ms * 600.0),
        loaded_by: by.map(|(by, _)| by),
        line: by.map(|(_, line)| line),
        own,
        ..Module::default()
    }
}

fn profile_of_three() -> Profile {
    let modules = vec![
        module("app", 2.0, None, true),
        module("requests", 17.0, Some((0, 2)), false),
        module("urllib3", 79.0, Some((1, 40)), false),
        module("pandas", 161.0, Some((0, 3)), false),
        module("numpy", 48.0, Some((3, 1)), false),
        module("boto3", 90.0, Some((0, 4)), false),
    ];
    let mut imports: Vec<crate::profile::Import> = modules
        .iter()
        .enumerate()
        .filter_map(|(to, module)| {
            Some(crate::profile::Import {
                from: module.loaded_by?,
                to,
                line: module.line,
                phase: Phase::Init,
                at: None,
                function: None,
                through: None,
            })
        })
        .collect();
    for (from, to, line) in [(0, 4, 5), (5, 2, 9)] {
        imports.push(crate::profile::Import {
            from,
            to,
            line: Some(line),
            phase: Phase::Init,
            at: None,
            function: None,
            through: None,
        });
    }
    let recording = Recording {
        language: Language::Python,
        version: "3.11.7".into(),
        handler: "app.handler".into(),
        total_ms: modules.iter().map(|module| module.self_ms).sum(),
        modules,
        imports,
        cpu_ms: None,
        first_ms: Some(3.0),
        error: None,
        first_error: None,
        deferred: Vec::new(),
        notes: Vec::new(),
    };
    let series = Series::of(&[recording]).unwrap();
    let probed = [
        deferred("pandas", Some(Phase::First), None),
        deferred("boto3", Some(Phase::Init), Some(8)),
    ];
    let predictor = Predictor::new(&series, Some(&probed), 0.5);
    let suggestions = predictor.suggestions();
    let plan = predictor.plan(&suggestions);
    Profile {
        schema_version: SCHEMA_VERSION,
        lambench_version: "0.1.0".into(),
        created_at: "2026-11-01T12:00:00Z".into(),
        target: "build/new/".into(),
        function: "new".into(),
        endpoint: EndpointKind::Sandbox,
        runtime: "python3.11".into(),
        memory_mb: 884,
        starts: 10,
        overhead: Some(0.117),
        first_cpu: 0.5,
        recording: series.recording.clone(),
        suggestions,
        plan,
        together: Vec::new(),
        verified: vec![
            Verified {
                targets: vec!["pandas".into()],
                predicted_ms: 161.0,
                saved_ms: Some(168.25),
                interval_ms: Some((159.5, 176.0)),
                init_ms: Some(412.0),
                predicted_moved_ms: Some(418.0),
                moved_ms: Some(401.0),
                moved_interval_ms: Some((390.0, 411.75)),
                starts: 15,
                loaded_otherwise: vec![Otherwise {
                    module: "numpy".into(),
                    by: "boto3".into(),
                    line: Some(7),
                }],
                ..Verified::default()
            },
            Verified {
                targets: vec!["pandas".into(), "requests".into()],
                plan: true,
                failed: Some("the function answered with an error".into()),
                ..Verified::default()
            },
        ],
        notes: vec!["no-distributions".into(), "other-threads: 3".into()],
    }
}

fn deferred(module: &str, used: Option<Phase>, line: Option<u32>) -> crate::profile::Deferred {
    crate::profile::Deferred {
        importer: "app".into(),
        module: module.into(),
        name: module.into(),
        line: None,
        used,
        used_line: line,
    }
}

#[test]
fn savings_the_plan_and_the_tree_in_english() {
    insta::assert_snapshot!(profile(&profile_of_three(), Lang::En, &Style::plain()));
}

#[test]
fn the_same_in_korean() {
    insta::assert_snapshot!(profile(&profile_of_three(), Lang::Ko, &Style::plain()));
}

#[test]
fn a_star_is_explained_where_there_is_one_and_its_note_has_a_line() {
    let mut profile = profile_of_three();
    let said = |of: &Profile, lang| super::profile(of, lang, &Style::plain());
    for (lang, meaning) in [
        (Lang::En, "* is needed while the function"),
        (Lang::Ko, "*는 함수의 모듈을 불러오는 동안 필요해서"),
    ] {
        assert!(said(&profile, lang).contains(meaning));
        assert!(profile_html(&profile, lang).contains(meaning));
    }
    assert!(said(&profile, Lang::En).contains("boto3* is used while"));
    let kept = profile
        .suggestions
        .iter_mut()
        .find(|one| one.used_at_init.is_some())
        .unwrap();
    kept.used_at_init = kept.imported_at.first().cloned();
    let text = said(&profile, Lang::En);
    let words: Vec<&str> = text.split_whitespace().collect();
    let note = "boto3*, imported at app.py:4, is used or kept elsewhere";
    assert!(words.join(" ").contains(note), "{text}");
    for one in &mut profile.suggestions {
        one.used_at_init = None;
    }
    assert!(!said(&profile, Lang::En).contains("* is needed"));
}
