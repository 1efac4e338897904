//! The manual pages of every command, and completions for shells, both from the command line's own definition.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use anyhow::Context as _;
use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};

use crate::Arguments;

/// Prints completions on stdout.
pub(crate) fn print_completions(shell: Shell) {
    clap_complete::generate(shell, &mut Arguments::command(), "argosy", &mut io::stdout());
}

/// Prints the page of `argosy` on stdout.
pub(crate) fn print() -> anyhow::Result<()> {
    render(argosy(), &mut io::stdout().lock()).context("stdout cannot be written")
}

/// Writes the page of every command into a folder.
pub(crate) fn write(folder: &Path) -> anyhow::Result<()> {
    let path = folder.display();
    fs::create_dir_all(folder).with_context(|| format!("{path} cannot be made"))?;
    let commands = with_all_within(argosy());
    let count = commands.len();
    for command in commands {
        let file = folder.join(Man::new(command.clone()).get_filename());
        let mut page = Vec::new();
        render(command, &mut page)?;
        fs::write(&file, page).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    eprintln!("{path} has {count} pages: `man --manpath` says where `man` looks for its folder man1.");
    Ok(())
}

/// The command line, each command with its whole name.
fn argosy() -> Command {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    command
}

/// A command, and those within it.
fn with_all_within(command: Command) -> Vec<Command> {
    let within = command.get_subcommands().filter(|command| !command.is_hide_set()).cloned();
    let within: Vec<Command> = within.flat_map(with_all_within).collect();
    std::iter::once(command).chain(within).collect()
}

/// Writes a page, with the exit codes where manual pages have them.
fn render(command: Command, out: &mut impl Write) -> io::Result<()> {
    let exit_codes = command.get_after_help().map(ToString::to_string);
    let source = concat!("argosy ", env!("CARGO_PKG_VERSION"));
    Man::new(command.after_help(None::<&str>)).source(source).manual("Argosy").render(out)?;
    if let Some(exit_codes) = exit_codes {
        let text = exit_codes.trim_start_matches("Exit codes: ");
        Roff::new().control("SH", ["EXIT STATUS"]).text([roman(text)]).to_writer(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn every_command_has_a_page_with_its_options_and_exit_codes() {
        let folder = TempDir::new().unwrap();
        write(folder.path()).unwrap();
        let commands = with_all_within(argosy());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), commands.len());
        for command in commands {
            let name = Man::new(command.clone()).get_filename();
            let page = fs::read_to_string(folder.path().join(&name)).unwrap();
            let status = page.split_once(".SH \"EXIT STATUS\"\n").map(|(_, rest)| rest).unwrap_or_default();
            assert!(status.starts_with('0'), "{name} has no exit codes:\n{page}");
            assert!(status.contains("2 (the command line is wrong"), "{name}: {status}");
            let shown = command.get_arguments().filter(|argument| !argument.is_hide_set());
            for option in shown.filter_map(|argument| argument.get_long()) {
                assert!(page.contains(&option.replace('-', "\\-")), "{name} does not name --{option}");
            }
        }
        let set = fs::read_to_string(folder.path().join("argosy-image-set.1")).unwrap();
        assert!(set.contains("3 (refused: a hold"), "{set}");
    }

    #[test]
    fn every_shell_completes_every_command() {
        for shell in Shell::value_variants() {
            let mut out = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "argosy", &mut out);
            let out = String::from_utf8(out).unwrap();
            for command in Arguments::command().get_subcommands() {
                assert!(out.contains(command.get_name()), "{shell} does not complete {}", command.get_name());
            }
        }
    }
}
