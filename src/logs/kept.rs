//! A sample of starts that doesn't grow with the log: those whose ids hash lowest, which no order of reading changes.

use std::collections::{BinaryHeap, HashSet};

use crate::report::scan::{Invoke, RequestId};

/// So many cold starts, and as many warm ones, stand for one side.
pub const KEPT: usize = 5000;

/// What the choice is seeded with.
pub const SEED: u64 = 20_260_101;

/// One start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptStart {
    priority: u64,
    /// As its record tells it.
    pub invoke: Invoke,
    /// When its record was written, milliseconds since 1970.
    pub time_ms: Option<i64>,
    /// Which environment: a hash of its log stream, if that is known.
    pub stream: Option<u64>,
}

impl KeptStart {
    /// In the order of time; what has none comes first.
    pub fn order(&self) -> impl Ord + use<> {
        let id = self.invoke.request_id;
        (self.time_ms, self.priority, id, self.invoke.handler_us)
    }
}

impl Ord for KeptStart {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |start: &Self| {
            let id = start.invoke.request_id;
            (start.priority, start.time_ms, id, start.invoke.handler_us)
        };
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for KeptStart {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// At most [`KEPT`] starts of all that came.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    heap: BinaryHeap<KeptStart>,
}

impl Kept {
    /// Takes a start, or doesn't; `stream` is asked for only if it does.
    #[inline]
    pub(super) fn offer(
        &mut self,
        invoke: &Invoke,
        time_ms: Option<i64>,
        stream: impl FnOnce() -> Option<u64>,
    ) {
        let priority = priority(invoke, time_ms);
        if self.heap.len() >= KEPT && self.heap.peek().is_some_and(|top| priority > top.priority) {
            return;
        }
        self.push(KeptStart {
            priority,
            invoke: *invoke,
            time_ms,
            stream: stream(),
        });
    }

    fn push(&mut self, start: KeptStart) {
        self.heap.push(start);
        if self.heap.len() > KEPT {
            self.heap.pop();
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        for start in other.heap {
            self.push(start);
        }
    }

    /// Leaves out what other lines say ended badly.
    pub(super) fn without(&mut self, ended: &HashSet<RequestId>) -> u64 {
        let before = self.heap.len();
        self.heap.retain(|start| {
            !start
                .invoke
                .request_id
                .is_some_and(|id| ended.contains(&id))
        });
        (before - self.heap.len()) as u64
    }

    /// In the order of time.
    pub fn in_order(&self) -> Vec<KeptStart> {
        let mut starts: Vec<KeptStart> = self.heap.iter().copied().collect();
        starts.sort_by_cached_key(KeptStart::order);
        starts
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// None.
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

/// Which starts are kept: the lowest, by what is no figure of theirs where they have an id.
fn priority(invoke: &Invoke, time_ms: Option<i64>) -> u64 {
    let parts = match invoke.request_id {
        Some(id) => [id.number() as u64, (id.number() >> 64) as u64],
        None => [
            time_ms.unwrap_or_default().cast_unsigned(),
            invoke.handler_us,
        ],
    };
    parts
        .into_iter()
        .fold(SEED, |hash, part| mixed(hash ^ part))
}

/// The finaliser of splitmix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::scan::Outcome;

    fn invoke(n: u64) -> Invoke {
        Invoke {
            request_id: Some(u128::from(n).into()),
            handler_us: n,
            billed_us: None,
            memory_mb: None,
            max_memory_mb: None,
            init_us: None,
            restore_us: None,
            outcome: Outcome::Done,
        }
    }

    #[test]
    fn of_many_an_even_sample_is_kept_whichever_order_they_come_in() {
        let n = 40_000;
        let mut forth = Kept::default();
        for i in 0..n {
            forth.offer(&invoke(i), Some(i.cast_signed()), || None);
        }
        let (mut odd, mut even) = (Kept::default(), Kept::default());
        for i in (0..n).rev() {
            let half = if i % 2 == 0 { &mut even } else { &mut odd };
            half.offer(&invoke(i), Some(i.cast_signed()), || None);
        }
        even.add(odd);
        assert_eq!(forth.len(), KEPT);
        assert_eq!(forth.in_order(), even.in_order());
        let mean = forth
            .in_order()
            .iter()
            .map(|s| s.invoke.handler_us)
            .sum::<u64>()
            / KEPT as u64;
        assert!((19_000..21_000).contains(&mean), "{mean}");
    }
}
