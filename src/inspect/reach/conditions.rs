//! Conditions whose outcome is known before the function runs: type checking, Python's version, the operating system.

use ruff_python_ast::{BoolOp, CmpOp, Expr, Number, UnaryOp};

/// What a condition will be on Lambda, if that is certain. `type_checking` says what is false because nobody checks types.
pub fn outcome(
    test: &Expr,
    python: (u8, u8),
    type_checking: &dyn Fn(&Expr) -> bool,
) -> Option<bool> {
    let of = |expr: &Expr| outcome(expr, python, type_checking);
    match test {
        Expr::BooleanLiteral(literal) => Some(literal.value),
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => value.as_u64().map(|value| value != 0),
            _ => None,
        },
        Expr::Name(_) | Expr::Attribute(_) => type_checking(test).then_some(false),
        Expr::UnaryOp(not) if not.op == UnaryOp::Not => of(&not.operand).map(|value| !value),
        Expr::BoolOp(both) => {
            let decides = both.op == BoolOp::Or;
            let found: Vec<_> = both.values.iter().map(of).collect();
            if found.contains(&Some(decides)) {
                return Some(decides);
            }
            (!found.contains(&None)).then_some(!decides)
        }
        Expr::Compare(compare) if compare.ops.len() == 1 => compared(
            &compare.left,
            compare.ops[0],
            &compare.comparators[0],
            python,
        ),
        Expr::Call(call) => {
            let Expr::Attribute(function) = call.func.as_ref() else {
                return None;
            };
            let [Expr::StringLiteral(start)] = &*call.arguments.args else {
                return None;
            };
            (function.attr.as_str() == "startswith" && is_of(&function.value, "sys", "platform"))
                .then(|| "linux".starts_with(start.value.to_str()))
        }
        _ => None,
    }
}

fn compared(left: &Expr, op: CmpOp, right: &Expr, python: (u8, u8)) -> Option<bool> {
    if let Expr::StringLiteral(text) = right {
        let real = if is_of(left, "sys", "platform") {
            "linux"
        } else if is_of(left, "os", "name") {
            "posix"
        } else {
            return None;
        };
        return match op {
            CmpOp::Eq => Some(text.value.to_str() == real),
            CmpOp::NotEq => Some(text.value.to_str() != real),
            _ => None,
        };
    }
    let version = [u64::from(python.0), u64::from(python.1)];
    let wanted = numbers(right)?;
    // How many of its five parts the left side has, and whether they are all known.
    let (have, whole) = match left {
        left if is_of(left, "sys", "version_info") => (&version[..], false),
        Expr::Subscript(part) if is_of(&part.value, "sys", "version_info") => {
            match part.slice.as_ref() {
                Expr::Slice(slice) if slice.lower.is_none() && slice.step.is_none() => {
                    let upper = numbers(slice.upper.as_deref()?)?;
                    match upper[..] {
                        [1] => (&version[..1], true),
                        [2] => (&version[..], true),
                        _ => (&version[..], false),
                    }
                }
                index => match numbers(index)?[..] {
                    [0] => (&version[..1], true),
                    [1] => (&version[1..], true),
                    _ => return None,
                },
            }
        }
        Expr::Attribute(part) if is_of(&part.value, "sys", "version_info") => {
            match part.attr.as_str() {
                "major" => (&version[..1], true),
                "minor" => (&version[1..], true),
                _ => return None,
            }
        }
        _ => return None,
    };
    ordered(have, whole, op, &wanted)
}

/// Compares as tuples do; parts past what is known make it uncertain, unless the known ones already differ.
fn ordered(have: &[u64], whole: bool, op: CmpOp, wanted: &[u64]) -> Option<bool> {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let common = have.len().min(wanted.len());
    let order = match have[..common].cmp(&wanted[..common]) {
        Equal if whole => have.len().cmp(&wanted.len()),
        // There is always a third part.
        Equal if wanted.len() <= have.len() => Greater,
        Equal => return None,
        order => order,
    };
    Some(match op {
        CmpOp::Eq => order == Equal,
        CmpOp::NotEq => order != Equal,
        CmpOp::Lt => order == Less,
        CmpOp::LtE => order != Greater,
        CmpOp::Gt => order == Greater,
        CmpOp::GtE => order != Less,
        _ => return None,
    })
}

/// A whole number, or a tuple of them.
fn numbers(expr: &Expr) -> Option<Vec<u64>> {
    match expr {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(value) => Some(vec![value.as_u64()?]),
            _ => None,
        },
        Expr::Tuple(tuple) => tuple
            .elts
            .iter()
            .map(|part| numbers(part)?.first().copied())
            .collect(),
        _ => None,
    }
}

/// Whether this is `module.attribute`.
pub fn is_of(expr: &Expr, module: &str, attribute: &str) -> bool {
    matches!(expr, Expr::Attribute(found) if found.attr.as_str() == attribute
        && matches!(found.value.as_ref(), Expr::Name(name) if name.id == module))
}
