//! Servers end with their owner, even one that is killed.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use argosy_backends::{Broker, BrokerOptions, Postgres, Redis, Server, free_port};
use argosy_testkit::eventually;

use crate::is_alive;

const FOLDER: &str = "ARGOSY_TEST_OWNER_FOLDER";
const PAUSED: &str = "ARGOSY_TEST_OWNER_PAUSES";

/// The owner: starts a server of each kind, says so, and waits to be killed.
#[tokio::test]
#[ignore = "the other tests run it, in a process of its own"]
async fn owner() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let port = || free_port().unwrap();
    let mut postgres = Postgres::prepare(&folder.join("postgres"), port(), false).unwrap().temporary();
    let mut redis = Redis::prepare(&folder.join("redis"), port()).unwrap();
    let options = BrokerOptions { tls: None, plain: Some(port()) };
    let mut broker = Broker::prepare(&folder.join("broker"), &options).unwrap().temporary();
    postgres.start().await.unwrap();
    redis.start().await.unwrap();
    broker.start().await.unwrap();
    let servers: [&mut Server; 3] = [&mut postgres, &mut redis, &mut broker];
    for server in servers {
        let pid = server.process().unwrap().id();
        if std::env::var_os(PAUSED).is_some() {
            server.pause().unwrap();
        }
        println!("\nstarted {pid}");
    }
    std::future::pending::<()>().await;
}

/// Starts an owner; the numbers of its servers.
fn start_owner(folder: &Path, paused: bool) -> (Child, Vec<i32>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "owner::owner", "--ignored", "--nocapture"]).env(FOLDER, folder);
    if paused {
        command.env(PAUSED, "1");
    }
    let mut owner = command.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let pids =
        lines.filter_map(|line| line.unwrap().strip_prefix("started ")?.parse().ok()).take(3).collect();
    (owner, pids)
}

fn open_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    // Its owner may be root, and its servers not.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

async fn all_end_with_their_owner(paused: bool) {
    let folder = open_folder();
    let (mut owner, pids) = start_owner(folder.path(), paused);
    assert_eq!(pids.len(), 3);
    assert!(pids.iter().all(|pid| is_alive(*pid)));
    // SIGKILL: the owner gets no chance to stop anything.
    owner.kill().unwrap();
    owner.wait().unwrap();
    eventually(Duration::from_secs(40), async || {
        let left: Vec<&i32> = pids.iter().filter(|pid| is_alive(**pid)).collect();
        anyhow::ensure!(left.is_empty(), "servers still run: {left:?}");
        for temporary in ["postgres", "broker"] {
            anyhow::ensure!(
                !folder.path().join(temporary).exists(),
                "the folder of {temporary} is still there"
            );
        }
        Ok(())
    })
    .await;
    assert!(folder.path().join("redis/redis.conf").exists(), "what is not temporary stays");
}

#[tokio::test]
async fn servers_end_when_their_owner_is_killed() {
    all_end_with_their_owner(false).await;
}

#[tokio::test]
async fn paused_servers_end_too() {
    all_end_with_their_owner(true).await;
}

#[tokio::test]
async fn the_next_owner_can_start_at_once() {
    let folder = open_folder();
    let (mut owner, _) = start_owner(folder.path(), false);
    owner.kill().unwrap();
    owner.wait().unwrap();
    let mut redis = Redis::prepare(&folder.path().join("redis"), free_port().unwrap()).unwrap();
    redis.start().await.unwrap();
    redis.stop().await.unwrap();
}
