//! `--port-file`: whoever waits for it finds a server that answers, and never the port of one that is gone.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use crate::commands::Failure;
use crate::exit::Exit;

/// A port file that outlives its server would tell whoever waits for the next one a wrong port.
pub fn forget(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::new(
            Exit::CouldNotMeasure,
            format!("removing the old {}: {error}", path.display()),
        )),
        _ => Ok(()),
    }
}

/// Written last and whole.
pub fn announce(path: Option<&Path>, url: &str) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let write = || -> std::io::Result<()> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(".".as_ref()))?;
        writeln!(file, "{}", port_of(url))?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| {
        Failure::new(
            Exit::CouldNotMeasure,
            format!("writing {}: {error}", path.display()),
        )
    })
}

/// Removes it, unless another server has written its own since.
pub fn end(path: &Path, url: &str) -> Result<(), Failure> {
    if std::fs::read_to_string(path).is_ok_and(|written| written.trim() == port_of(url)) {
        forget(path)?;
    }
    Ok(())
}

/// The endpoint that a port file tells of.
pub fn read(path: &Path) -> Result<String, Failure> {
    let unreadable = |why: String| {
        Failure::new(Exit::CouldNotMeasure, format!("reading {}: {why}", path.display())).hint(Some(
            "`lambench serve --port-file FILE` writes it once the endpoint answers, and removes it at the end".into(),
        ))
    };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let port: u16 = text
        .trim()
        .parse()
        .map_err(|_| unreadable("there is no port in it".into()))?;
    Ok(format!("http://127.0.0.1:{port}"))
}

fn port_of(url: &str) -> &str {
    url.rsplit(':').next().unwrap_or_default()
}
