use polars::prelude::DataFrame;

use super::heading;
use crate::error::{Error, Result};
use crate::model::Language;
use crate::source;

/// A sheet of a workbook.
#[derive(Debug, Clone)]
pub struct WorkbookSheet {
    /// The name of the sheet, at most 31 characters.
    pub name: String,
    /// The rows.
    pub frame: DataFrame,
}

/// Makes the workbook behind a bulletin, with headings in a language.
///
/// # Errors
///
/// [`Error::Table`] if two columns would get the same heading; errors of [`source::workbook`].
pub fn workbook(sheets: &[WorkbookSheet], language: Language) -> Result<Vec<u8>> {
    let mut named = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        let mut frame = sheet.frame.clone();
        let columns: Vec<String> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
        for column in &columns {
            frame.rename(column, heading(column, language).into()).map_err(Error::table(&sheet.name))?;
        }
        named.push((sheet.name.as_str(), frame));
    }
    let borrowed: Vec<(&str, &DataFrame)> = named.iter().map(|(name, frame)| (*name, frame)).collect();
    source::workbook(&borrowed)
}
