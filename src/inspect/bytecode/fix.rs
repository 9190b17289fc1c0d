//! The commands that give a package bytecode which Python takes whatever the dates in a zip say.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::super::{Mounted, Place};

/// One way to do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fix {
    /// Which.
    pub way: Way,
    /// For a shell, in this order.
    pub commands: Vec<String>,
}

/// How bytecode becomes independent of dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Compile what is there into bytecode that is never checked against its source.
    UncheckedHash,
    /// Compile what is there into bytecode that is checked against a hash of its source, at some cost.
    CheckedHash,
    /// Install with `SOURCE_DATE_EPOCH` set: installers then write checked bytecode by themselves.
    Install,
}

/// Unpacked zips are put here by the commands.
const UNPACKED: &str = "unpacked";
/// What is deployed is put here by the commands.
const FETCHED: &str = "fetched.zip";
/// Any value does: set is set. This one is the first date that a zip knows.
const EPOCH: &str = "SOURCE_DATE_EPOCH=315532800";

/// The ways for a package or a layer called `name`, the surest first. `version` is `3.11`.
pub(super) fn fixes(mount: &Mounted, name: &str, version: &str) -> Vec<Fix> {
    let compiled = |way, mode| Fix {
        way,
        commands: compile(mount, name, version, mode),
    };
    vec![
        compiled(Way::UncheckedHash, "unchecked-hash"),
        compiled(Way::CheckedHash, "checked-hash"),
        Fix {
            way: Way::Install,
            commands: vec![format!(
                "{EPOCH} python{version} -m pip install --target {UNPACKED} -r requirements.txt"
            )],
        },
    ]
}

/// Forced: without, compileall leaves alone what is valid by a time that the zip will lose.
fn compile(mount: &Mounted, name: &str, version: &str, mode: &str) -> Vec<String> {
    let compile = |folder: &str| {
        format!("python{version} -m compileall -q -f --invalidation-mode {mode} {folder}")
    };
    let package = mount.files.path();
    if !mount.files.is_zip() {
        return vec![compile(&quoted(package))];
    }
    let (fetch, package) = if mount.files.is_fetched() {
        (Some(fetch(&mount.place, name)), Path::new(FETCHED))
    } else {
        (None, package)
    };
    let stem = package.file_stem().unwrap_or_default().to_string_lossy();
    let new = package.with_file_name(format!("{stem}-compiled.zip"));
    // Seen from inside the folder.
    let new = if new.is_absolute() {
        new
    } else {
        Path::new("..").join(new)
    };
    let unpacked = [
        format!("unzip -q {} -d {UNPACKED}", quoted(package)),
        compile(UNPACKED),
        format!("(cd {UNPACKED} && zip -q -r {} .)", quoted(&new)),
    ];
    fetch.into_iter().chain(unpacked).collect()
}

fn fetch(place: &Place, name: &str) -> String {
    let name = quoted(Path::new(name));
    let location = match place {
        Place::Task => format!("get-function --function-name {name} --query Code.Location"),
        Place::Layer { .. } => {
            format!("get-layer-version-by-arn --arn {name} --query Content.Location")
        }
    };
    format!("curl -sS -o {FETCHED} \"$(aws lambda {location} --output text)\"")
}

/// As a shell takes it for one word.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c);
    // A leading dash would be an option.
    let text = if text.starts_with('-') {
        format!("./{text}")
    } else {
        text.into_owned()
    };
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::inspect::Files;

    fn commands(path: &Path) -> Vec<String> {
        let mount = Mounted {
            place: Place::Task,
            files: Files::open(path).unwrap(),
        };
        fixes(&mount, "app", "3.11").swap_remove(0).commands
    }

    fn zip(folder: &Path, name: &str) -> std::path::PathBuf {
        let path = folder.join(name);
        let mut empty = b"PK\x05\x06".to_vec();
        empty.resize(22, 0);
        fs::write(&path, empty).unwrap();
        path
    }

    #[test]
    fn the_commands_are_for_this_package_and_this_python() {
        let folder = tempfile::tempdir().unwrap();
        let mine = folder.path().join("it's mine");
        fs::create_dir(&mine).unwrap();
        let path = folder.path().display();
        assert_eq!(
            commands(&mine),
            [format!(
                r"python3.11 -m compileall -q -f --invalidation-mode unchecked-hash '{path}/it'\''s mine'"
            )]
        );
        assert_eq!(
            commands(&zip(folder.path(), "app.zip")),
            [
                format!("unzip -q {path}/app.zip -d unpacked"),
                "python3.11 -m compileall -q -f --invalidation-mode unchecked-hash unpacked".into(),
                format!("(cd unpacked && zip -q -r {path}/app-compiled.zip .)"),
            ]
        );
    }

    #[test]
    fn what_is_deployed_is_fetched_first() {
        let folder = tempfile::tempdir().unwrap();
        let files = || Files::open(&zip(folder.path(), "x.zip")).unwrap().fetched();
        let function = Mounted {
            place: Place::Task,
            files: files(),
        };
        let ways = fixes(&function, "my-fn:live", "3.12");
        assert_eq!(
            ways[1].commands,
            [
                r#"curl -sS -o fetched.zip "$(aws lambda get-function --function-name my-fn:live --query Code.Location --output text)""#,
                "unzip -q fetched.zip -d unpacked",
                "python3.12 -m compileall -q -f --invalidation-mode checked-hash unpacked",
                "(cd unpacked && zip -q -r ../fetched-compiled.zip .)",
            ]
        );
        let layer = Mounted {
            place: Place::Layer {
                position: 0,
                name: "arn:1".into(),
            },
            files: files(),
        };
        let first = &fixes(&layer, "arn:1", "3.12")[0].commands[0];
        assert!(
            first.contains("get-layer-version-by-arn --arn arn:1 "),
            "{first}"
        );
    }

    #[test]
    fn a_shell_takes_a_name_for_one_word_and_no_option() {
        assert_eq!(quoted(Path::new("-rf")), "./-rf");
        assert_eq!(quoted(Path::new("a b")), "'a b'");
        assert_eq!(quoted(Path::new("a;b$(c)")), "'a;b$(c)'");
        assert_eq!(quoted(Path::new("build/app-1.0.zip")), "build/app-1.0.zip");
    }
}
