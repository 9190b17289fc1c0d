use super::*;
use crate::results::samples::{pair, single};
use crate::results::{Arm, Kind};

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    (folder, store)
}

fn with_id(mut result: RunResult, id: &str) -> RunResult {
    result.id = id.into();
    result
}

#[test]
fn an_id_is_time_and_seed_and_never_the_same_twice() {
    let (_folder, store) = store();
    let at: Timestamp = "2026-11-25T12:55:11.9Z".parse().unwrap();
    assert_eq!(store.id(at, 7), "20261125T125511Z-7");
    assert_eq!(store.id(at, 7), "20261125T125511Z-7-2");
    assert_eq!(store.id(at, 7), "20261125T125511Z-7-3");
    assert_eq!(store.id(at, 8), "20261125T125511Z-8");
    // Known by its result, though its log is gone.
    store
        .save(&with_id(single(), "20261125T125511Z-9"))
        .unwrap();
    assert_eq!(store.id(at, 9), "20261125T125511Z-9-2");
}

#[test]
fn threads_in_the_same_second_get_ids_of_their_own() {
    let (_folder, store) = store();
    let at: Timestamp = "2026-11-25T12:55:11Z".parse().unwrap();
    let ids: std::collections::BTreeSet<String> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(|| store.id(at, 7))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(ids.len(), 8);
}

#[test]
fn what_is_saved_is_read_back_whole() {
    let (folder, store) = store();
    let result = pair();
    let path = store.save(&result).unwrap();
    assert_eq!(
        path,
        folder
            .path()
            .join(".lambench/results/20261125T125511Z-42.json")
    );
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, to_json(&result));
    assert_eq!(serde_json::from_str::<RunResult>(&text).unwrap(), result);
    let elsewhere = folder.path().join("my.json");
    store.save_as(&result, &elsewhere).unwrap();
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), text);
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "no temporary file is left: {left:?}");
}

#[cfg(unix)]
#[test]
fn saving_through_a_link_or_into_a_pipe_replaces_neither() {
    use std::os::unix::fs::FileTypeExt as _;
    let (folder, store) = store();
    let real = folder.path().join("real.json");
    fs::write(&real, "old").unwrap();
    let link = folder.path().join("link.json");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    store.save_as(&single(), &link).unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&real).unwrap(), to_json(&single()));

    let pipe = folder.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::read_to_string(pipe).unwrap())
    };
    store.save_as(&single(), &pipe).unwrap();
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(reader.join().unwrap(), to_json(&single()));
}

#[test]
fn saving_where_there_is_no_folder_names_the_folder() {
    let (folder, store) = store();
    let error = store
        .save_as(&single(), &folder.path().join("no/such/x.json"))
        .unwrap_err();
    assert!(error.to_string().contains("there is no folder"), "{error}");
    assert!(error.to_string().contains("no/such"), "{error}");
    assert!(error.hint().unwrap().starts_with("mkdir -p "));
    let onto_folder = store.save_as(&single(), folder.path());
    assert!(matches!(onto_folder, Err(StoreError::Write { .. })));
}

#[test]
fn runs_and_results_are_kept_out_of_commits_and_baselines_are_not() {
    let (folder, store) = store();
    store.save_baseline("main", &single()).unwrap();
    let ignore = folder.path().join(".lambench/.gitignore");
    assert_eq!(fs::read_to_string(&ignore).unwrap(), "runs/\nresults/\n");
    fs::write(&ignore, "mine\n").unwrap();
    store.save(&single()).unwrap();
    assert_eq!(
        fs::read_to_string(&ignore).unwrap(),
        "mine\n",
        "a user's own is left alone"
    );
}

#[test]
fn a_baseline_is_found_by_its_name_and_replaced_by_the_next_of_that_name() {
    let (_folder, store) = store();
    store.save_baseline("v1.2_첫번째", &single()).unwrap();
    store.save_baseline("v1.2_첫번째", &pair()).unwrap();
    let baseline = store.load_baseline("v1.2_첫번째").unwrap();
    assert_eq!(baseline, pair());
    assert_eq!(
        baseline.latest().unwrap().0.arm,
        Arm::After,
        "its after is what is compared"
    );
}

#[test]
fn an_unknown_baseline_is_answered_with_the_nearest_or_with_all() {
    let (_folder, store) = store();
    let none = store.load_baseline("first").unwrap_err();
    assert_eq!(none.to_string(), "no baseline \"first\" is stored");
    assert!(none.hint().unwrap().contains("--save-baseline first"));
    store.save_baseline("first", &single()).unwrap();
    store.save_baseline("main", &single()).unwrap();
    assert_eq!(
        store.load_baseline("frist").unwrap_err().hint().unwrap(),
        "did you mean \"first\"?"
    );
    assert_eq!(
        store.load_baseline("release").unwrap_err().hint().unwrap(),
        "there are: first, main"
    );
}

#[test]
fn a_name_is_never_a_path() {
    let (folder, store) = store();
    for name in [
        "",
        "..",
        "../x",
        "a/b",
        "a\\b",
        ".hidden",
        "-x",
        "a b",
        "a\0b",
        "a:b",
        &"x".repeat(101),
    ] {
        assert!(
            matches!(
                store.save_baseline(name, &single()),
                Err(StoreError::BadName { .. })
            ),
            "{name:?}"
        );
        assert!(
            matches!(store.load_baseline(name), Err(StoreError::BadName { .. })),
            "{name:?}"
        );
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing was written"
    );
}

#[test]
fn a_newer_result_is_read_as_far_as_it_is_known_and_named_newer_where_not() {
    let (folder, store) = store();
    let path = store.save_baseline("next", &single()).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&to_json(&single())).unwrap();
    json["schema_version"] = 2.into();
    json["verdict"] = "passed".into();
    fs::write(&path, json.to_string()).unwrap();
    assert_eq!(
        store.load_baseline("next").unwrap().subjects,
        single().subjects
    );

    json["samples"][0]["excluded_reason"] = "a_reason_of_tomorrow".into();
    fs::write(&path, json.to_string()).unwrap();
    let error = store.load_baseline("next").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("newer lambench: its schema_version is 2"),
        "{error}"
    );

    fs::write(&path, "{}").unwrap();
    let error = store.load_baseline("next").unwrap_err();
    assert!(
        error.to_string().contains("not a lambench result"),
        "{error}"
    );
    drop(folder);
}

#[test]
fn the_latest_comparable_result_is_the_newest_complete_one_alone_under_the_same_conditions() {
    let (folder, store) = store();
    let subject = single().subjects.remove(0);
    assert!(store.latest_comparable(&subject).is_none());
    store
        .save(&with_id(single(), "20261101T000000Z-1"))
        .unwrap();
    store
        .save(&with_id(single(), "20261103T000000Z-1"))
        .unwrap();
    store
        .save(&with_id(single(), "20261103T000000Z-1-2"))
        .unwrap();
    store.save(&with_id(pair(), "20261104T000000Z-1")).unwrap();
    let mut other = with_id(single(), "20261105T000000Z-1");
    other.subjects[0].memory_mb = 1024;
    store.save(&other).unwrap();
    let mut other = with_id(single(), "20261106T000000Z-1");
    other.subjects[0].function = "another".into();
    store.save(&other).unwrap();
    let mut other = with_id(single(), "20261107T000000Z-1");
    other.ending = Ending::Stopped {
        why: "interrupted".into(),
    };
    store.save(&other).unwrap();
    let results = folder.path().join(".lambench/results");
    fs::write(results.join("20261108T000000Z-1.json"), "{\"subjects\": [").unwrap();
    fs::write(results.join("20261109T000000Z-1.json"), [0xff, 0xfe]).unwrap();
    fs::create_dir(results.join("20261110T000000Z-1.json")).unwrap();
    assert_eq!(
        store.latest_comparable(&subject).unwrap().id,
        "20261103T000000Z-1-2"
    );
}

#[test]
fn a_thousand_other_results_are_looked_through_without_a_noticeable_wait() {
    let (folder, store) = store();
    store
        .save(&with_id(single(), "20250101T000000Z-1"))
        .unwrap();
    let mut other = single();
    other.subjects[0].function = "another".into();
    let text = to_json(&other);
    let results = folder.path().join(".lambench/results");
    for n in 0..1000 {
        fs::write(results.join(format!("20260101T00{n:04}Z-1.json")), &text).unwrap();
    }
    let begun = std::time::Instant::now();
    assert!(store.latest_comparable(&single().subjects[0]).is_some());
    let took = begun.elapsed();
    assert!(
        took.as_secs() < 20,
        "{took:?} for {} bytes each",
        text.len()
    );
}

#[test]
fn every_sample_is_in_the_log_as_soon_as_it_is_taken() {
    let (folder, store) = store();
    let mut result = single();
    result.id = store.id(result.created_at, 42);
    let mut log = RunLog::create(&store, &result).unwrap();
    let path = folder
        .path()
        .join(".lambench/runs/20261125T125511Z-42.jsonl");
    let lines = || -> Vec<serde_json::Value> {
        let text = fs::read_to_string(&path).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let head = &lines()[0];
    assert_eq!(head["id"], "20261125T125511Z-42");
    assert_eq!(head["subjects"][0]["function"], "data-collector");
    for unknown in ["samples", "exclusions", "summary", "ending"] {
        assert!(head.get(unknown).is_none(), "{unknown} is not known yet");
    }
    let cold = result
        .samples
        .iter()
        .find(|s| s.kind == Kind::Cold)
        .unwrap();
    log.append(cold).unwrap();
    log.append(&result.samples[1]).unwrap();
    let all = lines();
    assert_eq!(all.len(), 3);
    assert_eq!(
        &serde_json::from_value::<crate::results::Sample>(all[1].clone()).unwrap(),
        cold
    );

    let again = RunLog::create(&store, &result);
    assert!(
        matches!(again, Err(StoreError::Write { .. })),
        "another run's log is left alone"
    );
}

#[test]
fn a_result_from_before_costs_were_kept_is_still_read() {
    let whole = to_json(&single());
    let mut old: serde_json::Value = serde_json::from_str(&whole).unwrap();
    for key in ["requests", "billed_ms", "cost_usd"] {
        assert!(old.as_object_mut().unwrap().remove(key).is_some(), "{key}");
    }
    let read: RunResult = serde_json::from_value(old).unwrap();
    assert_eq!(read, single());
}
