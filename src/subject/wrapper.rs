//! A wrapper for `--no-handler`: a module packed next to the code that loads what the handler names, as the runtime would
//! load it, and answers `{}`.

use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::infer::Family;

const MODULE: &str = "lambench_no_handler";

/// Why there is no wrapper for a package.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WrapError {
    /// Neither Python nor Node.
    #[error("--no-handler: {0} loads no module that a wrapper could stand before")]
    Runtime(String),
    /// `handler` without a dot, or no such file.
    #[error("--no-handler: handler {handler} names no module of the package ({why})")]
    Handler {
        /// The handler.
        handler: String,
        /// What is missing.
        why: String,
    },
    /// The zip can't be added to.
    #[error("--no-handler: adding a wrapper to the package: {0}")]
    Zip(String),
}

impl WrapError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Runtime(_) => Some("leave --no-handler out; it is for Python and Node".into()),
            Self::Handler { .. } => Some("see --handler".into()),
            Self::Zip(_) => None,
        }
    }
}

/// A package with a wrapper, and the handler that names it.
#[derive(Debug)]
pub struct Wrapped {
    /// The zip.
    pub zip: Vec<u8>,
    /// The wrapper's handler.
    pub handler: String,
}

/// Adds the wrapper of `handler` to a zip; its other entries stay as they are, byte for byte.
pub fn wrap(zip: Vec<u8>, runtime: &str, handler: &str) -> Result<Wrapped, WrapError> {
    let (file, text) = match Family::of(runtime) {
        Family::Python => (format!("{MODULE}.py"), python(handler)?),
        Family::Node => node(&zip, handler)?,
        Family::Provided | Family::Other => return Err(WrapError::Runtime(runtime.to_owned())),
    };
    let broken = |error: &dyn std::fmt::Display| WrapError::Zip(error.to_string());
    let mut writer = ZipWriter::new_append(Cursor::new(zip)).map_err(|e| broken(&e))?;
    writer
        .start_file(file, SimpleFileOptions::default().unix_permissions(0o644))
        .map_err(|e| broken(&e))?;
    writer.write_all(text.as_bytes()).map_err(|e| broken(&e))?;
    let zip = writer.finish().map_err(|e| broken(&e))?.into_inner();
    Ok(Wrapped {
        zip,
        handler: format!("{MODULE}.handler"),
    })
}

fn misnamed(handler: &str, why: &str) -> WrapError {
    WrapError::Handler {
        handler: handler.to_owned(),
        why: why.to_owned(),
    }
}

/// JSON's strings are Python's and JavaScript's too.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn python(handler: &str) -> Result<String, WrapError> {
    let (module, function) = handler
        .rsplit_once('.')
        .ok_or_else(|| misnamed(handler, "no dot in it"))?;
    Ok(format!(
        "import importlib\n\ngetattr(importlib.import_module({}), {})\n\n\ndef handler(event, context):\n    return {{}}\n",
        literal(&module.replace('/', ".")),
        literal(function)
    ))
}

fn node(zip: &[u8], handler: &str) -> Result<(String, String), WrapError> {
    let mut archive =
        ZipArchive::new(Cursor::new(zip)).map_err(|error| WrapError::Zip(error.to_string()))?;
    let (folder, name) = handler
        .rsplit_once('/')
        .map_or(("", handler), |(folder, name)| {
            (folder.trim_start_matches("./"), name)
        });
    let (module, export) = name
        .split_once('.')
        .ok_or_else(|| misnamed(handler, "no dot in it"))?;
    let stem = if folder.is_empty() {
        module.to_owned()
    } else {
        format!("{folder}/{module}")
    };
    let extension = ["js", "mjs", "cjs"]
        .into_iter()
        .find(|e| archive.index_for_name(&format!("{stem}.{e}")).is_some())
        .ok_or_else(|| misnamed(handler, &format!("no {stem}.js, .mjs or .cjs")))?;
    let is_module = match extension {
        "mjs" => true,
        "cjs" => false,
        _ => in_module_package(&mut archive, Path::new(&stem)),
    };
    let from = literal(&format!("./{stem}.{extension}"));
    let parts: Vec<String> = export.split('.').map(literal).collect();
    let find = format!(
        "for (const part of [{}]) loaded = loaded[part];\n\
         if (typeof loaded !== \"function\") throw new Error(\"the handler is not a function\");\n",
        parts.join(", ")
    );
    Ok(if is_module {
        let first = &parts[0];
        (
            format!("{MODULE}.mjs"),
            format!(
                "import * as names from {from};\nlet loaded = {first} in names ? names : names.default;\n{find}\
                 export const handler = async () => ({{}});\n"
            ),
        )
    } else {
        // Where the whole package is made of modules, .js would be one too.
        let own = if in_module_package(&mut archive, Path::new(MODULE)) {
            "cjs"
        } else {
            "js"
        };
        (
            format!("{MODULE}.{own}"),
            format!("let loaded = require({from});\n{find}exports.handler = async () => ({{}});\n"),
        )
    })
}

/// Whether the nearest package.json says that .js files are ECMAScript modules.
fn in_module_package(archive: &mut ZipArchive<Cursor<&[u8]>>, file: &Path) -> bool {
    for folder in file.ancestors().skip(1) {
        let name = folder.join("package.json");
        let Ok(mut entry) = archive.by_name(&name.to_string_lossy()) else {
            continue;
        };
        let mut text = String::new();
        if entry.read_to_string(&mut text).is_err() {
            return false;
        }
        return serde_json::from_str::<serde_json::Value>(&text)
            .is_ok_and(|package| package["type"] == "module");
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip(files: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn names(zip: &[u8]) -> Vec<String> {
        let archive = ZipArchive::new(Cursor::new(zip)).unwrap();
        archive
            .file_names()
            .map(|name| name.unwrap().into_owned())
            .collect()
    }

    fn text(zip: &[u8], name: &str) -> String {
        let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
        let mut text = String::new();
        archive
            .by_name(name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn python_modules_are_imported_by_their_dotted_name() {
        let code = zip(&[("app/main.py", "x")]);
        let wrapped = wrap(code, "python3.12", "app/main.run").unwrap();
        assert_eq!(wrapped.handler, "lambench_no_handler.handler");
        let wrapper = text(&wrapped.zip, "lambench_no_handler.py");
        assert!(
            wrapper.contains(r#"getattr(importlib.import_module("app.main"), "run")"#),
            "{wrapper}"
        );
        assert_eq!(text(&wrapped.zip, "app/main.py"), "x");
    }

    #[test]
    fn node_modules_are_loaded_as_the_kind_that_they_are() {
        type Files<'a> = &'a [(&'a str, &'a str)];
        let module = r#"{"type": "module"}"#;
        let cases: [(Files<'_>, &str, &str); 5] = [
            (
                &[("index.js", "")],
                "lambench_no_handler.js",
                "require(\"./index.js\")",
            ),
            (
                &[("index.mjs", "")],
                "lambench_no_handler.mjs",
                "from \"./index.mjs\"",
            ),
            (
                &[("index.js", ""), ("package.json", module)],
                "lambench_no_handler.mjs",
                "from \"./index.js\"",
            ),
            (
                &[("index.cjs", ""), ("package.json", module)],
                "lambench_no_handler.cjs",
                "require(\"./index.cjs\")",
            ),
            (
                &[("index.js", ""), ("package.json", "{}")],
                "lambench_no_handler.js",
                "require(\"./index.js\")",
            ),
        ];
        for (files, file, loads) in cases {
            let wrapped = wrap(zip(files), "nodejs20.x", "index.handler").unwrap();
            assert!(names(&wrapped.zip).contains(&file.to_owned()), "{files:?}");
            let wrapper = text(&wrapped.zip, file);
            assert!(wrapper.contains(loads), "{files:?}: {wrapper}");
        }
    }

    #[test]
    fn what_cannot_be_wrapped_is_refused() {
        let code = || zip(&[("bootstrap", "")]);
        assert!(matches!(
            wrap(code(), "provided.al2023", "none"),
            Err(WrapError::Runtime(_))
        ));
        assert!(matches!(
            wrap(code(), "python3", "handler"),
            Err(WrapError::Handler { .. })
        ));
        assert!(matches!(
            wrap(code(), "nodejs", "index.handler"),
            Err(WrapError::Handler { .. })
        ));
        assert!(matches!(
            wrap(b"no zip".to_vec(), "python3", "a.b"),
            Err(WrapError::Zip(_))
        ));
    }
}
