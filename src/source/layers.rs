//! Layers of areas, read and indexed.

use std::sync::Arc;

use geo::{InteriorPoint as _, Relate as _};
use rayon::prelude::*;

use super::index::{self, OpenedIndex, is_saved_index};
use super::labels::Labels;
use super::{AreaOptions, LayerSource, Origin};
use crate::error::{ProjectError, Result};
use crate::join::AreaIndex;
use crate::model::{Area, Areas, Point, Reference, Report, Table};
use crate::source;

/// A layer of areas, read and indexed.
#[derive(Debug)]
pub struct Layer {
    /// The areas, in their own reference.
    pub areas: Areas,
    /// Their index.
    pub index: AreaIndex,
    /// What was found wrong with them while reading.
    pub report: Report,
}

/// A layer to join with: its index, and what a joined table says of its areas.
#[derive(Debug)]
pub(crate) struct IndexedLayer {
    pub(crate) labels: Labels,
    pub(crate) reference: Reference,
    pub(crate) index: Arc<AreaIndex>,
    /// Warnings to show to the user about it.
    pub(crate) notes: Vec<String>,
}

/// What is asked of a layer that is joined.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    /// Whether distances to its areas are measured, for which a plane without true metres is carried to longitude and latitude;
    /// else points are located in the coordinates of the file.
    pub(crate) distances: bool,
    /// Whether a point that several areas contain goes to the first of them alone.
    pub(crate) first_alone: bool,
}

/// Reads a layer and indexes it, or maps the index where it is saved already.
///
/// # Errors
///
/// What [`source::areas`] and [`AreaIndex::new`] refuse; for a saved index what opening it refuses.
pub(crate) fn indexed(source: &LayerSource, asked: Asked) -> Result<IndexedLayer> {
    if !is_index(source) {
        let (areas, report) = areas_of(source, !asked.distances)?;
        // Of areas in memory the index may be there: ids and names are no part of it.
        let known = source.file.held().and_then(|held| held.index.clone());
        let index = known.map_or_else(|| AreaIndex::new(&areas).map(Arc::new), Ok)?;
        let mut notes = report.told();
        if asked.first_alone {
            notes.extend(within_others(&areas, &index));
        }
        return Ok(IndexedLayer { labels: Labels::of_areas(&areas), reference: areas.reference, index, notes });
    }
    let OpenedIndex { saved, report, mut notes } = index::opened(source)?;
    notes.extend(report.told());
    let labels = Labels::new(source.name.as_deref().unwrap_or(saved.layer()), saved.names());
    Ok(IndexedLayer { labels, reference: saved.reference(), index: Arc::new(saved.into_index()), notes })
}

/// Reads a layer and indexes it; of a saved index come the areas it was built from.
///
/// # Errors
///
/// What [`source::areas`] and [`AreaIndex::new`] refuse; for a saved index what opening it refuses.
pub fn layer(source: &LayerSource) -> Result<Layer> {
    if is_index(source) {
        let OpenedIndex { saved, report, .. } = index::opened(source)?;
        let mut areas = saved.areas();
        areas.layer = source.name.clone().unwrap_or(areas.layer);
        return Ok(Layer { areas, index: saved.into_index(), report });
    }
    let (areas, mut report) = areas_with_report(source)?;
    let index = AreaIndex::new(&areas)?;
    report.notes.extend(within_others(&areas, &index));
    Ok(Layer { areas, index, report })
}

/// Tells of areas that lie wholly within an earlier one of their layer, to which all their points go.
fn within_others(areas: &Areas, index: &AreaIndex) -> Option<String> {
    const NAMED: usize = 5;
    let is_within = |(number, area): (usize, &Area)| -> Option<String> {
        let inside = area.geometry.interior_point()?;
        let around = index.locate_all(Point::new(inside.x(), inside.y()));
        let mut earlier = around.iter().filter_map(|one| one.area).filter(|other| *other < number);
        let holder = earlier.find(|other| areas.areas[*other].geometry.relate(&area.geometry).is_covers())?;
        Some(format!("{} in {}", area.name, areas.areas[holder].name))
    };
    let within: Vec<String> = areas.areas.par_iter().enumerate().filter_map(is_within).collect();
    let named = within.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = if within.len() > NAMED { ", …" } else { "" };
    (!within.is_empty()).then(|| {
        format!(
            "{}: {} areas lie wholly within an earlier one, to which their points go: {named}{more}",
            areas.layer,
            within.len()
        )
    })
}

/// Reads the areas of a layer and the attributes beside them, and says which column of these identifies an area, and what was
/// left out, repaired or decided.
pub(crate) fn areas_with_attributes(source: &LayerSource) -> Result<(Areas, Table, String, Report)> {
    let path = match &source.file {
        Origin::File(path) => path,
        Origin::Memory(_, held) => {
            let held = held.labelled(source.id.as_deref(), source.label.as_deref())?;
            let (table, key) = held.table()?;
            let mut areas = Areas { layer: source.layer_name(), ..held.areas.clone() };
            let report = source::taken_areas(&mut areas, source.repair)?;
            return Ok((areas, table, key, report));
        }
    };
    let (areas, table, key, report) = source::areas_with_attributes(path, &area_options(source))?;
    Ok((Areas { layer: source.layer_name(), ..areas }, table, key, report))
}

/// Reads the areas of a layer, and reports what was left out or repaired; of a saved index come the areas it was built from.
pub(crate) fn areas_with_report(source: &LayerSource) -> Result<(Areas, Report)> {
    if is_index(source) {
        let Layer { areas, report, .. } = layer(source)?;
        return Ok((areas, report));
    }
    areas_of(source, false)
}

fn areas_of(source: &LayerSource, keep_plane: bool) -> Result<(Areas, Report)> {
    let (areas, report) = match &source.file {
        Origin::File(path) => source::areas_with_report(path, &AreaOptions { keep_plane, ..area_options(source) })?,
        Origin::Memory(_, held) => {
            let mut areas = held.labelled(source.id.as_deref(), source.label.as_deref())?.into_owned().areas;
            // What is indexed was looked at before.
            let report = match held.index {
                None => source::taken_areas(&mut areas, source.repair)?,
                Some(_) => Report::default(),
            };
            (areas, report)
        }
    };
    Ok((Areas { layer: source.layer_name(), ..areas }, report))
}

/// Whether the file of a layer is a saved index.
pub(crate) fn is_index(source: &LayerSource) -> bool {
    source.file.path().is_some_and(is_saved_index)
}

/// How the file of a layer is to be read.
pub(crate) fn area_options(source: &LayerSource) -> AreaOptions {
    AreaOptions {
        source_layer: source.source_layer.clone(),
        id: source.id.clone(),
        name: source.label.clone(),
        parent: source.parent.clone(),
        reference: source.reference,
        encoding: source.encoding.clone(),
        repair: source.repair,
        ..AreaOptions::default()
    }
}

/// Reads the layers of a run, in their order.
///
/// # Errors
///
/// The first layer's that cannot be read.
pub fn layers(sources: &[LayerSource]) -> Result<Vec<Layer>> {
    sources.iter().map(layer).collect()
}

/// A layer by its name.
///
/// # Errors
///
/// [`ProjectError::Unknown`], with the layers there are.
pub fn named<'a>(layers: &'a [Layer], name: &str) -> Result<&'a Layer> {
    layers.iter().find(|layer| layer.areas.layer == name).ok_or_else(|| {
        ProjectError::Unknown {
            what: "layer",
            found: name.to_owned(),
            available: layers.iter().map(|layer| layer.areas.layer.clone()).collect(),
        }
        .into()
    })
}
