//! Bearer secrets: how they are made, and the hash they are kept as.

use std::fmt::Write as _;

use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// What the secret of an API token starts with.
pub(crate) const TOKEN_PREFIX: &str = "argosy_";
/// What the secret of a session starts with.
pub(crate) const SESSION_PREFIX: &str = "argosys_";

/// A new secret: the prefix and 256 random bits in hex.
pub(crate) fn generate(prefix: &str) -> String {
    let mut bits = [0_u8; 32];
    rand::rng().fill_bytes(&mut bits);
    format!("{prefix}{}", hex(&bits))
}

/// Bytes in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The SHA-256 under which a secret is kept. A slow hash adds nothing to 256 random bits.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_hash_the_same_twice() {
        let (one, two) = (generate(TOKEN_PREFIX), generate(TOKEN_PREFIX));
        assert_ne!(one, two);
        assert_eq!(one.len(), TOKEN_PREFIX.len() + 64);
        assert_eq!(hash(&one), hash(&one));
        assert_ne!(hash(&one), hash(&two));
    }
}
