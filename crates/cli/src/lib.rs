#![doc = include_str!("../README.md")]

mod arguments;
mod detach;
mod down;
mod folder;
mod logs;
mod part;
mod plan;
mod ports;
mod revocations;
mod screen;
mod status;
mod supervise;
mod up;

pub use arguments::{Arguments, Command, UpOptions};

/// Runs a command.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let folder = folder::Folder::at(&arguments.folder)?;
    match arguments.command {
        Command::Up(options) if options.detach => detach::detach(&folder, &options).await,
        Command::Up(options) => up::up(folder, options).await,
        Command::Status { json } => status::print(&folder, json),
        Command::Logs { part, follow } => logs::print(&folder, &part, follow).await,
        Command::Down => down::down(&folder).await,
        Command::Completions { shell } => {
            arguments::print_completions(shell);
            Ok(())
        }
    }
}
