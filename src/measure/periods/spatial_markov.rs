use polars::prelude::{Column, DataFrame};
use serde_json::Map;

use super::{Moves, PeriodValues};
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::measure::operation::{Input, Operation, Part};
use crate::measure::outcome::{Outcome, OutcomeTable};
use crate::model::json::json;
use crate::stats::{self, SpatialMarkovOptions, Transform};

/// Spatial Markov chains: how units move between classes of their value, by the class of their neighbours' value.
#[parameters]
pub struct SpatialMarkov {
    /// The values of the periods.
    #[flatten]
    pub values: PeriodValues,
    /// Number of classes of values: quantiles of all periods together.
    pub value_classes: usize,
    /// Number of classes of the neighbours' values: quantiles of all periods together.
    pub lag_classes: usize,
    /// Take the values as they stand, not divided by the mean of their period.
    pub raw: bool,
}

impl Default for SpatialMarkov {
    fn default() -> Self {
        let SpatialMarkovOptions { classes, lag_classes, relative, .. } = SpatialMarkovOptions::default();
        Self { values: PeriodValues::default(), value_classes: classes, lag_classes, raw: !relative }
    }
}

impl Operation for SpatialMarkov {
    const NAME: &'static str = "spatial-markov";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "Spatial Markov chains: do units with strong neighbours rise more often?";
    const DEFINITION: &'static str = "p_ij|l = n_ij|l / sum_j n_ij|l of moves from class i to class j, by the class l of \
the spatial lag (Rey 2001); homogeneity by the likelihood ratio and Pearson's chi-squared (Bickenbach and Bode 2003)";
    const REMARKS: &'static str = "Classes are numbered from 1, the lowest. Rows without a lag_class are of all moves. p says \
whether moves hang on the neighbours. Units without neighbours are left out, and named.";
    const EXAMPLES: &'static [&'static str] = &[
        "spatial-markov towns.csv --periods q1,q2,q3,q4 --areas towns.geojson --contiguity queen",
        "spatial-markov towns.csv --periods q1,q2,q3,q4 --weights towns.gal --value-classes 5 --format json",
    ];
    const PARTS: &'static [Part] = &[Part {
        name: "units",
        is_layer: false,
        about: "the class of each unit and of its neighbours in each period",
    }];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.values.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let mut numbers = self.values.read(Self::NAME, Transform::Row)?;
        let options = SpatialMarkovOptions::default()
            .with_classes(self.value_classes)
            .with_lag_classes(self.lag_classes)
            .with_relative(!self.raw);
        let found = stats::spatial_markov(&numbers.periods, &numbers.weights, options)?;
        for (what, asked, given) in [
            ("values", self.value_classes, found.breaks.len()),
            ("neighbours' values", self.lag_classes, found.lag_breaks.len()),
        ] {
            if given < asked {
                numbers.notes.push(format!("{asked} classes of {what} were asked for, equal quantiles leave {given}"));
            }
        }
        let numbered = |classes: usize| (1..=classes).map(|class| class.to_string()).collect::<Vec<_>>();
        let classes = numbered(found.breaks.len());
        let mut moves = Moves::new();
        moves.add(None, &found.all, &classes);
        for (class, chain) in (1..).zip(&found.by_lag) {
            moves.add(Some(class), chain, &classes);
        }
        let mut scalars = Map::new();
        let mut say = |name: &str, value| scalars.insert(name.to_owned(), value);
        say("n", json!(found.n));
        say("islands", json!(found.islands));
        say("breaks", json!(found.breaks));
        say("lag_breaks", json!(found.lag_breaks));
        say("steady_state", json!(found.all.steady_state));
        let steady: Vec<_> = found.by_lag.iter().map(|chain| &chain.steady_state).collect();
        say("steady_state_by_lag", json!(steady));
        say("likelihood_ratio", json!(found.homogeneity.likelihood_ratio));
        say("pearson", json!(found.homogeneity.pearson));
        say("degrees_of_freedom", json!(found.homogeneity.degrees_of_freedom));
        say("p_likelihood_ratio", json!(found.homogeneity.p_likelihood_ratio));
        say("p_pearson", json!(found.homogeneity.p_pearson));
        let mut columns = Vec::new();
        for (place, period) in self.values.periods.iter().enumerate() {
            let from_1 = |classes: &[Option<usize>]| -> Vec<Option<u64>> {
                classes.iter().map(|class| class.map(|class| class as u64 + 1)).collect()
            };
            columns.push(Column::new(format!("{period}_class").into(), from_1(&found.classes[place])));
            columns.push(Column::new(format!("{period}_lag_class").into(), from_1(&found.lag_classes[place])));
        }
        let mut frame = vec![Column::new("lag_class".into(), moves.group.clone())];
        frame.extend(moves.columns());
        let frame = DataFrame::new_infer_height(frame).map_err(Error::table("the moves"))?;
        let mut outcome = numbers.outcome(scalars, columns)?;
        outcome.tables.insert(0, OutcomeTable::of_rows("transitions", frame));
        Ok(outcome)
    }
}
