//! What a specification takes from files of its own: hulls, contours, flows, surroundings; and the graticule.

use std::collections::HashMap;
use std::path::Path;

use geo::Centroid as _;

use super::super::super::file::LayerSource;
use super::super::super::sources;
use super::graticule::graticule;
use crate::error::{ProjectError, Result};
use crate::model::{Area, Areas, Point, Reference};
use crate::read::{self, TableOptions, projected_areas};
use crate::render::{Contour, ContourSpec, Flow, FlowSpec, MapData, MapSpec};

/// Adds them, brought to the grid of the map.
///
/// # Errors
///
/// What reading and transforming refuse; flows from or to an area that is not there.
pub(super) fn add(spec: &MapSpec, areas: &Areas, data: &mut MapData) -> Result<()> {
    let grid = data.areas.reference;
    let layer = |file: &Path| -> Result<Areas> {
        let source = LayerSource { file: file.to_owned(), ..LayerSource::default() };
        projected_areas(&sources::layer(&source)?.areas, grid)
    };
    if let Some(locator) = &spec.locator {
        data.surroundings = Some(layer(&locator.file)?);
    }
    if let Some(hulls) = &spec.hulls {
        data.hulls = Some(layer(&hulls.file)?);
    }
    if let Some(contours) = &spec.contours {
        data.contours = bands(contours, grid)?;
    }
    if let Some(flows) = &spec.flows
        && let Some(file) = &flows.file
    {
        data.flows = moves(flows, file, areas, data)?;
    }
    if spec.furniture.graticule {
        data.graticule = graticule(&data.areas)?;
    }
    Ok(())
}

/// The bands of a file of contours, with their levels. A band is known by its lower level.
fn bands(contours: &ContourSpec, grid: Reference) -> Result<Vec<Contour>> {
    let id = Some(contours.lower.clone());
    let source = LayerSource { file: contours.file.clone(), id, ..LayerSource::default() };
    let (areas, table, _) = sources::areas_with_attributes(&source)?;
    let (lower, upper) = (table.numbers(&contours.lower)?, table.numbers(&contours.upper)?);
    let band = |(row, area): (usize, Area)| {
        Some(Contour { lower: lower.get(row)?, upper: upper.get(row), geometry: area.geometry })
    };
    Ok(projected_areas(&areas, grid)?.areas.into_iter().enumerate().filter_map(band).collect())
}

/// The flows of a table, from and to the middles of areas and parks.
fn moves(flows: &FlowSpec, file: &Path, areas: &Areas, data: &MapData) -> Result<Vec<Flow>> {
    let table = read::table(file, &TableOptions::default())?;
    let (from, to, amounts) = (table.text(&flows.from)?, table.text(&flows.to)?, table.numbers(&flows.column)?);
    let mut middles: HashMap<&str, Point> = HashMap::new();
    let own = areas.areas.iter().zip(&data.areas.areas);
    let parks = data.parks.iter().flat_map(|layer| layer.areas.iter().map(|area| (area, area)));
    for (named, placed) in own.chain(parks) {
        if let Some(middle) = placed.geometry.centroid() {
            let middle = Point::new(middle.x(), middle.y());
            middles.entry(named.name.as_str()).or_insert(middle);
            middles.insert(named.id.as_str(), middle);
        }
    }
    let mut drawn = Vec::new();
    for (row, (from, to)) in from.iter().zip(to.iter()).enumerate() {
        let (Some(from), Some(to), Some(amount)) = (from, to, amounts.get(row)) else { continue };
        let find = |name: &str| {
            middles.get(name.trim()).copied().ok_or_else(|| ProjectError::Unknown {
                what: "area of a flow",
                found: name.to_owned(),
                available: areas.areas.iter().map(|area| area.name.clone()).collect(),
            })
        };
        drawn.push(Flow { from: find(from)?, to: find(to)?, amount });
    }
    Ok(drawn)
}
