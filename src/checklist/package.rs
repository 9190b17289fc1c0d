//! The first phase: what the package holds that it need not hold.

use super::{Check, Fact, Item, Known, Phase, State, Why, done_if, is_node, is_python};
use crate::inspect::bytecode::Bytecode;
use crate::inspect::duplicates::Duplicate;
use crate::inspect::kinds::Kind;
use crate::inspect::reach::{LimitKind, Reachability};
use crate::inspect::{Anatomy, Evidence, Finding, Place, Severity};

/// Another function of the project, and what its package brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFunction {
    /// Its name in lambench.toml.
    pub name: String,
    /// Names and versions of the distributions in its package, layers left out.
    pub distributions: Vec<(String, String)>,
}

/// Less than this is not worth a layer, nor the work of leaving it out.
const WORTH: u64 = 1 << 20;
/// Of notes of one kind no more than these are told.
const MOST: usize = 5;

pub(super) fn items(known: &Known<'_>) -> Vec<Item> {
    let anatomy = known.anatomy;
    let limits = &anatomy.limits;
    let mut within = unless_found(Check::WithinLimits, &of_limits(anatomy));
    within.evidence.insert(
        0,
        Fact::Size {
            zipped_bytes: limits.zipped_bytes,
            unzipped_bytes: limits.unzipped_bytes,
            limit_bytes: limits.unzipped_limit_bytes,
            layers: limits.layers,
        },
    );
    vec![
        within,
        unused(anatomy, known.followed),
        needless(anatomy),
        unless_found(Check::ProvidedOnce, &twice(anatomy)),
        shared(anatomy, known.others),
        bytecode(anatomy),
        native(anatomy),
    ]
}

fn found(anatomy: &Anatomy, is: impl Fn(&Evidence) -> bool) -> Vec<&Finding> {
    let all = anatomy.findings.iter();
    all.filter(|finding| is(&finding.evidence)).collect()
}

fn told(findings: &[&Finding]) -> Vec<Fact> {
    let (notes, worse): (Vec<&Finding>, Vec<&Finding>) = findings
        .iter()
        .partition(|finding| finding.severity == Severity::Note);
    let all = worse.into_iter().chain(notes.into_iter().take(MOST));
    all.map(|finding| Fact::Finding(Box::new(finding.clone())))
        .collect()
}

/// Done unless something worse than a note was found.
fn unless_found(check: Check, findings: &[&Finding]) -> Item {
    let bad = findings
        .iter()
        .any(|finding| finding.severity != Severity::Note);
    Item::new(Phase::PackageSize, check, done_if(!bad), told(findings))
}

fn of_limits(anatomy: &Anatomy) -> Vec<&Finding> {
    found(anatomy, |evidence| matches!(evidence, Evidence::Limit(_)))
}

/// What the runtime has too is told, and is no fault: AWS recommends to bundle the SDK.
fn twice(anatomy: &Anatomy) -> Vec<&Finding> {
    found(anatomy, |evidence| {
        matches!(
            evidence,
            Evidence::Duplicate(
                Duplicate::DistributionTwice { .. } | Duplicate::NodePackagesNested { .. }
            ) | Evidence::Provided(_)
        )
    })
}

fn unused(anatomy: &Anatomy, followed: bool) -> Item {
    let (phase, check) = (Phase::PackageSize, Check::NothingUnused);
    if is_node(anatomy) {
        return Item::because(phase, check, State::NotKnown, Why::OnlyPythonIsFollowed);
    }
    if !is_python(anatomy) {
        return Item::because(phase, check, State::NotApplicable, Why::NotPython);
    }
    let unseen_handler = |evidence: &Evidence| {
        let Evidence::Reachability(Reachability::Unseen { why, .. }) = evidence else {
            return false;
        };
        *why == LimitKind::NoHandler
    };
    if !followed || anatomy.findings.iter().any(|f| unseen_handler(&f.evidence)) {
        return Item::because(phase, check, State::NotKnown, Why::NotFollowed);
    }
    let reachability = found(anatomy, |evidence| {
        matches!(
            evidence,
            Evidence::Reachability(
                Reachability::NeverReached { .. } | Reachability::OptionalOnly { .. }
            )
        )
    });
    unless_found(check, &reachability)
}

/// Nothing in what is reached is ever said to be needless for certain but what no runtime reads; tests are only counted.
fn needless(anatomy: &Anatomy) -> Item {
    let findings = found(anatomy, |evidence| {
        matches!(evidence, Evidence::Unused(_) | Evidence::Models(_))
    });
    let mut item = unless_found(Check::NothingNeedless, &findings);
    let idle = |finding: &&Finding| finding.bytes.is_some_and(|bytes| bytes >= WORTH);
    if findings.iter().any(idle) {
        item.state = State::NotDone;
    }
    let tests = anatomy.kinds.iter().find(|of| of.kind == Kind::Test);
    item.evidence.extend(tests.map(|of| Fact::Tests {
        files: of.sum.files,
        bytes: of.sum.bytes,
    }));
    item
}

/// The same version of the same distribution in the packages of several functions.
fn shared(anatomy: &Anatomy, others: &[OtherFunction]) -> Item {
    let (phase, check) = (Phase::PackageSize, Check::SharedInLayers);
    if others.is_empty() {
        return Item::because(phase, check, State::NotApplicable, Why::OnlyFunction);
    }
    let mut evidence = Vec::new();
    for distribution in &anatomy.distributions {
        if distribution.place != Place::Task || distribution.bytes < WORTH {
            continue;
        }
        let has = |other: &&OtherFunction| {
            let mut theirs = other.distributions.iter();
            theirs.any(|(name, version)| {
                *name == distribution.name && *version == distribution.version
            })
        };
        let functions: Vec<String> = others.iter().filter(has).map(|f| f.name.clone()).collect();
        if !functions.is_empty() {
            evidence.push(Fact::Shared {
                name: distribution.name.clone(),
                version: distribution.version.clone(),
                bytes: distribution.bytes,
                functions,
            });
        }
    }
    let state = done_if(evidence.is_empty());
    Item::new(phase, check, state, evidence)
}

fn bytecode(anatomy: &Anatomy) -> Item {
    let (phase, check) = (Phase::PackageSize, Check::BytecodeValid);
    if !is_python(anatomy) {
        return Item::because(phase, check, State::NotApplicable, Why::NotPython);
    }
    let findings = found(anatomy, |evidence| {
        matches!(
            evidence,
            Evidence::Bytecode(
                Bytecode::BytecodeNotUsed(_)
                    | Bytecode::BytecodeRefused { .. }
                    | Bytecode::BytecodeOfOtherSource { .. }
            )
        )
    });
    unless_found(check, &findings)
}

fn native(anatomy: &Anatomy) -> Item {
    let (phase, check) = (Phase::PackageSize, Check::NativeStripped);
    if !anatomy.kinds.iter().any(|of| of.kind == Kind::Native) {
        return Item::because(phase, check, State::NotApplicable, Why::NoNative);
    }
    let findings = found(anatomy, |evidence| matches!(evidence, Evidence::Native(_)));
    unless_found(check, &findings)
}
