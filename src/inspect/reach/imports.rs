//! Reads what a Python source loads: import statements, calls that import, and texts that may name a module.

pub mod names;

use std::collections::HashSet;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged as _;

use super::conditions::{is_of, outcome, type_checking_is_false};
use super::facts::{Fact, What, When};
use names::Name;

/// Functions that import what their first argument names.
const IMPORTERS: [&str; 2] = ["import_module", "__import__"];
/// Functions that load a file, or a module under a name of their own making.
const LOADERS: [&str; 7] = [
    "spec_from_file_location",
    "SourceFileLoader",
    "SourcelessFileLoader",
    "ExtensionFileLoader",
    "load_source",
    "run_path",
    "run_module",
];
const ENTRY_POINTS: [&str; 6] = [
    "entry_points",
    "iter_entry_points",
    "ExtensionManager",
    "NamedExtensionManager",
    "DriverManager",
    "EnabledExtensionManager",
];
const LISTERS: [&str; 2] = ["iter_modules", "walk_packages"];
/// Longer texts are prose or data.
const LONGEST_TEXT: usize = 300;

/// What was read of a file.
#[derive(Debug, Default)]
pub struct Imports {
    /// In the order of the text.
    pub facts: Vec<Fact>,
    /// Where the text is no Python that the parser knows; what could be read is in `facts` all the same.
    pub wrong_at: Option<usize>,
}

/// Reads a text for a version of Python. `named` says whether a name may be one of the package's.
pub fn read(text: &str, python: (u8, u8), named: &dyn Fn(&str) -> bool) -> Imports {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let mut reader = Reader {
        python,
        named,
        type_checking: type_checking_is_false(text),
        importers: IMPORTERS.iter().map(|name| (*name).to_owned()).collect(),
        facts: Vec::new(),
        functions: 0,
        guards: 0,
    };
    if let ast::Mod::Module(module) = parsed.syntax() {
        reader.visit_body(&module.body);
    }
    let mut facts = reader.facts;
    facts.sort_by_key(|fact| fact.at);
    Imports {
        facts,
        wrong_at: parsed
            .errors()
            .first()
            .map(|error| error.location.start().to_usize()),
    }
}

struct Reader<'n> {
    python: (u8, u8),
    named: &'n dyn Fn(&str) -> bool,
    type_checking: bool,
    /// Under which names the functions that import are known here.
    importers: HashSet<String>,
    facts: Vec<Fact>,
    functions: usize,
    guards: usize,
}

impl Reader<'_> {
    fn tell(&mut self, at: usize, what: What) {
        let when = if self.guards > 0 {
            When::Guarded
        } else if self.functions > 0 {
            When::Late
        } else {
            When::Now
        };
        self.facts.push(Fact { at, what, when });
    }

    fn guarded(&mut self, guard: bool, visit: impl FnOnce(&mut Self)) {
        self.guards += usize::from(guard);
        visit(self);
        self.guards -= usize::from(guard);
    }

    fn later(&mut self, visit: impl FnOnce(&mut Self)) {
        self.functions += 1;
        visit(self);
        self.functions -= 1;
    }

    fn import_from(&mut self, import: &ast::StmtImportFrom) {
        let module = import
            .module
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        for alias in &import.names {
            if let (true, Some(new)) = (self.importers.contains(alias.name.as_str()), &alias.asname)
            {
                self.importers.insert(new.to_string());
            }
        }
        let what = What::From {
            level: import.level,
            module,
            names: import
                .names
                .iter()
                .map(|alias| alias.name.to_string())
                .collect(),
        };
        self.tell(import.range.start().to_usize(), what);
    }

    /// The branches that can be taken.
    fn branches(&mut self, statement: &ast::StmtIf) {
        let first = (Some(statement.test.as_ref()), &statement.body[..]);
        let others = statement
            .elif_else_clauses
            .iter()
            .map(|clause| (clause.test.as_ref(), &clause.body[..]));
        for (test, body) in std::iter::once(first).chain(others) {
            let known = test.and_then(|test| outcome(test, self.python, self.type_checking));
            if let Some(test) = test.filter(|_| known.is_none()) {
                self.visit_expr(test);
            }
            if known != Some(false) {
                self.visit_body(body);
            }
            if known == Some(true) {
                return;
            }
        }
    }

    fn attempt(&mut self, attempt: &ast::StmtTry) {
        let guard = attempt.handlers.iter().any(|handler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            // One that raises again does not do without.
            catches_imports(handler.type_.as_deref())
                && !matches!(handler.body.last(), Some(Stmt::Raise(_)))
        });
        self.guarded(guard, |reader| {
            reader.visit_body(&attempt.body);
            for handler in &attempt.handlers {
                reader.visit_except_handler(handler);
            }
            reader.visit_body(&attempt.orelse);
        });
        self.visit_body(&attempt.finalbody);
    }

    fn assigned(&mut self, target: &Expr, value: &Expr) {
        let at = target.range().start().to_usize();
        match target {
            Expr::Name(name) if name.id == "__getattr__" => self.tell(at, What::Lazy),
            // A module that puts something else in its own place.
            Expr::Subscript(item) if is_of(&item.value, "sys", "modules") => {
                self.tell(at, What::Lazy);
            }
            Expr::Subscript(item) if is_of(&item.value, "sys", "path") => {
                self.tell(at, What::SearchPath);
            }
            target if is_of(target, "sys", "path") => self.tell(at, What::SearchPath),
            Expr::Tuple(targets) => {
                for target in &targets.elts {
                    self.assigned(target, value);
                }
            }
            Expr::Name(name) if name.id == "__all__" => self.listed(value),
            _ => {}
        }
    }

    fn listed(&mut self, value: &Expr) {
        let items = match value {
            Expr::List(list) => &list.elts[..],
            Expr::Tuple(tuple) => &tuple.elts[..],
            _ => return,
        };
        for item in items {
            if let Expr::StringLiteral(text) = item {
                self.tell(
                    text.range.start().to_usize(),
                    What::Listed(text.value.to_str().to_owned()),
                );
            }
        }
    }

    /// A call that loads something; whether the function's own name is thereby explained.
    fn call(&mut self, call: &ast::ExprCall) -> bool {
        let (name, of) = match call.func.as_ref() {
            Expr::Name(name) => (name.id.as_str(), None),
            Expr::Attribute(attribute) => (attribute.attr.as_str(), Some(attribute.value.as_ref())),
            _ => return false,
        };
        let at = call.range_start.to_usize();
        let none_given = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
        if self.importers.contains(name) {
            if !none_given {
                let what = imported(&call.arguments);
                self.tell(at, what);
            }
            return true;
        }
        if LOADERS.contains(&name) {
            self.tell(at, What::Unknown);
        } else if LISTERS.contains(&name) {
            self.tell(
                at,
                if none_given {
                    What::Everything
                } else {
                    What::Unknown
                },
            );
        } else if ENTRY_POINTS.contains(&name) {
            let group = call.arguments.find_argument_value("group", 0);
            let group = group.or_else(|| call.arguments.find_argument_value("namespace", 0));
            let group = match group.map(Name::of) {
                Some(Name { text, whole: true }) => Some(text),
                _ => None,
            };
            self.tell(at, What::EntryPoints(group));
        } else if name == "addsitedir"
            || of.is_some_and(|of| is_of(of, "sys", "path")) && name != "index" && name != "count"
        {
            self.tell(at, What::SearchPath);
        } else if name == "read_pickle" {
            self.tell(at, What::Pickle);
        }
        false
    }

    /// A text that has no spaces: each part of it that looks like a name, and where it ends in a dot, the start of one.
    fn text(&mut self, at: usize, text: &str) {
        if text.is_empty() || text.len() > LONGEST_TEXT || text.contains(char::is_whitespace) {
            return;
        }
        // Up to where something is filled in.
        let filled = text.find(['%', '{']);
        if let Some(start) = filled.map_or(Some(text), |at| Some(&text[..at]))
            && start.ends_with('.')
            && let Some(name) = names::last(start.trim_end_matches('.'))
            && (self.named)(name)
        {
            self.tell(at, What::Start(format!("{name}.")));
        }
        for name in names::all(text) {
            if (self.named)(name) {
                self.tell(at, What::Text(name.to_owned()));
            }
        }
    }
}

/// What `import_module(name, package)` or `__import__(name, …, level)` loads.
fn imported(arguments: &ast::Arguments) -> What {
    let Some(first) = arguments.find_argument_value("name", 0) else {
        return What::Unknown;
    };
    let Name { mut text, whole } = Name::of(first);
    if first.is_string_literal_expr() || first.is_f_string_expr() || first.is_bin_op_expr() {
        let package = arguments.find_argument_value("package", 1).map(Name::of);
        let level = arguments.find_argument_value("level", 4);
        if let Some(package) = package.filter(|_| text.starts_with('.') && level.is_none()) {
            match (package.text.as_str(), package.whole) {
                // Its own.
                (".", true) => {}
                (_, true) => text.insert_str(0, &package.text),
                (_, false) => return What::Unknown,
            }
        }
        if let Some(level) = level {
            match level {
                Expr::NumberLiteral(number) if number.value == ast::Number::Int(ast::Int::ZERO) => {
                }
                Expr::NumberLiteral(_) => text.insert(0, '.'),
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

/// Whether this `except` takes what a missing module raises.
fn catches_imports(kind: Option<&Expr>) -> bool {
    const SUCH: [&str; 4] = [
        "ImportError",
        "ModuleNotFoundError",
        "Exception",
        "BaseException",
    ];
    match kind {
        Some(Expr::Name(name)) => SUCH.contains(&name.id.as_str()),
        Some(Expr::Attribute(name)) => SUCH.contains(&name.attr.as_str()),
        Some(Expr::Tuple(kinds)) => kinds.elts.iter().any(|kind| catches_imports(Some(kind))),
        // Whatever it is; or a name for several.
        None | Some(_) => true,
    }
}

fn suppresses_imports(item: &ast::WithItem) -> bool {
    let Expr::Call(call) = &item.context_expr else {
        return false;
    };
    let name = match call.func.as_ref() {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(name) => name.attr.as_str(),
        _ => return false,
    };
    name == "suppress"
        && call
            .arguments
            .args
            .iter()
            .any(|kind| catches_imports(Some(kind)))
}

impl<'a> Visitor<'a> for Reader<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let what = What::Module(alias.name.to_string());
                    self.tell(import.range.start().to_usize(), what);
                }
            }
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::FunctionDef(function) => {
                if function.name.as_str() == "__getattr__" && self.functions == 0 {
                    self.tell(function.range.start().to_usize(), What::Lazy);
                }
                for decorator in &function.decorator_list {
                    self.visit_decorator(decorator);
                }
                self.visit_parameters(&function.parameters);
                self.later(|reader| reader.visit_body(&function.body));
            }
            Stmt::If(statement) => self.branches(statement),
            Stmt::Try(attempt) => self.attempt(attempt),
            Stmt::With(with) => {
                for item in &with.items {
                    self.visit_with_item(item);
                }
                let guard = with.items.iter().any(suppresses_imports);
                self.guarded(guard, |reader| reader.visit_body(&with.body));
            }
            // A docstring.
            Stmt::Expr(lone) if lone.value.is_string_literal_expr() => {}
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assigned(target, &assign.value);
                    self.visit_expr(target);
                }
                if !is_all(&assign.targets) {
                    self.visit_expr(&assign.value);
                }
            }
            Stmt::AugAssign(assign) => {
                self.assigned(&assign.target, &assign.value);
                if !is_all(std::slice::from_ref(&assign.target)) {
                    self.visit_expr(&assign.value);
                }
            }
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_annotation(&mut self, expr: &'a Expr) {
        // A text there is a type that nobody loads.
        if !expr.is_string_literal_expr() {
            self.visit_expr(expr);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                if !self.call(call) {
                    self.visit_expr(&call.func);
                }
                self.visit_arguments(&call.arguments);
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
                self.later(|reader| reader.visit_expr(&lambda.body));
            }
            // The function itself is handed on: to whom, and with which name, can't be told.
            Expr::Name(name) if name.ctx.is_load() && self.importers.contains(name.id.as_str()) => {
                self.tell(name.range.start().to_usize(), What::Unknown);
            }
            Expr::Attribute(name)
                if name.ctx.is_load() && self.importers.contains(name.attr.as_str()) =>
            {
                self.tell(name.range.start().to_usize(), What::Unknown);
            }
            Expr::StringLiteral(text) => {
                self.text(text.range.start().to_usize(), text.value.to_str());
            }
            Expr::FString(text) => {
                for element in text.value.elements() {
                    if let Some(literal) = element.as_literal() {
                        self.text(literal.range.start().to_usize(), &literal.value);
                    }
                }
                visitor::walk_expr(self, expr);
            }
            other => visitor::walk_expr(self, other),
        }
    }
}

fn is_all<E: std::borrow::Borrow<Expr>>(targets: &[E]) -> bool {
    targets
        .iter()
        .any(|target| matches!(target.borrow(), Expr::Name(name) if name.id == "__all__"))
}
