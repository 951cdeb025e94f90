use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use geo::MultiPolygon;

use crate::model::{Areas, Point};
use crate::render::Pixels;

/// The data of a map: areas in a projected metre grid, and lists that are either empty or have one entry for each area.
#[derive(Debug, Clone)]
pub struct MapData {
    /// The areas to colour.
    pub areas: Areas,
    /// The value of each area; `None` is “no data”. Used by [`super::MapKind::Choropleth`].
    pub values: Vec<Option<f64>>,
    /// The second value of each area. Used by [`super::MapKind::Bivariate`], and as the base of the first value by
    /// [`super::MapKind::ValueByAlpha`].
    pub others: Vec<Option<f64>>,
    /// The category of each area. Used by [`super::MapKind::Categorical`], and as the labels of a local statistic by
    /// [`super::MapKind::Local`].
    pub categories: Vec<Option<String>>,
    /// The category that stands for all that have no name of their own, such as other sectors: its class is grey and
    /// stands last.
    pub rest_category: Option<String>,
    /// The position of categories among all that a run shows, such as sectors, which gives each the same colour in every figure.
    /// Categories that are not in it have the colours that are left.
    pub category_places: BTreeMap<String, usize>,
    /// The accepted firms and quota of each area. Used by [`super::MapKind::QuotaProgress`].
    pub progress: Vec<Option<QuotaProgress>>,
    /// Whether each area is masked: it has so few firms that none of its values may be shown.
    pub masked: Vec<bool>,
    /// The second line of each label, in place of the value.
    pub texts: Vec<Option<String>>,
    /// Names that replace those of the areas, such as their English names.
    pub names: Vec<String>,
    /// Areas whose outlines are drawn with a heavier line, such as districts over towns.
    pub outlines: Option<Areas>,
    /// Layers of parks drawn over the areas.
    pub parks: Vec<Areas>,
    /// The enterprises to draw as points, in the grid of the areas.
    pub points: Vec<MapPoint>,
    /// The as-of date of the data.
    pub as_of: Option<NaiveDate>,
    /// The numbers that determine the size of symbols, see [`super::SymbolSpec`].
    pub symbols: Vec<Option<f64>>,
    /// The numbers of each part of a diagram: one list over the areas for each column of [`super::DiagramSpec`].
    pub parts: Vec<Vec<Option<f64>>>,
    /// The numbers that are shown by dots, see [`super::DotSpec`].
    pub dots: Vec<Option<f64>>,
    /// The flows between places.
    pub flows: Vec<Flow>,
    /// The outlines of clusters.
    pub hulls: Option<Areas>,
    /// The bands between the contours of a density.
    pub contours: Vec<Contour>,
    /// The numbers that determine the size of areas, see [`super::CartogramSpec`].
    pub sizes: Vec<Option<f64>>,
    /// Small multiples: several maps of the same areas in place of one. If not empty, the lists of values above are
    /// ignored.
    pub multiples: Vec<MapPanel>,
    /// The surroundings shown by the locator, such as the province.
    pub surroundings: Option<Areas>,
    /// Areas around the coloured ones on the same map, drawn pale and without labels.
    pub context: Option<Areas>,
    /// The number of metres on the ground per metre of the grid, eastward at the centre of the map. It makes the scale
    /// bar correct there.
    pub scale_factor: f64,
    /// The direction of true north at the centre of the map, in degrees clockwise from up; `None` where there is none, as
    /// at a pole.
    pub north_deg: Option<f64>,
    /// A table beside the map.
    pub table: Option<MapTable>,
    /// The number of areas of the file that have no outline to draw.
    pub undrawn: usize,
    /// Warnings about the data to show to the user, one sentence each.
    pub notes: Vec<String>,
    /// The data of the whole map, if this is a part of one such as a sheet of an atlas: classes, colours and figures are
    /// then those of the whole map.
    pub of_whole: Option<Arc<MapData>>,
    /// The number of the sheet in an atlas, and the number of sheets.
    pub sheet: Option<(usize, usize)>,
    /// Meridians and parallels, in the grid of the areas.
    pub graticule: Vec<Graticule>,
    /// The sources of the data, printed after the sources that the specification gives.
    pub sources: Vec<String>,
    /// The attribution of the boundaries.
    pub boundary_attribution: Option<String>,
    /// The map review number 审图号 of the boundaries, used if the specification gives none.
    pub review_number: Option<String>,
    /// Whether the enterprises are invented, which is then stated on the map.
    pub synthetic: bool,
    /// What was done to the boundaries of each layer before they are drawn. A map review number 审图号 belongs to boundaries to
    /// which nothing was done.
    pub boundary_edits: Vec<BoundaryEdit>,
    /// The places on the map that are of a sensitive kind, such as `城北民爆器材库 (武器弹药和爆炸物品)`: no public map may show
    /// them.
    pub sensitive: Vec<String>,
    /// The part of the grid that the map shows, if not all areas.
    pub window: Option<geo::Rect<f64>>,
    /// The part of the grid with the islands of the South China Sea, which stands in an inset.
    pub islands: Option<geo::Rect<f64>>,
    /// What the logo shows.
    pub logo: Option<Arc<Pixels>>,
    /// Words on the map, at places in the grid of the areas.
    pub annotations: Vec<(Point, String)>,
}

/// What was done to the boundaries of a layer between its file and the map, apart from their projection.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct BoundaryEdit {
    /// The name of the layer.
    pub layer: String,
    /// Whether invalid outlines were repaired, or taken as what they enclose.
    pub repaired: bool,
    /// Whether they were cut at others.
    pub clipped: bool,
    /// Whether areas were joined.
    pub joined: bool,
    /// Whether the outlines are none of the file's, but made by an operation: cells, hulls, the circles of a cartogram.
    pub made: bool,
}

/// The data of one of several small maps. Lists that its kind of map does not need stay empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapPanel {
    /// The heading, such as a quarter, a programme or a ground.
    pub title: String,
    /// As [`MapData::values`].
    pub values: Vec<Option<f64>>,
    /// As [`MapData::others`].
    pub others: Vec<Option<f64>>,
    /// As [`MapData::masked`].
    pub masked: Vec<bool>,
    /// As [`MapData::categories`].
    pub categories: Vec<Option<String>>,
    /// As [`MapData::progress`].
    pub progress: Vec<Option<QuotaProgress>>,
    /// As [`MapData::texts`].
    pub texts: Vec<Option<String>>,
}

/// The data about areas of a map, or of one of several small maps.
#[derive(Debug, Clone, Copy)]
pub(super) struct PanelData<'a> {
    pub(super) values: &'a [Option<f64>],
    pub(super) others: &'a [Option<f64>],
    pub(super) masked: &'a [bool],
    pub(super) categories: &'a [Option<String>],
    pub(super) progress: &'a [Option<QuotaProgress>],
    pub(super) texts: &'a [Option<String>],
}

/// A table beside a map, with cells that are printed unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MapTable {
    /// The headings of the columns.
    pub headings: Vec<String>,
    /// The rows, with as many cells as there are headings. The first column is aligned left, the others right.
    pub rows: Vec<Vec<String>>,
}

/// A flow from one place to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flow {
    /// The origin, in the grid of the areas.
    pub from: Point,
    /// The destination, in the grid of the areas.
    pub to: Point,
    /// The amount of the flow.
    pub amount: f64,
}

/// A band between two contours of a density.
#[derive(Debug, Clone, PartialEq)]
pub struct Contour {
    /// The lower level.
    pub lower: f64,
    /// The upper level; `None` for the highest band.
    pub upper: Option<f64>,
    /// The geometry, in the grid of the areas.
    pub geometry: MultiPolygon<f64>,
}

/// A meridian or a parallel.
#[derive(Debug, Clone, PartialEq)]
pub struct Graticule {
    /// The label: `120°30′E`.
    pub label: String,
    /// Whether it is a meridian.
    pub is_meridian: bool,
    /// The points of the line, in the grid of the areas.
    pub points: Vec<Point>,
}

/// The accepted firms and the quota of an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaProgress {
    /// The number of accepted firms.
    pub done: u64,
    /// The number of firms that the quota requires.
    pub quota: u64,
}

impl QuotaProgress {
    /// The share of a quota at which axes end where others lie beyond it: one district at 700 % leaves the others readable.
    pub(crate) const MOST_SHOWN: f64 = 2.5;

    /// Returns the accepted firms as a fraction of the quota, which can exceed 1.
    ///
    /// # Undefined
    ///
    /// `None` for a quota of zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::render::QuotaProgress;
    /// assert_eq!(QuotaProgress { done: 21, quota: 28 }.rate(), Some(0.75));
    /// assert_eq!(QuotaProgress { done: 2, quota: 0 }.rate(), None);
    /// ```
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.quota > 0).then(|| self.done as f64 / self.quota as f64)
    }
}

/// An enterprise on a map.
#[derive(Debug, Clone, PartialEq)]
pub struct MapPoint {
    /// The position, in the grid of the areas.
    pub at: Point,
    /// The category that determines its colour.
    pub category: Option<String>,
}

impl MapData {
    /// Makes data of areas without values.
    #[must_use]
    pub fn new(areas: Areas) -> Self {
        Self {
            areas,
            values: Vec::new(),
            others: Vec::new(),
            masked: Vec::new(),
            categories: Vec::new(),
            rest_category: None,
            category_places: BTreeMap::new(),
            progress: Vec::new(),
            texts: Vec::new(),
            names: Vec::new(),
            outlines: None,
            parks: Vec::new(),
            points: Vec::new(),
            symbols: Vec::new(),
            parts: Vec::new(),
            dots: Vec::new(),
            flows: Vec::new(),
            hulls: None,
            contours: Vec::new(),
            sizes: Vec::new(),
            multiples: Vec::new(),
            surroundings: None,
            scale_factor: 1.0,
            north_deg: Some(0.0),
            context: None,
            table: None,
            of_whole: None,
            undrawn: 0,
            notes: Vec::new(),
            sheet: None,
            graticule: Vec::new(),
            as_of: None,
            sources: Vec::new(),
            boundary_attribution: None,
            review_number: None,
            synthetic: false,
            boundary_edits: Vec::new(),
            sensitive: Vec::new(),
            window: None,
            islands: None,
            logo: None,
            annotations: Vec::new(),
        }
    }

    /// Returns the data without the symbols, dots, diagrams and sizes of areas that are masked on any of its maps; `None`
    /// if no area is masked.
    pub(super) fn without_masked(&self) -> Option<Self> {
        let masked: Vec<&[bool]> = self.panels().iter().map(|panel| panel.masked).collect();
        let blank = |list: &[Option<f64>]| -> Vec<Option<f64>> {
            let is_masked = |area: usize| masked.iter().any(|masked| masked.get(area).copied().unwrap_or(false));
            list.iter().enumerate().map(|(area, value)| value.filter(|_| !is_masked(area))).collect()
        };
        masked.iter().any(|masked| masked.contains(&true)).then(|| Self {
            symbols: blank(&self.symbols),
            dots: blank(&self.dots),
            sizes: blank(&self.sizes),
            parts: self.parts.iter().map(|part| blank(part)).collect(),
            ..self.clone()
        })
    }

    /// Returns the data restricted to some of the areas, given by their indices.
    #[must_use]
    pub fn only(&self, chosen: &[usize]) -> Self {
        fn pick<T: Clone>(list: &[T], chosen: &[usize]) -> Vec<T> {
            chosen.iter().filter_map(|area| list.get(*area).cloned()).collect()
        }
        let panel = |panel: &MapPanel| MapPanel {
            title: panel.title.clone(),
            values: pick(&panel.values, chosen),
            others: pick(&panel.others, chosen),
            masked: pick(&panel.masked, chosen),
            categories: pick(&panel.categories, chosen),
            progress: pick(&panel.progress, chosen),
            texts: pick(&panel.texts, chosen),
        };
        Self {
            areas: Areas { areas: pick(&self.areas.areas, chosen), ..self.areas.clone() },
            values: pick(&self.values, chosen),
            others: pick(&self.others, chosen),
            masked: pick(&self.masked, chosen),
            categories: pick(&self.categories, chosen),
            progress: pick(&self.progress, chosen),
            texts: pick(&self.texts, chosen),
            names: pick(&self.names, chosen),
            symbols: pick(&self.symbols, chosen),
            parts: self.parts.iter().map(|part| pick(part, chosen)).collect(),
            dots: pick(&self.dots, chosen),
            sizes: pick(&self.sizes, chosen),
            multiples: self.multiples.iter().map(panel).collect(),
            // They are of the whole map.
            notes: Vec::new(),
            ..self.clone()
        }
    }

    /// Sets the data of a single map from that of a small one.
    pub fn say(&mut self, panel: MapPanel) {
        let MapPanel { title: _, values, others, masked, categories, progress, texts } = panel;
        (self.values, self.others, self.masked) = (values, others, masked);
        (self.categories, self.progress, self.texts) = (categories, progress, texts);
    }

    /// Returns the data about areas of the map, or of each of several small maps.
    pub(super) fn panels(&self) -> Vec<PanelData<'_>> {
        let Self { values, others, masked, categories, progress, texts, .. } = self;
        if self.multiples.is_empty() {
            return vec![PanelData { values, others, masked, categories, progress, texts }];
        }
        self.multiples
            .iter()
            .map(|MapPanel { title: _, values, others, masked, categories, progress, texts }| PanelData {
                values,
                others,
                masked,
                categories,
                progress,
                texts,
            })
            .collect()
    }
}
