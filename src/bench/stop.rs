//! The wish to stop: set once by a signal or by the clock, seen by the run loop at its next step.

use tokio::sync::watch;
use tokio::time::Instant;

/// Set by whoever catches the signals.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Read by the run loop.
#[derive(Debug, Clone)]
pub struct Stop {
    asked: watch::Receiver<bool>,
    deadline: Option<Instant>,
}

/// A connected pair.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    let stop = Stop {
        asked: receiver,
        deadline: None,
    };
    (Stopper(sender), stop)
}

impl Stopper {
    /// Asks the run to end.
    pub fn request(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// The same, which also asks for it at a given time.
    #[must_use]
    pub fn at(self, deadline: Option<Instant>) -> Self {
        Self { deadline, ..self }
    }

    /// True once it was asked for.
    pub fn is_requested(&self) -> bool {
        *self.asked.borrow() || self.is_late()
    }

    /// True if it was the clock that asked for it, and nobody else did.
    pub fn is_time_up(&self) -> bool {
        !*self.asked.borrow() && self.is_late()
    }

    fn is_late(&self) -> bool {
        self.deadline.is_some_and(|at| Instant::now() >= at)
    }

    /// Returns when it is asked for; never, if nobody is left to ask.
    pub async fn requested(&mut self) {
        let deadline = self.deadline;
        let late = async move {
            match deadline {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let asked = async {
            if self.asked.wait_for(|wanted| *wanted).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = asked => {}
            () = late => {}
        }
    }
}
