//! The shape that the statistics of points in a window share.

/// Declares an operation over points in a window: the struct of its parameters and its
/// [`Operation`](crate::measure::Operation).
///
/// ```text
/// point_statistic! {
///     /// Documentation of the operation.
///     #[derive(Default)]
///     curve NearestNeighbours { /* parameters between points and simulations */ }   // `single`: one value, no distances
///     name: "g",
///     summary: "…",
///     definition: "…",
///     examples: ["…"],
///     other: other_sector,         // the parameter with the sector that is looked for; left out where there is none
///     weight: weight,              // the parameter with the column of weights; left out where there is none
///     found: |self, pattern, radii_m, simulating| { … (found, held) },      // `single` has no radii_m
/// }
/// ```
///
/// `found` gives a result that serialises to a struct of fields, those of a curve lists with a value for each distance,
/// and what simulated patterns say of it. A curve has the parameter `distances` among its own.
macro_rules! point_statistic {
    (@field $self:ident) => { None };
    (@field $self:ident $field:ident) => { $self.$field.as_deref() };
    (@operation $name:ident {
        $word:literal, $summary:literal, $definition:literal, [$($example:literal),+],
        |$self:ident, $progress:ident| $run:block
    }) => {
        impl $crate::measure::Operation for $name {
            const NAME: &'static str = $word;
            const GROUP: Option<&'static str> = Some("stats");
            const SUMMARY: &'static str = $summary;
            const DEFINITION: &'static str = $definition;
            const REMARKS: &'static str = $crate::measure::point_pattern::REMARKS;
            const EXAMPLES: &'static [&'static str] = &[$($example),+];

            fn inputs(&mut self) -> Vec<$crate::measure::Input<'_>> {
                self.points.inputs()
            }

            fn run(&self) -> $crate::error::Result<$crate::measure::Outcome> {
                self.run_telling(&[], &mut |_| {})
            }

            fn run_telling(
                &$self,
                _parts: &[&str],
                $progress: &mut dyn FnMut($crate::measure::RunProgress),
            ) -> $crate::error::Result<$crate::measure::Outcome> $run
        }
    };
    (@struct $(#[$($attribute:tt)*])* $name:ident { $($more:tt)* }) => {
        $(#[$($attribute)*])*
        #[crate::declare::parameters]
        pub struct $name {
            /// The points and the window.
            #[flatten]
            pub points: $crate::measure::WindowedPoints,
            $($more)*
            /// The simulations.
            #[flatten]
            pub simulations: $crate::measure::point_pattern::Simulations,
        }
    };
    (
        $(#[$($attribute:tt)*])*
        curve $name:ident { $($more:tt)* }
        name: $word:literal,
        summary: $summary:literal,
        definition: $definition:literal,
        examples: [$($example:literal),+ $(,)?],
        $(other: $other:ident,)?
        $(weight: $weight:ident,)?
        found: |$self:ident, $pattern:ident, $radii_m:ident, $simulating:ident| $found:block $(,)?
    ) => {
        point_statistic! { @struct $(#[$($attribute)*])* $name { $($more)* } }
        point_statistic! { @operation $name {
            $word, $summary, $definition, [$($example),+],
            |$self, progress| {
                let $radii_m = $self.distances.radii_m()?;
                let other = point_statistic!(@field $self $($other)?);
                let weight = point_statistic!(@field $self $($weight)?);
                let $pattern = $crate::measure::point_pattern::pattern::Pattern::read(
                    &$self.points,
                    other,
                    weight,
                    &$self.simulations,
                )?;
                let simulations = &$self.simulations;
                let $simulating = &mut $crate::measure::point_pattern::Simulating { simulations, progress };
                let (found, held) = $found;
                $pattern.outcome(found, &$self.simulations, held)?.with_columns(
                    $crate::measure::point_pattern::DISTANCES,
                    Vec::new(),
                    $radii_m.len(),
                )
            }
        } }
    };
    (
        $(#[$($attribute:tt)*])*
        single $name:ident { $($more:tt)* }
        name: $word:literal,
        summary: $summary:literal,
        definition: $definition:literal,
        examples: [$($example:literal),+ $(,)?],
        found: |$self:ident, $pattern:ident, $simulating:ident| $found:block $(,)?
    ) => {
        point_statistic! { @struct $(#[$($attribute)*])* $name { $($more)* } }
        point_statistic! { @operation $name {
            $word, $summary, $definition, [$($example),+],
            |$self, progress| {
                let $pattern = $crate::measure::point_pattern::pattern::Pattern::read(
                    &$self.points,
                    None,
                    None,
                    &$self.simulations,
                )?;
                let simulations = &$self.simulations;
                let $simulating = &mut $crate::measure::point_pattern::Simulating { simulations, progress };
                let (found, held) = $found;
                $pattern.outcome(found, &$self.simulations, held)
            }
        } }
    };
}
pub(super) use point_statistic;
