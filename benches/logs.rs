//! How fast logs are read: a made log of a gigabyte, ours beside what else counts or reads it, in one run.
//!
//! `cargo bench --bench logs [-- MEGABYTES]`. Processor seconds are beside the clock's, because those hold on a machine that
//! others use too. Tools that are not installed are left out.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use lambench::logs::{By, Filter, Tallies, Watch, read, sources};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// Each is run so often in turn, and the best counts: the others' load makes the rest slower.
const ROUNDS: usize = 5;

/// Bytes of an invoke with its application's lines: 700,000 in a gigabyte.
const INVOKE: usize = 1430;

/// A small generator of numbers, so that every run reads the same log.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Writes a log of about `bytes`; how many invokes it holds.
fn make(path: &Path, bytes: usize, json: bool) -> u64 {
    let words = "loading user cart item price order from cache miss request handled in region with status ok retry later \
                 platform report Duration of the job";
    let words: Vec<_> = words.split(' ').collect();
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let mut file = std::io::BufWriter::with_capacity(1 << 20, File::create(path).expect("room"));
    let (mut written, mut invokes) = (0, 0);
    let mut text = String::new();
    while written < bytes {
        text.clear();
        invoke(&mut text, &mut numbers, &words, json);
        file.write_all(text.as_bytes()).expect("room");
        written += text.len();
        invokes += 1;
    }
    let file = file.into_inner().expect("room");
    // As a log that nobody writes to any more.
    let hour = Duration::from_hours(1);
    file.set_modified(SystemTime::now() - hour).expect("a time");
    invokes
}

fn invoke(text: &mut String, numbers: &mut Numbers, words: &[&str], json: bool) {
    let id = uuid::Uuid::from_u64_pair(numbers.next(), numbers.next());
    let cold = numbers.next().is_multiple_of(50);
    let us = 1000 + numbers.next() % 90_000 * (1 + numbers.next() % 9);
    let time = "2026-11-01T12:00:00.000Z";
    let platform = |text: &mut String, kind: &str, rest: &str| {
        let _ = writeln!(
            text,
            "{{\"time\":\"{time}\",\"type\":\"platform.{kind}\",\"record\":{{\"requestId\":\"{id}\",{rest}}}}}"
        );
    };
    let before = text.len();
    if json {
        platform(text, "start", "\"version\":\"$LATEST\"");
    } else {
        let _ = writeln!(text, "START RequestId: {id} Version: $LATEST");
    }
    let lines = INVOKE - 450 + numbers.next() as usize % 400;
    while text.len() < before + lines {
        let mut message = String::new();
        for _ in 0..12 {
            message.push_str(words[numbers.next() as usize % words.len()]);
            message.push(' ');
        }
        let _ = if json {
            writeln!(
                text,
                "{{\"timestamp\":\"{time}\",\"level\":\"INFO\",\"message\":\"{message}\",\"requestId\":\"{id}\"}}"
            )
        } else {
            writeln!(text, "[INFO]\t{time}\t{id}\t{message}")
        };
    }
    if numbers.next().is_multiple_of(100) {
        let _ = writeln!(
            text,
            "my REPORT RequestId: {id}\tDuration: 3 ms and {{\"type\":\"platform.report\"}}"
        );
    }
    let (ms, billed) = (us as f64 / 1e3, us.div_ceil(1000));
    let init = 100.0 + (numbers.next() % 30_000) as f64 / 100.0;
    if json {
        let init = if cold {
            format!(",\"initDurationMs\":{init:.3}")
        } else {
            String::new()
        };
        platform(
            text,
            "report",
            &format!(
                "\"metrics\":{{\"durationMs\":{ms:.3},\"billedDurationMs\":{billed},\"memorySizeMB\":128,\"maxMemoryUsedMB\":66{init}}},\"status\":\"success\""
            ),
        );
    } else {
        let init = if cold {
            format!("Init Duration: {init:.2} ms\t")
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {ms:.2} ms\tBilled Duration: {billed} ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\t{init}"
        );
    }
}

/// Seconds by the clock and of the processors, of this process or of those that it started.
#[derive(Clone, Copy)]
struct Took {
    wall: f64,
    cpu: f64,
}

fn cpu(who: UsageWho) -> f64 {
    let usage = getrusage(who).expect("a process has its usage");
    let us = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    us as f64 / 1e6
}

fn timed(who: UsageWho, work: &mut dyn FnMut()) -> Took {
    let (at, before) = (Instant::now(), cpu(who));
    work();
    Took {
        wall: at.elapsed().as_secs_f64(),
        cpu: cpu(who) - before,
    }
}

#[expect(unsafe_code, reason = "the roof is the sum of what is mapped")]
fn roof(path: &Path, threads: usize) {
    let file = File::open(path).expect("it was made");
    // SAFETY: nobody else writes to the file.
    let mapped = unsafe { memmap2::Mmap::map(&file) }.expect("it can be mapped");
    let sum = |part: &[u8]| {
        let words = part
            .chunks_exact(8)
            .map(|word| u64::from_le_bytes(word.try_into().expect("eight")));
        std::hint::black_box(words.fold(0u64, u64::wrapping_add));
    };
    std::thread::scope(|scope| {
        for part in mapped.chunks(mapped.len().div_ceil(threads)) {
            scope.spawn(move || sum(part));
        }
    });
}

fn ours(path: &Path, threads: usize, invokes: u64) {
    let sources = sources(&[path.to_str().expect("UTF-8")]).expect("it was made");
    let mut tallies = Tallies::new(By::Function, None, Filter::default());
    read(&sources, &mut tallies, threads, &Watch::default());
    assert_eq!(
        tallies.total().invokes,
        invokes,
        "every invoke and no decoy"
    );
}

/// This program again, which then reads its standard input: what a pipe is.
const PIPED: &str = "LAMBENCH_BENCH_PIPED";

type Row<'a> = (String, UsageWho, Box<dyn FnMut() + 'a>);

fn shell(name: &str, line: String) -> Row<'static> {
    let work = move || {
        let status = Command::new("sh")
            .args(["-c", &line])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{line}");
    };
    (name.to_owned(), UsageWho::RUSAGE_CHILDREN, Box::new(work))
}

fn installed(tool: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {tool}")])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

fn compare(title: &str, bytes: f64, mut rows: Vec<Row>) {
    let mut best = vec![
        Took {
            wall: f64::MAX,
            cpu: f64::MAX
        };
        rows.len()
    ];
    for _ in 0..ROUNDS {
        for ((_, who, work), best) in rows.iter_mut().zip(&mut best) {
            let took = timed(*who, work);
            best.wall = best.wall.min(took.wall);
            best.cpu = best.cpu.min(took.cpu);
        }
    }
    println!(
        "\n{title}\n{:34} {:>9} {:>7} {:>9} {:>7}",
        "", "wall s/GB", "ratio", "cpu s/GB", "ratio"
    );
    for ((name, ..), took) in rows.iter().zip(&best) {
        let per = 1e9 / bytes;
        println!(
            "{name:34} {:9.3} {:7.2} {:9.3} {:7.2}",
            took.wall * per,
            took.wall / best[0].wall,
            took.cpu * per,
            took.cpu / best[0].cpu
        );
    }
}

fn mine<'a>(name: &str, work: impl FnMut() + 'a) -> Row<'a> {
    (name.to_owned(), UsageWho::RUSAGE_SELF, Box::new(work))
}

/// The most memory of its own that this process has had, kilobytes (the kernel's `RssAnon` is what it has now).
fn own_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = |name: &str| {
        status
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_default()
            .to_owned()
    };
    format!("{}, {}", line("RssAnon"), line("VmHWM")).replace(['\t', ' '], "")
}

fn main() {
    if let Ok(invokes) = std::env::var(PIPED) {
        let mut tallies = Tallies::new(By::Function, None, Filter::default());
        read(
            &sources(&["-"]).expect("standard input"),
            &mut tallies,
            1,
            &Watch::default(),
        );
        assert_eq!(tallies.total().invokes.to_string(), invokes);
        return;
    }
    let megabytes = std::env::args()
        .skip(1)
        .find_map(|word| word.parse().ok())
        .unwrap_or(1000);
    let folder =
        PathBuf::from(std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned()))
            .join("bench-logs");
    std::fs::create_dir_all(&folder).expect("room");
    let (text, json, packed) = (
        folder.join("text.log"),
        folder.join("json.log"),
        folder.join("text.log.gz"),
    );
    let bytes = megabytes * 1_000_000;
    let (invokes, of_json) = (make(&text, bytes, false), make(&json, bytes, true));
    println!(
        "{megabytes} MB, {invokes} invokes in text, {of_json} in JSON; the best of {ROUNDS} rounds, against the first line"
    );
    let (t, j, size) = (text.display(), json.display(), bytes as f64);

    let mut rows = vec![
        mine("roof, 1 thread", || roof(&text, 1)),
        mine("ours, text, 1 thread", || ours(&text, 1, invokes)),
        mine("ours, JSON, 1 thread", || ours(&json, 1, of_json)),
    ];
    for (tool, line) in [
        ("rg", format!("rg -cF 'REPORT RequestId: ' {t}")),
        (
            "mawk",
            format!("mawk '/^REPORT RequestId: /{{n++;s+=$5}} END{{print n,s}}' {t}"),
        ),
        (
            "agrind",
            format!(
                "agrind -f {t} '\"REPORT RequestId\" | parse \"Duration: * ms\" as d | p50(d), count'"
            ),
        ),
    ] {
        if installed(tool) {
            rows.push(shell(tool, line));
        }
    }
    compare("One thread", size, rows);
    compare(
        "Two threads",
        size,
        vec![
            mine("roof, 2 threads", || roof(&text, 2)),
            mine("ours, text, 2 threads", || ours(&text, 2, invokes)),
            mine("ours, JSON, 2 threads", || ours(&json, 2, of_json)),
        ],
    );
    let this = std::env::current_exe().expect("a program has a path");
    compare(
        "A pipe",
        size,
        vec![
            shell("cat | wc -c", format!("cat {t} | wc -c")),
            shell(
                "cat | ours",
                format!("cat {t} | {PIPED}={invokes} {}", this.display()),
            ),
            shell(
                "cat | ours, JSON",
                format!("cat {j} | {PIPED}={of_json} {}", this.display()),
            ),
        ],
    );
    let status = Command::new("sh")
        .args(["-c", &format!("gzip -1 -c {t} > {}", packed.display())])
        .status();
    assert!(status.is_ok_and(|status| status.success()), "gzip");
    let p = packed.display();
    let mut rows = vec![
        shell("gzip -dc", format!("gzip -dc {p}")),
        mine("ours, gzip", || ours(&packed, 1, invokes)),
    ];
    if installed("pigz") {
        rows.push(shell("pigz -dc", format!("pigz -dc {p}")));
    }
    compare("An archive (of the bytes in it)", size, rows);
    println!("\nafter all of it: {}", own_memory());
    let sparse = folder.join("sparse.log");
    let file = File::create(&sparse).expect("room");
    file.set_len(20_000_000_000)
        .expect("a file system with holes");
    file.set_modified(SystemTime::now() - Duration::from_hours(1))
        .expect("a time");
    let took = timed(UsageWho::RUSAGE_SELF, &mut || ours(&sparse, 2, 0));
    println!(
        "20 GB of nothing (a sparse file), 2 threads: {:.1} s, {:.1} cpu s; {}",
        took.wall,
        took.cpu,
        own_memory()
    );
    std::fs::remove_dir_all(&folder).expect("it was made");
}
