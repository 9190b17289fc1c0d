//! Many functions at one gate: what is certain of one alone may be chance among many.

use crate::results::{Judgement, Verdict};
use crate::stats::benjamini_hochberg;

use super::note::Note;

/// Corrects for the number of functions. Each function's smallest p (after Holm) of the budgets that are tested is one of the
/// family; where Benjamini and Hochberg's adjusted value of it is not below the level, no test of that function fails it.
/// Sizes and intervals have no p and stay as they are. Returns the adjusted value of each function.
pub fn among_functions(functions: &mut [&mut [Judgement]]) -> Vec<Option<f64>> {
    let smallest: Vec<Option<f64>> = functions
        .iter()
        .map(|judgements| {
            let asked = judgements.iter().filter(|j| j.budget.is_some());
            asked.filter_map(|j| j.p_adjusted).reduce(f64::min)
        })
        .collect();
    let family: Vec<f64> = smallest.iter().copied().flatten().collect();
    let mut adjusted = benjamini_hochberg(&family).into_iter();
    let of_each: Vec<Option<f64>> = smallest
        .iter()
        .map(|p| p.and_then(|_| adjusted.next()))
        .collect();
    for (judgements, p) in functions.iter_mut().zip(&of_each) {
        let Some(p) = p else { continue };
        for judgement in judgements.iter_mut() {
            let uncertain = judgement.test.is_some_and(|test| *p >= test.alpha);
            if uncertain
                && judgement.p_adjusted.is_some()
                && judgement.verdict == Verdict::Regressed
            {
                judgement.verdict = Verdict::Inconclusive;
                judgement.note = Some(Note::AmongFunctions(family.len()).to_string());
            }
        }
    }
    of_each
}

/// *Before* is a stored result: a day apart the same function differs by more than 10 % one time in eight, so that no
/// change of what was sampled fails. Sizes do not drift.
/// `note` says why.
pub fn only_indicative(judgements: &mut [Judgement], note: &Note) {
    for judgement in judgements {
        let sampled = judgement.limit_change.is_some() && judgement.is_sampled();
        if sampled && judgement.verdict == Verdict::Regressed {
            judgement.verdict = Verdict::Inconclusive;
            judgement.note = Some(note.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Change;

    fn tested(p: f64) -> Judgement {
        Judgement {
            metric: "cold.p50".into(),
            budget: Some("cold.p50 > +10%".into()),
            limit_change: Some(0.1),
            limit_value: None,
            verdict: Verdict::Regressed,
            before: Some(100.0),
            after: Some(130.0),
            after_interval: None,
            change: Some(0.3),
            test: Some(Change {
                n_before: 10,
                n_after: 10,
                ratio: Some(1.3),
                interval: Some((1.1, 1.5)),
                p,
                alpha: 0.05,
            }),
            p_adjusted: Some(p),
            more_pairs: None,
            note: None,
        }
    }

    fn size() -> Judgement {
        Judgement {
            test: None,
            p_adjusted: None,
            ..tested(1.0)
        }
    }

    fn verdicts(p: &[f64]) -> Vec<Verdict> {
        let mut all: Vec<_> = p.iter().map(|p| [tested(*p), size()]).collect();
        let mut slices: Vec<&mut [Judgement]> = all.iter_mut().map(|j| &mut j[..]).collect();
        among_functions(&mut slices);
        assert!(all.iter().all(|j| j[1].verdict == Verdict::Regressed));
        all.iter().map(|j| j[0].verdict).collect()
    }

    use Verdict::{Inconclusive, Regressed};

    #[test]
    fn a_regression_that_chance_gives_to_one_of_many_functions_is_not_certain() {
        assert_eq!(verdicts(&[0.04]), [Regressed]);
        assert_eq!(verdicts(&[0.04, 0.9]), [Inconclusive, Inconclusive]);
        assert_eq!(verdicts(&[0.04, 0.03]), [Regressed, Regressed]);
        assert_eq!(
            verdicts(&[0.001, 0.04, 0.9]),
            [Regressed, Inconclusive, Inconclusive]
        );
    }

    #[test]
    fn a_function_without_a_p_is_not_of_the_family() {
        let (mut one, mut two) = ([tested(0.04)], [size()]);
        let adjusted = among_functions(&mut [&mut one, &mut two]);
        assert_eq!(adjusted, [Some(0.04), None]);
        assert_eq!(one[0].verdict, Regressed);
    }

    #[test]
    fn the_smallest_p_of_a_function_stands_for_it() {
        let mut one = [tested(0.04), tested(0.001)];
        let mut two = [tested(0.9)];
        assert_eq!(
            among_functions(&mut [&mut one, &mut two]),
            [Some(0.002), Some(0.9)]
        );
        assert!(one.iter().all(|j| j.verdict == Regressed));
    }

    #[test]
    fn against_a_stored_result_only_sizes_regress() {
        let mut all = [tested(0.001), size()];
        only_indicative(&mut all, &Note::Indicative);
        assert_eq!(all[0].verdict, Inconclusive);
        assert_eq!(all[0].note, Some(Note::Indicative.to_string()));
        assert_eq!(all[1].verdict, Regressed);
    }
}
