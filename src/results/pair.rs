//! Two arms of stored results -> one result: what the report, the gate and the exports take. Pure.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conditions::{Difference, differences};
use super::observed::Observational;
use super::{Arm, Ending, Kind, RunResult};
use crate::stats::Looks;

/// A *before* that was measured in another run: what is compared with it is indicative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StoredBefore {
    /// The run that it was measured in.
    pub id: String,
    /// When that began.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub created_at: Timestamp,
    /// The baseline's name, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The machine that it was measured on.
    pub machine: String,
    /// Cold starts that were planned there.
    pub runs: u32,
    /// Which arm it was.
    pub arm: Arm,
    /// Which arm of its own run stands as *after*, where that run had two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_arm: Option<Arm>,
    /// The conditions in which the two differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<Difference>,
    /// One side or both were read from logs: not a controlled experiment, and this is what is known of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observational: Option<Observational>,
}

/// One result of two arms, `before` as [`Arm::Before`] and `after` as [`Arm::After`], not judged yet. Where they come from
/// one run it is that run's; where not, it is the run of `after`, with a stored before and one look at all there is. An arm
/// that its result doesn't have is left out.
pub fn pair(before: (&RunResult, Arm), after: (&RunResult, Arm)) -> RunResult {
    let same_run = before.0.id == after.0.id;
    let mut paired = after.0.clone();
    paired.subjects.clear();
    paired.summary.clear();
    paired.exclusions.clear();
    paired.samples.clear();
    paired.judgements.clear();
    paired.stored_before = None;
    for ((result, from), to) in [(before, Arm::Before), (after, Arm::After)] {
        let subjects = result.subjects.iter().filter(|s| s.arm == from).cloned();
        paired.subjects.extend(subjects.map(|mut subject| {
            subject.arm = to;
            subject
        }));
        let summary = result.summary.iter().filter(|s| s.arm == from).cloned();
        paired.summary.extend(summary.map(|mut summary| {
            summary.arm = to;
            summary
        }));
        let excluded = result.exclusions.iter().filter(|e| e.arm == from).cloned();
        paired.exclusions.extend(excluded.map(|mut excluded| {
            excluded.arm = to;
            excluded
        }));
        let samples = result.samples.iter().filter(|s| s.arm == from).cloned();
        paired.samples.extend(samples.map(|mut sample| {
            sample.arm = to;
            sample
        }));
    }
    if same_run {
        paired.samples.sort_by_key(|sample| sample.index);
        return paired;
    }
    for (index, sample) in (0..).zip(&mut paired.samples) {
        sample.index = index;
        sample.look = 0;
    }
    let starts = [Arm::Before, Arm::After].map(|arm| paired.accepted(arm, Kind::Cold));
    let starts = starts.into_iter().min().unwrap_or(0);
    paired.plan.looks = Some(Looks::one(u32::try_from(starts).unwrap_or(u32::MAX)));
    paired.plan.around = false;
    paired.look = Some(1);
    let stored = before.0;
    let told = |warning: &&String| !after.0.warnings.contains(warning);
    paired.warnings.extend(
        stored
            .warnings
            .iter()
            .filter(told)
            .map(|w| format!("before: {w}")),
    );
    if let Ending::Stopped { why } = &stored.ending {
        let warning = format!("before: its run was stopped before its plan was done: {why}");
        paired.warnings.push(warning);
    }
    paired.stored_before = Some(StoredBefore {
        id: stored.id.clone(),
        created_at: stored.created_at,
        name: None,
        machine: stored.machine.clone(),
        runs: stored.plan.runs,
        arm: before.1,
        after_arm: (after.1 != Arm::Only).then_some(after.1),
        differs: match paired.subjects.as_slice() {
            [before, after] => differences(before, after),
            _ => Vec::new(),
        },
        observational: None,
    });
    paired
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::{pair as measured_pair, single};
    use crate::results::{ExcludedCount, Exclusion, Kind};

    fn stored() -> RunResult {
        let mut stored = measured_pair();
        stored.id = "20261101T000000Z-7".into();
        stored.plan.runs = 30;
        stored.exclusions = vec![ExcludedCount {
            arm: Arm::After,
            kind: Kind::Cold,
            reason: Exclusion::FirstStart,
            count: 1,
        }];
        stored
    }

    #[test]
    fn two_runs_are_one_result_with_a_stored_before_and_one_look() {
        let (then, now) = (stored(), single());
        let paired = pair((&then, Arm::After), (&now, Arm::Only));
        assert_eq!(paired.id, now.id);
        let arms: Vec<Arm> = paired.subjects.iter().map(|s| s.arm).collect();
        assert_eq!(arms, [Arm::Before, Arm::After]);
        assert_eq!(paired.accepted(Arm::Before, Kind::Cold), 20);
        assert_eq!(paired.accepted(Arm::After, Kind::Cold), 20);
        assert_eq!(paired.exclusions[0].arm, Arm::Before);
        let indices: Vec<u64> = paired.samples.iter().map(|s| s.index).collect();
        assert!(indices.windows(2).all(|two| two[0] < two[1]));
        let looks = paired.plan.looks.clone().unwrap();
        assert_eq!(
            (looks.at, looks.alpha, paired.look),
            (vec![20], 0.05, Some(1))
        );
        let before = paired.stored_before.unwrap();
        assert_eq!(
            (before.id.as_str(), before.runs),
            ("20261101T000000Z-7", 30)
        );
        assert_eq!(before.arm, Arm::After);
        assert!(before.differs.is_empty());
    }

    #[test]
    fn two_arms_of_one_run_are_measured_and_keep_their_order() {
        let run = measured_pair();
        let same = pair((&run, Arm::Before), (&run, Arm::After));
        assert_eq!(same, run);
        let swapped = pair((&run, Arm::After), (&run, Arm::Before));
        assert_eq!(swapped.stored_before, None);
        assert_eq!(
            swapped.summary_of(Arm::Before).unwrap().cold_ms,
            run.summary_of(Arm::After).unwrap().cold_ms
        );
    }

    #[test]
    fn what_differs_is_kept_with_both_values() {
        let (mut then, now) = (stored(), single());
        then.subjects[1].memory_mb = 256;
        let paired = pair((&then, Arm::After), (&now, Arm::Only));
        let [difference] = paired.stored_before.unwrap().differs.try_into().unwrap();
        assert_eq!(
            (difference.before.as_str(), difference.after.as_str()),
            ("256 MB", "512 MB")
        );
    }

    #[test]
    fn a_before_that_was_stopped_or_warned_about_is_said_to_be() {
        let (mut then, now) = (stored(), single());
        then.warnings = vec!["a function of JSON logs".into()];
        then.ending = Ending::Stopped {
            why: "interrupted".into(),
        };
        let warnings = pair((&then, Arm::After), (&now, Arm::Only)).warnings;
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(
            warnings
                .iter()
                .all(|warning| warning.starts_with("before: "))
        );
    }
}
