//! The environments of one function configuration: who serves which invoke, and how they are retired.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use hyper::HeaderMap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::background::Background;
use super::configuration::Configuration;
use super::environment::{Environment, EnvironmentSpec, Host, Invocation, Outcome};
use super::page_cache::Disk;

/// What all pools of a sandbox share.
#[derive(Debug)]
pub(super) struct Stage {
    pub host: Arc<Host>,
    /// One permit for each invoke under way: the account's concurrency limit.
    pub concurrency: Arc<Semaphore>,
    /// How many there are in all.
    pub most: usize,
    /// Kills, which no caller waits for.
    pub kills: Background,
    /// What cold starts find in the page cache.
    pub disk: Disk,
}

/// Why no environment served an invoke.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServeError {
    #[error("Rate Exceeded.")]
    TooMany,
    #[error("starting an environment of {function}: {source}")]
    Start {
        function: String,
        source: std::io::Error,
    },
    #[error(
        "the package of {function} was changed while it ran ({path}): on Lambda it is read-only, and what one start \
         leaves behind would change the next; update the function's code, or publish its layer again, to put it back"
    )]
    Changed { function: String, path: String },
}

/// Environments of one configuration; idle ones are kept frozen until the pool is retired.
#[derive(Debug)]
pub(super) struct Pool {
    pub spec: Arc<EnvironmentSpec>,
    /// What only the sandbox knows, as response headers.
    pub facts: HeaderMap,
    configuration: Arc<Configuration>,
    stage: Arc<Stage>,
    /// `None` once retired.
    shelf: Mutex<Option<Shelf>>,
}

/// Environments that nobody uses just now.
#[derive(Debug, Default)]
struct Shelf {
    /// Have served and are frozen.
    idle: Vec<Environment>,
    /// Set up, its runtime process not started: what makes the next cold start is that process alone.
    prepared: Option<Environment>,
}

impl Shelf {
    fn is_empty(&self) -> bool {
        self.idle.is_empty() && self.prepared.is_none()
    }
}

impl Pool {
    pub fn new(
        spec: EnvironmentSpec,
        facts: HeaderMap,
        configuration: Arc<Configuration>,
        stage: Arc<Stage>,
    ) -> Arc<Self> {
        Arc::new(Self {
            spec: Arc::new(spec),
            facts,
            configuration,
            stage,
            shelf: Mutex::new(Some(Shelf::default())),
        })
    }

    /// Serves one invoke; throttled where the account's concurrency is used up.
    pub async fn serve(&self, invocation: Invocation) -> Result<Outcome, ServeError> {
        let permits = Arc::clone(&self.stage.concurrency);
        let permit = permits
            .try_acquire_owned()
            .map_err(|_| ServeError::TooMany)?;
        self.serve_with(permit, invocation).await
    }

    /// Serves one event, as soon as the account's concurrency allows; the earliest first.
    pub async fn serve_event(&self, invocation: Invocation) -> Result<Outcome, ServeError> {
        let permits = Arc::clone(&self.stage.concurrency);
        let permit = permits
            .acquire_owned()
            .await
            .map_err(|_| ServeError::TooMany)?;
        self.serve_with(permit, invocation).await
    }

    /// With an idle environment, the last used first, or a new one.
    async fn serve_with(
        &self,
        _permit: OwnedSemaphorePermit,
        invocation: Invocation,
    ) -> Result<Outcome, ServeError> {
        let idle = self.lock().as_mut().and_then(|shelf| shelf.idle.pop());
        let mut environment = match idle {
            Some(environment) => environment,
            None => self.unused().await?,
        };
        let outcome = environment.invoke(invocation).await;
        if outcome.ended {
            self.kill(environment);
        } else {
            self.give_back(environment);
        }
        Ok(outcome)
    }

    /// True if environments of `configuration` would be just like these.
    pub fn serves(&self, configuration: &Configuration) -> bool {
        self.configuration.runs_like(configuration)
    }

    /// Does the set-up of one environment ahead of the invoke that will need it, unless one is there. If that fails, the
    /// invoke will say why.
    pub async fn prepare(&self) {
        let wanted = self.lock().as_ref().is_some_and(Shelf::is_empty);
        if wanted && let Ok(environment) = self.start().await {
            self.put(environment, |shelf, environment| {
                shelf.prepared.replace(environment)
            });
        }
    }

    /// What the prepared environment will find; if it can't be brought about, the invoke will try again, and say why.
    pub async fn settle_disk(&self) {
        if self.arrange_disk().await.is_err() {
            let prepared = self.lock().as_mut().and_then(|shelf| shelf.prepared.take());
            if let Some(environment) = prepared {
                self.kill(environment);
            }
        }
    }

    /// Brings the files of the package and the layers into the state that every cold start finds them in. Where nobody
    /// else has them open, that is: the environments before must have ended.
    async fn arrange_disk(&self) -> Result<(), ServeError> {
        let (spec, disk) = (Arc::clone(&self.spec), self.stage.disk);
        let arranged = tokio::task::spawn_blocking(move || {
            let folders = [Some(&spec.task_root), spec.opt_root.as_ref()];
            let folders: Vec<_> = folders
                .into_iter()
                .flatten()
                .map(PathBuf::as_path)
                .collect();
            disk.bring_about(&folders)
        });
        let source = match arranged.await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            Err(error) => std::io::Error::other(error),
        };
        Err(ServeError::Start {
            function: self.spec.function_name.clone(),
            source,
        })
    }

    /// The prepared one, or one that is set up now.
    async fn unused(&self) -> Result<Environment, ServeError> {
        self.check_trees().await?;
        let prepared = self.lock().as_mut().and_then(|shelf| shelf.prepared.take());
        if let Some(mut environment) = prepared
            && environment.is_alive()
        {
            return Ok(environment);
        }
        let environment = self.start().await?;
        // What was warm when the change settled still is.
        if self.stage.disk == Disk::Evict {
            self.arrange_disk().await?;
        }
        Ok(environment)
    }

    async fn start(&self) -> Result<Environment, ServeError> {
        Environment::start(Arc::clone(&self.spec), Arc::clone(&self.stage.host))
            .await
            .map_err(|source| ServeError::Start {
                function: self.spec.function_name.clone(),
                source,
            })
    }

    /// Where mounts don't make the package read-only, it is looked at before every start, so that no environment
    /// starts from what an earlier one left. Not on the init clock, and not on a warm invoke's way.
    async fn check_trees(&self) -> Result<(), ServeError> {
        if !self.configuration.is_watched() {
            return Ok(());
        }
        let configuration = Arc::clone(&self.configuration);
        let changed = tokio::task::spawn_blocking(move || configuration.changed_path())
            .await
            .unwrap_or_default();
        match changed {
            None => Ok(()),
            Some(path) => Err(ServeError::Changed {
                function: self.spec.function_name.clone(),
                path: path.display().to_string(),
            }),
        }
    }

    fn give_back(&self, environment: Environment) {
        self.put(environment, |shelf, environment| {
            shelf.idle.push(environment);
            None
        });
    }

    /// Shelves an environment; ends it if the pool was retired, or the one that it takes the place of.
    fn put(
        &self,
        environment: Environment,
        shelve: impl FnOnce(&mut Shelf, Environment) -> Option<Environment>,
    ) {
        let left = match self.lock().as_mut() {
            Some(shelved) => shelve(shelved, environment),
            None => Some(environment),
        };
        if let Some(environment) = left {
            self.kill(environment);
        }
    }

    fn kill(&self, environment: Environment) {
        self.stage.kills.spawn(environment.shutdown());
    }

    /// Ends the idle environments; busy ones end after their invoke. Nobody has to wait for it; who wants to, waits for
    /// the future.
    pub fn retire(&self) -> impl Future<Output = ()> + Send + use<> {
        let unused = self.lock().take().unwrap_or_default();
        let (ending, mut ended) = mpsc::channel::<()>(1);
        for environment in unused.idle.into_iter().chain(unused.prepared) {
            let ending = ending.clone();
            self.stage.kills.spawn(async move {
                environment.shutdown().await;
                drop(ending);
            });
        }
        drop(ending);
        async move {
            // Nobody sends: it is over when the last one that could is gone.
            ended.recv().await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Shelf>> {
        self.shelf.lock().expect("no panic while it is held")
    }
}
