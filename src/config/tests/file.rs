//! lambench.toml: where it is found, what it means, and what is said about what it should not have.

use super::{Test, package, provenance};
use crate::cli::{DemoArgs, Globals};
use crate::config::error::ConfigError;
use crate::config::file::{ConfigFile, parse};
use crate::config::resolve;
use crate::config::toml_reader::nearest;

fn read(text: &str) -> Result<ConfigFile, ConfigError> {
    parse(text, "lambench.toml")
}

#[track_caller]
fn wrong(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn unknown_keys_warn_with_the_line_and_the_nearest_known_key() {
    let file = read(
        "[defaults]\nrun = 3\n\n[functions.fn]\npackage = \"p\"\ntiemout = 3\nhue = 1\n\n\
         [functions.fn.after]\npakage = \"q\"\n\n[function.x]\n",
    )
    .unwrap();
    assert_eq!(
        file.warnings,
        [
            "lambench.toml:2: unknown key defaults.run is ignored; did you mean runs?",
            "lambench.toml:6: unknown key functions.fn.tiemout is ignored; did you mean timeout?",
            "lambench.toml:7: unknown key functions.fn.hue is ignored",
            "lambench.toml:10: unknown key functions.fn.after.pakage is ignored; did you mean package?",
            "lambench.toml:12: unknown key function is ignored; did you mean functions?",
        ]
    );
}

#[test]
fn the_nearest_key_is_a_mistyped_or_shortened_one() {
    let known = [
        "environment",
        "handler",
        "layers",
        "memory",
        "package",
        "runs",
        "timeout",
        "warm_invokes",
    ];
    for (typed, wanted) in [
        ("env", Some("environment")),
        ("mem", Some("memory")),
        ("memory_mb", Some("memory")),
        ("Timeout", Some("timeout")),
        ("layer", Some("layers")),
        ("warm-invokes", Some("warm_invokes")),
        ("pakcage", Some("package")),
        ("payload", None),
        ("colour", None),
        ("", None),
    ] {
        assert_eq!(nearest(typed, known), wanted, "{typed}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(
        lines in proptest::collection::vec(
            proptest::sample::select(vec![
                "[defaults]", "[functions.é]", "[functions]", "runs = ", "memory = 512", "payload = {a = [", "]}", "é = \"ü",
                "before = {package = 'p'}", "[functions.é.after]", "\"\"\"", "layers = ['a', ", "1979-05-27", "= = ", "0x_1", "name = 'é",
            ]),
            0..12,
        ),
        glue in proptest::sample::select(vec!["\n", "", " ", "\r\n", "é"]),
    ) {
        let _ = read(&lines.join(glue));
    }
}

#[test]
fn a_wrong_value_names_file_line_and_key() {
    for (text, said) in [
        (
            "[functions.fn]\nmemory = \"512\"\n",
            "lambench.toml:2: functions.fn.memory must be a whole number from 128 to 10240, not a string",
        ),
        (
            "[functions.fn]\n\nmemory = 64\n",
            "lambench.toml:3: functions.fn.memory must be a whole number from 128 to 10240, not 64",
        ),
        (
            "[defaults]\nruns = 0\n",
            "lambench.toml:2: defaults.runs must be a whole number from 1 to 1000000, not 0",
        ),
        (
            "[defaults]\nlang = \"fr\"\n",
            "lambench.toml:2: defaults.lang must be \"en\" or \"ko\", not a string",
        ),
        (
            "[functions.fn.after]\nhandler = true\n",
            "lambench.toml:2: functions.fn.after.handler must be a string, not true",
        ),
        (
            "[functions.fn]\nlayers = [1]\n",
            "lambench.toml:2: functions.fn.layers must be a list of strings, not a list",
        ),
        (
            "functions = 3\n",
            "lambench.toml:1: functions must be a table, not 3",
        ),
        (
            "[functions]\nfn = \"p\"\n",
            "lambench.toml:2: functions.fn must be a table, not a string",
        ),
        (
            "[functions.fn.environment]\nTOKEN = [\"hush\"]\n",
            "lambench.toml:2: functions.fn.environment.TOKEN must be a string, not a list",
        ),
    ] {
        assert_eq!(wrong(text), said);
    }
}

#[test]
fn what_is_not_toml_names_the_place() {
    let said = wrong("[defaults]\nruns = = 3\n");
    assert!(said.starts_with("lambench.toml:2:8: "), "{said}");
    let said = wrong("[defaults]\nruns = 3\nruns = 4\n");
    assert!(
        said.starts_with("lambench.toml:3:1: duplicate key"),
        "{said}"
    );
    let said = wrong("[defaults\n");
    assert!(said.starts_with("lambench.toml:1:10: "), "{said}");
}

#[test]
fn the_file_is_found_here_or_above_and_its_paths_are_relative_to_it() {
    let mut test = Test::with(&["builds/p"]);
    test.toml("[functions.fn]\npackage = \"builds/p\"\n")
        .write("a/b/x", "");
    let found = test.run_in("a/b", "--function fn").unwrap();
    assert_eq!(package(&found.subjects[0]).path, test.path("builds/p"));
    assert_eq!(
        found.place_reason,
        "fn is defined with a package in ../../lambench.toml"
    );
    assert_eq!(
        found.project,
        test.folder.path(),
        "results lie beside the file"
    );
    // A nearer one hides it.
    test.write("a/lambench.toml", "");
    let error = test.run_in("a/b", "--function fn --local").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("fn is not defined in ../lambench.toml"),
        "{error}"
    );
}

#[test]
fn a_named_file_wins_and_results_stay_in_the_current_project() {
    let mut test = Test::with(&["else/p", "else/q"]);
    test.write("else/ci.toml", "[functions.fn]\npackage = \"p\"\n");
    test.write("else/two.toml", "[functions.fn]\npackage = \"q\"\n");
    test.write("project/lambench.toml", "")
        .write("project/sub/x", "");
    let found = test
        .run_in("project/sub", "--config ../../else/ci.toml --function fn")
        .unwrap();
    assert_eq!(super::below(&test, &found.project), "project");
    assert_eq!(
        std::fs::canonicalize(&package(&found.subjects[0]).path).unwrap(),
        std::fs::canonicalize(test.path("else/p")).unwrap()
    );
    test.var("LAMBENCH_CONFIG", "else/two.toml");
    let found = test.run("--function fn").unwrap();
    assert_eq!(package(&found.subjects[0]).path, test.path("else/q"));
    let found = test.run("--function fn --config else/ci.toml").unwrap();
    assert_eq!(
        package(&found.subjects[0]).path,
        test.path("else/p"),
        "the flag wins over the variable"
    );
    let said = test.fails("--function fn --config none.toml").0;
    assert!(
        said.starts_with("reading FOLDER/none.toml: No such file"),
        "{said}"
    );
}

#[test]
fn the_repositorys_own_file_defines_the_fixture() {
    let text = include_str!("../../../lambench.toml");
    let file = read(text).unwrap();
    assert!(file.warnings.is_empty(), "{:?}", file.warnings);
    let (before, after) = file.functions["data-collector"].pair().unwrap();
    assert_eq!(
        before.package.unwrap().value,
        "fixtures/data-collector/before"
    );
    assert_eq!(
        after.package.unwrap().value,
        "fixtures/data-collector/after"
    );
    assert_eq!(before.layers, None);
    assert_eq!(
        after.layers.unwrap().value,
        ["fixtures/layers/market-common"]
    );
    assert_eq!(before.memory.unwrap().value, 512);
}

#[test]
fn the_demo_measures_the_unpacked_fixture_for_the_current_project() {
    let mut demo = Test::with(&[
        "fixtures/data-collector/before",
        "fixtures/data-collector/after",
    ]);
    demo.write("fixtures/layers/market-common/python/market.py", "");
    demo.write("lambench.toml", include_str!("../../../lambench.toml"));
    let mut test = Test::new();
    test.toml("[defaults]\nruns = 3\n").write("sub/x", "");
    let mut args = DemoArgs::default();
    args.order.warm_invokes = Some(1);
    args.output.json = true;
    let around = test.around_in("sub");
    let found = resolve::demo(&args, &Globals::default(), demo.folder.path(), &around).unwrap();
    assert_eq!(found.subjects.len(), 2);
    assert_eq!(
        package(&found.subjects[1]).layers,
        [demo.path("fixtures/layers/market-common")]
    );
    assert_eq!(
        (found.looks.runs(), found.warm_invokes, found.json),
        (30, 1, true),
        "the project's file is not read"
    );
    assert_eq!(found.project, test.folder.path());
    assert_eq!(
        found.place_reason,
        "data-collector is defined with a package in the demo's lambench.toml"
    );
    assert_eq!(
        provenance(&found.subjects[0], "runtime"),
        Some(("python3", "the demo's lambench.toml"))
    );

    let globals = Globals {
        config: Some("x.toml".into()),
        ..Globals::default()
    };
    let error = resolve::demo(&args, &globals, demo.folder.path(), &around).unwrap_err();
    assert_eq!(
        error.to_string(),
        "--config x.toml: the demo brings its own lambench.toml"
    );
}
