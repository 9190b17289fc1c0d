//! What a cold start's init spends its time on, and what loading less of it would save. No I/O, no SDK type.

pub mod node;
pub mod recording;
pub mod tree;

pub use recording::{Deferred, Import, Language, LoadError, Module, Phase, Recording};
