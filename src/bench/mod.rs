//! Plan, run loop, samples and their exclusion, progress events.

pub mod events;
