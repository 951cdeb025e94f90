use super::{MapKind, MapSpec, MultiplesBy};
use crate::model::column;
use crate::render::intervals::is_counted;
use crate::render::keys::{KeyRule, KeyedSpec};
use crate::render::map::overlay::SymbolScaling;

use MapKind::{Bivariate, Categorical, Choropleth, Local, Plain, QuotaProgress, ValueByAlpha};

/// A condition, beside the kind of map, on which a key has an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum MapNeed {
    /// Something reads a table of areas: the kind of map, or symbols, dots or a cartogram.
    Table,
    /// Something reads the column of the filter: a table, or points and cells for the sector.
    FilterOfRows,
    /// The values shown are a column, not a count of firms by ground.
    ColumnOfValues,
    /// One programme is shown: a quota map, or the firms accepted by ground.
    OneProgramme,
    /// Values with a unit are shown: classes, or dots.
    Unit,
    /// No analysis gives the values.
    NoAnalysis,
    /// No small maps.
    NoMultiples,
    /// The small maps differ in what this kind of map shows.
    MultiplesOfKind,
    /// The small maps are of things that can be listed.
    ListedMultiples,
    /// No cartogram.
    NoCartogram,
    /// No breaks are given.
    NoBreaks,
    /// The scheme makes as many classes as are asked for.
    CountedScheme,
    /// No colours are given.
    NoColors,
    /// The legend counts areas: those of classes, of parks, or of graduated symbols.
    Counts,
    /// There is a legend beside a single map.
    Legend,
    /// No number of the map review is given.
    NoReviewNumber,
    /// Points are drawn.
    Points,
    /// Points are drawn in one colour.
    PlainPoints,
    /// Symbols have a size for each class.
    GraduatedSymbols,
    /// No breaks of the symbols are given.
    NoSymbolBreaks,
    /// The scheme of the symbols makes as many classes as are asked for.
    CountedSymbolScheme,
    /// The bands of contours are read from a file.
    ContoursOfFile,
    /// The outlines of clusters are read from a file.
    HullsOfFile,
    /// The flows are read from a file.
    FlowsOfFile,
    /// The flows are firms that relocate.
    FlowsOfMeasure,
}

type MapRule = KeyRule<MapKind, MapNeed>;

const ALL: &[MapKind] = &[Choropleth, Categorical, QuotaProgress, Bivariate, ValueByAlpha, Local, Plain];
/// Areas coloured by something, which is written on them and in the legend.
const COLORED: &[MapKind] = &[Choropleth, Categorical, QuotaProgress, Bivariate, ValueByAlpha, Local];
/// Areas coloured by a column of numbers.
const NUMBERS: &[MapKind] = &[Choropleth, Bivariate, ValueByAlpha];
/// Areas coloured by classes of one column of numbers.
const CLASSES: &[MapKind] = &[Choropleth, ValueByAlpha];

const fn rule(keys: &'static [&'static str], kinds: &'static [MapKind], needs: &'static [MapNeed]) -> MapRule {
    KeyRule { keys, kinds, needs, of_project: &[] }
}

const fn of_project(keys: &'static [&'static str], kinds: &'static [MapKind], needs: &'static [MapNeed]) -> MapRule {
    KeyRule { keys, kinds, needs, of_project: kinds }
}

impl KeyedSpec for MapSpec {
    type Kind = MapKind;
    type Need = MapNeed;

    const RULES: &'static [MapRule] = &[
        rule(&["title", "subtitle", "kind", "language", "source", "author", "review_number", "audience"], ALL, &[]),
        rule(&["not_reviewed"], ALL, &[MapNeed::NoReviewNumber]),
        rule(&["en", "alt", "page", "theme", "simplify_mm", "atlas"], ALL, &[]),
        // The data.
        of_project(&["layer"], ALL, &[]),
        of_project(&["analysis"], ALL, &[MapNeed::Table]),
        of_project(
            &["cells"],
            &[Choropleth, Bivariate, ValueByAlpha, Plain],
            &[MapNeed::NoMultiples, MapNeed::NoAnalysis],
        ),
        rule(&["column"], &[Choropleth, Categorical, Bivariate, ValueByAlpha, Local], &[MapNeed::ColumnOfValues]),
        rule(&["filter"], ALL, &[MapNeed::FilterOfRows]),
        of_project(&["programme"], &[QuotaProgress, Choropleth], &[MapNeed::OneProgramme]),
        rule(&["unit"], ALL, &[MapNeed::Unit]),
        rule(&["decimals", "percent"], NUMBERS, &[]),
        rule(&["bivariate"], &[Bivariate, ValueByAlpha], &[]),
        of_project(&["local"], &[Local], &[MapNeed::NoAnalysis]),
        rule(&["mask"], ALL, &[]),
        rule(&["multiples"], COLORED, &[MapNeed::MultiplesOfKind]),
        rule(&["multiples.of"], COLORED, &[MapNeed::MultiplesOfKind, MapNeed::ListedMultiples]),
        // Classes and colours.
        rule(&["classes.scheme"], CLASSES, &[MapNeed::NoBreaks]),
        rule(&["classes.count"], CLASSES, &[MapNeed::NoBreaks, MapNeed::CountedScheme]),
        rule(&["classes.labels"], &[Choropleth, ValueByAlpha, QuotaProgress], &[]),
        rule(&["classes.order"], &[Categorical], &[]),
        rule(&["classes.breaks"], &[Choropleth, ValueByAlpha, Bivariate, QuotaProgress], &[]),
        rule(&["palette.name"], &[Choropleth, ValueByAlpha, QuotaProgress, Categorical], &[MapNeed::NoColors]),
        rule(&["palette.reverse"], &[Choropleth, ValueByAlpha, QuotaProgress], &[MapNeed::NoColors]),
        rule(&["palette.midpoint"], CLASSES, &[MapNeed::NoColors]),
        rule(&["palette.colors"], &[Choropleth, ValueByAlpha, QuotaProgress, Categorical, Bivariate], &[]),
        // Labels and legend.
        rule(&["labels.show", "labels.size_pt", "labels.least_size_pt"], ALL, &[]),
        rule(&["labels.values", "labels.priority"], COLORED, &[]),
        rule(&["legend.show", "legend.title"], ALL, &[]),
        rule(&["legend.counts"], ALL, &[MapNeed::Counts]),
        rule(&["legend.histogram"], CLASSES, &[]),
        rule(&["legend.place"], ALL, &[MapNeed::Legend, MapNeed::NoMultiples]),
        // What is drawn over the areas.
        of_project(&["outlines"], ALL, &[MapNeed::NoCartogram]),
        of_project(&["parks"], ALL, &[]),
        of_project(&["points.show"], ALL, &[]),
        of_project(&["points.column"], ALL, &[MapNeed::Points]),
        rule(&["points.title", "points.size_mm", "points.opacity"], ALL, &[MapNeed::Points]),
        rule(&["points.color"], ALL, &[MapNeed::Points, MapNeed::PlainPoints]),
        rule(&["symbols"], ALL, &[]),
        rule(&["symbols.min_mm", "symbols.classes.breaks"], ALL, &[MapNeed::GraduatedSymbols]),
        rule(&["symbols.classes.scheme"], ALL, &[MapNeed::GraduatedSymbols, MapNeed::NoSymbolBreaks]),
        rule(
            &["symbols.classes.count"],
            ALL,
            &[MapNeed::GraduatedSymbols, MapNeed::NoSymbolBreaks, MapNeed::CountedSymbolScheme],
        ),
        rule(&["diagrams", "dots", "cartogram"], ALL, &[]),
        rule(&["contours", "hulls"], ALL, &[MapNeed::NoCartogram]),
        rule(&["contours.file"], ALL, &[MapNeed::ContoursOfFile]),
        rule(&["hulls.file"], ALL, &[MapNeed::HullsOfFile]),
        rule(&["flows"], ALL, &[]),
        of_project(&["flows.measure"], ALL, &[MapNeed::FlowsOfMeasure]),
        rule(&["flows.from", "flows.to", "flows.column"], ALL, &[MapNeed::FlowsOfFile]),
        // What stands around them.
        rule(&["inset", "locator", "logo"], ALL, &[]),
        rule(&["inset.place", "inset.crowded", "locator.place", "logo.place"], ALL, &[MapNeed::NoMultiples]),
        rule(&["furniture"], ALL, &[]),
        rule(&["furniture.graticule"], ALL, &[MapNeed::NoCartogram]),
        rule(&["furniture.south_china_sea"], ALL, &[MapNeed::NoCartogram, MapNeed::NoMultiples]),
        rule(&["extent", "annotations"], ALL, &[MapNeed::NoCartogram]),
    ];

    fn kind(&self) -> MapKind {
        self.kind
    }

    fn with_all_sections() -> Self {
        Self {
            cells: Some(Default::default()),
            mask: Some(Default::default()),
            symbols: Some(Default::default()),
            diagrams: Some(Default::default()),
            dots: Some(Default::default()),
            contours: Some(Default::default()),
            hulls: Some(Default::default()),
            flows: Some(Default::default()),
            cartogram: Some(Default::default()),
            atlas: Some(Default::default()),
            multiples: Some(Default::default()),
            inset: Some(Default::default()),
            locator: Some(Default::default()),
            logo: Some(Default::default()),
            extent: Some(Default::default()),
            ..Self::default()
        }
    }

    fn meets(&self, need: MapNeed, key: &str) -> bool {
        let by = self.multiples.as_ref().map(|multiples| multiples.by);
        let symbols = self.symbols.as_ref();
        match need {
            MapNeed::Table => self.reads_table(),
            MapNeed::FilterOfRows => {
                let is_sector = key.strip_prefix("filter.") == Some(column::SECTOR);
                let sets_sector = by == Some(MultiplesBy::Sector) || self.shows_largest_sector();
                let in_table = (self.reads_table() || self.diagrams.is_some())
                    && self.cells.is_none()
                    && !(is_sector && sets_sector);
                in_table || is_sector && (self.points.show || self.cells.is_some() && self.reads_table())
            }
            MapNeed::ColumnOfValues => by != Some(MultiplesBy::Ground),
            MapNeed::OneProgramme => match self.kind {
                QuotaProgress => by != Some(MultiplesBy::Programme),
                _ => by == Some(MultiplesBy::Ground),
            },
            MapNeed::Unit => self.kind != Plain || self.dots.is_some(),
            MapNeed::NoAnalysis => self.analysis.is_none(),
            MapNeed::NoMultiples => by.is_none(),
            MapNeed::MultiplesOfKind => match by {
                Some(MultiplesBy::Quarter | MultiplesBy::Programme) => self.kind == QuotaProgress,
                Some(MultiplesBy::Ground) => self.kind == Choropleth,
                Some(MultiplesBy::Sector) => NUMBERS.contains(&self.kind),
                Some(MultiplesBy::Column) => self.kind != QuotaProgress,
                None => true,
            },
            MapNeed::ListedMultiples => by != Some(MultiplesBy::Quarter),
            MapNeed::NoCartogram => self.cartogram.is_none(),
            MapNeed::NoBreaks => self.classes.breaks.is_empty(),
            MapNeed::CountedScheme => is_counted(&self.classes.scheme),
            MapNeed::NoColors => self.palette.colors.is_empty(),
            MapNeed::Counts => {
                let graduated = symbols.is_some_and(|symbols| symbols.scaling == SymbolScaling::Graduated);
                self.kind != Plain || graduated || !self.parks.is_empty()
            }
            MapNeed::Legend => self.kind != Plain || self.has_overlay(),
            MapNeed::NoReviewNumber => self.review_number.is_none(),
            MapNeed::Points => self.draws_points(),
            MapNeed::PlainPoints => self.points.column.is_none(),
            MapNeed::GraduatedSymbols => symbols.is_none_or(|symbols| symbols.scaling == SymbolScaling::Graduated),
            MapNeed::NoSymbolBreaks => symbols.is_none_or(|symbols| symbols.classes.breaks.is_empty()),
            MapNeed::CountedSymbolScheme => symbols.is_none_or(|symbols| is_counted(&symbols.classes.scheme)),
            MapNeed::ContoursOfFile => self.contours.as_ref().is_none_or(|contours| contours.analysis.is_none()),
            MapNeed::HullsOfFile => self.hulls.as_ref().is_none_or(|hulls| hulls.analysis.is_none()),
            MapNeed::FlowsOfFile => self.flows.as_ref().is_none_or(|flows| flows.file.is_some()),
            MapNeed::FlowsOfMeasure => self.flows.as_ref().is_none_or(|flows| flows.file.is_none()),
        }
    }

    fn words(need: MapNeed) -> &'static str {
        match need {
            MapNeed::Table => {
                "where a column of a table is shown: by the kind of map, `symbols`, `dots` or `cartogram`"
            }
            MapNeed::FilterOfRows => {
                "where rows of a table are chosen by it, or for `filter.sector` firms of `points` and `cells`"
            }
            MapNeed::ColumnOfValues => "without `multiples.by = \"ground\"`, which counts firms",
            MapNeed::OneProgramme => {
                "where one programme is shown: with `multiples.by = \"ground\"`, or without multiples"
            }
            MapNeed::Unit => "with `dots`, as no other values are shown",
            MapNeed::NoAnalysis => "without `analysis`, which gives the values",
            MapNeed::NoMultiples => "without `multiples`",
            MapNeed::MultiplesOfKind => {
                "by \"quarter\" and \"programme\" on \"quota_progress\", by \"ground\" on \"choropleth\", by \"sector\" on \
                 columns of numbers, by \"column\" on all but \"quota_progress\""
            }
            MapNeed::ListedMultiples => "with `multiples.by` of what can be listed, not \"quarter\"",
            MapNeed::NoCartogram => "without `cartogram`, on which no place is where it is",
            MapNeed::NoBreaks => "without `classes.breaks`, which replace the scheme",
            MapNeed::CountedScheme => "with a `classes.scheme` that makes as many classes as are asked for",
            MapNeed::NoColors => "without `palette.colors`, which replace the palette",
            MapNeed::Counts => "with `parks` or graduated `symbols`, as nothing else is counted",
            MapNeed::Legend => "with something drawn over the areas, which a legend explains",
            MapNeed::NoReviewNumber => "without `review_number`",
            MapNeed::Points => "with `points.show = true`",
            MapNeed::PlainPoints => "without `points.column`, which colours the points",
            MapNeed::GraduatedSymbols => "with `symbols.scaling = \"graduated\"`",
            MapNeed::NoSymbolBreaks => "without `symbols.classes.breaks`, which replace the scheme",
            MapNeed::CountedSymbolScheme => {
                "with a `symbols.classes.scheme` that makes as many classes as are asked for"
            }
            MapNeed::ContoursOfFile => "without `contours.analysis`, which takes the place of a file",
            MapNeed::HullsOfFile => "without `hulls.analysis`, which takes the place of a file",
            MapNeed::FlowsOfFile => "with `flows.file`, whose columns they are",
            MapNeed::FlowsOfMeasure => "without `flows.file`, which takes the place of a measure",
        }
    }
}

impl MapSpec {
    /// Whether a column of the table of areas is shown.
    fn reads_table(&self) -> bool {
        let is_counted = self.multiples.as_ref().is_some_and(|multiples| multiples.by == MultiplesBy::Ground);
        let of_kind = match self.kind {
            Choropleth | Categorical | Bivariate | ValueByAlpha | Local => !is_counted,
            QuotaProgress | Plain => false,
        };
        let masks = self.mask.is_some() && !is_counted;
        of_kind || masks || self.symbols.is_some() || self.dots.is_some() || self.cartogram.is_some()
    }

    /// Whether points are drawn: on the map, or on the sheets of block economies.
    fn draws_points(&self) -> bool {
        self.points.show || self.atlas.as_ref().is_some_and(|atlas| atlas.by == super::AtlasSpec::BLOCK)
    }

    fn has_overlay(&self) -> bool {
        let sections = [
            self.symbols.is_some(),
            self.diagrams.is_some(),
            self.dots.is_some(),
            self.contours.is_some(),
            self.hulls.is_some(),
            self.flows.is_some(),
        ];
        sections.contains(&true) || !self.parks.is_empty() || self.draws_points()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::keys::tests::assert_complete;

    #[test]
    fn every_key_of_a_map_has_its_row() {
        assert_complete::<MapSpec>();
    }
}
