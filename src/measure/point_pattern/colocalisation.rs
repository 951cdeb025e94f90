//! Which sectors attract each other, and which keep apart.

use super::Distances;
use super::sectors::{CURVES, Draws, Firms, Leaves, SectorFirms, Tests, ranked};
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::measure::operation::{Input, Operation, Part, RunProgress};
use crate::measure::outcome::Outcome;
use crate::model::json::json;
use crate::stats::{self, DrawnFrom};

/// Duranton and Overman's test of every pair of sectors, or of one sector with all others: which attract each other, and which keep apart.
#[parameters]
#[derive(Default)]
pub struct Colocalisation {
    /// The firms.
    #[flatten]
    pub firms: SectorFirms,
    /// Sector whose pairs with all others are tested [default: every pair].
    pub sector: Option<String>,
    /// Places that the two sectors of a pair are drawn from: all firms, so that both standing in the same towns counts, or those of
    /// the pair alone.
    pub drawn_from: DrawnFrom,
    /// The distances.
    #[flatten]
    pub distances: Distances,
    /// The draws.
    #[flatten]
    pub draws: Draws,
}

impl Operation for Colocalisation {
    const NAME: &'static str = "colocalisation";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Duranton and Overman's test of pairs: which sectors attract each other?";
    const DEFINITION: &'static str = "K-density of the distances between the firms of two sectors against draws of as many of each, \
among all firms (joint localisation) or among those of the two (colocalisation); gamma and psi as of localisation \
(Duranton and Overman 2005, 2008)";
    const REMARKS: &'static str = "Distances are in metres of a projected grid. A pair attracts where its K-density rises above the \
upper global band at any distance, and keeps apart where it never does and falls below the lower one. p is one-sided, by extreme rank \
lengths, (M + 1) / (R + 1). Distances of drawn pairs are rounded; a note says to what.";
    const EXAMPLES: &'static [&'static str] = &[
        "colocalisation firms.csv --sector dyeing --max-radius 10km -o beside-dyers.csv",
        "colocalisation firms.csv --drawn-from pair --simulations 199 --format csv",
    ];

    const PARTS: &'static [Part] = &[Part {
        name: CURVES,
        is_layer: false,
        about: "a row for each pair of sectors and distance, with its K-density, bands, gamma and psi",
    }];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.firms.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.run_telling(&[], &mut |_| {})
    }

    fn run_telling(&self, _parts: &[&str], progress: &mut dyn FnMut(RunProgress)) -> Result<Outcome> {
        let mut firms = self.firms.read()?;
        let pairs = self.pairs(&firms)?;
        let radii_m = self.distances.radii_m()?;
        let options = self.draws.options(&self.firms);
        let mut notes = std::mem::take(&mut firms.notes);
        let Firms { at, weights, sectors, names, .. } = &firms;
        let all = pairs.len() as u64;
        let mut told = |done| progress(RunProgress::of("pairs", done, all));
        let (count, from) = (names.len(), self.drawn_from);
        let found = stats::colocalisation(at, weights, sectors, count, &pairs, from, &radii_m, options, &mut told)?;
        notes.extend(self.draws.said(&found, "pairs"));
        let leaving = |wanted: Leaves| found.sectors.iter().filter(|one| Leaves::of(one) == Some(wanted)).count();
        let said = vec![
            ("n_all", json!(at.len())),
            ("pairs_tested", json!(pairs.len())),
            ("attract", json!(leaving(Leaves::Above))),
            ("repel", json!(leaving(Leaves::Below))),
            ("drawn_from", json!(self.drawn_from)),
        ];
        let order = ranked(&found.sectors);
        let mut counts = vec![0_u64; names.len()];
        sectors.iter().flatten().for_each(|sector| counts[*sector] += 1);
        let named = |of: fn((usize, usize)) -> usize| -> (Vec<&str>, Vec<u64>) {
            let numbers = order.iter().map(|place| of(pairs[*place]));
            numbers.map(|number| (names[number].as_str(), counts[number])).unzip()
        };
        let ((first, first_firms), (second, second_firms)) = (named(|pair| pair.0), named(|pair| pair.1));
        let tests = Tests {
            found: &found,
            order: &order,
            table: "pairs",
            names: vec![("sector", first), ("other_sector", second)],
            counts: vec![("firms", first_firms), ("other_firms", second_firms)],
            called: ["attract", "repel"],
        };
        self.draws.outcome(firms.grid, notes, said, tests)
    }
}

impl Colocalisation {
    /// The pairs by the numbers of their sectors.
    fn pairs(&self, firms: &Firms) -> Result<Vec<(usize, usize)>> {
        const MOST: usize = 20_000;
        let count = firms.names.len();
        let pairs: Vec<(usize, usize)> = match &self.sector {
            Some(sector) => {
                let own = firms.number_of(sector)?;
                (0..count).filter(|other| *other != own).map(|other| (own, other)).collect()
            }
            None => (0..count).flat_map(|one| (one + 1..count).map(move |other| (one, other))).collect(),
        };
        if pairs.is_empty() || pairs.len() > MOST {
            let (by, found) = (&self.firms.by, pairs.len());
            return Err(ProjectError::Options {
                message: format!("found {found} pairs of the {count} sectors in `{by}`, expected 1 to {MOST}"),
                hint: "name a ‹sector›, or give a column of broader or finer sectors with ‹by›, or other ‹min_sector_firms›"
                    .to_owned(),
            }
            .into());
        }
        Ok(pairs)
    }
}
