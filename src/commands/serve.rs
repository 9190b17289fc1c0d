//! `lambench serve`: the sandbox as an endpoint for the aws CLI, boto3 and the SDKs.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use crate::cli::{Globals, ServeArgs};
use crate::config;
use crate::exit::Exit;
use crate::lambda::{Connect, Function, Lambda};

use super::stage::{self, Endpoint};
use super::{Failure, signals};

/// Serves until a signal comes.
pub async fn serve(args: ServeArgs, globals: Globals) -> Result<Exit, Failure> {
    let served = config::served(&args, &globals)?;
    for warning in &served.warnings {
        say(&format!("warning: {warning}"));
    }
    let mut signals = signals::listen(|| {}).map_err(|error| {
        Failure::new(Exit::CouldNotMeasure, format!("catching signals: {error}"))
    })?;
    if let Some(path) = &args.port_file {
        forget(path)?;
    }
    let sandbox = stage::start_sandbox(
        args.port,
        args.settle.map(Duration::from_millis),
        served.ric.clone(),
        args.any_version,
        served.machine,
    )
    .await?;
    let url = sandbox.endpoint_url();
    let lambda = Lambda::connect(Connect {
        endpoint_url: Some(url.clone()),
        region: Some(sandbox.region().to_owned()),
        profile: None,
        control_rate: None,
    })
    .await?;
    let endpoint = Endpoint {
        lambda,
        sandbox: Some(sandbox),
    };
    let staged = tokio::select! {
        staged = serve_functions(&endpoint, &served.functions) => staged,
        () = signals.stop.requested() => Ok(()),
    };
    if let Err(failure) = staged {
        endpoint.close().await;
        return Err(failure);
    }
    if !signals.stop.is_requested() {
        if let Err(failure) = announce(&args, &url) {
            endpoint.close().await;
            return Err(failure);
        }
        signals.stop.requested().await;
    }
    endpoint.close().await;
    if let Some(path) = &args.port_file
        && std::fs::read_to_string(path).is_ok_and(|written| written.trim() == port_of(&url))
    {
        forget(path)?;
    }
    // Ending is what a server is asked to do by a signal.
    Ok(Exit::Done)
}

async fn serve_functions(
    endpoint: &Endpoint,
    functions: &[config::ServedFunction],
) -> Result<(), Failure> {
    let scratch = stage::scratch()?;
    for function in functions {
        stage::create(endpoint, &function.name, &function.package, scratch.path()).await?;
        // Waits until it is active.
        Function::staged(&endpoint.lambda, &function.name).await?;
        say(&format!(
            "function {} from {}",
            function.name,
            function.package.path.display()
        ));
    }
    Ok(())
}

/// A port file that outlives its server would tell whoever waits for the next one a wrong port.
fn forget(port_file: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(port_file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::new(
            Exit::CouldNotMeasure,
            format!("removing the old {}: {error}", port_file.display()),
        )),
        _ => Ok(()),
    }
}

/// The port file is written last and whole, so that whoever waits for it finds a server that answers.
fn announce(args: &ServeArgs, url: &str) -> Result<(), Failure> {
    if let Some(path) = &args.port_file {
        let port = port_of(url);
        let write = || -> std::io::Result<()> {
            let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
            let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(".".as_ref()))?;
            writeln!(file, "{port}")?;
            file.persist(path)?;
            Ok(())
        };
        write().map_err(|error| {
            Failure::new(
                Exit::CouldNotMeasure,
                format!("writing {}: {error}", path.display()),
            )
        })?;
    }
    super::print(&format!("{url}\n"))?;
    say(&format!(
        "listening; for example: aws lambda list-functions --endpoint-url {url}"
    ));
    say("Ctrl-C ends it");
    Ok(())
}

fn port_of(url: &str) -> &str {
    url.rsplit(':').next().unwrap_or_default()
}

fn say(text: &str) {
    // Standard error may be closed; serving goes on.
    let _ = writeln!(std::io::stderr(), "{text}");
}
