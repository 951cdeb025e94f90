//! Keeps the SQLite that is linked into the program out of reach of GDAL and PROJ, which bring one of their own: of the symbols
//! of a program, those that a shared library asks for are exported by themselves, and two versions would be mixed.

#![allow(clippy::print_stdout)]

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && std::env::var_os("CARGO_FEATURE_GDAL").is_some() {
        println!("cargo:rustc-link-arg=-Wl,--exclude-libs,ALL");
    }
}
