//! jiju
fn main() {}
