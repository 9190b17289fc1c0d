//! Plan, run loop, samples and their exclusion, progress events.

mod ahead;
pub mod budget;
pub mod checks;
pub mod estimate;
pub mod events;
pub mod judge;
pub mod payload;
pub mod plan;
pub mod run;
pub mod stop;
pub mod stopped;
pub mod summary;
pub mod target;
