//! `lambench profile`: what imports take, what loading them later would save, and that measuring agrees.

mod support;

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};
use support::{Server, Test, repository};

/// Two libraries that share a third; their times are told apart by sleeping.
fn shared(test: &Test) {
    let sleeping = |name: &str, ms: u32, more: &str| {
        test.write(
            &format!("app/{name}/__init__.py"),
            &format!(
                "{more}import time\n\ntime.sleep({ms} / 1000)\n\n\ndef use():\n    return {ms}\n"
            ),
        );
    };
    sleeping("common", 180, "");
    sleeping("left", 120, "import common\n");
    sleeping("right", 60, "import common\n");
    test.write(
        "app/lambda_function.py",
        "import json\nimport left\nimport right\n\n\ndef lambda_handler(event, context):\n    return {\"left\": left.use()}\n",
    );
}

fn profile(test: &Test, more: &[&str]) -> Value {
    let mut args = vec!["profile", "app", "--json", "--runs=2", "--memory=1769"];
    args.extend(more);
    serde_json::from_str(&test.run(&args).success().stdout).unwrap()
}

/// With savings measured. A starved machine doesn't get a start done in the ten seconds that an init has: lambench says so
/// and gives no figures, which is no answer yet. What never works does so three times.
fn verified(test: &Test) -> Value {
    let again = || profile(test, &["--verify=1", "--verify-runs=6"]);
    let failed = |profile: &Value| {
        let mut verified = profile["verified"].as_array().unwrap().iter();
        verified.find_map(|one| one["failed"].as_str().map(str::to_owned))
    };
    let mut whys = Vec::new();
    while whys.len() < 3 {
        let profile = again();
        match failed(&profile) {
            None => return profile,
            Some(why) => whys.push(why),
        }
    }
    panic!("nothing could be measured: {whys:#?}");
}

fn find<'v>(profile: &'v Value, target: &str) -> &'v Value {
    let all = profile["suggestions"].as_array().unwrap();
    let found = all.iter().find(|one| one["target"] == target);
    found.unwrap_or_else(|| panic!("no {target} in {all:#?}"))
}

/// Sleeps end late on a busy machine; and those of plain starts, to which times are scaled, at other moments.
#[track_caller]
fn about(figure: &Value, ms: f64) {
    let figure = figure.as_f64().unwrap();
    assert!(
        (ms * 0.7..ms + 80.0).contains(&figure),
        "{figure}, not about {ms}"
    );
}

#[test]
fn what_two_libraries_share_is_saved_only_when_both_are_loaded_later() {
    let test = Test::new();
    shared(&test);
    let profile = profile(&test, &[]);
    let (left, right) = (find(&profile, "left"), find(&profile, "right"));
    about(&left["saved_ms"], 120.0);
    about(&right["saved_ms"], 60.0);
    about(&left["cumulative_ms"], 300.0);
    assert_eq!(
        left["imported_at"],
        json!([{"module": "lambda_function", "file": "/var/task/lambda_function.py", "line": 2}])
    );
    about(&left["moved_ms"], 120.0);
    assert_eq!(right["moved_ms"], 0.0, "the first request does not use it");
    let plan = profile["plan"].as_array().unwrap();
    let steps: Vec<&Value> = plan.iter().map(|step| &step["target"]).collect();
    assert_eq!(steps[..2], ["left", "right"]);
    about(&plan[1]["adds_ms"], 240.0);
    about(&plan[1]["moved_ms"], 300.0);
    assert!(test.journals().is_empty());
    let schema = std::fs::read_to_string(repository().join("schema/profile.json")).unwrap();
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let wrong: Vec<String> = validator
        .iter_errors(&profile)
        .map(|e| e.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_only_recording_slows_down_is_no_time_of_the_function() {
    let test = Test::new();
    test.write(
        "app/slow.py",
        "import builtins\nimport time\n\nrecorded = type(builtins.__import__).__name__ == \"function\"\ntime.sleep(0.6 if recorded else 0.2)\n",
    );
    test.write(
        "app/lambda_function.py",
        "import os\nimport slow\n\n\ndef lambda_handler(event, context):\n    return [name for name in os.environ if \"LAMBENCH\" in name]\n",
    );
    let profile = profile(&test, &[]);
    let of = |figure: &Value| figure.as_f64().unwrap();
    let overhead = of(&profile["overhead"]);
    assert!((1.0..2.5).contains(&overhead), "{overhead}");
    for ms in [
        of(&profile["recording"]["total_ms"]),
        of(&find(&profile, "slow")["saved_ms"]),
    ] {
        assert!((150.0..400.0).contains(&ms), "{ms}");
    }
    let said = test.run(&["profile", "app", "--runs=1"]).success().stdout;
    let words: Vec<&str> = said.split_whitespace().collect();
    assert!(words.join(" ").contains("longer than plain ones"), "{said}");
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let printed = Test::new().run(&["schema", "profile"]).success().stdout;
    let committed = std::fs::read_to_string(repository().join("schema/profile.json")).unwrap();
    assert!(
        printed == committed,
        "write it again: cargo run -- schema profile > schema/profile.json"
    );
}

#[test]
fn measuring_agrees_with_what_was_foreseen() {
    let test = Test::new();
    shared(&test);
    test.write(
        "app/left/__init__.py",
        "import common\nimport time\n\ntime.sleep(1)\n\n\ndef use():\n    return 1\n",
    );
    let profile = verified(&test);
    let verified = profile["verified"].as_array().unwrap();
    assert_eq!(
        verified.len(),
        2,
        "the largest saving and the plan: {verified:#?}"
    );
    assert_eq!(verified[0]["targets"], json!(["left"]));
    // Medians of a busy machine are late by much, but not by half a second.
    let ms = |n: usize, figure: &str| verified[n][figure].as_f64().unwrap();
    assert!(
        ms(0, "saved_ms") > 500.0 && ms(0, "moved_ms") > 500.0,
        "{verified:#?}"
    );
    assert!(ms(1, "saved_ms") > 500.0, "{verified:#?}");
    assert!(verified[0]["moved_interval_ms"].is_array(), "{verified:#?}");
    for one in verified {
        let ms = |figure: &Value| figure.as_f64().unwrap();
        let (low, high) = (ms(&one["interval_ms"][0]), ms(&one["interval_ms"][1]));
        let saved = ms(&one["saved_ms"]);
        assert!(low <= saved && saved <= high, "{one:#}");
        assert!(saved < ms(&one["init_ms"]), "{one:#}");
    }
    assert_eq!(verified[1]["plan"], true);
    assert!(
        !test.path().join(".lambench/results").exists(),
        "these are no results of runs"
    );
}

#[test]
fn what_is_used_at_once_is_not_measured_and_that_is_said() {
    let test = Test::new();
    shared(&test);
    test.write(
        "app/lambda_function.py",
        "import left\nlater = left.use()\n\n\ndef lambda_handler(event, context):\n    return later\n",
    );
    let profile = profile(&test, &["--verify=2"]);
    assert!(!find(&profile, "left")["used_at_init"].is_null());
    assert!(profile["verified"].is_null(), "{profile:#?}");
    let notes = profile["notes"].as_array().unwrap();
    assert!(
        notes.contains(&json!("nothing-to-verify: left*")),
        "{notes:#?}"
    );
}

#[test]
fn the_report_says_it_in_both_languages() {
    let test = Test::new();
    shared(&test);
    test.run(&["profile", "app", "--runs=1"])
        .success()
        .prints("| Load later |")
        .prints("lambda_function.py:2")
        .prints("Savings do not add up")
        .prints("├─ left")
        .prints("no *.dist-info in the package");
    test.run(&["profile", "app", "--runs=1", "--lang=ko"])
        .success()
        .prints("| 지연 로딩 대상 |")
        .prints("초기화 시간의 내역")
        .prints("패키지에 *.dist-info가 없어");
}

#[test]
fn what_is_used_at_module_level_is_said_with_its_line_and_left_out_of_the_plan() {
    let test = Test::new();
    shared(&test);
    test.write(
        "app/lambda_function.py",
        "import left\nfrom right import use as right_use\n\n\nclass Table(dict):\n    size = right_use()\n\n\ndef lambda_handler(event, context):\n    return {}\n",
    );
    let profile = profile(&test, &[]);
    let right = find(&profile, "right");
    assert_eq!(right["used_at_init"]["line"], 6, "{right}");
    assert!(find(&profile, "left")["used_at_init"].is_null());
    let plan = profile["plan"].as_array().unwrap();
    assert!(
        plan.iter().all(|step| step["target"] != "right"),
        "{plan:?}"
    );
    test.run(&["profile", "app", "--runs=1"])
        .success()
        .prints("| right*")
        .prints("(lambda_function.py:6)");
}

#[test]
fn imports_inside_functions_are_blamed_on_the_module_that_is_loading() {
    let test = Test::new();
    test.write(
        "app/lib/__init__.py",
        "def make():\n    import wsgiref.headers\n    return 1\n",
    );
    test.write("app/lambda_function.py", "import lib\nimport helper\n\n\ndef lambda_handler(event, context):\n    import wsgiref.util\n    return {}\n");
    test.write(
        "app/helper.py",
        "import lib\n\nlib.make()\ntry:\n    import broken\nexcept ImportError:\n    pass\n",
    );
    test.write("app/broken.py", "import colorsys\nimport no_such_module\n");
    let profile = profile(&test, &[]);
    let recording = &profile["recording"];
    let modules = recording["modules"].as_array().unwrap();
    let position = |name: &str| modules.iter().position(|m| m["name"] == name);
    let (lib, helper) = (position("lib").unwrap(), position("helper").unwrap());
    let headers = position("wsgiref.headers").unwrap();
    assert_eq!(modules[headers]["loaded_by"], helper);
    assert_eq!(modules[headers]["own"], false);
    assert_eq!(modules[helper]["own"], true);
    let imports = recording["imports"].as_array().unwrap();
    let into = |to: usize| imports.iter().find(|import| import["to"] == to).unwrap();
    assert_eq!(
        *into(headers),
        json!({"from": helper, "to": headers, "line": 2, "phase": "init", "at": lib, "function": "make"})
    );
    assert_eq!(
        position("broken"),
        None,
        "a failed import is its importer's time"
    );
    assert_eq!(
        modules[position("colorsys").unwrap()]["loaded_by"],
        helper,
        "and what it loaded stays"
    );
    let util = position("wsgiref.util").unwrap();
    assert_eq!(modules[util]["phase"], "first");
    assert_eq!(into(util)["from"], 0);
    let both: Vec<&Value> = imports
        .iter()
        .filter(|import| import["to"] == lib)
        .map(|import| &import["from"])
        .collect();
    assert_eq!(
        both,
        [&json!(0), &json!(helper)],
        "also of what is loaded already"
    );
}

#[test]
fn a_handler_that_cannot_be_loaded_gives_awss_error_and_the_profile_so_far() {
    let test = Test::new();
    shared(&test);
    test.write(
        "app/lambda_function.py",
        "import left\nimport no_such_module\n\n\ndef lambda_handler(event, context):\n    return {}\n",
    );
    test.run(&["profile", "app"])
        .fails_with(1)
        .says("Runtime.ImportModuleError: Unable to import module 'lambda_function': No module named 'no_such_module'")
        .prints("left");
}

#[test]
fn what_cannot_be_profiled_is_refused_with_what_to_do() {
    let test = Test::new();
    let bootstrap = test.write("app/bootstrap", "#!/bin/sh\n");
    std::fs::set_permissions(bootstrap, PermissionsExt::from_mode(0o755)).unwrap();
    test.run(&["profile", "app"])
        .fails_with(2)
        .says("nothing records the runtime provided.al2023");
    test.run(&["profile", "nowhere/"]).fails_with(2);
    test.run(&["profile", ""])
        .fails_with(2)
        .says("the target is empty");
    test.run(&["profile", "app", "--verify-runs=5"])
        .fails_with(2);
}

#[test]
fn a_deployed_function_is_profiled_by_a_copy_that_leaves_nothing_behind() {
    let test = Test::new();
    shared(&test);
    let server = Server::start(&test, &["--settle", "10", "--function", "my-fn=app"]);
    let url = ["--endpoint-url", server.url.as_str()];
    let before = server.configuration("my-fn");
    let args = ["profile", "my-fn", "--json", "--runs=2", "--yes"];
    let args: Vec<&str> = args.into_iter().chain(url).collect();
    let printed = test.run(&args).success().stdout;
    let profile: Value = serde_json::from_str(&printed).unwrap();
    about(&find(&profile, "left")["saved_ms"], 120.0);
    let after = server.configuration("my-fn");
    assert_eq!(before, after);
    assert_eq!(server.functions(), ["my-fn"]);
    let layers = server.call("GET", "/2018-10-31/layers", None);
    assert!(layers["Layers"].as_array().unwrap().is_empty(), "{layers}");
    assert!(test.journals().is_empty());
}

/// As [`shared`], in Node.
fn shared_in_node(test: &Test) {
    let sleeping = |name: &str, ms: u32, more: &str| {
        test.write(
            &format!("app/node_modules/{name}/index.js"),
            &format!(
                "{more}\nAtomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, {ms});\nexports.use = () => {ms};\n"
            ),
        );
    };
    sleeping("common", 180, "");
    sleeping("left", 120, "require('common');");
    sleeping("right", 60, "require('common');");
    test.write(
        "app/index.js",
        "const left = require('left');\nconst { use } = require('right');\nexports.handler = async (event) => (event.right ? use() : left.use());\n",
    );
}

#[test]
fn node_functions_are_profiled_and_their_savings_measured() {
    let test = Test::new();
    shared_in_node(&test);
    let profile = verified(&test);
    let (left, right) = (find(&profile, "left"), find(&profile, "right"));
    // A busy machine is late with everything; what they share is in neither saving however late it is.
    let ms = |figure: &Value| figure.as_f64().unwrap();
    for (one, least) in [(left, 84.0), (right, 42.0)] {
        assert!(ms(&one["saved_ms"]) >= least, "{one}");
    }
    assert!(ms(&left["cumulative_ms"]) - ms(&left["saved_ms"]) >= 126.0);
    assert!(ms(&left["moved_ms"]) >= 84.0, "{left}");
    assert_eq!(right["moved_ms"], 0.0, "the first request does not use it");
    assert_eq!(
        left["imported_at"],
        json!([{"module": "index.js", "file": "/var/task/index.js", "line": 1}])
    );
    let plan = profile["plan"].as_array().unwrap();
    let mut steps: Vec<&str> = plan
        .iter()
        .filter_map(|step| step["target"].as_str())
        .collect();
    steps.sort_unstable();
    assert_eq!(steps, ["left", "right"]);
    assert!(ms(&plan[1]["saved_ms"]) >= 250.0, "{plan:#?}");
    assert_eq!(profile["recording"]["language"], "node");
    assert!(profile["overhead"].is_f64(), "{profile}");
    let verified = profile["verified"].as_array().unwrap();
    // Few starts, on a machine that does other things: what is told apart is whether they were put off at all.
    let saved = |n: usize| verified[n]["saved_ms"].as_f64().unwrap();
    assert!(saved(0) > 30.0 && saved(1) > 200.0, "{verified:#?}");
    assert!(verified[0]["used_at_init"].is_null(), "{verified:#?}");
}

#[test]
fn a_page_and_a_file_for_speedscope_are_written_beside_the_report() {
    let test = Test::new();
    shared_in_node(&test);
    let args = [
        "profile",
        "app",
        "--runs=1",
        "--html=page.html",
        "--speedscope=app.json",
    ];
    test.run(&args)
        .success()
        .prints("Written: page.html")
        .prints("Written: app.json");
    let read = |name: &str| std::fs::read_to_string(test.path().join(name)).unwrap();
    let page = read("page.html");
    assert!(page.contains("class=\"icicle\"") && page.contains("left/index.js"));
    let file: Value = serde_json::from_str(&read("app.json")).unwrap();
    assert_eq!(file["profiles"][0]["name"], "app: init");
    assert_eq!(file["shared"]["frames"][0]["file"], "/var/task/index.js");
    let printed = test
        .run(&["profile", "app", "--runs=1", "--quiet", "--speedscope=-"])
        .success()
        .stdout;
    let _: Value = serde_json::from_str(&printed).unwrap();
    test.run(&["profile", "app", "--html=nowhere/page.html"])
        .fails_with(2);
}

#[test]
fn static_imports_of_es_modules_are_not_measured_and_that_is_said() {
    let test = Test::new();
    shared_in_node(&test);
    std::fs::remove_file(test.path().join("app/index.js")).unwrap();
    test.write(
        "app/index.mjs",
        "import left from 'left';\nexport const handler = async () => left.use();\n",
    );
    let profile = profile(&test, &["--verify=1"]);
    let left = find(&profile, "left");
    assert!(left["saved_ms"].as_f64() >= Some(294.0), "{left}");
    assert!(left["moved_ms"].is_null(), "{left}");
    let verified = &profile["verified"][0];
    assert_eq!(verified["failed"], "static-imports: index.handler");
    assert!(verified["saved_ms"].is_null());
}

#[test]
fn what_several_targets_save_together_is_foreseen_on_request() {
    let test = Test::new();
    shared(&test);
    let profile = profile(&test, &["--together=left,right", "--together=right"]);
    let together = profile["together"].as_array().unwrap();
    assert_eq!(together[0]["targets"], json!(["left", "right"]));
    about(&together[0]["saved_ms"], 360.0);
    about(&together[1]["saved_ms"], 60.0);
    let unknown = test.run(&["profile", "app", "--runs=1", "--together=left,common"]);
    assert_eq!(unknown.code, Some(2), "{}", unknown.stderr);
    assert!(
        unknown.stderr.contains("do not import common"),
        "{}",
        unknown.stderr
    );
}
