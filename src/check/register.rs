use std::collections::HashSet;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::cells::TableCells;
use super::checked::{Checked, RowProblems};
use super::location::Locator;
use crate::error::Result;
use crate::model::credit_code::{self, CreditCodeFault};
use crate::model::{
    ColumnMapping, DeclaredReference, Enterprise, Positions, Problem, ProblemKind, Register, Report, Severity,
    SharedAmount, Table, cell, half_width,
};
use crate::policy::{District, Policy};

/// The prefix of the surrogate id that is made for a workshop without a code.
pub const SURROGATE_PREFIX: &str = "surrogate-";

/// Options of the register check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterOptions {
    /// The declared reference of the file's coordinates. GCJ-02 and BD-09 coordinates are converted to WGS 84; a row
    /// with another datum in its `datum` column is converted to the reference of the other rows.
    pub reference: DeclaredReference,
}

impl Default for RegisterOptions {
    fn default() -> Self {
        Self { reference: DeclaredReference::Wgs84 }
    }
}

/// Checks each row of a register 企业名录 by the rules in the table of [`crate::check`].
///
/// # Errors
///
/// Fails if the table lacks a column that the mapping names, or if the file's reference cannot be transformed to WGS
/// 84. Faults of rows are not errors: they are in the report.
pub fn register(
    table: &Table,
    columns: &ColumnMapping,
    policy: &Policy,
    options: &RegisterOptions,
) -> Result<Checked<Register>> {
    let cells = TableCells::new(table, columns)?;
    let mut locator = Locator::new(options.reference)?;
    let mut known = Positions::default();
    let mut words = Words::default();
    let mut report = shared_amounts(table);
    let mut rejects = Vec::new();
    let mut enterprises = Vec::with_capacity(table.height());
    for (index, &number) in table.rows.iter().enumerate() {
        let mut row = RowProblems::of_row(table, index);
        if refuse_sum(table, &cells, index, "name", &mut row) {
            rejects.extend(row.close("", &mut report));
            continue;
        }
        let (id, surrogate_id) = identity(&cells, index, &mut row);
        if let Some(first) = known.of(&enterprises, &id).and_then(|first| enterprises.get(first)) {
            let expected =
                format!("an id of its own; row {} has it already, and where that one stands it counts", first.row);
            row.reject(ProblemKind::DuplicateId, cells.header("id"), &id, expected);
        }
        let location = locator.locate(&cells, index, &mut row);
        let (industry_code, sector) = industry(&cells, index, policy, &mut row);
        let mut amount = |canonical| additive(&cells, index, canonical, &mut row);
        let (employees, output_cny, tax_cny) = (amount("employees"), amount("output_cny"), amount("tax_cny"));
        let (land_mu, energy_tce) = (amount("land_mu"), amount("energy_tce"));
        let district = declared_district(&cells, index, policy, &mut row);
        let text = |canonical| cells.get(index, canonical).map(str::to_owned);
        if let Some(reject) = row.close(&id, &mut report) {
            rejects.push(reject);
            continue;
        }
        let sheet = table.reading.sheet_of(index).map(|sheet| words.shared(sheet));
        let town = cells.get(index, "town").map(|town| words.shared(town));
        let (industry_code, sector) =
            (industry_code.map(|code| words.shared(&code)), sector.map(|id| words.shared(&id)));
        enterprises.push(Enterprise {
            row: number,
            sheet,
            id: id.into(),
            surrogate_id,
            name: text("name").unwrap_or_default(),
            address: text("address"),
            location,
            district: district.map(|adcode| words.shared(&adcode)),
            town,
            industry_code,
            sector,
            employees,
            output_cny,
            tax_cny,
            land_mu,
            energy_tce,
        });
        known.insert(&enterprises, enterprises.len() - 1);
    }
    let value = Register::new(table.source.as_str(), locator.target().undone(), enterprises);
    Ok(Checked { value, report, rejects })
}

/// Words that many rows have, such as names of towns: each is kept once.
#[derive(Default)]
struct Words {
    known: HashSet<Arc<str>>,
}

impl Words {
    fn shared(&mut self, word: &str) -> Arc<str> {
        if let Some(known) = self.known.get(word) {
            return Arc::clone(known);
        }
        let word: Arc<str> = word.into();
        self.known.insert(Arc::clone(&word));
        word
    }
}

/// An amount that several rows share is one problem of the cell, not one of every row.
fn shared_amounts(table: &Table) -> Report {
    let problem = |shared: &SharedAmount| Problem {
        kind: ProblemKind::SharedAmount,
        severity: Severity::Warning,
        place: table.place(shared.first, &shared.column),
        found: shared.amount.clone(),
        expected: format!(
            "an amount for each row; it stands in the merged cells {} and counts once, here, and not in row {}",
            shared.cells,
            shared.others.iter().map(|row| table.row_name(*row)).collect::<Vec<_>>().join(", ")
        ),
    };
    Report { problems: table.reading.shared_amounts.iter().map(problem).collect(), ..Report::default() }
}

/// Rejects a row that holds sums of others; tells whether it does.
pub(super) fn refuse_sum(
    table: &Table,
    cells: &TableCells<'_>,
    index: usize,
    column: &str,
    row: &mut RowProblems<'_>,
) -> bool {
    let word = ["id", column].into_iter().find(|column| cells.get(index, column).is_some_and(cell::is_sum));
    if word.is_none() && table.reading.sums.binary_search(&index).is_err() {
        return false;
    }
    let column = word.unwrap_or("id");
    let found = cells.get(index, column).unwrap_or_default();
    row.reject(ProblemKind::SumRow, cells.header(column), found, "a firm; the row holds sums (合计) of other rows");
    true
}

/// Rejects a code that a spreadsheet has cut; tells whether it is one.
pub(super) fn refuse_cut(cells: &TableCells<'_>, index: usize, row: &mut RowProblems<'_>) -> bool {
    let Some(cell) = cells.get(index, "id").filter(|cell| credit_code::is_cut(cell)) else { return false };
    let expected = format!(
        "the {} characters of a code; a spreadsheet took it for a number and cut it to 15 digits: {}",
        credit_code::LENGTH,
        credit_code::CUT_ADVICE
    );
    row.reject(ProblemKind::CreditCodeCut, cells.header("id"), cell, expected);
    true
}

/// The id of a row, and whether it is a surrogate.
fn identity(cells: &TableCells<'_>, index: usize, row: &mut RowProblems<'_>) -> (String, bool) {
    let name = cells.get(index, "name");
    let Some(cell) = cells.get(index, "id") else {
        let Some(name) = name else {
            row.reject(ProblemKind::MissingValue, cells.header("id"), "", "a unified social credit code, or a name");
            return (String::new(), false);
        };
        let id = surrogate(name, cells.get(index, "address").unwrap_or_default());
        row.warn(
            ProblemKind::SurrogateId,
            cells.header("id"),
            "",
            format!("a unified social credit code; `{id}` made from name and address stands for it"),
        );
        return (id, true);
    };
    if name.is_none() {
        row.warn(ProblemKind::MissingValue, cells.header("name"), "", "a name");
    }
    if cell.starts_with(SURROGATE_PREFIX) {
        // A checked register that comes back.
        return (cell.to_owned(), true);
    }
    let id = normalised_code(cell);
    if refuse_cut(cells, index, row) {
        return (id, false);
    }
    if id != cell {
        let expected = format!("half-width capitals without blanks; read as `{id}`");
        row.warn(ProblemKind::CreditCodeCharacter, cells.header("id"), cell, expected);
    }
    if let Err(fault) = credit_code::verify(&id) {
        let (kind, expected) = match fault {
            CreditCodeFault::Length(length) => {
                let registration = if length == 15 && id.bytes().all(|byte| byte.is_ascii_digit()) {
                    "; one of 15 digits is an old registration number (注册号), which the code replaced"
                } else {
                    ""
                };
                let expected = format!("{} characters, not {length}{registration}", credit_code::LENGTH);
                (ProblemKind::CreditCodeLength, expected)
            }
            CreditCodeFault::Character { position, character } => (
                ProblemKind::CreditCodeCharacter,
                format!("digits and capitals without I, O, S, V, Z, not `{character}` in place {position}"),
            ),
            CreditCodeFault::Check { expected } => {
                (ProblemKind::CreditCodeCheck, format!("`{expected}` as the check character in place 18"))
            }
        };
        row.reject(kind, cells.header("id"), cell, expected);
    }
    (id, false)
}

/// Normalises a code to the form of the standard: half-width capitals without blanks.
pub(super) fn normalised_code(cell: &str) -> String {
    if cell.starts_with(SURROGATE_PREFIX) {
        return cell.to_owned();
    }
    let is_kept = |character: &char| !character.is_whitespace() && !cell::is_invisible(*character);
    half_width(cell::text(cell)).chars().filter(is_kept).flat_map(char::to_uppercase).collect()
}

/// Makes a surrogate id that is the same in every file and on every machine: 16 hexadecimal digits of SHA-256 over name
/// and address, blanks left out.
fn surrogate(name: &str, address: &str) -> String {
    let plain = |text: &str| half_width(text).chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let digest = Sha256::digest(format!("{}\n{}", plain(name), plain(address)));
    format!("{SURROGATE_PREFIX}{}", hex::encode(&digest[..8]))
}

/// The industry code and the sector: the file's own sector, or what the policy's rules make of the code.
fn industry(
    cells: &TableCells<'_>,
    index: usize,
    policy: &Policy,
    row: &mut RowProblems<'_>,
) -> (Option<String>, Option<String>) {
    let mut code = None;
    let mut sector = None;
    if let Some(cell) = cells.get(index, "industry_code") {
        let column = cells.header("industry_code");
        code = class_digits(cell);
        match &code {
            Some(digits) => {
                sector = policy.sector_of(digits).map(|sector| sector.term.id.clone());
                if sector.is_none() {
                    row.warn(ProblemKind::UnknownCode, column, cell, "a code that falls in a sector of the policy");
                }
            }
            None => {
                let digits = class_text(cell);
                let lost = if digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    format!("; a spreadsheet may have taken the zero before it, `0{digits}`")
                } else {
                    String::new()
                };
                let expected = format!("the four digits of a GB/T 4754-2017 class{lost}");
                row.warn(ProblemKind::UnknownCode, column, cell, expected);
            }
        }
    }
    if let Some(cell) = cells.get(index, "sector") {
        match sector_named(policy, cell) {
            Some(id) => sector = Some(id.to_owned()),
            None => row.warn(
                ProblemKind::UnknownCode,
                cells.header("sector"),
                cell,
                super::terms::expected(
                    "a sector of the policy",
                    policy.sectors.iter().map(|sector| &sector.term),
                    cell,
                ),
            ),
        }
    }
    (code, sector)
}

/// The four digits of a GB/T 4754-2017 class.
fn class_digits(cell: &str) -> Option<String> {
    let digits = class_text(cell);
    (digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// A class without the section letter in front of it, which says nothing more: `C1713`.
fn class_text(cell: &str) -> String {
    let text = half_width(cell);
    cell::key(text.trim().trim_start_matches(|character: char| character.is_ascii_uppercase())).into_owned()
}

/// Returns the id of the sector of a policy that a cell names by its id, Chinese name or English name.
#[must_use]
pub fn sector_named<'a>(policy: &'a Policy, cell: &str) -> Option<&'a str> {
    super::terms::find(policy.sectors.iter().map(|sector| &sector.term), cell).map(|term| term.id.as_str())
}

/// Returns the id of the sector into which the rules of a policy put a cell with an industry code.
#[must_use]
pub fn sector_of_code<'a>(policy: &'a Policy, cell: &str) -> Option<&'a str> {
    policy.sector_of(&class_digits(cell)?).map(|sector| sector.term.id.as_str())
}

fn additive(cells: &TableCells<'_>, index: usize, canonical: &str, row: &mut RowProblems<'_>) -> Option<f64> {
    let cell = cells.get(index, canonical)?;
    let number = cell::number(cell).filter(|number| *number >= 0.0);
    if number.is_none() {
        let expected = "a number not below zero; the cell was left out";
        row.warn(ProblemKind::UnreadableValue, cells.header(canonical), cell, expected);
    }
    number
}

fn declared_district(
    cells: &TableCells<'_>,
    index: usize,
    policy: &Policy,
    row: &mut RowProblems<'_>,
) -> Option<String> {
    let cell = cells.get(index, "district")?;
    let district = find_district(policy, cell);
    if district.is_none() {
        let names: Vec<&str> = policy.districts.iter().map(|district| district.name_zh.as_str()).collect();
        row.warn(ProblemKind::UnknownCode, cells.header("district"), cell, format!("one of {}", names.join("、")));
    }
    district.map(|district| district.adcode.clone())
}

/// `越城区`, `330602`, `绍兴市越城区`, `越城`.
pub(super) fn find_district<'a>(policy: &'a Policy, cell: &str) -> Option<&'a District> {
    policy.district(cell).or_else(|| {
        policy.districts.iter().find(|district| {
            let stem = district.name_zh.trim_end_matches(['区', '县', '市']);
            cell.ends_with(district.name_zh.as_str()) || cell == stem
        })
    })
}
