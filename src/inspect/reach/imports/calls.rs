//! What a call loads, and what a function may that is handed on to be called elsewhere.

use ruff_python_ast::{self as ast, Expr};

use super::super::facts::What;
use super::Reader;
use super::environment::variable;
use super::known::{Does, place_of_group};
use super::names::Name;

/// They take one part of what they are given, or none.
const LOOK_AT_PARTS: [&str; 4] = ["delattr", "getattr", "hasattr", "setattr"];
/// Nothing of a module that is given to them is called.
const LOOK: [&str; 8] = [
    "dir",
    "id",
    "isinstance",
    "print",
    "reload",
    "repr",
    "str",
    "type",
];

impl Reader<'_> {
    /// A call of a function that loads something; whether it is one.
    pub(super) fn call(&mut self, call: &ast::ExprCall) -> bool {
        let at = call.range_start.to_usize();
        let arguments = &call.arguments;
        if let Expr::Attribute(method) = call.func.as_ref()
            && self.of_list(&method.value, &method.attr, call)
        {
            return true;
        }
        let takes_pickles = arguments.find_keyword("allow_pickle").is_some_and(
            |keyword| !matches!(&keyword.value, Expr::BooleanLiteral(literal) if !literal.value),
        );
        if takes_pickles {
            self.tell(at, What::Pickle);
        }
        let Some(does) = self.does(&call.func) else {
            self.told(at, call);
            return false;
        };
        let none_given = arguments.args.is_empty() && arguments.keywords.is_empty();
        match does {
            Does::Import if none_given => {}
            Does::Import => self.import(at, arguments),
            // A text counts as such.
            Does::Resolve if arguments.args.first().is_some_and(is_known) => {}
            Does::Resolve => {
                let what = self.unknown(arguments.args.first());
                self.tell(at, what);
            }
            Does::List if none_given => self.tell(at, What::Everything),
            Does::EntryPoints => {
                let group = arguments.find_argument_value("group", place_of_group(&call.func));
                let group = group.or_else(|| arguments.find_argument_value("namespace", 0));
                let group = match group.map(Name::of) {
                    Some(Name { text, whole: true }) => Some(text),
                    _ => None,
                };
                self.tell(at, What::EntryPoints(group));
            }
            Does::Run => self.run(at, arguments.args.first()),
            other => self.handed_on(at, &other),
        }
        true
    }

    /// A function of somebody else's that imports what it is told, to judge by its name.
    fn told(&mut self, at: usize, call: &ast::ExprCall) {
        // What this file defines is read.
        if self.aliases.is_defined(&call.func) {
            return;
        }
        let of_resources = self.is_of_resources(&call.func);
        if let Some(told) = call.arguments.args.first()
            && (of_resources || self.is_told(&call.func))
            && !is_known(told)
            && !(of_resources && self.aliases.is_module(told))
        {
            self.tell(at, What::Told);
        }
    }

    /// A function that is not called where it stands, or one of which nothing more can be told.
    fn handed_on(&mut self, at: usize, does: &Does) {
        match does {
            Does::Import | Does::Resolve | Does::Load => self.tell(at, What::Unknown),
            Does::List => {
                self.tell(at, What::Unknown);
                self.tell(at, What::Beside);
            }
            Does::EntryPoints => self.tell(at, What::EntryPoints(None)),
            Does::Run => self.tell(at, What::UnknownCode),
            Does::Unpickle => self.tell(at, What::Pickle),
            Does::AddPath => self.tell(at, What::SearchPath),
        }
    }

    /// A name that is read: a function that loads, or a module that has such, may be called by whoever gets it.
    pub(super) fn mentioned(&mut self, at: usize, expr: &Expr) {
        // A variable may have any name.
        let is_other = |does: &Does| match expr {
            Expr::Name(name) => {
                !matches!(does, Does::Import | Does::Resolve | Does::Run)
                    && !self.aliases.is_imported(&name.id)
            }
            _ => false,
        };
        if let Some(does) = self.does(expr).filter(|does| !is_other(does)) {
            self.handed_on(at, &does);
        } else if let Some(module) = self.aliases.module(expr) {
            match module.as_str() {
                "importlib" | "pkgutil" | "pydoc" => self.tell(at, What::Unknown),
                "sys" => self.tell(at, What::SearchPath),
                _ => {}
            }
        }
    }

    /// Whether an argument is only looked at, so that it goes no further.
    pub(super) fn is_looked_at(&mut self, call: &ast::ExprCall, index: usize) -> bool {
        let Expr::Name(function) = call.func.as_ref() else {
            // `importlib.reload(sys)`
            return matches!(call.func.as_ref(), Expr::Attribute(part) if part.attr.as_str() == "reload");
        };
        let looks_at_part = index == 0 && LOOK_AT_PARTS.contains(&function.id.as_str());
        if looks_at_part && function.id != "hasattr" {
            self.part_of(call.range_start.to_usize(), &call.arguments);
        }
        self.aliases.module(&call.arguments.args[index]).is_some()
            && (looks_at_part || LOOK.contains(&function.id.as_str()))
    }

    /// `getattr(importlib, name)`
    fn part_of(&mut self, at: usize, arguments: &ast::Arguments) {
        let [of, part, ..] = &*arguments.args else {
            return;
        };
        let part = match part {
            Expr::StringLiteral(text) => Some(text.value.to_str()),
            _ => None,
        };
        if self.aliases.may_import(of, part) {
            self.tell(at, What::Unknown);
        } else if self.aliases.is(of, "sys") && part.is_none_or(|part| part == "path") {
            self.tell(at, What::SearchPath);
        }
    }

    /// `import_module(name, package)`, or `__import__(name, ..., fromlist, level)`.
    fn import(&mut self, at: usize, arguments: &ast::Arguments) {
        let what = match imported(arguments) {
            What::Unknown => self.unknown(arguments.find_argument_value("name", 0)),
            known => known,
        };
        if let Some(list) = arguments.find_argument_value("fromlist", 3)
            && let What::Module(name) = &what
        {
            self.parts(at, name, list);
        }
        self.tell(at, what);
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
    fn unknown(&self, name: Option<&Expr>) -> What {
        match name.filter(|name| self.environment().is_in(name)) {
            Some(name) => What::FromEnvironment(variable(name)),
            None => What::Unknown,
        }
    }

    /// `exec("import x")`, also by `compile`.
    fn run(&mut self, at: usize, code: Option<&Expr>) {
        let code = match code {
            Some(Expr::Call(call)) if matches!(call.func.as_ref(), Expr::Name(name) if name.id == "compile") => {
                call.arguments.args.first()
            }
            code => code,
        };
        match code {
            Some(Expr::StringLiteral(text)) => {
                let when = self.when();
                self.code.push((at, when, text.value.to_str().to_owned()));
            }
            _ => self.tell(at, What::UnknownCode),
        }
    }
}

/// A text, or the file's own name.
fn is_known(name: &Expr) -> bool {
    let Name { text, whole } = Name::of(name);
    name.is_string_literal_expr() || whole && text.starts_with('.')
}

/// What an import by a call loads, as far as the call itself tells.
fn imported(arguments: &ast::Arguments) -> What {
    let Some(first) = arguments.find_argument_value("name", 0) else {
        return What::Unknown;
    };
    let Name { mut text, whole } = Name::of(first);
    // `__package__` alone has a dot of ours.
    if !first.is_name_expr() {
        let package = arguments.find_argument_value("package", 1).map(Name::of);
        let level = arguments.find_argument_value("level", 4);
        if let Some(package) = package.filter(|_| text.starts_with('.') && level.is_none()) {
            match (package.text.as_str(), package.whole) {
                // Its own.
                (".", true) => {}
                (package, true) => text = beside(package, &text),
                (_, false) => return What::Unknown,
            }
        }
        if let Some(level) = level {
            match level {
                Expr::NumberLiteral(number) => match &number.value {
                    ast::Number::Int(level) => {
                        let level = level.as_u8().unwrap_or(u8::MAX);
                        text.insert_str(0, &".".repeat(level.into()));
                    }
                    _ => return What::Unknown,
                },
                _ => return What::Unknown,
            }
        }
    }
    match (text.as_str(), whole) {
        ("", _) => What::Unknown,
        (_, true) => What::Module(text),
        (_, false) => What::Start(text),
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
