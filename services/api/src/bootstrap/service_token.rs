//! A token that a service has from the start, as the command line names it.

use std::{path::PathBuf, str::FromStr};

use argosy_wire::api::token::Scope;

/// `NAME:SCOPE,SCOPE:FILE`, such as `ingest:ingest:/run/secrets/token`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceToken {
    /// What the token is called in the list of tokens, after "bootstrap".
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// File of the secret.
    pub file: PathBuf,
}

impl FromStr for ServiceToken {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ':');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(name), Some(scopes), Some(file)) if !name.is_empty() && !file.is_empty() => Ok(Self {
                name: name.to_owned(),
                scopes: scopes
                    .split(',')
                    .map(|scope| scope.parse::<Scope>().map_err(|error| error.to_string()))
                    .collect::<Result<_, _>>()?,
                file: file.into(),
            }),
            _ => Err("give NAME:SCOPE,SCOPE:FILE, such as ingest:ingest:/run/secrets/token".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_scopes_and_file_are_told_apart() {
        let token: ServiceToken = "simulator:read,write:/run/a:b".parse().unwrap();
        assert_eq!((token.name.as_str(), token.file), ("simulator", PathBuf::from("/run/a:b")));
        assert_eq!(token.scopes, [Scope::Read, Scope::Write]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |text: &str| text.parse::<ServiceToken>().unwrap_err();
        assert!(error("ingest:/run/token").contains("NAME:SCOPE"), "{}", error("ingest:/run/token"));
        assert!(error("ingest:all:/run/token").contains("'all' is no scope"));
        assert!(error("ingest:ingest:").contains("NAME:SCOPE"));
    }
}
