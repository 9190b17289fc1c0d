use super::*;
use crate::profile::recording::{Language, LoadError, Module, Phase};

/// A start with modules as `name ms`, and imports by position.
fn start(modules: &[(&str, f64)], imports: &[(usize, usize)]) -> Recording {
    let modules = modules.iter().map(|(name, ms)| Module {
        name: (*name).to_owned(),
        self_ms: *ms,
        memory_kb: Some(*ms * 10.0),
        ..Module::default()
    });
    let imports = imports.iter().map(|&(from, to)| Import {
        from,
        to,
        line: Some(1),
        phase: Phase::Init,
        at: None,
        function: None,
        through: None,
    });
    let modules: Vec<Module> = modules.collect();
    Recording {
        language: Language::Python,
        version: "3.11.7".into(),
        handler: "app.handler".into(),
        total_ms: modules.iter().map(|module| module.self_ms).sum(),
        cpu_ms: None,
        modules,
        imports: imports.collect(),
        first_ms: None,
        error: None,
        first_error: None,
        deferred: Vec::new(),
        notes: Vec::new(),
    }
}

#[test]
fn what_one_start_alone_has_loaded_is_in_the_graph_of_all_wherever_it_came() {
    let mut second = start(
        &[("app", 1.0), ("lib2", 9.0), ("lib", 5.0), ("deep", 3.0)],
        &[(0, 1), (0, 2), (2, 3), (3, 2)],
    );
    second.modules[3].loaded_by = Some(2);
    second.imports[2].at = Some(2);
    let first = start(&[("app", 1.0), ("lib", 5.0)], &[(0, 1)]);
    let series = Series::of(&[first, second]).unwrap();
    let all = &series.recording;
    let names: Vec<&str> = all.modules.iter().map(|module| &*module.name).collect();
    assert_eq!(names, ["app", "lib", "lib2", "deep"]);
    assert_eq!(all.modules[3].loaded_by, Some(1), "lib, by its own place");
    let imports: Vec<_> = all.imports.iter().map(|i| (i.from, i.to, i.at)).collect();
    assert_eq!(
        imports,
        [(0, 1, None), (0, 2, None), (1, 3, Some(1)), (3, 1, None)],
        "what both have is there once"
    );
    assert_eq!(series.times[0], [1.0, 5.0, 0.0, 0.0]);
    assert_eq!(series.times[1], [1.0, 5.0, 9.0, 3.0]);
}

#[test]
fn a_modules_own_time_is_the_mean_of_the_middle_half_of_the_starts() {
    let of = |ms: f64| start(&[("app", ms)], &[]);
    // In no order: the fastest and the slowest quarter do not count.
    let series = Series::of(&[of(900.0), of(20.0), of(1.0), of(30.0)]).unwrap();
    let app = &series.recording.modules[0];
    assert!((app.self_ms - 25.0).abs() < 1e-9, "{}", app.self_ms);
    assert_eq!(app.memory_kb, Some(250.0), "the median");
    assert!((series.recording.total_ms - 25.0).abs() < 1e-9);
    assert_eq!(series.memory_kb(&[true]), Some(250.0));
    let three = Series::of(&[of(900.0), of(30.0), of(0.0)]).unwrap();
    let app = &three.recording.modules[0];
    assert!((app.self_ms - 30.0).abs() < 1e-9, "as the median says");
}

#[test]
fn figures_of_the_whole_start_are_medians_of_those_that_have_them() {
    let mut starts = [1.0, 2.0, 9.0].map(|ms| {
        let mut one = start(&[("app", ms)], &[]);
        one.cpu_ms = Some(ms / 2.0);
        one.first_ms = Some(ms * 3.0);
        one
    });
    starts[0].first_ms = None;
    starts[0].cpu_ms = None;
    let error = |message: &str| {
        Some(LoadError {
            kind: "Runtime.ImportModuleError".into(),
            message: message.into(),
        })
    };
    starts[1].error = error("in init");
    starts[2].first_error = error("in the first request");
    let all = Series::of(&starts).unwrap().recording;
    assert!((all.total_ms - 2.0).abs() < 1e-9);
    assert_eq!(all.cpu_ms, Some(2.75));
    assert_eq!(all.first_ms, Some(16.5));
    assert_eq!(all.error, error("in init"));
    assert_eq!(all.first_error, error("in the first request"));
}

#[test]
fn memory_that_could_not_be_seen_is_not_nothing() {
    let mut one = start(&[("app", 1.0), ("lib", 5.0)], &[(0, 1)]);
    one.modules[0].memory_kb = None;
    let series = Series::of(&[one.clone()]).unwrap();
    assert_eq!(series.memory_kb(&[true, true]), Some(50.0));
    assert_eq!(series.recording.modules[0].memory_kb, None);
    one.modules[1].memory_kb = None;
    let series = Series::of(&[one]).unwrap();
    assert_eq!(series.memory_kb(&[true, true]), None);
    assert!(Series::of(&[]).is_none());
}
