//! What REPORT lines of any amount tell of a function: read from files, archives and pipes, counted in one pass and in
//! memory that doesn't grow with them.
//!
//! `source` finds the files and says how each is to be read, `read` goes through them on all processors and hands every
//! record (see [`crate::report::scan`]) to a `Tallies`, which knows the filters and the groups; a `Tally` holds the
//! counts and distributions of one group.

mod csv;
mod cursor;
mod distribution;
mod gather;
mod kept;
mod map;
mod read;
mod source;
mod stream;
mod summary;
mod tallies;
mod tally;
mod timeline;

#[cfg(test)]
mod tests;

pub use cursor::{Cursor, LogEvent};
pub use distribution::Distribution;
pub use gather::{Gather, Pool, Span};
pub use kept::{KEPT, Kept, KeptStart, SEED};
pub use read::{ReadError, Reading, Sink, Watch, read};
pub use source::{Source, SourceError, once_each, sources};
pub use summary::{
    Amount, Asked, Bins, Bucket, CloudAmount, Cost, Figures, Fit, Group, MemoryUse, Narrowed,
    PriceBasis, Records, SCHEMA_VERSION, Sort, Spread, Start, Summary, TimeSlots,
};
pub use tallies::{By, Filter, GROUPS, Key, OTHERS, Tallies, function_in};
pub use tally::{Size, Sizes, Slow, Tally};
pub use timeline::{Slot, Timeline};
