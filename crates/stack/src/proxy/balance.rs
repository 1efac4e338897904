//! Which server a connection goes to: the one with the fewest, among those that are said to work; the newest of equals.

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::net::TcpStream;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often servers are asked whether they are ready.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// The servers behind a proxy. Cheap to clone; clones are one.
#[derive(Debug, Clone)]
pub struct Targets(Arc<Mutex<Vec<Target>>>);

#[derive(Debug)]
struct Target {
    port: u16,
    /// Where it says whether it is ready; it is taken to be where nothing is asked.
    admin_port: Option<u16>,
    works: bool,
    open: usize,
}

/// Counts a connection while it stands.
#[derive(Debug)]
pub(super) struct Open {
    targets: Targets,
    port: u16,
}

impl Targets {
    pub(super) fn new(ports: &[u16]) -> Self {
        let targets = ports.iter().map(|&port| Target { port, admin_port: None, works: true, open: 0 });
        Self(Arc::new(Mutex::new(targets.collect())))
    }

    /// Adds a server, whose readiness is asked of its admin port.
    pub fn add(&self, port: u16, admin_port: u16) {
        self.lock().push(Target { port, admin_port: Some(admin_port), works: true, open: 0 });
    }

    /// Gives a server no new connections any more.
    pub fn remove(&self, port: u16) {
        self.lock().retain(|target| target.port != port);
    }

    /// Gives new connections to this server alone, as an address whose name comes to mean another one.
    pub fn become_only(&self, port: u16) {
        *self.lock() = vec![Target { port, admin_port: None, works: true, open: 0 }];
    }

    /// Asks every server once a second whether it is ready; while others are, one that is not gets no new connections.
    pub async fn check(self) {
        loop {
            let asked: Vec<(u16, u16)> =
                self.lock().iter().filter_map(|target| Some((target.port, target.admin_port?))).collect();
            for (port, admin_port) in asked {
                let works = argosy_runtime::admin_client::is_ready(admin_port).await;
                if let Some(target) = self.lock().iter_mut().find(|target| target.port == port) {
                    target.works = works;
                }
            }
            tokio::time::sleep(CHECK_INTERVAL).await;
        }
    }

    /// A connection to the first server that takes one.
    pub(super) async fn connect(&self) -> Option<(TcpStream, Open)> {
        for port in self.by_preference() {
            let connecting = TcpStream::connect((Ipv4Addr::LOCALHOST, port));
            if let Ok(Ok(stream)) = tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
                self.count(port, 1);
                return Some((stream, Open { targets: self.clone(), port }));
            }
        }
        None
    }

    /// Where all have lost their connections, as many come back as there are clients, which may be fewer than servers: the newest
    /// comes first, or it might get none.
    fn by_preference(&self) -> Vec<u16> {
        let targets = self.lock();
        let newest_first = targets.iter().rev();
        let mut ports: Vec<(bool, usize, u16)> =
            newest_first.map(|target| (!target.works, target.open, target.port)).collect();
        ports.sort_by_key(|(fails, open, _)| (*fails, *open));
        ports.into_iter().map(|(_, _, port)| port).collect()
    }

    fn count(&self, port: u16, change: isize) {
        if let Some(target) = self.lock().iter_mut().find(|target| target.port == port) {
            target.open = target.open.saturating_add_signed(change);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Target>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.targets.count(self.port, -1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_with_the_fewest_comes_first_and_the_newest_of_equals() {
        let targets = Targets::new(&[]);
        for port in [3, 2, 4] {
            targets.add(port, 0);
        }
        assert_eq!(targets.by_preference(), [4, 2, 3]);
        targets.count(4, 1);
        assert_eq!(targets.by_preference(), [2, 3, 4]);
        targets.lock()[1].works = false;
        assert_eq!(targets.by_preference(), [3, 4, 2]);
    }
}
