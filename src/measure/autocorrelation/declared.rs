//! The shape that the statistics of a column and its neighbours share.

use serde::Serialize;

use super::{Chance, Numbers, UnitValues, least_p_note, without_p};
use crate::error::Result;
use crate::measure::outcome::Outcome;
use crate::stats::{Inference, Transform};

/// A statistic of a column and its neighbours, as [`unit_statistic`] declares it.
pub(super) struct UnitStatistic<'a> {
    /// The name of the operation.
    pub(super) name: &'static str,
    /// The values and their neighbours.
    pub(super) units: &'a UnitValues,
    /// The column with the second values, of a statistic of two columns.
    pub(super) other: Option<&'a str>,
    /// The transform of the weights where none is asked for.
    pub(super) weights: Transform,
    /// The permutations, which the manifest tells.
    pub(super) chance: &'a Chance,
    /// The options of the inference.
    pub(super) inference: Inference,
}

impl UnitStatistic<'_> {
    fn computed<F>(&self, compute: impl FnOnce(&mut Numbers, Inference) -> Result<F>) -> Result<(F, Numbers)> {
        let mut numbers = self.units.read(self.name, self.other, self.weights)?;
        if self.other.is_some() {
            // A statistic of two columns has no p but that of permutations.
            numbers.notes.extend(without_p(self.name, self.chance));
        }
        let found = compute(&mut numbers, self.inference)?;
        Ok((found, numbers))
    }

    /// The outcome of a statistic of all units: one value for each field of the result.
    pub(super) fn global<F: Serialize>(
        &self,
        compute: impl FnOnce(&mut Numbers, Inference) -> Result<F>,
    ) -> Result<Outcome> {
        let (found, numbers) = self.computed(compute)?;
        self.units.outcome(found, numbers, self.chance)
    }

    /// The outcome of a statistic of each unit: a table with a row for each.
    pub(super) fn local<F: Serialize>(
        &self,
        compute: impl FnOnce(&mut Numbers, Inference) -> Result<F>,
    ) -> Result<Outcome> {
        let (found, numbers) = self.computed(compute)?;
        let mut outcome = self.units.local_outcome(found, numbers, self.chance)?;
        outcome.notes.extend(least_p_note(&outcome, self.inference, "units"));
        Ok(outcome)
    }
}

/// Declares an operation over a column and its neighbours: the struct of its parameters and its
/// [`Operation`](crate::measure::Operation).
///
/// ```text
/// unit_statistic! {
///     /// Documentation of the operation.
///     global Moran { /* parameters beyond those of all such statistics */ }    // `local`: a row for each unit
///     name: "moran",
///     summary: "…",
///     definition: "…",
///     examples: ["…"],
///     weights: Row,                    // the transform of the weights where none is asked for
///     other: other_value,              // the parameter with the second column; left out for a statistic of one
///     found: |self, numbers, inference| stats::moran(&numbers.values, &numbers.weights, inference),
/// }
/// ```
///
/// `found` gives a result that serialises to a struct of fields; those of a local statistic are lists, a value for each
/// unit.
macro_rules! unit_statistic {
    (@struct global $(#[$($attribute:tt)*])* $name:ident { $($more:tt)* }) => {
        $(#[$($attribute)*])*
        #[crate::declare::parameters]
        #[derive(Default)]
        pub struct $name {
            /// The values and their neighbours.
            #[flatten]
            pub units: $crate::measure::autocorrelation::UnitValues,
            /// How the statistic is held against chance.
            #[flatten]
            pub chance: $crate::measure::autocorrelation::Chance,
            $($more)*
        }
    };
    (@struct local $(#[$($attribute:tt)*])* $name:ident { $($more:tt)* }) => {
        unit_statistic! {
            @struct global $(#[$($attribute)*])* $name {
                /// Which units are labelled.
                #[flatten]
                pub labelling: $crate::measure::autocorrelation::Labelling,
                $($more)*
            }
        }
    };
    (@inference global $self:ident) => { $self.chance.inference(&$self.units) };
    (@inference local $self:ident) => { $self.labelling.inference(&$self.chance, &$self.units) };
    (@other $self:ident) => { None };
    (@other $self:ident $field:ident) => { Some($self.$field.as_str()) };
    (
        $(#[$($attribute:tt)*])*
        $shape:ident $name:ident { $($more:tt)* }
        name: $word:literal,
        summary: $summary:literal,
        definition: $definition:literal,
        examples: [$($example:literal),+ $(,)?],
        weights: $weights:ident,
        $(other: $other:ident,)?
        found: |$self:ident, $numbers:ident, $inference:ident| $found:expr $(,)?
    ) => {
        unit_statistic! { @struct $shape $(#[$($attribute)*])* $name { $($more)* } }

        impl $crate::measure::Operation for $name {
            const NAME: &'static str = $word;
            const GROUP: Option<&'static str> = Some("stats");
            const SUMMARY: &'static str = $summary;
            const DEFINITION: &'static str = $definition;
            const REMARKS: &'static str = $crate::measure::autocorrelation::REMARKS;
            const EXAMPLES: &'static [&'static str] = &[$($example),+];

            fn inputs(&mut self) -> Vec<$crate::measure::Input<'_>> {
                self.units.inputs()
            }

            fn run(&$self) -> $crate::error::Result<$crate::measure::Outcome> {
                let statistic = $crate::measure::autocorrelation::declared::UnitStatistic {
                    name: $word,
                    units: &$self.units,
                    other: unit_statistic!(@other $self $($other)?),
                    weights: $crate::stats::Transform::$weights,
                    chance: &$self.chance,
                    inference: unit_statistic!(@inference $shape $self),
                };
                statistic.$shape(|$numbers, $inference| Ok($found?))
            }
        }
    };
}
pub(super) use unit_statistic;
