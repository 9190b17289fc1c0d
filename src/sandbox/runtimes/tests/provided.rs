//! `provided.*`: executables that can and can't run here.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::Bench;

#[test]
fn provided_takes_the_bootstrap_of_the_package_then_of_a_layer() {
    let mut bench = Bench::new();
    bench.layers = true;
    assert!(bench.message("provided.al2023").contains("`bootstrap`"));
    bench.executable("opt/bootstrap", "#!/bin/sh\n");
    let runtime = bench.resolve("provided.al2023").unwrap();
    assert_eq!(runtime.client.origin, "layer");
    bench.executable("task/bootstrap", "#!/bin/sh\n");
    let runtime = bench.resolve("provided.al2023").unwrap();
    assert_eq!(runtime.argv, [bench.path("task/bootstrap")]);
    assert_eq!(runtime.client.name, "bootstrap");
    assert_eq!(runtime.client.origin, "package");
    assert_eq!(runtime.version, "provided.al2023 on this host");
    assert!(!runtime.env.contains_key("AWS_EXECUTION_ENV"));
}

#[test]
fn a_bootstrap_that_can_not_run_here_says_why() {
    let bench = Bench::new();
    let path = bench.file("task/bootstrap", "#!/bin/sh\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let message = bench.message("provided");
    assert!(
        message.contains("package's `bootstrap`") && message.contains("executable bit"),
        "{message}"
    );

    let other = if cfg!(target_arch = "x86_64") {
        183
    } else {
        62
    };
    let mut elf = vec![0; 64];
    elf[..6].copy_from_slice(b"\x7fELF\x02\x01");
    elf[18] = other;
    fs::write(&path, elf).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let message = bench.message("provided");
    assert!(message.contains("it is built for"), "{message}");
}
