//! What was measured, and the tables of docs/speed.md.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use lambench::stats::median;

use crate::support::percentile;

const COLUMNS: [&str; 3] = ["lambench", "AWS RIE", "cargo lambda watch"];

/// Milliseconds, by emulator.
type ByName = BTreeMap<&'static str, Vec<f64>>;

type Kind = fn(&Figures) -> &ByName;

/// All figures of one hello.
#[derive(Default)]
pub struct Figures {
    pub bare_init: Vec<f64>,
    cold: ByName,
    whole: ByName,
    warm: ByName,
}

impl Figures {
    pub fn cold(&mut self, name: &'static str, ms: f64) {
        self.cold.entry(name).or_default().push(ms);
    }

    pub fn whole(&mut self, name: &'static str, ms: f64) {
        self.whole.entry(name).or_default().push(ms);
    }

    pub fn warm(&mut self, name: &'static str, ms: f64) {
        self.warm.entry(name).or_default().push(ms);
    }

    /// What one round measured.
    pub fn add(&mut self, round: Self) {
        self.bare_init.extend(round.bare_init);
        for (all, more) in [
            (&mut self.cold, round.cold),
            (&mut self.whole, round.whole),
            (&mut self.warm, round.warm),
        ] {
            for (name, figures) in more {
                all.entry(name).or_default().extend(figures);
            }
        }
    }
}

/// When, on what, and against which versions.
pub fn machine(tools: &Path, rounds: usize, warm: usize) -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(3).collect();
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let versions = std::fs::read_to_string(tools.join("versions")).unwrap_or_default();
    format!(
        "{rounds} rounds, {warm} warm invokes in each; {processors} processors, load average {}\n{versions}",
        load.join(" ")
    )
}

pub fn tables(all: &[(&str, Figures)]) -> String {
    let mut text = String::new();
    let kinds: [(&str, Kind); 3] = [
        ("Cold invoke, ms", |figures| &figures.cold),
        ("Warm round trip, ms", |figures| &figures.warm),
        ("From nothing to the first answer, ms", |figures| {
            &figures.whole
        }),
    ];
    for (title, of) in kinds {
        let bare = title.starts_with("Cold");
        head(&mut text, title, bare);
        for (name, figures) in all {
            row(&mut text, name, of(figures), bare);
        }
    }
    text
}

fn head(text: &mut String, title: &str, bare: bool) {
    let bare = if bare { " bare process |" } else { "" };
    let columns = COLUMNS.join(" | ");
    let _ = writeln!(text, "| {title} |{bare} {columns} | smallest of each |");
    let rules = bare.matches('|').count() + COLUMNS.len() + 1;
    let _ = writeln!(text, "|---|{}", "---:|".repeat(rules));
}

fn row(text: &mut String, name: &str, figures: &ByName, bare: bool) {
    let ours = figures.get("lambench");
    let _ = write!(text, "| {name} |");
    let mut smallest = Vec::new();
    let columns = bare.then_some("bare process").into_iter().chain(COLUMNS);
    for column in columns {
        let cell = match (figures.get(column), ours) {
            (Some(theirs), Some(ours)) if column != "lambench" => {
                smallest.push(format!("{:.2}", percentile(theirs, 0.0)));
                format!("{} ({})", spread(theirs), ratio(theirs, ours))
            }
            (Some(figures), _) => {
                smallest.push(format!("{:.2}", percentile(figures, 0.0)));
                spread(figures)
            }
            (None, _) => "not offered".into(),
        };
        let _ = write!(text, " {cell} |");
    }
    let _ = writeln!(text, " {} |", smallest.join(", "));
}

/// The median, and the middle half.
fn spread(figures: &[f64]) -> String {
    let middle = median(figures).unwrap_or(f64::NAN);
    let [low, high] = [0.25, 0.75].map(|q| percentile(figures, q));
    format!("{middle:.2} [{low:.2}, {high:.2}]")
}

/// Theirs by ours, and the 95 % interval of the ratio of the medians by resampling. Where no round failed, whole rounds are
/// drawn: what slows a round down slows down both.
fn ratio(theirs: &[f64], ours: &[f64]) -> String {
    let of = |theirs: &[f64], ours: &[f64]| {
        median(theirs).unwrap_or(f64::NAN) / median(ours).unwrap_or(f64::NAN)
    };
    let mut state = 7_u64;
    let mut drawn = |n: usize| -> Vec<usize> {
        let draw = |_| {
            // A linear congruential generator, by Knuth's constants: the same interval for the same figures.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        (0..n).map(draw).collect()
    };
    let pick = |figures: &[f64], rounds: &[usize]| -> Vec<f64> {
        rounds.iter().map(|&round| figures[round]).collect()
    };
    let ratios: Vec<f64> = (0..1000)
        .map(|_| {
            let rounds = drawn(theirs.len());
            let same = theirs.len() == ours.len();
            let of_ours = if same {
                rounds.clone()
            } else {
                drawn(ours.len())
            };
            of(&pick(theirs, &rounds), &pick(ours, &of_ours))
        })
        .collect();
    format!(
        "{:.2}x, {:.2} to {:.2}",
        of(theirs, ours),
        percentile(&ratios, 0.025),
        percentile(&ratios, 0.975)
    )
}
