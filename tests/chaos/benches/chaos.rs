//! `make chaos`: real processes under real faults.

fn main() {
    // `cargo bench` passes `--bench`, which means nothing here.
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    syncline_chaos::run(&words);
}
