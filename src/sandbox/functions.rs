//! Functions: what is recorded, what serves, and how one becomes the other. An update is recorded at once, serves once
//! it has settled, and retires the environments of what served before.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;

use super::aliases::Aliases;
use super::configuration::Configuration;
use super::errors::ApiError;
use super::pool::Pool;
use super::tags::Tags;

/// Where a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// `State` is `Pending`.
    Creating,
    /// `LastUpdateStatus` is `InProgress`; what was before still serves.
    Updating,
    /// In force.
    Settled,
}

/// What callers are told about `$LATEST` or a version.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub configuration: Arc<Configuration>,
    /// Differs from the settings' only for a version published with a text of its own.
    pub description: String,
    pub status: Status,
    /// Changes with every change, and when a change settles.
    pub revision: String,
    pub modified: Timestamp,
}

impl Record {
    fn new(configuration: Arc<Configuration>, status: Status) -> Self {
        Self {
            description: configuration.settings.description.clone(),
            configuration,
            status,
            revision: new_revision(),
            modified: Timestamp::now(),
        }
    }
}

fn new_revision() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A published version.
#[derive(Debug)]
struct Published {
    record: Record,
    pool: Arc<Pool>,
}

#[derive(Debug)]
struct State {
    latest: Record,
    serving: Arc<Pool>,
    versions: BTreeMap<u64, Published>,
    next_version: u64,
    /// The last version published, and from what.
    last_published: Option<(u64, Arc<Configuration>)>,
    /// A change is being prepared.
    changing: bool,
    deleted: bool,
}

/// A function.
#[derive(Debug)]
pub(super) struct Function {
    pub name: String,
    /// Unqualified.
    pub arn: String,
    pub tags: Tags,
    pub aliases: Aliases,
    state: Mutex<State>,
}

/// Makes the pool of a configuration under a version's name.
pub(super) type NewPool<'a> = &'a (dyn Fn(&Arc<Configuration>, &str) -> Arc<Pool> + Sync);

impl Function {
    /// A function whose creation has yet to settle.
    pub fn new(
        name: String,
        arn: String,
        tags: Tags,
        configuration: Arc<Configuration>,
        new_pool: NewPool<'_>,
    ) -> Self {
        let serving = new_pool(&configuration, "$LATEST");
        Self {
            name,
            arn,
            tags,
            aliases: Aliases::default(),
            state: Mutex::new(State {
                latest: Record::new(configuration, Status::Creating),
                serving,
                versions: BTreeMap::new(),
                next_version: 1,
                last_published: None,
                changing: false,
                deleted: false,
            }),
        }
    }

    pub fn latest(&self) -> Record {
        self.lock().latest.clone()
    }

    /// What a qualifier stands for, `$LATEST` or a number; as it is where it is no alias.
    pub fn version(&self, qualifier: Option<&str>) -> String {
        let qualifier = qualifier.unwrap_or("$LATEST");
        self.aliases
            .version(qualifier)
            .unwrap_or_else(|| qualifier.to_owned())
    }

    pub fn has_version(&self, version: &str) -> bool {
        version
            .parse()
            .is_ok_and(|number: u64| self.lock().versions.contains_key(&number))
    }

    /// Of `$LATEST` or a version.
    pub fn record(&self, version: Option<&str>) -> Option<Record> {
        let state = self.lock();
        match version {
            None | Some("$LATEST") => Some(state.latest.clone()),
            Some(version) => Some(state.versions.get(&version.parse().ok()?)?.record.clone()),
        }
    }

    /// Published versions, in order.
    pub fn versions(&self) -> Vec<(u64, Record)> {
        let state = self.lock();
        state
            .versions
            .iter()
            .map(|(number, published)| (*number, published.record.clone()))
            .collect()
    }

    /// Who serves an invoke now.
    pub fn pool(&self, version: Option<&str>) -> Result<Option<Arc<Pool>>, ApiError> {
        let state = self.lock();
        let (record, pool) = match version {
            None | Some("$LATEST") => (&state.latest, &state.serving),
            Some(version) => {
                let number = version.parse::<u64>().ok();
                match number.and_then(|n| state.versions.get(&n)) {
                    Some(published) => (&published.record, &published.pool),
                    None => return Ok(None),
                }
            }
        };
        if record.status == Status::Creating {
            return Err(pending());
        }
        Ok(Some(Arc::clone(pool)))
    }

    /// Begins a change of `$LATEST`: nobody else can until it is committed or dropped.
    pub fn begin(self: &Arc<Self>, revision: Option<&str>) -> Result<Change, ApiError> {
        let mut state = self.lock();
        self.check_changeable(&state, revision)?;
        state.changing = true;
        Ok(Change {
            before: state.latest.clone(),
            function: Arc::clone(self),
        })
    }

    fn check_changeable(&self, state: &State, revision: Option<&str>) -> Result<(), ApiError> {
        if state.deleted {
            return Err(ApiError::function_not_found(&self.arn));
        }
        if state.latest.status == Status::Creating {
            return Err(pending());
        }
        if state.changing || state.latest.status == Status::Updating {
            return Err(ApiError::update_in_progress(&self.arn));
        }
        if revision.is_some_and(|revision| revision != state.latest.revision) {
            return Err(ApiError::stale_revision());
        }
        Ok(())
    }

    /// Who will serve once the last change is in force: a new pool, unless the change leaves environments as they are.
    /// None if there is nothing to settle. Nothing can change that until [`Function::settle`], but a deletion.
    pub fn successor(&self, new_pool: NewPool<'_>) -> Option<Arc<Pool>> {
        let state = self.lock();
        if state.deleted || state.latest.status == Status::Settled {
            return None;
        }
        let configuration = &state.latest.configuration;
        // An update that changes nothing retires nothing.
        Some(if state.serving.serves(configuration) {
            Arc::clone(&state.serving)
        } else {
            new_pool(configuration, "$LATEST")
        })
    }

    /// The last change comes into force: invokes from now on go to `successor`. The future is done when the environments
    /// that it retires have ended.
    pub fn hand_over(&self, successor: Arc<Pool>) -> impl Future<Output = ()> + Send + use<> {
        let mut state = self.lock();
        let retired = if state.deleted {
            successor
        } else {
            std::mem::replace(&mut state.serving, Arc::clone(&successor))
        };
        let still_serves = Arc::ptr_eq(&retired, &state.serving) && !state.deleted;
        drop(state);
        let ended = (!still_serves).then(|| retired.retire());
        async move {
            if let Some(ended) = ended {
                ended.await;
            }
        }
    }

    /// Says that the last change is in force.
    pub fn settle(&self) {
        let mut state = self.lock();
        if state.deleted {
            return;
        }
        state.latest.status = Status::Settled;
        state.latest.revision = new_revision();
        for published in state.versions.values_mut() {
            published.record.status = Status::Settled;
        }
    }

    /// `PublishVersion` of a settled `$LATEST`.
    pub fn publish(
        &self,
        revision: Option<&str>,
        code_sha256: Option<&str>,
        description: Option<String>,
        new_pool: NewPool<'_>,
    ) -> Result<(u64, Record), ApiError> {
        let mut state = self.lock();
        self.check_changeable(&state, revision)?;
        let current = &state.latest.configuration.package.sha256;
        if let Some(given) = code_sha256.filter(|given| given != current) {
            return Err(ApiError::invalid(format!(
                "CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST ({current}). Please try again \
                 with the CodeSHA256 in $LATEST."
            )));
        }
        Ok(publish(&mut state, description, new_pool))
    }

    /// Publishes what was just created or committed, without waiting for it to settle.
    pub fn publish_now(&self, new_pool: NewPool<'_>) -> (u64, Record) {
        publish(&mut self.lock(), None, new_pool)
    }

    /// Deletes one version; false if there is none such.
    pub fn delete_version(&self, version: &str) -> bool {
        let Ok(number) = version.parse() else {
            return false;
        };
        let deleted = self.lock().versions.remove(&number);
        match deleted {
            Some(published) => {
                drop(published.pool.retire());
                true
            }
            None => false,
        }
    }

    /// Retires everything; the function is no more.
    pub fn delete(&self) {
        let mut state = self.lock();
        state.deleted = true;
        let versions = std::mem::take(&mut state.versions);
        let serving = Arc::clone(&state.serving);
        drop(state);
        drop(serving.retire());
        for published in versions.into_values() {
            drop(published.pool.retire());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no panic while it is held")
    }
}

fn publish(state: &mut State, description: Option<String>, new_pool: NewPool<'_>) -> (u64, Record) {
    let configuration = Arc::clone(&state.latest.configuration);
    // Lambda publishes nothing new where nothing changed since the last version.
    if let Some((number, from)) = &state.last_published
        && from.is_same(&configuration)
        && let Some(published) = state.versions.get(number)
    {
        return (*number, published.record.clone());
    }
    let number = state.next_version;
    state.next_version += 1;
    let status = match state.latest.status {
        Status::Creating => Status::Creating,
        _ => Status::Settled,
    };
    let mut record = Record::new(Arc::clone(&configuration), status);
    if let Some(description) = description {
        record.description = description;
    }
    let pool = new_pool(&configuration, &number.to_string());
    state.versions.insert(
        number,
        Published {
            record: record.clone(),
            pool,
        },
    );
    state.last_published = Some((number, configuration));
    (number, record)
}

fn pending() -> ApiError {
    ApiError::conflict(
        "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    )
}

/// A change of `$LATEST` being prepared. Dropping it without a commit leaves everything as it was.
#[derive(Debug)]
pub(super) struct Change {
    /// What is recorded now.
    pub before: Record,
    function: Arc<Function>,
}

impl Change {
    /// Records the change; it serves once [`Function::settle`] is called.
    pub fn commit(self, configuration: Arc<Configuration>) -> Result<Record, ApiError> {
        let mut state = self.function.lock();
        if state.deleted {
            return Err(ApiError::function_not_found(&self.function.arn));
        }
        state.latest = Record::new(configuration, Status::Updating);
        Ok(state.latest.clone())
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        self.function.lock().changing = false;
    }
}
