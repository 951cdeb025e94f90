use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use calamine::{
    Cell, Data, DataRef, Dimensions, OdsError, Reader as _, SheetType, SheetVisible, Sheets, XlsError, XlsbError,
    XlsxError, open_workbook,
};

use super::super::damage::guarded;
use super::limits::{self, Limits};
use super::{TableOptions, assembled, biff, ending, opendocument};
use crate::error::{Error, ReadError, Result};
use crate::model::{LEDGER_COLUMNS, REGISTER_COLUMNS, Table};

/// How far down the header may stand.
const TITLE_ROWS: usize = 30;
/// How a row begins that is a note below the table.
const NOTES: [&str; 4] = ["备注", "说明", "填表", "制表"];
/// What heads a row of sums.
const SUMS: [&str; 3] = ["合计", "总计", "小计"];

/// A worksheet as it is filled.
struct Sheet {
    /// Row, column and text of every cell that has one.
    cells: Cells,
    merged: Vec<Dimensions>,
}

/// Cells as they are taken, and how much text they hold.
#[derive(Default)]
struct Cells {
    cells: Vec<(u32, u32, String)>,
    text: u64,
}

impl Cells {
    /// Takes a cell that has a text; tells whether more may follow.
    fn take(&mut self, row: u32, column: u32, text: Option<String>, limits: &Limits) -> bool {
        let Some(text) = text else { return true };
        self.text += text.len() as u64;
        self.cells.push((row, column, text));
        self.checked(limits).is_ok()
    }

    fn checked(&self, limits: &Limits) -> Result<(), limits::Beyond> {
        limits.check_filled(self.cells.len() as u64).and_then(|()| limits.check_text(self.text))
    }
}

/// Rows of a worksheet by their index, all as wide as the widest.
type Rows = BTreeMap<u32, Vec<Option<String>>>;

pub(super) fn workbook(path: &Path, options: &TableOptions) -> Result<Table> {
    let file = path.display().to_string();
    let malformed = |message: String| ReadError::Malformed { file: file.clone(), format: "a workbook", message };
    let limits = limits::checked(path, options.max_bytes, options.max_cells)?;
    let beyond = |beyond: limits::Beyond| beyond.error(&file);
    let kind =
        kind(path)?.ok_or_else(|| malformed("it is none, but perhaps text or a web page so named".to_owned()))?;
    if kind == Kind::Xls {
        let extent = biff::extent(path).map_err(malformed)?;
        limits.check_spanned(extent.spanned).and_then(|()| limits.check_text(extent.text)).map_err(beyond)?;
    }
    if kind == Kind::Ods {
        opendocument::within(path, &limits).map_err(malformed)?.map_err(beyond)?;
    }
    let sheet = guarded(|| sheet(path, kind, options.sheet.as_deref(), &limits)).map_err(malformed)?;
    let source = options.sheet.as_ref().map_or_else(|| file.clone(), |name| format!("{file}, sheet {name}"));
    sheet.cells.checked(&limits).map_err(|beyond| beyond.error(&source))?;

    let Sheet { cells: Cells { cells, text }, merged } = sheet;
    let mut rows = rows(cells, &limits).map_err(|beyond| beyond.error(&source))?;
    if rows.is_empty() {
        return Err(malformed("the sheet is empty".to_owned()).into());
    }
    let text = fill_merged(&mut rows, &merged, text, &limits).map_err(malformed)?;
    limits.check_text(text).map_err(|beyond| beyond.error(&source))?;
    let rows: Vec<(u64, Vec<Option<String>>)> =
        rows.into_iter().map(|(row, cells)| (u64::from(row) + 1, cells)).collect();
    let header = header_row(&rows);
    let headers: Vec<String> = rows[header].1.iter().map(|cell| cell.clone().unwrap_or_default()).collect();
    // A header merged over several rows stands in each of them.
    let below = rows[header..].iter().take_while(|(_, cells)| *cells == rows[header].1).count();
    let body = without_notes(&rows[header + below..]);
    let numbers = body.iter().map(|(row, _)| *row).collect();
    let columns =
        (0..headers.len()).map(|column| body.iter().map(|(_, cells)| cells[column].clone()).collect()).collect();
    assembled(source, &headers, columns, numbers)
}

/// The kinds of workbooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Xls,
    Xlsx,
    Xlsb,
    Ods,
}

/// The kind of a workbook by its first bytes: many a `.xls` is another kind under an old name.
fn kind(path: &Path) -> Result<Option<Kind>> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let mut start = Vec::new();
    file.take(8).read_to_end(&mut start).map_err(Error::file("read", path))?;
    Ok(match (start.as_slice(), ending(path).as_str()) {
        ([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], _) => Some(Kind::Xls),
        ([b'P', b'K', ..], "xlsb") => Some(Kind::Xlsb),
        ([b'P', b'K', ..], "ods") => Some(Kind::Ods),
        ([b'P', b'K', ..], _) => Some(Kind::Xlsx),
        _ => None,
    })
}

/// The cells of the wanted sheet, or of the first that is in sight.
fn sheet(path: &Path, kind: Kind, wanted: Option<&str>, limits: &Limits) -> Result<Sheet, String> {
    let mut book = match kind {
        Kind::Xls => Sheets::Xls(open_workbook(path).map_err(|error: XlsError| error.to_string())?),
        Kind::Xlsx => Sheets::Xlsx(open_workbook(path).map_err(|error: XlsxError| error.to_string())?),
        Kind::Xlsb => Sheets::Xlsb(open_workbook(path).map_err(|error: XlsbError| error.to_string())?),
        Kind::Ods => Sheets::Ods(open_workbook(path).map_err(|error: OdsError| error.to_string())?),
    };
    let sheets = book.sheets_metadata();
    let name = match wanted {
        Some(wanted) => sheets.iter().find(|sheet| sheet.name == wanted).ok_or_else(|| {
            let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
            format!("found no sheet `{wanted}`, it has {}", names.join(", "))
        }),
        None => sheets
            .iter()
            .find(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
            .ok_or_else(|| "it has no sheet".to_owned()),
    }?
    .name
    .clone();
    // A worksheet is read cell by cell where that can be: taken whole, two cells far apart would fill the memory.
    let (cells, merged) = match &mut book {
        Sheets::Xlsx(book) => {
            let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| error.to_string())?;
            let mut reader = book.worksheet_cells_reader(&name).map_err(|error| error.to_string())?;
            (taken(|| reader.next_cell().map_err(|error| error.to_string()), limits)?, merged)
        }
        Sheets::Xlsb(book) => {
            let mut reader = book.worksheet_cells_reader(&name).map_err(|error| error.to_string())?;
            // The format tells which cells are merged, its decoder does not.
            (taken(|| reader.next_cell().map_err(|error| error.to_string()), limits)?, Vec::new())
        }
        book => {
            let range = book.worksheet_range(&name).map_err(|error| error.to_string())?;
            let (top, left) = range.start().unwrap_or_default();
            let places = range.used_cells().filter_map(|(row, column, cell)| {
                let row = top.checked_add(u32::try_from(row).ok()?)?;
                let column = left.checked_add(u32::try_from(column).ok()?)?;
                Some((row, column, cell))
            });
            let mut cells = Cells::default();
            for (row, column, cell) in places {
                if !cells.take(row, column, cell_text(cell), limits) {
                    break;
                }
            }
            match book {
                Sheets::Xls(book) => (cells, book.merge_cells_by_sheet_name(&name).map_err(|error| error.to_string())?),
                _ => (cells, opendocument::merged(path, &name)?),
            }
        }
    };
    Ok(Sheet { cells, merged })
}

/// The cells that have a text, until they are more than the limit.
fn taken<'a>(
    mut next: impl FnMut() -> Result<Option<Cell<DataRef<'a>>>, String>,
    limits: &Limits,
) -> Result<Cells, String> {
    let mut cells = Cells::default();
    while let Some(cell) = next()? {
        let (row, column) = cell.get_position();
        if !cells.take(row, column, cell_text(&cell.get_value().clone().into()), limits) {
            break;
        }
    }
    Ok(cells)
}

/// A cell as text: dates in ISO 8601, whole numbers without decimals. What is blank is empty.
fn cell_text(cell: &Data) -> Option<String> {
    let text = match cell {
        Data::Empty => return None,
        Data::String(text) | Data::DurationIso(text) => text.clone(),
        Data::DateTimeIso(text) => text.strip_suffix("T00:00:00").unwrap_or(text).to_owned(),
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
    (!text.trim().is_empty()).then_some(text)
}

/// The rows that have any text, all of one width.
fn rows(cells: Vec<(u32, u32, String)>, limits: &Limits) -> Result<Rows, limits::Beyond> {
    let width = cells.iter().map(|(_, column, _)| *column as usize + 1).max().unwrap_or_default();
    let filled: BTreeSet<u32> = cells.iter().map(|(row, _, _)| *row).collect();
    limits.check_spanned((filled.len() as u64).saturating_mul(width as u64))?;
    let mut rows: Rows = filled.into_iter().map(|row| (row, vec![None; width])).collect();
    for (row, column, text) in cells {
        if let Some(cell) = rows.get_mut(&row).and_then(|cells| cells.get_mut(column as usize)) {
            *cell = Some(text);
        }
    }
    Ok(rows)
}

/// A merged cell holds its text in its first cell only; here every cell it covers gets it. Gives how much text all cells
/// then hold, of so much before; what is beyond the limit is not filled.
fn fill_merged(rows: &mut Rows, regions: &[Dimensions], before: u64, limits: &Limits) -> Result<u64, String> {
    let mut held = before;
    let mut left_to_fill: usize = rows.values().map(Vec::len).sum();
    for region in regions {
        let ((top, left), (bottom, right)) = (region.start, region.end);
        let text = rows.get(&top).and_then(|cells| cells.get(left as usize)).cloned().flatten();
        let Some(text) = text.filter(|_| top <= bottom && left <= right) else { continue };
        for cells in rows.range_mut(top..=bottom).map(|(_, cells)| cells) {
            let end = cells.len().min(right as usize + 1);
            let covered = cells.get_mut(left as usize..end).unwrap_or_default();
            left_to_fill = left_to_fill
                .checked_sub(covered.len().max(1))
                .ok_or_else(|| "its merged cells lie on top of each other".to_owned())?;
            held = held.saturating_add((covered.len() as u64).saturating_mul(text.len() as u64));
            if limits.check_text(held).is_err() {
                return Ok(held);
            }
            covered.fill(Some(text.clone()));
        }
    }
    Ok(held)
}

/// The position of the header among the first rows.
fn header_row(rows: &[(u64, Vec<Option<String>>)]) -> usize {
    let first = || rows.iter().take(TITLE_ROWS).map(|(_, cells)| cells).enumerate();
    let known = |cells: &[Option<String>]| {
        let headers: Vec<String> = cells.iter().flatten().cloned().collect();
        let definitions = REGISTER_COLUMNS.iter().chain(LEDGER_COLUMNS);
        definitions.filter_map(|definition| definition.header_in(&headers)).collect::<BTreeSet<_>>().len()
    };
    let distinct = |cells: &[Option<String>]| cells.iter().flatten().collect::<BTreeSet<_>>().len();
    let best = first().map(|(row, cells)| (known(cells), Reverse(row))).max().filter(|(known, _)| *known >= 2);
    if let Some((most, Reverse(mut row))) = best {
        // Of a header in two rows, joined by cells merged over both, the lower one tells the columns apart.
        let joined = |above: &[Option<String>], below: &[Option<String>]| {
            above != below && above.iter().zip(below).any(|(above, below)| above.is_some() && above == below)
        };
        while let [(_, above), (_, below), ..] = &rows[row..]
            && joined(above, below)
            && known(below) == most
        {
            row += 1;
        }
        return row;
    }
    first()
        // One text alone is a title, unless the sheet has one column.
        .find(|(_, cells)| distinct(cells) * 2 >= cells.len() && distinct(cells) >= cells.len().min(2))
        .map(|(row, _)| row)
        .unwrap_or_default()
}

/// The rows above the notes that end a sheet: from the first note on, no row has more than one text.
fn without_notes(rows: &[(u64, Vec<Option<String>>)]) -> &[(u64, Vec<Option<String>>)] {
    let is_end = |cells: &[Option<String>]| match cells {
        // Every row of a single column is one text.
        [_] => lone_text(cells).is_some_and(is_note),
        _ => lone_text(cells).is_some(),
    };
    let end = rows.iter().rposition(|(_, cells)| !is_end(cells)).map_or(0, |row| row + 1);
    let first_note = rows[end..].iter().position(|(_, cells)| lone_text(cells).is_some_and(is_note));
    &rows[..first_note.map_or(rows.len(), |note| end + note)]
}

/// The only text of a row. One merged over the whole width stands in every cell.
fn lone_text(cells: &[Option<String>]) -> Option<&str> {
    let mut filled = cells.iter().flatten();
    let first = filled.next()?;
    filled.all(|cell| cell == first).then_some(first)
}

/// Whether a text below the table only says something about it, or heads sums that are not there.
fn is_note(text: &str) -> bool {
    let text: String = text.split_whitespace().collect();
    let numbered = || {
        let rest = text.strip_prefix('注')?.trim_start_matches(|sign: char| sign.is_ascii_digit());
        Some(rest.starts_with(['：', ':']))
    };
    NOTES.iter().any(|note| text.starts_with(note)) || SUMS.contains(&text.as_str()) || numbered() == Some(true)
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

    fn read(fill: impl Fn(&mut rust_xlsxwriter::Worksheet)) -> Table {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.xlsx");
        let mut book = Workbook::new();
        fill(book.add_worksheet());
        book.save(&path).unwrap();
        workbook(&path, &TableOptions::default()).unwrap()
    }

    fn write(sheet: &mut rust_xlsxwriter::Worksheet, row: u32, cells: &[&str]) {
        for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            sheet.write(row, column as u16, *cell).unwrap();
        }
    }

    #[test]
    fn of_two_header_rows_that_know_as_much_the_lower_counts() {
        let table = read(|sheet| {
            let plain = Format::new();
            sheet.merge_range(0, 0, 1, 0, "统一社会信用代码", &plain).unwrap();
            sheet.merge_range(0, 1, 1, 1, "验收阶段", &plain).unwrap();
            sheet.merge_range(0, 2, 0, 3, "历年税收", &plain).unwrap();
            write(sheet, 1, &["", "", "2019年", "2020年"]);
            write(sheet, 2, &["A", "自验", "5", "6"]);
        });
        assert_eq!(table.columns(), ["统一社会信用代码", "验收阶段", "2019年", "2020年"]);
        assert_eq!(table.rows, [3]);
    }

    #[test]
    fn a_title_over_two_columns_is_no_header() {
        for merged in [true, false] {
            let table = read(|sheet| {
                match merged {
                    true => sheet.merge_range(0, 0, 0, 1, "统计表", &Format::new()).unwrap(),
                    false => sheet.write(0, 0, "统计表").unwrap(),
                };
                write(sheet, 1, &["甲", "乙"]);
                write(sheet, 2, &["1", "2"]);
            });
            assert_eq!((table.columns(), table.rows), (vec!["甲".to_owned(), "乙".to_owned()], vec![3]));
        }
        assert_eq!(read(|sheet| sheet.write_column(0, 0, ["甲", "1"]).map(|_| ()).unwrap()).columns(), ["甲"]);
    }

    #[test]
    fn notes_end_a_sheet_and_sums_are_rows() {
        let rows = |end: &[&[&str]]| {
            read(|sheet| {
                write(sheet, 0, &["id", "name", "stage"]);
                write(sheet, 1, &["v", "v", "w"]);
                write(sheet, 2, &["only an id"]);
                for (row, cells) in (3..).zip(end) {
                    write(sheet, row, cells);
                }
            })
            .rows
        };
        assert_eq!(rows(&[&["注：1.截至9月底"], &["2.数据来自镇街"]]), [2, 3]);
        assert_eq!(rows(&[&["注1：数据"], &["注 2: 数据"]]), [2, 3]);
        assert_eq!(rows(&[&["合 计"], &["备注：无"]]), [2, 3]);
        assert_eq!(rows(&[&["合计", "5"], &["备注：无"]]), [2, 3, 4]);
        // A row of data below it shows that it is none.
        assert_eq!(rows(&[&["说明"], &["v", "x"]]), [2, 3, 4, 5]);
    }
}
