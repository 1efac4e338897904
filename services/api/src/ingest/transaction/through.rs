//! How far each stream of a batch is stored without a gap, for its receipt.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::ledger::{Number, Split, streams};
use crate::{db::batch::receipts, ingest::plan::Plan};

/// Device, boot and the number up to which everything from 1 on is stored, once the batch is.
///
/// Where as many numbers are stored as the highest says, none is missing; that is known from the split. The database is asked
/// for the streams with gaps alone.
pub(super) async fn find(
    connection: &mut PgConnection,
    plan: &Plan,
    split: &Split,
    sequences: &[Number],
) -> Result<Vec<(i64, i64, i64)>, sqlx::Error> {
    let mut known: HashMap<(i64, i64), (i64, i64)> = HashMap::new();
    for (stream, position) in &split.positions {
        known.insert(*stream, (position.received_count, position.highest));
    }
    for stream in sequences.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)) {
        let (count, highest) = known.entry((stream[0].0, stream[0].1)).or_default();
        *count += i64::try_from(stream.len()).unwrap_or(i64::MAX);
        *highest = stream.iter().map(|(_, _, seq)| *seq).fold(*highest, i64::max);
    }
    let (mut through, mut with_gaps) = (Vec::new(), Vec::new());
    for (device, boot) in streams(plan) {
        match known.get(&(device, boot)) {
            Some((count, highest)) if count == highest => through.push((device, boot, *highest)),
            Some(_) => with_gaps.push((device, boot)),
            None => {}
        }
    }
    if !with_gaps.is_empty() {
        through.extend(receipts::find_through(connection, &with_gaps).await?);
    }
    Ok(through)
}
