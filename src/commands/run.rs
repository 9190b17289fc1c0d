//! `lambench run`: cold starts forced, verified and compared.

use crate::cli::{Globals, RunArgs};
use crate::config;
use crate::exit::Exit;

use super::{Failure, fleet, measure};

/// Resolves what was typed, then measures it.
pub async fn run(args: RunArgs, globals: Globals) -> Result<Exit, Failure> {
    if fleet::is_wanted(&args) {
        return Box::pin(fleet::fleet(args, globals)).await;
    }
    let settings = config::settings(&args, &globals)?;
    Box::pin(measure::measure(settings)).await
}
