//! An electricity meter: a house's day, and energy that only grows.

use rand::{RngExt as _, rngs::StdRng};

use super::{Values, World, day_share, drift, rounded};

/// The meter.
pub(super) struct Meter {
    energy: f64,
    power: f64,
    size: f64,
    /// Seconds that something large is still on.
    oven: f64,
}

impl Meter {
    pub(super) fn new(random: &mut StdRng) -> Self {
        Self {
            energy: random.random_range(1e3..9e4),
            power: 0.4,
            size: random.random_range(0.6..2.2),
            oven: 0.0,
        }
    }
}

impl World for Meter {
    fn measure(&mut self, now: f64, seconds: f64, random: &mut StdRng) -> Values {
        let hour = day_share(now) * 24.0;
        let bump = |at: f64, width: f64| (-((hour - at) / width).powi(2)).exp();
        if self.oven > 0.0 {
            self.oven -= seconds;
        } else if random
            .random_bool((seconds / 5400.0 * (0.2 + bump(11.5, 1.5) + bump(18.0, 2.0))).clamp(0.0, 1.0))
        {
            self.oven = random.random_range(600.0..2400.0);
        }
        let large = if self.oven > 0.0 { 2.1 } else { 0.0 };
        let wish = self.size * (0.25 + 0.6 * bump(7.0, 1.5) + 0.9 * bump(19.0, 2.5)) + large;
        self.power = drift(self.power, wish, seconds * 0.3, 0.02, random).max(0.05);
        self.energy += self.power * seconds / 3600.0;
        let voltage = 230.0 + 3.0 * (now / 600.0).sin() + random.random_range(-0.4..0.4);
        [
            ("energy", rounded(self.energy, 3)),
            ("power", rounded(self.power, 3)),
            ("voltage", rounded(voltage, 1)),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }
}
