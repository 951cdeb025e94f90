use polars::prelude::DataFrame;
use serde_json::Map;

use super::{Moves, PeriodValues, names};
use crate::declare::parameters;
use crate::error::{Error, Result};
use crate::measure::autocorrelation::{Chance, Labelling};
use crate::measure::operation::{Input, Operation, Part};
use crate::measure::outcome::{Outcome, OutcomeTable};
use crate::model::json::json;
use crate::stats::{self, Inference, Label, Movement, Permutations, Quadrant, Transform};

/// LISA transitions: how units and their neighbours move between the quadrants of the Moran scatterplot.
#[parameters]
#[derive(Default)]
pub struct LisaTransitions {
    /// The values of the periods.
    #[flatten]
    pub values: PeriodValues,
    /// How local Moran's I of each period is held against chance.
    #[flatten]
    pub chance: Chance,
    /// Which units are labelled.
    #[flatten]
    pub labelling: Labelling,
}

impl Operation for LisaTransitions {
    const NAME: &'static str = "lisa-transitions";
    const GROUP: Option<&'static str> = Some("stats");
    const SUMMARY: &'static str = "LISA transitions: where did clusters come, go or spread, period by period?";
    const DEFINITION: &'static str = "moves between the quadrants of the Moran scatterplot; chi-squared against moves of \
units and neighbours that are independent of each other (Rey 2001)";
    const REMARKS: &'static str = "Of each period a unit has its quadrant and the label of local Moran's I; of each step what \
crossed the mean: neither, the unit, its neighbours, both-together or both-apart. stability is the share of steps in which \
neither did, cohesion that in which both stayed or moved together.";
    const EXAMPLES: &'static [&'static str] = &[
        "lisa-transitions towns.csv --periods q1,q2,q3,q4 --areas towns.geojson --contiguity queen",
        "lisa-transitions towns.csv --periods q1,q2,q3 --weights towns.gal --permutations 0 --adjust none --format json",
    ];
    const PARTS: &'static [Part] = &[Part {
        name: "transitions",
        is_layer: false,
        about: "the moves from each quadrant to each, found and expected",
    }];

    fn inputs(&mut self) -> Vec<Input<'_>> {
        self.values.inputs()
    }

    fn run(&self) -> Result<Outcome> {
        let numbers = self.values.read(Self::NAME, Transform::Row)?;
        let inference = Inference::default()
            .with_alternative(self.chance.alternative)
            .with_permutations(Permutations { count: self.chance.permutations, seed: self.chance.seed })
            .with_adjustment(self.labelling.adjust)
            .with_level(self.labelling.level);
        let found = stats::lisa_transitions(&numbers.periods, &numbers.weights, inference)?;
        let mut scalars = Map::new();
        let mut say = |name: &str, value| scalars.insert(name.to_owned(), value);
        say("n", json!(found.n));
        say("islands", json!(found.islands));
        say("steady_state", json!(found.chain.steady_state));
        say("chi_squared", json!(found.chi_squared));
        say("degrees_of_freedom", json!(found.degrees_of_freedom));
        say("p_chi_squared", json!(found.p_chi_squared));
        say("stability", json!(found.stability));
        say("cohesion", json!(found.cohesion));
        say("permutations", json!(self.chance.permutations));
        say("seed", json!(self.chance.seed));
        let mut columns = Vec::new();
        for (place, period) in self.values.periods.iter().enumerate() {
            columns.push(names(&format!("{period}_quadrant"), &found.quadrants[place], Quadrant::name));
            columns.push(names(&format!("{period}_label"), &found.labels[place], Label::name));
            if place > 0 {
                columns.push(names(&format!("{period}_movement"), &found.movements[place - 1], Movement::name));
            }
        }
        let quadrants = [Quadrant::HighHigh, Quadrant::LowHigh, Quadrant::LowLow, Quadrant::HighLow];
        let quadrants: Vec<String> = quadrants.iter().map(|quadrant| quadrant.name().to_owned()).collect();
        let mut moves = Moves::new();
        moves.add(None, &found.chain, &quadrants);
        let mut frame = moves.columns();
        frame.push(polars::prelude::Column::new("expected".into(), found.expected_transitions.concat()));
        let frame = DataFrame::new_infer_height(frame).map_err(Error::table("the moves"))?;
        let mut outcome = numbers.outcome(scalars, columns)?;
        outcome.tables.push(OutcomeTable::of_rows("transitions", frame));
        outcome.manifest.insert("seed".to_owned(), json!(self.chance.seed));
        Ok(outcome)
    }
}
