//! What a vehicle measures at a moment.

use serde_json::{Map, Value, json};

const ROUTES: [&str; 3] = ["north-1", "harbour-7", "ring"];

/// The values of this vehicle at this moment, in seconds since 1970.
pub(crate) fn values(vehicle: usize, seconds: f64) -> Map<String, Value> {
    let speed = (48.0 + wave(vehicle, seconds, 240.0) * 44.0 + noise(vehicle, seconds) * 3.0).max(0.0);
    let engine = 86.0 + wave(vehicle, seconds, 900.0) * 7.0 + noise(vehicle, seconds + 0.5) * 0.4;
    let fuel = 100.0 - (seconds / 320.0 + vehicle as f64 * 7.0).rem_euclid(88.0);
    let values = json!({
        "battery": round(27.4 + wave(vehicle, seconds, 1500.0) * 0.6, 2),
        "door_open": wave(vehicle, seconds, 700.0) < -0.72,
        "engine_temperature": round(engine, 1),
        "fuel": round(fuel, 1),
        "latitude": round(52.52 + wave(vehicle, seconds, 4000.0) * 0.2, 5),
        "longitude": round(13.4 + wave(vehicle + 3, seconds, 4400.0) * 0.3, 5),
        "odometer": round(120_000.0 + vehicle as f64 * 813.0 + (seconds / 60.0).rem_euclid(100_000.0), 1),
        "route": ROUTES[vehicle % ROUTES.len()],
        "speed": round(speed, 1),
    });
    values.as_object().cloned().unwrap_or_default()
}

/// Slow waves that do not repeat soon, between -1 and 1.
fn wave(vehicle: usize, seconds: f64, period: f64) -> f64 {
    let phase = vehicle as f64 * 1.7;
    let slow = (seconds / period + phase).sin();
    let fast = (seconds / period * 3.3 + phase * 2.0).sin();
    slow * 0.7 + fast * 0.3
}

/// A little noise that is the same each time.
fn noise(vehicle: usize, seconds: f64) -> f64 {
    let mixed = (seconds * 12.9898 + vehicle as f64 * 78.233).sin() * 43_758.545;
    mixed.fract() - 0.5
}

fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}
