//! Why a request of an extension is refused, in AWS's words.

use std::fmt::{Debug, Display};

pub(super) const INVALID_STATE: &str = "Extension.InvalidExtensionState";

/// Always with 403.
#[derive(Debug)]
pub(in crate::sandbox) struct Refusal {
    /// `Extension.InvalidExtensionState`.
    pub kind: &'static str,
    /// In words.
    pub message: String,
}

impl Refusal {
    fn new(kind: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, message }
    }

    pub(super) fn unknown(id: impl Display) -> Self {
        Self::new(
            "Extension.UnknownExtensionIdentifier",
            format!("Unknown extension {id}"),
        )
    }

    pub(super) fn event(name: &str, why: &str) -> Self {
        Self::new("Extension.InvalidEventType", format!("{name}: {why}"))
    }

    pub(super) fn too_many(limit: usize) -> Self {
        Self::new(
            "Extension.TooManyExtensions",
            format!("Extension limit ({limit}) reached"),
        )
    }

    pub(super) fn closed() -> Self {
        Self::new(
            "Extension.RegistrationClosed",
            "Extension registration closed already",
        )
    }

    pub(super) fn taken() -> Self {
        Self::new(INVALID_STATE, "Extension with this name already registered")
    }

    pub(super) fn wrong_state(from: impl Debug, to: &str, who: &str) -> Self {
        Self::new(
            INVALID_STATE,
            format!(
                "State transition from {from:?} to {to} failed for extension {who}. Error: State transition is not allowed"
            ),
        )
    }
}
