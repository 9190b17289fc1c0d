//! What functions are known for by their names: those that load, list, run or read what they are told, and those that may.

use ruff_python_ast::Expr;

use super::Reader;

/// Functions that load a file, or a module under a name of their own making.
const LOADERS: [&str; 13] = [
    "spec_from_file_location",
    "SourceFileLoader",
    "SourcelessFileLoader",
    "ExtensionFileLoader",
    "FileFinder",
    "exec_module",
    "find_module",
    "load_module",
    "load_source",
    "module_from_spec",
    "run_path",
    "run_module",
    "zipimporter",
];
const ENTRY_POINTS: [&str; 12] = [
    "entry_points",
    "get_entry_info",
    "get_entry_map",
    "iter_entry_points",
    "load_entry_point",
    "DispatchExtensionManager",
    "DriverManager",
    "EnabledExtensionManager",
    "ExtensionManager",
    "HookManager",
    "NameDispatchExtensionManager",
    "NamedExtensionManager",
];
const OF_ONE: [&str; 3] = ["get_entry_info", "get_entry_map", "load_entry_point"];
const LISTERS: [&str; 2] = ["iter_modules", "walk_packages"];
/// Functions that run a text.
const RUNNERS: [&str; 3] = ["eval", "exec", "exec_"];
/// Read data that names what it needs.
const UNPICKLERS: [&str; 5] = [
    "read_pickle",
    "unsafe_load",
    "unsafe_load_all",
    "CUnsafeLoader",
    "UnsafeLoader",
];
/// The unsafe loaders' shorter names, which others have too.
const YAML_LOADERS: [&str; 2] = ["CLoader", "Loader"];
/// What functions are called, or part of it, that import what they are told.
const LIKE_IMPORT: [&str; 2] = ["import", "instantiate"];
/// How words begin that look like it and are none: important, importance.
const UNLIKE_IMPORT: &str = "importan";
const LIKE_IMPORT_WHOLE: [&str; 8] = [
    "class_for_name",
    "get_class",
    "load_class",
    "load_object",
    "locate",
    "resolve_name",
    "resolve_dotted_name",
    "symbol_by_name",
];
/// Functions of `importlib.resources`, which import the package that they are given.
const OF_RESOURCES: [&str; 8] = [
    "contents",
    "files",
    "is_resource",
    "open_binary",
    "open_text",
    "path",
    "read_binary",
    "read_text",
];

/// What a function is known for.
pub(super) enum Does {
    Import,
    Resolve,
    Load,
    List,
    EntryPoints,
    Run,
    Unpickle,
    AddPath,
}

impl Reader<'_> {
    pub(super) fn does(&self, function: &Expr) -> Option<Does> {
        let (name, is_bare) = match function {
            Expr::Name(name) => (self.aliases.original(&name.id), true),
            Expr::Attribute(part) => (part.attr.as_str(), false),
            _ => return None,
        };
        Some(match name {
            _ if self.aliases.importers.contains(name) => Does::Import,
            _ if self.aliases.is_resolver(function) => Does::Resolve,
            _ if LOADERS.contains(&name) => Does::Load,
            _ if LISTERS.contains(&name) => Does::List,
            _ if ENTRY_POINTS.contains(&name) => Does::EntryPoints,
            // Methods of that name search tables and texts.
            _ if RUNNERS.contains(&name)
                && (is_bare
                    || name == "exec_"
                    || self.aliases.is(function, &format!("builtins.{name}"))) =>
            {
                Does::Run
            }
            _ if UNPICKLERS.contains(&name) => Does::Unpickle,
            _ if YAML_LOADERS.contains(&name) && is_of_yaml(function) => Does::Unpickle,
            "addsitedir" => Does::AddPath,
            _ => return None,
        })
    }

    /// Whether a function that this file does not define imports what it is told, to judge by its name.
    pub(super) fn is_told(&self, function: &Expr) -> bool {
        let name = match function {
            Expr::Name(name) => self.aliases.original(&name.id),
            Expr::Attribute(part) => part.attr.as_str(),
            _ => return false,
        };
        name.split('_').any(is_like_import) || LIKE_IMPORT_WHOLE.contains(&name)
    }

    /// Whether it is one of `importlib.resources`.
    pub(super) fn is_of_resources(&self, function: &Expr) -> bool {
        let name = match function {
            Expr::Name(name) => self.aliases.original(&name.id),
            Expr::Attribute(part) if self.is_resources(&part.value) => part.attr.as_str(),
            _ => return false,
        };
        OF_RESOURCES.contains(&name)
    }

    fn is_resources(&self, module: &Expr) -> bool {
        match module {
            Expr::Name(name) => matches!(
                self.aliases.original(&name.id),
                "resources" | "importlib_resources"
            ),
            Expr::Attribute(part) => part.attr.as_str() == "resources",
            _ => false,
        }
    }
}

fn is_like_import(word: &str) -> bool {
    LIKE_IMPORT.iter().any(|like| word.contains(like)) && !word.starts_with(UNLIKE_IMPORT)
}

/// Some are asked for those of one distribution, which comes first.
pub(super) fn place_of_group(function: &Expr) -> usize {
    match function {
        Expr::Attribute(part) if OF_ONE.contains(&part.attr.as_str()) => 1,
        Expr::Name(name) if OF_ONE.contains(&name.id.as_str()) => 1,
        _ => 0,
    }
}

fn is_of_yaml(function: &Expr) -> bool {
    matches!(function, Expr::Attribute(part)
        if matches!(part.value.as_ref(), Expr::Name(name) if name.id == "yaml"))
}
