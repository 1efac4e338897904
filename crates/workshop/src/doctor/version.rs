//! Versions, as far as they are compared: numbers with dots between.

use std::fmt;

/// A version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(Vec<u64>);

impl Version {
    /// The first number with a dot in a text.
    pub(super) fn find(text: &str) -> Option<Self> {
        let words = text.split(|letter: char| !(letter.is_ascii_digit() || letter == '.'));
        words.map(|word| word.trim_matches('.')).find(|word| word.contains('.')).and_then(Self::parse)
    }

    fn parse(word: &str) -> Option<Self> {
        word.split('.').map(str::parse).collect::<Result<_, _>>().ok().map(Self)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(u64::to_string).collect();
        formatter.write_str(&numbers.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_with_a_dot_is_the_version() {
        for (text, version) in [
            ("git version 2.39.5 (Apple Git-154)", "2.39.5"),
            ("v24.1.0\n", "24.1.0"),
            ("github.com/docker/buildx v0.30.1 9e66234", "0.30.1"),
            ("jq-1.7.1", "1.7.1"),
            ("Client Version: v1.33.2\nKustomize Version: v5.6.0", "1.33.2"),
        ] {
            assert_eq!(Version::find(text).unwrap().to_string(), version, "{text}");
        }
        assert!(Version::find("no version of 3").is_none());
    }

    #[test]
    fn ten_is_more_than_nine() {
        let version = |text: &str| Version::find(text).unwrap();
        assert!(version("5.10.1") > version("5.9") && version("4.0") < version("4.0.1"));
    }
}
