//! Parse, run, and map the outcome to an exit code: the only place that exits.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    // The sandbox runs this program again as the guard of each environment.
    if lambench::sandbox::is_guard(&args) {
        return ExitCode::from(lambench::sandbox::guard_main(&args));
    }
    ExitCode::from(lambench::commands::main(args).code())
}
