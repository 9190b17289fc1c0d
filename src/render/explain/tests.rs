use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr as _;

use super::*;

const LANGS: [Lang; 2] = [Lang::En, Lang::Ko];

fn said(name: &str, lang: Lang) -> String {
    explain(name, lang, &Style::plain()).unwrap_or_else(|near| panic!("{name}: {near:?}"))
}

/// The names of an enum as the result file's schema lists them, in whatever form.
fn in_schema(name: &str) -> BTreeSet<String> {
    let schema = include_str!("../../../schema/result.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let of = &schema["$defs"][name];
    let listed = of["enum"].as_array().into_iter().flatten();
    let one_of = of["oneOf"].as_array().into_iter().flatten();
    let nested = one_of
        .clone()
        .flat_map(|one| one["enum"].as_array().into_iter().flatten());
    let names = listed.chain(nested).chain(one_of.map(|one| &one["const"]));
    names
        .filter_map(|name| name.as_str())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_reason_and_verdict_of_the_result_file_is_explained_and_listed() {
    for (name, count) in [("Exclusion", 10), ("Verdict", 4)] {
        let names = in_schema(name);
        assert!(names.len() >= count, "{name}: {names:?}");
        for name in names {
            for lang in LANGS {
                assert!(said(&name, lang).starts_with(&name), "{name}");
                assert!(explained(lang, &Style::plain()).contains(&format!("  {name} ")));
            }
        }
    }
}

#[test]
fn every_metric_of_budgets_and_tables_is_explained_and_listed() {
    for name in Measure::all().map(Measure::name) {
        for lang in LANGS {
            let said = said(&name, lang);
            assert!(said.contains(&name), "{said}");
            let base = said.split(':').next().unwrap();
            assert!(explained(lang, &Style::plain()).contains(&format!("  {base} ")));
        }
    }
    for title in [
        "Cold start",
        "cold-start",
        "콜드 스타트",
        "Package size",
        "version",
    ] {
        assert!(said(title, Lang::En).contains(". "), "{title}");
    }
}

#[test]
fn every_topic_says_something_in_both_languages_and_points_to_what_exists() {
    for topic in topics() {
        let name = topic.name();
        let (en, ko) = (topic.text(Text(Lang::En)), topic.text(Text(Lang::Ko)));
        assert!(en.len() > 80 && en.ends_with('.'), "{name}: {en}");
        assert!(
            ko.chars().any(|c| ('가'..='힣').contains(&c)),
            "{name}: {ko}"
        );
        assert!(ko.ends_with('.'), "{name}: {ko}");
        assert!(!topic.see().is_empty(), "{name}");
        for other in topic.see() {
            assert_ne!(*other, name);
            said(other, Lang::En);
        }
    }
}

#[test]
fn no_two_topics_share_a_name() {
    let mut seen = BTreeSet::new();
    for topic in topics() {
        let names: BTreeSet<String> = topic.names().iter().map(|name| plain(name)).collect();
        for name in names {
            assert!(seen.insert(name.clone()), "{name} of {}", topic.name());
        }
    }
}

#[test]
fn what_is_misspelt_is_answered_with_what_is_nearly_so() {
    let near = |name: &str| explain(name, Lang::En, &Style::plain()).unwrap_err();
    assert_eq!(near("cold.intit")[0], "cold.init");
    assert_eq!(near("proactive")[0], "proactive_init");
    assert_eq!(near("inconclusiv")[0], "inconclusive");
    assert!(near("zzzz").is_empty());
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [40, 80, 200] {
        let style = Style {
            width,
            ..Style::plain()
        };
        for lang in LANGS {
            let mut all = explained(lang, &style);
            for topic in topics() {
                all += &topic.explained(Text(lang), &style);
            }
            for line in all.lines() {
                assert!(line.width() <= width.min(WIDEST), "{line}");
            }
        }
    }
}

#[test]
fn why_init_is_slow_and_what_a_package_holds_is_asked_of_other_commands() {
    for (name, command) in [
        ("cold.init", Some("`lambench profile TARGET`")),
        ("cold", Some("`lambench profile TARGET`")),
        ("package.zip", Some("`lambench inspect TARGET`")),
        ("warm", None),
    ] {
        for lang in LANGS {
            let said = said(name, lang);
            let words: Vec<&str> = said.split_whitespace().collect();
            let said = words.join(" ");
            match command {
                Some(command) => assert!(said.contains(command), "{said}"),
                None => assert!(!said.contains(" TARGET`"), "{said}"),
            }
        }
    }
}
