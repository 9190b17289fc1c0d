//! `run --iam-policy`: the least that the caller must be allowed for exactly this command.

use serde_json::{Value, json};

use crate::config::naming::plain_name;
use crate::config::{CopySpec, Place, Settings, Target};
use crate::exit::Exit;
use crate::lambda::region_of;

use super::{Failure, print};

/// Prints the policy.
pub async fn print_policy(settings: &Settings) -> Result<Exit, Failure> {
    let policy = policy(settings, region(settings).await.as_deref());
    let mut text = serde_json::to_string_pretty(&policy).expect("it has only string keys");
    text.push('\n');
    print(&text)?;
    Ok(Exit::Done)
}

/// The region as far as flags, variables and profiles tell, without a call.
async fn region(settings: &Settings) -> Option<String> {
    match &settings.place {
        Place::Sandbox => None,
        Place::Aws {
            region, profile, ..
        } => region_of(region.as_deref(), profile.as_deref()).await,
    }
}

/// The policy; packages on this machine need no permission at all.
pub fn policy(settings: &Settings, region: Option<&str>) -> Value {
    let arns = resources(settings, region);
    let mut statements = Vec::new();
    if !arns.is_empty() {
        statements.push(json!({
            "Sid": "LambenchInPlace",
            "Effect": "Allow",
            "Action": actions(settings),
            "Resource": arns,
        }));
    }
    statements.extend(for_copies(settings, region));
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// What copies need: to read what is copied, to do all with functions and layers of our own, to pass the role on.
fn for_copies(settings: &Settings, region: Option<&str>) -> Vec<Value> {
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
    let allow = |id: &str, actions: &[&str], resources: Vec<String>| json!({ "Sid": id, "Effect": "Allow", "Action": actions, "Resource": resources });
    // A version or an alias of it is read, too.
    let models = copies
        .iter()
        .flat_map(|copy| {
            let plain = arn(&copy.model, region);
            [format!("{plain}:*"), plain]
        })
        .collect();
    let ours = arn("lambench-*", region);
    let layers = ours.replace(":function:", ":layer:");
    vec![
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
            vec![ours],
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
    ]
}

/// What is called on functions in place.
pub fn actions(settings: &Settings) -> Vec<&'static str> {
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
pub fn resources(settings: &Settings, region: Option<&str>) -> Vec<String> {
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
