use super::spec::{ChartKind, ChartSpec};
use crate::render::keys::{KeyRule, KeyedSpec};

use ChartKind::{
    Composition, HeatMap, LocationQuotient, Lorenz, MoranScatterplot, Pace, PointPattern, Progress, Ranking, Slope,
    Stages,
};

/// A condition, beside the kind of chart, on which a key has an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum ChartNeed {
    /// No colours are given.
    NoColors,
    /// The figure is a map.
    OfMap,
}

type ChartRule = KeyRule<ChartKind, ChartNeed>;

const ALL: &[ChartKind] = &[
    Progress,
    Ranking,
    Stages,
    Pace,
    Slope,
    Composition,
    Lorenz,
    LocationQuotient,
    MoranScatterplot,
    PointPattern,
    HeatMap,
];
/// Charts of a quota table.
const QUOTA: &[ChartKind] = &[Progress, Ranking, Stages, Pace, Slope];
/// Charts of the sectors of areas.
const CONCENTRATION: &[ChartKind] = &[Composition, Lorenz, LocationQuotient, MoranScatterplot, HeatMap];

const fn rule(keys: &'static [&'static str], kinds: &'static [ChartKind], needs: &'static [ChartNeed]) -> ChartRule {
    KeyRule { keys, kinds, needs, of_project: &[] }
}

impl KeyedSpec for ChartSpec {
    type Kind = ChartKind;
    type Need = ChartNeed;

    const RULES: &'static [ChartRule] = &[
        rule(&["title", "subtitle", "kind", "language", "source", "alt", "en", "page", "theme"], ALL, &[]),
        rule(&["order"], &[Progress], &[]),
        rule(&["reference_lines"], &[Progress, Ranking], &[]),
        rule(&["page.layout"], ALL, &[ChartNeed::OfMap]),
        rule(&["programme"], QUOTA, &[]),
        // A Lorenz curve of a table calls its areas by the layer.
        KeyRule {
            keys: &["layer"],
            kinds: CONCENTRATION,
            needs: &[],
            of_project: &[Composition, LocationQuotient, MoranScatterplot, HeatMap],
        },
        rule(&["column"], &[Composition, HeatMap, Slope, Lorenz, MoranScatterplot, PointPattern], &[]),
        rule(&["filter", "names"], CONCENTRATION, &[]),
        rule(&["reference"], &[Lorenz], &[]),
        rule(&["most"], &[Composition, HeatMap, LocationQuotient, MoranScatterplot], &[]),
        KeyRule { keys: &["before"], kinds: &[Slope], needs: &[], of_project: &[Slope] },
        rule(&["ends"], &[Slope], &[]),
        rule(&["forecast"], &[Pace], &[]),
        rule(&["breaks"], &[HeatMap], &[]),
        rule(&["palette"], &[Composition, HeatMap], &[ChartNeed::NoColors]),
        rule(&["colors"], &[Composition, HeatMap], &[]),
        rule(&["decimals"], &[Slope, HeatMap], &[]),
        rule(&["unit"], &[Progress, Stages, Pace, Composition, HeatMap, MoranScatterplot], &[]),
    ];

    fn kind(&self) -> ChartKind {
        self.kind
    }

    fn with_all_sections() -> Self {
        Self::default()
    }

    fn meets(&self, need: ChartNeed, _key: &str) -> bool {
        match need {
            ChartNeed::NoColors => self.colors.is_empty(),
            ChartNeed::OfMap => false,
        }
    }

    fn words(need: ChartNeed) -> &'static str {
        match need {
            ChartNeed::NoColors => "without `colors`, which replace the palette",
            ChartNeed::OfMap => "on a map, beside which a table or a chart can stand",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::keys::tests::assert_complete;

    #[test]
    fn every_key_of_a_chart_has_its_row() {
        assert_complete::<ChartSpec>();
    }
}
