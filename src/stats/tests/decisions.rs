//! Which decision follows from which change.

use crate::stats::{Change, Decision, verdict};

fn change(ratio: f64, interval: (f64, f64), p: f64) -> Change {
    Change {
        n_before: 20,
        n_after: 20,
        ratio: Some(ratio),
        interval: Some(interval),
        p,
        alpha: 0.05,
    }
}

fn decide(change: &Change) -> Decision {
    verdict(change, change.p, 0.10)
}

#[test]
fn what_is_past_the_limit_for_certain_is_regressed() {
    assert_eq!(
        decide(&change(1.2, (1.08, 1.33), 0.001)),
        Decision::Regressed
    );
    assert_eq!(decide(&change(1.1, (1.01, 1.2), 0.04)), Decision::Regressed);
}

#[test]
fn what_is_within_the_limit_for_certain_has_passed() {
    assert_eq!(decide(&change(1.0, (0.93, 1.07), 0.9)), Decision::Passed);
    assert_eq!(decide(&change(0.97, (0.9, 1.05), 0.3)), Decision::Passed);
    // Slower for certain, but by less than the limit.
    assert_eq!(decide(&change(1.05, (1.02, 1.08), 0.001)), Decision::Passed);
}

#[test]
fn what_is_smaller_for_certain_is_improved() {
    assert_eq!(decide(&change(0.8, (0.7, 0.9), 0.001)), Decision::Improved);
}

#[test]
fn an_interval_that_reaches_the_limit_decides_nothing() {
    for undecided in [
        change(1.0, (0.9, 1.1), 0.9),
        change(1.2, (0.98, 1.4), 0.08),
        change(1.05, (1.01, 1.15), 0.02),
    ] {
        assert!(
            matches!(
                decide(&undecided),
                Decision::Inconclusive {
                    more_pairs: Some(_)
                }
            ),
            "{undecided:?}"
        );
    }
}

#[test]
fn a_corrected_p_decides_what_is_significant() {
    let change = change(1.2, (1.01, 1.4), 0.04);
    assert_eq!(decide(&change), Decision::Regressed);
    assert!(matches!(
        verdict(&change, 0.08, 0.10),
        Decision::Inconclusive { .. }
    ));
}

#[test]
fn an_interval_twice_too_wide_wants_four_times_the_pairs() {
    let wide = change(1.0, (1.0 / 1.21, 1.21), 0.9);
    // A hair more than 80 in all: the end must come below the limit.
    let Decision::Inconclusive {
        more_pairs: Some(more),
    } = decide(&wide)
    else {
        panic!("{:?}", decide(&wide));
    };
    assert!((60..=61).contains(&more), "{more}");
    let past_the_limit = change(1.21, (1.21 / 1.4641, 1.6), 0.2);
    let Decision::Inconclusive {
        more_pairs: Some(more),
    } = decide(&past_the_limit)
    else {
        panic!("{:?}", decide(&past_the_limit));
    };
    assert!((60..=61).contains(&more), "{more}");
}

#[test]
fn there_is_no_advice_where_no_number_of_pairs_would_do() {
    let none = Decision::Inconclusive { more_pairs: None };
    assert_eq!(
        decide(&change(1.0999, (0.9, 1.3), 0.1)),
        none,
        "on the limit"
    );
    let few = Change {
        interval: None,
        ..change(1.5, (1.0, 1.0), 0.1)
    };
    assert_eq!(decide(&few), none, "no interval");
    let nothing = Change { ratio: None, ..few };
    assert_eq!(decide(&nothing), none, "no ratio");
}
