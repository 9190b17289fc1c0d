//! Runtime identifiers -> what to execute on this machine: the real interpreter and the client that speaks the Runtime API.

use std::path::{Path, PathBuf};

use super::environment::ResolvedRuntime;

/// How the user wants runtimes to be found.
#[derive(Debug, Clone, Default)]
pub struct RuntimeOptions {
    /// `--ric PATH`: a runtime interface client to run instead of the others.
    pub ric: Option<PathBuf>,
    /// `--any-version`: `python3.12` takes whatever Python 3 is there.
    pub any_version: bool,
    /// Where embedded clients are written, once per sandbox.
    pub clients: PathBuf,
}

/// Why a runtime can't run here.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {}

/// Finds what to execute for `runtime_id`. `task_root` and `opt_root` are the unpacked package and merged layers.
/// Blocking: it runs interpreters to ask for their versions.
pub fn resolve(
    _runtime_id: &str,
    _task_root: &Path,
    _opt_root: Option<&Path>,
    _options: &RuntimeOptions,
) -> Result<ResolvedRuntime, RuntimeError> {
    unimplemented!()
}
