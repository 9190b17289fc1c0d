//! In which order distributions of a name are found.

use std::cmp::Reverse;

use super::super::{Distribution, Ecosystem, Place};

/// The name by which a distribution is known: Python takes `-`, `_` and `.` for the same, and no note of case.
pub(super) fn normal(distribution: &Distribution) -> String {
    match distribution.ecosystem {
        Ecosystem::Node => distribution.name.clone(),
        Ecosystem::Python => {
            let lower = distribution.name.to_lowercase();
            let parts: Vec<_> = lower
                .split(['-', '_', '.'])
                .filter(|part| !part.is_empty())
                .collect();
            parts.join("-")
        }
    }
}

/// First the package, then the folders of /opt, those for one version before the others. All layers lie in one /opt,
/// and where two have a file of the same name, the later layer's is there.
pub(super) fn order(distribution: &Distribution) -> (Folder<'_>, Reverse<usize>) {
    let general = matches!(
        distribution.site.as_str(),
        "python/" | "nodejs/node_modules/"
    );
    match &distribution.place {
        Place::Task => (
            Folder {
                opt: false,
                general: false,
                site: &distribution.site,
            },
            Reverse(0),
        ),
        Place::Layer { position, .. } => (
            Folder {
                opt: true,
                general,
                site: &distribution.site,
            },
            Reverse(*position),
        ),
    }
}

/// A folder of the search path, sorted as it is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Folder<'a> {
    opt: bool,
    general: bool,
    site: &'a str,
}
