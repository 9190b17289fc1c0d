//! Which cold start when: ABBA blocks, each turned or not by a coin that the seed tosses. Pure.

use sha2::{Digest as _, Sha256};

use crate::results::{Arm, PlanRecord};

/// One touch of the plan, and the cold starts after it: one, or a burst of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Which subject.
    pub arm: Arm,
    /// The block, from 0.
    pub block: u32,
}

/// All cold starts in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Seed of the order.
    pub seed: u64,
    /// Cold starts per subject.
    pub runs: u32,
    /// Warm invokes after each.
    pub warm_invokes: u32,
    /// Simultaneous cold starts after each touch.
    pub concurrency: u32,
    /// The measured touches in order.
    pub order: Vec<Slot>,
}

impl Plan {
    /// `runs` cold starts of each arm. Two arms alternate as ABBA or BAAB; an odd `runs` ends in AB or BA.
    ///
    /// A drift of the machine that is steady over a block costs both arms the same.
    pub fn new(seed: u64, runs: u32, warm_invokes: u32, arms: &[Arm]) -> Self {
        let order = match *arms {
            [a, b] => (0..runs.div_ceil(2))
                .flat_map(|block| {
                    let (x, y) = if heads(seed, block) { (a, b) } else { (b, a) };
                    let left = 2 * (runs - 2 * block).min(2) as usize;
                    [x, y, y, x]
                        .into_iter()
                        .take(left)
                        .map(move |arm| Slot { arm, block })
                })
                .collect(),
            _ => arms
                .iter()
                .flat_map(|&arm| (0..runs).map(move |block| Slot { arm, block }))
                .collect(),
        };
        Self {
            seed,
            runs,
            warm_invokes,
            concurrency: 1,
            order,
        }
    }

    /// As [`Self::new`], but with bursts of `concurrency` cold starts where that has single ones; `runs` is rounded up
    /// to whole bursts.
    pub fn bursts(seed: u64, runs: u32, warm_invokes: u32, arms: &[Arm], concurrency: u32) -> Self {
        let concurrency = concurrency.max(1);
        let mut plan = Self::new(seed, runs.div_ceil(concurrency), warm_invokes, arms);
        plan.runs *= concurrency;
        plan.concurrency = concurrency;
        plan
    }

    /// How many cold starts of one subject may be excluded and replaced before the run stops: half as many as planned,
    /// and five at least; of bursts two.
    pub fn replacement_cap(&self) -> u32 {
        let bursts = if self.concurrency > 1 {
            2 * self.concurrency
        } else {
            0
        };
        self.runs.div_ceil(2).max(5).max(bursts)
    }

    /// As the result stores it.
    pub fn record(&self) -> PlanRecord {
        PlanRecord {
            seed: self.seed,
            runs: self.runs,
            warm_invokes: self.warm_invokes,
            order: self
                .order
                .iter()
                .flat_map(|slot| (0..self.concurrency).map(|_| slot.arm))
                .collect(),
            around: false,
            looks: None,
        }
    }
}

/// The concurrency mode as the result names it: two of different modes are never compared.
pub fn mode(concurrency: u32) -> String {
    match concurrency {
        0 | 1 => "serial".to_owned(),
        n => format!("burst {n}"),
    }
}

/// The same of a published version with `SnapStart`: this many restores by simultaneous invokes.
pub fn restores_mode(batch: u32) -> String {
    format!("restores {batch}")
}

/// How many starts at a time a mode means.
pub fn at_once(mode: &str) -> u32 {
    mode.strip_prefix("burst ")
        .or_else(|| mode.strip_prefix("restores "))
        .and_then(|n| n.parse().ok())
        .unwrap_or(1)
}

/// A hash, not a generator: the order of a seed must stay the same in every version of the program.
fn heads(seed: u64, block: u32) -> bool {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(block.to_le_bytes());
    hash.finalize()[0] & 1 == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAIR: [Arm; 2] = [Arm::Before, Arm::After];

    fn letters(plan: &Plan) -> String {
        plan.order
            .iter()
            .map(|slot| match slot.arm {
                Arm::Before => 'b',
                Arm::After => 'a',
                Arm::Only => 'o',
            })
            .collect()
    }

    #[test]
    fn the_order_of_a_seed_never_changes() {
        assert_eq!(letters(&Plan::new(7, 10, 5, &PAIR)), "abbabaababbaabbaabba");
    }

    #[test]
    fn a_single_subject_is_simply_repeated() {
        let plan = Plan::new(1, 3, 0, &[Arm::Only]);
        assert_eq!(letters(&plan), "ooo");
        assert_eq!(plan.order[2].block, 2);
    }

    #[test]
    fn bursts_alternate_as_single_starts_do_and_are_whole() {
        let plan = Plan::bursts(7, 21, 5, &PAIR, 10);
        assert_eq!(plan.runs, 30);
        assert_eq!(letters(&plan), letters(&Plan::new(7, 3, 5, &PAIR)));
        assert_eq!(plan.record().order.len(), 60);
        assert_eq!(mode(plan.concurrency), "burst 10");
        for mode in [mode(10), restores_mode(10)] {
            assert_eq!(at_once(&mode), 10);
        }
        assert_eq!(at_once(&mode(1)), 1);
        assert_eq!(Plan::bursts(7, 21, 5, &PAIR, 1), Plan::new(7, 21, 5, &PAIR));
    }

    #[test]
    fn seeds_give_different_orders() {
        let orders: std::collections::HashSet<String> = (0..20)
            .map(|seed| letters(&Plan::new(seed, 10, 0, &PAIR)))
            .collect();
        assert!(orders.len() > 10, "{orders:?}");
    }

    proptest! {
        #[test]
        fn both_arms_start_equally_often_and_in_the_same_blocks(seed: u64, runs in 1u32..60) {
            let plan = Plan::new(seed, runs, 0, &PAIR);
            for arm in PAIR {
                prop_assert_eq!(plan.order.iter().filter(|s| s.arm == arm).count(), runs as usize);
            }
            for pair in plan.order.chunks(2) {
                prop_assert_ne!(pair[0].arm, pair[1].arm);
                prop_assert_eq!(pair[0].block, pair[1].block);
            }
        }
    }
}
