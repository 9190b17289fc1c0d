//! What reachability has to say in the words of findings.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::finding::MOST_EXAMPLES;
use super::super::python::Python;
use super::super::{
    Distribution, Ecosystem, Evidence, Finding, Installed, Place, Severity, Subject,
};
use super::{Class, How, Limit, LimitKind, Reach, Start, Step, reach};

/// What was found about who is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Reachability {
    /// Nothing that was read leads to the distribution.
    NeverReached {
        /// Its version.
        version: String,
        /// The handler from which everything was read.
        handler: String,
        /// How many files that were.
        files_read: usize,
    },
    /// It is reached, but only where its absence is caught, or by something that may load it.
    OptionalOnly {
        /// Its version.
        version: String,
        /// What leads to it at the last step.
        how: Option<How>,
        /// From the handler to the line that names it.
        why: Vec<Step>,
    },
    /// Something that can't be seen, and that what is said of reachability is therefore careful about.
    Unseen {
        /// Why.
        why: LimitKind,
        /// How many such places there are.
        count: usize,
    },
}

/// Whether imports can be followed: the function is one of Python, and its version and handler are known.
pub fn is_followed(subject: &Subject) -> bool {
    subject.handler.is_some() && Python::of(subject).is_some()
}

/// Runs where the function is one of Python and its handler is known.
pub fn findings(subject: &Subject, installed: &Installed) -> Vec<Finding> {
    let Some(handler) = &subject.handler else {
        let is_function = subject.mounts.iter().any(|m| m.place == Place::Task);
        let why = is_function.then_some(LimitKind::HandlerNotNamed);
        return not_followed(subject, installed, why);
    };
    let Some(python) = Python::of(subject) else {
        let why = subject.runtime.as_ref().map(|_| LimitKind::NoVersion);
        return not_followed(subject, installed, why);
    };
    let start = Start {
        handler,
        python: (3, python.minor),
        environment: subject.environment.as_ref(),
    };
    let found = reach(&subject.mounts, installed, start);
    told(&found, &installed.distributions, handler)
}

/// Where only the handler or the version is missing, it can be named.
fn not_followed(subject: &Subject, installed: &Installed, why: Option<LimitKind>) -> Vec<Finding> {
    let of_python = |of: &Distribution| of.ecosystem == Ecosystem::Python;
    let runtime = subject.runtime.as_deref().unwrap_or("python");
    let worth = runtime.starts_with("python") && installed.distributions.iter().any(of_python);
    let note = |why| Finding {
        severity: Severity::Note,
        subject: subject.name.clone(),
        place: None,
        bytes: None,
        examples: Vec::new(),
        evidence: Evidence::Reachability(Reachability::Unseen { why, count: 1 }),
    };
    why.filter(|_| worth).map(note).into_iter().collect()
}

fn told(found: &Reach, distributions: &[Distribution], handler: &str) -> Vec<Finding> {
    let mut all = Vec::new();
    for one in &found.distributions {
        let of = &distributions[one.distribution];
        let version = of.version.clone();
        let (severity, evidence) = match one.class {
            Class::Reached | Class::ReachedLate => continue,
            Class::NeverReached => (
                Severity::Waste,
                Reachability::NeverReached {
                    version,
                    handler: handler.to_owned(),
                    files_read: found.files_read,
                },
            ),
            Class::OptionalOnly => (
                Severity::Note,
                Reachability::OptionalOnly {
                    version,
                    how: one.why.last().map(|step| step.how),
                    why: one.why.clone(),
                },
            ),
        };
        all.push(Finding {
            severity,
            subject: of.name.clone(),
            place: Some(of.place.clone()),
            bytes: Some(of.bytes),
            examples: examples(&of.roots),
            evidence: Evidence::Reachability(evidence),
        });
    }
    all.extend(unseen(&found.limits));
    all
}

/// What is imported before what tells of it.
fn examples(roots: &[String]) -> Vec<String> {
    let mut roots: Vec<&String> = roots.iter().collect();
    roots.sort_by_key(|root| {
        root.contains("-info/") || root.ends_with("-info") || root.starts_with("__pycache__/")
    });
    roots.into_iter().take(MOST_EXAMPLES).cloned().collect()
}

/// One finding for each reason and place.
fn unseen(limits: &[Limit]) -> Vec<Finding> {
    let mut all: Vec<Finding> = Vec::new();
    let mut before: Option<(LimitKind, &Place)> = None;
    for limit in limits {
        let example = match limit.line {
            Some(line) => format!("{}:{line}", limit.file),
            None => limit.file.clone(),
        };
        if before == Some((limit.kind, &limit.place))
            && let Some(Finding {
                examples,
                evidence: Evidence::Reachability(Reachability::Unseen { count, .. }),
                ..
            }) = all.last_mut()
        {
            *count += 1;
            if examples.len() < MOST_EXAMPLES {
                examples.push(example);
            }
            continue;
        }
        before = Some((limit.kind, &limit.place));
        all.push(Finding {
            severity: Severity::Note,
            subject: limit
                .distribution
                .clone()
                .unwrap_or_else(|| limit.file.clone()),
            place: Some(limit.place.clone()),
            bytes: None,
            examples: vec![example],
            evidence: Evidence::Reachability(Reachability::Unseen {
                why: limit.kind,
                count: 1,
            }),
        });
    }
    all
}
