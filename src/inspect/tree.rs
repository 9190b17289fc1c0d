//! Where the bytes are: by part, by distribution, by folder, the largest first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use schemars::JsonSchema;
use serde::Serialize;

use super::anatomy::Sum;
use super::kinds::{Kind, kind};
use super::{Distribution, Ecosystem, Installed, Mounted, Place, Subject};

/// A folder that all but one part in so many of a distribution lies in is not worth a level of its own.
const FEW: u64 = 5;

/// What lies deeper is named by the rest of its path: a stranger's path may have thousands of folders.
const MOST_LEVELS: usize = 64;

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
    /// The kind that most of its bytes are of; null where there are none.
    pub kind: Option<Kind>,
    /// What lies in it, the largest first.
    pub children: Vec<Node>,
    #[serde(skip)]
    kinds: [u64; Kind::ALL.len()],
}

/// The whole tree, down to the files.
pub fn tree(subject: &Subject, installed: &Installed) -> Node {
    let mounts = subject.mounts.iter().zip(&installed.own);
    let mut parts: Vec<Node> = mounts
        .map(|(mount, own)| part(mount, &installed.distributions, own))
        .collect();
    if parts.len() == 1 {
        let mut only = parts.remove(0);
        only.name.clone_from(&subject.name);
        only.is = Is::Whole;
        return only;
    }
    Node::of(subject.name.clone(), Is::Whole, parts)
}

fn part(mount: &Mounted, distributions: &[Distribution], own: &[usize]) -> Node {
    let of_mount = distributions.iter().filter(|of| of.place == mount.place);
    let mut children: Vec<Node> = of_mount
        .map(|of| {
            // A package of Node is a folder; what a distribution of Python has lies here and there.
            let top = match (of.ecosystem, of.roots.as_slice()) {
                (Ecosystem::Node, [root]) => root.as_str(),
                _ => of.site.as_str(),
            };
            let folders = folders(mount, of.files.iter().copied(), top);
            let mut node = Node::of(of.name.clone(), Is::Distribution, folders);
            node.version = Some(of.version.clone()).filter(|version| !version.is_empty());
            node
        })
        .collect();
    if !own.is_empty() {
        let folders = folders(mount, own.iter().copied(), "");
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
        let files = folder.files.into_iter();
        all.extend(files.map(|(name, file)| Node::file(name, mount, file)));
        all
    }
    let mut whole = Folder::default();
    for i in files {
        let path = mount.files.list()[i].path.as_str();
        let path = path.strip_prefix(top).unwrap_or(path);
        let (mut here, mut name) = (&mut whole, path);
        for _ in 0..MOST_LEVELS {
            let Some((folder, rest)) = name.split_once('/') else {
                break;
            };
            (here, name) = (here.folders.entry(folder).or_default(), rest);
        }
        here.files.push((name, i));
    }
    nodes(whole, mount)
}

impl Node {
    fn file(name: &str, mount: &Mounted, file: usize) -> Self {
        let sum = Sum::of(mount, [file]);
        let kind = kind(&mount.files.list()[file].path);
        let mut kinds = [0; Kind::ALL.len()];
        kinds[kind as usize] = sum.bytes;
        Self {
            name: name.to_owned(),
            version: None,
            is: Is::File,
            sum,
            kind: Some(kind),
            children: Vec::new(),
            kinds,
        }
    }

    fn of(name: String, is: Is, mut children: Vec<Self>) -> Self {
        if is == Is::Distribution {
            children = spread(children);
        }
        // A folder with nothing but another folder in it tells nothing.
        if is == Is::Folder
            && let [only] = children.as_slice()
            && only.is == Is::Folder
        {
            let only = children.remove(0);
            return Self {
                name: format!("{name}{}", only.name),
                ..only
            };
        }
        children.sort_by(|a, b| (b.sum.bytes, &a.name).cmp(&(a.sum.bytes, &b.name)));
        let mut node = Self::together(name, is, &children);
        node.children = children;
        node
    }

    /// Some nodes as one, without what lies in them.
    fn together<'a>(name: String, is: Is, nodes: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut sum = Sum::NONE;
        let mut kinds = [0_u64; Kind::ALL.len()];
        for node in nodes {
            sum.merge(&node.sum);
            for (all, more) in kinds.iter_mut().zip(node.kinds) {
                *all = all.saturating_add(more);
            }
        }
        let most = Kind::ALL
            .into_iter()
            .max_by_key(|kind| (kinds[*kind as usize], Reverse(*kind)));
        Self {
            name,
            version: None,
            is,
            sum,
            kind: most.filter(|kind| kinds[*kind as usize] > 0),
            children: Vec::new(),
            kinds,
        }
    }

    /// The same with the `most` largest nodes alone, none deeper than `depth`. What else lies beside those that are
    /// shown is one node there.
    #[must_use]
    pub fn largest(&self, depth: usize, most: usize) -> Self {
        let mut shown: BTreeSet<Vec<usize>> = BTreeSet::new();
        let mut waiting = BinaryHeap::new();
        let look = |waiting: &mut BinaryHeap<_>, node: &Self, path: &[usize]| {
            // The only file of a folder is as good as the folder.
            let is_one = matches!(node.children.as_slice(), [only] if only.is == Is::File);
            if path.len() < depth && !is_one {
                for (i, child) in node.children.iter().enumerate() {
                    let path = [path, &[i]].concat();
                    waiting.push((child.sum.bytes, Reverse(path)));
                }
            }
        };
        look(&mut waiting, self, &[]);
        while shown.len() < most
            && let Some((_, Reverse(path))) = waiting.pop()
        {
            let node = path.iter().fold(self, |at, &i| &at.children[i]);
            look(&mut waiting, node, &path);
            shown.insert(path);
        }
        self.with(&shown, &mut Vec::new())
    }

    fn with(&self, shown: &BTreeSet<Vec<usize>>, path: &mut Vec<usize>) -> Self {
        let (mut children, mut others) = (Vec::new(), Vec::new());
        for (i, child) in self.children.iter().enumerate() {
            path.push(i);
            if shown.contains(path) {
                children.push(child.with(shown, path));
            } else {
                others.push(child);
            }
            path.pop();
        }
        match others.as_slice() {
            _ if children.is_empty() => {}
            [] => {}
            [only] => children.push(only.with(&BTreeSet::new(), path)),
            others => {
                let rest = others.iter().copied();
                children.push(Self::together(others.len().to_string(), Is::Rest, rest));
            }
        }
        Self {
            name: self.name.clone(),
            version: self.version.clone(),
            children,
            ..*self
        }
    }
}

/// Where nearly all of a distribution is one folder, what lies in that is what there is to see.
fn spread(mut children: Vec<Node>) -> Vec<Node> {
    let bytes = |nodes: &[Node]| {
        nodes
            .iter()
            .map(|n| n.sum.bytes)
            .fold(0, u64::saturating_add)
    };
    let whole = bytes(&children);
    let large = children
        .iter()
        .position(|node| node.is == Is::Folder && node.sum.bytes > whole - whole / FEW);
    if let Some(large) = large {
        let large = children.remove(large);
        children.extend(large.children.into_iter().map(|child| Node {
            name: format!("{}{}", large.name, child.name),
            ..child
        }));
    }
    children
}

#[cfg(test)]
mod tests;
