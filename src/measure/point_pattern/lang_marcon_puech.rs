use polars::prelude::{Column, DataFrame};

use super::pattern::Pattern;
use super::{DISTANCES, Distances, REMARKS, Simulating, Simulations};
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::measure::operation::{Input, Operation, Part, RunProgress};
use crate::measure::outcome::{Outcome, OutcomeTable, Places};
use crate::measure::weights::row_ids;
use crate::measure::windowed::WindowedPoints;
use crate::model::Distance;
use crate::stats::{self, GlobalBand};

/// Lang, Marcon and Puech's m: how much of what is at a distance of the firms of a sector is of it, over its share of all firms; and
/// around which of its firms it is.
#[parameters]
#[derive(Default)]
pub struct LangMarconPuech {
    /// The points and the window.
    #[flatten]
    pub points: WindowedPoints,
    /// Sector whose firms are looked for [default: the same].
    #[parameter(value = "SECTOR", alias = "other", requires = "sector")]
    pub other_sector: Option<String>,
    /// Column with the weights of firms.
    #[parameter(value = "COLUMN")]
    pub weight: Option<String>,
    /// Column with the ids of the firms [default: the numbers of the rows].
    #[parameter(value = "COLUMN")]
    pub id: Option<String>,
    /// The distances.
    #[flatten]
    pub distances: Distances,
    /// Standard deviation of the kernel: 500m [default: Silverman's rule].
    pub bandwidth: Option<Distance>,
    /// The simulations.
    #[flatten]
    pub simulations: Simulations,
}

const SURROUNDINGS: &str = "surroundings";

impl Operation for LangMarconPuech {
    const NAME: &'static str = "m-density";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str =
        "Lang, Marcon and Puech's m: what stands at a distance of a sector's firms, and around which of them?";
    const DEFINITION: &'static str = "m(r) = sum_i local share of the sector at r, by a Gaussian kernel / sum_i its share of all \
(Lang, Marcon and Puech 2020)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "m-density firms.csv --areas districts.geojson --by sector --sector bearings --simulations 199 -o m.csv",
        "m-density firms.csv --by sector --sector dyeing --radii 500m,2km --surroundings around.geojson",
    ];

    const PARTS: &'static [Part] = &[Part {
        name: SURROUNDINGS,
        is_layer: false,
        about: "a row for each firm of the sector, with its own m at each distance and its z against random labels",
    }];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.points.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.run_telling(&[], &mut |_| {})
    }

    fn run_telling(&self, _parts: &[&str], progress: &mut dyn FnMut(RunProgress)) -> Result<Outcome> {
        let radii_m = self.distances.radii_m()?;
        let (other, weight) = (self.other_sector.as_deref(), self.weight.as_deref());
        let pattern = Pattern::read(&self.points, other, weight, &self.simulations)?;
        let firms = &pattern.firms;
        let bandwidth_m = self.bandwidth.map(Distance::metres);
        let m = |from: &[bool], to: Option<&[bool]>| {
            stats::lang_marcon_puech(&firms.at, &firms.weights, from, to.unwrap_or(from), &radii_m, bandwidth_m)
        };
        let found = m(&firms.from, firms.to.as_deref())?;
        let simulating = &mut Simulating { simulations: &self.simulations, progress };
        let observed = (&found.m, GlobalBand::Deviation);
        let held = pattern.held_among_firms(simulating, observed, |from, to| Ok(m(from, to)?.m))?;
        let own = self.of_firms(&pattern, &found)?;
        let outcome = pattern.outcome(found, &self.simulations, held)?;
        let mut outcome = outcome.with_columns(DISTANCES, Vec::new(), radii_m.len())?;
        outcome.tables.push(own);
        Ok(outcome)
    }
}

impl LangMarconPuech {
    /// A row for each firm that is looked from.
    fn of_firms(&self, pattern: &Pattern, found: &stats::LangMarconPuech) -> Result<OutcomeTable> {
        let firms = &pattern.firms;
        let rows: Vec<usize> =
            firms.rows.iter().zip(&firms.from).filter(|(_, is_from)| **is_from).map(|(row, _)| *row).collect();
        let ids = row_ids(&firms.table, self.id.as_deref())?;
        let mut columns = vec![Column::new("id".into(), rows.iter().map(|row| ids[*row].as_str()).collect::<Vec<_>>())];
        for (place, radius_m) in found.radius_m.iter().enumerate() {
            for (name, of) in [("m", &found.of_firms), ("z", &found.z_of_firms)] {
                let values: Vec<Option<f64>> = of.iter().map(|one| one[place]).collect();
                columns.push(Column::new(format!("{name}_{radius_m}m").into(), values));
            }
        }
        let (points, reference) = &firms.own;
        let places = Places::Points(rows.iter().map(|row| points[*row]).collect(), *reference);
        let frame = DataFrame::new_infer_height(columns).map_err(Error::table("the firms of the sector"))?;
        Ok(OutcomeTable::hidden(SURROUNDINGS, frame).at(places))
    }
}
