//! Every kind of fault, with its name and what it does.

use std::{fmt, str::FromStr};

/// A part that is a process, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// One of the replicas of ingest.
    Ingest,
    /// One of the replicas of the API.
    Api,
    /// PostgreSQL, all of it.
    Postgres,
    /// Redis.
    Redis,
    /// The broker.
    Broker,
}

/// What happens to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blow {
    /// Killed with -9, and started again.
    Kill,
    /// Asked to stop, and started again.
    Restart,
    /// Stands still for up to 30 s.
    Pause,
}

/// Two parts that talk to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pair {
    /// Devices and broker.
    FleetBroker,
    /// A replica of ingest and the broker.
    IngestBroker,
    /// Both replicas of ingest and the address of the API.
    IngestApi,
    /// A replica of the API and PostgreSQL.
    ApiPostgres,
    /// A replica of the API and Redis.
    ApiRedis,
}

/// What happens to a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Every connection is reset.
    Cut,
    /// Every connection is reset, and new ones too, for a while.
    Refuse,
    /// Connections fall silent for ever and are not closed; new ones are silent for a while.
    HalfOpen,
    /// Each piece takes long.
    Slow,
    /// Connections are reset instead of answering, after what was asked for is committed.
    LostAnswer,
}

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something happens to a process.
    Process(Part, Blow),
    /// Something happens to a network.
    Network(Pair, Trouble),
    /// One session of PostgreSQL is killed with -9, which ends all others.
    BackendKill,
    /// The disk of PostgreSQL is full for a while.
    DiskFull,
    /// A session locks devices in the wrong order.
    Deadlock,
    /// PostgreSQL takes no changes for a while, as a primary that fails over.
    ReadOnly,
    /// Somebody else takes every connection of PostgreSQL for a while.
    ConnectionsUsedUp,
    /// Each replica in turn is stopped and started.
    Rolling(Part),
    /// A third replica comes, works and goes for good.
    Scale(Part),
}

impl Kind {
    /// All of them.
    pub fn all() -> Vec<Self> {
        use Blow::{Kill, Pause, Restart};
        use Part::{Api, Broker, Ingest, Postgres, Redis};
        let mut all = Vec::new();
        for part in [Ingest, Api, Postgres, Redis] {
            all.extend([Kill, Restart, Pause].map(|blow| Self::Process(part, blow)));
        }
        // What it costs to kill a broker is measured apart: QoS 1 ends there.
        all.extend([Restart, Pause].map(|blow| Self::Process(Broker, blow)));
        for pair in PAIRS {
            let troubles = [Trouble::Cut, Trouble::Refuse, Trouble::HalfOpen, Trouble::Slow];
            all.extend(troubles.map(|trouble| Self::Network(pair, trouble)));
        }
        for pair in [Pair::IngestApi, Pair::ApiPostgres] {
            all.push(Self::Network(pair, Trouble::LostAnswer));
        }
        all.extend([
            Self::BackendKill,
            Self::DiskFull,
            Self::Deadlock,
            Self::ReadOnly,
            Self::ConnectionsUsedUp,
        ]);
        for part in [Ingest, Api] {
            all.extend([Self::Rolling(part), Self::Scale(part)]);
        }
        all
    }

    /// Whether it should not be felt at all, so that it goes along with another fault.
    pub fn is_companion(self) -> bool {
        matches!(self, Self::Process(Part::Redis, _) | Self::Network(Pair::ApiRedis, _))
    }

    /// What it does, in a few words.
    pub fn describe(self) -> String {
        match self {
            Self::Process(part, blow) => format!("{} {}", part.describe(), blow.describe()),
            Self::Network(pair, trouble) => format!("{}: {}", pair.describe(), trouble.describe()),
            Self::BackendKill => {
                "one session of PostgreSQL is killed with -9; PostgreSQL ends all others and recovers".into()
            }
            Self::DiskFull => "PostgreSQL's disk is full for 4 to 8 s, then has room again".into(),
            Self::Deadlock => {
                "a session locks devices against the order, until PostgreSQL ends the other side".into()
            }
            Self::ReadOnly => "PostgreSQL takes no changes for 3 to 8 s, as a primary that fails over".into(),
            Self::ConnectionsUsedUp => {
                "PostgreSQL's connections are taken by somebody else for 4 to 8 s".into()
            }
            Self::Rolling(part) => {
                format!("each replica of {part} in turn is stopped by SIGTERM and started")
            }
            Self::Scale(part) => {
                format!("a third replica of {part} comes, works for some seconds, and goes for good")
            }
        }
    }
}

/// All pairs that talk to each other.
const PAIRS: [Pair; 5] =
    [Pair::FleetBroker, Pair::IngestBroker, Pair::IngestApi, Pair::ApiPostgres, Pair::ApiRedis];

impl Part {
    fn describe(self) -> &'static str {
        match self {
            Self::Ingest => "a replica of ingest",
            Self::Api => "a replica of the API",
            Self::Postgres => "PostgreSQL",
            Self::Redis => "Redis",
            Self::Broker => "the broker",
        }
    }
}

impl Blow {
    fn describe(self) -> &'static str {
        match self {
            Self::Kill => "is killed with -9, and started again within 2 s",
            Self::Restart => "is stopped by SIGTERM, and started again within 2 s",
            Self::Pause => "stands still (SIGSTOP) for 2 to 8 s, one time in four for 15 to 30 s",
        }
    }
}

impl Pair {
    fn describe(self) -> &'static str {
        match self {
            Self::FleetBroker => "between devices and broker",
            Self::IngestBroker => "between a replica of ingest and the broker",
            Self::IngestApi => "between ingest and the address of the API",
            Self::ApiPostgres => "between a replica of the API and PostgreSQL",
            Self::ApiRedis => "between a replica of the API and Redis",
        }
    }
}

impl Trouble {
    fn describe(self) -> &'static str {
        match self {
            Self::Cut => "every connection is reset at once",
            Self::Refuse => "every connection is reset, and new ones too for 2 to 6 s",
            Self::HalfOpen => {
                "every connection falls silent for ever without being closed, and new ones for 3 to 6 s"
            }
            Self::Slow => "each piece takes 5 to 100 ms longer, at 1 to 4 MB/s, for 4 to 8 s",
            Self::LostAnswer => "connections are reset after the commit, instead of the answer, for 4 to 8 s",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ingest => "ingest",
            Self::Api => "api",
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Broker => "broker",
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process(part, blow) => {
                let blow = match blow {
                    Blow::Kill => "kill",
                    Blow::Restart => "restart",
                    Blow::Pause => "pause",
                };
                write!(formatter, "{part}-{blow}")
            }
            Self::Network(pair, trouble) => {
                let pair = match pair {
                    Pair::FleetBroker => "fleet-broker",
                    Pair::IngestBroker => "ingest-broker",
                    Pair::IngestApi => "ingest-api",
                    Pair::ApiPostgres => "api-postgres",
                    Pair::ApiRedis => "api-redis",
                };
                let trouble = match trouble {
                    Trouble::Cut => "cut",
                    Trouble::Refuse => "refuse",
                    Trouble::HalfOpen => "half-open",
                    Trouble::Slow => "slow",
                    Trouble::LostAnswer => "lost-answer",
                };
                write!(formatter, "{pair}-{trouble}")
            }
            Self::BackendKill => formatter.write_str("postgres-backend-kill"),
            Self::DiskFull => formatter.write_str("postgres-disk-full"),
            Self::Deadlock => formatter.write_str("postgres-deadlock"),
            Self::ReadOnly => formatter.write_str("postgres-read-only"),
            Self::ConnectionsUsedUp => formatter.write_str("postgres-connections-used-up"),
            Self::Rolling(part) => write!(formatter, "{part}-rolling-restart"),
            Self::Scale(part) => write!(formatter, "{part}-scale"),
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::all().into_iter().find(|kind| kind.to_string() == text);
        found.ok_or_else(|| format!("'{text}' is no fault: --list names them all"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let all = Kind::all();
        let names: BTreeSet<String> = all.iter().map(Kind::to_string).collect();
        assert_eq!(names.len(), all.len());
        for kind in all {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert!("broker-kill".parse::<Kind>().is_err());
    }
}
