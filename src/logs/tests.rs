//! The same counts from whatever the records come, in pieces of any size and on any number of threads.

use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use proptest::collection;
use proptest::prelude::*;

use super::read::read_by;
use super::stream::{Windows, unpacked};
use super::*;
use crate::report::scan::tests::made::{self, Part};
use crate::report::scan::{AFTER, BEFORE, Event, Invoke, Outcome, RequestId, What, scan_lines};

const ID: &str = "5b3aa800-5ff2-4756-89f4-8b01418f8b79";

/// Everything that a tally says.
fn told(tallies: &Tallies) -> String {
    let groups: Vec<_> = tallies
        .groups()
        .into_iter()
        .map(|(key, tally)| (key, said(tally)))
        .collect();
    format!(
        "{groups:#?} broken {} filtered {}",
        tallies.broken, tallies.filtered
    )
}

fn said(tally: &Tally) -> String {
    let figures = [
        &tally.init,
        &tally.restore,
        &tally.cold_total,
        &tally.cold_handler,
        &tally.warm_handler,
        &tally.billed,
        &tally.max_memory,
    ]
    .map(summary);
    format!(
        "{} {} {} {} {} {} {} {figures:?} {:?} {:?} {:?} {:?} {:?} {}",
        tally.invokes,
        tally.cold,
        tally.restores,
        tally.errors,
        tally.timeouts,
        tally.out_of_memory,
        tally.init_failures,
        tally.by_memory,
        tally.init_billed,
        tally.slowest,
        slots(&tally.timeline),
        tally.span_ms,
        tally.without_time
    )
}

fn summary(d: &Distribution) -> (u64, u64, Option<u64>, Vec<Option<u64>>) {
    let quantiles = [0.0, 0.01, 0.5, 0.9, 0.99, 1.0].map(|q| d.quantile(q));
    (d.count(), d.sum(), d.max(), quantiles.to_vec())
}

fn slots(timeline: &Timeline) -> (i64, i64, &[Slot]) {
    (timeline.width_ms(), timeline.start_ms(), timeline.slots())
}

fn read_all(paths: &[&Path], piece: u64, threads: usize) -> (Tallies, Reading) {
    let words: Vec<_> = paths
        .iter()
        .map(|path| path.to_str().expect("UTF-8"))
        .collect();
    let sources = sources(&words).expect("they are there");
    // By the version, which no file's name is in.
    let mut tallies = Tallies::new(By::Version, None, Filter::default());
    let reading = read_by(piece, &sources, &mut tallies, threads, &Watch::default());
    (tallies, reading)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).expect("memory");
    writer.finish().expect("memory")
}

fn write(path: &Path, bytes: &[u8], at_rest: bool) {
    let mut file = File::create(path).expect("a folder");
    file.write_all(bytes).expect("room");
    if at_rest {
        file.set_modified(SystemTime::now() - Duration::from_hours(1))
            .expect("a time");
    }
}

/// Gives what it has in bites of other sizes each time.
struct Bites<'a>(&'a [u8], usize);

impl Read for Bites<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = self.1 * 7 % 10_007 + 1;
        let n = self.1.min(buffer.len()).min(self.0.len());
        buffer[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

fn whats(parts: &[Part]) -> Vec<String> {
    let mut all: Vec<_> = made::whats(parts)
        .iter()
        .map(|what| format!("{what:?}"))
        .collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_same_from_a_map_a_read_a_pipe_and_archives_on_any_number_of_threads(
        parts in made::parts(), copies in 1usize..4, piece in 300u64..9000, threads in 1usize..4
    ) {
        let bytes = made::bytes(&parts).repeat(copies);
        // What would be taken for an archive or a container is another test's.
        prop_assume!(!bytes.starts_with(b"\x1f\x8b") && !bytes.starts_with(b"\x28\xb5"));
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        // It must be seen as lines.
        let bytes = [b"START RequestId: x\n".to_vec(), bytes].concat();
        write(&path("rest"), &bytes, true);
        write(&path("fresh"), &bytes, false);
        write(&path("gzip"), &gzip(&bytes), true);
        let half = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
        let both = [gzip(&bytes[..half]), gzip(&bytes[half..])].concat();
        write(&path("gzips"), &both, true);
        write(&path("zstd"), &zstd::encode_all(&bytes[..], 1).expect("memory"), true);
        let (expected, _) = read_all(&[&path("rest")], u64::MAX, 1);
        for name in ["rest", "fresh", "gzip", "gzips", "zstd"] {
            let (tallies, reading) = read_all(&[&path(name)], piece, threads);
            prop_assert!(reading.failed.is_empty(), "{:?}", reading.failed);
            prop_assert_eq!(told(&tallies), told(&expected), "{}", name);
            let size = std::fs::metadata(path(name)).expect("it is there").len();
            prop_assert_eq!(reading.bytes, size, "{}", name);
        }
    }

    #[test]
    fn windows_hand_on_every_record_once(
        parts in made::parts(), room in 1usize..20_000, copies in 1usize..9, from in any::<u16>(), to in any::<u16>()
    ) {
        let bytes = made::bytes(&parts).repeat(copies);
        let mut ends = [usize::from(from) % (bytes.len() + 1), usize::from(to) % (bytes.len() + 1), bytes.len()];
        ends.sort_unstable();
        let mut windows = Windows::of(BEFORE + AFTER + room);
        let (mut found, mut start) = (Vec::new(), 0_usize);
        for end in ends {
            // As a piece of a file is read: with what stands around it.
            let before = start.saturating_sub(BEFORE);
            let input = Bites(&bytes[before..bytes.len().min(end + AFTER)], 5);
            let own = (start - before) as u64..(end - before) as u64;
            windows
                .over(input, own, &AtomicBool::new(false), |bytes, range| {
                    scan_lines(bytes, range, &mut |event| found.push(format!("{:?}", event.what)));
                })
                .expect("memory");
            start = end;
        }
        found.sort();
        let mut expected: Vec<_> = (0..copies).flat_map(|_| whats(&parts)).collect();
        expected.sort();
        // A file whose last line has no end is another one when it stands behind itself.
        let whole = parts.last().is_none_or(|part| part.bytes.ends_with(b"\n"));
        prop_assume!(whole || copies == 1);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn distributions_add_up_in_any_order(
        lists in collection::vec(collection::vec(0u64..5_000_000_000, 0..1500), 3), digits in 2u8..4
    ) {
        let of = |lists: &[&Vec<u64>]| {
            let mut all = Distribution::default();
            lists.iter().copied().flatten().for_each(|value| all.record(*value, digits));
            all
        };
        let [a, b, c] = &lists[..] else { unreachable!("three") };
        let add = |mut left: Distribution, right: &Distribution| {
            left.add(right, digits);
            left
        };
        let single = of(&[a, b, c]);
        let left = add(add(of(&[a]), &of(&[b])), &of(&[c]));
        let right = add(of(&[a]), &add(of(&[b]), &of(&[c])));
        prop_assert_eq!(summary(&left), summary(&single));
        prop_assert_eq!(summary(&right), summary(&single));
        prop_assert_eq!(left.is_exact(), single.is_exact());
    }

    #[test]
    fn timelines_add_up_in_any_order(
        lists in collection::vec(collection::vec((0i64..100_000_000_000, any::<bool>()), 0..30), 3)
    ) {
        let of = |lists: &[&Vec<(i64, bool)>]| {
            let mut all = Timeline::default();
            lists.iter().copied().flatten().for_each(|(at, cold)| all.record(*at, *cold));
            all
        };
        let [a, b, c] = &lists[..] else { unreachable!("three") };
        let add = |mut left: Timeline, right: &Timeline| {
            left.add(right);
            left
        };
        let single = of(&[a, b, c]);
        let left = add(add(of(&[a]), &of(&[b])), &of(&[c]));
        let right = add(of(&[a]), &add(of(&[b]), &of(&[c])));
        prop_assert_eq!(slots(&left), slots(&single));
        prop_assert_eq!(slots(&right), slots(&single));
    }

    #[test]
    fn tallies_add_up_to_a_single_pass(
        invokes in collection::vec((made::invokes(), proptest::option::of(0i64..9_000_000_000), 0usize..3), 0..60), cut in any::<usize>()
    ) {
        let groups = ["/aws/lambda/a", "/aws/lambda/b", "c"];
        let new = || Tallies::new(By::Function, Some(60_000), Filter::default());
        let take = |tallies: &mut Tallies, part: &[(Invoke, Option<i64>, usize)]| {
            for (invoke, time_ms, group) in part {
                let group = Some(groups[*group].as_bytes());
                tallies.take(&Event { what: What::Invoke(*invoke), time_ms: *time_ms, group, stream: None });
                let id = invoke.request_id.expect("an id");
                tallies.take(&Event { what: What::Ended(id, Outcome::Timeout), time_ms: *time_ms, group, stream: None });
            }
        };
        let (first, second) = invokes.split_at(cut % (invokes.len() + 1));
        let mut single = new();
        take(&mut single, &invokes);
        single.conclude();
        let (mut a, mut b) = (new(), new());
        take(&mut a, first);
        take(&mut b, second);
        let mut both = new();
        both.add(b);
        both.add(a);
        both.conclude();
        prop_assert_eq!(told(&both), told(&single));
    }
}

fn count(text: &str) -> Tally {
    let mut tallies = Tallies::new(By::Function, None, Filter::default());
    scan_lines(text.as_bytes(), 0..text.len(), &mut |event| {
        tallies.take(&event);
    });
    tallies.conclude();
    tallies.total()
}

#[test]
fn an_invoke_that_ended_badly_is_counted_once_in_either_style() {
    let report = |status: &str| {
        format!(
            "REPORT RequestId: {ID}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\t{status}\n"
        )
    };
    let timed_out = format!("2024-03-04T17:22:38.033Z {ID} Task timed out after 3.00 seconds\n");
    let killed = format!("RequestId: {ID} Error: Runtime exited with error: signal: killed\n");
    for (log, counts) in [
        (report(""), (0, 0, 0)),
        (report("Status: timeout\t"), (0, 1, 0)),
        (timed_out.clone(), (0, 1, 0)),
        (timed_out.clone() + &report(""), (0, 1, 0)),
        (report("") + &timed_out, (0, 1, 0)),
        (
            timed_out.clone() + &report("Status: timeout\t") + &timed_out,
            (0, 1, 0),
        ),
        (
            killed.clone() + &report("Status: error\tError Type: Runtime.ExitError\t"),
            (1, 0, 0),
        ),
        (killed.clone() + &timed_out + &killed, (0, 0, 1)),
    ] {
        let tally = count(&log);
        assert_eq!(
            (tally.errors, tally.timeouts, tally.out_of_memory),
            counts,
            "{log}"
        );
    }
}

#[test]
fn figures_that_no_platform_writes_overflow_nothing() {
    let line = "{\"type\":\"platform.report\",\"record\":{\"metrics\":{\"durationMs\":1e300,\"billedDurationMs\":1e300,\"initDurationMs\":1e300}}}\n";
    let tally = count(&line.repeat(3));
    assert_eq!(
        (tally.invokes, tally.cold, tally.billed.sum()),
        (3, 3, u64::MAX)
    );
}

#[test]
fn of_a_cut_archive_what_came_before_counts() {
    let line = format!(
        "REPORT RequestId: {ID}\tDuration: 8.40 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\t\n"
    );
    let folder = tempfile::tempdir().expect("a folder");
    for lines in [3, 5000_u64] {
        // Random words keep the archive from shrinking to nothing.
        let mut text = String::new();
        for n in 0..lines {
            text += &line;
            text += &n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_string();
            text.push('\n');
        }
        let packed = gzip(text.as_bytes());
        let path = folder.path().join("cut.gz");
        write(&path, &packed[..packed.len() - 9], true);
        let (tallies, reading) = read_all(&[&path], 1000, 2);
        let found = tallies.total().invokes;
        assert!(found > 0 && found <= lines, "{found} of {lines}");
        assert_eq!(reading.failed.len(), 1, "{lines}");
    }
}

#[test]
fn bytes_that_are_no_archive_behind_its_first_ones_are_an_error() {
    let mut input = Cursor::new(b"\x1f\x8bnothing of the kind".to_vec());
    let (_, mut all) = unpacked(&mut input).expect("it opens");
    assert!(all.read_to_end(&mut Vec::new()).is_err());
}

#[test]
fn a_csv_is_read_row_by_row_with_messages_or_with_figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("insights.csv");
    let report = format!(
        "REPORT RequestId: {ID}\tDuration: 8.40 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\tInit Duration: 20.00 ms\t\n"
    );
    let messages = format!(
        "@timestamp,@message,@logStream,@log\n2024-03-04 17:22:38.033,\"{report}\",2024/03/04/[7]abc,123456789012:/aws/lambda/fn\n2024-03-04 17:22:38.033,\"I saw \"\"{report}\"\"\",s,l\n"
    );
    let figures = format!(
        "@timestamp,@requestId,@duration,@billedDuration,@memorySize,@maxMemoryUsed,@initDuration\n2024-03-04 17:22:38.033,{ID},8.4,9,1.28E8,6.6E7,20\n"
    );
    for text in [messages, figures] {
        write(&path, text.as_bytes(), true);
        let (tallies, reading) = read_all(&[&path], 1000, 2);
        assert!(reading.failed.is_empty(), "{:?}", reading.failed);
        let total = tallies.total();
        assert_eq!(
            (
                total.invokes,
                total.cold,
                total.init.sum(),
                total.max_memory.sum()
            ),
            (1, 1, 20_000, 66),
            "{text}"
        );
        assert_eq!(total.span_ms, Some((1_709_572_958_033, 1_709_572_958_033)));
    }
    write(
        &path,
        format!("@message\n\"{}", "a".repeat(9 << 20)).as_bytes(),
        true,
    );
    let (_, reading) = read_all(&[&path], 1000, 2);
    assert_eq!(
        reading.failed[0].source.to_string(),
        "a row of the CSV does not end"
    );
}

#[test]
fn a_file_that_was_cut_meanwhile_counts_as_far_as_it_goes() {
    let bytes = format!("RequestId: {ID} Error: Runtime exited ").repeat(100);
    let mut windows = Windows::default();
    let mut seen = 0;
    windows
        .over(
            Bites(bytes.as_bytes(), 1),
            0..u64::MAX,
            &AtomicBool::new(false),
            |_, range| seen += range.len(),
        )
        .expect("memory");
    assert_eq!(seen, bytes.len());
    let stopped = windows.over(
        Bites(bytes.as_bytes(), 1),
        0..u64::MAX,
        &AtomicBool::new(true),
        |_, _| seen += 1,
    );
    assert!(stopped.is_ok() && seen == bytes.len());
}

#[test]
fn groups_past_the_limit_are_counted_as_one() {
    let mut tallies = Tallies::new(By::Group, None, Filter::default());
    for n in 0..GROUPS + 100 {
        let group = format!("group-{n}");
        let invoke = Invoke {
            request_id: Some(RequestId(1)),
            handler_us: 1,
            billed_us: None,
            memory_mb: None,
            max_memory_mb: None,
            init_us: None,
            restore_us: None,
            outcome: Outcome::Done,
        };
        tallies.take(&Event {
            what: What::Invoke(invoke),
            time_ms: None,
            group: Some(group.as_bytes()),
            stream: None,
        });
    }
    let groups = tallies.groups();
    assert_eq!(groups.len(), GROUPS + 1);
    let others = groups
        .iter()
        .find(|(key, _)| key.name == OTHERS)
        .expect("the others");
    assert_eq!(others.1.invokes, 100);
    assert_eq!(tallies.total().invokes, GROUPS as u64 + 100);
}
