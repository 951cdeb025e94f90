use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::render::Color;
use crate::stats::Scheme;

/// Who may see a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The office: the map says so in its margin.
    Internal,
    /// Anyone: the map must name its source, have a review number or say that it has none, mask areas with few firms, and
    /// show no point of a single firm.
    Public,
}

/// Areas as large as a number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CartogramSpec {
    /// The column.
    pub column: String,
}

/// The second column of a map of two.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BivariateSpec {
    /// The column: what rises up the legend's square, or what a value rests on.
    pub column: Option<String>,
    /// What it is called in the legend.
    pub title: Option<String>,
    /// Two breaks between its three classes, each the upper bound of a class (for `value_by_alpha` the lower bounds of the
    /// second and third step); thirds by default.
    pub breaks: Vec<f64>,
}

/// The local statistic whose labels a project's map shows, of the specification's column over its layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocalSpec {
    /// Which.
    pub statistic: LocalStatistic,
    /// How many permutations p rests on.
    pub permutations: u64,
    /// The same seed gives the same labels.
    pub seed: u64,
    /// An area is labelled where its p, adjusted for the number of areas (false discovery rate), is at most this.
    pub level: f64,
}

impl Default for LocalSpec {
    fn default() -> Self {
        Self { statistic: LocalStatistic::Moran, permutations: 999, seed: 1, level: 0.05 }
    }
}

/// A local statistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocalStatistic {
    /// Local Moran: quadrants.
    Moran,
    /// Getis and Ord's Gi*: hot and cold spots.
    GiStar,
}

/// Cells over the areas of a project's layer, cut at its outer boundary: `count` and `density_per_km2` are then of the firms in each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CellSpec {
    /// Hexagons or squares.
    pub shape: CellShapeSpec,
    /// The width of a hexagon, the side of a square: `2km`.
    pub size: String,
}

impl Default for CellSpec {
    fn default() -> Self {
        Self { shape: CellShapeSpec::Hexagon, size: "3km".to_owned() }
    }
}

/// What cells are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellShapeSpec {
    /// Hexagons.
    Hexagon,
    /// Squares.
    Square,
}

/// Areas of which nothing is said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MaskSpec {
    /// The column with the number of firms an area's value rests on.
    pub column: String,
    /// Areas with fewer firms, but more than none, are masked.
    pub min_firms: u32,
}

impl MaskSpec {
    /// Whether nothing may be said of an area with so many firms.
    #[must_use]
    pub fn masks(&self, firms: Option<f64>) -> bool {
        firms.is_some_and(|firms| firms > 0.0 && firms < f64::from(self.min_firms))
    }
}

impl Default for MaskSpec {
    fn default() -> Self {
        Self { column: "count".to_owned(), min_firms: 3 }
    }
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
    /// Which labels are set first, and so lose their place last.
    pub priority: LabelPriority,
}

/// Which labels are set first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelPriority {
    /// Those of the largest areas.
    #[default]
    Size,
    /// Those of the highest classes, among them those of the largest areas.
    Value,
}

impl Default for LabelSpec {
    fn default() -> Self {
        Self { show: true, values: true, size_pt: None, least_size_pt: 5.5, priority: LabelPriority::Size }
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
    /// Whether it shows how the numbers lie, the breaks marked, where there are twenty of them or more.
    pub histogram: bool,
    /// Where it stands; by itself in the emptiest corner.
    pub place: LegendPlace,
}

impl Default for LegendSpec {
    fn default() -> Self {
        Self { show: true, title: None, counts: true, histogram: true, place: LegendPlace::default() }
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

/// The sheets of an atlas: one map for each area of a layer, or for each block economy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AtlasSpec {
    /// What has a sheet of its own: a layer such as `district` or `town`, or `block` for the block economies 块状行业.
    pub by: String,
    /// The title of the index sheet.
    pub title: Option<String>,
    /// The columns of the table on each sheet, beside the areas' names.
    pub columns: Vec<String>,
    /// Their headings; by default the columns' names.
    pub headings: Vec<String>,
    /// Whether the first sheet is an index.
    pub index: bool,
}

impl Default for AtlasSpec {
    fn default() -> Self {
        Self { by: "district".to_owned(), title: None, columns: Vec::new(), headings: Vec::new(), index: true }
    }
}

/// Several small maps of the same areas, on one scale.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MultiplesSpec {
    /// What differs from map to map.
    pub by: MultiplesBy,
    /// The columns, sectors, programmes or grounds to show, in this order; by default all there are.
    pub of: Vec<String>,
}

/// What differs between small maps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MultiplesBy {
    /// The column of the table.
    #[default]
    Column,
    /// The sector, of one column.
    Sector,
    /// The quarter, of quota progress.
    Quarter,
    /// The programme, of quota progress.
    Programme,
    /// The ground for retirement; firms accepted.
    Ground,
}

impl fmt::Display for MultiplesBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Column => "column",
            Self::Sector => "sector",
            Self::Quarter => "quarter",
            Self::Programme => "programme",
            Self::Ground => "ground",
        })
    }
}

/// A part of the map drawn larger in a corner: the city's centre, where areas are small.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InsetSpec {
    /// Ids or names of the areas it shows; what lies between and around them shows too.
    pub areas: Vec<String>,
    /// How many times larger than on the map.
    pub zoom: f64,
    /// Its heading.
    pub title: Option<String>,
    /// Where it stands.
    pub place: LegendPlace,
}

impl Default for InsetSpec {
    fn default() -> Self {
        Self { areas: Vec::new(), zoom: 2.0, title: None, place: LegendPlace::Auto }
    }
}

/// A small map of the surroundings in a corner, which says where in the province the map lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocatorSpec {
    /// The file with the surroundings: anything that areas are read from.
    pub file: PathBuf,
    /// Its heading.
    pub title: Option<String>,
    /// Its width.
    pub width_mm: f64,
    /// Where it stands.
    pub place: LegendPlace,
}

impl Default for LocatorSpec {
    fn default() -> Self {
        Self { file: PathBuf::new(), title: None, width_mm: 32.0, place: LegendPlace::Auto }
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
    /// Meridians and parallels.
    pub graticule: bool,
}

impl Default for FurnitureSpec {
    fn default() -> Self {
        Self { scale_bar: true, north_arrow: true, neat_line: true, projection: true, graticule: false }
    }
}
