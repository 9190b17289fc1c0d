//! `lambench demo`: the main job from any folder, with the repository's own fixture out of the binary.

use crate::cli::{DemoArgs, Globals};
use crate::config;
use crate::exit::Exit;

use super::{Failure, export, measure, stage};

include!(concat!(env!("OUT_DIR"), "/demo_files.rs"));

/// Unpacks the fixture into a temporary folder and measures it as `run --function data-collector` would.
pub async fn demo(args: DemoArgs, globals: Globals) -> Result<Exit, Failure> {
    export::check(&args.output.export.exports, args.output.json)?;
    let folder = stage::scratch()?;
    for (path, bytes) in DEMO_FILES {
        let file = folder.path().join(path);
        let parent = file.parent().expect("every file lies in the folder");
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&file, bytes))
            .map_err(|error| {
                Failure::new(
                    Exit::CouldNotMeasure,
                    format!("writing {}: {error}", file.display()),
                )
            })?;
    }
    let settings = config::demo(&args, &globals, folder.path())?;
    Box::pin(measure::measure(settings)).await
}
