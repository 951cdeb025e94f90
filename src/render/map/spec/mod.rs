mod effects;
mod parts;

pub use parts::{
    AnnotationSpec, AtlasSpec, Audience, BivariateSpec, CartogramSpec, CellShapeSpec, CellSpec, ClassSpec, ExtentSpec,
    FurnitureSpec, InsetSpec, LabelPriority, LabelSpec, LegendPlace, LegendSpec, LocalSpec, LocalStatistic,
    LocatorSpec, LogoSpec, MaskSpec, MultiplesBy, MultiplesSpec, PaletteSpec,
};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::overlay::{ContourSpec, DiagramSpec, DotSpec, FlowSpec, HullSpec, PointSpec, SymbolSpec};
use crate::Result;
use crate::error::RenderError;
use crate::model::{Language, column};
use crate::render::keys;
use crate::render::spec::{PageSize, from_toml, within};
use crate::render::{Color, Theme};

/// The specification of a map: the content of a `maps/*.toml` file. Every key has a default.
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
    /// The title; by default that of the legend.
    pub title: Option<String>,
    /// The subtitle.
    pub subtitle: Option<String>,
    /// The kind of map.
    pub kind: MapKind,
    /// The layer of areas to colour, such as `district` or `town`; by default the first of the project.
    pub layer: Option<String>,
    /// The analysis of the project whose table is shown: a row for each area of the layer, by its id. By default the
    /// concentration of firms in the layer.
    pub analysis: Option<String>,
    /// A grid of cells over the layer, coloured in place of its areas by the firms in each cell.
    pub cells: Option<CellSpec>,
    /// The part of the areas that is shown; by default all of them.
    pub extent: Option<ExtentSpec>,
    /// Words on the map at places of their own.
    pub annotations: Vec<AnnotationSpec>,
    /// A layer whose outlines are drawn with a heavier line, such as `district` over towns.
    pub outlines: Option<String>,
    /// Layers of parks 园区 drawn over the areas.
    pub parks: Vec<String>,
    /// The column of the table to show.
    pub column: Option<String>,
    /// A filter of rows, for a table with several rows for each area: each column must hold the given word, such as
    /// `{ sector = "printing_and_dyeing" }`.
    pub filter: BTreeMap<String, String>,
    /// The id of the programme whose quota is shown, for `kind = "quota_progress"`.
    pub programme: Option<String>,
    /// The language of the text that jiju adds.
    pub language: Language,
    /// The unit of the values, shown in the legend: `家/km²`.
    pub unit: Option<String>,
    /// The number of decimals of the values; by default as many as the classes need.
    pub decimals: Option<usize>,
    /// Whether the values are fractions, shown as percentages.
    pub percent: bool,
    /// The second column, for `kind = "bivariate"` and `"value_by_alpha"`.
    pub bivariate: BivariateSpec,
    /// The statistic of `kind = "local"` in a project.
    pub local: LocalSpec,
    /// The mask of areas with too few firms, whose values are not shown.
    pub mask: Option<MaskSpec>,
    /// The classes of the values.
    pub classes: ClassSpec,
    /// The colours of the classes.
    pub palette: PaletteSpec,
    /// The labels of the areas.
    pub labels: LabelSpec,
    /// The legend.
    pub legend: LegendSpec,
    /// Enterprises drawn as points over the areas.
    pub points: PointSpec,
    /// Circles on the areas whose size shows a number.
    pub symbols: Option<SymbolSpec>,
    /// Pies or bars on the areas.
    pub diagrams: Option<DiagramSpec>,
    /// Dots spread over the areas.
    pub dots: Option<DotSpec>,
    /// The bands between the contours of a density.
    pub contours: Option<ContourSpec>,
    /// The outlines of clusters.
    pub hulls: Option<HullSpec>,
    /// The flows between places.
    pub flows: Option<FlowSpec>,
    /// A cartogram: areas sized by a number in place of their true size.
    pub cartogram: Option<CartogramSpec>,
    /// The sheets that `jiju atlas` makes from the map.
    pub atlas: Option<AtlasSpec>,
    /// Several small maps of the same areas and with the same classes, in place of one.
    pub multiples: Option<MultiplesSpec>,
    /// The tolerance of border simplification in mm; by default 0.05 mm, less than a printer can show.
    pub simplify_mm: Option<f64>,
    /// An enlarged part of the map in a corner.
    pub inset: Option<InsetSpec>,
    /// A small map of the surroundings in a corner.
    pub locator: Option<LocatorSpec>,
    /// A logo in a corner or beside the map.
    pub logo: Option<LogoSpec>,
    /// Scale bar, north arrow, neat line and graticule.
    pub furniture: FurnitureSpec,
    /// The sources of the values, one line each.
    pub source: Vec<String>,
    /// The author of the map.
    pub author: Option<String>,
    /// The map review number 审图号.
    pub review_number: Option<String>,
    /// The audience of the map. A public map must have all items that are required of one; an internal map is marked as
    /// such.
    pub audience: Option<Audience>,
    /// States that a public map without a review number has not been reviewed; the map then says so.
    pub not_reviewed: bool,
    /// The description of the figure for those who cannot see it, in place of the one that is made from its classes.
    pub alt: Option<String>,
    /// Keys to override if the figure is drawn in English, such as its title or unit.
    pub en: toml::Table,
    /// The size of the page.
    pub page: PageSize,
    /// The theme: keys of the theme, or the name of a built-in one such as `dark`.
    #[serde(deserialize_with = "crate::render::theme::named_or_keys")]
    pub theme: Theme,
}

/// The kind of a map.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, strum::EnumIter, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MapKind {
    /// Areas coloured by a number.
    #[default]
    Choropleth,
    /// Areas coloured by a category.
    Categorical,
    /// Quota progress: the rate as colour, and a label such as `30/35 · 缺5`.
    QuotaProgress,
    /// Areas coloured by two numbers, with three classes of each.
    Bivariate,
    /// Areas coloured by a number, paler if it has a small base.
    ValueByAlpha,
    /// Areas coloured by the label of a local statistic: quadrants, or hot and cold spots.
    Local,
    /// Areas without colours, as a background for symbols, dots or flows.
    Plain,
}

impl MapSpec {
    /// The colour of marks over the areas in the theme of the map.
    pub(super) fn mark(&self, color: Color) -> Color {
        self.theme.mark(color, self.kind == MapKind::Plain)
    }

    /// Reads a specification from TOML.
    ///
    /// # Errors
    ///
    /// [`RenderError::UnknownKey`] with file, line and the known keys; [`RenderError::Specification`] for any other
    /// invalid input; [`RenderError::Setting`] for a number out of range.
    pub fn from_toml(text: &str, file: &str) -> Result<Self> {
        let spec: Self = from_toml(text, file)?;
        spec.check()?;
        Ok(spec)
    }

    /// Returns an error for the first key that is given and has no effect on the kind of map.
    ///
    /// # Errors
    ///
    /// [`RenderError::KeyWithoutEffect`], with the kinds or the condition that give the key an effect, and the keys that
    /// have one here.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::render::MapSpec;
    /// let spec = MapSpec::from_toml("kind = 'quota_progress'\ndecimals = 1", "x.toml").unwrap();
    /// let error = spec.refuse_keys_without_effect().unwrap_err().to_string();
    /// assert!(error.contains("with `decimals`, which has an effect only on kind = \"choropleth\", \"bivariate\""));
    /// ```
    pub fn refuse_keys_without_effect(&self) -> Result<(), RenderError> {
        keys::refuse_without_effect(self)
    }

    /// Returns a warning about the given keys that have an effect on a map of a project only, if there are any.
    ///
    /// # Errors
    ///
    /// [`RenderError::Specification`] for a specification that TOML cannot hold.
    pub fn of_project_warning(&self) -> Result<Option<String>, RenderError> {
        keys::of_project_warning(self)
    }

    /// Whether the map shows the sector with most firms in each area, which is found and not read from a column.
    #[must_use]
    pub fn shows_largest_sector(&self) -> bool {
        self.kind == MapKind::Categorical
            && self.column.as_deref() == Some(column::LARGEST_SECTOR)
            && self.analysis.is_none()
    }

    /// Returns an error for settings that cannot be drawn.
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
            let columns = diagrams.columns.len();
            no_more_than("diagrams.labels", diagrams.labels.len(), columns)?;
            if !diagrams.colors.is_empty() && diagrams.colors.len() != columns {
                return Err(RenderError::Setting {
                    key: "diagrams.colors".to_owned(),
                    found: format!("{} colours", diagrams.colors.len()),
                    expected: format!("{columns}, one for each column"),
                });
            }
        }
        if let Some(atlas) = &self.atlas {
            no_more_than("atlas.headings", atlas.headings.len(), atlas.columns.len())?;
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
            if inset.crowded && !inset.areas.is_empty() {
                return Err(RenderError::Setting {
                    key: "inset.crowded".to_owned(),
                    found: "true, beside `inset.areas`".to_owned(),
                    expected: "one of them: its areas are found by themselves or named".to_owned(),
                });
            }
        }
        if let Some(extent) = &self.extent {
            check_extent(extent)?;
        }
        if self.annotations.len() > MOST_ANNOTATIONS {
            return Err(RenderError::Setting {
                key: "annotations".to_owned(),
                found: format!("{} annotations", self.annotations.len()),
                expected: format!("at most {MOST_ANNOTATIONS}"),
            });
        }
        for annotation in &self.annotations {
            within("annotations.longitude", annotation.longitude, -180.0, 360.0)?;
            within("annotations.latitude", annotation.latitude, -90.0, 90.0)?;
        }
        if let Some(locator) = &self.locator {
            within("locator.width_mm", locator.width_mm, 10.0, 500.0)?;
        }
        if let Some(logo) = &self.logo {
            within("logo.width_mm", logo.width_mm, 3.0, 200.0)?;
        }
        within("simplify_mm", self.simplify_mm.unwrap_or(0.0), 0.0, 10.0)?;
        within("decimals", self.decimals.unwrap_or(0) as f64, 0.0, 9.0)?;
        within("labels.size_pt", self.label_size_pt(), 2.0, 72.0)?;
        within("labels.least_size_pt", self.labels.least_size_pt, 2.0, 72.0)?;
        self.theme.check()
    }

    /// Returns the legend title of the column.
    pub(super) fn column_title(&self) -> &str {
        self.legend.title.as_deref().or(self.column.as_deref()).unwrap_or_default()
    }

    pub(super) fn label_size_pt(&self) -> f64 {
        self.labels.size_pt.unwrap_or(self.theme.label_pt)
    }
}

/// Words beyond these would be a table.
const MOST_ANNOTATIONS: usize = 50;

/// Refuses an extent that is neither of areas nor a rectangle.
fn check_extent(extent: &ExtentSpec) -> Result<(), RenderError> {
    let refused = |key: &str, found: String, expected: &str| {
        Err(RenderError::Setting { key: key.to_owned(), found, expected: expected.to_owned() })
    };
    match (&extent.areas[..], &extent.degrees[..]) {
        ([], []) => refused("extent.areas", "none".to_owned(), "ids or names of areas, or `extent.degrees`"),
        ([_, ..], [_, ..]) => refused("extent.degrees", "areas as well".to_owned(), "either of them"),
        ([_, ..], []) => Ok(()),
        ([], _) if extent.only => refused("extent.only", "true".to_owned(), "`extent.areas`, of which it is said"),
        ([], [west, south, east, north]) if west < east && south < north => {
            within("extent.degrees", *west, -180.0, 360.0)?;
            within("extent.degrees", *east, -180.0, 360.0)?;
            within("extent.degrees", *south, -90.0, 90.0)?;
            within("extent.degrees", *north, -90.0, 90.0)
        }
        ([], found) => refused("extent.degrees", format!("{found:?}"), "west, south, east and north in degrees"),
    }
}

/// Columns of a diagram beyond these would come in colours that are already taken.
const MOST_PARTS: usize = 7;

/// Refuses more words than there are columns.
fn no_more_than(key: &str, found: usize, columns: usize) -> Result<(), RenderError> {
    if found <= columns {
        return Ok(());
    }
    Err(RenderError::Setting {
        key: key.to_owned(),
        found: format!("{found} words"),
        expected: format!("at most {columns}, one for each column"),
    })
}

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
    fn english_keys_are_checked_in_any_language() {
        let error = MapSpec::from_toml("title = 'x'\n[en]\ntitel = 'y'\n", "x.toml").unwrap_err();
        assert!(error.to_string().starts_with("cannot read x.toml, line 3: unknown key `titel`"), "{error}");
        let error = MapSpec::from_toml("en.legend.title = 3", "x.toml").unwrap_err();
        assert!(error.to_string().contains("in `en`"), "{error}");
        assert!(MapSpec::from_toml("en = { title = 'y', legend = { title = 'z' } }", "x.toml").is_ok());
    }

    #[test]
    fn a_key_without_effect_names_where_it_has_one() {
        let refused = |text: &str| {
            let error = MapSpec::from_toml(text, "x.toml").unwrap().refuse_keys_without_effect().unwrap_err();
            (error.to_string(), error.hint())
        };
        let (error, _) = refused("kind = 'quota_progress'\n[filter]\nnonsense = 'x'");
        assert!(error.contains("with `filter.nonsense`, which has an effect only where rows"), "{error}");
        let (error, _) = refused("kind = 'categorical'\npalette.reverse = true");
        assert!(error.ends_with("here these have one: palette.name, palette.colors"), "{error}");
        let (error, _) = refused("classes = { count = 3, breaks = [1.0] }");
        assert!(error.contains("only without `classes.breaks`"), "{error}");
        let (_, hint) = refused("kind = 'plain'\nlabels.values = false");
        assert_eq!(hint, None);
        let written_out = toml::to_string(&MapSpec { kind: MapKind::Plain, ..MapSpec::default() }).unwrap();
        assert_eq!(MapSpec::from_toml(&written_out, "x.toml").unwrap().refuse_keys_without_effect().ok(), Some(()));
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
