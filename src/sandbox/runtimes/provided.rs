//! `provided.*`: the package or a layer brings an executable named `bootstrap`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::machine::may_execute;
use super::{Question, ResolvedRuntime, RuntimeClient, RuntimeError};

pub(super) fn resolve(question: &Question) -> Result<ResolvedRuntime, RuntimeError> {
    let places = [
        (Some(question.task_root), "package"),
        (question.opt_root, "layer"),
    ];
    let found = places.into_iter().find_map(|(folder, origin)| {
        let path = folder?.join("bootstrap");
        path.symlink_metadata().is_ok().then_some((path, origin))
    });
    let Some((path, origin)) = found else {
        return Err(RuntimeError::NoBootstrap(question.runtime_id.to_owned()));
    };
    if let Some(reason) = unusable(&path) {
        return Err(RuntimeError::BadBootstrap {
            path: format!("the {origin}'s `bootstrap`"),
            reason,
        });
    }
    let mut env = BTreeMap::new();
    env.insert("LAMBDA_RUNTIME_DIR".to_owned(), "/var/runtime".to_owned());
    Ok(ResolvedRuntime {
        argv: vec![path],
        version: format!("{} on this host", question.runtime_id),
        client: RuntimeClient {
            name: "bootstrap".to_owned(),
            origin: origin.to_owned(),
        },
        visible: Vec::new(),
        env,
    })
}

/// Why the file can't be executed here, as far as can be seen without trying.
fn unusable(path: &Path) -> Option<String> {
    let found = match path.metadata() {
        Ok(found) => found,
        Err(error) => return Some(error.to_string()),
    };
    if !found.is_file() {
        return Some("it is not a file".to_owned());
    }
    if !may_execute(&found) {
        return Some("its executable bit is not set".to_owned());
    }
    let mut head = [0; 20];
    File::open(path).ok()?.read_exact(&mut head).ok()?;
    let built_for = elf_machine(&head)?;
    let here = std::env::consts::ARCH;
    if built_for != here {
        return Some(format!(
            "it is built for {built_for}, and this machine is {here}"
        ));
    }
    (!cfg!(target_os = "linux")).then(|| {
        format!(
            "it is built for Linux, and this machine runs {}",
            std::env::consts::OS
        )
    })
}

/// The architecture of an ELF file, in Rust's names, if it is one that Lambda has.
fn elf_machine(head: &[u8; 20]) -> Option<&'static str> {
    if &head[..4] != b"\x7fELF" || head[5] != 1 {
        return None;
    }
    match u16::from_le_bytes([head[18], head[19]]) {
        62 => Some("x86_64"),
        183 => Some("aarch64"),
        _ => None,
    }
}
