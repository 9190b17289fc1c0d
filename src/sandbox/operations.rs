//! Lambda's operations: which request means which, and what a request may ask of those that the sandbox knows.

use std::sync::LazyLock;

use hyper::Method;
use serde_json::Value;

use super::constraints::not_here;
use super::errors::ApiError;
use super::shapes::asks_for_nothing;

/// Lambda's model, an operation a line: name, method, path, and for those that the sandbox knows a colon and the members
/// of a request that are heeded. In a path `{}` stands for one segment, and what follows a `?` must be in the query; such
/// come before others of the same path.
const TABLE: &str = include_str!("operations.txt");

static OPERATIONS: LazyLock<Vec<Operation>> =
    LazyLock::new(|| TABLE.lines().filter_map(Operation::parse).collect());

/// One operation of Lambda's model.
#[derive(Debug)]
pub(super) struct Operation {
    pub name: &'static str,
    method: &'static str,
    path: &'static str,
    /// The members of a request that are heeded; `None` of an operation that the sandbox does not know. A dot leads into
    /// a structure.
    takes: Option<Vec<&'static str>>,
}

/// The request's headers that are members, and their names.
const HEADERS: [(&str, &str); 5] = [
    ("x-amz-invocation-type", "InvocationType"),
    ("x-amz-log-type", "LogType"),
    ("x-amz-client-context", "ClientContext"),
    ("x-amz-tenant-id", "TenantId"),
    ("x-amz-durable-execution-name", "DurableExecutionName"),
];

impl Operation {
    fn parse(line: &'static str) -> Option<Self> {
        let (line, takes) = match line.split_once(" :") {
            Some((line, takes)) => (line, Some(takes.split_whitespace().collect())),
            None => (line, None),
        };
        let mut words = line.split(' ');
        Some(Self {
            name: words.next()?,
            method: words.next()?,
            path: words.next()?,
            takes,
        })
    }

    /// What a request means, if Lambda has such an operation.
    pub fn of(
        method: &Method,
        segments: &[String],
        query: &[(String, String)],
    ) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| {
            let (path, mark) = operation
                .path
                .split_once('?')
                .unwrap_or((operation.path, ""));
            let mut wanted = path.split('/');
            operation.method == method.as_str()
                && segments
                    .iter()
                    .all(|segment| wanted.next().is_some_and(|w| w == "{}" || w == segment))
                && wanted.next().is_none()
                && (mark.is_empty() || query.iter().any(|(k, v)| is_mark(mark, k, v)))
        })
    }

    pub fn is_known(&self) -> bool {
        self.takes.is_some()
    }

    /// Refuses what the query and the headers ask for and nobody would heed.
    pub fn check_head<'a>(
        &self,
        query: &[(String, String)],
        header: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<(), ApiError> {
        let mark = self.path.split_once('?').map_or("", |(_, mark)| mark);
        for (name, value) in query {
            if !self.heeds(name) && !value.is_empty() && !is_mark(mark, name, value) {
                return Err(not_here(name));
            }
        }
        for (header_name, name) in HEADERS {
            if !self.heeds(name) && header(header_name).is_some() {
                return Err(not_here(name));
            }
        }
        Ok(())
    }

    /// Refuses what the body asks for and nobody would heed.
    pub fn check_body(&self, body: &Value) -> Result<(), ApiError> {
        self.check_members(body, "")
    }

    fn check_members(&self, value: &Value, above: &str) -> Result<(), ApiError> {
        for (name, value) in value.as_object().into_iter().flatten() {
            let name = format!("{above}{name}");
            let inside = format!("{name}.");
            if self.heeds(&name) || asks_for_nothing(value) {
                continue;
            }
            let mut takes = self.takes.iter().flatten();
            if !takes.any(|taken| taken.starts_with(&inside)) {
                return Err(not_here(&name));
            }
            self.check_members(value, &inside)?;
        }
        Ok(())
    }

    fn heeds(&self, name: &str) -> bool {
        self.takes.iter().flatten().any(|taken| *taken == name)
    }
}

fn is_mark(mark: &str, name: &str, value: &str) -> bool {
    mark.split_once('=') == Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::{OPERATIONS, TABLE};

    #[test]
    fn every_line_is_an_operation() {
        assert_eq!(OPERATIONS.len(), TABLE.lines().count());
        for operation in OPERATIONS.iter() {
            assert!(operation.path.starts_with("20"), "{operation:?}");
            let same = |other: &&super::Operation| {
                (other.method, other.path) == (operation.method, operation.path)
            };
            assert_eq!(OPERATIONS.iter().filter(same).count(), 1, "{operation:?}");
        }
    }
}
