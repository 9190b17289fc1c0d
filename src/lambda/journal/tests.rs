//! Journals and locks on a real file system.

use std::os::unix::fs::PermissionsExt as _;

use super::*;

fn key() -> Key {
    Key::of_arn(
        "arn:aws:lambda:eu-west-1:123456789012:function:my-fn",
        "my-fn",
        "us-east-1",
        None,
    )
}

fn touched() -> Entry {
    Entry::Touched {
        arn: "arn:aws:lambda:eu-west-1:123456789012:function:my-fn".into(),
        revision_id: Some("r1".into()),
        code_sha256: None,
        original: Original::Description {
            was: "collects data".into(),
        },
    }
}

fn place() -> (tempfile::TempDir, Journals) {
    let folder = tempfile::tempdir().unwrap();
    let journals = Journals::at(folder.path().join("lambench/journal"));
    (folder, journals)
}

fn names(journals: &Journals) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(&journals.folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn an_entry_outlives_its_process_and_goes_when_it_is_done() {
    let (_folder, journals) = place();
    let journal = journals.open(key(), Some("prod".into())).unwrap();
    assert_eq!(journals.left_over().unwrap().len(), 0);
    journal.add(touched()).unwrap();
    drop(journal);

    let left = journals.left_over().unwrap();
    let record = left[0].record.as_ref().unwrap();
    assert_eq!(record.key, key());
    assert_eq!(record.profile.as_deref(), Some("prod"));
    assert_eq!(record.owner.pid, std::process::id());
    assert_eq!(left[0].owner, None);
    let mode = std::fs::metadata(&left[0].path)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let mode = std::fs::metadata(&journals.folder)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);

    let journal = journals.open(key(), None).unwrap();
    assert_eq!(journal.entries(), [touched()]);
    journal.done(&touched()).unwrap();
    drop(journal);
    assert_eq!(names(&journals), Vec::<String>::new());
}

#[test]
fn the_file_goes_with_the_last_of_its_entries() {
    let (_folder, journals) = place();
    let journal = journals.open(key(), None).unwrap();
    let all = [
        Entry::S3Object {
            bucket: "b".into(),
            key: "k".into(),
            endpoint_url: Some("http://127.0.0.1:9000".into()),
        },
        Entry::CreatedFunction {
            name: "lambench-my-fn".into(),
        },
        Entry::LogGroup {
            name: "/aws/lambda/lambench-my-fn".into(),
            endpoint_url: None,
        },
    ];
    for entry in &all {
        journal.add(entry.clone()).unwrap();
    }
    journal.done(&all[1]).unwrap();
    let left = journals.left_over().unwrap();
    assert_eq!(
        left[0].record.as_ref().unwrap().entries,
        [all[0].clone(), all[2].clone()]
    );
    journal.done(&all[0]).unwrap();
    journal.done(&all[2]).unwrap();
    assert!(journals.left_over().unwrap().is_empty());
}

#[test]
fn a_second_owner_is_refused_and_told_who_has_it() {
    let (_folder, journals) = place();
    let journal = journals.open(key(), None).unwrap();
    let error = journals.open(key(), None).unwrap_err().to_string();
    assert!(
        error.contains(&format!("process {}", std::process::id())),
        "{error}"
    );
    journal.add(touched()).unwrap();
    assert!(journals.left_over().unwrap()[0].owner.is_some());
    drop(journal);
    journals.open(key(), None).unwrap();
}

#[test]
fn another_function_account_region_or_endpoint_is_another_journal() {
    let (_folder, journals) = place();
    let _held = journals.open(key(), None).unwrap();
    let others = [
        Key {
            function: "your-fn".into(),
            ..key()
        },
        Key {
            account: "210987654321".into(),
            ..key()
        },
        Key {
            region: "us-east-1".into(),
            ..key()
        },
        Key {
            endpoint_url: Some("http://127.0.0.1:1".into()),
            ..key()
        },
    ];
    for other in others {
        journals.open(other, None).unwrap();
    }
}

#[test]
fn a_stale_lock_and_an_unfinished_file_are_no_obstacle() {
    let (_folder, journals) = place();
    drop(journals.open(key(), None).unwrap());
    let stem = key().file_stem();
    for name in [format!("{stem}.lock"), format!("{stem}.new")] {
        std::fs::write(journals.folder.join(name), "{\"pid\":1,").unwrap();
    }
    journals.open(key(), None).unwrap().add(touched()).unwrap();
    std::fs::write(journals.folder.join("gone.lock"), "").unwrap();
    std::fs::write(journals.folder.join("gone.new"), "{").unwrap();
    journals.tidy().unwrap();
    assert_eq!(names(&journals), [format!("{stem}.json")]);
}

#[test]
fn a_damaged_or_newer_journal_is_kept_and_said() {
    let (_folder, journals) = place();
    drop(journals.open(key(), None).unwrap());
    let path = journals.folder.join(format!("{}.json", key().file_stem()));
    for (text, why) in [
        ("{\"schema_version\": 99}", "newer lambench"),
        ("{\"schema_version\": 1}", "missing field"),
        ("", "EOF"),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = journals.open(key(), None).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
        let left = journals.left_over().unwrap();
        assert!(left[0].record.as_ref().unwrap_err().contains(why));
        assert!(path.exists());
    }
}
