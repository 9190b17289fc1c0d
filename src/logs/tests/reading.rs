//! Whatever records are read from, and in whatever pieces: the same counts.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::super::read::{once_each, read_by};
use super::super::stream::{Windows, unpacked};
use super::super::*;
use super::{ID, told};
use crate::report::scan::tests::made::{self, Part};
use crate::report::scan::{AFTER, BEFORE, Event, scan_lines};

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
                    scan_lines(bytes, range, &mut |event: &Event<'_>| found.push(format!("{:?}", event.what)));
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
}

#[test]
fn each_group_with_a_name_has_all_of_its_records_however_many_there_are() {
    const STREAMS: usize = 700;
    const ROUNDS: usize = 60;
    let mut log = String::new();
    for n in 0..STREAMS * ROUNDS {
        let stream = format!("2024/03/04/[{}]0123456789abcdef", n % STREAMS);
        let _ = writeln!(
            log,
            "2024-03-04T17:22:38.033Z {stream} REPORT RequestId: {ID}\tDuration: 8.40 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\t"
        );
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("streams.log");
    write(&path, log.as_bytes(), true);
    for threads in [1, 2] {
        let (tallies, _) = read_all(&[&path], 1 << 20, threads);
        let groups = tallies.groups();
        assert_eq!(groups.len(), GROUPS + 1, "on {threads} threads");
        for (key, tally) in groups {
            let streams = if key.name == OTHERS {
                STREAMS - GROUPS
            } else {
                1
            };
            let expected = (streams * ROUNDS) as u64;
            assert_eq!(tally.invokes, expected, "{} on {threads}", key.name);
        }
    }
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
fn a_file_that_cannot_be_read_is_told_once_by_however_many_threads() {
    let error = |name: &str| ReadError {
        name: name.to_owned(),
        source: io::Error::other("gone"),
    };
    let mut failed: Vec<_> = ["b", "a", "b", "a"].into_iter().map(error).collect();
    once_each(&mut failed);
    let names: Vec<_> = failed.iter().map(|error| error.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
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
    // Fields of the application beside Insights' own.
    let fields = format!(
        "@timestamp,timestamp,@requestId,message,@duration,@billedDuration,@memorySize,@maxMemoryUsed,@initDuration\n2024-03-04 17:22:38.033,0,{ID},hello,8.4,9,1.28E8,6.6E7,20\n"
    );
    let of_the_console = format!("timestamp,message\n1709572958033,\"{report}\"\n");
    // A query need not ask for the id; a START has no duration.
    let without_id = figures
        .replace("@requestId,", "")
        .replace(&format!("{ID},"), "")
        + "2024-03-04 17:22:38.033,,,,,\n";
    for text in [messages, figures, fields, of_the_console, without_id] {
        write(&path, text.as_bytes(), true);
        let (tallies, reading) = read_all(&[&path], 1000, 2);
        assert!(reading.failed.is_empty(), "{:?}", reading.failed);
        let total = tallies.total();
        assert_eq!(
            (
                total.invokes,
                total.cold,
                total.init.sum(),
                total
                    .by_memory
                    .iter()
                    .map(|(mb, s)| (mb, s.max_memory_mb))
                    .collect()
            ),
            (1, 1, 20_000, vec![(128, 66)]),
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
