//! lambench's hold on a guard: starts it, gives it orders, hears its events. Letting go ends everything behind it.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep_until};

use super::environment::Mounts;
use super::guard;
use super::log::{Log, Logs};
use super::protocol::{Event, Order, Setup, line};
use super::telemetry::Tap;
use super::tree::Tree;

/// A guard that answers within milliseconds is given this long on a machine that is busy with other things.
const PATIENCE: Duration = Duration::from_secs(30);

/// What has served is stopped this much later: stopping and waking takes longer than a short invoke, and is spared where
/// the next one follows at once.
const REST: Duration = Duration::from_millis(2);

/// What can happen to an environment, as its owner hears it.
pub(super) trait Hears: Send + 'static {
    /// An event of the guard.
    fn from_guard(event: Event) -> Self;
    /// The guard has ended.
    fn guard_gone() -> Self;
}

/// A guard and our end of its control socket.
#[derive(Debug)]
pub(super) struct Leash {
    orders: Arc<Mutex<Orders>>,
    guard: Child,
    tree: Tree,
    /// As they were found when the runtime process had answered.
    seen: Option<Vec<i32>>,
}

/// The way to the guard, and what it was told about freezing.
#[derive(Debug)]
struct Orders {
    to_guard: OwnedWriteHalf,
    /// Nobody wants it to run; to be frozen then.
    freeze_at: Option<Instant>,
    /// A task waits for that.
    awaited: bool,
    frozen: bool,
}

impl Orders {
    async fn give(&mut self, order: &Order) -> io::Result<()> {
        self.to_guard.write_all(&line(order)?).await
    }
}

impl Leash {
    /// Starts a guard and has it do the set-up. Its events, and at last its end, go to `told`.
    pub async fn start<H: Hears>(
        exe: &Path,
        mounts: Mounts,
        setup: Setup,
        told: UnboundedSender<H>,
        taps: Option<(Tap, Tap)>,
    ) -> io::Result<(Self, Logs)> {
        let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
        let (log, output) = io::pipe()?;
        // What extensions print comes by a way of its own: the guard's stderr.
        let (aside, errors) = if setup.crew.is_some() {
            let (aside, errors) = io::pipe()?;
            (Some(aside), errors)
        } else {
            (None, output.try_clone()?)
        };
        let role = match mounts {
            Mounts::Namespaces => guard::NAMESPACES,
            Mounts::SearchPaths => guard::SEARCH_PATHS,
        };
        let guard = Command::new(exe)
            .args([guard::WORD, role])
            .stdin(Stdio::from(std::os::fd::OwnedFd::from(theirs)))
            .stdout(output)
            .stderr(errors)
            // Out of the terminal's reach: Ctrl-C is for lambench, which has things to put back first.
            .process_group(0)
            .spawn()
            .map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("starting the guard {}: {error}", exe.display()),
                )
            })?;
        ours.set_nonblocking(true)?;
        let (events, orders) = UnixStream::from_std(ours)?.into_split();
        let mut leash = Self {
            orders: Arc::new(Mutex::new(Orders {
                to_guard: orders,
                freeze_at: None,
                awaited: false,
                frozen: false,
            })),
            guard,
            tree: Tree::Descendants(0),
            seen: None,
        };
        let mut events = BufReader::new(events);
        leash.order(&Order::Prepare(Box::new(setup))).await?;
        let first = tokio::time::timeout(PATIENCE, next(&mut events)).await;
        let pid = match first.map_err(|_| {
            io::Error::other("preparing an environment: the guard does not answer")
        })?? {
            Some(Event::Ready { pid }) => pid,
            Some(Event::Failed(reason)) => {
                return Err(io::Error::other(format!(
                    "preparing an environment: {reason}"
                )));
            }
            other => {
                return Err(io::Error::other(format!(
                    "preparing an environment: the guard {} is none of ours (it said {other:?})",
                    exe.display()
                )));
            }
        };
        leash.tree = Tree::behind(pid, mounts == Mounts::Namespaces);
        tokio::spawn(async move {
            while let Ok(Some(event)) = next(&mut events).await {
                if told.send(H::from_guard(event)).is_err() {
                    return;
                }
            }
            // Nobody listening is as good as told.
            let _ = told.send(H::guard_gone());
        });
        let (of_function, of_extensions) = taps.unzip();
        let aside = aside
            .map(|aside| Log::new(aside, of_extensions))
            .transpose()?;
        let function = Log::new(log, of_function)?;
        Ok((
            leash,
            Logs {
                function,
                extensions: aside,
            },
        ))
    }

    /// Gives an order. A guard that is gone can't be told; that it is gone is heard elsewhere.
    pub async fn order(&mut self, order: &Order) -> io::Result<()> {
        self.orders.lock().await.give(order).await
    }

    /// Has every process stopped, now or in a moment, unless it is roused before.
    pub async fn rest(&mut self, now: bool) -> io::Result<()> {
        let mut orders = self.orders.lock().await;
        if now {
            orders.frozen = true;
            return orders.give(&Order::Freeze).await;
        }
        orders.freeze_at = Some(Instant::now() + REST);
        if !std::mem::replace(&mut orders.awaited, true) {
            // What the guard lives by must end with this value, not with a task.
            let orders = Arc::downgrade(&self.orders);
            tokio::spawn(async move {
                let mut wake_at = Instant::now() + REST;
                loop {
                    sleep_until(wake_at).await;
                    let Some(orders) = orders.upgrade() else {
                        return;
                    };
                    let mut orders = orders.lock().await;
                    match orders.freeze_at {
                        Some(later) if later > Instant::now() => wake_at = later,
                        due => {
                            orders.awaited = false;
                            orders.freeze_at = None;
                            orders.frozen = due.is_some();
                            if orders.frozen {
                                // A guard that is gone has ended everything.
                                let _ = orders.give(&Order::Freeze).await;
                            }
                            return;
                        }
                    }
                }
            });
        }
        Ok(())
    }

    /// Ends a rest; true if the guard was told to stop everything meanwhile.
    pub async fn rouse(&mut self) -> bool {
        self.seen = None;
        let mut orders = self.orders.lock().await;
        orders.freeze_at = None;
        std::mem::take(&mut orders.frozen)
    }

    /// Notes which processes there are, while the runtime process is busy with other things than we wait for.
    pub fn look(&mut self) {
        self.seen = Some(self.tree.processes());
    }

    /// What the environment's processes have used at most, in kB. Read without the guard: two turns to it and back take
    /// longer than the whole of a short invoke.
    pub fn peak_kb(&mut self) -> u64 {
        let processes = self.seen.take().unwrap_or_else(|| self.tree.processes());
        self.tree.memory(&processes).1
    }

    /// Ends the guard and everything behind it, and waits for that.
    pub async fn let_go(self) {
        let Self {
            orders, mut guard, ..
        } = self;
        drop(orders);
        if tokio::time::timeout(PATIENCE, guard.wait()).await.is_err() {
            let _ = guard.kill().await;
        }
    }
}

async fn next(events: &mut BufReader<OwnedReadHalf>) -> io::Result<Option<Event>> {
    let mut text = Vec::new();
    if events.read_until(b'\n', &mut text).await? == 0 {
        return Ok(None);
    }
    Ok(Some(serde_json::from_slice(&text)?))
}
