//! Which cold start when: ABBA blocks, each turned or not by a coin that the seed tosses. Pure.

use sha2::{Digest as _, Sha256};

use crate::results::{Arm, PlanRecord};
use crate::stats::Looks;

/// One touch of the plan, and the cold starts after it: one, or a burst of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Which subject.
    pub arm: Arm,
    /// The block, from 0.
    pub block: u32,
}

/// All cold starts in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Seed of the order.
    pub seed: u64,
    /// Cold starts per subject at most.
    pub runs: u32,
    /// When the data of two subjects may be judged; the last look is the end.
    pub looks: Looks,
    /// Warm invokes after each.
    pub warm_invokes: u32,
    /// Simultaneous cold starts after each touch.
    pub concurrency: u32,
    /// The measured touches in order.
    pub order: Vec<Slot>,
}

impl Plan {
    /// `runs` cold starts of each arm, one after another, and one look at the end.
    pub fn new(seed: u64, runs: u32, warm_invokes: u32, arms: &[Arm]) -> Self {
        Self::looking(seed, &Looks::one(runs), warm_invokes, arms, 1)
    }

    /// As many cold starts of each arm as the last look needs, in bursts of `concurrency`; the looks are rounded up to
    /// whole bursts. Two arms alternate as ABBA or BAAB; where a look leaves half a block, that is AB or BA.
    ///
    /// A drift of the machine that is steady over a block costs both arms the same, and at a look both have the same
    /// number of starts: a block ends at each.
    pub fn looking(
        seed: u64,
        looks: &Looks,
        warm_invokes: u32,
        arms: &[Arm],
        concurrency: u32,
    ) -> Self {
        let concurrency = concurrency.max(1);
        let looks = looks.clone().in_bursts(concurrency);
        let runs = looks.runs();
        let order = match *arms {
            [a, b] => {
                let mut order = Vec::new();
                let (mut block, mut done) = (0, 0);
                for at in looks.at.iter().map(|starts| starts / concurrency) {
                    while done < at {
                        let (x, y) = if heads(seed, block) { (a, b) } else { (b, a) };
                        let each = (at - done).min(2);
                        let arms = [x, y, y, x].into_iter().take(2 * each as usize);
                        order.extend(arms.map(|arm| Slot { arm, block }));
                        (block, done) = (block + 1, done + each);
                    }
                }
                order
            }
            _ => arms
                .iter()
                .flat_map(|&arm| (0..runs / concurrency).map(move |block| Slot { arm, block }))
                .collect(),
        };
        Self {
            seed,
            runs,
            looks,
            warm_invokes,
            concurrency,
            order,
        }
    }

    /// Whether two subjects are measured together.
    pub fn is_pair(&self) -> bool {
        self.order
            .first()
            .is_some_and(|first| self.order.iter().any(|slot| slot.arm != first.arm))
    }

    /// The look, from 0, that comes once `touches` of the order are done, if one does. One subject alone has none.
    pub fn look_after(&self, touches: usize) -> Option<usize> {
        let each = |starts: &u32| 2 * (starts / self.concurrency) as usize;
        self.looks
            .at
            .iter()
            .position(|starts| self.is_pair() && each(starts) == touches)
    }

    /// How many touches of the order there are up to the look that comes next after `touches` of them.
    pub fn until_look(&self, touches: usize) -> usize {
        (touches + 1..self.order.len())
            .find(|&later| self.look_after(later).is_some())
            .unwrap_or(self.order.len())
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
            looks: self.is_pair().then(|| self.looks.clone()),
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
        let plan = Plan::looking(7, &Looks::one(21), 5, &PAIR, 10);
        assert_eq!(plan.runs, 30);
        assert_eq!(letters(&plan), letters(&Plan::new(7, 3, 5, &PAIR)));
        assert_eq!(plan.record().order.len(), 60);
        assert_eq!(mode(plan.concurrency), "burst 10");
        let single = Plan::looking(7, &Looks::one(21), 5, &PAIR, 1);
        assert_eq!(single, Plan::new(7, 21, 5, &PAIR));
    }

    #[test]
    fn the_usual_looks_do_not_change_the_order_of_a_seed() {
        let plan = Plan::looking(7, &Looks::standard(), 5, &PAIR, 1);
        assert_eq!(plan.order, Plan::new(7, 30, 5, &PAIR).order);
        let looks = (0..=60).filter_map(|done| Some((done, plan.look_after(done)?)));
        assert_eq!(looks.collect::<Vec<_>>(), [(20, 0), (40, 1), (60, 2)]);
        assert_eq!((plan.until_look(0), plan.until_look(20)), (20, 40));
        assert_eq!(plan.record().looks, Some(Looks::standard()));
    }

    #[test]
    fn one_subject_has_no_looks() {
        let plan = Plan::new(7, 20, 5, &[Arm::Only]);
        assert_eq!(plan.record().looks, None);
        assert!((0..=20).all(|done| plan.look_after(done).is_none()));
        assert_eq!(plan.until_look(3), 20);
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
        fn a_block_ends_at_each_look_and_both_arms_have_as_many_starts(seed: u64, concurrency in 1u32..15) {
            let plan = Plan::looking(seed, &Looks::standard(), 0, &PAIR, concurrency);
            for (look, at) in plan.looks.at.iter().enumerate() {
                let touches = 2 * (at / concurrency) as usize;
                prop_assert_eq!(plan.look_after(touches), Some(look));
                let done = &plan.order[..touches];
                let of_one = done.iter().filter(|slot| slot.arm == Arm::Before).count();
                prop_assert_eq!(of_one as u32 * concurrency, *at);
                let next = plan.order.get(touches);
                prop_assert!(next.is_none_or(|slot| slot.block > done[touches - 1].block));
            }
            prop_assert_eq!(plan.order.len() as u32 * concurrency, 2 * plan.runs);
        }

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
