//! `lambench demo`.

use clap::Args;

use super::shared::{InterpreterArgs, OrderArgs, OutputArgs};

pub(super) const EXAMPLES: &str = "\
Example:
  lambench demo --runs 10";

pub(super) const LONG: &str = "\
The same as `lambench run --function data-collector` in lambench's own repository, from any folder: both builds of \
the example are inside this program. They are market-data collectors in Python. The one before imports everything \
eagerly; the one after loads lazily and takes shared code from a layer.

It needs python3, no AWS account, and leaves nothing behind but the result under .lambench/.";

/// Arguments of `lambench demo`.
#[derive(Debug, Clone, Default, Args)]
pub struct DemoArgs {
    /// How much.
    #[command(flatten)]
    pub order: OrderArgs,
    /// What the sandbox runs.
    #[command(flatten)]
    pub interpreter: InterpreterArgs,
    /// Output.
    #[command(flatten)]
    pub output: OutputArgs,
}
