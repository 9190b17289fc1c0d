//! Reads what a Python source loads: import statements, calls that import, and texts that may name a module.

mod aliases;
pub mod names;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged as _;

use super::conditions::outcome;
use super::facts::{Fact, What, When};
use aliases::Aliases;
use names::Name;

/// Functions that load a file, or a module under a name of their own making.
const LOADERS: [&str; 10] = [
    "spec_from_file_location",
    "SourceFileLoader",
    "SourcelessFileLoader",
    "ExtensionFileLoader",
    "find_module",
    "load_module",
    "load_source",
    "module_from_spec",
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
    let body = match parsed.syntax() {
        ast::Mod::Module(module) => &module.body[..],
        ast::Mod::Expression(_) => &[],
    };
    let aliases = Aliases::of(body);
    let mut reader = Reader {
        python,
        named,
        type_checking: aliases.type_checking_is_false(),
        aliases,
        facts: Vec::new(),
        functions: 0,
        guards: 0,
    };
    reader.visit_body(body);
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
    aliases: Aliases,
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
        let at = import.range.start().to_usize();
        for alias in &import.names {
            match alias.name.as_str() {
                // Under its own name it may be changed anywhere.
                "path" | "*" if import.level == 0 && module == "sys" => {
                    self.tell(at, What::SearchPath);
                }
                "__all__" => self.tell(at, What::Lazy),
                _ => {}
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
        self.tell(at, what);
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
            Expr::Subscript(item) if self.aliases.is(&item.value, "sys.modules") => {
                self.tell(at, What::Lazy);
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
                self.visit_expr(other);
            }
        }
    }

    fn is_path(&self, expr: &Expr) -> bool {
        self.aliases.is(expr, "sys.path")
    }

    /// A method of a list that matters; whether this was one.
    fn of_list(&mut self, list: &Expr, name: &str, call: &ast::ExprCall) -> bool {
        if self.is_path(list) {
            if !matches!(name, "index" | "count" | "copy") {
                self.tell(call.range_start.to_usize(), What::SearchPath);
            }
        } else if is_all(list) {
            match name {
                "append" | "extend" | "insert" | "remove" => {
                    if let Some(last) = call.arguments.args.last() {
                        self.listed(last);
                    }
                }
                "clear" | "copy" | "count" | "index" | "pop" | "reverse" | "sort" => {}
                _ => self.tell(call.range_start.to_usize(), What::Lazy),
            }
        } else {
            return false;
        }
        true
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

    /// A call that loads something; whether the function's own name is thereby explained.
    fn call(&mut self, call: &ast::ExprCall) -> bool {
        let (name, of) = match call.func.as_ref() {
            Expr::Name(name) => (name.id.as_str(), None),
            Expr::Attribute(attribute) => (attribute.attr.as_str(), Some(attribute.value.as_ref())),
            _ => return false,
        };
        let at = call.range_start.to_usize();
        let none_given = call.arguments.args.is_empty() && call.arguments.keywords.is_empty();
        if self.aliases.importers.contains(name) {
            if !none_given {
                let what = imported(&call.arguments);
                self.tell(at, what);
            }
            return true;
        }
        if self.aliases.is_resolver(&call.func) {
            // A text counts as such.
            if !matches!(call.arguments.args.first(), Some(Expr::StringLiteral(_))) {
                self.tell(at, What::Unknown);
            }
            return true;
        }
        if of.is_some_and(|of| self.of_list(of, name, call)) {
            return true;
        }
        if name == "getattr" {
            self.part_of(at, &call.arguments);
        } else if LOADERS.contains(&name) {
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
        } else if name == "addsitedir" {
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
                if !assign.targets.iter().any(is_all) {
                    self.visit_expr(&assign.value);
                }
            }
            Stmt::AnnAssign(assign) => {
                self.visit_annotation(&assign.annotation);
                self.visit_expr(&assign.target);
                if let Some(value) = &assign.value {
                    self.assigned(&assign.target, value);
                    if !is_all(&assign.target) {
                        self.visit_expr(value);
                    }
                }
            }
            Stmt::For(each) if self.is_path(&each.iter) => {
                self.visit_expr(&each.target);
                self.visit_body(&each.body);
                self.visit_body(&each.orelse);
            }
            Stmt::AugAssign(assign) => {
                self.assigned(&assign.target, &assign.value);
                if !is_all(&assign.target) {
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

    fn visit_comprehension(&mut self, each: &'a ast::Comprehension) {
        if self.is_path(&each.iter) {
            for test in &each.ifs {
                self.visit_expr(test);
            }
        } else {
            visitor::walk_comprehension(self, each);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Subscript(item) if self.is_path(&item.value) => self.visit_expr(&item.slice),
            Expr::Compare(compare) => {
                self.visit_expr(&compare.left);
                for (op, right) in compare.ops.iter().zip(&compare.comparators) {
                    let contains = matches!(op, ast::CmpOp::In | ast::CmpOp::NotIn);
                    if !(contains && self.is_path(right)) {
                        self.visit_expr(right);
                    }
                }
            }
            Expr::Call(call) => {
                if !self.call(call) {
                    self.visit_expr(&call.func);
                }
                let looks = only_looks(&call.func);
                for argument in &call.arguments.args {
                    if !(looks && self.is_path(argument)) {
                        self.visit_expr(argument);
                    }
                }
                for keyword in &call.arguments.keywords {
                    self.visit_keyword(keyword);
                }
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
                self.later(|reader| reader.visit_expr(&lambda.body));
            }
            // The function itself is handed on: to whom, and with which name, can't be told.
            Expr::Name(name)
                if name.ctx.is_load()
                    && (self.aliases.importers.contains(name.id.as_str())
                        || self.aliases.is_resolver(expr)) =>
            {
                self.tell(name.range.start().to_usize(), What::Unknown);
            }
            Expr::Attribute(name)
                if name.ctx.is_load()
                    && (self.aliases.importers.contains(name.attr.as_str())
                        || self.aliases.is_resolver(expr)) =>
            {
                self.tell(name.range.start().to_usize(), What::Unknown);
            }
            // The path itself is handed on, or gets another name.
            Expr::Attribute(name) if name.ctx.is_load() && self.is_path(expr) => {
                self.tell(name.range.start().to_usize(), What::SearchPath);
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

fn is_all(expr: &Expr) -> bool {
    matches!(expr, Expr::Name(name) if name.id == "__all__")
}

fn only_looks(function: &Expr) -> bool {
    match function {
        Expr::Name(name) => LOOK.contains(&name.id.as_str()),
        Expr::Attribute(method) => method.attr.as_str() == "join",
        _ => false,
    }
}
