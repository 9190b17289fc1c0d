//! `--before-ref`: another commit in a git worktree of its own, built there, and gone when this is dropped.

use std::ffi::OsStr;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use crate::config::Base;
use crate::exit::Exit;
use crate::scratch::Scratch;

use super::signals::Signals;
use super::{Failure, stage};

/// The other commit's tree.
pub struct Worktree {
    base: Base,
    /// Where the build is run, seen from the top of either tree.
    folder: PathBuf,
    /// Removed after the worktree: fields are dropped after `drop`.
    _scratch: Scratch,
}

impl Worktree {
    /// Checks `name` out next to the repository that holds `folder`, whose own tree, index and branch stay as they are.
    pub fn add(folder: &Path, name: &str, build: &str) -> Result<Self, Failure> {
        let folder = folder
            .canonicalize()
            .map_err(|error| usage(format!("--before-ref: {}: {error}", folder.display()), None))?;
        let top = git(&folder, ["rev-parse", "--show-toplevel"])?.map_err(|why| {
            usage(
                format!(
                    "--before-ref: {} is not in a git repository ({why})",
                    folder.display()
                ),
                Some("run it where lambench.toml is under version control"),
            )
        })?;
        let repository = PathBuf::from(top);
        let repository = repository.canonicalize().unwrap_or(repository);
        let commit = format!("{name}^{{commit}}");
        let found = git(
            &folder,
            [
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &commit,
            ],
        )?;
        let commit = found.map_err(|_| {
            usage(
                format!("--before-ref {name}: git knows no such commit"),
                Some("fetch it first; in CI a shallow clone lacks it: fetch-depth: 0, or git fetch origin BRANCH"),
            )
        })?;
        let inside = folder
            .strip_prefix(&repository)
            .unwrap_or(Path::new(""))
            .to_owned();
        let scratch = stage::scratch()?;
        let worktree = scratch.path().join("worktree");
        let base = Base {
            name: name.to_owned(),
            build: build.to_owned(),
            repository: repository.clone(),
            worktree: worktree.clone(),
        };
        // From here on it is removed however this ends.
        let this = Self {
            base,
            folder: inside,
            _scratch: scratch,
        };
        let add = ["worktree", "add", "--quiet", "--detach", "--force"].map(OsStr::new);
        let where_to = [worktree.as_os_str(), OsStr::new(&commit)];
        git(&repository, add.into_iter().chain(where_to))?.map_err(|why| {
            Failure::new(
                Exit::CouldNotMeasure,
                format!("--before-ref {name}: making a git worktree: {why}"),
            )
        })?;
        Ok(this)
    }

    /// What the settings take.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Builds both trees, the other commit's first.
    pub async fn build(&self, signals: &mut Signals) -> Result<(), Failure> {
        let there = format!("in {}", self.base.name);
        self.build_in(&self.base.worktree, &there, signals).await?;
        self.build_in(&self.base.repository, "in the working tree", signals)
            .await
    }

    async fn build_in(
        &self,
        top: &Path,
        place: &str,
        signals: &mut Signals,
    ) -> Result<(), Failure> {
        let build = &self.base.build;
        let failed = |why: String| {
            Failure::new(
                Exit::CouldNotMeasure,
                format!("--build `{build}` {why} {place}"),
            )
        };
        let folder = top.join(&self.folder);
        if !folder.is_dir() {
            let missing = format!("can't be run: there is no {}", self.folder.display());
            return Err(failed(missing));
        }
        // A result on standard output must stay alone there.
        let stderr = std::io::stderr()
            .as_fd()
            .try_clone_to_owned()
            .map_or_else(|_| Stdio::null(), Stdio::from);
        let mut command = tokio::process::Command::from(without_git("sh"));
        let mut child = command
            .args(["-c", build])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(stderr)
            .process_group(0)
            .spawn()
            .map_err(|error| failed(format!("could not be started ({error})")))?;
        let group = child.id().and_then(|id| i32::try_from(id).ok());
        let ended = tokio::select! {
            ended = child.wait() => ended,
            () = signals.stop.requested() => {
                // All that it has started, too: they write into a folder that is about to go.
                if let Some(group) = group {
                    let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
                }
                let _ = child.wait().await;
                return Err(failed("was interrupted".into()).exiting(Exit::Interrupted));
            }
        };
        match ended {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(format!("failed ({status})"))),
            Err(error) => Err(failed(format!("could not be waited for ({error})"))),
        }
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        let remove = ["worktree", "remove", "--force"].map(OsStr::new);
        let args = remove.into_iter().chain([self.base.worktree.as_os_str()]);
        // What it leaves of the folder goes with the scratch folder; git forgets a worktree whose folder is gone.
        let _ = git(&self.base.repository, args);
    }
}

/// Runs git: what it printed, or why it failed.
fn git<S: AsRef<OsStr>>(
    folder: &Path,
    args: impl IntoIterator<Item = S>,
) -> Result<Result<String, String>, Failure> {
    let Output {
        status,
        stdout,
        stderr,
    } = without_git("git")
        .arg("-C")
        .arg(folder)
        // A hook of the user's must not run on a checkout that is none of theirs.
        .args(["-c", "core.hooksPath=/dev/null"])
        .args(args)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            usage(
                format!("--before-ref: running git: {error}"),
                Some("install git"),
            )
        })?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
    Ok(if status.success() {
        Ok(text(stdout))
    } else {
        let why = text(stderr);
        Err(why.strip_prefix("fatal: ").unwrap_or(&why).to_owned())
    })
}

/// A command that finds its repository by its folder, also when a git hook runs lambench.
fn without_git(program: &str) -> Command {
    let mut command = Command::new(program);
    for name in [
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_PREFIX",
        "GIT_COMMON_DIR",
    ] {
        command.env_remove(name);
    }
    command
}

fn usage(message: String, hint: Option<&str>) -> Failure {
    Failure::new(Exit::Usage, message).hint(hint.map(str::to_owned))
}
