//! What distributions say of themselves: which others they require, and which entry points they offer.

use std::collections::HashMap;

use super::super::{Distribution, Ecosystem, Mounted};

/// Groups of entry points that become commands, which no handler loads.
const COMMANDS: [&str; 2] = ["console_scripts", "gui_scripts"];

/// Of all distributions, by their index.
#[derive(Debug, Default)]
pub struct Metadata {
    by_name: HashMap<String, Vec<usize>>,
    required: Vec<Vec<usize>>,
    extra: Vec<Vec<usize>>,
    /// By group: whose, and the module.
    groups: HashMap<String, Vec<(usize, String)>>,
    commands: HashMap<String, Vec<usize>>,
}

struct Requirement {
    name: String,
    /// Only with an extra of the one that requires it.
    conditional: bool,
    /// With extras of its own.
    with_extras: bool,
}

impl Metadata {
    /// Reads it. What can't be read requires nothing.
    pub fn read(mounts: &[Mounted], distributions: &[Distribution]) -> Self {
        let mut all = Self::default();
        let mut requirements = Vec::new();
        for (i, of) in distributions.iter().enumerate() {
            let mut wanted = Vec::new();
            if of.ecosystem == Ecosystem::Python
                && let Some(mount) = mounts.iter().find(|mount| mount.place == of.place)
            {
                all.by_name.entry(normal(&of.name)).or_default().push(i);
                wanted = all.of_one(mount, of, i);
            }
            requirements.push(wanted);
        }
        let find = |wanted: &Requirement| {
            all.by_name
                .get(&normal(&wanted.name))
                .cloned()
                .unwrap_or_default()
        };
        let pick = |from: &[Requirement], conditional: bool| -> Vec<usize> {
            from.iter()
                .filter(|r| r.conditional == conditional)
                .flat_map(find)
                .collect()
        };
        all.extra = requirements.iter().map(|all| pick(all, true)).collect();
        all.required = requirements
            .iter()
            .map(|wanted| {
                let mut found = pick(wanted, false);
                for with in wanted.iter().filter(|r| r.with_extras && !r.conditional) {
                    found.extend(
                        find(with)
                            .into_iter()
                            .flat_map(|other| all.extra[other].clone()),
                    );
                }
                found
            })
            .collect();
        all
    }

    fn of_one(&mut self, mount: &Mounted, of: &Distribution, i: usize) -> Vec<Requirement> {
        let Some(file) = &of.metadata else {
            return Vec::new();
        };
        let text = |path: &str| {
            let bytes = mount.files.read(path).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        if let Some(points) = text(&format!("{folder}/entry_points.txt")) {
            let mut group = String::new();
            for line in points.lines().map(str::trim) {
                let heading = line
                    .strip_prefix('[')
                    .and_then(|line| line.strip_suffix(']'));
                if let Some(heading) = heading {
                    heading.trim().clone_into(&mut group);
                    continue;
                }
                let Some((name, value)) = line.split_once('=') else {
                    continue;
                };
                let module = value.split([':', '[']).next().unwrap_or(value).trim();
                if !COMMANDS.contains(&group.as_str()) {
                    let points = self.groups.entry(group.clone()).or_default();
                    points.push((i, module.to_owned()));
                } else if mount.files.has(&format!("{}bin/{}", of.site, name.trim())) {
                    // Where it is not installed, nobody can start it.
                    let commands = self.commands.entry(name.trim().to_owned()).or_default();
                    commands.push(i);
                }
            }
        }
        let mut found = required(&text(file).unwrap_or_default());
        if let Some(old) = text(&format!("{folder}/requires.txt")) {
            found.extend(required_of_old(&old));
        }
        found
    }

    /// What it requires in any case, and what those require for the extras that it asks for.
    pub fn required(&self, distribution: usize) -> &[usize] {
        &self.required[distribution]
    }

    /// What it can use beyond that.
    pub fn extra(&self, distribution: usize) -> &[usize] {
        &self.extra[distribution]
    }

    /// Those of a name, spelt as one likes.
    pub fn named(&self, name: &str) -> &[usize] {
        self.by_name.get(&normal(name)).map_or(&[], Vec::as_slice)
    }

    /// Those that installed a command of this name.
    pub fn with_command(&self, name: &str) -> &[usize] {
        self.commands.get(name).map_or(&[], Vec::as_slice)
    }

    /// Entry points of this group, or of any that is no command: whose they are, and the modules that they name.
    pub fn entry_points(&self, group: Option<&str>) -> Vec<(usize, &str)> {
        let groups = self
            .groups
            .iter()
            .filter(|(name, _)| group.is_none_or(|group| *name == group));
        let points = groups.flat_map(|(_, found)| found);
        let mut found: Vec<_> = points.map(|(of, module)| (*of, module.as_str())).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// As PEP 503 compares names.
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            c => normal.extend(c.to_lowercase()),
        }
    }
    normal
}

/// The `Requires-Dist` lines. Markers about Python or the system are taken as met.
fn required(metadata: &str) -> Vec<Requirement> {
    metadata
        .lines()
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.strip_prefix("Requires-Dist:"))
        .filter_map(|line| requirement(line, false))
        .collect()
}

/// An egg's `requires.txt`: sections are extras, or markers after a colon.
fn required_of_old(text: &str) -> Vec<Requirement> {
    let mut conditional = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            conditional = !section.starts_with(':');
        } else {
            found.extend(requirement(line, conditional));
        }
    }
    found
}

fn requirement(line: &str, conditional: bool) -> Option<Requirement> {
    let (what, marker) = line.split_once(';').unwrap_or((line, ""));
    let what = what.trim();
    let end = what
        .find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)))
        .unwrap_or(what.len());
    let name = &what[..end];
    (!name.is_empty()).then(|| Requirement {
        name: name.to_owned(),
        conditional: conditional || marker.contains("extra"),
        with_extras: what[end..].trim_start().starts_with('['),
    })
}
