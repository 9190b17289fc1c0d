//! The first phase: what the package holds that it need not hold.

use super::{Check, Fact, Item, Needless, Phase, State, Why, done_if, is_python};
use crate::inspect::kinds::Kind;
use crate::inspect::{Anatomy, Evidence, Finding, Place, Severity};

/// Another function of the project, and what its package brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFunction {
    /// Its name in lambench.toml.
    pub name: String,
    /// Names and versions of the distributions in its package, layers left out.
    pub distributions: Vec<(String, String)>,
}

/// Less than this part of the package is not worth a word.
const WORTH: f64 = 0.01;
/// Smaller distributions gain nothing by a layer of their own.
const WORTH_SHARING: u64 = 1 << 20;
const MOST: usize = 5;

pub(super) fn items(anatomy: &Anatomy, others: &[OtherFunction]) -> Vec<Item> {
    vec![
        within_limits(anatomy),
        unused(anatomy),
        needless(anatomy),
        provided_once(anatomy),
        shared(anatomy, others),
        bytecode(anatomy),
        native(anatomy),
    ]
}

/// The findings of one kind.
fn found(anatomy: &Anatomy, is: impl Fn(&Evidence) -> bool) -> Vec<&Finding> {
    let all = anatomy.findings.iter();
    all.filter(|finding| is(&finding.evidence)).collect()
}

fn told(findings: &[&Finding]) -> Vec<Fact> {
    let some = findings.iter().take(MOST);
    some.map(|finding| Fact::Finding(Box::new((*finding).clone()))).collect()
}

/// An item that is done unless something worse than a note was found.
fn unless(check: Check, findings: &[&Finding]) -> Item {
    let bad = findings.iter().any(|finding| finding.severity != Severity::Note);
    Item::new(Phase::PackageSize, check, done_if(!bad), told(findings))
}
