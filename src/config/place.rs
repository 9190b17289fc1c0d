//! Where to measure, why there, and which flags make no sense there.

use crate::cli::RunArgs;

use super::Place;
use super::builds::given;
use super::candidate::{Candidate, IS_A_PACKAGE, What};
use super::error::{ConfigError, usage};

/// Sandbox or AWS, and the reason in words. Nothing is guessed silently: what does not fit together is an error.
pub fn place(args: &RunArgs, subjects: &[Candidate]) -> Result<(Place, String), ConfigError> {
    let packages: Vec<&Candidate> = subjects.iter().filter(|s| is_package(s)).collect();
    let in_place: Vec<&Candidate> = subjects.iter().filter(|s| !is_package(s)).collect();
    let copies = subjects.iter().filter(|s| is_copy(s)).count();
    if copies > 0 && copies < subjects.len() {
        return Err(conflict(
            format!(
                "{} {} and {} {}: one is a copy and the other is not",
                subjects[0].flag, subjects[0].written, subjects[1].flag, subjects[1].written
            ),
            "add --function NAME: a package then gets a copy of its configuration; a copy of a function as it is now is \
             NAME:$LATEST",
        ));
    }
    if let (Some(package), Some(function)) = (packages.first(), in_place.first()) {
        return Err(conflict(
            format!(
                "{} {} is a package and {} {} is not ({}): both are measured in one place",
                package.flag, package.written, function.flag, function.written, function.reason
            ),
            &format!(
                "there is no file or folder {} here; compare two packages (--local with lambench.toml's), or two functions on AWS",
                function.written
            ),
        ));
    }
    if let [a, b] = in_place.as_slice()
        && a.what == b.what
    {
        return Err(conflict(
            format!(
                "{} {} and {} {} are the same function",
                a.flag, a.written, b.flag, b.written
            ),
            "measure it alone with --function; its earlier result is shown as Before",
        ));
    }
    if packages.is_empty() {
        on_aws(args, subjects)
    } else {
        on_sandbox(args, subjects)
    }
}

fn on_aws(args: &RunArgs, subjects: &[Candidate]) -> Result<(Place, String), ConfigError> {
    let first = &subjects[0];
    let sandbox_only = [
        ("--ric", args.interpreter.ric.is_some()),
        ("--any-version", args.interpreter.any_version),
        ("--cpu", args.interpreter.cpu.is_some()),
        ("--disk", args.interpreter.disk.is_some()),
    ];
    if let Some((flag, _)) = sandbox_only.into_iter().find(|(_, given)| *given) {
        return Err(conflict(
            format!(
                "{flag} is for the sandbox, but {} is measured in place ({})",
                first.written, first.reason
            ),
            "leave it out, or give the function's package",
        ));
    }
    let copied = is_copy(first);
    for flags in [
        args.build.typed(),
        args.before_build.typed(),
        args.after_build.typed(),
    ] {
        if let (false, Some(flag)) = (copied, given(&flags).first()) {
            return Err(conflict(
                format!(
                    "{flag} is for a package, but {} is measured as it is deployed ({})",
                    first.written, first.reason
                ),
                "leave it out: the configuration of a function in place is put back exactly as it was",
            ));
        }
    }
    if !copied && args.staging_bucket.is_some() {
        return Err(conflict(
            format!(
                "--staging-bucket is for packages, but {} is measured as it is deployed ({})",
                first.written, first.reason
            ),
            "leave it out",
        ));
    }
    check_url(args.place.endpoint_url.as_deref())?;
    let place = Place::Aws {
        endpoint_url: args.place.endpoint_url.clone(),
        region: args.place.region.clone(),
        profile: args.place.profile.clone(),
    };
    let mut reason = reasons(subjects);
    if let Some(url) = &args.place.endpoint_url {
        reason = format!("--endpoint-url {url}: {reason}");
    } else if args.place.aws {
        reason = format!("--aws: {reason}");
    }
    Ok((place, reason))
}

fn on_sandbox(args: &RunArgs, subjects: &[Candidate]) -> Result<(Place, String), ConfigError> {
    let first = &subjects[0];
    let where_flags = [
        ("--aws", args.place.aws),
        ("--endpoint-url", args.place.endpoint_url.is_some()),
    ];
    if let Some((flag, _)) = where_flags.into_iter().find(|(_, given)| *given) {
        return Err(conflict(
            format!(
                "{flag} with {} {}: a package is measured on the sandbox",
                first.flag, first.written
            ),
            &format!("leave {flag} out, or name a function that is deployed there"),
        ));
    }
    let aws_only = [
        ("--region", args.place.region.is_some()),
        ("--profile", args.place.profile.is_some()),
        ("--staging-bucket", args.staging_bucket.is_some()),
    ];
    if let Some((flag, _)) = aws_only.into_iter().find(|(_, given)| *given) {
        return Err(conflict(
            format!(
                "{flag} is for AWS, but {} is measured on the sandbox ({})",
                first.written, first.reason
            ),
            "add --aws to measure the deployed function, or leave it out",
        ));
    }
    let reason = reasons(subjects);
    let reason = if args.place.local {
        format!("--local: {reason}")
    } else {
        reason
    };
    Ok((Place::Sandbox, reason))
}

fn check_url(url: Option<&str>) -> Result<(), ConfigError> {
    match url {
        Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => Err(usage(
            format!("--endpoint-url {url}: that is no URL"),
            &format!("write it as http://{url}"),
        )),
        _ => Ok(()),
    }
}

/// Before-flags need a before.
pub fn check_arms(args: &RunArgs, subjects: &[Candidate]) -> Result<(), ConfigError> {
    if subjects.len() == 2 {
        return Ok(());
    }
    let typed = args.before_build.typed();
    let mut flags = given(&typed);
    flags.extend(typed.label.map(|_| "--before-label".to_owned()));
    match flags.first() {
        None => Ok(()),
        Some(flag) => Err(conflict(
            format!(
                "{flag}: there is no build before, {} is measured alone",
                subjects[0].written
            ),
            "name one with --before, or leave it out",
        )),
    }
}

fn reasons(subjects: &[Candidate]) -> String {
    match subjects {
        [a, b] if a.reason != b.reason => {
            let path = |subject: &Candidate| {
                let path = subject.reason.strip_suffix(IS_A_PACKAGE);
                path.map(str::to_owned)
            };
            match (path(a), path(b)) {
                (Some(a), Some(b)) => format!("{a} and {b} are packages on this machine"),
                _ => format!("{}; {}", a.reason, b.reason),
            }
        }
        [first, ..] => first.reason.clone(),
        [] => String::new(),
    }
}

fn is_package(subject: &Candidate) -> bool {
    matches!(subject.what, What::Package(_))
}

fn is_copy(subject: &Candidate) -> bool {
    matches!(subject.what, What::Copy(_))
}

fn conflict(what: String, hint: &str) -> ConfigError {
    ConfigError::Conflict {
        what,
        hint: hint.to_owned(),
    }
}
