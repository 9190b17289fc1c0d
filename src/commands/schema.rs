//! `lambench schema`: the promise to programs that read what is printed and stored.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use crate::checklist::Checklist;
use crate::cli::{SchemaArgs, SchemaOf};
use crate::exit::Exit;
use crate::inspect::Inspection;
use crate::logs::Summary;
use crate::profile::Profile;
use crate::render;
use crate::results::RunResult;

use super::{Failure, print};

/// Prints it, as committed in `schema/`. What was written in a form's version holds to its schema, whatever version of the
/// program wrote it.
pub fn schema(args: &SchemaArgs) -> Result<Exit, Failure> {
    print(&match args.of {
        SchemaOf::Result => of::<RunResult>(),
        SchemaOf::Logs => of::<Summary>(),
        SchemaOf::Inspect => of::<Inspection>(),
        SchemaOf::Profile => of::<Profile>(),
        SchemaOf::Checklist => of::<Checklist>(),
    })?;
    Ok(Exit::Done)
}

/// JSON Schema, draft 2020-12.
fn of<T: JsonSchema>() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    render::pretty(&generator.into_root_schema_for::<T>())
}
