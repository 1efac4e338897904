//! Addresses: query strings, and paths that are safe to send a browser to.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a query value as it is.
const QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/').remove(b':');

/// A value as it stands in a query string.
pub(crate) fn encode(value: &str) -> String {
    utf8_percent_encode(value, QUERY).to_string()
}

/// A path with this query; pairs without a value are left out.
pub(crate) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let query: Vec<String> = pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{key}={}", encode(value)))
        .collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// The path, where it is one of this site; `/` otherwise. A browser takes `//host` and `/\host` for another site.
pub(crate) fn local(path: &str) -> &str {
    let is_local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && !path.chars().any(char::is_control)
        && !path.starts_with("/sign-in");
    if is_local { path } else { "/" }
}

/// The sign-in page, which leads back to `back` afterwards.
pub(crate) fn sign_in(back: Option<&str>) -> String {
    match back.map(local) {
        None | Some("/") => "/sign-in".into(),
        Some(back) => with_query("/sign-in", &[("next", back)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_site_is_local() {
        for path in ["/", "/devices?label=a%3Ab", "/devices/truck-0001#charts"] {
            assert_eq!(local(path), path);
        }
        for path in [
            "",
            "devices",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nset-cookie: b",
            "/sign-in",
        ] {
            assert_eq!(local(path), "/", "{path:?}");
        }
    }

    #[test]
    fn queries_carry_any_text() {
        assert_eq!(
            with_query("/devices", &[("search", "a&b=<c>"), ("state", "")]),
            "/devices?search=a%26b%3D%3Cc%3E"
        );
        assert_eq!(sign_in(Some("/devices?a=b")), "/sign-in?next=/devices%3Fa%3Db");
        assert_eq!(sign_in(Some("//evil.example")), "/sign-in");
    }
}
