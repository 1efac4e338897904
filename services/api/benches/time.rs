//! How long the path of a reading takes: `make bench-micro`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use path::Batch;

mod path;

/// A step of the path; returns a number that depends on all of its work.
type Step = fn(&Batch) -> usize;

fn api(criterion: &mut Criterion) {
    let body = path::body();
    let mut group = criterion.benchmark_group("api");
    group.throughput(Throughput::Elements(path::read(body) as u64));
    group.bench_function("read", |bencher| bencher.iter(|| path::read(black_box(body))));
    let batch = Batch::new();
    let steps: [(&str, Step); 5] = [
        ("plan", path::plan),
        ("ledger", path::ledger),
        ("points", path::points),
        ("newest", path::newest),
        ("answer", path::answer),
    ];
    for (name, step) in steps {
        group.bench_function(name, |bencher| bencher.iter(|| step(black_box(batch))));
    }
    let rows = path::rows();
    group.bench_function("fold", |bencher| bencher.iter(|| path::fold(black_box(rows))));
    group.finish();
}

criterion_group!(benches, api);
criterion_main!(benches);
