//! How many cold starts, when they may be judged, and at which limit.

use crate::cli::RunArgs;
use crate::stats::Looks;

use super::error::ConfigError;
use super::file::ConfigFile;
use super::origin::Sourced;
use super::resolve::first;
use super::surroundings::Surroundings;

/// Cold starts of a subject that is measured alone, or around a command, when nobody says how many.
const DEFAULT_RUNS: u32 = 20;
/// The limit of the change when nobody says which.
const DEFAULT_LIMIT: f64 = 0.10;
/// What a limit must be.
pub const LIMIT: &str = "a percentage above 0, such as 10%";

/// `--runs`, `LAMBENCH_RUNS` or `defaults.runs` is one look; without any, two subjects measured together have three, and
/// everything else one.
pub fn looks(
    args: &RunArgs,
    around: &Surroundings,
    file: &ConfigFile,
    pair: bool,
) -> Result<Sourced<Looks>, ConfigError> {
    let runs = Sourced::flag("--runs", args.order.runs)
        .or(around.runs()?)
        .or_else(|| file.runs.clone());
    Ok(match runs {
        Some(runs) => Sourced::new(Looks::one(runs.value), runs.origin),
        None if pair => Sourced::default(Looks::standard()),
        None => Sourced::default(Looks::one(DEFAULT_RUNS)),
    })
}

/// `--limit`, `LAMBENCH_LIMIT`, the function's `limit`, `defaults.limit`, 10 %.
pub fn limit(
    args: &RunArgs,
    around: &Surroundings,
    function: Option<&Sourced<f64>>,
    file: &ConfigFile,
) -> Result<Sourced<f64>, ConfigError> {
    Ok(first(
        Sourced::flag("--limit", args.limit),
        around.choice("LAMBENCH_LIMIT", LIMIT, per_cent)?,
        function.or(file.limit.as_ref()),
        DEFAULT_LIMIT,
    ))
}

/// `10%`, `10` or `7.5 %` as 0.10, 0.10 and 0.075.
pub fn per_cent(text: &str) -> Option<f64> {
    let text = text.trim();
    let number = text.strip_suffix('%').unwrap_or(text).trim_end();
    let number: f64 = number.strip_prefix('+').unwrap_or(number).parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number / 100.0)
}

#[cfg(test)]
mod tests {
    use super::per_cent;

    #[test]
    fn a_percentage_is_written_with_or_without_its_sign() {
        for (text, fraction) in [
            ("10%", Some(0.10)),
            ("10", Some(0.10)),
            ("+7.5 %", Some(0.075)),
            (" 150% ", Some(1.5)),
            ("0", None),
            ("-5%", None),
            ("ten", None),
            ("", None),
            ("10%%", None),
            ("NaN", None),
            ("inf", None),
        ] {
            assert_eq!(per_cent(text), fraction, "{text}");
        }
    }
}
