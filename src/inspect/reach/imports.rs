//! Reads what a Python source loads: import statements, calls that import, and texts that may name a module.

mod aliases;
mod calls;
mod environment;
mod guards;
mod known;
mod lists;
pub mod names;
mod texts;

use std::cell::OnceCell;
use std::collections::HashMap;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

use super::conditions::outcome;
use super::facts::{Fact, What, When};
use super::source;
use aliases::Aliases;
use environment::FromEnvironment;
use guards::{is_guard, suppresses_imports};
use lists::{is_all, only_looks};

/// What was read of a file.
#[derive(Debug, Default)]
pub struct Imports {
    /// In the order of the text.
    pub facts: Vec<Fact>,
    /// Where the text is no Python that the parser knows; what could be read is in `facts` all the same.
    pub wrong_at: Option<usize>,
}

/// A text that a file runs as code, where and when.
type Code = (usize, When, String);

/// Reads a text for a version of Python. `named` says whether a name may be one of the package's.
pub fn read(text: &str, python: (u8, u8), named: &dyn Fn(&str) -> bool) -> Imports {
    let (mut read, mut waiting) = read_one(text, python, named);
    while let Some((at, when, code)) = waiting.pop() {
        let (inside, more) = if source::too_deep(&code) {
            let what = What::UnknownCode;
            (vec![Fact { at, what, when }], Vec::new())
        } else {
            let (inside, more) = read_one(code.trim_start(), python, named);
            (inside.facts, more)
        };
        let inside = inside.into_iter().map(|fact| Fact {
            at,
            when: when.max(fact.when),
            ..fact
        });
        read.facts.extend(inside);
        let more = more.into_iter();
        waiting.extend(more.map(|(_, later, code)| (at, when.max(later), code)));
    }
    read.facts.sort_by_key(|fact| fact.at);
    read
}

fn read_one(text: &str, python: (u8, u8), named: &dyn Fn(&str) -> bool) -> (Imports, Vec<Code>) {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let body = match parsed.syntax() {
        ast::Mod::Module(module) => &module.body[..],
        ast::Mod::Expression(_) => &[],
    };
    let aliases = Aliases::of(body);
    let mut reader = Reader {
        body,
        python,
        named,
        type_checking: aliases.type_checking_is_false(),
        aliases,
        environment: OnceCell::new(),
        facts: Vec::new(),
        code: Vec::new(),
        unused: HashMap::new(),
        functions: 0,
        guards: 0,
    };
    reader.visit_body(body);
    // Nobody imports those for nothing: another file takes them from here.
    for at in std::mem::take(&mut reader.unused).into_values() {
        reader.tell(at, What::Unknown);
    }
    let wrong_at = parsed.errors().first();
    let read = Imports {
        facts: reader.facts,
        wrong_at: wrong_at.map(|error| error.location.start().to_usize()),
    };
    (read, reader.code)
}

struct Reader<'n> {
    body: &'n [Stmt],
    python: (u8, u8),
    named: &'n dyn Fn(&str) -> bool,
    type_checking: bool,
    aliases: Aliases,
    /// Looked for where it is asked for, which is in few files.
    environment: OnceCell<FromEnvironment>,
    facts: Vec<Fact>,
    code: Vec<Code>,
    /// Functions that import, by the names that they are imported under, until they are used.
    unused: HashMap<String, usize>,
    functions: usize,
    guards: usize,
}

impl Reader<'_> {
    fn tell(&mut self, at: usize, what: What) {
        let when = self.when();
        self.facts.push(Fact { at, what, when });
    }

    fn when(&self) -> When {
        if self.guards > 0 {
            When::Guarded
        } else if self.functions > 0 {
            When::Late
        } else {
            When::Now
        }
    }

    fn environment(&self) -> &FromEnvironment {
        self.environment
            .get_or_init(|| FromEnvironment::of(self.body))
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
                "import_module" => {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.unused.insert(name.to_string(), at);
                }
                "__all__" | "__getattr__" => self.tell(at, What::Lazy),
                "Loader" | "CLoader" if import.level == 0 && module == "yaml" => {
                    self.tell(at, What::Pickle);
                }
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

    /// What a part is taken of. A module stays where it is.
    fn base(&mut self, of: &Expr) {
        if self.aliases.module(of).is_none() {
            self.visit_expr(of);
        }
    }

    /// The branches that can be taken.
    fn branches(&mut self, statement: &ast::StmtIf) {
        let first = (Some(statement.test.as_ref()), &statement.body[..]);
        let others = statement
            .elif_else_clauses
            .iter()
            .map(|clause| (clause.test.as_ref(), &clause.body[..]));
        for (test, body) in std::iter::once(first).chain(others) {
            let known = test
                .and_then(|test| outcome(test, self.python, &|expr| self.is_type_checking(expr)));
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

    /// Whether this is a `TYPE_CHECKING` that is false.
    fn is_type_checking(&self, expr: &Expr) -> bool {
        self.type_checking
            && match expr {
                Expr::Name(name) => name.id == "TYPE_CHECKING",
                Expr::Attribute(part) => {
                    part.attr.as_str() == "TYPE_CHECKING" && self.aliases.is_typing(&part.value)
                }
                _ => false,
            }
    }

    fn attempt(&mut self, attempt: &ast::StmtTry) {
        self.guarded(is_guard(attempt), |reader| {
            reader.visit_body(&attempt.body);
            for handler in &attempt.handlers {
                reader.visit_except_handler(handler);
            }
            reader.visit_body(&attempt.orelse);
        });
        self.visit_body(&attempt.finalbody);
    }
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
                // Another name for a module is one that is known.
                let renames = self.aliases.module(&assign.value).is_some()
                    && assign.targets.iter().all(Expr::is_name_expr);
                if !renames && !assign.targets.iter().any(is_all) {
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
                if let Expr::Name(function) = call.func.as_ref() {
                    self.unused.remove(function.id.as_str());
                }
                match (self.call(call), call.func.as_ref()) {
                    (true, Expr::Attribute(function)) if !self.is_path(&function.value) => {
                        self.base(&function.value);
                    }
                    (true, _) => {}
                    (false, function) => self.visit_expr(function),
                }
                let looks = only_looks(&call.func);
                for (i, argument) in call.arguments.args.iter().enumerate() {
                    if !(looks && self.is_path(argument) || self.is_looked_at(call, i)) {
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
            Expr::Name(name) if name.ctx.is_load() => {
                self.unused.remove(name.id.as_str());
                self.mentioned(name.range.start().to_usize(), expr);
            }
            Expr::Attribute(part) => {
                let at = part.range.start().to_usize();
                if part.ctx.is_load() {
                    // The path itself is handed on, or gets another name.
                    if self.is_path(expr) {
                        self.tell(at, What::SearchPath);
                    } else {
                        self.mentioned(at, expr);
                    }
                }
                if part.attr.as_str() == "__dict__" {
                    self.visit_expr(&part.value);
                } else {
                    self.base(&part.value);
                }
            }
            Expr::BinOp(both) if both.op == ast::Operator::Add => {
                if let (Expr::StringLiteral(start), Expr::StringLiteral(end)) =
                    (both.left.as_ref(), both.right.as_ref())
                {
                    let whole = format!("{}{}", start.value.to_str(), end.value.to_str());
                    self.text(both.range.start().to_usize(), &whole);
                }
                visitor::walk_expr(self, expr);
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
