use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Data, Dimensions, Range, Reader as _, Sheets, open_workbook_auto};

use super::{TableOptions, assembled};
use crate::error::{Error, ReadError, Result};
use crate::model::{LEDGER_COLUMNS, REGISTER_COLUMNS, Table};

/// How far down the header may stand.
const TITLE_ROWS: usize = 30;
/// How a row begins that is a note below the table.
const NOTES: [&str; 6] = ["备注", "注：", "注:", "说明", "填表", "制表"];

pub(super) fn workbook(path: &Path, options: &TableOptions) -> Result<Table> {
    let file = path.display().to_string();
    let malformed = |message: String| ReadError::Malformed { file: file.clone(), format: "a workbook", message };
    // The decoder takes only a path or a reader; opening first tells a missing file from a bad one.
    File::open(path).map_err(Error::file("read", path))?;
    let mut sheets = open_workbook_auto(path).map_err(|error| malformed(error.to_string()))?;
    let names = sheets.sheet_names();
    let sheet = match &options.sheet {
        Some(wanted) if names.contains(wanted) => wanted.clone(),
        Some(wanted) => {
            return Err(malformed(format!("found no sheet `{wanted}`, it has {}", names.join(", "))).into());
        }
        None => names.first().cloned().ok_or_else(|| malformed("it has no sheet".to_owned()))?,
    };
    let range = sheets.worksheet_range(&sheet).map_err(|error| malformed(error.to_string()))?;
    let source = if options.sheet.is_some() { format!("{file}, sheet {sheet}") } else { file.clone() };
    let Some((first_row, first_column)) = range.start() else {
        return Err(malformed(format!("sheet `{sheet}` is empty")).into());
    };
    let mut grid = text_grid(&range);
    fill_merged(&mut grid, &merged(&mut sheets, &sheet), first_row, first_column);
    let header = header_row(&grid);
    let headers: Vec<String> = grid[header].iter().map(|cell| cell.clone().unwrap_or_default()).collect();
    let mut body: Vec<(u64, &Vec<Option<String>>)> = grid
        .iter()
        .enumerate()
        .skip(header + 1)
        .filter(|(_, cells)| cells.iter().any(Option::is_some))
        .map(|(row, cells)| (u64::from(first_row) + row as u64 + 1, cells))
        .collect();
    while body.last().is_some_and(|(_, cells)| is_note(cells)) {
        body.pop();
    }
    let rows = body.iter().map(|(row, _)| *row).collect();
    let columns =
        (0..headers.len()).map(|column| body.iter().map(|(_, cells)| cells[column].clone()).collect()).collect();
    assembled(source, &headers, columns, rows)
}

fn text_grid(range: &Range<Data>) -> Vec<Vec<Option<String>>> {
    range.rows().map(|cells| cells.iter().map(cell_text).collect()).collect()
}

/// A cell as text: dates in ISO 8601, whole numbers without decimals.
fn cell_text(cell: &Data) -> Option<String> {
    let text = match cell {
        Data::Empty => return None,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(truth) => truth.to_string(),
        Data::DateTime(moment) => match moment.as_datetime() {
            Some(moment) if moment.time() == chrono::NaiveTime::MIN => moment.date().to_string(),
            Some(moment) => moment.to_string(),
            None => moment.as_f64().to_string(),
        },
        Data::Error(error) => error.to_string(),
    };
    (!text.is_empty()).then_some(text)
}

fn merged(sheets: &mut Sheets<BufReader<File>>, sheet: &str) -> Vec<Dimensions> {
    match sheets {
        Sheets::Xlsx(workbook) => workbook.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
        Sheets::Xls(workbook) => workbook.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
        // The other formats do not tell.
        _ => Vec::new(),
    }
}

/// A merged cell holds its text in its first cell only; here every cell it covers gets it.
fn fill_merged(grid: &mut [Vec<Option<String>>], regions: &[Dimensions], first_row: u32, first_column: u32) {
    for region in regions {
        let place = |row: u32, column: u32| {
            Some((row.checked_sub(first_row)? as usize, column.checked_sub(first_column)? as usize))
        };
        let Some((top, left)) = place(region.start.0, region.start.1) else { continue };
        let Some((bottom, right)) = place(region.end.0, region.end.1) else { continue };
        let Some(text) = grid.get(top).and_then(|cells| cells.get(left)).cloned().flatten() else { continue };
        for cells in grid.iter_mut().take(bottom.saturating_add(1)).skip(top) {
            for cell in cells.iter_mut().take(right.saturating_add(1)).skip(left) {
                *cell = Some(text.clone());
            }
        }
    }
}

fn header_row(grid: &[Vec<Option<String>>]) -> usize {
    let rows = || grid.iter().take(TITLE_ROWS).enumerate();
    let known = |cells: &[Option<String>]| {
        let headers: Vec<String> = cells.iter().flatten().cloned().collect();
        let definitions = REGISTER_COLUMNS.iter().chain(LEDGER_COLUMNS);
        let mut found: Vec<&str> = definitions.filter_map(|definition| definition.header_in(&headers)).collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    };
    let distinct = |cells: &[Option<String>]| {
        let mut texts: Vec<&String> = cells.iter().flatten().collect();
        texts.sort_unstable();
        texts.dedup();
        texts.len()
    };
    rows()
        .find(|(_, cells)| known(cells) >= 2)
        .or_else(|| rows().find(|(_, cells)| distinct(cells) * 2 >= cells.len()))
        .map_or(0, |(row, _)| row)
}

/// A row below the table that only says something about it.
fn is_note(cells: &[Option<String>]) -> bool {
    let mut filled = cells.iter().flatten();
    let first = filled.next();
    // A note merged over the whole width stands in every cell.
    filled.all(|cell| Some(cell) == first)
        && first.is_some_and(|text| NOTES.iter().any(|note| text.trim_start().starts_with(note)))
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    use super::*;

    #[test]
    fn title_rows_merged_cells_dates_and_notes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("台账.xlsx");
        let mut book = Workbook::new();
        book.add_worksheet().set_name("说明").unwrap().write(0, 0, "无").unwrap();
        let sheet = book.add_worksheet().set_name("台账").unwrap();
        let plain = Format::new();
        let date = Format::new().set_num_format("yyyy-mm-dd");
        sheet.merge_range(0, 0, 0, 3, "2020年整治台账", &plain).unwrap();
        sheet.write(1, 0, "单位：家").unwrap();
        for (column, header) in ["统一社会信用代码", "验收阶段", "区县", "列入日期"].into_iter().enumerate()
        {
            sheet.write(3, column as u16, header).unwrap();
        }
        sheet.write(4, 0, "91330603MA2TEST0001").unwrap();
        sheet.write(4, 1, "区县复验").unwrap();
        sheet.merge_range(4, 2, 5, 2, "柯桥区", &plain).unwrap();
        sheet.write_with_format(4, 3, ExcelDateTime::from_ymd(2020, 5, 28).unwrap(), &date).unwrap();
        sheet.write(5, 0, 12).unwrap();
        sheet.write(5, 3, "2020年6月1日").unwrap();
        sheet.merge_range(7, 0, 7, 3, "备注：数据截至9月底", &plain).unwrap();
        book.save(&path).unwrap();

        let options = TableOptions { sheet: Some("台账".to_owned()), ..TableOptions::default() };
        let table = workbook(&path, &options).unwrap();
        assert_eq!(table.columns(), ["统一社会信用代码", "验收阶段", "区县", "列入日期"]);
        assert_eq!(table.rows, [5, 6]);
        let column =
            |name: &str| table.text(name).unwrap().iter().map(|cell| cell.map(str::to_owned)).collect::<Vec<_>>();
        assert_eq!(column("区县"), [Some("柯桥区".to_owned()), Some("柯桥区".to_owned())]);
        assert_eq!(column("列入日期"), [Some("2020-05-28".to_owned()), Some("2020年6月1日".to_owned())]);
        assert_eq!(column("统一社会信用代码")[1].as_deref(), Some("12"));
        let missing = TableOptions { sheet: Some("台帐".to_owned()), ..TableOptions::default() };
        let message = workbook(&path, &missing).unwrap_err().to_string();
        assert!(message.contains("found no sheet `台帐`, it has 说明, 台账"), "{message}");
    }
}
