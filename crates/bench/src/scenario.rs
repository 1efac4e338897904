//! What is measured, one file a question.

pub(crate) mod argosy;
pub(crate) mod broker;
pub(crate) mod copy;
pub(crate) mod growth;
pub(crate) mod http;
pub(crate) mod latency;
pub(crate) mod pages;
pub(crate) mod queries;
pub(crate) mod readers;
pub(crate) mod telegraf;
