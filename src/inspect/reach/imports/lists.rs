//! What becomes of the lists that decide what is loaded: `sys.path`, and a package's `__all__` and `__path__`.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged as _;

use super::super::facts::What;
use super::Reader;

/// Functions that look at a list and leave it as it is.
const LOOK: [&str; 10] = [
    "enumerate",
    "join",
    "len",
    "list",
    "print",
    "repr",
    "set",
    "sorted",
    "str",
    "tuple",
];
/// Functions that add the folders of a namespace package, which are looked into anyway.
const EXTEND: [&str; 2] = ["extend_path", "declare_namespace"];

impl Reader<'_> {
    pub(super) fn assigned(&mut self, target: &Expr, value: &Expr) {
        let at = target.range().start().to_usize();
        match target {
            Expr::Name(name) if name.id == "__getattr__" => self.tell(at, What::Lazy),
            // A module that puts something else in its own place, or makes itself something else.
            Expr::Subscript(item) if self.aliases.is(&item.value, "sys.modules") => {
                self.tell(at, What::Lazy);
            }
            Expr::Attribute(part) if part.attr.as_str() == "__class__" => {
                if let Expr::Subscript(item) = part.value.as_ref()
                    && self.aliases.is(&item.value, "sys.modules")
                {
                    self.tell(at, What::Lazy);
                }
            }
            Expr::Subscript(item) if self.is_path(&item.value) => {
                self.tell(at, What::SearchPath);
            }
            target if self.is_path(target) => self.tell(at, What::SearchPath),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                for target in elts {
                    self.assigned(target, value);
                }
            }
            Expr::Subscript(item) if is_own_path(&item.value) => self.own_path(at, Some(value)),
            target if is_own_path(target) => self.own_path(at, Some(value)),
            Expr::Subscript(item) if is_all(&item.value) => self.listed(value),
            target if is_all(target) => self.listed(value),
            _ => {}
        }
    }

    /// What becomes of `__all__`. Where that can't be told, it may name every part of the package.
    fn listed(&mut self, value: &Expr) {
        let at = value.range().start().to_usize();
        match value {
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                for item in elts {
                    self.listed(item);
                }
            }
            Expr::BinOp(both) if both.op == ast::Operator::Add => {
                self.listed(&both.left);
                self.listed(&both.right);
            }
            Expr::Starred(items) => self.listed(&items.value),
            Expr::StringLiteral(text) => {
                self.tell(at, What::Listed(text.value.to_str().to_owned()));
            }
            other => {
                self.tell(at, What::Lazy);
                ruff_python_ast::visitor::Visitor::visit_expr(self, other);
            }
        }
    }

    /// What becomes of `__path__`: with other folders in it, the package's parts lie anywhere.
    fn own_path(&mut self, at: usize, value: Option<&Expr>) {
        let extends = |value: &Expr| matches!(value, Expr::Call(call) if EXTEND.contains(&called(&call.func).unwrap_or("")));
        if !value.is_some_and(extends) {
            self.tell(at, What::Lazy);
            self.tell(at, What::Unknown);
        }
    }

    pub(super) fn is_path(&self, expr: &Expr) -> bool {
        self.aliases.is(expr, "sys.path")
    }

    /// A method of a list that matters; whether this was one.
    pub(super) fn of_list(&mut self, list: &Expr, name: &str, call: &ast::ExprCall) -> bool {
        let at = call.range_start.to_usize();
        if self.is_path(list) {
            if !matches!(name, "index" | "count" | "copy") {
                self.tell(at, What::SearchPath);
            }
        } else if is_own_path(list) {
            if matches!(name, "append" | "extend" | "insert") {
                self.own_path(at, None);
            }
        } else if is_all(list) {
            match name {
                "append" | "extend" | "insert" | "remove" => {
                    if let Some(last) = call.arguments.args.last() {
                        self.listed(last);
                    }
                }
                "clear" | "copy" | "count" | "index" | "pop" | "reverse" | "sort" => {}
                _ => self.tell(at, What::Lazy),
            }
        } else {
            return false;
        }
        true
    }
}

pub(super) fn is_all(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if name.id == "__all__")
}

fn is_own_path(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if name.id == "__path__")
}

/// The name of a function that is called.
fn called(function: &Expr) -> Option<&str> {
    match function {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(method) => Some(method.attr.as_str()),
        _ => None,
    }
}

/// Whether it leaves a list as it is.
pub(super) fn only_looks(function: &Expr) -> bool {
    match function {
        Expr::Name(name) => LOOK.contains(&name.id.as_str()),
        Expr::Attribute(method) => method.attr.as_str() == "join",
        _ => false,
    }
}
