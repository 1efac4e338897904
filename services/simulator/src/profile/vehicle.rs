//! A truck on a round trip: it drives, stops to deliver, and fills up.

use argosy_wire::telemetry::Value;
use rand::{RngExt as _, rngs::StdRng};

use super::{Values, World, drift, rounded};

/// Kilometres of a degree of latitude.
const KM_PER_DEGREE: f64 = 111.2;

/// Where it is and how it does.
pub(super) struct Vehicle {
    centre: (f64, f64),
    radius_km: f64,
    /// How far around, in radians.
    angle: f64,
    speed: f64,
    cruise: f64,
    fuel: f64,
    engine: f64,
    /// Seconds that it still stands with its door open.
    stands: f64,
}

impl Vehicle {
    pub(super) fn new(random: &mut StdRng) -> Self {
        Self {
            // Around the mouth of the Elbe.
            centre: (53.2 + random.random_range(0.0..0.9), 9.2 + random.random_range(0.0..1.6)),
            radius_km: random.random_range(4.0..22.0),
            angle: random.random_range(0.0..std::f64::consts::TAU),
            speed: random.random_range(30.0..80.0),
            cruise: random.random_range(55.0..85.0),
            fuel: random.random_range(25.0..100.0),
            engine: 86.0,
            stands: 0.0,
        }
    }
}

impl World for Vehicle {
    fn measure(&mut self, _: f64, seconds: f64, random: &mut StdRng) -> Values {
        if self.stands > 0.0 {
            self.stands -= seconds;
        } else if random.random_bool((seconds / 420.0).clamp(0.0, 1.0)) {
            self.stands = random.random_range(40.0..180.0);
        }
        let standing = self.stands > 0.0;
        // Hills and bends: the wish changes slowly around the way.
        let wish = if standing { 0.0 } else { self.cruise + 14.0 * (self.angle * 9.0).sin() };
        self.speed =
            drift(self.speed, wish, seconds * if standing { 0.5 } else { 0.08 }, 0.6, random).max(0.0);
        if standing && self.speed < 2.0 {
            self.speed = 0.0;
        }
        self.angle =
            (self.angle + self.speed / 3600.0 * seconds / self.radius_km).rem_euclid(std::f64::consts::TAU);
        self.fuel -= (0.0004 + self.speed * 0.000_02) * seconds;
        if self.fuel < 8.0 {
            self.fuel = 100.0;
        }
        let load = if standing { 78.0 } else { 84.0 + self.speed * 0.09 };
        self.engine = drift(self.engine, load, seconds * 0.02, 0.15, random);
        let wobble = 1.0 + 0.25 * (self.angle * 3.0).sin();
        let north = self.radius_km * wobble * self.angle.sin() / KM_PER_DEGREE;
        let east =
            self.radius_km * wobble * self.angle.cos() / (KM_PER_DEGREE * self.centre.0.to_radians().cos());
        [
            ("latitude", rounded(self.centre.0 + north, 5)),
            ("longitude", rounded(self.centre.1 + east, 5)),
            ("speed", rounded(self.speed, 1)),
            ("fuel", rounded(self.fuel, 1)),
            ("engine_temperature", rounded(self.engine, 1)),
            ("door_open", Value::Bool(standing && self.speed == 0.0)),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }
}
