//! Who may be measured: what `[safety] deny` names never, and a deployed function only when the user agrees to what
//! will happen.

use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _};

use crate::bench::estimate::{self, Facts, Known};
use crate::bench::events::Event;
use crate::bench::plan::Plan;
use crate::config::naming::plain_name;
use crate::config::safety::{Match, Rule};
use crate::config::{CopySpec, Invoked, Lang, Settings, Subject, Target};
use crate::exit::Exit;
use crate::lambda::Description;
use crate::render;

use super::Failure;
use super::signals::Signals;
use super::stage::Staged;

/// Fails if `[safety] deny` names one of the subjects, as far as names tell: before anything is called.
pub fn not_denied_by_name(settings: &Settings) -> Result<(), Failure> {
    for subject in &settings.subjects {
        let (Target::InPlace(name) | Target::Copy(CopySpec { model: name, .. })) = &subject.target
        else {
            continue;
        };
        // By the name that it has in lambench.toml, too.
        for known in [plain_name(name), name.as_str(), &subject.function] {
            for rule in &settings.safety.deny {
                if rule.names(known, name, None) == Match::Yes {
                    return Err(denied(&subject.name, rule));
                }
            }
        }
    }
    Ok(())
}

/// Fails if `[safety] deny` names the function, or could.
pub fn not_denied(
    settings: &Settings,
    subject: &Subject,
    found: &Description,
) -> Result<(), Failure> {
    if matches!(subject.target, Target::Package(_)) {
        return Ok(());
    }
    for rule in &settings.safety.deny {
        match rule.names(&found.function_name, &found.arn, found.tags.as_ref()) {
            Match::Yes => return Err(denied(&subject.name, rule)),
            Match::No => {}
            Match::Unknown => {
                return Err(unreadable_tags(&subject.name, rule));
            }
        }
    }
    Ok(())
}

fn unreadable_tags(name: &str, rule: &Rule) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("{name}: its tags can't be read, and [safety] deny in lambench.toml has {rule}"),
    )
    .hint(Some("the role needs lambda:ListTags on it".into()))
}

fn denied(name: &str, rule: &Rule) -> Failure {
    Failure::new(
        Exit::Usage,
        format!("{name} is not measured: [safety] deny in lambench.toml has {rule}"),
    )
    .hint(Some(
        "measure its package on this machine instead: --after PATH".into(),
    ))
}

/// Says what is going to happen to functions that are not a sandbox's, and asks if nobody has agreed to it; from then on
/// they may be invoked. `false`: the user wants to stop.
pub async fn agree(
    settings: &Settings,
    staged: &[Staged],
    subjects: &[(Facts, Known)],
    plan: &Plan,
    signals: &Signals,
    say: &mut impl FnMut(Event),
) -> Result<bool, Failure> {
    for s in staged {
        // A copy bears a name of its own: its model was looked at before it was made.
        if let Some(subject) = settings.subjects.iter().find(|x| x.arm == s.arm)
            && matches!(subject.target, Target::InPlace(_))
        {
            not_denied(settings, subject, s.function.found())?;
        }
    }
    let agreed = settings.safety.yes || staged.iter().all(|s| allowed(settings, s));
    if !agree_to(settings, subjects, agreed, plan, signals, say).await? {
        return Ok(false);
    }
    for s in staged {
        let mut stop = signals.stop.clone();
        tokio::select! {
            agreed = s.function.agreed() => agreed?,
            () = stop.requested() => return Ok(false),
        }
    }
    Ok(true)
}

/// Says what is going to happen, and asks unless somebody has `agreed` already. A sandbox has no real world.
async fn agree_to(
    settings: &Settings,
    subjects: &[(Facts, Known)],
    agreed: bool,
    plan: &Plan,
    signals: &Signals,
    say: &mut impl FnMut(Event),
) -> Result<bool, Failure> {
    let real: Vec<(Facts, Known)> = subjects
        .iter()
        .filter(|(facts, _)| !facts.sandbox)
        .cloned()
        .collect();
    if real.is_empty() {
        return Ok(true);
    }
    let estimate = estimate::estimate(&real, plan, &settings.safety.prices());
    let happening = render::real_world(&real, &estimate, settings);
    say(Event::Note(happening.clone()));
    if agreed {
        return Ok(true);
    }
    if !somebody_is_there() {
        return Err(nobody_to_ask(&names(&real), Wish::Measure));
    }
    // Whoever is asked must know what about.
    let shown = if settings.quiet { &happening } else { "" };
    ask(shown, &names(&real), Wish::Measure, settings.lang, signals).await
}

/// Fails if a copy of `model` must not be measured, or nobody will agree to it: before the copy is created.
pub fn may_copy(
    settings: &Settings,
    subject: &Subject,
    model: &Description,
) -> Result<(), Failure> {
    not_denied(settings, subject, model)?;
    let agreed = settings.safety.yes || is_allowed(settings, model, &subject.function);
    if agreed || somebody_is_there() {
        Ok(())
    } else {
        Err(nobody_to_ask(&subject.name, Wish::Measure))
    }
}

fn allowed(settings: &Settings, staged: &Staged) -> bool {
    // Where nobody can be asked, its model was allowed before the copy was created.
    let settled = staged.function.is_staged() && !somebody_is_there();
    settled || is_allowed(settings, staged.function.found(), &staged.record.function)
}

fn is_allowed(settings: &Settings, found: &Description, function: &str) -> bool {
    found.sandbox.is_some()
        || settings.safety.allow.iter().any(|rule| {
            let asked = rule.names(&found.function_name, &found.arn, found.tags.as_ref());
            let as_defined = rule.names(function, &found.arn, None);
            asked == Match::Yes || as_defined == Match::Yes
        })
}

/// Fails if `[safety] deny` names the function of a quick look, by name or by what was `found`.
pub fn not_denied_to_invoke(asked: &Invoked, found: Option<&Description>) -> Result<(), Failure> {
    let name = found.map_or(plain_name(&asked.name), |found| &found.function_name);
    let arn = found.map_or(asked.name.as_str(), |found| &found.arn);
    let tags = found.and_then(|found| found.tags.as_ref());
    for rule in &asked.safety.deny {
        let by_name = rule.names(name, arn, tags);
        let as_defined = rule.names(&asked.written, arn, tags);
        if by_name == Match::Yes || as_defined == Match::Yes {
            return Err(Failure::new(
                Exit::Usage,
                format!(
                    "{} is not invoked: [safety] deny in lambench.toml has {rule}",
                    asked.name
                ),
            )
            .hint(Some(format!(
                "invoke its package on this machine instead: {}=PATH",
                asked.written
            ))));
        }
        if by_name == Match::Unknown && found.is_some() {
            return Err(unreadable_tags(&asked.name, rule));
        }
    }
    Ok(())
}

/// Whether a function that was found may be invoked once: a sandbox's always, any other by the rules of a run. `false`:
/// the user wants to stop.
pub async fn may_invoke(
    asked: &Invoked,
    found: &Description,
    signals: &mut Signals,
) -> Result<bool, Failure> {
    if found.sandbox.is_some() {
        return Ok(true);
    }
    not_denied_to_invoke(asked, Some(found))?;
    let allowed = asked.safety.allow.iter().any(|rule| {
        [&found.function_name, &asked.written]
            .iter()
            .any(|name| rule.names(name, &found.arn, found.tags.as_ref()) == Match::Yes)
    });
    if asked.safety.yes || allowed {
        return Ok(true);
    }
    if !somebody_is_there() {
        return Err(nobody_to_ask(&asked.name, Wish::Invoke));
    }
    let role = found.role.as_deref().unwrap_or("-");
    let shown = render::one_invoke(&asked.name, role, asked.lang);
    ask(&shown, &asked.name, Wish::Invoke, asked.lang, signals).await
}

/// A pipeline may have a terminal that nobody sits at.
fn somebody_is_there() -> bool {
    let pipeline =
        std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false"));
    std::io::stderr().is_terminal() && !pipeline
}

fn names(real: &[(Facts, Known)]) -> String {
    let names: Vec<&str> = real.iter().map(|(facts, _)| facts.name.as_str()).collect();
    names.join(", ")
}

/// What is asked for.
#[derive(Clone, Copy)]
enum Wish {
    Measure,
    Invoke,
}

fn nobody_to_ask(names: &str, wish: Wish) -> Failure {
    let (verb, more) = match wish {
        Wish::Measure => ("measure", "; --dry-run shows the plan alone"),
        Wish::Invoke => ("invoke", ""),
    };
    Failure::new(
        Exit::Usage,
        format!("{names}: nobody has agreed to {verb} it, and there is no terminal to ask on"),
    )
    .hint(Some(format!(
        "give --yes (or LAMBENCH_YES=1), or name it in lambench.toml: [safety] allow = [\"…\"]{more}"
    )))
}

/// Asks on the terminal itself: standard input may hold the payload.
async fn ask(
    shown: &str,
    names: &str,
    wish: Wish,
    lang: Lang,
    signals: &Signals,
) -> Result<bool, Failure> {
    let Ok(terminal) = std::fs::File::open("/dev/tty") else {
        return Err(nobody_to_ask(names, wish));
    };
    let question = match wish {
        Wish::Measure => render::question(names, lang),
        Wish::Invoke => render::question_of_invoke(names, lang),
    };
    let shown = if shown.is_empty() {
        String::new()
    } else {
        format!("{shown}\n")
    };
    // Standard error may be closed; then nobody answers.
    let asked = render::Style::for_stderr().written(&format!("{shown}{question} "));
    let _ = std::io::stderr().write_all(asked.as_bytes());
    let answer = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(terminal).read_line(&mut line).map(|_| line)
    });
    let mut stop = signals.stop.clone();
    let line = tokio::select! {
        answer = answer => answer.ok().and_then(Result::ok).unwrap_or_default(),
        () = stop.requested() => return Ok(false),
    };
    if matches!(
        line.trim().to_lowercase().as_str(),
        "y" | "yes" | "예" | "네"
    ) {
        return Ok(true);
    }
    Err(Failure::new(
        Exit::Interrupted,
        match wish {
            Wish::Measure => format!("{names} is not measured, and nothing was changed"),
            Wish::Invoke => format!("{names} is not invoked"),
        },
    ))
}
