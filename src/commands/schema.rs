//! `lambench schema`: the promise to programs that read results.

use crate::cli::{SchemaArgs, SchemaOf};
use crate::exit::Exit;
use crate::logs;
use crate::profile;
use crate::results::schema::schema as of_result;

use super::{Failure, print};

/// Prints it.
pub fn schema(args: &SchemaArgs) -> Result<Exit, Failure> {
    print(&match args.of {
        SchemaOf::Result => of_result(),
        SchemaOf::Logs => logs::schema(),
        SchemaOf::Profile => profile::schema(),
    })?;
    Ok(Exit::Done)
}
