//! What of `argosy.toml` its types cannot say.

use std::collections::BTreeSet;

use url::Url;

use super::{Config, Environment, Freeze, Gate};
use crate::{Error, http::authority};

/// Fails where something cannot be meant, and names the key.
pub(super) fn validate(config: &Config) -> Result<(), Error> {
    if config.services.is_empty() {
        return fail("service", "there is none: begin with [[service]]");
    }
    if config.environments.is_empty() {
        return fail("environment", "there is none: begin with [[environment]]");
    }
    if config.registry.is_empty()
        || config.registry.ends_with('/')
        || config.registry.contains(char::is_whitespace)
    {
        return fail(
            "registry",
            "it is a registry and a folder without a slash at its end, such as ghcr.io/team",
        );
    }
    for (key, value) in [("branch", config.branch.as_deref()), ("remote", Some(config.remote.as_str()))] {
        // Git would take it for an option, or for nothing.
        if value.is_some_and(|value| {
            value.is_empty() || value.starts_with('-') || value.contains(char::is_whitespace)
        }) {
            return fail(key, "it is no name of Git's");
        }
    }
    path("overlays", &config.overlays)?;
    hosts(config)?;
    services(config)?;
    environments(config)?;
    for (index, difference) in config.differences.iter().enumerate() {
        let [one, two] = &difference.between;
        for name in [one, two] {
            if config.environment(name.as_str()).is_err() {
                return fail(
                    &format!("difference[{index}].between"),
                    &format!("there is no environment '{name}'"),
                );
            }
        }
        if one == two {
            return fail(&format!("difference[{index}].between"), "it names one environment twice");
        }
    }
    Ok(())
}

/// Hosts that are called: an address where a host and a port are meant would never match, and TLS be asked for in vain.
fn hosts(config: &Config) -> Result<(), Error> {
    for (index, host) in config.plain_http.iter().enumerate() {
        let url = Url::parse(&format!("http://{host}/"));
        if !url.is_ok_and(|url| authority(&url) == *host) {
            let says =
                format!("'{host}' is no host with its port, such as registry.lan:5000; port 80 is left out");
            return fail(&format!("plain_http[{index}]"), &says);
        }
    }
    let api = config.host.as_ref().and_then(|host| host.api.as_deref());
    match api {
        Some(api) if !Url::parse(api).is_ok_and(|url| url.has_host()) => {
            fail("host.api", &format!("'{api}' is no address, such as https://api.github.com"))
        }
        _ => Ok(()),
    }
}

fn services(config: &Config) -> Result<(), Error> {
    let mut seen = BTreeSet::new();
    for (index, service) in config.services.iter().enumerate() {
        let key = format!("service[{index}]");
        if !seen.insert(&service.name) {
            return fail(&format!("{key}.name"), &format!("'{}' is named twice", service.name));
        }
        for entry in &service.paths {
            path(&format!("{key}.paths"), entry)?;
        }
        if let Some(folder) = &service.migrations {
            path(&format!("{key}.migrations"), folder)?;
        }
    }
    Ok(())
}

fn environments(config: &Config) -> Result<(), Error> {
    let mut before = BTreeSet::new();
    for (index, environment) in config.environments.iter().enumerate() {
        let key = format!("environment[{index}]");
        // Those before only: so there is no circle, and the order in the file is the order of promotion.
        if let Some(from) = environment.from.as_ref().filter(|from| !before.contains(from)) {
            return fail(
                &format!("{key}.from"),
                &format!("no environment before this one is called '{from}'"),
            );
        }
        if !before.insert(&environment.name) {
            return fail(&format!("{key}.name"), &format!("'{}' is named twice", environment.name));
        }
        gates(&key, environment)?;
    }
    Ok(())
}

fn gates(key: &str, environment: &Environment) -> Result<(), Error> {
    for (index, gate) in environment.gates.iter().enumerate() {
        let key = format!("{key}.gates[{index}]");
        match gate {
            Gate::Soak { duration } if duration.is_zero() => {
                return fail(&format!("{key}.for"), "it is no time at all");
            }
            Gate::Soak { .. } if environment.from.is_none() => {
                return fail(
                    &key,
                    "nothing soaks where nothing is promoted from: give the environment `from`",
                );
            }
            Gate::Signature { identity, issuer, key: Some(_) } if identity.is_some() || issuer.is_some() => {
                return fail(&key, "it names a key, so nobody vouches for an `identity`: leave one of them");
            }
            Gate::Freeze { windows } if windows.is_empty() => {
                return fail(&format!("{key}.windows"), "there is none");
            }
            Gate::Freeze { windows } => {
                for (index, window) in windows.iter().enumerate() {
                    match window {
                        Freeze::Dates { from, to, .. } if to < from => {
                            return fail(&format!("{key}.windows[{index}].to"), "it is before `from`");
                        }
                        Freeze::Days { days, .. } if days.is_empty() => {
                            return fail(&format!("{key}.windows[{index}].days"), "there is none");
                        }
                        Freeze::Dates { .. } | Freeze::Days { .. } => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A path inside the repository, as Git writes it.
fn path(key: &str, path: &str) -> Result<(), Error> {
    let is_inside = !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if is_inside && !path.starts_with([':', '-']) {
        return Ok(());
    }
    fail(key, &format!("'{path}' is no path from the repository's root, such as services/api"))
}

fn fail(key: &str, says: &str) -> Result<(), Error> {
    Err(Error::Config(format!("{key}: {says}")))
}

#[cfg(test)]
mod tests {
    use super::super::{Config, tests::SMALL};

    #[test]
    fn each_mistake_names_its_key() {
        for (from, to, says) in [
            ("registry.example/team", "registry.example/", "registry: it is"),
            ("name = \"prod\"", "name = \"dev\"", "environment[1].name: 'dev' is named twice"),
            (
                "from = \"dev\"",
                "from = \"live\"",
                "environment[1].from: no environment before this one is called 'live'",
            ),
            ("from = \"dev\"", "", "environment[1].gates[0]: nothing soaks"),
            ("24h", "0s", "environment[1].gates[0].for: it is no time"),
            ("\"api/migrations\"", "\"../x\"", "service[0].migrations: '../x'"),
            ("paths = [\"api\"]", "paths = [\"/api\"]", "service[0].paths: '/api'"),
            (
                "registry =",
                "plain_http = [\"http://r.lan:5000\"]\nregistry =",
                "plain_http[0]: 'http://r.lan:5000' is",
            ),
            (
                "registry =",
                "plain_http = [\"r.lan:5000/team\"]\nregistry =",
                "plain_http[0]: 'r.lan:5000/team' is",
            ),
            ("registry =", "plain_http = [\"\"]\nregistry =", "plain_http[0]: '' is"),
            (
                "registry =",
                "host = { kind = \"gitlab\", api = \"git.lan/api\" }\nregistry =",
                "host.api: 'git.lan/api' is no address",
            ),
            (
                "{ gate = \"soak\", for = \"24h\" }",
                "{ gate = \"signature\", key = \"a.pub\", identity = \"b\" }",
                "environment[1].gates[0]: it names a key",
            ),
            ("registry =", "branch = \"--force\"\nregistry =", "branch: it is no name"),
            ("registry =", "overlays = \":(top)x\"\nregistry =", "overlays: ':(top)x'"),
        ] {
            let changed = SMALL.replace(from, to);
            assert_ne!(changed, SMALL, "{from}");
            let error = Config::parse(&changed).unwrap_err().to_string();
            assert!(error.starts_with(&format!("argosy.toml: {says}")), "{says}: {error}");
        }
    }

    #[test]
    fn a_difference_is_between_two_environments() {
        for between in [r#"["dev", "live"]"#, r#"["dev", "dev"]"#] {
            let text = format!("{SMALL}\n[[difference]]\nbetween = {between}\nallow = []");
            let error = Config::parse(&text).unwrap_err().to_string();
            assert!(error.starts_with("argosy.toml: difference[0].between: "), "{error}");
        }
    }

    #[test]
    fn a_window_ends_after_it_begins() {
        let gate = r#"{ gate = "freeze", windows = [{ from = "2026-12-24", to = "2026-12-20" }] }"#;
        let text = SMALL.replace(r#"{ gate = "soak", for = "24h" }"#, gate);
        let error = Config::parse(&text).unwrap_err().to_string();
        assert_eq!(error, "argosy.toml: environment[1].gates[0].windows[0].to: it is before `from`");
    }
}
