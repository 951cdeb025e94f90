//! Spatial lag, error and Durbin models.

use polars::prelude::Column;

use super::{
    Numbers, RegressionUnits, coefficient_table, covariance_table, notes_on_aliases, numbers, refused, say, table,
    tell_weights, test_table, unit_table,
};
use crate::declare::parameters;
use crate::error::Result;
use crate::measure::operation::{Input, Operation, Part};
use crate::measure::outcome::{Outcome, OutcomeTable};
use crate::model::Weights;
use crate::model::json::json;
use crate::stats::{self, Impact, SpatialRegression};

const REMARKS: &str = "Weights are row-standardised. A column that does not vary, or that others determine, has no coefficient, and is \
named. p of z is two-sided. The impacts, not the coefficients, say what a column does: one more of it in a unit changes its neighbours, \
and these change it back. More than 4,000 units have their traces, and so the error of rho and the impacts, from 500 random vectors.";

const COVARIANCES: Part =
    Part { name: "covariances", is_layer: false, about: "the covariance of each pair of coefficients" };
const IMPACTS: Part =
    Part { name: "impacts", is_layer: false, about: "the direct, indirect and total impact of each column" };
const TESTS: Part =
    Part { name: "tests", is_layer: false, about: "the likelihood ratio against ordinary least squares" };
const UNITS: Part =
    Part { name: "units", is_layer: false, about: "each unit: its value, the fitted one, and what is left over" };

/// Which of the models it is.
#[derive(Clone, Copy, PartialEq)]
enum Model {
    Lag,
    Error,
    Durbin,
}

impl RegressionUnits {
    fn spatial(&self, operation: &'static str, model: Model) -> Result<Outcome> {
        let Numbers { ids, values, factors, weights, places, mut notes } = self.read(operation)?;
        let Some(weights) = weights else {
            return Err(refused(
                "nothing says which units are neighbours",
                "give ‹weights›, ‹contiguity› with ‹areas›, ‹knn›, ‹distance_band›, or ‹block› with a table",
            ));
        };
        let found = match model {
            Model::Lag => stats::spatial_lag(&values, &factors, &weights)?,
            Model::Error => stats::spatial_error(&values, &factors, &weights)?,
            Model::Durbin => stats::spatial_durbin(&values, &factors, &weights)?,
        };
        let mut terms = self.columns.terms();
        if model == Model::Durbin {
            terms.extend(self.columns.explanatory.iter().map(|column| format!("lag_{column}")));
        }
        notes.extend(notes_on_aliases(&terms, &found.aliases));
        notes.extend(notes_on_fit(&found, &weights, terms.len()));
        terms.push(if model == Model::Error { "lambda" } else { "rho" }.to_owned());
        let mut outcome = Outcome { notes, ..Outcome::default() };
        say(
            &mut outcome,
            [
                ("n", json!(found.n)),
                ("parameters", json!(found.parameters)),
                ("sigma2", json!(found.sigma2)),
                ("log_likelihood", json!(found.log_likelihood)),
                ("aic", json!(found.aic)),
                ("bic", json!(found.bic)),
                ("pseudo_r2", json!(found.pseudo_r2)),
            ],
        );
        if model != Model::Error {
            say(&mut outcome, [("predicted_pseudo_r2", json!(found.predicted_pseudo_r2))]);
        }
        let shown = |number: Option<f64>| number.map_or("–".to_owned(), |number| format!("{number:.4}"));
        let (fit, ratio) = (shown(found.pseudo_r2), shown(found.likelihood_ratio.p));
        outcome.summary = Some(format!("pseudo-R² {fit}, AIC {}; p of the likelihood ratio {ratio}", shown(found.aic)));
        let coefficients = [found.coefficients.as_slice(), &[found.spatial]].concat();
        outcome.tables = vec![coefficient_table(&terms, &coefficients, "z")?];
        if model != Model::Error {
            outcome.tables.push(impact_table(&self.columns.explanatory, &found.impacts)?);
        }
        let mut of_units = vec![("fitted", found.fitted.as_slice()), ("residual", found.residuals.as_slice())];
        of_units.push(match model {
            Model::Error => ("innovation", found.innovations.as_slice()),
            Model::Lag | Model::Durbin => ("predicted", found.predicted.as_slice()),
        });
        outcome.tables.push(test_table(&[("likelihood_ratio", found.likelihood_ratio)])?);
        outcome.tables.push(covariance_table(&terms, &found.covariance)?);
        outcome.tables.push(unit_table(&ids, &values, &of_units, places)?);
        tell_weights(&mut outcome, Some(&weights));
        Ok(outcome)
    }
}

fn impact_table(columns: &[String], impacts: &[Impact]) -> Result<OutcomeTable> {
    table(
        IMPACTS.name,
        vec![
            Column::new("term".into(), columns),
            numbers("direct", impacts, |one| one.direct),
            numbers("indirect", impacts, |one| one.indirect),
            numbers("total", impacts, |one| one.total),
        ],
    )
}

/// Warnings about a model that is not estimated, or at the end of its range.
fn notes_on_fit(found: &SpatialRegression, weights: &Weights, columns: usize) -> Vec<String> {
    const NEARLY_ONE: f64 = 0.99;
    let mut notes = Vec::new();
    if weights.sum() == 0.0 {
        notes.push("no unit has a neighbour: nothing is estimated".to_owned());
    } else if found.spatial.estimate.is_none() && found.n <= columns + 1 {
        let needed = columns + 1;
        notes.push(format!("{} rows are too few for {needed} coefficients: nothing is estimated", found.n));
    } else if found.spatial.estimate.is_none() {
        notes.push(
            "nothing is estimated: the columns determine the values, or leave nothing to be explained".to_owned(),
        );
    }
    if let Some(estimate) = found.spatial.estimate.filter(|estimate| estimate.abs() > NEARLY_ONE) {
        notes
            .push(format!("the spatial coefficient is {estimate:.4}, at the end of its range: the model does not fit"));
    }
    if !found.exact_traces && found.spatial.estimate.is_some() {
        let told = "units are many: the error of the spatial coefficient and the impacts rest on estimated traces";
        notes.push(format!("{} {told}", found.n));
    }
    notes
}

/// The spatial lag model: values depend on those of neighbours.
#[parameters]
#[derive(Default)]
pub struct SpatialLag {
    /// The columns, and which units are neighbours.
    #[flatten]
    pub units: RegressionUnits,
}

/// The spatial error model: what columns do not explain depends on what they do not explain in neighbours.
#[parameters]
#[derive(Default)]
pub struct SpatialError {
    /// The columns, and which units are neighbours.
    #[flatten]
    pub units: RegressionUnits,
}

/// The spatial Durbin model: values depend on those of neighbours and on their explanatory columns.
#[parameters]
#[derive(Default)]
pub struct SpatialDurbin {
    /// The columns, and which units are neighbours.
    #[flatten]
    pub units: RegressionUnits,
}

impl Operation for SpatialLag {
    const NAME: &'static str = "spatial-lag";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str =
        "Spatial lag regression: do values depend on those of neighbours, and what spills over?";
    const DEFINITION: &'static str = "y = rho Wy + Xb + e by maximum likelihood, ln|I - rho W| by sparse triangular factors (Ord 1975, \
Anselin 1988); impacts (I - rho W)^-1 b: direct the mean of the diagonal, total that of row sums (LeSage and Pace 2009)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "spatial-lag towns.csv --value rate --explanatory share,employees --areas towns.geojson --contiguity queen --impacts impacts.csv",
        "spatial-lag towns.csv --value rate --explanatory share --weights towns.gal --format json",
    ];
    const PARTS: &'static [Part] = &[IMPACTS, TESTS, COVARIANCES, UNITS];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.units.spatial(Self::NAME, Model::Lag)
    }
}

impl Operation for SpatialError {
    const NAME: &'static str = "spatial-error";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Spatial error regression: coefficients where neighbours share what no column says";
    const DEFINITION: &'static str = "y = Xb + u, u = lambda Wu + e by maximum likelihood, ln|I - lambda W| by sparse triangular factors \
(Ord 1975, Anselin 1988)";
    const REMARKS: &'static str = "Weights are row-standardised. A column that does not vary, or that others determine, has no coefficient, \
and is named. p of z is two-sided. A coefficient is the whole impact of its column: nothing spills over. More than 4,000 units have \
their traces, and so the error of lambda, from 500 random vectors.";
    const EXAMPLES: &'static [&'static str] = &[
        "spatial-error towns.csv --value rate --explanatory share,employees --areas towns.geojson --contiguity queen",
        "spatial-error towns.csv --value rate --explanatory share --weights towns.gal --units left.csv --format json",
    ];
    const PARTS: &'static [Part] = &[TESTS, COVARIANCES, UNITS];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.units.spatial(Self::NAME, Model::Error)
    }
}

impl Operation for SpatialDurbin {
    const NAME: &'static str = "spatial-durbin";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str =
        "Spatial Durbin regression: what do the columns of neighbours add, and what spills over?";
    const DEFINITION: &'static str = "y = rho Wy + Xb + WXg + e by maximum likelihood, ln|I - rho W| by sparse triangular factors (Ord \
1975, Anselin 1988); impacts (I - rho W)^-1 (I b + W g): direct the mean of the diagonal, total that of row sums (LeSage and Pace 2009)";
    const REMARKS: &'static str = REMARKS;
    const EXAMPLES: &'static [&'static str] = &[
        "spatial-durbin towns.csv --value rate --explanatory share --areas towns.geojson --contiguity queen --impacts impacts.csv",
        "spatial-durbin towns.csv --value rate --explanatory share,employees --weights towns.gal --format json",
    ];
    const PARTS: &'static [Part] = &[IMPACTS, TESTS, COVARIANCES, UNITS];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        self.units.spatial(Self::NAME, Model::Durbin)
    }
}
