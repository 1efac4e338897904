//! How long the path of a reading takes: `make bench-micro`.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

mod path;

fn wire(criterion: &mut Criterion) {
    let messages = path::published();
    let batch = path::batch(&messages);
    let mut group = criterion.benchmark_group("wire");
    group.throughput(Throughput::Elements(messages.len() as u64));
    group.bench_function("write", |bencher| bencher.iter(|| path::write(black_box(&messages))));
    group.bench_function("read", |bencher| bencher.iter(|| path::read(black_box(&batch))));
    group.bench_function("decode", |bencher| bencher.iter(|| path::decode(black_box(&messages))));
    group.finish();
}

criterion_group!(benches, wire);
criterion_main!(benches);
