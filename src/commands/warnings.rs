//! What a user should know of a function that can be measured all the same.

use crate::lambda::Description;

/// Sentences about a function in place, named as the user named it.
pub fn about(name: &str, found: &Description) -> Vec<String> {
    let mut all = Vec::new();
    if found.reports_may_be_missing {
        all.push(format!(
            "{name}: its system log level is WARN, so REPORT may be missing and no start could be verified; see `aws \
             lambda get-function-configuration --function-name {} --query LoggingConfig` (SystemLogLevel INFO writes it)",
            found.function_name
        ));
    }
    if found.snap_start {
        all.push(format!(
            "{name}: SnapStart is on, but $LATEST is never restored from a snapshot: measured is an ordinary init, not \
             what callers of its published versions meet; --function {} --after deployed measures the restores of a copy",
            found.function_name
        ));
    }
    if found.image {
        all.push(format!(
            "{name}: a container image; its size is not known here (see `aws ecr describe-images`), so there is no \
             package size to compare"
        ));
    }
    if let Some(why) = &found.provisioned_unknown {
        all.push(format!(
            "{name}: whether a version or an alias of it has provisioned concurrency is not known ({why})"
        ));
    }
    all
}
