//! `argosy-bench`: see the library.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    argosy_bench::main(argosy_bench::Arguments::parse())
}
