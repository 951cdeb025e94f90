use std::path::PathBuf;

use polars::prelude::{Column, DataFrame, IdxCa, NamedFrom, Series};

use super::file::LayerSource;
use super::sources::{self, Layer, PointSource, PointTable};
use crate::error::{Error, Result};
use crate::join;
use crate::model::Match;

/// A join of points with layers of areas.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JoinRequest {
    /// The points.
    pub points: PointSource,
    /// The layers.
    pub layers: Vec<LayerSource>,
    /// How far outside an area a point may lie and still be taken into the nearest one.
    pub snap_m: Option<f64>,
    /// Whether a point that several areas of a layer hold gets a row for each.
    pub all: bool,
}

impl JoinRequest {
    /// The files it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<PathBuf> {
        std::iter::once(&self.points.file).chain(self.layers.iter().map(|layer| &layer.file)).cloned().collect()
    }
}

/// Points with the areas they lie in.
#[derive(Debug, Clone)]
pub struct JoinedPoints {
    /// The input's rows and columns, and behind them per layer `<layer>_id`, `<layer>_name`, `<layer>_on_boundary`,
    /// `<layer>_snapped_m`.
    pub rows: DataFrame,
    /// Points per area: `area`, `count`, the unmatched under a null area; `layer` before them where there are several.
    pub counts: DataFrame,
    /// What a reader should know: unmatched points, rows without coordinates, snapped points.
    pub notes: Vec<String>,
}

/// Joins points with layers.
///
/// # Errors
///
/// What reading, transforming and indexing refuse.
pub fn join_points(request: &JoinRequest) -> Result<JoinedPoints> {
    let points = sources::points(&request.points)?;
    let layers = sources::layers(&request.layers)?;
    let mut notes = points.notes();
    let mut matches = Vec::with_capacity(layers.len());
    for layer in &layers {
        let brought = sources::brought_to(&points.points, points.reference, &layer.areas)?;
        let mut found: Vec<Vec<Match>> =
            join::locate_points(&layer.index, &brought, request.snap_m).into_iter().map(|found| vec![found]).collect();
        if request.all {
            for (row, one) in join::all_matches(&layer.index, &brought) {
                if one.area.is_some() && !found[row].iter().any(|known| known.area == one.area) {
                    found[row].push(one);
                }
            }
        }
        matches.push(found);
    }
    for (layer, found) in layers.iter().zip(&matches) {
        notes.extend(layer_notes(layer, found, &points));
    }
    Ok(JoinedPoints { rows: rows(&points, &layers, &matches)?, counts: counts(&layers, &matches)?, notes })
}

fn layer_notes(layer: &Layer, matches: &[Vec<Match>], points: &PointTable) -> Vec<String> {
    let name = &layer.areas.layer;
    let unmatched = matches
        .iter()
        .zip(&points.points)
        .filter(|(found, point)| point.is_some() && found.iter().all(|found| found.area.is_none()));
    let mut notes: Vec<String> = layer.report.problems.iter().map(ToString::to_string).collect();
    for (count, what) in [
        (unmatched.count(), "lie in no area"),
        (
            matches.iter().flatten().filter(|found| found.snapped_m.is_some()).count(),
            "were snapped to the nearest area",
        ),
        (matches.iter().flatten().filter(|found| found.on_boundary).count(), "lie on a boundary"),
    ] {
        if count > 0 {
            notes.push(format!("{name}: {count} of {} points {what}", points.points.len()));
        }
    }
    notes
}

/// One row per point and, where several areas of a layer hold it, per combination of its areas.
fn rows(points: &PointTable, layers: &[Layer], matches: &[Vec<Vec<Match>>]) -> Result<DataFrame> {
    let mut taken: Vec<u32> = Vec::with_capacity(points.points.len());
    let mut columns: Vec<Vec<Match>> = vec![Vec::with_capacity(points.points.len()); layers.len()];
    for row in 0..points.points.len() {
        let combinations: usize = matches.iter().map(|layer| layer[row].len().max(1)).product();
        for combination in 0..combinations {
            taken.push(u32::try_from(row).unwrap_or(u32::MAX));
            let mut rest = combination;
            for (layer, column) in matches.iter().zip(&mut columns) {
                let found = &layer[row];
                column.push(found.get(rest % found.len().max(1)).copied().unwrap_or_default());
                rest /= found.len().max(1);
            }
        }
    }
    let mut frame = if taken.len() == points.table.height() {
        points.table.frame.clone()
    } else {
        points.table.frame.take(&IdxCa::from_vec("row".into(), taken)).map_err(Error::table("the joined points"))?
    };
    let joined: Vec<_> = layers.iter().zip(&columns).map(|(layer, column)| (&layer.areas, column.as_slice())).collect();
    for column in join::frame(&joined)?.columns() {
        frame.with_column(column.clone()).map_err(Error::table("the joined points"))?;
    }
    Ok(frame)
}

fn counts(layers: &[Layer], matches: &[Vec<Vec<Match>>]) -> Result<DataFrame> {
    let mut layer_names: Vec<&str> = Vec::new();
    let mut areas: Vec<Option<&str>> = Vec::new();
    let mut counts: Vec<u64> = Vec::new();
    for (layer, found) in layers.iter().zip(matches) {
        let mut per_area = vec![0_u64; layer.areas.len()];
        let mut unmatched = 0;
        for found in found {
            let mut held = false;
            for area in found.iter().filter_map(|found| found.area) {
                per_area[area] += 1;
                held = true;
            }
            unmatched += u64::from(!held);
        }
        areas.extend(layer.areas.areas.iter().map(|area| Some(area.id.as_str())));
        counts.extend(per_area);
        areas.push(None);
        counts.push(unmatched);
        layer_names.resize(areas.len(), &layer.areas.layer);
    }
    let mut columns: Vec<Column> = Vec::new();
    if layers.len() > 1 {
        columns.push(Series::new("layer".into(), layer_names).into());
    }
    columns.push(Series::new("area".into(), areas).into());
    columns.push(Series::new("count".into(), counts).into());
    DataFrame::new_infer_height(columns).map_err(Error::table("the points per area"))
}
