//! The three ways to a server.

use std::any::Any;

use anyhow::Context as _;
use secrecy::SecretString;

use crate::docker;

/// Where a server for tests comes from.
#[derive(Debug, Clone)]
pub enum Way {
    /// It runs already, at this address.
    Given(SecretString),
    /// A container.
    Docker,
    /// A private native instance.
    Native,
}

impl Way {
    /// The way of this machine: the address in `variable`, else Docker where it answers, else native.
    pub(crate) async fn choose(variable: &str) -> Self {
        if let Ok(address) = std::env::var(variable)
            && !address.is_empty()
        {
            return Self::Given(address.into());
        }
        let native = std::env::var_os("ARGOSY_TEST_NATIVE").is_some_and(|value| value == "1");
        if !native && docker::answers().await { Self::Docker } else { Self::Native }
    }
}

/// Says where the server was meant to come from, in the error.
pub(crate) fn explain<T>(result: anyhow::Result<T>, variable: &str, way: &Way) -> anyhow::Result<T> {
    result.with_context(|| match way {
        Way::Given(_) => format!("the server that {variable} names is not usable"),
        Way::Docker => {
            format!("no container could be started (ARGOSY_TEST_NATIVE=1 or {variable} avoids it)")
        }
        Way::Native => format!("no native server could be started ({variable} may name a running one)"),
    })
}

/// What keeps a server running: a container with its reaper, a native server, or nothing where it runs without us.
pub(crate) type Held = Box<dyn Any + Send + Sync>;

/// Keeps it until the server's handle is dropped.
pub(crate) fn hold(what: impl Any + Send + Sync) -> Held {
    Box::new(what)
}
