//! What `lambench invoke` invokes, where, and with which event.

use std::path::PathBuf;

use crate::cli::{Globals, InvokeArgs, SafetyArgs};
use crate::sandbox::Machine;

use super::error::{ConfigError, usage};
use super::file::ConfigFile;
use super::machine;
use super::naming::{plain_name, qualified};
use super::origin::Sourced;
use super::resolve::{config_file, lang, ric};
use super::safety::{self, Safety};
use super::served::single;
use super::surroundings::Surroundings;
use super::{Lang, ServedFunction, payload};

/// One invoke, with nothing left to decide but what only a running endpoint knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoked {
    /// Name or ARN, without the qualifier where it is a name.
    pub name: String,
    /// The name that it has in lambench.toml, which rules may name too.
    pub written: String,
    /// A version or an alias.
    pub qualifier: Option<String>,
    /// Where to look for it.
    pub place: Where,
    /// Payload template.
    pub payload: String,
    /// Who may be invoked without asking, and who never.
    pub safety: Safety,
    /// Language of what people read.
    pub lang: Lang,
    /// `--ric PATH`.
    pub ric: Option<PathBuf>,
    /// The CPU and the disk of a sandbox of its own.
    pub machine: Machine,
    /// The project's folder: a running `lambench serve` leaves its address there.
    pub project: PathBuf,
    /// Unknown keys and the like.
    pub warnings: Vec<String>,
}

/// Where the function is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Where {
    /// AWS, or the endpoint that was named.
    Endpoint {
        /// `--endpoint-url`.
        url: Option<String>,
        /// `--region`.
        region: Option<String>,
        /// `--profile`.
        profile: Option<String>,
    },
    /// The `lambench serve` that wrote its port there.
    PortFile(PathBuf),
    /// A sandbox of its own, for this package.
    Own(Box<ServedFunction>),
    /// A `lambench serve` of this project if one offers it; else a sandbox of its own, if lambench.toml has a package
    /// (or says why not).
    Found(Result<Box<ServedFunction>, NotHere>),
}

/// Why there is no package to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotHere {
    /// Why.
    pub why: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// As [`super::invoked()`].
pub fn invoked(
    args: &InvokeArgs,
    globals: &Globals,
    around: &Surroundings,
) -> Result<Invoked, ConfigError> {
    let file = config_file(globals, around)?;
    let mut warnings = file.warnings.clone();
    warnings.extend(around.warnings());
    resolved(args, globals, around, &file, warnings.clone()).map_err(|error| error.warned(warnings))
}

fn resolved(
    args: &InvokeArgs,
    globals: &Globals,
    around: &Surroundings,
    file: &ConfigFile,
    mut warnings: Vec<String>,
) -> Result<Invoked, ConfigError> {
    let word = args.function.as_str();
    let (named, path) = word.split_once('=').unwrap_or((word, ""));
    let (written, from_name) = match qualified(named) {
        Some((name, qualifier)) if !named.contains("function:") => (name, Some(qualifier)),
        _ => (named, None),
    };
    if args.qualifier.is_some() && from_name.is_some() {
        return Err(usage(
            format!("--qualifier, and {named} has one already"),
            "leave one of them out",
        ));
    }
    let def = file.functions.get(plain_name(written));
    let place = place(args, word, written, around, file, &mut warnings)?;
    check(args, word, path, &place)?;
    let at_endpoint = matches!(place, Where::Endpoint { .. });
    let aws_name = def
        .and_then(|def| def.name.as_ref())
        .filter(|_| at_endpoint);
    let payload = payload::resolve(
        Sourced::flag("--payload", args.payload.clone())
            .or_else(|| around.text("LAMBENCH_PAYLOAD"))
            .or_else(|| def.and_then(|def| def.payload.clone()))
            .or_else(|| file.payload.clone())
            .unwrap_or_else(|| Sourced::default("{}".into())),
        &file.folder,
        around,
    )?;
    let asked = SafetyArgs {
        yes: args.yes,
        ..SafetyArgs::default()
    };
    Ok(Invoked {
        name: aws_name.map_or_else(|| written.to_owned(), |name| name.value.clone()),
        written: plain_name(written).to_owned(),
        qualifier: args.qualifier.clone().or(from_name.map(str::to_owned)),
        place,
        payload,
        safety: safety::resolve(&asked, around, file)?,
        lang: lang(globals, around, file)?.value,
        ric: ric(args.ric.as_ref(), around)?,
        machine: machine::resolve(None, None, around, file)?,
        project: around.project(),
        warnings,
    })
}

fn place(
    args: &InvokeArgs,
    word: &str,
    written: &str,
    around: &Surroundings,
    file: &ConfigFile,
    warnings: &mut Vec<String>,
) -> Result<Where, ConfigError> {
    let elsewhere = args.aws
        || [&args.endpoint_url, &args.region, &args.profile]
            .iter()
            .any(|given| given.is_some())
        || written.starts_with("arn:");
    if let Some(path) = &args.port_file {
        return Ok(Where::PortFile(around.folder.join(path)));
    }
    if elsewhere {
        return Ok(Where::Endpoint {
            url: args.endpoint_url.clone(),
            region: args.region.clone(),
            profile: args.profile.clone(),
        });
    }
    if word.contains('=') {
        let package = single(word, around, file, warnings)?;
        return Ok(Where::Own(Box::new(package)));
    }
    let package = single(written, around, file, warnings).map_err(|error| NotHere {
        why: error.to_string(),
        hint: match error {
            ConfigError::NoPackage { .. } => Some(format!(
                "give its package ({written}=PATH), start `lambench serve` for it, or say --aws for the function of that \
                 name there"
            )),
            error => error.hint(),
        },
    });
    Ok(Where::Found(package.map(Box::new)))
}

fn check(args: &InvokeArgs, word: &str, path: &str, place: &Where) -> Result<(), ConfigError> {
    if !path.is_empty() && !matches!(place, Where::Own(_)) {
        return Err(usage(
            format!("{word}: a package is started on a sandbox of its own, not at an endpoint"),
            "leave =PATH out, or the endpoint",
        ));
    }
    if args.event && matches!(place, Where::Own(_)) {
        return Err(usage(
            format!("--event: the sandbox of {word} would end before the event is worked on"),
            "start `lambench serve` for it, or leave --event out",
        ));
    }
    Ok(())
}
