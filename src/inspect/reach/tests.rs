//! What is reached in small packages made for the purpose; tests/reachability has real ones.

use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::super::{Environment, Files, Installed, Mounted, Place};
use super::{Class, How, LimitKind, Reach, Start, reach};

const PYTHON: (u8, u8) = (3, 12);

/// A package and its layers, below one folder.
struct Package(tempfile::TempDir);

impl Package {
    /// Paths start with `task/` or, for layers, with `0/`, `1/`.
    fn of(files: &[(&str, &str)]) -> Self {
        let package = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(package.0.path().join("task")).unwrap();
        for (path, text) in files {
            package.write(path, text.as_bytes());
        }
        package
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// An installed distribution of one module that has this text.
    fn install(&self, name: &str, text: &str) {
        self.install_at("task/", name, &format!("{name}.py"), text, "");
    }

    fn install_at(&self, site: &str, name: &str, file: &str, text: &str, metadata: &str) {
        self.write(&format!("{site}{file}"), text.as_bytes());
        let about = format!("{name}-1.0.dist-info");
        let head = format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{metadata}");
        self.write(&format!("{site}{about}/METADATA"), head.as_bytes());
        let record = format!("{file},,\n{about}/METADATA,,\n{about}/RECORD,,\n");
        self.write(&format!("{site}{about}/RECORD"), record.as_bytes());
    }

    fn mounted(&self) -> Vec<Mounted> {
        let open = |path: PathBuf, place| Mounted {
            place,
            files: Files::open(&path).unwrap(),
        };
        let layers = (0..)
            .map(|position| (position, self.0.path().join(position.to_string())))
            .take_while(|(_, path)| path.is_dir())
            .map(|(position, path)| {
                let name = position.to_string();
                open(path, Place::Layer { position, name })
            });
        std::iter::once(open(self.0.path().join("task"), Place::Task))
            .chain(layers)
            .collect()
    }

    fn reach(&self) -> (Reach, Vec<(String, Class)>) {
        self.reach_from("app.handler", PYTHON)
    }

    fn reach_from(&self, handler: &str, python: (u8, u8)) -> (Reach, Vec<(String, Class)>) {
        self.started(Start {
            handler,
            python,
            environment: Some(&Environment::default()),
        })
    }

    fn started(&self, start: Start<'_>) -> (Reach, Vec<(String, Class)>) {
        let mounted = self.mounted();
        let installed = Installed::of(&mounted);
        let found = reach(&mounted, &installed, start);
        let named = found.distributions.iter().map(|one| {
            let name = &installed.distributions[one.distribution].name;
            (name.clone(), one.class)
        });
        let mut named: Vec<_> = named.collect();
        named.sort();
        (found, named)
    }

    fn class(&self, name: &str) -> Class {
        let (_, all) = self.reach();
        all.iter().find(|(known, _)| known == name).unwrap().1
    }
}

/// The class of `dep`, a distribution of one module, for a handler's code.
fn class_of(code: &str) -> Class {
    let package = Package::of(&[("task/app.py", code)]);
    package.install("dep", "x = 1\n");
    package.install("other", "y = 1\n");
    package.class("dep")
}

use Class::{NeverReached, OptionalOnly, Reached, ReachedLate};

mod shapes;

#[test]
fn each_way_to_load_has_its_class() {
    for (code, class) in [
        ("import dep", Reached),
        ("import os, dep as d", Reached),
        ("from dep import x", Reached),
        ("class A:\n    import dep", Reached),
        ("if unknown():\n    import dep", Reached),
        ("for i in y:\n    import dep", Reached),
        (
            "try:\n    import dep\nexcept ValueError:\n    pass",
            Reached,
        ),
        (
            "try:\n    import dep\nexcept ImportError:\n    raise SystemExit(1)",
            Reached,
        ),
        ("import importlib\nimportlib.import_module('dep')", Reached),
        ("__import__('dep')", Reached),
        ("def f():\n    import dep", ReachedLate),
        ("async def f():\n    from dep import x", ReachedLate),
        ("f = lambda: __import__('dep')", ReachedLate),
        (
            "try:\n    import dep\nexcept ImportError:\n    dep = None",
            OptionalOnly,
        ),
        (
            "try:\n    import dep\nexcept (KeyError, ModuleNotFoundError):\n    pass",
            OptionalOnly,
        ),
        ("try:\n    import dep\nexcept:\n    pass", OptionalOnly),
        (
            "try:\n    import json5\nexcept ImportError:\n    import dep",
            OptionalOnly,
        ),
        (
            "import contextlib\nwith contextlib.suppress(ImportError):\n    import dep",
            OptionalOnly,
        ),
        ("x = 'dep'", OptionalOnly),
        ("x = {'class': 'dep.Formatter'}", OptionalOnly),
        ("x = 'dep:attribute'", OptionalOnly),
        ("x = 'postgresql+dep://host/db'", OptionalOnly),
        (
            "from importlib.metadata import version\nversion('DEP')",
            OptionalOnly,
        ),
        (
            "import importlib\nimportlib.import_module(name)",
            OptionalOnly,
        ),
        (
            "from importlib import import_module as load\nload(name)",
            OptionalOnly,
        ),
        (
            "import importlib\nlist(map(importlib.import_module, names))",
            OptionalOnly,
        ),
        (
            "import importlib\nimportlib.import_module(f'de{x}')",
            OptionalOnly,
        ),
        ("import pickle\npickle.load(f)", OptionalOnly),
        (
            "import pkgutil\nfor m in pkgutil.iter_modules():\n    pass",
            OptionalOnly,
        ),
        (
            "def f(n):\n    return im(n + x)\nfrom importlib import import_module as im",
            OptionalOnly,
        ),
        (
            "import importlib\nload = importlib.import_module\nload('dep')",
            Reached,
        ),
        ("import pkgutil\npkgutil.resolve_name(x)", OptionalOnly),
        (
            "from pkgutil import resolve_name as find\nfind(x)",
            OptionalOnly,
        ),
        (
            "from elsewhere import resolve_names\nresolve_names(x)",
            NeverReached,
        ),
        ("import pydoc\npydoc.locate(''.join(x))", OptionalOnly),
        ("import pydoc as p\nlist(map(p.locate, x))", OptionalOnly),
        (
            "import importlib.util as u, importlib\ngetattr(importlib, 'import_' + x)(y)",
            OptionalOnly,
        ),
        (
            "import importlib\ngetattr(importlib, 'import_module')(y)",
            OptionalOnly,
        ),
        (
            "import importlib\ngetattr(importlib, 'metadata')",
            NeverReached,
        ),
        (
            "import imp\nimp.load_module(x, *imp.find_module(x))",
            OptionalOnly,
        ),
        (
            "from importlib.util import find_spec, module_from_spec\nmodule_from_spec(find_spec(x))",
            OptionalOnly,
        ),
        (
            "TYPE_CHECKING: bool = True\nif TYPE_CHECKING:\n    import dep",
            Reached,
        ),
        (
            "TYPE_CHECKING: bool = False\nif TYPE_CHECKING:\n    import dep",
            NeverReached,
        ),
        ("if (TYPE_CHECKING := x):\n    import dep", Reached),
        ("", NeverReached),
        ("import other", NeverReached),
        ("# import dep", NeverReached),
        ("x = 'a dep that is a word'", NeverReached),
        ("\"\"\"dep\"\"\"", NeverReached),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import dep",
            NeverReached,
        ),
        (
            "import typing as t\nif t.TYPE_CHECKING and x:\n    import dep",
            NeverReached,
        ),
        (
            "from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    import dep",
            Reached,
        ),
        (
            "TYPE_CHECKING = True\nif TYPE_CHECKING:\n    import dep",
            Reached,
        ),
        (
            "import sys\nif sys.version_info < (3, 8):\n    import dep",
            NeverReached,
        ),
        (
            "import sys\nif sys.version_info >= (3, 12):\n    pass\nelse:\n    import dep",
            NeverReached,
        ),
        (
            "import sys\nif sys.version_info >= (3, 12, 4):\n    pass\nelse:\n    import dep",
            Reached,
        ),
        (
            "import sys\nif sys.version_info[:2] == (3, 12):\n    import dep",
            Reached,
        ),
        (
            "import sys\nif sys.version_info[0] == 2:\n    import dep",
            NeverReached,
        ),
        (
            "import sys\nif sys.platform == 'win32':\n    import dep",
            NeverReached,
        ),
        (
            "import os\nif os.name == 'nt':\n    pass\nelse:\n    import dep",
            Reached,
        ),
        (
            "import importlib\nimportlib.import_module(f'other.{x}')",
            NeverReached,
        ),
        ("def f(x: 'dep.X'): pass", NeverReached),
    ] {
        assert_eq!(class_of(code), class, "{code}");
    }
}

#[test]
fn what_a_package_may_list_is_loaded_by_a_star() {
    for (list, class) in [
        ("__all__: list[str] = ['sub']", OptionalOnly),
        ("__all__ = [] + ['sub']", OptionalOnly),
        ("__all__ = []\n__all__.append('sub')", OptionalOnly),
        ("__all__ = ()\n__all__ += (*x, 'sub')", OptionalOnly),
        ("__all__ = []\n__all__.extend(['sub'])", OptionalOnly),
        ("__all__ = []\n__all__.insert(0, 'sub')", OptionalOnly),
        ("__all__ = []\n__all__[:] = ['sub']", OptionalOnly),
        ("__all__ = x.__all__ + y", OptionalOnly),
        ("__all__ = [n for n in x]", OptionalOnly),
        ("from .names import __all__", OptionalOnly),
        ("__all__ = []", NeverReached),
        (
            "__all__: list[str] = [] + ['other']\n__all__.sort()",
            NeverReached,
        ),
    ] {
        let package = Package::of(&[
            ("task/app.py", "from a import *"),
            ("task/a/__init__.py", list),
            ("task/a/sub.py", "import dep"),
        ]);
        package.install("dep", "");
        assert_eq!(package.class("dep"), class, "{list}");
    }
}

#[test]
fn the_path_is_known_by_any_name() {
    for (code, class) in [
        (
            "from sys import path\npath.append('/opt/vendor')",
            OptionalOnly,
        ),
        (
            "from sys import path as p\np.append('/opt/vendor')",
            OptionalOnly,
        ),
        (
            "import sys as _sys\n_sys.path.append('/opt/vendor')",
            OptionalOnly,
        ),
        (
            "import sys as _sys\n_sys.path[:0] = ['/opt/vendor']",
            OptionalOnly,
        ),
        (
            "import sys as _sys\n_sys.path += ['/opt/vendor']",
            OptionalOnly,
        ),
        (
            "import sys\np = sys.path\np.append('/opt/vendor')",
            OptionalOnly,
        ),
        (
            "import sys\ns = sys\ns.path.append('/opt/vendor')",
            OptionalOnly,
        ),
        ("import os\nos.sys.path.append('/opt/vendor')", OptionalOnly),
        ("import sys\nadd(sys.path)", OptionalOnly),
        (
            "import sys\ngetattr(sys, 'path').append('/opt/vendor')",
            OptionalOnly,
        ),
        ("import sys\nx = sys.path[0]", NeverReached),
        ("import sys\nx = 'a' in sys.path", NeverReached),
        ("import sys\nfor x in sys.path:\n    pass", NeverReached),
        ("import sys\nx = [y for y in sys.path if y]", NeverReached),
        ("import sys\nprint(sys.path)", NeverReached),
        (
            "import sys\nx = len(sys.path), ':'.join(sys.path), sys.path.index('a')",
            NeverReached,
        ),
        ("from os import path\npath.join('a')", NeverReached),
    ] {
        let package = Package::of(&[("task/app.py", &format!("{code}\nimport dep\n"))]);
        package.install_at("0/vendor/", "dep", "dep.py", "", "");
        let (found, all) = package.reach();
        assert_eq!(all, [("dep".to_owned(), class)], "{code}");
        let told = found
            .limits
            .iter()
            .any(|one| one.kind == LimitKind::SearchPath);
        assert_eq!(told, class == OptionalOnly, "{code}");
    }
}

#[test]
fn the_way_is_told_by_file_and_line() {
    let package = Package::of(&[
        ("task/app.py", "import os\nfrom lib import parts\n"),
        ("task/lib/__init__.py", ""),
        ("task/lib/parts.py", "\n\ndef f():\n    import dep\n"),
    ]);
    package.install("dep", "");
    let (found, _) = package.reach();
    let why: Vec<_> = found.distributions[0]
        .why
        .iter()
        .map(|step| (step.file.as_str(), step.line, step.how))
        .collect();
    assert_eq!(
        why,
        [
            ("app.py", Some(2), How::Import),
            ("lib/parts.py", Some(4), How::LateImport)
        ]
    );
    assert_eq!(found.files_read, 4);
}

/// Every case has a file that imports `dep`, which must be found if and only if Python would load that file.
#[test]
fn names_lead_where_python_goes() {
    let deep = "import dep\n";
    for (files, class) in [
        // Parents are loaded too.
        (
            vec![
                ("task/app.py", "import a.b.c"),
                ("task/a/__init__.py", deep),
                ("task/a/b/__init__.py", ""),
                ("task/a/b/c.py", ""),
            ],
            Reached,
        ),
        (
            vec![
                ("task/app.py", "import a.b"),
                ("task/a/__init__.py", ""),
                ("task/a/b.py", ""),
                ("task/a/c.py", deep),
            ],
            NeverReached,
        ),
        // A module by `from`, an attribute that is none.
        (
            vec![
                ("task/app.py", "from a import b"),
                ("task/a/__init__.py", ""),
                ("task/a/b.py", deep),
            ],
            Reached,
        ),
        (
            vec![
                ("task/app.py", "from a import c"),
                ("task/a/__init__.py", "c = 1"),
                ("task/a/b.py", deep),
            ],
            NeverReached,
        ),
        // Relative.
        (
            vec![
                ("task/app.py", "import a.b"),
                ("task/a/__init__.py", ""),
                ("task/a/b.py", "from . import c"),
                ("task/a/c.py", deep),
            ],
            Reached,
        ),
        (
            vec![
                ("task/app.py", "import a.b.d"),
                ("task/a/__init__.py", ""),
                ("task/a/b/__init__.py", ""),
                ("task/a/b/d.py", "from ..c import x"),
                ("task/a/c.py", deep),
            ],
            Reached,
        ),
        (
            vec![("task/app.py", "from ...... import x"), ("task/a.py", deep)],
            NeverReached,
        ),
        (
            vec![
                ("task/app.py", "import a"),
                (
                    "task/a/__init__.py",
                    "import importlib\nimportlib.import_module('.c', __name__)",
                ),
                ("task/a/c.py", deep),
            ],
            Reached,
        ),
        (
            vec![
                ("task/app.py", "import a"),
                (
                    "task/a/__init__.py",
                    "import importlib\nimportlib.import_module(f'{__name__}.c{x}')",
                ),
                ("task/a/c1.py", deep),
            ],
            OptionalOnly,
        ),
        (
            vec![
                ("task/app.py", "import a"),
                ("task/a/__init__.py", "__import__('a.%s' % x)"),
                ("task/a/c1.py", deep),
            ],
            OptionalOnly,
        ),
        // Packages before modules; folders without `__init__` last, and together.
        (
            vec![
                ("task/app.py", "import a"),
                ("task/a.py", ""),
                ("task/a/__init__.py", deep),
            ],
            Reached,
        ),
        (
            vec![
                ("task/app.py", "import a.b"),
                ("task/a.py", ""),
                ("task/a/b.py", deep),
            ],
            NeverReached,
        ),
        (
            vec![
                ("task/app.py", "import a.b"),
                ("task/a/c.py", ""),
                ("0/python/a/b.py", deep),
            ],
            Reached,
        ),
        (
            vec![
                ("task/app.py", "import a.b"),
                ("task/a/b.py", ""),
                ("0/python/a/__init__.py", deep),
                ("0/python/a/b.py", ""),
            ],
            Reached,
        ),
        // The package before layers, `site-packages` before the other, a later layer over an earlier one.
        (
            vec![
                ("task/app.py", "import a"),
                ("task/a.py", ""),
                ("0/python/a.py", deep),
            ],
            NeverReached,
        ),
        (
            vec![
                ("task/app.py", "import a"),
                ("0/python/a.py", deep),
                ("0/python/lib/python3.12/site-packages/a.py", ""),
            ],
            NeverReached,
        ),
        (
            vec![
                ("task/app.py", "import a"),
                ("0/python/lib/python3.11/site-packages/a.py", deep),
            ],
            NeverReached,
        ),
        (
            vec![
                ("task/app.py", "import a"),
                ("0/python/a.py", deep),
                ("1/python/a.py", ""),
            ],
            NeverReached,
        ),
        (
            vec![
                ("task/app.py", "import a"),
                ("0/python/a.py", ""),
                ("1/python/a.py", deep),
            ],
            Reached,
        ),
        // Not on the path, unless some code puts it there. A `.pth` file is not read.
        (
            vec![("task/app.py", "import a"), ("task/vendor/a.py", deep)],
            NeverReached,
        ),
        (
            vec![
                (
                    "task/app.py",
                    "import sys\nsys.path.insert(0, 'vendor')\nimport a",
                ),
                ("task/vendor/a.py", deep),
            ],
            OptionalOnly,
        ),
        (
            vec![
                ("task/app.py", "import a"),
                ("task/vendor/a.py", deep),
                ("task/a.pth", "vendor\n"),
            ],
            NeverReached,
        ),
        // In a circle.
        (
            vec![
                ("task/app.py", "import a"),
                ("task/a.py", "import b"),
                ("task/b.py", "import a, app\nimport dep"),
            ],
            Reached,
        ),
        // What is loaded when it is asked for, or by its package's list.
        (
            vec![
                ("task/app.py", "import a"),
                ("task/a/__init__.py", "def __getattr__(name): ..."),
                ("task/a/b.py", deep),
            ],
            OptionalOnly,
        ),
        (
            vec![
                ("task/app.py", "from a import *"),
                ("task/a/__init__.py", "__all__ = ['b']"),
                ("task/a/b.py", deep),
            ],
            OptionalOnly,
        ),
        (
            vec![
                ("task/app.py", "x = 'a'"),
                ("task/a/__init__.py", ""),
                ("task/a/models/b.py", deep),
            ],
            OptionalOnly,
        ),
        // Settings, scripts, extensions.
        (
            vec![
                ("task/app.py", ""),
                ("task/logging.ini", "class=dep.Formatter\n"),
            ],
            OptionalOnly,
        ),
        (
            vec![
                ("task/app.py", ""),
                ("task/requirements.txt", "dep\n"),
                ("task/pyproject.toml", "dependencies = ['dep']\n"),
            ],
            NeverReached,
        ),
        (
            vec![
                ("task/app.py", ""),
                ("task/package.json", "{\"dep\": 1}"),
                ("task/package-lock.json", "{\"dep\": 1}"),
                ("task/uv.lock", "dep\n"),
                ("task/CHANGES.txt", "dep\n"),
            ],
            NeverReached,
        ),
        (
            vec![("task/app.py", ""), ("task/packages.yaml", "load: dep\n")],
            OptionalOnly,
        ),
        (
            vec![("task/app.py", ""), ("task/notices.json", "[\"dep\"]")],
            OptionalOnly,
        ),
        (
            vec![
                ("task/app.py", ""),
                ("0/extensions/watch", "#!/usr/bin/env python3\nimport dep\n"),
            ],
            Reached,
        ),
        (
            vec![
                ("task/app.py", ""),
                ("0/wrap", "#!/bin/sh\nexec python3 -m dep \"$@\"\n"),
            ],
            OptionalOnly,
        ),
        (
            vec![("task/app.py", ""), ("0/extra.py", deep)],
            OptionalOnly,
        ),
    ] {
        let package = Package::of(&files);
        package.install("dep", "");
        // A mode that lets scripts run, wherever this is tested.
        for path in ["0/extensions/watch", "0/wrap"] {
            make_executable(&package.0.path().join(path));
        }
        assert_eq!(package.class("dep"), class, "{files:?}");
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    if path.exists() {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}

#[test]
fn what_is_reached_may_load_what_it_requires() {
    let package = Package::of(&[("task/app.py", "import one")]);
    let needs =
        "Requires-Dist: two>=1 ; python_version >= '3'\nRequires-Dist: three ; extra == 'x'\n";
    package.install_at("task/", "one", "one.py", "", needs);
    package.install_at("task/", "two", "two.py", "import four", "");
    package.install("three", "");
    package.install("four", "");
    let (_, all) = package.reach();
    let expected = [
        ("four", OptionalOnly),
        ("one", Reached),
        ("three", NeverReached),
        ("two", OptionalOnly),
    ];
    assert_eq!(all, expected.map(|(name, class)| (name.to_owned(), class)));
}

#[test]
fn a_native_library_may_load_all_that_is_its_own_and_all_that_it_can_use() {
    let package = Package::of(&[("task/app.py", "import one._fast")]);
    let needs = "Requires-Dist: two ; extra == 'x'\n";
    package.install_at(
        "task/",
        "one",
        "one/_fast.cpython-312-x86_64-linux-gnu.so",
        "\u{7f}ELF",
        needs,
    );
    package.write("task/one/other.py", b"import three");
    package.install("two", "");
    package.install("three", "");
    package.install("four", "");
    let (found, all) = package.reach();
    let expected = [
        ("four", NeverReached),
        ("one", Reached),
        ("three", OptionalOnly),
        ("two", OptionalOnly),
    ];
    assert_eq!(all, expected.map(|(name, class)| (name.to_owned(), class)));
    assert!(
        found
            .limits
            .iter()
            .any(|limit| limit.kind == LimitKind::Native)
    );
}

#[test]
fn code_of_ones_own_without_a_source_may_load_what_it_names() {
    for path in ["task/fast.so", "task/fast.pyc"] {
        let package = Package::of(&[("task/app.py", "import fast")]);
        package.write(path, b"\0\xffdep\0four");
        package.install("dep", "");
        package.install("three", "");
        let (_, all) = package.reach();
        assert_eq!(
            all,
            [
                ("dep".to_owned(), OptionalOnly),
                ("three".to_owned(), NeverReached)
            ]
        );
    }
}

#[test]
fn a_file_that_several_list_reaches_all_of_them() {
    let package = Package::of(&[
        ("task/app.py", "import cv"),
        ("task/cv/contrib.py", "import dep"),
    ]);
    let load = "import importlib\nimportlib.import_module(name)";
    package.install_at("task/", "acv", "cv/__init__.py", load, "");
    package.install_at(
        "task/",
        "bcv",
        "cv/__init__.py",
        load,
        "Requires-Dist: two\n",
    );
    let record = "cv/__init__.py,,\ncv/contrib.py,,\nbcv-1.0.dist-info/METADATA,,\n";
    package.write("task/bcv-1.0.dist-info/RECORD", record.as_bytes());
    package.install("two", "");
    package.install("dep", "");
    package.install("other", "");
    let (_, all) = package.reach();
    let expected = [
        ("acv", Reached),
        ("bcv", Reached),
        ("dep", OptionalOnly),
        ("other", NeverReached),
        ("two", OptionalOnly),
    ];
    assert_eq!(all, expected.map(|(name, class)| (name.to_owned(), class)));
}

#[test]
fn each_of_several_who_list_a_file_may_load_what_it_requires_and_beside_native_code_all_it_has() {
    for (file, beside) in [
        ("cv/core.py", NeverReached),
        ("cv/core.cpython-312-x86_64-linux-gnu.so", OptionalOnly),
    ] {
        let package = Package::of(&[
            ("task/app.py", "import cv.core"),
            ("task/cv/contrib.py", "import dep"),
        ]);
        package.install_at("task/", "acv", file, "", "");
        package.install_at("task/", "bcv", file, "", "Requires-Dist: two\n");
        let record = format!("{file},,\ncv/contrib.py,,\nbcv-1.0.dist-info/METADATA,,\n");
        package.write("task/bcv-1.0.dist-info/RECORD", record.as_bytes());
        package.install("two", "import three");
        for other in ["dep", "three", "other"] {
            package.install(other, "");
        }
        let (_, all) = package.reach();
        let expected = [
            ("acv", Reached),
            ("bcv", Reached),
            ("dep", beside),
            ("other", NeverReached),
            ("three", OptionalOnly),
            ("two", OptionalOnly),
        ];
        assert_eq!(
            all,
            expected.map(|(name, class)| (name.to_owned(), class)),
            "{file}"
        );
    }
}

#[test]
fn entry_points_are_reached_where_their_group_is_loaded() {
    for (code, class) in [
        (
            "from importlib.metadata import entry_points\nentry_points(group='plug.ins')",
            OptionalOnly,
        ),
        (
            "from importlib.metadata import entry_points\nentry_points(group=x)",
            OptionalOnly,
        ),
        (
            "from importlib.metadata import entry_points\nentry_points(group='other')",
            NeverReached,
        ),
        ("", NeverReached),
    ] {
        let package = Package::of(&[("task/app.py", code)]);
        package.install("dep", "");
        let points = "[console_scripts]\ndep = dep:main\n[plug.ins]\nx = dep:X\n";
        package.write("task/dep-1.0.dist-info/entry_points.txt", points.as_bytes());
        assert_eq!(package.class("dep"), class, "{code}");
    }
}

#[test]
fn without_the_handlers_module_nothing_is_said_to_be_never_reached() {
    let package = Package::of(&[("task/main.py", "")]);
    package.install("dep", "");
    let (found, all) = package.reach();
    assert_eq!(all[0].1, OptionalOnly);
    assert_eq!(found.limits[0].kind, LimitKind::NoHandler);
}

#[test]
fn a_wrapper_of_a_layer_leads_to_the_functions_own_code() {
    let package = Package::of(&[("task/main.py", "import dep"), ("0/python/wrap.py", "")]);
    package.install("dep", "");
    package.install("other", "");
    let (_, all) = package.reach_from("wrap.handler", PYTHON);
    assert_eq!(
        all,
        [
            ("dep".to_owned(), OptionalOnly),
            ("other".to_owned(), NeverReached)
        ]
    );
}

#[test]
fn a_handlers_path_may_have_slashes() {
    let package = Package::of(&[("task/src/api/app.py", "import dep")]);
    package.install("dep", "");
    assert_eq!(
        package.reach_from("src/api/app.handler", PYTHON).1[0].1,
        Reached
    );
    assert_eq!(
        package.reach_from("src.api.app.handler", PYTHON).1[0].1,
        Reached
    );
}

#[test]
fn unknown_names_are_listed_by_file_and_line() {
    let package = Package::of(&[("task/app.py", "import lib")]);
    package.install("lib", "import importlib\n\nimportlib.import_module(name)\n");
    package.install("dep", "");
    let (found, all) = package.reach();
    let [limit] = &found.limits[..] else {
        panic!("{:?}", found.limits)
    };
    assert_eq!(
        (limit.kind, limit.file.as_str(), limit.line),
        (LimitKind::UnknownName, "lib.py", Some(3))
    );
    assert_eq!(limit.distribution.as_deref(), Some("lib"));
    // A library loads its own parts so, not another's.
    assert_eq!(all[0], ("dep".to_owned(), NeverReached));
}

#[test]
fn files_that_are_no_python_of_today_are_read_as_far_as_they_can_be() {
    let latin = b"# -*- coding: latin-1 -*-\nname = '\xe9'\nimport dep\n";
    let unknown = b"# coding: shift_jis\nname = '\x83\x5c'\nimport dep\n";
    let marked = b"\xef\xbb\xbfimport dep\n";
    let old = b"print 'hello'\nexec 'x'\nimport dep\n";
    let zeros = b"import dep\n\0\0\0\n";
    let broken = b"import dep\ndef (:\n";
    for (bytes, limit) in [
        (&latin[..], None),
        (unknown, Some(LimitKind::Encoding)),
        (marked, None),
        (old, Some(LimitKind::Syntax)),
        (zeros, Some(LimitKind::Syntax)),
        (broken, Some(LimitKind::Syntax)),
    ] {
        let package = Package::of(&[]);
        package.write("task/app.py", bytes);
        package.install("dep", "");
        let (found, all) = package.reach();
        assert_eq!(all[0].1, Reached, "{}", String::from_utf8_lossy(bytes));
        assert!(limit.is_none_or(|limit| found.limits.iter().any(|one| one.kind == limit)));
        assert_eq!(
            limit.is_none(),
            found.limits.is_empty(),
            "{:?}",
            found.limits
        );
    }
}

#[test]
fn no_depth_ends_the_program() {
    let nested = |open: &str, close: &str, n: usize| {
        format!("import dep\nx = {}1{}\n", open.repeat(n), close.repeat(n))
    };
    for n in [100, 4_000, 200_000] {
        for code in [
            nested("(", ")", n),
            nested("[", "]", n),
            nested("{1:", "}", n),
            nested("f(", ")", n),
            nested("-", "", n),
            nested("not ", "", n),
            nested("lambda: ", "", n),
            nested("1 if 1 else ", "", n),
            nested("1 + ", "", n),
            nested("1 ** ", "", n),
            nested("await ", "", n),
            format!("import dep\nx{}\n", ".y".repeat(n)),
            format!("import dep\nx{}\n", "()".repeat(n)),
            format!("import dep\nx{}\n", "[0]".repeat(n)),
            format!("import dep\nx = {}\n", "f'{".repeat(n)),
            format!("import dep\nif a: pass\n{}", "elif a: pass\n".repeat(n)),
            format!(
                "import dep\n{}",
                (0..n.min(2_000))
                    .map(|i| format!("{}if a:\n", " ".repeat(i)))
                    .collect::<Vec<_>>()
                    .concat()
            ),
        ] {
            let package = Package::of(&[("task/app.py", &code)]);
            package.install("dep", "");
            package.install("other", "");
            let (found, _) = package.reach();
            let refused = found
                .limits
                .iter()
                .any(|limit| limit.kind == LimitKind::TooDeep);
            let class = package.class("dep");
            // Not read, its bytes still name what it may load.
            assert_eq!(
                class,
                if refused { OptionalOnly } else { Reached },
                "{}",
                &code[..40]
            );
            assert!(n > 100 || !refused, "{}", &code[..40]);
        }
    }
}

#[test]
fn no_depth_hides_in_lines_that_go_on_or_in_strings() {
    let minus = |n: usize| "-".repeat(n);
    for code in [
        format!("x = {}1\n", "-\\\n".repeat(300_000)),
        format!("x = {}1\n", "-\\\r\n".repeat(300_000)),
        format!("x = 'a\\\r\n' {}1\n", minus(300_000)),
        format!("x = 'a\r{}1\n", minus(300_000)),
        format!("# a\rx = {}1\n", minus(300_000)),
        format!("x = f'{{{}1}}'\n", minus(300_000)),
        format!("x = f'{{'a' {}1}}'\n", minus(300_000)),
    ] {
        let code = format!("import dep\n{code}");
        assert!(super::source::too_deep(&code), "{}", &code[..40]);
        assert_eq!(class_of(&code), OptionalOnly, "{}", &code[..40]);
    }
    let page = format!(
        "import dep\nx = f'''{{a}}{}'''\n",
        "<p style=\"a: b.c\">d {{{{e-f}}}}</p>\n".repeat(5_000)
    );
    assert_eq!(class_of(&page), Reached);
}

#[test]
fn scripts_of_any_depth_are_read_or_count_by_their_words() {
    for depth in [4_900, 300_000] {
        let script = format!(
            "#!/usr/bin/env python3\nimport dep\nx = {}1\n",
            "-".repeat(depth)
        );
        let package = Package::of(&[("task/app.py", ""), ("task/run", &script)]);
        make_executable(&package.0.path().join("task/run"));
        package.install("dep", "");
        package.install("other", "");
        assert_eq!(package.class("dep"), OptionalOnly);
        assert_eq!(package.class("other"), NeverReached);
    }
}

#[test]
fn a_long_table_is_not_deep() {
    let rows: Vec<String> = (0..50_000)
        .map(|i| format!("    ('a-b', -{i}, 1.5, [2]),\n"))
        .collect();
    let table = rows.concat();
    let code = format!(
        "'''{}'''\nTABLE = (\n{table})\nimport dep\n",
        "-.".repeat(20_000)
    );
    assert_eq!(class_of(&code), Reached);
}

#[test]
fn the_same_package_gives_the_same_result() {
    let package = Package::of(&[
        ("task/app.py", "import a0\n"),
        ("task/log.yaml", "x: dep\n"),
    ]);
    for i in 0..40 {
        let text = format!(
            "import a{}, a{}\ndef f(): import dep\n",
            (i * 7 + 1) % 40,
            (i * 3 + 2) % 40
        );
        package.write(&format!("task/a{i}.py"), text.as_bytes());
    }
    package.install("dep", "");
    let first = package.reach().0;
    for _ in 0..5 {
        assert_eq!(package.reach().0, first);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let text = super::source::decode(&bytes);
        let _ = super::source::too_deep(&text.text);
        super::imports::read(&text.text, PYTHON, &|_| true);
    }

    #[test]
    fn any_words_of_python_are_read_without_a_panic(
        words in proptest::collection::vec(
            prop::sample::select(vec![
                "import", "from", "a", ".", "..", "*", "if", "else", ":", "\n", "    ", "try", "except", "(", ")", "[", "]",
                "'x'", "f'{", "}", "'", "\"\"\"", "lambda", "sys.path", "=", "+", "%", "__all__", "import_module", "__import__",
                "TYPE_CHECKING", "sys.version_info", "<", "(3, 8)", "with", "suppress(ImportError)", "def", "class", "é", "\\",
            ]),
            0..80,
        )
    ) {
        super::imports::read(&words.join(" "), PYTHON, &|_| true);
    }
}
