//! `lambench serve`: the sandbox as an endpoint for the aws CLI, boto3 and the SDKs.

pub mod address;
mod logs;
mod offers;
pub mod port_file;
mod reload;
mod watch;

use std::io::Write as _;
use std::time::Duration;

use crate::bench::stop::Stop;
use crate::cli::{Globals, ServeArgs};
use crate::config::{self, ConfigError, Served};
use crate::exit::Exit;
use crate::render::Style;

use super::endpoint::Endpoint;
use super::{Failure, signals};
use address::Address;
use logs::Logs;
use offers::Offers;
use watch::{Changes, Watch};

/// Serves until a signal comes.
pub async fn serve(args: ServeArgs, globals: Globals) -> Result<Exit, Failure> {
    let served = config::served(&args, &globals)?;
    for warning in &served.warnings {
        say(&format!("warning: {warning}"));
    }
    let mut signals = signals::listen(|| {})?;
    if let Some(path) = &args.port_file {
        port_file::forget(path)?;
    }
    let logs = Logs::to(args.log.as_deref(), globals.quiet)?;
    let endpoint = open(&args, &served, &logs).await?;
    if let Some(warning) = endpoint.cpu_not_limited() {
        say(&format!("warning: {warning}"));
    }
    let mut offers = Offers::new(&endpoint, &logs, globals.quiet)?;
    let ended = Box::pin(offer(
        &args,
        &globals,
        served,
        &mut offers,
        &mut signals.stop,
    ))
    .await;
    let complete = offers.is_complete();
    drop(offers);
    endpoint.close().await;
    logs.finish();
    ended?;
    // Ending is what a server is asked to do by a signal; what it never offered it still owes.
    Ok(if complete {
        Exit::Done
    } else {
        Exit::CouldNotMeasure
    })
}

async fn open(args: &ServeArgs, served: &Served, logs: &Logs) -> Result<Endpoint, Failure> {
    Endpoint::sandbox(|options| {
        options.port = args.port;
        options.ric.clone_from(&served.ric);
        options.any_version = args.any_version;
        options.machine = served.machine;
        options.listener = logs.listener();
        if let Some(ms) = args.settle {
            options.settle = Duration::from_millis(ms);
        }
    })
    .await
}

/// Offers the functions, says where, and goes on doing so until it is asked to stop.
async fn offer(
    args: &ServeArgs,
    globals: &Globals,
    served: Served,
    offers: &mut Offers<'_>,
    stop: &mut Stop,
) -> Result<(), Failure> {
    // What changes from here on is seen.
    let mut watch = args.watch.then(|| Watch::new(&served.paths()));
    let begun = tokio::select! {
        begun = offers.begin(&served, args.watch) => begun,
        () = stop.requested() => return Ok(()),
    };
    begun?;
    let url = offers.url();
    let address = Address::leave(&served.project, &url);
    port_file::announce(args.port_file.as_deref(), &url)?;
    greet(&url, offers)?;
    while let Some(watching) = &mut watch {
        let changes = tokio::select! {
            changes = watching.changes(offers.has_news()) => changes,
            () = stop.requested() => break,
        };
        let Changes::Of(paths) = changes else {
            offers.tell();
            continue;
        };
        let read = || config::served(args, globals);
        let (next, served) = rewatch(watching, read);
        watch = Some(next);
        tokio::select! {
            () = offers.follow(served, &paths) => {}
            () = stop.requested() => break,
        }
    }
    stop.requested().await;
    if let Some(path) = &args.port_file {
        port_file::end(path, &url)?;
    }
    drop(address);
    Ok(())
}

/// Watches what there is to watch now, and then reads: in this order nothing is missed.
fn rewatch(
    old: &Watch,
    read: impl Fn() -> Result<Served, ConfigError>,
) -> (Watch, Result<Served, ConfigError>) {
    let mut paths = read().map_or_else(|_| old.paths().clone(), |served| served.paths());
    loop {
        let watch = Watch::new(&paths);
        let served = read();
        match &served {
            Ok(served) if served.paths() != paths => paths = served.paths(),
            _ => return (watch, served),
        }
    }
}

fn greet(url: &str, offers: &Offers<'_>) -> Result<(), Failure> {
    super::print(&format!("{url}\n"))?;
    offers.inform(&format!(
        "listening; for example: aws lambda list-functions --endpoint-url {url}"
    ));
    offers.inform("Ctrl-C ends it");
    Ok(())
}

fn say(text: &str) {
    // Standard error may be closed; serving goes on.
    let text = Style::for_stderr().written(&format!("{text}\n"));
    let _ = std::io::stderr().write_all(text.as_bytes());
}
