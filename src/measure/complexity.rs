//! The complexity of areas and sectors, and what enters and leaves.

use polars::prelude::{Column, DataFrame};
use serde_json::Map;

use super::count_source::CountSource;
use super::operation::{Input, Operation, Part, missing};
use super::outcome::{Outcome, OutcomeTable, Places, fields};
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::model::json::json;
use crate::model::{Counts, Table};
use crate::source::Origin;
use crate::stats::{self, DensityOfChanges, location_quotient};

/// Economic complexity: which areas have what few have, which sectors are found where much else is, and what is related to what an area
/// has.
#[parameters]
#[derive(Default)]
pub struct Complexity {
    /// Table of enterprises with coordinates; with counts a row for each area and sector.
    #[parameter(value = "TABLE", positional, required)]
    pub table: Origin<Table>,
    /// Table of a later date, to see whether sectors entered where related ones were.
    #[parameter(value = "FILE")]
    pub later: Option<Origin<Table>>,
    /// How firms are counted.
    #[flatten]
    pub counted: CountSource,
}

impl Operation for Complexity {
    const NAME: &'static str = "complexity";
    const SUMMARY: &'static str =
        "Economic complexity of areas and sectors, relatedness density, and what entered and left against it";
    const DEFINITION: &'static str = "second eigenvector of sum_s M_as M_bs / (k_a k_s), M_as = 1 where the location quotient is 1 or \
more, standardised (Hidalgo and Hausmann 2009); density = sum_t phi_st M_at / sum_t phi_st, t != s (Hidalgo et al. 2007)";
    const REMARKS: &'static str = "A sector is at home in an area where its location quotient is 1 or more. The complexity of an area is \
the mean of that of the sectors at home there. `greater_share` is the share of pairs in which a cell that changed had the greater density \
than one that could have: 0.5 is chance.";
    const EXAMPLES: &'static [&'static str] = &[
        "complexity firms.csv --areas towns.geojson --sectors sectors.csv --cells cells.csv",
        "complexity firms2019.csv --later firms2020.csv --areas towns.geojson --weight employees --format json",
        "complexity counts2020.csv --counts -o complexity.csv",
    ];
    const PARTS: &'static [Part] = &[
        Part { name: "sectors", is_layer: false, about: "each sector with its ubiquity and complexity" },
        Part {
            name: "cells",
            is_layer: false,
            about: "each sector in each area: its quotient, whether it is at home, its relatedness density, and what became of it",
        },
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.counted.inputs([Some(&mut self.table), self.later.as_mut()])
    }

    fn run(&self) -> Result<Outcome> {
        let mut outcome = Outcome::default();
        let tables: Vec<&Origin<Table>> = std::iter::once(&self.table).chain(&self.later).collect();
        let (counts, areas) = self.counted.of_tables(&tables, &mut outcome.notes)?;
        let Some(first) = counts.first() else { return Err(missing(Self::NAME, "table")) };
        let (quotients, later) = (quotients(first), counts.get(1).map(quotients));
        let at_home: Vec<Vec<bool>> =
            quotients.iter().map(|row| row.iter().map(|one| is_at_home(*one)).collect()).collect();
        let found = stats::economic_complexity(&at_home)?;
        let density = stats::relatedness_density(&at_home)?;
        outcome.notes.extend(notes(&found));
        let name = |area: usize| {
            let known = areas.as_ref().and_then(|areas| areas.areas.get(area));
            known.map_or_else(|| first.areas[area].clone(), |area| area.name.clone())
        };
        let names: Vec<String> = (0..first.areas.len()).map(name).collect();
        let whole = |numbers: &[usize]| numbers.iter().map(|number| *number as u64).collect::<Vec<_>>();
        let of_areas = vec![
            Column::new("area".into(), &first.areas),
            Column::new("area_name".into(), &names),
            Column::new(
                "count".into(),
                first
                    .values
                    .chunks_exact(first.sectors.len().max(1))
                    .map(|row| row.iter().sum::<f64>())
                    .collect::<Vec<_>>(),
            ),
            Column::new("diversity".into(), whole(&found.diversity)),
            Column::new("complexity".into(), &found.area_complexity),
        ];
        let total = |sector: usize| (0..first.areas.len()).map(|area| first.get(area, sector)).sum::<f64>();
        let of_sectors = vec![
            Column::new("sector".into(), &first.sectors),
            Column::new("count".into(), (0..first.sectors.len()).map(total).collect::<Vec<_>>()),
            Column::new("ubiquity".into(), whole(&found.ubiquity)),
            Column::new("complexity".into(), &found.sector_complexity),
        ];
        let cells =
            || (0..first.areas.len()).flat_map(|area| (0..first.sectors.len()).map(move |sector| (area, sector)));
        let mut of_cells = vec![
            Column::new("area".into(), cells().map(|(area, _)| first.areas[area].as_str()).collect::<Vec<_>>()),
            Column::new("area_name".into(), cells().map(|(area, _)| names[area].as_str()).collect::<Vec<_>>()),
            Column::new("sector".into(), cells().map(|(_, sector)| first.sectors[sector].as_str()).collect::<Vec<_>>()),
            Column::new("count".into(), &first.values),
            Column::new("location_quotient".into(), quotients.concat()),
            Column::new("at_home".into(), at_home.concat()),
            Column::new("relatedness_density".into(), density.concat()),
        ];
        let scalars = &mut outcome.scalars;
        scalars.insert("n_areas".to_owned(), first.areas.len().into());
        scalars.insert("n_sectors".to_owned(), first.sectors.len().into());
        scalars.insert("eigenvalue".to_owned(), json!(found.eigenvalue));
        scalars.insert("components".to_owned(), found.components.into());
        if let Some(later) = later {
            let then = |(area, sector): (usize, usize)| is_at_home(later[area][sector]);
            let became: Vec<&str> = cells()
                .map(|(area, sector)| match (at_home[area][sector], then((area, sector))) {
                    (false, true) => "entered",
                    (true, false) => "left",
                    (true, true) => "stayed",
                    (false, false) => "absent",
                })
                .collect();
            let changes = |was_there: bool| -> DensityOfChanges {
                let own = cells().filter(|(area, sector)| at_home[*area][*sector] == was_there);
                let of_cell =
                    |(area, sector): (usize, usize)| Some((density[area][sector]?, then((area, sector)) != was_there));
                stats::density_of_changes(&own.filter_map(of_cell).collect::<Vec<_>>())
            };
            for (prefix, was_there) in [("entries", false), ("exits", true)] {
                scalars.extend(prefixed(prefix, changes(was_there))?);
            }
            of_cells.push(Column::new("location_quotient_later".into(), later.concat()));
            of_cells.push(Column::new("became".into(), became));
        }
        for (name, columns) in [("areas", of_areas), ("sectors", of_sectors), ("cells", of_cells)] {
            let frame = DataFrame::new_infer_height(columns).map_err(Error::table(name))?;
            outcome.tables.push(OutcomeTable::of_rows(name, frame));
        }
        if let (Some(areas), Some(table)) = (areas, outcome.tables.first_mut()) {
            table.places = Some(Places::Areas(areas));
        }
        outcome.manifest.insert("unit".to_owned(), json!(first.unit));
        Ok(outcome)
    }
}

/// The fields of a result, each with a word before its name.
fn prefixed(prefix: &str, found: DensityOfChanges) -> Result<Map<String, serde_json::Value>> {
    Ok(fields(found)?.into_iter().map(|(name, value)| (format!("{prefix}_{name}"), value)).collect())
}

fn is_at_home(quotient: Option<f64>) -> bool {
    quotient.is_some_and(|quotient| quotient >= 1.0)
}

/// The location quotient of each sector in each area.
fn quotients(counts: &Counts) -> Vec<Vec<Option<f64>>> {
    let (areas, sectors) = (counts.areas.len(), counts.sectors.len());
    let of_area: Vec<f64> = (0..areas).map(|area| (0..sectors).map(|sector| counts.get(area, sector)).sum()).collect();
    let of_sector: Vec<f64> =
        (0..sectors).map(|sector| (0..areas).map(|area| counts.get(area, sector)).sum()).collect();
    let all: f64 = of_area.iter().sum();
    let quotient =
        |area: usize, sector: usize| location_quotient(counts.get(area, sector), of_area[area], of_sector[sector], all);
    (0..areas).map(|area| (0..sectors).map(|sector| quotient(area, sector)).collect()).collect()
}

/// Warnings to show to the user, one sentence each.
fn notes(found: &stats::EconomicComplexity) -> Vec<String> {
    const FEW: usize = 10;
    let mut notes = Vec::new();
    let (areas, sectors) = (found.diversity.len(), found.ubiquity.len());
    if found.components > 1 {
        notes.push(format!(
            "areas and sectors fall into {} groups that have nothing in common: there is no complexity",
            found.components
        ));
    } else if found.area_complexity.iter().all(Option::is_none) {
        notes.push("what areas have in common tells them apart in no one way: there is no complexity".to_owned());
    }
    if areas.min(sectors) < FEW {
        notes.push(format!("{areas} areas and {sectors} sectors are few: complexity says little"));
    }
    notes
}
