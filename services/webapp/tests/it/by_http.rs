//! The pages as HTTP: status, headers, escaping, forms, failures.

mod failures;
mod forms;
mod pages;
mod safety;
