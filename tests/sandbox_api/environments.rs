//! Who serves which invoke: what an update, a crash, a deletion and the end of the sandbox do to environments.

use std::time::{Duration, Instant};

use aws_sdk_lambda::types::LayerVersionContentInput;
use aws_smithy_types::Blob;
use lambench::sandbox::environment::Mounts;

use super::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_update_retires_environments_once_it_has_settled() {
    let lab = Lab::with(|options| options.settle = Duration::from_millis(1500)).await;
    lab.python("f", ECHO).await;
    let first = lab.call("f").await;
    let environment = aws_sdk_lambda::types::Environment::builder()
        .variables("T_NEW", "1")
        .build();
    let update = || {
        lab.client
            .update_function_configuration()
            .function_name("f")
    };
    update().environment(environment).send().await.unwrap();
    let during = lab.call("f").await;
    assert_eq!(
        during["me"], first["me"],
        "the old configuration serves until the update settles"
    );
    lab.settled("f").await;
    let after = lab.call("f").await;
    assert_eq!(after["served"], 1);
    assert_eq!(after["variables"]["T_NEW"], "1");
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_touch_forces_a_cold_start_and_an_update_that_changes_nothing_does_not() {
    let lab = Lab::new().await;
    let before = lab.python("f", ECHO).await;
    lab.call("f").await;
    let update = || {
        lab.client
            .update_function_configuration()
            .function_name("f")
    };
    update().timeout(3).description("").send().await.unwrap();
    let same = lab.settled("f").await;
    assert_ne!(same.revision_id(), before.revision_id());
    assert_eq!(lab.call("f").await["served"], 2);
    let code = zip(&[("lambda_function.py", ECHO, 0o644)]);
    let update_code = lab.client.update_function_code().function_name("f");
    update_code.zip_file(Blob::new(code)).send().await.unwrap();
    lab.settled("f").await;
    assert_eq!(
        lab.call("f").await["served"],
        3,
        "the same zip again changes nothing"
    );
    update().description("touched").send().await.unwrap();
    lab.settled("f").await;
    assert_eq!(lab.call("f").await["served"], 1);
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_environment_finishes_what_it_serves_when_it_is_retired() {
    let lab = Lab::new().await;
    lab.python("f", SLOW).await;
    Lab::answer(&lab.invoke("f", "{}").await);
    let busy = tokio::spawn(lab.client.invoke().function_name("f").send());
    tokio::time::sleep(Duration::from_millis(100)).await;
    lab.client
        .update_function_configuration()
        .function_name("f")
        .description("x")
        .send()
        .await
        .unwrap();
    lab.settled("f").await;
    let next = lab.call("f").await;
    let old = Lab::answer(&busy.await.unwrap().unwrap());
    assert_ne!(old, next);
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_keep_their_code_and_their_environments() {
    let lab = Lab::new().await;
    lab.python("f", ECHO).await;
    lab.client
        .publish_version()
        .function_name("f")
        .send()
        .await
        .unwrap();
    let one = lab.call("f:1").await;
    assert_eq!(one["version"], "1");
    assert_eq!(one["arn"], format!("{ARN}:1"));
    let new = zip(&[(
        "lambda_function.py",
        "def handler(event, context):\n    return 'new'\n",
        0o644,
    )]);
    lab.client
        .update_function_code()
        .function_name("f")
        .zip_file(Blob::new(new))
        .send()
        .await
        .unwrap();
    lab.settled("f").await;
    assert_eq!(lab.call("f").await, "new");
    let again = lab.call("f:1").await;
    assert_eq!(
        (&again["me"], &again["served"]),
        (&one["me"], &serde_json::json!(2))
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_hangs_up_does_not_end_the_environment() {
    let lab = Lab::new().await;
    let source = "import os, time\ncount = 0\ndef handler(event, context):\n    global count\n    count += 1\n    \
                  time.sleep(event.get('sleep', 0))\n    return count\n";
    lab.python("f", source).await;
    assert_eq!(lab.call("f").await, 1);
    let call = lab
        .client
        .invoke()
        .function_name("f")
        .payload(Blob::new(r#"{"sleep": 1.5}"#))
        .send();
    assert!(
        tokio::time::timeout(Duration::from_millis(800), call)
            .await
            .is_err()
    );
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(
        lab.call("f").await,
        3,
        "the invoke went on, and its environment serves again"
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn layers_are_merged_in_order_and_the_later_one_wins() {
    let lab = Lab::new().await;
    let mut arns = Vec::new();
    for (name, files) in [
        (
            "one",
            [
                ("python/a.py", "x = 'one'", 0o644),
                ("python/b.py", "x = 'one'", 0o644),
            ],
        ),
        (
            "two",
            [
                ("python/b.py", "x = 'two'", 0o644),
                ("python/c.py", "x = 'two'", 0o644),
            ],
        ),
    ] {
        let content = LayerVersionContentInput::builder()
            .zip_file(Blob::new(zip(&files)))
            .build();
        let layer = lab
            .client
            .publish_layer_version()
            .layer_name(name)
            .content(content)
            .send()
            .await
            .unwrap();
        arns.push(layer.layer_version_arn.unwrap());
    }
    lab.python(
        "f",
        "import a, b, c\ndef handler(event, context):\n    return [a.x, b.x, c.x]\n",
    )
    .await
    .layers();
    let failed = lab.invoke("f", "{}").await;
    assert!(
        failed.function_error().is_some(),
        "without the layers there is nothing to import"
    );
    let update = lab
        .client
        .update_function_configuration()
        .function_name("f");
    update.set_layers(Some(arns)).send().await.unwrap();
    lab.settled("f").await;
    assert_eq!(
        lab.call("f").await,
        serde_json::json!(["one", "two", "two"])
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crashed_environment_is_not_used_again() {
    let lab = Lab::new().await;
    let source = "import os\ndef handler(event, context):\n    if event.get('crash'):\n        os._exit(3)\n    return os.getpid()\n";
    lab.python("f", source).await;
    let first = lab.call("f").await;
    let crashed = lab.invoke("f", r#"{"crash": true}"#).await;
    assert!(crashed.function_error().is_some());
    assert!(
        String::from_utf8_lossy(crashed.payload().unwrap().as_ref()).contains("Runtime.ExitError")
    );
    let tail = tail(&lab.invoke("f", "{}").await);
    assert!(tail.contains("Init Duration"), "{first}: {tail}");
    lab.sandbox.shutdown().await;
}

/// Processes that have `text` in their environment.
fn processes_with(text: &str) -> usize {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let environments = entries.filter_map(|e| std::fs::read(e.path().join("environ")).ok());
    environments
        .filter(|bytes| bytes.windows(text.len()).any(|w| w == text.as_bytes()))
        .count()
}

/// The folder of the sandbox whose only package contains `text`.
fn folder_with(text: &str) -> Option<std::path::PathBuf> {
    let ours = format!("lambench-{}-", std::process::id());
    let folders = std::fs::read_dir(std::env::temp_dir()).unwrap().flatten();
    folders
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&ours))
        .map(|entry| entry.path())
        .find(|folder| {
            let packages = std::fs::read_dir(folder.join("packages"))
                .into_iter()
                .flatten();
            packages.flatten().any(|package| {
                std::fs::read_to_string(package.path().join("lambda_function.py"))
                    .is_ok_and(|source| source.contains(text))
            })
        })
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn shutting_down_leaves_neither_processes_nor_folders_nor_a_port() {
    let lab = Lab::new().await;
    let mark = uuid::Uuid::new_v4().simple().to_string();
    lab.python("f", &format!("{ECHO}\n# {mark}\n")).await;
    let environment = aws_sdk_lambda::types::Environment::builder()
        .variables("T_MARK", &mark)
        .build();
    let update = lab
        .client
        .update_function_configuration()
        .function_name("f");
    update.environment(environment).send().await.unwrap();
    lab.settled("f").await;
    lab.call("f").await;
    let folder = folder_with(&mark).expect("the sandbox has a folder");
    assert_eq!(processes_with(&mark), 1);
    let port = lab.port();
    lab.sandbox.shutdown().await;
    assert_eq!(processes_with(&mark), 0);
    assert!(!folder.exists());
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn shutting_down_ends_an_invoke_under_way() {
    let lab = Lab::new().await;
    let mark = uuid::Uuid::new_v4().simple().to_string();
    let environment = aws_sdk_lambda::types::Environment::builder()
        .variables("T_MARK", &mark)
        .build();
    let source = "import time\ndef handler(event, context):\n    time.sleep(60)\n";
    lab.creating("f")
        .runtime(aws_sdk_lambda::types::Runtime::from("python3"))
        .handler("lambda_function.handler")
        .code(code(zip(&[("lambda_function.py", source, 0o644)])))
        .timeout(90)
        .environment(environment)
        .send()
        .await
        .unwrap();
    lab.settled("f").await;
    let call = tokio::spawn(lab.client.invoke().function_name("f").send());
    let start = Instant::now();
    while processes_with(&mark) == 0 {
        assert!(start.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    lab.sandbox.shutdown().await;
    assert!(call.await.unwrap().is_err());
    // Dropped in the middle of an invoke, an environment ends without anybody waiting for it.
    let start = Instant::now();
    while processes_with(&mark) > 0 {
        assert!(start.elapsed() < Duration::from_secs(10), "still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_function_is_gone_at_once() {
    let lab = Lab::new().await;
    lab.python("f", ECHO).await;
    lab.call("f").await;
    lab.client
        .delete_function()
        .function_name("f")
        .send()
        .await
        .unwrap();
    let gone = lab.client.invoke().function_name("f").send().await;
    refused(gone, 404, "ResourceNotFoundException", ARN);
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_mounts_a_package_that_was_changed_is_not_started_again() {
    let lab = Lab::with(|options| options.mounts = Some(Mounts::SearchPaths)).await;
    let source = "import os\ndef handler(event, context):\n    if 'write' in event:\n        \
                  open(os.environ['LAMBDA_TASK_ROOT'] + '/left.txt', 'w').close()\n    return 'ok'\n";
    lab.python("f", source).await;
    let touch = |text: &'static str| {
        let update = lab
            .client
            .update_function_configuration()
            .function_name("f");
        update.description(text).send()
    };
    for text in ["one", "two"] {
        assert_eq!(lab.call("f").await, "ok");
        touch(text).await.unwrap();
        lab.settled("f").await;
    }
    assert_eq!(lab.call("f").await, "ok", "what only runs changes nothing");
    Lab::answer(&lab.invoke("f", r#"{"write": 1}"#).await);
    touch("three").await.unwrap();
    lab.settled("f").await;
    let started = lab.client.invoke().function_name("f").send().await;
    refused(started, 400, "InvalidParameterValueException", "left.txt");
    let code = zip(&[("lambda_function.py", source, 0o644)]);
    lab.client
        .update_function_code()
        .function_name("f")
        .zip_file(Blob::new(code))
        .send()
        .await
        .unwrap();
    lab.settled("f").await;
    assert_eq!(
        lab.call("f").await,
        "ok",
        "the same code again puts it back"
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_wait_for_their_turn_instead_of_being_throttled() {
    let lab = Lab::with(|options| options.concurrency = 1).await;
    let source = "served = 0\ndef handler(event, context):\n    global served\n    served += event.get('count', 0)\n    return served\n";
    lab.python("f", source).await;
    for _ in 0..5 {
        let event = lab
            .client
            .invoke()
            .function_name("f")
            .payload(Blob::new(r#"{"count": 1}"#));
        event
            .invocation_type(aws_sdk_lambda::types::InvocationType::Event)
            .send()
            .await
            .unwrap();
    }
    let start = Instant::now();
    loop {
        match lab.client.invoke().function_name("f").send().await {
            // One environment served all of them, one after the other.
            Ok(output) if Lab::answer(&output) == 5 => break,
            Ok(_) | Err(_) => assert!(start.elapsed() < Duration::from_secs(30)),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    lab.sandbox.shutdown().await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_sandbox_leaves_nothing_either() {
    let lab = Lab::new().await;
    let mark = uuid::Uuid::new_v4().simple().to_string();
    lab.python("f", &format!("{ECHO}\n# {mark}\n")).await;
    lab.call("f").await;
    let folder = folder_with(&mark).expect("the sandbox has a folder");
    let port = lab.port();
    drop(lab);
    let start = Instant::now();
    while folder.exists() || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "{}",
            folder.display()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tmp_is_empty_and_the_runtime_client_where_aws_has_it() {
    let lab = Lab::new().await;
    let source = "
import os
def handler(event, context):
    return {'tmp': os.listdir('/tmp'), 'runtime': os.environ['LAMBDA_RUNTIME_DIR'],
            'client': os.listdir(os.environ['LAMBDA_RUNTIME_DIR']) != []}
";
    lab.python("f", source).await;
    let output = lab.invoke("f", "{}").await;
    let answer = Lab::answer(&output);
    let told = super::wire::get(lab.port(), "/2015-03-31/functions/f").await;
    if String::from_utf8_lossy(&told).contains("x-lambench-mounts: read-only bind mounts") {
        assert_eq!(
            answer,
            serde_json::json!({"tmp": [], "runtime": "/var/runtime", "client": true})
        );
    }
    lab.sandbox.shutdown().await;
}
