//! The JSON Schema of the result file, from its types: what is promised to programs that read it.

use schemars::generate::SchemaSettings;

use super::RunResult;

/// JSON Schema (draft 2020-12), as committed in `schema/result.json`. Every result file of this [`super::SCHEMA_VERSION`]
/// holds to it, those of earlier versions of the program too.
#[expect(clippy::missing_panics_doc, reason = "it cannot panic")]
pub fn schema() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let schema = generator.into_root_schema_for::<RunResult>();
    let mut json = serde_json::to_string_pretty(&schema).expect("keys are text");
    json.push('\n');
    json
}
