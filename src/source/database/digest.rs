//! What a table was when it was read or written: its SHA-256, for manifests.
//!
//! A table has no bytes of its own, and may change at any time. So what is hashed is what was read, while it is read: the names
//! and types of all columns, then all rows as the server sends them, in their order.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

static KNOWN: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// Keeps the hash of a table that was just read or written as a whole.
pub(super) fn remember(address: &str, sha256: String) {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).insert(address.to_owned(), sha256);
}

/// The hash of a table as it last was read or written by this process.
pub(super) fn known(address: &str) -> Option<String> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner).get(address).cloned()
}
