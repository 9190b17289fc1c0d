//! A function measured in place over the wire, against a separate `lambench serve`: what is changed is put back.

mod support;

use aws_sdk_lambda::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use support::{Server, Test, fixture, signal, wait_for};

struct Place {
    test: Test,
    server: Server,
    client: aws_sdk_lambda::Client,
}

const ORIGINAL: &str = "collects market data every minute";

impl Place {
    async fn new(package: &str, settle_ms: &str) -> Self {
        let test = Test::new();
        let server = Server::of(&test, settle_ms, package);
        let client = aws_sdk_lambda::Client::from_conf(
            aws_sdk_lambda::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .endpoint_url(&server.url)
                .region(Region::new("us-east-1"))
                .credentials_provider(Credentials::new("test", "test", None, None, "test"))
                .build(),
        );
        let place = Self {
            test,
            server,
            client,
        };
        place.describe_as(ORIGINAL).await;
        place
    }

    async fn describe_as(&self, text: &str) {
        self.client
            .update_function_configuration()
            .function_name("my-fn")
            .description(text)
            .send()
            .await
            .unwrap();
        self.settled().await;
    }

    async fn settled(&self) -> GetFunctionConfigurationOutput {
        loop {
            let now = self.configuration().await;
            if now
                .last_update_status()
                .is_some_and(|s| s.as_str() == "Successful")
            {
                return now;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    async fn configuration(&self) -> GetFunctionConfigurationOutput {
        self.client
            .get_function_configuration()
            .function_name("my-fn")
            .send()
            .await
            .unwrap()
    }

    /// All of the configuration but what any update changes.
    async fn record(&self) -> String {
        let mut now = self.settled().await;
        now.revision_id = None;
        now.last_modified = None;
        format!("{now:?}")
            .split("_request_id")
            .next()
            .unwrap()
            .to_owned()
    }

    fn args<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let mut args = vec![
            "run",
            "--function",
            "my-fn",
            "--endpoint-url",
            &self.server.url,
        ];
        args.extend(more);
        args
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_put_back_and_the_run_says_where_it_measured() {
    let place = Place::new("hello-python", "20").await;
    let before = place.record().await;
    place
        .test
        .run(&place.args(&["--runs", "3", "--warm-invokes", "1"]))
        .success()
        .prints("Cold start")
        .says(&place.server.url);
    assert_eq!(place.record().await, before);
    let result = place.test.result();
    assert_eq!(
        result["subjects"][0]["endpoint"], "sandbox",
        "known by the sandbox's own headers"
    );
    assert!(
        result["subjects"][0]["runtime_client"]
            .as_str()
            .is_some_and(|c| !c.is_empty())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_puts_the_description_back_and_keeps_what_was_measured() {
    for name in ["INT", "TERM", "HUP"] {
        let place = Place::new("hello-python", "30").await;
        let before = place.record().await;
        let child = place
            .test
            .command(&place.args(&["--runs", "500", "--warm-invokes", "0"]))
            .spawn()
            .unwrap();
        let log = wait_for("two samples", || {
            let runs = std::fs::read_dir(place.test.path().join(".lambench/runs")).ok()?;
            let text = std::fs::read_to_string(
                runs.flatten()
                    .find(|e| e.path().extension().is_some_and(|x| x == "jsonl"))?
                    .path(),
            )
            .ok()?;
            (text.lines().count() > 7).then_some(text)
        });
        assert!(log.contains("init_ms"));
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(130),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(place.record().await, before, "after SIG{name}");
        assert_eq!(place.test.result()["ending"]["how"], "stopped");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_the_middle_puts_the_description_back() {
    let place = Place::new("failing/handler-error", "20").await;
    let before = place.record().await;
    place
        .test
        .run(&place.args(&["--runs", "3"]))
        .fails_with(1)
        .says("ValueError");
    assert_eq!(place.record().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leftover_suffix_is_reported_and_never_taken_for_the_original() {
    let place = Place::new("hello-python", "20").await;
    place
        .describe_as(&format!("{ORIGINAL} [lambench 0123456789ab]"))
        .await;
    place
        .test
        .run(&place.args(&["--runs", "2", "--warm-invokes", "0"]))
        .success();
    assert_eq!(place.settled().await.description(), Some(ORIGINAL));
    assert!(
        place.test.result()["warnings"][0]
            .as_str()
            .unwrap()
            .contains("suffix")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_change_stops_the_run_and_is_left_alone() {
    let place = Place::new("hello-python", "30").await;
    let child = place
        .test
        .command(&place.args(&["--runs", "500", "--warm-invokes", "0"]))
        .spawn()
        .unwrap();
    wait_for("the first touch", || {
        let touched = tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(place.configuration())
        });
        touched
            .description()
            .is_some_and(|d| d.contains("[lambench "))
            .then_some(())
    });
    // A colleague deploys; conflicts with an update under way are theirs to retry.
    loop {
        let sent = place
            .client
            .update_function_configuration()
            .function_name("my-fn")
            .description("a colleague's text")
            .memory_size(256)
            .send()
            .await;
        if sent.is_ok() {
            break;
        }
    }
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("changed by somebody else"), "{stderr}");
    let now = place.settled().await;
    assert_eq!(now.description(), Some("a colleague's text"));
    assert_eq!(now.memory_size(), Some(256));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_does_not_exist_is_said() {
    let place = Place::new("hello-python", "20").await;
    place
        .test
        .run(&[
            "run",
            "--function",
            "no-such-fn",
            "--endpoint-url",
            &place.server.url,
        ])
        .fails_with(1)
        .says("no-such-fn")
        .says("ResourceNotFoundException");
}

#[test]
fn an_endpoint_that_does_not_answer_is_an_error_not_a_hang() {
    let test = Test::new();
    test.run(&[
        "run",
        "--function",
        "x",
        "--endpoint-url",
        "http://127.0.0.1:9",
    ])
    .fails_with(1)
    .says("127.0.0.1:9");
}

#[test]
fn a_region_that_was_given_is_the_region() {
    let test = Test::new();
    let function = format!("my-fn={}", fixture("hello-python").display());
    let server = Server::start(&test, &["--function", &function]);
    test.run(&[
        "run",
        "--function",
        "my-fn",
        "--endpoint-url",
        &server.url,
        "--region",
        "eu-south-1",
        "--runs",
        "1",
        "--warm-invokes",
        "0",
    ])
    .success();
    assert_eq!(test.result()["subjects"][0]["region"], "eu-south-1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_or_an_alias_is_refused_and_nothing_is_touched() {
    let place = Place::new("hello-python", "5").await;
    place
        .client
        .publish_version()
        .function_name("my-fn")
        .send()
        .await
        .unwrap();
    let before = place.record().await;
    let run = |name: &str| {
        place.test.run(&[
            "run",
            "--function",
            name,
            "--endpoint-url",
            &place.server.url,
            "--runs",
            "1",
            "--warm-invokes",
            "0",
        ])
    };
    run("my-fn:1")
        .fails_with(1)
        .says("1 is a version or an alias")
        .says("--after my-fn:1 measures a copy of it")
        .says("name my-fn without it");
    assert_eq!(place.record().await, before);
    run("my-fn:$LATEST").success();
    assert_eq!(place.record().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn allowed_errors_count_also_where_logs_are_json() {
    use aws_sdk_lambda::types::{LogFormat, LoggingConfig};
    let place = Place::new("failing/handler-error", "5").await;
    place
        .client
        .update_function_configuration()
        .function_name("my-fn")
        .logging_config(LoggingConfig::builder().log_format(LogFormat::Json).build())
        .send()
        .await
        .unwrap();
    place.settled().await;
    place
        .test
        .run(&place.args(&[
            "--runs",
            "2",
            "--warm-invokes",
            "1",
            "--allow-function-errors",
        ]))
        .success();
}

#[test]
fn an_endpoint_that_a_variable_names_is_said_before_the_first_invoke() {
    let test = Test::new();
    let function = format!("my-fn={}", fixture("hello-python").display());
    let server = Server::start(&test, &["--function", &function]);
    let output = test
        .command(&["run", "--function", "my-fn", "--runs", "1"])
        .env("AWS_ENDPOINT_URL_LAMBDA", &server.url)
        .output()
        .unwrap();
    support::Ran::from(output).success().says(&server.url);
}

#[test]
fn a_port_file_does_not_outlive_its_server() {
    let test = Test::new();
    let function = format!("my-fn={}", fixture("hello-python").display());
    let mut server = Server::start(&test, &["--function", &function]);
    let port_file = test.path().join("port");
    assert!(port_file.exists());
    signal(&server.child, "INT");
    assert!(server.child.wait().unwrap().success());
    assert!(!port_file.exists());
}
