//! The guides of `docs/guides`: each is followed as its reader would, with functions of the names that it talks of, on the
//! sandbox and, in place of AWS, on a `lambench serve` that does not say that it is one.

mod guide;
#[path = "../support/mod.rs"]
mod support;

use std::io::{Cursor, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use guide::{Desk, Kind, blocks, masked, missing, read, takes};
use serde_json::{Value, json};
use support::proxy::{Fault, Proxy, Request};
use support::{FUNCTIONS, Server, repository, wait_for};

/// What the standard library has that takes long to import, all of it at the top.
const EAGER: &str = "\
import asyncio, ctypes, decimal, http.client, json, sqlite3, unittest.mock, urllib.request, xml.dom.minidom

VERSION = \"EAGER\"


def lambda_handler(event, context):
    return {\"statusCode\": 200, \"version\": VERSION, \"body\": json.dumps({\"orders\": 3})}
";
/// The same with none of it.
const LAZY: &str = "\
import json

VERSION = \"LAZY\"


def lambda_handler(event, context):
    return {\"statusCode\": 200, \"version\": VERSION, \"body\": json.dumps({\"orders\": 3})}
";

fn zip(code: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("lambda_function.py", options).unwrap();
    zip.write_all(code.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// In place of AWS.
struct Cloud {
    desk: Desk,
    server: Server,
}

impl Cloud {
    /// What answers as `rule` says, and otherwise as AWS would.
    fn new(settle: &str, rule: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> Self {
        let mut desk = Desk::new();
        let server = Server::start(&desk.test, &["--settle", settle]);
        let proxy = Proxy::start(&server.url, move |request| {
            if request.path.contains("/provisioned-concurrency") {
                let none = r#"{"ProvisionedConcurrencyConfigs":[]}"#;
                return Some(Fault::Whole(200, "", none));
            }
            rule(request).or_else(|| request.is_get().then_some(Fault::AsAws("", "")))
        });
        desk.set("AWS_ENDPOINT_URL_LAMBDA", &proxy.url);
        desk.set("AWS_REGION", "eu-central-1");
        desk.set("AWS_ACCESS_KEY_ID", "nobody");
        desk.set("AWS_SECRET_ACCESS_KEY", "nothing");
        Self { desk, server }
    }

    fn plain() -> Self {
        Self::new("10", |_| None)
    }

    fn function(&self, name: &str, code: &str, table: &str, tags: &Value) {
        let new = json!({
            "FunctionName": name,
            "Runtime": "python3",
            "Handler": "lambda_function.lambda_handler",
            "Role": "arn:aws:iam::000000000000:role/orders",
            "MemorySize": 512,
            "Timeout": 10,
            "Environment": {"Variables": {"ORDERS_TABLE": table}},
            "Code": {"ZipFile": BASE64_STANDARD.encode(zip(code))},
            "Tags": tags,
        });
        self.server.call("POST", FUNCTIONS, Some(&new));
        wait_for("the creation", || {
            (self.configuration(name)["State"] == "Active").then_some(())
        });
    }

    fn configuration(&self, name: &str) -> Value {
        self.server.configuration(name)
    }

    /// Nothing of lambench's is left, neither there nor in the journal.
    fn is_clean(&self, names: &[&str]) {
        assert_eq!(self.server.functions(), names);
        for name in names {
            assert_eq!(self.configuration(name)["Description"], "", "{name}");
        }
        let left = self.desk.test.journals();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn two_builds_at_a_desk() {
    let desk = Desk::new();
    std::fs::create_dir_all(desk.project().join("build")).unwrap();
    std::fs::write(desk.project().join("build/old.zip"), zip(EAGER)).unwrap();
    desk.write("build/new/lambda_function.py", LAZY);
    desk.follow("two-builds.md");
    let page = std::fs::read_to_string(desk.project().join("report.html")).unwrap();
    assert!(page.contains("Verdict"));
}

#[test]
fn a_pull_request() {
    let desk = Desk::new();
    let git = |script: &str| {
        let ran = desk.shell(script).success();
        assert!(!ran.stderr.contains("fatal"), "{}", ran.stderr);
    };
    desk.write("src/lambda_function.py", EAGER);
    desk.write(".gitignore", "build/\n.lambench/\n");
    git(
        "git init -q -b main . && git config user.email a@b.c && git config user.name A && git add . \
         && git commit -qm base && git init -q --bare ../origin && git remote add origin ../origin \
         && git push -q -u origin main",
    );
    git("git switch -q -c lazy-imports");
    desk.write("src/lambda_function.py", LAZY);
    git("git commit -qam 'Import lazily' && git switch -q main && git switch -q -c more-imports");
    let slow = format!("import time\ntime.sleep(0.3)\n{EAGER}");
    desk.write("src/lambda_function.py", &slow);
    git("git commit -qam 'Import more' && git switch -q main");
    desk.follow("pull-request.md");
    git("git diff --exit-code");
}

#[test]
fn what_is_deployed_against_a_build() {
    let cloud = Cloud::plain();
    cloud.function("my-fn", EAGER, "orders", &json!({}));
    let desk = &cloud.desk;
    std::fs::create_dir_all(desk.project().join("build")).unwrap();
    std::fs::write(desk.project().join("build/new.zip"), zip(LAZY)).unwrap();
    // A deploy of the same code.
    let sam = "#!/usr/bin/env python3\n\
        import base64, json, os, time, urllib.request\n\
        url = os.environ['AWS_ENDPOINT_URL_LAMBDA'] + '/2015-03-31/functions/my-fn'\n\
        code = base64.b64encode(open('build/new.zip', 'rb').read()).decode()\n\
        body = json.dumps({'ZipFile': code}).encode()\n\
        urllib.request.urlopen(urllib.request.Request(url + '/code', body, method='PUT')).read()\n\
        while json.load(urllib.request.urlopen(url + '/configuration'))['LastUpdateStatus'] != 'Successful':\n    \
        time.sleep(0.01)\n";
    desk.write("../tools/sam", sam);
    desk.follow("deployed.md");
    let policy = std::fs::read_to_string(desk.project().join("policy.json")).unwrap();
    let policy: Value = serde_json::from_str(&policy).unwrap();
    for statement in policy["Statement"].as_array().unwrap() {
        let resources = statement["Resource"].as_array().unwrap();
        let once = (1..resources.len()).all(|n| !resources[..n].contains(&resources[n]));
        assert!(once, "{statement}");
    }
    cloud.is_clean(&["my-fn"]);
}

#[test]
fn forty_functions_every_night() {
    let cloud = Cloud::new("50", |_| None);
    let slow = format!("import time\ntime.sleep(0.5)\n{LAZY}");
    let broken = "def lambda_handler(event, context):\n    raise KeyError('market')\n";
    let functions = [
        ("data-broken", broken, "test"),
        ("data-orders", &slow, "test"),
        ("data-prices", LAZY, "test"),
        ("data-prod", LAZY, "prod"),
        ("data-trades", LAZY, "test"),
    ];
    for (name, code, stage) in functions {
        cloud.function(name, code, "orders", &json!({"stage": stage}));
    }
    cloud.desk.follow("nightly.md");
    cloud.is_clean(&functions.map(|(name, ..)| name));
}

/// `tests/snap_start.rs` has the same: a version that is published is optimised, and its first invokes report a restore.
fn snap_start(request: &Request) -> Option<Fault> {
    const NONE: &str = r#""SnapStart":{"ApplyOn":"None","OptimizationStatus":"Off"}"#;
    const OFF: &str = r#""SnapStart":{"ApplyOn":"PublishedVersions","OptimizationStatus":"Off"}"#;
    const ON: &str = r#""SnapStart":{"ApplyOn":"PublishedVersions","OptimizationStatus":"On"}"#;
    let path = request.path.replace("%3A", ":");
    let version =
        path.contains("lambench-") && path.trim_end_matches("/invocations").ends_with(":1");
    if request.is_invoke() {
        return version.then_some(Fault::Restored);
    }
    if request.method == "POST" && path.trim_end_matches('/').ends_with("/functions") {
        return Some(Fault::Ask(
            r#""SnapStart":{"ApplyOn":"PublishedVersions"}"#,
            r#""SnapStart":{"ApplyOn":"None"}"#,
        ));
    }
    let to = if version { ON } else { OFF };
    request.is_get().then_some(Fault::AsAws(NONE, to))
}

#[test]
fn restores_from_snapshots() {
    let cloud = Cloud::new("10", snap_start);
    // Busy long enough for every invoke of a batch to arrive meanwhile.
    let busy =
        |code: &str| code.replace("    return", "    import time; time.sleep(0.4)\n    return");
    cloud.function("my-fn", &busy(EAGER), "orders", &json!({}));
    let build = cloud.desk.project().join("build");
    std::fs::create_dir_all(&build).unwrap();
    std::fs::write(build.join("new.zip"), zip(&busy(LAZY))).unwrap();
    cloud.desk.follow("snapstart.md");
    cloud.is_clean(&["my-fn"]);
}

/// A function whose orders come here, each with its table. The role that may not write is that of a table.
fn writing() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let orders = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&orders);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut order = String::new();
            stream.read_to_string(&mut order).unwrap();
            written.lock().unwrap().push(order);
        }
    });
    let code = format!(
        "import json, os, socket\n\n\n\
         def lambda_handler(event, context):\n    \
             table = os.environ['ORDERS_TABLE']\n    \
             if table == 'denied':\n        \
                 raise PermissionError('not authorized to perform: dynamodb:PutItem')\n    \
             if 'id' not in event:\n        \
                 return {{'statusCode': 400, 'body': 'no id'}}\n    \
             with socket.create_connection(('127.0.0.1', {port})) as orders:\n        \
                 orders.sendall(f\"{{table}} {{event['id']}}\".encode())\n    \
             return {{'statusCode': 200, 'version': 'v2', 'table': table}}\n"
    );
    (code, orders)
}

#[test]
fn a_function_that_writes() {
    let (code, orders) = writing();
    let cloud = Cloud::plain();
    let imports = EAGER.lines().next().unwrap();
    let eager = format!("{imports}\n{code}");
    cloud.function("save-order", &eager, "orders", &json!({}));
    cloud.function("save-order-readonly", &eager, "denied", &json!({}));
    cloud.desk.write("build/new/lambda_function.py", &code);
    cloud.desk.follow("writes.md");
    cloud.is_clean(&["save-order", "save-order-readonly"]);
    let mut orders = orders.lock().unwrap().clone();
    let all = orders.len();
    assert!(all > 100, "{all}");
    assert!(
        orders
            .iter()
            .all(|order| order.starts_with("orders-bench bench-")),
        "{orders:?}"
    );
    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), all, "every order is another one");
}

fn pages() -> Vec<String> {
    let folder = std::fs::read_dir(repository().join("docs/guides")).unwrap();
    let mut pages: Vec<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    pages
}

#[test]
fn every_guide_is_in_the_index_and_followed_by_a_test() {
    let (index, tests) = (read("README.md"), include_str!("main.rs"));
    for page in pages().iter().filter(|page| *page != "README.md") {
        assert!(index.contains(&format!("]({page})")), "{page} in the index");
        assert!(
            tests.contains(&format!(".follow(\"{page}\")")),
            "{page} here"
        );
    }
}

#[test]
fn links_of_the_guides_lead_somewhere_and_commands_in_their_sentences_are_lambenchs() {
    for page in pages() {
        let text = read(&page);
        for link in text.split("](").skip(1) {
            let link = link.split([')', '#']).next().unwrap();
            let there = repository().join("docs/guides").join(link);
            assert!(
                link.starts_with("https://") || there.exists(),
                "{page}: {link}"
            );
        }
        let prose: Vec<&str> = text.split("```").step_by(2).collect();
        let prose = prose.join(" ").replace('\n', " ");
        for code in prose.split('`').skip(1).step_by(2) {
            if code.starts_with("lambench ") {
                takes(code, &page);
            }
        }
    }
}

#[test]
fn a_block_that_is_not_marked_as_what_it_is_is_refused() {
    for page in [
        "```sh\nlambench results\n```\n",
        "<!-- test: run -->\n\n```sh\nlambench results\n```\n",
        "<!-- test: runs -->\n```sh\nlambench results\n```\n",
        "<!-- test: shows -->\n```sh\nlambench results\n```\n",
        "<!-- test: run -->\n```text\nlambench results\n```\n",
        "~~~\nlambench results\n~~~\n",
        "    lambench results\n",
    ] {
        assert!(blocks(page).is_err(), "{page}");
    }
    let page = "<!-- test: run 3 -->\n```sh\nlambench gate\n```\n";
    assert_eq!(blocks(page).unwrap()[0].kind, Kind::Run(3));
}

#[test]
fn what_a_guide_shows_may_differ_in_figures_alone() {
    assert_eq!(
        masked("290 ms ± >99%,\n|-----:| <.001 p < 0.02; deleted lambench-84ebc6a8-after"),
        masked("1.2 s ±   7%,  |---:|  0.5  p = 0.3;  deleted lambench-00000000-after"),
    );
    let whole = "Cold start | 290 ms | 1.2 s | 79% ↓\nVerdict: improved. Cold start\np50 is 79% lower, 10 pairs";
    for shown in [
        "Cold start |  31 ms | 40 ms |  9% ↓\n...\np50 is 8.5% lower",
        "Verdict: improved. Cold start p50",
    ] {
        assert_eq!(missing(shown, whole), None);
    }
    for shown in [
        "Cold start | 290 ms | 1.2 s | 79% ↑",
        "Verdict: regressed",
        "p50 is ... Cold start |",
    ] {
        assert!(missing(shown, whole).is_some(), "{shown}");
    }
}
