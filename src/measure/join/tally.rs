//! The counts of a join.

use polars::prelude::{Column, DataFrame, IntoColumn as _, NamedFrom as _, Series, StringChunked};

use crate::error::{Error, Result};
use crate::model::{Match, Point};
use crate::source::Labels;
use crate::source::point_table::{DatumFaults, Placeless};

/// Rows of points and what became of them; of several threads they add up.
#[derive(Debug, Clone)]
pub(super) struct Tally {
    pub(super) rows: u64,
    pub(super) placeless: Placeless,
    /// Rows that hold sums of others and are no points.
    pub(super) sums: Placeless,
    /// Rows whose credit code a spreadsheet has cut.
    pub(super) cut_codes: Placeless,
    /// Rows whose datum is not known.
    pub(super) datums: DatumFaults,
    /// The row of the first of these points, and points as they stand in the file.
    pub(super) sample: Option<(u64, Vec<Point>)>,
    pub(super) layers: Vec<LayerTally>,
}

/// The results of points in one layer.
#[derive(Debug, Clone)]
pub(super) struct LayerTally {
    /// Points in each area; one that several hold counts in each, where all are asked for.
    areas: Vec<u64>,
    /// Points in none, those without coordinates among them.
    pub(super) unmatched: u64,
    snapped: u64,
    on_boundary: u64,
}

impl LayerTally {
    /// Adds a match of a point, and whether it is the first of that point.
    #[inline]
    pub(super) fn add(&mut self, one: Match, is_first: bool) {
        let Some(area) = one.area else {
            self.unmatched += 1;
            return;
        };
        if let Some(count) = self.areas.get_mut(area) {
            *count += 1;
        }
        self.snapped += u64::from(is_first && one.snapped_m.is_some());
        self.on_boundary += u64::from(is_first && one.on_boundary);
    }
}

impl Tally {
    /// Returns counts of 0 for layers of these numbers of areas.
    pub(super) fn new(areas: impl Iterator<Item = usize>) -> Self {
        let layer = |areas| LayerTally { areas: vec![0; areas], unmatched: 0, snapped: 0, on_boundary: 0 };
        Self {
            rows: 0,
            placeless: Placeless::default(),
            sums: Placeless::default(),
            cut_codes: Placeless::default(),
            datums: DatumFaults::default(),
            sample: None,
            layers: areas.map(layer).collect(),
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.placeless.merge(&other.placeless);
        self.sums.merge(&other.sums);
        self.cut_codes.merge(&other.cut_codes);
        self.datums.merge(&other.datums);
        // The first points of the file, whichever thread had them.
        if let Some((row, points)) = &other.sample
            && self.sample.as_ref().is_none_or(|(own, _)| row < own)
        {
            self.sample = Some((*row, points.clone()));
        }
        for (own, other) in self.layers.iter_mut().zip(&other.layers) {
            for (count, more) in own.areas.iter_mut().zip(&other.areas) {
                *count += more;
            }
            own.unmatched += other.unmatched;
            own.snapped += other.snapped;
            own.on_boundary += other.on_boundary;
        }
    }

    /// Points per area: `area`, `count`; `layer` before them where there are several. Points in no area are told in a note,
    /// so that whoever reads the table finds areas only.
    pub(super) fn counts(&self, labels: &[&Labels]) -> Result<DataFrame> {
        let mut layers: Vec<&str> = Vec::new();
        let mut areas = StringChunked::from_iter(std::iter::empty::<Option<&str>>());
        let mut counts: Vec<u64> = Vec::new();
        for (labels, tally) in labels.iter().zip(&self.layers) {
            areas.append(labels.ids()).map_err(Error::table(TABLE))?;
            counts.extend(&tally.areas);
            layers.resize(counts.len(), labels.layer());
        }
        let mut columns: Vec<Column> = Vec::new();
        if labels.len() > 1 {
            columns.push(Series::new("layer".into(), layers).into());
        }
        columns.push(areas.rechunk().into_owned().with_name("area".into()).into_column());
        columns.push(Series::new("count".into(), counts).into());
        DataFrame::new_infer_height(columns).map_err(Error::table(TABLE))
    }

    /// Points that have a position, and it lies in no area.
    pub(super) fn outside(&self, tally: &LayerTally) -> u64 {
        tally.unmatched.saturating_sub(self.placeless.count + self.sums.count)
    }

    /// Points in no area, those without a position among them.
    pub(super) fn unmatched(&self, tally: &LayerTally) -> u64 {
        tally.unmatched.saturating_sub(self.sums.count)
    }

    /// Warnings to show to the user about the points in a layer.
    pub(super) fn layer_notes(&self, labels: &Labels, tally: &LayerTally) -> impl Iterator<Item = String> {
        let (layer, rows) = (labels.layer().to_owned(), self.rows - self.sums.count);
        let told = [
            (self.outside(tally), "lie in no area"),
            (tally.snapped, "were snapped to the nearest area"),
            (tally.on_boundary, "lie on a boundary"),
        ];
        let told = told.into_iter().filter(|(count, _)| *count > 0);
        told.map(move |(count, what)| format!("{layer}: {count} of {rows} points {what}"))
    }
}

const TABLE: &str = "the points per area";
