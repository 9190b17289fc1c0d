use std::fs::File;
use std::io::{Seek as _, SeekFrom};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::inspect::files::{Files, LeftOut};
use crate::inspect::{Mounted, Unread};

/// A folder with one file of a size, of which nothing is on disk.
fn folder(of: &Path, name: &str, bytes: u64) -> Files {
    let folder = of.join(name);
    std::fs::create_dir(&folder).unwrap();
    let file = File::create(folder.join("data.bin")).unwrap();
    file.set_len(bytes).unwrap();
    Files::open(&folder).unwrap()
}

/// A zip of a size: what comes before its first entry is a hole.
fn zip(of: &Path, bytes: u64) -> Files {
    let path = of.join(format!("{bytes}.zip"));
    let write = |hole: u64| {
        let mut file = File::create(&path).unwrap();
        file.seek(SeekFrom::Start(hole)).unwrap();
        let mut zip = ZipWriter::new(file);
        zip.start_file("app.py", SimpleFileOptions::default())
            .unwrap();
        zip.finish().unwrap();
        std::fs::metadata(&path).unwrap().len()
    };
    let least = write(0);
    assert_eq!(write(bytes - least), bytes);
    Files::open(&path).unwrap()
}

fn layer(position: usize, files: Files) -> Mounted {
    Mounted {
        place: Place::Layer {
            position,
            name: format!("layer-{position}"),
        },
        files,
    }
}

fn task(files: Files) -> Mounted {
    Mounted {
        place: Place::Task,
        files,
    }
}

fn subject(mounts: Vec<Mounted>, unread: usize) -> Subject {
    let unread = (0..unread).map(|n| Unread {
        name: format!("arn-{n}"),
        why: "no permission".into(),
    });
    Subject {
        name: "app".into(),
        mounts,
        unread: unread.collect(),
        runtime: None,
        handler: None,
        architecture: None,
        environment: None,
    }
}

fn said(subject: &Subject) -> Vec<(Severity, Option<Place>, Limit)> {
    let found = findings(subject).into_iter();
    found
        .map(|finding| match finding.evidence {
            Evidence::Limit(limit) => (finding.severity, finding.place, limit),
            other => panic!("{other:?}"),
        })
        .collect()
}

#[test]
fn a_package_and_its_layers_may_have_exactly_the_limit_together() {
    let disk = tempfile::tempdir().unwrap();
    for more in [0, 1] {
        let at = disk.path().join(format!("{more}"));
        std::fs::create_dir(&at).unwrap();
        let subject = subject(
            vec![
                layer(0, folder(&at, "layer", 62_144_000 + more)),
                task(folder(&at, "task", 200_000_000)),
            ],
            0,
        );
        let used = limits(&subject);
        assert_eq!(used.unzipped_bytes, 262_144_000 + more);
        assert_eq!(used.unzipped_limit_bytes, 262_144_000);
        assert_eq!((used.layers, used.zipped_bytes), (1, None));
        let expected = Limit::UnzippedTooLarge {
            is: 262_144_001,
            limit: 262_144_000,
        };
        let expected = (more > 0).then_some((Severity::Problem, None, expected));
        assert_eq!(said(&subject), Vec::from_iter(expected));
    }
}

#[test]
fn five_layers_are_allowed_and_those_that_could_not_be_read_count() {
    let disk = tempfile::tempdir().unwrap();
    for (read, unread, over) in [(5, 0, false), (3, 2, false), (6, 0, true), (3, 3, true)] {
        for with_package in [false, true] {
            let at = disk.path().join(format!("{read}-{unread}-{with_package}"));
            std::fs::create_dir(&at).unwrap();
            let layers = (0..read).map(|n| layer(n, folder(&at, &format!("{n}"), 1)));
            let mut mounts: Vec<Mounted> = layers.collect();
            if with_package {
                mounts.insert(0, task(folder(&at, "task", 1)));
            }
            let subject = subject(mounts, unread);
            let used = limits(&subject);
            assert_eq!((used.layers, used.layers_limit), (read + unread, 5));
            let expected = (
                Severity::Problem,
                None,
                Limit::TooManyLayers { is: 6, limit: 5 },
            );
            assert_eq!(said(&subject), Vec::from_iter(over.then_some(expected)));
        }
    }
}

#[test]
fn a_zip_over_fifty_megabytes_goes_through_s3_and_is_no_problem() {
    let disk = tempfile::tempdir().unwrap();
    for more in [0, 1] {
        let zipped = zip(disk.path(), 52_428_800 + more);
        let other = zip(disk.path(), 60_000_000 + more);
        let subject = subject(vec![layer(0, other), task(zipped)], 0);
        let used = limits(&subject);
        assert_eq!(used.zipped_bytes, Some(52_428_800 + more), "the package's");
        assert_eq!(used.direct_limit_bytes, 52_428_800);
        let expected = Limit::ZippedTooLarge {
            is: 52_428_801,
            limit: 52_428_800,
        };
        let expected = (more > 0).then_some((Severity::Note, Some(Place::Task), expected));
        assert_eq!(said(&subject), Vec::from_iter(expected));
    }
}

#[cfg(unix)]
#[test]
fn what_is_none_of_its_files_is_counted_by_the_reason() {
    let disk = tempfile::tempdir().unwrap();
    let files = folder(disk.path(), "task", 1);
    for (link, to) in [
        ("a", "nowhere"),
        ("b", "/usr"),
        ("c", "nothing"),
        ("d", "/etc"),
    ] {
        std::os::unix::fs::symlink(to, files.path().join(link)).unwrap();
    }
    let files = Files::open(files.path()).unwrap();
    let whys: Vec<LeftOutWhy> = files
        .left_out()
        .iter()
        .map(|LeftOut { why, .. }| *why)
        .collect();
    let count = |wanted| whys.iter().filter(|why| **why == wanted).count();
    assert_eq!(
        (count(LeftOutWhy::LeadsOut), count(LeftOutWhy::Broken)),
        (2, 2)
    );
    let of = |why| {
        let limit = Limit::LeftOut { why, count: 2 };
        (Severity::Problem, Some(Place::Task), limit)
    };
    assert_eq!(
        said(&subject(vec![task(files)], 0)),
        [of(LeftOutWhy::LeadsOut), of(LeftOutWhy::Broken)]
    );
}
