//! `lambench invoke`: one invoke for a quick look. Nothing is touched, stored or tried again.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use serde_json::{Value, json};

use crate::bench::payload::{decode_function_error, expand};
use crate::cli::{Globals, InvokeArgs};
use crate::config::invoked::NotHere;
use crate::config::{self, Invoked, ServedFunction, Where};
use crate::exit::Exit;
use crate::lambda::{Connect, Description, Function, Lambda, LambdaError, Look};
use crate::render::{self, Style};
use crate::report::{Report, parse_tail};

use super::endpoint::Endpoint;
use super::serve::{address::Address, port_file};
use super::signals::{self, Signals};
use super::stage;
use super::{Failure, consent};

/// Nobody will notice one invoke; a loop of them must not keep AWS's control plane from deploys.
const CONTROL_RATE: u32 = 10;

/// Invokes, and prints what comes back.
pub async fn invoke(args: InvokeArgs, globals: Globals) -> Result<Exit, Failure> {
    let asked = config::invoked(&args, &globals)?;
    for warning in &asked.warnings {
        say(&format!("warning: {warning}"));
    }
    let mut signals = signals::listen(|| {})?;
    let mut opened = None;
    let mut stop = signals.stop.clone();
    let looked = tokio::select! {
        looked = Box::pin(look(&args, &asked, &mut signals, &mut opened)) => looked,
        () = stop.requested() => Ok(None),
    };
    if let Some(endpoint) = opened {
        endpoint.close().await;
    }
    match looked? {
        Some(look) => tell(&args, &globals, &asked, &look),
        None => Ok(Exit::Interrupted),
    }
}

/// Finds the function and invokes it; none if the user doesn't want it after all. A sandbox that was started is left in
/// `opened`, whatever happens.
async fn look(
    args: &InvokeArgs,
    asked: &Invoked,
    signals: &mut Signals,
    opened: &mut Option<Endpoint>,
) -> Result<Option<Look>, Failure> {
    let (lambda, found) = find(args, asked, opened).await?;
    if !consent::may_invoke(asked, &found, signals).await? {
        return Ok(None);
    }
    let payload = expand(&asked.payload).into_bytes();
    let timeout = Duration::from_secs(found.timeout_s);
    let qualifier = asked.qualifier.as_deref();
    let look = lambda.look(&asked.name, qualifier, payload, args.event, timeout);
    Ok(Some(look.await?))
}

async fn find(
    args: &InvokeArgs,
    asked: &Invoked,
    opened: &mut Option<Endpoint>,
) -> Result<(Lambda, Description), Failure> {
    match &asked.place {
        Where::Endpoint {
            url,
            region,
            profile,
        } => {
            // By the names that are known already: nothing is called for one that is denied.
            consent::not_denied_to_invoke(asked, None)?;
            let lambda = Lambda::connect(Connect {
                endpoint_url: url.clone(),
                region: region.clone(),
                profile: profile.clone(),
                control_rate: Some(CONTROL_RATE),
            })
            .await?;
            let found = lambda.describe(&asked.name).await?;
            Ok((lambda, found))
        }
        Where::PortFile(path) => {
            let lambda = connect(port_file::read(path)?).await?;
            let found = lambda.describe(&asked.name).await?;
            Ok((lambda, found))
        }
        Where::Own(package) => start(args, asked, package, opened).await,
        Where::Found(package) => {
            let running = Address::find(&asked.project);
            if let Some(url) = &running
                && let Some(found) = offered(url, &asked.name).await?
            {
                return Ok(found);
            }
            match package {
                Ok(package) if !args.event => start(args, asked, package, opened).await,
                Ok(_) => Err(Failure::new(
                    Exit::Usage,
                    format!(
                        "--event: no `lambench serve` of this project offers {}, and a sandbox of its own would end \
                         before the event is worked on",
                        asked.name
                    ),
                )
                .hint(Some("start `lambench serve`, or leave --event out".into()))),
                Err(NotHere { why, hint }) => {
                    let why = match running {
                        Some(url) => format!("{why}, and the `lambench serve` at {url} has none"),
                        None => why.clone(),
                    };
                    Err(Failure::new(Exit::Usage, why).hint(hint.clone()))
                }
            }
        }
    }
}

async fn connect(url: String) -> Result<Lambda, LambdaError> {
    Lambda::connect(Connect {
        endpoint_url: Some(url),
        region: None,
        profile: None,
        control_rate: None,
    })
    .await
}

/// The function, if the server has it and is a sandbox indeed.
async fn offered(url: &str, name: &str) -> Result<Option<(Lambda, Description)>, LambdaError> {
    let lambda = connect(url.to_owned()).await?;
    match lambda.describe(name).await {
        Ok(found) if found.sandbox.is_some() => Ok(Some((lambda, found))),
        Ok(_) => Ok(None),
        Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(error),
    }
}

/// A sandbox for this one invoke.
async fn start(
    args: &InvokeArgs,
    asked: &Invoked,
    served: &ServedFunction,
    opened: &mut Option<Endpoint>,
) -> Result<(Lambda, Description), Failure> {
    let endpoint = Endpoint::sandbox(|options| {
        options.ric.clone_from(&asked.ric);
        options.any_version = args.any_version;
        options.machine = asked.machine;
    })
    .await?;
    let endpoint = opened.insert(endpoint);
    let scratch = stage::scratch()?;
    stage::create(endpoint, &served.name, &served.package, scratch.path()).await?;
    // Waits until it is active.
    let function = Function::staged(&endpoint.lambda, &served.name).await?;
    Ok((endpoint.lambda.clone(), function.found().clone()))
}

fn tell(
    args: &InvokeArgs,
    globals: &Globals,
    asked: &Invoked,
    look: &Look,
) -> Result<Exit, Failure> {
    let tail = parse_tail(&look.tail, look.request_id.as_deref());
    let report = tail.report.unwrap_or_default();
    // An init that failed is not in the REPORT: a start it was all the same.
    let cold = report.init_ms.is_some()
        || report.restore_ms.is_some()
        || tail.init_report.is_some()
        || tail.restore_report.is_some();
    if args.tail {
        let _ = std::io::stderr().write_all(&look.tail);
    }
    if args.json {
        let text = format!("{:#}\n", machine_form(asked, look, &report, cold));
        super::print(&text)?;
    } else {
        answer(&look.body)?;
        let style = Style::for_stderr();
        if !args.event && !globals.quiet && std::io::stderr().is_terminal() {
            let line = render::look(cold, &report, asked.lang);
            say(&style.dim(&line));
        }
    }
    let Some(_) = &look.function_error else {
        return Ok(Exit::Done);
    };
    let failure = Failure::new(
        Exit::CouldNotMeasure,
        format!(
            "{} failed: {}",
            asked.name,
            decode_function_error(&look.body)
        ),
    );
    let hint = (!args.tail && !args.json).then(|| "--tail shows its log".into());
    Ok(failure.hint(hint).report())
}

/// The answer as it is; on a terminal the prompt gets a line of its own.
fn answer(body: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let ends = body.last().is_none_or(|last| *last == b'\n');
    let end: &[u8] = if out.is_terminal() && !ends {
        b"\n"
    } else {
        b""
    };
    match out
        .write_all(body)
        .and_then(|()| out.write_all(end))
        .and_then(|()| out.flush())
    {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::CouldNotMeasure,
            format!("writing to standard output: {error}"),
        )),
        _ => Ok(()),
    }
}

fn machine_form(asked: &Invoked, look: &Look, report: &Report, cold: bool) -> Value {
    let body = String::from_utf8_lossy(&look.body);
    let known = report.duration_ms.is_some();
    json!({
        "schema_version": 1,
        "function": asked.name,
        "status": look.status,
        "executed_version": look.executed_version,
        "function_error": look.function_error,
        "start": known.then_some(if cold { "cold" } else { "warm" }),
        "request_id": look.request_id,
        "client_ms": (look.client.as_secs_f64() * 1e6).round() / 1e3,
        "report": known.then(|| json!({
            "init_ms": report.init_ms,
            "restore_ms": report.restore_ms,
            "duration_ms": report.duration_ms,
            "billed_ms": report.billed_ms,
            "memory_mb": report.memory_mb,
            "max_memory_mb": report.max_memory_mb,
        })),
        // JSON as JSON; any other text as it came.
        "answer": serde_json::from_str(&body).unwrap_or_else(|_| Value::from(body.as_ref())),
        "log": String::from_utf8_lossy(&look.tail),
    })
}

fn say(text: &str) {
    // Standard error may be closed.
    let text = Style::for_stderr().written(&format!("{text}\n"));
    let _ = std::io::stderr().write_all(text.as_bytes());
}
