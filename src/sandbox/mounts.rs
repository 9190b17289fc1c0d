//! The file tree of an environment: the host's, read-only, with the package at /var/task, the layers at /opt and an
//! empty /tmp of its own. Nothing of it is seen outside, and nothing on the host's disk changes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::unistd::{chdir, pivot_root};

use super::protocol::Root;

/// Where AWS puts the package, and so do we.
pub(super) const TASK: &str = "/var/task";
/// Where AWS puts the layers.
pub(super) const OPT: &str = "/opt";

/// What a folder for temporary files may well be below.
const SHARED_MEMORY: &str = "/dev/shm";

/// Built anew, so not taken from the host.
const OWN: [&str; 4] = ["tmp", "var", "opt", "proc"];

/// Builds the tree and makes it the root of this process. The process must be alone in its mount and PID namespaces.
pub(super) fn enter(root: &Root) -> io::Result<()> {
    mount_on("/", None, None, MsFlags::MS_REC | MsFlags::MS_PRIVATE, None)?;
    let new = root.mount_point.as_path();
    mount_on(
        new,
        Some("tmpfs"),
        Some("tmpfs"),
        MsFlags::empty(),
        Some("mode=755"),
    )?;
    lend_entries(Path::new("/"), new, &OWN)?;
    fs::create_dir(new.join("var"))?;
    lend_var(root, &new.join("var"))?;
    own_folders(new, root.ephemeral_mb)?;
    let known = new.join("etc/hosts");
    if let Some(hosts) = root.hosts.as_ref().filter(|_| known.is_file()) {
        lend(hosts, &known)?;
    }
    lay_layers(root, new)?;
    for path in below(&root.visible, "/tmp").chain(below(&root.visible, SHARED_MEMORY)) {
        lend_where_it_is(path, new)?;
    }
    close_shared_memory(new)?;
    chdir(new)?;
    // The new root over the old one, then the old one away: no folder needed to hold it meanwhile.
    pivot_root(".", ".").map_err(|error| failed("making a private root", new, error))?;
    umount2(".", MntFlags::MNT_DETACH)?;
    chdir("/")?;
    make_read_only()
}

/// The package, our clients, and what the host has there besides.
fn lend_var(root: &Root, var: &Path) -> io::Result<()> {
    lend_entries(Path::new("/var"), var, &["task"])?;
    let ours = [
        ("task", Some(&root.task)),
        ("runtime", root.runtime.as_ref()),
    ];
    for (name, folder) in ours {
        if let Some(folder) = folder {
            fs::create_dir(var.join(name))?;
            lend(folder, &var.join(name))?;
        }
    }
    Ok(())
}

fn own_folders(new: &Path, ephemeral_mb: u64) -> io::Result<()> {
    let careful = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    for folder in ["tmp", "opt", "proc"] {
        fs::create_dir(new.join(folder))?;
    }
    mount_on(
        new.join("tmp"),
        Some("tmpfs"),
        Some("tmpfs"),
        careful,
        Some(&format!("size={ephemeral_mb}m,mode=1777")),
    )?;
    mount_on(
        new.join("proc"),
        Some("proc"),
        Some("proc"),
        careful | MsFlags::MS_NOEXEC,
        None,
    )?;
    // AWS has no shared memory folder; the host's would let one environment speed up the next.
    if let Some(shared) = shared_memory(new) {
        mount_on(shared, Some("tmpfs"), Some("tmpfs"), careful, None)?;
    }
    Ok(())
}

fn shared_memory(new: &Path) -> Option<PathBuf> {
    let folder = new.join(SHARED_MEMORY.trim_start_matches('/'));
    folder.is_dir().then_some(folder)
}

/// Nothing is written to it once what must be seen in it is there.
fn close_shared_memory(new: &Path) -> io::Result<()> {
    let Some(shared) = shared_memory(new) else {
        return Ok(());
    };
    let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
    let careful = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount_on(shared, None, None, flags | careful, None)
}

/// The layers as one mount; entry by entry where something of the host below /opt must stay visible next to them.
fn lay_layers(root: &Root, new: &Path) -> io::Result<()> {
    let kept: Vec<&PathBuf> = below(&root.visible, OPT).collect();
    let target = new.join("opt");
    match (&root.opt, kept.is_empty()) {
        (Some(opt), true) => lend(opt, &target)?,
        (Some(opt), false) => lend_entries(opt, &target, &[])?,
        (None, _) => {}
    }
    for path in kept {
        let first = path
            .strip_prefix(OPT)
            .ok()
            .and_then(|inner| inner.iter().next());
        let taken = root
            .opt
            .as_ref()
            .zip(first)
            .is_some_and(|(opt, first)| opt.join(first).exists());
        if taken {
            return Err(io::Error::other(format!(
                "showing {} inside the environment: a layer has a folder of the same name in /opt",
                path.display()
            )));
        }
        lend_where_it_is(path, new)?;
    }
    Ok(())
}

fn below<'p>(paths: &'p [PathBuf], top: &'p str) -> impl Iterator<Item = &'p PathBuf> {
    paths
        .iter()
        .filter(move |path| path.starts_with(top) && path.as_path() != Path::new(top))
}

fn lend_where_it_is(path: &Path, new: &Path) -> io::Result<()> {
    let Ok(inner) = path.strip_prefix("/") else {
        return Ok(());
    };
    let target = new.join(inner);
    // A second one inside the first is there already.
    if target.exists() || !path.exists() {
        return Ok(());
    }
    let folder = if path.is_dir() {
        Some(target.as_path())
    } else {
        target.parent()
    };
    if let Some(folder) = folder {
        fs::create_dir_all(folder)?;
    }
    if !path.is_dir() {
        fs::File::create(&target)?;
    }
    lend(path, &target)
}

/// Shows every entry of one folder in another, except those named.
fn lend_entries(from: &Path, to: &Path, except: &[&str]) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if except.iter().any(|hidden| name == *hidden) {
            continue;
        }
        let (source, target) = (entry.path(), to.join(&name));
        let kind = entry.file_type()?;
        if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(&source)?, &target)?;
            continue;
        }
        if kind.is_dir() {
            fs::create_dir(&target)?;
        } else {
            fs::File::create(&target)?;
        }
        // What the system doesn't let us show (some special files) is not needed either.
        if lend(&source, &target).is_err() && kind.is_dir() {
            fs::remove_dir(&target)?;
        }
    }
    Ok(())
}

fn lend(from: &Path, to: &Path) -> io::Result<()> {
    mount(
        Some(from),
        to,
        None::<&str>,
        MsFlags::MS_BIND | MsFlags::MS_REC,
        None::<&str>,
    )
    .map_err(|error| failed("showing", from, error))
}

fn mount_on(
    target: impl AsRef<Path>,
    source: Option<&str>,
    kind: Option<&str>,
    flags: MsFlags,
    data: Option<&str>,
) -> io::Result<()> {
    let target = target.as_ref();
    mount(source, target, kind, flags, data).map_err(|error| failed("mounting", target, error))
}

fn failed(doing: &str, what: &Path, error: nix::Error) -> io::Error {
    let error = io::Error::from(error);
    io::Error::new(error.kind(), format!("{doing} {}: {error}", what.display()))
}

/// Everything but /tmp, /proc and /dev, as on AWS; root too can't write there.
fn make_read_only() -> io::Result<()> {
    for mounted in mounted(&fs::read_to_string("/proc/self/mountinfo")?) {
        let (path, flags) = mounted;
        let stays =
            path == Path::new("/tmp") || path.starts_with("/proc") || path.starts_with("/dev");
        if stays {
            continue;
        }
        let flags = flags | MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
        let done = mount_on(&path, None, None, flags, None);
        // A mount of the host that can't be changed is none of ours; the package and the layers must be.
        if path.starts_with(TASK) || path.starts_with(OPT) || path == Path::new("/") {
            done?;
        }
    }
    Ok(())
}

/// Mount points and those flags that a remount must repeat, from the text of `mountinfo`.
fn mounted(mountinfo: &str) -> Vec<(PathBuf, MsFlags)> {
    mountinfo
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ');
            let path = fields.nth(4)?;
            let options = fields.next()?;
            Some((
                PathBuf::from(unescape(path)),
                options.split(',').filter_map(flag).collect(),
            ))
        })
        .collect()
}

fn flag(option: &str) -> Option<MsFlags> {
    Some(match option {
        "nosuid" => MsFlags::MS_NOSUID,
        "nodev" => MsFlags::MS_NODEV,
        "noexec" => MsFlags::MS_NOEXEC,
        "noatime" => MsFlags::MS_NOATIME,
        "nodiratime" => MsFlags::MS_NODIRATIME,
        "relatime" => MsFlags::MS_RELATIME,
        _ => return None,
    })
}

/// The kernel writes space, tab, newline and backslash as three octal digits.
fn unescape(path: &str) -> String {
    [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ]
    .iter()
    .fold(path.to_owned(), |path, (code, plain)| {
        path.replace(code, plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_point_keeps_the_flags_that_a_remount_must_repeat() {
        let text =
            "36 35 98:0 /mnt1 /var/my\\040task rw,nosuid,noatime shared:1 - ext4 /dev/root rw\n";
        assert_eq!(
            mounted(text),
            [(
                PathBuf::from("/var/my task"),
                MsFlags::MS_NOSUID | MsFlags::MS_NOATIME
            )]
        );
    }
}
