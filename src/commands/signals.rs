//! Ctrl-C, SIGTERM and SIGHUP: the first asks the run to stop and restore, the second gives up waiting.

use tokio::signal::unix::{SignalKind, signal};

use crate::bench::stop::{Stop, stop};

/// What the signals ask for.
pub struct Signals {
    /// The first signal: stop measuring, then put back.
    pub stop: Stop,
    /// The second: stop putting back, too.
    pub give_up: Stop,
}

/// Starts listening.
pub fn listen(mut on_first: impl FnMut() + Send + 'static) -> std::io::Result<Signals> {
    let (stopper, stop_seen) = stop();
    let (last, give_up) = stop();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        for (seen, stopper) in [stopper, last].iter().enumerate() {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hang_up.recv() => {}
            }
            if seen == 0 {
                on_first();
            }
            stopper.request();
        }
        // From here on signals are still caught and do nothing: the process is on its way out.
        std::future::pending::<()>().await;
    });
    Ok(Signals {
        stop: stop_seen,
        give_up,
    })
}
