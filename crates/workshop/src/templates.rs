//! `templates/`, embedded, filled in.
//!
//! Blocks are `{% %}` and values `<< >>`, since Helm has the usual braces for itself.

use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig};
use rust_embed::RustEmbed;

use crate::Error;

/// What the name of every template ends with, so that no other program takes it for what it will be.
const ENDING: &str = ".jinja";

#[derive(RustEmbed)]
#[folder = "templates"]
struct Files;

/// The templates of a folder filled in: what is behind the folder in their names, and their texts.
pub(crate) fn fill(folder: &str, values: &[(&str, &str)]) -> Result<Vec<(String, String)>, Error> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .block_delimiters("{%", "%}")
        .variable_delimiters("<<", ">>")
        .comment_delimiters("{#", "#}")
        .keep_trailing_newline(true)
        .trim_blocks(true)
        .build()
        .expect("the delimiters differ");
    environment.set_syntax(syntax);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let values = Value::from_pairs(values.iter().copied());
    let prefix = format!("{folder}/");
    let mut filled = Vec::new();
    for name in Files::iter().filter(|name| name.starts_with(&prefix)) {
        let file = Files::get(&name).expect("its name is one of the embedded ones");
        let text = String::from_utf8_lossy(&file.data);
        let fail = |source| Error::Template { file: name.to_string(), source };
        let text = environment.render_str(&text, values.clone()).map_err(fail)?;
        let path = name.trim_start_matches(&prefix).trim_end_matches(ENDING);
        filled.push((path.to_owned(), text));
    }
    filled.sort();
    Ok(filled)
}
