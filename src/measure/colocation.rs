//! Which sectors stand by which others, and where.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame};

use super::autocorrelation::{Chance, Labelling, least_p_note};
use super::firms::{FirmSource, ReadFirms, rows_of_sector, sector_cells};
use super::manifest::weights_hash;
use super::neighbours::NeighbourSource;
use super::operation::{Input, Operation};
use super::outcome::{Outcome, OutcomeTable, Places};
use super::units::{UnitTable, by_rows};
use super::weights::{BuiltWeights, row_ids};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::json::json;
use crate::model::{Table, Weights, column};
use crate::policy::Policy;
use crate::source::PointTable;
use crate::stats::{self, Inference, Label, Permutations};

/// Colocation quotients: of every pair of sectors, or of each firm of one sector.
#[parameters]
pub struct Colocation {
    /// The firms.
    #[flatten]
    pub firms: FirmSource,
    /// Column with the sectors.
    #[parameter(value = "COLUMN")]
    pub by: String,
    /// Sector whose firms are looked at one by one [default: every sector as a whole].
    pub sector: Option<String>,
    /// Sector whose firms are looked for [default: the same].
    #[parameter(value = "SECTOR", alias = "other", requires = "sector")]
    pub other_sector: Option<String>,
    /// Column with the ids of the weights [default: the first that holds just these, else the order of the rows].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// How quotients are held against chance.
    #[flatten]
    pub chance: Chance,
    /// Which pairs, or firms, are labelled.
    #[flatten]
    pub labelling: Labelling,
    /// Which firms are near each other.
    #[flatten]
    pub neighbours: NeighbourSource,
}

impl Default for Colocation {
    fn default() -> Self {
        Self {
            firms: FirmSource::default(),
            by: column::SECTOR.to_owned(),
            sector: None,
            other_sector: None,
            id: None,
            chance: Chance::default(),
            labelling: Labelling::default(),
            neighbours: NeighbourSource::default(),
        }
    }
}

/// The most sectors of which every pair is held against chance.
const MOST_SECTORS: usize = 500;

impl Operation for Colocation {
    const NAME: &'static str = "colocation";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Colocation quotients: do printers stand by dyers, and where?";
    const DEFINITION: &'static str = "CLQ_AB = mean share of B among the neighbours of A over N'_B / (N - 1) (Leslie and \
Kronenfeld 2011); of each point of A by itself with a sector (Cromley, Hanink and Bentley 2014; Wang et al. 2017)";
    const REMARKS: &'static str = "Above 1 the other sector is nearer than by chance, given where firms are at all. The quotient \
has a direction. Random orders deal out the sectors anew; p is (M + 1) / (R + 1). Rows without a sector are left out, and counted.";
    const EXAMPLES: &'static [&'static str] = &[
        "colocation firms.csv --knn 5",
        "colocation firms.csv --by sector --distance-band 2km --permutations 9999 --format csv",
        "colocation firms.csv --sector hardware --other-sector bearings --knn 10 --kernel gaussian -o beside.geojson",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = self.firms.inputs();
        inputs.extend(self.neighbours.inputs());
        inputs
    }

    fn run(&self) -> Result<Outcome> {
        let ReadFirms { points, policy, mut notes } = self.firms.read()?;
        let PointTable { table, reference, points, .. } = points;
        let id = self.id.as_deref();
        let BuiltWeights { mut weights, by_row, notes: told, .. } =
            self.neighbours.build(Some(&self.firms.points), id)?;
        notes.extend(told.into_iter().filter(|note| !notes.contains(note)).collect::<Vec<_>>());
        if !by_row {
            let request = UnitTable { statistic: Self::NAME, columns: Vec::new(), id, drop_missing: false };
            weights = by_rows(&table, &weights, &request)?;
        }
        let cells = sector_cells(&table, &self.by)?;
        let cells: Vec<Option<&str>> =
            cells.iter().map(|cell| cell.map(str::trim).filter(|cell| !cell.is_empty())).collect();
        let kept: Vec<bool> = cells.iter().map(Option::is_some).collect();
        let left_out = kept.iter().filter(|kept| !**kept).count();
        if left_out > 0 {
            notes.push(format!("{left_out} rows without a sector are left out"));
            weights = weights.subset(&kept);
        }
        let inference = Inference::default()
            .with_alternative(self.chance.alternative)
            .with_permutations(Permutations { count: self.chance.permutations, seed: self.chance.seed })
            .with_adjustment(self.labelling.adjust)
            .with_level(self.labelling.level);
        let mut outcome = match &self.sector {
            None => self.of_pairs(&cells.iter().copied().flatten().collect::<Vec<_>>(), &weights, inference)?,
            Some(sector) => {
                let rows: Vec<usize> = (0..kept.len()).filter(|row| kept[*row]).collect();
                let mut outcome = self.of_sector(sector, &table, &rows, policy.as_ref(), &weights, inference)?;
                if let Some(first) = outcome.tables.first_mut() {
                    let own: Vec<usize> = rows_of_sector(&table, &self.by, sector, policy.as_ref())?
                        .iter()
                        .enumerate()
                        .filter_map(|(row, is_own)| (*is_own && kept[row]).then_some(row))
                        .collect();
                    first.places = Some(Places::Points(own.iter().map(|row| points[*row]).collect(), reference));
                }
                outcome
            }
        };
        outcome.notes.splice(0..0, notes);
        let what = if self.sector.is_some() { "firms" } else { "pairs" };
        outcome.notes.extend(least_p_note(&outcome, inference, what));
        outcome.manifest.insert("seed".to_owned(), json!(self.chance.seed));
        outcome.manifest.insert("weights_sha256".to_owned(), json!(weights_hash(&weights)));
        Ok(outcome)
    }
}

impl Colocation {
    /// A row for each pair of sectors.
    fn of_pairs(&self, cells: &[&str], weights: &Weights, inference: Inference) -> Result<Outcome> {
        let mut numbers: BTreeMap<&str, usize> = cells.iter().map(|cell| (*cell, 0)).collect();
        numbers.values_mut().enumerate().for_each(|(number, own)| *own = number);
        let names: Vec<&str> = numbers.keys().copied().collect();
        if names.len() > MOST_SECTORS {
            return Err(ProjectError::Options {
                message: format!(
                    "found {} sectors in `{}`, at most {MOST_SECTORS} can be paired",
                    names.len(),
                    self.by
                ),
                hint: "give a column of broader sectors with ‹by›, or name a ‹sector›".to_owned(),
            }
            .into());
        }
        let sectors: Vec<usize> = cells.iter().map(|cell| numbers[cell]).collect();
        let found = stats::colocation_quotients(&sectors, names.len(), weights, inference)?;
        let pairs = || (0..names.len()).flat_map(|from| (0..names.len()).map(move |to| (from, to)));
        let numbers = |name: &str, of: &[Vec<Option<f64>>]| {
            Column::new(name.into(), pairs().map(|(from, to)| of[from][to]).collect::<Vec<_>>())
        };
        let counts = |name: &str, of: fn((usize, usize)) -> usize| {
            Column::new(name.into(), pairs().map(|pair| found.counts[of(pair)] as u64).collect::<Vec<_>>())
        };
        let columns = vec![
            Column::new("sector".into(), pairs().map(|(from, _)| names[from]).collect::<Vec<_>>()),
            Column::new("other_sector".into(), pairs().map(|(_, to)| names[to]).collect::<Vec<_>>()),
            counts("firms", |(from, _)| from),
            counts("other_firms", |(_, to)| to),
            numbers("share", &found.shares),
            numbers("quotient", &found.quotients),
            numbers("p_permutation", &found.p_permutation),
            numbers("p_adjusted", &found.p_adjusted),
        ];
        let mut outcome = Outcome::default();
        let mut say = |name: &str, value| outcome.scalars.insert(name.to_owned(), value);
        say("n", json!(found.n));
        say("islands", json!(found.islands.len()));
        say("overall", json!(found.overall));
        say("p_overall", json!(found.p_overall));
        say("alternative", json!(found.alternative));
        say("permutations", json!(found.permutations));
        say("seed", json!(found.seed));
        say("adjustment", json!(inference.adjustment));
        let frame = DataFrame::new_infer_height(columns).map_err(Error::table("the pairs of sectors"))?;
        outcome.tables.push(OutcomeTable::of_rows("pairs", frame));
        Ok(outcome)
    }

    /// A row for each firm of a sector; `rows` are the rows of the table that are units of the weights.
    fn of_sector(
        &self,
        sector: &str,
        table: &Table,
        rows: &[usize],
        policy: Option<&Policy>,
        weights: &Weights,
        inference: Inference,
    ) -> Result<Outcome> {
        let of = |wanted: &str| -> Result<Vec<bool>> {
            let all = rows_of_sector(table, &self.by, wanted, policy)?;
            Ok(rows.iter().map(|row| all[*row]).collect())
        };
        let from = of(sector)?;
        let to = match &self.other_sector {
            Some(other) => of(other)?,
            None => from.clone(),
        };
        // Of the sector as a whole: it, the other, and the rest.
        let is_same = self.other_sector.as_deref().is_none_or(|other| other.trim() == sector.trim());
        let kinds: Vec<usize> = (from.iter().zip(&to))
            .map(|(from, to)| match (from, to) {
                (true, _) => 0,
                (false, true) => 1,
                _ => 2,
            })
            .collect();
        let whole = stats::colocation_quotients(&kinds, 3, weights, inference)?;
        let other = usize::from(!is_same);
        let found = stats::local_colocation(&from, &to, weights, inference)?;
        let own: Vec<usize> = (0..from.len()).filter(|unit| from[*unit]).collect();
        let ids = match self.id.as_deref() {
            Some(id) => row_ids(table, Some(id))?,
            None => table.rows.iter().map(ToString::to_string).collect(),
        };
        let numbers = |name: &str, values: &[Option<f64>]| {
            Column::new(name.into(), own.iter().map(|unit| values[*unit]).collect::<Vec<_>>())
        };
        let labels = own.iter().map(|unit| found.chance.label[*unit].map(Label::name));
        let columns = vec![
            Column::new("id".into(), own.iter().map(|unit| ids[rows[*unit]].as_str()).collect::<Vec<_>>()),
            numbers("share", &found.share),
            numbers("quotient", &found.quotient),
            numbers("p_permutation", &found.chance.p_permutation),
            numbers("p_adjusted", &found.chance.p_adjusted),
            Column::new("label".into(), labels.collect::<Vec<_>>()),
        ];
        let mut outcome = Outcome::default();
        let mut say = |name: &str, value| outcome.scalars.insert(name.to_owned(), value);
        say("n", json!(whole.n));
        say("islands", json!(found.islands.len()));
        say("firms", json!(whole.counts[0]));
        say("other_firms", json!(to.iter().filter(|is_of| **is_of).count()));
        say("quotient", json!(whole.quotients[0][other]));
        say("p_permutation", json!(whole.p_permutation[0][other]));
        say("alternative", json!(whole.alternative));
        say("permutations", json!(whole.permutations));
        say("seed", json!(whole.seed));
        say("adjustment", json!(inference.adjustment));
        let frame = DataFrame::new(own.len(), columns).map_err(Error::table("the firms"))?;
        outcome.tables.push(OutcomeTable::of_rows("units", frame));
        Ok(outcome)
    }
}
