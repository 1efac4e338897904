//! Minor versions of Kubernetes, `1.36`: what an upgrade goes by.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A minor version of Kubernetes 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minor(u32);

impl Minor {
    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Its newest patch, as far as ranges of versions are concerned.
    pub(super) fn newest_patch(self) -> semver::Version {
        semver::Version::new(1, self.0.into(), 99)
    }
}

impl FromStr for Minor {
    type Err = &'static str;

    /// From `1.36`, `v1.36` or a patch version such as `v1.36.2-eks-1`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "it is no version such as 1.36";
        let rest = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.").ok_or(wrong)?;
        let minor = rest.split_once('.').map_or(rest, |(minor, _)| minor);
        // 1.36+ is what some clouds say.
        minor.trim_end_matches('+').parse().map(Self).map_err(|_| wrong)
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.0)
    }
}

impl Serialize for Minor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Minor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_and_people_write_versions_differently() {
        for text in ["1.36", "v1.36", "1.36.4", "v1.36.4-eks-3a1b", "1.36+"] {
            assert_eq!(text.parse::<Minor>().unwrap().to_string(), "1.36", "{text}");
        }
        for text in ["", "36", "2.1", "1", "1.", "1.x", "latest"] {
            assert!(text.parse::<Minor>().is_err(), "{text}");
        }
    }

    #[test]
    fn ten_is_more_than_nine() {
        let minor = |text: &str| text.parse::<Minor>().unwrap();
        assert!(minor("1.10") > minor("1.9"));
        assert_eq!(minor("1.9").next(), minor("1.10"));
    }
}
