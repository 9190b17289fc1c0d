//! What the API answers, field by field; identifiers; lists.

use super::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_function_has_aws_shape_and_becomes_active() {
    let lab = Lab::new().await;
    let package = bootstrap("exit 1");
    let created = lab
        .creating("f")
        .code(code(package.clone()))
        .description("a text")
        .environment(
            aws_sdk_lambda::types::Environment::builder()
                .variables("KEY", "value")
                .build(),
        )
        .tags("team", "red")
        .send()
        .await
        .unwrap();
    assert_eq!(created.function_arn(), Some(ARN));
    assert_eq!(created.state().unwrap().as_str(), "Pending");
    assert_eq!(created.state_reason_code().unwrap().as_str(), "Creating");
    assert_eq!(created.last_update_status(), None);
    assert_eq!(created.code_size() as usize, package.len());
    assert_eq!(
        (created.timeout(), created.memory_size()),
        (Some(3), Some(128))
    );

    let now = lab.settled("f").await;
    assert_eq!(now.state().unwrap().as_str(), "Active");
    assert_ne!(now.revision_id(), created.revision_id());
    assert_eq!(now.code_sha256(), created.code_sha256());
    assert_eq!(now.code_sha256().unwrap().len(), 44);
    assert_eq!(now.version(), Some("$LATEST"));
    assert_eq!(now.description(), Some("a text"));
    assert_eq!(now.role(), Some(ROLE));
    assert_eq!(
        now.environment().unwrap().variables().unwrap()["KEY"],
        "value"
    );
    assert_eq!(now.ephemeral_storage().unwrap().size(), 512);
    assert_eq!(now.package_type().unwrap().as_str(), "Zip");
    let logging = now.logging_config().unwrap();
    assert_eq!(logging.log_format().unwrap().as_str(), "Text");
    assert_eq!(logging.log_group(), Some("/aws/lambda/f"));
    assert_eq!(
        now.tracing_config().unwrap().mode().unwrap().as_str(),
        "PassThrough"
    );
    assert_eq!(
        now.snap_start().unwrap().apply_on().unwrap().as_str(),
        "None"
    );
    let modified = now.last_modified().unwrap();
    assert!(
        modified.ends_with(".000+0000") && modified.len() == 28,
        "{modified}"
    );

    let found = lab
        .client
        .get_function()
        .function_name("f")
        .send()
        .await
        .unwrap();
    assert_eq!(found.tags().unwrap()["team"], "red");
    assert_eq!(found.code().unwrap().repository_type(), Some("S3"));
    let url = found.code().unwrap().location().unwrap();
    let path = url.strip_prefix(&lab.sandbox.endpoint_url()).unwrap();
    let raw = super::wire::get(lab.port(), path).await;
    assert!(
        raw.ends_with(&package),
        "the location gives the zip that was sent"
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_identifier_finds_the_function_and_no_other_does() {
    let lab = Lab::new().await;
    lab.create("f").await;
    for name in ["f", "000000000000:function:f", "function:f", ARN] {
        assert_eq!(
            lab.configuration(name).await.function_arn(),
            Some(ARN),
            "{name}"
        );
    }
    let qualified = format!("{ARN}:$LATEST");
    for name in ["f:$LATEST", qualified.as_str()] {
        let found = lab.configuration(name).await;
        assert_eq!(found.function_arn(), Some(qualified.as_str()), "{name}");
    }
    let get = |name: &str| lab.client.get_function().function_name(name).send();
    refused(
        get("g").await,
        404,
        "ResourceNotFoundException",
        "Function not found: arn:aws:lambda:us-east-1:000000000000:function:g",
    );
    refused(
        get("f:7").await,
        404,
        "ResourceNotFoundException",
        &format!("{ARN}:7"),
    );
    let foreign = "arn:aws:lambda:us-east-1:123456789012:function:f";
    refused(
        get(foreign).await,
        404,
        "ResourceNotFoundException",
        foreign,
    );
    refused(
        get("a b").await,
        400,
        "ValidationException",
        "'a b' at 'functionName'",
    );
    let contradiction = lab
        .client
        .get_function()
        .function_name("f:1")
        .qualifier("2");
    refused(
        contradiction.send().await,
        400,
        "InvalidParameterValueException",
        "derived qualifier",
    );
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_in_order_of_names() {
    let lab = Lab::new().await;
    let mut expected = Vec::new();
    for i in 0..7 {
        let name = format!("f{i}");
        lab.create(&name).await;
        expected.push(name);
    }
    lab.client
        .publish_version()
        .function_name("f3")
        .send()
        .await
        .unwrap();
    let mut names = Vec::new();
    let mut marker = None;
    let mut pages = 0;
    loop {
        let page = lab
            .client
            .list_functions()
            .max_items(3)
            .set_marker(marker)
            .send()
            .await
            .unwrap();
        assert!(page.functions().len() <= 3);
        names.extend(
            page.functions()
                .iter()
                .map(|f| f.function_name().unwrap().to_owned()),
        );
        pages += 1;
        marker = page.next_marker().map(str::to_owned);
        if marker.is_none() {
            break;
        }
    }
    assert_eq!((names, pages), (expected, 3));
    let all = lab
        .client
        .list_functions()
        .function_version(aws_sdk_lambda::types::FunctionVersion::All)
        .send()
        .await
        .unwrap();
    assert_eq!(all.functions().len(), 8);
    assert_eq!(
        all.functions()[0].state(),
        None,
        "a list doesn't say it, as on AWS"
    );
    let bad = lab.client.list_functions().marker("nonsense").send().await;
    refused(bad, 400, "InvalidParameterValueException", "marker");
    let bad = lab.client.list_functions().max_items(0).send().await;
    refused(bad, 400, "ValidationException", "maxItems");
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_published_listed_and_deleted() {
    let lab = Lab::new().await;
    lab.create("f").await;
    let publish = || lab.client.publish_version().function_name("f");
    let one = publish().description("first").send().await.unwrap();
    assert_eq!(one.version(), Some("1"));
    assert_eq!(one.function_arn(), Some(format!("{ARN}:1").as_str()));
    assert_eq!(one.description(), Some("first"));
    let again = publish().send().await.unwrap();
    assert_eq!(again.version(), Some("1"), "nothing changed since");
    refused(
        publish().code_sha256("x").send().await,
        400,
        "InvalidParameterValueException",
        "CodeSHA256",
    );
    refused(
        publish().revision_id("x").send().await,
        412,
        "PreconditionFailedException",
        "Revision Id",
    );
    lab.client
        .update_function_configuration()
        .function_name("f")
        .timeout(9)
        .send()
        .await
        .unwrap();
    lab.settled("f").await;
    let two = publish().send().await.unwrap();
    assert_eq!((two.version(), two.timeout()), (Some("2"), Some(9)));
    assert_eq!(
        lab.configuration("f:1").await.timeout(),
        Some(3),
        "a version never changes"
    );

    let list = || lab.client.list_versions_by_function().function_name("f");
    let versions = list().send().await.unwrap();
    let found: Vec<_> = versions
        .versions()
        .iter()
        .map(|v| v.version().unwrap())
        .collect();
    assert_eq!(found, ["$LATEST", "1", "2"]);
    let first = list().max_items(2).send().await.unwrap();
    let rest = list()
        .marker(first.next_marker().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(rest.versions().len(), 1);
    assert_eq!(rest.next_marker(), None);

    let update = lab
        .client
        .update_function_configuration()
        .function_name("f:1")
        .timeout(5);
    refused(
        update.send().await,
        400,
        "InvalidParameterValueException",
        "unqualified",
    );
    let delete = |qualifier: &str| {
        lab.client
            .delete_function()
            .function_name("f")
            .qualifier(qualifier)
            .send()
    };
    refused(
        delete("$LATEST").await,
        400,
        "InvalidParameterValueException",
        "$LATEST",
    );
    delete("1").await.unwrap();
    refused(
        delete("1").await,
        404,
        "ResourceNotFoundException",
        &format!("{ARN}:1"),
    );
    lab.client
        .delete_function()
        .function_name("f")
        .send()
        .await
        .unwrap();
    let gone = lab.client.get_function().function_name("f").send().await;
    refused(gone, 404, "ResourceNotFoundException", ARN);
    lab.create("f").await;
    lab.sandbox.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_with_the_creation_gives_version_one() {
    let lab = Lab::new().await;
    let created = lab.creating("f").publish(true).send().await.unwrap();
    assert_eq!(created.version(), Some("1"));
    lab.settled("f").await;
    assert_eq!(
        lab.configuration("f:1").await.state().unwrap().as_str(),
        "Active"
    );
    lab.sandbox.shutdown().await;
}
