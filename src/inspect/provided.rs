//! What the runtime has already. AWS recommends to pack the SDK nevertheless: the runtime's changes without notice.

use schemars::JsonSchema;
use serde::Serialize;

use super::finding::{Evidence, Finding, Severity};
use super::{Distribution, Ecosystem, Subject};

/// Python's runtimes: boto3, what it needs, and the runtime client.
const PYTHON: [&str; 9] = [
    "boto3",
    "botocore",
    "s3transfer",
    "jmespath",
    "urllib3",
    "python-dateutil",
    "six",
    "awslambdaric",
    "snapshot-restore-py",
];
/// What boto3 needs.
const OF_BOTO3: [&str; 6] = [
    "botocore",
    "s3transfer",
    "jmespath",
    "urllib3",
    "python-dateutil",
    "six",
];
/// Node's runtimes have version 2 of the SDK up to 16, and version 3 from 18 on.
const FIRST_WITH_SDK_3: u32 = 18;

/// What was found to be in the runtime, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Provided {
    /// Packed although the runtime has it, in some version. To leave it out is a choice, not a remedy.
    ProvidedByRuntime {
        /// Lambda runtime identifier.
        runtime: String,
        /// What is packed, the largest first.
        packages: Vec<Packed>,
        /// boto3 itself is the runtime's, and will run with these packed packages that it needs.
        under_the_runtimes_boto3: Vec<String>,
    },
}

/// A packed distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Packed {
    /// Its name.
    pub name: String,
    /// Its packed version.
    pub version: String,
    /// Unzipped.
    pub bytes: u64,
}

/// Finds what the subject's runtime has, too.
pub fn findings(subject: &Subject, distributions: &[Distribution]) -> Vec<Finding> {
    let Some(runtime) = &subject.runtime else {
        return Vec::new();
    };
    let mut packages: Vec<Packed> = distributions
        .iter()
        .filter(|d| d.inside.is_none() && is_provided(runtime, d))
        .map(|d| Packed {
            name: d.name.clone(),
            version: d.version.clone(),
            bytes: d.bytes,
        })
        .collect();
    if packages.is_empty() {
        return Vec::new();
    }
    packages.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    let names = packages.iter().map(|packed| normal(&packed.name));
    let under = if names.clone().any(|name| name == "boto3") {
        Vec::new()
    } else {
        names
            .filter(|name| OF_BOTO3.contains(&name.as_str()))
            .collect()
    };
    vec![Finding {
        severity: Severity::Note,
        subject: subject.name.clone(),
        place: None,
        bytes: Some(packages.iter().map(|packed| packed.bytes).sum()),
        examples: Vec::new(),
        evidence: Evidence::Provided(Provided::ProvidedByRuntime {
            runtime: runtime.clone(),
            packages,
            under_the_runtimes_boto3: under,
        }),
    }]
}

/// A distribution of Python by the name that all spellings of it share.
fn normal(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

fn is_provided(runtime: &str, distribution: &Distribution) -> bool {
    if runtime.starts_with("python") {
        let name = normal(&distribution.name);
        return distribution.ecosystem == Ecosystem::Python && PYTHON.contains(&name.as_str());
    }
    let Some(major) = runtime.strip_prefix("nodejs") else {
        return false;
    };
    // `nodejs` alone is whichever is there, which is a new one.
    let major = major
        .strip_suffix(".x")
        .and_then(|major| major.parse().ok())
        .unwrap_or(FIRST_WITH_SDK_3);
    let name = distribution.name.as_str();
    let provided = if major >= FIRST_WITH_SDK_3 {
        name.starts_with("@aws-sdk/") || name.starts_with("@smithy/")
    } else {
        name == "aws-sdk"
    };
    provided && distribution.ecosystem == Ecosystem::Node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::{Place, samples};

    fn installed(name: &str, ecosystem: Ecosystem, bytes: u64) -> Distribution {
        Distribution {
            name: name.to_owned(),
            version: "1.2".to_owned(),
            ecosystem,
            place: Place::Task,
            site: String::new(),
            roots: Vec::new(),
            modules: Vec::new(),
            metadata: None,
            inside: None,
            files: Vec::new(),
            shared: Vec::new(),
            file_count: 1,
            bytes,
            packed_bytes: None,
        }
    }

    fn provided(
        runtime: &str,
        ecosystem: Ecosystem,
        names: &[&str],
    ) -> Option<(Vec<String>, Vec<String>, u64)> {
        let subject = Subject {
            runtime: Some(runtime.to_owned()),
            ..samples::subject_of(Vec::new())
        };
        let distributions: Vec<_> = (1..)
            .zip(names)
            .map(|(bytes, name)| installed(name, ecosystem, bytes))
            .collect();
        let found = findings(&subject, &distributions).pop()?;
        let Evidence::Provided(Provided::ProvidedByRuntime {
            packages,
            under_the_runtimes_boto3,
            ..
        }) = found.evidence
        else {
            panic!("{found:?}");
        };
        let names = packages.into_iter().map(|packed| packed.name).collect();
        Some((names, under_the_runtimes_boto3, found.bytes.unwrap()))
    }

    #[test]
    fn what_a_python_runtime_has_is_named_the_largest_first() {
        let names = ["boto3", "requests", "Six", "python_dateutil"];
        let (found, under, bytes) = provided("python3.12", Ecosystem::Python, &names).unwrap();
        assert_eq!(found, ["python_dateutil", "Six", "boto3"]);
        assert!(under.is_empty(), "{under:?}");
        assert_eq!(bytes, 1 + 3 + 4);
        assert_eq!(
            provided("python3.12", Ecosystem::Python, &["requests"]),
            None
        );
        assert_eq!(provided("provided.al2023", Ecosystem::Python, &names), None);
    }

    #[test]
    fn a_packed_urllib3_below_the_runtimes_boto3_is_told() {
        for (names, expected) in [
            (&["urllib3", "requests"][..], &["urllib3"][..]),
            (&["python_dateutil", "Six"], &["six", "python-dateutil"]),
            (&["awslambdaric"], &[]),
            (&["urllib3", "Boto3"], &[]),
        ] {
            let (_, under, _) = provided("python3.12", Ecosystem::Python, names).unwrap();
            assert_eq!(under, expected, "{names:?}");
        }
    }

    #[test]
    fn whatever_boto3_needs_is_the_runtimes_too_and_has_to_fit_it() {
        for name in OF_BOTO3 {
            let (found, under, _) = provided("python3.12", Ecosystem::Python, &[name]).unwrap();
            assert_eq!((found[0].as_str(), under[0].as_str()), (name, name));
        }
        let others = ["awslambdaric", "snapshot_restore_py", "boto3"];
        let (found, ..) = provided("python3.12", Ecosystem::Python, &others).unwrap();
        assert_eq!(found.len(), others.len());
    }

    #[test]
    fn nodes_runtimes_have_one_sdk_each() {
        let names = ["aws-sdk", "@aws-sdk/client-s3", "@smithy/types", "axios"];
        let found = |runtime| provided(runtime, Ecosystem::Node, &names).unwrap().0;
        assert_eq!(found("nodejs16.x"), ["aws-sdk"]);
        for runtime in ["nodejs18.x", "nodejs22.x", "nodejs"] {
            assert_eq!(found(runtime), ["@smithy/types", "@aws-sdk/client-s3"]);
        }
        for name in ["six", "axios"] {
            assert_eq!(provided("python3.12", Ecosystem::Node, &[name]), None);
        }
    }
}
