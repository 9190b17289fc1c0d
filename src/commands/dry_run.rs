//! `run --dry-run`: what would be called, touched and paid. Only calls that read are made.

use serde_json::json;

use crate::bench::estimate::{self, Facts, Known};
use crate::bench::plan::Plan;
use crate::config::{CopySpec, Place, Settings, Target};
use crate::exit::Exit;
use crate::lambda::{Connect, Lambda};
use crate::render::{self, Style};
use crate::results::Arm;
use crate::results::store::Store;

use super::{Failure, consent, forecast, policy, print, warnings};

/// Prints the plan.
pub async fn dry_run(settings: &Settings) -> Result<Exit, Failure> {
    let store = Store::new(&settings.project);
    let mut notes = settings.warnings.clone();
    let facts = facts(settings, &mut notes).await?;
    let subjects: Vec<(Facts, Known)> = facts
        .into_iter()
        .map(|facts| {
            let known = forecast::known(&store, &facts);
            (facts, known)
        })
        .collect();
    let arms: Vec<Arm> = subjects.iter().map(|(facts, _)| facts.arm).collect();
    let plan = Plan::looking(
        settings.seed,
        &settings.looks,
        settings.warm_invokes,
        &arms,
        settings.pace.concurrency,
    );
    let estimate = estimate::estimate(&subjects, &plan, &settings.safety.prices());
    let region = subjects.first().and_then(|(facts, _)| facts.region.clone());
    if settings.json {
        let touched: Vec<&str> = subjects
            .iter()
            .filter(|(facts, _)| facts.in_place)
            .map(|(facts, _)| facts.name.as_str())
            .collect();
        let form = json!({
            "dry_run": true,
            "plan": plan.record(),
            "touched": touched,
            "calls": estimate.calls,
            "cost_usd": estimate.cost_usd,
            "most_usd": estimate.most_usd,
            "seconds": estimate.seconds,
            "prices_as_of": settings.safety.prices().as_of,
            "from_result": subjects.iter().map(|(_, known)| &known.from).collect::<Vec<_>>(),
            "iam_policy": policy::policy(settings, region.as_deref()),
            "warnings": notes,
        });
        print(&format!("{form:#}\n"))?;
    } else {
        let permissions = (
            policy::actions(settings),
            policy::resources(settings, region.as_deref()),
        );
        print(&render::dry_run(
            &subjects,
            &estimate,
            &permissions,
            &notes,
            settings,
            &Style::for_stdout(),
        ))?;
    }
    Ok(Exit::Done)
}

async fn facts(settings: &Settings, notes: &mut Vec<String>) -> Result<Vec<Facts>, Failure> {
    let lambda = match &settings.place {
        Place::Sandbox => None,
        Place::Aws {
            endpoint_url,
            region,
            profile,
        } => Some(
            Lambda::connect(Connect {
                control_rate: Some(settings.pace.control_rate),
                endpoint_url: endpoint_url.clone(),
                region: region.clone(),
                profile: profile.clone(),
            })
            .await?,
        ),
    };
    let mut all = Vec::new();
    for subject in &settings.subjects {
        all.push(match (&subject.target, &lambda) {
            (Target::Package(package), _) => forecast::of_package(subject, package),
            (Target::InPlace(name), Some(lambda)) => {
                let mut found = lambda.describe(name).await?;
                consent::not_denied(settings, subject, &found)?;
                lambda.check_suitable(name, &mut found).await?;
                notes.extend(warnings::about(&subject.name, &found));
                forecast::of_function(subject, &found, &lambda.region)
            }
            (Target::Copy(copy), Some(lambda)) => {
                let found = lambda.describe(&copy.model).await?;
                consent::not_denied(settings, subject, &found)?;
                notes.push(format!(
                    "{}: a copy of {} is created and deleted; its code and runtime pin are read for that",
                    subject.name, copy.model
                ));
                forecast::of_function(subject, &found, &lambda.region)
            }
            (Target::InPlace(name) | Target::Copy(CopySpec { model: name, .. }), None) => {
                return Err(Failure::new(
                    Exit::Usage,
                    format!("{name}: a function in place is not on the sandbox"),
                ));
            }
        });
    }
    Ok(all)
}
