//! The wish to stop: set once by a signal, seen by the run loop at its next step.

use tokio::sync::watch;

/// Set by whoever catches the signals.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Read by the run loop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// A connected pair.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Asks the run to end.
    pub fn request(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// True once it was asked for.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when it is asked for; never, if nobody is left to ask.
    pub async fn requested(&mut self) {
        if self.0.wait_for(|wanted| *wanted).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
