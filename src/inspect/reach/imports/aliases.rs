//! Under which names a file knows what imports by name and what changes Python's path. Learnt before the file is read:
//! a function may be written above the import that it uses.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};

/// Functions that import what their first argument names.
pub(super) const IMPORTERS: [&str; 2] = ["import_module", "__import__"];
/// Functions that import what leads to a name with dots, known by the module that they are of.
const RESOLVERS: [&str; 5] = [
    "pkgutil.get_data",
    "pkgutil.resolve_name",
    "pydoc.locate",
    "pydoc.resolve",
    "pydoc.safeimport",
];
/// Here `TYPE_CHECKING` is false.
const OF_TYPES: [&str; 2] = ["typing", "typing_extensions"];
const MODULES: [&str; 5] = ["builtins", "importlib", "pkgutil", "pydoc", "sys"];

/// The names of one file.
#[derive(Debug)]
pub struct Aliases {
    /// Under which names the functions that import are known.
    pub importers: HashSet<String>,
    /// Name -> one of [`MODULES`], or something in it.
    bound: HashMap<String, String>,
    /// What is imported by `from` -> its name there.
    imported: HashMap<String, String>,
    /// Names of modules that are imported whole.
    modules: HashSet<String>,
    /// Functions that are written here.
    functions: HashSet<String>,
    /// The same of classes.
    methods: HashSet<String>,
    in_class: bool,
    /// Those of the modules that have a `TYPE_CHECKING` which is false.
    typing: HashSet<String>,
    /// How often `TYPE_CHECKING` is set, and how often to false.
    set: (usize, usize),
}

impl Aliases {
    /// Of a module.
    pub fn of(body: &[Stmt]) -> Self {
        let own = |name: &&str| ((*name).to_owned(), (*name).to_owned());
        let mut all = Self {
            importers: IMPORTERS.iter().map(|name| (*name).to_owned()).collect(),
            bound: MODULES.iter().map(own).collect(),
            imported: HashMap::new(),
            modules: HashSet::new(),
            functions: HashSet::new(),
            methods: HashSet::new(),
            in_class: false,
            typing: HashSet::new(),
            set: (0, 0),
        };
        let builtins = ("__builtins__".to_owned(), "builtins".to_owned());
        all.bound.extend([builtins]);
        all.visit_body(body);
        all
    }

    /// Whether this stands for `sys.path` or the like.
    pub fn is(&self, expr: &Expr, whole: &str) -> bool {
        self.whole(expr).is_some_and(|found| found == whole)
    }

    /// Which of [`MODULES`] this stands for, if it is a name or the part of another module.
    pub fn module(&self, expr: &Expr) -> Option<String> {
        self.whole(expr)
            .filter(|found| MODULES.contains(&found.as_str()))
    }

    /// The name that something has where it was imported from.
    pub fn original<'n>(&'n self, name: &'n str) -> &'n str {
        self.imported.get(name).map_or(name, String::as_str)
    }

    /// Whether this is what a module is known by, as an import of it is there.
    pub fn is_module(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Name(name) => {
                self.modules.contains(name.id.as_str()) || self.is_imported(&name.id)
            }
            Expr::Attribute(part) => self.is_module(&part.value),
            _ => false,
        }
    }

    /// Whether `TYPE_CHECKING` is taken from a module in which it is false.
    pub fn is_typing(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Name(name) if self.typing.contains(name.id.as_str()))
    }

    /// Whether it is imported by `from`.
    pub fn is_imported(&self, name: &str) -> bool {
        self.imported.contains_key(name)
    }

    /// Whether this is a function that is written in this file, and nowhere else.
    pub fn is_defined(&self, function: &Expr) -> bool {
        match function {
            Expr::Name(name) => {
                self.functions.contains(name.id.as_str()) && !self.is_imported(&name.id)
            }
            Expr::Attribute(part) => {
                self.methods.contains(part.attr.as_str())
                    && matches!(part.value.as_ref(), Expr::Name(of) if matches!(of.id.as_str(), "self" | "cls"))
            }
            _ => false,
        }
    }

    /// Whether this is a function that imports what leads to a name.
    pub fn is_resolver(&self, expr: &Expr) -> bool {
        self.whole(expr)
            .is_some_and(|found| RESOLVERS.contains(&found.as_str()))
    }

    /// Whether what `getattr` takes from this module may be a function that imports; `part` where it is known.
    pub fn may_import(&self, of: &Expr, part: Option<&str>) -> bool {
        let Some(of) = self.whole(of) else {
            return false;
        };
        match part {
            Some(part) => {
                IMPORTERS.contains(&part) || RESOLVERS.contains(&format!("{of}.{part}").as_str())
            }
            // Of the builtins it is a type as a rule.
            None => of.starts_with("importlib") || of == "pkgutil" || of == "pydoc",
        }
    }

    /// Whether `TYPE_CHECKING` means what typing says: false, wherever this file sets it.
    pub fn type_checking_is_false(&self) -> bool {
        self.set.0 == self.set.1
    }

    /// `module` or `module.part`.
    fn whole(&self, expr: &Expr) -> Option<String> {
        match expr {
            Expr::Name(name) => self.bound.get(name.id.as_str()).cloned(),
            Expr::Attribute(part) => match self.whole(&part.value) {
                Some(of) if !of.contains('.') => Some(format!("{of}.{}", part.attr)),
                Some(_) => None,
                // As another module knows it: `os.sys`.
                None => (part.attr.as_str() == "sys").then(|| "sys".to_owned()),
            },
            _ => None,
        }
    }

    fn bind(&mut self, name: &str, whole: String) {
        let last = whole.rsplit('.').next().unwrap_or_default();
        if IMPORTERS.contains(&last) {
            self.importers.insert(name.to_owned());
        }
        self.bound.insert(name.to_owned(), whole);
    }

    fn assigned(&mut self, target: &Expr, value: Option<&Expr>) {
        let Expr::Name(name) = target else {
            return;
        };
        let is_false = match value {
            Some(Expr::BooleanLiteral(literal)) => !literal.value,
            Some(Expr::NumberLiteral(number)) => number.value == ast::Number::Int(ast::Int::ZERO),
            Some(_) => false,
            // Said to be of a type.
            None => true,
        };
        if name.id == "TYPE_CHECKING" && is_false {
            self.set.1 += 1;
        }
        if let Some(whole) = value.and_then(|value| self.whole(value)) {
            self.bind(&name.id, whole);
        }
    }
}

impl<'a> Visitor<'a> for Aliases {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let whole = alias.name.as_str();
                    let first = whole.split('.').next().unwrap_or(whole);
                    let name = alias.asname.as_ref().map_or(first, |new| new.as_str());
                    self.modules.insert(name.to_owned());
                    if let Some((_, last)) = whole.rsplit_once('.').filter(|_| name != first) {
                        self.imported.insert(name.to_owned(), last.to_owned());
                    }
                    if OF_TYPES.contains(&whole) {
                        self.typing.insert(name.to_owned());
                    }
                    if let Some(new) = &alias.asname
                        && MODULES.contains(&alias.name.as_str())
                    {
                        self.bind(new, alias.name.to_string());
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                let from = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    let new = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.imported
                        .insert(new.to_string(), alias.name.to_string());
                    if new.as_str() == "TYPE_CHECKING" && !OF_TYPES.contains(&from) {
                        // It may be anything there.
                        self.set.0 += 1;
                    }
                    if import.level == 0 && MODULES.contains(&from) {
                        self.bind(new, format!("{from}.{}", alias.name));
                    } else if IMPORTERS.contains(&alias.name.as_str()) {
                        self.importers.insert(new.to_string());
                    } else if MODULES.contains(&alias.name.as_str()) {
                        // As a module for old Pythons may have it.
                        self.bind(new, alias.name.to_string());
                    }
                }
            }
            Stmt::ClassDef(_) => {
                let in_class = std::mem::replace(&mut self.in_class, true);
                visitor::walk_stmt(self, stmt);
                self.in_class = in_class;
                return;
            }
            Stmt::FunctionDef(function) => {
                let in_class = std::mem::replace(&mut self.in_class, false);
                let known = if in_class {
                    &mut self.methods
                } else {
                    &mut self.functions
                };
                known.insert(function.name.to_string());
                visitor::walk_stmt(self, stmt);
                self.in_class = in_class;
                return;
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assigned(target, Some(&assign.value));
                }
            }
            Stmt::AnnAssign(assign) => self.assigned(&assign.target, assign.value.as_deref()),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx.is_store() && name.id == "TYPE_CHECKING" => {
                self.set.0 += 1;
            }
            Expr::Attribute(part)
                if part.ctx.is_store() && part.attr.as_str() == "TYPE_CHECKING" =>
            {
                self.set.0 += 1;
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
