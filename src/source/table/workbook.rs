//! Workbooks: which of their sheets hold the table, and their cells.

use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::Path;

use calamine::{
    Data, OdsError, Reader as _, SheetType, SheetVisible, Sheets, Style, XlsError, XlsbError, XlsxError, open_workbook,
};
use polars::prelude::{Column, DataFrame};

use super::super::batches::encoding;
use super::super::batches::text::unknown_encoding;
use super::super::damage::guarded;
use super::cell_text::cell_text;
use super::identity::Identity;
use super::limits::{self, Beyond, Held, Limits};
use super::sheet::{Sheet, SheetCell, SheetTable, known_headers};
use super::{TableOptions, Wanted, biff, check_columns, ending, opendocument};
use crate::error::{Error, ReadError, Result};
use crate::model::{LEDGER_COLUMNS, REGISTER_COLUMNS, Reading, SharedAmount, Table};
use crate::source::TERMS_SHEET;

pub(super) fn workbook(path: &Path, options: &TableOptions) -> Result<Table> {
    let file = path.display().to_string();
    let malformed = |message: String| ReadError::Malformed { file: file.clone(), format: "a workbook", message };
    if let Some(label) = options.encoding.as_deref().filter(|label| encoding::of_label(label).is_none()) {
        return Err(malformed(unknown_encoding(label)).into());
    }
    let limits = limits::checked(path, options.max_bytes, options.max_cells)?;
    let beyond = |beyond: Beyond| beyond.error(&file);
    let kind = kind(path)?.ok_or_else(|| {
        malformed("it is none, but perhaps text or a web page so named: open it and save it as .xlsx".to_owned())
    })?;
    if kind == WorkbookKind::Xls {
        let extent = biff::extent(path).map_err(&malformed)?;
        limits.check_spanned(extent.spanned).and_then(|()| limits.check_text(extent.text)).map_err(beyond)?;
    }
    if kind == WorkbookKind::Ods {
        opendocument::within(path, &limits).map_err(&malformed)?.map_err(beyond)?;
    }
    let mut book = guarded(|| Book::open(path, kind)).map_err(&malformed)?;
    let sheets = book.sheets(options.sheet.as_deref()).map_err(&malformed)?;
    let several = sheets.len() > 1;
    let mut read = Vec::with_capacity(sheets.len());
    let mut covers = Vec::new();
    let mut held = Held::default();
    for name in sheets {
        let sheet = guarded(|| book.sheet(&name, &mut held, &limits)).map_err(&malformed)?;
        let source = match several || options.sheet.is_some() {
            true => format!("{file}, sheet {name}"),
            false => file.clone(),
        };
        held.check(&limits).map_err(|beyond| beyond.error(&source))?;
        if several && !sheet.is_wide() {
            // A cover, or an empty sheet that came with the program.
            if !sheet.cells.is_empty() {
                covers.push((name, sheet));
            }
            continue;
        }
        read.push(NamedTable { table: sheet.table(&source, &mut held, &limits)?, name, source });
    }
    if read.is_empty() {
        // None is wide: one of a single column may be the table.
        let rows = |sheet: &Sheet| sheet.cells.iter().map(|cell| cell.row).collect::<BTreeSet<_>>().len();
        let position = covers.iter().position(|(_, sheet)| rows(sheet) > 1);
        let (name, sheet) = position.map(|position| covers.swap_remove(position)).ok_or_else(|| {
            malformed("none of its sheets holds a table, which has a header and rows below it".to_owned())
        })?;
        let source = format!("{file}, sheet {name}");
        read.push(NamedTable { table: sheet.table(&source, &mut held, &limits)?, name, source });
    }
    let lead = lead(&read, &options.wanted);
    let (chosen, others): (Vec<_>, Vec<_>) = chosen(read, lead, &options.wanted);
    let names: Vec<String> = chosen.iter().map(|one| one.name.clone()).collect();
    let mut table = together(&file, chosen)?;
    if several {
        let covers = covers.into_iter().map(|(name, _)| name).collect();
        table.reading.notes.insert(0, sheets_note(&file, &names, covers, others));
    }
    if let Some(note) = book.hidden_note(&file, options.sheet.as_deref()) {
        table.reading.notes.push(note);
    }
    Identity::note_all(&mut table)?;
    Ok(table)
}

/// The table of a sheet.
struct NamedTable {
    name: String,
    source: String,
    table: SheetTable,
}

/// The sheet whose headers are most of those wanted, else most of those that jiju knows; the first of equals.
fn lead(read: &[NamedTable], wanted: &[Wanted]) -> usize {
    let rank = |table: &NamedTable| {
        let headers = &table.table.headers;
        (held(headers, wanted).len(), known_headers(headers), !table.table.rows.is_empty())
    };
    let best = read.iter().map(rank).max();
    read.iter().position(|table| Some(rank(table)) == best).unwrap_or_default()
}

/// Which of the wanted columns a table has.
fn held<'a>(headers: &[String], wanted: &'a [Wanted]) -> Vec<&'a Wanted> {
    wanted.iter().filter(|wanted| wanted.header_in(headers).is_some()).collect()
}

/// The sheet that leads and those that have the wanted columns as it has, in the order of the workbook; and the names of
/// the others. Where nothing is wanted, they have all its headers.
fn chosen(read: Vec<NamedTable>, lead: usize, wanted: &[Wanted]) -> (Vec<NamedTable>, Vec<String>) {
    let headers = read.get(lead).map(|lead| lead.table.headers.clone()).unwrap_or_default();
    let needed = held(&headers, wanted);
    let all: HashSet<&String> = headers.iter().collect();
    let mut others = Vec::new();
    let mut chosen = Vec::new();
    for (position, table) in read.into_iter().enumerate() {
        let own = &table.table.headers;
        let is_alike = match needed.is_empty() {
            true => own.iter().collect::<HashSet<_>>() == all,
            false => needed.iter().all(|wanted| wanted.header_in(own).is_some()),
        };
        if position == lead || is_alike {
            chosen.push(table);
        } else {
            others.push(table.name);
        }
    }
    (chosen, others)
}

/// The rows of sheets below each other; a column that a sheet lacks is empty in its rows.
fn together(file: &str, tables: Vec<NamedTable>) -> Result<Table> {
    let is_one = tables.len() == 1;
    let source = if is_one { tables.first().map_or(file, |table| &table.source).to_owned() } else { file.to_owned() };
    let mut tables = tables;
    let mut headers: Vec<String> = Vec::new();
    for table in &mut tables {
        let own = table.table.headers.clone();
        for header in &mut table.table.headers {
            if let Some(known) = same_column(header, &headers).filter(|known| !own.iter().any(|own| own == known)) {
                *header = known.to_owned();
            }
            if !headers.contains(header) {
                headers.push(header.clone());
            }
        }
    }
    check_columns(&source, headers.len())?;
    if headers.is_empty() {
        let message = "found no header".to_owned();
        return Err(ReadError::Malformed { file: source, format: "a table", message }.into());
    }
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); headers.len()];
    let mut rows = Vec::new();
    let mut reading = Reading::default();
    for (number, NamedTable { name, table, .. }) in tables.into_iter().enumerate() {
        let SheetTable { headers: own, columns: cells, rows: numbers, shared_amounts, notes } = table;
        let above = rows.len();
        let mut cells: Vec<Option<Vec<Option<String>>>> = cells.into_iter().map(Some).collect();
        for (header, column) in headers.iter().zip(&mut columns) {
            let found = own.iter().position(|one| one == header).and_then(|place| cells.get_mut(place)?.take());
            column.extend(found.unwrap_or_else(|| vec![None; numbers.len()]));
        }
        if !is_one {
            reading.sheet_of_row.extend(vec![u16::try_from(number).unwrap_or(u16::MAX); numbers.len()]);
            reading.sheets.push(name);
        }
        rows.extend(numbers);
        reading.notes.extend(notes);
        reading.shared_amounts.extend(shared_amounts.into_iter().map(|shared| SharedAmount {
            first: shared.first + above,
            others: shared.others.into_iter().map(|row| row + above).collect(),
            ..shared
        }));
    }
    let columns = headers.into_iter().zip(columns).map(|(header, cells)| Column::new(header.into(), cells)).collect();
    let frame = DataFrame::new(rows.len(), columns).map_err(Error::table(source.as_str()))?;
    Ok(Table { reading, ..Table::new(source, frame, rows) })
}

/// The header among those of the sheets before that stands for the same column as another spelling of it.
fn same_column<'a>(header: &str, before: &'a [String]) -> Option<&'a str> {
    let one = [header.to_owned()];
    let mut definitions = REGISTER_COLUMNS.iter().chain(LEDGER_COLUMNS);
    definitions.find(|definition| definition.header_in(&one).is_some())?.header_in(before)
}

/// Tells which sheets were read, and which were not.
fn sheets_note(file: &str, read: &[String], covers: Vec<String>, others: Vec<String>) -> String {
    let quoted = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut note = match read {
        [name] => format!("{file}: read the sheet `{name}`"),
        several => format!("{file}: read {} sheets together: {}", several.len(), quoted(several)),
    };
    if !covers.is_empty() {
        note.push_str(&format!("; passed over {}, which holds no table", quoted(&covers)));
    }
    if !others.is_empty() {
        note.push_str(&format!("; not {}, which has other columns: ‹sheet› chooses", quoted(&others)));
    }
    note
}

/// The kinds of workbooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WorkbookKind {
    Xls,
    Xlsx,
    Xlsb,
    Ods,
}

/// The kind of a workbook by its first bytes: many a `.xls` is another kind under an old name.
fn kind(path: &Path) -> Result<Option<WorkbookKind>> {
    let file = File::open(path).map_err(Error::file("read", path))?;
    let mut start = Vec::new();
    file.take(8).read_to_end(&mut start).map_err(Error::file("read", path))?;
    Ok(match (start.as_slice(), ending(path).as_str()) {
        ([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], _) => Some(WorkbookKind::Xls),
        ([b'P', b'K', ..], "xlsb") => Some(WorkbookKind::Xlsb),
        ([b'P', b'K', ..], "ods") => Some(WorkbookKind::Ods),
        ([b'P', b'K', ..], _) => Some(WorkbookKind::Xlsx),
        _ => None,
    })
}

/// An open workbook.
struct Book<'a> {
    path: &'a Path,
    book: Sheets<BufReader<File>>,
}

impl<'a> Book<'a> {
    fn open(path: &'a Path, kind: WorkbookKind) -> Result<Self, String> {
        let book = match kind {
            WorkbookKind::Xls => Sheets::Xls(open_workbook(path).map_err(|error: XlsError| error.to_string())?),
            WorkbookKind::Xlsx => Sheets::Xlsx(open_workbook(path).map_err(|error: XlsxError| error.to_string())?),
            WorkbookKind::Xlsb => Sheets::Xlsb(open_workbook(path).map_err(|error: XlsbError| error.to_string())?),
            WorkbookKind::Ods => Sheets::Ods(open_workbook(path).map_err(|error: OdsError| error.to_string())?),
        };
        Ok(Self { path, book })
    }

    /// The names of the worksheets in sight, or the one asked for.
    fn sheets(&self, wanted: Option<&str>) -> Result<Vec<String>, String> {
        let sheets = self.book.sheets_metadata();
        let names: Vec<String> = match wanted {
            Some(wanted) => {
                let name = sheets.iter().find(|sheet| sheet.name == wanted).map(|sheet| sheet.name.clone());
                vec![name.ok_or_else(|| {
                    let names: Vec<&str> = sheets.iter().map(|sheet| sheet.name.as_str()).collect();
                    format!("found no sheet `{wanted}`, it has {}", names.join(", "))
                })?]
            }
            None => sheets
                .iter()
                .filter(|sheet| sheet.visible == SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
                .map(|sheet| sheet.name.clone())
                .collect(),
        };
        if names.is_empty() { Err("it has no sheet".to_owned()) } else { Ok(names) }
    }

    /// Tells of sheets that are hidden and so not read.
    fn hidden_note(&self, file: &str, wanted: Option<&str>) -> Option<String> {
        let hidden: Vec<String> = (self.book.sheets_metadata().iter())
            .filter(|sheet| sheet.visible != SheetVisible::Visible && sheet.typ == SheetType::WorkSheet)
            .filter(|sheet| sheet.name != TERMS_SHEET)
            .map(|sheet| format!("`{}`", sheet.name))
            .collect();
        (wanted.is_none() && !hidden.is_empty())
            .then(|| format!("{file}: hidden sheets are not read: {}; ‹sheet› chooses", hidden.join(", ")))
    }

    /// The cells of a sheet, until they and those of the sheets before are more than the limits.
    fn sheet(&mut self, name: &str, held: &mut Held, limits: &Limits) -> Result<Sheet, String> {
        // A worksheet is read cell by cell where that can be: taken whole, two cells far apart would fill the memory.
        match &mut self.book {
            Sheets::Xlsx(book) => {
                let merged = book.merge_cells_by_sheet_name(name).map_err(|error| error.to_string())?;
                let is_1904 = book.has_1904_epoch();
                let mut reader = book.worksheet_cells_reader(name).map_err(|error| error.to_string())?;
                let scaled: Vec<Option<String>> = reader.styles().iter().map(unit_of).collect();
                let mut cells = Vec::new();
                while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|error| error.to_string())? {
                    let value = Data::from(cell.value);
                    if !take(&mut cells, sheet_cell(cell.pos, &value, cell.formula.is_some()), held, limits) {
                        break;
                    }
                }
                drop(reader);
                if scaled.iter().any(Option::is_some) {
                    let mut reader = book.worksheet_cells_reader(name).map_err(|error| error.to_string())?;
                    with_units(&mut cells, &scaled, || reader.next_style_id().map_err(|error| error.to_string()))?;
                }
                Ok(Sheet { cells, merged, is_1904 })
            }
            Sheets::Xlsb(book) => {
                let is_1904 = book.has_1904_epoch();
                let mut reader = book.worksheet_cells_reader(name).map_err(|error| error.to_string())?;
                let mut cells = Vec::new();
                while let Some(cell) = reader.next_cell().map_err(|error| error.to_string())? {
                    let value = Data::from(cell.get_value().clone());
                    if !take(&mut cells, sheet_cell(cell.get_position(), &value, false), held, limits) {
                        break;
                    }
                }
                // The format tells which cells are merged, its decoder does not.
                Ok(Sheet { cells, merged: Vec::new(), is_1904 })
            }
            book => {
                let range = book.worksheet_range(name).map_err(|error| error.to_string())?;
                let (top, left) = range.start().unwrap_or_default();
                let place = |(top, left): (u32, u32), row: usize, column: usize| {
                    Some((top.checked_add(u32::try_from(row).ok()?)?, left.checked_add(u32::try_from(column).ok()?)?))
                };
                let mut cells: Vec<SheetCell> = Vec::new();
                let filled = (range.used_cells())
                    .filter_map(|(row, column, value)| sheet_cell(place((top, left), row, column)?, value, false));
                for cell in filled {
                    if !take(&mut cells, Some(cell), held, limits) {
                        break;
                    }
                }
                // A formula that has a value is told by it.
                let formulas = book.worksheet_formula(name).map_err(|error| error.to_string())?;
                let start = formulas.start().unwrap_or_default();
                let known: HashSet<(u32, u32)> = cells.iter().map(|cell| (cell.row, cell.column)).collect();
                let unvalued = formulas.used_cells().filter_map(|(row, column, formula)| {
                    let at = place(start, row, column).filter(|at| !known.contains(at) && !formula.is_empty())?;
                    sheet_cell(at, &Data::Empty, true)
                });
                for cell in unvalued {
                    if !take(&mut cells, Some(cell), held, limits) {
                        break;
                    }
                }
                let (merged, is_1904) = match book {
                    Sheets::Xls(book) => {
                        let is_1904 = book.has_1904_epoch();
                        (book.merge_cells_by_sheet_name(name).map_err(|error| error.to_string())?, is_1904)
                    }
                    _ => (opendocument::merged(self.path, name)?, false),
                };
                Ok(Sheet { cells, merged, is_1904 })
            }
        }
    }
}

/// Takes a cell that holds something; tells whether more may follow.
fn take(cells: &mut Vec<SheetCell>, cell: Option<SheetCell>, held: &mut Held, limits: &Limits) -> bool {
    let Some(cell) = cell else { return true };
    held.take(cell.text.len());
    cells.push(cell);
    held.check(limits).is_ok()
}

/// The unit that a style writes behind a number and that changes its size: `0.00"万元"`.
fn unit_of(style: &Style) -> Option<String> {
    const LONGEST: usize = 64;
    let format = &style.number_format.as_ref()?.format_code;
    let quoted = format.split('"').skip(1).step_by(2);
    let mut units = quoted.map(str::trim).filter(|text| text.len() <= LONGEST);
    units.find(|text| text.contains(['万', '亿', '千', '百'])).map(str::to_owned)
}

/// Puts the units that styles write behind numbers into the texts of cells, as they are seen there.
fn with_units(
    cells: &mut [SheetCell],
    units: &[Option<String>],
    mut next: impl FnMut() -> Result<Option<(u32, u32, usize)>, String>,
) -> Result<(), String> {
    let mut unit_at = std::collections::HashMap::new();
    while let Some((row, column, style)) = next()? {
        if let Some(Some(unit)) = units.get(style) {
            unit_at.insert((row, column), unit);
        }
    }
    for cell in cells.iter_mut().filter(|cell| cell.is_number) {
        if let Some(unit) = unit_at.get(&(cell.row, cell.column)) {
            cell.text.push_str(unit);
        }
    }
    Ok(())
}

/// A cell that holds something.
fn sheet_cell((row, column): (u32, u32), value: &Data, has_formula: bool) -> Option<SheetCell> {
    let is_number = matches!(value, Data::Int(_) | Data::Float(_));
    let text = cell_text(value);
    let is_formula = has_formula && text.is_none() && matches!(value, Data::Empty);
    // What a formula without a value would be is not known; it must not pass for an empty cell.
    let text = if is_formula { Some("#FORMULA".to_owned()) } else { text };
    text.map(|text| SheetCell { row, column, text, is_number, is_formula })
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
    fn headers_merged_sideways_give_way_to_those_below() {
        let table = read(|sheet| {
            write(sheet, 0, &["统一社会信用代码", "企业名称", "", "", "从业人数"]);
            sheet.merge_range(0, 2, 0, 3, "坐标", &Format::new()).unwrap();
            write(sheet, 1, &["", "", "经度", "纬度", ""]);
            write(sheet, 2, &["A", "甲", "120.5", "30.1", "5"]);
        });
        assert_eq!(table.columns(), ["统一社会信用代码", "企业名称", "经度", "纬度", "从业人数"]);
        assert_eq!(table.rows, [3]);
        // Where the lower row says more, what is empty in it stands above.
        let table = read(|sheet| {
            write(sheet, 0, &["统一社会信用代码", "企业名称", "", "", ""]);
            sheet.merge_range(0, 2, 0, 4, "指标", &Format::new()).unwrap();
            write(sheet, 1, &["", "", "经度", "纬度", "从业人数"]);
            write(sheet, 2, &["A", "甲", "120.5", "30.1", "5"]);
        });
        assert_eq!(table.columns(), ["统一社会信用代码", "企业名称", "经度", "纬度", "从业人数"]);
    }

    #[test]
    fn amounts_count_once_and_all_else_is_filled_down() {
        let table = read(|sheet| {
            let plain = Format::new();
            write(sheet, 0, &["统一社会信用代码", "企业名称", "经度", "从业人数", "用电量", "行业代码"]);
            write(sheet, 1, &["A", "甲"]);
            write(sheet, 2, &["B", "乙"]);
            write(sheet, 3, &["C", "丙"]);
            for (column, number) in [(2, 120.5), (3, 90.0), (4, 7.0), (5, 1713.0)] {
                sheet.merge_range(1, column, 3, column, "", &plain).unwrap();
                sheet.write(1, column, number).unwrap();
            }
        });
        let column =
            |name: &str| table.text(name).unwrap().iter().map(|cell| cell.map(str::to_owned)).collect::<Vec<_>>();
        assert_eq!(column("经度"), vec![Some("120.5".to_owned()); 3]);
        assert_eq!(column("行业代码"), vec![Some("1713".to_owned()); 3]);
        for (name, amount) in [("从业人数", "90"), ("用电量", "7")] {
            assert_eq!(column(name), [Some(amount.to_owned()), None, None], "{name}");
        }
        let shared: Vec<(&str, &str)> =
            table.reading.shared_amounts.iter().map(|one| (one.column.as_str(), one.cells.as_str())).collect();
        assert_eq!(shared, [("从业人数", "D2:D4"), ("用电量", "E2:E4")]);
    }

    #[test]
    fn sheets_with_the_wanted_columns_are_one_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.xlsx");
        let mut book = Workbook::new();
        let header = ["统一社会信用代码", "企业名称", "经度", "纬度"];
        write(book.add_worksheet().set_name("封面").unwrap(), 0, &["企业名录"]);
        for name in ["甲区", "乙区"] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            write(sheet, 0, &header);
            write(sheet, 1, &[name, "x", "120", "30"]);
        }
        let totals = book.add_worksheet().set_name("汇总").unwrap();
        write(totals, 0, &["区县", "家数"]);
        write(totals, 1, &["甲区", "1"]);
        let hidden = book.add_worksheet().set_name("旧").unwrap();
        write(hidden, 0, &header);
        hidden.set_hidden(true);
        book.save(&path).unwrap();
        let table = workbook(&path, &TableOptions::default()).unwrap();
        assert_eq!((table.rows.as_slice(), table.row_name(1).as_str()), ([2, 2].as_slice(), "乙区!2"));
        let notes = table.reading.notes.join("; ");
        for word in ["read 2 sheets together: `甲区`, `乙区`", "passed over `封面`", "not `汇总`", "not read: `旧`"]
        {
            assert!(notes.contains(word), "{word}: {notes}");
        }
        let wanted = vec![Wanted::Header("家数".to_owned())];
        let table = workbook(&path, &TableOptions { wanted, ..TableOptions::default() }).unwrap();
        assert_eq!(table.columns(), ["区县", "家数"]);
    }

    #[test]
    fn a_cover_alone_is_no_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.xlsx");
        let mut book = Workbook::new();
        write(book.add_worksheet(), 0, &["填表说明：请在第二张表填写"]);
        book.add_worksheet();
        book.save(&path).unwrap();
        let message = workbook(&path, &TableOptions::default()).unwrap_err().to_string();
        assert!(message.contains("none of its sheets holds a table"), "{message}");
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
