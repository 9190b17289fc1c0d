//! How long a client lives, and what is one, in more of the ways that people write it.

use super::*;

fn kept(path: &str, text: &str) -> Vec<(Option<String>, Kept)> {
    let found = of(path, text).into_iter();
    found
        .map(|(_, _, function, kept)| (function, kept))
        .collect()
}

fn one(function: &str, kept: Kept) -> Vec<(Option<String>, Kept)> {
    vec![(Some(function.to_owned()), kept)]
}

#[test]
fn what_only_a_function_calls_is_made_in_each_call() {
    for (path, text) in [
        (
            "app.py",
            "import boto3\ndef make():\n    return boto3.client('s3')\ndef handler(e, c):\n    return make()\n",
        ),
        (
            "index.js",
            "function make() { return new Redis(); }\nexports.handler = async () => { return make(); };\n",
        ),
        (
            "index.mjs",
            "function make() { return new Redis(); }\nconst later = () => make();\n",
        ),
        (
            "index.cjs",
            "class Store { make() { return new Redis(); } }\n",
        ),
    ] {
        assert_eq!(kept(path, text), one("make", Kept::Call), "{path}");
    }
}

#[test]
fn what_module_level_calls_wherever_it_stands_and_whatever_its_name_is_made_once() {
    for (path, function, text) in [
        (
            "app.py",
            "make",
            "import boto3\ndef make():\n    return boto3.client('s3')\nif True:\n    S3 = make()\n",
        ),
        (
            "index.js",
            "make",
            "function make() { return new Redis(); }\nif (x) { var r = make(); }\n",
        ),
        (
            "index.js",
            "_m$",
            "function _m$() { return new Redis(); }\nconst r = _m$();\n",
        ),
        (
            "index.js",
            "캐시",
            "function 캐시() { return new Redis(); }\nconst r = 캐시();\n",
        ),
    ] {
        assert_eq!(kept(path, text), one(function, Kept::Environment), "{text}");
    }
}

#[test]
fn python_keeps_what_goes_to_a_global_whatever_the_statement() {
    for (body, expected) in [
        (
            "global s3\n    s3: object = boto3.client('s3')",
            Kept::Environment,
        ),
        ("s3: object = boto3.client('s3')", Kept::Call),
        (
            "global s3\n    if (s3 := boto3.client('s3')):\n        pass",
            Kept::Environment,
        ),
        ("CLIENTS['s3'] = boto3.client('s3')", Kept::Environment),
        ("global other\n    s3 = boto3.client('s3')", Kept::Call),
        ("s3 = boto3.session.Session().client('s3')", Kept::Call),
    ] {
        let text = format!("import boto3.session\ndef get():\n    {body}\n");
        let found = kept("app.py", &text);
        assert!(!found.is_empty(), "{body}");
        for (function, kept) in found {
            assert_eq!(
                (function.as_deref(), kept),
                (Some("get"), expected),
                "{body}"
            );
        }
    }
    let nested = "import boto3\ndef outer():\n    def inner():\n        global s3\n        s3 = boto3.client('s3')\n    inner()\n";
    assert_eq!(kept("app.py", nested), one("inner", Kept::Environment));
    let decorated = "import boto3\n@Singleton\ndef get():\n    return boto3.client('s3')\n";
    assert_eq!(kept("app.py", decorated), one("get", Kept::Environment));
}

#[test]
fn one_statement_says_nothing_of_the_next() {
    for (text, expected) in [
        (
            "import boto3\ndef f():\n    global a\n    a = 1\n    b = boto3.client('s3')\n",
            Kept::Call,
        ),
        (
            "import boto3\ndef f():\n    make = lambda: 1\n    global a\n    a = boto3.client('s3')\n",
            Kept::Environment,
        ),
    ] {
        assert_eq!(kept("app.py", text), one("f", expected), "{text}");
    }
    let text = "import boto3\nf = lambda: 1\nS3 = boto3.client('s3')\n";
    assert_eq!(kept("app.py", text), [(None, Kept::Environment)]);
    let text = "import boto3\nCLIENTS['s3'] = lambda: boto3.client('s3')\n";
    assert_eq!(kept("app.py", text), one("lambda", Kept::Call));
    for text in [
        "let c;\nconst f = async () => { c = new Redis(); };\n",
        "let c;\nfunction f() { if (x) { const a = 1 } c = new Redis(); }\n",
        "let c;\nfunction f() { const a = 1; c = new Redis(); }\n",
    ] {
        assert_eq!(
            kept("index.js", text),
            one("f", Kept::Environment),
            "{text}"
        );
    }
}

#[test]
fn python_knows_a_client_by_where_its_name_comes_from() {
    for (import, call, is) in [
        ("from redis import Redis", "Redis()", true),
        ("from .redis import Redis", "Redis()", false),
        ("import boto3.session", "boto3.session.Session()", true),
        ("from boto3 import Session", "session.client('s3')", true),
        ("import boto3 as b", "b.session.Session()", true),
        ("import boto3", "session.resource('s3')", true),
        ("import boto3", "session.client(name)", false),
        ("import boto", "session.client('s3')", false),
        ("import boto3x", "session.client('s3')", false),
        ("import boto3", "session.clients('s3')", false),
    ] {
        let text = format!("{import}\ndef get():\n    return {call}\n");
        assert_eq!(
            of("app.py", &text).len(),
            usize::from(is),
            "{import}; {call}"
        );
    }
}

#[test]
fn javascript_knows_the_function_that_a_client_is_in() {
    for (text, function) in [
        ("function f(a = g(1)) { return new Redis(); }", "f"),
        (
            "exports.handler = function (event) { return new Redis(); };",
            "handler",
        ),
        (
            "const _get$ = async (x) => { return new Redis(); };",
            "_get$",
        ),
        ("function _get$() { return new Redis(); }", "_get$"),
        ("function f() { while (x) { new Redis(); } }", "f"),
    ] {
        assert_eq!(kept("index.js", text), one(function, Kept::Call), "{text}");
    }
}

#[test]
fn javascript_keeps_what_is_made_only_where_there_is_none_yet() {
    for (body, expected) in [
        ("c ??= new Redis();", Kept::Environment),
        ("c ||= new Redis();", Kept::Environment),
        ("return c ?? new Redis();", Kept::Environment),
        ("return c || new Redis();", Kept::Environment),
        ("return c && new Redis();", Kept::Call),
        ("let d = new Redis();", Kept::Call),
        ("this.c = new Redis();", Kept::Object),
    ] {
        let text = format!("let c;\nfunction get() {{ {body} }}\n");
        assert_eq!(kept("index.js", &text), one("get", expected), "{body}");
    }
}

#[test]
fn javascript_in_comments_and_strings_makes_nothing() {
    for text in [
        "/* new Redis()\n new Redis() */",
        "const a = 'it\\'s new Redis()';",
        "const a = `\nnew Redis()\n`;",
        "// it's\n",
    ] {
        let text = format!("{text}\nfunction get() {{ return new Kafka(); }}\n");
        let line = 1 + text[..text.find("Kafka").unwrap()].matches('\n').count() as u32;
        let found = of("index.js", &text);
        assert_eq!(
            found,
            [made(line, "new Kafka", Some("get"), Kept::Call)],
            "{text}"
        );
    }
    // An apostrophe in a regular expression ends with its line.
    let text = "const a = /don't/;\nconst c = new Redis();\n";
    assert_eq!(kept("index.js", text), [(None, Kept::Environment)]);
}

#[test]
fn javascript_knows_a_client_by_its_class_or_its_maker() {
    for (call, is) in [
        ("new AWS.Lex()", true),
        ("new AWS.Config()", false),
        ("new AWS.Credentials()", false),
        ("new Lex()", false),
        ("new ToDoClient()", true),
        ("new Client()", false),
        ("axios.create({})", true),
        ("axios.get({})", false),
        ("Redis()", false),
    ] {
        let text = format!("const c = {call};\n");
        assert_eq!(of("index.js", &text).len(), usize::from(is), "{call}");
    }
}

#[test]
fn a_file_is_looked_at_by_its_ending_unless_its_lines_are_a_bundles() {
    for (path, is) in [
        ("app.py", true),
        ("a.b/index.js", true),
        ("index.min.mjs", true),
        ("index.cjs", true),
        ("index.ts", false),
        ("README", false),
        ("js", false),
    ] {
        assert_eq!(is_source(path), is, "{path}");
    }
    for (length, unread) in [(300, false), (301, true)] {
        let text = format!("new Redis();{}", ";".repeat(length - 12));
        let found = find(&[Source {
            path: "index.js".into(),
            text,
        }]);
        assert_eq!(!found.unread.is_empty(), unread, "{length}");
    }
}
