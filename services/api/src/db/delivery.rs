//! The table `device_streams`, as queries read it.

use argosy_wire::api::delivery::{BootDelivery, SequenceRange};
use sqlx::PgConnection;

/// The streams of a device, newest boot first.
pub(crate) async fn list_streams(
    connection: &mut PgConnection,
    device_id: i64,
    limit: i64,
) -> Result<Vec<BootDelivery>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select boot, received_count, highest, duplicates,
            array(select lower(r) from unnest(received) r) as "first!",
            array(select upper(r) - 1 from unnest(received) r) as "last!"
         from device_streams where device_id = $1 order by boot desc limit $2"#,
        device_id,
        limit
    )
    .fetch_all(connection)
    .await?;
    let streams = rows.into_iter().map(|row| {
        let ranges: Vec<SequenceRange> =
            row.first.into_iter().zip(row.last).map(|(first, last)| SequenceRange { first, last }).collect();
        BootDelivery {
            boot: row.boot,
            received: row.received_count,
            highest: row.highest,
            missing: row.highest - row.received_count,
            duplicates: row.duplicates,
            gaps: gaps(&ranges),
            ranges,
        }
    });
    Ok(streams.collect())
}

/// The runs between ranges, and before the first, which should begin at 1.
fn gaps(ranges: &[SequenceRange]) -> Vec<SequenceRange> {
    let starts = std::iter::once(1).chain(ranges.iter().map(|range| range.last + 1));
    let between = starts.zip(ranges).filter(|(start, range)| *start < range.first);
    between.map(|(start, range)| SequenceRange { first: start, last: range.first - 1 }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_lie_between_ranges() {
        let ranges = [(2, 3), (4, 6), (9, 9)].map(|(first, last)| SequenceRange { first, last });
        let gaps: Vec<_> = gaps(&ranges).into_iter().map(|gap| (gap.first, gap.last)).collect();
        assert_eq!(gaps, [(1, 1), (7, 8)]);
    }
}
