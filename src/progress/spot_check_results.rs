use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use polars::prelude::{Column, DataFrame};

use super::spot_check::SampleRole;
use crate::error::{Error, ReadError, Result};
use crate::model::{ColumnDefinition, ColumnKind, ColumnMapping, Table, column};
use crate::source::TableSource;
use crate::stats::{InspectedUnits, PassRate, PassRateOptions, Places, pass_rate};

const fn wanted(name: &'static str, aliases: &'static [&'static str], required: bool) -> ColumnDefinition {
    ColumnDefinition { name, aliases, required, kind: ColumnKind::Text }
}

/// The columns of a spot-check sheet that came back.
pub const SPOT_CHECK_COLUMNS: &[ColumnDefinition] = &[
    wanted("id", &["统一社会信用代码", "信用代码"], true),
    wanted("programme", &["任务代码", "programme code", "任务", "工作任务"], true),
    wanted("district", &["区县代码", "district code", "区县", "所属区县"], true),
    wanted("finding", &["抽验结论", "结论", "检查结论", "抽验结果"], true),
    wanted("population", &["本层企业（家）", "firms of the stratum"], true),
    wanted("role", &["类别代码", "role code"], false),
    wanted("programme_name", &["任务", "programme"], false),
    wanted("district_name", &["区县", "district"], false),
    wanted("lon", &["经度", "longitude"], false),
    wanted("lat", &["纬度", "latitude"], false),
];

/// The words for a firm that passed, that did not, and that was not inspected.
const PASSED: [&str; 8] = ["合格", "通过", "是", "pass", "passed", "yes", "true", "1"];
const FAILED: [&str; 8] = ["不合格", "未通过", "否", "fail", "failed", "no", "false", "0"];
const NOT_INSPECTED: [&str; 6] = ["未检", "未检查", "无法检查", "未能检查", "not inspected", "-"];

/// What a spot check found in a programme and district, in a programme, or in all.
#[derive(Debug, Clone, PartialEq)]
pub struct SpotCheckResult {
    /// The id of the programme; `None` in the row of all.
    pub programme: Option<String>,
    /// The adcode of the district; `None` in the row of a programme and in that of all.
    pub district: Option<String>,
    /// The name of the programme, as the sheet has it.
    pub programme_name: Option<String>,
    /// The name of the district, as the sheet has it.
    pub district_name: Option<String>,
    /// The number of firms that waited for the spot check.
    pub population: u64,
    /// The number of firms of the sample, without replacements.
    pub drawn: u64,
    /// The number of replacements that were inspected.
    pub replacements: u64,
    /// The pass rate.
    pub rate: PassRate,
}

/// The results of a spot check.
#[derive(Debug, Clone, PartialEq)]
pub struct SpotCheckResults {
    /// A row for each programme and district, in the order of the sheet; each programme; and all, if there are several programmes.
    pub rows: Vec<SpotCheckResult>,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
    /// Whether every inspected firm passed.
    pub all_passed: bool,
}

/// Takes back a sheet of a spot check: what was found, and what share of all waiting firms would pass.
///
/// The sheet is one that `jiju sample` wrote, with findings filled in: 合格 or 不合格 (pass, fail); a firm without a finding was not
/// inspected. Firms count for their stratum, the programme and district, each with the weight N / m, where m of its N firms were inspected,
/// replacements among them. Variance and interval are those of [`pass_rate`].
///
/// # Errors
///
/// What reading the table refuses; [`ReadError::Cell`] for a finding that is no known word, a firm that stands twice under a programme,
/// a stratum with several populations, more firms inspected than the stratum has, and a number that cannot be read.
pub fn spot_check_results(file: &Path, options: PassRateOptions) -> Result<SpotCheckResults> {
    let source = TableSource { file: file.to_owned(), ..TableSource::default() };
    let (table, source) = source.read(SPOT_CHECK_COLUMNS)?;
    let columns = ColumnMapping::recognise(&table, SPOT_CHECK_COLUMNS, &source.columns)?;
    results_of(&table, &columns, options)
}

/// A row of the sheet.
struct Inspected {
    row: usize,
    stratum: usize,
    passed: Option<bool>,
    role: SampleRole,
    place: [f64; 2],
}

/// A programme in a district.
struct Stratum {
    programme: String,
    district: String,
    programme_name: Option<String>,
    district_name: Option<String>,
    population: u64,
}

fn results_of(table: &Table, columns: &ColumnMapping, options: PassRateOptions) -> Result<SpotCheckResults> {
    let header = |name: &str| columns.header(name).unwrap_or(name).to_owned();
    let fault = |row: usize, column: &str, found: &str, expected: &str| -> Error {
        ReadError::Cell {
            file: table.source_of(row),
            row: table.rows.get(row).copied().unwrap_or_default(),
            column: header(column),
            found: found.to_owned(),
            expected: expected.to_owned(),
        }
        .into()
    };
    let text = |name: &'static str| -> Result<Vec<Option<String>>> {
        let Some(header) = columns.header(name) else { return Ok(vec![None; table.height()]) };
        let filled = |cell: Option<&str>| cell.map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned);
        Ok(table.text(header)?.iter().map(filled).collect())
    };
    let (ids, findings, roles) = (text("id")?, text("finding")?, text("role")?);
    let (programmes, districts, populations) = (text("programme")?, text("district")?, text("population")?);
    let (programme_names, district_names) = (text("programme_name")?, text("district_name")?);
    let (longitudes, latitudes) = (text("lon")?, text("lat")?);
    let mut strata: Vec<Stratum> = Vec::new();
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    let mut seen: HashMap<(usize, String), usize> = HashMap::new();
    let mut inspected: Vec<Inspected> = Vec::new();
    for row in 0..table.height() {
        // Lines to sign on and the like have no firm.
        let Some(id) = &ids[row] else { continue };
        let needed = |name: &str, cell: &Option<String>| {
            cell.clone().ok_or_else(|| fault(row, name, "", "a value, as the sheet had it"))
        };
        let (programme, district) = (needed("programme", &programmes[row])?, needed("district", &districts[row])?);
        let words = needed("population", &populations[row])?;
        let population = words.parse::<f64>().ok().filter(|count| *count >= 0.0 && count.fract() == 0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and not negative")]
        let population = population.ok_or_else(|| fault(row, "population", &words, "a whole number of firms"))? as u64;
        let key = (programme.clone(), district.clone());
        let stratum = *known.entry(key).or_insert_with(|| {
            strata.push(Stratum {
                programme,
                district,
                programme_name: programme_names[row].clone(),
                district_name: district_names[row].clone(),
                population,
            });
            strata.len() - 1
        });
        if strata[stratum].population != population {
            let expected =
                format!("{}, as in the other rows of this programme and district", strata[stratum].population);
            return Err(fault(row, "population", &words, &expected));
        }
        if let Some(first) = seen.insert((stratum, id.clone()), row) {
            let expected = format!("each firm once; it stands in row {} as well", table.row_name(first));
            return Err(fault(row, "id", id, &expected));
        }
        let passed = match &findings[row] {
            None => None,
            Some(words) => {
                let folded = words.to_lowercase();
                let is_one_of = |list: &[&str]| list.contains(&folded.as_str());
                if is_one_of(&PASSED) {
                    Some(true)
                } else if is_one_of(&FAILED) {
                    Some(false)
                } else if is_one_of(&NOT_INSPECTED) {
                    None
                } else {
                    let expected = "合格 or 不合格 (pass, fail), or an empty cell where the firm was not inspected";
                    return Err(fault(row, "finding", words, expected));
                }
            }
        };
        let coordinate = |name: &str, cell: &Option<String>| match cell {
            None => Ok(None),
            Some(words) => match words.parse::<f64>().ok().filter(|number| number.is_finite()) {
                Some(number) => Ok(Some(number)),
                None => Err(fault(row, name, words, "a number")),
            },
        };
        let place = (coordinate("lon", &longitudes[row])?, coordinate("lat", &latitudes[row])?);
        let place = match place {
            (Some(x), Some(y)) => [x, y],
            // As near to all others as to any.
            _ => [0.0, 0.0],
        };
        let is_replacement = roles[row].as_deref().is_some_and(|role| role == SampleRole::Replacement.key());
        let role = if is_replacement { SampleRole::Replacement } else { SampleRole::Sample };
        inspected.push(Inspected { row, stratum, passed, role, place });
    }
    let evaluation = Evaluation { strata: &strata, rows: &inspected, options };
    for (stratum, one) in strata.iter().enumerate() {
        let found: Vec<&Inspected> =
            inspected.iter().filter(|row| row.stratum == stratum && row.passed.is_some()).collect();
        if let Some(last) = found.last().filter(|_| found.len() as u64 > one.population) {
            let expected = format!("{} or more, as many as were inspected", found.len());
            return Err(fault(last.row, "population", &one.population.to_string(), &expected));
        }
    }
    let mut rows = Vec::new();
    for stratum in 0..strata.len() {
        rows.push(evaluation.of(|other| other == stratum, Some(stratum), true)?);
    }
    let mut programmes: BTreeMap<usize, &str> = BTreeMap::new();
    for (position, stratum) in strata.iter().enumerate() {
        if !programmes.values().any(|known| *known == stratum.programme) {
            programmes.insert(position, &stratum.programme);
        }
    }
    for (first, programme) in &programmes {
        rows.push(evaluation.of(|other| strata[other].programme == *programme, Some(*first), false)?);
    }
    if programmes.len() > 1 {
        rows.push(evaluation.of(|_| true, None, false)?);
    }
    let missing = inspected.iter().filter(|row| row.role == SampleRole::Sample && row.passed.is_none()).count();
    let instead = inspected.iter().filter(|row| row.role == SampleRole::Replacement && row.passed.is_some()).count();
    let mut notes = table.notes();
    if missing > 0 {
        notes.push(format!(
            "{missing} firms of the sample have no finding, and {instead} replacements have one; the firms without are taken to be like the others of their programme and district"
        ));
    } else if instead > 0 {
        notes
            .push(format!("{instead} replacements have a finding though every firm of the sample has one; they count"));
    }
    let empty: Vec<String> = rows
        .iter()
        .filter(|row| row.district.is_some() && row.rate.inspected == 0)
        .map(|row| {
            format!(
                "{} {}",
                row.programme_name.as_deref().unwrap_or_default(),
                row.district_name.as_deref().unwrap_or_default()
            )
        })
        .collect();
    if !empty.is_empty() {
        notes.push(format!("nothing was inspected, and nothing is said, of {}", empty.join(", ")));
    }
    // Whoever chooses among the replacements chooses what is found.
    let is_out_of_order = |stratum: usize| {
        let own = inspected.iter().filter(|row| row.stratum == stratum && row.role == SampleRole::Replacement);
        own.skip_while(|row| findings[row.row].is_some()).any(|row| row.passed.is_some())
    };
    let out_of_order: Vec<&str> = (0..strata.len())
        .filter(|stratum| is_out_of_order(*stratum))
        .filter_map(|stratum| strata[stratum].district_name.as_deref())
        .collect();
    if !out_of_order.is_empty() {
        notes.push(format!(
            "replacements were not taken in their order in {}: the rate is that of firms that somebody chose",
            out_of_order.join(", ")
        ));
    }
    let all_passed = inspected.iter().all(|row| row.passed != Some(false));
    Ok(SpotCheckResults { rows, notes, all_passed })
}

struct Evaluation<'a> {
    strata: &'a [Stratum],
    rows: &'a [Inspected],
    options: PassRateOptions,
}

impl Evaluation<'_> {
    fn of(&self, is_in: impl Fn(usize) -> bool, named: Option<usize>, is_stratum: bool) -> Result<SpotCheckResult> {
        let of_role = |role: SampleRole| self.rows.iter().filter(move |row| row.role == role);
        let found: Vec<&Inspected> =
            self.rows.iter().filter(|row| is_in(row.stratum) && row.passed.is_some()).collect();
        let points: Vec<[f64; 2]> = found.iter().map(|row| row.place).collect();
        let is_geographic = points.iter().all(|[x, y]| x.abs() <= 360.0 && y.abs() <= 90.0);
        let places = if is_geographic { Places::on_sphere(&points)? } else { Places::planar(&points)? };
        let strata: Vec<usize> = found.iter().map(|row| row.stratum).collect();
        let passed: Vec<bool> = found.iter().map(|row| row.passed == Some(true)).collect();
        let populations: Vec<u64> = self.strata.iter().map(|stratum| stratum.population).collect();
        let units = InspectedUnits { places: &places, strata: &strata, passed: &passed };
        let own = named.map(|stratum| &self.strata[stratum]);
        let all = (0..self.strata.len()).filter(|stratum| is_in(*stratum));
        Ok(SpotCheckResult {
            programme: own.map(|own| own.programme.clone()),
            district: own.filter(|_| is_stratum).map(|own| own.district.clone()),
            programme_name: own.and_then(|own| own.programme_name.clone()),
            district_name: own.filter(|_| is_stratum).and_then(|own| own.district_name.clone()),
            population: all.map(|stratum| self.strata[stratum].population).sum(),
            drawn: of_role(SampleRole::Sample).filter(|row| is_in(row.stratum)).count() as u64,
            replacements: of_role(SampleRole::Replacement)
                .filter(|row| is_in(row.stratum) && row.passed.is_some())
                .count() as u64,
            rate: pass_rate(&units, &populations, self.options)?,
        })
    }
}

/// Makes a table of the results of a spot check, with the columns `programme`, `district`, `programme_name`, `district_name`, `population`,
/// `drawn`, `inspected`, `replacements`, `passed`, `pass_rate`, `standard_error`, `pass_rate_lower`, `pass_rate_upper`, `represented`.
///
/// # Errors
///
/// [`Error::Table`] if the table cannot be built, which would be a bug.
pub fn frame_of_results(rows: &[SpotCheckResult]) -> Result<DataFrame> {
    let text = |name: &str, cell: fn(&SpotCheckResult) -> Option<&str>| {
        Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>())
    };
    let count = |name: &str, cell: fn(&SpotCheckResult) -> u64| {
        Column::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>())
    };
    let number = |name: &str, cell: fn(&PassRate) -> Option<f64>| {
        Column::new(name.into(), rows.iter().map(|row| cell(&row.rate)).collect::<Vec<_>>())
    };
    let columns = vec![
        text(column::PROGRAMME, |row| row.programme.as_deref()),
        text(column::DISTRICT, |row| row.district.as_deref()),
        text("programme_name", |row| row.programme_name.as_deref()),
        text("district_name", |row| row.district_name.as_deref()),
        count("population", |row| row.population),
        count("drawn", |row| row.drawn),
        count("inspected", |row| row.rate.inspected as u64),
        count("replacements", |row| row.replacements),
        count("passed", |row| row.rate.passed as u64),
        number("pass_rate", |rate| rate.share),
        number("standard_error", |rate| rate.standard_error),
        number("pass_rate_lower", |rate| rate.lower),
        number("pass_rate_upper", |rate| rate.upper),
        count("represented", |row| row.rate.represented),
    ];
    DataFrame::new(rows.len(), columns).map_err(Error::table("the results of the spot check"))
}
