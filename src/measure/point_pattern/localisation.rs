//! Which sectors of a register are localised, and which dispersed.

use super::Distances;
use super::sectors::{CURVES, Draws, Firms, Leaves, SectorFirms, Tests, ranked};
use crate::declare::parameters;
use crate::error::Result;
use crate::measure::operation::{Input, Operation, Part, RunProgress};
use crate::measure::outcome::Outcome;
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
        let leaving = |wanted: Leaves| found.sectors.iter().filter(|one| Leaves::of(one) == Some(wanted)).count();
        let said = vec![
            ("n_all", json!(at.len())),
            ("sectors_tested", json!(names.len())),
            ("localised", json!(leaving(Leaves::Above))),
            ("dispersed", json!(leaving(Leaves::Below))),
        ];
        let order = ranked(&found.sectors);
        let tests = Tests {
            names: vec![("sector", order.iter().map(|number| names[*number].as_str()).collect())],
            counts: vec![("firms", order.iter().map(|number| found.sectors[*number].firms as u64).collect())],
            found: &found,
            order: &order,
            table: "sectors",
            called: ["localised", "dispersed"],
        };
        self.draws.outcome(grid, notes, said, tests)
    }
}
