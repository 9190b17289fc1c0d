//! Ctrl-C, SIGTERM and SIGHUP: the first asks the run to stop and restore, the second gives up waiting.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use crate::bench::stop::{Stop, stop};
use crate::exit::Exit;

use super::Failure;

/// What the signals ask for.
pub struct Signals {
    /// The first signal: stop measuring, then put back.
    pub stop: Stop,
    /// The second: stop putting back, too.
    pub give_up: Stop,
}

/// A wrapper passes on what the terminal has sent to everybody: that is one wish, not two.
const ONE_WISH: Duration = Duration::from_millis(250);

/// Starts listening.
pub fn listen(on_first: impl FnMut() + Send + 'static) -> Result<Signals, Failure> {
    catch(on_first)
        .map_err(|error| Failure::new(Exit::CouldNotMeasure, format!("catching signals: {error}")))
}

fn catch(mut on_first: impl FnMut() + Send + 'static) -> std::io::Result<Signals> {
    let (stopper, stop_seen) = stop();
    let (last, give_up) = stop();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        for (seen, stopper) in [stopper, last].iter().enumerate() {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => break,
                    _ = terminate.recv() => break,
                    // A closing terminal sends it, and the shell in it once more: nobody is there to give up.
                    _ = hang_up.recv() => if seen == 0 { break },
                }
            }
            stopper.request();
            if seen == 0 {
                on_first();
                let end = Instant::now() + ONE_WISH;
                loop {
                    tokio::select! {
                        _ = interrupt.recv() => {}
                        _ = terminate.recv() => {}
                        () = sleep_until(end) => break,
                    }
                }
            }
        }
        // From here on signals are still caught and do nothing: the process is on its way out.
        std::future::pending::<()>().await;
    });
    Ok(Signals {
        stop: stop_seen,
        give_up,
    })
}
