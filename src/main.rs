//! The program `jiju`.

fn main() {}
