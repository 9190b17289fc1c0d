//! What an interrupted run has left according to its journal: finished one entry at a time.

use super::journal::{Entry, Journal};
use super::{Finished, Function, Lambda, LambdaError};

/// Puts back or deletes what an entry names, and strikes it out once that is certain. Safe to repeat.
///
/// # Errors
/// [`LambdaError::Unsuitable`] for what this program can't delete itself; then the entry stays.
pub async fn finish_left_over(
    lambda: &Lambda,
    journal: &Journal,
    entry: &Entry,
) -> Result<Finished, LambdaError> {
    let finished = match entry {
        Entry::Touched { arn, original, .. } => {
            match Function::left_over(lambda, arn, original).await {
                Ok(function) => function.finish().await?,
                Err(gone) if gone.code() == Some("ResourceNotFoundException") => Finished::Gone,
                Err(error) => return Err(error),
            }
        }
        Entry::CreatedFunction { name } => {
            lambda.delete(name).await?;
            Finished::Deleted
        }
        Entry::LogGroup { name } => {
            return Err(by_hand(
                name,
                format!("aws logs delete-log-group --log-group-name {name}"),
            ));
        }
        Entry::S3Object { bucket, key } => {
            return Err(by_hand(
                &format!("s3://{bucket}/{key}"),
                format!("aws s3 rm s3://{bucket}/{key}"),
            ));
        }
    };
    journal.done(entry)?;
    Ok(finished)
}

fn by_hand(what: &str, command: String) -> LambdaError {
    LambdaError::Unsuitable {
        function: what.to_owned(),
        why: "an interrupted run created it, and lambench can't delete it".into(),
        hint: command,
    }
}
