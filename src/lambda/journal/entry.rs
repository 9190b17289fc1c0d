//! What a journal says: the machine form, versioned, that a later lambench must understand.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Grows when a lambench could misread what another one wrote.
const SCHEMA_VERSION: u32 = 1;

/// The function that a journal is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// AWS account, as in the function's ARN.
    pub account: String,
    /// AWS region.
    pub region: String,
    /// The endpoint, where it is not AWS's own.
    pub endpoint_url: Option<String>,
    /// Name, without ARN or qualifier.
    pub function: String,
}

impl Key {
    /// The function of an ARN, on an endpoint.
    pub fn of_arn(arn: &str, function: &str, region: &str, endpoint_url: Option<&str>) -> Self {
        let part = |n| arn.split(':').nth(n).filter(|text: &&str| !text.is_empty());
        Self {
            account: part(4).unwrap_or("unknown").to_owned(),
            region: part(3).unwrap_or(region).to_owned(),
            endpoint_url: endpoint_url.map(|url| url.trim_end_matches('/').to_owned()),
            function: function.to_owned(),
        }
    }

    /// ` --region … --endpoint-url …`, for commands that a person may run later.
    pub(in crate::lambda) fn flags(&self) -> String {
        let url = self.endpoint_url.as_ref();
        let url = url.map(|url| format!(" --endpoint-url {url}"));
        format!(" --region {}{}", self.region, url.unwrap_or_default())
    }

    /// A file name: the function's for people, a hash of everything for certainty.
    pub(super) fn file_stem(&self) -> String {
        let whole = [
            self.account.as_str(),
            &self.region,
            self.endpoint_url.as_deref().unwrap_or_default(),
            &self.function,
        ]
        .join("\n");
        let hash = Sha256::digest(whole);
        let (first, _) = hash.split_at(8);
        let hash = first
            .iter()
            .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
        let name: String = self
            .function
            .chars()
            .map(|c| match c {
                c if c.is_ascii_alphanumeric() || c == '_' => c,
                _ => '-',
            })
            .take(64)
            .collect();
        format!("{name}.{hash:016x}")
    }
}

/// Who holds a lock or wrote a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Process id.
    pub pid: u32,
    /// Machine.
    pub host: String,
    /// Since when.
    pub since: Timestamp,
}

impl Owner {
    /// This process, now.
    pub fn this() -> Self {
        let host = nix::unistd::gethostname().unwrap_or_default();
        Self {
            pid: std::process::id(),
            host: host.to_string_lossy().into_owned(),
            since: Timestamp::now(),
        }
    }
}

impl Owner {
    /// Whether that is this very process.
    pub fn is_this_process(&self) -> bool {
        let this = Self::this();
        (self.pid, &self.host) == (this.pid, &this.host)
    }
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = if self.host.is_empty() {
            "?"
        } else {
            &self.host
        };
        write!(f, "process {} on {host}", self.pid)
    }
}

/// What a touch changes, as it was. What it writes follows from that; so does what is ours and what is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "touch", rename_all = "snake_case")]
pub enum Original {
    /// The description; a touch writes it, cut to fit, and ` [lambench <twelve hex digits>]`.
    Description {
        /// The text.
        was: String,
    },
    /// One variable of our own, which was not there. The others are not known here, on purpose.
    Env {
        /// Its name.
        key: String,
    },
    /// The memory size, MB.
    Memory {
        /// As found.
        was: u64,
        /// What every other touch writes.
        wrote: u64,
    },
    /// The timeout, seconds.
    Timeout {
        /// As found.
        was: u64,
        /// What every other touch writes.
        wrote: u64,
    },
}

/// One thing to put back or to delete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Entry {
    /// A function that existed, touched in place: to be put back.
    Touched {
        /// Its unqualified ARN.
        arn: String,
        /// The revision before the first touch.
        revision_id: Option<String>,
        /// The code before the first touch.
        code_sha256: Option<String>,
        /// What was there.
        original: Original,
    },
    /// A function that lambench created: to be deleted.
    CreatedFunction {
        /// Its name.
        name: String,
    },
    /// A layer that lambench published: all its versions are to be deleted.
    CreatedLayer {
        /// Its name.
        name: String,
    },
    /// A log group that came with such a function: to be deleted.
    LogGroup {
        /// Its name.
        name: String,
        /// The logs' endpoint, where it is not AWS's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint_url: Option<String>,
    },
    /// A package uploaded for such a function: to be deleted.
    S3Object {
        /// Bucket.
        bucket: String,
        /// Key.
        key: String,
        /// The endpoint of S3, where it is not AWS's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        endpoint_url: Option<String>,
    },
}

/// The whole file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this form.
    pub schema_version: u32,
    /// The program's version.
    pub lambench_version: String,
    /// Who wrote it last.
    pub owner: Owner,
    /// The function.
    #[serde(flatten)]
    pub key: Key,
    /// `--profile` of that run, which has the rights.
    pub profile: Option<String>,
    /// What is not put back yet, oldest first.
    pub entries: Vec<Entry>,
}

impl Record {
    pub(super) fn new(key: Key, profile: Option<String>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            lambench_version: env!("CARGO_PKG_VERSION").into(),
            owner: Owner::this(),
            key,
            profile,
            entries: Vec::new(),
        }
    }

    pub(super) fn sign(&mut self) {
        self.owner = Owner::this();
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // The version first: a newer form may not parse, and must not be taken for damage.
        #[derive(Deserialize)]
        struct Version {
            schema_version: u32,
        }
        let version: Version = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if version.schema_version > SCHEMA_VERSION {
            return Err("a newer lambench wrote it".into());
        }
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
}
