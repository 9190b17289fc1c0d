//! Where interpreters may lie on this machine, and asking them who they are. Shims are asked too, but never kept.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The places to look in, read from the surroundings once.
#[derive(Debug, Clone, Default)]
pub(super) struct Machine {
    /// The folders of `PATH`.
    pub path: Vec<PathBuf>,
    /// Folders whose children are installed Pythons, named by version (pyenv, asdf, mise, uv).
    pub pythons: Vec<PathBuf>,
    /// The same for Node.js (nvm, asdf, mise, fnm, volta, n).
    pub nodes: Vec<PathBuf>,
}

impl Machine {
    /// The machine that we run on.
    pub fn current() -> Self {
        let home = env::var_os("HOME").map(PathBuf::from);
        let below = |variable: &str, usual: &str, rest: &[&str]| -> Vec<PathBuf> {
            let named = env::var_os(variable).map(PathBuf::from);
            let usual = home.as_ref().map(|home| home.join(usual));
            named
                .into_iter()
                .chain(usual)
                .flat_map(|root| rest.iter().map(move |rest| root.join(rest)))
                .collect()
        };
        Self {
            path: env::var_os("PATH")
                .map(|path| {
                    env::split_paths(&path)
                        .filter(|p| p.is_absolute())
                        .collect()
                })
                .unwrap_or_default(),
            pythons: [
                below("PYENV_ROOT", ".pyenv", &["versions"]),
                below("ASDF_DATA_DIR", ".asdf", &["installs/python"]),
                below("MISE_DATA_DIR", ".local/share/mise", &["installs/python"]),
                below("UV_PYTHON_INSTALL_DIR", ".local/share/uv/python", &[""]),
            ]
            .concat(),
            nodes: [
                below("NVM_DIR", ".nvm", &["versions/node"]),
                below("ASDF_DATA_DIR", ".asdf", &["installs/nodejs"]),
                below("MISE_DATA_DIR", ".local/share/mise", &["installs/node"]),
                below("FNM_DIR", ".local/share/fnm", &["node-versions"]),
                below("VOLTA_HOME", ".volta", &["tools/image/node"]),
                below("N_PREFIX", "n", &["n/versions/node"]),
            ]
            .concat(),
        }
    }

    /// Every executable of these names on `PATH`: the first may be a shim that fails where a later one is real.
    pub fn on_path(&self, names: &[String]) -> Vec<PathBuf> {
        names
            .iter()
            .flat_map(|name| self.path.iter().map(move |folder| folder.join(name)))
            .filter(|candidate| is_executable(candidate))
            .collect()
    }
}

/// `bin/NAME` of every version installed below `roots` that `wanted` takes, newest first.
pub(super) fn installed(
    roots: &[PathBuf],
    names: &[&str],
    wanted: impl Fn(&[u32]) -> bool,
) -> Vec<PathBuf> {
    let mut found: Vec<(Vec<u32>, PathBuf)> = roots
        .iter()
        .filter_map(|root| root.read_dir().ok())
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = version_in(&entry.file_name().to_string_lossy())?;
            let name = names.iter().find_map(|name| {
                ["bin", "installation/bin"]
                    .iter()
                    .map(|folder| entry.path().join(folder).join(name))
                    .find(|path| is_executable(path))
            })?;
            wanted(&version).then_some((version, name))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0));
    found.into_iter().map(|(_, path)| path).collect()
}

/// The first dotted number in a folder's name: `cpython-3.12.1-linux` -> 3, 12, 1.
fn version_in(name: &str) -> Option<Vec<u32>> {
    let start = name.find(|c: char| c.is_ascii_digit())?;
    let digits: &str = name[start..]
        .split(|c: char| !c.is_ascii_digit() && c != '.')
        .next()?;
    digits
        .split('.')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect()
}

/// Runs an interpreter once and gives the last line that it prints, or nothing if it fails, as a shim of an absent
/// version does. `foreign` are the beginnings of variables that must not colour the answer: no environment has them.
pub(super) fn ask(
    executable: &Path,
    arguments: &[&OsStr],
    foreign: &[&str],
) -> Option<serde_json::Value> {
    let mut command = Command::new(executable);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    for (name, _) in env::vars_os() {
        let name_text = name.to_string_lossy();
        if foreign.iter().any(|start| name_text.starts_with(start)) {
            command.env_remove(&name);
        }
    }
    let output = command.output().ok().filter(|o| o.status.success())?;
    let printed = String::from_utf8(output.stdout).ok()?;
    serde_json::from_str(printed.lines().last()?).ok()
}

/// A file that may be executed.
pub(super) fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|found| found.is_file() && may_execute(&found))
}

#[cfg(unix)]
pub(super) fn may_execute(found: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    found.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
pub(super) fn may_execute(_found: &std::fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_the_names_of_installations() {
        for (name, version) in [
            ("3.12.1", Some(vec![3, 12, 1])),
            ("v20.20.2", Some(vec![20, 20, 2])),
            ("cpython-3.13.0-linux-x86_64-gnu", Some(vec![3, 13, 0])),
            ("system", None),
        ] {
            assert_eq!(version_in(name), version, "{name}");
        }
    }

    #[test]
    fn installed_versions_come_newest_first_by_number() {
        let root = tempfile::tempdir().unwrap();
        for version in ["v9.1.0", "v20.2.0", "v20.10.0", "v22.0.0"] {
            let bin = root.path().join(version).join("bin");
            std::fs::create_dir_all(&bin).unwrap();
            std::os::unix::fs::symlink("/bin/sh", bin.join("node")).unwrap();
        }
        let roots = [root.path().to_owned()];
        let found = installed(&roots, &["node"], |version| version[0] == 20);
        let names: Vec<_> = found
            .iter()
            .map(|path| path.strip_prefix(root.path()).unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["v20.10.0/bin/node", "v20.2.0/bin/node"]);
    }
}
