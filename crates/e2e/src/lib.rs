#![doc = include_str!("../README.md")]

mod application;
mod arguments;
mod browser;
mod forward;
mod images;
mod kubectl;
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
    let images = Images::read(&arguments)?;
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
        if let Err(error) = step::teardown(&run).await {
            eprintln!("That fails too: {error:#}");
        }
    }
    result
}

async fn take_steps(run: &mut Run, times: &mut Vec<(&'static str, f64)>) -> anyhow::Result<()> {
    macro_rules! take {
        ($name:ident) => {{
            let start = Instant::now();
            eprintln!("{}", stringify!($name));
            let value = step::$name(run).await.context(concat!("the step ", stringify!($name)))?;
            times.push((stringify!($name), start.elapsed().as_secs_f64()));
            value
        }};
    }
    take!(reach);
    take!(roll);
    take!(heal);
    take!(revert);
    take!(chaos);
    take!(teardown);
    Ok(())
}
