//! The log of an invoke, as text and as JSON records.

use crate::support::{Function, REQUEST, invoke, log, said};
use serde_json::Value;

const PRINTER: &str = "
print('loading')
def handler(event):
    print('handling', event)
    return 1
serve(handler)";

#[tokio::test]
async fn the_text_log_has_awss_lines_in_their_order() {
    let function = Function::python(PRINTER).await;
    let mut environment = function.start().await;
    let cold = log(&invoke(&mut environment, "1").await);
    let start = format!("START RequestId: {REQUEST} Version: $LATEST\n");
    let end = format!("END RequestId: {REQUEST}\n");
    let expected =
        format!("loading\n{start}handling 1\n{end}REPORT RequestId: {REQUEST}\tDuration: ");
    assert!(cold.starts_with(&expected), "{cold}");
    assert!(
        cold.ends_with(" ms\t\n") && cold.contains("\tInit Duration: "),
        "{cold}"
    );
    let warm = log(&invoke(&mut environment, "2").await);
    assert!(
        warm.starts_with(&format!("{start}handling 2\n{end}REPORT ")),
        "{warm}"
    );
    assert!(warm.ends_with(" MB\t\n"), "{warm}");
}

#[tokio::test]
async fn every_invoke_has_its_own_output_and_nobody_elses() {
    let function = Function::python(PRINTER).await;
    let mut environment = function.start().await;
    for event in 0..50 {
        let log = log(&invoke(&mut environment, &event.to_string()).await);
        assert_eq!(log.matches("handling").count(), 1, "{log}");
        assert!(log.contains(&format!("\nhandling {event}\nEND ")), "{log}");
    }
}

#[tokio::test]
async fn a_last_line_without_an_end_does_not_swallow_ours() {
    let function = Function::python("serve(lambda event: sys.stderr.write('no newline'))").await;
    let outcome = function.cold().await;
    assert!(
        log(&outcome).contains("\nno newline\nEND RequestId"),
        "{}",
        said(&outcome)
    );
}

#[tokio::test]
async fn a_function_that_prints_megabytes_neither_waits_nor_floods_the_log() {
    let code = "
def handler(event):
    for n in range(40_000):
        print('x' * 1000)
    print('the last line')
    return 1
serve(handler)";
    let outcome = Function::python(code).await.cold().await;
    assert_eq!(outcome.body, "1", "{} bytes of log", outcome.log.len());
    assert!(outcome.log.len() < 3 * 1024 * 1024, "{}", outcome.log.len());
    assert!(log(&outcome).contains("the last line\nEND "));
}

#[tokio::test]
async fn the_json_log_is_one_record_a_line() {
    let function = Function::python(PRINTER).await.json();
    let outcome = function.cold().await;
    let log = log(&outcome);
    let records: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let kinds: Vec<&str> = records
        .iter()
        .filter_map(|record| record["type"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            "platform.initStart",
            "platform.initReport",
            "platform.start",
            "platform.runtimeDone",
            "platform.report"
        ]
    );
    let report = &records.last().unwrap()["record"];
    assert_eq!(report["requestId"], REQUEST);
    assert_eq!(report["status"], "success");
    assert_eq!(report["metrics"]["memorySizeMB"], 256);
    let metrics = |name: &str| report["metrics"][name].as_f64().unwrap();
    let billed = (metrics("initDurationMs") + metrics("durationMs")).ceil();
    assert!(
        (metrics("billedDurationMs") - billed).abs() < 0.5,
        "{report}"
    );
    assert!(!log.contains("REPORT RequestId"), "{log}");
    assert!(
        log.contains("\nloading\n") && log.contains("\nhandling {}\n"),
        "{log}"
    );
}

#[tokio::test]
async fn a_crash_has_its_status_in_the_json_log() {
    let outcome = Function::python("serve(lambda event: os._exit(1))")
        .await
        .json()
        .cold()
        .await;
    let log = log(&outcome);
    let report: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(report["type"], "platform.report");
    assert_eq!(report["record"]["status"], "error");
    assert_eq!(report["record"]["errorType"], "Runtime.ExitError");
}
