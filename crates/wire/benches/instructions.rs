//! How many instructions the path of a reading takes: `make bench-micro`.

#![expect(missing_docs, unused_qualifications, reason = "gungraun makes modules")]

use std::hint::black_box;

use gungraun::prelude::*;
use path::Published;

mod path;

// What is measured borrows: freeing the input is no part of it.
fn messages() -> &'static [Published] {
    path::published().leak()
}

fn batch() -> &'static [u8] {
    path::batch(&path::published()).leak()
}

#[library_benchmark]
#[bench::batch(messages())]
fn write(messages: &[Published]) -> usize {
    black_box(path::write(black_box(messages)))
}

#[library_benchmark]
#[bench::batch(batch())]
fn read(batch: &[u8]) -> usize {
    black_box(path::read(black_box(batch)))
}

#[library_benchmark]
#[bench::batch(messages())]
fn decode(messages: &[Published]) -> usize {
    black_box(path::decode(black_box(messages)))
}

library_benchmark_group!(name = wire, benchmarks = [write, read, decode]);
main!(library_benchmark_groups = wire);
