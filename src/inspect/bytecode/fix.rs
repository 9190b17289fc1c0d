//! The commands that give a package bytecode which Python takes whatever the dates in a zip say.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

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
/// Any value does: set is set. This one is the first date that a zip knows.
const EPOCH: &str = "SOURCE_DATE_EPOCH=315532800";

/// The ways for a folder or a zip, the surest first. `version` is `3.11`.
pub fn fixes(package: &Path, is_zip: bool, version: &str) -> Vec<Fix> {
    let compiled = |way, mode| Fix {
        way,
        commands: compile(package, is_zip, version, mode),
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
fn compile(package: &Path, is_zip: bool, version: &str, mode: &str) -> Vec<String> {
    let compile = |folder: &str| {
        format!("python{version} -m compileall -q -f --invalidation-mode {mode} {folder}")
    };
    if !is_zip {
        return vec![compile(&quoted(package))];
    }
    let stem = package.file_stem().unwrap_or_default().to_string_lossy();
    let new = package.with_file_name(format!("{stem}-compiled.zip"));
    let new = std::path::absolute(&new).unwrap_or(new);
    vec![
        format!("unzip -q {} -d {UNPACKED}", quoted(package)),
        compile(UNPACKED),
        format!("(cd {UNPACKED} && zip -q -r {} .)", quoted(&new)),
    ]
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
    use super::*;

    #[test]
    fn the_commands_are_for_this_package_and_this_python() {
        let folder = fixes(Path::new("my app"), false, "3.11");
        assert_eq!(
            folder[0].commands,
            ["python3.11 -m compileall -q -f --invalidation-mode unchecked-hash 'my app'"]
        );
        assert!(folder[1].commands[0].contains(" checked-hash "));
        let zip = fixes(Path::new("/build/it's.zip"), true, "3.12");
        assert_eq!(
            zip[0].commands,
            [
                r"unzip -q '/build/it'\''s.zip' -d unpacked",
                "python3.12 -m compileall -q -f --invalidation-mode unchecked-hash unpacked",
                r"(cd unpacked && zip -q -r '/build/it'\''s-compiled.zip' .)",
            ]
        );
        let dash = fixes(Path::new("-rf"), false, "3.12");
        assert!(dash[0].commands[0].ends_with(" ./-rf"), "{dash:?}");
    }
}
