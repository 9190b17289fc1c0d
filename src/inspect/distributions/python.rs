//! What pip, uv and setuptools have installed: `*.dist-info` and `*.egg-info`, and which files are theirs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::Mounted;
use super::{Distribution, Ecosystem, Owners, text};

/// Namespaces are not nested deeper.
const MOST_LEVELS: usize = 48;

/// A folder (or, of old, a file) of metadata.
struct Metadata {
    /// `…/x-1.0.dist-info/`; without the slash where it is a file.
    path: String,
    /// What lies beside it.
    site: String,
}

/// Finds them and claims their files: by their lists, then bytecode by its source, then what lies among their files.
pub(super) fn distributions(mounted: &Mounted, owners: &mut Owners) -> Vec<Distribution> {
    let mut found = Vec::new();
    let mut unlisted = Vec::new();
    for metadata in metadata(mounted) {
        let files = &mounted.files;
        let inside: Vec<usize> = if metadata.path.ends_with('/') {
            files.below(&metadata.path).collect()
        } else {
            files.index(&metadata.path).into_iter().collect()
        };
        // Listed by another: that one has it bundled within itself.
        if inside.iter().any(|&file| owners.of(file).is_some()) {
            continue;
        }
        let number = found.len();
        for file in inside {
            owners.claim(file, number);
        }
        let listed = listed(mounted, &metadata);
        if listed.is_empty() {
            unlisted.push(number);
        }
        for file in listed {
            owners.claim(file, number);
        }
        found.push(described(mounted, &metadata));
    }
    for number in unlisted {
        claim_by_name(mounted, &found[number], number, owners);
    }
    claim_bytecode(mounted, owners);
    claim_among(mounted, &found, owners);
    set_roots(mounted, &mut found, owners);
    found
}

/// Those nearest the top first, so that what bundles others comes before them.
fn metadata(mounted: &Mounted) -> Vec<Metadata> {
    let mut found = BTreeSet::new();
    for file in mounted.files.list() {
        let mut at = 0;
        for part in file.path.split('/') {
            let end = at + part.len();
            let is_folder = end < file.path.len();
            if part.ends_with(".egg-info") || is_folder && part.ends_with(".dist-info") {
                let path = &file.path[..end + usize::from(is_folder)];
                let depth = path.matches('/').count();
                found.insert((depth, path.to_owned(), at));
                break;
            }
            at = end + 1;
        }
    }
    found
        .into_iter()
        .map(|(_, path, at)| Metadata {
            site: path[..at].to_owned(),
            path,
        })
        .collect()
}

/// The files that its own list names, as far as they are there.
fn listed(mounted: &Mounted, metadata: &Metadata) -> Vec<usize> {
    let read = |name: &str| text(mounted, &format!("{}{name}", metadata.path));
    let find = |base: &str, path: &str| {
        let path = resolved(base, path);
        path.iter().find_map(|path| mounted.files.index(path))
    };
    if let Some(record) = read("RECORD") {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(record.as_bytes());
        let rows = reader.byte_records().filter_map(Result::ok);
        return rows
            .filter_map(|row| Some(String::from_utf8_lossy(row.get(0)?).into_owned()))
            .filter_map(|path| find(&metadata.site, &path))
            .collect();
    }
    for (name, base) in [
        ("installed-files.txt", &metadata.path),
        ("SOURCES.txt", &metadata.site),
    ] {
        if let Some(lines) = read(name) {
            let found: Vec<usize> = lines.lines().filter_map(|line| find(base, line)).collect();
            if !found.is_empty() {
                return found;
            }
        }
    }
    Vec::new()
}

/// Where a path of such a list may lie. `pip install --target` leaves `../../bin/x` in it, but moves the folder beside
/// the modules.
fn resolved(base: &str, path: &str) -> Vec<String> {
    let mut at: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    let (mut outside, mut ups) = (false, 0);
    let mut rest = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                ups += 1;
                outside |= at.pop().is_none();
            }
            part => {
                at.push(part);
                rest.push(part);
            }
        }
    }
    let mut paths = Vec::new();
    if !outside && !path.starts_with('/') {
        paths.push(at.join("/"));
    }
    if ups > 0 {
        paths.push(format!("{base}{}", rest.join("/")));
    }
    paths
}

fn described(mounted: &Mounted, metadata: &Metadata) -> Distribution {
    let is_folder = metadata.path.ends_with('/');
    let candidates = if is_folder {
        vec![
            format!("{}METADATA", metadata.path),
            format!("{}PKG-INFO", metadata.path),
        ]
    } else {
        vec![metadata.path.clone()]
    };
    let file = candidates.into_iter().find(|path| mounted.files.has(path));
    let text = file.as_ref().and_then(|path| text(mounted, path));
    let field = |name: &str| {
        let headers = text.iter().flat_map(|text| text.lines());
        let mut headers = headers.take_while(|line| !line.trim().is_empty());
        headers.find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()))
    };
    let (name, version) = named(metadata);
    Distribution {
        name: field("Name:").unwrap_or(name),
        version: field("Version:").unwrap_or(version),
        ecosystem: Ecosystem::Python,
        place: mounted.place.clone(),
        site: metadata.site.clone(),
        roots: Vec::new(),
        modules: Vec::new(),
        metadata: file,
        inside: None,
        files: Vec::new(),
        shared: Vec::new(),
        file_count: 0,
        bytes: 0,
        packed_bytes: None,
    }
}

/// By its own name: `PyYAML-6.0.dist-info`, `six-1.16.0-py3.9.egg-info`.
fn named(metadata: &Metadata) -> (String, String) {
    let whole = metadata.path[metadata.site.len()..].trim_end_matches('/');
    let stem = whole.rsplit_once('.').map_or(whole, |(stem, _)| stem);
    let mut parts = stem.split('-');
    let name = parts.next().unwrap_or_default().to_owned();
    (name, parts.next().unwrap_or_default().to_owned())
}

/// One without a list: the modules that it says it has, else those of its name.
fn claim_by_name(mounted: &Mounted, of: &Distribution, number: usize, owners: &mut Owners) {
    let top_level = of.metadata.as_ref().and_then(|metadata| {
        let (folder, _) = metadata.rsplit_once('/')?;
        text(mounted, &format!("{folder}/top_level.txt"))
    });
    let names = top_level.unwrap_or_else(|| of.name.to_lowercase().replace(['-', '.'], "_"));
    for name in names.lines().map(str::trim).filter(|name| !name.is_empty()) {
        let module = format!("{}{name}", of.site);
        let files = mounted.files.below(&format!("{module}/"));
        let file = mounted.files.index(&format!("{module}.py"));
        for file in files.chain(file) {
            owners.claim(file, number);
        }
    }
}

/// Bytecode that was compiled after the list was written.
fn claim_bytecode(mounted: &Mounted, owners: &mut Owners) {
    for (i, file) in mounted.files.list().iter().enumerate() {
        if owners.of(i).is_none()
            && let Some(source) = source_of(&file.path)
            && let Some(owner) = mounted.files.index(&source).and_then(|s| owners.of(s))
        {
            owners.claim(i, owner);
        }
    }
}

/// `a/b.py` of `a/__pycache__/b.cpython-311.opt-1.pyc` or `a/b.pyc`.
fn source_of(path: &str) -> Option<String> {
    let stem = path.strip_suffix(".pyc")?;
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    let folder = folder.strip_suffix("__pycache__").map_or_else(
        || {
            if folder.is_empty() {
                String::new()
            } else {
                format!("{folder}/")
            }
        },
        str::to_owned,
    );
    let name = name.split_once('.').map_or(name, |(name, _)| name);
    Some(format!("{folder}{name}.py"))
}

/// What lies among the files of one distribution is that one's, whoever put it there.
fn claim_among(mounted: &Mounted, found: &[Distribution], owners: &mut Owners) {
    let mut only: HashMap<&str, Option<usize>> = HashMap::new();
    for (i, file) in mounted.files.list().iter().enumerate() {
        if let (Some(owner), Some((folder, _))) = (owners.of(i), file.path.rsplit_once('/'))
            // Whatever is compiled goes there, from whomever it is.
            && !folder.ends_with("__pycache__")
        {
            only.entry(folder)
                .and_modify(|only| *only = only.filter(|only| *only == owner))
                .or_insert(Some(owner));
        }
    }
    // Many put something into these.
    for of in found {
        let site = of.site.trim_end_matches('/');
        only.insert(site, None);
    }
    let shared: Vec<String> = found.iter().map(|of| format!("{}bin", of.site)).collect();
    for folder in &shared {
        only.insert(folder, None);
    }
    for (i, file) in mounted.files.list().iter().enumerate() {
        if owners.of(i).is_some() {
            continue;
        }
        let mut path = file.path.as_str();
        while let Some((folder, _)) = path.rsplit_once('/') {
            if let Some(only) = only.get(folder) {
                if let Some(owner) = only {
                    owners.claim(i, *owner);
                }
                break;
            }
            path = folder;
        }
    }
}

/// The uppermost folders and files that are one distribution's alone, and the modules among them.
fn set_roots(mounted: &Mounted, found: &mut [Distribution], owners: &Owners) {
    const NOBODY: usize = usize::MAX;
    // Folder -> whose it is, and whether it holds anything to import; none where it is of several.
    let mut alone: HashMap<&str, Option<usize>> = HashMap::new();
    let mut code: BTreeSet<&str> = BTreeSet::new();
    for (i, file) in mounted.files.list().iter().enumerate() {
        let owner = owners.of(i).unwrap_or(NOBODY);
        let is_code = is_importable(&file.path);
        for folder in folders(&file.path) {
            alone
                .entry(folder)
                .and_modify(|alone| *alone = alone.filter(|alone| *alone == owner))
                .or_insert(Some(owner));
            if is_code {
                code.insert(folder);
            }
        }
    }
    let mut roots: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for (i, file) in mounted.files.list().iter().enumerate() {
        let Some(owner) = owners.of(i).filter(|owner| *owner < found.len()) else {
            continue;
        };
        let site = found[owner].site.len();
        let root = folders(&file.path).find(|folder| {
            folder.len() > site && alone.get(folder).copied().flatten() == Some(owner)
        });
        roots
            .entry(owner)
            .or_default()
            .insert(root.unwrap_or(&file.path));
    }
    for (owner, roots) in roots {
        let of = &mut found[owner];
        let modules: BTreeSet<String> = roots
            .iter()
            .filter(|root| code.contains(*root) || is_importable(root))
            .filter_map(|root| module(root.strip_prefix(of.site.as_str())?))
            .collect();
        of.modules = modules.into_iter().collect();
        of.roots = roots.into_iter().map(str::to_owned).collect();
    }
}

/// The folders that a file lies in, from the top; a stranger's path may have thousands.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/')
        .take(MOST_LEVELS)
        .map(|(at, _)| &path[..=at])
}

fn is_importable(path: &str) -> bool {
    [".py", ".so", ".pyd", ".pyc"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// `google.protobuf` of `google/protobuf/`, `six` of `six.py`; none where it is no name.
fn module(root: &str) -> Option<String> {
    let path = match root.strip_suffix('/') {
        Some(folder) => folder,
        // Bytecode in a folder of its own has its source beside it.
        None if root.contains("__pycache__/") => return None,
        None => {
            let name = root.rfind('/').map_or(0, |at| at + 1);
            &root[..name + root[name..].find('.')?]
        }
    };
    let named = |part: &str| {
        !part.is_empty()
            && part != "bin"
            && part != "__init__"
            && part != "__pycache__"
            && part.chars().all(|c| c == '_' || c.is_alphanumeric())
            && !part.starts_with(|c: char| c.is_ascii_digit())
    };
    path.split('/').all(named).then(|| path.replace('/', "."))
}
