//! Statistics of all units: one number each.

use super::{Chance, REMARKS, UnitValues, without_p};
use crate::declare::parameters;
use crate::error::Result;
use crate::measure::operation::{Input, Operation};
use crate::measure::outcome::Outcome;
use crate::stats::{self, Sampling, Transform};

/// Moran's I: whether values that are near each other are alike.
#[parameters]
#[derive(Default)]
pub struct Moran {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
}

impl Operation for Moran {
    const NAME: &'static str = "moran";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Moran's I: are near values alike at all?";
    const DEFINITION: &'static str = "I = (n / S0) sum_ij w_ij z_i z_j / sum_i z_i^2";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "moran towns.csv --value rate --weights towns.gal --format json",
        "moran towns.csv --value rate --areas towns.geojson --contiguity queen --format json",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let numbers = self.units.read(Self::NAME, None, Transform::Row)?;
        let found = stats::moran(&numbers.values, &numbers.weights, self.chance.inference(&self.units))?;
        self.units.outcome(found, numbers, &self.chance)
    }
}

/// Geary's C: whether neighbours differ less than any two units.
#[parameters]
#[derive(Default)]
pub struct Geary {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
}

impl Operation for Geary {
    const NAME: &'static str = "geary";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Geary's C: do neighbours differ less than any two?";
    const DEFINITION: &'static str = "C = (n - 1) / (2 S0) sum_ij w_ij (x_i - x_j)^2 / sum_i z_i^2";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &["geary towns.csv --value rate --weights towns.gal --format json"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let numbers = self.units.read(Self::NAME, None, Transform::Row)?;
        let found = stats::geary(&numbers.values, &numbers.weights, self.chance.inference(&self.units))?;
        self.units.outcome(found, numbers, &self.chance)
    }
}

/// Getis and Ord's G: whether high values stand together, or low ones.
#[parameters]
#[derive(Default)]
pub struct GetisOrdG {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
}

impl Operation for GetisOrdG {
    const NAME: &'static str = "getis-ord-g";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Getis and Ord's G: do high values stand together, or low ones?";
    const DEFINITION: &'static str = "G = sum_ij w_ij x_i x_j / sum_ij x_i x_j, i != j";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &["getis-ord-g towns.csv --value employees --weights towns.gal"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let numbers = self.units.read(Self::NAME, None, Transform::Binary)?;
        let found = stats::getis_ord_g(&numbers.values, &numbers.weights, self.chance.inference(&self.units))?;
        self.units.outcome(found, numbers, &self.chance)
    }
}

/// Join counts of a column of 0 and 1: whether the ones stand together.
#[parameters]
#[derive(Default)]
pub struct JoinCount {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Take each unit to have it with one probability (free sampling), not as many units to have it anywhere.
    pub free: bool,
}

impl Operation for JoinCount {
    const NAME: &'static str = "join-count";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Join counts of a column of 0 and 1: do the ones stand together?";
    const DEFINITION: &'static str = "BB = 1/2 sum_ij w_ij x_i x_j";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["join-count towns.csv --value behind --weights towns.gal --format json"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        const FEW: f64 = 5.0;
        let mut numbers = self.units.read(Self::NAME, None, Transform::Binary)?;
        let sampling = if self.free { Sampling::Free } else { Sampling::NonFree };
        let inference = self.chance.inference(&self.units);
        let found = stats::join_count(&numbers.values, &numbers.weights, sampling, inference)?;
        let expected = [("bb", found.expected_bb), ("bw", found.expected_bw), ("ww", found.expected_ww)];
        let few =
            expected.into_iter().filter_map(|(joins, expected)| Some((joins, expected.filter(|few| *few < FEW)?)));
        let few: Vec<String> = few.map(|(joins, expected)| format!("{expected:.2} {joins}")).collect();
        if !few.is_empty() {
            let few = few.join(", ");
            numbers
                .notes
                .push(format!("fewer than 5 joins are expected: {few}; believe permutations more than their z"));
        }
        self.units.outcome(found, numbers, &self.chance)
    }
}

/// Bivariate Moran's I: whether much of one thing is near much of another.
#[parameters]
#[derive(Default)]
pub struct BivariateMoran {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Column with the second values.
    #[parameter(value = "COLUMN", required, alias = "other")]
    pub other_value: String,
}

impl Operation for BivariateMoran {
    const NAME: &'static str = "bivariate-moran";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Bivariate Moran's I: is much of one thing near much of another?";
    const DEFINITION: &'static str = "I = (n / S0) sum_ij w_ij z_i u_j / sqrt(sum_i z_i^2 sum_i u_i^2)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["bivariate-moran towns.csv --value rate --other-value density --weights towns.gal --format json"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let mut numbers = self.units.read(Self::NAME, Some(&self.other_value), Transform::Row)?;
        numbers.notes.extend(without_p(Self::NAME, &self.chance));
        let inference = self.chance.inference(&self.units);
        let found = stats::bivariate_moran(&numbers.values, &numbers.other, &numbers.weights, inference)?;
        self.units.outcome(found, numbers, &self.chance)
    }
}

/// Lee's L: whether two things go together, smoothed over neighbours.
#[parameters]
#[derive(Default)]
pub struct Lee {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Column with the second values.
    #[parameter(value = "COLUMN", required, alias = "other")]
    pub other_value: String,
}

impl Operation for Lee {
    const NAME: &'static str = "lee";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Lee's L: do two things go together, smoothed over neighbours?";
    const DEFINITION: &'static str =
        "L = n / sum_i w_i^2 sum_i (sum_j w_ij z_j)(sum_j w_ij u_j) / sqrt(sum_i z_i^2 sum_i u_i^2)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["lee towns.csv --value rate --other-value density --weights towns.gal --format json"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let mut numbers = self.units.read(Self::NAME, Some(&self.other_value), Transform::Row)?;
        numbers.notes.extend(without_p(Self::NAME, &self.chance));
        let inference = self.chance.inference(&self.units);
        let found = stats::lee(&numbers.values, &numbers.other, &numbers.weights, inference)?;
        self.units.outcome(found, numbers, &self.chance)
    }
}
