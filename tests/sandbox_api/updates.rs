//! Updates: what settles when, revisions, conflicts, code.

use std::time::Duration;

use aws_smithy_types::Blob;

use super::support::*;

fn slow(options: &mut lambench::sandbox::SandboxOptions) {
    options.settle = Duration::from_millis(1500);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_recorded_at_once_and_settles_later() {
    let lab = Lab::with(slow).await;
    let before = lab.create("f").await;
    let update = || {
        lab.client
            .update_function_configuration()
            .function_name("f")
    };
    let updated = update()
        .description("new")
        .memory_size(256)
        .send()
        .await
        .unwrap();
    assert_eq!(updated.last_update_status().unwrap().as_str(), "InProgress");
    assert_eq!(updated.state().unwrap().as_str(), "Active");
    assert_eq!(
        (updated.description(), updated.memory_size()),
        (Some("new"), Some(256))
    );
    assert_ne!(updated.revision_id(), before.revision_id());
    let conflict = update().description("other").send().await;
    refused(
        conflict,
        409,
        "ResourceConflictException",
        &format!("An update is in progress for resource: {ARN}"),
    );
    let publish = lab.client.publish_version().function_name("f").send().await;
    refused(
        publish,
        409,
        "ResourceConflictException",
        "An update is in progress",
    );
    let after = lab.settled("f").await;
    assert_eq!(after.description(), Some("new"));
    assert_ne!(
        after.revision_id(),
        updated.revision_id(),
        "it changes again when an update completes"
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_in_the_making_takes_neither_updates_nor_invokes() {
    let lab = Lab::with(slow).await;
    lab.creating("f").send().await.unwrap();
    let update = lab
        .client
        .update_function_configuration()
        .function_name("f")
        .timeout(5);
    refused(
        update.send().await,
        409,
        "ResourceConflictException",
        "Pending",
    );
    let invoke = lab.client.invoke().function_name("f").send().await;
    refused(invoke, 409, "ResourceConflictException", "Pending");
    let again = lab.creating("f").send().await;
    refused(
        again,
        409,
        "ResourceConflictException",
        "Function already exist: f",
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_revision_changes_nothing() {
    let lab = Lab::new().await;
    let before = lab.create("f").await;
    let update = |revision: &str| {
        let request = lab
            .client
            .update_function_configuration()
            .function_name("f");
        request.description("new").revision_id(revision).send()
    };
    refused(
        update("stale").await,
        412,
        "PreconditionFailedException",
        "Revision Id",
    );
    assert_eq!(
        lab.configuration("f").await.revision_id(),
        before.revision_id()
    );
    update(before.revision_id().unwrap()).await.unwrap();
    assert_eq!(lab.settled("f").await.description(), Some("new"));
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_update_frees_the_function_for_the_next_one() {
    let lab = Lab::new().await;
    lab.create("f").await;
    let update = || {
        lab.client
            .update_function_configuration()
            .function_name("f")
    };
    refused(
        update().timeout(901).send().await,
        400,
        "ValidationException",
        "timeout",
    );
    let code = lab
        .client
        .update_function_code()
        .function_name("f")
        .zip_file(Blob::new("no zip"));
    refused(
        code.send().await,
        400,
        "InvalidParameterValueException",
        "Could not unzip uploaded file",
    );
    update().timeout(900).send().await.unwrap();
    assert_eq!(lab.settled("f").await.timeout(), Some(900));
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_update_leaves_out_stays_and_what_it_empties_goes() {
    let lab = Lab::new().await;
    let environment = aws_sdk_lambda::types::Environment::builder()
        .variables("KEY", "value")
        .build();
    lab.creating("f")
        .description("text")
        .timeout(7)
        .environment(environment)
        .send()
        .await
        .unwrap();
    lab.settled("f").await;
    let update = || {
        lab.client
            .update_function_configuration()
            .function_name("f")
    };
    update().memory_size(512).send().await.unwrap();
    let now = lab.settled("f").await;
    assert_eq!((now.description(), now.timeout()), (Some("text"), Some(7)));
    assert!(now.environment().is_some());
    let none = aws_sdk_lambda::types::Environment::builder()
        .set_variables(Some([].into()))
        .build();
    update()
        .environment(none)
        .description("")
        .send()
        .await
        .unwrap();
    let now = lab.settled("f").await;
    assert_eq!(now.description(), Some(""));
    assert!(now.environment().is_none());
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn new_code_is_another_and_a_dry_run_changes_nothing() {
    let lab = Lab::new().await;
    let before = lab.create("f").await;
    let update = || {
        let zip = bootstrap("exit 2");
        lab.client
            .update_function_code()
            .function_name("f")
            .zip_file(Blob::new(zip))
    };
    let dry = update().dry_run(true).send().await.unwrap();
    assert_ne!(dry.code_sha256(), before.code_sha256());
    let unchanged = lab.configuration("f").await;
    assert_eq!(unchanged.code_sha256(), before.code_sha256());
    assert_eq!(unchanged.revision_id(), before.revision_id());
    let published = update().publish(true).send().await.unwrap();
    assert_eq!(published.version(), Some("1"));
    let after = lab.settled("f").await;
    assert_eq!(after.code_sha256(), dry.code_sha256());
    assert_eq!(
        lab.configuration("f:1").await.code_sha256(),
        dry.code_sha256()
    );
    lab.sandbox.shutdown().await;
}
