use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use zip::ZipWriter;
use zip::write::{FullFileOptions, SimpleFileOptions};

use super::*;
use crate::inspect::files::Files;
use crate::inspect::samples;

const SOURCE: &str = "VALUE = 1\n";
const TIME: u32 = 1_709_251_197;
const MINOR: u8 = 11;

/// Bytecode of Python 3.`minor`, as far as its head goes.
fn bytecode(minor: u8, words: [u32; 3]) -> Vec<u8> {
    let mut bytes = pyc::key(minor).unwrap().to_le_bytes().to_vec();
    bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    bytes.extend(b"code");
    bytes
}

fn by_time(modified: u32) -> Vec<u8> {
    bytecode(MINOR, [0, modified, SOURCE.len() as u32])
}

fn by_hash(flags: u32, source: &str) -> Vec<u8> {
    let hash = u64::from_le_bytes(pyc::source_hash(MINOR, source.as_bytes()));
    bytecode(MINOR, [flags, hash as u32, (hash >> 32) as u32])
}

struct Package(tempfile::TempDir);

impl Package {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("app")
    }

    fn file(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = File::create(&path).unwrap();
        file.write_all(content.as_ref()).unwrap();
        file.set_modified(UNIX_EPOCH + Duration::from_secs(TIME.into()))
            .unwrap();
        self
    }

    fn source(&self, module: &str) -> &Self {
        self.file(&format!("{module}.py"), SOURCE)
    }

    /// A source with bytecode where Python 3.11 looks for it.
    fn compiled(&self, module: &str, bytecode: impl AsRef<[u8]>) -> &Self {
        self.source(module);
        self.file(&format!("__pycache__/{module}.cpython-311.pyc"), bytecode)
    }

    fn decisions(&self) -> Decisions {
        decide(&self.path(), &[String::new()])
    }
}

fn decide(path: &Path, roots: &[String]) -> Decisions {
    let python = Python {
        minor: MINOR,
        certain: true,
    };
    sources::decide(&Files::open(path).unwrap(), roots, python, false)
}

fn classes(decisions: &Decisions) -> Vec<(&str, Class)> {
    let sources = decisions.sources.iter();
    sources
        .map(|source| (source.path.as_str(), source.class))
        .collect()
}

fn subject(path: &Path, runtime: Option<&str>) -> Subject {
    Subject {
        runtime: runtime.map(str::to_owned),
        ..samples::subject(path)
    }
}

fn found(path: &Path, runtime: Option<&str>) -> Vec<Bytecode> {
    let found = findings(&subject(path, runtime)).into_iter();
    let evidence = found.map(|finding| match finding.evidence {
        Evidence::Bytecode(found) => found,
        other => panic!("{other:?}"),
    });
    evidence.collect()
}

fn not_used(path: &Path, runtime: Option<&str>) -> NotUsed {
    match found(path, runtime).into_iter().next() {
        Some(Bytecode::BytecodeNotUsed(found)) => *found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_source_has_the_class_that_its_bytecode_gives_it() {
    let package = Package::new();
    let mut cut = by_time(TIME);
    cut.truncate(14);
    package
        .compiled("a_valid", by_time(TIME))
        .compiled("b_checked", by_hash(3, SOURCE))
        .compiled("c_unchecked", by_hash(1, SOURCE))
        .compiled("d_other_source", by_hash(1, "VALUE = 2\n"))
        .source("e_missing")
        .source("f_other_name")
        .file(
            "__pycache__/f_other_name.cpython-39.pyc",
            bytecode(9, [0; 3]),
        )
        .compiled("g_other_magic", bytecode(12, [0; 3]))
        .compiled("h_stale_time", by_time(TIME - 60))
        .compiled("i_stale_size", bytecode(MINOR, [0, TIME, 99]))
        .compiled("j_stale_hash", by_hash(3, "VALUE = 2\n"))
        .compiled("k_cut", cut)
        .compiled("l_flags", bytecode(MINOR, [8, 0, 0]))
        .source("m_optimised")
        .file(
            "__pycache__/m_optimised.cpython-311.opt-1.pyc",
            by_time(TIME),
        );
    assert_eq!(
        classes(&package.decisions()),
        [
            ("a_valid.py", Class::Valid),
            ("b_checked.py", Class::Checked),
            ("c_unchecked.py", Class::Unchecked),
            ("d_other_source.py", Class::UncheckedOther),
            ("e_missing.py", Class::Missing),
            ("f_other_name.py", Class::OtherPython),
            ("g_other_magic.py", Class::OtherPython),
            ("h_stale_time.py", Class::StaleTime),
            ("i_stale_size.py", Class::StaleSize),
            ("j_stale_hash.py", Class::StaleHash),
            ("k_cut.py", Class::Damaged),
            ("l_flags.py", Class::Damaged),
            ("m_optimised.py", Class::OtherPython),
        ]
    );
}

#[test]
fn what_goes_before_a_source_hides_it() {
    let package = Package::new();
    package
        .source("native")
        .file("native.cpython-311-x86_64-linux-gnu.so", "")
        .source("other")
        .file("other.cpython-312-x86_64-linux-gnu.so", "")
        .source("stable")
        .file("stable.abi3.so", "")
        .source("folder")
        .file("folder/__init__.py", "")
        .source("space")
        .file("space/part.py", "");
    let decisions = package.decisions();
    let hidden: Vec<_> = classes(&decisions)
        .into_iter()
        .filter(|(_, class)| *class == Class::Hidden)
        .map(|(path, _)| path)
        .collect();
    assert_eq!(hidden, ["folder.py", "native.py", "stable.py"]);
}

#[test]
fn what_no_import_can_name_is_no_source() {
    let package = Package::new();
    package
        .source("fine")
        .source("bin/run-me")
        .source("pkg-1.0.data/scripts/tool")
        .source("2fast")
        .source("한글");
    let decisions = package.decisions();
    let sources: Vec<_> = classes(&decisions)
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(sources, ["fine.py", "한글.py"]);
}

#[test]
fn a_layers_sources_are_those_of_its_search_path() {
    let package = Package::new();
    let site = "python/lib/python3.11/site-packages";
    package
        .source("python/one")
        .source(&format!("{site}/two"))
        .file(
            &format!("{site}/__pycache__/two.cpython-311.pyc"),
            by_time(TIME),
        )
        .source("python/lib/python3.9/site-packages/three")
        .source("elsewhere/four");
    let roots = ["python/".to_owned(), format!("{site}/")];
    let decisions = decide(&package.path(), &roots);
    assert_eq!(
        classes(&decisions),
        [
            ("python/lib/python3.11/site-packages/two.py", Class::Valid),
            ("python/one.py", Class::Missing),
        ]
    );
}

#[test]
fn bytecode_in_a_sources_place_loads_for_its_own_python_alone() {
    let package = Package::new();
    package
        .file("ours.pyc", by_time(0))
        .file("theirs.pyc", bytecode(9, [0; 3]))
        .file("broken.pyc", "");
    let decisions = package.decisions();
    let loads = decisions
        .sourceless
        .iter()
        .map(|file| (file.path.as_str(), file.loads, file.made_by));
    assert_eq!(
        loads.collect::<Vec<_>>(),
        [
            ("broken.pyc", false, None),
            ("ours.pyc", true, Some(11)),
            ("theirs.pyc", false, Some(9))
        ]
    );
    let evidence = found(&package.path(), Some("python3.11"));
    let [
        Bytecode::BytecodeRefused {
            files: 2, made_by, ..
        },
    ] = evidence.as_slice()
    else {
        panic!("{evidence:?}");
    };
    assert_eq!(made_by, &["3.9"]);
}

#[test]
fn bytecode_that_is_never_read_is_told_with_its_size_and_the_reasons() {
    let package = Package::new();
    package
        .compiled("app", by_time(TIME))
        .file("app.pyc", by_time(TIME))
        .file("__pycache__/app.cpython-39.pyc", bytecode(9, [0; 3]))
        .file("__pycache__/app.cpython-311.opt-2.pyc", by_time(TIME))
        .file("__pycache__/gone.cpython-311.pyc", by_time(TIME))
        .compiled("native", by_time(TIME))
        .file("native.so", "");
    let findings = findings(&subject(&package.path(), Some("python3.11")));
    let [finding] = findings.as_slice() else {
        panic!("{findings:?}");
    };
    assert_eq!(finding.bytes, Some(5 * 20));
    assert_eq!(
        finding.evidence,
        Evidence::Bytecode(Bytecode::BytecodeNeverRead {
            python: "3.11".to_owned(),
            files: 5,
            other_name: 2,
            no_source: 1,
            beside_source: 1,
            hidden: 1,
        })
    );
}

/// A zip with a source of each name and time, and bytecode that recorded [`TIME`].
fn zipped(at: &Path, entries: &[(&str, zip::DateTime, Option<u32>)]) -> PathBuf {
    let path = at.join("app.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    for (module, time, extended) in entries {
        let mut options = FullFileOptions::default().last_modified_time(*time);
        if let Some(seconds) = extended {
            let mut extra = vec![1];
            extra.extend(seconds.to_le_bytes());
            options.add_extra_field(0x5455, extra, true).unwrap();
        }
        zip.start_file(format!("{module}.py"), options).unwrap();
        zip.write_all(SOURCE.as_bytes()).unwrap();
        let cached = format!("__pycache__/{module}.cpython-311.pyc");
        zip.start_file(cached, SimpleFileOptions::default())
            .unwrap();
        zip.write_all(&by_time(TIME)).unwrap();
    }
    zip.finish().unwrap();
    path
}

#[test]
fn a_zips_times_are_told_by_what_became_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let date = |year, month, day, hour, minute, second| {
        zip::DateTime::from_date_and_time(year, month, day, hour, minute, second).unwrap()
    };
    // 2024-02-29T23:59:57Z, whose second a DOS time can't say.
    let zip = zipped(
        folder.path(),
        &[
            ("dated", date(1980, 1, 1, 0, 0, 0), None),
            ("down", date(2024, 2, 29, 23, 59, 56), None),
            ("extended", date(2024, 2, 29, 23, 59, 56), Some(TIME)),
            ("seoul", date(2024, 3, 1, 8, 59, 56), None),
            ("touched", date(2025, 7, 1, 12, 0, 0), None),
            ("up", date(2024, 2, 29, 23, 59, 58), None),
        ],
    );
    let found = not_used(&zip, Some("python3.11"));
    assert_eq!((found.sources, found.compiled), (6, 5));
    let stale = StaleTime {
        sources: 5,
        dated_1980: 1,
        rounded: 2,
        time_zone: 1,
    };
    assert_eq!(found.stale_time, stale);
    let example = found.example.unwrap();
    assert_eq!(
        (
            example.source.as_str(),
            example.recorded.as_str(),
            example.found.as_str()
        ),
        ("dated.py", "2024-02-29T23:59:57Z", "1980-01-01T00:00:00Z")
    );
}

#[test]
fn the_python_is_the_runtimes_or_that_of_most_files() {
    let package = Package::new();
    package
        .source("app")
        .file("__pycache__/app.cpython-311.pyc", by_time(TIME - 9))
        .file("fast.cpython-311-x86_64-linux-gnu.so", "")
        .file("__pycache__/app.cpython-39.pyc", bytecode(9, [0; 3]));
    for (runtime, python, certain, stale) in [
        (Some("python3.11"), "3.11", true, 1),
        (Some("python3.12"), "3.12", true, 0),
        (Some("python3"), "3.11", false, 1),
        (None, "3.11", false, 1),
    ] {
        let found = not_used(&package.path(), runtime);
        assert_eq!(found.python, python, "{runtime:?}");
        assert_eq!(found.python_certain, certain, "{runtime:?}");
        assert_eq!(found.stale_time.sources, stale, "{runtime:?}");
        assert_eq!(found.other_python, 1 - stale, "{runtime:?}");
    }
}

#[test]
fn nothing_is_said_of_what_is_no_python_or_one_that_is_not_known() {
    let package = Package::new();
    package.source("app");
    for runtime in ["nodejs20.x", "provided.al2023", "python3.99"] {
        assert_eq!(found(&package.path(), Some(runtime)), [], "{runtime}");
    }
    let found = not_used(&package.path(), None);
    assert_eq!((found.missing, found.python.as_str()), (1, "3"));
}

#[test]
fn much_to_compile_is_waste_and_little_is_a_note() {
    for (bytes, severity) in [
        (MUCH_SOURCE - 1, Severity::Note),
        (MUCH_SOURCE, Severity::Waste),
    ] {
        let package = Package::new();
        package.file("app.py", vec![b'#'; bytes as usize]);
        let found = findings(&subject(&package.path(), Some("python3.11")));
        assert_eq!(found[0].severity, severity, "{bytes}");
        assert_eq!(found[0].examples, ["app.py"]);
    }
}

mod edges;
