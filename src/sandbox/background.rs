//! Work that nobody waits for: kills of retired environments, event invokes, invokes whose caller hung up.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// A set of tasks that ends with the sandbox.
#[derive(Debug)]
pub(super) struct Background {
    runtime: Handle,
    /// `None` once the sandbox is closing: nothing new is begun then.
    tasks: Mutex<Option<JoinSet<()>>>,
}

impl Background {
    /// On the runtime of the caller.
    pub fn new() -> Self {
        Self {
            runtime: Handle::current(),
            tasks: Mutex::new(Some(JoinSet::new())),
        }
    }

    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        if let Some(tasks) = self.lock().as_mut() {
            while tasks.try_join_next().is_some() {}
            tasks.spawn_on(work, &self.runtime);
        }
    }

    /// What is still running; later work is dropped at once.
    pub fn close(&self) -> JoinSet<()> {
        self.lock().take().unwrap_or_default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<JoinSet<()>>> {
        self.tasks.lock().expect("no panic while it is held")
    }
}

/// A future that goes on in the background when whoever waits for it goes away, as an invoke does on AWS when its
/// caller hangs up. It costs nothing while somebody waits.
pub(super) struct Unstoppable<T: 'static> {
    work: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    background: Arc<Background>,
}

impl<T: 'static> Unstoppable<T> {
    pub fn new(
        work: impl Future<Output = T> + Send + 'static,
        background: Arc<Background>,
    ) -> Self {
        Self {
            work: Some(Box::pin(work)),
            background,
        }
    }
}

impl<T: 'static> Future for Unstoppable<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let work = self.work.as_mut().expect("not polled after it is done");
        let result = std::task::ready!(work.as_mut().poll(context));
        self.work = None;
        Poll::Ready(result)
    }
}

impl<T: 'static> Drop for Unstoppable<T> {
    fn drop(&mut self) {
        // A panicking invoke must not be polled again.
        if let Some(work) = self.work.take().filter(|_| !std::thread::panicking()) {
            self.background.spawn(async move {
                work.await;
            });
        }
    }
}
