//! How fast logs are read: a made log of a gigabyte, ours beside what else counts or reads it, in one run.
//!
//! `cargo bench --bench logs [-- MEGABYTES] [large]`; `large` reads 20 GB and nothing else. Processor seconds are beside the
//! clock's, because those hold on a machine that others use too. Tools that are not installed are left out.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
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
    std::thread::scope(|scope| {
        for part in mapped.chunks(mapped.len().div_ceil(threads)) {
            scope.spawn(move || std::hint::black_box(sum(part)));
        }
    });
}

/// Eight sums side by side, each written out: at `opt-level = "s"` a loop over them would wait for itself, and not for memory.
#[inline(never)]
fn sum(part: &[u8]) -> u64 {
    let mut s = [0_u64; 8];
    for line in part.as_chunks::<64>().0 {
        let word = |n: usize| u64::from_le_bytes(*line[8 * n..].first_chunk().expect("eight"));
        s = [
            s[0].wrapping_add(word(0)),
            s[1].wrapping_add(word(1)),
            s[2].wrapping_add(word(2)),
            s[3].wrapping_add(word(3)),
            s[4].wrapping_add(word(4)),
            s[5].wrapping_add(word(5)),
            s[6].wrapping_add(word(6)),
            s[7].wrapping_add(word(7)),
        ];
    }
    s.into_iter().fold(0, u64::wrapping_add)
}

fn ours(path: &Path, threads: usize, invokes: u64) {
    ours_repeated(path, 1, threads, invokes);
}

/// A log as if it were so many files: named twice, one file would be read once.
fn ours_repeated(path: &Path, times: usize, threads: usize, invokes: u64) {
    let found = sources(&[path.to_str().expect("UTF-8")]).expect("it was made");
    let sources = vec![found; times].concat();
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

/// What the kernel says of this process, kilobytes: `RssAnon`, memory of its own; `VmHWM`, the most that it ever had with all
/// that was mapped.
fn memory_kb(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or_default()
}

/// Does the work, and looks meanwhile at the memory of its own: how long it took, and the most that there was.
fn watched(work: &mut dyn FnMut()) -> (Took, u64) {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let most = scope.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                most = most.max(memory_kb("RssAnon"));
                std::thread::sleep(Duration::from_millis(5));
            }
            most
        });
        let took = timed(UsageWho::RUSAGE_SELF, work);
        done.store(true, Ordering::Relaxed);
        (took, most.join().expect("it looks and nothing else"))
    })
}

/// Twenty gigabytes: one file many times, so that every byte is a log's; and one file of nothing, which is sparse.
fn twenty_gigabytes(folder: &Path, text: &Path, invokes: u64) {
    const BYTES: u64 = 20_000_000_000;
    let times = BYTES.div_ceil(text.metadata().expect("it was made").len()) as usize;
    let sparse = folder.join("sparse.log");
    let file = File::create(&sparse).expect("room");
    file.set_len(BYTES).expect("a file system with holes");
    file.set_modified(SystemTime::now() - Duration::from_hours(1))
        .expect("a time");
    println!("\n20 GB, 2 threads");
    for (name, path, times, invokes) in [
        ("one log many times", text, times, invokes * times as u64),
        ("a sparse file", &sparse, 1, 0),
    ] {
        let (took, most_kb) = watched(&mut || ours_repeated(path, times, 2, invokes));
        println!(
            "{name:34} {:6.1} s {:6.1} cpu s; own memory at most {:.1} MB (RssAnon, every 5 ms); VmHWM {:.1} MB",
            took.wall,
            took.cpu,
            most_kb as f64 / 1e3,
            memory_kb("VmHWM") as f64 / 1e3
        );
    }
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
    let only_large = std::env::args().any(|word| word == "large");
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
    if only_large {
        twenty_gigabytes(&folder, &text, invokes);
        std::fs::remove_dir_all(&folder).expect("it was made");
        return;
    }
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
    for (tool, line) in [
        ("pigz", "pigz -dc"),
        ("libdeflate-gunzip", "libdeflate-gunzip -c"),
        ("igzip", "igzip -dc"),
    ] {
        if installed(tool) {
            rows.push(shell(line, format!("{line} {p}")));
        }
    }
    compare("An archive (of the bytes in it)", size, rows);
    twenty_gigabytes(&folder, &text, invokes);
    std::fs::remove_dir_all(&folder).expect("it was made");
}
