//! Seals private keys for the database, under a key that the database does not have.

use anyhow::Context as _;
use argosy_runtime::config::ConfigError;
use chacha20poly1305::{
    ChaCha20Poly1305, Nonce,
    aead::{Aead as _, KeyInit as _, Payload},
};
use rand::Rng as _;
use secrecy::{ExposeSecret as _, SecretString};

/// Bytes of the nonce, which stands before the sealed text.
const NONCE_BYTES: usize = 12;

/// The seal key.
#[derive(Clone)]
pub(crate) struct Seal {
    cipher: ChaCha20Poly1305,
}

impl Seal {
    /// The seal of a key of 64 hex digits.
    pub(crate) fn new(key: &SecretString) -> Result<Self, ConfigError> {
        let bytes = hex_bytes(key.expose_secret()).ok_or(ConfigError::Invalid {
            name: "ARGOSY_SEAL_KEY",
            problem: "it takes 64 hex digits: make one with `openssl rand -hex 32`".into(),
        })?;
        Ok(Self { cipher: ChaCha20Poly1305::new(&bytes.into()) })
    }

    /// Seals `text`; it opens only under the same `purpose`.
    pub(crate) fn seal(&self, purpose: &str, text: &str) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_BYTES];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: purpose.as_bytes() };
        let sealed = self.cipher.encrypt(&Nonce::from(nonce), payload).ok().context("sealing failed")?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for `purpose`.
    pub(crate) fn open(&self, purpose: &str, sealed: &[u8]) -> anyhow::Result<String> {
        let (nonce, text) =
            sealed.split_first_chunk::<NONCE_BYTES>().context("the sealed text is too short")?;
        let payload = Payload { msg: text, aad: purpose.as_bytes() };
        let text = self.cipher.decrypt(&Nonce::from(*nonce), payload).ok().with_context(|| {
            format!("{purpose} does not open: ARGOSY_SEAL_KEY is not the key it was sealed with")
        })?;
        Ok(String::from_utf8(text)?)
    }
}

fn hex_bytes(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_its_key_and_for_its_purpose() {
        let seal = Seal::new(&"ab".repeat(32).into()).unwrap();
        let sealed = seal.seal("fleet demo", "a private key").unwrap();
        assert_eq!(seal.open("fleet demo", &sealed).unwrap(), "a private key");
        assert!(seal.open("fleet other", &sealed).is_err());
        assert!(Seal::new(&"cd".repeat(32).into()).unwrap().open("fleet demo", &sealed).is_err());
        assert!(Seal::new(&"too short".into()).is_err());
    }
}
