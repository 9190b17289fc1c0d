//! What two results must share to be comparable, and what differs between two subjects.

use super::SubjectResult;

/// A condition of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

/// The conditions in which two subjects differ, in a fixed order. Empty: their figures may be compared.
pub fn differing(a: &SubjectResult, b: &SubjectResult) -> Vec<Condition> {
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
    ]
    .into_iter()
    .filter_map(|(condition, same)| (!same).then_some(condition))
    .collect()
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
        let cases: [(Condition, Change); 14] = [
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
        ];
        for (condition, change) in cases {
            let mut other = same.clone();
            change(&mut other);
            assert_eq!(differing(&same, &other), [condition]);
        }
    }

    #[test]
    fn another_package_is_what_a_comparison_is_for() {
        let (before, after) = (subject(Arm::Before), subject(Arm::After));
        assert_ne!(before.package_bytes, after.package_bytes);
        assert_eq!(differing(&before, &after), []);
    }
}
