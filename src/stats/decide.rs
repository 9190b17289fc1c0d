//! What a change comes to at a limit, and how many more pairs would tell. Pure.

use super::Change;

/// What can be said of a change at a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Within the limit, and smaller than before for certain.
    Improved,
    /// Within the limit for certain.
    Passed,
    /// Neither.
    Inconclusive {
        /// About how many more pairs would tell; none where no affordable number would, or where there are too few to guess
        /// from.
        more_pairs: Option<u32>,
    },
    /// Beyond the limit, and there is a change for certain.
    Regressed,
}

/// More than this in all is not advice that anybody can take.
const MOST_PAIRS: f64 = 1000.0;

/// The decision on `change` at a `limit` of 0.10 for +10 %, at the change's own level.
///
/// `p` is the change's, or what a correction for several questions has made of it.
pub fn verdict(change: &Change, p: f64, limit: f64) -> Decision {
    let significant = p < change.alpha;
    match (change.ratio, change.interval) {
        (Some(ratio), _) if significant && ratio >= 1.0 + limit => Decision::Regressed,
        (Some(ratio), Some((_, high))) if high < 1.0 + limit => {
            if significant && ratio < 1.0 {
                Decision::Improved
            } else {
                Decision::Passed
            }
        }
        _ => Decision::Inconclusive {
            more_pairs: more_pairs(change, limit),
        },
    }
}

/// On logs an interval of m pairs is narrower than that of n by the root of n/m: as many as it takes until the end that
/// stands in the way has come as near to the ratio as the limit is, or, past the limit, as no change is.
fn more_pairs(change: &Change, limit: f64) -> Option<u32> {
    let (ratio, (low, high)) = (change.ratio?, change.interval?);
    let (width, room) = if ratio < 1.0 + limit {
        ((high / ratio).ln(), ((1.0 + limit) / ratio).ln())
    } else {
        ((ratio / low).ln(), ratio.ln())
    };
    let pairs = change.n_before.min(change.n_after) as f64;
    let wanted = pairs * (width / room).powi(2);
    (wanted <= MOST_PAIRS).then(|| (wanted - pairs).ceil().max(1.0) as u32)
}
