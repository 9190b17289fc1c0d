//! The page as a whole: what is in it, that it is well-formed, and that nothing from outside is more than text.

use super::*;
use crate::results::samples::{pair, single};
use crate::results::{
    Arm, Ending, ExcludedCount, Exclusion, Judgement, Kind, Verdict, pair as paired,
};

/// A small one: with an exclusion, a verdict, and few samples.
fn small() -> RunResult {
    let mut result = pair();
    result.samples.retain(|sample| sample.environment < 7);
    for (index, sample) in (0..).zip(&mut result.samples) {
        sample.index = index;
    }
    let left_out = &mut result.samples[2];
    left_out.accepted = false;
    left_out.excluded_reason = Some(Exclusion::Unknown);
    left_out.init_ms = None;
    result.exclusions = vec![ExcludedCount {
        arm: Arm::Before,
        kind: Kind::Cold,
        reason: Exclusion::Unknown,
        count: 1,
    }];
    result.judgements = vec![Judgement {
        metric: "cold.p50".into(),
        budget: Some("cold.p50 > +10%".into()),
        limit_change: Some(0.1),
        limit_value: None,
        verdict: Verdict::Improved,
        before: Some(1800.0),
        after: Some(940.0),
        after_interval: None,
        change: Some(-0.48),
        test: None,
        p_adjusted: None,
        more_pairs: None,
        note: None,
    }];
    result
}

/// Without its style and its data, which have lines of their own.
fn without_style_and_data(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    let (before, data) = body.split_once(";base64,").unwrap();
    let (_, after) = data.split_once('"').unwrap();
    format!("{head}<style></style>{before};base64,\"{after}")
}

/// Every element is ended, in order, and every attribute is in quotes: what is left out is what went wrong.
fn malformed(page: &str) -> Option<String> {
    let (_, mut rest) = page.split_once('\n')?;
    let mut open: Vec<&str> = Vec::new();
    while let Some((text, tail)) = rest.split_once('<') {
        if text.contains('>') && open.last() != Some(&"style") {
            return Some(format!("a loose > in {text:?}"));
        }
        let Some((tag, after)) = tail.split_once('>') else {
            return Some(format!("no end of <{tail}"));
        };
        rest = after;
        if tag.matches('"').count() % 2 == 1 {
            return Some(format!("quotes of <{tag}>"));
        }
        let name = tag.trim_start_matches('/').split([' ', '/']).next()?;
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) if open.pop() != Some(name) => return Some(format!("<{tag}> ends another")),
            (false, false) => open.push(name),
            _ => {}
        }
    }
    open.pop().map(|name| format!("<{name}> has no end"))
}

#[test]
fn the_page_of_a_small_pair() {
    let result = small();
    let page = html(&[&result], Lang::En);
    assert_eq!(malformed(&page), None);
    insta::assert_snapshot!(without_style_and_data(&page));
}

#[test]
fn every_cold_start_has_its_mark_counted_or_not() {
    let page = html(&[&small()], Lang::En);
    let drawing = |class: &str| {
        let (_, rest) = page.split_once(&format!("<svg class=\"{class}\"")).unwrap();
        rest.split_once("</svg>").unwrap().0
    };
    assert_eq!(drawing("strip").matches("<use ").count(), 13);
    assert_eq!(drawing("course").matches("<use ").count(), 14);
    assert_eq!(drawing("course").matches("href=\"#x\"").count(), 1);
    assert_eq!(drawing("course").matches("Not counted: no Init").count(), 1);
}

#[test]
fn one_subject_one_before_from_elsewhere_and_several_results_each_make_a_page_in_both_languages() {
    let alone = single();
    let mut earlier = single();
    earlier.id = "20261101T000000Z-7".into();
    let both = paired((&earlier, Arm::Only), (&alone, Arm::Only));
    let mut stopped = pair();
    stopped.ending = Ending::Stopped {
        why: "it was interrupted".into(),
    };
    stopped.samples.clear();
    stopped.summary.clear();
    for lang in [Lang::En, Lang::Ko] {
        for results in [
            vec![&alone],
            vec![&both],
            vec![&stopped],
            vec![&alone, &both, &stopped],
        ] {
            let page = html(&results, lang);
            assert_eq!(malformed(&page), None);
            assert_eq!(page.matches("<article ").count(), results.len());
            let mut ids: Vec<&str> = page.split(" id=\"").skip(1).collect();
            ids = ids
                .iter()
                .filter_map(|rest| rest.split('"').next())
                .collect();
            let all = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), all, "ids are their own");
        }
    }
    let page = html(&[&alone, &both], Lang::Ko);
    assert!(page.contains("lang=\"ko\"") && page.contains("콜드 스타트: 측정 결과 2개"));
    assert!(page.contains("<a href=\"#r2\">data-collector</a>"));
}

#[test]
fn what_comes_from_outside_is_text_and_nothing_else() {
    let evil = "</script><script>alert(1)</script>\"' onload=x & \u{202e}<img src=http://x/>";
    let mut result = small();
    for subject in &mut result.subjects {
        subject.function = evil.into();
        subject.name = evil.into();
        subject.version = evil.into();
        subject.runtime = evil.into();
    }
    result.id = format!("1/..{evil}");
    result.machine = evil.into();
    result.warnings = vec![evil.into()];
    result.judgements[0].budget = Some(evil.into());
    result.ending = Ending::Stopped { why: evil.into() };
    for results in [vec![&result], vec![&result, &result]] {
        let page = html(&results, Lang::En);
        assert_eq!(malformed(&page), None);
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202e}'));
        assert!(page.contains("&lt;img src=http://x/&gt;"));
        assert!(!page.contains("\" onload=x"));
    }
}

#[test]
fn the_data_are_the_whole_result() {
    use base64::Engine as _;
    let result = small();
    let page = html(&[&result], Lang::En);
    let (_, data) = page.split_once(";base64,").unwrap();
    let (data, _) = data.split_once('"').unwrap();
    let json = base64::engine::general_purpose::STANDARD
        .decode(data)
        .unwrap();
    assert_eq!(serde_json::from_slice::<RunResult>(&json).unwrap(), result);
}

#[test]
fn the_page_names_no_other_place_and_has_no_script() {
    let page = html(&[&pair()], Lang::En);
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("<script"));
    assert!(!page.contains("url(") && !page.contains("@import"));
}
