//! `--export`: every form of a run that was really made, and what happens where one cannot be written.
#![allow(missing_docs)]

mod support;

use serde_json::Value;
use support::Test;

const APP: &str = "def lambda_handler(event, context):\n    return {'version': '=v|<b>`1`'}\n";

fn ready() -> Test {
    let test = Test::new();
    test.write("app/lambda_function.py", APP);
    test
}

const RUN: [&str; 5] = [
    "run",
    "--after=app",
    "--runs=2",
    "--warm-invokes=1",
    "--quiet",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&RUN, more].concat()
}

#[test]
fn one_run_is_written_in_every_form() {
    let test = ready();
    let forms = [
        "json",
        "csv",
        "markdown",
        "junit",
        "github",
        "bencher",
        "benchmark-action",
    ];
    let flags: Vec<String> = forms
        .iter()
        .map(|f| format!("--export={f}=out.{f}"))
        .collect();
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    test.run(&with(&flags)).success().prints("Cold start");
    let read =
        |form: &str| std::fs::read_to_string(test.path().join(format!("out.{form}"))).unwrap();
    let json = |form: &str| serde_json::from_str::<Value>(&read(form)).unwrap();

    assert_eq!(json("json"), test.result());
    let samples = json("json")["samples"].as_array().unwrap().len();
    let rows = csv::Reader::from_reader(read("csv").as_bytes())
        .records()
        .map(|row| row.expect("as many fields as the header"))
        .inspect(|row| assert_eq!(&row[4], "'=v|<b>`1`"))
        .count();
    assert_eq!(rows, samples);
    assert!(read("markdown").contains("=v\\|&lt;b>\\`1\\`"));
    assert_eq!(read("markdown"), read("github"));
    assert!(read("junit").contains("<testcase name=\"measured\" classname=\"app\""));
    assert!(json("bencher")["app"]["cold-start-ms"]["value"].as_f64() > Some(0.0));
    assert_eq!(json("benchmark-action")[0]["unit"], "bytes");
}

#[test]
fn a_form_on_standard_output_is_alone_there_and_the_report_goes_to_standard_error() {
    let ran = ready()
        .run(&with(&["--export=json=-"]))
        .success()
        .says("Cold start");
    serde_json::from_str::<Value>(&ran.stdout).expect("nothing but JSON");
}

#[test]
fn two_that_want_standard_output_are_refused_before_anything_is_measured() {
    for flags in [
        &["--export=json=-", "--export=csv=-"][..],
        &["--export=csv=-", "--json"],
    ] {
        let test = ready();
        test.run(&with(flags))
            .fails_with(2)
            .says("both want standard output");
        assert!(!test.path().join(".lambench").exists());
    }
}

#[test]
fn a_place_that_is_not_there_is_refused_before_anything_is_measured() {
    let test = ready();
    test.run(&with(&["--export=csv=no/such/out.csv"]))
        .fails_with(2)
        .says("there is no folder no/such");
    let mut command = test.command(&with(&["--export=github"]));
    command.env_remove("GITHUB_STEP_SUMMARY");
    support::Ran::from(command.output().unwrap())
        .fails_with(2)
        .says("GITHUB_STEP_SUMMARY is not set")
        .says("hint: say where to: --export github=FILE");
    assert!(!test.path().join(".lambench").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_written_is_an_error_after_the_report_and_the_other_forms_are_written() {
    let test = ready();
    test.run(&with(&["--export=csv=/dev/full", "--export=junit=out.xml"]))
        .fails_with(1)
        .prints("Cold start")
        .says("writing /dev/full");
    assert!(test.path().join("out.xml").exists());
    test.result();
}

#[test]
fn a_summary_that_was_begun_is_gone_on_with_and_annotations_are_printed() {
    let test = ready();
    let summary = test.write("summary.md", "# Earlier\n");
    let flags = with(&["--export=github", "--fail-if=package.zip > 9B"]);
    let mut command = test.command(&flags);
    command.env("GITHUB_STEP_SUMMARY", &summary);
    let ran = support::Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let annotation = ran.stderr.lines().find(|line| line.starts_with("::"));
    assert!(
        annotation
            .is_some_and(|line| line.contains("error title=app::package.zip > 9B: regressed")),
        "{}",
        ran.stderr
    );
    let text = std::fs::read_to_string(summary).unwrap();
    assert!(text.starts_with("# Earlier\n## lambench: "), "{text}");
}

#[test]
fn many_functions_are_one_file_and_what_failed_is_in_it() {
    let test = ready();
    test.write("broken/lambda_function.py", "raise ValueError('no')\n");
    test.write(
        "lambench.toml",
        "[functions.good]\npackage = \"app\"\n[functions.bad]\npackage = \"broken\"\n",
    );
    test.run(&[
        "run",
        "--all",
        "--runs=2",
        "--warm-invokes=1",
        "--quiet",
        "--export=junit=out.xml",
        "--export=json=out.json",
        "--export=markdown=out.md",
    ])
    .fails_with(1);
    let read = |name: &str| std::fs::read_to_string(test.path().join(name)).unwrap();
    let junit = read("out.xml");
    assert!(junit.contains("<testsuite name=\"good\" tests=\"1\" skipped=\"0\" errors=\"0\""));
    assert!(junit.contains("<testsuite name=\"bad\" tests=\"1\" skipped=\"0\" errors=\"1\""));
    let all: Value = serde_json::from_str(&read("out.json")).unwrap();
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert!(read("out.md").contains("- **bad**: could not be measured: "));
}
