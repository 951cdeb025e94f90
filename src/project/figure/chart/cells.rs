use std::collections::{BTreeMap, HashMap};

use polars::prelude::{Float64Chunked, StringChunked};

use super::kept;
use crate::error::{ProjectError, Result};
use crate::model::{Counts, Language, Table, column};
use crate::policy::Policy;
use crate::project::figure::english_names;
use crate::project::figure::sectors::sectors_by_size;
use crate::project::file::Project;
use crate::project::survey::Survey;
use crate::render::chart::{AreaSectors, ChartData, ChartKind, ChartSpec, Distribution, Quotient};

/// The display names of areas, sectors and columns in a chart.
pub(super) struct Naming<'a> {
    own: &'a BTreeMap<String, String>,
    policy: Option<&'a Policy>,
    language: Language,
    /// The English names of areas by their ids, where their file has them.
    english: BTreeMap<String, String>,
    /// The sectors of the run, those with most firms first.
    sectors: Vec<String>,
}

impl<'a> Naming<'a> {
    pub(super) fn new(spec: &'a ChartSpec, policy: Option<&'a Policy>) -> Self {
        Self { own: &spec.names, policy, language: spec.language, english: BTreeMap::new(), sectors: Vec::new() }
    }

    /// The names in a run, in whose charts a sector has one colour: by the firms of a concentration table.
    pub(super) fn of_run(spec: &'a ChartSpec, survey: &'a Survey, project: &Project) -> Result<Self> {
        let mut naming = Self::new(spec, Some(&survey.policy));
        if spec.language == Language::En {
            let layer = spec.layer.as_ref().or(survey.concentration.first().map(|measured| &measured.layer));
            naming.english = layer.map(|layer| english_names(project, layer)).transpose()?.unwrap_or_default();
        }
        naming.sectors = sectors_by_size(survey)?;
        Ok(naming)
    }

    /// The position of a sector among those of the run.
    fn position(&self, id: &str) -> Option<usize> {
        self.sectors.iter().position(|sector| sector == id)
    }

    /// Returns the display name of the specification, by id or by name in the table.
    fn own(&self, id: &str, name: Option<&str>) -> Option<String> {
        self.own.get(id).or_else(|| self.own.get(name?)).cloned()
    }

    pub(super) fn area(&self, id: &str, name: Option<&str>) -> String {
        let district = || self.policy.filter(|_| self.language == Language::En)?.district(id);
        self.own(id, name)
            .or_else(|| district().map(|district| district.name_en.clone()))
            .or_else(|| self.english.get(id).cloned())
            .unwrap_or_else(|| name.unwrap_or(id).to_owned())
    }

    pub(super) fn sector(&self, id: &str, name: Option<&str>) -> String {
        let known = || self.policy?.sectors.iter().find(|sector| sector.term.id == id);
        if let Some(own) = self.own(id, name) {
            own
        } else if id == Counts::UNCLASSIFIED {
            self.language.pick("未分类", "unclassified").to_owned()
        } else if let Some(sector) = known() {
            self.language.pick(&sector.term.name_zh, &sector.term.name_en).clone()
        } else {
            // The names of a table are Chinese; an English id is nearer to English.
            self.language.pick(name.unwrap_or(id).to_owned(), id.replace('_', " "))
        }
    }

    /// A column or unit.
    fn column(&self, column: &str) -> String {
        let known = if column == Counts::FIRMS { self.language.pick("企业", "firms") } else { column };
        self.own(column, None).unwrap_or_else(|| known.to_owned())
    }
}

/// The rows of a concentration table that a chart is of.
struct ConcentrationRows {
    rows: Vec<usize>,
    area: StringChunked,
    area_name: Option<StringChunked>,
    sector: Option<StringChunked>,
    sector_name: Option<StringChunked>,
}

impl ConcentrationRows {
    fn select(spec: &ChartSpec, table: &Table) -> Result<Self> {
        let has = |name: &str| table.columns().iter().any(|column| column == name);
        let optional = |name: &str| has(name).then(|| table.text(name)).transpose();
        let kept = kept(spec, table)?;
        let cells = Self {
            rows: (0..table.height()).filter(|row| kept[*row]).collect(),
            area: table.text(column::AREA)?,
            area_name: optional(column::AREA_NAME)?,
            sector: if spec.kind == ChartKind::Lorenz {
                optional(column::SECTOR)?
            } else {
                Some(table.text(column::SECTOR)?)
            },
            sector_name: optional(column::SECTOR_NAME)?,
        };
        cells.refuse_doubled(table)?;
        Ok(cells)
    }

    fn area(&self, row: usize) -> &str {
        self.area.get(row).unwrap_or_default()
    }

    fn sector(&self, row: usize) -> &str {
        self.sector.as_ref().and_then(|sectors| sectors.get(row)).unwrap_or_default()
    }

    fn area_name(&self, row: usize, naming: &Naming<'_>) -> String {
        naming.area(self.area(row), self.area_name.as_ref().and_then(|names| names.get(row)))
    }

    fn sector_name(&self, row: usize, naming: &Naming<'_>) -> String {
        naming.sector(self.sector(row), self.sector_name.as_ref().and_then(|names| names.get(row)))
    }

    /// Positions of areas, and of sectors, in the order in which they come, each with its first row.
    fn positions<'a>(&'a self, of: impl Fn(&'a Self, usize) -> &'a str) -> (HashMap<&'a str, usize>, Vec<usize>) {
        let (mut positions, mut first_rows) = (HashMap::new(), Vec::new());
        for row in &self.rows {
            positions.entry(of(self, *row)).or_insert_with(|| {
                first_rows.push(*row);
                first_rows.len() - 1
            });
        }
        (positions, first_rows)
    }

    fn refuse_doubled(&self, table: &Table) -> Result<()> {
        let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
        for row in &self.rows {
            let cell = (self.area(*row), self.sector(*row));
            if let Some(first) = seen.insert(cell, *row) {
                let (area, sector) = cell;
                let (one, other) = (table.rows[first], table.rows[*row]);
                return Err(ProjectError::Options {
                    message: format!("{} has two rows for {area} {sector}: {one} and {other}", table.source),
                    hint: "choose one with `filter = { column = \"word\" }` in the specification, or set \
                           `filter.column=word` by ‹set›"
                        .to_owned(),
                }
                .into());
            }
        }
        Ok(())
    }
}

/// Returns the chart data for a concentration table as written by `jiju concentration`.
pub(super) fn data(spec: &ChartSpec, table: &Table, naming: &Naming<'_>) -> Result<ChartData> {
    let cells = ConcentrationRows::select(spec, table)?;
    Ok(match spec.kind {
        ChartKind::LocationQuotient => {
            ChartData { quotients: quotients(&cells, table, naming)?, ..ChartData::default() }
        }
        ChartKind::Lorenz => {
            ChartData { distribution: Some(distribution(spec, &cells, table, naming)?), ..ChartData::default() }
        }
        ChartKind::Composition => {
            let column = spec.column.as_deref().unwrap_or(column::COUNT);
            ChartData { cells: Some(area_sectors(column, &cells, table, naming)?), ..ChartData::default() }
        }
        _ => {
            let column = spec.column.as_deref().unwrap_or(column::LOCATION_QUOTIENT);
            ChartData { cells: Some(area_sectors(column, &cells, table, naming)?), ..ChartData::default() }
        }
    })
}

fn area_sectors(column: &str, cells: &ConcentrationRows, table: &Table, naming: &Naming<'_>) -> Result<AreaSectors> {
    let (values, amounts) = (table.numbers(column)?, table.numbers(column::COUNT)?);
    let (areas, area_rows) = cells.positions(ConcentrationRows::area);
    let (sectors, sector_rows) = cells.positions(ConcentrationRows::sector);
    let length = areas.len() * sectors.len();
    let mut found = AreaSectors {
        areas: area_rows.iter().map(|row| cells.area_name(*row, naming)).collect(),
        sectors: sector_rows.iter().map(|row| cells.sector_name(*row, naming)).collect(),
        values: vec![None; length],
        amounts: vec![0.0; length],
        colors: sector_rows.iter().filter_map(|row| naming.position(cells.sector(*row))).collect(),
    };
    if found.colors.len() < found.sectors.len() {
        found.colors.clear();
    }
    for row in &cells.rows {
        let cell = areas[cells.area(*row)] * sectors.len() + sectors[cells.sector(*row)];
        found.values[cell] = finite(&values, *row);
        found.amounts[cell] = finite(&amounts, *row).unwrap_or(0.0);
    }
    Ok(found)
}

fn finite(numbers: &Float64Chunked, row: usize) -> Option<f64> {
    numbers.get(row).filter(|number| number.is_finite())
}

fn quotients(cells: &ConcentrationRows, table: &Table, naming: &Naming<'_>) -> Result<Vec<Quotient>> {
    let (quotients, counts) = (table.numbers(column::LOCATION_QUOTIENT)?, table.numbers(column::COUNT)?);
    let lower = table.numbers(column::LOCATION_QUOTIENT_LOWER)?;
    let upper = table.numbers(column::LOCATION_QUOTIENT_UPPER)?;
    let one_area = cells.positions(ConcentrationRows::area).0.len() == 1;
    let one_sector = cells.positions(ConcentrationRows::sector).0.len() == 1;
    let named = |row: usize| match (one_area, one_sector) {
        (_, true) => cells.area_name(row, naming),
        (true, false) => cells.sector_name(row, naming),
        (false, false) => format!("{} · {}", cells.area_name(row, naming), cells.sector_name(row, naming)),
    };
    let row = |row: &usize| Quotient {
        name: named(*row),
        quotient: finite(&quotients, *row),
        interval: finite(&lower, *row).zip(finite(&upper, *row)),
        count: finite(&counts, *row),
    };
    Ok(cells.rows.iter().map(row).collect())
}

/// Amounts by area. Of one sector they are compared with all firms of the area; of all sectors, or of areas as they are, each area
/// counts alike.
fn distribution(
    spec: &ChartSpec,
    cells: &ConcentrationRows,
    table: &Table,
    naming: &Naming<'_>,
) -> Result<Distribution> {
    let column = spec.column.as_deref().unwrap_or(column::COUNT);
    let sector = spec.filter.get(column::SECTOR);
    let amounts = by_area(cells, &table.numbers(column)?);
    let order: Vec<&str> = cells.positions(ConcentrationRows::area).1.iter().map(|row| cells.area(*row)).collect();
    let listed = |sums: &BTreeMap<&str, f64>| -> Vec<f64> {
        order.iter().map(|area| sums.get(area).copied().unwrap_or(0.0)).collect()
    };
    let firms = spec.filter.get(column::UNIT).map_or(Counts::FIRMS, String::as_str);
    let what = if column == column::COUNT { naming.column(firms) } else { naming.column(column) };
    let (reference, reference_name) = match (&spec.reference, sector) {
        (Some(reference), _) => {
            // What an area has, not its sectors: said once for each area.
            let numbers = table.numbers(reference)?;
            let rows = cells.positions(ConcentrationRows::area).1;
            let once = rows.iter().map(|row| finite(&numbers, *row).unwrap_or(0.0)).collect();
            (Some(once), Some(naming.column(reference)))
        }
        (None, Some(_)) => {
            let mut all = spec.clone();
            all.filter.remove(column::SECTOR);
            let everything = ConcentrationRows::select(&all, table)?;
            let sums = listed(&by_area(&everything, &table.numbers(column)?));
            let all_of = spec.language.pick(format!("全部{what}"), format!("all {what}"));
            (Some(sums), Some(all_of))
        }
        (None, None) => (None, spec.layer.as_deref().map(|layer| layer_name(layer, spec.language).to_owned())),
    };
    let amount_name = match (sector, cells.rows.first()) {
        (Some(_), Some(row)) => {
            let sector = cells.sector_name(*row, naming);
            spec.language.pick(format!("{sector}{what}"), format!("{what} of {}", sector.to_lowercase()))
        }
        _ => what,
    };
    Ok(Distribution { amounts: listed(&amounts), reference, amount_name: Some(amount_name), reference_name })
}

fn by_area<'a>(cells: &'a ConcentrationRows, numbers: &Float64Chunked) -> BTreeMap<&'a str, f64> {
    let mut sums = BTreeMap::new();
    for row in &cells.rows {
        *sums.entry(cells.area(*row)).or_insert(0.0) += finite(numbers, *row).unwrap_or(0.0);
    }
    sums
}

fn layer_name(layer: &str, language: Language) -> &str {
    match layer {
        "district" => language.pick("区县", "districts"),
        "town" => language.pick("镇街", "towns"),
        "park" => language.pick("园区", "parks"),
        "small_micro_park" => language.pick("小微企业园", "small-micro parks"),
        own => own,
    }
}
