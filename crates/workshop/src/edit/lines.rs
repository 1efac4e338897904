//! One line more among others of its kind: an image of a bake file, a row of a table.

use super::Lack;

/// A bake file with one image more, in order.
pub(crate) fn add_image(text: &str, name: &str, folder: &str, title: &str) -> Result<String, Lack> {
    let line = format!("{{ name = \"{name}\", folder = \"{folder}\", title = \"{title}\" }},");
    let is_image = |line: &str| line.trim_start().starts_with("{ name = \"") && line.contains(" folder = \"");
    add_line(text, &line, is_image)
        .ok_or_else(|| "it has no images `{ name = \"...\", folder = \"...\" }`".into())
}

/// A page with one row more in the table of services.
pub(crate) fn add_row(text: &str, name: &str, description: &str) -> Option<String> {
    let line = format!("| [`services/{name}`](services/{name}/README.md) | {description} |");
    // Such a table is in the order of a reading's way, or of none.
    let last = text.lines().rfind(|line| line.starts_with("| [`services/"))?;
    Some(text.replacen(&format!("{last}\n"), &format!("{last}\n{line}\n"), 1))
}

/// The text with a line before the first of its kind that comes later in the alphabet, or else after the last.
fn add_line(text: &str, line: &str, is_kind: impl Fn(&str) -> bool) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let kind: Vec<usize> = (0..lines.len()).filter(|index| is_kind(lines[*index])).collect();
    let (first, last) = (*kind.first()?, *kind.last()?);
    let indent = &lines[first][..lines[first].len() - lines[first].trim_start().len()];
    let place = kind.iter().copied().find(|index| lines[*index].trim_start() > line).unwrap_or(last + 1);
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    lines.insert(place, format!("{indent}{line}"));
    Some(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_stands_among_the_others() {
        let text = "image = [\n  { name = \"api\", folder = \"services/api\", title = \"A\" },\n  { name = \"web\", folder = \"services/web\", title = \"W\" },\n]\n";
        let added = add_image(text, "billing", "services/billing", "Argosy billing").unwrap();
        let lines: Vec<&str> = added.lines().collect();
        assert_eq!(
            lines[2],
            "  { name = \"billing\", folder = \"services/billing\", title = \"Argosy billing\" },"
        );
        assert_eq!(lines.len(), 5);
        assert_eq!(
            add_image(text, "zoo", "f", "t").unwrap().lines().nth(3).unwrap().trim_start().get(..14),
            Some("{ name = \"zoo\"")
        );
        assert!(add_image("image = []\n", "billing", "f", "t").is_err());
    }

    #[test]
    fn a_row_stands_after_the_other_services() {
        let text = "| [`services/api`](x) | stores |\n| [`crates/wire`](y) | what crosses |\n";
        assert_eq!(
            add_row(text, "billing", "Bills.").unwrap(),
            "| [`services/api`](x) | stores |\n| [`services/billing`](services/billing/README.md) | Bills. |\n| [`crates/wire`](y) | what crosses |\n"
        );
        assert!(add_row("no table\n", "billing", "Bills.").is_none());
    }
}
