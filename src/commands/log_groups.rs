//! The log groups of deleted copies go, too. Where that is refused it is only said: nothing of the run depends on it.

use std::time::Duration;

use crate::lambda::journal::{Entry, Journal};
use crate::lambda::{Lambda, LambdaError};

use super::signals::Signals;

/// Lambda makes a group with the first lines that it writes, which may come after the last answer.
const LATE: Duration = Duration::from_secs(2);

/// Deletes them, and again a moment later. Gives what the user should know.
pub async fn delete(
    lambda: &Lambda,
    groups: Vec<(Journal, Entry)>,
    signals: &mut Signals,
) -> Vec<String> {
    let mut notes = Vec::new();
    let mut again = Vec::new();
    for (journal, entry) in groups {
        let Entry::LogGroup { name, endpoint_url } = &entry else {
            continue;
        };
        let url = endpoint_url.as_deref();
        let deleted = tokio::select! {
            deleted = lambda.delete_log_group(url, name) => deleted,
            // It stays in the journal.
            () = signals.give_up.requested() => return notes,
        };
        match deleted {
            Ok(_) => again.push((journal, entry)),
            Err(error) => notes.push(not_deleted(lambda, &journal, &entry, name, &error)),
        }
    }
    if again.is_empty() {
        return notes;
    }
    tokio::select! {
        () = tokio::time::sleep(LATE) => {}
        () = signals.give_up.requested() => return notes,
    }
    for (journal, entry) in again {
        let Entry::LogGroup { name, endpoint_url } = &entry else {
            continue;
        };
        match lambda.delete_log_group(endpoint_url.as_deref(), name).await {
            // An entry of what is gone does no harm: deleting it again succeeds.
            Ok(_) => drop(journal.done(&entry)),
            Err(error) => notes.push(not_deleted(lambda, &journal, &entry, name, &error)),
        }
    }
    notes
}

/// What may not be deleted will not be deleted by `lambench restore` either.
fn not_deleted(
    lambda: &Lambda,
    journal: &Journal,
    entry: &Entry,
    name: &str,
    error: &LambdaError,
) -> String {
    let by_hand = lambda.log_group_by_hand(name);
    if matches!(error, LambdaError::NoCloudWatch(_)) {
        let _ = journal.done(entry);
        format!("the log group {name} stays (this build has no CloudWatch Logs): {by_hand}")
    } else if error.is_denied() {
        let _ = journal.done(entry);
        format!("the log group {name} stays (logs:DeleteLogGroup is denied): {by_hand}")
    } else {
        format!(
            "the log group {name} is not deleted yet ({error}): `lambench restore`, or {by_hand}"
        )
    }
}
