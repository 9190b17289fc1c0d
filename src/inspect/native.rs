//! Native libraries: those that can't be loaded where the function runs, and those that carry what only debuggers read.

mod library;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::finding::{Evidence, Finding, Severity, examples};
use super::python::{Python, minor_named};
use super::{Distribution, Ecosystem, Mounted, PackageFile, Subject};
use library::{Elf, Library};

/// Less than this in debug information and symbols is not worth a word.
const MUCH_TO_STRIP: u64 = 64 * 1024;

/// What was found about native libraries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Native {
    /// They are for another system, machine, C library or Python.
    NativeCannotLoad(Box<CannotLoad>),
    /// They carry debug information and symbols that no loader reads.
    NativeUnstripped {
        /// So many files.
        files: usize,
        /// Sections of debug information.
        debug_bytes: u64,
        /// Symbols that are not needed to load them.
        symbol_bytes: u64,
        /// Other files with such sections that were changed since they were linked, as those of many wheels are: strip
        /// may break them, and they are in no other figure.
        changed_files: usize,
    },
}

/// Native files of one distribution that can't be loaded where the function runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CannotLoad {
    /// So many files; each is counted once, with the first reason that applies, in the order here.
    pub files: usize,
    /// Native files of the same distribution that can.
    pub others_can: usize,
    /// For macOS.
    pub macos: usize,
    /// For Windows.
    pub windows: usize,
    /// For another machine than the function's.
    pub other_machine: usize,
    /// Those machines.
    pub machines: Vec<String>,
    /// The function's; none where it is not known, and then only what neither can run is counted.
    pub architecture: Option<String>,
    /// Named for another Python than the function's: no import finds them.
    pub other_python: usize,
    /// The function's Python, where known.
    pub python: Option<String>,
    /// Linked with musl; Lambda has glibc.
    pub musl: usize,
    /// They need a newer glibc than the runtime's system has.
    pub newer_glibc: usize,
    /// The newest glibc that they need.
    pub needs_glibc: Option<String>,
    /// The one that the runtime's system has.
    pub has_glibc: Option<String>,
}

/// Finds what there is to say about a subject's native libraries.
pub fn findings(subject: &Subject, distributions: &[Distribution]) -> Vec<Finding> {
    let host = Host::of(subject);
    let mut found = Vec::new();
    for mount in &subject.mounts {
        let groups = groups(mount, distributions, &host);
        let unstripped = unstripped(subject, mount, &groups);
        found.extend(
            groups
                .into_iter()
                .filter_map(|(name, group)| cannot_load(mount, name, group)),
        );
        found.extend(unstripped);
    }
    found
}

/// Where the function runs.
struct Host {
    architecture: Option<String>,
    python: Option<Python>,
    glibc: Option<(u32, u32)>,
}

impl Host {
    fn of(subject: &Subject) -> Self {
        Self {
            architecture: subject.architecture.clone(),
            python: Python::of(subject),
            glibc: subject.runtime.as_deref().and_then(glibc),
        }
    }

    /// Counts a file among those that can't be loaded, if it can't.
    fn refuses(&self, path: &str, library: &Library, found: &mut CannotLoad) -> bool {
        let elf = match library {
            Library::MacOs => {
                found.macos += 1;
                return true;
            }
            Library::Windows => {
                found.windows += 1;
                return true;
            }
            Library::Elf(elf) => elf,
        };
        if !self.runs(&elf.machine) {
            found.other_machine += 1;
            found.machines.push(elf.machine.clone());
            return true;
        }
        let named = minor_named(path);
        if let (Some(named), Some(python)) = (named, self.python)
            && named != python.minor
        {
            found.other_python += 1;
            return true;
        }
        if elf.musl {
            found.musl += 1;
            return true;
        }
        let newer = elf
            .glibc
            .zip(self.glibc)
            .is_some_and(|(needs, has)| needs > has);
        found.newer_glibc += usize::from(newer);
        newer
    }

    fn runs(&self, machine: &str) -> bool {
        match &self.architecture {
            Some(architecture) => architecture == machine,
            None => matches!(machine, "x86_64" | "arm64"),
        }
    }
}

/// The glibc of the Amazon Linux that a runtime is built on; none for what is not known.
fn glibc(runtime: &str) -> Option<(u32, u32)> {
    const AMAZON_LINUX_2: (u32, u32) = (2, 26);
    const AMAZON_LINUX_2023: (u32, u32) = (2, 34);
    let (first_new, version) = if let Some(minor) = runtime.strip_prefix("python3.") {
        (12, minor.parse::<u32>().ok()?)
    } else if let Some(major) = runtime.strip_prefix("nodejs") {
        (20, major.strip_suffix(".x")?.parse::<u32>().ok()?)
    } else {
        return match runtime {
            "provided.al2" => Some(AMAZON_LINUX_2),
            "provided.al2023" => Some(AMAZON_LINUX_2023),
            _ => None,
        };
    };
    // What came before these two is older still, and nobody can create a function on it.
    Some(if version < first_new {
        AMAZON_LINUX_2
    } else {
        AMAZON_LINUX_2023
    })
}

/// The native files of one distribution, or of what belongs to none.
#[derive(Default)]
struct Group {
    cannot: CannotLoad,
    refused: Vec<(String, u64)>,
    /// Without a file that can be loaded, something fails that wants to.
    wanted: bool,
    /// Files with something to strip.
    loaded: Vec<(String, Elf)>,
    newest_glibc: Option<(u32, u32)>,
}

fn groups(mount: &Mounted, distributions: &[Distribution], host: &Host) -> BTreeMap<String, Group> {
    let here: Vec<_> = distributions
        .iter()
        .filter(|d| d.place == mount.place)
        .collect();
    let mut owner = vec![None; mount.files.list().len()];
    for distribution in &here {
        for &file in &distribution.files {
            owner[file] = Some(*distribution);
        }
    }
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for (i, file) in mount
        .files
        .list()
        .iter()
        .enumerate()
        .filter(|(_, file)| may_be_native(file))
    {
        // The end of a file tells its sections, so it is read whole, one at a time.
        let Some(library) = mount
            .files
            .read(&file.path)
            .ok()
            .and_then(|bytes| library::read(&bytes))
        else {
            continue;
        };
        let name = owner[i].map_or_else(|| top(&file.path).to_owned(), |d| d.name.clone());
        let group = groups.entry(name).or_default();
        if host.refuses(&file.path, &library, &mut group.cannot) {
            group.wanted |= is_loaded_by_name(&file.path)
                && !has_source(mount, &file.path)
                && !owner[i].is_some_and(|d| for_one_platform(mount, d));
            group.refused.push((file.path.clone(), file.bytes));
            if let Library::Elf(elf) = &library {
                group.newest_glibc = group.newest_glibc.max(elf.glibc);
            }
        } else if let Library::Elf(elf) = library {
            group.loaded.push((file.path.clone(), elf));
        }
    }
    for group in groups.values_mut() {
        group.finish(host);
    }
    groups
}

impl Group {
    fn finish(&mut self, host: &Host) {
        let version = |(major, minor): (u32, u32)| format!("{major}.{minor}");
        let cannot = &mut self.cannot;
        cannot.files = self.refused.len();
        cannot.others_can = self.loaded.len();
        cannot.machines.sort_unstable();
        cannot.machines.dedup();
        cannot.architecture.clone_from(&host.architecture);
        cannot.python = host.python.map(Python::version);
        if cannot.newer_glibc > 0 {
            cannot.needs_glibc = self.newest_glibc.map(version);
            cannot.has_glibc = host.glibc.map(version);
        }
    }
}

fn cannot_load(mount: &Mounted, name: String, group: Group) -> Option<Finding> {
    if group.refused.is_empty() {
        return None;
    }
    // Next to a module for this platform those for others are spare. A newer glibc is no matter of platform.
    let spare =
        group.cannot.newer_glibc == 0 && group.loaded.iter().any(|(path, _)| is_module(path));
    let fails = group.wanted && !spare;
    Some(Finding {
        severity: if fails {
            Severity::Problem
        } else {
            Severity::Waste
        },
        subject: name,
        place: Some(mount.place.clone()),
        // What is missed is not to go, but to come in another form.
        bytes: (!fails).then(|| group.refused.iter().map(|(_, bytes)| bytes).sum()),
        examples: examples(
            group
                .refused
                .iter()
                .map(|(path, bytes)| (path.as_str(), *bytes)),
        ),
        evidence: Evidence::Native(Native::NativeCannotLoad(Box::new(group.cannot))),
    })
}

fn unstripped(
    subject: &Subject,
    mount: &Mounted,
    groups: &BTreeMap<String, Group>,
) -> Option<Finding> {
    let extra = |elf: &Elf| elf.debug_bytes.saturating_add(elf.symbol_bytes);
    let (changed, files): (Vec<_>, Vec<_>) = groups
        .values()
        .flat_map(|group| &group.loaded)
        .filter(|(_, elf)| extra(elf) > 0)
        .partition(|(_, elf)| elf.changed);
    let sum = |bytes: fn(&Elf) -> u64| files.iter().map(|(_, elf)| bytes(elf)).sum::<u64>();
    let (debug_bytes, symbol_bytes) = (sum(|elf| elf.debug_bytes), sum(|elf| elf.symbol_bytes));
    let bytes = debug_bytes.saturating_add(symbol_bytes);
    (bytes >= MUCH_TO_STRIP).then(|| Finding {
        severity: Severity::Waste,
        subject: subject.name_of(&mount.place),
        place: Some(mount.place.clone()),
        bytes: Some(bytes),
        examples: examples(files.iter().map(|(path, elf)| (path.as_str(), extra(elf)))),
        evidence: Evidence::Native(Native::NativeUnstripped {
            files: files.len(),
            debug_bytes,
            symbol_bytes,
            changed_files: changed.len(),
        }),
    })
}

/// By its name, or because it can be executed and has none of the endings that scripts have.
fn may_be_native(file: &PackageFile) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or(&file.path);
    is_loaded_by_name(name)
        || [".dll", ".exe"].iter().any(|ending| name.ends_with(ending))
        || file.mode.is_some_and(|mode| mode & 0o111 != 0) && !name.contains('.')
}

/// What a program loads because it is there by this name, as a Python or Node module or through a linker.
fn is_loaded_by_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    [".so", ".pyd", ".node", ".dylib"]
        .iter()
        .any(|ending| name.ends_with(ending))
        || name.contains(".so.")
}

/// Whether an import or a `require` loads it, and not a linker for something else: `libopenblas64_.so` is no module.
fn is_module(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    is_loaded_by_name(path) && !name.starts_with("lib") && !name.contains(".so.")
}

/// Whether Python takes a source where it finds no native module under the name for its own version and machine. What
/// mypyc makes beside such modules is theirs alone.
fn has_source(mount: &Mounted, path: &str) -> bool {
    let tagged = path.split_once(".cpython-3");
    tagged.is_some_and(|(module, _)| {
        module.ends_with("__mypyc") || mount.files.has(&format!("{module}.py"))
    })
}

/// Such a package of npm lies there for its platform alone, next to those for others, and is left alone elsewhere.
fn for_one_platform(mount: &Mounted, distribution: &Distribution) -> bool {
    if distribution.ecosystem != Ecosystem::Node {
        return false;
    }
    let metadata = distribution
        .metadata
        .as_ref()
        .and_then(|path| mount.files.read(path).ok());
    let metadata: Option<serde_json::Value> =
        metadata.and_then(|text| serde_json::from_slice(&text).ok());
    metadata.is_some_and(|metadata| {
        ["os", "cpu", "libc"]
            .iter()
            .any(|key| metadata.get(key).is_some())
    })
}

/// The first folder of a path, or the file if it lies in none.
fn top(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

#[cfg(test)]
mod tests;
