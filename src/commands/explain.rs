//! `lambench explain`: what a figure means and where it comes from.

use crate::cli::{ExplainArgs, Globals};
use crate::config;
use crate::exit::Exit;
use crate::render::{self, Style};

use super::{Failure, say};

/// Explains what is named, or lists what can be.
pub fn explain(args: &ExplainArgs, globals: &Globals) -> Result<Exit, Failure> {
    let lang = config::language(globals);
    let style = Style::for_stdout();
    let name = args.name.join(" ");
    let said = if name.is_empty() {
        render::explained(lang, &style)
    } else {
        render::explain(&name, lang, &style).map_err(|near| unknown(&name, &near))?
    };
    say(&said)?;
    Ok(Exit::Done)
}

fn unknown(name: &str, near: &[String]) -> Failure {
    let all = "`lambench explain` lists everything";
    let hint = match near {
        [] => all.to_owned(),
        near => format!("did you mean {}? {all}", near.join(" or ")),
    };
    Failure::new(Exit::Usage, format!("nothing is called {name:?}")).hint(Some(hint))
}
