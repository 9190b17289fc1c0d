//! What Lambda's `Reason` of a throttled call means, and whether waiting helps.

/// A message with the `Reason` that the body of a throttled answer gives, in words.
pub(super) fn explained(message: &str, body: Option<&[u8]>) -> String {
    let reason = body
        .and_then(|body| serde_json::from_slice::<serde_json::Value>(body).ok())
        .and_then(|body| {
            let reason = body.get("Reason").or_else(|| body.get("reason"))?;
            reason.as_str().map(str::to_owned)
        });
    match reason {
        None => message.to_owned(),
        Some(reason) => match in_words(&reason) {
            Some(words) => format!("{message} ({reason}: {words})"),
            None => format!("{message} ({reason})"),
        },
    }
}

/// What a `ThrottleReason` means for whoever measures.
fn in_words(reason: &str) -> Option<&'static str> {
    Some(match reason {
        "ReservedFunctionConcurrentInvocationLimitExceeded" => {
            "the function's reserved concurrency is 0 or used up by its callers; see `aws lambda \
             get-function-concurrency`"
        }
        "ReservedFunctionInvocationRateLimitExceeded" => {
            "more requests a second than ten times the function's reserved concurrency"
        }
        "ConcurrentInvocationLimitExceeded" => {
            "the account's concurrency in this region is used up; see `aws lambda get-account-settings`"
        }
        "CallerRateLimitExceeded" => "these credentials call Lambda too fast",
        "FunctionInvocationRateLimitExceeded" => {
            "more requests a second than ten times the account's concurrency"
        }
        "ConcurrentSnapshotCreateLimitExceeded" => "too many snapshots are being made at once",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::explained;

    #[test]
    fn a_throttle_says_what_its_reason_means() {
        let body = br#"{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","message":"Rate Exceeded."}"#;
        let said = explained("Rate Exceeded.", Some(body));
        assert!(
            said.starts_with("Rate Exceeded. (ReservedFunctionConcurrentInvocationLimitExceeded: "),
            "{said}"
        );
        assert!(said.contains("reserved concurrency is 0"), "{said}");
    }

    #[test]
    fn a_reason_that_is_new_is_shown_as_it_is_and_none_changes_nothing() {
        assert_eq!(explained("no", Some(br#"{"Reason":"Moon"}"#)), "no (Moon)");
        assert_eq!(explained("no", Some(b"<html>")), "no");
        assert_eq!(explained("no", None), "no");
    }
}
