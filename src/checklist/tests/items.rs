//! Each item in each of its states, by findings and figures that are put in.

use super::*;
use crate::inspect::bytecode::Bytecode;
use crate::inspect::duplicates::Duplicate;
use crate::inspect::kinds::Kind;
use crate::inspect::limits::Limit;
use crate::inspect::models::Models;
use crate::inspect::native::Native;
use crate::inspect::provided::Provided;
use crate::inspect::reach::{LimitKind, Reachability};
use crate::inspect::unused::Unused;
use crate::inspect::{Evidence, Finding, Severity};

const MB: u64 = 1 << 20;

fn finding(severity: Severity, bytes: Option<u64>, evidence: Evidence) -> Finding {
    Finding {
        severity,
        subject: "some".into(),
        place: None,
        bytes,
        examples: Vec::new(),
        evidence,
    }
}

fn item(known: &Known<'_>, check: Check) -> Item {
    let list = super::check(known);
    let found = list.items.into_iter().find(|item| item.check == check);
    found.unwrap()
}

/// The state of an item of a package with these findings.
fn with(anatomy: &Anatomy, findings: &[Finding], check: Check) -> State {
    let mut anatomy = anatomy.clone();
    anatomy.findings = findings.to_vec();
    let (start, clients) = (Start::Unknown(Why::NotProfiled), Clients::default());
    item(&known(&anatomy, &start, &clients), check).state
}

fn other_language() -> Anatomy {
    anatomy("provided.al2023", &[("bootstrap", "#!/bin/sh\n")])
}

fn node() -> Anatomy {
    anatomy("nodejs20.x", &[("index.js", "")])
}

#[test]
fn every_item_of_the_first_phase_fails_by_its_own_findings_alone() {
    use Severity::{Note, Problem, Waste};
    let mut anatomy = python();
    anatomy.kinds = super::anatomy("python3.11", &[("native.so", "")]).kinds;
    assert!(anatomy.kinds.iter().any(|of| of.kind == Kind::Native));
    let limit = Evidence::Limit(Limit::TooManyLayers { is: 6, limit: 5 });
    let never = Evidence::Reachability(Reachability::NeverReached {
        version: "1".into(),
        handler: "a.b".into(),
        files_read: 1,
    });
    let optional = Evidence::Reachability(Reachability::OptionalOnly {
        version: "1".into(),
        how: None,
        why: Vec::new(),
    });
    let unused = Evidence::Unused(Unused::NotReadAtRunTime { groups: Vec::new() });
    let twice = Evidence::Duplicate(Duplicate::DistributionTwice {
        ecosystem: crate::inspect::Ecosystem::Python,
        copies: Vec::new(),
        mixed: false,
    });
    let nested = Evidence::Duplicate(Duplicate::NodePackagesNested {
        packages: Vec::new(),
        names: 1,
    });
    let provided = Evidence::Provided(Provided::ProvidedByRuntime {
        runtime: "python3.11".into(),
        packages: Vec::new(),
        under_the_runtimes_boto3: Vec::new(),
    });
    let refused = Evidence::Bytecode(Bytecode::BytecodeRefused {
        python: "3.11".into(),
        files: 1,
        made_by: Vec::new(),
    });
    let of_other = Evidence::Bytecode(Bytecode::BytecodeOfOtherSource {
        python: "3.11".into(),
        files: 1,
        fix: Vec::new(),
    });
    let never_read = Evidence::Bytecode(Bytecode::BytecodeNeverRead {
        python: "3.11".into(),
        files: 1,
        other_name: 1,
        no_source: 0,
        beside_source: 0,
        hidden: 0,
    });
    let native = Evidence::Native(Native::NativeUnstripped {
        files: 1,
        debug_bytes: MB,
        symbol_bytes: 0,
        changed_files: 0,
    });
    let checks = [
        Check::WithinLimits,
        Check::NothingUnused,
        Check::NothingNeedless,
        Check::ProvidedOnce,
        Check::BytecodeValid,
        Check::NativeStripped,
    ];
    for check in checks {
        assert_eq!(with(&anatomy, &[], check), State::Done, "{check:?}");
    }
    for (severity, evidence, fails) in [
        (Problem, limit.clone(), Some(Check::WithinLimits)),
        (Note, limit, None),
        (Waste, never, Some(Check::NothingUnused)),
        (Waste, optional.clone(), Some(Check::NothingUnused)),
        (Note, optional, None),
        (Waste, unused, Some(Check::NothingNeedless)),
        (Problem, twice, Some(Check::ProvidedOnce)),
        (Waste, nested, Some(Check::ProvidedOnce)),
        (Note, provided, None),
        (Problem, refused, Some(Check::BytecodeValid)),
        (Problem, of_other, Some(Check::BytecodeValid)),
        // It costs size, and no time at a start.
        (Waste, never_read, None),
        (Waste, native, Some(Check::NativeStripped)),
    ] {
        let findings = [finding(severity, None, evidence)];
        let failed: Vec<Check> = checks
            .into_iter()
            .filter(|check| with(&anatomy, &findings, *check) == State::NotDone)
            .collect();
        assert_eq!(failed, Vec::from_iter(fails), "{:?}", findings[0]);
    }
}

#[test]
fn a_megabyte_of_service_models_is_needless_though_it_is_only_a_note() {
    let anatomy = python();
    let models = |bytes| {
        let models = Models::AwsSdk2Models {
            files: 1,
            models_bytes: 1,
            browser_bytes: 1,
        };
        [finding(Severity::Note, bytes, Evidence::Models(models))]
    };
    for (bytes, expected) in [
        (None, State::Done),
        (Some(MB - 1), State::Done),
        (Some(MB), State::NotDone),
    ] {
        let state = with(&anatomy, &models(bytes), Check::NothingNeedless);
        assert_eq!(state, expected, "{bytes:?}");
    }
}

#[test]
fn who_is_unused_is_known_only_where_imports_were_followed() {
    let (start, clients) = (Start::Unknown(Why::NotProfiled), Clients::default());
    let of = |anatomy: &Anatomy, followed| {
        let known = Known {
            followed,
            ..known(anatomy, &start, &clients)
        };
        let item = item(&known, Check::NothingUnused);
        let why = match item.evidence.into_iter().next() {
            Some(Fact::Why { why }) => Some(why),
            _ => None,
        };
        (item.state, why)
    };
    let mut python = python();
    assert_eq!(of(&python, true), (State::Done, None));
    let not_followed = (State::NotKnown, Some(Why::NotFollowed));
    assert_eq!(of(&python, false), not_followed);
    let unseen = |why| {
        let unseen = Reachability::Unseen { why, count: 1 };
        finding(Severity::Note, None, Evidence::Reachability(unseen))
    };
    python.findings = vec![unseen(LimitKind::UnknownName)];
    assert_eq!(of(&python, true), (State::Done, None));
    python.findings = vec![unseen(LimitKind::NoHandler)];
    assert_eq!(of(&python, true), not_followed);
    assert_eq!(
        of(&node(), true),
        (State::NotKnown, Some(Why::OnlyPythonIsFollowed))
    );
    assert_eq!(
        of(&other_language(), true),
        (State::NotApplicable, Some(Why::NotPython))
    );
}

#[test]
fn sizes_and_installed_tests_are_told_though_they_are_no_fault() {
    let anatomy = anatomy(
        "python3.11",
        &[
            ("app.py", "1"),
            ("lib/__init__.py", ""),
            ("lib/tests/test_a.py", "12345"),
            ("lib-1.0.dist-info/METADATA", "Name: lib\nVersion: 1.0\n"),
            (
                "lib-1.0.dist-info/RECORD",
                "lib/__init__.py,,\nlib/tests/test_a.py,,\n",
            ),
        ],
    );
    let (start, clients) = (Start::Unknown(Why::NotProfiled), Clients::default());
    let known = known(&anatomy, &start, &clients);
    let size = Fact::Size {
        zipped_bytes: None,
        unzipped_bytes: anatomy.limits.unzipped_bytes,
        limit_bytes: 262_144_000,
        layers: 0,
    };
    assert_eq!(item(&known, Check::WithinLimits).evidence, [size]);
    let needless = item(&known, Check::NothingNeedless);
    assert_eq!(needless.state, State::Done);
    assert_eq!(needless.evidence, [Fact::Tests { files: 1, bytes: 5 }]);
}

#[test]
fn an_item_about_what_is_not_there_does_not_apply() {
    use State::{Done, NotApplicable};

    let states = |anatomy: &Anatomy| {
        [Check::BytecodeValid, Check::NativeStripped, Check::Bundled]
            .map(|check| with(anatomy, &[], check))
    };
    assert_eq!(states(&python()), [Done, NotApplicable, NotApplicable]);
    assert_eq!(states(&node()), [NotApplicable, NotApplicable, Done]);
    let native = anatomy("python3.11", &[("app.py", ""), ("native.so", "")]);
    assert_eq!(states(&native)[1], Done);
    for (why, expected) in [
        (Why::NotProfilable, State::NotApplicable),
        (Why::IsALayer, State::NotApplicable),
        (Why::NotProfiled, State::NotKnown),
    ] {
        let (anatomy, start) = (python(), Start::Unknown(why));
        let clients = Clients::default();
        let known = known(&anatomy, &start, &clients);
        assert_eq!(item(&known, Check::LoadedLazily).state, expected);
    }
}

#[test]
fn a_saving_counts_from_a_twentieth_of_init_and_five_milliseconds_on() {
    let (anatomy, clients) = (python(), Clients::default());
    for (init_ms, saved, moved, expected, told) in [
        (200.0, 10.0, 0.0, State::NotDone, 1),
        (200.0, 9.9, 0.0, State::Done, 0),
        (200.0, 20.0, 10.0, State::NotDone, 1),
        (200.0, 20.0, 10.1, State::Done, 1),
        (20.0, 5.0, 0.0, State::NotDone, 1),
        (20.0, 4.9, 0.0, State::Done, 0),
    ] {
        let start = Start::Profiled {
            init_ms,
            suggestions: vec![later(saved, Some(moved))],
        };
        let item = item(&known(&anatomy, &start, &clients), Check::LoadedLazily);
        assert_eq!(item.state, expected, "{saved} of {init_ms}, {moved} moved");
        assert_eq!(item.evidence[0], Fact::Init { init_ms });
        assert_eq!(item.evidence.len(), 1 + told);
    }
}

#[test]
fn what_a_layer_would_share_is_in_the_package_and_weighs_a_megabyte() {
    let mut anatomy = python();
    anatomy.distributions = super::anatomy(
        "python3.11",
        &[("big-1.0.dist-info/METADATA", "Name: big\nVersion: 1.0\n")],
    )
    .distributions;
    let (start, clients) = (Start::Unknown(Why::NotProfiled), Clients::default());
    let other = |name: &str, distribution: &str| OtherFunction {
        name: name.into(),
        distributions: vec![(distribution.into(), "1.0".into())],
    };
    let others = [other("a", "big"), other("b", "small"), other("c", "big")];
    let layer = Place::Layer {
        position: 0,
        name: "deps".into(),
    };
    for (place, bytes, functions) in [
        (Place::Task, MB, Some(["a", "c"])),
        (Place::Task, MB - 1, None),
        (layer, MB, None),
    ] {
        anatomy.distributions[0].place = place;
        anatomy.distributions[0].bytes = bytes;
        let known = Known {
            others: &others,
            ..known(&anatomy, &start, &clients)
        };
        let item = item(&known, Check::SharedInLayers);
        let told = functions.map(|functions| Fact::Shared {
            name: "big".into(),
            version: "1.0".into(),
            bytes,
            functions: functions.map(str::to_owned).to_vec(),
        });
        let state = if told.is_some() {
            State::NotDone
        } else {
            State::Done
        };
        assert_eq!((item.state, item.evidence), (state, Vec::from_iter(told)));
    }
}

#[test]
fn a_pipeline_makes_the_gate_and_budgets_alone_do_not() {
    let (anatomy, clients) = (python(), Clients::default());
    let start = Start::Unknown(Why::NotProfiled);
    let line = CiLine {
        file: ".gitlab-ci.yml".into(),
        line: 3,
        text: "lambench gate".into(),
    };
    let baseline = KeptBaseline {
        name: "main".into(),
        age_s: 60,
    };
    let budgets = Fact::Budgets { count: 2 };
    for (ci, count, expected, facts) in [
        (vec![], 0, State::NotDone, vec![]),
        (vec![], 2, State::NotDone, vec![budgets.clone()]),
        (
            vec![line.clone()],
            0,
            State::Done,
            vec![Fact::Ci(line.clone())],
        ),
        (
            vec![line.clone()],
            2,
            State::Done,
            vec![Fact::Ci(line), budgets],
        ),
    ] {
        let known = Known {
            ci: &ci,
            budgets: count,
            ..known(&anatomy, &start, &clients)
        };
        let item = item(&known, Check::GateInCi);
        assert_eq!((item.state, item.evidence), (expected, facts));
    }
    for (baselines, expected) in [(vec![], State::NotDone), (vec![baseline], State::Done)] {
        let known = Known {
            baselines: &baselines,
            ..known(&anatomy, &start, &clients)
        };
        let item = item(&known, Check::BaselineKept);
        assert_eq!(item.state, expected);
        assert_eq!(item.evidence.len(), baselines.len());
    }
}

#[test]
fn a_missing_comparison_is_told_apart_from_a_missing_result() {
    let (anatomy, clients) = (python(), Clients::default());
    let start = Start::Unknown(Why::NotProfiled);
    let single = Measured {
        both_sides: false,
        verdict: None,
        max_memory_mb: None,
        ..measured()
    };
    for (measured, why) in [
        (vec![], Why::NoResult),
        (vec![single.clone()], Why::OneSide),
    ] {
        let known = Known {
            measured: &measured,
            ..known(&anatomy, &start, &clients)
        };
        let because = Fact::Why { why };
        let both = item(&known, Check::MeasuredBothSides);
        assert_eq!(both.state, State::NotDone);
        assert_eq!(both.evidence[0], because);
        assert_eq!(both.evidence.len(), 1 + measured.len());
        let verdict = item(&known, Check::VerdictGiven);
        assert_eq!(
            (verdict.state, verdict.evidence),
            (State::NotKnown, vec![because])
        );
        let warm = item(&known, Check::WarmMeasured);
        let no_result = measured
            .is_empty()
            .then_some(Fact::Why { why: Why::NoResult });
        assert_eq!(
            (warm.state, warm.evidence),
            (State::NotDone, Vec::from_iter(no_result))
        );
        assert_eq!(item(&known, Check::MemoryHasRoom).state, State::NotKnown);
    }
    // Older results tell what newer ones do not.
    let older = Measured {
        id: "older".into(),
        warm: Some((2.0, 50)),
        max_memory_mb: Some(90),
        memory_mb: 100,
        ..measured()
    };
    let measured = [single, older];
    let known = Known {
        measured: &measured,
        ..known(&anatomy, &start, &clients)
    };
    let warm = item(&known, Check::WarmMeasured);
    assert_eq!(
        warm.evidence[0],
        Fact::Warm {
            median_ms: 2.0,
            n: 50
        }
    );
    assert!(matches!(&warm.evidence[1], Fact::Result { id, .. } if id == "older"));
    let memory = item(&known, Check::MemoryHasRoom);
    assert_eq!(memory.state, State::Done, "nine tenths leave room");
    assert_eq!(
        memory.evidence[0],
        Fact::Memory {
            max_mb: 90,
            size_mb: 100
        }
    );
}

#[test]
fn only_a_good_verdict_is_one() {
    let (anatomy, clients) = (python(), Clients::default());
    let start = Start::Unknown(Why::NotProfiled);
    for (verdict, expected) in [
        (Verdict::Improved, State::Done),
        (Verdict::Passed, State::Done),
        (Verdict::Inconclusive, State::NotDone),
        (Verdict::Regressed, State::NotDone),
    ] {
        let mut result = measured();
        result.verdict.as_mut().unwrap().verdict = verdict;
        let known = Known {
            measured: &[result],
            ..known(&anatomy, &start, &clients)
        };
        assert_eq!(
            item(&known, Check::VerdictGiven).state,
            expected,
            "{verdict:?}"
        );
    }
}

#[test]
fn all_that_is_worse_than_a_note_is_told_and_of_notes_five() {
    let mut anatomy = python();
    let optional = |severity| {
        let optional = Reachability::OptionalOnly {
            version: "1".into(),
            how: None,
            why: Vec::new(),
        };
        finding(severity, None, Evidence::Reachability(optional))
    };
    anatomy.findings = [Severity::Note; 7]
        .into_iter()
        .chain([Severity::Waste; 6])
        .map(optional)
        .collect();
    let (start, clients) = (Start::Unknown(Why::NotProfiled), Clients::default());
    let item = item(&known(&anatomy, &start, &clients), Check::NothingUnused);
    let told = |wanted| {
        let told = item.evidence.iter();
        told.filter(|fact| matches!(fact, Fact::Finding(f) if f.severity == wanted))
            .count()
    };
    assert_eq!((told(Severity::Waste), told(Severity::Note)), (6, 5));
}

#[test]
fn what_lies_in_node_modules_is_counted_without_that_of_layers() {
    let package = |name: &str| format!("{{\"name\": \"{name}\", \"version\": \"1.0.0\"}}");
    let mut anatomy = anatomy(
        "nodejs20.x",
        &[
            ("index.js", ""),
            ("node_modules/a/package.json", &package("a")),
            ("node_modules/a/index.js", "1;"),
            ("node_modules/b/package.json", &package("b")),
        ],
    );
    let (start, clients) = (Start::Unknown(Why::NotProfiled), Clients::default());
    let bundled = |anatomy: &Anatomy| item(&known(anatomy, &start, &clients), Check::Bundled);
    assert_eq!(
        bundled(&anatomy).evidence,
        [Fact::NodeModules {
            packages: 2,
            files: 3,
            bytes: package("a").len() as u64 * 2 + 2
        }]
    );
    for distribution in &mut anatomy.distributions {
        distribution.place = Place::Layer {
            position: 0,
            name: "deps".into(),
        };
    }
    assert_eq!(bundled(&anatomy).state, State::Done);
}
