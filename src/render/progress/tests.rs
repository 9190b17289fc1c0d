use std::sync::{Arc, Mutex};

use super::*;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn lines(lang: Lang) -> (Progress, Written) {
    let written = Written::default();
    let out = Output::Lines(Box::new(written.clone()));
    (Progress::with(out, lang, false), written)
}

fn start(done: usize, total: usize, arm: Arm, cold_ms: f64) -> Event {
    Event::Start {
        done,
        total,
        look_at: None,
        arm,
        cold_ms,
    }
}

#[test]
fn off_a_terminal_a_long_run_says_ten_lines() {
    let (mut progress, written) = lines(Lang::En);
    for done in 1..=200 {
        let arm = if done % 2 == 0 {
            Arm::After
        } else {
            Arm::Before
        };
        progress.on(start(
            done,
            200,
            arm,
            if arm == Arm::After { 940.0 } else { 1800.0 },
        ));
    }
    progress.on(Event::Finished);
    let text = written.text();
    assert_eq!(text.lines().count(), 10, "{text}");
    assert!(
        text.starts_with("cold starts 20/200: before 1.80 s, after 940 ms"),
        "{text}"
    );
    assert!(
        text.lines()
            .last()
            .unwrap()
            .starts_with("cold starts 200/200: before 1.80 s, after 940 ms")
    );
}

#[test]
fn one_measurement_of_several_says_what_it_is_and_how_far_and_no_more() {
    let part = |number, without: Option<&str>| Event::Part {
        without: without.map(str::to_owned),
        number,
        of: 2,
    };
    for (lang, first, second) in [
        (
            Lang::En,
            "measuring with pandas put off (1 of 2)",
            "measuring with the plan put off (2 of 2)",
        ),
        (
            Lang::Ko,
            "측정: pandas: 나중에 불러오기(1/2)",
            "측정: 계획 전체: 나중에 불러오기(2/2)",
        ),
    ] {
        let (mut progress, written) = lines(lang);
        for event in [part(1, Some("pandas")), part(2, None)] {
            progress.on(event);
            progress.on(Event::Announced("py1-verify\n  Where    sandbox".into()));
            progress.on(Event::Warmup { arm: Arm::Before });
            let settled = Event::Settled {
                took: Duration::from_secs(2),
                left: 30,
            };
            progress.on(settled);
            for done in 1..=30 {
                progress.on(start(done, 30, Arm::Before, 1800.0));
            }
            progress.on(Event::Finished);
        }
        let text = written.text();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 8, "{text}");
        assert_eq!((lines[0], lines[4]), (first, second), "{text}");
        assert!(lines[3].contains(" 30/30: "), "{text}");
    }
}

#[test]
fn a_short_run_says_every_start_with_the_running_median() {
    let (mut progress, written) = lines(Lang::Ko);
    progress.on(Event::Warmup { arm: Arm::Only });
    for (i, ms) in [300.0, 100.0, 200.0].into_iter().enumerate() {
        progress.on(start(i + 1, 3, Arm::Only, ms));
    }
    let text = written.text();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "첫 시작, 집계하지 않음");
    assert_eq!(lines[1], "콜드 스타트 1/3: 300 ms");
    assert!(
        lines[2].starts_with("콜드 스타트 2/3: 200 ms, 약 "),
        "{text}"
    );
    assert_eq!(lines[3], "콜드 스타트 3/3: 200 ms");
}

#[test]
fn a_measurement_that_follows_another_has_medians_and_a_clock_of_its_own() {
    let (mut progress, written) = lines(Lang::En);
    progress.on(start(1, 1, Arm::Only, 1070.0));
    progress.on(Event::Finished);
    // What came before took an hour.
    assert_eq!(progress.begun, None);
    for (i, (arm, ms)) in [
        (Arm::Before, 300.0),
        (Arm::After, 100.0),
        (Arm::After, 100.0),
    ]
    .into_iter()
    .enumerate()
    {
        progress.on(start(i + 1, 3, arm, ms));
    }
    insta::assert_snapshot!(written.text(), @r"
    cold starts 1/1: 1.07 s
    cold starts 1/3: before 300 ms
    cold starts 2/3: before 300 ms, after 100 ms, about 1 s left
    cold starts 3/3: before 300 ms, after 100 ms
    ");
}

#[test]
fn the_next_look_is_told_as_long_as_it_may_be_the_end() {
    let (mut progress, written) = lines(Lang::En);
    for (done, look_at) in [(1, Some(2)), (2, Some(2)), (3, None)] {
        progress.on(Event::Start {
            done,
            total: 4,
            look_at,
            arm: Arm::After,
            cold_ms: 940.0,
        });
        if done == 2 {
            progress.on(Event::Looked {
                look: 1,
                of: 2,
                starts: 1,
                decided: false,
            });
        }
    }
    insta::assert_snapshot!(written.text(), @r"
    cold starts 1/4: after 940 ms, look at 2
    cold starts 2/4: after 940 ms, look at 2, up to 1 s left
    look 1 of 2, 1 cold start each: not decided yet
    cold starts 3/4: after 940 ms, about 1 s left
    ");
}

#[test]
fn a_reason_is_explained_once_and_then_counted() {
    let (mut progress, written) = lines(Lang::En);
    for _ in 0..3 {
        progress.on(Event::Excluded {
            arm: Arm::After,
            reason: Exclusion::ProactiveInit,
        });
    }
    progress.on(start(1, 1, Arm::After, 940.0));
    insta::assert_snapshot!(written.text(), @r"
    Not counted (after): init ran before anyone waited for it (proactive initialisation)
    cold starts 1/1: after 940 ms, 3 not counted
    ");
}

#[test]
fn a_note_keeps_its_lines_and_loses_its_escapes() {
    let (mut progress, written) = lines(Lang::En);
    progress.on(Event::Note("one\n  two\x1b[2J".into()));
    progress.on(Event::Restored {
        touch: crate::results::Touch::Description,
        function: "my-fn".into(),
    });
    assert_eq!(
        written.text(),
        "one\n  two [2J\nmy-fn: description put back\n"
    );
}

#[test]
fn quiet_is_silent() {
    let mut progress = Progress::new(true, Lang::En);
    assert!(matches!(progress.out, Output::Quiet));
    progress.on(Event::Note("nobody hears this".into()));
    progress.on(start(1, 2, Arm::Only, 1.0));
}

#[test]
fn the_time_left_follows_from_the_starts_done_since_the_first() {
    let second = Duration::from_secs;
    assert_eq!(time_left(second(0), 1, 40), None, "one start is no pace");
    assert_eq!(time_left(second(4), 5, 40), Some(35));
    assert_eq!(time_left(second(99), 40, 40), None);
}

/// What indicatif writes to a terminal.
#[derive(Debug, Clone, Default)]
struct Terminal(Arc<Mutex<String>>);

impl indicatif::TermLike for Terminal {
    fn width(&self) -> u16 {
        80
    }
    fn move_cursor_up(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_down(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_right(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_left(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn write_line(&self, text: &str) -> std::io::Result<()> {
        self.write_str(text)?;
        self.write_str("\n")
    }
    fn write_str(&self, text: &str) -> std::io::Result<()> {
        self.0.lock().unwrap().push_str(text);
        Ok(())
    }
    fn clear_line(&self) -> std::io::Result<()> {
        self.write_str("<clear>")
    }
    fn flush(&self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn on_a_terminal_a_note_stands_above_a_bar_that_goes_at_the_end() {
    let (terminal, written) = (Terminal::default(), Written::default());
    let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
    let mut progress = Progress::with(
        Output::Bar(bar(target), Box::new(written.clone())),
        Lang::En,
        false,
    );
    progress.on(Event::Warmup { arm: Arm::Before });
    assert!(!terminal.0.lock().unwrap().contains("0/0"));
    progress.on(start(1, 4, Arm::Before, 1800.0));
    progress.on(Event::Note("a note".into()));
    progress.on(Event::Finished);
    assert_eq!(written.text(), "a note\n\n");
    let drawn = terminal.0.lock().unwrap().clone();
    assert!(drawn.contains("━━━━━━╸───"), "{drawn}");
    assert!(drawn.contains("1/4  "), "{drawn}");
    assert!(drawn.contains("before 1.80 s"), "{drawn}");
    assert!(drawn.ends_with("<clear>"), "{drawn}");
}

#[test]
fn the_change_and_its_interval_narrow_from_start_to_start() {
    let (mut progress, written) = lines(Lang::En);
    for i in 0..30 {
        let spread = f64::from(i * 7 % 10) * 10.0;
        let i = i as usize;
        progress.on(start(2 * i + 1, 60, Arm::Before, 1000.0 + spread));
        progress.on(start(2 * i + 2, 60, Arm::After, 500.0 + spread));
    }
    let text = written.text();
    let told: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_once("change ")?.1.split_once(')'))
        .map(|(change, _)| change)
        .collect();
    assert!(told.len() >= 8, "{text}");
    let width = |told: &str| {
        let ends = told.split_once('(').unwrap().1;
        let (low, high) = ends.split_once(" to ").unwrap();
        let number = |end: &str| end.trim_end_matches('%').parse::<f64>().unwrap();
        number(high) - number(low)
    };
    assert!(told[0].starts_with("-4"), "{text}");
    assert!(width(told[0]) > width(told[told.len() - 1]), "{text}");
}

#[test]
fn a_look_says_what_it_saw() {
    let (mut progress, written) = lines(Lang::Ko);
    for i in 0..10 {
        let ms = 100.0 + f64::from(i);
        progress.on(start(1, 20, Arm::Before, ms));
        progress.on(start(1, 20, Arm::After, ms));
    }
    progress.on(Event::Looked {
        look: 1,
        of: 3,
        starts: 10,
        decided: false,
    });
    let text = written.text();
    let look = text.lines().last().unwrap();
    assert!(look.contains("1번째 판정 시점"), "{look}");
    assert!(look.contains("; 변화 ") && look.ends_with(')'), "{look}");
}

#[test]
fn in_ascii_nothing_else_is_said() {
    let written = Written::default();
    let out = Output::Lines(Box::new(written.clone()));
    let mut progress = Progress::with(out, Lang::En, true);
    progress.on(Event::Note("100 ms → 90 ms · ± 1%…".into()));
    assert_eq!(written.text(), "100 ms -> 90 ms - +/- 1%...\n");
    let (terminal, written) = (Terminal::default(), Written::default());
    let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
    let out = Output::Bar(bar(target), Box::new(written));
    let mut progress = Progress::with(out, Lang::En, true);
    progress.on(start(1, 4, Arm::Before, 1800.0));
    let drawn = terminal.0.lock().unwrap().clone();
    assert!(drawn.is_ascii() && drawn.contains("==>---"), "{drawn}");
}
