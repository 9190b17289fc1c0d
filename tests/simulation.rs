//! The whole procedure on made-up machines: the plan's order, the looks, the verdict. How often it cries wolf, and how often it
//! finds what is there. `LAMBENCH_SIMULATIONS=10000` simulates more runs than the table of docs/how-it-decides.md is of; `-- --nocapture` shows it.

#[path = "support/random.rs"]
mod random;

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::thread;

use lambench::bench::plan::Plan;
use lambench::cost::Prices;
use lambench::gate::{Budget, Side, judge};
use lambench::results::{Arm, Sample, SubjectResult, Verdict};
use lambench::stats::Looks;
use random::Random;
use serde_json::json;

/// The documented table is of so many.
const RUNS: u32 = 1000;

/// A machine's noise: how many times its usual time a start takes that comes when `at` (0 to 1) of the run is over. `turn` is
/// when something happens in the run, if anything does.
struct Machine {
    name: &'static str,
    noise: fn(random: &mut Random, at: f64, turn: f64) -> f64,
}

/// Real init durations of one day have a coefficient of variation of 17 % at the median and 46 % at the 90th percentile.
const MACHINES: [Machine; 5] = [
    Machine {
        name: "cv 17 %",
        noise: |random, _, _| skewed(random, 0.17),
    },
    Machine {
        name: "cv 46 %",
        noise: |random, _, _| skewed(random, 0.46),
    },
    Machine {
        name: "two modes, 40 % apart",
        noise: |random, _, _| {
            let mode = if random.share() < 0.3 { 1.4 } else { 1.0 };
            mode * skewed(random, 0.08)
        },
    },
    Machine {
        name: "cv 17 %, drift of 15 %",
        noise: |random, at, _| (1.0 + 0.15 * at) * skewed(random, 0.17),
    },
    Machine {
        name: "cv 17 %, jump of 15 %",
        noise: |random, at, turn| if at < turn { 1.0 } else { 1.15 } * skewed(random, 0.17),
    },
];

/// Lognormal, with a median of 1.
fn skewed(random: &mut Random, cv: f64) -> f64 {
    (random.normal() * (1.0 + cv * cv).ln().sqrt()).exp()
}

/// How the starts of the arms follow each other.
#[derive(Clone, Copy)]
enum Order {
    /// As a run plans them.
    Planned,
    /// What people do by hand: all of before, then all of after.
    OneThenTheOther,
}

/// What a run came to.
struct Outcome {
    verdict: Verdict,
    /// p was below the level at one of its looks, whatever the size of the change.
    significant: bool,
    pairs: u32,
}

/// What many runs came to, as shares.
#[derive(Default)]
struct Rates {
    regressed: f64,
    passed: f64,
    significant: f64,
    /// On average.
    pairs: f64,
}

struct Simulation {
    looks: Looks,
    prices: Prices,
    subjects: [SubjectResult; 2],
    sample: Sample,
}

impl Simulation {
    fn new(looks: Looks) -> Self {
        let subject = |arm: &str| {
            serde_json::from_value(json!({
                "arm": arm, "name": arm, "function": "f", "version": "1", "version_source": "label",
                "endpoint": "aws", "runtime": "python3.12", "architecture": "x86_64", "memory_mb": 512,
                "timeout_s": 30, "concurrency_mode": "serial", "payload_sha256": "", "layers": [],
            }))
            .expect("a subject")
        };
        let sample = serde_json::from_value(json!({
            "index": 0, "block": 0, "look": 0, "arm": "before", "kind": "cold", "accepted": true,
            "environment": 0, "started_at": "2026-11-25T12:00:00Z", "client_ms": 0.0,
        }));
        Self {
            looks,
            prices: Prices::builtin(),
            subjects: [subject("before"), subject("after")],
            sample: sample.expect("a sample"),
        }
    }

    /// One run, of which after takes `slower` times as long.
    fn run(&self, machine: &Machine, order: Order, slower: f64, seed: u64) -> Outcome {
        let runs = self.looks.runs();
        let mut arms: Vec<Arm> = Plan::new(seed, runs, 0, &[Arm::Before, Arm::After])
            .order
            .iter()
            .map(|slot| slot.arm)
            .collect();
        if matches!(order, Order::OneThenTheOther) {
            arms.sort();
        }
        let mut random = Random(seed);
        let turn = random.share();
        let starts = arms.len() as f64;
        let samples: Vec<Sample> = arms
            .iter()
            .enumerate()
            .map(|(i, &arm)| {
                let own = if arm == Arm::After { slower } else { 1.0 };
                let ms = 300.0 * own * (machine.noise)(&mut random, i as f64 / starts, turn);
                // REPORT gives hundredths.
                let rounded = |ms: f64| Some((ms * 100.0).round() / 100.0);
                Sample {
                    index: i as u64,
                    arm,
                    init_ms: rounded(ms * 0.7),
                    handler_ms: rounded(ms * 0.3),
                    ..self.sample.clone()
                }
            })
            .collect();
        self.judge(&samples)
    }

    /// Stops at the first look that decides, as a run does.
    fn judge(&self, samples: &[Sample]) -> Outcome {
        let mut significant = false;
        let mut verdict = Verdict::Inconclusive;
        for &pairs in &self.looks.at {
            let samples = &samples[..2 * pairs as usize];
            let [before, after] = &self.subjects;
            let side = |subject| Side { samples, subject };
            let judgement = judge(
                &[Budget::unasked(0.10)],
                Some(side(before)),
                side(after),
                self.looks.alpha,
                &self.prices,
            )
            .remove(0);
            significant |= judgement.test.is_some_and(|test| test.p < test.alpha);
            verdict = judgement.verdict;
            if verdict != Verdict::Inconclusive {
                return Outcome {
                    verdict,
                    significant,
                    pairs,
                };
            }
        }
        Outcome {
            verdict,
            significant,
            pairs: self.looks.runs(),
        }
    }

    fn rates(&self, machine: &Machine, order: Order, slower: f64, runs: u32) -> Rates {
        let mut rates = Rates::default();
        let mut pairs = 0;
        for seed in 0..u64::from(runs) {
            let outcome = self.run(machine, order, slower, seed);
            let share = |is: bool| f64::from(u8::from(is)) / f64::from(runs);
            rates.regressed += share(outcome.verdict == Verdict::Regressed);
            rates.passed += share(outcome.verdict <= Verdict::Passed);
            rates.significant += share(outcome.significant);
            pairs += outcome.pairs;
        }
        rates.pairs = f64::from(pairs) / f64::from(runs);
        rates
    }
}

/// A row of the documented table.
struct Row {
    name: String,
    machine: &'static Machine,
    order: Order,
    same: Rates,
    slower_20: Rates,
    slower_30: Rates,
}

/// How many runs stand behind each figure.
fn runs() -> u32 {
    std::env::var("LAMBENCH_SIMULATIONS")
        .map_or(RUNS, |runs| runs.parse().expect("a number of runs"))
}

/// All that is simulated, once for all tests.
fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let planned = MACHINES
            .iter()
            .map(|m| (m.name.to_owned(), m, Order::Planned, Looks::standard()));
        let [usual, .., drifting, jumping] = &MACHINES;
        let one = |name: &str, machine: &'static Machine, order| {
            (
                format!("{}{name}", machine.name),
                machine,
                order,
                Looks::one(20),
            )
        };
        let others = [
            one("; one look, `--runs 20`", usual, Order::Planned),
            one("; 20 before, 20 after", drifting, Order::OneThenTheOther),
            one("; 20 before, 20 after", jumping, Order::OneThenTheOther),
        ];
        thread::scope(|scope| {
            let row = |(name, machine, order, looks)| {
                scope.spawn(move || {
                    let simulation = Simulation::new(looks);
                    let rates = |slower| simulation.rates(machine, order, slower, runs());
                    Row {
                        name,
                        machine,
                        order,
                        same: rates(1.0),
                        slower_20: rates(1.2),
                        slower_30: rates(1.3),
                    }
                })
            };
            let at_work: Vec<_> = planned.chain(others).map(row).collect();
            at_work
                .into_iter()
                .map(|row| row.join().expect("simulated"))
                .collect()
        })
    })
}

/// As docs/how-it-decides.md has it.
fn table() -> String {
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    let mut table = "\
| Noise                                       | No change: regressed | p < α | +20 %: regressed | passed | pairs | +30 %: regressed | pairs |
|---------------------------------------------|---------------------:|------:|-----------------:|-------:|------:|-----------------:|------:|
"
    .to_owned();
    for row in rows() {
        let _ = writeln!(
            table,
            "| {:<43} | {:>20} | {:>5} | {:>16} | {:>6} | {:>5.1} | {:>16} | {:>5.1} |",
            row.name,
            percent(row.same.regressed),
            percent(row.same.significant),
            percent(row.slower_20.regressed),
            percent(row.slower_20.passed),
            row.slower_20.pairs,
            percent(row.slower_30.regressed),
            row.slower_30.pairs,
        );
    }
    table
}

fn planned() -> impl Iterator<Item = &'static Row> {
    rows()
        .iter()
        .filter(|row| matches!(row.order, Order::Planned))
}

/// 5 %, and two standard errors of a share of so many runs.
fn five_percent() -> f64 {
    0.05 + 2.0 * (0.05 * 0.95 / f64::from(runs())).sqrt()
}

#[test]
fn no_noise_makes_a_run_cry_wolf_more_than_one_time_in_twenty() {
    for row in planned() {
        assert!(row.same.significant <= five_percent(), "{}", table());
        assert!(row.same.regressed <= row.same.significant, "{}", table());
    }
}

#[test]
fn a_function_that_is_slower_by_more_than_the_limit_hardly_ever_passes() {
    for row in planned() {
        assert!(row.slower_20.passed <= five_percent(), "{}", table());
        assert!(row.slower_30.passed <= 0.01, "{}", table());
    }
}

#[test]
fn on_ordinary_noise_a_fifth_is_found_nine_times_in_ten_and_mostly_early() {
    let looks = &rows()[..MACHINES.len()];
    for row in looks.iter().filter(|row| row.machine.name.contains("17 %")) {
        assert!(row.slower_20.regressed >= 0.85, "{}", table());
        assert!(row.slower_20.pairs <= 20.0, "{}", table());
        assert!(row.slower_30.regressed >= 0.97, "{}", table());
        assert!(row.slower_30.pairs <= 15.0, "{}", table());
    }
}

#[test]
fn it_is_the_order_that_withstands_a_drift() {
    for row in rows()
        .iter()
        .filter(|row| !matches!(row.order, Order::Planned))
    {
        assert!(row.same.significant >= 0.2, "{}", table());
    }
}

#[test]
fn the_documents_have_the_figures_that_were_simulated() {
    println!("{}", table());
    if runs() != RUNS {
        return;
    }
    let page = include_str!("../docs/how-it-decides.md");
    assert!(
        page.contains(&table()),
        "docs/how-it-decides.md has another table than\n{}",
        table()
    );
    for (name, front) in [
        ("README.md", include_str!("../README.md")),
        ("README.ko.md", include_str!("../README.ko.md")),
    ] {
        for row in &rows()[..2] {
            let shares = [&row.same, &row.slower_20, &row.slower_30];
            let shares = shares.map(|rates| format!("{:.1} %", 100.0 * rates.regressed));
            assert!(
                front.lines().any(|line| {
                    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
                    matches!(cells[..], ["", noise, a, b, c, ""]
                        if noise.starts_with(row.machine.name) && [a, b, c] == shares)
                }),
                "{name} has other figures than {}: {shares:?}",
                row.machine.name
            );
        }
    }
}
