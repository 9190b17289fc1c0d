//! `lambench self-test`: a function against itself, and against itself made slower, by the ordinary path of a run.

use std::path::{Path, PathBuf};

use crate::cli::{Globals, SelfTestArgs};
use crate::config;
use crate::exit::Exit;
use crate::render::{self, Proof};
use crate::results::{Arm, RunResult};

use super::fleet::{self, Session};
use super::{Failure, say, stage};

/// Imports take it a few times as long as Python itself.
const FUNCTION: &str = "\
import asyncio
import decimal
import email.message
import http.client
import json


def lambda_handler(event, context):
    return {}
";

/// Measures both pairs and says whether the verdicts are what they must be.
pub async fn self_test(args: SelfTestArgs, globals: Globals) -> Result<Exit, Failure> {
    let folder = stage::scratch()?;
    let a = package(folder.path(), "a", FUNCTION)?;
    let mut session = Session::new(&globals)?;
    let Some(same) = pair(&a, &a, &globals, folder.path(), &mut session).await? else {
        return Ok(Exit::Interrupted);
    };
    let init = same.summary_of(Arm::Before).and_then(|s| s.init_ms);
    let init_ms = init.map_or(0.0, |spread| spread.median);
    let delay_ms = init_ms * args.delay;
    let delayed = format!(
        "import time\n\ntime.sleep({:.6})\n{FUNCTION}",
        delay_ms / 1000.0
    );
    let slowed = package(folder.path(), "a-slowed", &delayed)?;
    let Some(slowed) = pair(&a, &slowed, &globals, folder.path(), &mut session).await? else {
        return Ok(Exit::Interrupted);
    };
    let proof = Proof {
        same: judgement(&same)?,
        slowed: judgement(&slowed)?,
        init_ms,
        delay_ms,
    };
    say(&render::self_test(&proof, config::language(&globals)))?;
    if proof.holds() {
        Ok(Exit::Done)
    } else {
        Err(Failure::new(
            Exit::CouldNotMeasure,
            "the self-test failed: a verdict is not what it must be",
        )
        .hint(Some(
            "let nothing else run on this machine, and try again: verdicts from here are not to be trusted".into(),
        )))
    }
}

fn package(folder: &Path, name: &str, code: &str) -> Result<PathBuf, Failure> {
    let package = folder.join(name);
    std::fs::create_dir(&package)
        .and_then(|()| std::fs::write(package.join("lambda_function.py"), code))
        .map_err(|error| {
            Failure::new(
                Exit::CouldNotMeasure,
                format!("writing {}: {error}", package.display()),
            )
        })?;
    Ok(package)
}

/// None if somebody stopped it.
async fn pair(
    before: &Path,
    after: &Path,
    globals: &Globals,
    folder: &Path,
    session: &mut Session,
) -> Result<Option<RunResult>, Failure> {
    let settings = config::self_test(before, after, globals, folder)?;
    let (mut lines, _) =
        Box::pin(fleet::each([("self-test".into(), Ok(settings))], session)).await?;
    let line = lines.remove(0);
    if session.is_interrupted() {
        return Ok(None);
    }
    match (line.result, line.error) {
        (Some(result), None) => Ok(Some(*result)),
        _ => Err(Failure::new(
            Exit::CouldNotMeasure,
            "the self-test could not measure its own function",
        )),
    }
}

fn judgement(result: &RunResult) -> Result<&crate::results::Judgement, Failure> {
    result
        .judgements
        .first()
        .ok_or_else(|| Failure::new(Exit::CouldNotMeasure, "the self-test came to no verdict"))
}
