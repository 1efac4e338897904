//! Everything that was measured: what `target/bench.json` holds, and the page is made of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    measure::Flow,
    scenario::{growth::Grown, latency::Latency, pages::Loaded, queries::Answered, readers::Watched},
    spread::Spread,
};

/// The names of what flows.
pub(crate) const BROKER: &str = "broker";
pub(crate) const HTTP: &str = "http";
pub(crate) const TELEGRAF: &str = "telegraf";
pub(crate) const TELEGRAF_PLAIN: &str = "telegraf-without-tls";
pub(crate) const EARLY: &str = "argosy-before-rollups";
pub(crate) const ARGOSY: &str = "argosy";
pub(crate) const PLAIN: &str = "argosy-without-tls";
pub(crate) const ALONE: &str = "argosy-without-redis";
pub(crate) const SILENT: &str = "argosy-without-receipts";

/// One run.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Results {
    /// When, and on what.
    pub(crate) machine: Machine,
    /// Seconds of each flow.
    pub(crate) seconds: u64,
    pub(crate) devices: u32,
    /// By name, one a round.
    pub(crate) flows: BTreeMap<String, Vec<Flow>>,
    /// Rows a second, one a round.
    pub(crate) copy: Vec<f64>,
    /// At half of the rate, and at four fifths of it, one a round.
    pub(crate) latency: Vec<(Latency, Latency)>,
    pub(crate) queries: Vec<Answered>,
    pub(crate) pages: Vec<Loaded>,
    pub(crate) readers: Vec<Watched>,
    pub(crate) growth: Vec<Grown>,
}

/// What was measured on.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) date: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
    /// Versions of the servers, as they say them.
    pub(crate) servers: Vec<String>,
}

impl Results {
    /// Adds what flowed in a round.
    pub(crate) fn add(&mut self, name: &str, flow: Flow) {
        self.flows.entry(name.to_owned()).or_default().push(flow);
    }

    /// Takes over everything that was measured in a later run.
    pub(crate) fn take(&mut self, later: Self) {
        self.machine = later.machine;
        if !later.flows.is_empty() || self.flows.is_empty() {
            // What the page says of them.
            (self.seconds, self.devices) = (later.seconds, later.devices);
        }
        self.flows.extend(later.flows);
        replace(&mut self.copy, later.copy);
        replace(&mut self.latency, later.latency);
        replace(&mut self.queries, later.queries);
        replace(&mut self.pages, later.pages);
        replace(&mut self.readers, later.readers);
        for grown in later.growth {
            self.growth.retain(|old| (old.devices, old.readings) != (grown.devices, grown.readings));
            self.growth.push(grown);
        }
    }

    /// One round after the other; empty where it was not measured.
    pub(crate) fn flows(&self, name: &str) -> &[Flow] {
        self.flows.get(name).map_or(&[], Vec::as_slice)
    }

    /// Messages a second.
    pub(crate) fn rate(&self, name: &str) -> Spread {
        Spread::of(self.flows(name).iter().map(|flow| flow.rate))
    }

    /// Microseconds of processor time a message, of these processes together.
    pub(crate) fn cost(&self, name: &str, processes: &[&str]) -> Spread {
        Spread::of(self.flows(name).iter().map(|flow| {
            let used = flow.processes.iter().filter(|(process, _)| processes.contains(&process.as_str()));
            used.map(|(_, used)| used.microseconds).sum()
        }))
    }
}

fn replace<T>(old: &mut Vec<T>, new: Vec<T>) {
    if !new.is_empty() {
        *old = new;
    }
}
