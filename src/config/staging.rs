//! `--staging-bucket NAME[/PREFIX]`.

use crate::cli::RunArgs;

use super::error::ConfigError;
use super::file::ConfigFile;
use super::origin::Sourced;
use super::surroundings::Surroundings;

/// A bucket, and where in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagingBucket {
    /// Its name.
    pub name: String,
    /// Without a slash at either end.
    pub prefix: Option<String>,
}

impl StagingBucket {
    /// `NAME`, `NAME/PREFIX`, and both with `s3://` before them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("s3://").unwrap_or(text);
        let (name, prefix) = text.split_once('/').unwrap_or((text, ""));
        let prefix = prefix.trim_matches('/');
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        let named = (3..=63).contains(&name.len()) && name.chars().all(letters);
        named.then(|| Self {
            name: name.to_owned(),
            prefix: (!prefix.is_empty()).then(|| prefix.to_owned()),
        })
    }

    /// Below which lambench's objects lie: `PREFIX/lambench`.
    pub fn folder(&self) -> String {
        match &self.prefix {
            Some(prefix) => format!("{prefix}/lambench"),
            None => "lambench".into(),
        }
    }
}

/// Flag over variable over lambench.toml.
pub fn resolve(
    args: &RunArgs,
    around: &Surroundings,
    file: &ConfigFile,
) -> Result<Option<StagingBucket>, ConfigError> {
    let written = Sourced::flag("--staging-bucket", args.staging_bucket.clone())
        .or_else(|| around.text("LAMBENCH_STAGING_BUCKET"))
        .or_else(|| file.staging_bucket.clone());
    let Some(Sourced { value, origin }) = written else {
        return Ok(None);
    };
    match StagingBucket::parse(value.trim()) {
        Some(bucket) => Ok(Some(bucket)),
        None => Err(ConfigError::Usage {
            what: format!("{origin}: {value} names no bucket"),
            hint: Some(
                "write it as NAME or NAME/PREFIX; a name is 3 to 63 of a-z, 0-9, - and .".into(),
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::StagingBucket;

    #[test]
    fn a_bucket_is_a_name_and_perhaps_a_prefix() {
        let parts = |text| StagingBucket::parse(text).map(|b| (b.name.clone(), b.folder()));
        let of = |name: &str, folder: &str| Some((name.to_owned(), folder.to_owned()));
        assert_eq!(parts("my-bucket"), of("my-bucket", "lambench"));
        assert_eq!(parts("my-bucket/"), of("my-bucket", "lambench"));
        assert_eq!(parts("s3://b.x/ci/tmp/"), of("b.x", "ci/tmp/lambench"));
        for wrong in [
            "",
            "ab",
            "My-Bucket",
            "a b c",
            "/x",
            "arn:aws:s3:::my-bucket",
        ] {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }
}
