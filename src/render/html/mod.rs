//! Results as a page to look at and to pass on: one file that loads nothing and runs nothing.

mod axis;
mod bars;
mod charts;
mod course;
mod icicle;
mod inspect;
mod logs;
mod overview;
mod page;
mod profile;
mod section;
mod strip;
mod svg;
mod treemap;

use std::path::Path;

pub use inspect::inspect_html;
pub use logs::logs_html;
pub(super) use profile::ProfilePage;

use super::report;
use super::text::Text;
use crate::config::Lang;
use crate::results::RunResult;

/// The page of one result or of several; of several an overview stands first.
pub fn html(results: &[&RunResult], lang: Lang) -> String {
    let text = Text(lang);
    let ids: Vec<String> = (1..=results.len()).map(|n| format!("r{n}")).collect();
    let (title, mut body, level) = match results {
        [only] => (report::title(only, text), String::new(), 1),
        all => (
            text.several_title(all.len()),
            overview::overview(all, &ids, text),
            2,
        ),
    };
    for (result, id) in results.iter().zip(&ids) {
        body.push_str(&section::section(result, id, level, text));
    }
    let version = results
        .first()
        .map_or("", |result| &result.lambench_version);
    let foot = page::paragraph("", &text.written_by(version));
    body.extend(["<footer>\n", &foot, "</footer>\n"]);
    page::page(&title, &body, lang)
}

/// Where the page is, in a line.
pub fn page_written(path: &Path, lang: Lang) -> String {
    format!("{}\n", Text(lang).page_written(&path.display().to_string()))
}

#[cfg(test)]
mod tests;
