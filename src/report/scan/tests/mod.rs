//! Records found where they are and nowhere else: against a slow reference, in pieces of any size.

mod containers;
pub mod made;
pub mod reference;

use proptest::collection;
use proptest::prelude::*;

use super::lines::scan_by;
use super::window::Window;
use super::*;
use crate::report::{Line, parse_line};

/// What a byte is replaced with.
const DAMAGE: [&str; 12] = [
    "", "0", "9", ".", "-", " ", "\t", "\n", "f", "G", "0000", "12345",
];

const ID: &str = "5b3aa800-5ff2-4756-89f4-8b01418f8b79";

/// What [`scan_lines`] finds in all of `bytes`, in pieces of `piece`, where a reader changes at each of `cuts`.
fn found_by(bytes: &[u8], piece: usize, cuts: &[usize]) -> Vec<What> {
    let mut ends: Vec<_> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let (mut found, mut start) = (Vec::new(), 0);
    for end in ends {
        scan_by(bytes, start..end, piece, &mut |event: &Event<'_>| {
            found.push(event.what.clone());
        });
        start = end;
    }
    found
}

fn found(bytes: &[u8]) -> Vec<What> {
    found_by(bytes, 32 << 10, &[])
}

/// With so much behind the last record that none is read any other way because the bytes end.
fn padded(bytes: &[u8]) -> Vec<u8> {
    [bytes, &[b'\n'; 2 * window::SIZE]].concat()
}

/// The search goes by kinds of record: the same records in any order.
fn sorted(mut whats: Vec<What>) -> Vec<String> {
    let mut all: Vec<_> = whats.drain(..).map(|what| format!("{what:?}")).collect();
    all.sort();
    all
}

#[test]
fn every_real_line_is_found_or_rightly_not() {
    let rows = include_str!("../../../../fixtures/report-lines.tsv");
    let mut all = Vec::new();
    for row in rows.lines().skip(2) {
        let mut columns = row.split('\t');
        let line = columns.next().expect("a line");
        let line = line.replace("\\t", "\t").replace("\\n", "\n");
        let reads = columns.nth(1).expect("what it reads");
        let whats = found(line.as_bytes());
        assert_eq!(found(&padded(line.as_bytes())), whats, "{line}");
        let word = reads.trim_start_matches("tail ").split(' ').next();
        let with_id = reads.split("id=").nth(1).and_then(|id| id.get(..36));
        let has_uuid = with_id.is_some_and(|id| RequestId::parse(id.as_bytes()).is_some());
        let failed = ["status=timeout", "status=error", "status=failure"]
            .iter()
            .any(|status| reads.contains(status));
        let wanted = match word {
            Some("report" | "timed-out" | "exited") => has_uuid,
            Some("init-report" | "restore-report") => failed,
            _ => false,
        };
        assert_eq!(
            whats.len(),
            usize::from(wanted),
            "{reads}: {line} {whats:?}"
        );
        assert!(!whats.contains(&What::Broken), "{line}");
        if let (Some(What::Invoke(invoke)), Some(Line::Report(report))) =
            (whats.first(), parse_line(line.as_bytes()))
        {
            assert_eq!(Some(*invoke), report.into(), "{line}");
        }
        all.push((line, whats));
    }
    assert!(all.len() >= 45);
    // One behind the other they are what they are alone.
    let text: Vec<_> = all.iter().map(|(line, _)| format!("{line}\n")).collect();
    let expected = all.into_iter().flat_map(|(_, whats)| whats).collect();
    assert_eq!(sorted(found(text.concat().as_bytes())), sorted(expected));
}

proptest! {
    #[test]
    fn finds_what_is_there_in_pieces_of_any_size(
        parts in made::parts(), piece in 20usize..3000, cuts in collection::vec(any::<usize>(), 0..6)
    ) {
        let bytes = made::bytes(&parts);
        let expected = sorted(made::whats(&parts));
        prop_assert_eq!(&sorted(reference::records(&bytes)), &expected, "the reference");
        prop_assert_eq!(&sorted(found(&bytes)), &expected);
        prop_assert_eq!(&sorted(found(&padded(&bytes))), &expected);
        prop_assert_eq!(&sorted(found_by(&bytes, piece, &cuts)), &expected);
    }

    #[test]
    fn any_bytes_are_read_as_the_reference_reads_them(
        parts in made::parts(), at in any::<usize>(), noise in collection::vec(any::<u8>(), 0..40), from in any::<usize>()
    ) {
        let mut bytes = made::bytes(&parts);
        let at = at % (bytes.len() + 1);
        bytes.splice(at..at, noise);
        bytes.drain(..from % (bytes.len() + 1));
        prop_assert_eq!(sorted(found(&bytes)), sorted(reference::records(&bytes)));
        let padded = padded(&bytes);
        prop_assert_eq!(sorted(found(&padded)), sorted(reference::records(&padded)));
        let mut container = Container::default();
        container.scan(&bytes, 0..bytes.len(), &mut |_| {});
        detect(&bytes);
    }

    #[test]
    fn the_quick_way_reads_what_the_parser_reads(invoke in made::invokes(), kind in 0usize..4) {
        for line in [made::text(&invoke, "\t"), made::json(&invoke, kind)] {
            prop_assert_eq!(record(line.as_bytes()), Some(What::Invoke(invoke)));
            let Some(Line::Report(report)) = parse_line(line.as_bytes()) else {
                return Err(TestCaseError::fail("no report"));
            };
            prop_assert_eq!(Option::<Invoke>::from(report), Some(invoke));
        }
    }

    #[test]
    fn what_the_quick_way_takes_of_a_damaged_record_is_what_the_parser_reads(
        invoke in made::invokes(), places in collection::vec((any::<usize>(), 0usize..DAMAGE.len()), 0..4)
    ) {
        let damaged = |line: String| {
            let mut bytes = line.into_bytes();
            for (at, what) in &places {
                let at = at % bytes.len();
                bytes.splice(at..=at, DAMAGE[*what].bytes());
            }
            bytes
        };
        // Below a hundred seconds.
        let usual = Invoke {
            handler_us: invoke.handler_us % 100_000_000,
            init_us: invoke.init_us.map(|us| us % 100_000_000),
            restore_us: None,
            outcome: Outcome::Done,
            ..invoke
        };
        let mut copy = [0; window::SIZE];
        let whole = Window::over_copy(made::text(&usual, "\t").as_bytes(), &mut copy);
        prop_assert_eq!(record::usual_report(whole), Some(usual));
        let text = damaged(made::text(&usual, "\t"));
        if let Some(quick) = record::usual_report(Window::over_copy(&text, &mut copy)) {
            let Some(Line::Report(report)) = parse_line(&text) else {
                return Err(TestCaseError::fail("no report"));
            };
            prop_assert_eq!(Option::<Invoke>::from(report), Some(quick));
        }
        let json = made::json(&usual, 0);
        let (head, from_type) = json.split_at(json.find("\"platform.report").unwrap_or_default());
        let from_type = damaged(from_type.to_owned());
        if let Some(quick) = object::usual_object(Window::over_copy(&from_type, &mut copy)) {
            let json = [head.as_bytes(), &from_type].concat();
            prop_assert_eq!(record(&json), Some(What::Invoke(quick)));
        }
    }

    #[test]
    fn a_time_is_what_a_calendar_says(ms in 0i64..4_102_444_800_000, offset in -12i32..13) {
        let at = by_counting(ms + i64::from(offset) * 3_600_000);
        let sign = if offset < 0 { '-' } else { '+' };
        let written = format!("{at}{sign}{:02}:00", offset.abs());
        prop_assert_eq!(parse_time(written.as_bytes()), Some(ms), "{}", written);
    }
}

/// A date by counting days, to compare with.
fn by_counting(ms: i64) -> String {
    let (mut days, of_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while days < 0 {
        year -= 1;
        days += if leap(year) { 366 } else { 365 };
    }
    while days >= if leap(year) { 366 } else { 365 } {
        days -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (seconds, ms) = (of_day / 1000, of_day % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!(
        "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}",
        days + 1
    )
}

#[test]
fn a_prefix_tells_time_group_and_stream() {
    let line = format!(
        "REPORT RequestId: {ID}\tDuration: 8.40 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\t"
    );
    let at = Some(1_709_572_958_033);
    let stream = Some("2024/03/04/[$LATEST]0123456789abcdef");
    for (prefix, time_ms, group, of) in [
        ("", None, None, None),
        ("2024-03-04T17:22:38.033Z ", at, None, None),
        ("2024-03-04T18:22:38.033+01:00\t", at, None, None),
        ("2024-03-04 17:22:38,033 ", at, None, None),
        ("1709572958033 ", at, None, None),
        (
            "2024-03-04T17:22:38.033 2024/03/04/[$LATEST]0123456789abcdef ",
            at,
            None,
            stream,
        ),
        (
            "/aws/lambda/fn 2024/03/04/[$LATEST]0123456789abcdef ",
            None,
            Some("/aws/lambda/fn"),
            stream,
        ),
        (
            "group 2024/03/04/[$LATEST]0123456789abcdef ",
            None,
            Some("group"),
            stream,
        ),
        ("web-1  | ", None, Some("web-1"), None),
        ("2024-03-04T17:22:38.033000000Z stdout F ", at, None, None),
        (
            "\u{1b}[32m2024-03-04T17:22:38.033+00:00\u{1b}[0m ",
            at,
            None,
            None,
        ),
        (
            "\u{1b}[32m2024-03-04T17:22:38.033\u{1b}[0m \u{1b}[36m2024/03/04/[$LATEST]0123456789abcdef\u{1b}[0m ",
            at,
            None,
            stream,
        ),
        ("\u{1b}[36mweb-1  | \u{1b}[0m", None, Some("web-1"), None),
        ("\u{1b}[90m", None, None, None),
        ("\u{feff}", None, None, None),
    ] {
        let text = format!("before\n{prefix}{line}\nafter");
        let mut count = 0;
        scan_lines(text.as_bytes(), 0..text.len(), &mut |event: &Event<'_>| {
            count += 1;
            let name =
                |bytes: Option<&'_ [u8]>| bytes.map(|b| String::from_utf8_lossy(b).into_owned());
            assert_eq!(event.time_ms, time_ms, "{prefix}");
            assert_eq!(name(event.group).as_deref(), group, "{prefix}");
            assert_eq!(name(event.stream).as_deref(), of, "{prefix}");
        });
        assert_eq!(count, 1, "{prefix}");
    }
    for words in [
        "I saw ",
        "[INFO] ",
        "INFO ",
        "-",
        "2024-03-04T17:22:38.033Zx ",
        "a b | c ",
        "|",
        "\"",
        "> ",
        "\u{1b}",
        "\u{1b}[2K",
        "\u{1b}[32mI saw\u{1b}[0m ",
        "2024-03-04T17:22:38.033Z\u{1b}7 ",
    ] {
        let text = format!("{words}{line}\n");
        assert_eq!(found(text.as_bytes()), [], "{words}");
    }
}

#[test]
fn a_json_record_has_the_time_that_it_bears() {
    let line = br#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.report","record":{"metrics":{"durationMs":1.5}}}"#;
    let mut times = Vec::new();
    scan_lines(line, 0..line.len(), &mut |event: &Event<'_>| {
        times.push(event.time_ms);
    });
    assert_eq!(times, [parse_time(b"2026-10-08T07:30:29.470Z")]);
}

#[test]
fn a_json_record_without_a_time_does_not_have_the_next_ones() {
    let record = r#""type":"platform.report","record":{"metrics":{"durationMs":1}}}"#;
    let timed = format!(r#"{{"time":"2024-03-04T17:22:38.033Z",{record}"#);
    let printed = |text: &str| text.replace('{', "{\n").replace(',', ",\n");
    for text in [
        format!("{{{record} {timed}\n"),
        format!("{}\n{}\n", printed(&format!("{{{record}")), printed(&timed)),
    ] {
        let mut times = Vec::new();
        scan_lines(text.as_bytes(), 0..text.len(), &mut |event: &Event<'_>| {
            times.push(event.time_ms);
        });
        assert_eq!(times[0], None, "{text}");
    }
}

#[test]
fn a_record_printed_on_many_lines_counts_behind_a_prefix_or_another_one() {
    let stream = "2024/03/04/[$LATEST]0123456789abcdef";
    let printed = "{\n    \"time\": \"2026-10-08T07:30:29.470Z\",\n    \"type\": \"platform.report\",\n    \"record\": {\n        \
                   \"metrics\": {\n            \"durationMs\": 1.5\n        }\n    }\n}\n";
    let own = parse_time(b"2026-10-08T07:30:29.470Z");
    let tail = format!("2024-03-04T17:22:38.033000+00:00 {stream} \n");
    for (before, time_ms, of) in [
        ("", own, None),
        ("}\n", own, None),
        (&*tail, Some(1_709_572_958_033), Some(stream)),
    ] {
        for text in [
            format!("{before}{printed}"),
            format!("{before}{printed}").replace('\n', "\r\n"),
        ] {
            let mut count = 0;
            scan_lines(text.as_bytes(), 0..text.len(), &mut |event: &Event<'_>| {
                count += 1;
                assert_eq!(event.time_ms, time_ms, "{text}");
                assert_eq!(event.stream, of.map(str::as_bytes), "{text}");
            });
            assert_eq!(count, 1, "{text}");
        }
    }
    for decoy in [
        format!("I saw:\n{printed}"),
        format!(
            "{{\n  \"level\": \"INFO\",\n  \"inner\":\n{}\n}}\n",
            printed.replace("\n{", "\n  {")
        ),
        format!(
            "{{\n  \"level\": \"INFO\",\n  \"inner\": {}\n}}\n",
            printed.replace('\n', "\n  ")
        ),
        printed.replace('\n', "\n  ").replacen('{', "  {", 1),
    ] {
        assert_eq!(found(decoy.as_bytes()), [], "{decoy}");
    }
}

#[test]
fn the_form_of_a_file_is_found_by_looking() {
    let application = r#"{"timestamp":"2024-03-04T17:22:38Z","level":"INFO","message":"hi"}"#;
    let platform = r#"{"time":"2024-03-04T17:22:38Z","type":"platform.start","record":{}}"#;
    let report = format!("REPORT RequestId: {ID}\tDuration: 8.40 ms");
    for (head, format) in [
        (String::new(), Format::Lines),
        (report.clone(), Format::Lines),
        (platform.to_owned(), Format::Lines),
        // An application's objects have messages too.
        (format!("{application}\n{platform}"), Format::Lines),
        (format!("{application}\n{report}"), Format::Lines),
        (format!("{{\"message\":\"hi\"}}\n{platform}"), Format::Lines),
        (
            format!("{{\"message\":\"hi\"}}\nEND RequestId: {ID}\n"),
            Format::Lines,
        ),
        (application.to_owned(), Format::Lines),
        (
            format!("[INFO]\tquery {{\"@message\":1}}\n{report}\n"),
            Format::Lines,
        ),
        (
            "[INFO]\tsent {\"message\":1}\n[INFO]\tdone\n".to_owned(),
            Format::Lines,
        ),
        (
            format!("{{\"events\":[{{\"message\":\"{report}\"}}]}}"),
            Format::Container,
        ),
        (
            "\u{feff}{\n  \"events\": [\n    {".to_owned(),
            Format::Container,
        ),
        (
            "{\"messageType\":\"DATA_MESSAGE\"".to_owned(),
            Format::Container,
        ),
        (
            format!("{{\"log\":{platform:?},\"stream\":\"stdout\"}}"),
            Format::Container,
        ),
        (
            "[[{\"field\":\"@timestamp\",\"value\":\"a\"},{\"field\":\"@message\"".to_owned(),
            Format::Container,
        ),
        ("@timestamp,@message\n".to_owned(), Format::Csv),
        ("\"@timestamp\",\"@message\"\n".to_owned(), Format::Csv),
        ("requestId, @timestamp, @message\n".to_owned(), Format::Csv),
        ("timestamp,message\r\n".to_owned(), Format::Csv),
        ("timestamp,message and more\n".to_owned(), Format::Lines),
        (
            format!("[\n  {{\"@timestamp\": \"a\", \"@message\": {platform}}}]"),
            Format::Container,
        ),
    ] {
        assert_eq!(detect(head.as_bytes()), format, "{head}");
    }
}

#[test]
fn what_cannot_be_a_number_of_milliseconds_breaks_the_record_and_nothing_else() {
    for duration in ["-1", "1e3", "NaN", "", "1,5", "9.", &"9".repeat(400)] {
        let line = format!(
            "REPORT RequestId: {ID}\tDuration: {duration} ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB\t\n"
        );
        assert_eq!(found(line.as_bytes()), [What::Broken], "{duration}");
    }
    let most = format!(
        "REPORT RequestId: {ID}\tDuration: 999999999999999.999 ms\tBilled Duration: 999999999999999 ms\tMemory Size: 99999999999 MB\tMax Memory Used: 1 MB\t\n"
    );
    assert!(
        matches!(found(most.as_bytes())[..], [What::Invoke(i)] if i.memory_mb == Some(u32::MAX))
    );
}

/// How often the bytes of hostile input are gone over: a record's parser sees so many bytes at most for each of them.
#[test]
fn hostile_input_takes_time_in_proportion() {
    let nested = format!(
        "{{\"type\":\"platform.report\",\"record\":{}",
        "[".repeat(200)
    );
    let long = format!(
        "{{\"time\":\"2026-10-08T07:30:29.470Z\",{}",
        "\"type\":\"platform.report\",".repeat(40)
    );
    for (name, unit) in [
        ("keys", "REPORT RequestId: "),
        ("keys at lines", "REPORT RequestId: \n"),
        (
            "whole keys",
            "\nREPORT RequestId: 5b3aa800-5ff2-4756-89f4-8b01418f8b79\t",
        ),
        ("types", "\"type\":\"platform.report\""),
        ("objects", "{\"type\":\"platform.report\""),
        ("objects on lines", "{\n\"type\":\"platform.report\"\n"),
        ("messages", "\"@message\":{\"type\":\"platform.report\""),
        ("nested", &nested),
        ("long", &long),
        ("timeouts", " Task timed out after "),
        (
            "exits",
            "RequestId: 5b3aa800-5ff2-4756-89f4-8b01418f8b79 Error: Runtime exited ",
        ),
        ("quotes", "\"message\":\"REPORT "),
        ("escapes", "\\\\\"platform.\\\""),
        ("escaped types", "\\\"type\\\":\\\"platform.report\\\""),
        ("spaces", "                                REPORT "),
        ("bars", " | | | | REPORT RequestId: "),
    ] {
        let time = |bytes: usize| {
            let text = unit.repeat(bytes / unit.len());
            let at = busy();
            scan_lines(text.as_bytes(), 0..text.len(), &mut |_: &Event<'_>| {});
            let mut container = Container::default();
            container.scan(text.as_bytes(), 0..text.len(), &mut |_| {});
            busy().saturating_sub(at)
        };
        // Sixteen times the input: a square would take 256 times as long.
        let small = (0..3).map(|_| time(64 << 10)).min().expect("three");
        let large = (0..2).map(|_| time(1 << 20)).min().expect("two");
        let limit = small.max(std::time::Duration::from_millis(2)) * 100;
        assert!(large < limit, "{name}: {small:?} and then {large:?}");
    }
}

/// What this thread has computed so far: other work on the machine is no part of it.
fn busy() -> std::time::Duration {
    let clock = nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID;
    nix::time::clock_gettime(clock)
        .expect("it has a clock")
        .into()
}

#[test]
fn a_record_that_ends_within_a_later_field_is_cut() {
    let whole = "REPORT RequestId: 5b3aa800-5ff2-4756-89f4-8b01418f8b79\tDuration: 8.40 ms\tBilled Duration: 179 ms\tMemory Size: 128 MB\tMax Memory Used: 66 MB";
    for (later, is_whole) in [
        ("", true),
        ("\t", true),
        ("\tI", false),
        ("\tInit Duration: ", false),
        ("\tInit Duration: 170.13 m", false),
        ("\tInit Duration: 170.13 ms", true),
        ("\tInit Duration: 170.13 ms\tStatus: tim", false),
        ("\tInit Duration: 170.13 ms\tStatus: timeout", true),
        ("\tRestore Duration: 1", false),
        ("\tRestore Duration: 170.13 ms\tBilled Res", false),
        ("\tStatus: error\tError Typ", false),
        ("\tStatus: error\tError Type: Runtime.ExitError", true),
        ("\tWhat Is New: 7", true),
        ("\tInit Duration: \nthe application", true),
    ] {
        let found = record(format!("{whole}{later}").as_bytes()).expect("a record");
        assert_eq!(found != What::Broken, is_whole, "{later:?}");
    }
}

#[test]
fn objects_one_behind_the_other_count_each() {
    let record = |n: u32, order: bool| {
        let head = r#""time":"2024-03-04T17:22:38.033Z","type":"platform.report""#;
        let body = format!(
            r#""record":{{"metrics":{{"durationMs":{n},"billedDurationMs":1,"memorySizeMB":128,"maxMemoryUsedMB":66}}}}"#
        );
        if order {
            format!("{{{head},{body}}}")
        } else {
            format!("{{{body},{head}}}")
        }
    };
    let start = r#"{"time":"2024-03-04T17:22:38.033Z","type":"platform.start","record":{}}"#;
    let mut joined = String::new();
    for n in 0..300 {
        joined += &record(n, n % 3 > 0);
        joined += if n % 5 == 0 { start } else { "" };
    }
    let quoted = format!("the batch {{}}{}{}\n", record(1, true), record(2, false));
    for (text, expected) in [
        (joined.clone(), 300),
        (format!("{start}{joined}\n{joined}"), 600),
        (quoted, 0),
        (format!(r#"{{"list":[{0},{0}]}}"#, record(1, true)), 0),
    ] {
        let mut found = Vec::new();
        scan_lines(text.as_bytes(), 0..text.len(), &mut |event: &Event<'_>| {
            found.push((event.what.clone(), event.time_ms));
        });
        assert_eq!(found.len(), expected);
        let time_ms = Some(1_709_572_958_033);
        assert!(found.iter().all(|(_, time)| *time == time_ms));
        assert_eq!(reference::records(text.as_bytes()).len(), expected);
    }
}
