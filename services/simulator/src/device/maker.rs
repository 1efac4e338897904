//! Makes a device's messages when they are due: at its own place within the period, whatever became of those before.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use argosy_wire::telemetry::{TelemetryMessage, TelemetryPoint};
use rand::{RngExt as _, rngs::StdRng};
use tokio::time::Instant;

use super::{Store, Stored};
use crate::{
    disorder::{Disorder, chance},
    options::Profile,
    profile::{World, world},
};

/// Where a device is in its measuring and counting. Everything follows from its dice, the schedule and the time of day.
pub(crate) struct Maker {
    boot: i64,
    seq: i64,
    /// The number of the last payload without sense.
    poison: i64,
    world: Box<dyn World>,
    dice: StdRng,
    /// How wrong the clock is, in milliseconds.
    skew: i64,
    /// A message that waits for its successor to go first.
    held_back: Option<Stored>,
    due: Instant,
    /// The time since 1970 that `due` is.
    clock: Duration,
    period: Duration,
}

impl Maker {
    /// The first message is due within a period of `start`.
    pub(crate) fn new(
        profile: Profile,
        mut dice: StdRng,
        boot: i64,
        start: Instant,
        period: Duration,
        disorder: &Disorder,
    ) -> Self {
        let world = world(profile, &mut dice);
        let due = start + period.mul_f64(dice.random_range(0.0..1.0));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let clock = now + due.saturating_duration_since(Instant::now());
        let skew = disorder.skew(&mut dice);
        Self { boot, seq: 0, poison: 0, world, dice, skew, held_back: None, due, clock, period }
    }

    /// When the next message is due.
    pub(crate) fn due(&self) -> Instant {
        self.due
    }

    /// Makes the message that is due, and what goes with it. Returns how many measurements had to go for it.
    pub(super) fn make(&mut self, disorder: &Disorder, store: &mut Store) -> u64 {
        let (due, clock) = (self.due, self.clock);
        self.due += self.period;
        self.clock += self.period;
        let dice = &mut self.dice;
        let values = self.world.measure(clock.as_secs_f64(), self.period.as_secs_f64(), dice);
        self.seq += 1;
        if chance(disorder.gaps, dice) {
            self.seq += 1;
        }
        if disorder.has_clock_step(self.period, dice) {
            self.skew = disorder.skew(dice);
        }
        let ts = i64::try_from(clock.as_millis()).unwrap_or(i64::MAX) + self.skew - disorder.lateness(dice);
        let points = vec![TelemetryPoint { ts, values }];
        let message = TelemetryMessage { boot: Some(self.boot), seq: Some(self.seq), points };
        let payload = serde_json::to_vec(&message).unwrap_or_default();
        let message = Stored::measurement(self.seq, due, payload.into());
        let mut dropped = 0;
        if chance(disorder.duplicates, dice) {
            dropped += store.push(message.copy());
        }
        match self.held_back.take() {
            None if chance(disorder.reordered, dice) => self.held_back = Some(message),
            held_back => {
                dropped += store.push(message);
                dropped += held_back.map_or(0, |earlier| store.push(earlier));
            }
        }
        for (number, payload) in disorder.extras(self.boot, &mut self.poison, dice) {
            dropped += store.push(Stored::poison(number, due, payload.into()));
        }
        dropped
    }

    /// Lets go what was held back.
    pub(super) fn release(&mut self, store: &mut Store) -> u64 {
        self.held_back.take().map_or(0, |message| store.push(message))
    }
}
