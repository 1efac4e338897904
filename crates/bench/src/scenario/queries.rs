//! How fast the API answers, beside psql asking the same of the same tables.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::{history::History, https, psql, spread::Spread, stack::Stack, usage};

/// How often a question is asked; an export of everything far less often.
const TIMES: usize = 21;
const EXPORTS: usize = 3;
const JSON: &str = "application/json";
/// A device with a million readings in a week.
pub(crate) const BUSY: History = History { prefix: "busy", devices: 1, readings: 1_000_000, days: 7 };
/// Devices with a latest value and nothing else.
const MANY: History = History { prefix: "many", devices: 10_000, readings: 0, days: 0 };

/// A question, and how long its answer took.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Answered {
    pub(crate) question: String,
    /// Rows of the answer.
    pub(crate) rows: u64,
    /// Bytes of the API's answer.
    pub(crate) bytes: u64,
    /// Milliseconds by the API, over HTTPS.
    pub(crate) api: Spread,
    /// Milliseconds by psql.
    pub(crate) psql: Spread,
    /// The most memory of the API meanwhile, in bytes.
    pub(crate) peak_bytes: u64,
}

/// Writes what is asked for.
pub(crate) async fn prepare(stack: &Stack) -> anyhow::Result<()> {
    MANY.write(stack).await?;
    BUSY.write(stack).await?;
    BUSY.roll_up(stack).await
}

/// Asks everything.
pub(crate) async fn measure(stack: &mut Stack) -> anyhow::Result<Vec<Answered>> {
    let readings = "devices/busy-00001/readings";
    let of_busy = "from readings r join devices d on d.id = r.device_id where d.name = 'busy-00001'";
    let questions = [
        Question {
            name: "the last hour of a device, raw",
            ask: Ask::Once(format!("{readings}?from=-1h&limit=10000"), JSON),
            sql: format!("select ts, values {of_busy} and ts >= now() - interval '1 hour' order by ts"),
            rows: 3600 * u64::from(BUSY.readings) / (u64::from(BUSY.days) * 86_400),
            times: TIMES,
        },
        Question {
            name: "a week of a device in 504 buckets of 20 minutes",
            ask: Ask::Once(format!("{readings}?from=-7d&every=20m&key=speed&aggregate=mean"), JSON),
            sql: format!(
                "select date_bin('20 minutes', ts, 'epoch'), avg((values ->> 'speed')::float8) {of_busy} group by 1 order by 1"
            ),
            rows: 504,
            times: TIMES,
        },
        Question {
            name: "the latest values of 10,000 devices, on ten pages",
            ask: Ask::Pages("latest?limit=1000&search=many-".into()),
            sql: "select d.name, l.last_seen_at, l.values from latest_values l join devices d on d.id = l.device_id
                  where d.name like 'many-%' order by d.name"
                .replace('\n', " "),
            rows: u64::from(MANY.devices),
            times: TIMES,
        },
        Question {
            name: "a million readings as CSV",
            ask: Ask::Once(format!("{readings}?from=-8d"), "text/csv"),
            sql: format!(
                "copy (select ts, values ->> 'fuel', values ->> 'rpm', values ->> 'speed', values ->> 'temperature' {of_busy} order by ts) to stdout with (format csv);"
            ),
            rows: u64::from(BUSY.readings),
            times: EXPORTS,
        },
    ];
    let mut answered = Vec::new();
    for question in questions {
        answered.push(question.answer(stack).await?);
    }
    Ok(answered)
}

/// What the API is asked.
enum Ask {
    /// One request, for a media type.
    Once(String, &'static str),
    /// A list, page by page.
    Pages(String),
}

struct Question {
    name: &'static str,
    ask: Ask,
    sql: String,
    rows: u64,
    times: usize,
}

impl Question {
    async fn answer(self, stack: &mut Stack) -> anyhow::Result<Answered> {
        let client = stack.https()?;
        let api = usage::id(stack.api.process());
        usage::forget_peak(api);
        let (mut bytes, mut times) = (0, Vec::new());
        // The first fills caches, and does not count.
        for round in 0..=self.times {
            let start = Instant::now();
            bytes = match &self.ask {
                Ask::Once(path, media_type) => https::get(&client, &stack.address(path), media_type).await?,
                Ask::Pages(path) => https::get_pages(&client, &stack.address(path)).await?,
            };
            times.extend((round > 0).then(|| start.elapsed()));
        }
        let peak_bytes = usage::peak_memory(api);
        let sql = format!("{};", self.sql.trim_end_matches(';'));
        let by_psql: Vec<Duration> = psql::time(&stack.postgres, &sql, self.times + 1).await?;
        Ok(Answered {
            question: self.name.into(),
            rows: self.rows,
            bytes,
            api: Spread::of_times(times),
            psql: Spread::of_times(by_psql.into_iter().skip(1)),
            peak_bytes,
        })
    }
}
