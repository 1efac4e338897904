//! What can go wrong with those that are asked over HTTP: registries and code hosts.

/// Why a registry or a code host gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeerError {
    /// A registry or a code host cannot be reached.
    #[error("{address} cannot be reached: {reason}")]
    Unanswered {
        /// Its address.
        address: String,
        /// Why.
        reason: String,
    },
    /// An answer that does not end.
    #[error("{address} answers with more than {} MiB; the rest was not read", .limit >> 20)]
    TooLong {
        /// Its address.
        address: String,
        /// How many bytes are read.
        limit: usize,
    },
    /// An answer, or a file, that cannot be understood.
    #[error("{who} cannot be understood: {reason}")]
    Unreadable {
        /// Whose it is.
        who: String,
        /// Why.
        reason: String,
    },
    /// An address without TLS.
    #[error(
        "{address} would be called without TLS: name it in `plain_http` of argosy.toml, if that is meant"
    )]
    Plain {
        /// Host and port.
        address: String,
    },
    /// The registry does not have it.
    #[error("{image} is not in the registry")]
    NotInRegistry {
        /// Name and digest.
        image: String,
    },
    /// The registry does not show it.
    #[error(
        "{registry} refuses {image} with {status}: {says}. `docker login {registry}` gives it what it asks for"
    )]
    RegistryRefused {
        /// The registry.
        registry: String,
        /// The image.
        image: String,
        /// The status of HTTP.
        status: u16,
        /// Its words.
        says: String,
    },
    /// The registry has something else by that digest.
    #[error("the registry answers for {image} with something whose digest is {found}")]
    WrongContent {
        /// Name and digest.
        image: String,
        /// What the answer's digest is.
        found: String,
    },
    /// A manifest, an index or an attestation that is none.
    #[error("{image} is no manifest: {reason}")]
    MalformedImage {
        /// Name and digest.
        image: String,
        /// Why.
        reason: String,
    },
    /// A code host does not do it.
    #[error("{host} refuses with {status}: {says}")]
    HostRefused {
        /// Which.
        host: &'static str,
        /// The status of HTTP.
        status: u16,
        /// Its words, and what to look at.
        says: String,
    },
    /// There is no token for the code host.
    #[error("there is no token for {host}: {variables} has none")]
    NoToken {
        /// Which.
        host: &'static str,
        /// The variables that it is taken from.
        variables: String,
    },
}
