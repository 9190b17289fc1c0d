//! `run --iam-policy`: the least that the caller must be allowed for exactly this command.

use std::io::Write as _;

use serde_json::{Value, json};

use crate::config::naming::plain_name;
use crate::config::{CopySpec, Place, Settings, StagingBucket, Target};
use crate::exit::Exit;
use crate::lambda::region_of;

use super::{Failure, print};

/// Prints the policy.
pub async fn print_policy(settings: &Settings) -> Result<Exit, Failure> {
    print_document(&policy(settings, region(settings).await.as_deref(), true))
}

/// Prints one; where nothing is to be allowed, says so beside it: AWS takes no policy without a statement.
pub fn print_document(policy: &Value) -> Result<Exit, Failure> {
    if policy["Statement"].as_array().is_some_and(Vec::is_empty) {
        let told = "no permission is needed: this command calls the embedded sandbox only";
        let _ = writeln!(std::io::stderr(), "{told}");
    }
    print(&format!("{policy:#}\n"))?;
    Ok(Exit::Done)
}

/// The region as far as flags, variables and profiles tell, without a call.
pub async fn region(settings: &Settings) -> Option<String> {
    match &settings.place {
        Place::Sandbox => None,
        Place::Aws {
            region, profile, ..
        } => region_of(region.as_deref(), profile.as_deref()).await,
    }
}

/// The policy; packages on this machine need no permission at all. `images`: what is copied may be an image.
pub fn policy(settings: &Settings, region: Option<&str>, images: bool) -> Value {
    document(statements(settings, region, images))
}

/// Something that is allowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What it is for.
    pub id: &'static str,
    /// What is called.
    pub actions: Vec<&'static str>,
    /// On what.
    pub resources: Vec<String>,
    /// Patterns that tags of it must match.
    pub tags: Vec<(String, String)>,
}

impl Statement {
    fn new(id: &'static str, actions: &[&'static str], resources: Vec<String>) -> Self {
        Self {
            id,
            actions: actions.to_vec(),
            resources,
            tags: Vec::new(),
        }
    }
}

/// What one run needs.
pub fn statements(settings: &Settings, region: Option<&str>, images: bool) -> Vec<Statement> {
    let arns = resources(settings, region);
    let mut all = Vec::new();
    if !arns.is_empty() {
        all.push(Statement::new("LambenchInPlace", &actions(settings), arns));
    }
    all.extend(for_copies(settings, region, images));
    all
}

/// What the search for the functions of a pattern needs, before any of them is measured.
pub fn search(pattern: &str, by_tags: bool, region: Option<&str>) -> Vec<Statement> {
    let list = Statement::new("LambenchList", &["lambda:ListFunctions"], vec!["*".into()]);
    let tags = by_tags.then(|| {
        let of = vec![arn(pattern, region)];
        Statement::new("LambenchListTags", &["lambda:ListTags"], of)
    });
    std::iter::once(list).chain(tags).collect()
}

/// The policy of all that; what is alike is one statement.
pub fn document(all: Vec<Statement>) -> Value {
    let mut merged: Vec<Statement> = Vec::new();
    for statement in all {
        let alike = |other: &&mut Statement| {
            (other.id, &other.actions, &other.tags)
                == (statement.id, &statement.actions, &statement.tags)
        };
        match merged.iter_mut().find(alike) {
            Some(other) => {
                let more = statement.resources.into_iter();
                let more: Vec<String> = more.filter(|r| !other.resources.contains(r)).collect();
                other.resources.extend(more);
            }
            None => merged.push(statement),
        }
    }
    let form = |(at, statement): (usize, &Statement)| {
        // A Sid may stand once in a policy.
        let before = merged[..at].iter().filter(|other| other.id == statement.id);
        let number = match before.count() {
            0 => String::new(),
            n => (n + 1).to_string(),
        };
        let mut form = json!({
            "Sid": format!("{}{number}", statement.id),
            "Effect": "Allow",
            "Action": statement.actions,
            "Resource": statement.resources,
        });
        for (key, value) in &statement.tags {
            form["Condition"]["StringLike"][format!("aws:ResourceTag/{key}")] = json!(value);
        }
        form
    };
    let statements: Vec<Value> = merged.iter().enumerate().map(form).collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// What copies need: to read what is copied, to do all with functions and layers of our own, to pass the role on.
fn for_copies(settings: &Settings, region: Option<&str>, images: bool) -> Vec<Statement> {
    let copies: Vec<&CopySpec> = settings
        .subjects
        .iter()
        .filter_map(|subject| match &subject.target {
            Target::Copy(copy) => Some(copy),
            Target::InPlace(_) | Target::Package(_) => None,
        })
        .collect();
    if copies.is_empty() {
        return Vec::new();
    }
    let allow = Statement::new;
    // A version or an alias of it is read, too.
    let mut models: Vec<String> = copies.iter().map(|copy| arn(&copy.model, region)).collect();
    models.dedup();
    let models = models
        .into_iter()
        .flat_map(|plain| [format!("{plain}:*"), plain])
        .collect();
    let ours = arn("lambench-*", region);
    let layers = ours.replace(":function:", ":layer:");
    let groups = ours
        .replace(":lambda:", ":logs:")
        .replace(":function:lambench-*", ":log-group:/aws/lambda/lambench-*");
    let mut statements = vec![
        allow(
            "LambenchRead",
            &["lambda:GetFunction", "lambda:GetRuntimeManagementConfig"],
            models,
        ),
        allow(
            "LambenchCopies",
            &[
                "lambda:CreateFunction",
                "lambda:TagResource",
                "lambda:GetFunction",
                "lambda:PutRuntimeManagementConfig",
                "lambda:PublishVersion",
                "lambda:UpdateFunctionConfiguration",
                "lambda:InvokeFunction",
                "lambda:DeleteFunction",
            ],
            vec![ours.clone()],
        ),
        allow(
            "LambenchLayers",
            &["lambda:GetLayerVersion"],
            vec!["*".into()],
        ),
        allow(
            "LambenchOwnLayers",
            &[
                "lambda:PublishLayerVersion",
                "lambda:ListLayerVersions",
                "lambda:DeleteLayerVersion",
            ],
            vec![format!("{layers}:*"), layers],
        ),
        allow("LambenchRole", &["iam:PassRole"], vec!["*".into()]),
        allow(
            "LambenchOwnLogs",
            &["logs:DeleteLogGroup"],
            vec![format!("{groups}:*"), groups],
        ),
    ];
    if images && copies.iter().any(|copy| copy.package.is_none()) {
        let repositories = ours.replace(":lambda:", ":ecr:");
        statements.push(allow(
            "LambenchImages",
            &["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            vec![repositories.replace(":function:lambench-*", ":repository/*")],
        ));
    }
    if let Some(bucket) = &settings.staging_bucket {
        statements.extend(for_bucket(bucket, &ours));
    }
    statements
}

/// Whoever creates a function from an object must be allowed to read it.
fn for_bucket(bucket: &StagingBucket, ours: &str) -> [Statement; 2] {
    let partition = ours.split(':').nth(1).unwrap_or("aws");
    let whole = format!("arn:{partition}:s3:::{}", bucket.name);
    [
        Statement::new(
            "LambenchObjects",
            &[
                "s3:PutObject",
                "s3:GetObject",
                "s3:GetObjectVersion",
                "s3:DeleteObject",
                "s3:DeleteObjectVersion",
            ],
            vec![format!("{whole}/{}/*", bucket.folder())],
        ),
        // For HeadBucket, and so that an object that is not there is not taken for one that is hidden.
        Statement::new("LambenchBucket", &["s3:ListBucket"], vec![whole]),
    ]
}

/// What is called on functions in place.
fn actions(settings: &Settings) -> Vec<&'static str> {
    let in_place: Vec<&String> = settings
        .subjects
        .iter()
        .filter_map(|subject| match &subject.target {
            Target::InPlace(name) => Some(name),
            Target::Copy(_) | Target::Package(_) => None,
        })
        .collect();
    if in_place.is_empty() {
        return Vec::new();
    }
    let mut actions = vec!["lambda:GetFunction"];
    if in_place.iter().any(|name| !name.ends_with(":$LATEST")) {
        actions.push("lambda:ListProvisionedConcurrencyConfigs");
    }
    actions.push("lambda:GetFunctionUrlConfig");
    if settings.safety.asks_for_tags() {
        actions.push("lambda:ListTags");
    }
    actions.extend([
        "lambda:UpdateFunctionConfiguration",
        "lambda:InvokeFunction",
    ]);
    actions
}

/// The ARNs of the functions in place.
fn resources(settings: &Settings, region: Option<&str>) -> Vec<String> {
    settings
        .subjects
        .iter()
        .filter_map(|subject| match &subject.target {
            Target::InPlace(name) => Some(arn(name, region)),
            Target::Copy(_) | Target::Package(_) => None,
        })
        .collect()
}

/// The unqualified ARN of a name, a partial ARN or an ARN; what it does not tell is a `*`.
fn arn(name: &str, region: Option<&str>) -> String {
    if name.starts_with("arn:") {
        return name.split(':').take(7).collect::<Vec<_>>().join(":");
    }
    let account = name
        .split_once(":function:")
        .map_or("*", |(account, _)| account);
    let plain = plain_name(name);
    let plain = plain.split(':').next().unwrap_or(plain);
    let region = region.unwrap_or("*");
    let partition = if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    };
    format!("arn:{partition}:lambda:{region}:{account}:function:{plain}")
}

#[cfg(test)]
mod tests {
    use super::arn;

    #[test]
    fn a_resource_is_the_function_without_version_or_alias() {
        for (name, region, expected) in [
            (
                "my-fn",
                Some("eu-west-1"),
                "arn:aws:lambda:eu-west-1:*:function:my-fn",
            ),
            ("my-fn:$LATEST", None, "arn:aws:lambda:*:*:function:my-fn"),
            (
                "123456789012:function:my-fn",
                Some("cn-north-1"),
                "arn:aws-cn:lambda:cn-north-1:123456789012:function:my-fn",
            ),
            (
                "arn:aws:lambda:us-east-1:123456789012:function:my-fn:live",
                Some("eu-west-1"),
                "arn:aws:lambda:us-east-1:123456789012:function:my-fn",
            ),
        ] {
            assert_eq!(arn(name, region), expected);
        }
    }
}
