//! What goes wrong on request.

use std::time::Duration;

use rand::{RngExt as _, rngs::StdRng};

/// How often what goes wrong. Shares are of messages, from 0 to 1.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Disorder")]
pub struct Disorder {
    /// Share of messages sent twice
    #[arg(long, default_value_t = 0.0, value_parser = parse_share)]
    pub duplicates: f64,
    /// Share of messages sent after their successor
    #[arg(long, default_value_t = 0.0, value_parser = parse_share)]
    pub reordered: f64,
    /// Share of messages with timestamps up to an hour ago
    #[arg(long, default_value_t = 0.0, value_parser = parse_share)]
    pub late: f64,
    /// Share of numbers that are skipped
    #[arg(long, default_value_t = 0.0, value_parser = parse_share)]
    pub gaps: f64,
    /// Share of additional messages above 64 KiB
    #[arg(long, default_value_t = 0.0, value_parser = parse_share)]
    pub oversize: f64,
    /// Share of additional messages that cannot be understood
    #[arg(long, default_value_t = 0.0, value_parser = parse_share)]
    pub poison: f64,
    /// Broken connections a device and minute
    #[arg(long, default_value_t = 0.0, value_parser = parse_rate)]
    pub disconnects: f64,
    /// How wrong a device's clock is at the most
    #[arg(long, value_parser = parse_skew, default_value = "0s")]
    pub clock_skew: Duration,
    /// How often a device's clock jumps, a device and minute; to another error within --clock-skew
    #[arg(long, default_value_t = 0.0, value_parser = parse_rate)]
    pub clock_steps: f64,
    /// How often all devices connect again at once; never where it is 0
    #[arg(long, value_parser = humantime::parse_duration, default_value = "0s")]
    pub storm_every: Duration,
}

/// Payloads that are no telemetry: what stands before the mark that tells each from all others, and what after it.
const POISON: [(&[u8], &[u8]); 7] = [
    (b"not json ", b""),
    (b"{\"boot\": 1, \"mark\": \"", b"\", \"seq\": "),
    (b"{\"boot\": 1, \"seq\": 0, \"points\": [], \"mark\": \"", b"\"}"),
    (b"{\"points\": [{\"ts\": 0, \"values\": {\"a\": \"", b"\"}}]}"),
    (b"{\"points\": [{\"ts\": 1, \"values\": {\"a\": NaN}}]} ", b""),
    (b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", b"\"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"),
    (b"\xff\xfe\x00\x01", b""),
];

/// What tells a payload without sense from all others of its device: it stands in it, whatever else is wrong with it.
fn mark(boot: i64, number: i64) -> String {
    format!("poison-{boot}-{number}")
}

impl Disorder {
    /// What is sent beside a message: payloads without sense, each with its number, counted on from `last`.
    pub(crate) fn extras(&self, boot: i64, last: &mut i64, random: &mut StdRng) -> Vec<(i64, Vec<u8>)> {
        let mut extras = Vec::new();
        if chance(self.poison, random) {
            *last += 1;
            let (before, after) = POISON[random.random_range(0..POISON.len())];
            extras.push((*last, [before, mark(boot, *last).as_bytes(), after].concat()));
        }
        if chance(self.oversize, random) {
            *last += 1;
            let (mark, text) = (mark(boot, *last), "x".repeat(random.random_range(66_000..100_000)));
            let payload = format!("{{\"points\":[{{\"ts\":1,\"values\":{{\"a\":\"{mark} {text}\"}}}}]}}");
            extras.push((*last, payload.into_bytes()));
        }
        extras
    }

    /// Whether a device's clock jumps within so much time.
    pub(crate) fn has_clock_step(&self, time: Duration, random: &mut StdRng) -> bool {
        chance(self.clock_steps * time.as_secs_f64() / 60.0, random)
    }

    /// How wrong a device's clock is, in milliseconds.
    pub(crate) fn skew(&self, random: &mut StdRng) -> i64 {
        let largest = i64::try_from(self.clock_skew.as_millis()).unwrap_or(i64::MAX);
        if largest == 0 { 0 } else { random.random_range(-largest..=largest) }
    }

    /// How late a message's timestamp is, in milliseconds.
    pub(crate) fn lateness(&self, random: &mut StdRng) -> i64 {
        if chance(self.late, random) { random.random_range(1_000..3_600_000) } else { 0 }
    }
}

/// Whether something of this share happens now.
pub(crate) fn chance(share: f64, random: &mut StdRng) -> bool {
    share > 0.0 && random.random_bool(share.min(1.0))
}

fn parse_share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share is from 0 to 1".into()),
    }
}

/// The API takes nothing that is more than a day ahead.
fn parse_skew(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(skew) if skew <= Duration::from_secs(12 * 3600) => Ok(skew),
        _ => Err("a clock is wrong by at most 12h".into()),
    }
}

fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.0..=60.0).contains(&rate) => Ok(rate),
        _ => Err("a rate a minute is from 0 to 60".into()),
    }
}
