//! What may differ between two environments.

use serde::Deserialize;

use crate::EnvironmentName;

/// Two environments, and what of their objects may differ.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The two, in either order.
    pub between: [EnvironmentName; 2],
    /// What may differ.
    pub allow: Vec<Allowed>,
}

/// Fields of objects that may differ. In each pattern `*` stands for any text.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    /// The objects' kind.
    #[serde(default = "any")]
    pub kind: String,
    /// The objects' name.
    #[serde(default = "any")]
    pub name: String,
    /// The field, as `argosy diff` prints it; left out, the whole object may be there or not, or differ in anything.
    pub field: Option<String>,
    /// Why it differs.
    pub why: Option<String>,
}

fn any() -> String {
    "*".into()
}

impl Difference {
    /// Whether it is about these two.
    pub(crate) fn is_between(&self, left: &EnvironmentName, right: &EnvironmentName) -> bool {
        let [one, two] = &self.between;
        (one, two) == (left, right) || (two, one) == (left, right)
    }
}

impl Allowed {
    /// Whether it allows this field of this object to differ; no field means the whole object.
    pub(crate) fn covers(&self, kind: &str, name: &str, field: Option<&str>) -> bool {
        let field_matches = match (&self.field, field) {
            (None, _) => true,
            (Some(pattern), Some(field)) => matches(pattern, field),
            (Some(_), None) => false,
        };
        field_matches && matches(&self.kind, kind) && matches(&self.name, name)
    }
}

/// Whether a text is of a pattern, in which `*` is any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        // The earliest place leaves the most for what comes after.
        let Some(place) = text.find(part) else { return false };
        text = &text[place + part.len()..];
    }
    text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, text) in [
            ("*", ""),
            ("spec.replicas", "spec.replicas"),
            ("spec.*.image", "spec.containers[api].image"),
            ("*.image", "a.image.image"),
            ("a*b*c", "a-b-b-c"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("spec", "spec.replicas"), ("a*a", "a"), ("*b*c", "acb"), ("x*", "y")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_field_does_not_allow_the_object_to_be_missing() {
        let allowed = Allowed {
            kind: "Deployment".into(),
            name: any(),
            field: Some("spec.replicas".into()),
            why: None,
        };
        assert!(allowed.covers("Deployment", "api", Some("spec.replicas")));
        assert!(!allowed.covers("Deployment", "api", None));
        assert!(!allowed.covers("Service", "api", Some("spec.replicas")));
    }
}
