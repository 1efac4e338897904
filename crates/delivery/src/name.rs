//! Names and ids, checked where they come in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::Error;

/// A name that is a label of DNS (RFC 1123): what Kubernetes takes for an object, and a folder may be called.
fn is_label(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.iter().all(|&byte| is_word(byte) || byte == b'-')
        && is_word(bytes[0])
        && is_word(bytes[bytes.len() - 1])
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

macro_rules! newtype {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    return Ok(Self(text.to_owned()));
                }
                Err(Error::Malformed { what: $kind, text: text.to_owned() })
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(&self.0)
            }
        }
    };
}

newtype!(
    /// A service, which is also the last part of its image's name.
    ServiceName,
    "a service's name: lower-case letters, digits and hyphens",
    is_label
);
newtype!(
    /// An environment, which is also its overlay's folder.
    EnvironmentName,
    "an environment's name: lower-case letters, digits and hyphens",
    is_label
);
newtype!(
    /// What an image is, whatever it is called: `sha256:` and 64 digits.
    Digest,
    "a digest: `sha256:` and 64 lower-case hex digits",
    |text| text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && is_hex(hex))
);
newtype!(
    /// A commit's whole id, by SHA-1 or SHA-256.
    CommitId,
    "a commit's id: 40 or 64 lower-case hex digits",
    |text| matches!(text.len(), 40 | 64) && is_hex(text)
);

impl Digest {
    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        &self.0[7..19]
    }

    /// Stands for an image that there is not yet: an overlay's lines have it until the first delivery.
    pub const PLACEHOLDER: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    /// Whether it stands for an image that there is not yet.
    pub fn is_placeholder(&self) -> bool {
        self.0 == Self::PLACEHOLDER
    }
}

impl CommitId {
    /// The first ten digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..10]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_whole_and_lower_case() {
        let hex = "0123456789abcdef".repeat(4);
        assert_eq!(format!("sha256:{hex}").parse::<Digest>().unwrap().short(), "0123456789ab");
        for wrong in [
            hex.clone(),
            format!("sha256:{}", &hex[1..]),
            format!("sha256:{}", hex.to_uppercase()),
            "latest".into(),
        ] {
            let error = wrong.parse::<Digest>().unwrap_err().to_string();
            assert!(error.contains(&wrong) && error.contains("64 lower-case hex digits"), "{error}");
        }
    }

    #[test]
    fn names_can_be_folders_and_objects() {
        for right in ["api", "fleet-2", "a"] {
            assert!(right.parse::<ServiceName>().is_ok(), "{right}");
        }
        for wrong in ["", "-a", "a-", "Api", "a/b", "..", "a b", &"a".repeat(64)] {
            assert!(wrong.parse::<EnvironmentName>().is_err(), "{wrong}");
        }
    }
}
