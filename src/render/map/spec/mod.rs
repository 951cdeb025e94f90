mod parts;

pub use parts::{
    AtlasSpec, Audience, BivariateSpec, CartogramSpec, CellShapeSpec, CellSpec, ClassSpec, FurnitureSpec, InsetSpec,
    LabelPriority, LabelSpec, LegendPlace, LegendSpec, LocalSpec, LocalStatistic, LocatorSpec, MaskSpec, MultiplesBy,
    MultiplesSpec, PaletteSpec,
};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::overlay::{ContourSpec, DiagramSpec, DotSpec, FlowSpec, HullSpec, PointSpec, SymbolSpec};
use crate::Result;
use crate::error::RenderError;
use crate::model::Language;
use crate::render::Theme;
use crate::render::spec::{Page, from_toml, within};

/// What a map shows and how: the whole of a `maps/*.toml`. Every key has a default.
///
/// # Examples
///
/// ```
/// use jiju::render::MapSpec;
/// let spec = MapSpec::from_toml("title = '企业密度'\ncolumn = 'density_per_km2'\nunit = '家/km²'", "density.toml").unwrap();
/// assert_eq!(spec.classes.count, 5);
/// let error = MapSpec::from_toml("titel = '企业密度'", "density.toml").unwrap_err();
/// assert_eq!(error.hint().as_deref(), Some("did you mean `title`?"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MapSpec {
    /// The heading; by default the legend's title.
    pub title: Option<String>,
    /// The line below it.
    pub subtitle: Option<String>,
    /// What kind of map.
    pub kind: MapKind,
    /// The layer of areas to colour: `district`, `town`; by default the first of the project.
    pub layer: Option<String>,
    /// Cells over the layer in place of its areas, with the firms in each.
    pub cells: Option<CellSpec>,
    /// A layer whose outlines are drawn heavier over it: `district` over towns.
    pub outlines: Option<String>,
    /// Layers of parks 园区 drawn over the areas.
    pub parks: Vec<String>,
    /// The column of the table that is shown.
    pub column: Option<String>,
    /// Rows to show, where the table has several for an area: every named column must hold the given word, such as
    /// `{ sector = "printing_and_dyeing" }`.
    pub filter: BTreeMap<String, String>,
    /// The programme whose quota is shown, for `kind = "quota_progress"`.
    pub programme: Option<String>,
    /// The language of what jiju itself writes.
    pub language: Language,
    /// Unit of the values, shown in the legend: `家/km²`.
    pub unit: Option<String>,
    /// Decimals of the values; by default as many as the classes need.
    pub decimals: Option<usize>,
    /// Whether values are fractions to be shown in percent.
    pub percent: bool,
    /// The second column, for `kind = "bivariate"` and `"value_by_alpha"`.
    pub bivariate: BivariateSpec,
    /// The statistic of `kind = "local"` in a project.
    pub local: LocalSpec,
    /// Areas of which nothing is said, because they have too few firms.
    pub mask: Option<MaskSpec>,
    /// How values are put in classes.
    pub classes: ClassSpec,
    /// The colours of the classes.
    pub palette: PaletteSpec,
    /// The labels of the areas.
    pub labels: LabelSpec,
    /// The legend.
    pub legend: LegendSpec,
    /// Enterprises as points over the areas.
    pub points: PointSpec,
    /// Circles on the areas, as large as a number.
    pub symbols: Option<SymbolSpec>,
    /// Pies or bars on the areas.
    pub diagrams: Option<DiagramSpec>,
    /// Dots strewn over the areas.
    pub dots: Option<DotSpec>,
    /// Bands between the contours of a density.
    pub contours: Option<ContourSpec>,
    /// Outlines of clusters.
    pub hulls: Option<HullSpec>,
    /// What moves from place to place.
    pub flows: Option<FlowSpec>,
    /// Areas as large as a number in place of their own size.
    pub cartogram: Option<CartogramSpec>,
    /// The sheets that `jiju atlas` makes of the map.
    pub atlas: Option<AtlasSpec>,
    /// Several small maps of the same areas on one scale, in place of one.
    pub multiples: Option<MultiplesSpec>,
    /// How far a drawn border may be from the true one; by default 0.05 mm, less than a printer shows.
    pub simplify_mm: Option<f64>,
    /// A part of the map drawn larger in a corner.
    pub inset: Option<InsetSpec>,
    /// A small map of the surroundings in a corner.
    pub locator: Option<LocatorSpec>,
    /// Scale bar, north arrow, neat line, graticule.
    pub furniture: FurnitureSpec,
    /// Where the values come from; several lines are allowed.
    pub source: Vec<String>,
    /// Who made the map.
    pub author: Option<String>,
    /// Map review number 审图号.
    pub review_number: Option<String>,
    /// Who may see the map; a public one must have what a public map needs, an internal one says so.
    pub audience: Option<Audience>,
    /// For a public map without a number: that it has not been reviewed, which the map then says.
    pub not_reviewed: bool,
    /// Keys that are set otherwise when the figure is drawn in English: its title, its unit.
    pub en: toml::Table,
    /// The size of the page.
    pub page: Page,
    /// Colours and sizes: keys, or the name of a theme such as `dark`.
    #[serde(deserialize_with = "crate::render::theme::named_or_keys")]
    pub theme: Theme,
}

/// Kinds of map.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapKind {
    /// Areas coloured by a number.
    #[default]
    Choropleth,
    /// Areas coloured by a word.
    Categorical,
    /// Firms done of a quota: the rate as colour, `30/35 · 缺5` as label.
    QuotaProgress,
    /// Areas coloured by two numbers at once, three classes of each.
    Bivariate,
    /// Areas coloured by a number, paler where it rests on little.
    ValueByAlpha,
    /// Areas coloured by the label of a local statistic: quadrants, hot and cold spots.
    Local,
    /// Areas that are only the ground for symbols, dots or flows.
    Plain,
}

impl MapSpec {
    /// Reads a specification.
    ///
    /// # Errors
    ///
    /// [`RenderError::UnknownKey`] with file, line and the keys there are; [`RenderError::Specification`] for anything
    /// else that is not as it should be; [`RenderError::Setting`] for a number out of bounds.
    pub fn from_toml(text: &str, file: &str) -> Result<Self> {
        let spec: Self = from_toml(text, file)?;
        spec.check()?;
        Ok(spec)
    }

    /// Refuses settings that cannot be drawn.
    pub(super) fn check(&self) -> Result<(), RenderError> {
        self.page.check()?;
        within("classes.count", self.classes.count as f64, 2.0, 12.0)?;
        within("classes.breaks", self.classes.breaks.len() as f64, 0.0, 12.0).map_err(|_| RenderError::Setting {
            key: "classes.breaks".to_owned(),
            found: format!("{} breaks", self.classes.breaks.len()),
            expected: "at most 12".to_owned(),
        })?;
        rising("classes.breaks", &self.classes.breaks)?;
        within("points.size_mm", self.points.size_mm, 0.05, 20.0)?;
        within("points.opacity", self.points.opacity, 0.0, 1.0)?;
        within("local.permutations", self.local.permutations as f64, 1.0, 1e7)?;
        within("local.level", self.local.level, 0.0, 1.0)?;
        if let Some(symbols) = &self.symbols {
            within("symbols.max_mm", symbols.max_mm, 0.5, 100.0)?;
            within("symbols.min_mm", symbols.min_mm, 0.1, symbols.max_mm)?;
            within("symbols.opacity", symbols.opacity, 0.0, 1.0)?;
            within("symbols.classes.count", symbols.classes.count as f64, 2.0, 12.0)?;
            rising("symbols.classes.breaks", &symbols.classes.breaks)?;
        }
        if let Some(diagrams) = &self.diagrams {
            within("diagrams.max_mm", diagrams.max_mm, 1.0, 100.0)?;
            if diagrams.columns.is_empty() || diagrams.columns.len() > MOST_PARTS {
                return Err(RenderError::Setting {
                    key: "diagrams.columns".to_owned(),
                    found: format!("{} columns", diagrams.columns.len()),
                    expected: format!("1 to {MOST_PARTS}, so that each has a colour of its own"),
                });
            }
        }
        if let Some(dots) = &self.dots {
            within("dots.per_dot", dots.per_dot, f64::MIN_POSITIVE, f64::MAX)?;
            within("dots.size_mm", dots.size_mm, 0.05, 20.0)?;
        }
        if let Some(contours) = &self.contours {
            within("contours.opacity", contours.opacity, 0.0, 1.0)?;
        }
        if let Some(flows) = &self.flows {
            within("flows.max_mm", flows.max_mm, 0.1, 50.0)?;
        }
        rising("bivariate.breaks", &self.bivariate.breaks)?;
        if self.cartogram.is_some() && (self.points.show || self.flows.is_some() || !self.parks.is_empty()) {
            return Err(RenderError::Setting {
                key: "cartogram".to_owned(),
                found: "points, parks or flows".to_owned(),
                expected: "none of them: on a cartogram no place is where it is".to_owned(),
            });
        }
        if let Some(inset) = &self.inset {
            within("inset.zoom", inset.zoom, 1.0, 50.0)?;
        }
        if let Some(locator) = &self.locator {
            within("locator.width_mm", locator.width_mm, 10.0, 500.0)?;
        }
        within("simplify_mm", self.simplify_mm.unwrap_or(0.0), 0.0, 10.0)?;
        within("decimals", self.decimals.unwrap_or(0) as f64, 0.0, 9.0)?;
        within("labels.size_pt", self.label_size_pt(), 2.0, 72.0)?;
        within("labels.least_size_pt", self.labels.least_size_pt, 2.0, 72.0)?;
        self.theme.check()
    }

    /// What the column is called in the legend.
    pub(super) fn column_title(&self) -> &str {
        self.legend.title.as_deref().or(self.column.as_deref()).unwrap_or_default()
    }

    pub(super) fn label_size_pt(&self) -> f64 {
        self.labels.size_pt.unwrap_or(self.theme.label_pt)
    }
}

/// Columns of a diagram beyond these would come in colours that are already taken.
const MOST_PARTS: usize = 7;

/// Refuses breaks that do not rise.
fn rising(key: &str, breaks: &[f64]) -> Result<(), RenderError> {
    if breaks.iter().all(|bound| bound.is_finite()) && breaks.windows(2).all(|pair| pair[0] < pair[1]) {
        return Ok(());
    }
    Err(RenderError::Setting {
        key: key.to_owned(),
        found: format!("{breaks:?}"),
        expected: "finite numbers, each greater than the one before".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_in_a_section_names_file_line_and_near_miss() {
        let error = MapSpec::from_toml("title = 'x'\n[legend]\ncount = true\n", "maps/x.toml").unwrap_err();
        assert!(error.to_string().starts_with("cannot read maps/x.toml, line 3: unknown key `count`"), "{error}");
        assert_eq!(error.hint().as_deref(), Some("did you mean `counts`?"));
    }

    #[test]
    fn wrong_kinds_and_bounds_are_refused() {
        for (text, part) in [
            ("kind = 'choroplet'", "line 1"),
            ("[classes]\ncount = 1", "`classes.count` = 1"),
            ("[classes]\nbreaks = [1.0, 1.0]", "each greater"),
            ("[classes]\nbreaks = [nan]", "finite"),
            ("[page]\nwidth_mm = 1e9", "page.width_mm"),
            ("[points]\nsize_mm = -1", "points.size_mm"),
            ("[palette]\ncolors = ['red']", "#1f78b4"),
            ("title = ", "line 1"),
        ] {
            let error = MapSpec::from_toml(text, "x.toml").unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
