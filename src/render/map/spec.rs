use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::error::RenderError;
use crate::model::Language;
use crate::render::spec::{Page, from_toml, within};
use crate::render::{Color, Theme};
use crate::stats::Scheme;

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
    /// How far a drawn border may be from the true one; by default 0.05 mm, less than a printer shows.
    pub simplify_mm: Option<f64>,
    /// Scale bar, north arrow, neat line.
    pub furniture: FurnitureSpec,
    /// Where the values come from; several lines are allowed.
    pub source: Vec<String>,
    /// Who made the map.
    pub author: Option<String>,
    /// Map review number 审图号.
    pub review_number: Option<String>,
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
}

/// How values are put in classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClassSpec {
    /// The rule that finds the breaks; natural breaks by default.
    pub scheme: Scheme,
    /// How many classes the rule makes, 2 to 12.
    pub count: usize,
    /// Upper bounds of the classes, rising; given, they take the place of the rule. Classes are (lower, upper]; values
    /// over the last bound make one more class. For quota progress: rates, of which a class holds its lower bound, so
    /// that 1.0 begins “done”.
    pub breaks: Vec<f64>,
}

impl Default for ClassSpec {
    fn default() -> Self {
        Self { scheme: Scheme::FisherJenks, count: 5, breaks: Vec::new() }
    }
}

/// The colours of the classes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaletteSpec {
    /// Name of ColorBrewer (`YlGnBu`, `PuOr` …), `viridis`, `cividis`, `OkabeIto`. By default `YlGnBu`, with a midpoint
    /// `PuOr`, for categories `OkabeIto`.
    pub name: Option<String>,
    /// Whether it runs the other way.
    pub reverse: bool,
    /// The value that divides a diverging palette: 1 for a location quotient.
    pub midpoint: Option<f64>,
    /// The office's own colours in the order of the classes, low to high; they take the place of the named palette.
    pub colors: Vec<Color>,
}

/// The labels of the areas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LabelSpec {
    /// Whether there are any.
    pub show: bool,
    /// Whether the second line, the figure, is shown.
    pub values: bool,
    /// Size of type; by default the theme's.
    pub size_pt: Option<f64>,
    /// How far a label that finds no room may shrink.
    pub least_size_pt: f64,
}

impl Default for LabelSpec {
    fn default() -> Self {
        Self { show: true, values: true, size_pt: None, least_size_pt: 5.5 }
    }
}

/// The legend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LegendSpec {
    /// Whether there is one.
    pub show: bool,
    /// Its title; by default the column's name.
    pub title: Option<String>,
    /// Whether each class says how many areas it has.
    pub counts: bool,
    /// Where it stands; by itself in the emptiest corner.
    pub place: LegendPlace,
}

impl Default for LegendSpec {
    fn default() -> Self {
        Self { show: true, title: None, counts: true, place: LegendPlace::default() }
    }
}

/// Where the legend stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegendPlace {
    /// In the emptiest corner.
    #[default]
    Auto,
    /// At the top left of the map.
    TopLeft,
    /// At the top right of the map.
    TopRight,
    /// At the bottom left of the map.
    BottomLeft,
    /// At the bottom right of the map.
    BottomRight,
}

/// Enterprises as points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PointSpec {
    /// Whether they are drawn.
    pub show: bool,
    /// The column that colours them; without one all have one colour.
    pub column: Option<String>,
    /// What they are, for the legend.
    pub title: Option<String>,
    /// Diameter.
    pub size_mm: f64,
    /// Opacity, 0 to 1.
    pub opacity: f64,
    /// Their colour where no column colours them; by default the theme's alert colour.
    pub color: Option<Color>,
}

impl Default for PointSpec {
    fn default() -> Self {
        Self { show: false, column: None, title: None, size_mm: 1.0, opacity: 0.85, color: None }
    }
}

/// What frames a map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FurnitureSpec {
    /// Scale bar in km, true at the centre of the map.
    pub scale_bar: bool,
    /// Arrow to the north of the grid.
    pub north_arrow: bool,
    /// Line around the map.
    pub neat_line: bool,
    /// The line that names the projection.
    pub projection: bool,
}

impl Default for FurnitureSpec {
    fn default() -> Self {
        Self { scale_bar: true, north_arrow: true, neat_line: true, projection: true }
    }
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
        if !self.classes.breaks.iter().all(|bound| bound.is_finite())
            || !self.classes.breaks.windows(2).all(|pair| pair[0] < pair[1])
        {
            return Err(RenderError::Setting {
                key: "classes.breaks".to_owned(),
                found: format!("{:?}", self.classes.breaks),
                expected: "finite numbers, each greater than the one before".to_owned(),
            });
        }
        within("points.size_mm", self.points.size_mm, 0.05, 20.0)?;
        within("points.opacity", self.points.opacity, 0.0, 1.0)?;
        within("simplify_mm", self.simplify_mm.unwrap_or(0.0), 0.0, 10.0)?;
        within("decimals", self.decimals.unwrap_or(0) as f64, 0.0, 9.0)?;
        within("labels.size_pt", self.label_size_pt(), 2.0, 72.0)?;
        within("labels.least_size_pt", self.labels.least_size_pt, 2.0, 72.0)?;
        self.theme.check()
    }

    pub(super) fn label_size_pt(&self) -> f64 {
        self.labels.size_pt.unwrap_or(self.theme.label_pt)
    }
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
