//! What a touch writes, and what of it is ours: pure, so that a run and a later `lambench restore` decide alike.

use super::journal::Original;
use super::{Description, LambdaError};
use crate::results::Touch;

/// AWS's limit on `Description`, in characters.
const DESCRIPTION_LIMIT: usize = 256;
/// Lambda's largest memory size, MB.
const MOST_MEMORY_MB: u64 = 10_240;
/// Lambda's longest timeout, seconds.
const LONGEST_TIMEOUT_S: u64 = 900;
/// The one environment variable that is ours.
pub(super) const OWN_VARIABLE: &str = "LAMBENCH_TOUCHED";

/// What one update writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// The description.
    Description(String),
    /// Our own variable, or that it is not there.
    Variable { key: String, value: Option<String> },
    /// The memory size, MB.
    Memory(u64),
    /// The timeout, seconds.
    Timeout(u64),
}

impl Value {
    /// Whether it is what a function has.
    pub(super) fn is_in(&self, function: &Description) -> bool {
        match self {
            Self::Description(text) => function.description == *text,
            Self::Variable { value, .. } => function.own_variable == *value,
            Self::Memory(mb) => function.memory_mb == *mb,
            Self::Timeout(s) => function.timeout_s == *s,
        }
    }

    /// A function as this update leaves it.
    pub(super) fn applied_to(&self, function: &Description) -> Description {
        let mut function = function.clone();
        match self {
            Self::Description(text) => function.description.clone_from(text),
            Self::Variable { value, .. } => function.own_variable.clone_from(value),
            Self::Memory(mb) => function.memory_mb = *mb,
            Self::Timeout(s) => function.timeout_s = *s,
        }
        function
    }

    /// What it changes, in an error's words.
    pub(super) fn what(&self) -> &'static str {
        match self {
            Self::Description(_) => "the description",
            Self::Variable { .. } => "the environment variables",
            Self::Memory(_) => "the memory size",
            Self::Timeout(_) => "the timeout",
        }
    }
}

impl Original {
    /// What a touch of this kind will have to put back.
    pub(super) fn of(touch: Touch, found: &Description) -> Result<Self, LambdaError> {
        Ok(match touch {
            Touch::Description => Self::Description {
                was: without_suffix(&found.description).to_owned(),
            },
            Touch::Env => {
                if let Some(why) = untouchable_variables(found) {
                    return Err(LambdaError::Unsuitable {
                        function: found.function_name.clone(),
                        why,
                        hint:
                            "leave --touch env out: the description is enough to force cold starts"
                                .into(),
                    });
                }
                Self::Env {
                    key: OWN_VARIABLE.to_owned(),
                }
            }
            Touch::Memory => Self::Memory {
                was: found.memory_mb,
                wrote: beside(found.memory_mb, MOST_MEMORY_MB),
            },
            Touch::Timeout => Self::Timeout {
                was: found.timeout_s,
                wrote: beside(found.timeout_s, LONGEST_TIMEOUT_S),
            },
        })
    }

    /// Which touch it belongs to.
    pub fn touch(&self) -> Touch {
        match self {
            Self::Description { .. } => Touch::Description,
            Self::Env { .. } => Touch::Env,
            Self::Memory { .. } => Touch::Memory,
            Self::Timeout { .. } => Touch::Timeout,
        }
    }

    /// What the next touch writes: something that is not in force, and where it can be, something never used before.
    pub(super) fn next(&self, in_force: Option<&Value>) -> Value {
        let other = |value: Value, original: Value| {
            if in_force == Some(&value) {
                original
            } else {
                value
            }
        };
        match self {
            Self::Description { was } => Value::Description(touched_description(was, &unique())),
            Self::Env { key } => Value::Variable {
                key: key.clone(),
                value: Some(unique()),
            },
            Self::Memory { was, wrote } => other(Value::Memory(*wrote), Value::Memory(*was)),
            Self::Timeout { was, wrote } => other(Value::Timeout(*wrote), Value::Timeout(*was)),
        }
    }

    /// What the restore writes.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Description { was } => Value::Description(was.clone()),
            Self::Env { key } => Value::Variable {
                key: key.clone(),
                value: None,
            },
            Self::Memory { was, .. } => Value::Memory(*was),
            Self::Timeout { was, .. } => Value::Timeout(*was),
        }
    }

    /// Whether what a function has can only be a touch of ours.
    pub(super) fn is_touched(&self, function: &Description) -> bool {
        match self {
            Self::Description { was } => is_touched(&function.description, was),
            Self::Env { .. } => function.own_variable.as_deref().is_some_and(is_unique),
            Self::Memory { wrote, .. } => function.memory_mb == *wrote,
            Self::Timeout { wrote, .. } => function.timeout_s == *wrote,
        }
    }

    /// The option of `aws lambda update-function-configuration` that restores it by hand, if one does.
    pub(super) fn by_hand(&self) -> Option<String> {
        match self {
            Self::Description { was } => Some(format!("--description {}", shell_quoted(was))),
            // Its --environment replaces them all.
            Self::Env { .. } => None,
            Self::Memory { was, .. } => Some(format!("--memory-size {was}")),
            Self::Timeout { was, .. } => Some(format!("--timeout {was}")),
        }
    }
}

fn untouchable_variables(found: &Description) -> Option<String> {
    if let Some(code) = &found.variables_error {
        return Some(format!(
            "its environment variables can't be read ({code}), and a touch that writes them without having read them \
             would lose them"
        ));
    }
    match &found.own_variable {
        Some(value) if !is_unique(value) => Some(format!(
            "it has a variable {OWN_VARIABLE} already, which is not lambench's"
        )),
        _ => None,
    }
}

/// One more, or one less where there is no more.
fn beside(value: u64, most: u64) -> u64 {
    if value < most { value + 1 } else { value - 1 }
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Twelve hex digits that no other touch has: Lambda retires nothing for an update that changes nothing.
fn unique() -> String {
    uuid::Uuid::new_v4().simple().to_string()[..12].to_owned()
}

fn is_unique(id: &str) -> bool {
    id.len() == 12 && id.chars().all(|c| c.is_ascii_hexdigit())
}

fn suffix(id: &str) -> String {
    format!("[lambench {id}]")
}

/// The original description, cut to fit, with our suffix.
fn touched_description(original: &str, id: &str) -> String {
    let suffix = suffix(id);
    if original.is_empty() {
        return suffix;
    }
    let room = DESCRIPTION_LIMIT - suffix.chars().count() - 1;
    let kept: String = original.chars().take(room).collect();
    format!("{kept} {suffix}")
}

/// The description less a suffix of ours.
pub(super) fn without_suffix(description: &str) -> &str {
    let Some(body) = description.strip_suffix(']') else {
        return description;
    };
    let Some((rest, id)) = body.rsplit_once("[lambench ") else {
        return description;
    };
    if is_unique(id) {
        rest.strip_suffix(' ').unwrap_or(rest)
    } else {
        description
    }
}

fn is_touched(description: &str, original: &str) -> bool {
    let kept = without_suffix(description);
    kept != description && original.starts_with(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touch_never_repeats_itself() {
        let original = Original::Description { was: "d".into() };
        assert_ne!(original.next(None), original.next(None));
        let original = Original::Env { key: "K".into() };
        assert_ne!(original.next(None), original.next(None));
    }

    #[test]
    fn a_size_goes_to_and_fro_and_never_over_lambdas_limit() {
        for (original, first) in [
            (
                Original::Memory {
                    was: 512,
                    wrote: beside(512, MOST_MEMORY_MB),
                },
                Value::Memory(513),
            ),
            (
                Original::Memory {
                    was: 10_240,
                    wrote: beside(10_240, MOST_MEMORY_MB),
                },
                Value::Memory(10_239),
            ),
            (
                Original::Timeout {
                    was: 900,
                    wrote: beside(900, LONGEST_TIMEOUT_S),
                },
                Value::Timeout(899),
            ),
        ] {
            assert_eq!(original.next(None), first);
            assert_eq!(original.next(Some(&first)), original.value());
            assert_eq!(original.next(Some(&original.value())), first);
        }
    }

    #[test]
    fn a_touched_description_fits_and_gives_the_original_back() {
        for original in ["", "collects market data", "ends in ]", "시장 데이터 수집"] {
            let touched = touched_description(original, "0123456789ab");
            assert_eq!(without_suffix(&touched), original);
            assert!(is_touched(&touched, original));
        }
        let long = "é".repeat(DESCRIPTION_LIMIT);
        let touched = touched_description(&long, "0123456789ab");
        assert_eq!(touched.chars().count(), DESCRIPTION_LIMIT);
        assert!(is_touched(&touched, &long));
    }

    #[test]
    fn only_our_own_suffix_is_taken_off() {
        for text in [
            "[lambench]",
            "x [lambench zz]",
            "x [lambench 0123456789a]",
            "x [other 0123456789ab]",
        ] {
            assert_eq!(without_suffix(text), text);
        }
    }

    #[test]
    fn a_description_of_somebody_else_is_not_ours() {
        assert!(!is_touched("new text", "old text"));
        assert!(!is_touched("new text [lambench 0123456789ab]", "old text"));
    }
}
