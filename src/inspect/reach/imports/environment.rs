//! Which names of a file hold what a variable of the environment says.

use std::collections::HashSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

/// From one name to the next; a longer chain is nobody's.
const MOST_STEPS: usize = 8;
/// What gives the variables.
const GIVE: [&str; 3] = ["environ", "environb", "getenv"];

/// The names, of variables, attributes and functions alike.
#[derive(Debug)]
pub(super) struct FromEnvironment(HashSet<String>);

impl FromEnvironment {
    /// Of a module: what is assigned from the environment, or from what was.
    pub(super) fn of(body: &[Stmt]) -> Self {
        let mut found = Assigned::default();
        found.visit_body(body);
        let mut known = Self(HashSet::new());
        for _ in 0..MOST_STEPS {
            let before = known.0.len();
            found.pairs.retain(|(name, value)| {
                let holds = known.is_in(value);
                if holds {
                    known.0.insert(name.clone());
                }
                !holds
            });
            if known.0.len() == before {
                break;
            }
        }
        known
    }

    /// Whether a value depends on a variable.
    pub(super) fn is_in(&self, value: &Expr) -> bool {
        let mut search = Search {
            known: self,
            found: false,
        };
        search.visit_expr(value);
        search.found
    }

    fn has(&self, name: &str) -> bool {
        GIVE.contains(&name) || self.0.contains(name)
    }
}

/// `K` of `os.environ["K"]`, `environ.get("K")`, `getenv("K")`.
pub(super) fn variable(value: &Expr) -> Option<String> {
    let gives = |expr: &Expr| match expr {
        Expr::Name(name) => GIVE.contains(&name.id.as_str()),
        Expr::Attribute(part) => GIVE.contains(&part.attr.as_str()),
        _ => false,
    };
    let key = match value {
        Expr::Subscript(item) if gives(&item.value) => item.slice.as_ref(),
        Expr::Call(call) => match call.func.as_ref() {
            Expr::Attribute(get) if get.attr.as_str() == "get" && gives(&get.value) => {
                call.arguments.args.first()?
            }
            function if gives(function) => call.arguments.args.first()?,
            _ => return None,
        },
        _ => return None,
    };
    match key {
        Expr::StringLiteral(key) => Some(key.value.to_str().to_owned()),
        _ => None,
    }
}

/// What is assigned to which name; what a function returns is assigned to its own.
#[derive(Default)]
struct Assigned<'a> {
    pairs: Vec<(String, &'a Expr)>,
    functions: Vec<&'a str>,
}

impl<'a> Assigned<'a> {
    fn assign(&mut self, target: &Expr, value: &'a Expr) {
        match target {
            Expr::Name(name) => self.pairs.push((name.id.to_string(), value)),
            Expr::Attribute(part) => self.pairs.push((part.attr.to_string(), value)),
            Expr::Subscript(item) => self.assign(&item.value, value),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                for target in elts {
                    self.assign(target, value);
                }
            }
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Assigned<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, value);
                }
            }
            Stmt::AugAssign(assign) => self.assign(&assign.target, &assign.value),
            Stmt::For(each) => self.assign(&each.target, &each.iter),
            Stmt::Return(given) => {
                if let (Some(value), Some(function)) = (&given.value, self.functions.last()) {
                    self.pairs.push(((*function).to_owned(), value));
                }
            }
            Stmt::FunctionDef(function) => {
                self.functions.push(function.name.as_str());
                visitor::walk_stmt(self, stmt);
                self.functions.pop();
                return;
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_parameters(&mut self, parameters: &'a ast::Parameters) {
        for one in parameters.iter_non_variadic_params() {
            if let Some(value) = &one.default {
                self.pairs.push((one.parameter.name.to_string(), value));
            }
        }
        visitor::walk_parameters(self, parameters);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Named(named) = expr {
            self.assign(&named.target, &named.value);
        }
        visitor::walk_expr(self, expr);
    }
}

struct Search<'k> {
    known: &'k FromEnvironment,
    found: bool,
}

impl<'a> Visitor<'a> for Search<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.found |= match expr {
            Expr::Name(name) => self.known.has(&name.id),
            Expr::Attribute(part) => self.known.has(&part.attr),
            _ => false,
        };
        if !self.found {
            visitor::walk_expr(self, expr);
        }
    }
}
