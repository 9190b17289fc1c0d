//! Which services a Python source makes clients for, as far as it names them in so many words.

use std::collections::HashMap;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_text_size::Ranged as _;

use crate::inspect::reach::parse_guarded;

/// Calls that make a client or a resource: of boto3, of its sessions, and of botocore's.
const CALLS: [&str; 3] = ["client", "resource", "create_client"];
/// The parameter that names the service.
const PARAMETER: &str = "service_name";

/// What a source says of services.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// Services, each with the line of the call.
    pub(super) named: Vec<(String, usize)>,
    /// Lines of calls whose service is only known when they run.
    pub(super) dynamic: Vec<usize>,
}

/// Reads a source; none if it is no Python that can be parsed.
pub(super) fn names(source: &str) -> Option<Names> {
    parse_guarded(source, |module| {
        let mut reader = Reader {
            source,
            constants: constants(&module.body),
            found: Names::default(),
        };
        reader.visit_body(&module.body);
        reader.found
    })
}

/// Names that a module gives to a text once, at its top, and never again.
fn constants(body: &[Stmt]) -> HashMap<&str, Option<&str>> {
    let mut constants: HashMap<&str, Option<&str>> = HashMap::new();
    for statement in body {
        let (targets, value) = match statement {
            Stmt::Assign(assign) => (assign.targets.as_slice(), Some(&*assign.value)),
            Stmt::AnnAssign(assign) => (
                std::slice::from_ref(&*assign.target),
                assign.value.as_deref(),
            ),
            _ => continue,
        };
        for target in targets {
            if let Expr::Name(name) = target {
                let text = value.and_then(text);
                constants
                    .entry(name.id.as_str())
                    .and_modify(|known| *known = None)
                    .or_insert(text);
            }
        }
    }
    constants
}

fn text(expression: &Expr) -> Option<&str> {
    expression
        .as_string_literal_expr()
        .map(|literal| literal.value.to_str())
}

struct Reader<'a> {
    source: &'a str,
    constants: HashMap<&'a str, Option<&'a str>>,
    found: Names,
}

impl<'a> Visitor<'a> for Reader<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression
            && makes_a_client(call)
        {
            self.call(call);
        }
        walk_expr(self, expression);
    }
}

/// Whether a call looks like `boto3.client(…)`; what is called by a bare name has to be imported under it.
fn makes_a_client(call: &ExprCall) -> bool {
    match &*call.func {
        Expr::Attribute(attribute) => CALLS.contains(&attribute.attr.as_str()),
        Expr::Name(name) => CALLS.contains(&name.id.as_str()),
        _ => false,
    }
}

impl Reader<'_> {
    fn call(&mut self, call: &ExprCall) {
        let arguments = &call.arguments;
        let Some(service) = arguments.find_argument_value(PARAMETER, 0) else {
            // `client(**settings)`
            let unpacked = arguments
                .keywords
                .iter()
                .any(|keyword| keyword.arg.is_none());
            if unpacked {
                self.dynamic(call);
            }
            return;
        };
        let named = text(service).or_else(|| {
            let name = service.as_name_expr()?;
            self.constants.get(name.id.as_str()).copied().flatten()
        });
        match named {
            Some(name) => {
                let line = self.line(call);
                self.found.named.push((name.to_owned(), line));
            }
            None => self.dynamic(call),
        }
    }

    fn dynamic(&mut self, call: &ExprCall) {
        let line = self.line(call);
        self.found.dynamic.push(line);
    }

    fn line(&self, call: &ExprCall) -> usize {
        let before = &self.source[..call.start().to_usize()];
        before.bytes().filter(|&byte| byte == b'\n').count() + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_read_off_the_calls_that_name_them() {
        let source = r#"
import boto3
TABLES: str = "dynamodb"
ONCE = "sns"
QUEUE = "sqs"
QUEUE = "sns"
s3 = boto3.client("s3", region_name="eu-west-1")
tables = boto3.Session().resource(TABLES)
topic = boto3.client(ONCE)

def later(name, settings):
    boto3.client(service_name='lambda')
    session.create_client("st" "s")
    boto3.client(QUEUE)
    boto3.client(name)
    boto3.client(f"s{name}")
    boto3.client(**settings)
    settings.client
    boto3.client(region_name=name)
    boto3.client(region_name=name, **settings)
    print(name)
    json.dumps(name).encode("utf-8")
    keep(boto3.resource("s3"))
    client("ses"), resource("ec2"), create_client("kms")
    make[0]("sqs")
"#;
        let found = names(source).unwrap();
        let named: Vec<_> = found
            .named
            .iter()
            .map(|(name, line)| (name.as_str(), *line))
            .collect();
        assert_eq!(
            named,
            [
                ("s3", 7),
                ("dynamodb", 8),
                ("sns", 9),
                ("lambda", 12),
                ("sts", 13),
                ("s3", 23),
                ("ses", 24),
                ("ec2", 24),
                ("kms", 24)
            ]
        );
        assert_eq!(found.dynamic, [14, 15, 16, 17, 20]);
    }

    #[test]
    fn what_is_no_python_names_nothing() {
        assert_eq!(names("print 'of another time'"), None);
    }

    #[test]
    fn no_depth_overflows_the_stack_of_the_one_who_asks() {
        let of = |depth: usize| format!("boto3.client('s3')\nx = {}1\n", "-".repeat(depth));
        assert_eq!(names(&of(4_900)).unwrap().named.len(), 1);
        assert_eq!(names(&of(300_000)), None);
    }
}
