//! `lambench run`: cold starts forced, verified and compared.

use crate::cli::{Globals, RunArgs};
use crate::config;
use crate::exit::Exit;

use super::{Failure, consent, dry_run, export, fleet, measure, policy};

/// Resolves what was typed, then measures it.
pub async fn run(args: RunArgs, globals: Globals) -> Result<Exit, Failure> {
    export::check(&args.output.export.exports, args.output.json)?;
    if fleet::is_wanted(&args) {
        return Box::pin(fleet::fleet(args, globals)).await;
    }
    let settings = config::settings(&args, &globals)?;
    if settings.safety.iam_policy {
        return policy::print_policy(&settings).await;
    }
    consent::not_denied_by_name(&settings)?;
    if settings.safety.dry_run {
        return dry_run::dry_run(&settings).await;
    }
    Box::pin(measure::measure(settings)).await
}
