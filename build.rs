//! Lists the demo's files, so that the fixture in the binary is the fixture in the repository.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const DEMO: [&str; 4] = [
    "lambench.toml",
    "fixtures/data-collector/before",
    "fixtures/data-collector/after",
    "fixtures/layers/market-common",
];

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut files = Vec::new();
    for path in DEMO {
        println!("cargo::rerun-if-changed={path}");
        collect(&root.join(path), &mut files);
    }
    files.sort();
    let mut code = String::from("const DEMO_FILES: &[(&str, &[u8])] = &[\n");
    for file in files {
        let name = file.strip_prefix(&root).expect("below the root");
        let name = name.to_str().expect("fixture names are UTF-8");
        let _ = writeln!(
            code,
            "    ({name:?}, include_bytes!({:?})),",
            file.display().to_string()
        );
    }
    code.push_str("];\n");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    std::fs::write(out.join("demo_files.rs"), code).expect("OUT_DIR is writable");
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a readable fixture") {
            let path = entry.expect("a readable fixture").path();
            if path.file_name().is_none_or(|name| name != "__pycache__") {
                collect(&path, files);
            }
        }
    } else {
        files.push(path.to_owned());
    }
}
