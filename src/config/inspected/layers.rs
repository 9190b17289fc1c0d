//! Layers of what is looked into, and packages that are layers themselves.

use std::path::PathBuf;

use super::super::CopyLayer;
use super::super::builds::{Builder, by};
use super::super::error::ConfigError;
use super::super::error::usage;
use super::super::origin::{Origin, Sourced};
use crate::subject::contents::Contents;
use crate::subject::infer::Family;

/// Layers as they were written: folders, zips, ARNs of published versions.
pub(super) fn layers_of(
    builder: &Builder<'_>,
    written: &Sourced<Vec<String>>,
) -> Result<Vec<CopyLayer>, ConfigError> {
    let all = written.value.iter().map(|layer| {
        if layer.starts_with("arn:") {
            return published(layer, &by(&written.origin)).map(CopyLayer::Arn);
        }
        let layer = Sourced::new(layer.clone(), written.origin.clone());
        existing(builder.path(&layer.value, &layer.origin), &layer).map(CopyLayer::Path)
    });
    all.collect()
}

/// `arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION`.
pub(super) fn published(arn: &str, by: &str) -> Result<String, ConfigError> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts[..] {
        [_, _, "lambda", _, _, "layer", _, version]
            if !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()) =>
        {
            Ok(arn.to_owned())
        }
        [_, _, "lambda", _, _, "layer", _] => Err(usage(
            format!("{by} {arn}: which version of it?"),
            &format!("write it as {arn}:VERSION"),
        )),
        _ => Err(usage(
            format!("{by} {arn}: that is not the ARN of a layer"),
            "it is arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION",
        )),
    }
}

/// A path that is there.
pub(super) fn existing(path: PathBuf, written: &Sourced<String>) -> Result<PathBuf, ConfigError> {
    if path.exists() {
        return Ok(path);
    }
    let hint = match written.origin {
        Origin::File { .. } => format!(
            "looked for {}; paths in the file are relative to it",
            path.display()
        ),
        _ => "a word with a / in it or one that ends in .zip is taken for a path; a deployed function is named by NAME or \
              ARN"
            .to_owned(),
    };
    Err(ConfigError::NoSuchPath {
        path: written.value.clone(),
        by: by(&written.origin),
        hint,
    })
}

/// What lies at the top of a layer, as far as Lambda's runtimes look there.
const OF_LAYERS: [&str; 8] = [
    "python",
    "nodejs",
    "lib",
    "bin",
    "extensions",
    "share",
    "etc",
    "include",
];

/// A layer has a folder of a language at its top, and nothing that a package would have there.
pub(super) fn is_layer(contents: &Contents) -> bool {
    let has = |family| match family {
        Family::Python => contents.has_folder("python"),
        _ => contents.has_folder("nodejs"),
    };
    (has(Family::Python) || has(Family::Node))
        && contents
            .top_names()
            .iter()
            .all(|name| OF_LAYERS.contains(&name.as_str()))
}
