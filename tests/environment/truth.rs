//! What REPORT says of an init, against what the function itself saw: its own clock, its own high-water mark.
//!
//! An injected init takes what the function measured around it, more than the same function takes without it. Starts are
//! interleaved, in one order and then in the other, and each round gives one difference. The interval of their median is
//! by ranks alone, so that no burst of a busy machine makes it too narrow: a row is not true if all of it is beyond what
//! is allowed, and still is when as many rounds again are added.

use std::fmt::Write as _;
use std::fs::File;

use crate::support::{Function, figure, json, node};

/// Rounds at a time; odd, for the medians.
const ROUNDS: usize = 9;

/// That an interval lies beyond its median by chance is less likely than this.
const CHANCE: f64 = 0.005;

/// Bytes of the file that an init reads.
const FILE: u64 = 200 * 1024 * 1024;

/// Above the two bare ones.
type Injected = (&'static str, &'static str);

const PYTHON: [Injected; 4] = [
    (
        "busy 100 ms",
        "end = time.monotonic() + 0.1\nwhile time.monotonic() < end: pass",
    ),
    ("sleep 1 s", "time.sleep(1)"),
    ("50 MB allocated", "hoard = b'x' * (50 * 1024 * 1024)"),
    (
        "200 MB of the package read",
        "buffer = bytearray(1024 * 1024)
with open(os.environ['LAMBDA_TASK_ROOT'] + '/data', 'rb', buffering=0) as data:
    while data.readinto(buffer): pass",
    ),
];

const NODE: [Injected; 3] = [
    (
        "busy 100 ms",
        "const end = process.hrtime.bigint() + 100000000n; while (process.hrtime.bigint() < end);",
    ),
    (
        "50 MB allocated",
        "global.hoard = Buffer.alloc(50 * 1024 * 1024, 1);",
    ),
    (
        "200 MB of the package read",
        "const data = fs.openSync(process.env.LAMBDA_TASK_ROOT + '/data');
         const buffer = Buffer.alloc(1024 * 1024, 1); while (fs.readSync(data, buffer) > 0);",
    ),
];

async fn in_python(injected: &str) -> Function {
    Function::python(&format!(
        "
before = time.monotonic()
{injected}
inner_ms = (time.monotonic() - before) * 1000
def peak_kb():
    return next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM'))
serve(lambda event: [inner_ms, peak_kb()])"
    ))
    .await
}

async fn in_node(injected: &str) -> Function {
    Function::script(&format!(
        r#"#!{}
const fs = require("fs"), http = require("http");
const before = process.hrtime.bigint();
{injected}
const inner = Number(process.hrtime.bigint() - before) / 1e6;
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const call = (method, path, body) => new Promise((done) => {{
  const request = http.request({{ host, port, method, path: "/2018-06-01/runtime/invocation/" + path }}, (reply) => {{
    reply.on("data", () => {{}}).on("end", () => done(reply.headers["lambda-runtime-aws-request-id"]));
  }});
  request.end(body);
}});
const peak = () => Number(/VmHWM:\s*(\d+)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]);
(async () => {{
  for (;;) await call("POST", (await call("GET", "next")) + "/response", JSON.stringify([inner, peak()]));
}})();
"#,
        node().display()
    ))
    .await
}

/// One start.
#[derive(Clone, Copy)]
struct Start {
    init_ms: f64,
    inner_ms: f64,
    reported_mb: f64,
    used_mb: f64,
}

async fn start(function: &Function) -> Start {
    let outcome = function.cold().await;
    let said = json(&outcome);
    Start {
        init_ms: figure(&outcome, "Init Duration").unwrap(),
        inner_ms: said[0].as_f64().unwrap(),
        reported_mb: figure(&outcome, "Max Memory Used").unwrap(),
        used_mb: said[1].as_f64().unwrap() / 1024.0,
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Where the median of these values is, whatever they are spread like: between two of them, by the binomial distribution
/// of how many are below it.
fn interval(mut values: Vec<f64>) -> (f64, f64) {
    values.sort_by(f64::total_cmp);
    let count = values.len();
    let (mut of_so_many, mut below, mut cut) = (0.5_f64.powf(count as f64), 0.0, 0);
    while 2.0 * (below + of_so_many) <= CHANCE {
        below += of_so_many;
        cut += 1;
        of_so_many *= (count - cut + 1) as f64 / cut as f64;
    }
    let cut = cut.max(1) - 1;
    (values[cut], values[count - 1 - cut])
}

/// The table, and the rows that are not true.
fn judge(language: &str, rounds: &[Vec<Start>], injected: &[Injected]) -> (String, Vec<String>) {
    let mut table = String::new();
    let mut wrong = Vec::new();
    let names = ["nothing", "nothing, again"].into_iter();
    for (at, name) in names
        .chain(injected.iter().map(|(name, _)| *name))
        .enumerate()
    {
        let of = |read: fn(&Start) -> f64| median(rounds.iter().map(|round| read(&round[at])));
        let off: Vec<f64> = rounds
            .iter()
            .map(|round| round[at].init_ms - round[0].init_ms - round[at].inner_ms)
            .collect();
        let truth_ms = of(|start| start.inner_ms);
        let off_ms = median(off.iter().copied());
        let (least, most) = interval(off);
        let (used, reported) = (of(|start| start.used_mb), of(|start| start.reported_mb));
        let _ = writeln!(
            table,
            "| {language}: {name} | {truth_ms:.1} | {:.1} | {off_ms:+.1} | {least:+.1} to {most:+.1} | {used:.1} | {reported:.0} |",
            truth_ms + off_ms
        );
        // REPORT gives whole megabytes.
        let memory_is_true = (reported - used).abs() <= used * 0.03 + 1.0;
        let allowed = 2.0 + truth_ms * 0.01;
        if least > allowed || most < -allowed || !memory_is_true {
            wrong.push(format!("{language}: {name}"));
        }
    }
    (table, wrong)
}

async fn prepare(functions: &[Function]) {
    for function in functions {
        let data = File::create(function.spec.task_root.join("data")).unwrap();
        data.set_len(FILE).unwrap();
        // What the first start reads from the disk, the others do not.
        start(function).await;
    }
}

async fn measure(functions: &[Function], rounds: &mut Vec<Vec<Start>>) {
    for _ in 0..ROUNDS {
        let round = rounds.len();
        let mut starts = vec![None; functions.len()];
        for turn in 0..functions.len() {
            let at = (turn + round / 2) % functions.len();
            // What runs before a start may make a difference to it: every other time it is the one that ran after it.
            let at = if round.is_multiple_of(2) {
                at
            } else {
                functions.len() - 1 - at
            };
            starts[at] = Some(start(&functions[at]).await);
        }
        rounds.push(starts.into_iter().flatten().collect());
    }
}

async fn judged(
    language: &str,
    functions: &[Function],
    injected: &[Injected],
) -> (String, Vec<String>) {
    let mut rounds = Vec::new();
    prepare(functions).await;
    measure(functions, &mut rounds).await;
    let first = judge(language, &rounds, injected);
    if first.1.is_empty() {
        return first;
    }
    println!("{}", first.0);
    measure(functions, &mut rounds).await;
    judge(language, &rounds, injected)
}

#[test]
fn a_row_is_not_true_if_the_machine_alone_can_not_have_made_it_so() {
    let start = |init_ms| Start {
        init_ms,
        inner_ms: 0.0,
        reported_mb: 21.0,
        used_mb: 20.5,
    };
    let wrong = |off: &[f64]| {
        let rounds: Vec<_> = off
            .iter()
            .map(|off| vec![start(30.0), start(30.0 + off)])
            .collect();
        !judge("", &rounds, &[]).1.is_empty()
    };
    assert!(wrong(&[4.0; 9]));
    assert!(wrong(&[-4.0; 9]));
    assert!(wrong(&[200.0, 3.0, 17.0, 90.0, 3.5, 44.0, 2.5, 9.0, 31.0]));
    assert!(!wrong(&[200.0, 3.0, 17.0, 90.0, 3.5, 44.0, 1.5, 9.0, 31.0]));
    // Of eighteen two may be elsewhere.
    let mut many = [5.0; 18];
    (many[3], many[9]) = (-80.0, 1.0);
    assert!(wrong(&many));
    many[12] = 0.5;
    assert!(!wrong(&many));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_init_is_reported_as_long_and_as_large_as_it_was() {
    let mut functions = Vec::new();
    for injected in ["pass", "pass"]
        .into_iter()
        .chain(PYTHON.map(|(_, code)| code))
    {
        functions.push(in_python(injected).await.memory(512));
    }
    let python = judged("Python", &functions, &PYTHON).await;
    let mut functions = Vec::new();
    for injected in ["", ""].into_iter().chain(NODE.map(|(_, code)| code)) {
        functions.push(in_node(injected).await.memory(512));
    }
    let node = judged("Node", &functions, &NODE).await;
    let table = format!(
        "| Init | Truth, ms | REPORT, ms | Off, ms | From, to | Truth, MB | REPORT, MB |\n\
         |---|--:|--:|--:|--:|--:|--:|\n{}{}",
        python.0, node.0
    );
    println!("{table}");
    let wrong = [python.1, node.1].concat();
    assert!(wrong.is_empty(), "not true: {wrong:?}\n{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_of_several_processes_is_that_of_the_pages_that_they_have_together() {
    // Every page of memory that a process has, by its number, in a bitmap: what two share is there once.
    let code = "
import array
seen = bytearray(1 << 21)
def mark_pages(pid):
    with open('/proc/%s/maps' % pid) as maps, open('/proc/%s/pagemap' % pid, 'rb', 0) as pagemap:
        for line in maps:
            first, end = (int(word, 16) >> 12 for word in line.split()[0].split('-'))
            if first < 1 << 35:
                pagemap.seek(first * 8)
                for entry in array.array('Q', pagemap.read((end - first) * 8)):
                    page = entry & (1 << 55) - 1
                    if entry >> 63 and page:
                        seen[page >> 3] |= 1 << (page & 7)
hoard = b'x' * (50 * 1024 * 1024)
reader, writer = os.pipe()
child = os.fork()
if child == 0:
    own = b'y' * (40 * 1024 * 1024)
    os.write(writer, b'.')
    time.sleep(86399)
os.read(reader, 1)
def handler(event):
    mark_pages('self')
    mark_pages(child)
    return sum(bin(byte).count('1') for byte in seen) * 4
serve(handler)";
    let function = Function::python(code).await.memory(512);
    let outcome = function.cold().await;
    let truth = json(&outcome).as_f64().unwrap() / 1024.0;
    let reported = figure(&outcome, "Max Memory Used").unwrap();
    println!("| Python: two processes that share 50 MB | | | | | {truth:.1} | {reported:.0} |");
    // Page numbers are shown to root alone.
    if truth > 0.0 {
        assert!(
            (reported - truth).abs() <= truth * 0.03 + 1.0,
            "{truth} {reported}"
        );
    }
}

#[tokio::test]
async fn memory_over_the_limit_in_children_is_killed_too() {
    let code = "
def handler(event):
    for _ in range(3):
        if os.fork() == 0:
            hoard = b'x' * (60 * 1024 * 1024)
            time.sleep(86399)
    time.sleep(86399)
serve(handler)";
    for function in [
        Function::python(code).await,
        Function::python(code).await.without_mounts(),
    ] {
        let outcome = function.memory(128).cold().await;
        let body: serde_json::Value = serde_json::from_slice(&outcome.body).unwrap();
        let message = body["errorMessage"].as_str().unwrap();
        assert!(
            message.ends_with("Error: Runtime exited with error: signal: killed"),
            "{message}"
        );
        assert_eq!(figure(&outcome, "Max Memory Used"), Some(128.0));
        assert!(outcome.ended);
    }
}
