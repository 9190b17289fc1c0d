//! What a call loads, and what a function may that is handed on to be called elsewhere.

use ruff_python_ast::{self as ast, Expr};

use super::super::facts::What;
use super::Reader;
use super::known::{Does, place_of_group};

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
            Does::Resolve => {
                let name = arguments.args.first();
                self.resolved(at, name, self.unknown(name));
            }
            Does::List if none_given => self.tell(at, What::Everything),
            Does::EntryPoints => {
                let group = arguments.find_argument_value("group", place_of_group(&call.func));
                let group = group.or_else(|| arguments.find_argument_value("namespace", 0));
                self.entry_points(at, group);
            }
            Does::Run => self.run(at, arguments.args.first()),
            other => self.handed_on(at, &other),
        }
        true
    }

    /// Whether this gives all entry points, of whatever group.
    pub(super) fn gives_entry_points(&self, expr: &Expr) -> bool {
        let Expr::Call(call) = expr else {
            return false;
        };
        let none_given = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
        none_given && matches!(self.does(&call.func), Some(Does::EntryPoints))
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
            && !(of_resources && self.aliases.is_module(told))
        {
            self.resolved(at, Some(told), What::Told);
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
