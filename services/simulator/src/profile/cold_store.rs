//! A cold store: a compressor between two temperatures, and a door that lets warmth in.

use argosy_wire::telemetry::Value;
use rand::{RngExt as _, rngs::StdRng};

use super::{Values, World, day_share, rounded};

/// The room.
pub(super) struct ColdStore {
    temperature: f64,
    wanted: f64,
    compressor: bool,
    /// Seconds that the door is still open.
    open: f64,
}

impl ColdStore {
    pub(super) fn new(random: &mut StdRng) -> Self {
        let wanted = [-20.0, 3.0, 6.0][random.random_range(0..3)];
        Self { temperature: wanted + random.random_range(-1.0..1.0), wanted, compressor: false, open: 0.0 }
    }
}

impl World for ColdStore {
    fn measure(&mut self, now: f64, seconds: f64, random: &mut StdRng) -> Values {
        // Doors open at work, from 5 to 18 o'clock.
        let at_work = (0.2..0.75).contains(&day_share(now));
        if self.open > 0.0 {
            self.open -= seconds;
        } else if random.random_bool((seconds / if at_work { 300.0 } else { 5400.0 }).clamp(0.0, 1.0)) {
            self.open = random.random_range(15.0..90.0);
        }
        if self.temperature > self.wanted + 1.2 {
            self.compressor = true;
        } else if self.temperature < self.wanted - 1.0 {
            self.compressor = false;
        }
        let outside = 14.0 + 6.0 * (day_share(now) * std::f64::consts::TAU - 2.0).sin();
        let leak = (outside - self.temperature) * if self.open > 0.0 { 0.0012 } else { 0.000_08 };
        let cooling = if self.compressor { 0.018 } else { 0.0 };
        self.temperature += (leak - cooling) * seconds;
        let shown = self.temperature + random.random_range(-0.04..0.04);
        let power = if self.compressor { 3.2 + random.random_range(-0.1..0.1) } else { 0.12 };
        [
            ("temperature", rounded(shown, 2)),
            ("compressor", Value::Bool(self.compressor)),
            ("door_open", Value::Bool(self.open > 0.0)),
            ("power", rounded(power, 2)),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }
}
