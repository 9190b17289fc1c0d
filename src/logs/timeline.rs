//! Invokes and cold starts over time in a fixed number of slots, whose width grows with the time that they must cover.

/// As many as fit a line.
const SLOTS: i64 = 60;

const FIRST_WIDTH_MS: i64 = 1000;

/// What began in one slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Slot {
    /// Invokes.
    pub invokes: u64,
    /// Those that were cold.
    pub cold: u64,
}

/// Slots of equal width from the first to the last invoke, in memory that doesn't grow.
#[derive(Debug, Clone)]
pub struct Timeline {
    width_ms: i64,
    /// The number of the first slot: its time, divided by the width.
    first: i64,
    slots: Vec<Slot>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            width_ms: FIRST_WIDTH_MS,
            first: 0,
            slots: Vec::new(),
        }
    }
}

impl Timeline {
    /// Takes an invoke.
    #[inline]
    pub fn record(&mut self, time_ms: i64, cold: bool) {
        self.add_to(
            time_ms,
            Slot {
                invokes: 1,
                cold: u64::from(cold),
            },
        );
    }

    fn add_to(&mut self, time_ms: i64, more: Slot) {
        let number = self.number(time_ms);
        let slot = &mut self.slots[number];
        slot.invokes += more.invokes;
        slot.cold += more.cold;
    }

    /// The slot of a time, which is made if it isn't there.
    fn number(&mut self, time_ms: i64) -> usize {
        loop {
            let number = time_ms.div_euclid(self.width_ms);
            let known = number.wrapping_sub(self.first) as usize;
            if known < self.slots.len() {
                return known;
            }
            if self.slots.is_empty() {
                self.first = number;
            }
            let first = self.first.min(number);
            let last = number.max(self.first + self.count() - 1);
            if last - first < SLOTS {
                let missing = (self.first - first) as usize;
                self.slots
                    .splice(0..0, std::iter::repeat_n(Slot::default(), missing));
                self.first = first;
                self.slots
                    .resize((last - first + 1) as usize, Slot::default());
                return (number - first) as usize;
            }
            self.widen();
        }
    }

    /// Slots twice as wide, at multiples of their width, so that two timelines of one width have the same slots.
    fn widen(&mut self) {
        let old = std::mem::take(&mut self.slots);
        let first = self.first;
        self.width_ms *= 2;
        self.first = first.div_euclid(2);
        for (number, slot) in (first..).zip(old) {
            let number = (number.div_euclid(2) - self.first) as usize;
            if number == self.slots.len() {
                self.slots.push(Slot::default());
            }
            self.slots[number].invokes += slot.invokes;
            self.slots[number].cold += slot.cold;
        }
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        while self.width_ms < other.width_ms && !other.slots.is_empty() {
            self.widen();
        }
        for (number, slot) in (other.first..).zip(&other.slots) {
            if slot.invokes > 0 {
                self.add_to(number * other.width_ms, *slot);
            }
        }
    }

    fn count(&self) -> i64 {
        i64::try_from(self.slots.len()).unwrap_or(SLOTS)
    }

    /// How much time a slot covers, milliseconds.
    pub fn width_ms(&self) -> i64 {
        self.width_ms
    }

    /// When the first slot begins.
    pub fn start_ms(&self) -> i64 {
        self.first * self.width_ms
    }

    /// From the first to the last; empty if no invoke had a time.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }
}
