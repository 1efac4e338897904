//! What tables under `data/` have in common.

use chrono::NaiveDate;
use regex::Regex;
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::value::Datetime;

/// A regular expression.
pub(crate) fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Regex, D::Error> {
    Regex::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// A day.
pub(crate) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let date = Datetime::deserialize(deserializer)?;
    date.to_string().parse().map_err(D::Error::custom)
}
