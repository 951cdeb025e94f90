//! Damaged files, whose decoders panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a decoder of another house: where it panics the bytes are damaged, which is a fault of the file and no bug here.
///
/// What the closure holds is not used after a panic.
pub(super) fn guarded<T>(decode: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err("the file is damaged".to_owned()))
}
