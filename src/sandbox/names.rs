//! Function names, ARNs and partial ARNs as identifiers; ARNs of functions and layers.

use super::errors::ApiError;

/// The account that everything in the sandbox belongs to.
pub(super) const ACCOUNT: &str = "000000000000";

const NAME_PATTERN: &str = "Member must satisfy regular expression pattern: \
     (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)\
     (:(\\$LATEST|[a-zA-Z0-9-_]+))?";

/// What a caller called a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub name: String,
    pub qualifier: Option<String>,
    /// The account or region is not the sandbox's, so no such function can be here.
    pub foreign: Option<String>,
}

impl Named {
    /// Reads `NAME`, `NAME:QUALIFIER`, a partial or a full ARN; `qualifier` is the one of the query string.
    pub fn parse(text: &str, qualifier: Option<&str>, region: &str) -> Result<Self, ApiError> {
        let parts: Vec<&str> = text.split(':').collect();
        let (place, rest): (&[&str], &[&str]) = match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", _, ..] => (&parts[3..5], &parts[6..]),
            ["arn", ..] => return Err(bad_name(text)),
            [_, account, "function", _, ..] if is_account(account) => (&parts[..2], &parts[3..]),
            [account, "function", _, ..] if is_account(account) => (&parts[..1], &parts[2..]),
            ["function", _, ..] => (&[], &parts[1..]),
            _ => (&[], &parts[..]),
        };
        let (name, inner) = match rest {
            [name] => (*name, None),
            [name, inner] => (*name, Some(*inner)),
            _ => return Err(bad_name(text)),
        };
        if !is_name(name) {
            return Err(bad_name(text));
        }
        if name.len() > 64 {
            return Err(ApiError::validation(
                text,
                "functionName",
                "Member must have length less than or equal to 64",
            ));
        }
        if let (Some(a), Some(b)) = (inner, qualifier)
            && a != b
        {
            return Err(ApiError::invalid(
                "The derived qualifier from the function name does not match the specified qualifier.",
            ));
        }
        let qualifier = inner.or(qualifier);
        if let Some(qualifier) = qualifier.filter(|q| !is_qualifier(q)) {
            return Err(ApiError::validation(
                qualifier,
                "qualifier",
                "Member must satisfy regular expression pattern: \\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+",
            ));
        }
        let foreign = place
            .iter()
            .any(|p| *p != region && *p != ACCOUNT)
            .then(|| text.to_owned());
        Ok(Self {
            name: name.to_owned(),
            qualifier: qualifier.map(str::to_owned),
            foreign,
        })
    }

    /// The qualifier where it is not `$LATEST`.
    pub fn version(&self) -> Option<&str> {
        self.qualifier.as_deref().filter(|q| *q != "$LATEST")
    }

    /// The ARN as it was asked for, for messages.
    pub fn arn(&self, region: &str) -> String {
        if let Some(foreign) = &self.foreign {
            return foreign.clone();
        }
        let arn = function_arn(region, &self.name);
        match &self.qualifier {
            Some(qualifier) => format!("{arn}:{qualifier}"),
            None => arn,
        }
    }
}

fn bad_name(text: &str) -> ApiError {
    ApiError::validation(text, "functionName", NAME_PATTERN)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Letters, digits, hyphens, underscores.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_qualifier(text: &str) -> bool {
    text == "$LATEST" || (is_name(text) && text.len() <= 128)
}

/// An unqualified function ARN.
pub(super) fn function_arn(region: &str, name: &str) -> String {
    format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{name}")
}

/// A layer's ARN, without a version.
pub(super) fn layer_arn(region: &str, name: &str) -> String {
    format!("arn:aws:lambda:{region}:{ACCOUNT}:layer:{name}")
}

/// Undoes percent-encoding; `None` if what results is not UTF-8 or an escape is cut.
pub(super) fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(String, Option<String>), ApiError> {
        Named::parse(text, None, "us-east-1").map(|n| (n.name, n.qualifier))
    }

    #[test]
    fn every_way_to_call_a_function_names_the_same_one() {
        for text in [
            "my-fn",
            "function:my-fn",
            "000000000000:function:my-fn",
            "us-east-1:000000000000:function:my-fn",
            "arn:aws:lambda:us-east-1:000000000000:function:my-fn",
        ] {
            assert_eq!(parse(text), Ok(("my-fn".into(), None)), "{text}");
            let qualified = format!("{text}:7");
            assert_eq!(
                parse(&qualified),
                Ok(("my-fn".into(), Some("7".into()))),
                "{qualified}"
            );
            assert!(parse(&format!("{text}:7:8")).is_err(), "{text}");
        }
        assert_eq!(
            parse("my-fn:$LATEST"),
            Ok(("my-fn".into(), Some("$LATEST".into())))
        );
        assert_eq!(parse("function"), Ok(("function".into(), None)));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            "a b",
            "a/b",
            "a:b c",
            "arn:aws:s3:::bucket",
            "arn:aws:lambda:us-east-1:000000000000:layer:x",
            "é",
        ] {
            assert_eq!(
                parse(text).unwrap_err().code,
                "ValidationException",
                "{text}"
            );
        }
        assert!(parse(&"x".repeat(64)).is_ok());
        assert!(parse(&"x".repeat(65)).is_err());
    }

    #[test]
    fn other_accounts_and_regions_are_foreign() {
        for text in [
            "123456789012:function:f",
            "arn:aws:lambda:eu-west-1:000000000000:function:f",
        ] {
            let named = Named::parse(text, None, "us-east-1").unwrap();
            assert_eq!(named.foreign.as_deref(), Some(text));
        }
    }

    #[test]
    fn two_different_qualifiers_contradict_each_other() {
        assert!(Named::parse("f:1", Some("1"), "us-east-1").is_ok());
        let error = Named::parse("f:1", Some("2"), "us-east-1").unwrap_err();
        assert_eq!(error.code, "InvalidParameterValueException");
    }

    #[test]
    fn percent_escapes_are_undone_and_broken_ones_refused() {
        assert_eq!(
            percent_decode("a%3Ab%24LATEST").as_deref(),
            Some("a:b$LATEST")
        );
        for text in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(percent_decode(text), None, "{text}");
        }
    }
}
