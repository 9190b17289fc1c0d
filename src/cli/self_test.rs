//! `lambench self-test`.

use clap::Args;

use super::run::limit;

pub(super) const EXAMPLES: &str = "\
Example:
  lambench self-test";

pub(super) const LONG: &str = "\
Prove on this machine that a verdict can fail, and doesn't for nothing

A small Python function inside this program is measured twice on the sandbox, by the same path as `lambench run` with \
its looks and its limit of 10 %: first against itself, which must not be regressed, then against itself with a real \
delay in its init of 30 % of the init that the first run saw, which must be. Both verdicts are printed; the exit code is \
0 if they are as they must be, and 1 if not.

It needs python3, no AWS account, and leaves nothing behind.";

/// Arguments of `lambench self-test`.
#[derive(Debug, Clone, Args)]
pub struct SelfTestArgs {
    /// How much longer the second init takes
    #[arg(long, value_name = "PERCENT", value_parser = limit, default_value = "30%")]
    pub delay: f64,
}
