//! One item more in a list of YAML.

use std::cmp::Ordering;

use saphyr::{LoadableYamlNode as _, MarkedYaml};

use super::Lack;

/// A step on the way to a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'a> {
    /// The value of a key.
    Key(&'a str),
    /// An item of a list.
    Item(usize),
}

/// The text with an item more in the list at this place: in its order where the list is in order, else at its end. A text whose list has
/// the item stays as it is.
pub(crate) fn add_to_list(text: &str, path: &[Place<'_>], item: &str) -> Result<String, Lack> {
    let documents = MarkedYaml::load_from_str(text).map_err(|error| error.to_string())?;
    let mut node = documents.first().ok_or("it is empty")?;
    for step in path {
        node = match step {
            Place::Key(key) => node.data.as_mapping_get(key),
            Place::Item(index) => node.data.as_sequence().and_then(|items| items.get(*index)),
        }
        .ok_or_else(|| format!("it has no {step:?}"))?;
    }
    let items = node.data.as_sequence().ok_or("it has no list there")?;
    let first = items.first().ok_or("its list is empty")?;
    let byte = |node: &MarkedYaml<'_>| {
        text.char_indices().nth(node.span.start.index()).map_or(text.len(), |(place, _)| place)
    };
    if text[byte(node)..].starts_with('[') {
        return add_to_flow(text, byte(items.last().unwrap_or(first)), item);
    }
    // Where each item's line begins, and what stands there behind the dash.
    let starts: Vec<usize> =
        items.iter().map(|item| text[..byte(item)].rfind('\n').map_or(0, |end| end + 1)).collect();
    let line = |start: usize| text[start..].lines().next().unwrap_or_default();
    let (indent, _) = line(starts[0]).split_once("- ").ok_or("its list is not written one item a line")?;
    let written = |start: usize| line(start).trim_start().trim_start_matches("- ");
    if starts.iter().any(|start| written(*start) == item) {
        return Ok(text.to_owned());
    }
    let in_order = starts.windows(2).all(|pair| written(pair[0]).cmp(written(pair[1])) != Ordering::Greater);
    let later = starts.iter().copied().find(|start| written(*start) > item);
    let place =
        later.filter(|_| in_order).unwrap_or_else(|| end_of_item(text, starts[starts.len() - 1], indent));
    let mut text = text.to_owned();
    let mut place = place;
    if place == text.len() && !text.ends_with('\n') {
        text.push('\n');
        place += 1;
    }
    text.insert_str(place, &format!("{indent}- {item}\n"));
    Ok(text)
}

/// Where the lines of the item that begins here end.
fn end_of_item(text: &str, start: usize, indent: &str) -> usize {
    let mut end = start;
    for (index, line) in text[start..].split_inclusive('\n').enumerate() {
        let is_of_item = index == 0 || line.starts_with(&format!("{indent} "));
        if !is_of_item {
            break;
        }
        end += line.len();
    }
    end
}

/// `[a, b]`: before its end, which is the next bracket after the last item.
fn add_to_flow(text: &str, last: usize, item: &str) -> Result<String, Lack> {
    let end = text[last..].find(']').ok_or("its list has no end")? + last;
    if text[..end].rsplit('[').next().is_some_and(|list| list.split(", ").any(|one| one == item)) {
        return Ok(text.to_owned());
    }
    Ok(format!("{}, {item}{}", &text[..end], &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &[Place<'_>] = &[Place::Key("list")];

    #[test]
    fn a_list_in_order_stays_in_order() {
        let text = "# Ä.\nlist:\n  - api\n  - webapp  # pages\nafter: 1\n";
        let added = add_to_list(text, LIST, "billing").unwrap();
        assert_eq!(added, "# Ä.\nlist:\n  - api\n  - billing\n  - webapp  # pages\nafter: 1\n");
        assert_eq!(add_to_list(&added, LIST, "billing").unwrap(), added, "once is enough");
        assert!(add_to_list(text, LIST, "zoo").unwrap().contains("# pages\n  - zoo\nafter"));
    }

    #[test]
    fn another_list_grows_at_its_end() {
        let text = "list:\n- b\n- a: 1\n  c: 2\n# More.\nafter: 1";
        assert_eq!(
            add_to_list(text, LIST, "aa").unwrap(),
            "list:\n- b\n- a: 1\n  c: 2\n- aa\n# More.\nafter: 1"
        );
        assert_eq!(add_to_list("list:\n- b\n- a", LIST, "aa").unwrap(), "list:\n- b\n- a\n- aa\n");
    }

    #[test]
    fn a_list_in_brackets_grows_before_its_bracket() {
        let path = [Place::Key("jobs"), Place::Item(1), Place::Key("args")];
        let text = "jobs:\n  - {args: [x]}\n  - args: [secrets, --in-cluster] # here\n";
        let added = add_to_list(text, &path, "--service=billing").unwrap();
        assert!(added.ends_with("  - args: [secrets, --in-cluster, --service=billing] # here\n"), "{added}");
        assert_eq!(add_to_list(&added, &path, "--service=billing").unwrap(), added);
    }

    #[test]
    fn what_has_no_such_list_is_left_alone() {
        assert!(add_to_list("other: [a]\n", LIST, "b").unwrap_err().contains("list"));
        assert!(add_to_list("list: text\n", LIST, "b").is_err());
        assert!(add_to_list("", LIST, "b").is_err());
    }
}
