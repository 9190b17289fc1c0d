//! What a run over many functions would do: the plan of each in a line, their sum, and one policy for all.

use serde_json::{Value, json};

use crate::cli::{Globals, RunArgs};
use crate::config::safety::Rule;
use crate::config::{self, Chosen};
use crate::exit::Exit;
use crate::lambda::Lambda;
use crate::render::{self, PlanLine, Style};

use super::dry_run::{form, planned};
use super::fleet::settings_of;
use super::policy::{self, Statement};
use super::{Failure, print, say};

/// Prints the plans.
pub async fn dry_run(
    args: &RunArgs,
    globals: &Globals,
    chosen: &Chosen,
    names: Vec<String>,
) -> Result<Exit, Failure> {
    let mut connection: Option<Lambda> = None;
    let mut lines = Vec::new();
    let mut forms: Vec<Value> = Vec::new();
    let mut needed = Vec::new();
    for name in names {
        let one = async {
            let mut settings = settings_of(&name, args, globals, chosen)?;
            let planned = planned(&mut settings, &mut connection).await?;
            Ok::<_, Failure>((settings, planned))
        };
        match Box::pin(one).await {
            Ok((settings, planned)) => {
                forms.push(form(&planned, &settings));
                if needed.is_empty() {
                    needed = found_by(chosen, planned.region());
                }
                needed.extend(policy::statements(
                    &settings,
                    planned.region(),
                    planned.images,
                ));
                lines.push(PlanLine {
                    function: name,
                    paid: planned.subjects.iter().any(|(facts, _)| !facts.sandbox),
                    plan: Ok(planned.estimate),
                    warnings: planned.notes,
                });
            }
            Err(failure) => {
                failure.report();
                let error = failure.message();
                forms.push(json!({ "dry_run": true, "function": name, "error": error }));
                lines.push(PlanLine {
                    function: name,
                    paid: false,
                    plan: Err(error.to_owned()),
                    warnings: Vec::new(),
                });
            }
        }
    }
    if args.output.json {
        print(&format!("{:#}\n", Value::from(forms)))?;
    } else {
        let mut actions: Vec<&str> = needed.into_iter().flat_map(|s| s.actions).collect();
        actions.sort_unstable();
        actions.dedup();
        let lang = config::language(globals);
        say(&render::fleet_plan(
            &lines,
            &actions,
            lang,
            &Style::for_stdout(),
        ))?;
    }
    Ok(if lines.iter().any(|line| line.plan.is_err()) {
        Exit::CouldNotMeasure
    } else {
        Exit::Done
    })
}

/// Prints the policy of all. Where they are to be looked for it names them as the command does, and no call is made.
pub async fn print_policy(
    args: &RunArgs,
    globals: &Globals,
    chosen: &Chosen,
) -> Result<Exit, Failure> {
    let mut needed = Vec::new();
    let names = match chosen {
        Chosen::Names(names) => names.clone(),
        Chosen::OnAws { pattern, .. } => vec![pattern.clone()],
    };
    for name in names {
        let settings = settings_of(&name, args, globals, chosen)?;
        let region = policy::region(&settings).await;
        let region = region.as_deref();
        needed.extend(found_by(chosen, region));
        needed.extend(with_tags(
            policy::statements(&settings, region, true),
            chosen,
        ));
    }
    policy::print_document(&policy::document(needed))
}

fn found_by(chosen: &Chosen, region: Option<&str>) -> Vec<Statement> {
    match chosen {
        Chosen::Names(_) => Vec::new(),
        Chosen::OnAws { pattern, tags, .. } => policy::search(pattern, !tags.is_empty(), region),
    }
}

/// Whom the tags name, and nobody else.
fn with_tags(mut all: Vec<Statement>, chosen: &Chosen) -> Vec<Statement> {
    let Chosen::OnAws { tags, .. } = chosen else {
        return all;
    };
    let pairs = tags.iter().filter_map(|rule| match rule {
        // A condition's key is no pattern.
        Rule::Tag { key, value } if !config::is_pattern(key) => Some((key.clone(), value.clone())),
        _ => None,
    });
    let pairs: Vec<_> = pairs.collect();
    for statement in &mut all {
        statement.tags.clone_from(&pairs);
    }
    all
}
