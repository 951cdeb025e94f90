//! The problems of the data by district.

use std::collections::{BTreeMap, HashMap};

use polars::prelude::{Column, DataFrame};

use super::super::problem_words::{expected_in_chinese, found_in_chinese};
use super::super::survey::Survey;
use crate::check::CheckedRegister;
use crate::error::{Error, Result};
use crate::model::{LEDGER_COLUMNS, Language, ProblemKind, REGISTER_COLUMNS};
use crate::policy::Policy;
use crate::report::WorkbookSheet;

/// The problems of each district, ready to send back.
pub(super) fn problem_sheets(survey: &Survey, language: Language) -> Result<Vec<WorkbookSheet>> {
    let told = || Error::table("the problems");
    let texts = |name: &str| survey.problems.column(name).and_then(|column| column.str().cloned()).map_err(told());
    let (problem, file, column_name) = (texts("problem")?, texts("file")?, texts("column")?);
    let (found, expected) = (texts("found")?, texts("expected")?);
    let rows =
        survey.problems.column("row").map_err(told())?.cast(&polars::prelude::DataType::UInt64).map_err(told())?;
    let rows = rows.u64().cloned().map_err(told())?;
    let places = Places::new(survey);
    let mut sheets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let policy: &Policy = &survey.policy;
    for position in 0..survey.problems.height() {
        let adcode = file.get(position).zip(rows.get(position)).and_then(|(file, row)| places.district(file, row));
        let district = adcode.and_then(|adcode| policy.districts.iter().position(|district| district.adcode == adcode));
        sheets.entry(district.unwrap_or(policy.districts.len())).or_default().push(position);
    }
    let mut made = Vec::new();
    for (district, positions) in sheets {
        let name = policy.districts.get(district).map_or_else(
            || language.pick("未落位", "no district").to_owned(),
            |district| language.pick(&district.name_zh, &district.name_en).clone(),
        );
        let pick = |cells: &polars::prelude::StringChunked| -> Vec<Option<String>> {
            positions.iter().map(|position| cells.get(*position).map(str::to_owned)).collect()
        };
        // Districts get what the checks say in their language.
        let said = |cells: &polars::prelude::StringChunked, say: fn(&str, &Policy) -> String| -> Vec<Option<String>> {
            let cells = pick(cells).into_iter();
            cells
                .map(|cell| cell.map(|cell| if language == Language::Zh { say(&cell, policy) } else { cell }))
                .collect()
        };
        let kinds = positions.iter().map(|position| {
            let key = problem.get(*position)?;
            Some(ProblemKind::of_key(key).map_or_else(|| key.to_owned(), |kind| kind.name(language).to_owned()))
        });
        let columns = vec![
            Column::new("problem_name".into(), kinds.collect::<Vec<_>>()),
            Column::new("file".into(), pick(&file)),
            Column::new("row".into(), positions.iter().map(|position| rows.get(*position)).collect::<Vec<_>>()),
            Column::new("column".into(), pick(&column_name)),
            Column::new("found".into(), said(&found, found_in_chinese)),
            Column::new("expected".into(), said(&expected, expected_in_chinese)),
        ];
        let frame = DataFrame::new(positions.len(), columns).map_err(told())?;
        let about = language.pick(format!("{name}需核实更正的问题"), format!("To be mended by {name}"));
        made.push(WorkbookSheet::new(&name.chars().take(31).collect::<String>(), &about, frame));
    }
    Ok(made)
}

/// To which district a row of register or ledger belongs: where its firm stands, or what the row declares if that is not known.
struct Places<'a> {
    /// Files as problems name them, with their rows.
    files: Vec<(String, HashMap<u64, &'a str>)>,
}

impl<'a> Places<'a> {
    fn new(survey: &'a Survey) -> Self {
        let mut files: Vec<(String, HashMap<u64, &str>)> = Vec::new();
        let mut add = |source: &str, sheet: Option<&str>, row: u64, adcode: &'a str| {
            let file = sheet.map_or_else(|| source.to_owned(), |sheet| format!("{source}, sheet {sheet}"));
            let place = files.iter().position(|(known, _)| *known == file).unwrap_or_else(|| {
                files.push((file, HashMap::new()));
                files.len() - 1
            });
            files[place].1.insert(row, adcode);
        };
        // The table of the register has the rows that were rejected; these are the others.
        let CheckedRegister { register, standing, .. } = &survey.register;
        for firm in register.enterprises() {
            if let Some(adcode) = standing.get(&firm.id).or(firm.district.as_ref()) {
                add(&register.source, firm.sheet.as_deref(), firm.row, adcode);
            }
        }
        let register = (&survey.register.table, REGISTER_COLUMNS);
        for (table, definitions) in [register, (&survey.ledger.table, LEDGER_COLUMNS)] {
            let headers = table.columns();
            let cells = |name: &str| {
                let definition = definitions.iter().find(|definition| definition.name == name)?;
                table.text(definition.header_in(&headers)?).ok()
            };
            let (ids, districts) = (cells("id"), cells("district"));
            for (index, row) in table.rows.iter().enumerate() {
                let standing =
                    ids.as_ref().and_then(|ids| ids.get(index)).and_then(|id| survey.register.standing.get(id.trim()));
                let declared = || {
                    let cell = districts.as_ref()?.get(index)?;
                    survey
                        .policy
                        .districts
                        .iter()
                        .find(|one| one.adcode == cell || cell.ends_with(one.name_zh.as_str()))
                };
                let Some(adcode) = standing.map(|adcode| &**adcode).or_else(|| Some(declared()?.adcode.as_str()))
                else {
                    continue;
                };
                add(&table.source, table.reading.sheet_of(index), *row, adcode);
            }
        }
        Self { files }
    }

    fn district(&self, file: &str, row: u64) -> Option<&'a str> {
        // A problem names the file from the folder of the project.
        let (_, rows) = self.files.iter().find(|(known, _)| known.ends_with(file))?;
        rows.get(&row).copied()
    }
}
