//! Aliases, tags, and what else somebody needs who makes a copy of a function.

use aws_sdk_lambda::types::AliasRoutingConfiguration;
use aws_smithy_types::Blob;

use super::support::*;

async fn two_versions(lab: &Lab) {
    for n in 1..=2 {
        let source = format!("def handler(event, context):\n    return {n}\n");
        if n == 1 {
            lab.python("f", &source).await;
        } else {
            lab.client
                .update_function_code()
                .function_name("f")
                .zip_file(Blob::new(zip(&[("lambda_function.py", &source, 0o644)])))
                .send()
                .await
                .unwrap();
            lab.settled("f").await;
        }
        lab.client
            .publish_version()
            .function_name("f")
            .send()
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_stands_for_its_version_wherever_a_function_is_named() {
    let lab = Lab::new().await;
    two_versions(&lab).await;
    let made = lab
        .client
        .create_alias()
        .function_name("f")
        .name("live")
        .function_version("1")
        .description("what callers get")
        .send()
        .await
        .unwrap();
    assert_eq!(made.alias_arn(), Some(format!("{ARN}:live").as_str()));
    assert_eq!(lab.call("f:live").await, 1);
    let read = lab.configuration("f:live").await;
    assert_eq!(read.version(), Some("1"));
    assert_eq!(read.function_arn(), Some(format!("{ARN}:live").as_str()));
    assert_eq!(
        read.code_sha256(),
        lab.configuration("f:1").await.code_sha256()
    );

    let stale = lab
        .client
        .update_alias()
        .function_name("f")
        .name("live")
        .function_version("2")
        .revision_id("another")
        .send()
        .await;
    refused(stale, 412, "PreconditionFailedException", "Revision Id");
    lab.client
        .update_alias()
        .function_name("f")
        .name("live")
        .function_version("2")
        .revision_id(made.revision_id().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(lab.call("f:live").await, 2);
    let got = lab
        .client
        .get_alias()
        .function_name("f")
        .name("live")
        .send()
        .await
        .unwrap();
    assert_eq!(got.function_version(), Some("2"));
    assert_eq!(got.description(), Some("what callers get"));

    let listed = |version: &'static str| {
        let lab = &lab;
        async move {
            lab.client
                .list_aliases()
                .function_name("f")
                .function_version(version)
                .send()
                .await
                .unwrap()
                .aliases()
                .len()
        }
    };
    assert_eq!((listed("1").await, listed("2").await), (0, 1));

    let in_use = lab
        .client
        .delete_function()
        .function_name("f")
        .qualifier("2")
        .send()
        .await;
    refused(in_use, 409, "ResourceConflictException", "live");
    lab.client
        .delete_alias()
        .function_name("f")
        .name("live")
        .send()
        .await
        .unwrap();
    let gone = lab.client.invoke().function_name("f:live").send().await;
    refused(gone, 404, "ResourceNotFoundException", "f:live");
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alias_of_nothing_or_with_weights_or_twice_is_refused() {
    let lab = Lab::new().await;
    two_versions(&lab).await;
    let creating = |name: &str, version: &str| {
        lab.client
            .create_alias()
            .function_name("f")
            .name(name)
            .function_version(version)
    };
    refused(
        creating("live", "7").send().await,
        404,
        "ResourceNotFoundException",
        "f:7",
    );
    refused(
        creating("12", "1").send().await,
        400,
        "ValidationException",
        "name",
    );
    let weighted = AliasRoutingConfiguration::builder()
        .additional_version_weights("2", 0.1)
        .build();
    refused(
        creating("live", "1").routing_config(weighted).send().await,
        400,
        "InvalidParameterValueException",
        "RoutingConfig",
    );
    creating("live", "$LATEST").send().await.unwrap();
    assert_eq!(lab.call("f:live").await, 2);
    refused(
        creating("live", "1").send().await,
        409,
        "ResourceConflictException",
        "Alias already exists",
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_kept_and_no_runtime_is_pinned() {
    let lab = Lab::new().await;
    lab.creating("f")
        .tags("lambench", "run")
        .send()
        .await
        .unwrap();
    lab.settled("f").await;
    let tags = lab.client.list_tags().resource(ARN).send().await.unwrap();
    assert_eq!(
        tags.tags().and_then(|tags| tags.get("lambench")),
        Some(&"run".to_owned())
    );
    let pin = lab
        .client
        .get_runtime_management_config()
        .function_name("f")
        .send()
        .await
        .unwrap();
    assert_eq!(pin.update_runtime_on().unwrap().as_str(), "Auto");
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_layer_version_is_gone_and_its_number_is_not_given_again() {
    let lab = Lab::new().await;
    let publish = || async {
        let content = aws_sdk_lambda::types::LayerVersionContentInput::builder()
            .zip_file(Blob::new(zip(&[("python/x.py", "x = 1", 0o644)])))
            .build();
        lab.client
            .publish_layer_version()
            .layer_name("shared")
            .content(content)
            .send()
            .await
            .unwrap()
            .version()
    };
    assert_eq!(publish().await, 1);
    lab.client
        .delete_layer_version()
        .layer_name("shared")
        .version_number(1)
        .send()
        .await
        .unwrap();
    let gone = lab
        .client
        .get_layer_version()
        .layer_name("shared")
        .version_number(1)
        .send()
        .await;
    refused(gone, 404, "ResourceNotFoundException", "does not exist");
    assert_eq!(publish().await, 2);
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_each_version_can_be_fetched() {
    let lab = Lab::new().await;
    two_versions(&lab).await;
    let location = |name: &'static str| {
        let lab = &lab;
        async move {
            let got = lab.client.get_function().function_name(name);
            let got = got.send().await.unwrap();
            got.code().unwrap().location().unwrap().to_owned()
        }
    };
    assert_ne!(location("f:1").await, location("f:2").await);
    lab.sandbox.shutdown().await;
}
