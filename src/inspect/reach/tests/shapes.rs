//! Ways to load something that real packages have and that no import statement shows.

use std::collections::BTreeMap;

use super::super::super::Environment;
use super::*;

#[test]
fn code_that_is_run_as_a_text_is_read_or_may_load_anything() {
    for (code, class) in [
        ("exec('import dep')", Reached),
        ("exec('if x:\\n    from dep import y\\n')", Reached),
        ("exec(compile('import dep', 'f', 'exec'))", Reached),
        ("eval(\"__import__('dep')\")", Reached),
        ("import builtins\nbuiltins.exec('import dep')", Reached),
        ("exec('exec(\"import dep\")')", Reached),
        ("def f():\n    exec('import dep')", ReachedLate),
        (
            "try:\n    exec('import dep')\nexcept ImportError:\n    pass",
            OptionalOnly,
        ),
        ("exec(code)", OptionalOnly),
        ("exec('import ' + x)", OptionalOnly),
        ("exec(f'import {x}')", OptionalOnly),
        ("run = exec\nrun(x)", OptionalOnly),
        ("list(map(eval, x))", OptionalOnly),
        ("from six import exec_ as run\nrun(x)", OptionalOnly),
        ("CODE = '''\nimport os, dep\n'''", OptionalOnly),
        (
            "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import dep; dep.x()'])",
            OptionalOnly,
        ),
        (
            "import os\nos.system('python3 -m dep.tool --fast')",
            OptionalOnly,
        ),
        (
            "import os\nos.system(\"python3 -c 'import dep'\")",
            OptionalOnly,
        ),
        (
            "import os\nos.system('exec python3 -mdep --fast')",
            OptionalOnly,
        ),
        (
            "import os\nos.system('python3 -c \"__import__(y, dep)\"')",
            OptionalOnly,
        ),
        (
            "import subprocess, sys\nsubprocess.run([sys.executable, '-mdep'])",
            OptionalOnly,
        ),
        (
            "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'if 1: import dep'])",
            OptionalOnly,
        ),
        ("x = 'a python without dep'", NeverReached),
        ("exec('import other')", NeverReached),
        ("frame.eval('a + dep')", NeverReached),
        ("import re\nre.compile(x)", NeverReached),
        ("x = 'we import the dep of others'", NeverReached),
    ] {
        assert_eq!(class_of(code), class, "{code}");
    }
}

#[test]
fn functions_that_import_what_they_are_told_are_known_by_their_names() {
    for (code, class) in [
        (
            "from lib.utils import import_string\nimport_string(x)",
            OptionalOnly,
        ),
        (
            "from lib.utils import import_string as get\nget(x['y'])",
            OptionalOnly,
        ),
        ("import hydra\nhydra.utils.instantiate(x)", OptionalOnly),
        (
            "from kombu.utils import symbol_by_name\nsymbol_by_name(f'{x}')",
            OptionalOnly,
        ),
        (
            "from lib.utils import import_string\nimport_string('dep.X')",
            OptionalOnly,
        ),
        (
            "from lib.utils import import_string\nimport_string('other.X')",
            NeverReached,
        ),
        ("import importlib.resources as r\nr.files(x)", OptionalOnly),
        (
            "import pkgutil\npkgutil.get_data('d' + 'ep', 'y')",
            OptionalOnly,
        ),
        (
            "from importlib import resources\nresources.files(x)",
            OptionalOnly,
        ),
        (
            "import importlib.resources\nimportlib.resources.read_text(x, 'y')",
            OptionalOnly,
        ),
        (
            "from importlib import resources\nimport other\nresources.files(other)",
            NeverReached,
        ),
        (
            "from importlib import resources\nresources.files(__package__)",
            NeverReached,
        ),
        ("import pkgutil\npkgutil.get_data(x, 'y')", OptionalOnly),
        (
            "import pkgutil\npkgutil.get_data(__name__, 'y')",
            NeverReached,
        ),
        ("from lib import load\nload(x)", NeverReached),
        (
            "from lib import get_important\nget_important(x)",
            NeverReached,
        ),
        ("from lib import safeimport\nsafeimport(x)", OptionalOnly),
        // What is written here is read.
        (
            "def import_orders(rows):\n    return rows\nimport_orders(x)",
            NeverReached,
        ),
        (
            "class A:\n    def import_it(self, x): ...\n    def f(self, x):\n        self.import_it(x)",
            NeverReached,
        ),
        (
            "def import_it(x):\n    return __import__(x)\nimport_it(x)",
            OptionalOnly,
        ),
        (
            "try:\n    from lib import import_it\nexcept ImportError:\n    def import_it(x): ...\nimport_it(x)",
            OptionalOnly,
        ),
        (
            "from lib import *\nclass A:\n    def import_it(self, x):\n        import_it(x)",
            OptionalOnly,
        ),
    ] {
        assert_eq!(class_of(code), class, "{code}");
    }
    // Imported for others.
    let package = Package::of(&[
        ("task/app.py", "from util import load\nload(x)"),
        (
            "task/util.py",
            "from importlib import import_module as load",
        ),
    ]);
    package.install("dep", "");
    assert_eq!(package.class("dep"), OptionalOnly);
}

#[test]
fn type_checking_is_false_where_typing_says_so() {
    for (code, class) in [
        (
            "from conf import TYPE_CHECKING\nif TYPE_CHECKING:\n    import dep",
            Reached,
        ),
        (
            "import conf\nif conf.TYPE_CHECKING:\n    import dep",
            Reached,
        ),
        (
            "import typing_extensions as t\nif t.TYPE_CHECKING:\n    import dep",
            NeverReached,
        ),
        (
            "from typing_extensions import TYPE_CHECKING\nif TYPE_CHECKING:\n    import dep",
            NeverReached,
        ),
    ] {
        assert_eq!(class_of(code), class, "{code}");
    }
}

/// Of a library: its own code could load anything.
#[test]
fn a_library_may_load_what_its_texts_begin_and_any_module_of_the_functions() {
    for (lib, dep, own, class) in [
        (
            "PREFIX = 'lib_'\n__import__(PREFIX + x)",
            "lib_dep.py",
            "",
            OptionalOnly,
        ),
        ("__import__(f'lib_{x}')", "lib_dep.py", "", OptionalOnly),
        ("__import__(f'other_{x}')", "lib_dep.py", "", NeverReached),
        (
            "NAME = 'de' + 'p'\n__import__(NAME)",
            "dep.py",
            "",
            OptionalOnly,
        ),
        ("__import__(open(x).read())", "dep.py", "", NeverReached),
        (
            "__import__(open(x).read())",
            "dep.py",
            "import dep",
            OptionalOnly,
        ),
        ("exec(open(x).read())", "dep.py", "import dep", OptionalOnly),
        ("x = 1", "dep.py", "import dep", NeverReached),
    ] {
        let package = Package::of(&[("task/app.py", "import lib"), ("task/jobs.py", own)]);
        package.install("lib", lib);
        package.install_at("task/", "dep", dep, "", "");
        assert_eq!(package.class("dep"), class, "{lib} {own}");
    }
}

#[test]
fn whoever_gets_a_module_that_imports_may_import_anything() {
    for (code, class) in [
        (
            "import importlib\nvars(importlib)['import_module'](x)",
            OptionalOnly,
        ),
        ("import importlib\nvars(importlib)[y](x)", OptionalOnly),
        ("import importlib\nimportlib.__dict__[y](x)", OptionalOnly),
        (
            "import importlib as i\ndef f(m=i):\n    return m",
            OptionalOnly,
        ),
        (
            "import operator\noperator.attrgetter('import_module')(m)(x)",
            OptionalOnly,
        ),
        (
            "import sys\ngetattr(sys.modules['importlib'], 'import_module')(x)",
            OptionalOnly,
        ),
        ("__builtins__['__import__'](x)", OptionalOnly),
        ("import importlib\nimportlib.reload(other)", NeverReached),
        ("import importlib\nm = importlib\nm.metadata", NeverReached),
        (
            "import importlib\nhasattr(importlib, 'metadata')",
            NeverReached,
        ),
        ("import sys\nisinstance(x, type(sys))", NeverReached),
    ] {
        assert_eq!(class_of(code), class, "{code}");
    }
    let package = Package::of(&[(
        "task/app.py",
        "import sys\nvars(sys)['path'].append(x)\nimport dep",
    )]);
    package.install_at("task/vendor/", "dep", "dep.py", "", "");
    assert_eq!(package.class("dep"), OptionalOnly);
}

#[test]
fn entry_points_are_found_in_whatever_way_they_are_asked_for() {
    for (code, class) in [
        (
            "from importlib import metadata\nfor d in metadata.distributions():\n    for e in d.entry_points:\n        e.load()",
            OptionalOnly,
        ),
        (
            "from importlib.metadata import entry_points as find\nfind(group='my.plugins')",
            OptionalOnly,
        ),
        (
            "from importlib.metadata import entry_points as find\nfind(group='theirs')",
            NeverReached,
        ),
        (
            "from importlib.metadata import entry_points\nf = entry_points",
            OptionalOnly,
        ),
        ("entry_points = []\nprint(entry_points)", NeverReached),
        (
            "import pkg_resources as p\np.load_entry_point('plug', 'my.plugins', 'a')",
            OptionalOnly,
        ),
        (
            "from stevedore import HookManager\nHookManager('my.plugins', 'a')",
            OptionalOnly,
        ),
    ] {
        let package = Package::of(&[("task/app.py", code)]);
        package.install("other", "");
        package.install("dep", "");
        // Whatever distribution it is that says so.
        package.write(
            "task/other-1.0.dist-info/entry_points.txt",
            b"[of.meta]\na = dep:load [extra]\n",
        );
        package.write(
            "task/dep-1.0.dist-info/entry_points.txt",
            b"[my.plugins]\na = dep\n",
        );
        assert_eq!(package.class("dep"), class, "{code}");
    }
}

#[test]
fn a_command_that_is_started_is_its_distributions() {
    for (code, bin, class) in [
        (
            "import subprocess as s\ns.run(['/var/task/bin/tool', x])",
            true,
            OptionalOnly,
        ),
        (
            "import subprocess as s\ns.run(['tool', x])",
            true,
            OptionalOnly,
        ),
        (
            "import subprocess as s\ns.run(['tool', x])",
            false,
            NeverReached,
        ),
        ("x = 'a tool of others'", true, NeverReached),
    ] {
        let package = Package::of(&[("task/app.py", code)]);
        package.install("dep", "");
        package.write(
            "task/dep-1.0.dist-info/entry_points.txt",
            b"[console_scripts]\ntool = dep:main\n",
        );
        if bin {
            package.write("task/bin/tool", b"#!/usr/bin/python3\n");
        }
        assert_eq!(package.class("dep"), class, "{code}");
    }
}

#[test]
fn a_script_that_starts_a_command_leads_to_its_distribution() {
    let package = Package::of(&[
        ("task/app.py", ""),
        ("task/wrapper", "#!/bin/bash\nexec mytool \"$@\"\n"),
        ("task/bin/mytool", "#!/usr/bin/python3\n"),
    ]);
    make_executable(&package.0.path().join("task/wrapper"));
    package.install("dep", "");
    assert_eq!(package.class("dep"), NeverReached);
    package.write(
        "task/dep-1.0.dist-info/entry_points.txt",
        b"[console_scripts]\nmytool = dep:main\n",
    );
    assert_eq!(package.class("dep"), OptionalOnly);
}

#[test]
fn archives_may_hold_anything_once_the_path_is_changed() {
    let changes = "import sys\nsys.path.insert(0, '/var/task/x')\nimport mod\n";
    for (code, file, class) in [
        (changes, "vendor.zip", OptionalOnly),
        (changes, "wheels/Mod-1.0.WHL", OptionalOnly),
        (changes, "vendor.tar.gz", OptionalOnly),
        (changes, "vendor.gz", NeverReached),
        ("import mod\n", "vendor.zip", NeverReached),
    ] {
        let file = format!("task/{file}");
        let package = Package::of(&[("task/app.py", code), (file.as_str(), "PK")]);
        package.install("dep", "");
        assert_eq!(package.class("dep"), class, "{code} {file}");
    }
    // A library changes the path for itself.
    let package = Package::of(&[("task/app.py", "import lib"), ("task/vendor.zip", "PK")]);
    package.install("lib", changes);
    package.install("dep", "");
    assert_eq!(package.class("dep"), NeverReached);

    let package = Package::of(&[("task/app.py", "import mod"), ("task/vendor.zip", "PK")]);
    package.install("dep", "");
    let path = ("PYTHONPATH".to_owned(), "/var/task/vendor.zip".to_owned());
    let (_, found) = package.started(Start {
        handler: "app.handler",
        python: PYTHON,
        environment: Some(&Environment(BTreeMap::from([path]))),
    });
    assert_eq!(found, [("dep".to_owned(), OptionalOnly)]);
}

/// A file that imports `dep` somewhere in a package, which Python would load.
#[test]
fn parts_of_a_package_are_found_in_whatever_way_it_loads_them() {
    let deep = "import dep\n";
    for (files, class) in [
        // As `from a import b` is made of old.
        (
            vec![
                ("task/app.py", "__import__('a', globals(), locals(), ['b'])"),
                ("task/a/__init__.py", ""),
                ("task/a/b.py", deep),
            ],
            Reached,
        ),
        (
            vec![
                ("task/app.py", "__import__('a', fromlist=names)"),
                ("task/a/__init__.py", ""),
                ("task/a/b.py", deep),
            ],
            OptionalOnly,
        ),
        (
            vec![
                ("task/app.py", "import a.b.c"),
                ("task/a/__init__.py", ""),
                ("task/a/d.py", deep),
                ("task/a/b/__init__.py", ""),
                (
                    "task/a/b/c.py",
                    "__import__('d', globals(), locals(), [], 2)",
                ),
            ],
            Reached,
        ),
        (
            vec![
                (
                    "task/app.py",
                    "import importlib\nimportlib.import_module('..d', 'a.b')",
                ),
                ("task/a/__init__.py", ""),
                ("task/a/d.py", deep),
                ("task/a/b/__init__.py", ""),
            ],
            Reached,
        ),
        // A package that looks for its parts in another folder.
        (
            vec![
                ("task/app.py", "import a.b"),
                (
                    "task/a/__init__.py",
                    "import os\n__path__.append(os.path.join(os.path.dirname(__file__), 'compat'))",
                ),
                ("task/a/compat/b.py", deep),
            ],
            OptionalOnly,
        ),
        (
            vec![
                ("task/app.py", "import a.b"),
                (
                    "task/a/__init__.py",
                    "__path__ = __import__('pkgutil').extend_path(__path__, __name__)",
                ),
                ("task/a/b.py", ""),
                ("task/a/c.py", deep),
            ],
            NeverReached,
        ),
        // Lazy in other ways.
        (
            vec![
                ("task/app.py", "import a\na.b"),
                ("task/a/__init__.py", "from ._lazy import __getattr__"),
                ("task/a/_lazy.py", "def __getattr__(name): ..."),
                ("task/a/b.py", deep),
            ],
            OptionalOnly,
        ),
        (
            vec![
                ("task/app.py", "import a\na.b"),
                (
                    "task/a/__init__.py",
                    "import sys\nsys.modules[__name__].__class__ = Lazy",
                ),
                ("task/a/b.py", deep),
            ],
            OptionalOnly,
        ),
        (
            vec![
                ("task/app.py", "import a\na.b"),
                (
                    "task/a/__init__.py",
                    "import lazy_loader\n__getattr__, __dir__, _ = lazy_loader.attach_stub(__name__, __file__)",
                ),
                ("task/a/b.py", deep),
            ],
            OptionalOnly,
        ),
        // Plug-ins with names that only a call can have, or that look like those of tests.
        (
            vec![
                (
                    "task/app.py",
                    "import importlib\nimportlib.import_module(f'plugins.{x}')",
                ),
                ("task/plugins/my-plugin.py", deep),
            ],
            OptionalOnly,
        ),
        (
            vec![
                (
                    "task/app.py",
                    "import importlib\nimportlib.import_module(f'plugins.{x}')",
                ),
                ("task/plugins/test/one.py", deep),
            ],
            OptionalOnly,
        ),
        // Handlers below folders.
        (
            vec![
                ("task/app.py", "import src.api.one"),
                ("task/src/api/one.py", "from ..lib.two import x"),
                ("task/src/lib/two.py", deep),
            ],
            Reached,
        ),
    ] {
        let package = Package::of(&files);
        package.install("dep", "");
        assert_eq!(package.class("dep"), class, "{files:?}");
    }
}

#[test]
fn data_that_names_what_it_needs_may_name_anything() {
    for (code, class) in [
        ("import yaml\nyaml.unsafe_load(x)", OptionalOnly),
        (
            "import yaml\nyaml.load(x, Loader=yaml.Loader)",
            OptionalOnly,
        ),
        (
            "from yaml import CLoader as L\nyaml.load(x, Loader=L)",
            OptionalOnly,
        ),
        (
            "import yaml\nyaml.load(x, Loader=yaml.SafeLoader)",
            NeverReached,
        ),
        (
            "import numpy as np\nnp.load(f, allow_pickle=True)",
            OptionalOnly,
        ),
        (
            "import numpy as np\nnp.load(f, allow_pickle=False)",
            NeverReached,
        ),
        ("import pandas as pd\npd.read_pickle(f)", OptionalOnly),
        ("import jsonpickle\njsonpickle.decode(x)", OptionalOnly),
    ] {
        assert_eq!(class_of(code), class, "{code}");
    }
}

#[test]
fn handlers_are_found_by_the_names_that_lambda_takes() {
    for (handler, class) in [
        ("src/api/one.handler", Reached),
        ("src.api/one.handler", Reached),
        ("src.api.one.handler", Reached),
        // There is no such module, so that nothing can be told.
        ("src/api.handler", OptionalOnly),
        ("src/none.handler", OptionalOnly),
        ("handler", OptionalOnly),
    ] {
        let package = Package::of(&[
            ("task/src/api/one.py", "from . import two\n"),
            ("task/src/api/two.py", "import dep\n"),
        ]);
        package.install("dep", "");
        let (_, all) = package.reach_from(handler, PYTHON);
        assert_eq!(all, [("dep".to_owned(), class)], "{handler}");
    }
}

fn environment(variables: &[(&str, &str)]) -> Environment {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Environment(variables.iter().map(own).collect::<BTreeMap<_, _>>())
}

/// The class of `dep` with these variables, or with any.
fn class_with(package: &Package, variables: Option<&[(&str, &str)]>) -> Class {
    let environment = variables.map(environment);
    let (_, all) = package.started(Start {
        handler: "app.handler",
        python: PYTHON,
        environment: environment.as_ref(),
    });
    all.iter().find(|(known, _)| known == "dep").unwrap().1
}

#[test]
fn what_a_variable_names_is_looked_up_where_it_is_known_and_else_may_be_any_of_the_functions_modules()
 {
    for code in [
        "import os, importlib\nimportlib.import_module(os.environ['SETTINGS'])",
        "import os, importlib\nclass Settings:\n    def __init__(self, name):\n        self.NAME = name\n    \
             def load(self):\n        importlib.import_module(self.NAME)\ndef make():\n    name = os.getenv('SETTINGS')\n    \
             return Settings(name)",
        "import os, importlib\ndef name():\n    return os.environ.get('SETTINGS')\nimportlib.import_module(name())",
    ] {
        let package = Package::of(&[
            ("task/app.py", "import lib\n"),
            ("task/settings.py", "APPS = ['dep']\n"),
        ]);
        package.install("lib", code);
        package.install("dep", "");
        assert_eq!(class_with(&package, None), OptionalOnly, "{code}");
        for (value, class) in [
            ("settings", OptionalOnly),
            ("dep:App", OptionalOnly),
            ("other", NeverReached),
        ] {
            let variables = [("SETTINGS", value)];
            assert_eq!(
                class_with(&package, Some(&variables)),
                class,
                "{code} {value}"
            );
        }
        assert_eq!(class_with(&package, Some(&[])), NeverReached, "{code}");
    }
}

#[test]
fn the_functions_own_code_may_load_anything_by_a_variable_unless_its_value_is_known() {
    for (code, direct) in [
        (
            "import os, importlib\nimportlib.import_module(os.environ['BACKEND'])",
            true,
        ),
        (
            "from os import getenv\n__import__(getenv('BACKEND', 'none'))",
            true,
        ),
        ("import os\n__import__(os.environ.get('BACKEND'))", true),
        (
            "import os\nname = os.environ['BACKEND']\n__import__(name)",
            false,
        ),
        ("import os\n__import__(os.environ[key])", false),
    ] {
        let package = Package::of(&[("task/app.py", code)]);
        package.install("dep", "");
        assert_eq!(class_with(&package, None), OptionalOnly, "{code}");
        assert_eq!(class_with(&package, Some(&[])), OptionalOnly, "{code}");
        let (known, other) = if direct {
            (Reached, NeverReached)
        } else {
            (OptionalOnly, OptionalOnly)
        };
        assert_eq!(
            class_with(&package, Some(&[("BACKEND", "dep")])),
            known,
            "{code}"
        );
        assert_eq!(
            class_with(&package, Some(&[("BACKEND", "none")])),
            other,
            "{code}"
        );
    }
}

#[test]
fn what_is_not_on_the_path_may_be_put_there_by_a_variable() {
    let package = Package::of(&[("task/app.py", "import lib\n")]);
    package.install_at("task/vendor/", "lib", "lib.py", "import dep\n", "");
    package.install_at("task/vendor/", "dep", "dep.py", "", "");
    package.install_at("task/vendor/", "other", "other.py", "", "");
    assert_eq!(class_with(&package, None), OptionalOnly);
    assert_eq!(class_with(&package, Some(&[])), NeverReached);
    let path = ("PYTHONPATH", "/var/task/vendor");
    assert_eq!(class_with(&package, Some(&[path])), OptionalOnly);
    let (_, all) = package.started(Start {
        handler: "app.handler",
        python: PYTHON,
        environment: None,
    });
    assert_eq!(all[2], ("other".to_owned(), NeverReached));
}

/// A namespace package in which others put what it looks for.
#[test]
fn plug_ins_in_a_librarys_namespace_are_found() {
    let package = Package::of(&[("task/app.py", "import lib\n")]);
    package.install_at(
        "task/",
        "lib",
        "lib/__init__.py",
        "import pkgutil\nfrom . import plugins\nfor part in pkgutil.iter_modules(plugins.__path__):\n    load(part)\n",
        "",
    );
    package.install_at("task/", "dep", "lib/plugins/dep.py", "", "");
    package.install("other", "");
    let (_, all) = package.reach();
    assert_eq!(
        all,
        [
            ("dep".to_owned(), OptionalOnly),
            ("lib".to_owned(), Reached),
            ("other".to_owned(), NeverReached)
        ]
    );
}

#[test]
fn the_values_of_variables_are_in_no_debug_print() {
    let text = format!("{:?}", environment(&[("TOKEN", "hush")]));
    assert!(text.contains("TOKEN") && !text.contains("hush"), "{text}");
}
