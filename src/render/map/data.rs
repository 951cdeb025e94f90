use chrono::NaiveDate;

use crate::model::{Areas, Point};

/// What a map is drawn from: areas in a projected metre grid, and one entry per area in each list that is not empty.
#[derive(Debug, Clone)]
pub struct MapData {
    /// The areas to colour.
    pub areas: Areas,
    /// What they are coloured by; `None` is “no data”. For [`super::MapKind::Choropleth`].
    pub values: Vec<Option<f64>>,
    /// The words they are coloured by. For [`super::MapKind::Categorical`].
    pub categories: Vec<Option<String>>,
    /// Firms done and due. For [`super::MapKind::QuotaProgress`].
    pub progress: Vec<Option<QuotaProgress>>,
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
    /// Where the figures come from, behind the specification's own sources.
    pub sources: Vec<String>,
    /// Where the boundaries come from.
    pub boundary_attribution: Option<String>,
    /// Map review number 审图号 of the boundaries, where the specification gives none.
    pub review_number: Option<String>,
    /// Whether the enterprises are invented, which the map then says.
    pub synthetic: bool,
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
            categories: Vec::new(),
            progress: Vec::new(),
            texts: Vec::new(),
            names: Vec::new(),
            outlines: None,
            parks: Vec::new(),
            points: Vec::new(),
            as_of: None,
            sources: Vec::new(),
            boundary_attribution: None,
            review_number: None,
            synthetic: false,
        }
    }
}
