//! Copies of functions with `SnapStart`: their starts come in batches, by simultaneous invokes of one published version.

use crate::bench::plan::{mode, restores_mode};
use crate::config::{CopySpec, Settings, Target};
use crate::cost::SnapFare;
use crate::exit::Exit;
use crate::lambda::{Description, Lambda};

use super::Failure;

/// Restores of one batch where `--concurrency` does not say: two batches of either subject before the first look.
const BATCH: u32 = 5;

/// Finds out which starts will be restores, before anything is created; gives the mode of the last subject.
///
/// # Errors
/// If the snapshots alone pass `--max-cost`.
pub async fn plan(lambda: &Lambda, settings: &mut Settings) -> Result<String, Failure> {
    let mut restores = false;
    let mut snapshots_usd = 0.0;
    for subject in settings.subjects.clone() {
        let Target::Copy(copy) = &subject.target else {
            continue;
        };
        let found = lambda.describe(&copy.model).await?;
        restores = found.snap_start;
        in_batches(settings, &found);
        if restores {
            snapshots_usd += snapshot_usd(settings, copy, &found, &lambda.region).unwrap_or(0.0);
        }
    }
    if let Some(limit_usd) = settings.safety.max_cost_usd
        && snapshots_usd > limit_usd
    {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "the snapshots of SnapStart alone, paid for three hours at least, cost {snapshots_usd:.6} dollars, more \
                 than --max-cost {limit_usd}"
            ),
        )
        .hint(Some("allow more, or less --memory; Java's are free".into())));
    }
    let at_once = settings.pace.concurrency;
    Ok(if restores {
        restores_mode(at_once)
    } else {
        mode(at_once)
    })
}

/// Where starts of a copy of `found` are restores, several are asked for at once.
pub fn in_batches(settings: &mut Settings, found: &Description) {
    if found.snap_start && settings.pace.concurrency == 1 {
        settings.pace.concurrency = BATCH.min(settings.looks.runs()).max(1);
        settings.looks = settings.looks.clone().in_bursts(settings.pace.concurrency);
    }
}

fn snapshot_usd(
    settings: &Settings,
    copy: &CopySpec,
    found: &Description,
    region: &str,
) -> Option<f64> {
    let memory_mb = copy.memory_mb.map_or(found.memory_mb, u64::from);
    let runtime = copy.runtime.as_deref().or(found.runtime.as_deref())?;
    let fare = settings
        .safety
        .prices()
        .snap_start(memory_mb, runtime, Some(region))?;
    Some(fare.usd(SnapFare::LEAST_S, 0))
}
