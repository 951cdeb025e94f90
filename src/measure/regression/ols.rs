//! Ordinary least squares.

use serde_json::Value;

use super::{
    Numbers, RegressionUnits, coefficient_table, covariance_table, notes_on_aliases, say, tell_weights, test_table,
    unit_table,
};
use crate::declare::parameters;
use crate::error::Result;
use crate::measure::operation::{Input, Operation, Part};
use crate::measure::outcome::Outcome;
use crate::model::json::json;
use crate::stats::{self, CoefficientCovariance};

/// Linear regression by ordinary least squares; with neighbours, whether its residuals are alike where units are near.
#[parameters]
#[derive(Default)]
pub struct OrdinaryLeastSquares {
    /// The columns, and which units are neighbours.
    #[flatten]
    pub units: RegressionUnits,
    /// Standard errors: classical, of residuals that have one variance, or hc1, of residuals that each have their own (White).
    pub standard_errors: CoefficientCovariance,
}

impl Operation for OrdinaryLeastSquares {
    const NAME: &'static str = "ols";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str =
        "Linear regression: what goes with a value, and is what is left over alike where units are near?";
    const DEFINITION: &'static str = "b = (X'X)^-1 X'y, s^2 = e'e / (n - k); Jarque and Bera; Breusch and Pagan, Koenker and Bassett on \
the squares of the columns; Moran's I of the residuals with the moments of Cliff and Ord 1981; Lagrange multipliers of Anselin et al. 1996";
    const REMARKS: &'static str = "A column that does not vary, or that others determine, has no coefficient, and is named. p of t is \
two-sided, p of F and of χ² one-sided. With neighbours: where LM lag alone is significant, try spatial-lag; where LM error alone is, \
spatial-error; where both are, the robust one that is more significant decides.";
    const EXAMPLES: &'static [&'static str] = &[
        "ols towns.csv --value rate --explanatory share,employees",
        "ols towns.csv --value rate --explanatory share,employees --areas towns.geojson --contiguity queen --format json",
        "ols towns.csv --value rate --explanatory share --weights towns.gal --standard-errors hc1 --tests tests.csv --units left.csv",
    ];
    const PARTS: &'static [Part] = &[
        Part { name: "tests", is_layer: false, about: "each test of the residuals" },
        Part { name: "covariances", is_layer: false, about: "the covariance of each pair of coefficients" },
        Part { name: "units", is_layer: false, about: "each unit: its value, the fitted one, and what is left over" },
    ];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.units.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        const COLLINEAR: f64 = 30.0;
        let Numbers { ids, values, factors, weights, places, mut notes } = self.units.read(Self::NAME)?;
        let terms = self.units.columns.terms();
        let found = stats::ols(&values, &factors, self.standard_errors)?;
        notes.extend(notes_on_aliases(&terms, &found.aliases));
        if let Some(number) = found.condition_number.filter(|number| *number > COLLINEAR) {
            notes.push(format!(
                "the condition number is {number:.0}, above {COLLINEAR}: columns nearly determine each other, and their coefficients \
hang on each other"
            ));
        }
        let mut outcome = Outcome { notes, ..Outcome::default() };
        say(
            &mut outcome,
            [
                ("n", json!(found.n)),
                ("parameters", json!(found.parameters)),
                ("standard_errors", json!(self.standard_errors)),
                ("r2", json!(found.r2)),
                ("adjusted_r2", json!(found.adjusted_r2)),
                ("f", json!(found.f)),
                ("f_degrees_of_freedom", json!(found.f_degrees_of_freedom.0)),
                ("residual_degrees_of_freedom", json!(found.f_degrees_of_freedom.1)),
                ("f_p", json!(found.f_p)),
                ("sigma2", json!(found.sigma2)),
                ("log_likelihood", json!(found.log_likelihood)),
                ("aic", json!(found.aic)),
                ("bic", json!(found.bic)),
                ("condition_number", json!(found.condition_number)),
            ],
        );
        let mut tests = vec![
            ("jarque_bera", found.jarque_bera),
            ("breusch_pagan", found.breusch_pagan),
            ("koenker_bassett", found.koenker_bassett),
        ];
        if let Some(weights) = &weights {
            let spatial = stats::spatial_diagnostics(&values, &factors, weights)?;
            say(
                &mut outcome,
                [
                    ("residual_i", json!(spatial.i)),
                    ("residual_i_expected", json!(spatial.expected)),
                    ("residual_i_variance", json!(spatial.variance)),
                    ("residual_i_z", json!(spatial.z)),
                    ("residual_i_p", json!(spatial.p)),
                ],
            );
            tests.extend([
                ("lm_lag", spatial.lm_lag),
                ("lm_error", spatial.lm_error),
                ("robust_lm_lag", spatial.robust_lm_lag),
                ("robust_lm_error", spatial.robust_lm_error),
                ("sarma", spatial.sarma),
            ]);
        }
        let shown = |number: Option<f64>| number.map_or("–".to_owned(), |number| format!("{number:.4}"));
        let fit = format!("R² {}, adjusted {}, AIC {}", shown(found.r2), shown(found.adjusted_r2), shown(found.aic));
        outcome.summary = Some(match outcome.scalars.get("residual_i_p").map(Value::as_f64) {
            Some(p) => format!("{fit}; p of Moran's I of what is left over {}", shown(p)),
            None => fit,
        });
        tell_weights(&mut outcome, weights.as_ref());
        let of_units = [("fitted", found.fitted.as_slice()), ("residual", found.residuals.as_slice())];
        outcome.tables = vec![
            coefficient_table(&terms, &found.coefficients, "t")?,
            test_table(&tests)?,
            covariance_table(&terms, &found.covariance)?,
            unit_table(&ids, &values, &of_units, places)?,
        ];
        Ok(outcome)
    }
}
