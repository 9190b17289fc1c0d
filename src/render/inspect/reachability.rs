//! Who is reached from the handler, in words.

use super::super::layout::clean;
use super::super::text::Text;
use super::findings::Said;
use crate::inspect::reach::{How, Reachability, Step};

/// More steps than that are cut in the middle.
const MOST_STEPS: usize = 5;

pub(super) fn said(found: &Reachability, text: Text) -> Said {
    match found {
        Reachability::NeverReached {
            handler,
            files_read,
            ..
        } => Said::new(
            text.never_reached(&clean(handler), *files_read),
            text.fix_never_reached(),
        ),
        Reachability::OptionalOnly { how, why, .. } => {
            let how = text.reached_how(how.unwrap_or(How::DataOnly));
            Said::new(text.optional_only(how, &way(why)), "")
        }
        Reachability::Unseen { why, count } => Said::new(text.unseen(*why, *count), ""),
    }
}

/// `app.py:3 → pandas/__init__.py:12`.
fn way(steps: &[Step]) -> String {
    let of = |step: &Step| match step.line {
        Some(line) => format!("{}:{line}", clean(&step.file)),
        None => clean(&step.file),
    };
    let all: Vec<String> = steps.iter().map(of).collect();
    if all.len() <= MOST_STEPS {
        return all.join(" → ");
    }
    let (first, last) = (&all[..2], &all[all.len() - 2..]);
    format!("{} → … → {}", first.join(" → "), last.join(" → "))
}
