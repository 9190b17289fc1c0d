//! What a function runs: its settings, its code and layers, and the runtime that was found for them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment::ResolvedRuntime;
use super::packages::{Merged, Package};
use super::settings::Settings;

/// Never changed; an update makes another.
#[derive(Debug)]
pub(super) struct Configuration {
    pub settings: Settings,
    pub package: Arc<Package>,
    /// Two layers or more; a single one is used where it lies.
    pub merged: Option<Arc<Merged>>,
    pub runtime: ResolvedRuntime,
}

impl Configuration {
    pub fn opt_root(&self) -> Option<&Path> {
        match (&self.merged, self.settings.layers.first()) {
            (Some(merged), _) => Some(&merged.root),
            (None, Some(layer)) => Some(&layer.package.root),
            (None, None) => None,
        }
    }

    /// True if both were made of the same settings, code and layers.
    pub fn is_same(&self, other: &Self) -> bool {
        self.settings == other.settings && self.package.sha256 == other.package.sha256
    }

    /// True if environments of both would be alike and start from the same folders.
    pub fn runs_like(&self, other: &Self) -> bool {
        self.settings == other.settings
            && Arc::ptr_eq(&self.package, &other.package)
            && self.runtime == other.runtime
    }

    pub fn is_watched(&self) -> bool {
        self.package.snapshot.is_some()
    }

    /// A path that was changed since it was unpacked, if any. Blocking.
    pub fn changed_path(&self) -> Option<PathBuf> {
        let layer = self.settings.layers.first().map(|l| &l.package);
        let (opt, opt_snapshot) = match &self.merged {
            Some(merged) => (Some(&merged.root), &merged.snapshot),
            None => (layer.map(|l| &l.root), layer.map_or(&None, |l| &l.snapshot)),
        };
        let code = self.package.snapshot.as_ref();
        code.and_then(|s| s.changed(&self.package.root))
            .or_else(|| opt_snapshot.as_ref()?.changed(opt?))
    }
}
