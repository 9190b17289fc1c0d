//! Figures of a sample that a log doesn't tell: null in JSON, a value that nothing measures here.

use jiff::Timestamp;
use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

/// Milliseconds; not a number where nobody knows them.
pub(super) mod ms {
    use super::{Deserializer, Serializer, *};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    pub fn serialize<S: Serializer>(ms: &f64, to: S) -> Result<S::Ok, S::Error> {
        ms.is_finite().then_some(*ms).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        Ok(Option::deserialize(from)?.unwrap_or(f64::NAN))
    }
}

/// A time; 1970's first second where nobody knows it.
pub(super) mod at {
    use super::{Deserializer, Serializer, *};

    pub fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        (*at != Timestamp::UNIX_EPOCH).then_some(*at).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        Ok(Option::deserialize(from)?.unwrap_or(Timestamp::UNIX_EPOCH))
    }
}
