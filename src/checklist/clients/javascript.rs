//! Clients in JavaScript sources, by a scan that knows strings, comments and braces: no parser of JavaScript is wanted
//! for one question.

use std::collections::BTreeSet;

use super::{Client, Kept, Source, keep_called, line_at};

/// Names after `new` that make a client, besides those that end in `Client` and AWS's own (`AWS.S3`).
const CLASSES: [&str; 9] = [
    "Anthropic",
    "DynamoDB",
    "IORedis",
    "Kafka",
    "MongoClient",
    "OpenAI",
    "Pool",
    "PrismaClient",
    "Redis",
];

/// Functions that make one.
const MAKERS: [&str; 7] = [
    "axios.create",
    "createConnection",
    "createPool",
    "mysql.createConnection",
    "mysql.createPool",
    "mysql2.createPool",
    "redis.createClient",
];

/// Longer lines than this on average: a bundle, in which nobody keeps lines apart.
const LONGEST_LINE: usize = 300;

/// Every client of a source; none if it is a bundle.
pub fn find(source: &Source) -> Option<Vec<Client>> {
    let lines = source.text.lines().count().max(1);
    if source.text.len() / lines > LONGEST_LINE {
        return None;
    }
    let code = bare(&source.text);
    let mut scan = Scan {
        source,
        code: &code,
        braces: Vec::new(),
        statement: 0,
        called: BTreeSet::new(),
        found: Vec::new(),
    };
    scan.run();
    let Scan {
        called, mut found, ..
    } = scan;
    keep_called(&mut found, &called);
    Some(found)
}

/// The code with its strings, templates and comments blanked, of the same length.
fn bare(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let end = match (bytes[i], bytes.get(i + 1)) {
            (b'/', Some(b'/')) => find_from(bytes, i, b"\n"),
            (b'/', Some(b'*')) => (find_from(bytes, i + 2, b"*/") + 2).min(bytes.len()),
            (quote @ (b'"' | b'\'' | b'`'), _) => string_end(bytes, i, quote),
            _ => {
                i += 1;
                continue;
            }
        };
        for byte in &mut out[i..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        i = end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn find_from(bytes: &[u8], from: usize, wanted: &[u8]) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    let found = rest
        .windows(wanted.len())
        .position(|window| window == wanted);
    found.map_or(bytes.len(), |at| from + at)
}

fn string_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut i = start + 1;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 1,
            byte if byte == quote => return i + 1,
            // An apostrophe in a regular expression: no string goes over a line.
            b'\n' if quote != b'`' => return i,
            _ => {}
        }
        i += 1;
    }
    bytes.len()
}

enum Brace {
    /// A function, with its name if it has one.
    Function(String),
    /// A class: names before parentheses in it are its methods.
    Class,
    /// A block or an object.
    Other,
}

struct Scan<'a> {
    source: &'a Source,
    code: &'a str,
    /// What each open brace begins.
    braces: Vec<Brace>,
    /// Where the statement at hand begins.
    statement: usize,
    called: BTreeSet<String>,
    found: Vec<Client>,
}

impl Scan<'_> {
    fn run(&mut self) {
        let bytes = self.code.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            match bytes[i] {
                b'{' => {
                    let before = &self.code[self.statement..i];
                    self.braces.push(match function_of(before) {
                        Some(name) => Brace::Function(name),
                        None if before.split_whitespace().any(|word| word == "class") => {
                            Brace::Class
                        }
                        None => Brace::Other,
                    });
                    self.statement = i + 1;
                }
                b'}' => {
                    self.braces.pop();
                    self.statement = i + 1;
                }
                b';' => self.statement = i + 1,
                byte if is_name(byte) && (i == 0 || !is_name(bytes[i - 1])) => {
                    let long = bytes[i..]
                        .iter()
                        .take_while(|b| is_name(**b) || **b == b'.')
                        .count();
                    let name = &self.code[i..i + long];
                    if bytes.get(i + long) == Some(&b'(') {
                        self.call(name, i);
                    }
                    i += long;
                    continue;
                }
                _ => {}
            }
            i += 1;
        }
    }

    fn call(&mut self, name: &str, at: usize) {
        let before = self.code[self.statement..at].trim_end();
        let (made_by, before) = match before.strip_suffix("new") {
            Some(before) if is_class(name) => (format!("new {name}"), before.trim_end()),
            None if MAKERS.contains(&name) => (name.to_owned(), before),
            _ => {
                // `function name(` defines, it calls nothing.
                let runs_once = self
                    .braces
                    .iter()
                    .all(|brace| matches!(brace, Brace::Other));
                if runs_once && !before.ends_with("function") && arrow(before).is_none() {
                    self.called.insert(name.to_owned());
                }
                return;
            }
        };
        let function = arrow(before).or_else(|| self.function());
        let kept = match &function {
            None => Kept::Environment,
            Some(_) => kept_by(before),
        };
        self.found.push(Client {
            file: self.source.path.clone(),
            line: line_at(&self.source.text, at),
            made_by,
            function: function.filter(|name| !name.is_empty()),
            kept,
        });
    }

    /// The innermost function that is open; it may have no name.
    fn function(&self) -> Option<String> {
        self.braces.iter().rev().find_map(|brace| match brace {
            Brace::Function(name) => Some(name.clone()),
            Brace::Class | Brace::Other => None,
        })
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

fn is_class(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    let is_aws = name.starts_with("AWS.") && last != "Config" && last != "Credentials";
    is_aws || CLASSES.contains(&last) || (last.ends_with("Client") && last != "Client")
}

/// Whether what stands before a brace begins a function, and its name.
fn function_of(before: &str) -> Option<String> {
    let before = before.trim_end();
    if before.ends_with("=>") {
        return arrow(before);
    }
    let head = before.strip_suffix(')')?;
    // Back over the parameters.
    let mut open = 1_u32;
    let at = head.char_indices().rev().find_map(|(at, letter)| {
        match letter {
            ')' => open += 1,
            '(' => open -= 1,
            _ => {}
        }
        (open == 0).then_some(at)
    })?;
    let head = head[..at].trim_end();
    let word = last_word(head);
    match word {
        "if" | "for" | "while" | "switch" | "catch" | "with" | "await" => None,
        "function" => Some(bound_name(head)),
        word => Some(word.to_owned()),
    }
}

/// The name that an arrow function whose body begins here is bound to; none if there is no arrow.
fn arrow(before: &str) -> Option<String> {
    let at = before.rfind("=>")?;
    // What stands between the arrow and here is the beginning of its body.
    (!before[at + 2..].contains([';', '{', '}'])).then(|| bound_name(&before[..at]))
}

/// `name` of `const name = …` or `exports.name = …`; empty where it is bound to nothing.
fn bound_name(head: &str) -> String {
    match head.split_once('=') {
        Some((left, _)) => last_word(left.trim_end()).to_owned(),
        None => String::new(),
    }
}

fn last_word(text: &str) -> &str {
    let from = text.rfind(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
    from.map_or(text, |at| {
        &text[at + text[at..].chars().next().map_or(1, char::len_utf8)..]
    })
}

/// How long something lives by what its value is assigned to.
fn kept_by(before: &str) -> Kept {
    let before = before.trim();
    if before.ends_with("??=")
        || before.ends_with("||=")
        || before.ends_with("||")
        || before.ends_with("??")
    {
        return Kept::Environment;
    }
    let Some(left) = before.strip_suffix('=') else {
        return Kept::Call;
    };
    let left = left.trim_end();
    if ["const ", "let ", "var "]
        .iter()
        .any(|word| left.contains(word))
    {
        return Kept::Call;
    }
    if left.contains("this.") {
        return Kept::Object;
    }
    // A variable of an outer scope.
    Kept::Environment
}
