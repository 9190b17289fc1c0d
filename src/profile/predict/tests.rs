use super::*;
use crate::profile::recording::{Import, Language, Module};

/// Modules as `name ms`, a name with `app` in front is the function's own; imports as `from to [line] [function]`.
fn recording(modules: &[(&str, f64)], imports: &[(&str, &str, u32)]) -> Recording {
    let position = |name: &str| {
        modules
            .iter()
            .position(|(known, _)| *known == name)
            .unwrap()
    };
    let is_own = |name: &str| name.starts_with("app");
    Recording {
        language: Language::Python,
        version: "3.11.7".into(),
        handler: "app.handler".into(),
        total_ms: modules.iter().map(|(_, ms)| ms).sum(),
        modules: modules
            .iter()
            .enumerate()
            .map(|(n, (name, ms))| {
                let by = imports.iter().find(|(_, to, _)| to == name);
                Module {
                    name: (*name).to_owned(),
                    file: Some(format!("/var/task/{}.py", name.replace('.', "/"))),
                    self_ms: *ms,
                    memory_kb: Some(*ms * 100.0),
                    own: is_own(name),
                    loaded_by: by.map(|(from, ..)| position(from)).filter(|_| n > 0),
                    ..Module::default()
                }
            })
            .collect(),
        imports: imports
            .iter()
            .map(|(from, to, line)| import(position(from), position(to), *line))
            .collect(),
        cpu_ms: None,
        first_ms: None,
        error: None,
        first_error: None,
        deferred: Vec::new(),
        notes: Vec::new(),
    }
}

fn import(from: usize, to: usize, line: u32) -> Import {
    Import {
        from,
        to,
        line: Some(line),
        phase: Phase::Init,
        at: None,
        function: None,
        through: None,
    }
}

fn series(recording: Recording) -> Series {
    Series::of(&[recording]).unwrap()
}

fn deferred(importer: &str, module: &str, used: Option<Phase>) -> Deferred {
    Deferred {
        importer: importer.into(),
        module: module.into(),
        name: module.into(),
        line: None,
        used,
        used_line: Some(9),
    }
}

/// Both libraries of [`shared`] put off, and neither used.
fn unused() -> [Deferred; 2] {
    ["requests", "boto3"].map(|module| deferred("app", module, None))
}

#[track_caller]
fn saves(suggestions: &[Suggestion], target: &str, ms: f64) {
    let found = suggestions.iter().find(|s| s.target == target);
    let saved = found
        .unwrap_or_else(|| panic!("{target} is not among {suggestions:?}"))
        .saved_ms;
    assert!((saved - ms).abs() < 1e-9, "{target}: {saved}, not {ms}");
}

/// `requests` and `boto3` both need urllib3; requests comes first and has it in its cumulative time.
fn shared() -> Recording {
    recording(
        &[
            ("app", 1.0),
            ("requests", 10.0),
            ("urllib3", 60.0),
            ("urllib3.util", 20.0),
            ("idna", 5.0),
            ("boto3", 30.0),
            ("botocore", 40.0),
        ],
        &[
            ("app", "requests", 2),
            ("requests", "urllib3", 43),
            ("urllib3", "urllib3.util", 1),
            ("requests", "idna", 50),
            ("app", "boto3", 3),
            ("boto3", "botocore", 1),
            ("botocore", "urllib3", 7),
        ],
    )
}

#[test]
fn what_another_import_needs_as_well_is_not_saved() {
    let series = series(shared());
    let predictor = Predictor::new(&series, None, 1.0);
    let suggestions = predictor.suggestions();
    saves(&suggestions, "requests", 15.0);
    saves(&suggestions, "boto3", 70.0);
    let requests = suggestions.iter().find(|s| s.target == "requests").unwrap();
    assert!(
        (requests.cumulative_ms - 95.0).abs() < 1e-9,
        "what importtime shows"
    );
    assert_eq!(requests.modules, 2);
    assert_eq!(requests.imported_at[0].line, Some(2));
    assert_eq!(requests.moved_ms, None, "nobody has looked");
}

#[test]
fn a_part_that_saves_what_the_whole_does_is_left_out_and_a_longer_name_is_no_part() {
    let series = series(recording(
        &[
            ("app", 1.0),
            ("requests", 5.0),
            ("requests.adapters", 7.0),
            ("requests_toolbelt", 3.0),
            ("lib", 9.0),
        ],
        // `lib` needs all of them, so that putting off one of them saves nothing.
        &[
            ("app", "lib", 1),
            ("lib", "requests", 1),
            ("lib", "requests.adapters", 2),
            ("lib", "requests_toolbelt", 3),
            ("app", "requests", 2),
            ("app", "requests.adapters", 3),
            ("app", "requests_toolbelt", 4),
        ],
    ));
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    let targets: Vec<&str> = suggestions.iter().map(|s| &*s.target).collect();
    assert_eq!(targets, ["lib", "requests", "requests_toolbelt"]);
}

#[test]
fn savings_do_not_add_up_and_the_plan_says_so() {
    let series = series(shared());
    let predictor = Predictor::new(&series, None, 1.0);
    let plan = predictor.plan(&predictor.suggestions());
    let steps: Vec<(&str, f64)> = plan.iter().map(|s| (&*s.target, s.saved_ms)).collect();
    assert_eq!(steps, [("boto3", 70.0), ("requests", 165.0)]);
    assert!(
        (plan[1].adds_ms - 95.0).abs() < 1e-9,
        "with what both shared"
    );
}

#[test]
fn what_is_loaded_all_the_same_names_who_loads_it() {
    let series = series(recording(
        &[("app", 1.0), ("numpy", 50.0), ("pandas", 80.0)],
        &[
            ("app", "numpy", 1),
            ("app", "pandas", 2),
            ("pandas", "numpy", 5),
        ],
    ));
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    saves(&suggestions, "numpy", 0.0);
    saves(&suggestions, "pandas", 80.0);
    let numpy = suggestions.iter().find(|s| s.target == "numpy").unwrap();
    assert_eq!(numpy.kept_by.as_deref(), Some("pandas"));
}

#[test]
fn circles_go_together_and_imports_from_inside_a_target_do_not_keep_it() {
    let series = series(recording(
        &[("app", 1.0), ("a", 5.0), ("a.x", 7.0), ("b", 11.0)],
        &[
            ("app", "a", 1),
            ("a", "a.x", 1),
            ("a.x", "a", 2),
            ("a.x", "b", 3),
            ("b", "a", 1),
        ],
    ));
    saves(&Predictor::new(&series, None, 1.0).suggestions(), "a", 23.0);
}

#[test]
fn a_submodule_needs_its_package() {
    let series = series(recording(
        &[
            ("app", 1.0),
            ("a", 5.0),
            ("a.x", 7.0),
            ("a.x.y", 9.0),
            ("b", 3.0),
        ],
        // `b` loads a.x.y by C code: no line, and nothing of `a`.
        &[
            ("app", "a", 1),
            ("a", "a.x", 1),
            ("a.x", "a.x.y", 1),
            ("app", "b", 2),
            ("b", "a.x.y", 0),
        ],
    ));
    saves(&Predictor::new(&series, None, 1.0).suggestions(), "a", 0.0);
}

#[test]
fn a_function_of_a_module_that_is_gone_imports_nothing() {
    // app calls a function of `lib` at module level, which imports `heavy`.
    let mut recording = recording(
        &[("app", 1.0), ("lib", 5.0), ("heavy", 70.0)],
        &[("app", "lib", 1), ("app", "heavy", 30)],
    );
    recording.imports[1].at = Some(1);
    recording.imports[1].function = Some("make".into());
    let series = series(recording);
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    saves(&suggestions, "lib", 75.0);
    assert!(
        suggestions.iter().all(|s| s.target != "heavy"),
        "app does not import it"
    );
}

#[test]
fn what_a_module_imports_that_was_there_before_cannot_be_put_off_by_its_caller() {
    // app has a text encoded, for which Python's `encodings` loads idna; and it imports lib itself, as `encodings` does.
    let mut recording = recording(
        &[("app", 1.0), ("encodings.idna", 5.0), ("lib", 70.0)],
        &[
            ("app", "encodings.idna", 4),
            ("app", "lib", 4),
            ("app", "lib", 1),
        ],
    );
    for import in &mut recording.imports[..2] {
        import.through = Some("encodings".into());
    }
    let series = series(recording);
    let predictor = Predictor::new(&series, None, 1.0);
    assert_eq!(predictor.candidates(), ["lib"]);
    let suggestions = predictor.suggestions();
    saves(&suggestions, "lib", 0.0);
    assert_eq!(suggestions[0].kept_by.as_deref(), Some("encodings"));
    let lines: Vec<_> = suggestions[0].imported_at.iter().map(|s| s.line).collect();
    assert_eq!(lines, [Some(1)]);
}

#[test]
fn the_functions_own_modules_are_targets_by_themselves() {
    let series = series(recording(
        &[
            ("app", 1.0),
            ("app_reports", 4.0),
            ("pandas", 80.0),
            ("json", 2.0),
        ],
        &[
            ("app", "app_reports", 1),
            ("app_reports", "pandas", 1),
            ("app", "json", 2),
            ("app_reports", "json", 2),
        ],
    ));
    let suggestions = Predictor::new(&series, None, 1.0).suggestions();
    saves(&suggestions, "app_reports", 84.0);
    saves(&suggestions, "pandas", 80.0);
    saves(&suggestions, "json", 2.0);
    let json = suggestions.iter().find(|s| s.target == "json").unwrap();
    assert_eq!(json.imported_at.len(), 2, "both have to change");
}

#[test]
fn folders_that_several_distributions_share_are_no_targets() {
    let mut recording = recording(
        &[
            ("app", 1.0),
            ("google", 0.1),
            ("google.cloud", 0.1),
            ("google.cloud.storage", 40.0),
        ],
        &[
            ("app", "google", 1),
            ("app", "google.cloud", 1),
            ("app", "google.cloud.storage", 1),
        ],
    );
    for module in &mut recording.modules[1..3] {
        module.file = None;
        module.namespace = true;
    }
    let series = series(recording);
    let targets = Predictor::new(&series, None, 1.0).candidates();
    assert_eq!(targets, ["google.cloud.storage"]);
}

#[test]
fn what_the_first_request_uses_is_moved_with_all_that_it_needs() {
    let series = series(shared());
    let probed = [
        deferred("app", "requests", Some(Phase::First)),
        deferred("app", "boto3", None),
    ];
    let predictor = Predictor::new(&series, Some(&probed), 0.5);
    let suggestions = predictor.suggestions();
    let moved = |target: &str| {
        suggestions
            .iter()
            .find(|s| s.target == target)
            .unwrap()
            .moved_ms
    };
    assert_eq!(moved("requests"), Some(30.0), "15 ms on half a processor");
    assert_eq!(moved("boto3"), Some(0.0));
    let plan = predictor.plan(&suggestions);
    assert_eq!(
        plan[1].moved_ms,
        Some(190.0),
        "requests now brings urllib3 along"
    );
}

#[test]
fn an_import_in_a_function_that_the_first_request_runs_is_moved_too() {
    // By a function of the handler's own module, or of another that is loaded.
    for at in [None, Some(0)] {
        let mut recording = shared();
        recording.imports.push(Import {
            phase: Phase::First,
            function: Some("handler".into()),
            at,
            ..import(0, 2, 40)
        });
        let series = series(recording);
        let probed = unused();
        let predictor = Predictor::new(&series, Some(&probed), 1.0);
        let plan = predictor.plan(&predictor.suggestions());
        assert_eq!(plan[1].moved_ms, Some(80.0), "urllib3 and its part");
    }
}

#[test]
fn a_module_of_its_own_that_the_first_request_uses_still_puts_off_what_it_imports() {
    let series = series(recording(
        &[("app", 1.0), ("app_helpers", 50.0), ("big", 200.0)],
        &[
            ("app", "app_helpers", 1),
            ("app_helpers", "big", 1),
            ("app", "big", 2),
        ],
    ));
    let probed = |big: Option<Phase>| {
        [
            deferred("app", "app_helpers", Some(Phase::First)),
            deferred("app", "big", None),
            deferred("app_helpers", "big", big),
        ]
    };
    let unused = probed(None);
    let predictor = Predictor::new(&series, Some(&unused), 1.0);
    let plan = predictor.plan(&predictor.suggestions());
    let last = plan.last().unwrap();
    assert_eq!((last.saved_ms, last.moved_ms), (250.0, Some(50.0)));
    let both = ["big".to_owned(), "app_helpers".to_owned()];
    let together = predictor.together(&both).unwrap();
    assert_eq!(together.moved_ms, Some(50.0));
    let used = probed(Some(Phase::First));
    let together = Predictor::new(&series, Some(&used), 1.0).together(&both);
    assert_eq!(together.unwrap().moved_ms, Some(250.0));
}

#[test]
fn what_is_used_at_once_is_said_and_is_not_in_the_plan() {
    let series = series(shared());
    let probed = [deferred("app", "boto3", Some(Phase::Init))];
    let predictor = Predictor::new(&series, Some(&probed), 1.0);
    let suggestions = predictor.suggestions();
    let boto3 = suggestions.iter().find(|s| s.target == "boto3").unwrap();
    let used = boto3.used_at_init.as_ref().unwrap();
    assert_eq!((used.module.as_str(), used.line), ("app", Some(9)));
    let plan = predictor.plan(&suggestions);
    assert_eq!(
        plan.iter().map(|s| &*s.target).collect::<Vec<_>>(),
        ["requests"]
    );
}

#[test]
fn the_hook_is_told_who_puts_off_what() {
    let series = series(shared());
    let predictor = Predictor::new(&series, None, 1.0);
    assert_eq!(
        predictor.deferral(&["boto3", "requests"]),
        "boto3<app;requests<app"
    );
}

#[test]
fn several_starts_give_medians_of_sums_and_the_graph_of_all() {
    let slow = |n: usize, more: f64| {
        let mut recording = shared();
        recording.modules[n].self_ms += more;
        recording
    };
    // Each start was late somewhere else.
    let series = Series::of(&[slow(5, 20.0), slow(6, 20.0), slow(5, 21.0)]).unwrap();
    saves(
        &Predictor::new(&series, None, 1.0).suggestions(),
        "boto3",
        90.0,
    );
}

#[test]
fn the_times_of_all_modules_add_up_to_the_total_however_much_starts_differ() {
    let slower = |times: f64| {
        let mut recording = shared();
        for module in &mut recording.modules {
            module.self_ms *= times;
        }
        recording.total_ms *= times;
        recording
    };
    // Two of the middle five were held up.
    let starts = [1.0, 1.0, 1.0, 1.1, 2.9, 3.0, 3.0].map(slower);
    let series = Series::of(&starts).unwrap();
    let all: f64 = series.recording.modules.iter().map(|m| m.self_ms).sum();
    let total = series.recording.total_ms;
    assert!((total - shared().total_ms * 1.1).abs() < 1e-9, "{total}");
    assert!((all - total).abs() < 1e-6, "{all} of {total}");
}

#[test]
fn times_are_those_of_plain_starts() {
    let recorded = shared();
    let total = recorded.total_ms;
    let mut series = series(recorded);
    let saved = |series: &Series| {
        let suggestions = Predictor::new(series, None, 1.0).suggestions();
        suggestions
            .into_iter()
            .find(|s| s.target == "boto3")
            .unwrap()
            .saved_ms
    };
    let before = saved(&series);
    assert!(before > 0.0);
    assert_eq!(series.scale_to(&[]), None);
    assert!((saved(&series) - before).abs() < 1e-9);
    // The one that was late does not count.
    let plain =
        [(0.8, Some(40.0)), (0.8, None), (7.0, Some(44.0))].map(|(of, first_ms)| Recording {
            total_ms: total * of,
            first_ms,
            modules: Vec::new(),
            imports: Vec::new(),
            ..shared()
        });
    let overhead = series.scale_to(&plain).unwrap();
    assert!((overhead - 0.25).abs() < 1e-9, "{overhead}");
    assert!((saved(&series) - before * 0.8).abs() < 1e-9);
    assert!((series.recording.total_ms - total * 0.8).abs() < 1e-9);
    assert_eq!(series.recording.first_ms, Some(42.0));
}

/// What is moved where the first request needs `requests` and has these shares of a processor; `busy` is the processor's time
/// as a share of init's.
fn moved<const N: usize>(busy: f64, first_cpu: [f64; N]) -> [f64; N] {
    let mut recording = shared();
    recording.cpu_ms = Some(recording.total_ms * busy);
    let series = series(recording);
    let probed = [deferred("app", "requests", Some(Phase::First))];
    first_cpu.map(|first_cpu| {
        let suggestions = Predictor::new(&series, Some(&probed), first_cpu).suggestions();
        let requests = suggestions.into_iter().find(|s| s.target == "requests");
        requests.unwrap().moved_ms.unwrap()
    })
}

#[test]
fn waiting_takes_no_longer_with_less_of_a_processor() {
    let [whole, half] = moved(0.6, [1.0, 0.5]);
    assert!((whole - 15.0).abs() < 1e-9, "{whole}");
    assert!((half - 15.0 * 1.2).abs() < 1e-9, "{half}");
}

#[test]
fn a_whole_processor_is_no_slower_even_where_several_were_at_work() {
    let [whole, half] = moved(1.3, [1.0, 0.5]);
    assert!((whole - 15.0).abs() < 1e-9, "{whole}");
    assert!((half - 30.0).abs() < 1e-9, "{half}");
}

mod reached;
mod said;

#[test]
fn what_is_only_kept_at_once_is_said_with_the_line_of_its_import() {
    let series = series(shared());
    let mut kept = deferred("app", "boto3", Some(Phase::Init));
    (kept.line, kept.used_line) = (Some(2), None);
    let probed = [kept];
    let predictor = Predictor::new(&series, Some(&probed), 1.0);
    let suggestions = predictor.suggestions();
    let boto3 = suggestions.iter().find(|s| s.target == "boto3").unwrap();
    let used = boto3.used_at_init.as_ref().unwrap();
    assert_eq!((used.module.as_str(), used.line), ("app", Some(2)));
}
