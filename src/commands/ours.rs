//! What this run has created on an endpoint that goes on without it: in a journal before it exists, deleted at the end.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::bench::events::Event;
use crate::exit::Exit;
use crate::lambda::journal::{Entry, Journal, Journals, Key};
use crate::lambda::{Lambda, LambdaError};
use crate::render;

use super::Failure;
use super::measure::tell;
use super::signals::Signals;

/// What is told apart when it is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A function.
    Function,
    /// A layer.
    Layer,
}

struct Made {
    kind: Kind,
    name: String,
    /// Done when the endpoint has answered: nothing is deleted that may not have arrived yet.
    making: Option<JoinHandle<()>>,
    journal: Option<(Journal, Entry)>,
}

/// Everything that this run has created on an endpoint that goes on without it.
#[derive(Default)]
pub struct Ours {
    made: Mutex<Vec<Made>>,
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
        let journal = take_down(lambda, account, kind, name)?;
        let (send, receive) = oneshot::channel();
        let task = tokio::spawn(async move {
            // Nobody may be waiting any more.
            let _ = send.send(making.await);
        });
        self.lock().push(Made {
            kind,
            name: name.to_owned(),
            making: Some(task),
            journal,
        });
        match receive.await {
            Ok(Ok(made)) => Ok(made),
            Ok(Err(error)) => {
                // Refused for certain, so there is nothing to delete, and perhaps no right to.
                if error.code().is_some() && !error.is_passing() {
                    self.forget(name);
                }
                Err(refused(error))
            }
            Err(_) => Err(Failure::new(
                Exit::CouldNotMeasure,
                format!("a bug in lambench ended the making of {name}"),
            )),
        }
    }

    fn forget(&self, name: &str) {
        let mut made = self.lock();
        let forgotten = made.iter().position(|one| one.name == name);
        if let Some((journal, entry)) = forgotten.and_then(|at| made.remove(at).journal) {
            // At worst `lambench restore` deletes what is not there, which succeeds.
            let _ = journal.done(&entry);
        }
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
        // Functions come after their layers, and go before them.
        for one in made.into_iter().rev() {
            let Made {
                kind,
                name,
                making,
                journal,
            } = one;
            let delete = async {
                if let Some(making) = making {
                    let _ = making.await;
                }
                match kind {
                    Kind::Function => lambda.delete_copy(&name).await,
                    Kind::Layer => lambda.delete_layer(&name).await,
                }
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
                failures.push(failure.hint(Some(by_hand(lambda, kind, &name))));
                continue;
            }
            deleted.push(name);
            if let Some((journal, entry)) = journal {
                // An entry of what is gone does no harm: deleting it again succeeds.
                let _ = journal.done(&entry);
            }
        }
        if !deleted.is_empty() {
            tell(
                progress,
                Event::Note(format!("deleted {}", deleted.join(", "))),
            );
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

fn refused(error: LambdaError) -> Failure {
    let denied = matches!(error.code(), Some("AccessDeniedException" | "AccessDenied"));
    let failure = Failure::from(error);
    if !denied {
        return failure;
    }
    failure.hint(Some(
        "a copy needs lambda:CreateFunction, lambda:TagResource and lambda:DeleteFunction on lambench-*, iam:PassRole on \
         the function's role, and with --layers PATH lambda:PublishLayerVersion, ListLayerVersions and \
         DeleteLayerVersion"
            .into(),
    ))
}

/// On disk before it is created: what is left when this process is killed can be found again.
fn take_down(
    lambda: &Lambda,
    account: &str,
    kind: Kind,
    name: &str,
) -> Result<Option<(Journal, Entry)>, Failure> {
    let entry = match kind {
        Kind::Function => Entry::CreatedFunction {
            name: name.to_owned(),
        },
        Kind::Layer => Entry::CreatedLayer {
            name: name.to_owned(),
        },
    };
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
    journal.add(entry.clone()).map_err(failed)?;
    Ok(Some((journal, entry)))
}

fn by_hand(lambda: &Lambda, kind: Kind, name: &str) -> String {
    let mut command = match kind {
        Kind::Function => format!("aws lambda delete-function --function-name {name}"),
        Kind::Layer => {
            format!("aws lambda delete-layer-version --layer-name {name} --version-number 1")
        }
    };
    command.push_str(" --region ");
    command.push_str(&lambda.region);
    if let Some(url) = &lambda.endpoint_url {
        command.push_str(" --endpoint-url ");
        command.push_str(url);
    }
    command
}
