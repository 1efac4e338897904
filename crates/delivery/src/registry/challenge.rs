//! What a registry asks for (RFC 9110, section 11.6.1), and the token that it wants to see
//! (<https://distribution.github.io/distribution/spec/auth/token/>).

use secrecy::SecretString;
use serde::Deserialize;

/// A challenge that can be met.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// Name and password.
    Basic,
    /// A token from somewhere.
    Bearer { realm: String, service: Option<String>, scope: Option<String> },
}

/// A token's answer: by either name, and some registries use both.
#[derive(Debug, Deserialize)]
pub(super) struct Token {
    token: Option<SecretString>,
    access_token: Option<SecretString>,
}

impl Token {
    pub(super) fn secret(&self) -> Option<&SecretString> {
        self.token.as_ref().or(self.access_token.as_ref())
    }
}

impl Challenge {
    /// Reads a `WWW-Authenticate` header.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return Some(Self::Basic);
        }
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service, mut scope) = (None, None, None);
        for (name, value) in parameters(rest) {
            match name.to_ascii_lowercase().as_str() {
                "realm" => realm = Some(value),
                "service" => service = Some(value),
                "scope" => scope = Some(value),
                _ => {}
            }
        }
        Some(Self::Bearer { realm: realm?, service, scope })
    }
}

/// `name="value"`, between commas, of which a value may have some.
fn parameters(text: &str) -> Vec<(&str, String)> {
    let mut parameters = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([' ', ',']);
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        parameters.push((name, value.trim().to_owned()));
        rest = after;
    }
    parameters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_registries_ask_for_is_understood() {
        let header = r#"Bearer realm="https://auth.example/token",service="registry.example",scope="repository:team/api:pull,push""#;
        assert_eq!(
            Challenge::parse(header),
            Some(Challenge::Bearer {
                realm: "https://auth.example/token".into(),
                service: Some("registry.example".into()),
                scope: Some("repository:team/api:pull,push".into())
            })
        );
        assert_eq!(Challenge::parse("Basic realm=\"x\""), Some(Challenge::Basic));
        assert_eq!(Challenge::parse("bearer service=x"), None);
        assert_eq!(Challenge::parse("Negotiate"), None);
    }

    #[test]
    fn a_token_has_two_names() {
        for (text, is_there) in [
            (r#"{"token": "x", "expires_in": 60}"#, true),
            (r#"{"access_token": "x"}"#, true),
            (r#"{"token": "x", "access_token": "x"}"#, true),
            (r#"{"expires_in": 60}"#, false),
        ] {
            let token: Token = serde_json::from_str(text).unwrap();
            assert_eq!(token.secret().is_some(), is_there, "{text}");
        }
    }
}
