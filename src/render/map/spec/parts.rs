use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::render::Color;
use crate::stats::Scheme;

/// The audience of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The office; the margin of the map says so.
    Internal,
    /// The public: the map must name its source, have a review number or state that it has none, mask areas with few
    /// firms, and not show single firms as points.
    Public,
}

/// A cartogram, in which a number determines the size of areas.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CartogramSpec {
    /// The column with the numbers.
    pub column: String,
}

/// The second column of a bivariate or value-by-alpha map.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BivariateSpec {
    /// The column: the vertical axis of the legend's square, or the base of the values.
    pub column: Option<String>,
    /// The title in the legend.
    pub title: Option<String>,
    /// The two breaks between its three classes: upper bounds of classes, or for `value_by_alpha` the lower bounds of
    /// the second and third step; terciles by default.
    pub breaks: Vec<f64>,
}

/// The local statistic of the specification's column over its layer, whose labels are shown by a map of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocalSpec {
    /// The statistic.
    pub statistic: LocalStatistic,
    /// The number of permutations for the p-values.
    pub permutations: u64,
    /// The seed of the random generator. The same seed gives the same labels.
    pub seed: u64,
    /// The significance level: an area is labelled if its p-value, adjusted for the number of areas (false discovery
    /// rate), is at most this.
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
    /// Local Moran's I: quadrants.
    Moran,
    /// Getis and Ord's Gi*: hot and cold spots.
    GiStar,
}

/// A grid of cells over the areas of a project's layer, clipped to its outer boundary. `count` and `density_per_km2`
/// then refer to the firms in each cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CellSpec {
    /// The shape of the cells.
    pub shape: CellShapeSpec,
    /// The width of a hexagon or the side of a square, with its unit: `2km`.
    pub size: String,
}

impl Default for CellSpec {
    fn default() -> Self {
        Self { shape: CellShapeSpec::Hexagon, size: "3km".to_owned() }
    }
}

/// The shape of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellShapeSpec {
    /// Hexagons.
    Hexagon,
    /// Squares.
    Square,
}

/// The mask of areas with few firms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MaskSpec {
    /// The column with the number of firms on which an area's value is based.
    pub column: String,
    /// The threshold: areas with at least one firm, but fewer than this number, are masked.
    pub min_firms: u32,
}

impl MaskSpec {
    /// Returns whether an area with this number of firms is masked.
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

/// The classes of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClassSpec {
    /// The scheme that finds the breaks; natural breaks by default.
    pub scheme: Scheme,
    /// The number of classes made by the scheme, 2 to 12.
    pub count: usize,
    /// The upper bounds of the classes, in ascending order, which replace the scheme. Classes are (lower, upper];
    /// values above the last bound form one more class. For quota progress these are rates, and a class includes its
    /// lower bound instead, so that 1.0 belongs to “done”.
    pub breaks: Vec<f64>,
    /// Words for the classes from low to high, such as 低, 中, 高; the legend puts the bounds behind them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Words of a map of categories in the order of its legend, such as 是, 否; the others follow in the order of the words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
}

impl Default for ClassSpec {
    fn default() -> Self {
        Self { scheme: Scheme::FisherJenks, count: 5, breaks: Vec::new(), labels: Vec::new(), order: Vec::new() }
    }
}

/// The colours of the classes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PaletteSpec {
    /// The name of a palette: one of ColorBrewer (`YlGnBu`, `PuOr` …), `viridis`, `cividis` or `OkabeIto`. By default
    /// `YlGnBu`, `PuOr` if there is a midpoint, and `OkabeIto` for categories.
    pub name: Option<String>,
    /// Whether the palette is reversed.
    pub reverse: bool,
    /// The value at the centre of a diverging palette, such as 1 for a location quotient.
    pub midpoint: Option<f64>,
    /// Custom colours in the order of the classes, from low to high, which replace the named palette.
    pub colors: Vec<Color>,
}

/// The labels of the areas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LabelSpec {
    /// Whether labels are shown.
    pub show: bool,
    /// Whether the second line with the value is shown.
    pub values: bool,
    /// The font size in points; by default that of the theme.
    pub size_pt: Option<f64>,
    /// The smallest font size in points of a label that does not fit.
    pub least_size_pt: f64,
    /// The order in which labels are placed; the last ones are most likely to find no room.
    pub priority: LabelPriority,
}

/// The order in which labels are placed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelPriority {
    /// Labels of the largest areas are placed first.
    Size,
    /// Labels of the highest classes are placed first, and within a class those of the largest areas; labels of a local
    /// statistic that is significant come before others. Categories have no order: the largest areas come first.
    #[default]
    Value,
}

impl Default for LabelSpec {
    fn default() -> Self {
        Self { show: true, values: true, size_pt: None, least_size_pt: 5.5, priority: LabelPriority::Value }
    }
}

/// The legend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LegendSpec {
    /// Whether the legend is shown.
    pub show: bool,
    /// The title; by default the name of the column.
    pub title: Option<String>,
    /// Whether the number of areas in each class is shown.
    pub counts: bool,
    /// Whether a histogram of the values is shown, with the breaks marked, if there are at least twenty values.
    pub histogram: bool,
    /// The place of the legend; by default the emptiest corner.
    pub place: LegendPlace,
}

impl Default for LegendSpec {
    fn default() -> Self {
        Self { show: true, title: None, counts: true, histogram: true, place: LegendPlace::default() }
    }
}

/// The place of a legend, inset or locator.
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

/// The sheets of an atlas: one map for each area of a layer or for each block economy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AtlasSpec {
    /// The items with a sheet each: the areas of a layer such as `district` or `town`, or `block` for the block
    /// economies 块状行业.
    pub by: String,
    /// The title of the index sheet.
    pub title: Option<String>,
    /// The columns of the table on each sheet, after the names of the areas.
    pub columns: Vec<String>,
    /// The headings of these columns; by default their names.
    pub headings: Vec<String>,
    /// Whether the first sheet is an index.
    pub index: bool,
}

impl AtlasSpec {
    /// The value of `by` that gives each block economy a sheet.
    pub const BLOCK: &'static str = "block";
}

impl Default for AtlasSpec {
    fn default() -> Self {
        Self { by: "district".to_owned(), title: None, columns: Vec::new(), headings: Vec::new(), index: true }
    }
}

/// Several small maps of the same areas with the same classes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MultiplesSpec {
    /// The property that differs from map to map.
    pub by: MultiplesBy,
    /// The columns, sectors, programmes or grounds to show, in this order; by default all of them, except columns, which
    /// must be named.
    pub of: Vec<String>,
}

/// The property that differs between small maps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MultiplesBy {
    /// The column of the table.
    #[default]
    Column,
    /// The sector, for one column.
    Sector,
    /// The quarter, for quota progress.
    Quarter,
    /// The programme, for quota progress.
    Programme,
    /// The ground for retirement, for the number of accepted firms.
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

/// An enlarged part of the map in a corner, such as the city centre, where areas are small.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InsetSpec {
    /// The ids or names of its areas; anything between and around them is shown as well.
    pub areas: Vec<String>,
    /// Whether its areas are found by themselves: those about the place where most labels, or their figures, have no room or hide a
    /// symbol. It is made larger then, up to twice `zoom`, until they have.
    pub crowded: bool,
    /// The magnification relative to the map.
    pub zoom: f64,
    /// The title of the inset.
    pub title: Option<String>,
    /// The place of the inset.
    pub place: LegendPlace,
}

impl Default for InsetSpec {
    fn default() -> Self {
        Self { areas: Vec::new(), crowded: false, zoom: 2.0, title: None, place: LegendPlace::Auto }
    }
}

/// A small map in a corner that shows where the map lies in its surroundings, such as the province.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LocatorSpec {
    /// The file with the surroundings, in any format from which areas can be read.
    pub file: PathBuf,
    /// The title of the locator.
    pub title: Option<String>,
    /// The width of the locator in mm.
    pub width_mm: f64,
    /// The place of the locator.
    pub place: LegendPlace,
}

impl Default for LocatorSpec {
    fn default() -> Self {
        Self { file: PathBuf::new(), title: None, width_mm: 32.0, place: LegendPlace::Auto }
    }
}

/// A logo 标志 on the map, in a space of its own: what else stands in corners keeps clear of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogoSpec {
    /// The PNG or SVG file, at most 5 MB.
    pub file: PathBuf,
    /// The width in mm; the height follows from the file.
    pub width_mm: f64,
    /// The place of the logo.
    pub place: LegendPlace,
}

impl Default for LogoSpec {
    fn default() -> Self {
        Self { file: PathBuf::new(), width_mm: 20.0, place: LegendPlace::Auto }
    }
}

/// The part of the areas that a map shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExtentSpec {
    /// The ids or names of areas that are shown whole, such as one district; the towns of a district are found by its id.
    pub areas: Vec<String>,
    /// Whether these areas alone are drawn and classified. Otherwise what lies around them is drawn as well.
    pub only: bool,
    /// West, south, east and north in degrees, in place of areas.
    pub degrees: Vec<f64>,
}

/// Words on a map.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnnotationSpec {
    /// The words.
    pub text: String,
    /// The longitude of their middle in degrees.
    pub longitude: f64,
    /// The latitude of their middle in degrees.
    pub latitude: f64,
}

/// The furniture of a map: scale bar, north arrow, neat line, projection and graticule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FurnitureSpec {
    /// Whether a scale bar in km is shown, which is correct at the centre of the map.
    pub scale_bar: bool,
    /// Whether an arrow to the north of the grid is shown.
    pub north_arrow: bool,
    /// Whether a line around the map is drawn.
    pub neat_line: bool,
    /// Whether the name of the projection is shown.
    pub projection: bool,
    /// Whether meridians and parallels are drawn.
    pub graticule: bool,
    /// Whether the islands of the South China Sea 南海诸岛 stand in an inset at half the scale, as is usual on a map of China.
    /// They are those of the areas themselves; what lies south of 18° N is left out of the main map.
    pub south_china_sea: bool,
}

impl Default for FurnitureSpec {
    fn default() -> Self {
        Self {
            scale_bar: true,
            north_arrow: true,
            neat_line: true,
            projection: true,
            graticule: false,
            south_china_sea: false,
        }
    }
}
