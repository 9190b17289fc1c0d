//! What is said beside a saving: where it is imported, who keeps it, whether it is used at once, and what is worth a step.

use super::*;

fn of<'s>(suggestions: &'s [Suggestion], target: &str) -> &'s Suggestion {
    suggestions.iter().find(|s| s.target == target).unwrap()
}

#[test]
fn every_line_that_imports_a_target_is_told_once_and_one_without_a_number_only_where_there_is_no_other()
 {
    let mut recording = recording(
        &[
            ("app", 1.0),
            ("app_b", 1.0),
            ("lib", 5.0),
            ("lib.x", 3.0),
            ("quiet", 2.0),
        ],
        &[
            ("app_b", "lib", 7),
            ("app", "app_b", 1),
            ("app", "lib", 2),
            ("app", "lib.x", 2),
            ("app", "lib", 4),
            ("app", "lib", 0),
            ("app", "quiet", 0),
        ],
    );
    for silent in [5, 6] {
        recording.imports[silent].line = None;
    }
    let series = series(recording);
    let predictor = Predictor::new(&series, None, 1.0);
    let suggestions = predictor.suggestions();
    let site = |module: &str, line| Site {
        module: module.into(),
        file: Some(format!("/var/task/{module}.py")),
        line,
    };
    assert_eq!(
        of(&suggestions, "lib").imported_at,
        [
            site("app", Some(2)),
            site("app", Some(4)),
            site("app_b", Some(7))
        ]
    );
    assert_eq!(of(&suggestions, "quiet").imported_at, [site("app", None)]);
    assert_eq!(predictor.deferral(&["lib"]), "lib<app,app_b");
}

#[test]
fn an_import_in_a_function_that_ran_in_init_was_needed_there() {
    let mut recording = recording(
        &[("app", 1.0), ("heavy", 50.0), ("other", 60.0)],
        &[("app", "heavy", 12), ("app", "other", 1)],
    );
    recording.imports[0].function = Some("connect".into());
    let series = series(recording);
    let predictor = Predictor::new(&series, None, 1.0);
    let suggestions = predictor.suggestions();
    let used = of(&suggestions, "heavy").used_at_init.as_ref().unwrap();
    assert_eq!((used.module.as_str(), used.line), ("app", Some(12)));
    assert_eq!(of(&suggestions, "other").used_at_init, None);
    let plan = predictor.plan(&suggestions);
    assert_eq!(plan.len(), 1, "what is used at once is in no plan");
    assert_eq!(plan[0].target, "other");
}

#[test]
fn who_keeps_a_target_is_one_that_stays_and_no_part_of_it() {
    // `plug` goes with x.y, and both need x, in the code of each and in a function of plug that app calls.
    let mut recording = recording(
        &[
            ("app", 1.0),
            ("x", 5.0),
            ("x.y", 7.0),
            ("plug", 3.0),
            ("lib", 2.0),
        ],
        &[
            ("plug", "x", 1),
            ("app", "x", 9),
            ("x.y", "x", 1),
            ("app", "x", 1),
            ("app", "x.y", 2),
            ("x.y", "plug", 2),
            ("app", "lib", 3),
            ("lib", "x", 4),
        ],
    );
    recording.imports[1].at = Some(3);
    recording.modules[1].loaded_by = Some(0);
    let kept = |recording: Recording| {
        let series = series(recording);
        let suggestions = Predictor::new(&series, None, 1.0).suggestions();
        saves(&suggestions, "x", series.recording.modules[2].self_ms + 3.0);
        of(&suggestions, "x").kept_by.clone()
    };
    assert_eq!(kept(recording.clone()).as_deref(), Some("lib"));
}

#[test]
fn a_part_of_a_target_that_stays_is_not_who_keeps_it() {
    let mut recording = recording(
        &[("app", 1.0), ("x", 5.0), ("x.y", 7.0), ("lib", 2.0)],
        &[
            ("x.y", "x", 1),
            ("app", "x", 1),
            ("app", "lib", 3),
            ("lib", "x.y", 5),
            ("lib", "x", 5),
        ],
    );
    recording.modules[1].loaded_by = Some(0);
    let series = series(recording);
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    saves(&suggestions, "x", 0.0);
    assert_eq!(of(&suggestions, "x").kept_by.as_deref(), Some("lib"));
}

#[test]
fn a_name_that_a_package_gives_is_the_submodule_of_that_name() {
    let series = series(recording(
        &[("app", 1.0), ("parts", 0.5), ("parts.heavy", 40.0)],
        &[("app", "parts", 1), ("app", "parts.heavy", 1)],
    ));
    let mut probed = [deferred("app", "parts", Some(Phase::First))];
    probed[0].name = "heavy".into();
    let predictor = Predictor::new(&series, Some(&probed), 1.0);
    let together = predictor.together(&["parts.heavy".to_owned()]).unwrap();
    assert_eq!((together.saved_ms, together.moved_ms), (40.0, Some(40.0)));
}

#[test]
fn what_modules_that_are_not_loaded_would_import_later_is_not_moved() {
    for at in [None, Some(1)] {
        let mut recording = shared();
        // A function of requests, which nothing uses any more.
        recording.imports.push(Import {
            phase: Phase::First,
            function: Some("get".into()),
            at,
            ..import(usize::from(at.is_none()), 2, 80)
        });
        let series = series(recording);
        let probed = unused();
        let predictor = Predictor::new(&series, Some(&probed), 1.0);
        let plan = predictor.plan(&predictor.suggestions());
        assert_eq!(plan[1].moved_ms, Some(0.0), "{at:?}");
    }
}

#[test]
fn a_step_saves_a_hundredth_of_the_whole_and_no_less_than_a_millisecond() {
    let steps = |modules: &[(&str, f64)]| {
        let imports: Vec<_> = modules[1..].iter().map(|(to, _)| ("app", *to, 1)).collect();
        let series = series(recording(modules, &imports));
        let predictor = Predictor::new(&series, None, 1.0);
        let plan = predictor.plan(&predictor.suggestions());
        plan.into_iter().map(|step| step.target).collect::<Vec<_>>()
    };
    assert_eq!(
        steps(&[
            ("app", 780.5),
            ("much", 200.0),
            ("just", 10.0),
            ("less", 9.5)
        ]),
        ["much", "just"]
    );
    assert_eq!(
        steps(&[("app", 2.5), ("much", 6.0), ("just", 1.0), ("less", 0.5)]),
        ["much", "just"]
    );
}

#[test]
fn what_is_foreseen_of_several_is_their_saving_in_time_and_memory() {
    let series = series(shared());
    let predictor = Predictor::new(&series, None, 1.0);
    let both = ["requests".to_owned(), "boto3".to_owned()];
    let together = predictor.together(&both).unwrap();
    assert_eq!(together.targets, both);
    assert!((together.saved_ms - 165.0).abs() < 1e-9);
    assert_eq!(together.memory_kb, Some(16_500.0));
    let plan = predictor.plan(&predictor.suggestions());
    assert_eq!(plan[0].memory_kb, Some(7_000.0));
    assert_eq!(plan[1].memory_kb, Some(16_500.0), "with the step before");
    let unknown = ["requests".to_owned(), "urllib3".to_owned()];
    assert_eq!(
        predictor.together(&unknown),
        Err("urllib3".to_owned()),
        "the function's own modules don't import it"
    );
}
