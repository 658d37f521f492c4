//! `make bench`: every figure of docs/BENCHMARKS.md, in one run on one machine.

fn main() {
    // `cargo bench` passes `--bench`, which means nothing here.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    syncline_bench::run(&words);
}
