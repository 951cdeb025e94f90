//! How sectors concentrate in areas: of a register of enterprises, or of a table of counts.

mod agglomeration;
mod change;
mod firms;
mod frame;
mod tallied;

use std::collections::HashMap;
use std::path::PathBuf;

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantNames};

use self::agglomeration::{Plants, cell_columns, gamma_intervals, per_area, per_pair, per_sector};
use self::firms::InParks;
use self::frame::sector_name;
use super::operation::{Input, Operation};
use super::outcome::{Outcome, OutcomeTable, Places};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::join::{Counted, restrict};
use crate::measure::firms::point_inputs;
use crate::model::json::json;
use crate::model::{Areas, Counts, Distance, Match, Table};
use crate::policy::Policy;
use crate::source::layers::{self, Layer};
use crate::source::{AreaLayers, AreasInMemory, LayerSource, Origin, PointSource};
use crate::stats::{self, Bootstrap, ConcentrationOptions};

pub use self::change::{ChangeStatistic, ConcentrationChange};
pub(crate) use self::firms::{Firms, faults_of};
pub(crate) use self::frame::named_frame;
pub use self::frame::{area_concentration_frame, concentration_frame};
pub use self::tallied::CountColumns;
pub(crate) use self::tallied::{aligned, tally};

/// Of fewer areas what compares them says little.
const FEW_AREAS: usize = 30;
/// Below it a number of firms says little.
const FEW_FIRMS: f64 = 5.0;

/// What a row of a concentration table is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Display, EnumString, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Per {
    /// A sector in an area: counts, shares, location quotients.
    #[default]
    Cell,
    /// An area: what it lives from.
    Area,
    /// A sector: how it agglomerates.
    Sector,
    /// Two sectors: how they go together.
    Pair,
}

impl Per {
    /// What the table is called.
    const fn table(self) -> &'static str {
        match self {
            Self::Cell => "cells",
            Self::Area => "areas",
            Self::Sector => "sectors",
            Self::Pair => "pairs",
        }
    }

    const fn definition(self) -> &'static str {
        match self {
            Self::Cell => "LQ_ij = (E_ij / E_i) / (E_j / E), the territory all areas and sectors of the table",
            Self::Area => "Krugman's K = sum_j |E_ij / E_i - (E_j - E_ij) / (E - E_i)|",
            Self::Sector => "gamma = (G - (1 - sum x^2) H) / ((1 - sum x^2)(1 - H)) (Ellison and Glaeser 1997)",
            Self::Pair => "gamma^c of two sectors (Ellison and Glaeser 1997), areas with LQ of both of 1 or more",
        }
    }
}

/// Measures how sectors concentrate in areas.
#[parameters]
pub struct Concentration {
    /// The enterprises; with counts a row for each area and sector.
    #[flatten]
    pub table: PointSource,
    /// The layers to measure over, one after the other; with counts the layer that gives names and km².
    #[flatten]
    pub layers: AreaLayers,
    /// Column with the sector; `sector` is made from the industry code where a policy is given and the table has none. With
    /// a policy, sectors may go by their ids or their Chinese names.
    #[parameter(value = "COLUMN")]
    pub by: String,
    /// Additive column to measure in place of the number of firms: employees, output_cny …
    #[parameter(value = "COLUMN")]
    pub weight: Option<String>,
    /// Policy folder with the rule from industry code to sector.
    #[parameter(value = "FOLDER")]
    pub policy: Option<PathBuf>,
    /// A firm outside every area belongs to the nearest within this distance, such as 200m; of layers of parks to none.
    #[parameter(conflicts = "counts")]
    pub snap_firms: Option<Distance>,
    /// Layer of parks, for the in-park share 入园率 of cells and areas (repeat for several).
    #[parameter(conflicts = "counts")]
    pub parks: Vec<Origin<AreasInMemory>>,
    /// Tell the in-park share with the boundary of every park moved inward and outward by this: 100m.
    #[parameter(requires = "parks")]
    pub park_boundary: Option<Distance>,
    /// Counts in place of enterprises.
    #[flatten]
    pub counts: CountColumns,
    /// Column with Herfindahl's index of each sector's plants, for γ of sectors where the plants are not known.
    #[parameter(value = "COLUMN", requires = "counts")]
    pub herfindahl: Option<String>,
    /// Confidence of the intervals of location quotients and in-park shares.
    pub confidence: f64,
    /// What a row is of: a cell (a sector in an area), an area, a sector (Ellison and Glaeser's γ, with the weight as plant
    /// size; Gini …), or a pair (relatedness and co-agglomeration of two sectors).
    pub per: Per,
    /// Flag cells with less: their quotient says little.
    #[parameter(value = "N", alias = "minimum_count")]
    pub min_count: f64,
    /// Draw the firms again so often, for intervals of cells' quotients, their p, and the cut-off of standardised quotients; of sectors
    /// for intervals of γ.
    #[parameter(alias = "bootstrap")]
    pub draws: Option<usize>,
    /// Seed of what is drawn.
    #[parameter(requires = "draws")]
    pub seed: u64,
    /// Table of the areas' heads, for the cluster index of cells of employees.
    #[parameter(alias = "population")]
    pub population_table: Option<Origin<Table>>,
    /// Column of the table of heads with the areas' ids.
    #[parameter(value = "COLUMN", requires = "population_table")]
    pub population_area: String,
    /// Column of the table of heads with the heads.
    #[parameter(value = "COLUMN", requires = "population_table")]
    pub population_heads: String,
}

impl Default for Concentration {
    fn default() -> Self {
        let ConcentrationOptions { confidence, minimum_count, .. } = ConcentrationOptions::default();
        Self {
            table: PointSource::default(),
            layers: AreaLayers::default(),
            by: "sector".to_owned(),
            weight: None,
            policy: None,
            snap_firms: None,
            parks: Vec::new(),
            park_boundary: None,
            counts: CountColumns::default(),
            herfindahl: None,
            confidence,
            per: Per::default(),
            min_count: minimum_count,
            draws: None,
            seed: 0,
            population_table: None,
            population_area: "area".to_owned(),
            population_heads: "population".to_owned(),
        }
    }
}

impl Operation for Concentration {
    const NAME: &'static str = "concentration";
    const SUMMARY: &'static str =
        "Measure how sectors concentrate in areas: count, shares, density, location quotient, Herfindahl–Hirschman";
    const DEFINITION: &'static str = Per::Cell.definition();
    const REMARKS: &'static str = "`standardised` and `standardised_log` are the quotient and its logarithm in standard \
deviations from the mean of the sector's areas; `expected` is what the cell would have were sectors alike everywhere; `one_firm` \
tells that a sector is at home there only thanks to one of its five largest plants.";
    const EXAMPLES: &'static [&'static str] = &[
        "concentration firms.csv --areas districts.geojson --by sector --format csv",
        "concentration firms.csv --areas towns.geojson --by sector --weight employees -o cells.parquet",
        "concentration firms.csv --areas towns.geojson --draws 999 --seed 7 -o cells.csv --manifest cells.json",
        "concentration firms.csv --areas districts.geojson --policy data/policy/shaoxing-2020 --parks parks.geojson \
         --park-boundary 100m --per area",
        "concentration firms.csv --areas towns.geojson --per sector --weight employees --draws 999 --format csv",
        "concentration counts.csv --counts --area district --count employees --unit employees --per area",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs = point_inputs(&mut self.table);
        inputs.extend(self.layers.areas.iter_mut().chain(&mut self.parks).map(Input::Areas));
        inputs.extend([Input::Policy(&mut self.policy), Input::Snap(&mut self.snap_firms)]);
        inputs.extend(self.population_table.as_mut().map(Input::Table));
        inputs
    }

    fn run(&self) -> Result<Outcome> {
        self.refuse_idle()?;
        let layers = self.layers.layers()?;
        let found = if self.counts.counts { self.of_counts(&layers)? } else { self.of_firms(&layers)? };
        let Found { rows, areas, unit, notes } = found;
        let mut table = OutcomeTable::whole(self.per.table(), rows);
        if let Some(areas) = stacked(areas).filter(|_| self.per == Per::Area) {
            table = table.at(Places::Areas(areas));
        }
        let mut outcome = Outcome { tables: vec![table], notes, ..Outcome::default() };
        let mut say = |name: &str, value| outcome.manifest.insert(name.to_owned(), value);
        say("definition", json!(self.per.definition()));
        say("per", json!(self.per));
        say("confidence", json!(self.confidence));
        say("minimum_count", json!(self.min_count));
        if let Some(draws) = self.draws {
            say("replications", json!(draws));
            say("seed", json!(self.seed));
        }
        if !self.counts.counts {
            say("sector", json!(self.by));
            say("park_boundary_m", json!(self.park_boundary.map(Distance::metres)));
        }
        say("unit", json!(unit));
        Ok(outcome)
    }
}

/// What was measured, layer by layer.
struct Found {
    rows: DataFrame,
    /// The areas of each layer, where they have outlines.
    areas: Vec<Areas>,
    unit: String,
    notes: Vec<String>,
}

/// The areas of all layers, in their order; none where there are none or their references are unlike.
fn stacked(layers: Vec<Areas>) -> Option<Areas> {
    let mut layers = layers.into_iter();
    let mut all = layers.next()?;
    for layer in layers {
        if !layer.reference.agrees_with(all.reference) {
            return None;
        }
        all.areas.extend(layer.areas);
    }
    Some(all)
}

/// What of the counts stands in parks, and would if their boundaries were moved.
#[derive(Debug)]
struct Parked {
    within: Counts,
    /// With the boundaries moved inward and outward.
    moved: Option<[Counts; 2]>,
}

/// A table of areas and sectors with what is known of it beside.
struct Tallied<'a> {
    counts: &'a Counts,
    areas: &'a Areas,
    areas_km2: Option<Vec<f64>>,
    plants: Option<Plants>,
    /// Herfindahl's index of the plants of each sector, where they are not known.
    herfindahl: Vec<Option<f64>>,
    parked: Option<Parked>,
}

impl Concentration {
    /// Refuses parameters that say nothing of the rows that are asked for.
    fn refuse_idle(&self) -> Result<()> {
        let refused = |message: &str, hint: &str| {
            Err(ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into())
        };
        if self.per != Per::Cell && self.population_table.is_some() {
            return refused("‹population_table› is of cells", "leave out ‹per›, or it");
        }
        if !matches!(self.per, Per::Cell | Per::Sector) && self.draws.is_some() {
            return refused("‹draws› is of cells and of sectors", "leave it out, or ask for these by ‹per›");
        }
        if matches!(self.per, Per::Sector | Per::Pair) && !self.parks.is_empty() {
            return refused("‹parks› is of cells and of areas", "leave it out, or ask for these by ‹per›");
        }
        if self.per != Per::Sector && self.herfindahl.is_some() {
            return refused("‹herfindahl› is of sectors", "leave it out, or ask for sectors by ‹per›");
        }
        Ok(())
    }

    /// Measures how the enterprises of a register concentrate in each layer.
    fn of_firms(&self, layers: &[LayerSource]) -> Result<Found> {
        if layers.is_empty() {
            return Err(ProjectError::Options {
                message: "enterprises concentrate in areas, and there are none".to_owned(),
                hint: "give ‹areas›, or ‹counts› with a table that has a row for each area and sector".to_owned(),
            }
            .into());
        }
        let firms = Firms::read(&self.table, &self.by, self.weight.as_deref(), self.policy.as_deref())?;
        let mut notes = firms.notes.clone();
        let parks = InParks::located(&firms, &self.parks, self.park_boundary, &mut notes)?;
        let (mut rows, mut areas): (Option<DataFrame>, Vec<Areas>) = (None, Vec::new());
        for source in layers {
            let layer = layers::layer(source)?;
            notes.extend(faults_of(&layer));
            let frame = self.of_layer(&firms, parks.as_ref(), &layer, &mut notes)?;
            areas.push(layer.areas);
            rows = Some(match rows {
                Some(above) => above.vstack(&frame).map_err(Error::table("concentration"))?,
                None => frame,
            });
        }
        Ok(Found { rows: rows.unwrap_or_default(), areas, unit: firms.unit().to_owned(), notes })
    }

    fn of_layer(
        &self,
        firms: &Firms,
        parks: Option<&InParks>,
        layer: &Layer,
        notes: &mut Vec<String>,
    ) -> Result<DataFrame> {
        let matches = firms.matches(layer, self.snap_firms)?;
        let Counted { counts, unmatched, missing_weight } = firms.counted(&matches, &layer.areas, &[])?;
        notes.extend(firms.outside_notes(unmatched, &layer.areas.layer, "", layer));
        if !missing_weight.is_empty() {
            notes.push(format!("{} rows have no {} and add nothing", missing_weight.len(), counts.unit));
        }
        let parked = parks.map(|parks| parked(firms, parks, &matches, layer, &counts.sectors)).transpose()?;
        let placed = matches.iter().zip(&firms.sectors).zip(&firms.amounts);
        let plants = Plants::from_rows(
            &counts,
            placed.map(|((matched, sector), size)| (matched.area, sector.as_deref(), *size)),
        );
        let tallied = Tallied {
            counts: &counts,
            areas: &layer.areas,
            areas_km2: Some(layer.areas.areas_km2()?),
            plants: Some(plants),
            herfindahl: Vec::new(),
            parked,
        };
        self.measured(&tallied, firms.policy.as_ref(), notes)
    }

    /// Measures how the counts of a table concentrate.
    fn of_counts(&self, layers: &[LayerSource]) -> Result<Found> {
        if layers.len() > 1 {
            return Err(ProjectError::Options {
                message: format!("found {} layers of areas for one table of counts", layers.len()),
                hint: "give ‹areas› once".to_owned(),
            }
            .into());
        }
        let layer = layers.first().map(layers::layer).transpose()?;
        let outlines = layer.as_ref().map(|layer| &layer.areas);
        let (table, told) = self.table.read_table_with_notes()?;
        let tally = tally(&table, &self.counts, &self.by, self.herfindahl.as_deref(), outlines)?;
        let mut notes: Vec<String> = layer.iter().flat_map(faults_of).collect();
        notes.extend(told);
        notes.extend(tally.notes);
        // Each counted firm is one like the others; of other units the plants are not known.
        let plants = (tally.counts.unit == Counts::FIRMS).then(|| Plants::alike(&tally.counts));
        let tallied = Tallied {
            counts: &tally.counts,
            areas: &tally.areas,
            areas_km2: outlines.map(Areas::areas_km2).transpose()?,
            plants,
            herfindahl: tally.herfindahl,
            parked: None,
        };
        let rows = self.measured(&tallied, None, &mut notes)?;
        let areas = layer.into_iter().map(|layer| layer.areas).collect();
        Ok(Found { rows, areas, unit: tally.counts.unit, notes })
    }

    /// The rows asked for, and what cannot be trusted of them.
    fn measured(&self, tallied: &Tallied<'_>, policy: Option<&Policy>, notes: &mut Vec<String>) -> Result<DataFrame> {
        let Tallied { counts, areas, .. } = tallied;
        let options = ConcentrationOptions::default()
            .with_confidence(self.confidence)
            .with_areas_km2(tallied.areas_km2.clone())
            .with_in_park(tallied.parked.as_ref().map(|parked| parked.within.clone()))
            .with_minimum_count(self.min_count);
        let concentration = stats::concentration(counts, &options)?;
        doubts(&concentration, areas, notes);
        let draws = |replications| Bootstrap { replications, seed: self.seed, confidence: self.confidence };
        let bootstrap = self.draws.map(draws);
        match self.per {
            Per::Cell => {
                let heads = self.population_table.as_ref().map(|table| self.heads(table, areas, notes)).transpose()?;
                let mut frame = named_frame(&concentration, areas, policy)?;
                for column in cell_columns(&concentration, tallied, bootstrap, heads.as_deref())? {
                    frame.with_column(column).map_err(Error::table("concentration"))?;
                }
                Ok(frame)
            }
            Per::Area => per_area(&concentration, tallied),
            Per::Sector => {
                if tallied.plants.is_none() && tallied.herfindahl.iter().all(Option::is_none) {
                    notes.push("the plants are not known, so that there is no γ: give ‹herfindahl›".to_owned());
                }
                let mut frame = per_sector(&concentration, tallied, |id| sector_name(id, policy))?;
                for column in
                    bootstrap.map(|bootstrap| gamma_intervals(tallied, &bootstrap)).transpose()?.into_iter().flatten()
                {
                    frame.with_column(column).map_err(Error::table("the sectors"))?;
                }
                Ok(frame)
            }
            Per::Pair => per_pair(&concentration, tallied),
        }
    }

    /// The heads of each area.
    fn heads(&self, table: &Origin<Table>, areas: &Areas, notes: &mut Vec<String>) -> Result<Vec<f64>> {
        let (table, told) = PointSource::default().with_table(table.clone()).read_table_with_notes()?;
        notes.extend(told);
        let (id, heads) = (&self.population_area, &self.population_heads);
        let (ids, numbers) = (table.text(id)?, table.amounts(heads)?);
        let known: HashMap<&str, f64> =
            ids.iter().zip(numbers.iter()).filter_map(|(id, heads)| Some((id?.trim(), heads?))).collect();
        let missing: Vec<&str> =
            areas.areas.iter().map(|area| area.id.as_str()).filter(|id| !known.contains_key(id)).collect();
        if !missing.is_empty() {
            return Err(ProjectError::Options {
                message: format!("{} has no `{heads}` of the areas {}", table.source, missing.join(", ")),
                hint: format!("give a row for each area, with its id in the column `{id}`"),
            }
            .into());
        }
        Ok(areas.areas.iter().map(|area| known[area.id.as_str()]).collect())
    }
}

/// What of the counts of a layer stands in parks.
fn parked(firms: &Firms, parks: &InParks, matches: &[Match], layer: &Layer, sectors: &[String]) -> Result<Parked> {
    let count = |chosen: &[bool]| -> Result<Counts> {
        Ok(firms.counted(&restrict(matches, chosen), &layer.areas, sectors)?.counts)
    };
    let moved = match &parks.moved {
        Some([inward, outward]) => Some([count(inward)?, count(outward)?]),
        None => None,
    };
    Ok(Parked { within: count(&parks.within)?, moved })
}

/// What cannot be trusted of a table.
fn doubts(concentration: &stats::Concentration, areas: &Areas, notes: &mut Vec<String>) {
    let (layer, cells) = (&areas.layer, &concentration.cells);
    if concentration.unit == Counts::FIRMS {
        let few = cells.iter().filter(|cell| cell.expected.is_some_and(|expected| expected < FEW_FIRMS)).count();
        if few > 0 {
            notes.push(format!(
                "{layer}: {few} of {} cells expect fewer than {FEW_FIRMS} firms (`expected`): their quotients say little",
                cells.len()
            ));
        }
    }
    if areas.len() < FEW_AREAS {
        let few = areas.len();
        notes.push(format!("{layer}: {few} areas are few: what compares them, such as z, γ or Gini, says little"));
    }
}
