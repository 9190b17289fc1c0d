//! Touches that settle while something else is measured: each is polled whenever the run waits for anything.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::lambda::LambdaError;

type Settled = Result<Duration, LambdaError>;

/// The touches under way, one for each subject at most.
pub(super) struct Ahead<'a> {
    of_subject: Vec<Touch<'a>>,
}

enum Touch<'a> {
    None,
    Settling(
        Instant,
        Pin<Box<dyn Future<Output = Result<(), LambdaError>> + 'a>>,
    ),
    Settled(Settled),
}

impl<'a> Ahead<'a> {
    pub(super) fn new(subjects: usize) -> Self {
        Self {
            of_subject: (0..subjects).map(|_| Touch::None).collect(),
        }
    }

    pub(super) fn is_begun(&self, subject: usize) -> bool {
        !matches!(self.of_subject[subject], Touch::None)
    }

    /// A touch was sent; `settled` waits until it is in force, and may be dropped at any time.
    pub(super) fn begin(
        &mut self,
        subject: usize,
        settled: impl Future<Output = Result<(), LambdaError>> + 'a,
    ) {
        self.of_subject[subject] = Touch::Settling(Instant::now(), Box::pin(settled));
    }

    /// Does something while the touches settle.
    pub(super) async fn during<F: Future>(&mut self, other: F) -> F::Output {
        let mut other = pin!(other);
        poll_fn(|context| {
            self.poll(context);
            other.as_mut().poll(context)
        })
        .await
    }

    /// Waits until the touch of a subject is in force, and says how long that took.
    pub(super) async fn settled(&mut self, subject: usize) -> Settled {
        poll_fn(|context| {
            self.poll(context);
            match std::mem::replace(&mut self.of_subject[subject], Touch::None) {
                Touch::Settled(settled) => Poll::Ready(settled),
                waiting => {
                    self.of_subject[subject] = waiting;
                    Poll::Pending
                }
            }
        })
        .await
    }

    fn poll(&mut self, context: &mut Context<'_>) {
        for touch in &mut self.of_subject {
            if let Touch::Settling(begun, settled) = touch
                && let Poll::Ready(outcome) = settled.as_mut().poll(context)
            {
                let took = begun.elapsed();
                *touch = Touch::Settled(outcome.map(|()| took));
            }
        }
    }
}
