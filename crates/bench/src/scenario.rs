//! What is measured, one file a question.

pub(crate) mod argosy;
pub(crate) mod broker;
pub(crate) mod copy;
pub(crate) mod latency;
pub(crate) mod telegraf;
