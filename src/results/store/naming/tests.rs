use super::*;
use crate::results::samples::{pair, single};
use crate::results::store::to_json;

fn stored() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    for id in [
        "20261101T000000Z-7",
        "20261102T000000Z-8",
        "20261102T000000Z-81",
    ] {
        let mut result = single();
        result.id = id.into();
        store.save(&result).unwrap();
    }
    let mut both = pair();
    both.id = "20261103T000000Z-9".into();
    store.save(&both).unwrap();
    store.save_baseline("main", &single()).unwrap();
    (folder, store)
}

#[test]
fn a_result_has_many_names() {
    let (folder, store) = stored();
    let file = folder.path().join("kept.json");
    store.save_as(&single(), &file).unwrap();
    for (word, id, arm, baseline) in [
        ("20261101T000000Z-7", "20261101T000000Z-7", Arm::Only, None),
        ("20261101", "20261101T000000Z-7", Arm::Only, None),
        ("20261102T000000Z-8", "20261102T000000Z-8", Arm::Only, None),
        ("result:20261101", "20261101T000000Z-7", Arm::Only, None),
        ("last", "20261103T000000Z-9", Arm::After, None),
        ("result:last", "20261103T000000Z-9", Arm::After, None),
        ("last@before", "20261103T000000Z-9", Arm::Before, None),
        ("last~3", "20261101T000000Z-7", Arm::Only, None),
        ("last~3@only", "20261101T000000Z-7", Arm::Only, None),
        ("main", "20261125T125511Z-42", Arm::Only, Some("main")),
        (
            "baseline:main",
            "20261125T125511Z-42",
            Arm::Only,
            Some("main"),
        ),
        (
            file.to_str().unwrap(),
            "20261125T125511Z-42",
            Arm::Only,
            None,
        ),
    ] {
        let named = store.named(word).unwrap();
        assert_eq!(
            (
                named.result.id.as_str(),
                named.arm,
                named.baseline.as_deref()
            ),
            (id, arm, baseline),
            "{word}"
        );
    }
}

fn fails(store: &Store, word: &str) -> (String, String) {
    let error = store.named(word).unwrap_err();
    (error.to_string(), error.hint().unwrap_or_default())
}

#[test]
fn what_is_not_there_is_answered_with_what_is_near() {
    let (_folder, store) = stored();
    let (error, hint) = fails(&store, "mian");
    assert_eq!(error, "no result, baseline or file is named \"mian\"");
    assert_eq!(hint, "did you mean main?");
    let (_, hint) = fails(&store, "20261101T000000Z-77");
    assert!(hint.contains("20261101T000000Z-7"), "{hint}");
    let (_, hint) = fails(&store, "release");
    assert!(hint.contains("main, 20261103T000000Z-9"), "{hint}");
    let (error, hint) = fails(&store, "20261102");
    assert_eq!(
        error,
        "\"20261102\" is the beginning of more than one result"
    );
    assert!(
        hint.contains("20261102T000000Z-8, 20261102T000000Z-81"),
        "{hint}"
    );
    let (error, _) = fails(&store, "last~4");
    assert_eq!(error, "last~4: there are only 4 results with cold starts");
    assert!(fails(&store, "baseline:mian").1.contains("main"));
    assert!(
        fails(&store, "result:main")
            .1
            .contains("20261103T000000Z-9")
    );
    let (error, hint) = fails(&store, "main@before");
    assert!(error.contains("has no before"), "{error}");
    assert!(hint.contains("@only"), "{hint}");
    assert!(fails(&store, "nowhere/x.json").0.contains("nowhere/x.json"));

    let empty = tempfile::tempdir().unwrap();
    let nothing = Store::new(empty.path());
    assert_eq!(
        fails(&nothing, "last").0,
        "last: there are no results with cold starts yet"
    );
    assert!(fails(&nothing, "main").1.contains("lambench run"));
}

#[test]
fn a_name_of_two_things_is_neither() {
    let (_folder, store) = stored();
    store
        .save_baseline("20261101T000000Z-7", &single())
        .unwrap();
    let (error, hint) = fails(&store, "20261101T000000Z-7");
    assert!(error.contains("more than one"), "{error}");
    assert!(hint.contains("baseline:20261101T000000Z-7"), "{hint}");
}

#[test]
fn a_file_that_is_no_result_says_what_it_is() {
    let (folder, store) = stored();
    let says = |bytes: &[u8]| {
        let path = folder.path().join("x.json");
        fs::write(&path, bytes).unwrap();
        fails(&store, path.to_str().unwrap()).0
    };
    let whole = to_json(&single());
    assert!(says(&whole.as_bytes()[..whole.len() / 2]).contains("ends in the middle"));
    assert!(says(b"").contains("ends in the middle"));
    assert!(says(b"[{\"function\": \"a\"}]").contains("holds the results of several functions"));
    assert!(says(b"{\"dependencies\": {}}").contains("is not a lambench result"));
    assert!(says(b"PK\x03\x04").contains("is not a lambench result"));
    let newer = whole
        .replacen("\"schema_version\": 1", "\"schema_version\": 9", 1)
        .replacen("\"arm\": \"only\"", "\"arm\": \"third\"", 1);
    assert!(says(newer.as_bytes()).contains("newer lambench: its schema_version is 9"));
}

#[test]
fn of_one_second_the_last_written_is_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    for (seed, age) in [("9", 20), ("100", 10)] {
        let mut result = single();
        result.id = format!("20261101T000000Z-{seed}");
        let path = store.save(&result).unwrap();
        let then = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
        fs::File::options()
            .write(true)
            .open(path)
            .unwrap()
            .set_modified(then)
            .unwrap();
    }
    assert_eq!(
        store.named("last").unwrap().result.id,
        "20261101T000000Z-100"
    );
}

#[test]
fn a_run_without_a_cold_start_is_stored_and_is_not_the_last() {
    let (_folder, store) = stored();
    let mut failed = single();
    failed.id = "20261104T000000Z-1".into();
    for summary in &mut failed.summary {
        summary.cold_ms = None;
    }
    store.save(&failed).unwrap();
    assert_eq!(store.named("last").unwrap().result.id, "20261103T000000Z-9");
    assert_eq!(
        store.named("last~1").unwrap().result.id,
        "20261102T000000Z-81"
    );
    assert_eq!(store.named("20261104").unwrap().result.id, failed.id);
    assert!(store.ids().contains(&failed.id));
}
