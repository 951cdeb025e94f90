//! Tables of PostgreSQL with PostGIS, read and written where the user names one, and asked for at no other time.
//!
//! A table is read by `COPY` in one state of the database, which no change by others disturbs, in pieces that any thread
//! decodes. Names are quoted and values are parameters: whatever they hold, they are data. A table is written in one
//! transaction, which is all there or not at all.

mod address;
mod binary;
mod catalog;
mod connection;
mod digest;
mod layer;
mod password;
mod rows;
mod write;

use std::path::Path;

pub use address::{holds_password, is_database, refuse_password, refuse_passwords};
pub(super) use address::{stem, table_of};
pub(super) use layer::{attributes, has_geometry, layer, points};
pub(super) use rows::{Rows, RowsPiece};
pub(super) use write::{NewTable, Placed, RowEncoder, refuse_table, typed_attributes};
pub use write::{database_bytes, database_note, write_to_database};

use self::address::Address;
use crate::error::Result;

/// The SHA-256 of a table as it last was read or written, or as it now is.
pub(super) fn sha256(path: &Path) -> Result<String> {
    let address = Address::from_path(path)?;
    if let Some(known) = digest::known(&address.text) {
        return Ok(known);
    }
    let mut rows = attributes(path)?;
    while rows.next_piece()?.is_some() {}
    Ok(digest::known(&address.text).unwrap_or_default())
}
