//! Names in texts and in expressions.

use ruff_python_ast::{Expr, Operator};

/// The text that an expression is, as far as it can be told. `.` stands for the file's own package.
#[derive(Debug, PartialEq, Eq)]
pub struct Name {
    /// From its start.
    pub text: String,
    /// Whether that is all of it.
    pub whole: bool,
}

impl Name {
    /// Of an expression.
    pub fn of(expr: &Expr) -> Self {
        let (text, whole) = match expr {
            Expr::StringLiteral(text) => (text.value.to_str().to_owned(), true),
            Expr::Name(name) if name.id == "__package__" => (".".to_owned(), true),
            // Of a package itself; of a module its folder is the nearest.
            Expr::Name(name) if name.id == "__name__" => (".".to_owned(), true),
            Expr::FString(text) => {
                let mut start = Self::empty();
                for element in text.value.elements() {
                    let next = match (element.as_literal(), element.as_interpolation()) {
                        (Some(literal), _) => Self {
                            text: literal.value.to_string(),
                            whole: true,
                        },
                        (_, Some(filled)) if filled.format_spec.is_none() => {
                            Self::of(&filled.expression)
                        }
                        _ => Self::unknown(),
                    };
                    start = start.then(next);
                }
                return start;
            }
            Expr::BinOp(both) if both.op == Operator::Add => {
                return Self::of(&both.left).then_with(|| Self::of(&both.right));
            }
            Expr::BinOp(both) if both.op == Operator::Mod => {
                return Self::of(&both.left).until('%');
            }
            Expr::Call(call) => match call.func.as_ref() {
                Expr::Attribute(format) if format.attr.as_str() == "format" => {
                    return Self::of(&format.value).until('{');
                }
                _ => return Self::unknown(),
            },
            _ => return Self::unknown(),
        };
        Self { text, whole }
    }

    fn empty() -> Self {
        Self {
            text: String::new(),
            whole: true,
        }
    }

    fn unknown() -> Self {
        Self {
            text: String::new(),
            whole: false,
        }
    }

    fn then(self, next: Self) -> Self {
        self.then_with(|| next)
    }

    fn then_with(self, next: impl FnOnce() -> Self) -> Self {
        if !self.whole {
            return self;
        }
        let next = next();
        // `__name__ + ".x"` has one dot, not two.
        let text = if self.text == "." {
            format!(".{}", next.text.trim_start_matches('.'))
        } else {
            self.text + &next.text
        };
        Self {
            text,
            whole: next.whole,
        }
    }

    fn until(self, mark: char) -> Self {
        match self.text.split_once(mark) {
            Some((start, _)) => Self {
                text: start.to_owned(),
                whole: false,
            },
            None => self,
        }
    }
}

fn in_name(c: char) -> bool {
    c == '_' || c == '.' || c == '-' || c.is_alphanumeric()
}

/// The parts of a text that may be names, of modules or of distributions; `-mname` is one for Python, too.
pub fn all(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !in_name(c))
        .flat_map(|part| std::iter::once(part).chain(part.strip_prefix("-m")))
        .map(|part| part.trim_matches(['.', '-']))
        .filter(|part| !part.is_empty())
}

/// The name that a text ends in.
pub fn last(text: &str) -> Option<&str> {
    text.rsplit(|c| !in_name(c))
        .next()
        .filter(|name| !name.is_empty())
}
