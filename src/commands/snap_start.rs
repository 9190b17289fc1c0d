//! Copies of functions with `SnapStart`: their starts come in batches, by simultaneous invokes of one published version.

use crate::bench::plan::{mode, restores_mode};
use crate::config::{Settings, Target};
use crate::lambda::{Description, Lambda};

use super::Failure;

/// Restores of one batch where `--concurrency` does not say: two batches of either subject before the first look.
const BATCH: u32 = 5;

/// Finds out which starts will be restores, before anything is created; gives the mode of the last subject.
pub async fn plan(lambda: &Lambda, settings: &mut Settings) -> Result<String, Failure> {
    let mut restores = false;
    for at in 0..settings.subjects.len() {
        if let Target::Copy(copy) = &settings.subjects[at].target {
            let found = lambda.describe(&copy.model).await?;
            restores = found.snap_start;
            in_batches(settings, &found);
        }
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
