//! Clients in Python sources: calls whose names the imports resolve to something that opens connections.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, ModModule, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged as _;

use super::{Client, Kept, Source, keep_called, line_at};
use crate::inspect::reach::parse_guarded;

/// What makes a client, by its whole name. boto3's are recognised by their last part too: sessions have them.
const MAKERS: [&str; 32] = [
    "aioboto3.Session",
    "aiohttp.ClientSession",
    "anthropic.Anthropic",
    "asyncpg.connect",
    "asyncpg.create_pool",
    "boto3.Session",
    "boto3.client",
    "boto3.resource",
    "boto3.session.Session",
    "botocore.session.get_session",
    "elasticsearch.Elasticsearch",
    "httpx.AsyncClient",
    "httpx.Client",
    "kafka.KafkaProducer",
    "mysql.connector.connect",
    "openai.AsyncOpenAI",
    "openai.OpenAI",
    "opensearchpy.OpenSearch",
    "psycopg.connect",
    "psycopg2.connect",
    "pymongo.MongoClient",
    "pymysql.connect",
    "redis.Redis",
    "redis.StrictRedis",
    "redis.from_url",
    "requests.Session",
    "requests.session",
    "slack_sdk.WebClient",
    "sqlalchemy.create_engine",
    "stripe.StripeClient",
    "urllib3.PoolManager",
    "urllib3.ProxyManager",
];

/// Every client of a source; none if it is no Python.
pub fn find(source: &Source) -> Option<Vec<Client>> {
    parse_guarded(&source.text, |module| in_module(source, &module))
}

fn in_module(source: &Source, module: &ModModule) -> Vec<Client> {
    let mut finder = Finder {
        source,
        bound: BTreeMap::new(),
        functions: Vec::new(),
        kept: None,
        called: BTreeSet::new(),
        found: Vec::new(),
    };
    // Names first: a function may be written above the import that it uses.
    let mut names = Names(&mut finder.bound);
    names.visit_body(&module.body);
    finder.visit_body(&module.body);
    let Finder {
        called, mut found, ..
    } = finder;
    keep_called(&mut found, &called);
    found
}

/// What each imported name stands for.
struct Names<'a>(&'a mut BTreeMap<String, String>);

impl<'a> Visitor<'a> for Names<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let whole = alias.name.as_str();
                    let (name, means) = if let Some(name) = &alias.asname {
                        (name.as_str(), whole)
                    } else {
                        let top = whole.split('.').next().unwrap_or(whole);
                        (top, top)
                    };
                    self.0.insert(name.to_owned(), means.to_owned());
                }
            }
            Stmt::ImportFrom(import) if import.level == 0 => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    if let Some(module) = &import.module {
                        let means = format!("{module}.{}", alias.name);
                        self.0.insert(name.to_string(), means);
                    }
                }
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }
}

struct Finder<'a> {
    source: &'a Source,
    bound: BTreeMap<String, String>,
    /// The functions that the walk is in, from the outermost.
    functions: Vec<Scope>,
    /// Where the value at hand goes, if it is assigned.
    kept: Option<Kept>,
    /// Functions that module level calls: what they make is made once.
    called: BTreeSet<String>,
    found: Vec<Client>,
}

struct Scope {
    name: String,
    globals: BTreeSet<String>,
    caches: bool,
}

impl<'a> Visitor<'a> for Finder<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::Global(global) => {
                if let Some(scope) = self.functions.last_mut() {
                    scope
                        .globals
                        .extend(global.names.iter().map(ToString::to_string));
                }
            }
            Stmt::Assign(assign) => {
                self.assigned(&assign.value, assign.targets.iter());
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assigned(value, std::iter::once(&*assign.target));
                }
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(lambda) => {
                self.functions.push(Scope {
                    name: "lambda".into(),
                    globals: BTreeSet::new(),
                    caches: false,
                });
                let outer = self.kept.take();
                self.visit_expr(&lambda.body);
                self.kept = outer;
                self.functions.pop();
            }
            Expr::Named(named) => {
                self.assigned(&named.value, std::iter::once(&*named.target));
            }
            Expr::Call(call) => {
                self.call(call);
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

impl<'a> Finder<'a> {
    fn function(&mut self, function: &'a StmtFunctionDef) {
        // Decorators and defaults are worked out where the function is defined.
        for decorator in &function.decorator_list {
            self.visit_expr(&decorator.expression);
        }
        self.visit_parameters(&function.parameters);
        let caches = function.decorator_list.iter().any(|decorator| {
            let called = match &decorator.expression {
                Expr::Call(call) => &*call.func,
                other => other,
            };
            let name = dotted(called).unwrap_or_default().to_ascii_lowercase();
            name.contains("cache") || name.contains("singleton")
        });
        self.functions.push(Scope {
            name: function.name.to_string(),
            globals: BTreeSet::new(),
            caches,
        });
        let outer = self.kept.take();
        self.visit_body(&function.body);
        self.kept = outer;
        self.functions.pop();
    }

    fn assigned(&mut self, value: &'a Expr, targets: impl Iterator<Item = &'a Expr>) {
        let outer = self.kept;
        for target in targets {
            let kept = match target {
                Expr::Name(name) => self
                    .functions
                    .last()
                    .is_some_and(|scope| scope.globals.contains(name.id.as_str()))
                    .then_some(Kept::Environment),
                Expr::Attribute(_) => Some(Kept::Object),
                // A dictionary of the module's own, as a rule.
                Expr::Subscript(_) => Some(Kept::Environment),
                _ => None,
            };
            self.kept = kept.or(self.kept);
        }
        self.visit_expr(value);
        self.kept = outer;
    }

    fn call(&mut self, call: &'a ExprCall) {
        let Some(written) = dotted(&call.func) else {
            return;
        };
        if self.functions.is_empty() {
            self.called.insert(written.clone());
        }
        let (first, rest) = written.split_once('.').unwrap_or((&written, ""));
        let whole = match (self.bound.get(first), rest) {
            (Some(means), "") => means.clone(),
            (Some(means), rest) => format!("{means}.{rest}"),
            (None, _) => written.clone(),
        };
        if !MAKERS.contains(&whole.as_str()) && !self.is_of_a_session(&whole, call) {
            return;
        }
        let kept = match self.functions.last() {
            None => Kept::Environment,
            Some(scope) if scope.caches => Kept::Environment,
            Some(_) => self.kept.unwrap_or(Kept::Call),
        };
        self.found.push(Client {
            file: self.source.path.clone(),
            line: line_at(&self.source.text, call.start().to_usize()),
            made_by: written,
            function: self.functions.last().map(|scope| scope.name.clone()),
            kept,
        });
    }

    /// `session.client("s3")`, in a file that imports boto3.
    fn is_of_a_session(&self, whole: &str, call: &ExprCall) -> bool {
        let is_boto3 = |means: &String| means == "boto3" || means.starts_with("boto3.");
        (whole.ends_with(".client") || whole.ends_with(".resource"))
            && matches!(call.arguments.args.first(), Some(Expr::StringLiteral(_)))
            && self.bound.values().any(is_boto3)
    }
}

/// A name with dots, as it is written.
fn dotted(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => {
            Some(format!("{}.{}", dotted(&attribute.value)?, attribute.attr))
        }
        // boto3.Session().client
        Expr::Call(call) => dotted(&call.func),
        _ => None,
    }
}
