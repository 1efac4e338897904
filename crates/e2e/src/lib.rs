#![doc = include_str!("../README.md")]

mod application;
mod arguments;
mod browser;
mod forward;
mod images;
mod kubectl;
mod nodes;
mod pods;
mod process;
mod reconciler;
mod rehearsal;
mod repository;
mod step;
mod storage;
mod wait;

use std::time::Instant;

use anyhow::Context as _;

pub use arguments::Arguments;
use images::Images;
pub use nodes::{ClusterArguments, rehearse_cluster};
pub use rehearsal::{RehearsalArguments, rehearse};
use repository::Repository;

/// The namespace of the environment.
const NAMESPACE: &str = "argosy";

/// What the steps share.
struct Run {
    arguments: Arguments,
    images: Images,
    repository: Repository,
}

/// Takes every step, and prints how long each took.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let images = Images::read(&arguments.images, &arguments.registry)?;
    let repository = Repository::copy(&arguments.git)?;
    let keep = arguments.keep;
    let mut run = Run { arguments, images, repository };
    let mut times = Vec::new();
    let result = take_steps(&mut run, &mut times).await;
    for (name, seconds) in &times {
        println!("{name:10} {seconds:6.1} s");
    }
    if result.is_err() && !keep {
        eprintln!("Taking everything away again; --keep leaves it.");
        if let Err(error) = step::teardown().await {
            eprintln!("That fails too: {error:#}");
        }
    }
    result
}

async fn take_steps(run: &mut Run, times: &mut Vec<(&'static str, f64)>) -> anyhow::Result<()> {
    macro_rules! take {
        ($name:ident($($argument:expr)?)) => {{
            let start = Instant::now();
            eprintln!("{}", stringify!($name));
            let value = step::$name($($argument)?).await.context(concat!("the step ", stringify!($name)))?;
            times.push((stringify!($name), start.elapsed().as_secs_f64()));
            value
        }};
    }
    take!(reach(run));
    take!(roll(run));
    take!(heal(run));
    take!(revert(run));
    take!(chaos(run));
    take!(teardown());
    Ok(())
}
