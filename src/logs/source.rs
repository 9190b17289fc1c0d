//! Which files are meant: files, folders, patterns, standard input.

use std::collections::HashSet;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Something that holds logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file, plain or packed.
    File(PathBuf),
}

/// Why a word names no logs.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing is there.
    #[error("reading {0}: there is no such file or folder")]
    Missing(String),
    /// A pattern that fits nothing.
    #[error("reading {0}: no file fits the pattern")]
    NoneFits(String),
    /// A folder without files.
    #[error("reading {0}: there are no files in the folder")]
    Empty(String),
    /// Not a pattern.
    #[error("reading {word}: not a pattern: {source}")]
    Pattern {
        /// As given.
        word: String,
        /// What is wrong with it.
        source: glob::PatternError,
    },
    /// A folder that can't be listed.
    #[error("listing {path}: {source}")]
    List {
        /// The folder.
        path: String,
        /// Why.
        source: io::Error,
    },
}

impl Source {
    /// As it was named.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// The files that words on the command line mean, in the order of the words, those of a folder by name. A file that two
/// words name is read once.
pub fn sources<S: AsRef<str>>(words: &[S]) -> Result<Vec<Source>, SourceError> {
    let mut all: Vec<Source> = Vec::new();
    for word in words {
        all.extend(of_word(word.as_ref())?);
    }
    once_each(&mut all);
    Ok(all)
}

/// Leaves out what is there already under another name: `./app.log`, a link to it.
pub fn once_each(all: &mut Vec<Source>) {
    let (mut files, mut names) = (HashSet::new(), HashSet::new());
    all.retain(|source| {
        let file = match source {
            Source::Stdin => None,
            Source::File(path) => std::fs::metadata(path)
                .ok()
                .filter(std::fs::Metadata::is_file),
        };
        match file {
            Some(file) => files.insert((file.dev(), file.ino())),
            None => names.insert(source.name()),
        }
    });
}

fn of_word(word: &str) -> Result<Vec<Source>, SourceError> {
    if word == "-" {
        return Ok(vec![Source::Stdin]);
    }
    let path = Path::new(word);
    if path.is_dir() {
        let files = files_below(path)?;
        return if files.is_empty() {
            Err(SourceError::Empty(word.to_owned()))
        } else {
            Ok(files)
        };
    }
    if path.exists() {
        return Ok(vec![Source::File(path.to_owned())]);
    }
    if !word.contains(['*', '?', '[']) {
        return Err(SourceError::Missing(word.to_owned()));
    }
    let paths = glob::glob(word).map_err(|source| SourceError::Pattern {
        word: word.to_owned(),
        source,
    })?;
    let mut found = Vec::new();
    for path in paths.flatten() {
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(Source::File(path));
        }
    }
    if found.is_empty() {
        return Err(SourceError::NoneFits(word.to_owned()));
    }
    Ok(found)
}

/// Hidden files and folders are none of them.
fn files_below(folder: &Path) -> Result<Vec<Source>, SourceError> {
    let visible = |entry: &walkdir::DirEntry| {
        entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.')
    };
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(visible)
    {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                files.push(Source::File(entry.into_path()));
            }
            Ok(_) => {}
            Err(error) => match error.path() {
                // A link to nothing, a folder that may not be looked into: to read it says why, and the others count.
                Some(path) if error.depth() > 0 => files.push(Source::File(path.to_owned())),
                _ => {
                    return Err(SourceError::List {
                        path: folder.display().to_string(),
                        source: error.into(),
                    });
                }
            },
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_once_whatever_it_is_called() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("a.log"), "").expect("room");
        std::fs::write(path("b.log"), "").expect("room");
        std::os::unix::fs::symlink(path("a.log"), path("latest.log")).expect("a link");
        std::fs::hard_link(path("a.log"), path("z.log")).expect("a link");
        for words in [
            vec![path("")],
            vec![path("*.log"), path("b.log"), path("./a.log"), path("")],
        ] {
            let names: Vec<_> = sources(&words)
                .expect("files")
                .iter()
                .map(Source::name)
                .collect();
            assert_eq!(names, [path("a.log"), path("b.log")], "{words:?}");
        }
        let twice = sources(&["-", "-"]).expect("standard input");
        assert_eq!(twice, [Source::Stdin]);
    }
}
