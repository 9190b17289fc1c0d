//! What npm, yarn and pnpm have installed: every folder in a `node_modules/`, scoped and nested ones too.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::super::Mounted;
use super::{Distribution, Ecosystem, Owners, text};

const FOLDER: &str = "node_modules/";

/// Finds them and claims their files: each file is the innermost one's.
pub(super) fn distributions(
    mounted: &Mounted,
    first: usize,
    owners: &mut Owners,
) -> Vec<Distribution> {
    let mut by_folder: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut programs = Vec::new();
    for (i, file) in mounted.files.list().iter().enumerate() {
        if let Some(folder) = package_folder(&file.path) {
            by_folder.entry(folder).or_default().push(i);
        } else if let Some(at) = file
            .path
            .rfind("/.bin/")
            .or_else(|| file.path.find(".bin/"))
        {
            programs.push((i, at));
        }
    }
    let mut found = Vec::new();
    let mut bins: HashMap<String, usize> = HashMap::new();
    for (folder, files) in &by_folder {
        let number = first + found.len();
        for &file in files {
            owners.claim(file, number);
        }
        let (described, programs) = described(mounted, folder, &by_folder);
        for program in programs {
            let path = format!("{}.bin/{program}", described.site);
            bins.entry(path).or_insert(number);
        }
        found.push(described);
    }
    for (file, _) in programs {
        if let Some(&owner) = bins.get(&mounted.files.list()[file].path) {
            owners.claim(file, owner);
        }
    }
    found
}

/// `…/node_modules/x/` or `…/node_modules/@scope/x/`, the innermost; none of what no package has.
fn package_folder(path: &str) -> Option<&str> {
    let mut end = path.len();
    loop {
        let at = path[..end].rfind(FOLDER)?;
        let whole_part = at == 0 || path.as_bytes()[at - 1] == b'/';
        let site = at + FOLDER.len();
        if whole_part && let Some(length) = name_length(&path[site..]) {
            return Some(&path[..=site + length]);
        }
        end = at;
    }
}

/// How long the name is at the start of a path, if it is a folder's: `x/…`, `@scope/x/…`.
fn name_length(path: &str) -> Option<usize> {
    let first = path.find('/')?;
    match path.as_bytes()[0] {
        b'.' | b'/' => None,
        b'@' => Some(first + 1 + path[first + 1..].find('/')?),
        _ => Some(first),
    }
}

/// What its package.json says, and the names of its programs.
fn described(
    mounted: &Mounted,
    folder: &str,
    all: &BTreeMap<&str, Vec<usize>>,
) -> (Distribution, Vec<String>) {
    let metadata = Some(format!("{folder}package.json")).filter(|path| mounted.files.has(path));
    let said: Value = metadata
        .as_ref()
        .and_then(|path| text(mounted, path))
        .and_then(|json| serde_json::from_str(&json).ok())
        .unwrap_or_default();
    let site = folder.rfind(FOLDER).map_or(0, |at| at + FOLDER.len());
    let module = folder[site..].trim_end_matches('/');
    let field = |key: &str| said[key].as_str().unwrap_or_default().trim().to_owned();
    let name = Some(field("name")).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| module.to_owned());
    let programs = match &said["bin"] {
        Value::Object(programs) => programs.keys().cloned().collect(),
        Value::String(_) => vec![name.rsplit('/').next().unwrap_or_default().to_owned()],
        _ => Vec::new(),
    };
    let inside = package_folder(&folder[..site]).filter(|around| all.contains_key(around));
    let described = Distribution {
        name,
        version: field("version"),
        ecosystem: Ecosystem::Node,
        place: mounted.place.clone(),
        site: folder[..site].to_owned(),
        roots: vec![folder.to_owned()],
        modules: vec![module.to_owned()],
        metadata,
        inside: inside.map(str::to_owned),
        files: Vec::new(),
        shared: Vec::new(),
        file_count: 0,
        bytes: 0,
        packed_bytes: None,
    };
    (described, programs)
}
