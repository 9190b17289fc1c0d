//! What is loaded by a name that is given to a call: by `import_module` and its like, and by entry points of a group.

use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged as _;

use super::super::facts::What;
use super::Reader;
use super::constants::{Known, taken};
use super::environment::variable;
use super::names::{self, Name};

impl Reader<'_> {
    /// `import_module(name, package)`, or `__import__(name, ..., fromlist, level)`.
    pub(super) fn import(&mut self, at: usize, arguments: &ast::Arguments) {
        let unknown = self.unknown(arguments.find_argument_value("name", 0));
        let (what, constants) = match self.imported(at, arguments) {
            (What::Unknown, _) => (unknown.clone(), Vec::new()),
            known => known,
        };
        if let Some(list) = arguments.find_argument_value("fromlist", 3)
            && let What::Module(name) = &what
        {
            self.parts(at, name, list);
        }
        self.tell(at, sure(constants, what, unknown));
    }

    /// What `from name import list` takes beside the module itself.
    fn parts(&mut self, at: usize, name: &str, list: &Expr) {
        let module = name.trim_start_matches('.');
        let mut names = Vec::new();
        match list {
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                for part in elts {
                    match part {
                        Expr::StringLiteral(text) => names.push(text.value.to_str().to_owned()),
                        _ => self.tell(at, What::Start(format!("{name}."))),
                    }
                }
            }
            Expr::NoneLiteral(_) => {}
            _ => self.tell(at, What::Start(format!("{name}."))),
        }
        self.tell(
            at,
            What::From {
                level: u32::try_from(name.len() - module.len()).unwrap_or(u32::MAX),
                module: module.to_owned(),
                names,
            },
        );
    }

    /// A name of which nothing can be told, but perhaps where it is from.
    pub(super) fn unknown(&self, name: Option<&Expr>) -> What {
        match name.filter(|name| self.environment().is_in(name)) {
            Some(name) => What::FromEnvironment(variable(name)),
            None => What::Unknown,
        }
    }

    /// A name that something is told which imports it: a text counts as such.
    pub(super) fn resolved(&mut self, at: usize, told: Option<&Expr>, otherwise: What) {
        let Some(told) = told else {
            return self.tell(at, otherwise);
        };
        let Known { name, constants } = self.known(told, at);
        match names::all(&name.text).next() {
            _ if told.is_string_literal_expr() => {}
            // The file's own name.
            _ if name.whole && name.text.starts_with('.') && constants.is_empty() => {}
            Some(module) if name.whole => {
                let what = What::Text(module.to_owned());
                self.tell(at, sure(constants, what, otherwise));
            }
            _ => self.tell(at, otherwise),
        }
    }

    /// Entry points of a group, or of any.
    pub(super) fn entry_points(&mut self, at: usize, group: Option<&Expr>) {
        let any = What::EntryPoints(None);
        let what = match group.map(|group| self.known(group, at)) {
            Some(Known { name, constants }) if name.whole => {
                sure(constants, What::EntryPoints(Some(name.text)), any)
            }
            _ => any,
        };
        self.tell(at, what);
    }

    /// `entry_points().select(group="x")`; whether it is that.
    pub(super) fn takes_group(&mut self, expr: &Expr) -> bool {
        let Some((_, group)) = taken(expr).filter(|(base, _)| self.gives_entry_points(base)) else {
            return false;
        };
        self.entry_points(expr.range().start().to_usize(), Some(group));
        true
    }

    /// `points = entry_points()`, where only groups are taken from them; whether it is that.
    pub(super) fn keeps_groups(&mut self, targets: &[Expr], value: &Expr) -> bool {
        let [target] = targets else {
            return false;
        };
        let is = self.gives_entry_points(value);
        let Some(groups) = is.then(|| self.groups_of(target)).flatten() else {
            return false;
        };
        for group in groups {
            let at = value.range().start().to_usize();
            self.tell(at, What::EntryPoints(Some(group)));
        }
        true
    }

    /// What an import by a call loads, as far as the call itself tells.
    fn imported(&self, at: usize, arguments: &ast::Arguments) -> (What, Vec<String>) {
        let nothing = (What::Unknown, Vec::new());
        let Some(first) = arguments.find_argument_value("name", 0) else {
            return nothing;
        };
        let Known {
            name: Name { mut text, whole },
            mut constants,
        } = self.known(first, at);
        // `__package__` alone has a dot of ours.
        if text != "." {
            let package = arguments.find_argument_value("package", 1).map(|package| {
                let Known {
                    name,
                    constants: more,
                } = self.known(package, at);
                constants.extend(more);
                name
            });
            let level = arguments.find_argument_value("level", 4);
            if let Some(package) = package.filter(|_| text.starts_with('.') && level.is_none()) {
                match (package.text.as_str(), package.whole) {
                    // Its own.
                    (".", true) => {}
                    (package, true) => text = beside(package, &text),
                    (_, false) => return nothing,
                }
            }
            if let Some(level) = level {
                match level {
                    Expr::NumberLiteral(number) => match &number.value {
                        ast::Number::Int(level) => {
                            let level = level.as_u8().unwrap_or(u8::MAX);
                            text.insert_str(0, &".".repeat(level.into()));
                        }
                        _ => return nothing,
                    },
                    _ => return nothing,
                }
            }
        }
        let what = match (text.as_str(), whole) {
            ("", _) => What::Unknown,
            (_, true) => What::Module(text),
            (_, false) => What::Start(text),
        };
        (what, constants)
    }
}

/// What is told if the constants have no other values than those of their file.
fn sure(names: Vec<String>, told: What, otherwise: What) -> What {
    if names.is_empty() {
        return told;
    }
    What::Constant {
        names,
        told: Box::new(told),
        otherwise: Box::new(otherwise),
    }
}

/// What `..x` is in `package`.
fn beside(package: &str, relative: &str) -> String {
    let name = relative.trim_start_matches('.');
    let ups = relative.len() - name.len() - 1;
    let parts: Vec<&str> = package.split('.').collect();
    let kept = &parts[..parts.len().saturating_sub(ups)];
    format!("{}.{name}", kept.join("."))
}
