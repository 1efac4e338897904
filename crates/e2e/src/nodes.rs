//! The rehearsal of a cluster's upgrade: the control plane, then one node after the other, while a fleet sends and people ask.

mod budget;
mod control_plane;
mod drain;
mod eviction;
mod node;
mod setting;
mod spread;
mod table;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, ensure};
use clap::{Parser, ValueEnum};

use self::{node::Node, table::Table};
use crate::{pods, step, wait::until};

/// How long something that restarts may take to answer again.
const PATIENCE: Duration = Duration::from_mins(5);

/// Rehearses the upgrade of the cluster of KUBECONFIG: the control plane, then node after node, drained and replaced under load.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "argosy-rehearse-cluster",
    version,
    after_help = "Exit codes: 0 (nothing was lost and no request failed, or it was skipped: one node), 1 (something is not as it must be), 2 (the command line is wrong)."
)]
pub struct ClusterArguments {
    /// The command `argosy` that is asked what the next version takes away
    #[arg(long, env = "ARGOSY", default_value = "target/release/argosy")]
    pub argosy: PathBuf,
    /// The version that is rehearsed for; left out, the one after that of the cluster
    #[arg(long, value_name = "VERSION")]
    pub kubernetes: Option<String>,
    /// What upgrades the control plane, by a shell; left out, it stays as it is
    #[arg(long, value_name = "COMMAND", env = "ARGOSY_REHEARSAL_CONTROL_PLANE")]
    pub control_plane: Option<String>,
    /// What replaces a node that is drained, by a shell: its name is $1 and ARGOSY_NODE; left out, nodes are drained and stay
    #[arg(long, value_name = "COMMAND", env = "ARGOSY_REHEARSAL_REPLACE_NODE")]
    pub replace_node: Option<String>,
    /// The node that stands for what is not in the cluster: managed services and the devices; left out, the first by name. It is drained of
    /// the services and not replaced
    #[arg(long, value_name = "NODE")]
    pub outside: Option<String>,
    /// Seconds that a node may take to be empty
    #[arg(long, default_value_t = 300)]
    pub drain_seconds: u64,
    /// Devices of the fleet, each with two messages a second
    #[arg(long, default_value_t = 50)]
    pub devices: u32,
    /// Do something wrong on purpose, to see that it is found
    #[arg(long, value_name = "WHAT")]
    pub wrong: Option<Wrong>,
    /// What the cluster runs, and where from
    #[command(flatten)]
    pub environment: setting::EnvironmentArguments,
}

/// What can be done wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Wrong {
    /// Pods are deleted, all at once and without their time to end, whatever budgets say
    Delete,
    /// One replica of each service
    OneReplica,
    /// Budgets that allow no disruption, so that a drain cannot end
    NoDisruption,
}

/// Runs it, and prints how long each part took.
pub async fn rehearse_cluster(arguments: ClusterArguments) -> anyhow::Result<()> {
    let nodes = node::schedulable().await?;
    if nodes.len() < 2 {
        println!(
            "skipped: one node. A node is drained while its pods run on another: give a cluster of at least two that can be scheduled to, such as kind's with a worker more"
        );
        return Ok(());
    }
    let outside = outside(&arguments, &nodes)?;
    setting::raise(&arguments, &outside).await?;
    let mut table = Table::default();
    let result = upgrade(&arguments, &outside, &mut table).await;
    print!("{table}");
    if result.is_err() && arguments.environment.keep {
        eprintln!("Everything is left as it is: --keep.");
    } else if let Err(error) = clear().await {
        if result.is_ok() {
            return Err(error);
        }
        eprintln!("Nor could everything be taken away: {error:#}");
    }
    result
}

/// Takes everything away, and leaves no node that pods may not come to.
async fn clear() -> anyhow::Result<()> {
    for node in node::all().await? {
        node.uncordon().await?;
    }
    step::teardown().await
}

async fn upgrade(arguments: &ClusterArguments, outside: &Node, table: &mut Table) -> anyhow::Result<()> {
    control_plane::check(arguments).await?;
    control_plane::upgrade(arguments, table).await?;
    // That which is not replaced first, so that the others are drained with everything on them.
    let mut nodes = node::schedulable().await?;
    nodes.sort_by_key(|node| (node.name != outside.name, node.name.clone()));
    for node in nodes {
        let is_outside = node.name == outside.name;
        let row = drain::replace(arguments, &node, is_outside).await;
        let row = row.with_context(|| format!("the node {}", node.name))?;
        table.push(row);
        let (requests, failed) = counted().await?;
        ensure!(
            failed == 0,
            "{failed} of {requests} requests had failed by the time that the node {} was done",
            node.name
        );
    }
    verdict().await
}

/// The node that stands for what is not in the cluster.
fn outside(arguments: &ClusterArguments, nodes: &[Node]) -> anyhow::Result<Node> {
    let wanted = |node: &&Node| arguments.outside.as_ref().is_none_or(|name| *name == node.name);
    let names = || nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>().join(", ");
    let node = nodes.iter().find(wanted).cloned();
    node.with_context(|| format!("there is no such node to schedule to; there are {}", names()))
}

/// Requests so far, and how many of them failed, once the API server says so.
async fn counted() -> anyhow::Result<(u64, u64)> {
    until("the requests are counted", PATIENCE, pods::counted).await
}

/// Nothing lost, nothing twice, no request failed.
async fn verdict() -> anyhow::Result<()> {
    let ledger = pods::verify_load().await.context("the ledger and the API differ")?;
    ensure!(ledger["acknowledged"].as_u64().is_some_and(|count| count > 0), "the ledger is empty: {ledger}");
    let doubled = pods::doubled().await?;
    ensure!(doubled == 0, "{doubled} messages are there twice");
    let (requests, failed) = counted().await?;
    ensure!(failed == 0, "{failed} of {requests} requests failed");
    println!("{requests} requests to the API and the pages, 0 failed; the ledger: {ledger}");
    Ok(())
}
