use super::*;
use crate::inspect::samples::{self, anatomy, mounted};
use crate::inspect::{Place, Subject, inspect};

fn python() -> Anatomy {
    anatomy(
        "python3.11",
        &[(
            "lambda_function.py",
            "def lambda_handler(event, context):\n    pass\n",
        )],
    )
}

/// Nothing but what is changed.
fn known<'a>(anatomy: &'a Anatomy, start: &'a Start, clients: &'a Clients) -> Known<'a> {
    Known {
        target: "app",
        function: "app",
        anatomy,
        followed: true,
        others: &[],
        start,
        clients,
        measured: &[],
        baselines: &[],
        ci: &[],
        budgets: 0,
    }
}

fn state(list: &Checklist, check: Check) -> State {
    list.items
        .iter()
        .find(|item| item.check == check)
        .unwrap()
        .state
}

fn later(saved_ms: f64, moved_ms: Option<f64>) -> Suggestion {
    Suggestion {
        target: "pandas".into(),
        saved_ms,
        moved_ms,
        memory_kb: None,
        modules: 1,
        cumulative_ms: saved_ms,
        imported_at: Vec::new(),
        used_at_init: None,
        kept_by: None,
    }
}

fn measured() -> Measured {
    Measured {
        id: "20261125T000000Z-7".into(),
        age_s: 60,
        endpoint: EndpointKind::Sandbox,
        cold_starts: 10,
        both_sides: true,
        indicative: false,
        verdict: Some(MeasuredVerdict {
            verdict: Verdict::Improved,
            change: Some(-0.4),
            interval: Some((0.55, 0.65)),
            more_pairs: None,
        }),
        unzipped_bytes: None,
        warm: None,
        max_memory_mb: Some(115),
        memory_mb: 128,
    }
}

#[test]
fn what_the_request_needs_again_is_no_reason_to_load_it_later() {
    let (anatomy, clients) = (python(), Clients::default());
    for (saved, moved, expected) in [
        (50.0, Some(0.0), State::NotDone),
        (50.0, Some(20.0), State::NotDone),
        (50.0, Some(49.0), State::Done),
        // It may be needed, but nobody knows.
        (50.0, None, State::NotDone),
        // Less than 5 % of init, and less than 5 ms.
        (9.0, Some(0.0), State::Done),
        (4.0, Some(0.0), State::Done),
    ] {
        let start = Start::Profiled {
            init_ms: if saved < 5.0 { 20.0 } else { 200.0 },
            suggestions: vec![later(saved, moved)],
        };
        let list = check(&known(&anatomy, &start, &clients));
        assert_eq!(
            state(&list, Check::LoadedLazily),
            expected,
            "{saved} {moved:?}"
        );
    }
    let failed = Start::Unknown(Why::ProfileFailed("no".into()));
    let list = check(&known(&anatomy, &failed, &clients));
    assert_eq!(state(&list, Check::LoadedLazily), State::NotKnown);
}

#[test]
fn one_client_of_each_call_outweighs_all_that_are_kept() {
    let (anatomy, start) = (python(), Start::Unknown(Why::NotProfiled));
    let client = |kept| Client {
        file: "lambda_function.py".into(),
        line: 1,
        made_by: "boto3.client".into(),
        function: None,
        kept,
    };
    for (kept, unread, expected) in [
        (vec![Kept::Environment], false, State::Done),
        (vec![Kept::Environment, Kept::Call], false, State::NotDone),
        (
            vec![Kept::Environment, Kept::Object],
            false,
            State::NotKnown,
        ),
        (vec![], false, State::NotApplicable),
        (vec![], true, State::NotKnown),
    ] {
        let clients = Clients {
            found: kept.iter().copied().map(client).collect(),
            unread: unread.then(|| "index.js".into()).into_iter().collect(),
        };
        let list = check(&known(&anatomy, &start, &clients));
        assert_eq!(
            state(&list, Check::ClientsKept),
            expected,
            "{kept:?} {unread}"
        );
    }
}

#[test]
fn a_verdict_counts_if_it_is_good_and_of_both_sides() {
    use State::{Done, NotDone, NotKnown};
    let (anatomy, start, clients) = (
        python(),
        Start::Unknown(Why::NotProfiled),
        Clients::default(),
    );
    let of = |measured: &[Measured]| {
        let known = Known {
            measured,
            ..known(&anatomy, &start, &clients)
        };
        let list = check(&known);
        (
            state(&list, Check::MeasuredBothSides),
            state(&list, Check::VerdictGiven),
            state(&list, Check::MemoryHasRoom),
            state(&list, Check::WarmMeasured),
        )
    };
    assert_eq!(of(&[]), (NotDone, NotKnown, NotKnown, NotDone));
    assert_eq!(of(&[measured()]), (Done, Done, Done, NotDone));
    let mut worse = measured();
    worse.verdict.as_mut().unwrap().verdict = Verdict::Regressed;
    worse.max_memory_mb = Some(116);
    worse.warm = Some((2.0, 50));
    assert_eq!(of(&[worse]), (Done, NotDone, NotDone, Done));
    let mut single = measured();
    single.both_sides = false;
    assert_eq!(of(&[single.clone()]).0, NotDone);
    // An older comparison stands behind a newer single result.
    assert_eq!(of(&[single, measured()]).1, Done);
    let mut other = measured();
    other.unzipped_bytes = Some(anatomy.limits.unzipped_bytes + 1);
    assert_eq!(of(&[other]).0, NotDone);
}

#[test]
fn a_result_is_of_the_same_package_whatever_its_layers_weigh() {
    let mount = |place, text| mounted(place, &[("python/some.py", text)]);
    let layer = Place::Layer {
        position: 0,
        name: "deps".into(),
    };
    let (_app, app) = mount(Place::Task, "a = 1\n");
    let (_deps, deps) = mount(layer, "b = 22\n");
    let anatomy = inspect(&Subject {
        runtime: Some("python3.11".into()),
        ..samples::subject_of(vec![app, deps])
    });
    assert_eq!(anatomy.limits.unzipped_bytes, 13);
    let (start, clients) = (Start::Unknown(Why::NotProfiled), Clients::default());
    for (was, expected) in [(6, State::Done), (13, State::NotDone)] {
        let mut result = measured();
        result.unzipped_bytes = Some(was);
        let known = Known {
            measured: &[result],
            ..known(&anatomy, &start, &clients)
        };
        assert_eq!(
            state(&check(&known), Check::MeasuredBothSides),
            expected,
            "{was}"
        );
    }
}

#[test]
fn what_several_functions_bring_along_could_be_in_a_layer() {
    let metadata = "Metadata-Version: 2.1\nName: big\nVersion: 1.0\n";
    let data = "x".repeat(2 << 20);
    let record = "big/__init__.py,,\nbig/data.txt,,\nbig-1.0.dist-info/METADATA,,\nbig-1.0.dist-info/RECORD,,\n";
    let anatomy = anatomy(
        "python3.11",
        &[
            ("lambda_function.py", "import big\n"),
            ("big/__init__.py", ""),
            ("big/data.txt", &data),
            ("big-1.0.dist-info/METADATA", metadata),
            ("big-1.0.dist-info/RECORD", record),
        ],
    );
    let (start, clients) = (Start::Unknown(Why::NotProfiled), Clients::default());
    let other = |version: &str| OtherFunction {
        name: "other".into(),
        distributions: vec![("big".into(), version.into())],
    };
    for (others, expected) in [
        (vec![], State::NotApplicable),
        (vec![other("2.0")], State::Done),
        (vec![other("1.0")], State::NotDone),
    ] {
        let known = Known {
            others: &others,
            ..known(&anatomy, &start, &clients)
        };
        assert_eq!(state(&check(&known), Check::SharedInLayers), expected);
    }
}

#[test]
fn items_of_another_language_do_not_apply() {
    let (start, clients) = (Start::Unknown(Why::NotProfilable), Clients::default());
    let node = anatomy(
        "nodejs20.x",
        &[
            ("index.js", ""),
            (
                "node_modules/a/package.json",
                "{\"name\": \"a\", \"version\": \"1.0.0\"}",
            ),
        ],
    );
    let list = check(&known(&node, &start, &clients));
    assert_eq!(state(&list, Check::BytecodeValid), State::NotApplicable);
    assert_eq!(state(&list, Check::Bundled), State::NotDone);
    let list = check(&known(&python(), &start, &clients)).items;
    let bundled = list
        .iter()
        .find(|item| item.check == Check::Bundled)
        .unwrap();
    assert_eq!(bundled.state, State::NotApplicable);
    assert_eq!(bundled.evidence, [Fact::Why { why: Why::NotNode }]);
}

mod items;
