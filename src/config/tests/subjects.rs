//! Which subjects there are, how they are named, and what is inferred about them.

use super::{Test, in_place, package, provenance};
use crate::results::Arm;

#[test]
fn a_word_is_a_path_a_defined_function_or_a_name_on_aws() {
    let mut test = Test::with(&["bare", "fn", "real-fn", "deep/folder"]);
    test.toml("[functions.fn]\npackage = \"real-fn\"\n");
    for (word, path) in [
        ("bare", "bare"),
        ("bare/", "bare"),
        ("./bare", "bare"),
        ("deep/folder", "deep/folder"),
        // The definition wins over a folder of that name; ./ says that the folder is meant.
        ("fn", "real-fn"),
        ("./fn", "fn"),
    ] {
        let found = test.run(&format!("--after {word}")).unwrap();
        let subject = &found.subjects[0];
        assert_eq!(super::below(&test, &package(subject).path), path, "{word}");
        assert_eq!((subject.arm, subject.name.as_str()), (Arm::Only, word));
    }
    for word in [
        "other-fn",
        "arn:aws:lambda:eu-west-1:1:function:x",
        "1:function:x",
    ] {
        assert_eq!(
            in_place(&test.run(&format!("--after {word}")).unwrap().subjects[0]),
            word
        );
    }
    for (word, said) in [
        (
            "no/such/folder",
            "no/such/folder: no such file or folder (given by --after)",
        ),
        (
            "gone.zip",
            "gone.zip: no such file or folder (given by --after)",
        ),
    ] {
        let (message, hint) = test.fails(&format!("--after {word}"));
        assert_eq!(message, said);
        assert!(hint.contains("taken for a path"), "{hint}");
    }
}

#[test]
fn both_builds_of_a_defined_function_are_measured() {
    let mut test = Test::with(&["old", "new"]);
    test.write("layer/python/x.py", "");
    test.toml(
        "[functions.fn]\nhandler = \"lambda_function.lambda_handler\"\nlayers = [\"layer\"]\n\
         before = { package = \"old\", label = \"v1\", layers = [] }\nafter = { package = \"new\", label = \"v2\" }\n",
    );
    let found = test.run("--function fn").unwrap();
    let [before, after] = found.subjects.as_slice() else {
        panic!()
    };
    assert_eq!((before.arm, after.arm), (Arm::Before, Arm::After));
    assert_eq!((before.name.as_str(), after.name.as_str()), ("old", "new"));
    assert_eq!(
        (before.function.as_str(), after.function.as_str()),
        ("fn", "fn")
    );
    assert_eq!(
        (before.label.as_deref(), after.label.as_deref()),
        (Some("v1"), Some("v2"))
    );
    assert_eq!(package(before).layers.len(), 0);
    assert_eq!(package(after).layers, [test.path("layer")]);
    assert_eq!(
        provenance(after, "layers"),
        Some(("layer", "lambench.toml"))
    );
    assert_eq!(
        provenance(after, "runtime"),
        Some(("python3", "inferred from lambda_function.py"))
    );
    assert!(found.warnings.is_empty(), "{:?}", found.warnings);
}

#[test]
fn one_variant_is_compared_with_the_function_itself() {
    let mut test = Test::with(&["p", "q"]);
    for (variant, wanted) in [("after", ["p", "q"]), ("before", ["q", "p"])] {
        test.toml(&format!(
            "[functions.fn]\npackage = \"p\"\n{variant} = {{ package = \"q\" }}\n"
        ));
        let found = test.run("--function fn").unwrap();
        assert_eq!(
            found
                .subjects
                .iter()
                .map(|s| s.name.as_str())
                .collect::<Vec<_>>(),
            wanted
        );
    }
    test.toml("[functions.fn]\nbefore = { package = \"p\" }\nafter = { label = \"x\" }\n");
    assert_eq!(
        test.fails("--function fn").0,
        "fn has no package: lambench.toml defines one of its builds without"
    );
}

#[test]
fn paths_stand_in_for_the_builds_of_a_defined_function() {
    let mut test = Test::with(&["old", "new", "fresh"]);
    test.toml("[functions.fn]\nmemory = 1024\nbefore = { package = \"old\" }\nafter = { package = \"new\", timeout = 9 }\n");
    let found = test.run("--function fn --after fresh/").unwrap();
    let [before, after] = found.subjects.as_slice() else {
        panic!()
    };
    assert_eq!(
        (before.name.as_str(), after.name.as_str()),
        ("old", "fresh/")
    );
    assert_eq!(
        (
            after.function.as_str(),
            package(after).memory_mb,
            package(after).timeout_s
        ),
        ("fn", 1024, 9)
    );
    test.toml("[functions.fn]\nmemory = 1024\n");
    let found = test.run("--function fn --after fresh/").unwrap();
    assert_eq!(
        (found.subjects.len(), found.subjects[0].arm),
        (1, Arm::Only)
    );
    let (message, hint) = test.fails("--function other --after fresh/ --local");
    assert_eq!(
        message,
        "--function other with --before or --after: other is not defined in lambench.toml"
    );
    assert!(hint.contains("leave --function out"));
}

#[test]
fn a_baseline_is_the_before() {
    let mut test = Test::with(&["p", "q"]);
    for line in [
        "--after p/ --baseline v1",
        "--before baseline:v1 --after p/",
    ] {
        let found = test.run(line).unwrap();
        assert_eq!(found.baseline.as_deref(), Some("v1"));
        assert_eq!(
            (found.subjects.len(), found.subjects[0].arm),
            (1, Arm::Only)
        );
    }
    test.toml("[functions.fn]\nbefore = { package = \"p\" }\nafter = { package = \"q\" }\n");
    let found = test.run("--function fn --baseline v1").unwrap();
    assert_eq!(
        (found.subjects.len(), found.subjects[0].name.as_str()),
        (1, "q")
    );
    assert_eq!(
        found.warnings,
        ["p is not measured: the stored baseline is the one before"]
    );
    for line in ["--after baseline:v1", "--function baseline:v1"] {
        assert!(test.fails(line).0.contains("can only be the one before"));
    }
    assert_eq!(
        test.fails("--before baseline:v1").0,
        "nothing to measure: name it with --function, or with --before and --after"
    );
    assert_eq!(
        test.run("--after p/ --save-baseline v2 --no-previous")
            .unwrap()
            .save_baseline
            .as_deref(),
        Some("v2")
    );
}

#[test]
fn nothing_and_half_a_comparison_are_usage_errors() {
    let test = Test::with(&["p"]);
    assert!(test.fails("").0.contains("--function"));
    let (message, hint) = test.fails("--before p/");
    assert_eq!(message, "--before p/: nothing to compare it with");
    assert!(hint.contains("--after"));
    assert_eq!(
        test.fails("--function p/").0,
        "--function p/: that is a path, not a function's name"
    );
}

#[test]
fn an_ambiguous_name_is_a_usage_error() {
    let mut test = Test::with(&["p", "q"]);
    test.toml("[functions.fn]\nbefore = { package = \"p\" }\nafter = { package = \"q\" }\n");
    assert_eq!(
        test.fails("--before fn --after q/").0,
        "--before fn: lambench.toml defines it with a before and an after"
    );
}

#[test]
fn what_is_inferred_is_said_with_its_source() {
    let test = Test::with(&["p"]);
    let found = test.run("--after p/ --memory 256").unwrap();
    let said: Vec<(&str, &str, &str)> = found.subjects[0]
        .provenance
        .iter()
        .map(|(what, value, from)| (what.as_str(), value.as_str(), from.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("runtime", "python3", "inferred from lambda_function.py"),
            (
                "handler",
                "lambda_function.lambda_handler",
                "inferred from lambda_function.py"
            ),
            ("timeout", "30 s", "the default"),
        ]
    );
}

#[test]
fn what_can_not_be_inferred_names_the_flags() {
    let mut test = Test::new();
    test.write("empty/readme.txt", "")
        .write("web/app.py", "")
        .write("zipped/fn/index.js", "");
    for (line, said, advice) in [
        (
            "--after empty/",
            "empty/: no function found in it: looked for bootstrap, lambda_function.py, index.mjs, index.js, index.cjs at its top",
            "name them by --runtime and --handler",
        ),
        (
            "--after web/",
            "web/: no function found in it: looked for bootstrap, lambda_function.py, index.mjs, index.js, index.cjs at its top",
            "app.py is at its top: if that is the function, name it by --handler app.FUNCTION",
        ),
        (
            "--after web/ --runtime python3",
            "web/: no handler found for python3: looked for lambda_function.py at its top",
            "name it by --handler",
        ),
        (
            "--after web/ --handler main.run",
            "web/: no runtime found for handler main.run: looked for main.py, main/__init__.py, main.mjs, main.js, main.cjs",
            "a handler is MODULE.FUNCTION, MODULE a file of the package; a runtime that is neither Python nor Node.js is named by --runtime",
        ),
        (
            "--after web/ --runtime python3 --handler main.run",
            "web/: no main.py in it, for handler main.run (--handler)",
            "MODULE.FUNCTION",
        ),
        (
            "--after zipped/",
            "zipped/: no function found in it: looked for bootstrap, lambda_function.py, index.mjs, index.js, index.cjs at its top",
            "the package seems to lie in fn/ inside it",
        ),
        (
            "--after web/ --runtime provided.al2023 --handler x",
            "web/: no bootstrap in it, for handler x (--handler)",
            "",
        ),
    ] {
        let (message, hint) = test.fails(line);
        assert_eq!(message, said);
        assert!(hint.contains(advice), "{line}: {hint}");
    }
    test.write("bin/bootstrap", "#!/bin/sh");
    let (message, hint) = test.fails("--after bin/ --runtime provided.al2023");
    assert_eq!(message, "bin/: its bootstrap is not executable");
    assert!(hint.starts_with("chmod +x"));
}

#[test]
fn layers_are_checked_for_what_the_runtime_looks_for() {
    let mut test = Test::with(&["p"]);
    test.write("good/python/x.py", "")
        .write("flat/x.py", "")
        .write("tools/bin/tool", "")
        .write("watch/extensions/watch", "");
    let found = test
        .run("--after p/ --layers good,flat --layers tools,watch")
        .unwrap();
    let layers: Vec<&str> = package(&found.subjects[0])
        .layers
        .iter()
        .map(|l| super::below(&test, l))
        .collect();
    assert_eq!(layers, ["good", "flat", "tools", "watch"]);
    assert_eq!(
        found.warnings,
        ["layer flat: no python/ folder at its top, so python3 finds no modules in it"]
    );
    assert_eq!(
        test.fails("--after p/ --after-layers none").0,
        "none: no such file or folder (given by --after-layers)"
    );
    let said = test
        .fails("--after p/ --layers arn:aws:lambda:eu-west-1:1:layer:x:1")
        .0;
    assert!(
        said.starts_with("--layers: a layer is a folder or a zip here, not an ARN"),
        "{said}"
    );
    // Said once for both builds.
    test.write("q/lambda_function.py", "");
    assert_eq!(
        test.run("--before p/ --after q/ --layers flat --layers good")
            .unwrap()
            .warnings
            .len(),
        1
    );
    // A handler that only a layer can have is worth a warning, not an error.
    let found = test
        .run("--after p/ --runtime python3 --handler x.run --layers good")
        .unwrap();
    assert_eq!(
        found.warnings,
        ["p/: no x.py in it for handler x.run; it has to come from a layer"]
    );
}

#[test]
fn a_path_that_the_file_gives_says_so_when_it_is_missing() {
    let mut test = Test::new();
    test.toml("[functions.fn]\n\npackage = \"build/out\"\n");
    let (message, hint) = test.fails("--function fn");
    assert_eq!(
        message,
        "build/out: no such file or folder (given by functions.fn.package, lambench.toml:3)"
    );
    assert_eq!(
        hint,
        "looked for FOLDER/build/out; paths in the file are relative to it"
    );
}

#[test]
fn the_function_behind_a_path_is_its_last_part_that_says_something() {
    let test = Test::with(&["data-collector/before", "api/build/new", "collector-v2"]);
    for (path, function) in [
        ("data-collector/before", "data-collector"),
        ("api/build/new/", "api"),
        ("collector-v2", "collector-v2"),
    ] {
        assert_eq!(
            test.run(&format!("--after {path}")).unwrap().subjects[0].function,
            function
        );
    }
}

#[test]
fn an_empty_word_is_never_the_working_folder() {
    let test = Test::with(&["old"]);
    for (words, flag) in [
        (vec!["--after", ""], "--after is empty"),
        (vec!["--before", "", "--after", "old"], "--before is empty"),
        (vec!["--function", ""], "--function is empty"),
    ] {
        let error = test.run_words("old", &words).unwrap_err();
        assert_eq!(test.said(&error).0, flag);
    }
}

#[test]
fn a_runtime_that_the_sandbox_does_not_run_is_refused_before_it_starts() {
    let mut test = Test::with(&["p"]);
    for runtime in ["pyton3", "python2.7", "java21", "nodejs20"] {
        let (said, hint) = test.fails(&format!("--after p --runtime {runtime}"));
        assert_eq!(
            said,
            format!("--runtime: the sandbox does not run {runtime}")
        );
        assert!(hint.starts_with("it runs python3, python3.N"), "{hint}");
    }
    test.toml("[functions.fn]\npackage = 'p'\nruntime = 'pyton'\n");
    let (said, _) = test.fails("--function fn");
    assert_eq!(
        said,
        "functions.fn.runtime, lambench.toml:3: the sandbox does not run pyton"
    );
}

#[test]
fn a_name_that_is_nearly_a_defined_one_is_asked_about() {
    let mut test = Test::with(&["build"]);
    test.toml("[functions.data-collector]\npackage = \"build\"\n");
    let found = test.run("--function data-colector").unwrap();
    assert_eq!(
        found.warnings,
        ["lambench.toml does not define data-colector: did you mean data-collector?"]
    );
    for meant in [
        "--function data-colector --aws",
        "--function something-else",
        "--function data-collector",
    ] {
        assert!(test.run(meant).unwrap().warnings.is_empty(), "{meant}");
    }
}
