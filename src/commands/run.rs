//! `lambench run`: cold starts forced, verified and compared.

use crate::cli::{Globals, RunArgs};
use crate::config;
use crate::exit::Exit;

use super::{Failure, measure};

/// Resolves what was typed, then measures it.
pub async fn run(args: RunArgs, globals: Globals) -> Result<Exit, Failure> {
    let settings = config::settings(&args, &globals)?;
    Box::pin(measure::measure(settings)).await
}
