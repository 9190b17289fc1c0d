//! What an interrupted run has left according to its journal: finished one entry at a time.

use super::journal::{Entry, Journal};
use super::{Finished, Function, Lambda, LambdaError};

/// Puts back or deletes what an entry names, and strikes it out once that is certain. Safe to repeat.
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
            lambda.delete_copy(name).await?;
            Finished::Deleted
        }
        Entry::CreatedLayer { name } => {
            lambda.delete_layer(name).await?;
            Finished::Deleted
        }
        Entry::LogGroup { name, endpoint_url } => {
            let url = endpoint_url.as_deref();
            match lambda.delete_log_group(url, name).await {
                Ok(true) => Finished::Deleted,
                Ok(false) => Finished::Gone,
                Err(error) => {
                    // Whoever may not delete it will not be asked to again and again.
                    if error.is_denied() || matches!(error, LambdaError::NoCloudWatch(_)) {
                        journal.done(entry)?;
                    }
                    return Err(LambdaError::Unsuitable {
                        function: name.clone(),
                        why: error.to_string(),
                        hint: lambda.log_group_by_hand(name),
                    });
                }
            }
        }
        Entry::S3Object {
            bucket,
            key,
            endpoint_url,
        } => {
            let url = endpoint_url.as_deref();
            lambda.delete_object(url, bucket, key).await?;
            Finished::Deleted
        }
    };
    journal.done(entry)?;
    Ok(finished)
}
