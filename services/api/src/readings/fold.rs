//! Folds values into count, sum, min, max, first and last: the same code for rollups and for queries, so that an answer does
//! not depend on which of them it came from.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use argosy_wire::api::reading::Aggregate;
use serde::{
    Deserialize, Serialize,
    de::{Deserializer as _, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Number, Value};

/// What is known of one key's values over some time. As JSON it is an array in the order of its fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fold(
    /// How many values of any type.
    u64,
    /// How many numbers.
    u64,
    /// The sum of the numbers.
    f64,
    /// The smallest number.
    Option<f64>,
    /// The largest number.
    Option<f64>,
    /// The earliest value.
    Value,
    /// Its time, in milliseconds since 1970.
    i64,
    /// The latest value.
    Value,
    /// Its time, in milliseconds since 1970.
    i64,
);

/// Folds by key.
pub type Folds = BTreeMap<String, Fold>;

impl Fold {
    /// Of a single value.
    pub(crate) fn of(millis: i64, value: Value) -> Self {
        let number = value.as_f64();
        let count = u64::from(number.is_some());
        Self(1, count, number.unwrap_or_default(), number, number, value.clone(), millis, value, millis)
    }

    /// Adds what came at the same time or later in order; of two values of one moment the later one added is the last.
    pub(crate) fn merge(&mut self, other: Self) {
        self.0 += other.0;
        self.1 += other.1;
        self.2 += other.2;
        self.3 = pick(self.3, other.3, f64::min);
        self.4 = pick(self.4, other.4, f64::max);
        if other.6 < self.6 {
            (self.5, self.6) = (other.5, other.6);
        }
        if other.8 >= self.8 {
            (self.7, self.8) = (other.7, other.8);
        }
    }

    /// What an aggregate makes of it; `None` where there are no numbers to aggregate.
    pub(crate) fn aggregate(&self, aggregate: Aggregate) -> Option<Value> {
        let number = match aggregate {
            Aggregate::Count => return Some(self.0.into()),
            Aggregate::First => return Some(self.5.clone()),
            Aggregate::Last => return Some(self.7.clone()),
            Aggregate::Min => self.3?,
            Aggregate::Max => self.4?,
            Aggregate::Sum if self.1 > 0 => self.2,
            Aggregate::Mean if self.1 > 0 => self.2 / self.1 as f64,
            Aggregate::Sum | Aggregate::Mean => return None,
        };
        Number::from_f64(number).map(Value::Number)
    }
}

fn pick(one: Option<f64>, other: Option<f64>, better: fn(f64, f64) -> f64) -> Option<f64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(better(one, other)),
        (one, other) => one.or(other),
    }
}

/// Adds the values of one moment, which are a JSON object: those of `keys`, or all where there are none. Nothing is made of the
/// object on the way: a rollup reads every row once.
pub fn add_values(
    folds: &mut Folds,
    millis: i64,
    values: &str,
    keys: &[String],
) -> Result<(), serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(values);
    json.deserialize_map(Values { folds, millis, keys })?;
    json.end()
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'v>(#[serde(borrow)] Cow<'v, str>);

struct Values<'f> {
    folds: &'f mut Folds,
    millis: i64,
    keys: &'f [String],
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            if !self.keys.is_empty() && !self.keys.iter().any(|wanted| *wanted == key) {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let fold = Fold::of(self.millis, map.next_value()?);
            match self.folds.get_mut(key.as_ref()) {
                Some(known) => known.merge(fold),
                None => {
                    self.folds.insert(key.into_owned(), fold);
                }
            }
        }
        Ok(())
    }
}

/// Adds what is known of a key.
pub(crate) fn add_fold(folds: &mut Folds, key: String, fold: Fold) {
    match folds.get_mut(&key) {
        Some(known) => known.merge(fold),
        None => {
            folds.insert(key, fold);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn fold_all(values: &[(i64, Value)]) -> Option<Fold> {
        let mut folds = Folds::new();
        for (millis, value) in values {
            let values = json!({"other": [1], "k": value}).to_string();
            add_values(&mut folds, *millis, &values, &["k".to_owned()]).unwrap();
            assert_eq!(folds.len(), 1);
        }
        folds.remove("k")
    }

    #[test]
    fn text_and_booleans_have_no_sum() {
        let fold = fold_all(&[(1, json!("a")), (2, json!(true))]).unwrap();
        assert_eq!(fold.aggregate(Aggregate::Count), Some(json!(2)));
        assert_eq!(fold.aggregate(Aggregate::Sum), None);
        assert_eq!(fold.aggregate(Aggregate::Min), None);
        assert_eq!(fold.aggregate(Aggregate::First), Some(json!("a")));
        assert_eq!(fold.aggregate(Aggregate::Last), Some(json!(true)));
    }

    proptest! {
        /// Folding parts and merging them is folding the whole; whole numbers make the sums exact.
        #[test]
        fn parts_make_the_whole(numbers in prop::collection::vec(-1000_i32..1000, 2..40), cut in any::<prop::sample::Index>()) {
            let values: Vec<(i64, Value)> = (0_i64..).zip(&numbers).map(|(at, number)| (at, json!(number))).collect();
            let at = cut.index(values.len() - 1) + 1;
            let mut left = fold_all(&values[..at]).unwrap();
            let right: Fold = serde_json::from_value(json!(fold_all(&values[at..]).unwrap_or_else(|| Fold::of(0, json!(0))))).unwrap();
            left.merge(right);
            prop_assert_eq!(Some(left), fold_all(&values));
        }
    }
}
