//! The serde visitors behind [`Decoder::decode`].

use std::fmt;

use chrono::DateTime;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Decoder, Entry, Message, Point};
use crate::telemetry::{MAX_POINTS, MAX_STRING_BYTES, MAX_VALUES, Sequence, is_valid_key};

/// The highest sequence number: a range that ends after it must still have an end.
const MAX_SEQ: i64 = i64::MAX - 1;

/// Reads a whole message.
pub(super) struct MessageSeed<'d> {
    pub(super) decoder: &'d mut Decoder,
}

impl<'de> DeserializeSeed<'de> for MessageSeed<'_> {
    type Value = Message;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Message, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for MessageSeed<'_> {
    type Value = Message;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a telemetry message: an object with points, or of plain values")
    }

    /// `points` decides, wherever it stands: with it the other keys are `boot` and `seq`; without it all are values.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Message, A::Error> {
        let decoder = self.decoder;
        let first_point = decoder.points.len();
        let mut plain = PointWriter::start(decoder);
        let mut has_points = false;
        let (mut boot, mut seq) = (None, None);
        let mut unknown = None;
        while let Some(key) = map.next_key_seed(TextSeed)? {
            if key.as_ref() == "points" {
                if has_points {
                    return Err(A::Error::duplicate_field("points"));
                }
                has_points = true;
                plain.suspend(decoder);
                map.next_value_seed(PointsSeed { decoder })?;
                plain.resume(decoder);
            } else {
                let number = plain.value(decoder, key.as_ref(), &mut map)?;
                match key.as_ref() {
                    "boot" => boot = Some(number),
                    "seq" => seq = Some(number),
                    _ if unknown.is_none() => unknown = Some(key.as_ref().to_owned()),
                    _ => {}
                }
            }
        }
        if !has_points {
            if boot.is_some() && seq.is_some() {
                return Err(A::Error::missing_field("points"));
            }
            plain.finish(decoder, None)?;
            return Ok(Message { sequence: None, points: first_point..decoder.points.len() });
        }
        plain.discard(decoder);
        if let Some(key) = unknown {
            return Err(A::Error::custom(format_args!(
                "unknown field `{key}`, expected `boot`, `seq` or `points`"
            )));
        }
        let sequence = match (boot, seq) {
            (None, None) => None,
            (Some(Some(boot @ 0..)), Some(Some(seq @ 1..=MAX_SEQ))) => Some(Sequence { boot, seq }),
            (Some(_), Some(_)) => {
                return Err(A::Error::custom("`boot` must be a whole number from 0 and `seq` one from 1"));
            }
            _ => return Err(A::Error::custom("`boot` and `seq` go together: give both or neither")),
        };
        Ok(Message { sequence, points: first_point..decoder.points.len() })
    }
}

/// Reads the array of points.
struct PointsSeed<'d> {
    decoder: &'d mut Decoder,
}

impl<'de> DeserializeSeed<'de> for PointsSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for PointsSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of points")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut count = 0;
        while let Some(()) = seq.next_element_seed(PointSeed { decoder: self.decoder })? {
            count += 1;
            if count > MAX_POINTS {
                return Err(A::Error::custom(format_args!("more than {MAX_POINTS} points")));
            }
        }
        if count == 0 {
            return Err(A::Error::custom("`points` is empty"));
        }
        Ok(())
    }
}

/// Reads `{"ts": ..., "values": {...}}`.
struct PointSeed<'d> {
    decoder: &'d mut Decoder,
}

impl<'de> DeserializeSeed<'de> for PointSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for PointSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a point: an object with values and, where the device has a clock, ts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut ts, mut point) = (None, None);
        while let Some(key) = map.next_key_seed(TextSeed)? {
            match key.as_ref() {
                "ts" if ts.is_none() => ts = Some(map.next_value_seed(TimestampSeed)?),
                "values" if point.is_none() => {
                    point = Some(map.next_value_seed(ValuesSeed { decoder: self.decoder })?);
                }
                "ts" => return Err(A::Error::duplicate_field("ts")),
                "values" => return Err(A::Error::duplicate_field("values")),
                other => return Err(A::Error::unknown_field(other, &["ts", "values"])),
            }
        }
        point.ok_or_else(|| A::Error::missing_field("values"))?.finish(self.decoder, ts)
    }
}

/// Reads the object of values.
struct ValuesSeed<'d> {
    decoder: &'d mut Decoder,
}

impl<'de> DeserializeSeed<'de> for ValuesSeed<'_> {
    type Value = PointWriter;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<PointWriter, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ValuesSeed<'_> {
    type Value = PointWriter;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of numbers, booleans and strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PointWriter, A::Error> {
        let mut writer = PointWriter::start(self.decoder);
        while let Some(key) = map.next_key_seed(TextSeed)? {
            writer.value(self.decoder, key.as_ref(), &mut map)?;
        }
        Ok(writer)
    }
}

/// Writes one point's values as a JSON object at the end of the decoder's text.
struct PointWriter {
    text: usize,
    entries: usize,
    count: usize,
}

impl PointWriter {
    fn start(decoder: &mut Decoder) -> Self {
        let writer = Self { text: decoder.text.len(), entries: decoder.entries.len(), count: 0 };
        decoder.text.push('{');
        writer
    }

    /// Reads one value and returns it where it is a whole number.
    fn value<'de, A: MapAccess<'de>>(
        &mut self,
        decoder: &mut Decoder,
        key: &str,
        map: &mut A,
    ) -> Result<Option<i64>, A::Error> {
        if !is_valid_key(key) {
            return Err(A::Error::custom("a key is 1 to 64 characters of A-Z, a-z, 0-9, '_', '.' and '-'"));
        }
        if self.count == MAX_VALUES {
            return Err(A::Error::custom(format_args!("more than {MAX_VALUES} values in a point")));
        }
        self.count += 1;
        if decoder.text.len() > self.text + 1 {
            decoder.text.push(',');
        }
        let start = decoder.text.len() + 1;
        decoder.text.push('"');
        decoder.text.push_str(key);
        decoder.text.push_str("\":");
        let value = decoder.text.len();
        let number = map.next_value_seed(ValueSeed { text: &mut decoder.text })?;
        decoder.entries.push(Entry { key: start..start + key.len(), value: value..decoder.text.len() });
        Ok(number)
    }

    /// Takes back what was written, so that points can follow: beside them plain values are never kept.
    fn suspend(&mut self, decoder: &mut Decoder) {
        decoder.text.truncate(self.text);
        decoder.entries.truncate(self.entries);
    }

    fn resume(&mut self, decoder: &mut Decoder) {
        self.text = decoder.text.len();
        self.entries = decoder.entries.len();
        decoder.text.push('{');
    }

    fn discard(self, decoder: &mut Decoder) {
        decoder.text.truncate(self.text);
        decoder.entries.truncate(self.entries);
    }

    fn finish<E: Error>(self, decoder: &mut Decoder, ts: Option<i64>) -> Result<(), E> {
        if self.count == 0 {
            return Err(E::custom("there are no values"));
        }
        decoder.text.push('}');
        decoder.points.push(Point {
            ts,
            values: self.text..decoder.text.len(),
            entries: self.entries..decoder.entries.len(),
        });
        Ok(())
    }
}

/// Writes one value's canonical JSON.
struct ValueSeed<'t> {
    text: &'t mut String,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Option<i64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<i64>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for ValueSeed<'_> {
    type Value = Option<i64>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a number, a boolean or a string")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Option<i64>, E> {
        self.text.push_str(if value { "true" } else { "false" });
        Ok(None)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Option<i64>, E> {
        self.text.push_str(itoa::Buffer::new().format(value));
        Ok(Some(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Option<i64>, E> {
        self.text.push_str(itoa::Buffer::new().format(value));
        Ok(i64::try_from(value).ok())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Option<i64>, E> {
        if !value.is_finite() {
            return Err(E::custom("a number must be finite"));
        }
        // As serde_json writes it.
        self.text.push_str(zmij::Buffer::new().format_finite(value));
        Ok(None)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Option<i64>, E> {
        if value.len() > MAX_STRING_BYTES {
            return Err(E::custom(format_args!(
                "a string has {} bytes, more than {MAX_STRING_BYTES}",
                value.len()
            )));
        }
        if value.contains('\0') {
            return Err(E::custom("a string holds the character U+0000, which PostgreSQL cannot store"));
        }
        self.text.push_str(&serde_json::to_string(value).map_err(E::custom)?);
        Ok(None)
    }
}

/// Reads a timestamp: milliseconds since 1970, or RFC 3339.
struct TimestampSeed;

impl<'de> DeserializeSeed<'de> for TimestampSeed {
    type Value = i64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<i64, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for TimestampSeed {
    type Value = i64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("milliseconds since 1970 or an RFC 3339 time")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::custom("the timestamp is out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<i64, E> {
        DateTime::parse_from_rfc3339(value)
            .map(|time| time.timestamp_millis())
            .map_err(|error| E::custom(format_args!("the timestamp is not RFC 3339: {error}")))
    }
}

/// Reads a key without allocating where it has no escapes.
struct TextSeed;

/// A key, borrowed from the payload where that is possible.
enum Text<'de> {
    Borrowed(&'de str),
    Owned(String),
}

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        match self {
            Self::Borrowed(text) => text,
            Self::Owned(text) => text,
        }
    }
}

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Text<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Text<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = Text<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Text<'de>, E> {
        Ok(Text::Borrowed(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Text<'de>, E> {
        Ok(Text::Owned(value.to_owned()))
    }
}
