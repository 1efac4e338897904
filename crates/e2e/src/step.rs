//! The steps, in their order.

mod chaos;
mod heal;
mod raise;
mod reach;
mod revert;
mod roll;
mod teardown;

pub(crate) use chaos::chaos;
pub(crate) use heal::heal;
pub(crate) use raise::{Setting, raise};
pub(crate) use reach::reach;
pub(crate) use revert::revert;
pub(crate) use roll::roll;
pub(crate) use teardown::teardown;
