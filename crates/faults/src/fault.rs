//! How each fault begins and ends.

mod scale;

use std::time::Duration;

use anyhow::Context as _;
use argosy_stack::proxy::{Answer, Condition, Proxy};

use crate::{
    kind::{Blow, Kind, Pair, Part, Trouble},
    plan::Fault,
    world::{Hog, World},
};

/// What has to be undone.
#[derive(Debug)]
pub(crate) enum Ongoing {
    /// Nothing.
    Over(String),
    /// A part does not run.
    Away(Part, usize),
    /// A part stands still.
    Still(Part, usize),
    /// A network is broken; so many answers were lost before.
    Network(Pair, usize, u64),
    /// PostgreSQL may have ended.
    Postgres,
    /// There is no room on the disk.
    Full,
    /// PostgreSQL takes no changes.
    ReadOnly,
    /// Connections are taken.
    Taken(Hog),
}

/// Whether this machine allows this kind of fault; why not, where it does not.
pub(crate) fn is_possible(kind: Kind, world: &World) -> Result<(), &'static str> {
    match kind {
        Kind::DiskFull if world.disk.is_none() => Err("it takes root, to give PostgreSQL a disk of its own"),
        _ => Ok(()),
    }
}

/// Begins a fault.
pub(crate) async fn begin(fault: &Fault, world: &mut World) -> anyhow::Result<Ongoing> {
    let replica = fault.replica;
    Ok(match fault.kind {
        Kind::Process(part, Blow::Kill) => {
            world.kill_part(part, replica).await?;
            Ongoing::Away(part, replica)
        }
        Kind::Process(part, Blow::Restart) => {
            world.stop_part(part, replica).await?;
            Ongoing::Away(part, replica)
        }
        Kind::Process(part, Blow::Pause) => {
            world.pause_part(part, replica, true)?;
            Ongoing::Still(part, replica)
        }
        Kind::Network(pair, trouble) => {
            let proxy = proxy(world, pair, replica);
            let before = proxy.lost_answers();
            disturb(proxy, pair, trouble, fault.strength);
            Ongoing::Network(pair, replica, before)
        }
        Kind::BackendKill => {
            world.kill_backend().await?;
            Ongoing::Postgres
        }
        Kind::DiskFull => {
            world.disk.as_ref().context("PostgreSQL has no disk of its own")?.fill().await?;
            Ongoing::Full
        }
        Kind::Deadlock => {
            let count = world.provoke_deadlocks().await?;
            anyhow::ensure!(count > 0, "no deadlock came about");
            Ongoing::Over(format!("{count} deadlocks"))
        }
        Kind::ReadOnly => {
            world.set_read_only(true).await?;
            Ongoing::ReadOnly
        }
        Kind::ConnectionsUsedUp => Ongoing::Taken(world.use_up_connections()),
        Kind::Rolling(part) => Ongoing::Over(scale::roll(world, part).await?),
        Kind::Scale(part) => Ongoing::Over(scale::up_and_down(world, part, fault.hold).await?),
    })
}

/// Ends a fault, and says what it did where that is not plain.
pub(crate) async fn end(ongoing: Ongoing, world: &mut World) -> anyhow::Result<String> {
    match ongoing {
        Ongoing::Over(said) => return Ok(said),
        Ongoing::Away(part, replica) => world.start_part(part, replica).await?,
        Ongoing::Still(part, replica) => world.pause_part(part, replica, false)?,
        Ongoing::Network(pair, replica, before) => {
            let proxy = proxy(world, pair, replica);
            proxy.set(Condition::Fine);
            let lost = proxy.lost_answers() - before;
            if lost > 0 {
                return Ok(format!("{lost} answers lost"));
            }
        }
        Ongoing::Postgres => world.start_part(Part::Postgres, 0).await?,
        Ongoing::Full => {
            world.disk.as_ref().context("PostgreSQL has no disk of its own")?.give_back().await?;
            let has_ended = !world.postgres.is_running();
            world.start_part(Part::Postgres, 0).await?;
            return Ok(if has_ended { "PostgreSQL had ended".into() } else { "PostgreSQL went on".into() });
        }
        Ongoing::ReadOnly => world.set_read_only(false).await?,
        Ongoing::Taken(hog) => return Ok(format!("{} connections taken", hog.release().await?)),
    }
    Ok(String::new())
}

fn proxy(world: &World, pair: Pair, replica: usize) -> &Proxy {
    match pair {
        Pair::FleetBroker => &world.fleet_proxy,
        Pair::IngestBroker => &world.ingests[replica].broker,
        Pair::IngestApi => &world.balancer,
        Pair::ApiPostgres => &world.apis[replica].postgres,
        Pair::ApiRedis => &world.apis[replica].redis,
    }
}

fn disturb(proxy: &Proxy, pair: Pair, trouble: Trouble, strength: f64) {
    match trouble {
        Trouble::Cut => proxy.cut(),
        Trouble::Refuse => {
            proxy.set(Condition::Refusing);
            proxy.cut();
        }
        Trouble::HalfOpen => {
            proxy.set(Condition::Silent);
            proxy.silence();
        }
        Trouble::Slow => proxy.set(Condition::Slow {
            latency: Duration::from_secs_f64(0.005 + strength * 0.095),
            bytes_per_second: 1e6 + strength * 3e6,
        }),
        Trouble::LostAnswer => {
            let answer = if pair == Pair::ApiPostgres { Answer::Commit } else { Answer::Encrypted };
            proxy.set(Condition::LosingAnswers(answer));
        }
    }
}
