use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use super::contents::{Contents, ContentsError};
use super::infer::{Unknown, bootstrap_is_not_executable, infer, missing_module};

const EXECUTABLE: u32 = 0o755;
const PLAIN: u32 = 0o644;

/// Names and modes.
type Files<'a> = &'a [(&'a str, u32)];

/// The same package as a folder and as a zip.
fn both(files: Files<'_>) -> (TempDir, [Contents; 2]) {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let path: PathBuf = temporary.path().join("code.zip");
    let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
    for (name, mode) in files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(*mode)).unwrap();
        zip.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode))
            .unwrap();
    }
    zip.finish().unwrap();
    let contents = [&folder, &path].map(|path| Contents::open(path).unwrap());
    (temporary, contents)
}

#[test]
fn the_runtime_and_the_handler_are_read_off_the_files() {
    let python = ("lambda_function.py", PLAIN);
    let cases: [(Files<'_>, &str, &str, &str); 8] = [
        (
            &[("bootstrap", EXECUTABLE)],
            "provided.al2023",
            "bootstrap",
            "bootstrap",
        ),
        (
            &[python],
            "python3",
            "lambda_function.lambda_handler",
            "lambda_function.py",
        ),
        (
            &[("index.mjs", PLAIN)],
            "nodejs",
            "index.handler",
            "index.mjs",
        ),
        (
            &[("index.js", PLAIN)],
            "nodejs",
            "index.handler",
            "index.js",
        ),
        (
            &[("index.cjs", PLAIN)],
            "nodejs",
            "index.handler",
            "index.cjs",
        ),
        // The first one wins, and one that can't be executed is no bootstrap.
        (
            &[("bootstrap", EXECUTABLE), python],
            "provided.al2023",
            "bootstrap",
            "bootstrap",
        ),
        (
            &[("bootstrap", PLAIN), python],
            "python3",
            "lambda_function.lambda_handler",
            "lambda_function.py",
        ),
        (
            &[("index.js", PLAIN), python],
            "python3",
            "lambda_function.lambda_handler",
            "lambda_function.py",
        ),
    ];
    for (files, runtime, handler, from) in cases {
        let (_kept, contents) = both(files);
        for contents in contents {
            let found = infer(&contents, None, None).unwrap();
            assert_eq!(
                (found.runtime.as_str(), found.handler.as_str()),
                (runtime, handler),
                "{files:?}"
            );
            assert_eq!(found.runtime_from.as_deref(), Some(from));
            assert_eq!(found.handler_from.as_deref(), Some(from));
        }
    }
}

#[test]
fn what_is_given_is_kept_and_the_rest_is_inferred() {
    let (_kept, contents) = both(&[
        ("app.py", PLAIN),
        ("src/web/main.mjs", PLAIN),
        ("lambda_function.py", PLAIN),
    ]);
    for contents in contents {
        let cases = [
            (
                Some("python3.12"),
                None,
                "python3.12",
                "lambda_function.lambda_handler",
            ),
            (None, Some("app.main"), "python3", "app.main"),
            (
                None,
                Some("src/web/main.handler.inner"),
                "nodejs",
                "src/web/main.handler.inner",
            ),
            (Some("python3.9"), Some("x.y"), "python3.9", "x.y"),
            (Some("provided.al2"), None, "provided.al2", "bootstrap"),
        ];
        for (runtime, handler, wanted_runtime, wanted_handler) in cases {
            let found = infer(&contents, runtime, handler).unwrap();
            assert_eq!(
                (found.runtime.as_str(), found.handler.as_str()),
                (wanted_runtime, wanted_handler)
            );
            assert_eq!(found.runtime_from.is_none(), runtime.is_some());
            assert_eq!(found.handler_from.is_none(), handler.is_some());
        }
    }
}

#[test]
fn what_can_not_be_inferred_says_what_was_looked_for() {
    let (_kept, contents) = both(&[("readme.txt", PLAIN), ("app.py", PLAIN)]);
    for contents in contents {
        assert_eq!(
            infer(&contents, None, None).unwrap_err().to_string(),
            "no function found in it: looked for bootstrap, lambda_function.py, index.mjs, index.js, index.cjs at its top"
        );
        assert_eq!(
            infer(&contents, Some("nodejs20.x"), None)
                .unwrap_err()
                .to_string(),
            "no handler found for nodejs20.x: looked for index.mjs, index.js, index.cjs at its top"
        );
        assert_eq!(
            infer(&contents, None, Some("web.handler"))
                .unwrap_err()
                .to_string(),
            "no runtime found for handler web.handler: looked for web.py, web/__init__.py, web.mjs, web.js, web.cjs"
        );
    }
}

#[test]
fn a_folder_that_was_zipped_instead_of_its_contents_is_noticed() {
    let (_kept, contents) = both(&[
        ("my-fn/lambda_function.py", PLAIN),
        ("my-fn/other.py", PLAIN),
    ]);
    for contents in contents {
        let unknown = infer(&contents, None, None).unwrap_err();
        assert!(matches!(unknown, Unknown::Both { .. }));
        assert_eq!(unknown.inside(), Some("my-fn"));
    }
    let (_kept, contents) = both(&[("my-fn/lambda_function.py", PLAIN), ("other.py", PLAIN)]);
    for contents in contents {
        assert_eq!(infer(&contents, None, None).unwrap_err().inside(), None);
    }
}

#[test]
fn the_handlers_module_is_looked_for_where_the_runtime_would() {
    let (_kept, contents) = both(&[
        ("app.py", PLAIN),
        ("pkg/__init__.py", PLAIN),
        ("pkg/web.py", PLAIN),
        ("fast.cpython-312-x86_64-linux-gnu.so", PLAIN),
        ("compiled/fast.pyc", PLAIN),
        ("index.js", PLAIN),
        ("dist/main.cjs", PLAIN),
    ]);
    let cases = [
        ("python3", "app.handler", None),
        ("python3", "pkg.handler", None),
        ("python3", "pkg.web.handler", None),
        ("python3", "pkg/web.handler", None),
        ("python3.12", "fast.handler", None),
        ("python3.12", "compiled/fast.handler", None),
        ("python3", "web.handler", Some("web.py")),
        ("python3", "pkg/app.handler", Some("pkg/app.py")),
        // What the runtime itself reports better is left to it.
        ("python3", "nodot", None),
        ("nodejs20.x", "index.handler", None),
        ("nodejs20.x", "./index.handler", None),
        ("nodejs20.x", "dist/main.a.b", None),
        ("nodejs20.x", "app.handler", Some("app.mjs")),
        ("provided.al2023", "anything", Some("bootstrap")),
        ("java21", "com.example.Handler::handle", None),
    ];
    for contents in contents {
        for (runtime, handler, missing) in cases {
            assert_eq!(
                missing_module(&contents, runtime, handler).as_deref(),
                missing,
                "{runtime} {handler}"
            );
        }
    }
}

#[test]
fn a_bootstrap_that_can_not_be_executed_is_noticed() {
    for (mode, noticed) in [(PLAIN, true), (EXECUTABLE, false)] {
        let (_kept, contents) = both(&[("bootstrap", mode)]);
        for contents in contents {
            assert_eq!(
                bootstrap_is_not_executable(&contents, "provided.al2023"),
                noticed
            );
            assert!(!bootstrap_is_not_executable(&contents, "python3"));
        }
    }
}

#[test]
fn folders_are_seen_by_what_lies_in_them() {
    let (_kept, contents) = both(&[("python/market/data.py", PLAIN), ("python2.txt", PLAIN)]);
    for contents in contents {
        assert!(contents.has_folder("python") && contents.has_folder("python/market"));
        assert!(!contents.has_folder("pyth") && !contents.has_folder("nodejs"));
        assert!(!contents.has_folder("python2.txt") && !contents.has("python"));
    }
}

#[test]
fn a_file_that_is_no_zip_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("code.tar");
    fs::write(&path, "not a zip").unwrap();
    let error = Contents::open(&path).unwrap_err();
    assert!(matches!(error, ContentsError::NotAZip { .. }));
    assert!(
        error
            .to_string()
            .contains("code.tar is neither a folder nor a zip file"),
        "{error}"
    );
    assert!(matches!(
        Contents::open(&folder.path().join("none")),
        Err(ContentsError::Read { .. })
    ));
}
