//! One rehearsal: there under load, and back.

mod proofs;

use std::time::Duration;

use anyhow::Context as _;
use argosy_client::Client;
use argosy_stack::Files;
use chrono::{Days, Utc};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::{
    Arguments, Omission, checks,
    database::{Database, execute},
    partitions::Follower,
    probes::{self, Probes},
    replication,
    report::{Report, Switch},
    rows::Snapshot,
    schema,
    switch::{Without, switch_over},
    world::{World, server_folder},
};

/// How long the first copy may take.
const COPY: Duration = Duration::from_secs(90);
/// How long one server may need to have what the other has.
const FOLLOW: Duration = Duration::from_secs(30);
/// How long after a switch-over its pause may go on.
const AFTERMATH: Duration = Duration::from_secs(8);
/// Gives away transaction numbers.
const AGE: &str =
    "do $$ begin for number in 1..50000 loop perform pg_current_xact_id(); commit; end loop; end $$";
/// A message of so many days ago needs a partition that nobody has made yet.
const OLD_DAYS: u64 = 3;

/// What runs during a rehearsal.
pub(crate) struct Rehearsal<'r> {
    arguments: &'r Arguments,
    world: World,
    probes: Probes,
    writer: Client,
    reader: Client,
    started: Instant,
    report: Report,
}

/// Rehearses, with logs and ledgers in these files.
pub(crate) async fn rehearse(arguments: &Arguments, files: Files) -> anyhow::Result<Report> {
    let folder = server_folder()?;
    let start = async |name, major, programs: &Option<_>| {
        Database::start(name, major, programs.as_deref(), folder.path()).await
    };
    let blue = start("blue", arguments.from, &arguments.from_programs).await?;
    // A server that is to be upgraded has given away more transaction numbers than a new one.
    execute(&mut blue.session().await?, AGE).await?;
    let mut rehearsal = Rehearsal::start(arguments, files, &blue).await?;
    let mut green = start("green", arguments.to, &arguments.to_programs).await?;
    green.take_password_of(&blue).await?;
    (rehearsal.report.from, rehearsal.report.to) = (blue.version().await?, green.version().await?);
    rehearsal.follow(&blue, &green).await?;
    rehearsal.switch(&blue, &green).await?;
    rehearsal.say("the way back");
    rehearsal.switch(&green, &blue).await?;
    let report = rehearsal.finish(&blue, &green).await?;
    for mut database in [green, blue] {
        database.postgres.stop().await?;
    }
    Ok(report)
}

impl<'r> Rehearsal<'r> {
    async fn start(arguments: &'r Arguments, files: Files, blue: &Database) -> anyhow::Result<Self> {
        let started = Instant::now();
        let world = World::start(files, blue, arguments).await?;
        let (writer, reader) = (world.client("secrets/ingest-token")?, world.client("token")?);
        proofs::create_device(&reader, probes::DEVICE).await?;
        let probes = Probes::start(writer.clone(), reader.clone(), world.ingest_ports())?;
        let report = Report {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            devices: arguments.devices,
            messages_a_second: arguments.messages(),
            ..Report::default()
        };
        let rehearsal = Self { arguments, world, probes, writer, reader, started, report };
        rehearsal.say("the stack runs, and the fleet publishes");
        sleep(arguments.load).await;
        Ok(rehearsal)
    }

    /// What goes on, on stderr.
    fn say(&self, text: &str) {
        eprintln!("{:6.1} s  {text}", self.started.elapsed().as_secs_f64());
    }

    /// Makes the new server, and lets it follow the old one until it has everything.
    async fn follow(&mut self, blue: &Database, green: &Database) -> anyhow::Result<()> {
        let (mut at_blue, mut at_green) = (blue.session().await?, green.session().await?);
        self.report.refused = checks::obstacles(&mut at_blue, &mut at_green).await?;
        for obstacle in &self.report.refused {
            self.say(&format!("refused: {obstacle}"));
        }
        checks::give_identity(&mut at_blue).await?;
        let left = checks::obstacles(&mut at_blue, &mut at_green).await?;
        anyhow::ensure!(left.is_empty(), "it cannot be upgraded like this: {}", left.join("; "));
        self.say("tables without a primary key have a replica identity now, and nothing is in the way");
        schema::copy(blue, green).await?;
        let begin = Instant::now();
        replication::publish(&mut at_blue).await?;
        replication::subscribe(&mut at_green, blue, true).await?;
        replication::copied(&mut at_green, COPY).await?;
        self.caught_up(blue, green).await?;
        self.report.copy_seconds = begin.elapsed().as_secs_f64();
        self.say("green has a copy, and follows");
        Ok(())
    }

    /// Waits until the other server has what `old` has; where it does not get there, what differs may be why.
    async fn caught_up(&self, old: &Database, new: &Database) -> anyhow::Result<()> {
        let (mut at_old, mut at_new) = (old.session().await?, new.session().await?);
        let position = replication::position(&mut at_old).await?;
        let reached = replication::reached(&mut at_old, old, &position, FOLLOW).await;
        let differences = schema::differences(&mut at_old, &mut at_new).await?;
        match reached {
            Err(error) if !differences.is_empty() => Err(error.context(differences.join("; "))),
            reached => reached,
        }
    }

    /// Lets a partition come about while the other server follows: a late message needs one.
    async fn partition_meanwhile(&mut self, old: &Database, new: &Database) -> anyhow::Result<()> {
        let omits = self.arguments.omits(Omission::Partitions);
        let follower = if omits { None } else { Some(Follower::start(old, new).await?) };
        let days = OLD_DAYS + self.report.switches.len() as u64;
        let late = Utc::now().checked_sub_days(Days::new(days)).context("there is no such day")?;
        let points = json!([{"ts": late.timestamp_millis(), "values": {"late": true}}]);
        let message = probes::line(&json!({"boot": 1, "seq": days, "points": points}));
        let answer = self.writer.ingest(message.into()).await.context("a late message is not stored")?;
        anyhow::ensure!(answer.stored == 1, "a late message is not stored: {answer:?}");
        self.caught_up(old, new).await?;
        if let Some(follower) = follower {
            let made = follower.stop().await?;
            self.say(&format!("{} made {} meanwhile, and so has {}", old.name, made.join(" and "), new.name));
            if made.is_empty() {
                self.report.findings.push("no partition was made while the other server followed".into());
            }
            self.report.partitions.extend(made);
        }
        Ok(())
    }

    /// Switches over, lets the fleet go on, and asks whether anything is wrong.
    async fn switch(&mut self, old: &Database, new: &Database) -> anyhow::Result<()> {
        self.partition_meanwhile(old, new).await?;
        let follower = Follower::start(old, new).await?;
        let calm = Instant::now();
        sleep(self.arguments.load).await;
        if self.report.switches.is_empty() {
            self.report.calm = self.probes.pauses(calm, Instant::now());
        }
        // The last look is behind the fence.
        self.report.partitions.extend(follower.stop().await?);
        let without = Without {
            wait: self.arguments.omits(Omission::Wait),
            sequences: self.arguments.omits(Omission::Sequences),
        };
        if without.wait {
            let halt = format!("alter subscription {} disable", replication::subscription(old));
            execute(&mut new.session().await?, halt).await?;
            sleep(Duration::from_secs(1)).await;
        }
        let switched = switch_over(&self.world, old, new, without).await?;
        self.say(&format!(
            "{} to {}: {} ms from the fence to the new address",
            old.name, new.name, switched.steps.all
        ));
        sleep(AFTERMATH.max(self.arguments.load)).await;
        let pauses = self.probes.pauses(switched.from, Instant::now());
        let rows = switched.snapshots.0.compare(switched.snapshots.1).await?;
        self.prove_sequences(new).await?;
        self.prove_rollups(new).await?;
        let ledger = self.prove_ledger(new).await?;
        let switch = Switch {
            from: old.name,
            to: new.name,
            steps: switched.steps,
            pauses,
            sequences: switched.sequences,
            rows,
            ledger,
        };
        self.judge(&switch);
        self.report.switches.push(switch);
        Ok(())
    }

    /// Ends the fleet, and compares for the last time.
    async fn finish(mut self, blue: &Database, green: &Database) -> anyhow::Result<Report> {
        self.say("the fleet brings home what it has");
        self.world.fleet.stop().await?;
        self.report.ledger = self.prove_ledger(blue).await?;
        self.report.judge(self.report.ledger, "the ledger at the end");
        let Self { world, probes, mut report, started, .. } = self;
        drop(probes);
        world.stop().await?;
        let mut session = blue.session().await?;
        let position = replication::position(&mut session).await?;
        replication::reached(&mut session, blue, &position, FOLLOW).await?;
        report.rows = Snapshot::take(blue).await?.compare(Snapshot::take(green).await?).await?;
        report
            .findings
            .extend(report.rows.differences.iter().map(|difference| format!("at the end {difference}")));
        report.seconds = started.elapsed().as_secs_f64();
        Ok(report)
    }
}
