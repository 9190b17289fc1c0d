//! Forms of dashboards that follow a figure over time: Bencher and github-action-benchmark. Both get the figures of the
//! latest build alone: what it is compared with has been there already.

use serde_json::{Map, Value, json};

use super::super::json::pretty;
use super::Measured;
use crate::compare::{self, Figure, Metric};
use crate::cost::Prices;
use crate::results::RunResult;

/// The level of the intervals of medians: one look.
const ALPHA: f64 = 0.05;

/// A figure of the latest build.
struct Point {
    metric: Metric,
    value: f64,
    unit: &'static str,
    interval: Option<(f64, f64)>,
    n: Option<usize>,
}

/// Bencher Metric Format (<https://bencher.dev/docs/reference/bencher-metric-format>): function, measure, value, and the
/// 95 % interval of the median where there are figures enough.
pub fn bencher(all: &[Measured]) -> String {
    let mut benchmarks = Map::new();
    for (function, points) in latest(all) {
        let measures: Map<String, Value> = points
            .iter()
            .map(|point| {
                let mut value = json!({ "value": point.value });
                if let Some((low, high)) = point.interval {
                    value["lower_value"] = json!(low);
                    value["upper_value"] = json!(high);
                }
                let name = format!("{}-{}", slug(point.metric), unit_slug(point.unit));
                (name, value)
            })
            .collect();
        benchmarks.insert(function, measures.into());
    }
    pretty(&benchmarks)
}

/// `customSmallerIsBetter` of <https://github.com/benchmark-action/github-action-benchmark>: an array of names, units and
/// values.
pub fn benchmark_action(all: &[Measured]) -> String {
    let mut entries = Vec::new();
    for (measured, (function, points)) in with_result(all).zip(latest(all)) {
        for point in points {
            let mut entry = json!({
                "name": format!("{function}: {}", slug(point.metric).replace('-', " ")),
                "unit": point.unit,
                "value": point.value,
            });
            if let Some((low, high)) = point.interval {
                // The chart shows it as it stands after the value.
                let beyond = (high - point.value).max(point.value - low);
                entry["range"] = json!(format!("± {beyond:.2}"));
            }
            entry["extra"] = json!(extra(measured, &point));
            entries.push(entry);
        }
    }
    pretty(&entries)
}

fn with_result<'a>(all: &'a [Measured<'a>]) -> impl Iterator<Item = &'a RunResult> {
    all.iter()
        .filter_map(|measured| measured.result)
        .filter(|result| result.latest().is_some())
}

/// Functions with their points, in order. Two of one name have a number.
fn latest(all: &[Measured]) -> Vec<(String, Vec<Point>)> {
    let mut out: Vec<(String, Vec<Point>)> = Vec::new();
    for measured in all {
        let Some(result) = measured.result.filter(|r| r.latest().is_some()) else {
            continue;
        };
        let mut name = measured.function.clone();
        let mut n = 1;
        while out.iter().any(|(other, _)| *other == name) {
            n += 1;
            name = format!("{} ({n})", measured.function);
        }
        out.push((name, points(result)));
    }
    out
}

fn points(result: &RunResult) -> Vec<Point> {
    let Some((subject, _)) = result.latest() else {
        return Vec::new();
    };
    let prices = Prices::builtin();
    let Some(measured) = compare::Measured::of(result, subject.arm) else {
        return Vec::new();
    };
    compare::compare(None, measured, false, ALPHA, Some(&prices))
        .rows
        .into_iter()
        .filter_map(|row| {
            let (value, unit) = match row.after? {
                Figure::Bytes(n) => (n as f64, "bytes"),
                Figure::Ms(ms) => (ms, "ms"),
                Figure::Mb(mb) => (mb, "MB"),
                Figure::UsdPerMillion(usd) => (usd, "USD per million"),
                Figure::Text(_) => return None,
            };
            // A warm median is of all invokes, its interval of environments: it may lie beside it.
            let interval = row
                .after_interval
                .filter(|(low, high)| (*low..=*high).contains(&value));
            Some(Point {
                metric: row.metric,
                value,
                unit,
                interval,
                n: row.spread.map(|spread| spread.n),
            })
        })
        .collect()
}

fn extra(result: &RunResult, point: &Point) -> String {
    let n = point
        .n
        .map_or_else(String::new, |n| format!("n {n}, median\n"));
    let version = result
        .latest()
        .map_or("", |(subject, _)| subject.version.as_str());
    format!(
        "{n}version {}\nrun {}",
        super::printable(version),
        result.id
    )
}

/// What dashboards call a metric; such names are never translated and never change.
fn slug(metric: Metric) -> &'static str {
    match metric {
        Metric::PackageZipped => "package",
        Metric::PackageUnzipped => "package-unzipped",
        Metric::Layers => "layers",
        Metric::PackageTotal => "package-and-layers",
        Metric::ColdStart => "cold-start",
        Metric::Init => "init",
        Metric::Restore => "restore",
        Metric::ColdHandler => "cold-handler",
        Metric::ColdClient => "cold-client",
        Metric::WarmStart => "warm-start",
        Metric::WarmClient => "warm-client",
        Metric::MaxMemory => "max-memory",
        Metric::BilledCold => "billed-cold",
        Metric::BilledWarm => "billed-warm",
        Metric::CostCold => "cost-cold",
        Metric::CostWarm => "cost-warm",
        Metric::Version => "version",
    }
}

fn unit_slug(unit: &str) -> String {
    unit.to_ascii_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::samples::pair;
    use crate::results::{Arm, Kind};

    /// Cold starts of the build after, 560 to 655 ms of init.
    fn spread_out() -> RunResult {
        let mut result = pair();
        for (n, sample) in result
            .samples
            .iter_mut()
            .filter(|s| s.arm == Arm::After && s.kind == Kind::Cold)
            .enumerate()
        {
            sample.init_ms = Some(560.0 + 5.0 * n as f64);
        }
        result
    }

    #[test]
    fn bencher_gets_the_latest_build_with_intervals_around_its_medians() {
        let result = spread_out();
        let read: Value = serde_json::from_str(&bencher(&[Measured::of(&result, false)])).unwrap();
        let measures = &read["data-collector"];
        assert_eq!(measures["package-bytes"], json!({ "value": 2560.0 }));
        assert_eq!(measures["max-memory-mb"], json!({ "value": 64.0 }));
        assert_eq!(measures["cold-start-ms"]["value"], 940.0);
        let init = &measures["init-ms"];
        let end = |name: &str| init[name].as_f64().unwrap();
        assert!(end("lower_value") <= end("value") && end("value") <= end("upper_value"));
        assert!(measures.get("version").is_none(), "words are no measure");
    }

    #[test]
    fn every_name_of_a_measure_is_short_enough_to_be_one() {
        let result = pair();
        let read: Value = serde_json::from_str(&bencher(&[Measured::of(&result, false)])).unwrap();
        for name in read["data-collector"].as_object().unwrap().keys() {
            assert!(name.len() <= 64, "{name}");
            assert!(
                name.chars().all(|c| c.is_ascii_lowercase() || c == '-'),
                "{name}"
            );
        }
    }

    #[test]
    fn benchmark_action_gets_a_name_a_unit_and_a_value_of_each() {
        let result = spread_out();
        let read: Value =
            serde_json::from_str(&benchmark_action(&[Measured::of(&result, false)])).unwrap();
        let entries = read.as_array().unwrap();
        let cold = entries
            .iter()
            .find(|entry| entry["name"] == "data-collector: cold start")
            .unwrap();
        assert_eq!(
            (&cold["unit"], &cold["value"]),
            (&json!("ms"), &json!(940.0))
        );
        let extra = cold["extra"].as_str().unwrap();
        assert!(extra.contains("version OPTIMIZED_v2.0\nrun 20261125T125511Z-42"));
        assert!(
            entries
                .iter()
                .all(|e| e["value"].is_number() && e["unit"].is_string())
        );
    }

    #[test]
    fn two_functions_of_one_name_are_two_and_one_without_figures_is_none() {
        let result = pair();
        let failed = Measured {
            function: "broken".into(),
            result: None,
            error: Some("its State is Failed".into()),
            strict: false,
        };
        let all = [
            Measured::of(&result, false),
            Measured::of(&result, false),
            failed,
        ];
        let read: Value = serde_json::from_str(&bencher(&all)).unwrap();
        let names: Vec<_> = read.as_object().unwrap().keys().collect();
        assert_eq!(names, ["data-collector", "data-collector (2)"]);
    }
}
