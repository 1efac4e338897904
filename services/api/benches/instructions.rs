//! How many instructions the path of a reading takes: `make bench-micro`.

#![expect(missing_docs, unused_qualifications, reason = "gungraun makes modules")]

use std::hint::black_box;

use gungraun::prelude::*;
use path::Batch;

mod path;

#[library_benchmark]
#[bench::batch(path::body())]
fn read(body: &[u8]) -> usize {
    black_box(path::read(black_box(body)))
}

#[library_benchmark]
#[bench::batch(Batch::new())]
fn plan(batch: &Batch) -> usize {
    black_box(path::plan(black_box(batch)))
}

#[library_benchmark]
#[bench::batch(Batch::new())]
fn ledger(batch: &Batch) -> usize {
    black_box(path::ledger(black_box(batch)))
}

#[library_benchmark]
#[bench::batch(Batch::new())]
fn points(batch: &Batch) -> usize {
    black_box(path::points(black_box(batch)))
}

#[library_benchmark]
#[bench::batch(Batch::new())]
fn newest(batch: &Batch) -> usize {
    black_box(path::newest(black_box(batch)))
}

#[library_benchmark]
#[bench::batch(Batch::new())]
fn answer(batch: &Batch) -> usize {
    black_box(path::answer(black_box(batch)))
}

#[library_benchmark]
#[bench::rows(path::rows())]
fn fold(rows: &[String]) -> usize {
    black_box(path::fold(black_box(rows)))
}

library_benchmark_group!(name = api, benchmarks = [read, plan, ledger, points, newest, answer, fold]);
main!(library_benchmark_groups = api);
