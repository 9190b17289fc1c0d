//! What happens to packages, layers and lambench.toml on the disk, in quiet moments only: whoever writes has finished.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use notify::event::{Event, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout, timeout_at};

use super::say;

/// A build writes many files one after the other; this long nothing has happened when it is taken for finished.
const QUIET: Duration = Duration::from_millis(120);
/// Or whoever writes never pauses.
const LONGEST: Duration = Duration::from_secs(3);
/// After this a trouble won't go away by itself.
const TROUBLE: Duration = Duration::from_millis(800);

/// A watch on paths, whether there is something at them or not.
pub struct Watch {
    paths: BTreeSet<PathBuf>,
    events: UnboundedReceiver<Vec<PathBuf>>,
    /// Watches as long as it is there.
    _watcher: Option<RecommendedWatcher>,
}

/// What [`Watch::changes`] has seen.
pub enum Changes {
    /// These were changed, and then all was quiet.
    Of(BTreeSet<PathBuf>),
    /// Nothing, in the time in which it was hoped for.
    None,
}

impl Watch {
    /// Begins. What can't be watched is said.
    pub fn new(paths: &BTreeSet<PathBuf>) -> Self {
        let (sender, events) = unbounded_channel();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let paths = match event {
                // To look at a file, as we do, changes nothing.
                Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
                Ok(event) => event.paths,
                Err(error) => error.paths,
            };
            // Nobody listening: another watch has taken over.
            let _ = sender.send(paths);
        });
        let watcher = match watcher {
            Ok(mut watcher) => {
                for (folder, mode) in folders(paths) {
                    if let Err(error) = watcher.watch(&folder, mode) {
                        complain(&folder, &error);
                    }
                }
                Some(watcher)
            }
            Err(error) => {
                complain(Path::new("anything"), &error);
                None
            }
        };
        Self {
            paths: paths.clone(),
            events,
            _watcher: watcher,
        }
    }

    /// What is watched.
    pub fn paths(&self) -> &BTreeSet<PathBuf> {
        &self.paths
    }

    /// Waits until something that counts was changed and all is quiet again; not for long, if there is a trouble that
    /// should be told.
    pub async fn changes(&mut self, trouble: bool) -> Changes {
        let mut changed = BTreeSet::new();
        let patience = Instant::now() + TROUBLE;
        while changed.is_empty() {
            let happened = if trouble {
                match timeout_at(patience, self.events.recv()).await {
                    Ok(happened) => happened,
                    Err(_) => return Changes::None,
                }
            } else {
                self.events.recv().await
            };
            match happened {
                Some(paths) => changed.extend(self.that_count(paths)),
                // Nothing can be watched here, which was said.
                None => std::future::pending().await,
            }
        }
        let end = Instant::now() + LONGEST;
        while Instant::now() < end
            && let Ok(Some(paths)) = timeout(QUIET, self.events.recv()).await
        {
            changed.extend(self.that_count(paths));
        }
        Changes::Of(changed)
    }

    fn that_count(&self, changed: Vec<PathBuf>) -> impl Iterator<Item = PathBuf> {
        let counts = |path: &PathBuf| self.paths.iter().any(|own| concerns(own, path));
        changed.into_iter().filter(counts)
    }
}

fn complain(path: &Path, error: &notify::Error) {
    let hint = match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "\nhint: raise the system's limit, as in sysctl fs.inotify.max_user_watches=524288"
        }
        _ => "",
    };
    say(&format!(
        "warning: {} can't be watched: {error}{hint}",
        path.display()
    ));
}

/// The folders to watch: each package with all that is in it, and around every path the folder in which it may come, go
/// or be replaced.
fn folders(paths: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, RecursiveMode> {
    let mut whole: Vec<&PathBuf> = Vec::new();
    // In order: a folder comes before what is in it.
    for path in paths.iter().filter(|path| path.is_dir()) {
        if !whole.iter().any(|outer| path.starts_with(outer)) {
            whole.push(path);
        }
    }
    let around = paths.iter().filter_map(|path| {
        let mut outer = path.ancestors().skip(1);
        outer.find(|folder| folder.is_dir()).map(Path::to_owned)
    });
    let mut all: BTreeMap<_, _> = around
        .filter(|folder| !whole.iter().any(|outer| folder.starts_with(outer)))
        .map(|folder| (folder, RecursiveMode::NonRecursive))
        .collect();
    all.extend(
        whole
            .iter()
            .map(|path| ((*path).clone(), RecursiveMode::Recursive)),
    );
    all
}

/// Whether what happened to `path` can matter to `own`: it is in it, or around it.
fn concerns(own: &Path, path: &Path) -> bool {
    match path.strip_prefix(own) {
        Ok(inside) => !inside.components().any(is_noise),
        Err(_) => own.starts_with(path),
    }
}

/// What editors, interpreters and version control write for themselves.
fn is_noise(part: Component<'_>) -> bool {
    let Component::Normal(name) = part else {
        return false;
    };
    let name = name.to_string_lossy();
    let folders = [
        "__pycache__",
        ".git",
        ".hg",
        ".svn",
        ".idea",
        ".vscode",
        ".lambench",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".DS_Store",
        // vim tries out whether it may write.
        "4913",
    ];
    let ending = Path::new(name.as_ref()).extension().and_then(OsStr::to_str);
    folders.contains(&name.as_ref())
        || name.ends_with('~')
        || name.starts_with(".#")
        || (name.starts_with('#') && name.ends_with('#'))
        || name.starts_with(".goutputstream-")
        || name.contains("___jb_")
        || matches!(ending, Some("swp" | "swo" | "swx"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_and_interpreters_write_for_themselves_is_no_change() {
        let own = Path::new("/p/.git/build");
        for path in [
            "/p/.git/build",
            "/p/.git/build/app.py",
            "/p/.git/build/lib/__init__.py",
            // The folder around it was replaced.
            "/p/.git",
        ] {
            assert!(concerns(own, Path::new(path)), "{path}");
        }
        for path in [
            "/p/.git/build/__pycache__/app.cpython-311.pyc",
            "/p/.git/build/.git/index",
            "/p/.git/build/.app.py.swp",
            "/p/.git/build/app.py~",
            "/p/.git/build/4913",
            "/p/.git/build/.#app.py",
            "/p/.git/build/app.py___jb_tmp___",
            "/p/other",
            "/p/.git/build.zip",
        ] {
            assert!(!concerns(own, Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_folder_is_watched_with_all_in_it_and_the_folder_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir_all(at("build/new/lib")).unwrap();
        std::fs::write(at("lambench.toml"), "").unwrap();
        let paths = [
            at("build/new"),
            at("build/new/lib"),
            at("dist/late/x.zip"),
            at("lambench.toml"),
        ];
        let found: Vec<_> = folders(&paths.into()).into_iter().collect();
        assert_eq!(
            found,
            [
                (folder.path().to_owned(), RecursiveMode::NonRecursive),
                (at("build"), RecursiveMode::NonRecursive),
                (at("build/new"), RecursiveMode::Recursive),
            ]
        );
    }
}
