//! Folders of Parquet files, whose names of folders hold a column each: `所属区县=越城区/part-0.parquet`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, DataType, NamedFrom as _, Series};

use super::identity::Identity;
use super::{TableOptions, check_cells, ending, within_limit};
use crate::error::{Error, ReadError, Result};
use crate::model::Table;
use crate::source::batches::whole;

/// The most files of a folder.
const MAX_FILES: usize = 100_000;

/// The rows of all files below a folder, in the order of their paths.
pub(super) fn folder(folder: &Path, options: &TableOptions) -> Result<Table> {
    let source = folder.display().to_string();
    let malformed = |message: String| ReadError::Malformed { file: source.clone(), format: "a table", message };
    let mut files = Vec::new();
    gather(folder, &BTreeMap::new(), &mut files)?;
    if files.is_empty() {
        return Err(malformed("it is a folder without Parquet files; give a file".to_owned()).into());
    }
    files.sort();
    let mut frame: Option<DataFrame> = None;
    let mut rows = Vec::new();
    for (path, values) in &files {
        within_limit(path, options.max_bytes)?;
        let part = whole(path, options)?.ok_or_else(|| malformed(format!("{} is no Parquet", path.display())))?;
        let mut part = part.frame;
        for (name, value) in values {
            let column = Series::new(name.as_str().into(), vec![value.as_deref(); part.height()]);
            part.with_column(Column::from(column)).map_err(Error::table(source.as_str()))?;
        }
        rows.extend(rows.len() as u64 + 1..=(rows.len() + part.height()) as u64);
        check_cells(&source, rows.len(), part.width(), options.max_cells)?;
        match &mut frame {
            None => frame = Some(part),
            Some(frame) => {
                let aligned =
                    aligned(&part, frame).map_err(|message| malformed(format!("{}: {message}", path.display())))?;
                frame.vstack_mut_owned(aligned).map_err(Error::table(source.as_str()))?;
            }
        }
    }
    let mut frame = frame.unwrap_or_default();
    frame.rechunk_mut_par();
    let mut table = Table::new(source.clone(), frame, rows);
    table.reading.notes.push(format!("{source}: read {} files of the folder together", files.len()));
    Identity::note_all(&mut table)?;
    Ok(table)
}

/// The columns of a part in the order of the whole, as text where the types differ.
fn aligned(part: &DataFrame, whole: &mut DataFrame) -> Result<DataFrame, String> {
    let mut columns = Vec::with_capacity(whole.width());
    for name in whole.get_column_names_owned() {
        let own = part.column(&name).map_err(|_| format!("it has no column `{name}`, which the first file has"))?;
        let column = whole.column(&name).map_err(|error| error.to_string())?;
        if column.dtype() == own.dtype() {
            columns.push(own.clone());
            continue;
        }
        let text = column.cast(&DataType::String).map_err(|error| error.to_string())?;
        whole.with_column(text).map_err(|error| error.to_string())?;
        columns.push(own.cast(&DataType::String).map_err(|error| error.to_string())?);
    }
    if let Some(more) = part.get_column_names().into_iter().find(|name| whole.column(name).is_err()) {
        return Err(format!("it has a column `{more}`, which the first file has not"));
    }
    DataFrame::new(part.height(), columns).map_err(|error| error.to_string())
}

/// The Parquet files below a folder, with the columns that the names of their folders hold.
fn gather(
    folder: &Path,
    values: &BTreeMap<String, Option<String>>,
    files: &mut Vec<(PathBuf, BTreeMap<String, Option<String>>)>,
) -> Result<()> {
    let entries = std::fs::read_dir(folder).map_err(Error::file("read folder", folder))?;
    for entry in entries {
        let entry = entry.map_err(Error::file("read folder", folder))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let kind = entry.file_type().map_err(Error::file("read", &path))?;
        // Files beside the data, such as `_SUCCESS`, and whatever a link leads to.
        if name.starts_with(['_', '.']) || kind.is_symlink() {
            continue;
        }
        if kind.is_dir() {
            let mut values = values.clone();
            if let Some((column, value)) = name.split_once('=') {
                let value = unescaped(value);
                values.insert(unescaped(column), Some(value).filter(|value| value != "__HIVE_DEFAULT_PARTITION__"));
            }
            gather(&path, &values, files)?;
        } else if ending(&path) == "parquet" && files.len() < MAX_FILES {
            files.push((path, values.clone()));
        }
    }
    Ok(())
}

/// `%E8%B6%8A` as the letters it stands for.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let code = (*first == b'%').then(|| behind.get(..2)).flatten();
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_folders_are_unescaped() {
        assert_eq!(unescaped("%E8%B6%8A%E5%9F%8E"), "越城");
        assert_eq!(unescaped("a%2Gb%"), "a%2Gb%");
        assert_eq!(unescaped("%FF"), "%FF");
    }
}
