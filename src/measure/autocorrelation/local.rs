//! Statistics of each unit: a row for each.

use super::{Chance, Labelling, REMARKS, UnitValues, without_p};
use crate::declare::parameters;
use crate::error::Result;
use crate::measure::operation::{Input, Operation};
use crate::measure::outcome::Outcome;
use crate::stats::{self, Inference, Randomisation, Standardisation, Transform};

/// Local Moran's I: which units stand among their like, and which stand out.
#[parameters]
#[derive(Default)]
pub struct LocalMoran {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Which units are labelled.
    #[flatten]
    pub labelling: Labelling,
    /// Hold z against all values in any order, not with the unit's own where it is.
    pub total: bool,
}

impl Operation for LocalMoran {
    const NAME: &'static str = "local-moran";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Local Moran: which units stand among their like, and which stand out?";
    const DEFINITION: &'static str = "I_i = z_i sum_j w_ij z_j / m2, m2 = sum z^2 / n";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "local-moran towns.csv --value rate --weights towns.gal --seed 7 -o clusters.csv",
        "local-moran towns.csv --value rate --areas towns.geojson --contiguity queen -o clusters.csv",
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let numbers = self.units.read(Self::NAME, None, Transform::Row)?;
        let randomisation = if self.total { Randomisation::Total } else { Randomisation::Conditional };
        let inference = Inference { randomisation, ..self.labelling.inference(&self.chance, &self.units) };
        let found = stats::local_moran(&numbers.values, &numbers.weights, inference)?;
        self.units.local_outcome(found, numbers, &self.chance)
    }
}

/// Local Geary's C: where neighbours differ least, and most.
#[parameters]
#[derive(Default)]
pub struct LocalGeary {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Which units are labelled.
    #[flatten]
    pub labelling: Labelling,
    /// Divide the values by the standard deviation with n, as esda does, not with n − 1.
    #[parameter(alias = "population")]
    pub standardise_with_n: bool,
}

impl Operation for LocalGeary {
    const NAME: &'static str = "local-geary";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Local Geary: where do neighbours differ least, and most?";
    const DEFINITION: &'static str = "C_i = sum_j w_ij (z_i - z_j)^2, z standardised with n - 1, or with n where asked";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["local-geary towns.csv --value rate --weights towns.gal -o clusters.csv"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let numbers = self.units.read(Self::NAME, None, Transform::Row)?;
        let standardisation =
            if self.standardise_with_n { Standardisation::Population } else { Standardisation::Sample };
        let inference = self.labelling.inference(&self.chance, &self.units);
        let found = stats::local_geary(&numbers.values, &numbers.weights, standardisation, inference)?;
        self.units.local_outcome(found, numbers, &self.chance)
    }
}

/// Getis and Ord's Gi: where the neighbours of a unit are high or low.
#[parameters]
#[derive(Default)]
pub struct Gi {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Which units are labelled.
    #[flatten]
    pub labelling: Labelling,
}

impl Operation for Gi {
    const NAME: &'static str = "gi";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Getis and Ord's Gi: where are the neighbours of a unit high or low?";
    const DEFINITION: &'static str = "G_i = sum_j w_ij x_j / sum_j x_j, j != i (Ord and Getis 1995)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &["gi towns.csv --value employees --weights towns.gal --format csv"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let numbers = self.units.read(Self::NAME, None, Transform::Binary)?;
        let inference = self.labelling.inference(&self.chance, &self.units);
        let found = stats::gi(&numbers.values, &numbers.weights, inference)?;
        self.units.local_outcome(found, numbers, &self.chance)
    }
}

/// Getis and Ord's Gi*: where a unit with its neighbours is high or low.
#[parameters]
#[derive(Default)]
pub struct GiStar {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Which units are labelled.
    #[flatten]
    pub labelling: Labelling,
}

impl Operation for GiStar {
    const NAME: &'static str = "gi-star";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Gi*: where is a unit with its neighbours high or low?";
    const DEFINITION: &'static str = "G*_i = sum_j w_ij x_j / sum_j x_j, i among its neighbours (Ord and Getis 1995)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["gi-star firms.csv --value employees --knn 8 --alternative greater --permutations 9999 --format csv"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let numbers = self.units.read(Self::NAME, None, Transform::Binary)?;
        // A unit among its own neighbours weighs as much as one of them, before weights are made to sum to 1.
        let star = stats::transformed(&numbers.units.with_self(1.0), numbers.transform);
        let inference = self.labelling.inference(&self.chance, &self.units);
        let found = stats::gi_star(&numbers.values, &star, inference)?;
        self.units.local_outcome(found, numbers, &self.chance)
    }
}

/// Local join counts of a column of 0 and 1: where the ones stand together.
#[parameters]
#[derive(Default)]
pub struct LocalJoinCount {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Which units are labelled.
    #[flatten]
    pub labelling: Labelling,
}

impl Operation for LocalJoinCount {
    const NAME: &'static str = "local-join-count";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Local join counts of a column of 0 and 1: where do the ones stand together?";
    const DEFINITION: &'static str = "BB_i = x_i sum_j w_ij x_j";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["local-join-count towns.csv --value behind --weights towns.gal --format csv"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let mut numbers = self.units.read(Self::NAME, None, Transform::Binary)?;
        numbers.notes.extend(without_p(Self::NAME, &self.chance));
        let inference = self.labelling.inference(&self.chance, &self.units);
        let found = stats::local_join_count(&numbers.values, &numbers.weights, inference)?;
        self.units.local_outcome(found, numbers, &self.chance)
    }
}

/// Local bivariate Moran's I: where much of one thing is near much of another.
#[parameters]
#[derive(Default)]
pub struct LocalBivariateMoran {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Which units are labelled.
    #[flatten]
    pub labelling: Labelling,
    /// Column with the neighbours' values.
    #[parameter(value = "COLUMN", required, alias = "other")]
    pub other_value: String,
}

impl Operation for LocalBivariateMoran {
    const NAME: &'static str = "local-bivariate-moran";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Local bivariate Moran: where is much of one thing near much of another?";
    const DEFINITION: &'static str = "I_i = z_i sum_j w_ij u_j, standardised with n";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["local-bivariate-moran towns.csv --value rate --other-value density --weights towns.gal --format csv"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let mut numbers = self.units.read(Self::NAME, Some(&self.other_value), Transform::Row)?;
        numbers.notes.extend(without_p(Self::NAME, &self.chance));
        let inference = self.labelling.inference(&self.chance, &self.units);
        let found = stats::local_bivariate_moran(&numbers.values, &numbers.other, &numbers.weights, inference)?;
        self.units.local_outcome(found, numbers, &self.chance)
    }
}

/// Lee's local L: where two things go together, smoothed over neighbours.
#[parameters]
#[derive(Default)]
pub struct LocalLee {
    /// The values and their neighbours.
    #[flatten]
    pub units: UnitValues,
    /// How the statistic is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Which units are labelled.
    #[flatten]
    pub labelling: Labelling,
    /// Column with the second values.
    #[parameter(value = "COLUMN", required, alias = "other")]
    pub other_value: String,
}

impl Operation for LocalLee {
    const NAME: &'static str = "local-lee";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Lee's local L: where do two things go together, smoothed over neighbours?";
    const DEFINITION: &'static str = "L_i = (sum_j w_ij z_j)(sum_j w_ij u_j), standardised with n";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] =
        &["local-lee towns.csv --value rate --other-value density --weights towns.gal --format csv"];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let mut numbers = self.units.read(Self::NAME, Some(&self.other_value), Transform::Row)?;
        numbers.notes.extend(without_p(Self::NAME, &self.chance));
        let inference = self.labelling.inference(&self.chance, &self.units);
        let found = stats::local_lee(&numbers.values, &numbers.other, &numbers.weights, inference)?;
        self.units.local_outcome(found, numbers, &self.chance)
    }
}
