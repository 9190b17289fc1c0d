//! The AWS SDKs describe every service of AWS in files, of which a function needs a few: how much lies there, and which
//! services the function names.

mod names;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::finding::{Evidence, Finding, MOST_EXAMPLES, Severity};
use super::{Installed, Mounted, Subject};

/// Where botocore has a folder for each service.
const BOTOCORE: &str = "botocore/data/";
/// These make clients of every service, by names that they are given.
const SDK: [&str; 3] = ["boto3/", "botocore/", "s3transfer/"];
/// Version 2 of the SDK for JavaScript.
const SDK_2: &str = "aws-sdk/";

/// What was found about descriptions of services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Models {
    /// botocore's. It reads one when a client of that service is made.
    BotocoreModels {
        /// How many services are described.
        services: usize,
        /// All that is said of them.
        services_bytes: u64,
        /// The services that sources of the package name, the largest first.
        named: Vec<Service>,
        /// Calls whose service is only known when they run: with any, nobody can tell which services are needed.
        dynamic: Vec<Call>,
        /// All such calls, of which some are listed.
        dynamic_calls: usize,
        /// Sources that speak of boto and could not be read.
        unread: usize,
    },
    /// Those of the SDK for JavaScript, version 2, which a bundler may take apart.
    AwsSdk2Models {
        /// Descriptions.
        files: usize,
        /// Their bytes.
        models_bytes: u64,
        /// The builds for browsers, which Node never loads.
        browser_bytes: u64,
    },
}

/// A service that sources name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Service {
    /// As botocore calls it: `s3`.
    pub name: String,
    /// What is said of it, unzipped.
    pub bytes: u64,
    /// Calls that name it, those of the function's own sources first.
    pub calls: Vec<Call>,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Call {
    /// The source, in its package or layer.
    pub path: String,
    /// The line.
    pub line: usize,
    /// Whether it is the function's own source, and not a distribution's.
    pub own: bool,
}

/// Finds what there is to say about descriptions of services.
pub fn findings(subject: &Subject, installed: &Installed) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut said = None;
    for mount in &subject.mounts {
        for data in folders(mount, BOTOCORE, &mount.python_paths(None)) {
            let said = said.get_or_insert_with(|| read_sources(subject, installed));
            found.extend(botocore(mount, &data, said));
        }
        for sdk in folders(mount, SDK_2, &mount.node_paths(None)) {
            found.extend(sdk_2(mount, &sdk));
        }
    }
    found
}

/// The folders of a name that lie in one of the search path.
fn folders(mount: &Mounted, name: &str, paths: &[String]) -> Vec<String> {
    let folders = paths.iter().map(|path| format!("{path}{name}"));
    folders
        .filter(|folder| !mount.files.below(folder).is_empty())
        .collect()
}

/// What the sources of a package and its layers say of services.
#[derive(Default)]
struct Said {
    named: BTreeMap<String, Vec<Call>>,
    dynamic: Vec<Call>,
    unread: usize,
}

fn read_sources(subject: &Subject, installed: &Installed) -> Said {
    let mut said = Said::default();
    for (mount, own) in subject.mounts.iter().zip(&installed.own) {
        let paths = mount.python_paths(None);
        for (i, file) in mount.files.list().iter().enumerate() {
            let mut inside = paths
                .iter()
                .filter_map(|path| file.path.strip_prefix(path.as_str()));
            let of_sdk = inside.any(|path| SDK.iter().any(|sdk| path.starts_with(sdk)));
            if of_sdk || file.path.strip_suffix(".py").is_none() {
                continue;
            }
            let source = mount.files.read(&file.path).unwrap_or_default();
            let source = String::from_utf8_lossy(&source);
            // boto3, botocore, aioboto3: without one of them no call is a client's.
            if source.contains("boto") {
                said.take(&source, &file.path, own.binary_search(&i).is_ok());
            }
        }
    }
    said.dynamic.sort_by_key(|call| !call.own);
    for calls in said.named.values_mut() {
        calls.sort_by_key(|call| !call.own);
    }
    said
}

impl Said {
    fn take(&mut self, source: &str, path: &str, own: bool) {
        let Some(names) = names::names(source) else {
            self.unread += 1;
            return;
        };
        let call = |line| Call {
            path: path.to_owned(),
            line,
            own,
        };
        for (service, line) in names.named {
            self.named.entry(service).or_default().push(call(line));
        }
        self.dynamic.extend(names.dynamic.into_iter().map(call));
    }
}

fn botocore(mount: &Mounted, data: &str, said: &Said) -> Option<Finding> {
    let bytes_of = |folder: &str| -> u64 {
        let files = &mount.files.list()[mount.files.below(folder)];
        files.iter().map(|file| file.bytes).sum()
    };
    let services = mount.files.folders_in(data);
    if services.is_empty() {
        return None;
    }
    let (mut services_bytes, mut named) = (0_u64, Vec::new());
    for name in &services {
        let bytes = bytes_of(&format!("{data}{name}/"));
        services_bytes = services_bytes.saturating_add(bytes);
        if let Some(calls) = said.named.get(name) {
            named.push(Service {
                name: name.clone(),
                bytes,
                calls: calls.iter().take(MOST_EXAMPLES).cloned().collect(),
            });
        }
    }
    named.sort_by_key(|service| std::cmp::Reverse(service.bytes));
    let named_bytes: u64 = named.iter().map(|service| service.bytes).sum();
    Some(Finding {
        severity: Severity::Note,
        subject: "botocore".to_owned(),
        place: Some(mount.place.clone()),
        bytes: Some(services_bytes - named_bytes),
        examples: Vec::new(),
        evidence: Evidence::Models(Models::BotocoreModels {
            services: services.len(),
            services_bytes,
            named,
            dynamic: said.dynamic.iter().take(MOST_EXAMPLES).cloned().collect(),
            dynamic_calls: said.dynamic.len(),
            unread: said.unread,
        }),
    })
}

fn sdk_2(mount: &Mounted, sdk: &str) -> Option<Finding> {
    let sum = |folder: &str| {
        let files = &mount.files.list()[mount.files.below(&format!("{sdk}{folder}"))];
        (
            files.len(),
            files.iter().map(|file| file.bytes).sum::<u64>(),
        )
    };
    let (files, models_bytes) = sum("apis/");
    let (_, browser_bytes) = sum("dist/");
    (files > 0).then(|| Finding {
        severity: Severity::Note,
        subject: "aws-sdk".to_owned(),
        place: Some(mount.place.clone()),
        bytes: Some(browser_bytes),
        examples: Vec::new(),
        evidence: Evidence::Models(Models::AwsSdk2Models {
            files,
            models_bytes,
            browser_bytes,
        }),
    })
}

#[cfg(test)]
mod tests;
