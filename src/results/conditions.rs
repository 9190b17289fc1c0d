//! What two results must share to be comparable, and what differs between two subjects.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EndpointKind, SubjectResult};

/// A condition of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Sandbox or AWS.
    Endpoint,
    /// AWS region.
    Region,
    /// Lambda runtime identifier or the exact version that ran.
    Runtime,
    /// Runtime interface client.
    RuntimeClient,
    /// Architecture.
    Architecture,
    /// Memory size.
    Memory,
    /// CPU limit.
    CpuLimit,
    /// How packages are mounted.
    Mounts,
    /// Page-cache state.
    DiskState,
    /// Serial or simultaneous starts.
    Concurrency,
    /// What forces cold starts.
    Touch,
    /// Payload.
    Payload,
    /// Whether the handler ran.
    Handler,
}

/// The conditions in which two subjects differ, in a fixed order. Empty: their figures may be compared.
pub fn differing(a: &SubjectResult, b: &SubjectResult) -> Vec<Condition> {
    if [a, b].iter().any(|s| s.endpoint == EndpointKind::Logs) {
        return differing_of_logs(a, b);
    }
    [
        (
            Condition::Endpoint,
            a.endpoint == b.endpoint && a.endpoint_url == b.endpoint_url,
        ),
        (Condition::Region, a.region == b.region),
        (
            Condition::Runtime,
            a.runtime == b.runtime && a.runtime_version == b.runtime_version,
        ),
        (
            Condition::RuntimeClient,
            a.runtime_client == b.runtime_client,
        ),
        (Condition::Architecture, a.architecture == b.architecture),
        (Condition::Memory, a.memory_mb == b.memory_mb),
        (Condition::CpuLimit, a.cpu_limit == b.cpu_limit),
        (Condition::Mounts, a.mounts == b.mounts),
        (Condition::DiskState, a.disk_state == b.disk_state),
        (
            Condition::Concurrency,
            a.concurrency_mode == b.concurrency_mode,
        ),
        (Condition::Touch, a.touch == b.touch),
        (Condition::Payload, a.payload_sha256 == b.payload_sha256),
        (Condition::Handler, a.no_handler == b.no_handler),
    ]
    .into_iter()
    .filter_map(|(condition, same)| (!same).then_some(condition))
    .collect()
}

/// What logs tell of conditions is the memory size, and that it was no sandbox and no wrapper; the rest is not known, which is
/// no difference.
fn differing_of_logs(a: &SubjectResult, b: &SubjectResult) -> Vec<Condition> {
    let sandbox = [a, b].iter().any(|s| s.endpoint == EndpointKind::Sandbox);
    let memory_known = a.memory_mb > 0 && b.memory_mb > 0;
    [
        (Condition::Endpoint, !sandbox),
        (
            Condition::Memory,
            !memory_known || a.memory_mb == b.memory_mb,
        ),
        (Condition::Handler, a.no_handler == b.no_handler),
    ]
    .into_iter()
    .filter_map(|(condition, same)| (!same).then_some(condition))
    .collect()
}

/// A condition in which two subjects differ, and what it is in each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Which one.
    pub condition: Condition,
    /// Of the first.
    pub before: String,
    /// Of the second.
    pub after: String,
}

/// [`differing`], with both values.
pub fn differences(before: &SubjectResult, after: &SubjectResult) -> Vec<Difference> {
    differing(before, after)
        .into_iter()
        .map(|condition| Difference {
            condition,
            before: condition.of(before),
            after: condition.of(after),
        })
        .collect()
}

impl Condition {
    /// The name of the condition in errors, as flags and results have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Region => "region",
            Self::Runtime => "runtime",
            Self::RuntimeClient => "runtime client",
            Self::Architecture => "architecture",
            Self::Memory => "memory",
            Self::CpuLimit => "CPU limit",
            Self::Mounts => "mounts",
            Self::DiskState => "page cache",
            Self::Concurrency => "concurrency",
            Self::Touch => "touch",
            Self::Payload => "payload",
            Self::Handler => "handler",
        }
    }

    /// What it is in a subject, as flags and results have it.
    pub fn of(self, subject: &SubjectResult) -> String {
        let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "not known".into());
        match self {
            Self::Endpoint => match (subject.endpoint, &subject.endpoint_url) {
                (_, Some(url)) => url.clone(),
                (EndpointKind::Sandbox, None) => "sandbox".into(),
                (EndpointKind::Aws, None) => "AWS".into(),
                (EndpointKind::Logs, None) => "logs".into(),
            },
            Self::Region => known(&subject.region),
            Self::Runtime => match &subject.runtime_version {
                Some(version) => format!("{} ({version})", subject.runtime),
                None => subject.runtime.clone(),
            },
            Self::RuntimeClient => known(&subject.runtime_client),
            Self::Architecture => subject.architecture.clone(),
            Self::Memory => format!("{} MB", subject.memory_mb),
            Self::CpuLimit => known(&subject.cpu_limit),
            Self::Mounts => known(&subject.mounts),
            Self::DiskState => known(&subject.disk_state),
            Self::Concurrency => subject.concurrency_mode.clone(),
            Self::Touch => subject.touch.name().into(),
            // As much of the hash as tells two apart.
            Self::Payload => subject.payload_sha256.chars().take(8).collect(),
            Self::Handler if subject.no_handler => "not run".into(),
            Self::Handler => "run".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::subject;
    use crate::results::{Arm, EndpointKind, Touch};

    type Change = fn(&mut SubjectResult);

    #[test]
    fn every_condition_alone_makes_two_subjects_incomparable() {
        let same = subject(Arm::Only);
        assert_eq!(differing(&same, &same), []);
        let cases: [(Condition, Change); 15] = [
            (Condition::Endpoint, |s| {
                s.endpoint_url = Some("http://localhost:4566".into());
            }),
            (Condition::Endpoint, |s| s.endpoint = EndpointKind::Aws),
            (Condition::Region, |s| s.region = None),
            (Condition::Runtime, |s| s.runtime = "python3.13".into()),
            (Condition::Runtime, |s| {
                s.runtime_version = Some("Python 3.9.1".into());
            }),
            (Condition::RuntimeClient, |s| {
                s.runtime_client = Some("awslambdaric 3.1.1".into());
            }),
            (Condition::Architecture, |s| s.architecture = "arm64".into()),
            (Condition::Memory, |s| s.memory_mb = 1024),
            (Condition::CpuLimit, |s| s.cpu_limit = Some("0.5".into())),
            (Condition::Mounts, |s| {
                s.mounts = Some("search paths".into());
            }),
            (Condition::DiskState, |s| s.disk_state = Some("cold".into())),
            (Condition::Concurrency, |s| {
                s.concurrency_mode = "burst".into();
            }),
            (Condition::Touch, |s| s.touch = Touch::Memory),
            (Condition::Payload, |s| s.payload_sha256 = "0".into()),
            (Condition::Handler, |s| s.no_handler = true),
        ];
        for (condition, change) in cases {
            let mut other = same.clone();
            change(&mut other);
            assert_eq!(differing(&same, &other), [condition]);
            let [difference] = differences(&same, &other).try_into().unwrap();
            assert_ne!(difference.before, difference.after, "{condition:?}");
        }
    }

    #[test]
    fn another_package_is_what_a_comparison_is_for() {
        let (before, after) = (subject(Arm::Before), subject(Arm::After));
        assert_ne!(before.package_bytes, after.package_bytes);
        assert_eq!(differing(&before, &after), []);
    }
}
