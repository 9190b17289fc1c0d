//! Where reading starts besides the handler: extensions, wrapper scripts, settings and variables that name modules, and
//! the function's own code where the handler is a wrapper's.

use super::edges::{Edge, Edges, Reading, Target};
use super::source::on_large_stack;
use super::tree::FileAt;
use super::{How, Place};

/// Files of this size and more are data.
const MOST_SETTINGS: u64 = 1024 * 1024;
const SETTINGS: [&str; 11] = [
    "ini",
    "cfg",
    "conf",
    "toml",
    "yaml",
    "yml",
    "json",
    "env",
    "txt",
    "xml",
    "properties",
];
/// They list distributions for tools that work before the function runs, or are for people.
const OF_TOOLS: [&str; 14] = [
    "authors",
    "changelog",
    "license",
    "readme",
    "requirements",
    "constraints",
    "pyproject.",
    "setup.cfg",
    "poetry.",
    "pdm.",
    "pipfile",
    "tox.",
    "mypy.",
    "pytest.",
];
/// The same by their whole names: settings of one's own may begin so.
const OF_TOOLS_WHOLE: [&str; 5] = [
    "changes.txt",
    "notice.txt",
    "package-lock.json",
    "package.json",
    "uv.toml",
];

/// Other roots, and the files that they are.
#[derive(Debug, Default)]
pub struct Roots {
    /// In the order of `edges`.
    pub files: Vec<FileAt>,
    edges: Vec<Edges>,
}

/// What they lead to.
pub fn edges(roots: &Roots) -> &[Edges] {
    &roots.edges
}

/// Finds them. `handler` are the modules that the handler's name loads.
pub fn roots(reading: &Reading<'_>, handler: &[usize]) -> Roots {
    let mut roots = Roots::default();
    let modules = reading.tree.modules();
    let Some(last) = handler.last().map(|id| &modules[*id]) else {
        return roots;
    };
    // A wrapper that knows the true handler only when it runs.
    let wrapped = last.distribution.is_some() || reading.mounts[last.file.0].place != Place::Task;
    let mut started = Edges::default();
    for (id, module) in modules.iter().enumerate() {
        let mount = &reading.mounts[module.file.0];
        let path = mount.files.list()[module.file.1].path.as_str();
        let how = match &mount.place {
            _ if module.distribution.is_some() => continue,
            Place::Layer { .. } if path.starts_with("extensions/") => How::Import,
            Place::Layer { .. } if !path.starts_with("python/") => How::Script,
            Place::Task if wrapped => How::Script,
            _ if matches!(
                path.rsplit('/').next(),
                Some("sitecustomize.py" | "usercustomize.py")
            ) =>
            {
                How::Script
            }
            _ => continue,
        };
        started.all.push(Edge {
            to: Target::Module(id),
            how,
            line: None,
        });
    }
    for (name, value) in reading.environment.into_iter().flat_map(|all| &all.0) {
        started.changes_path |= name == "PYTHONPATH";
        let named = reading.words(value, How::Environment);
        let line = None;
        started
            .all
            .extend(named.all.into_iter().map(|edge| Edge { line, ..edge }));
    }
    if started.changes_path && reading.has_archive() {
        started.all.push(Edge {
            to: Target::Everything,
            how: How::OtherPath,
            line: None,
        });
    }
    if !started.all.is_empty() || started.changes_path {
        roots.files.push(last.file);
        roots.edges.push(started);
    }
    for (mount, of) in reading.mounts.iter().enumerate() {
        for (file, found) in of.files.list().iter().enumerate() {
            if reading.is_own((mount, file))
                && found.bytes <= MOST_SETTINGS
                && let Some(edges) = one(reading, (mount, file), &found.path, found.mode)
                && !edges.all.is_empty()
            {
                roots.files.push((mount, file));
                roots.edges.push(edges);
            }
        }
    }
    roots
}

fn one(reading: &Reading<'_>, at: FileAt, path: &str, mode: Option<u32>) -> Option<Edges> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let ending = lower.rsplit_once('.').map(|(_, ending)| ending);
    let files = &reading.mounts[at.0].files;
    let text = || {
        files
            .read(path)
            .ok()
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    if ending.is_some_and(|ending| SETTINGS.contains(&ending)) {
        let for_tools = OF_TOOLS.iter().any(|start| lower.starts_with(start))
            || OF_TOOLS_WHOLE.contains(&lower.as_str())
            || path.contains("node_modules/")
            || lower.contains("requirements")
            || ending == Some("lock");
        return if for_tools {
            None
        } else {
            Some(reading.words(&text()?, How::Settings))
        };
    }
    let may_start = mode.is_none_or(|mode| mode & 0o111 != 0);
    if !may_start || !matches!(ending, None | Some("sh" | "bash")) {
        return None;
    }
    let text = text()?;
    let first = text.lines().next().filter(|line| line.starts_with("#!"))?;
    if !first.contains("python") {
        return Some(reading.words(&text, How::Settings));
    }
    let Some(Ok(mut edges)) = on_large_stack(|| reading.source(at, None)) else {
        // Not read, its words still name what it may load.
        return Some(reading.words(&text, How::Script));
    };
    if !path.starts_with("extensions/") {
        for edge in &mut edges.all {
            edge.how = How::Script;
        }
    }
    Some(edges)
}
