//! One service more in `argosy.toml`.

use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::Lack;

/// The text with a service after the others.
pub(crate) fn add_service(text: &str, name: &str, paths: &[String]) -> Result<String, Lack> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let services = document
        .entry("service")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()))
        .as_array_of_tables_mut()
        .ok_or("`service` is no list of tables")?;
    let mut service = Table::new();
    service.decor_mut().set_prefix("\n");
    service["name"] = value(name);
    service["paths"] = value(paths.iter().collect::<Array>());
    services.push(service);
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_stands_after_the_others_and_comments_stay() {
        let text = "# Top.\nbranch = \"main\" # here\n\n# The first.\n[[service]]\nname = \"api\"\n\n# An environment.\n[[environment]]\nname = \"dev\"\n";
        let added = add_service(text, "billing", &["services/billing".into(), "Cargo.lock".into()]).unwrap();
        assert_eq!(
            added,
            text.replace(
                "\n\n# An",
                "\n\n[[service]]\nname = \"billing\"\npaths = [\"services/billing\", \"Cargo.lock\"]\n\n# An"
            )
        );
    }
}
