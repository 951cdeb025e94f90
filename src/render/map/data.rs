use chrono::NaiveDate;
use geo::MultiPolygon;

use crate::model::{Areas, Point};

/// What a map is drawn from: areas in a projected metre grid, and one entry per area in each list that is not empty.
#[derive(Debug, Clone)]
pub struct MapData {
    /// The areas to colour.
    pub areas: Areas,
    /// What they are coloured by; `None` is “no data”. For [`super::MapKind::Choropleth`].
    pub values: Vec<Option<f64>>,
    /// The second column, for [`super::MapKind::Bivariate`]; what the first rests on, for [`super::MapKind::ValueByAlpha`].
    pub others: Vec<Option<f64>>,
    /// The words they are coloured by. For [`super::MapKind::Categorical`] and, labels of a local statistic,
    /// [`super::MapKind::Local`].
    pub categories: Vec<Option<String>>,
    /// Firms done and due. For [`super::MapKind::QuotaProgress`].
    pub progress: Vec<Option<QuotaProgress>>,
    /// Areas with so few firms that nothing may be said of them.
    pub masked: Vec<bool>,
    /// The second line of each label, in place of the value.
    pub texts: Vec<Option<String>>,
    /// Names to write in place of the areas' own: their English ones.
    pub names: Vec<String>,
    /// Areas whose outlines are drawn heavier: the districts over the towns.
    pub outlines: Option<Areas>,
    /// Parks drawn over the areas.
    pub parks: Vec<Areas>,
    /// Enterprises, in the same grid.
    pub points: Vec<MapPoint>,
    /// The day the figures are of.
    pub as_of: Option<NaiveDate>,
    /// The number each symbol is sized by, for [`super::SymbolSpec`].
    pub symbols: Vec<Option<f64>>,
    /// The numbers of each part of a diagram, one list over the areas for each column of [`super::DiagramSpec`].
    pub parts: Vec<Vec<Option<f64>>>,
    /// The number that dots stand for, for [`super::DotSpec`].
    pub dots: Vec<Option<f64>>,
    /// What moves from place to place.
    pub flows: Vec<Flow>,
    /// Outlines of clusters.
    pub hulls: Option<Areas>,
    /// Bands between the contours of a density.
    pub contours: Vec<Contour>,
    /// The number each area is as large as, for [`super::CartogramSpec`].
    pub sizes: Vec<Option<f64>>,
    /// Several small maps of the same areas in place of one: what each says of them. The lists above are then not looked at.
    pub multiples: Vec<MapPanel>,
    /// What lies around, for the locator: the province.
    pub surroundings: Option<Areas>,
    /// Areas that lie around the coloured ones on the same map, drawn pale and without labels.
    pub context: Option<Areas>,
    /// Metres of ground to a metre of the grid, eastward at the middle of the map: what makes a scale bar true there.
    pub scale_factor: f64,
    /// A table beside the map.
    pub table: Option<MapTable>,
    /// Number of the sheet, and of all, in an atlas.
    pub sheet: Option<(usize, usize)>,
    /// Meridians and parallels, in the grid of the areas.
    pub graticule: Vec<Graticule>,
    /// Where the figures come from, behind the specification's own sources.
    pub sources: Vec<String>,
    /// Where the boundaries come from.
    pub boundary_attribution: Option<String>,
    /// Map review number 审图号 of the boundaries, where the specification gives none.
    pub review_number: Option<String>,
    /// Whether the enterprises are invented, which the map then says.
    pub synthetic: bool,
}

/// One of several small maps: what it says of each area. Lists that its kind does not need stay empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapPanel {
    /// Its heading: a quarter, a programme, a ground.
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

/// What one map, or one of several, says of the areas.
#[derive(Debug, Clone, Copy)]
pub(super) struct PanelData<'a> {
    pub(super) values: &'a [Option<f64>],
    pub(super) others: &'a [Option<f64>],
    pub(super) masked: &'a [bool],
    pub(super) categories: &'a [Option<String>],
    pub(super) progress: &'a [Option<QuotaProgress>],
    pub(super) texts: &'a [Option<String>],
}

/// A table beside a map: its cells are data, set as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MapTable {
    /// The headings.
    pub headings: Vec<String>,
    /// The rows, as many cells each; the first is set from the left, the others from the right.
    pub rows: Vec<Vec<String>>,
}

/// What moves from one place to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Flow {
    /// Where it comes from, in the grid of the areas.
    pub from: Point,
    /// Where it goes.
    pub to: Point,
    /// How much.
    pub amount: f64,
}

/// A band between two contours of a density.
#[derive(Debug, Clone, PartialEq)]
pub struct Contour {
    /// Its lower level.
    pub lower: f64,
    /// Its upper level; none for the highest band.
    pub upper: Option<f64>,
    /// Where it lies, in the grid of the areas.
    pub geometry: MultiPolygon<f64>,
}

/// A meridian or a parallel.
#[derive(Debug, Clone, PartialEq)]
pub struct Graticule {
    /// `120°30′E`.
    pub label: String,
    /// Whether it runs from south to north.
    pub is_meridian: bool,
    /// Its course in the grid of the areas.
    pub points: Vec<Point>,
}

/// Firms done of a quota, in one area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaProgress {
    /// Firms accepted.
    pub done: u64,
    /// Firms due.
    pub quota: u64,
}

impl QuotaProgress {
    /// Firms done by firms due; it goes past 1.
    ///
    /// # Undefined
    ///
    /// `None` for a quota of zero: nothing was asked.
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
    /// Where it stands, in the grid of the areas.
    pub at: Point,
    /// What colours it.
    pub category: Option<String>,
}

impl MapData {
    /// Areas without anything said of them.
    #[must_use]
    pub fn new(areas: Areas) -> Self {
        Self {
            areas,
            values: Vec::new(),
            others: Vec::new(),
            masked: Vec::new(),
            categories: Vec::new(),
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
            context: None,
            table: None,
            sheet: None,
            graticule: Vec::new(),
            as_of: None,
            sources: Vec::new(),
            boundary_attribution: None,
            review_number: None,
            synthetic: false,
        }
    }

    /// The same map without what symbols, dots, diagrams and sizes say of masked areas; none where nothing is masked.
    pub(super) fn without_masked(&self) -> Option<Self> {
        let blank = |list: &[Option<f64>]| -> Vec<Option<f64>> {
            let is_masked = |area: usize| self.masked.get(area).copied().unwrap_or(false);
            list.iter().enumerate().map(|(area, value)| value.filter(|_| !is_masked(area))).collect()
        };
        self.masked.contains(&true).then(|| Self {
            symbols: blank(&self.symbols),
            dots: blank(&self.dots),
            sizes: blank(&self.sizes),
            parts: self.parts.iter().map(|part| blank(part)).collect(),
            ..self.clone()
        })
    }

    /// The same map of some of the areas, by their positions.
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
            ..self.clone()
        }
    }

    /// Lets the one map say what a panel says.
    pub fn say(&mut self, panel: MapPanel) {
        let MapPanel { title: _, values, others, masked, categories, progress, texts } = panel;
        (self.values, self.others, self.masked) = (values, others, masked);
        (self.categories, self.progress, self.texts) = (categories, progress, texts);
    }

    /// What is said of the areas: in the one map, or in each of several.
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
