//! Where the absence of a module is caught.

use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};

/// Whether a `try` does without what it can't import.
pub(super) fn is_guard(attempt: &ast::StmtTry) -> bool {
    attempt.handlers.iter().any(|handler| {
        let ExceptHandler::ExceptHandler(handler) = handler;
        // One that raises again does not do without.
        catches_imports(handler.type_.as_deref())
            && !matches!(handler.body.last(), Some(Stmt::Raise(_)))
    })
}

/// `suppress(ImportError)`.
pub(super) fn suppresses_imports(item: &ast::WithItem) -> bool {
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
