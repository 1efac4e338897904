//! Cookies: the session's bearer, the theme, and a notice for the next page.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

/// Holds the bearer. The prefix makes browsers insist on HTTPS, on this host alone and on the path `/`.
const SESSION: &str = "__Host-argosy_session";
const THEME: &str = "argosy_theme";
/// The longest cookie value that is taken.
const MAX_VALUE: usize = 2048;
const YEAR_SECONDS: i64 = 31_536_000;

/// The value of the cookie of this name.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty() && value.len() <= MAX_VALUE)
}

/// The session's bearer, where there is one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<SecretString> {
    read(headers, SESSION)
        .filter(|value| value.bytes().all(|byte| byte.is_ascii_graphic()))
        .map(SecretString::from)
}

/// The cookie that holds the session's bearer as long as the session lasts.
pub(crate) fn set_session(bearer: &SecretString, expires_at: DateTime<Utc>) -> Option<HeaderValue> {
    let seconds = (expires_at - Utc::now()).num_seconds().max(0);
    let text = format!(
        "{SESSION}={}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax",
        bearer.expose_secret()
    );
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Forgets the session.
pub(crate) fn clear_session() -> HeaderValue {
    HeaderValue::from_static("__Host-argosy_session=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax")
}

/// Which colours a person wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    /// As the system says.
    Auto,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As it stands in the cookie and in the page.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme chosen before.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        match read(headers, THEME) {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// The cookie that keeps the choice; scripts may read it.
    pub(crate) fn cookie(self) -> HeaderValue {
        let text = format!("{THEME}={}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax", self.as_str());
        HeaderValue::from_str(&text).expect("it is ASCII")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(cookie))])
    }

    #[test]
    fn cookies_are_found_among_others() {
        let given = headers("a=b; __Host-argosy_session=argosys_x; argosy_theme=dark");
        assert_eq!(bearer(&given).unwrap().expose_secret(), "argosys_x");
        assert_eq!(Theme::read(&given), Theme::Dark);
        assert!(bearer(&headers("argosy_session=argosys_x")).is_none());
        assert!(bearer(&headers("__Host-argosy_session=")).is_none());
        assert_eq!(Theme::read(&headers("argosy_theme=<script>")), Theme::Auto);
    }
}
