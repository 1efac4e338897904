//! Plays one step after the other, and measures what each did.

use std::time::{SystemTime, UNIX_EPOCH};

use argosy_stack::Files;
use tokio::time::{Instant, sleep_until};

use super::{DISK, empty_report};
use crate::{
    Arguments,
    commits::Commits,
    fault,
    fleet::Fleet,
    plan::{Fault, Step},
    reference::{self, Reference},
    report::{Measured, Report, seconds},
    screen::Screen,
    world::{FleetSize, World},
};

/// Everything that a run works with.
#[derive(Debug)]
pub(super) struct Conductor<'r> {
    pub(super) world: World,
    pub(super) fleets: Vec<Fleet>,
    pub(super) reference: Reference,
    pub(super) commits: Commits,
    pub(super) report: Report,
    /// Messages that are on their way while nothing happens: more of them where something else keeps the machine busy.
    pub(super) usual: f64,
    pub(super) seed: u64,
    pub(super) screen: &'r Screen,
    pub(super) started: Instant,
    /// When each step began, in seconds since 1970, with its first fault.
    pub(super) began: Vec<(f64, String)>,
}

impl<'r> Conductor<'r> {
    /// Starts the stack and its fleet, and waits until everything flows.
    pub(super) async fn start(
        arguments: &Arguments,
        files: Files,
        seed: u64,
        screen: &'r Screen,
    ) -> anyhow::Result<Self> {
        screen.show("the stack starts");
        let (first, a_minute) = DISK;
        let minutes = arguments.duration().as_secs().div_ceil(60);
        let world = World::start(files, first + a_minute * minutes).await?;
        screen.show("the fleet starts");
        let size = FleetSize { devices: arguments.devices, rate: arguments.rate };
        let fleets =
            vec![Fleet::steady(&world, size, seed).await?, Fleet::loud(&world, arguments.rate, seed).await?];
        let reference = Reference::start(&world).await?;
        let commits = Commits::watch(world.database_url(), reference::NAME);
        let rate = fleets.iter().map(Fleet::messages).sum();
        let report = empty_report(arguments, seed, rate);
        let mut conductor = Self {
            world,
            fleets,
            reference,
            commits,
            report,
            usual: 0.0,
            seed,
            screen,
            started: Instant::now(),
            began: Vec::new(),
        };
        if conductor.recover(Instant::now()).await.flows.is_none() {
            anyhow::bail!("the fleet's {rate} messages a second do not flow, even without a fault");
        }
        conductor.started = Instant::now();
        Ok(conductor)
    }

    /// Plays a step, and waits until the stack has recovered from it.
    pub(super) async fn play(&mut self, mut step: Step) -> anyhow::Result<()> {
        step.faults.retain(|fault| match fault::is_possible(fault.kind, &self.world) {
            Ok(()) => true,
            Err(reason) => {
                self.report.skipped.insert(fault.kind.to_string(), reason.to_owned());
                false
            }
        });
        if step.faults.is_empty() {
            return Ok(());
        }
        self.rest(step.rest).await;
        let names: Vec<String> = step.faults.iter().map(|fault| fault.kind.to_string()).collect();
        let began = Instant::now();
        self.screen.show(&format!("{} {}", step.number, names.join(" and ")));
        self.began.push((seconds_since_1970(), names[0].clone()));
        let did = self.inflict(&step.faults, began).await?;
        let ended = Instant::now();
        let recovery = self.recover(ended).await;
        let paused = self.commits.longest_pause(began, Instant::now());
        for (index, fault) in step.faults.iter().enumerate() {
            let measured = Measured {
                step: step.number,
                fault: names[index].clone(),
                replica: fault.replica,
                with: names.get(1 - index).filter(|_| names.len() > 1).cloned(),
                at_seconds: seconds(began - self.started),
                lasted_seconds: seconds(ended - began),
                longest_pause_seconds: seconds(paused),
                recovery_seconds: recovery.flows.map(seconds),
                caught_up_seconds: recovery.caught_up.map(seconds),
                did: did[index].clone(),
            };
            self.screen.say(&line(&measured));
            self.report.faults.push(measured);
        }
        if recovery.flows.is_none() || recovery.caught_up.is_none() {
            let (names, waited) = (names.join(" and "), ended.elapsed().as_secs());
            self.fail(format!("The stack had not recovered from {names} after {waited} s.")).await?;
        }
        self.check_all_run(&names.join(" and ")).await
    }

    /// Begins all faults, and ends each when its time is over. Returns what each did.
    async fn inflict(&mut self, faults: &[Fault], began: Instant) -> anyhow::Result<Vec<String>> {
        let mut did = vec![String::new(); faults.len()];
        let mut ongoing = Vec::new();
        // The second one is short to begin, and goes on while the first does.
        for (index, fault) in faults.iter().enumerate().rev() {
            match fault::begin(fault, &mut self.world).await {
                Ok(begun) => ongoing.push((fault.hold, index, begun)),
                Err(error) => {
                    let what = format!("{}: {error:#}.", fault.kind);
                    self.fail(what).await?;
                }
            }
        }
        ongoing.sort_by_key(|(hold, ..)| *hold);
        for (hold, index, begun) in ongoing {
            sleep_until(began + hold).await;
            match fault::end(begun, &mut self.world).await {
                Ok(said) => did[index] = said,
                Err(error) => {
                    let what = format!("{}: {error:#}.", faults[index].kind);
                    self.fail(what).await?;
                }
            }
        }
        Ok(did)
    }

    /// A part that ended by itself is a finding; it is started again.
    async fn check_all_run(&mut self, names: &str) -> anyhow::Result<()> {
        for fleet in &mut self.fleets {
            anyhow::ensure!(fleet.runs(), "a simulator has ended; its log says why");
        }
        anyhow::ensure!(self.reference.runs(), "the reference client has ended; its log says why");
        let ended = self.world.ended();
        if !ended.is_empty() {
            self.fail(format!("{} ended by itself in {names}.", ended.join(", "))).await?;
        }
        Ok(())
    }

    /// Keeps what went wrong, and makes the stack whole again.
    pub(super) async fn fail(&mut self, what: String) -> anyhow::Result<()> {
        self.screen.say(&what);
        self.report.failures.push(what);
        self.world.mend().await
    }
}

fn seconds_since_1970() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

fn line(measured: &Measured) -> String {
    let time =
        |seconds: Option<f64>| seconds.map_or_else(|| "never".to_owned(), |time| format!("{time:.1} s"));
    let did = if measured.did.is_empty() { String::new() } else { format!("  ({})", measured.did) };
    format!(
        "{:4.0} s  {:28} {}  lasted {:.1} s, pause {:.1} s, recovery {}, made up {}{did}",
        measured.at_seconds,
        measured.fault,
        measured.replica + 1,
        measured.lasted_seconds,
        measured.longest_pause_seconds,
        time(measured.recovery_seconds),
        time(measured.caught_up_seconds),
    )
}
