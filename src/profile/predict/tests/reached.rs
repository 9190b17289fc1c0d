//! What is still loaded without some imports, in recordings with less, or other, than plain import statements.

use super::*;

#[test]
fn what_was_loaded_without_an_import_goes_with_whoever_loaded_it_and_with_nobody_else() {
    // `lib` is loaded by the function's own code and `hidden` by lib, both without a statement; json stands beside them.
    let mut recording = recording(
        &[("app", 1.0), ("lib", 5.0), ("hidden", 70.0), ("json", 2.0)],
        &[("app", "json", 3)],
    );
    recording.modules[1].loaded_by = Some(0);
    recording.modules[2].loaded_by = Some(1);
    let series = series(recording);
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    saves(&suggestions, "json", 2.0);
    saves(&suggestions, "lib", 75.0);
    assert!(suggestions.iter().all(|s| s.target != "hidden"));
}

#[test]
fn what_a_function_imports_is_loaded_however_late_its_own_module_is_found() {
    // app calls a function of `inner`, which `lib` has loaded, and that imports heavy.
    let mut recording = recording(
        &[
            ("app", 1.0),
            ("lib", 5.0),
            ("inner", 6.0),
            ("heavy", 70.0),
            ("json", 2.0),
        ],
        &[
            ("app", "heavy", 30),
            ("app", "json", 1),
            ("app", "lib", 2),
            ("lib", "inner", 1),
        ],
    );
    recording.imports[0].at = Some(2);
    recording.imports[0].function = Some("make".into());
    let series = series(recording);
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    saves(&suggestions, "json", 2.0);
    saves(&suggestions, "lib", 81.0);
}

#[test]
fn what_only_a_removed_module_asked_the_functions_own_code_for_goes_with_it() {
    let mut recording = recording(
        &[("app", 1.0), ("lib", 5.0), ("heavy", 70.0)],
        &[("app", "lib", 1), ("lib", "heavy", 9)],
    );
    recording.imports[1].at = Some(0);
    recording.imports[1].function = Some("called_back".into());
    let series = series(recording);
    let predictor = Predictor::new(&series, None, 1.0);
    saves(&predictor.suggestions(), "lib", 75.0);
}

#[test]
fn what_the_first_request_has_loaded_is_no_saving_at_init() {
    let mut recording = recording(
        &[("app", 1.0), ("lib", 5.0), ("late", 500.0)],
        &[("app", "lib", 1), ("app", "late", 9)],
    );
    recording.modules[2].phase = Phase::First;
    recording.imports[1].phase = Phase::First;
    let series = series(recording);
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    assert_eq!(suggestions.len(), 1);
    saves(&suggestions, "lib", 5.0);
    assert_eq!(suggestions[0].modules, 1);
    assert_eq!(suggestions[0].memory_kb, Some(500.0));
}

#[test]
fn the_parts_of_its_own_package_stay_where_somebody_else_loads_it() {
    let series = series(recording(
        &[
            ("app", 1.0),
            ("app_kit", 4.0),
            ("app_kit.part", 30.0),
            ("lib", 2.0),
        ],
        &[
            ("app", "app_kit", 1),
            ("app_kit", "app_kit.part", 1),
            ("app", "lib", 2),
            ("lib", "app_kit", 1),
        ],
    ));
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    saves(&suggestions, "app_kit", 0.0);
    saves(&suggestions, "app_kit.part", 30.0);
    saves(&suggestions, "lib", 2.0);
}

#[test]
fn the_package_that_has_the_handler_is_no_target() {
    let series = series(recording(
        &[("app", 1.0), ("app.main", 4.0), ("app.settings", 30.0)],
        &[
            ("app", "app.main", 0),
            ("app.main", "app", 1),
            ("app.main", "app.settings", 1),
        ],
    ));
    let targets = Predictor::new(&series, None, 1.0).candidates();
    assert!(!targets.contains(&"app".to_owned()), "{targets:?}");
    assert!(targets.contains(&"app.settings".to_owned()), "{targets:?}");
}

#[test]
fn a_part_that_saves_more_than_the_whole_is_told_beside_it() {
    let series = series(recording(
        &[
            ("app", 1.0),
            ("numpy", 50.0),
            ("numpy.fft", 7.0),
            ("lib", 3.0),
        ],
        &[
            ("app", "numpy", 1),
            ("app", "numpy.fft", 2),
            ("app", "lib", 3),
            ("lib", "numpy", 1),
        ],
    ));
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    let order: Vec<(&str, f64)> = suggestions
        .iter()
        .map(|s| (&*s.target, s.saved_ms))
        .collect();
    assert_eq!(order, [("numpy", 7.0), ("lib", 3.0)], "both cut the part");
    // What loads the part as well keeps it, but not what the whole has besides.
    let mut with_more = series.recording.clone();
    with_more.modules.push(Module {
        name: "numpy.linalg".into(),
        self_ms: 9.0,
        loaded_by: Some(0),
        ..Module::default()
    });
    with_more.imports.push(import(0, 4, 4));
    let series = Series::of(&[with_more]).unwrap();
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    let order: Vec<(&str, f64)> = suggestions
        .iter()
        .map(|s| (&*s.target, s.saved_ms))
        .collect();
    assert_eq!(
        order,
        [
            ("numpy", 16.0),
            ("numpy.linalg", 9.0),
            ("numpy.fft", 7.0),
            ("lib", 3.0)
        ]
    );
}

/// Modules of Node as `path distribution ms`; without a distribution it is the function's own.
fn node(modules: &[(&str, &str, f64)], imports: &[(usize, usize, u32)]) -> Series {
    let names: Vec<(&str, f64)> = modules.iter().map(|(name, _, ms)| (*name, *ms)).collect();
    let mut recording = recording(&names, &[]);
    recording.language = Language::Node;
    for (module, (_, distribution, _)) in recording.modules.iter_mut().zip(modules) {
        module.own = distribution.is_empty();
        module.distribution = (!module.own).then(|| (*distribution).to_owned());
    }
    for &(from, to, line) in imports {
        recording.modules[to].loaded_by.get_or_insert(from);
        recording.imports.push(import(from, to, line));
    }
    series(recording)
}

#[test]
fn in_node_a_distribution_is_a_target_with_all_its_files() {
    let series = node(
        &[
            ("index.js", "", 1.0),
            ("node_modules/axios/index.js", "axios", 10.0),
            ("node_modules/axios/lib/core.js", "axios", 30.0),
            ("node_modules/uuid/dist/index.js", "uuid", 4.0),
            ("node_modules/left-pad/index.js", "left-pad", 2.0),
            ("index", "", 8.0),
        ],
        &[
            (0, 1, 1),
            (1, 2, 1),
            (1, 3, 2),
            (1, 4, 3),
            (0, 3, 2),
            (0, 4, 3),
            (0, 5, 4),
        ],
    );
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    saves(&suggestions, "axios", 40.0);
    // A name is a whole one in Node: `index` is no package of `index.js`.
    saves(&suggestions, "index", 8.0);
    for shared in ["uuid", "left-pad"] {
        saves(&suggestions, shared, 0.0);
        let found = suggestions.iter().find(|s| s.target == shared).unwrap();
        assert_eq!(
            found.kept_by.as_deref(),
            Some("node_modules/axios/index.js")
        );
    }
}

#[test]
fn a_module_counts_as_its_package_below_folders_that_several_share() {
    let mut recording = recording(
        &[
            ("google", 0.0),
            ("google.cloud", 0.0),
            ("google.cloud.storage.blob.deep", 1.0),
            ("urllib3.util.retry", 1.0),
        ],
        &[],
    );
    recording.modules[0].namespace = true;
    recording.modules[1].namespace = true;
    let targets = Targets::of(&recording);
    assert_eq!(targets.name(&recording.modules[2]), "google.cloud.storage");
    assert_eq!(targets.name(&recording.modules[3]), "urllib3");
    let own = Module {
        name: "app.reports.monthly".into(),
        own: true,
        ..Module::default()
    };
    assert_eq!(targets.name(&own), "app.reports.monthly");
}
