//! The pages as a person has them: in Chromium, before the real API, with data that streams in.

mod accessibility;
mod dead_letters;
mod device;
mod keyboard;
mod live;
mod overview;
mod poison;
mod sign_in;
mod weight;
