//! As much of Markdown as a test of links and figures needs: fences, headings, links, tables.

use std::collections::HashMap;

/// A fenced block: the word after the fence, and its lines.
pub struct Block {
    pub language: String,
    pub lines: Vec<String>,
}

/// A text, taken apart into its code blocks and all else.
pub struct Markdown {
    pub blocks: Vec<Block>,
    /// The lines outside of code blocks.
    pub prose: Vec<String>,
}

impl Markdown {
    pub fn new(text: &str) -> Self {
        let (mut blocks, mut prose) = (Vec::new(), Vec::new());
        let mut open: Option<(String, Block)> = None;
        for line in text.lines() {
            let bare = line.trim_start();
            let fence: String = bare
                .chars()
                .take_while(|c| matches!(c, '`' | '~'))
                .collect();
            match open.take() {
                Some((opened, block)) if bare.trim_end() == opened => blocks.push(block),
                Some((opened, mut block)) => {
                    block.lines.push(line.to_owned());
                    open = Some((opened, block));
                }
                None if fence.len() >= 3 => {
                    let language = bare[fence.len()..].trim().to_owned();
                    let lines = Vec::new();
                    open = Some((fence, Block { language, lines }));
                }
                None => prose.push(line.to_owned()),
            }
        }
        assert!(open.is_none(), "a code block is never closed");
        Self { blocks, prose }
    }

    /// Where its links and pictures go, in order, as written.
    pub fn links(&self) -> Vec<String> {
        let text = without_code(&self.prose.join("\n"));
        let mut links = Vec::new();
        for (from, to) in [("](", ")"), ("src=\"", "\""), ("href=\"", "\"")] {
            for rest in text.split(from).skip(1) {
                let link = rest.split(to).next().unwrap_or_default();
                // A title may follow.
                links.extend(link.split_whitespace().next().map(ToOwned::to_owned));
            }
        }
        for line in text.lines() {
            if let Some((_, link)) = line.split_once("]: ").filter(|_| line.starts_with('[')) {
                links.push(link.trim().to_owned());
            }
        }
        links
    }

    /// What `#…` may name, as GitHub makes it of headings.
    pub fn anchors(&self) -> Vec<String> {
        let mut seen = HashMap::new();
        self.prose
            .iter()
            .filter_map(|line| {
                let title = line.trim_start_matches('#');
                let level = line.len() - title.len();
                ((1..=6).contains(&level) && title.starts_with(' ')).then(|| slug(title.trim()))
            })
            .map(|slug| {
                let n = seen.entry(slug.clone()).or_insert(0);
                *n += 1;
                match *n - 1 {
                    0 => slug,
                    again => format!("{slug}-{again}"),
                }
            })
            .collect()
    }
}

/// A heading as an anchor: its text in lower case, spaces as hyphens, and nothing but letters, digits, `-` and `_`.
pub fn slug(title: &str) -> String {
    let mut text = String::new();
    let mut rest = title;
    // Of a link, its text.
    while let Some((before, after)) = rest.split_once("](") {
        text.push_str(before);
        rest = after.split_once(')').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            c if c.is_alphanumeric() => Some(c),
            _ => None,
        })
        .collect()
}

/// The text with nothing between backticks.
fn without_code(text: &str) -> String {
    text.split('\n')
        .map(|line| {
            let parts: Vec<&str> = line.split('`').collect();
            if parts.len() % 2 == 1 {
                parts.into_iter().step_by(2).collect::<String>()
            } else {
                line.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// The rows of all tables of the lines, each as its cells; a heading's rule is no row.
pub fn tables<'a>(lines: impl IntoIterator<Item = &'a String>) -> Vec<Vec<Vec<String>>> {
    let mut tables: Vec<Vec<Vec<String>>> = Vec::new();
    let mut inside = false;
    for line in lines {
        let line = line.trim();
        let is_row = line.len() > 1 && line.starts_with('|') && line.ends_with('|');
        if is_row && !inside {
            tables.push(Vec::new());
        }
        inside = is_row;
        let is_rule = line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '));
        if let Some(table) = tables.last_mut().filter(|_| is_row && !is_rule) {
            let cells = line[1..line.len() - 1].split('|');
            table.push(cells.map(|cell| cell.trim().to_owned()).collect());
        }
    }
    tables
}
