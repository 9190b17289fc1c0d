use super::*;
use crate::inspect::reach::Reachability;
use crate::inspect::{self, Evidence, Finding, Place, Severity, Subject, samples};
use crate::render::inspect_html;

const KB: usize = 1024;

fn of(name: &str, mounts: &[(Place, &[(&str, usize)])]) -> Anatomy {
    let (_kept, mounts): (Vec<_>, Vec<_>) = mounts
        .iter()
        .map(|(place, files)| {
            let files = files
                .iter()
                .map(|(path, bytes)| (*path, vec![b'\n'; *bytes]));
            samples::mounted(place.clone(), &files.collect::<Vec<_>>())
        })
        .unzip();
    inspect::inspect(&Subject {
        name: name.into(),
        runtime: Some("nodejs20.x".into()),
        handler: Some("index.handler".into()),
        ..samples::subject_of(mounts)
    })
}

const OLD: &[(&str, usize)] = &[
    ("index.mjs", 3 * KB),
    ("data/table.json", 40 * KB),
    ("node_modules/large/lib/deep/down/index.js", 900 * KB),
    ("node_modules/large/lib/types.d.ts", 350 * KB),
    ("node_modules/large/build/native.node", 2048 * KB),
    ("node_modules/@scope/middle/index.js", 120 * KB),
    ("node_modules/small/index.js", KB),
    ("node_modules/smaller/index.js", 100),
];

const NEW: &[(&str, usize)] = &[
    ("index.mjs", 5 * KB),
    ("data/table.json", 40 * KB),
    ("node_modules/@scope/middle/index.js", 120 * KB),
    ("node_modules/came/index.js", 7 * KB),
];

fn one() -> Inspection {
    Inspection::new(None, of("app/", &[(Place::Task, OLD)])).cut(2, 8)
}

fn two() -> Inspection {
    let (old, new) = (
        of("old.zip", &[(Place::Task, OLD)]),
        of("new/", &[(Place::Task, NEW)]),
    );
    Inspection::new(Some(old), new).cut(2, 8)
}

fn wide() -> Style {
    Style {
        width: 100,
        strip: true,
        ..Style::plain()
    }
}

#[test]
fn a_package_on_a_terminal() {
    insta::assert_snapshot!(inspect(&one(), Lang::En, &wide()));
}

#[test]
fn a_package_in_korean() {
    insta::assert_snapshot!(inspect(&one(), Lang::Ko, &wide()));
}

#[test]
fn what_went_and_what_came() {
    insta::assert_snapshot!(inspect(&two(), Lang::En, &wide()));
}

#[test]
fn what_went_and_what_came_in_korean() {
    insta::assert_snapshot!(inspect(&two(), Lang::Ko, &wide()));
}

#[test]
fn a_package_with_layers_has_each_of_them_in_the_tree() {
    let layer = Place::Layer {
        position: 0,
        name: "deps.zip".into(),
    };
    let deps: &[(&str, usize)] = &[("nodejs/node_modules/shared/index.js", 70 * KB)];
    let anatomy = of("app/", &[(Place::Task, NEW), (layer, deps)]);
    let inspection = Inspection::new(None, anatomy).cut(1, 8);
    insta::assert_snapshot!(inspect(&inspection, Lang::En, &Style::plain()));
}

#[test]
fn no_line_of_the_tree_is_wider_than_the_terminal() {
    use unicode_width::UnicodeWidthStr as _;
    for width in [60, 72, 80, 100, 140] {
        let style = Style { width, ..wide() };
        for lang in [Lang::En, Lang::Ko] {
            let text = inspect(&one(), lang, &style);
            for line in text.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
    }
}

fn never_reached(name: &str, place: Place, bytes: u64) -> Finding {
    Finding {
        severity: Severity::Waste,
        subject: name.into(),
        place: Some(place),
        bytes: Some(bytes),
        examples: vec![format!("{name}/"), format!("{name}-1.0.dist-info/")],
        evidence: Evidence::Reachability(Reachability::NeverReached {
            version: "1.0".into(),
            handler: "app.handler".into(),
            files_read: 12,
        }),
    }
}

#[test]
fn what_is_told_of_several_in_the_same_words_is_told_once() {
    let layer = Place::Layer {
        position: 0,
        name: "deps.zip".into(),
    };
    let mut anatomy = of("app/", &[(Place::Task, NEW), (layer.clone(), NEW)]);
    anatomy.findings = vec![
        never_reached("pandas", Place::Task, 5 << 20),
        never_reached("requests", layer, 1 << 20),
        never_reached("six", Place::Task, 30 << 10),
    ];
    let inspection = Inspection::new(None, anatomy);
    for (lang, words, fix) in [
        (
            Lang::En,
            "each of these 3: nothing that app.handler loads leads to it (12 files read)",
            "run the function once",
        ),
        (
            Lang::Ko,
            "다음 3개 모두: app.handler에서 불러오는 코드 중",
            "함수를 한 번 실행해 확인하세요",
        ),
    ] {
        let said = inspect(&inspection, lang, &Style::plain());
        let page = inspect_html(&inspection, lang);
        for told in [&said, &page] {
            let lines: Vec<&str> = told.split_whitespace().collect();
            let told = lines.join(" ");
            assert_eq!(told.matches(words).count(), 1, "{told}");
            assert_eq!(told.matches(fix).count(), 1, "{told}");
        }
        for name in ["pandas, 5.0 MB", "requests (", "six, 30 KB"] {
            assert!(said.contains(&format!("\n      {name}")), "{name}: {said}");
            assert!(page.contains(&format!("<li>{name}")), "{name}: {page}");
        }
    }
    let mut one = inspection.clone();
    one.anatomy.findings.truncate(1);
    let said = inspect(&one, Lang::En, &Style::plain());
    assert!(
        said.contains("waste, 5.0 MB: pandas: nothing that"),
        "{said}"
    );
}

#[test]
fn what_is_gone_and_was_told_in_the_same_words_is_one_line() {
    let mut before = of("old/", &[(Place::Task, NEW)]);
    let after = of("new/", &[(Place::Task, NEW)]);
    before.findings = vec![
        never_reached("pandas", Place::Task, 5 << 20),
        never_reached("six", Place::Task, 30 << 10),
    ];
    let inspection = Inspection::new(Some(before), after);
    let line = "pandas, six: nothing that app.handler loads leads to it (12 files read)";
    let said = inspect(&inspection, Lang::En, &Style::plain());
    let words: Vec<&str> = said.split_whitespace().collect();
    assert!(words.join(" ").contains(&format!("- {line}")), "{said}");
    assert!(inspect_html(&inspection, Lang::En).contains(&format!("<li>{line}</li>")));
}
