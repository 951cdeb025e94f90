//! Lets the module know which Python it is built for: one without the interpreter lock needs another slot.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
