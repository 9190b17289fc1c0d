//! The extension processes of one environment, as its guard starts and counts them.

use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::Pid;

use super::protocol::{Crewing, monotonic_ns};
use super::starter::Starter;

/// Running extensions, by their place in the set-up.
#[derive(Debug, Default)]
pub(super) struct Crew {
    processes: Vec<Option<Pid>>,
}

impl Crew {
    /// Starts all: when, or which one could not be started and why.
    pub fn start(
        &mut self,
        crewing: &Crewing,
        starter: &Starter,
    ) -> Result<u64, (usize, PathBuf, io::Error)> {
        let began_ns = monotonic_ns();
        self.processes = vec![None; crewing.programs.len()];
        for (place, program) in crewing.programs.iter().enumerate() {
            let mut command = Command::new(program);
            command
                .env_clear()
                .envs(&crewing.variables)
                .current_dir("/")
                .stdin(Stdio::null())
                .process_group(0);
            let failed = |error| (place, program.clone(), error);
            // Its output is told apart from the function's by where it goes.
            let output = io::stderr().as_fd().try_clone_to_owned().map_err(failed)?;
            command.stdout(output);
            let (_, child) = starter.start(command);
            let child = child.map_err(failed)?;
            self.processes[place] = Some(Pid::from_raw(child.id().cast_signed()));
        }
        Ok(began_ns)
    }

    /// Which one this was, if it was one.
    pub fn died(&mut self, process: Pid) -> Option<usize> {
        let place = self
            .processes
            .iter()
            .position(|one| *one == Some(process))?;
        self.processes[place] = None;
        Some(place)
    }

    /// Those that are not known to have died.
    pub fn all(&self) -> impl Iterator<Item = Pid> {
        self.processes.iter().flatten().copied()
    }

    /// All are dead.
    pub fn clear(&mut self) {
        self.processes.clear();
    }
}

/// What to execute when a wrapper is put before the runtime's own command: as AWS's runtimes do it in a shell.
pub(super) fn wrapped(wrapper: &Path, argv: &[PathBuf]) -> Vec<PathBuf> {
    let complain = |words: &str, status: u8| {
        let script = format!("echo \"$0: {words}\"; exit {status}");
        ["/bin/sh".into(), "-c".into(), script.into(), wrapper.into()].to_vec()
    };
    if !wrapper.is_file() {
        return complain("does not exist", 127);
    }
    if nix::unistd::access(wrapper, nix::unistd::AccessFlags::X_OK).is_err() {
        return complain("is not an executable", 126);
    }
    let shell = if begins_like_a_program(wrapper) {
        None
    } else {
        // A shell runs what the system does not know as a script of its own.
        ["/bin/bash", "/bin/sh"]
            .map(PathBuf::from)
            .into_iter()
            .find(|shell| shell.exists())
    };
    let argv = argv.iter().cloned();
    shell
        .into_iter()
        .chain([wrapper.to_owned()])
        .chain(argv)
        .collect()
}

fn begins_like_a_program(path: &Path) -> bool {
    use std::io::Read as _;
    let mut head = [0; 2];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    // What can't be read can still be executed.
    read.is_err() || &head == b"#!" || &head == b"\x7fE"
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_wrapper_is_put_before_the_command_and_a_bad_one_is_told_as_on_aws() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str, mode: u32| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, permissions).unwrap();
            path
        };
        let argv = [PathBuf::from("/usr/bin/python3"), PathBuf::from("client")];
        let good = write("good", "#!/bin/sh\nexec \"$@\"\n", 0o755);
        let expected = [good.clone(), argv[0].clone(), argv[1].clone()];
        assert_eq!(wrapped(&good, &argv), expected);
        let bare = write("bare", "exec \"$@\"\n", 0o755);
        assert_eq!(wrapped(&bare, &argv)[1..3], [bare, argv[0].clone()]);
        for (path, status, words) in [
            (folder.path().join("missing"), 127, "does not exist"),
            (write("plain", "", 0o644), 126, "is not an executable"),
        ] {
            let command = wrapped(&path, &argv);
            let output = Command::new(&command[0])
                .args(&command[1..])
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(status));
            let said = String::from_utf8(output.stdout).unwrap();
            assert_eq!(said, format!("{}: {words}\n", path.display()));
        }
    }
}
