//! The Lambda API as this program needs it; the only room that imports the SDK.
//!
//! [`Lambda`] is a connection to one endpoint; [`Function`] is one function on it that may be touched, invoked and, at
//! the end, restored or deleted.

mod connect;
mod describe;
mod error;
mod function;
mod invoke;
mod list;
mod notes;
mod rate;
mod stage;

pub use connect::{Connect, Lambda};
pub use describe::{Description, LayerDescription, SandboxFacts};
pub use error::LambdaError;
pub use function::{Finished, Function};
pub use invoke::Invoked;
pub use stage::{Code, NewFunction};
