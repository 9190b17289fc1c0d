//! `lambench self-test` as CI runs it, and that it can fail.

mod support;

use support::Test;

/// One test, so that nothing else runs meanwhile.
#[test]
fn the_gate_is_proved_on_this_machine_and_the_proof_can_fail() {
    let test = Test::new();
    // Twice as long is certain on a busy machine, too; .ci/run has the 30 % on its own.
    let right = test.run(&["self-test", "--delay", "100%", "--quiet"]);
    assert_eq!(right.code, Some(0), "{}{}", right.stdout, right.stderr);
    assert!(
        right.stdout.contains("A against itself:"),
        "{}",
        right.stdout
    );
    assert!(
        right
            .stdout
            .contains("regressed (right: it must be regressed)"),
        "{}",
        right.stdout
    );
    assert!(!right.stdout.contains("WRONG"), "{}", right.stdout);
    assert!(
        !test.path().join(".lambench").exists(),
        "it leaves something behind"
    );

    // A delay that is none: the second verdict cannot be what it must be.
    let broken = test.run(&["self-test", "--delay", "0.01%", "--quiet"]);
    assert_eq!(broken.code, Some(1), "{}{}", broken.stdout, broken.stderr);
    assert!(
        broken.stdout.contains("WRONG: it must be regressed"),
        "{}",
        broken.stdout
    );
    assert!(
        broken.stderr.contains("the self-test failed"),
        "{}",
        broken.stderr
    );
}
