//! Flags over variables over the file over what the program takes itself.

use super::{Test, package, provenance};
use crate::config::Lang;

const FILE: &str = "
[defaults]
runs = 7
warm_invokes = 0
seed = 70
lang = \"ko\"
memory = 700
timeout = 70
payload = { from = \"defaults\" }

[functions.fn]
package = \"p\"

[functions.own]
package = \"p\"
memory = 800
timeout = 80
payload = { from = \"own\" }
after = { memory = 900 }
";

const VARIABLES: [(&str, &str); 7] = [
    ("LAMBENCH_RUNS", "6"),
    ("LAMBENCH_WARM_INVOKES", "1"),
    ("LAMBENCH_SEED", "60"),
    ("LAMBENCH_LANG", "en"),
    ("LAMBENCH_MEMORY", "600"),
    ("LAMBENCH_TIMEOUT", "60"),
    ("LAMBENCH_PAYLOAD", "{\"from\": \"variable\"}"),
];

const FLAGS: [&str; 14] = [
    "--runs",
    "5",
    "--warm-invokes",
    "2",
    "--seed",
    "50",
    "--lang",
    "ko",
    "--memory",
    "500",
    "--timeout",
    "50",
    "--payload",
    "{\"from\":\"flag\"}",
];

#[test]
fn flags_win_over_variables_and_those_over_the_file() {
    type Row = (u32, u32, Option<u64>, Lang, u32, u32, &'static str);
    // (file, variables, flags) -> what counts.
    let cases: [((bool, bool, bool), Row, &str); 5] = [
        (
            (false, false, false),
            (20, 5, None, Lang::En, 512, 30, "{}"),
            "the default",
        ),
        (
            (true, false, false),
            (7, 0, Some(70), Lang::Ko, 700, 70, "{\"from\":\"defaults\"}"),
            "lambench.toml",
        ),
        (
            (false, true, false),
            (
                6,
                1,
                Some(60),
                Lang::En,
                600,
                60,
                "{\"from\": \"variable\"}",
            ),
            "LAMBENCH_MEMORY",
        ),
        (
            (true, true, false),
            (
                6,
                1,
                Some(60),
                Lang::En,
                600,
                60,
                "{\"from\": \"variable\"}",
            ),
            "LAMBENCH_MEMORY",
        ),
        (
            (true, true, true),
            (5, 2, Some(50), Lang::Ko, 500, 50, "{\"from\":\"flag\"}"),
            "",
        ),
    ];
    for ((file, variables, flags), wanted, memory_from) in cases {
        let mut test = Test::with(&["p"]);
        if file {
            test.toml(FILE);
        }
        if variables {
            for (name, value) in VARIABLES {
                test.var(name, value);
            }
        }
        let mut words = vec!["--after", "p/"];
        if flags {
            words.extend(FLAGS);
        }
        let found = test.run_words("", &words).unwrap();
        let spec = package(&found.subjects[0]);
        let row: Row = (
            found.looks.runs(),
            found.warm_invokes,
            wanted.2.map(|_| found.seed),
            found.lang,
            spec.memory_mb,
            spec.timeout_s,
            wanted.6,
        );
        assert_eq!(row, wanted);
        assert_eq!(found.payload, wanted.6);
        let from = provenance(&found.subjects[0], "memory").map_or("", |(_, from)| from);
        assert_eq!(from, memory_from, "what was typed needs no saying");
    }
}

#[test]
fn a_function_wins_over_the_defaults_and_its_variant_over_itself() {
    let mut test = Test::with(&["p"]);
    test.toml(FILE);
    let found = test.run("--function own").unwrap();
    let memory: Vec<u32> = found
        .subjects
        .iter()
        .map(|s| package(s).memory_mb)
        .collect();
    assert_eq!(memory, [800, 900]);
    assert_eq!(package(&found.subjects[1]).timeout_s, 80);
    assert_eq!(found.payload, "{\"from\":\"own\"}");
    let found = test.run("--function fn").unwrap();
    assert_eq!(package(&found.subjects[0]).memory_mb, 700);
    assert_eq!(found.payload, "{\"from\":\"defaults\"}");
}

#[test]
fn flags_of_one_build_win_over_flags_of_both() {
    let test = Test::with(&["a", "b"]);
    let found = test
        .run("--before a/ --after b/ --memory 256 --after-memory 1024 --before-label old --env A=1 --env B=1 --after-env B=2")
        .unwrap();
    let [before, after] = found.subjects.as_slice() else {
        panic!()
    };
    assert_eq!(
        (package(before).memory_mb, package(after).memory_mb),
        (256, 1024)
    );
    assert_eq!(
        (before.label.as_deref(), after.label.as_deref()),
        (Some("old"), None)
    );
    let environment = |spec: &super::PackageSpec| format!("{:?}", spec.environment);
    assert_eq!(environment(package(before)), r#"{"A": "1", "B": "1"}"#);
    assert_eq!(environment(package(after)), r#"{"A": "1", "B": "2"}"#);
}

#[test]
fn environments_are_merged_variable_by_variable() {
    let mut test = Test::with(&["p"]);
    test.toml(
        "[defaults.environment]\nA = \"defaults\"\nB = \"defaults\"\nC = \"defaults\"\nD = \"defaults\"\n\
         [functions.fn]\npackage = \"p\"\nenvironment = { B = \"function\", C = \"function\", D = 4 }\n\
         [functions.fn.after.environment]\nC = \"after\"\n",
    );
    let found = test.run("--function fn --env D=flag").unwrap();
    assert_eq!(
        format!("{:?}", package(&found.subjects[1]).environment),
        r#"{"A": "defaults", "B": "function", "C": "after", "D": "flag"}"#
    );
}

#[test]
fn an_empty_variable_is_none_and_a_wrong_one_is_named() {
    let mut test = Test::with(&["p"]);
    test.var("LAMBENCH_RUNS", "");
    assert_eq!(test.run("--after p/").unwrap().looks.runs(), 20);
    for (name, value, said) in [
        (
            "LAMBENCH_RUNS",
            "0",
            "LAMBENCH_RUNS must be a whole number from 1 to 1000000, not `0`",
        ),
        (
            "LAMBENCH_WARM_INVOKES",
            "many",
            "LAMBENCH_WARM_INVOKES must be a whole number from 0 to 1000000, not `many`",
        ),
        (
            "LAMBENCH_MEMORY",
            "64",
            "LAMBENCH_MEMORY must be a whole number from 128 to 10240, not `64`",
        ),
        (
            "LAMBENCH_SEED",
            "-1",
            "LAMBENCH_SEED must be a whole number, 0 or more, not `-1`",
        ),
        (
            "LAMBENCH_LANG",
            "fr",
            "LAMBENCH_LANG must be en or ko, not `fr`",
        ),
    ] {
        let mut test = Test::with(&["p"]);
        test.var(name, value);
        assert_eq!(test.fails("--after p/").0, said);
    }
}

#[test]
fn what_is_touched_is_the_description_unless_something_else_is_named() {
    use crate::results::Touch;
    let mut test = Test::with(&["p"]);
    let touch = |test: &Test, line: &str| test.run(line).unwrap().touch;
    assert_eq!(touch(&test, "--after p/"), Touch::Description);
    test.toml("[defaults]\ntouch = \"env\"\n");
    assert_eq!(touch(&test, "--after p/"), Touch::Env);
    test.var("LAMBENCH_TOUCH", "memory");
    assert_eq!(touch(&test, "--after p/"), Touch::Memory);
    assert_eq!(touch(&test, "--after p/ --touch timeout"), Touch::Timeout);
    test.var("LAMBENCH_TOUCH", "code");
    assert_eq!(
        test.fails("--after p/").0,
        "LAMBENCH_TOUCH must be description, env, memory or timeout, not `code`"
    );
}

#[test]
fn a_function_gets_the_cpu_of_its_memory_and_a_warm_disk_unless_somebody_says_otherwise() {
    use crate::sandbox::{Cpu, Disk, Machine};
    let mut test = Test::with(&["p"]);
    let machine = |test: &Test, line: &str| test.run(line).unwrap().machine;
    let like_aws = Machine {
        cpu: Cpu::ByMemory,
        disk: Disk::Warm,
    };
    let other = Machine {
        cpu: Cpu::Unlimited,
        disk: Disk::Evict,
    };
    assert_eq!(machine(&test, "--after p/"), like_aws);
    test.toml("[defaults]\ncpu = \"unlimited\"\ndisk = \"evict\"\n");
    assert_eq!(machine(&test, "--after p/"), other);
    let served = test.served("--function f=p/").unwrap();
    assert_eq!(served.machine, other);
    test.var("LAMBENCH_CPU", "by-memory")
        .var("LAMBENCH_DISK", "warm");
    assert_eq!(machine(&test, "--after p/"), like_aws);
    assert_eq!(
        machine(&test, "--after p/ --cpu unlimited --disk evict"),
        other
    );
    let (said, hint) = test.fails("--after p/ --disk evict --concurrency 2");
    assert_eq!(
        said,
        "--disk evict with --concurrency 2: of starts at the same time one would read the files for the others"
    );
    assert!(hint.contains("leave one of them out"), "{hint}");
    test.var("LAMBENCH_CPU", "half");
    assert_eq!(
        test.fails("--after p/").0,
        "LAMBENCH_CPU must be by-memory or unlimited, not `half`"
    );
}

#[test]
fn a_variable_that_is_nearly_known_is_warned_about() {
    let mut test = Test::with(&["p"]);
    test.var("LAMBENCH_RUN", "3")
        .var("LAMBENCH_TEST_TOOLS", "/tools");
    assert_eq!(
        test.run("--after p/").unwrap().warnings,
        ["the variable LAMBENCH_RUN is ignored; did you mean LAMBENCH_RUNS?"]
    );
}

#[test]
fn a_random_seed_differs_and_is_short_enough_to_type() {
    let test = Test::with(&["p"]);
    let seeds: std::collections::BTreeSet<u64> = (0..8)
        .map(|_| test.run("--after p/").unwrap().seed)
        .collect();
    assert!(seeds.len() > 1);
    assert!(
        seeds.iter().all(|seed| u32::try_from(*seed).is_ok()),
        "{seeds:?}"
    );
}

#[test]
fn a_runtime_client_is_a_path_that_exists() {
    let mut test = Test::with(&["p", "ric", "other"]);
    assert_eq!(test.run("--after p/").unwrap().ric, None);
    test.var("LAMBENCH_RIC", "other");
    assert_eq!(
        test.run("--after p/").unwrap().ric,
        Some(test.path("other"))
    );
    assert_eq!(
        test.run("--after p/ --ric ric").unwrap().ric,
        Some(test.path("ric"))
    );
    assert_eq!(
        test.fails("--after p/ --ric none").0,
        "none: no such file or folder (given by --ric)"
    );
}
