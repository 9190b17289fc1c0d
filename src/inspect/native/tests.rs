use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;
use crate::inspect::distributions::distributions;
use crate::inspect::samples;

struct Package(tempfile::TempDir);

impl Package {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.path(name), content).unwrap();
        self
    }

    /// A library that gcc links from `source`.
    fn library(&self, name: &str, source: &str, flags: &[&str]) -> &Self {
        let code = self.0.path().with_extension("c");
        fs::write(&code, source).unwrap();
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-o"])
            .arg(self.path(name))
            .arg(&code)
            .args(flags);
        let output = cc.output().unwrap();
        fs::remove_file(&code).unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        self
    }

    fn found(&self, runtime: &str, architecture: &str) -> Vec<Finding> {
        let subject = Subject {
            runtime: Some(runtime.to_owned()),
            architecture: Some(architecture.to_owned()),
            ..samples::subject(self.0.path())
        };
        let distributions = distributions(&subject.mounts[0]);
        findings(&subject, &distributions)
    }

    fn cannot_load(
        &self,
        runtime: &str,
        architecture: &str,
    ) -> Vec<(Severity, String, CannotLoad)> {
        let found = self.found(runtime, architecture).into_iter();
        let cannot = found.filter_map(|finding| match finding.evidence {
            Evidence::Native(Native::NativeCannotLoad(found)) => {
                Some((finding.severity, finding.subject, *found))
            }
            _ => None,
        });
        cannot.collect()
    }
}

/// The head of an ELF file, which tells its machine.
fn elf(machine: u8) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(64, 0);
    bytes[18] = machine;
    bytes
}

const X86_64: u8 = 62;
const ARM64: u8 = 183;
const MAC: &[u8] = b"\xcf\xfa\xed\xfe\x0c\0\0\x01";

#[test]
fn a_library_for_the_functions_machine_is_nothing_to_tell() {
    let package = Package::new();
    package
        .file("fast/a.so", elf(X86_64))
        .file("fast/b.so.6", elf(X86_64));
    assert_eq!(package.found("python3.11", "x86_64"), []);
}

#[test]
fn a_library_for_another_machine_is_a_problem() {
    let package = Package::new();
    package
        .file("fast/a.so", elf(X86_64))
        .file("fast/b.so.6", elf(X86_64));
    let [(Severity::Problem, subject, found)] = &package.cannot_load("python3.11", "arm64")[..]
    else {
        panic!("{:?}", package.found("python3.11", "arm64"));
    };
    assert_eq!(
        (
            subject.as_str(),
            found.files,
            found.other_machine,
            found.others_can
        ),
        ("fast", 2, 2, 0)
    );
    assert_eq!(found.machines, ["x86_64"]);
    assert_eq!(found.architecture.as_deref(), Some("arm64"));
}

#[test]
fn one_that_lies_beside_what_can_be_loaded_is_waste() {
    let package = Package::new();
    package
        .file(
            "node_modules/hash/package.json",
            r#"{"name": "hash", "version": "1.0.0"}"#,
        )
        .file("node_modules/hash/prebuilds/linux-x64/a.node", elf(X86_64))
        .file("node_modules/hash/prebuilds/linux-arm64/a.node", elf(ARM64))
        .file("node_modules/hash/prebuilds/darwin-arm64/a.node", MAC)
        .file("node_modules/hash/prebuilds/win32-x64/a.node", "MZ\u{90}\0");
    let [(Severity::Waste, subject, found)] = &package.cannot_load("nodejs20.x", "x86_64")[..]
    else {
        panic!("{:?}", package.found("nodejs20.x", "x86_64"));
    };
    assert_eq!(subject, "hash");
    assert_eq!((found.files, found.others_can), (3, 1));
    assert_eq!((found.other_machine, found.macos, found.windows), (1, 1, 1));
}

#[test]
fn a_package_for_one_platform_alone_is_waste_on_another() {
    let package = Package::new();
    package
        .file(
            "node_modules/@img/sharp-darwin-arm64/package.json",
            r#"{"name": "@img/sharp-darwin-arm64", "version": "1.0.0", "os": ["darwin"], "cpu": ["arm64"]}"#,
        )
        .file("node_modules/@img/sharp-darwin-arm64/lib/sharp.node", MAC);
    let found = package.cannot_load("nodejs20.x", "x86_64");
    assert!(matches!(&found[..], [(Severity::Waste, ..)]), "{found:?}");
}

#[test]
fn a_module_named_for_another_python_is_found_by_no_import() {
    let package = Package::new();
    package
        .file("fast.cpython-312-x86_64-linux-gnu.so", elf(X86_64))
        .file("stable.abi3.so", elf(X86_64));
    let [(Severity::Problem, _, found)] = &package.cannot_load("python3.11", "x86_64")[..] else {
        panic!("{:?}", package.found("python3.11", "x86_64"));
    };
    assert_eq!((found.files, found.other_python), (1, 1));
    assert_eq!(found.python.as_deref(), Some("3.11"));
    assert_eq!(package.cannot_load("python3.12", "x86_64"), []);
}

#[test]
fn the_libraries_of_a_module_do_not_stand_in_for_it() {
    let package = Package::new();
    package
        .file("fast/core.cpython-312-x86_64-linux-gnu.so", elf(X86_64))
        .file("fast/libs/libblas.so.0", elf(X86_64));
    let found = package.cannot_load("python3.11", "x86_64");
    assert!(matches!(&found[..], [(Severity::Problem, ..)]), "{found:?}");
    package.file("fast/core.cpython-311-x86_64-linux-gnu.so", elf(X86_64));
    let found = package.cannot_load("python3.11", "x86_64");
    assert!(matches!(&found[..], [(Severity::Waste, ..)]), "{found:?}");
}

#[test]
fn a_module_with_a_source_beside_it_is_not_missed() {
    let package = Package::new();
    package
        .file("fast.cpython-312-x86_64-linux-gnu.so", elf(X86_64))
        .file("fast.py", "");
    let found = package.cannot_load("python3.11", "x86_64");
    assert!(matches!(&found[..], [(Severity::Waste, ..)]), "{found:?}");
    // Found by this name first, whatever lies beside it.
    let package = Package::new();
    package.file("fast.abi3.so", elf(ARM64)).file("fast.py", "");
    let found = package.cannot_load("python3.11", "x86_64");
    assert!(matches!(&found[..], [(Severity::Problem, ..)]), "{found:?}");
}

#[test]
fn a_launcher_for_windows_is_waste_and_no_problem() {
    let package = Package::new();
    package.file("distlib/t64.exe", "MZ\u{90}\0");
    let found = package.cannot_load("python3.11", "x86_64");
    assert!(matches!(&found[..], [(Severity::Waste, ..)]), "{found:?}");
}

#[cfg(target_os = "linux")]
mod linked {
    use super::*;

    fn here() -> &'static str {
        if cfg!(target_arch = "aarch64") {
            "arm64"
        } else {
            "x86_64"
        }
    }

    fn size(path: &Path) -> u64 {
        fs::metadata(path).unwrap().len()
    }

    /// A source with many functions, so that there is much to say of it to a debugger.
    fn much() -> String {
        let functions = (0..3000)
            .map(|i| format!("int function_of_a_long_name_{i}(int x) {{ return x * {i}; }}\n"));
        functions.collect()
    }

    #[test]
    fn what_strip_would_save_is_told_to_a_few_bytes() {
        let package = Package::new();
        package.library("fast.so", &much(), &["-g"]);
        let before = size(&package.path("fast.so"));
        let found = package.found("python3.11", here());
        let [finding] = &found[..] else {
            panic!("{found:?}");
        };
        let Evidence::Native(Native::NativeUnstripped {
            files: 1,
            debug_bytes,
            symbol_bytes,
            changed_files: 0,
        }) = finding.evidence
        else {
            panic!("{finding:?}");
        };
        assert!(
            debug_bytes > 100_000 && symbol_bytes > 50_000,
            "{finding:?}"
        );

        let strip = Command::new("strip")
            .arg("--strip-unneeded")
            .arg(package.path("fast.so"))
            .status();
        assert!(strip.unwrap().success());
        let saved = before - size(&package.path("fast.so"));
        // Headers and names of the sections go, too, and gaps change.
        assert!(
            saved.abs_diff(finding.bytes.unwrap()) < 4096,
            "{saved} {finding:?}"
        );
        assert_eq!(package.found("python3.11", here()), [], "stripped");
    }

    #[test]
    fn what_was_changed_since_it_was_linked_is_not_to_be_stripped() {
        let package = Package::new();
        package.library("fast.so", &much(), &["-g"]);
        // What is loaded now lies behind what is not, as where patchelf has put in a longer name.
        let objcopy = Command::new("objcopy")
            .args(["--set-section-flags", ".debug_str=alloc,readonly,data"])
            .arg(package.path("fast.so"))
            .status();
        assert!(objcopy.unwrap().success());
        assert_eq!(package.found("python3.11", here()), []);
    }

    #[test]
    fn a_newer_glibc_than_the_runtimes_is_a_problem() {
        let package = Package::new();
        // Version 2.34 moved it into libc.so.6 and gave it a version of its own.
        let source = "#include <pthread.h>\nint go(void *(*f)(void *)) { pthread_t t; return pthread_create(&t, 0, f, 0); }";
        package.library("fast.so", source, &["-s"]);
        let [(Severity::Problem, _, found)] = &package.cannot_load("python3.11", here())[..] else {
            panic!("{:?}", package.found("python3.11", here()));
        };
        assert_eq!(
            (found.newer_glibc, found.has_glibc.as_deref()),
            (1, Some("2.26"))
        );
        assert_eq!(found.needs_glibc.as_deref(), Some("2.34"));
        assert_eq!(package.cannot_load("python3.12", here()), []);
    }

    #[test]
    fn what_is_linked_with_musl_is_a_problem() {
        // Alpine's name of it, the one that musl's own compiler writes, and glibc's.
        for (name, musl) in [
            ("libc.musl-x86_64.so.1", true),
            ("libc.so", true),
            ("libc.so.6", false),
        ] {
            let (package, beside) = (Package::new(), Package::new());
            beside.library(
                "libzero.so",
                "int zero(void) { return 0; }",
                &[&format!("-Wl,-soname,{name}"), "-nostdlib"],
            );
            let libc = beside.path("libzero.so");
            package.library(
                "fast.so",
                "int zero(void); int go(void) { return zero(); }",
                &["-nostdlib", "-s", libc.to_str().unwrap()],
            );
            let found = package.cannot_load("python3.12", here());
            let told: Vec<_> = found
                .iter()
                .map(|(severity, _, found)| (*severity, found.files, found.musl))
                .collect();
            let expected = musl.then_some((Severity::Problem, 1, 1));
            assert_eq!(told, Vec::from_iter(expected), "{name}");
        }
    }
}

#[test]
fn each_runtime_has_the_glibc_of_its_amazon_linux() {
    for (runtime, wanted) in [
        ("python3.9", Some((2, 26))),
        ("python3.11", Some((2, 26))),
        ("python3.12", Some((2, 34))),
        ("nodejs18.x", Some((2, 26))),
        ("nodejs20.x", Some((2, 34))),
        ("nodejs22.x", Some((2, 34))),
        ("provided.al2", Some((2, 26))),
        ("provided.al2023", Some((2, 34))),
        ("python3", None),
        ("java21", None),
    ] {
        assert_eq!(glibc(runtime), wanted, "{runtime}");
    }
}

mod rules;
