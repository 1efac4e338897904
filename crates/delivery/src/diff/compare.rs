//! Which fields of two sets of objects differ.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Finding;
use crate::render::Objects;

/// Every field that differs, by kind and name.
pub(super) fn objects(left: &Objects, right: &Objects) -> Vec<Finding> {
    let mut findings = Vec::new();
    let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    for key in keys {
        let (kind, name) = key;
        let mut add = |field: Option<String>, left: Option<&Value>, right: Option<&Value>| {
            findings.push(Finding {
                kind: kind.clone(),
                name: name.clone(),
                field,
                left: left.cloned(),
                right: right.cloned(),
                why: None,
            });
        };
        match (left.get(key), right.get(key)) {
            (Some(left), Some(right)) => {
                fields("", left, right, &mut |field, left, right| add(Some(field), left, right));
            }
            (left, right) => add(None, left, right),
        }
    }
    findings
}

fn fields(
    path: &str,
    left: &Value,
    right: &Value,
    add: &mut impl FnMut(String, Option<&Value>, Option<&Value>),
) {
    let mut one = |path: String, left: Option<&Value>, right: Option<&Value>| match (left, right) {
        (Some(left), Some(right)) => fields(&path, left, right, add),
        (left, right) => add(path, left, right),
    };
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
            for key in keys {
                one(inner(path, key), left.get(key), right.get(key));
            }
        }
        (Value::Array(left), Value::Array(right)) => match (names(left), names(right)) {
            // As Kubernetes merges lists of containers, ports and volumes: what is called alike is the same.
            (Some(left_names), Some(right_names)) => {
                let all: BTreeSet<&str> = left_names.iter().chain(&right_names).copied().collect();
                for name in all {
                    let of = |names: &[&str], values: &'_ [Value]| {
                        names.iter().position(|other| *other == name).map(|at| values[at].clone())
                    };
                    one(
                        format!("{path}[{name}]"),
                        of(&left_names, left).as_ref(),
                        of(&right_names, right).as_ref(),
                    );
                }
            }
            _ => {
                for index in 0..left.len().max(right.len()) {
                    one(format!("{path}[{index}]"), left.get(index), right.get(index));
                }
            }
        },
        _ if left != right => add(path.to_owned(), Some(left), Some(right)),
        _ => {}
    }
}

/// A field's path; in brackets what has dots itself, such as labels.
fn inner(path: &str, key: &str) -> String {
    match (path, key.contains('.')) {
        (_, true) => format!("{path}[{key}]"),
        ("", false) => key.to_owned(),
        (_, false) => format!("{path}.{key}"),
    }
}

/// The names of a list's elements, if each has one of its own.
fn names(values: &[Value]) -> Option<Vec<&str>> {
    let names: Vec<&str> = values.iter().map(|value| value.get("name")?.as_str()).collect::<Option<_>>()?;
    let unique: BTreeSet<&&str> = names.iter().collect();
    (unique.len() == names.len()).then_some(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn compare(left: &Value, right: &Value) -> Vec<String> {
        let objects_of =
            |value: &Value| Objects::from([(("Deployment".to_owned(), "api".to_owned()), value.clone())]);
        objects(&objects_of(left), &objects_of(right))
            .into_iter()
            .map(|finding| {
                let text = |value: Option<Value>| value.map_or("-".into(), |value| value.to_string());
                format!(
                    "{} {} {}",
                    finding.field.unwrap_or_default(),
                    text(finding.left),
                    text(finding.right)
                )
            })
            .collect()
    }

    #[test]
    fn each_field_is_named() {
        let left =
            json!({"spec": {"replicas": 1, "args": ["a", "b"]}, "labels": {"app.kubernetes.io/name": "x"}});
        let right = json!({"spec": {"replicas": 2, "args": ["a"]}, "labels": {"app.kubernetes.io/name": "y"}, "new": true});
        let expected = [
            "labels[app.kubernetes.io/name] \"x\" \"y\"",
            "new - true",
            "spec.args[1] \"b\" -",
            "spec.replicas 1 2",
        ];
        assert_eq!(compare(&left, &right), expected);
    }

    #[test]
    fn containers_are_compared_by_name_whatever_their_order() {
        let left = json!({"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]});
        let right =
            json!({"containers": [{"name": "b", "image": "3"}, {"name": "a", "image": "1"}, {"name": "c"}]});
        assert_eq!(
            compare(&left, &right),
            ["containers[b].image \"2\" \"3\"", "containers[c] - {\"name\":\"c\"}"]
        );
        assert_eq!(compare(&left, &left), Vec::<String>::new());
    }
}
