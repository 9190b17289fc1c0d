//! `run --dry-run`: what would be called, touched and paid. Only calls that read are made.

use serde_json::{Value, json};

use crate::bench::estimate::{self, Estimate, Facts, Known};
use crate::bench::plan::Plan;
use crate::config::{CopySpec, Place, Settings, Target};
use crate::exit::Exit;
use crate::lambda::{Connect, Lambda};
use crate::render::{self, Style};
use crate::results::Arm;
use crate::results::store::Store;

use super::{Failure, consent, forecast, policy, print, say, snap_start, warnings};

/// What is known of a run before it begins.
pub struct Planned {
    /// The subjects, and what is expected of each.
    pub subjects: Vec<(Facts, Known)>,
    /// Which start when.
    pub plan: Plan,
    /// Calls, cost and time.
    pub estimate: Estimate,
    /// Warnings.
    pub notes: Vec<String>,
    /// Whether there are images to copy.
    pub images: bool,
}

impl Planned {
    /// Of the functions, where they are deployed ones.
    pub fn region(&self) -> Option<&str> {
        self.subjects.first()?.0.region.as_deref()
    }
}

/// Prints the plan.
pub async fn dry_run(settings: &Settings) -> Result<Exit, Failure> {
    let mut settings = settings.clone();
    let planned = planned(&mut settings, &mut None).await?;
    let settings = &settings;
    if settings.json {
        print(&format!("{:#}\n", form(&planned, settings)))?;
    } else {
        let policy = policy::policy(settings, planned.region(), planned.images);
        let permissions = policy["Statement"]
            .as_array()
            .map_or(&[][..], Vec::as_slice);
        say(&render::dry_run(
            &planned.subjects,
            &planned.estimate,
            permissions,
            &planned.notes,
            settings,
            &Style::for_stdout(),
        ))?;
    }
    Ok(Exit::Done)
}

/// Looks at the subjects and plans. `connection` is opened where it is needed, and kept for the next.
pub async fn planned(
    settings: &mut Settings,
    connection: &mut Option<Lambda>,
) -> Result<Planned, Failure> {
    let store = Store::new(&settings.project);
    let mut notes = settings.warnings.clone();
    let (facts, images) = facts(settings, &mut notes, connection).await?;
    let subjects: Vec<(Facts, Known)> = facts
        .into_iter()
        .map(|facts| {
            let known = forecast::known(&store, &facts);
            (facts, known)
        })
        .collect();
    let arms: Vec<Arm> = subjects.iter().map(|(facts, _)| facts.arm).collect();
    let plan = forecast::plan(settings, &arms);
    let estimate = estimate::estimate(&subjects, &plan, &settings.safety.prices());
    Ok(Planned {
        subjects,
        plan,
        estimate,
        notes,
        images,
    })
}

/// The machine form.
pub fn form(planned: &Planned, settings: &Settings) -> Value {
    let Planned {
        subjects, estimate, ..
    } = planned;
    let touched: Vec<&str> = subjects
        .iter()
        .filter(|(facts, _)| facts.in_place)
        .map(|(facts, _)| facts.name.as_str())
        .collect();
    json!({
        "dry_run": true,
        "plan": planned.plan.record(),
        "touched": touched,
        "calls": estimate.calls,
        "cost_usd": estimate.cost_usd,
        "most_usd": estimate.most_usd,
        "seconds": estimate.seconds,
        "prices_as_of": settings.safety.prices().as_of,
        "from_result": subjects.iter().map(|(_, known)| &known.from).collect::<Vec<_>>(),
        "iam_policy": policy::policy(settings, planned.region(), planned.images),
        "warnings": planned.notes,
    })
}

/// What is known of the subjects, and whether there are images to copy.
async fn facts(
    settings: &mut Settings,
    notes: &mut Vec<String>,
    connection: &mut Option<Lambda>,
) -> Result<(Vec<Facts>, bool), Failure> {
    if let (
        None,
        Place::Aws {
            endpoint_url,
            region,
            profile,
        },
    ) = (&connection, &settings.place)
    {
        *connection = Some(
            Lambda::connect(Connect {
                control_rate: Some(settings.pace.control_rate),
                endpoint_url: endpoint_url.clone(),
                region: region.clone(),
                profile: profile.clone(),
            })
            .await?,
        );
    }
    let mut all = Vec::new();
    let mut images = false;
    for subject in &settings.subjects.clone() {
        all.push(match (&subject.target, &*connection) {
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
                snap_start::in_batches(settings, &found);
                notes.push(format!(
                    "{}: a copy of {} is created and deleted; its code and runtime pin are read for that",
                    subject.name, copy.model
                ));
                images |= found.image;
                notes.extend(warnings::of_a_large_copy(settings, subject, copy, &found));
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
    Ok((all, images))
}
