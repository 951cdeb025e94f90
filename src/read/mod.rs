//! Files in, tables out.

mod table;
mod write;

pub use table::{TableOptions, table};
pub use write::{TableFormat, format_table, workbook, write_atomically, write_table, write_untouched};
