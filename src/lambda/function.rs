//! One function that may be touched, invoked and, at the end, put back as it was (or deleted, if it is ours).

mod restore;
mod settle;
mod touched;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_sdk_lambda::types::State;
use futures_util::future::join_all;

use super::journal::{Entry, Journal, Journals, Key, Original};
use super::rate::Settling;
use super::touch::Value;
use super::{Description, Invoked, Lambda, LambdaError, finish_left_over, invoke};
use crate::results::Touch;

const OPEN_LIMIT: Duration = Duration::from_secs(10);

/// A function under measurement. Clones are the same function: one may measure while another waits to restore.
#[derive(Debug, Clone)]
pub struct Function {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    lambda: Lambda,
    measuring: aws_sdk_lambda::Client,
    /// What is invoked, where that is a published version.
    published: OnceLock<String>,
    /// As found, before anything was touched.
    found: Description,
    /// What to put back: as found, less a suffix that an earlier, killed run left.
    original: Original,
    /// What an earlier run had left, and what became of it.
    cleared: Vec<Finished>,
    /// True if lambench created it: deleted at the end instead of restored.
    staged: bool,
    touched: Mutex<Touched>,
    settling: Mutex<Settling>,
}

#[derive(Debug, Default)]
struct Touched {
    /// What we sent last, whether or not the answer arrived.
    written: Option<Value>,
    /// An update of ours may be under way still: no answer to it came.
    in_doubt: bool,
    /// Holds the lock on the function; a touch without it is refused, unless the function is ours.
    journal: Option<Journal>,
    /// The entry in it.
    entry: Option<Entry>,
    /// The revision after our last settle.
    revision: Option<String>,
    finished: bool,
    /// True once the user has agreed to invokes; before that not even a sleeping function is woken by one.
    may_invoke: bool,
}

/// What the end of a run did to the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    /// Nothing had been changed.
    Untouched,
    /// What was touched is as it was.
    Restored,
    /// The staged function is deleted.
    Deleted,
    /// Somebody else has changed since what was touched; it was left alone.
    LeftAlone,
    /// The function is not there any more.
    Gone,
}

impl Function {
    /// An existing function, to be measured in place and put back. It is locked against every other lambench, and what
    /// an earlier one has left of its touches is put back first.
    pub async fn in_place(
        lambda: &Lambda,
        name: &str,
        touch: Touch,
        journals: &Journals,
    ) -> Result<Self, LambdaError> {
        let mut found = lambda.describe(name).await?;
        lambda.check_suitable(name, &mut found).await?;
        // `my-fn:$LATEST` is the function itself.
        found.arn.truncate(unqualified(&found.arn).len());
        let key = Key::of_arn(
            &found.arn,
            &found.function_name,
            &lambda.region,
            lambda.endpoint_url(),
        );
        let journal = journals.open(key, lambda.profile.clone())?;
        let mut cleared = Vec::new();
        for entry in journal.entries().iter().rev() {
            cleared.push(finish_left_over(lambda, &journal, entry).await?);
        }
        Self::new(lambda, found, touch, false, Some(journal), cleared).await
    }

    /// A function that lambench created, to be deleted at the end.
    pub async fn staged(lambda: &Lambda, name: &str) -> Result<Self, LambdaError> {
        Self::staged_with(lambda, name, Touch::default(), None).await
    }

    /// The same with another touch, and with the journal that says that it was created: its entry
    /// [`Entry::CreatedFunction`] is struck out when the function is deleted.
    pub async fn staged_with(
        lambda: &Lambda,
        name: &str,
        touch: Touch,
        journal: Option<Journal>,
    ) -> Result<Self, LambdaError> {
        let found = lambda.describe(name).await?;
        Self::new(lambda, found, touch, true, journal, Vec::new()).await
    }

    async fn new(
        lambda: &Lambda,
        found: Description,
        touch: Touch,
        staged: bool,
        journal: Option<Journal>,
        cleared: Vec<Finished>,
    ) -> Result<Self, LambdaError> {
        // What counts as found is what stands once no update is under way: a deploy may be running right now.
        let original = Original::of(Touch::default(), &found)?;
        let (unknown, streams) = (found.provisioned_unknown.clone(), found.streams_by_url);
        let mut settled = Self::of(lambda, found, original, staged, Vec::new())
            .settle()
            .await?;
        settled.provisioned_unknown = unknown;
        settled.streams_by_url = streams;
        let original = Original::of(touch, &settled)?;
        let revision = settled.revision_id.clone();
        let entry = if staged {
            Entry::CreatedFunction {
                name: settled.function_name.clone(),
            }
        } else {
            Entry::Touched {
                arn: settled.arn.clone(),
                revision_id: revision.clone(),
                code_sha256: settled.code_sha256.clone(),
                original: original.clone(),
            }
        };
        let function = Self::of(lambda, settled, original, staged, cleared);
        {
            let mut touched = function.lock();
            touched.revision = revision;
            touched.may_invoke = staged;
            touched.journal = journal;
            touched.entry = Some(entry);
        }
        Ok(function)
    }

    /// A function that an earlier run left touched: all that can be done with it is to finish it.
    pub(super) async fn left_over(
        lambda: &Lambda,
        arn: &str,
        original: &Original,
    ) -> Result<Self, LambdaError> {
        let now = lambda.describe(arn).await?;
        let function = Self::of(lambda, now, original.clone(), false, Vec::new());
        {
            let mut touched = function.lock();
            touched.written = Some(original.value());
            touched.in_doubt = true;
        }
        Ok(function)
    }

    fn of(
        lambda: &Lambda,
        found: Description,
        original: Original,
        staged: bool,
        cleared: Vec<Finished>,
    ) -> Self {
        let measuring = lambda.measuring(Duration::from_secs(found.timeout_s));
        Self {
            shared: Arc::new(Shared {
                lambda: lambda.clone(),
                measuring,
                published: OnceLock::new(),
                found,
                original,
                cleared,
                staged,
                settling: Mutex::default(),
                touched: Mutex::default(),
            }),
        }
    }

    /// The function as it was before the first touch.
    pub fn found(&self) -> &Description {
        &self.shared.found
    }

    /// True if lambench created it.
    pub fn is_staged(&self) -> bool {
        self.shared.staged
    }

    /// True if it carried a suffix or a variable of an earlier run that never restored it.
    pub fn had_leftover(&self) -> bool {
        match &self.shared.original {
            Original::Description { was } => *was != self.shared.found.description,
            Original::Env { .. } => self.shared.found.own_variable.is_some(),
            Original::Memory { .. } | Original::Timeout { .. } => false,
        }
    }

    /// From here on it may be invoked: the user has agreed. A function that AWS has put to sleep is woken.
    pub async fn agreed(&self) -> Result<(), LambdaError> {
        self.lock().may_invoke = true;
        if self.found().state == State::Inactive {
            let awake = self.settle().await?;
            self.remember(&awake);
        }
        Ok(())
    }

    /// What earlier runs had left according to their journal, each finished before this one began.
    pub fn cleared(&self) -> &[Finished] {
        &self.shared.cleared
    }

    /// From here on this published version of it is measured: its starts are restores, and nothing is touched.
    pub fn measure_version(&self, version: &str) {
        let _ = self
            .shared
            .published
            .set(format!("{}:{version}", self.name()));
    }

    /// Waits until the version that is to be measured, if there is one, has its snapshot.
    pub async fn snapshot(&self) -> Result<(), LambdaError> {
        match self.shared.published.get() {
            Some(version) => self.shared.lambda.snapshot(version).await,
            None => Ok(()),
        }
    }

    /// True if a published version with `SnapStart` is measured.
    pub fn restores(&self) -> bool {
        self.shared.published.get().is_some()
    }

    /// What forces its cold starts.
    pub fn touch_kind(&self) -> Touch {
        self.shared.original.touch()
    }

    /// True if a journal remains as long as the function is not put back.
    pub fn is_journaled(&self) -> bool {
        self.lock().journal.is_some()
    }

    /// How a person puts the function back without this program. `None`: only in the console.
    pub fn by_hand(&self) -> Option<String> {
        let found = self.found();
        let mut command = if self.shared.staged {
            format!(
                "aws lambda delete-function --function-name {}",
                found.function_name
            )
        } else {
            format!(
                "aws lambda update-function-configuration --function-name {} {}",
                self.name(),
                self.shared.original.by_hand()?
            )
        };
        command.push_str(&self.key().flags());
        Some(command)
    }

    /// How this program puts the function back later.
    pub fn later(&self) -> String {
        let place = self.key();
        format!(
            "lambench restore --function {}{}",
            self.found().function_name,
            place.flags()
        )
    }

    fn key(&self) -> Key {
        let Shared { lambda, found, .. } = &*self.shared;
        Key::of_arn(
            &found.arn,
            &found.function_name,
            &lambda.region,
            lambda.endpoint_url(),
        )
    }

    fn name(&self) -> &str {
        // The ARN, not the name: it pins account and region whatever the profile says later.
        if self.shared.found.arn.is_empty() {
            &self.shared.found.function_name
        } else {
            &self.shared.found.arn
        }
    }

    /// One measured invoke: of `$LATEST`, or of the version that is to be measured.
    pub async fn invoke(&self, payload: Vec<u8>) -> Result<Invoked, LambdaError> {
        let shared = &self.shared;
        let name = shared.published.get().map_or(self.name(), String::as_str);
        invoke::invoke(&shared.measuring, name, payload)
            .await
            .map_err(|error| {
                let doing = format!("invoking {}", shared.found.function_name);
                LambdaError::from_sdk(doing, shared.lambda.endpoint_url(), &error)
            })
    }

    /// Opens connections for as many simultaneous invokes, so that no start pays for TCP and TLS. Lambda only checks
    /// what such a call asks for; that it refuses, or doesn't know it, is no matter.
    pub async fn open(&self, connections: u32) {
        let calls = (0..connections).map(|_| invoke::dry_run(&self.shared.measuring, self.name()));
        let _ = tokio::time::timeout(OPEN_LIMIT, join_all(calls)).await;
    }

    fn remember(&self, settled: &Description) {
        self.lock().revision.clone_from(&settled.revision_id);
    }

    fn changed(&self, what: &str) -> LambdaError {
        LambdaError::ChangedByOthers {
            function: self.found().function_name.clone(),
            what: what.to_owned(),
        }
    }

    fn settling(&self) -> std::sync::MutexGuard<'_, Settling> {
        self.shared
            .settling
            .lock()
            .expect("no panic while it is held")
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Touched> {
        self.shared
            .touched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// `arn:aws:lambda:REGION:ACCOUNT:function:NAME`, without what may follow.
fn unqualified(arn: &str) -> &str {
    arn.match_indices(':')
        .nth(6)
        .map_or(arn, |(at, _)| &arn[..at])
}
