//! What a run fails on: `--fail-if`, variables, and `fail_if` of lambench.toml; with what can't be judged told at once.

use crate::cli::RunArgs;
use crate::compare::Metric;
use crate::cost::Prices;
use crate::gate::{Budget, BudgetError};
use crate::stats::Looks;

use super::error::ConfigError;
use super::file::ConfigFile;
use super::gated::nothing_to_judge;
use super::origin::{Origin, Sourced};
use super::safety;
use super::surroundings::Surroundings;
use super::toml_reader::Reader;

/// Whether verdicts decide the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gate {
    /// Regressed is exit 3.
    pub fails: bool,
    /// Inconclusive is exit 4.
    pub strict: bool,
    /// A comparison with a stored result fails, too.
    pub allow_indicative: bool,
}

/// `fail_if` and `strict`, of `[gate]` or of a function.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GateTable {
    /// Budgets, each with its line.
    pub fail_if: Option<Vec<Sourced<Budget>>>,
    /// `strict`.
    pub strict: Option<bool>,
}

impl GateTable {
    /// Reads the two keys.
    pub fn read(reader: &mut Reader<'_, '_>) -> Result<Self, ConfigError> {
        let written = reader.each_string("fail_if")?;
        let budgets = written.map(|all| all.into_iter().map(read).collect());
        Ok(Self {
            fail_if: budgets.transpose()?,
            strict: reader.boolean("strict")?,
        })
    }
}

/// What a stored result is judged by.
#[derive(Debug)]
pub struct ForResult {
    /// The budgets.
    pub budgets: Vec<Budget>,
    /// What decides the exit code.
    pub gate: Gate,
    /// The limit of the verdict that nobody asks for.
    pub limit: f64,
    /// The price list.
    pub prices: Prices,
    /// What can't be judged.
    pub warnings: Vec<String>,
}

/// What a run is that budgets are set for.
pub struct Facts<'a> {
    /// There is another subject, measured or stored.
    pub has_before: bool,
    /// How many starts there will be.
    pub looks: &'a Looks,
    /// They are those of a stored result: there will be no more.
    pub stored: bool,
    /// Warm invokes after each.
    pub warm_invokes: u32,
    /// The limit of the budget that a gate has by itself.
    pub limit: f64,
}

/// The budgets of a run, and whether they decide the exit code: those of the flags, else of the variable, of the function,
/// of `[gate]`. `run` fails only on the first two; what it can't judge of the others is left out with a warning.
pub fn resolve(
    args: &RunArgs,
    around: &Surroundings,
    file: &ConfigFile,
    function: Option<&GateTable>,
    facts: &Facts,
    warnings: &mut Vec<String>,
) -> Result<(Vec<Budget>, Gate), ConfigError> {
    let typed = typed(args, around)?;
    let asked = args.gate || typed.is_some();
    let strict = strict(args, around, asked)?;
    if strict && !asked {
        return Err(ConfigError::CannotJudge {
            what: "--strict without --fail-if: nothing that `run` fails on".into(),
            hint: "name it with --fail-if; `lambench gate` takes the budgets of lambench.toml"
                .into(),
        });
    }
    let own = || function.and_then(|table| table.fail_if.clone());
    // What stands there for all functions may not be for this one.
    let common = typed.is_none() && own().is_none();
    let written = typed.or_else(own).or_else(|| file.gate.fail_if.clone());
    let mut budgets = Vec::new();
    for budget in written.unwrap_or_default() {
        match impossible(&budget, facts) {
            None => budgets.push(budget.value),
            Some(error) if common && budget.value.needs_before() && !facts.has_before => {
                // A gate must not look as if it had judged it.
                if args.gate {
                    warnings.push(format!("{error}; it is not judged"));
                }
            }
            Some(error) if asked => return Err(error),
            Some(error) => warnings.push(format!("{error}; it is not judged")),
        }
    }
    if args.gate && budgets.is_empty() && facts.has_before {
        let default = Budget::unasked(facts.limit);
        let text = Some(default.to_string());
        let default = Sourced::default(Budget { text, ..default });
        if let Some(error) = impossible(&default, facts) {
            return Err(error);
        }
        budgets.push(default.value);
    }
    let in_file = || function.and_then(|table| table.strict).or(file.gate.strict);
    let gate = Gate {
        fails: asked,
        strict: asked && (strict || in_file().unwrap_or(false)),
        allow_indicative: args.verdict.allow_indicative,
    };
    Ok((budgets, gate))
}

/// The budgets for a stored result of a function, and whether inconclusive fails.
pub fn for_result(
    args: &RunArgs,
    around: &Surroundings,
    file: &ConfigFile,
    function: &str,
    facts: &Facts,
) -> Result<ForResult, ConfigError> {
    let table = file.functions.get(function).map(|def| &def.gate);
    let mut warnings = Vec::new();
    let (budgets, gate) = resolve(args, around, file, table, facts, &mut warnings)?;
    // A gate must have something to judge; a comparison has its verdict.
    if args.gate && budgets.is_empty() {
        return Err(nothing_to_judge(function, file));
    }
    let prices = safety::resolve(&args.safety, around, file)?.prices();
    Ok(ForResult {
        budgets,
        gate,
        limit: facts.limit,
        prices,
        warnings,
    })
}

/// The budgets of the flags, else of the variable.
pub fn typed(
    args: &RunArgs,
    around: &Surroundings,
) -> Result<Option<Vec<Sourced<Budget>>>, ConfigError> {
    let flags = &args.verdict.fail_if;
    let written: Vec<Sourced<String>> = if flags.is_empty() {
        let variable = around.text("LAMBENCH_FAIL_IF");
        let parts = variable.iter().flat_map(|all| {
            let parts = all.value.split([';', '\n']).map(str::trim);
            parts
                .filter(|part| !part.is_empty())
                .map(|part| Sourced::new(part.to_owned(), all.origin.clone()))
        });
        parts.collect()
    } else {
        let flag = |text: &String| Sourced::new(text.clone(), Origin::Flag("--fail-if".into()));
        flags.iter().map(flag).collect()
    };
    let budgets: Vec<_> = written.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok((!budgets.is_empty()).then_some(budgets))
}

fn strict(args: &RunArgs, around: &Surroundings, asked: bool) -> Result<bool, ConfigError> {
    let variable = around.switch("LAMBENCH_STRICT")?;
    // The variable is set for a whole pipeline, in which a run may gate on nothing.
    Ok(args.verdict.strict || (asked && variable.is_some_and(|strict| strict.value)))
}

fn read(written: Sourced<String>) -> Result<Sourced<Budget>, ConfigError> {
    match written.value.parse() {
        Ok(budget) => Ok(Sourced::new(budget, written.origin)),
        Err(error) => Err(ConfigError::Budget {
            by: by(&written.origin),
            error: Box::<BudgetError>::new(error),
        }),
    }
}

/// Where a budget is written, with its line.
fn by(origin: &Origin) -> String {
    match origin {
        Origin::File { file, line, key } => format!("{file}:{line}: {key}"),
        other => other.to_string(),
    }
}

/// Why a budget could never be decided in this run.
fn impossible(budget: &Sourced<Budget>, facts: &Facts) -> Option<ConfigError> {
    let Sourced { value, origin } = budget;
    let (by, runs, needed) = (by(origin), facts.looks.runs(), value.fewest_starts());
    let warm = matches!(
        value.measure.metric,
        Metric::WarmStart | Metric::WarmClient | Metric::BilledWarm | Metric::CostWarm
    );
    let (why, hint) = if value.needs_before() && !facts.has_before {
        (
            format!("{value} is a change, and there is no before"),
            "name the other build with --before or --baseline, or write a value ('cold.p50 > 800ms')".to_owned(),
        )
    } else if needed > runs {
        let s = if needed == 1 { "" } else { "s" };
        let (has, hint) = if facts.stored {
            let hint = format!(
                "the result has too few starts: measure again with --runs {needed}, or name another percentile"
            );
            (format!("the result has {runs}"), hint)
        } else {
            (
                format!("this run has at most {runs}"),
                format!("give --runs {needed}"),
            )
        };
        let name = value.measure.name();
        (format!("{name} needs {needed} cold start{s}; {has}"), hint)
    } else if warm && facts.warm_invokes == 0 {
        (
            format!(
                "{} needs warm invokes; this run has none",
                value.measure.name()
            ),
            "give --warm-invokes 1 or more".to_owned(),
        )
    } else {
        return None;
    };
    Some(ConfigError::CannotJudge {
        what: format!("{by}: {why}"),
        hint,
    })
}
