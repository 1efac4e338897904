//! What devices measure. Everything follows from the seed, the device and the time, so that a run can be repeated.

mod cold_store;
mod meter;
mod vehicle;

use std::collections::BTreeMap;

use argosy_wire::telemetry::Value;
use rand::{RngExt as _, rngs::StdRng};

use crate::options::Profile;

/// What a device measures at one moment, by key.
pub(crate) type Values = BTreeMap<String, Value>;

/// A device's world.
pub(crate) trait World: Send + Sync {
    /// Lets `seconds` pass, and measures. `now` is seconds since 1970, for what follows the time of day.
    fn measure(&mut self, now: f64, seconds: f64, random: &mut StdRng) -> Values;
}

/// The world of a device of this profile.
pub(crate) fn world(profile: Profile, random: &mut StdRng) -> Box<dyn World> {
    match profile {
        Profile::Vehicle => Box::new(vehicle::Vehicle::new(random)),
        Profile::ColdStore => Box::new(cold_store::ColdStore::new(random)),
        Profile::Meter => Box::new(meter::Meter::new(random)),
    }
}

/// The word that devices of a profile are named by.
pub(crate) const fn word(profile: Profile) -> &'static str {
    match profile {
        Profile::Vehicle => "truck",
        Profile::ColdStore => "store",
        Profile::Meter => "meter",
    }
}

/// A number as a sensor gives it that has so many decimals.
fn rounded(value: f64, decimals: i32) -> Value {
    let scale = 10_f64.powi(decimals);
    Value::Number((value * scale).round() / scale)
}

/// A value that drifts towards `target`, with noise.
fn drift(value: f64, target: f64, share: f64, noise: f64, random: &mut StdRng) -> f64 {
    value + (target - value) * share.clamp(0.0, 1.0) + noise * random.random_range(-1.0..1.0)
}

/// How far into the day, from 0 to 1 (UTC).
fn day_share(now: f64) -> f64 {
    (now / 86_400.0).rem_euclid(1.0)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn a_seed_gives_the_same_device_twice() {
        for profile in [Profile::Vehicle, Profile::ColdStore, Profile::Meter] {
            let measure = || {
                let mut random = StdRng::seed_from_u64(7);
                let mut world = world(profile, &mut random);
                (0..50).map(|step| world.measure(1e9 + f64::from(step), 1.0, &mut random)).collect::<Vec<_>>()
            };
            let (one, two) = (measure(), measure());
            assert_eq!(one, two);
            assert_ne!(one[0], one[49], "{profile:?} stands still");
        }
    }
}
