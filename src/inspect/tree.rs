//! Where the bytes are: by part, by distribution, by folder, the largest first.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::anatomy::Sum;
use super::distributions::own_files;
use super::{Distribution, Mounted, Place, Subject};

/// What a node of the tree stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Is {
    /// Everything.
    Whole,
    /// The package, or a layer.
    Part,
    /// A distribution.
    Distribution,
    /// What belongs to no distribution.
    Own,
    /// A folder.
    Folder,
    /// A file.
    File,
    /// The smaller ones of what lies here, together.
    Rest,
}

/// A node, and what lies in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Node {
    /// Its name; empty for what is named by its kind alone.
    pub name: String,
    /// The version of a distribution.
    pub version: Option<String>,
    /// What it is.
    pub is: Is,
    /// How many files, and how large.
    #[serde(flatten)]
    pub sum: Sum,
    /// What lies in it, the largest first.
    pub children: Vec<Node>,
}

/// The whole tree, down to the files.
pub fn tree(subject: &Subject, distributions: &[Distribution]) -> Node {
    let mut parts: Vec<Node> = subject
        .mounts
        .iter()
        .map(|mount| part(mount, distributions))
        .collect();
    if parts.len() == 1 {
        let mut only = parts.remove(0);
        only.name.clone_from(&subject.name);
        only.is = Is::Whole;
        return only;
    }
    Node::of(subject.name.clone(), Is::Whole, parts)
}

fn part(mount: &Mounted, distributions: &[Distribution]) -> Node {
    let of_mount = distributions.iter().filter(|of| of.place == mount.place);
    let mut children: Vec<Node> = of_mount
        .map(|of| {
            // A package of Node is a folder; what a distribution of Python has lies here and there.
            let top = match (of.ecosystem, of.roots.as_slice()) {
                (super::Ecosystem::Node, [root]) => root.as_str(),
                _ => of.site.as_str(),
            };
            let folders = folders(mount, of.files.iter().copied(), top);
            let mut node = Node::of(of.name.clone(), Is::Distribution, folders);
            node.version = Some(of.version.clone()).filter(|version| !version.is_empty());
            node
        })
        .collect();
    let own = own_files(mount, distributions);
    if !own.is_empty() {
        let folders = folders(mount, own, "");
        children.push(Node::of(String::new(), Is::Own, folders));
    }
    let name = match &mount.place {
        Place::Task => String::new(),
        Place::Layer { name, .. } => name.clone(),
    };
    Node::of(name, Is::Part, children)
}

/// Files, sorted by path, as folders below `top`.
fn folders(mount: &Mounted, files: impl IntoIterator<Item = usize>, top: &str) -> Vec<Node> {
    #[derive(Default)]
    struct Folder<'a> {
        folders: BTreeMap<&'a str, Folder<'a>>,
        files: Vec<(&'a str, usize)>,
    }
    fn nodes(folder: Folder<'_>, mount: &Mounted) -> Vec<Node> {
        let below = folder.folders.into_iter();
        let mut all: Vec<Node> = below
            .map(|(name, folder)| Node::of(format!("{name}/"), Is::Folder, nodes(folder, mount)))
            .collect();
        all.extend(folder.files.into_iter().map(|(name, file)| Node {
            sum: Sum::of(mount, [file]),
            ..Node::of(name.to_owned(), Is::File, Vec::new())
        }));
        all
    }
    let mut whole = Folder::default();
    for i in files {
        let path = mount.files.list()[i].path.as_str();
        let path = path.strip_prefix(top).unwrap_or(path);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let parts = folder.split('/').filter(|part| !part.is_empty());
        let here = parts.fold(&mut whole, |at, part| at.folders.entry(part).or_default());
        here.files.push((name, i));
    }
    nodes(whole, mount)
}

impl Node {
    fn of(name: String, is: Is, mut children: Vec<Self>) -> Self {
        children.sort_by(|a, b| (b.sum.bytes, &a.name).cmp(&(a.sum.bytes, &b.name)));
        let mut sum = Sum::NONE;
        for child in &children {
            sum.merge(&child.sum);
        }
        // A folder with nothing but another folder in it tells nothing.
        if is == Is::Folder
            && let [only] = children.as_mut_slice()
            && only.is == Is::Folder
        {
            let only = children.remove(0);
            return Self {
                name: format!("{name}{}", only.name),
                ..only
            };
        }
        Self {
            name,
            version: None,
            is,
            sum,
            children,
        }
    }

    /// The same without what lies deeper than `depth`, and with no more than the `top` largest at each place; the others
    /// are one node there.
    #[must_use]
    pub fn cut(&self, depth: usize, top: usize) -> Self {
        let mut children = Vec::new();
        if depth > 0 {
            let kept = self.children.iter().take(top);
            children.extend(kept.map(|child| child.cut(depth - 1, top)));
            let others = self.children.get(top..).unwrap_or_default();
            match others {
                [] => {}
                [only] => children.push(only.cut(depth - 1, top)),
                others => {
                    let mut sum = Sum::NONE;
                    for other in others {
                        sum.merge(&other.sum);
                    }
                    children.push(Self {
                        name: others.len().to_string(),
                        version: None,
                        is: Is::Rest,
                        sum,
                        children: Vec::new(),
                    });
                }
            }
        }
        Self {
            name: self.name.clone(),
            version: self.version.clone(),
            is: self.is,
            sum: self.sum,
            children,
        }
    }
}
