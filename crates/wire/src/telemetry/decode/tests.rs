//! What the decoder accepts, and how it refuses the rest.

use proptest::prelude::*;

use super::*;
use crate::telemetry::{TelemetryMessage, TelemetryPoint, Value};

/// The decoded message as `(sequence, [(ts, values)])`.
type Plain = (Option<(i64, i64)>, Vec<(Option<i64>, String)>);

fn decode(payload: &str) -> Result<Plain, Rejected> {
    let mut decoder = Decoder::default();
    let message = decoder.decode(payload.as_bytes())?;
    let points = decoder.points()[message.points]
        .iter()
        .map(|point| (point.ts, decoder.text()[point.values.clone()].to_owned()))
        .collect();
    Ok((message.sequence.map(|sequence| (sequence.boot, sequence.seq)), points))
}

fn reason(payload: &str) -> DeadLetterReason {
    decode(payload).expect_err(payload).reason
}

#[test]
fn a_full_message_in_any_order_of_keys() {
    let values = r#"{"speed":12.5,"door":false,"n":-3,"s":"a\"b"}"#;
    let expected = Ok((Some((7, 42)), vec![(Some(1000), values.to_owned())]));
    let points = format!(r#"[{{"ts":1000,"values":{values}}}]"#);
    assert_eq!(decode(&format!(r#"{{"boot":7,"seq":42,"points":{points}}}"#)), expected);
    assert_eq!(decode(&format!(r#"{{"points":{points},"seq":42,"boot":7}}"#)), expected);
    assert_eq!(decode(&format!(r#" {{"seq":42, "points":{points}, "boot":7}} "#)), expected);
}

#[test]
fn a_bare_object_is_one_unsequenced_point() {
    assert_eq!(
        decode(r#"{"speed":12.5,"seq":1}"#),
        Ok((None, vec![(None, r#"{"speed":12.5,"seq":1}"#.to_owned())]))
    );
}

#[test]
fn rfc_3339_and_milliseconds_agree() {
    let at =
        |ts: &str| decode(&format!(r#"{{"points":[{{"ts":{ts},"values":{{"a":1}}}}]}}"#)).unwrap().1[0].0;
    assert_eq!(at(r#""2026-11-20T12:00:00.250Z""#), Some(1_795_176_000_250));
    assert_eq!(at(r#""2026-11-20T13:00:00.250+01:00""#), at("1795176000250"));
}

#[test]
fn values_are_rewritten_so_that_the_database_takes_them() {
    let long = format!(r#"{{"a":1.{}}}"#, "0".repeat(20_000));
    assert_eq!(decode(&long).unwrap().1[0].1, r#"{"a":1.0}"#);
    assert_eq!(decode(r#"{"\u0061":"\u0062"}"#).unwrap().1[0].1, r#"{"a":"b"}"#);
}

#[test]
fn what_is_not_json_is_called_so() {
    for payload in ["", "{", "speed=1", r#"{"a":NaN}"#, r#"{"a":1}x"#, r#"{"a":01}"#, "\u{feff}{}"] {
        assert_eq!(reason(payload), DeadLetterReason::NotJson, "{payload}");
    }
    let mut decoder = Decoder::default();
    assert_eq!(decoder.decode(b"{\"a\":\"\xff\"}").unwrap_err().reason, DeadLetterReason::NotJson);
}

#[test]
fn json_of_another_shape_is_a_bad_message() {
    let deep = format!(r#"{{"a":{}"#, "[".repeat(50_000));
    let strings = format!(r#"{{"a":"{}"}}"#, "x".repeat(MAX_STRING_LIMIT + 1));
    let keys = (0..300).map(|key| format!(r#""k{key}":1"#)).collect::<Vec<_>>().join(",");
    for payload in [
        "42",
        "[]",
        "{}",
        "null",
        r#"{"a":null}"#,
        r#"{"a":{"b":1}}"#,
        r#"{"a b":1}"#,
        r#"{"":1}"#,
        r#"{"a":"\u0000"}"#,
        r#"{"points":[]}"#,
        r#"{"points":{}}"#,
        r#"{"points":[{"ts":1}]}"#,
        r#"{"points":[{"ts":1,"values":{}}]}"#,
        r#"{"points":[{"ts":true,"values":{"a":1}}]}"#,
        r#"{"points":[{"ts":1,"values":{"a":1},"x":1}]}"#,
        r#"{"boot":1,"seq":1}"#,
        r#"{"boot":1,"points":[{"values":{"a":1}}]}"#,
        r#"{"boot":1,"seq":0,"points":[{"values":{"a":1}}]}"#,
        r#"{"boot":-1,"seq":1,"points":[{"values":{"a":1}}]}"#,
        r#"{"boot":1,"seq":1.5,"points":[{"values":{"a":1}}]}"#,
        r#"{"boot":1,"seq":9223372036854775807,"points":[{"values":{"a":1}}]}"#,
        r#"{"extra":1,"points":[{"values":{"a":1}}]}"#,
        &deep,
        &strings,
        &format!("{{{keys}}}"),
    ] {
        assert_eq!(reason(payload), DeadLetterReason::BadMessage, "{payload:.80}");
    }
}

const MAX_STRING_LIMIT: usize = crate::telemetry::MAX_STRING_BYTES;

#[test]
fn a_payload_over_the_limit_is_too_large() {
    let payload = format!(r#"{{"a":"{}"}}"#, "x".repeat(MAX_PAYLOAD_BYTES));
    assert_eq!(reason(&payload), DeadLetterReason::TooLarge);
}

#[test]
fn a_rejected_payload_leaves_nothing_behind() {
    let mut decoder = Decoder::default();
    decoder.decode(br#"{"a":1}"#).unwrap();
    let before = (decoder.text().to_owned(), decoder.points().len(), decoder.entries().len());
    decoder.decode(br#"{"b":2,"points":[{"values":{"c":3}},{"values":{"d":[]}}]}"#).unwrap_err();
    assert_eq!(before, (decoder.text().to_owned(), decoder.points().len(), decoder.entries().len()));
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        (-1e300..1e300_f64).prop_map(Value::Number),
        "[^\0]{0,40}".prop_map(Value::Text),
    ]
}

fn message() -> impl Strategy<Value = TelemetryMessage> {
    let values = prop::collection::btree_map("[A-Za-z0-9_.-]{1,64}", value(), 1..8);
    let point = (any::<i64>(), values).prop_map(|(ts, values)| TelemetryPoint { ts, values });
    let sequence = prop::option::of((0..=i64::MAX, 1..i64::MAX));
    (sequence, prop::collection::vec(point, 1..5)).prop_map(|(sequence, points)| TelemetryMessage {
        boot: sequence.map(|(boot, _)| boot),
        seq: sequence.map(|(_, seq)| seq),
        points,
    })
}

proptest! {
    #[test]
    fn what_a_client_encodes_decodes_to_the_same(message in message()) {
        let mut decoder = Decoder::default();
        let decoded = decoder.decode(&serde_json::to_vec(&message).unwrap()).unwrap();
        prop_assert_eq!(decoded.sequence.map(|sequence| sequence.boot), message.boot);
        prop_assert_eq!(decoded.sequence.map(|sequence| sequence.seq), message.seq);
        let points = &decoder.points()[decoded.points];
        prop_assert_eq!(points.len(), message.points.len());
        for (point, sent) in points.iter().zip(&message.points) {
            prop_assert_eq!(point.ts, Some(sent.ts));
            let values: std::collections::BTreeMap<String, Value> =
                serde_json::from_str(&decoder.text()[point.values.clone()]).unwrap();
            prop_assert_eq!(&values, &sent.values);
            prop_assert_eq!(point.entries.len(), sent.values.len());
            for entry in &decoder.entries()[point.entries.clone()] {
                let value: Value = serde_json::from_str(&decoder.text()[entry.value.clone()]).unwrap();
                prop_assert_eq!(Some(&value), sent.values.get(&decoder.text()[entry.key.clone()]));
            }
        }
    }

    #[test]
    fn no_payload_panics(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Decoder::default().decode(&payload);
    }
}
