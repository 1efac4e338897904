//! Names that something new may have: a label of DNS, part of a crate's name, and of objects' names.

use std::{fmt, str::FromStr};

use argosy_delivery::ServiceName;

use crate::Error;

/// The longest name: `<name>-tls` and its like are names, too.
const MAX_LENGTH: usize = 40;
/// What charts and folders have for themselves.
const RESERVED: [&str; 4] = ["argosy", "library", "services", "base"];

/// The name of a new service, or of a new application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewName(String);

impl NewName {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NewName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |why| Err(Error::Name { name: text.to_owned(), why });
        if text.parse::<ServiceName>().is_err() {
            return refuse(
                "it names objects and folders, so it has lower-case letters, digits and hyphens, and no hyphen at an end",
            );
        }
        if !text.starts_with(|first: char| first.is_ascii_lowercase()) {
            return refuse("the name of a Service in Kubernetes begins with a letter");
        }
        if text.len() > MAX_LENGTH {
            return refuse("it is longer than 40 letters, and names are made of it");
        }
        if text.contains("--") {
            return refuse("the names of crates have one hyphen at a time");
        }
        if RESERVED.contains(&text) {
            return refuse("it is the name of something that every repository has");
        }
        Ok(Self(text.to_owned()))
    }
}

/// Fails where a description could not stand in every file that it is to stand in.
pub(crate) fn check_description(text: &str) -> Result<(), Error> {
    let refuse = |why| Err(Error::Description { why });
    if text.trim().is_empty() || text.chars().count() > 160 {
        return refuse("is empty, or longer than 160 letters");
    }
    if text.chars().any(char::is_control) {
        return refuse("has a line break");
    }
    if text.contains(['"', '\\', '|']) || text.contains("<<") {
        return refuse("has a quotation mark, a backslash, a bar or an angle bracket twice");
    }
    Ok(())
}

impl fmt::Display for NewName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_a_plain_sentence() {
        assert!(check_description("Says what amounts come to: in cents.").is_ok());
        for wrong in ["", " ", "two\nlines", "a \"quote\"", "a | b", "a \\ b", &"a".repeat(161)] {
            assert!(check_description(wrong).unwrap_err().is_refusal(), "{wrong}");
        }
    }

    #[test]
    fn a_name_is_a_label_and_part_of_a_crate_s_name() {
        for right in ["billing", "fleet-2", "a", &"a".repeat(40)] {
            assert!(right.parse::<NewName>().is_ok(), "{right}");
        }
        for (wrong, why) in [
            ("Billing", "lower-case letters"),
            ("", "lower-case letters"),
            ("bill_ing", "lower-case letters"),
            ("billing-", "no hyphen at an end"),
            ("../x", "lower-case letters"),
            ("2fleet", "begins with a letter"),
            ("a--b", "one hyphen at a time"),
            (&"a".repeat(41), "longer than 40"),
            ("library", "every repository has"),
        ] {
            let error = wrong.parse::<NewName>().unwrap_err();
            assert!(error.is_refusal() && error.to_string().contains(why), "{wrong}: {error}");
        }
    }
}
