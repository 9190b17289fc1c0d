//! `lambench schema`: the promise to programs that read results.

use crate::exit::Exit;
use crate::results::schema::schema as of_result;

use super::{Failure, print};

/// Prints it.
pub fn schema() -> Result<Exit, Failure> {
    print(&of_result())?;
    Ok(Exit::Done)
}
