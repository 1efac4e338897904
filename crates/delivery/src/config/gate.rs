//! What a digest has to pass before it comes into an environment, as `argosy.toml` names it.

use std::time::Duration;

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Deserializer};

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "gate", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Gate {
    /// The registry has the digest.
    Digest {},
    /// The image is signed.
    Signature {
        /// Who has to have signed it, as a regular expression of the certificate's identity.
        identity: Option<String>,
        /// Who has to have vouched for that identity.
        issuer: Option<String>,
        /// Instead of both, the key that has to have signed it: `awskms:///alias/argosy`, a file.
        key: Option<String>,
    },
    /// The image has a list of what is in it.
    Sbom {},
    /// The image's provenance names its source commit.
    Provenance {},
    /// Building the source commit again gives the digest again.
    Rebuild {},
    /// These checks of the source commit are green.
    Checks {
        /// Their names; all of them, where none is given.
        #[serde(default)]
        names: Vec<String>,
    },
    /// It has run for a while in the environment that it comes from.
    Soak {
        /// How long: `30m`, `24h`, `2days`.
        #[serde(rename = "for", deserialize_with = "duration")]
        duration: Duration,
    },
    /// Nothing comes in at these times.
    Freeze {
        /// When.
        windows: Vec<Freeze>,
    },
}

impl Gate {
    /// What `argosy.toml` calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Digest {} => "digest",
            Self::Signature { .. } => "signature",
            Self::Sbom {} => "sbom",
            Self::Provenance {} => "provenance",
            Self::Rebuild {} => "rebuild",
            Self::Checks { .. } => "checks",
            Self::Soak { .. } => "soak",
            Self::Freeze { .. } => "freeze",
        }
    }
}

/// When nothing comes in: days of the calendar, or days of each week. In UTC.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "a window is `from` and `to`, two dates, or `days`, of the week; with an optional `why`"
)]
pub enum Freeze {
    /// Both days and those between.
    Dates {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
        /// Why.
        why: Option<String>,
    },
    /// Days of each week.
    Days {
        /// Which: `Sat`, `Sunday`.
        days: Vec<Weekday>,
        /// Why.
        why: Option<String>,
    },
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text)
        .map_err(|error| serde::de::Error::custom(format!("'{text}' is no duration such as 24h: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Gates {
        gates: Vec<Gate>,
    }

    fn parse(gates: &str) -> Result<Vec<Gate>, String> {
        toml::from_str::<Gates>(&format!("gates = [{gates}]"))
            .map(|parsed| parsed.gates)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn gates_have_options() {
        let gates = parse(
            r#"{ gate = "digest" }, { gate = "soak", for = "1h 30m" }, { gate = "checks", names = ["test"] },
               { gate = "freeze", windows = [{ days = ["Sat", "Sunday"] }, { from = "2026-12-20", to = "2027-01-03", why = "holidays" }] }"#,
        );
        let gates = gates.unwrap();
        assert_eq!(gates[1], Gate::Soak { duration: Duration::from_mins(90) });
        let Gate::Freeze { windows } = &gates[3] else { panic!("{gates:?}") };
        assert_eq!(windows[0], Freeze::Days { days: vec![Weekday::Sat, Weekday::Sun], why: None });
    }

    #[test]
    fn what_is_no_gate_is_named() {
        for (gate, named) in [
            (r#"{ gate = "smell" }"#, "smell"),
            (r#"{ gate = "soak", for = "long" }"#, "'long' is no duration"),
            (r#"{ gate = "soak", fro = "1h" }"#, "fro"),
            (r#"{ gate = "freeze", windows = [{ from = "2026-12-20" }] }"#, "a window is `from` and `to`"),
        ] {
            let error = parse(gate).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }
}
