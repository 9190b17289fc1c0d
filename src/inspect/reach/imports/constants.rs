//! Which text a name of a file is sure to stand for: it is given one once, where the name is looked up, and nothing in the
//! file gives it another.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Pattern, Stmt};
use ruff_text_size::{Ranged as _, TextSize};

use super::Reader;
use super::names::Name;

/// From one name to the next; a longer chain is nobody's.
const MOST_STEPS: usize = 8;
/// Who has these can give any name of a module another value.
const GIVE_ANY: [&str; 3] = ["globals", "setattr", "vars"];

/// A text, and the constants of the module that it is made of: another file may still give these another value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) name: Name,
    pub(super) constants: Vec<String>,
}

impl Reader<'_> {
    /// The text that an expression at this position is, as far as it can be told.
    pub(super) fn known(&self, expr: &Expr, at: usize) -> Known {
        let mut constants = Vec::new();
        let name = self.text_of(expr, at, MOST_STEPS, &mut constants);
        Known { name, constants }
    }

    fn text_of(&self, expr: &Expr, at: usize, steps: usize, constants: &mut Vec<String>) -> Name {
        Name::of(expr, &mut |name| {
            let (value, is_global) = self.constant(name, at).filter(|_| steps > 0)?;
            let at = value.range().start().to_usize();
            let text = self.text_of(value, at, steps - 1, constants);
            if is_global && text.whole {
                constants.push(name.to_owned());
            }
            text.whole.then_some(text)
        })
    }

    /// What a name at this position is sure to have been given, and whether that is the module's own.
    fn constant(&self, name: &str, at: usize) -> Option<(&Expr, bool)> {
        let at = TextSize::try_from(at).ok()?;
        let around = Around::of(self.body, at);
        for (i, scope) in around.iter().enumerate().rev() {
            let given = match scope {
                Stmt::FunctionDef(function) => {
                    Given::of(name, Some(&function.parameters), &function.body)
                }
                // Functions in a class do not see its names.
                Stmt::ClassDef(class) if i + 1 == around.len() => {
                    Given::of(name, None, &class.body)
                }
                _ => continue,
            };
            if given.count > 0 {
                let value = given.only().filter(|_| !self.declares(name, false))?;
                return Some((value, false));
            }
        }
        let given = Given::of(name, None, self.body);
        let is_sure = !name.contains(char::is_lowercase) && !self.declares(name, true);
        Some((given.only().filter(|_| is_sure)?, true))
    }

    /// Whether a function gives a name that is not its own a value; or, of a module's, whether anything may.
    fn declares(&self, name: &str, of_module: bool) -> bool {
        let mut search = Declared {
            name,
            of_module,
            found: false,
        };
        search.visit_body(self.body);
        search.found
    }

    /// The groups that are taken from all entry points, where these are kept under a name of a function and nothing else is
    /// done with them.
    pub(super) fn groups_of(&self, target: &Expr) -> Option<Vec<String>> {
        let Expr::Name(kept) = target else {
            return None;
        };
        let around = Around::of(self.body, kept.range.start());
        let Some(Stmt::FunctionDef(function)) = around.last() else {
            return None;
        };
        let given = Given::of(&kept.id, Some(&function.parameters), &function.body);
        if given.count != 1 || self.declares(&kept.id, false) {
            return None;
        }
        let mut taken = Taken {
            name: &kept.id,
            groups: Vec::new(),
            others: 0,
        };
        taken.visit_body(&function.body);
        let groups = taken.groups.into_iter().map(|group| {
            let Known { name, constants } = self.known(group, group.range().start().to_usize());
            (name.whole && constants.is_empty()).then_some(name.text)
        });
        groups.collect::<Option<_>>().filter(|_| taken.others == 0)
    }
}

/// Functions and classes whose body has a position, the outermost first.
struct Around<'a> {
    at: TextSize,
    found: Vec<&'a Stmt>,
}

impl<'a> Around<'a> {
    fn of(body: &'a [Stmt], at: TextSize) -> Vec<&'a Stmt> {
        let mut around = Self {
            at,
            found: Vec::new(),
        };
        around.visit_body(body);
        around.found
    }
}

impl<'a> Visitor<'a> for Around<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if !stmt.range().contains(self.at) {
            return;
        }
        let body = match stmt {
            Stmt::FunctionDef(function) => &function.body[..],
            Stmt::ClassDef(class) => &class.body[..],
            _ => &[],
        };
        if body.iter().any(|inner| inner.range().contains(self.at)) {
            self.found.push(stmt);
        }
        visitor::walk_stmt(self, stmt);
    }
}

/// How often a name is given something in one scope, and what.
struct Given<'n, 'a> {
    name: &'n str,
    count: usize,
    value: Option<&'a Expr>,
}

impl<'n, 'a> Given<'n, 'a> {
    fn of(name: &'n str, parameters: Option<&'a ast::Parameters>, body: &'a [Stmt]) -> Self {
        let mut given = Self {
            name,
            count: 0,
            value: None,
        };
        if let Some(parameters) = parameters {
            given.visit_parameters(parameters);
        }
        given.visit_body(body);
        given
    }

    fn only(&self) -> Option<&'a Expr> {
        self.value.filter(|_| self.count == 1)
    }

    fn is(&mut self, name: Option<&ast::Identifier>) {
        self.count += usize::from(name.is_some_and(|name| name.as_str() == self.name));
    }

    fn assigned(&mut self, target: &Expr, value: &'a Expr) {
        if matches!(target, Expr::Name(name) if name.id == self.name) {
            self.value = Some(value);
        }
    }
}

impl<'a> Visitor<'a> for Given<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            // What is given in there is given to other names.
            Stmt::FunctionDef(function) => return self.is(Some(&function.name)),
            Stmt::ClassDef(class) => return self.is(Some(&class.name)),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let whole = alias.name.as_str();
                    let first = whole.split('.').next().unwrap_or(whole);
                    let name = alias.asname.as_ref().map_or(first, ast::Identifier::as_str);
                    self.count += usize::from(name == self.name);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    // A star brings any name.
                    self.count += usize::from(name == self.name || name == "*");
                }
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assigned(target, &assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assigned(&assign.target, value);
                }
            }
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && !name.ctx.is_load()
        {
            self.count += usize::from(name.id == self.name);
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_parameter(&mut self, parameter: &'a ast::Parameter) {
        self.is(Some(&parameter.name));
        visitor::walk_parameter(self, parameter);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(one) = handler;
        self.is(one.name.as_ref());
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        self.is(match pattern {
            Pattern::MatchAs(whole) => whole.name.as_ref(),
            Pattern::MatchStar(rest) => rest.name.as_ref(),
            Pattern::MatchMapping(mapping) => mapping.rest.as_ref(),
            _ => None,
        });
        visitor::walk_pattern(self, pattern);
    }
}

/// Whether anything in a file declares that it gives a name of elsewhere a value, or has what could.
struct Declared<'n> {
    name: &'n str,
    of_module: bool,
    found: bool,
}

impl<'a> Visitor<'a> for Declared<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let names = match stmt {
            Stmt::Global(declared) => &declared.names[..],
            Stmt::Nonlocal(declared) => &declared.names[..],
            _ => &[],
        };
        self.found |= names.iter().any(|name| name.as_str() == self.name);
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        self.found |= self.of_module
            && matches!(expr, Expr::Name(name) if GIVE_ANY.contains(&name.id.as_str()));
        visitor::walk_expr(self, expr);
    }
}

/// What is taken from all entry points that have a name.
struct Taken<'n, 'a> {
    name: &'n str,
    groups: Vec<&'a Expr>,
    others: usize,
}

impl Taken<'_, '_> {
    fn is(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Name(name) if name.id == self.name && name.ctx.is_load())
    }
}

impl<'a> Visitor<'a> for Taken<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if self.is(expr) {
            self.others += 1;
            return;
        }
        if let Some((base, group)) = taken(expr)
            && self.is(base)
        {
            self.groups.push(group);
            return;
        }
        if let Expr::Call(call) = expr
            && matches!(call.func.as_ref(), Expr::Name(name) if name.id == "hasattr")
            && call
                .arguments
                .args
                .first()
                .is_some_and(|first| self.is(first))
        {
            return;
        }
        visitor::walk_expr(self, expr);
    }
}

/// From what a group is taken, and which: `points.select(group="x")`, `points.get("x", ())`.
pub(super) fn taken(expr: &Expr) -> Option<(&Expr, &Expr)> {
    let Expr::Call(call) = expr else {
        return None;
    };
    let Expr::Attribute(method) = call.func.as_ref() else {
        return None;
    };
    let group = match method.attr.as_str() {
        "select" => &call.arguments.find_keyword("group")?.value,
        "get" => call.arguments.args.first()?,
        _ => return None,
    };
    Some((&method.value, group))
}
