//! What this run has created on an endpoint that goes on without it: in a journal before it exists, deleted at the end.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::bench::events::Event;
use crate::exit::Exit;
use crate::lambda::journal::{Entry, Journal, Journals, Key};
use crate::lambda::{Code, Lambda, LambdaError, own_log_group};
use crate::render;

use super::measure::tell;
use super::signals::Signals;
use super::{Failure, log_groups};

/// What is told apart when it is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A function; its log group goes with it.
    Function,
    /// A layer.
    Layer,
    /// A package on its way.
    Object {
        /// Where.
        bucket: String,
        /// Where in it.
        key: String,
        /// The endpoint of S3, where it is not AWS's own.
        endpoint_url: Option<String>,
    },
}

struct Made {
    kind: Kind,
    name: String,
    /// Done when the endpoint has answered: nothing is deleted that may not have arrived yet.
    making: JoinHandle<()>,
    journal: Journal,
    entry: Entry,
    /// The entry of a function's own log group.
    logs: Option<Entry>,
}

/// Everything that this run has created on an endpoint that goes on without it.
#[derive(Default)]
pub struct Ours {
    made: Mutex<Vec<Made>>,
    /// Where the packages are that have arrived.
    stored: Mutex<BTreeMap<String, Code>>,
}

impl Ours {
    /// Makes something that will have to be deleted. It goes on if the caller stops waiting: what nobody knows of could
    /// not be deleted.
    pub async fn make<T: Send + 'static>(
        &self,
        lambda: &Lambda,
        account: &str,
        kind: Kind,
        name: &str,
        making: impl Future<Output = Result<T, LambdaError>> + Send + 'static,
    ) -> Result<T, Failure> {
        let (entry, logs) = entries(lambda, &kind, name);
        let journal = take_down(lambda, account, name, logs.iter().chain([&entry]))?;
        let (send, receive) = oneshot::channel();
        let task = tokio::spawn(async move {
            // Nobody may be waiting any more.
            let _ = send.send(making.await);
        });
        self.lock().push(Made {
            kind: kind.clone(),
            name: name.to_owned(),
            making: task,
            journal,
            entry,
            logs,
        });
        match receive.await {
            Ok(Ok(made)) => Ok(made),
            Ok(Err(error)) => {
                // Refused for certain, so there is nothing to delete, and perhaps no right to.
                if error.code().is_some() && !error.is_passing() {
                    self.forget(name);
                }
                Err(refused(error, &kind))
            }
            Err(_) => Err(Failure::new(
                Exit::CouldNotMeasure,
                format!("a bug in lambench ended the making of {name}"),
            )),
        }
    }

    fn forget(&self, name: &str) {
        let mut made = self.lock();
        if let Some(at) = made.iter().position(|one| one.name == name) {
            let one = made.remove(at);
            for entry in one.logs.iter().chain([&one.entry]) {
                // At worst `lambench restore` deletes what is not there, which succeeds.
                let _ = one.journal.done(entry);
            }
        }
    }

    /// A function logs to a group that is not its own: nothing of that is ours.
    pub fn keep_log_group(&self, function: &str) {
        let mut made = self.lock();
        let one = made.iter_mut().find(|one| one.name == function);
        if let Some((one, entry)) = one.and_then(|one| one.logs.take().map(|entry| (one, entry))) {
            let _ = one.journal.done(&entry);
        }
    }

    /// A package that has arrived.
    pub fn remember(&self, name: String, code: Code) {
        let mut stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        stored.insert(name, code);
    }

    /// Where a package is, if it has arrived.
    pub fn stored(&self, name: &str) -> Option<Code> {
        let stored = self.stored.lock().unwrap_or_else(PoisonError::into_inner);
        stored.get(name).cloned()
    }

    /// Deletes everything, and says what was deleted and what could not be. A second signal gives up.
    pub async fn delete_all(
        &self,
        lambda: &Lambda,
        signals: &mut Signals,
        progress: &Mutex<render::Progress>,
    ) -> Result<(), Failure> {
        let made = std::mem::take(&mut *self.lock());
        let mut deleted = Vec::new();
        let mut failures = Vec::new();
        let mut groups = Vec::new();
        // Functions come after their layers and packages, and go before them.
        for one in made.into_iter().rev() {
            let Made {
                kind,
                name,
                making,
                journal,
                entry,
                logs,
            } = one;
            let delete = async {
                let _ = making.await;
                delete(lambda, &kind, &name).await
            };
            let failed = tokio::select! {
                done = delete => done.err().map(|error| {
                    Failure::new(Exit::CouldNotMeasure, format!("{name} could not be deleted: {error}"))
                }),
                () = signals.give_up.requested() => {
                    Some(Failure::new(Exit::Interrupted, format!("{name} is not deleted yet")))
                }
            };
            if let Some(failure) = failed {
                failures.push(failure.hint(Some(by_hand(lambda, &kind, &name))));
                continue;
            }
            deleted.push(name);
            // An entry of what is gone does no harm: deleting it again succeeds.
            let _ = journal.done(&entry);
            groups.extend(logs.map(|entry| (journal, entry)));
        }
        if !deleted.is_empty() {
            tell(
                progress,
                Event::Note(format!("deleted {}", deleted.join(", "))),
            );
        }
        for note in log_groups::delete(lambda, groups, signals).await {
            tell(progress, Event::Note(note));
        }
        let mut failures = failures.into_iter();
        let first = failures.next();
        for other in failures {
            other.report();
        }
        first.map_or(Ok(()), Err)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn delete(lambda: &Lambda, kind: &Kind, name: &str) -> Result<(), LambdaError> {
    match kind {
        Kind::Function => lambda.delete_copy(name).await,
        Kind::Layer => lambda.delete_layer(name).await,
        Kind::Object {
            bucket,
            key,
            endpoint_url,
        } => {
            let url = endpoint_url.as_deref();
            lambda.delete_object(url, bucket, key).await
        }
    }
}

fn refused(error: LambdaError, kind: &Kind) -> Failure {
    let denied = error.is_denied();
    let failure = Failure::from(error);
    if !denied {
        return failure;
    }
    let hint = match kind {
        Kind::Object { .. } => {
            "--staging-bucket needs s3:PutObject, s3:GetObject (Lambda reads it as you) and s3:DeleteObject below \
             PREFIX/lambench/; --iam-policy prints the least policy for the command"
        }
        Kind::Function | Kind::Layer => {
            "a copy needs lambda:CreateFunction, lambda:TagResource and lambda:DeleteFunction on lambench-*, iam:PassRole \
             on the function's role, and with --layers PATH lambda:PublishLayerVersion, ListLayerVersions and \
             DeleteLayerVersion; an image's repository must let Lambda and you read it (ecr:BatchGetImage, \
             ecr:GetDownloadUrlForLayer)"
        }
    };
    failure.hint(Some(hint.into()))
}

/// What the journal says of it, and of the log group that comes with it.
fn entries(lambda: &Lambda, kind: &Kind, name: &str) -> (Entry, Option<Entry>) {
    let name = name.to_owned();
    match kind {
        Kind::Function => {
            let logs = lambda.logs_endpoint().map(|endpoint_url| Entry::LogGroup {
                name: own_log_group(&name),
                endpoint_url,
            });
            (Entry::CreatedFunction { name }, logs)
        }
        Kind::Layer => (Entry::CreatedLayer { name }, None),
        Kind::Object {
            bucket,
            key,
            endpoint_url,
        } => {
            let (bucket, key) = (bucket.clone(), key.clone());
            let object = Entry::S3Object {
                bucket,
                key,
                endpoint_url: endpoint_url.clone(),
            };
            (object, None)
        }
    }
}

/// On disk before it is created: what is left when this process is killed can be found again.
fn take_down<'a>(
    lambda: &Lambda,
    account: &str,
    name: &str,
    entries: impl Iterator<Item = &'a Entry>,
) -> Result<Journal, Failure> {
    let key = Key {
        account: account.to_owned(),
        region: lambda.region.clone(),
        endpoint_url: lambda
            .endpoint_url
            .as_ref()
            .map(|url| url.trim_end_matches('/').to_owned()),
        function: name.to_owned(),
    };
    let failed = |error: crate::lambda::journal::JournalError| {
        Failure::new(Exit::CouldNotMeasure, error.to_string()).hint(error.hint())
    };
    let journal = Journals::of_user()
        .and_then(|journals| journals.open(key, lambda.profile.clone()))
        .map_err(failed)?;
    for entry in entries {
        journal.add(entry.clone()).map_err(failed)?;
    }
    Ok(journal)
}

fn by_hand(lambda: &Lambda, kind: &Kind, name: &str) -> String {
    let mut endpoint = lambda.endpoint_url.as_ref();
    let mut command = match kind {
        Kind::Function => format!("aws lambda delete-function --function-name {name}"),
        Kind::Layer => {
            format!("aws lambda delete-layer-version --layer-name {name} --version-number 1")
        }
        Kind::Object { endpoint_url, .. } => {
            endpoint = endpoint_url.as_ref();
            format!("aws s3 rm {name}")
        }
    };
    command.push_str(" --region ");
    command.push_str(&lambda.region);
    if let Some(url) = endpoint {
        command.push_str(" --endpoint-url ");
        command.push_str(url);
    }
    command
}
