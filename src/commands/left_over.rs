//! `lambench restore`: what interrupted runs have left is listed or finished; and the notice about it everywhere else.

use std::io::Write as _;

use crate::cli::{Globals, RestoreArgs};
use crate::config::{self, Lang};
use crate::exit::Exit;
use crate::lambda::journal::{Journals, LeftOver, Record};
use crate::lambda::{Connect, Lambda, LambdaError, finish_left_over};
use crate::render::{self, Style};

use super::signals::{self, Signals};
use super::{Failure, say};

/// Finishes what was asked for, one function after another; what fails is said, and the rest goes on.
pub async fn restore(args: RestoreArgs, globals: Globals) -> Result<Exit, Failure> {
    let lang = config::language(&globals);
    let journals = Journals::of_user().map_err(LambdaError::from)?;
    let all = journals.left_over().map_err(LambdaError::from)?;
    let wanted: Vec<&LeftOver> = all.iter().filter(|left| is_wanted(left, &args)).collect();
    if args.list || wanted.is_empty() {
        say(&render::left_over::list(&wanted, lang))?;
        if !args.list {
            journals.tidy().map_err(LambdaError::from)?;
        }
        return Ok(Exit::Done);
    }
    let mut signals = signals::listen(|| {})?;
    let mut exit = Exit::Done;
    for left in wanted {
        match &left.record {
            Ok(record) if left.owner.is_none() => {
                if let Err(failure) = finish(&journals, record, &args, lang, &mut signals).await {
                    exit = failure.report();
                    if exit == Exit::Interrupted {
                        return Ok(exit);
                    }
                }
            }
            // One that a running lambench works on is not left over, unless somebody means just that one.
            record => {
                say(&render::left_over::list(&[left], lang))?;
                if record.is_err() || args.function.is_some() {
                    exit = Exit::CouldNotMeasure;
                }
            }
        }
    }
    journals.tidy().map_err(LambdaError::from)?;
    Ok(exit)
}

/// Says on standard error that there is something left over, if so. What can't be read is `restore`'s to say.
pub fn notice(globals: &Globals) {
    let left_over = Journals::of_user().and_then(|journals| journals.left_over());
    let notice = left_over
        .ok()
        .filter(|all| !all.is_empty())
        .and_then(|all| render::left_over::notice(&all, config::language(globals)));
    if let Some(notice) = notice {
        // Standard error may be closed; there is nobody else to tell.
        let notice = Style::for_stderr().written(&notice);
        let _ = writeln!(std::io::stderr(), "{notice}");
    }
}

async fn finish(
    journals: &Journals,
    record: &Record,
    args: &RestoreArgs,
    lang: Lang,
    signals: &mut Signals,
) -> Result<(), Failure> {
    let key = &record.key;
    let named = |failure: Failure| failure.about(&key.function);
    let lambda = Lambda::connect(Connect {
        control_rate: Some(crate::config::DEFAULT_CONTROL_RATE),
        endpoint_url: key.endpoint_url.clone(),
        region: Some(key.region.clone()),
        profile: args.profile.clone().or_else(|| record.profile.clone()),
    })
    .await
    .map_err(|error| named(error.into()))?;
    if key.endpoint_url.is_none()
        && let Some(url) = &lambda.endpoint_url
    {
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "{} was left on AWS, and AWS_ENDPOINT_URL names {url}",
                key.function
            ),
        )
        .hint(Some("unset it, then run `lambench restore` again".into())));
    }
    let journal = journals
        .open(key.clone(), record.profile.clone())
        .map_err(|error| Failure::from(LambdaError::from(error)))?;
    // What is there now: its owner may have finished it meanwhile.
    for entry in journal.entries().iter().rev() {
        let finished = tokio::select! {
            finished = finish_left_over(&lambda, &journal, entry) => {
                finished.map_err(|error| named(error.into()))?
            }
            () = signals.stop.requested() => {
                return Err(Failure::new(
                    Exit::Interrupted,
                    format!("{} is not put back yet", key.function),
                ));
            }
        };
        say(&format!(
            "{}\n",
            render::left_over::finished(record, entry, &finished, lang)
        ))?;
    }
    Ok(())
}

fn is_wanted(left: &LeftOver, args: &RestoreArgs) -> bool {
    let Ok(Record { key, .. }) = &left.record else {
        // Nobody knows whose it is: it is shown unless something else is asked for.
        return args.function.is_none() && args.region.is_none() && args.endpoint_url.is_none();
    };
    let is = |wanted: &Option<String>, there: Option<&str>| {
        wanted
            .as_deref()
            .is_none_or(|wanted| Some(wanted.trim_end_matches('/')) == there)
    };
    // An ARN, a part of one, or a name; each with or without a qualifier.
    let function = args.function.as_deref().map(|text| {
        let name = text.rsplit_once("function:").map_or(text, |(_, name)| name);
        name.split(':').next().unwrap_or(name).to_owned()
    });
    is(&function, Some(&key.function))
        && is(&args.region, Some(&key.region))
        && is(&args.endpoint_url, key.endpoint_url.as_deref())
}
