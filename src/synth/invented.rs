use geo::{Coord, MultiPolygon, Polygon, Rect};
use polars::prelude::{Column, DataFrame};

use crate::error::{Error, Result};
use crate::model::{Area, Areas, Reference, Table};
use crate::policy::Policy;

/// The north-west corner of the first tile, and the size of a tile, in degrees.
const CORNER: (f64, f64) = (120.2, 30.2);
const TILE: (f64, f64) = (0.22, 0.18);
/// A row of tiles has no more than this many.
const COLUMNS: usize = 3;
/// Where the towns of a tile lie, as fractions of it.
const TOWNS: [(f64, f64); 5] = [(0.28, 0.3), (0.7, 0.24), (0.5, 0.52), (0.24, 0.76), (0.76, 0.72)];
/// The gazetteer's name for what has no file.
const SOURCE: &str = "invented districts";

/// Makes boundaries for the districts of a policy, and towns in them, that are those of no real place: equal tiles, row by row,
/// each with five towns. They are there to try a project with, where no boundaries may be handed on.
///
/// # Errors
///
/// [`Error::Table`] if the table of towns cannot be built, which would be a bug.
///
/// # Examples
///
/// ```
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
/// let policy = jiju::policy::read(folder.as_ref())?;
/// let (districts, towns) = jiju::synth::invented_districts(&policy)?;
/// assert_eq!((districts.len(), towns.height()), (6, 30));
/// # Ok::<(), jiju::Error>(())
/// ```
pub fn invented_districts(policy: &Policy) -> Result<(Areas, Table)> {
    let mut areas = Vec::with_capacity(policy.districts.len());
    let (mut codes, mut names, mut adcodes, mut lons, mut lats) = (vec![], vec![], vec![], vec![], vec![]);
    for (position, district) in policy.districts.iter().enumerate() {
        let (column, row) = (position % COLUMNS, position / COLUMNS);
        #[expect(clippy::cast_precision_loss, reason = "a policy has few districts")]
        let (west, north) = (CORNER.0 + column as f64 * TILE.0, CORNER.1 - row as f64 * TILE.1);
        // Six decimals, so that neighbours have the same corners.
        let place = |x: f64, y: f64| Coord { x: (x * 1e6).round() / 1e6, y: (y * 1e6).round() / 1e6 };
        let tile: Polygon<f64> = Rect::new(place(west, north - TILE.1), place(west + TILE.0, north)).to_polygon();
        areas.push(Area {
            id: district.adcode.clone(),
            name: district.name_zh.clone(),
            parent: None,
            geometry: MultiPolygon::new(vec![tile]),
        });
        for (number, (x, y)) in TOWNS.iter().enumerate() {
            let at = place(west + x * TILE.0, north - y * TILE.1);
            codes.push(format!("{}{:03}", district.adcode, number + 1));
            let kind = if number < 2 { "街道" } else { "镇" };
            names.push(format!("{}示例{}{kind}", district.name_zh, number + 1));
            adcodes.push(district.adcode.clone());
            lons.push(at.x);
            lats.push(at.y);
        }
    }
    let rows = codes.len();
    let columns = vec![
        Column::new("code".into(), codes),
        Column::new("name".into(), names),
        Column::new("district_adcode".into(), adcodes),
        Column::new("lon_wgs84".into(), lons),
        Column::new("lat_wgs84".into(), lats),
    ];
    let frame = DataFrame::new(rows, columns).map_err(Error::table("the invented towns"))?;
    let districts =
        Areas { layer: "district".to_owned(), source: SOURCE.to_owned(), reference: Reference::Wgs84, areas };
    Ok((districts, Table::new(SOURCE, frame, (2..).take(rows).collect())))
}

/// A layer of sample data as GeoJSON, with the notice that it is invented.
#[must_use]
pub fn invented_geojson(layer: &Areas) -> Vec<u8> {
    super::files::geojson(layer)
}
