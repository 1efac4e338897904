//! Which secrets there are, and what is in them. Nothing is made anew that is there, but certificates that end soon.

use std::collections::BTreeMap;

use argosy_backends::random_secret;
use argosy_stack::{Authority, INGEST, Identity};
use time::Duration;
use x509_parser::pem::parse_x509_pem;

/// Contents by key.
pub(super) type Data = BTreeMap<String, String>;
/// Contents by the secret's name.
pub(super) type Secrets = BTreeMap<String, Data>;

/// The names of the secrets that every installation has.
const NAMES: [&str; 12] = [
    "api",
    "api-bootstrap",
    "api-tls",
    AUTHORITY,
    "broker",
    "broker-tls",
    "ingest",
    "ingest-mqtt-tls",
    "postgres",
    "simulator",
    "valkey",
    "webapp-tls",
];
const AUTHORITY: &str = "argosy-ca";
/// Who serves by TLS in every installation.
const SERVERS: [&str; 3] = ["api", "webapp", "broker"];
/// How long certificates are valid.
const LIFETIME: Duration = Duration::days(365);
/// How long before their end they are renewed, in seconds: a month.
const RENEWAL: i64 = 30 * 24 * 60 * 60;

/// What is wanted.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The services' namespace.
    pub(super) namespace: String,
    /// More services that serve by TLS.
    pub(super) services: Vec<String>,
    /// More names of those who serve.
    pub(super) hosts: Vec<String>,
    /// Whether certificates are.
    pub(super) certificates: bool,
}

impl Wanted {
    /// The names of all secrets.
    pub(super) fn names(&self) -> Vec<String> {
        let certificates = self.services.iter().map(|service| certificate_of(service));
        NAMES.map(str::to_owned).into_iter().chain(certificates).collect()
    }
}

/// The name of the secret that has a service's certificate.
fn certificate_of(service: &str) -> String {
    format!("{service}-tls")
}

/// What is missing beside those that exist, and what must be renewed.
pub(super) fn missing(existing: &Secrets, wanted: &Wanted) -> anyhow::Result<Secrets> {
    let mut all = existing.clone();
    let mut new = Secrets::new();
    let mut add = |name: &str, make: &dyn Fn(&Secrets) -> Data| {
        if !all.contains_key(name) {
            let data = make(&all);
            all.insert(name.to_owned(), data.clone());
            new.insert(name.to_owned(), data);
        }
    };
    add("postgres", &|_| data([("password", random_secret())]));
    add("valkey", &|_| data([("valkey.conf", format!("requirepass {}\n", random_secret()))]));
    add("api", &api);
    add("api-bootstrap", &|_| data([("admin-password", random_secret()), ("admin-token", token())]));
    for service in ["ingest", "simulator", "broker"] {
        add(service, &|_| data([("token", token())]));
    }
    if wanted.certificates {
        certificates(&all, wanted, &mut new)?;
    }
    Ok(new)
}

/// What the API needs, by the passwords of its servers.
fn api(all: &Secrets) -> Data {
    let database = format!("postgres://argosy:{}@postgres:5432/argosy", all["postgres"]["password"]);
    let redis = all["valkey"]["valkey.conf"].trim().trim_start_matches("requirepass ");
    data([
        ("database-url", database),
        ("redis-url", format!("redis://:{redis}@valkey:6379/0")),
        ("seal-key", random_hex()),
    ])
}

fn certificates(existing: &Secrets, wanted: &Wanted, new: &mut Secrets) -> anyhow::Result<()> {
    let authority = match existing.get(AUTHORITY) {
        Some(data) => Authority::from_pem(data["tls.crt"].clone(), data["tls.key"].clone())?,
        None => Authority::generate("Argosy's services")?,
    };
    let issued = |identity: Identity| {
        data([
            ("tls.crt", identity.certificate_pem),
            ("tls.key", identity.key_pem),
            ("ca.crt", authority.certificate_pem().to_owned()),
        ])
    };
    if !existing.contains_key(AUTHORITY) {
        let (certificate, key) = (authority.certificate_pem().to_owned(), authority.key_pem().to_owned());
        new.insert(AUTHORITY.to_owned(), data([("tls.crt", certificate), ("tls.key", key)]));
    }
    let is_good = |name: &str| {
        existing.get(name).is_some_and(|data| {
            data.get("ca.crt").is_some_and(|ca| ca == authority.certificate_pem())
                && data.get("tls.crt").is_some_and(|certificate| lasts(certificate))
        })
    };
    for service in SERVERS.into_iter().chain(wanted.services.iter().map(String::as_str)) {
        let secret = certificate_of(service);
        if !is_good(&secret) {
            let namespace = &wanted.namespace;
            let mut names = vec![service.to_owned(), format!("{service}.{namespace}")];
            names.push(format!("{service}.{namespace}.svc"));
            names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
            names.extend(wanted.hosts.iter().cloned());
            new.insert(secret, issued(authority.server(names, LIFETIME)?));
        }
    }
    if !is_good("ingest-mqtt-tls") {
        new.insert("ingest-mqtt-tls".to_owned(), issued(authority.client(INGEST, LIFETIME)?));
    }
    Ok(())
}

/// Whether a certificate is valid for some time yet.
fn lasts(pem: &str) -> bool {
    let Ok((_, pem)) = parse_x509_pem(pem.as_bytes()) else { return false };
    pem.parse_x509()
        .ok()
        .and_then(|certificate| certificate.validity().time_to_expiration())
        .is_some_and(|left| left.whole_seconds() > RENEWAL)
}

fn data<const N: usize>(pairs: [(&str, String); N]) -> Data {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A token as the API makes them.
fn token() -> String {
    format!("argosy_{}", random_hex())
}

/// 32 random letters and digits in hex.
pub(crate) fn random_hex() -> String {
    random_secret().bytes().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted {
        Wanted {
            namespace: "argosy".into(),
            services: vec!["billing".into()],
            hosts: vec!["argosy.example".into()],
            certificates: true,
        }
    }

    #[test]
    fn everything_is_made_once() {
        let all = missing(&Secrets::new(), &wanted()).unwrap();
        let mut names = wanted().names();
        names.sort();
        assert!(all.keys().eq(&names), "{:?}", all.keys());
        assert!(all.contains_key("billing-tls"), "{:?}", all.keys());
        assert!(missing(&all, &wanted()).unwrap().is_empty());
        let password = &all["postgres"]["password"];
        assert!(all["api"]["database-url"].contains(password.as_str()));
        assert_eq!(all["api"]["seal-key"].len(), 64);
    }

    #[test]
    fn what_is_there_stays_and_the_rest_fits_to_it() {
        let mut all = missing(&Secrets::new(), &wanted()).unwrap();
        let password = all["postgres"]["password"].clone();
        all.remove("api");
        all.remove("api-tls");
        let made = missing(&all, &wanted()).unwrap();
        assert_eq!(made.keys().collect::<Vec<_>>(), ["api", "api-tls"]);
        assert!(made["api"]["database-url"].contains(&password));
        assert_eq!(made["api-tls"]["ca.crt"], all[AUTHORITY]["tls.crt"]);
    }

    #[test]
    fn a_certificate_is_renewed_before_it_ends() {
        let mut all = missing(&Secrets::new(), &wanted()).unwrap();
        let (certificate, key) = (all[AUTHORITY]["tls.crt"].clone(), all[AUTHORITY]["tls.key"].clone());
        let authority = Authority::from_pem(certificate, key).unwrap();
        let old = authority.server(vec!["webapp".into()], Duration::days(29)).unwrap();
        all.get_mut("webapp-tls").unwrap().insert("tls.crt".into(), old.certificate_pem);
        let made = missing(&all, &wanted()).unwrap();
        assert_eq!(made.keys().collect::<Vec<_>>(), ["webapp-tls"]);
    }

    #[test]
    fn certificates_can_be_left_to_others() {
        let all = missing(&Secrets::new(), &Wanted { certificates: false, ..wanted() }).unwrap();
        assert!(
            all.keys().all(|name| !name.ends_with("-tls") && name.as_str() != AUTHORITY),
            "{:?}",
            all.keys()
        );
    }
}
