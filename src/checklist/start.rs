//! The second phase: what init loads, where clients are made, and whether Node has to look for its modules.

use super::{Check, Clients, Fact, Item, Kept, Known, Phase, State, Why, done_if, is_node};
use crate::inspect::{Anatomy, Ecosystem, Place};
use crate::profile::Suggestion;

/// What init does, by a profile.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// As profiled.
    Profiled {
        /// Loading the handler's module, ms.
        init_ms: f64,
        /// What could be loaded later, the largest saving first.
        suggestions: Vec<Suggestion>,
    },
    /// There is no profile.
    Unknown(Why),
}

/// A saving of less than this part of init, and of less than [`WORTH_MS`], is none.
const WORTH: f64 = 0.05;
const WORTH_MS: f64 = 5.0;
/// Of savings, and of clients that are kept, no more than these are told.
const MOST: usize = 5;

pub(super) fn items(known: &Known<'_>) -> Vec<Item> {
    vec![
        loaded_lazily(known.start),
        clients(known.clients),
        bundled(known.anatomy),
    ]
}

/// What is saved for the request that was profiled: what moves to it is not.
fn net(suggestion: &Suggestion) -> f64 {
    suggestion.saved_ms - suggestion.moved_ms.unwrap_or(0.0)
}

fn loaded_lazily(start: &Start) -> Item {
    let (phase, check) = (Phase::ColdStart, Check::LoadedLazily);
    match start {
        Start::Unknown(why) => {
            let state = match why {
                Why::NotProfilable | Why::IsALayer => State::NotApplicable,
                _ => State::NotKnown,
            };
            Item::because(phase, check, state, why.clone())
        }
        Start::Profiled {
            init_ms,
            suggestions,
        } => {
            let enough = (init_ms * WORTH).max(WORTH_MS);
            let worth = |suggestion: &&Suggestion| suggestion.saved_ms >= enough;
            let any_net = suggestions.iter().filter(worth).any(|s| net(s) >= enough);
            let mut evidence = vec![Fact::Init { init_ms: *init_ms }];
            let told = suggestions.iter().filter(worth).take(MOST);
            evidence.extend(told.map(|s| Fact::Later(Box::new(s.clone()))));
            Item::new(phase, check, done_if(!any_net), evidence)
        }
    }
}

fn clients(clients: &Clients) -> Item {
    let (phase, check) = (Phase::ColdStart, Check::ClientsKept);
    let unread = (!clients.unread.is_empty()).then(|| Fact::Unread {
        files: clients.unread.clone(),
    });
    let of = |kept| {
        clients
            .found
            .iter()
            .filter(move |client| client.kept == kept)
    };
    let told = |kept| of(kept).take(MOST).cloned().map(Fact::Client);
    let (state, facts): (State, Vec<Fact>) = if of(Kept::Call).next().is_some() {
        let all = of(Kept::Call).cloned().map(Fact::Client);
        (State::NotDone, all.collect())
    } else if of(Kept::Object).next().is_some() {
        (State::NotKnown, told(Kept::Object).collect())
    } else if of(Kept::Environment).next().is_some() {
        (State::Done, told(Kept::Environment).collect())
    } else if unread.is_some() {
        (State::NotKnown, Vec::new())
    } else {
        return Item::because(phase, check, State::NotApplicable, Why::NoClients);
    };
    Item::new(
        phase,
        check,
        state,
        facts.into_iter().chain(unread).collect(),
    )
}

fn bundled(anatomy: &Anatomy) -> Item {
    let (phase, check) = (Phase::ColdStart, Check::Bundled);
    if !is_node(anatomy) {
        return Item::because(phase, check, State::NotApplicable, Why::NotNode);
    }
    let installed = anatomy
        .distributions
        .iter()
        .filter(|d| d.ecosystem == Ecosystem::Node && d.place == Place::Task);
    let (mut packages, mut files, mut bytes) = (0, 0, 0_u64);
    for distribution in installed {
        packages += 1;
        files += distribution.file_count;
        bytes += distribution.bytes;
    }
    let fact = Fact::NodeModules {
        packages,
        files,
        bytes,
    };
    Item::new(phase, check, done_if(packages == 0), vec![fact])
}
