//! Where firms of a sector enter and leave, against where it stands.

use chrono::NaiveDate;

use super::Distances;
use super::sectors::{CURVES, Draws, Firms, SectorFirms, Tests, ranked};
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::measure::operation::{Input, Operation, Part, RunProgress, missing};
use crate::measure::outcome::Outcome;
use crate::model::cell;
use crate::model::json::json;
use crate::stats::{self, Localisation, Localisations};

/// Duranton and Overman's test of entry and exit: whether firms of a sector that open or close between two days stand nearer to each
/// other than the sector does, or farther apart.
#[parameters]
#[derive(Default)]
pub struct EntryExit {
    /// The firms.
    #[flatten]
    pub firms: SectorFirms,
    /// Column with the day on which a firm opened; without a day it has always been there.
    #[parameter(value = "COLUMN", required)]
    pub opened: String,
    /// Column with the day on which a firm closed; without a day it is still there.
    #[parameter(value = "COLUMN")]
    pub closed: Option<String>,
    /// First day of the period.
    #[parameter(required)]
    pub since: Option<NaiveDate>,
    /// Last day of the period.
    #[parameter(required)]
    pub until: Option<NaiveDate>,
    /// The distances.
    #[flatten]
    pub distances: Distances,
    /// The draws.
    #[flatten]
    pub draws: Draws,
}

impl Operation for EntryExit {
    const NAME: &'static str = "entry-exit";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str =
        "Duranton and Overman's test of turnover: do firms open, and close, near their own sector's?";
    const DEFINITION: &'static str = "K-density of the firms of a sector that opened in the period against draws of as many of them and \
those that stayed; of those that closed likewise; gamma and psi as of localisation (Duranton and Overman 2008)";
    const REMARKS: &'static str = "Distances are in metres of a projected grid. Entrants opened in the period, both days included; firms \
that were there before and closed in it left; those that did neither stayed. Entry is localised where entrants stand nearer to each other than \
as many of the sector's entrants and stayers do by chance: new firms make clusters tighter. p is one-sided, by extreme rank lengths, \
(M + 1) / (R + 1).";
    const EXAMPLES: &'static [&'static str] = &[
        "entry-exit firms-dated.csv --opened opened_on --closed closed_on --since 2018-01-01 --until 2019-12-31 -o entry.csv",
    ];

    const PARTS: &'static [Part] = &[Part {
        name: CURVES,
        is_layer: false,
        about: "a row for each sector, change and distance, with its K-density, bands, gamma and psi",
    }];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.firms.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.run_telling(&[], &mut |_| {})
    }

    fn run_telling(&self, _parts: &[&str], progress: &mut dyn FnMut(RunProgress)) -> Result<Outcome> {
        let mut firms = self.firms.read()?;
        let radii_m = self.distances.radii_m()?;
        let changes = self.changes(&mut firms)?;
        let mut options = self.draws.options(&self.firms);
        // All tests are adjusted together, below.
        options.adjustment = stats::Adjustment::None;
        let tests: Vec<(usize, Change)> =
            (0..firms.names.len()).flat_map(|sector| Change::ALL.map(|change| (sector, change))).collect();
        let mut rows = Vec::new();
        let mut found = Localisations { radius_m: radii_m.clone(), sectors: Vec::new(), rounding_m: None };
        let mut too_few = 0;
        for (done, (sector, change)) in tests.iter().enumerate() {
            let pool: Vec<usize> = (0..firms.at.len())
                .filter(|firm| firms.sectors[*firm] == Some(*sector))
                .filter(|firm| changes[*firm] == Some(Change::Stays) || changes[*firm] == Some(*change))
                .collect();
            let own: Vec<Option<usize>> =
                pool.iter().map(|firm| (changes[*firm] == Some(*change)).then_some(0)).collect();
            let count = own.iter().flatten().count();
            if count < self.firms.min_sector_firms.max(2) || count == pool.len() {
                too_few += 1;
                continue;
            }
            let at: Vec<[f64; 2]> = pool.iter().map(|firm| firms.at[*firm]).collect();
            let weights: Vec<f64> = pool.iter().map(|firm| firms.weights[*firm]).collect();
            let tested = stats::localisation(&at, &weights, &own, 1, &radii_m, options, &mut |_| {})?;
            found.rounding_m = tested.rounding_m;
            found.sectors.extend(tested.sectors);
            rows.push((*sector, *change, pool.len() - count));
            progress(RunProgress::of("tests", done as u64 + 1, tests.len() as u64));
        }
        if too_few > 0 {
            let least = self.firms.min_sector_firms.max(2);
            firms.notes.push(format!(
                "{too_few} changes of a sector are not tested: fewer than {least} of its firms made them, or none stayed"
            ));
        }
        self.adjust(&mut found.sectors);
        firms.notes.extend(self.draws.said(&found, "changes of a sector"));
        self.outcome(&firms, &found, &rows)
    }
}

/// What a firm does in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Enters,
    Leaves,
    Stays,
}

impl Change {
    /// Those that are tested.
    const ALL: [Self; 2] = [Self::Enters, Self::Leaves];

    const fn name(self) -> &'static str {
        match self {
            Self::Enters => "entry",
            Self::Leaves => "exit",
            Self::Stays => "stay",
        }
    }
}

impl EntryExit {
    /// What each firm does in the period; none of one that was gone before, or came after.
    fn changes(&self, firms: &mut Firms) -> Result<Vec<Option<Change>>> {
        let since = self.since.ok_or_else(|| missing(Self::NAME, "since"))?;
        let until = self.until.ok_or_else(|| missing(Self::NAME, "until"))?;
        if self.opened.is_empty() {
            return Err(missing(Self::NAME, "opened"));
        }
        if since > until {
            return Err(ProjectError::Options {
                message: format!("the period ends before it begins: found ‹since› {since} and ‹until› {until}"),
                hint: "give ‹until› a day that is not before ‹since›".to_owned(),
            }
            .into());
        }
        let mut days = |column: &str| -> Result<Vec<Option<NaiveDate>>> {
            let cells = firms.table.text(column)?;
            let filled = |row: &usize| cells.get(*row).map(str::trim).filter(|cell| !cell.is_empty());
            let days: Vec<Option<NaiveDate>> = firms.rows.iter().map(|row| cell::date(filled(row)?)).collect();
            let unread =
                firms.rows.iter().zip(&days).filter(|(row, day)| day.is_none() && filled(row).is_some()).count();
            if unread > 0 && days.iter().all(Option::is_none) {
                let first = firms.rows.iter().find_map(|row| Some((firms.table.rows[*row], filled(row)?)));
                let (row, found) = first.unwrap_or_default();
                return Err(ProjectError::Options {
                    message: format!("no cell of `{column}` is a day: row {row} has `{found}`"),
                    hint: "give a column with days, such as 2019-03-31".to_owned(),
                }
                .into());
            }
            if unread > 0 {
                firms.notes.push(format!("{unread} cells of `{column}` are no day and are taken as empty"));
            }
            Ok(days)
        };
        let opened = days(&self.opened)?;
        let closed = match &self.closed {
            Some(closed) => days(closed)?,
            None => vec![None; opened.len()],
        };
        let change = |(opened, closed): (&Option<NaiveDate>, &Option<NaiveDate>)| {
            let is_before = opened.is_none_or(|day| day < since);
            match (is_before, *closed) {
                (true, Some(day)) if day < since => None,
                (true, Some(day)) if day <= until => Some(Change::Leaves),
                (true, _) => Some(Change::Stays),
                (false, _) => opened.is_some_and(|day| day <= until).then_some(Change::Enters),
            }
        };
        Ok(opened.iter().zip(&closed).map(change).collect())
    }

    /// Adjusts p for the number of tests.
    fn adjust(&self, tests: &mut [Localisation]) {
        let adjusted = |of: fn(&Localisation) -> Option<f64>| {
            self.draws.adjust.adjusted(&tests.iter().map(of).collect::<Vec<_>>())
        };
        let (localised, dispersed) = (adjusted(|one| one.p_localised), adjusted(|one| one.p_dispersed));
        for (one, (localised, dispersed)) in tests.iter_mut().zip(localised.into_iter().zip(dispersed)) {
            (one.p_localised_adjusted, one.p_dispersed_adjusted) = (localised, dispersed);
        }
    }

    fn outcome(&self, firms: &Firms, found: &Localisations, rows: &[(usize, Change, usize)]) -> Result<Outcome> {
        let said = vec![
            ("n_all", json!(firms.at.len())),
            ("tests", json!(rows.len())),
            ("since", json!(self.since.map(|day| day.to_string()))),
            ("until", json!(self.until.map(|day| day.to_string()))),
        ];
        let order = ranked(&found.sectors);
        let sorted = || order.iter().map(|place| rows[*place]);
        let tests = Tests {
            found,
            order: &order,
            table: "changes",
            names: vec![
                ("sector", sorted().map(|(sector, ..)| firms.names[sector].as_str()).collect()),
                ("change", sorted().map(|(_, change, _)| change.name()).collect()),
            ],
            counts: vec![
                ("firms", order.iter().map(|place| found.sectors[*place].firms as u64).collect()),
                ("stayed", sorted().map(|(.., stayed)| stayed as u64).collect()),
            ],
            called: ["localised", "dispersed"],
        };
        self.draws.outcome(firms.grid, firms.notes.clone(), said, tests)
    }
}
