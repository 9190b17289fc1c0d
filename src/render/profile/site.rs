//! Where in the code something is imported or used.

use super::super::layout::clean;
use crate::profile::Site;

/// `app.py:3`, from the package's own folder on.
pub(super) fn site(site: &Site) -> String {
    let name = match &site.file {
        Some(file) => inside(file, &site.module),
        None => clean(&site.module),
    };
    site.line
        .map_or_else(|| name.clone(), |line| format!("{name}:{line}"))
}

/// Where no package is mounted, a file lies deep in a folder that is nobody's business.
fn inside(file: &str, module: &str) -> String {
    if let Some(inside) = file.strip_prefix("/var/task/") {
        return clean(inside);
    }
    // Node's names are paths.
    if file.ends_with(&format!("/{module}")) {
        return clean(module);
    }
    let parts: Vec<&str> = file.split('/').collect();
    let is_package = parts
        .last()
        .is_some_and(|name| name.starts_with("__init__."));
    let depth = if module.contains('/') {
        module.split('/').count()
    } else {
        module.split('.').count() + usize::from(is_package)
    };
    clean(&parts[parts.len().saturating_sub(depth)..].join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_shown_from_the_package_on_wherever_that_lies() {
        let at = |module: &str, file: &str| {
            site(&Site {
                module: module.into(),
                file: Some(file.into()),
                line: Some(3),
            })
        };
        assert_eq!(at("app", "/var/task/app.py"), "app.py:3");
        assert_eq!(at("lib.a", "/tmp/x/task/lib/a.py"), "lib/a.py:3");
        assert_eq!(
            at("lib", "/tmp/x/task/lib/__init__.py"),
            "lib/__init__.py:3"
        );
    }
}
