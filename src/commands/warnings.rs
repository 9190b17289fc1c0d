//! What a user should know of a function that can be measured all the same.

use crate::config::{CopySpec, Settings, Subject};
use crate::lambda::{Description, UPLOAD_LIMIT};

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
    if found.streams_by_url {
        all.push(format!(
            "{name}: its function URL streams (InvokeMode RESPONSE_STREAM), and here it is invoked buffered: whoever \
             calls the URL has the first bytes before the handler's time is over"
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

/// That the code of a copy is going to need the bucket, as far as its size is known without packing or fetching it.
pub fn of_a_large_copy(
    settings: &Settings,
    subject: &Subject,
    copy: &CopySpec,
    found: &Description,
) -> Option<String> {
    let bytes = match &copy.package {
        Some(path) => std::fs::metadata(path)
            .ok()
            .filter(std::fs::Metadata::is_file)
            .map(|file| file.len()),
        None => found.code_bytes,
    };
    let bytes = bytes.filter(|bytes| *bytes > UPLOAD_LIMIT)?;
    let way = match &settings.staging_bucket {
        Some(bucket) => format!(
            "it goes through s3://{}/{}/, and is deleted there at the end",
            bucket.name,
            bucket.folder()
        ),
        None => "that needs --staging-bucket".into(),
    };
    let name = &subject.name;
    let mb = bytes.div_ceil(1024 * 1024);
    Some(format!("{name}: {mb} MB zipped: {way}"))
}
