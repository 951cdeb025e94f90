use super::super::super::file::LayerSource;
use super::super::super::sources;
use super::MapRequest;
use super::rows::AreaTable;
use crate::error::{ProjectError, Result};
use crate::model::{Areas, Reference};
use crate::read::{self, TableOptions, projected_areas};
use crate::render::{self, Figure, MapData, MapKind, MapSpec, MultiplesBy, MultiplesSpec};

pub(super) fn map_of_files(spec: &MapSpec, source: &LayerSource, request: &MapRequest) -> Result<Figure> {
    let column = match spec.column.as_deref() {
        Some(column) => column,
        None if spec.kind == MapKind::Plain => "",
        None => {
            return Err(ProjectError::Options {
                message: "found no column to show".to_owned(),
                hint: "give --value COLUMN, or `column = …` in the specification".to_owned(),
            }
            .into());
        }
    };
    let (areas, table, key) = match (&request.table, &request.key) {
        (Some(table), Some(key)) => {
            (sources::areas(source)?, read::table(table, &TableOptions::default())?, key.clone())
        }
        (Some(_), None) => {
            return Err(ProjectError::Options {
                message: "found --table without --key".to_owned(),
                hint: "give --key COLUMN, the table's column with the areas' ids or names".to_owned(),
            }
            .into());
        }
        (None, _) => sources::areas_with_attributes(source)?,
    };
    let grid = request.grid.unwrap_or_else(|| local_grid(&areas));
    let mut data = MapData::new(projected_areas(&areas, grid)?);
    let table = AreaTable::new(table, &key, &spec.filter, &areas, true)?;
    match &spec.multiples {
        Some(MultiplesSpec { by: MultiplesBy::Column, of }) => {
            for column in of {
                data.multiples.push(table.panel(spec, column)?);
            }
        }
        Some(MultiplesSpec { by, .. }) => {
            return Err(ProjectError::Options {
                message: format!("found multiples by {by} for a table of areas"),
                hint: "small maps of a table are by column: `multiples = { by = \"column\", of = [\"a\", \"b\"] }`"
                    .to_owned(),
            }
            .into());
        }
        None => data.say(table.panel(spec, column)?),
    }
    table.decorate(spec, &mut data)?;
    super::layers::add(spec, &areas, &mut data)?;
    render::map(spec, &data)
}

/// The grid an office would use: the areas' own, the CGCS2000 3-degree zone of their middle, or, where they span more than
/// three zones or lie outside China's, the equal-area cylinder of EPSG:6933.
fn local_grid(areas: &Areas) -> Reference {
    use geo::BoundingRect as _;
    if !areas.reference.is_wgs84_like() {
        return areas.reference;
    }
    let boxes = areas.areas.iter().filter_map(|area| area.geometry.bounding_rect());
    let (west, east) = boxes.fold((f64::INFINITY, f64::NEG_INFINITY), |(west, east), bounds| {
        (west.min(bounds.min().x), east.max(bounds.max().x))
    });
    let meridian = ((west + east) / 2.0 / 3.0).round() * 3.0;
    if (75.0..=135.0).contains(&meridian) && east - west <= 9.0 {
        // EPSG:4534 is the zone of 75° E, and each further one lies 3° to the east.
        Reference::Epsg(4534 + ((meridian - 75.0) / 3.0) as u32)
    } else {
        Reference::Epsg(6933)
    }
}
