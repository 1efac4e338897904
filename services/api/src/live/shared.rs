//! The tail that all replicas share: a stream of bounded length in Redis for every fleet.
//!
//! The id of an entry is its last event's [`EventId`]: the epoch is when the stream was made, and the number goes on without a
//! jump unless events were left out. A stream that Redis lost is made anew, in a new epoch. So whoever reads on from a place
//! can tell whether something is missing, and how many events it is.

use std::{sync::LazyLock, time::Duration};

use redis::{
    AsyncConnectionConfig, Client, RedisResult, Script,
    aio::MultiplexedConnection,
    cmd, pipe,
    streams::{StreamId, StreamRangeReply, StreamReadReply},
};

use super::{
    events::{Chunk, Entry},
    id::EventId,
};
use crate::redis::Redis;

/// How long Redis may take to take events, or to connect. They wait in a queue meanwhile, so it may be longer than for a request.
const TIMEOUT: Duration = Duration::from_secs(2);
/// How long a read waits for events, in milliseconds.
const BLOCK_MILLIS: u64 = 1_000;
/// Entries read at once.
const PAGE: usize = 64;
/// Bytes of a fleet's stream, about: its length is bounded so that entries of the present size come to this.
const STREAM_BYTES: usize = 16 * 1024 * 1024;
/// Entries of a fleet's stream at the most.
const MAX_ENTRIES: usize = 10_000;
/// How long the stream of a silent fleet is kept.
const KEPT: Duration = Duration::from_hours(1);

/// Adds entries. Arguments: the length to keep, the seconds to keep it, how many events were left out before, and for every entry
/// how many events it has and their text.
static ADD: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
        local epoch, number
        if last then
            epoch, number = string.match(last[1], '(%d+)-(%d+)')
        else
            local time = redis.call('TIME')
            epoch, number = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)), 0
        end
        number = tonumber(number) + tonumber(ARGV[3])
        for i = 4, #ARGV, 2 do
            local first = string.format('%.0f', number + 1)
            number = number + tonumber(ARGV[i])
            local id = epoch .. '-' .. string.format('%.0f', number)
            redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], id, 'first', first, 'events', ARGV[i + 1])
        end
        redis.call('EXPIRE', KEYS[1], ARGV[2])",
    )
});

/// A fleet's key; the braces keep it on one node of a cluster.
fn key(fleet_id: i64) -> String {
    format!("argosy:live:{{{fleet_id}}}")
}

/// Writes the shared tail, and reads what is kept of it.
#[derive(Clone)]
pub(super) struct SharedTail {
    redis: Redis,
    client: Client,
}

impl SharedTail {
    /// Connects with the first use.
    pub(super) fn new(client: Client) -> RedisResult<Self> {
        Ok(Self { redis: Redis::connect_patiently(client.clone(), TIMEOUT)?, client })
    }

    /// Adds events, after `left_out` that nobody gets. Whether they are in it: `false` also where that is not known.
    pub(super) async fn add(&self, fleet_id: i64, left_out: u64, chunks: &[Chunk]) -> bool {
        let bytes: usize = chunks.iter().map(|chunk| chunk.text.len()).sum();
        let length = STREAM_BYTES / (bytes / chunks.len().max(1)).max(STREAM_BYTES / MAX_ENTRIES);
        let mut add = ADD.key(key(fleet_id));
        add.arg(length).arg(KEPT.as_secs()).arg(left_out);
        for chunk in chunks {
            add.arg(chunk.count).arg(&chunk.text);
        }
        let added = self.redis.ask(async |mut connection| add.invoke_async::<()>(&mut connection).await);
        added.await.is_some()
    }

    /// The newest place, and the first entries that have something after `place`. `None` where Redis does not answer.
    pub(super) async fn read_after(
        &self,
        fleet_id: i64,
        place: EventId,
    ) -> Option<(Option<EventId>, Vec<Entry>)> {
        let (key, from) = (key(fleet_id), place.next().to_string());
        let mut read = pipe();
        read.cmd("XREVRANGE").arg(&key).arg("+").arg("-").arg("COUNT").arg(1);
        read.cmd("XRANGE").arg(&key).arg(from).arg("+").arg("COUNT").arg(PAGE);
        let (newest, found): (StreamRangeReply, StreamRangeReply) =
            self.redis.ask(async |mut connection| read.query_async(&mut connection).await).await?;
        let newest = newest.ids.first().and_then(|entry| entry.id.parse().ok());
        Some((newest, found.ids.iter().filter_map(entry).collect()))
    }

    /// A connection of its own to follow a fleet with, since it waits.
    pub(super) async fn follow(&self, fleet_id: i64) -> RedisResult<Follower> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(TIMEOUT))
            .set_response_timeout(Some(Duration::from_millis(BLOCK_MILLIS) + TIMEOUT));
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        Ok(Follower { connection, key: key(fleet_id) })
    }
}

/// Reads one fleet's shared tail as it grows.
pub(super) struct Follower {
    connection: MultiplexedConnection,
    key: String,
}

impl Follower {
    /// The newest place; `None` where there is no stream.
    pub(super) async fn newest(&mut self) -> RedisResult<Option<EventId>> {
        let mut command = cmd("XREVRANGE");
        command.arg(&self.key).arg("+").arg("-").arg("COUNT").arg(1);
        let found: StreamRangeReply = command.query_async(&mut self.connection).await?;
        Ok(found.ids.first().and_then(|entry| entry.id.parse().ok()))
    }

    /// The entries after a place, waiting for a moment where there are none.
    pub(super) async fn next(&mut self, after: EventId) -> RedisResult<Vec<Entry>> {
        let mut command = cmd("XREAD");
        command.arg("COUNT").arg(PAGE).arg("BLOCK").arg(BLOCK_MILLIS);
        command.arg("STREAMS").arg(&self.key).arg(after.to_string());
        let found: Option<StreamReadReply> = command.query_async(&mut self.connection).await?;
        let ids = found.iter().flat_map(|found| &found.keys).flat_map(|stream| &stream.ids);
        Ok(ids.filter_map(entry).collect())
    }
}

fn entry(found: &StreamId) -> Option<Entry> {
    Some(Entry { last: found.id.parse().ok()?, first: found.get("first")?, text: found.get("events")? })
}
