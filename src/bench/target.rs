//! What a run measures, and one call of it with its time.

use std::time::{Duration, Instant};

use crate::lambda::{Function, Invoked, LambdaError};

/// What the loop measures: a [`Function`], or a fake of it.
#[expect(async_fn_in_trait, reason = "used inside this crate, on one task")]
pub trait Target {
    /// Retires every environment, as soon as that is in force.
    async fn touch(&self) -> Result<(), LambdaError>;
    /// Waits until the last touch is in force.
    async fn settled(&self) -> Result<(), LambdaError>;
    /// Fails if somebody else has changed the function since then.
    async fn unchanged(&self) -> Result<(), LambdaError>;
    /// Opens as many connections as there are simultaneous invokes.
    async fn open(&self, _connections: u32) {}
    /// One invoke, client clock around it.
    async fn invoke(&self, payload: Vec<u8>) -> Result<Invoked, LambdaError>;
    /// True for a published version: it can't be touched, and its cold starts are restores, given by simultaneous
    /// invokes.
    fn restores(&self) -> bool {
        false
    }
}

impl Target for Function {
    async fn touch(&self) -> Result<(), LambdaError> {
        Self::begin_touch(self).await
    }
    async fn settled(&self) -> Result<(), LambdaError> {
        Self::settled(self).await
    }
    async fn unchanged(&self) -> Result<(), LambdaError> {
        Self::unchanged(self).await
    }
    async fn open(&self, connections: u32) {
        Self::open(self, connections).await;
    }
    async fn invoke(&self, payload: Vec<u8>) -> Result<Invoked, LambdaError> {
        Self::invoke(self, payload).await
    }
    fn restores(&self) -> bool {
        Self::restores(self)
    }
}

/// One invoke that came back, with an answer or without.
pub(super) struct Sent {
    pub started_at: jiff::Timestamp,
    pub took: Duration,
    pub invoked: Result<Invoked, LambdaError>,
}

pub(super) async fn send<T: Target>(target: &T, payload: Vec<u8>) -> Sent {
    let (started_at, clock) = (jiff::Timestamp::now(), Instant::now());
    let invoked = target.invoke(payload).await;
    Sent {
        started_at,
        took: clock.elapsed(),
        invoked,
    }
}
