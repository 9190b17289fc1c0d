//! What a file is for, by its name alone.

use schemars::JsonSchema;
use serde::Serialize;

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Shared libraries and extension modules.
    Native,
    /// `.pyc`.
    Bytecode,
    /// Programs that an interpreter reads.
    Source,
    /// Anything in a folder of tests, and files that are named as tests.
    Test,
    /// `.pyi`, `.d.ts`, and maps of sources: nothing reads them at run time.
    TypeStub,
    /// `*.dist-info`, `*.egg-info`, `package.json`, licences and the like.
    Metadata,
    /// Everything else.
    Data,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Native,
        Self::Bytecode,
        Self::Source,
        Self::Test,
        Self::TypeStub,
        Self::Metadata,
        Self::Data,
    ];
}

/// The kind of a file, by its path in the package.
pub fn kind(path: &str) -> Kind {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_ascii_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| lower.ends_with(ending));
    if folders
        .split('/')
        .any(|folder| folder.ends_with(".dist-info") || folder.ends_with(".egg-info"))
        || lower.ends_with(".egg-info")
    {
        return Kind::Metadata;
    }
    if is_test(folders, &lower) {
        return Kind::Test;
    }
    if ends(&[".pyc", ".pyo"]) {
        Kind::Bytecode
    } else if is_native(&lower) {
        Kind::Native
    } else if ends(&[".pyi", ".d.ts", ".d.mts", ".d.cts", ".map", ".tsbuildinfo"])
        || lower == "py.typed"
    {
        Kind::TypeStub
    } else if ends(&[".py", ".js", ".mjs", ".cjs", ".sh"]) {
        Kind::Source
    } else if is_metadata(&lower) {
        Kind::Metadata
    } else {
        Kind::Data
    }
}

fn is_test(folders: &str, name: &str) -> bool {
    const ENDINGS: [&str; 6] = [
        ".test.js",
        ".spec.js",
        ".test.mjs",
        ".spec.mjs",
        ".test.cjs",
        ".spec.cjs",
    ];
    folders
        .split('/')
        .any(|folder| matches!(folder, "test" | "tests" | "__tests__"))
        || name.starts_with("test_") && [".py"].iter().any(|ending| name.ends_with(ending))
        || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// `libx.so`, `x.so.1.2`, `x.cpython-311-x86_64-linux-gnu.so`, `x.node`, and those of other systems.
fn is_native(name: &str) -> bool {
    let ends = |ending: &str| name.ends_with(ending);
    if [".so", ".node", ".dylib", ".dll", ".pyd", ".a", ".exe"]
        .into_iter()
        .any(ends)
    {
        return true;
    }
    name.split_once(".so.").is_some_and(|(_, version)| {
        version
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
    })
}

fn is_metadata(name: &str) -> bool {
    const WHOLE: [&str; 6] = [
        "package.json",
        "package-lock.json",
        ".package-lock.json",
        "requirements.txt",
        "pyproject.toml",
        "setup.cfg",
    ];
    const STARTS: [&str; 8] = [
        "license",
        "licence",
        "copying",
        "notice",
        "authors",
        "readme",
        "changelog",
        "contributing",
    ];
    WHOLE.contains(&name)
        || STARTS.iter().any(|start| {
            name.strip_prefix(start)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_the_name() {
        for (path, expected) in [
            (
                "numpy/core/_multiarray.cpython-311-x86_64-linux-gnu.so",
                Kind::Native,
            ),
            ("numpy.libs/libgfortran-040039e1.so.5.0.0", Kind::Native),
            ("node_modules/sharp/build/sharp.node", Kind::Native),
            ("a/b.so.txt", Kind::Data),
            ("requests/__pycache__/api.cpython-311.pyc", Kind::Bytecode),
            ("requests/api.py", Kind::Source),
            ("index.mjs", Kind::Source),
            ("pandas/tests/test_all.py", Kind::Test),
            ("pandas/tests/data/big.csv", Kind::Test),
            ("pandas/tests/__pycache__/x.cpython-311.pyc", Kind::Test),
            ("latest/api.py", Kind::Source),
            ("node_modules/x/test.js", Kind::Source),
            ("node_modules/x/index.test.js", Kind::Test),
            ("numpy/__init__.pyi", Kind::TypeStub),
            ("numpy/py.typed", Kind::TypeStub),
            ("node_modules/x/index.d.ts", Kind::TypeStub),
            ("node_modules/x/index.js.map", Kind::TypeStub),
            ("x-1.0.dist-info/RECORD", Kind::Metadata),
            ("x-1.0.egg-info", Kind::Metadata),
            ("node_modules/x/package.json", Kind::Metadata),
            ("node_modules/x/LICENSE", Kind::Metadata),
            ("node_modules/x/README.md", Kind::Metadata),
            ("readmeter.json", Kind::Data),
            ("botocore/data/s3/2006-03-01/service-2.json.gz", Kind::Data),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
    }
}
