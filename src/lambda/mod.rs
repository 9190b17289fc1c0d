//! The Lambda API as this program needs it; the only room that imports the SDK.
//!
//! [`Lambda`] is a connection to one endpoint; [`Function`] is one function on it that may be touched, invoked and, at
//! the end, restored or deleted.

mod bucket;
mod connect;
mod copy;
mod create;
mod deploy;
mod describe;
mod error;
mod fetch;
mod function;
mod invoke;
pub mod journal;
mod layer;
mod leftover;
mod list;
mod log_events;
mod log_groups;
mod logs;
mod look;
mod neighbours;
mod notes;
mod publish;
mod rate;
mod stage;
mod suitable;
mod throttle;
mod touch;
mod update;

pub use bucket::Bucket;
pub use connect::{Connect, Lambda, region_of};
pub use copy::Model;
pub use create::{Created, NewCopy, TAG, UPLOAD_LIMIT};
pub use describe::{Description, LayerDescription, SandboxFacts};
pub use error::LambdaError;
pub use function::{Finished, Function};
pub use invoke::Invoked;
pub use leftover::finish_left_over;
pub use list::Listed;
pub use log_events::{LogEvents, Page, Query, Row};
pub use log_groups::LogGroup;
pub use logs::own_log_group;
pub use look::Look;
pub use stage::{Code, NewFunction, Sent};
