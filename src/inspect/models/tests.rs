use super::*;
use crate::inspect::samples;

fn found(files: &[(&str, &str)]) -> Vec<Finding> {
    let folder = samples::folder(files);
    let subject = Subject {
        runtime: Some("python3.12".to_owned()),
        ..samples::subject(folder.path())
    };
    findings(&subject, &Installed::of(&subject.mounts))
}

#[test]
fn services_that_no_source_names_are_summed_up() {
    let found = found(&[
        ("botocore/data/endpoints.json", "{}"),
        ("botocore/data/s3/2006-03-01/service-2.json.gz", "12345"),
        ("botocore/data/s3/2006-03-01/waiters-2.json", "123"),
        (
            "botocore/data/ec2/2016-11-15/service-2.json.gz",
            "1234567890",
        ),
        ("botocore/data/sqs/2012-11-05/service-2.json.gz", "1234"),
        ("botocore/data/ecr/2015-09-21/service-2.json.gz", "12"),
        ("botocore/session.py", "boto = session.client('ec2')"),
        ("boto3/session.py", "import boto3\nboto3.client('ec2')\n"),
        ("s3transfer/work.py", "import boto3\nboto3.client('ec2')\n"),
        ("notes.txt", "import boto3\nboto3.client('ec2')\n"),
        (
            "a_lib/__init__.py",
            "import boto3\nboto3.client('s3')\nboto3.client(NAME)\n",
        ),
        (
            "a_lib-1.0.dist-info/METADATA",
            "Name: a_lib\nVersion: 1.0\n",
        ),
        ("a_lib-1.0.dist-info/RECORD", "a_lib/__init__.py,,\n"),
        (
            "app.py",
            "import boto3\ns3 = boto3.client('s3')\nother = boto3.client(NAME)\nmine = boto3.client('mine')\necr = boto3.client('ecr')\n",
        ),
        ("queue.py", "client('ec2')"),
        ("old.py", "import boto3\nprint 'no'\n"),
        (
            "lib/__init__.py",
            "from boto3 import client\nclient('sqs')\nboto3.client('s3')\n",
        ),
        ("lib-1.0.dist-info/METADATA", "Name: lib\nVersion: 1.0\n"),
        ("lib-1.0.dist-info/RECORD", "lib/__init__.py,,\n"),
    ]);
    let [
        Finding {
            bytes,
            evidence:
                Evidence::Models(Models::BotocoreModels {
                    services,
                    services_bytes,
                    named,
                    dynamic,
                    unread,
                    ..
                }),
            ..
        },
    ] = &found[..]
    else {
        panic!("{found:?}");
    };
    assert_eq!((*services, *services_bytes, *bytes), (4, 24, Some(10)));
    let named: Vec<_> = named
        .iter()
        .map(|service| {
            let calls = service
                .calls
                .iter()
                .map(|call| (call.path.as_str(), call.line, call.own));
            (
                service.name.as_str(),
                service.bytes,
                calls.collect::<Vec<_>>(),
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            (
                "s3",
                8,
                vec![
                    ("app.py", 2, true),
                    ("a_lib/__init__.py", 2, false),
                    ("lib/__init__.py", 3, false)
                ]
            ),
            ("sqs", 4, vec![("lib/__init__.py", 2, false)]),
            ("ecr", 2, vec![("app.py", 5, true)]),
        ]
    );
    let dynamic: Vec<_> = dynamic
        .iter()
        .map(|call| (call.path.as_str(), call.line, call.own))
        .collect();
    assert_eq!(
        dynamic,
        [("app.py", 3, true), ("a_lib/__init__.py", 3, false)],
        "the function's own first"
    );
    assert_eq!(*unread, 1);
}

#[test]
fn a_package_without_an_sdk_has_nothing_to_tell() {
    assert_eq!(
        found(&[("app.py", "import boto3\nboto3.client('s3')\n")]),
        []
    );
    // Nor has one whose descriptions a bundler has left out already.
    assert_eq!(
        found(&[
            ("botocore/data/endpoints.json", "{}"),
            ("node_modules/aws-sdk/dist/aws-sdk.js", "123"),
        ]),
        []
    );
}

#[test]
fn version_2_for_javascript_is_told_with_its_builds_for_browsers() {
    let found = found(&[
        (
            "node_modules/aws-sdk/package.json",
            r#"{"name": "aws-sdk", "version": "2.1.0"}"#,
        ),
        ("node_modules/aws-sdk/apis/s3-2006-03-01.min.json", "12345"),
        ("node_modules/aws-sdk/dist/aws-sdk.js", "123"),
    ]);
    let [
        Finding {
            bytes,
            evidence: Evidence::Models(evidence),
            ..
        },
    ] = &found[..]
    else {
        panic!("{found:?}");
    };
    assert_eq!(*bytes, Some(3));
    assert_eq!(
        *evidence,
        Models::AwsSdk2Models {
            files: 1,
            models_bytes: 5,
            browser_bytes: 3
        }
    );
}
