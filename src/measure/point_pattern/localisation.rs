//! Which sectors of a register are localised, and which dispersed.

use polars::prelude::{Column, DataFrame};

use super::Distances;
use super::sectors::{Draws, Firms, Leaves, SectorFirms, curves, ranked, result_columns};
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::measure::operation::{Input, Operation, Part, RunProgress};
use crate::measure::outcome::{Outcome, OutcomeTable};
use crate::model::json::json;
use crate::stats;

/// Duranton and Overman's test of every sector of a register: which are localised, which dispersed, how much and at which distances.
#[parameters]
#[derive(Default)]
pub struct Localisation {
    /// The firms.
    #[flatten]
    pub firms: SectorFirms,
    /// The distances.
    #[flatten]
    pub distances: Distances,
    /// The draws.
    #[flatten]
    pub draws: Draws,
}

/// The table with a row for each result and distance.
pub(super) const CURVES: &str = "curves";

impl Operation for Localisation {
    const NAME: &'static str = "localisation";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Duranton and Overman's ranking: which sectors are localised, which dispersed?";
    const DEFINITION: &'static str = "K-density of each sector against draws of as many of all firms; gamma = sum over distances \
of max(K - upper global band, 0), psi = sum of max(lower global band - K, 0) where gamma is 0, times the step of distance \
(Duranton and Overman 2005)";
    const REMARKS: &'static str = "Distances are in metres of a projected grid. A sector is localised where its K-density rises \
above the upper global band at any distance, dispersed where it never does and falls below the lower one. p is one-sided, by extreme \
rank lengths (Myllymäki and others 2017), (M + 1) / (R + 1). Draws are without replacement, and the first firms of one random order \
serve sectors of every size. Distances of drawn pairs are rounded; a note says to what.";
    const EXAMPLES: &'static [&'static str] = &[
        "localisation firms.csv --max-radius 20km --steps 40 -o ranking.csv --curves curves.csv",
        "localisation firms.csv --by sector --weight employees --simulations 199 --seed 7 --format json",
    ];

    const PARTS: &'static [Part] = &[Part {
        name: CURVES,
        is_layer: false,
        about: "a row for each sector and distance, with its K-density, bands, gamma and psi",
    }];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.firms.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.run_telling(&[], &mut |_| {})
    }

    fn run_telling(&self, _parts: &[&str], progress: &mut dyn FnMut(RunProgress)) -> Result<Outcome> {
        let Firms { at, weights, sectors, names, grid, mut notes, .. } = self.firms.read()?;
        let radii_m = self.distances.radii_m()?;
        let options = self.draws.options(&self.firms);
        let mut told = |done| progress(RunProgress::of("draws", done, self.draws.simulations as u64));
        let found = stats::localisation(&at, &weights, &sectors, names.len(), &radii_m, options, &mut told)?;
        notes.extend(self.draws.said(&found, "sectors"));
        let mut outcome = Outcome { notes, ..Outcome::default() };
        outcome.manifest.insert("grid".to_owned(), json!(grid));
        outcome.manifest.insert("seed".to_owned(), json!(self.draws.seed));
        let mut say = |name: &str, value| outcome.scalars.insert(name.to_owned(), value);
        let leaving = |wanted: Leaves| found.sectors.iter().filter(|one| Leaves::of(one) == Some(wanted)).count();
        say("n_all", json!(at.len()));
        say("sectors_tested", json!(names.len()));
        say("localised", json!(leaving(Leaves::Above)));
        say("dispersed", json!(leaving(Leaves::Below)));
        say("simulations", json!(self.draws.simulations));
        say("level", json!(self.draws.level));
        say("seed", json!(self.draws.seed));
        say("adjustment", json!(self.draws.adjust));
        say("rounding_m", json!(found.rounding_m));
        let order = ranked(&found.sectors);
        let sorted: Vec<&str> = order.iter().map(|number| names[*number].as_str()).collect();
        let firms: Vec<u64> = order.iter().map(|number| found.sectors[*number].firms as u64).collect();
        let mut columns = vec![Column::new("sector".into(), &sorted), Column::new("firms".into(), firms)];
        columns.extend(result_columns(&found, &order, ["localised", "dispersed"]));
        let ranking = DataFrame::new_infer_height(columns).map_err(Error::table("the ranking of sectors"))?;
        outcome.tables.push(OutcomeTable::of_rows("sectors", ranking));
        outcome.tables.push(OutcomeTable::hidden(CURVES, curves(&found, &order, &[("sector", sorted)])?));
        Ok(outcome)
    }
}
