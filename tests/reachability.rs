//! Which installed libraries a handler reaches, against what Python has loaded once the handler has run: real packages
//! from `PyPI`, and what `lambench inspect` says of a small one.
#![allow(missing_docs)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use lambench::inspect::reach::{Class, Reach, Start, reach};
use lambench::inspect::{Distribution, Files, Installed, Mounted, Place};
use support::Test;

/// Wheels alone: nothing is built. Fixed, since what is never reached depends on them.
const PACKAGES: [&str; 11] = [
    "aws-lambda-powertools==3.37.0",
    "boto3==1.44.8",
    "jinja2==3.1.6",
    "lxml==6.1.3",
    "Markdown==3.11.3",
    "numpy==2.4.6",
    "pandas==3.1.1",
    "python-dateutil==2.9.0.post0",
    "pyyaml==6.0.4",
    "requests==2.34.2",
    "sympy==1.14.0",
];

/// Runs a handler as Lambda would find it, and prints the files of all modules that are then loaded.
const RUN: &str = r"
import importlib, json, sys

root, name = sys.argv[1:]
sys.path[:] = [root] + [path for path in sys.path if 'site-packages' not in path]
importlib.import_module(name).handler({}, None)
files = [getattr(module, '__file__', None) for module in list(sys.modules.values())]
print(json.dumps([file for file in files if file]))
";

/// A function, and some of the libraries beside it that it has no use for.
struct Case {
    name: &'static str,
    code: &'static str,
    never: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "requests",
        code: "import requests\ndef handler(e, c): requests.Session()",
        never: &["pandas", "numpy", "boto3", "botocore", "sympy", "lxml", "PyYAML", "Jinja2", "Markdown", "aws_lambda_powertools"],
    },
    Case {
        name: "boto3_client",
        code: "import boto3
def handler(e, c):
    keys = dict(region_name='us-east-1', aws_access_key_id='a', aws_secret_access_key='b')
    boto3.client('s3', **keys), boto3.resource('dynamodb', **keys)",
        never: &["pandas", "numpy", "requests", "sympy", "lxml", "Jinja2", "Markdown"],
    },
    Case {
        name: "arrays",
        code: "import numpy
def handler(e, c): numpy.fft.fft([1, 2]), numpy.linalg.inv([[1.]]), numpy.random.rand(), numpy.testing",
        never: &["boto3", "botocore", "requests", "pandas", "Jinja2"],
    },
    Case {
        name: "frames",
        code: "import pandas, io
def handler(e, c):
    frame = pandas.DataFrame({'a': [1, 2]})
    frame.groupby('a').sum(), frame.to_json(), frame.style.to_html()
    pandas.read_xml(io.StringIO('<a><b><c>1</c></b></a>'))
    pandas.to_datetime(['2020-01-01']).tz_localize('Europe/Paris')",
        never: &["requests", "aws_lambda_powertools"],
    },
    Case {
        name: "algebra",
        code: "def handler(e, c):
    import sympy
    x = sympy.Symbol('x')
    sympy.integrate(x ** 2, x), sympy.lambdify(x, x ** 2)(2)",
        never: &["boto3", "requests", "pandas", "Jinja2"],
    },
    Case {
        name: "templates",
        code: "from jinja2 import Environment\ndef handler(e, c): Environment().from_string('{{ a }}').render(a=1)",
        never: &["boto3", "requests", "pandas", "numpy", "lxml", "sympy", "PyYAML"],
    },
    Case {
        name: "events",
        code: "import os
os.environ.setdefault('AWS_DEFAULT_REGION', 'us-east-1')
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.utilities import parameters
def handler(e, c):
    Logger(service='x').info('x'), APIGatewayRestResolver(), parameters.SSMProvider()",
        never: &["requests", "pandas", "Jinja2", "Markdown"],
    },
    Case {
        name: "trees",
        code: "from lxml import etree, html
def handler(e, c):
    from lxml import objectify
    etree.fromstring('<a/>').xpath('//a'), html.fromstring('<p>x</p>'), objectify.fromstring('<a/>')",
        never: &["boto3", "requests", "pandas", "numpy", "sympy", "Jinja2"],
    },
    Case {
        name: "texts",
        code: "import markdown
def handler(e, c): markdown.markdown('# x', extensions=['tables', 'codehilite', 'markdown.extensions.meta'])",
        never: &["boto3", "requests", "pandas", "numpy", "lxml", "Jinja2"],
    },
    Case {
        name: "documents",
        code: "import yaml\ndef handler(e, c): yaml.load('a: 1', Loader=yaml.CSafeLoader)",
        never: &["boto3", "requests", "pandas", "numpy", "lxml", "python-dateutil", "Jinja2"],
    },
    Case {
        name: "dates",
        code: "def handler(e, c):
    from dateutil import parser, tz, rrule
    parser.parse('2020-01-01T00:00Z'), tz.gettz('Europe/Paris')",
        never: &["boto3", "requests", "pandas", "numpy", "Jinja2", "PyYAML"],
    },
    Case {
        name: "by_names",
        code: "import importlib
NAMES = ['yaml', 'jinja2']
def handler(e, c): [importlib.import_module(name) for name in NAMES]",
        never: &[],
    },
    Case {
        name: "by_text",
        code: "import logging.config
logging.config.dictConfig({'version': 1, 'formatters': {'f': {'()': 'yaml.YAMLObject'}}})
def handler(e, c): __import__('dateutil.tz')",
        never: &["boto3", "requests", "pandas", "numpy", "Jinja2"],
    },
    Case {
        name: "nothing",
        code: "def handler(e, c): return 'requests and boto3 are only words here'",
        never: &["boto3", "requests", "pandas", "numpy", "lxml", "Jinja2", "PyYAML", "python-dateutil", "urllib3", "six"],
    },
];

/// The packages, installed once, with a module for each case.
static INSTALLED: LazyLock<PathBuf> = LazyLock::new(|| {
    let tools = std::env::var_os("LAMBENCH_TEST_TOOLS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-tools"),
        PathBuf::from,
    );
    std::fs::create_dir_all(&tools).unwrap();
    let (major, minor) = python();
    let versions: Vec<&str> = PACKAGES
        .iter()
        .filter_map(|one| one.split("==").nth(1))
        .collect();
    let folder = tools.join(format!(
        "reachability-{major}.{minor}-{}",
        versions.join("-")
    ));
    if !folder.is_dir() {
        let half = tempfile::tempdir_in(&tools).unwrap();
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-compile",
        ];
        let installed = Command::new("python3")
            .args(pip)
            .args(["--only-binary", ":all:", "--target"])
            .arg(half.path().join("all"))
            .args(PACKAGES)
            .output()
            .expect("python3 is on the PATH");
        assert!(
            installed.status.success(),
            "{}",
            String::from_utf8_lossy(&installed.stderr)
        );
        std::fs::rename(half.path().join("all"), &folder).unwrap();
    }
    folder
});

fn python() -> (u8, u8) {
    let told = Command::new("python3")
        .args(["-c", "import sys; print(*sys.version_info[:2])"])
        .output()
        .expect("python3 is on the PATH");
    let told = String::from_utf8(told.stdout).unwrap();
    let mut parts = told.split_whitespace().map(|part| part.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap())
}

/// A case's module beside all that is installed, alone: what a library loads by a name that is made at run time may be any
/// module of the function's own.
struct Written(PathBuf);

impl Written {
    fn new(case: &Case) -> Self {
        // A test that was stopped may have left another.
        for entry in std::fs::read_dir(&*INSTALLED).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            if name.starts_with("case_") && path.is_file() {
                std::fs::remove_file(&path).unwrap();
            }
        }
        let path = INSTALLED.join(format!("case_{}.py", case.name));
        std::fs::write(&path, case.code).unwrap();
        Self(path)
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// File -> distribution, as the lists that pip wrote say.
fn owners(package: &Path) -> BTreeMap<PathBuf, String> {
    let mut owners = BTreeMap::new();
    for entry in std::fs::read_dir(package).unwrap() {
        let about = entry.unwrap().path();
        if about.extension().is_none_or(|ending| ending != "dist-info") {
            continue;
        }
        let metadata = std::fs::read(about.join("METADATA")).unwrap();
        let metadata = String::from_utf8_lossy(&metadata).into_owned();
        let name = metadata
            .lines()
            .find_map(|line| line.strip_prefix("Name:"))
            .unwrap()
            .trim();
        for line in std::fs::read_to_string(about.join("RECORD"))
            .unwrap()
            .lines()
        {
            let file = line.split(',').next().unwrap();
            owners.insert(package.join(file), name.to_owned());
        }
    }
    owners
}

/// The distributions of which Python has a module once the handler has run.
fn loaded(package: &Path, case: &Case, owners: &BTreeMap<PathBuf, String>) -> BTreeSet<String> {
    let ran = Command::new("python3")
        .args(["-I", "-B", "-c", RUN])
        .arg(package)
        .arg(format!("case_{}", case.name))
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}: {told}", case.name);
    let files = String::from_utf8(ran.stdout).unwrap();
    let files: Vec<PathBuf> = serde_json::from_str(files.lines().last().unwrap()).unwrap();
    files
        .iter()
        .filter_map(|file| owners.get(file).cloned())
        .collect()
}

fn classes(found: &Reach, distributions: &[Distribution]) -> BTreeMap<String, Class> {
    let named = found.distributions.iter();
    named
        .map(|one| (distributions[one.distribution].name.clone(), one.class))
        .collect()
}

#[test]
fn nothing_that_python_loads_is_called_never_reached_and_what_has_no_use_is() {
    let package: &Path = &INSTALLED;
    let owners = owners(package);
    for case in CASES {
        let _written = Written::new(case);
        let mounted = [Mounted {
            place: Place::Task,
            files: Files::open(package).unwrap(),
        }];
        let all = Installed::of(&mounted);
        let installed = &all.distributions;
        let start = Start {
            handler: &format!("case_{}.handler", case.name),
            python: python(),
            environment: None,
        };
        let found = classes(&reach(&mounted, &all, start), installed);
        assert_eq!(found.len(), installed.len());
        for name in loaded(package, case, &owners) {
            assert_ne!(
                found[&name],
                Class::NeverReached,
                "{}: {name} is loaded",
                case.name
            );
        }
        for name in case.never {
            assert_eq!(found[*name], Class::NeverReached, "{}: {name}", case.name);
        }
    }
}

fn install(test: &Test, name: &str, code: &str) {
    test.write(&format!("app/{name}/__init__.py"), code);
    let about = format!("app/{name}-1.0.dist-info");
    test.write(
        &format!("{about}/METADATA"),
        &format!("Name: {name}\nVersion: 1.0\n"),
    );
    test.write(
        &format!("{about}/RECORD"),
        &format!("{name}/__init__.py,,\n{name}-1.0.dist-info/METADATA,,\n"),
    );
}

#[test]
fn inspect_says_who_is_never_reached_and_who_only_optionally_and_what_it_could_not_see() {
    let test = Test::new();
    test.write(
        "app/main.py",
        "import used\n\ntry:\n    import fast\nexcept ImportError:\n    fast = None\n",
    );
    install(
        &test,
        "used",
        "import importlib\n\n\ndef plug(name):\n    return importlib.import_module(name)\n",
    );
    install(&test, "fast", "");
    install(&test, "needless", "");
    let args = [
        "inspect",
        "app",
        "--handler",
        "main.handler",
        "--runtime",
        "python3.12",
    ];
    let json = test.run(&[&args[..], &["--json"]].concat());
    assert_eq!(json.code, Some(0), "{}", json.stderr);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let of = |kind: &str| {
        let findings = json["findings"].as_array().expect("findings");
        let found: Vec<_> = findings
            .iter()
            .filter(|found| found["kind"] == kind)
            .cloned()
            .collect();
        assert_eq!(found.len(), 1, "{kind}: {findings:#?}");
        found[0].clone()
    };
    let never = of("never_reached");
    assert_eq!(
        (&never["subject"], &never["severity"]),
        (&"needless".into(), &"waste".into())
    );
    assert!(never["bytes"].as_u64().unwrap() > 0);
    assert_eq!(never["files_read"], 3);
    let optional = of("optional_only");
    assert_eq!(optional["subject"], "fast");
    assert_eq!(optional["how"], "guarded_import");
    assert_eq!(optional["why"][0]["file"], "main.py");
    assert_eq!(optional["why"][0]["line"], 4);
    let unseen = of("unseen");
    assert_eq!(unseen["why"], "unknown_name");
    assert_eq!(unseen["examples"][0], "used/__init__.py:5");

    let text = test.run(&args).stdout;
    for said in [
        "needless",
        "nothing that main.handler loads leads to it (3 files read)",
        "main.py:4",
        "used/__init__.py:5",
    ] {
        assert!(flat(&text).contains(said), "{said}: {text}");
    }
    let korean = test.run(&[&args[..], &["--lang", "ko"]].concat()).stdout;
    assert!(
        flat(&korean).contains("이 라이브러리를 쓰는 곳이 없습니다"),
        "{korean}"
    );
}

/// As if the terminal had no end.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
