//! The metre grid that suits where something lies.

use geo::BoundingRect as _;

use super::crs::area_of_use;
use super::point_table::{Placeless, PointTable};
use super::reference::Transform;
use crate::error::{ReadError, Result};
use crate::model::{Areas, EqualArea, GridDefinition, MetreGrid, Point, Reference};

/// The equal-area cylinder of EASE-Grid 2.0, for what spans more than a conic or an azimuthal projection can hold.
const EQUAL_AREA_CYLINDER: u32 = 6933;

/// The conic that is the custom for maps of all of China.
const CHINA: ([f64; 2], f64) = ([25.0, 47.0], 105.0);

/// The largest error of a length that a grid made from parameters may have at a place that is measured in it: an eighth.
/// With the conic of China it is met at 3° N and 62° N.
const LARGEST_LENGTH_ERROR: f64 = 0.125;

/// Returns the metre grid that suits where areas lie.
///
/// - Areas in a metre grid keep it.
/// - A territory of China no wider than one zone of 3° (a city) gets the CGCS2000 3-degree Gauss–Krüger grid of the zone of
///   its middle, EPSG:4534 to EPSG:4554.
/// - All of China gets the customary Albers conic, `albers=25,47,105`.
/// - Any other territory on one side of the equator (a province, a country) gets an Albers conic about its middle meridian,
///   whose standard parallels cut off a sixth of its latitudes at either end; they are whole degrees, or half degrees for
///   fewer than 12° of latitude.
/// - A territory about the equator or a pole gets Lambert's azimuthal equal-area projection about its middle.
/// - What is larger than these can hold with lengths within an eighth gets the equal-area cylinder EPSG:6933.
///
/// Returns `None` for areas in a plane whose units are not true metres, and for areas without a vertex.
///
/// # Examples
///
/// ```
/// use jiju::model::{Point, Reference};
/// use jiju::source::grid_of_points;
/// let grid = |places: &[[f64; 2]]| {
///     let points: Vec<_> = places.iter().map(|[lon, lat]| Some(Point::new(*lon, *lat))).collect();
///     grid_of_points(&points, Reference::Wgs84).map(|grid| grid.to_string())
/// };
/// assert_eq!(grid(&[[120.58, 30.0]]).as_deref(), Some("EPSG:4549"), "Shaoxing");
/// assert_eq!(grid(&[[118.0, 27.0], [123.0, 31.2]]).as_deref(), Some("albers=27.5,30.5,121"), "Zhejiang");
/// assert_eq!(grid(&[[73.5, 18.2], [135.1, 53.6]]).as_deref(), Some("albers=25,47,105"), "China");
/// assert_eq!(grid(&[[-17.5, -34.8], [51.4, 37.3]]).as_deref(), Some("laea=1,17"), "Africa");
/// ```
#[must_use]
pub fn grid_of_areas(areas: &Areas) -> Option<MetreGrid> {
    // Part by part: an area that is cut at the 180th meridian has parts on both sides of it.
    let parts = areas.areas.iter().flat_map(|area| &area.geometry);
    let boxes = parts.filter_map(|part| part.bounding_rect()).map(|bounds| [bounds.min(), bounds.max()]);
    grid_of(areas.reference, Extent::of(areas.reference, boxes.map(|[min, max]| [min.x, min.y, max.x, max.y])))
}

/// Returns the grid that [`grid_of_areas`] chooses.
///
/// # Errors
///
/// [`ReadError::Reference`] for areas in a plane whose units are not true metres, and for areas without a vertex.
pub fn needed_grid(areas: &Areas) -> Result<MetreGrid> {
    grid_of_areas(areas).ok_or_else(|| {
        let message = format!("no metre grid suits areas in {}: state one", areas.reference);
        ReadError::Reference { file: areas.source.clone(), message }.into()
    })
}

/// Returns the grid for points, chosen as [`grid_of_areas`] chooses it, or `None` where no point has a position.
#[must_use]
pub fn grid_of_points(points: &[Option<Point>], reference: Reference) -> Option<MetreGrid> {
    let places = points
        .iter()
        .flatten()
        .filter(|point| !reference.is_wgs84_like() || (point.x.abs() <= 360.0 && point.y.abs() <= 90.0));
    grid_of(reference, Extent::of(reference, places.map(|point| [point.x, point.y, point.x, point.y])))
}

/// The extent of a territory in degrees.
#[derive(Debug, Clone, Copy)]
struct Extent {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Extent {
    const NOTHING: Self =
        Self { west: f64::INFINITY, south: f64::INFINITY, east: f64::NEG_INFINITY, north: f64::NEG_INFINITY };

    fn with(self, x: f64, y: f64) -> Self {
        Self { west: self.west.min(x), south: self.south.min(y), east: self.east.max(x), north: self.north.max(y) }
    }

    /// The extent of boxes, each by its west, south, east and north; of longitudes the narrower of that about Greenwich and
    /// that about the 180th meridian.
    fn of(reference: Reference, boxes: impl Iterator<Item = [f64; 4]>) -> Self {
        let beyond = |x: f64| if x < 0.0 { x + 360.0 } else { x };
        let extents = boxes.fold([Self::NOTHING; 2], |[own, other], [west, south, east, north]| {
            // A box over Greenwich goes all the way round from there.
            let (first, last) = if west < 0.0 && east >= 0.0 { (0.0, 360.0) } else { (beyond(west), beyond(east)) };
            [own.with(west, south).with(east, north), other.with(first, south).with(last, north)]
        });
        let [own, other] = extents;
        let is_across = reference.is_wgs84_like() && own.width() > 180.0 && other.width() < own.width();
        if is_across { other } else { own }
    }

    fn middle(self) -> [f64; 2] {
        [f64::midpoint(self.west, self.east), f64::midpoint(self.south, self.north)]
    }

    fn width(self) -> f64 {
        self.east - self.west
    }

    fn height(self) -> f64 {
        self.north - self.south
    }

    /// The corners and the middles of the edges: where a projection about the middle is farthest from true.
    fn edges(self) -> [[f64; 2]; 8] {
        let Self { west, south, east, north } = self;
        let [x, y] = self.middle();
        [[west, south], [x, south], [east, south], [east, y], [east, north], [x, north], [west, north], [west, y]]
    }

    fn is_within(self, longitudes: [f64; 2], latitudes: [f64; 2]) -> bool {
        self.west >= longitudes[0]
            && self.east <= longitudes[1]
            && self.south >= latitudes[0]
            && self.north <= latitudes[1]
    }
}

fn grid_of(reference: Reference, extent: Extent) -> Option<MetreGrid> {
    match reference {
        Reference::Grid(grid) => return Some(grid),
        Reference::Plane(_) => return None,
        Reference::Wgs84 | Reference::Cgcs2000 if extent.west > extent.east => return None,
        Reference::Wgs84 | Reference::Cgcs2000 => {}
    }
    let is_held = |grid: &EqualArea| extent.edges().iter().all(|at| grid.length_error(*at) <= LARGEST_LENGTH_ERROR);
    gauss_kruger(extent)
        .or_else(|| conic(extent).filter(is_held).map(MetreGrid::from))
        .or_else(|| azimuthal(extent).filter(is_held).map(MetreGrid::from))
        .or_else(|| MetreGrid::epsg(EQUAL_AREA_CYLINDER))
}

/// The CGCS2000 zone of 3° for a territory of China that is no wider than one.
fn gauss_kruger(extent: Extent) -> Option<MetreGrid> {
    const ZONE_DEG: f64 = 3.0;
    // EPSG:4534 is the zone of 75° E, and each further one lies 3° to the east.
    const MERIDIANS: [f64; 2] = [75.0, 135.0];
    const LATITUDES: [f64; 2] = [16.0, 54.0];
    if extent.width() > ZONE_DEG || extent.south < LATITUDES[0] || extent.north > LATITUDES[1] {
        return None;
    }
    let meridian = (extent.middle()[0] / ZONE_DEG).round() * ZONE_DEG;
    let zone = (0..=20).find(|zone| MERIDIANS[0] + f64::from(*zone) * ZONE_DEG == meridian)?;
    MetreGrid::epsg(4534 + zone)
}

/// An Albers conic for a territory on one side of the equator.
fn conic(extent: Extent) -> Option<EqualArea> {
    // Nearer to the equator the cone is all but a cylinder, and an azimuthal projection is truer.
    const LEAST_MIDDLE_DEG: f64 = 10.0;
    const WIDEST_DEG: f64 = 180.0;
    let is_china = extent.is_within([72.0, 137.0], [2.0, 55.0])
        && extent.west <= 85.0
        && extent.east >= 125.0
        && extent.south <= 26.0
        && extent.north >= 45.0;
    if is_china {
        return EqualArea::albers(CHINA.0, CHINA.1);
    }
    let step = if extent.height() < 12.0 { 0.5 } else { 1.0 };
    let rounded = |latitude: f64| (latitude / step).round() * step;
    let cut = extent.height() / 6.0;
    let parallels = [rounded(extent.south + cut), rounded(extent.north - cut)];
    let [meridian, middle] = extent.middle();
    if middle.abs() < LEAST_MIDDLE_DEG || extent.width() > WIDEST_DEG {
        return None;
    }
    EqualArea::albers(parallels, wrapped(meridian.round()))
}

/// Lambert's azimuthal projection about the middle of a territory, or about the pole for one that goes round it.
fn azimuthal(extent: Extent) -> Option<EqualArea> {
    let [longitude, latitude] = extent.middle();
    if extent.width() > 180.0 {
        return EqualArea::azimuthal(90f64.copysign(latitude), 0.0);
    }
    EqualArea::azimuthal(latitude.round(), wrapped(longitude.round()))
}

/// A longitude between −180° and 180°.
fn wrapped(longitude: f64) -> f64 {
    if longitude > 180.0 { longitude - 360.0 } else { longitude }
}

/// How far beyond the area a grid of the registry was made for points may lie and still be measured in it, in degrees:
/// two zones of 3°.
const REACH_DEG: f64 = 6.0;

/// Whether a place lies too far from a grid to be measured in it.
struct Reach {
    grid: MetreGrid,
    /// The area of use of a grid of the registry.
    area: Option<[f64; 4]>,
}

impl Reach {
    fn new(grid: MetreGrid) -> Self {
        Self { grid, area: grid.code().and_then(area_of_use) }
    }

    fn is_beyond(&self, point: Point) -> bool {
        match (self.grid.definition(), self.area) {
            (GridDefinition::EqualArea(projection), _) => {
                projection.length_error([point.x, point.y]) > LARGEST_LENGTH_ERROR
            }
            (GridDefinition::Epsg(_), Some([west, south, east, north])) => {
                // A grid about the 180th meridian has its west in the east.
                let outside_x = west <= east && !(west - REACH_DEG..=east + REACH_DEG).contains(&point.x);
                outside_x || !(south - REACH_DEG..=north + REACH_DEG).contains(&point.y)
            }
            (GridDefinition::Epsg(_), None) => false,
        }
    }
}

/// The sentence that tells which grid was chosen for what is measured, from where what lies, and how true its lengths are.
pub(crate) fn told(what: &str, grid: MetreGrid, chosen_from: &str, points: &[Option<Point>]) -> String {
    let GridDefinition::EqualArea(projection) = grid.definition() else {
        return format!("{what} in {grid}, chosen from where the {chosen_from} lie");
    };
    let errors = points.iter().flatten().map(|point| projection.length_error([point.x, point.y]));
    let percent = errors.fold(0.0, f64::max) * 100.0;
    let percent = (percent * 100.0).ceil() / 100.0;
    format!(
        "{what} in {grid}, chosen from where the {chosen_from} lie: areas are true, lengths are off by up to {percent} %"
    )
}

/// Refuses a stated grid that was not made for where areas lie.
///
/// # Errors
///
/// [`ReadError::Reference`] where the middle of the areas lies too far from the grid; what [`Transform::new`] refuses.
pub(crate) fn check_reach(areas: &Areas, grid: MetreGrid) -> Result<()> {
    if areas.reference == grid.into() {
        return Ok(());
    }
    let Some(bounds) = geo::GeometryCollection::from_iter(
        areas.areas.iter().filter_map(|area| area.geometry.bounding_rect()).map(geo::Geometry::Rect),
    )
    .bounding_rect() else {
        return Ok(());
    };
    let middle = Point::new(bounds.center().x, bounds.center().y);
    let middle = Transform::new(areas.reference, Reference::Wgs84)?.images(&[Some(middle)]);
    if middle.first().copied().flatten().is_some_and(|middle| Reach::new(grid).is_beyond(middle)) {
        let message = format!("the areas lie outside the grid {grid}: state another ‹grid›, or none to have it chosen");
        return Err(ReadError::Reference { file: areas.source.clone(), message }.into());
    }
    Ok(())
}

/// Brings the points of a table into a metre grid: the one that is stated, else the table's own, else the one that
/// [`grid_of_areas`] chooses for their window, where they have one, or [`grid_of_points`] for themselves. Points that lie far outside the grid lose their position. Gives the grid and what to tell.
///
/// # Errors
///
/// [`ReadError::Reference`] where no grid suits the points, or most of them lie far outside the stated one; the
/// errors of [`Transform::new`].
pub(crate) fn bring_to_grid(
    placed: &mut PointTable,
    stated: Option<MetreGrid>,
    window: Option<&Areas>,
) -> Result<(MetreGrid, Vec<String>)> {
    let mut notes = Vec::new();
    let is_somewhere = placed.points.iter().any(Option::is_some);
    let of_window = window.filter(|_| is_somewhere && placed.reference.is_wgs84_like()).and_then(grid_of_areas);
    let chosen = stated.or(of_window).or_else(|| grid_of_points(&placed.points, placed.reference));
    let Some(grid) = chosen else {
        let message = match is_somewhere {
            true => format!("no metre grid suits points in {}: state one", placed.reference),
            false => "no row has a position that can be measured from".to_owned(),
        };
        return Err(ReadError::Reference { file: placed.table.source.clone(), message }.into());
    };
    if placed.reference == grid.into() {
        return Ok((grid, notes));
    }
    let before = placed.points.iter().flatten().count();
    let in_degrees: Vec<Option<Point>> = if placed.reference.is_wgs84_like() {
        placed.points.clone()
    } else {
        Transform::new(placed.reference, Reference::Wgs84)?.images(&placed.points)
    };
    let reach = Reach::new(grid);
    if stated.is_none() {
        let chosen_from = if of_window.is_some() { "areas" } else { "points" };
        let near: Vec<Option<Point>> =
            in_degrees.iter().map(|point| point.filter(|point| !reach.is_beyond(*point))).collect();
        notes.push(told("distances are measured", grid, chosen_from, &near));
    }
    let mut images = Transform::new(placed.reference, grid)?.images(&placed.points);
    let mut lost = Placeless::default();
    for (row, image) in images.iter_mut().enumerate() {
        let is_far = in_degrees[row].is_some_and(|point| reach.is_beyond(point));
        if is_far {
            *image = None;
        }
        if placed.points[row].is_some() && image.is_none() {
            lost.add(&placed.table, std::iter::once(row));
        }
    }
    if lost.count > 0 && lost.count * 2 >= before as u64 {
        let another = if stated.is_some() { ": state another ‹grid›, or none to have it chosen" } else { "" };
        let message = format!("{} of {before} positions lie outside the grid {grid}{another}", lost.count);
        return Err(ReadError::Reference { file: placed.table.source.clone(), message }.into());
    }
    notes.extend(lost.note(&placed.table.source, &format!("cannot be placed in {grid}")));
    placed.points = images;
    placed.reference = grid.into();
    Ok((grid, notes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(west: f64, south: f64, east: f64, north: f64) -> String {
        let extent = Extent::of(Reference::Wgs84, std::iter::once([west, south, east, north]));
        grid_of(Reference::Wgs84, extent).map(|grid| grid.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_grid_suits_the_size_and_the_place() {
        for (extent, grid) in [
            // Shaoxing, Ningbo between two zones, Hainan, Kashgar.
            ([119.9, 29.2, 121.3, 30.3], "EPSG:4549"),
            ([120.9, 28.8, 122.3, 30.4], "EPSG:4550"),
            ([108.6, 18.1, 111.1, 20.2], "EPSG:4546"),
            ([75.5, 39.0, 76.5, 39.8], "EPSG:4534"),
            // Zhejiang, Guangdong, Heilongjiang, Xinjiang.
            ([118.0, 27.0, 123.0, 31.2], "albers=27.5,30.5,121"),
            ([109.6, 20.2, 117.3, 25.5], "albers=21,24.5,113"),
            ([121.2, 43.4, 135.1, 53.6], "albers=45,52,128"),
            ([73.5, 34.3, 96.4, 49.2], "albers=37,47,85"),
            // China, with and without the islands in the south.
            ([73.5, 18.2, 135.1, 53.6], "albers=25,47,105"),
            ([73.5, 3.4, 135.1, 53.6], "albers=25,47,105"),
            // Paris, Argentina, Singapore, Africa, the Arctic, the world.
            ([2.2, 48.8, 2.5, 48.9], "albers=49,49,2"),
            ([-73.6, -55.1, -53.6, -21.8], "albers=-50,-27,-64"),
            ([103.6, 1.2, 104.0, 1.5], "laea=1,104"),
            ([-17.5, -34.8, 51.4, 37.3], "laea=1,17"),
            ([-180.0, 60.0, 180.0, 84.0], "laea=90,0"),
            ([-180.0, -60.0, 180.0, 84.0], "EPSG:6933"),
        ] {
            let [west, south, east, north] = extent;
            assert_eq!(chosen(west, south, east, north), grid, "{extent:?}");
        }
    }

    #[test]
    fn parts_on_either_side_of_the_antimeridian_lie_together() {
        let part = |west: f64, east: f64| geo::Rect::new((west, 62.0), (east, 66.0)).to_polygon();
        let area = |id: &str, parts: Vec<geo::Polygon<f64>>| crate::model::Area {
            id: id.to_owned(),
            name: id.to_owned(),
            parent: None,
            geometry: geo::MultiPolygon(parts),
        };
        let areas = Areas {
            layer: String::new(),
            source: String::new(),
            reference: Reference::Wgs84,
            areas: vec![
                area("a", vec![part(170.0, 180.0), part(-180.0, -178.0)]),
                area("b", vec![part(-178.0, -170.0)]),
            ],
        };
        assert_eq!(grid_of_areas(&areas).unwrap().to_string(), "albers=62.5,65.5,180");
    }

    #[test]
    fn nothing_has_no_grid() {
        assert_eq!(grid_of_points(&[None], Reference::Wgs84), None);
        assert_eq!(grid_of_points(&[Some(Point::new(1.0, 1.0))], Reference::epsg(3857)), None);
    }

    #[test]
    fn what_is_far_from_a_grid_is_refused() {
        let square = |west: f64, south: f64| {
            let rectangle = geo::Rect::new((west, south), (west + 1.0, south + 1.0)).to_polygon();
            let geometry = geo::MultiPolygon(vec![rectangle]);
            let area = crate::model::Area { id: "a".into(), name: "a".into(), parent: None, geometry };
            Areas { layer: "a".into(), source: "a.geojson".into(), reference: Reference::Wgs84, areas: vec![area] }
        };
        let (zone, conic) = ("EPSG:4549".parse().unwrap(), "albers=25,47,105".parse().unwrap());
        for grid in [zone, conic] {
            check_reach(&square(120.0, 30.0), grid).unwrap();
            let error = check_reach(&square(13.0, -80.0), grid).unwrap_err().to_string();
            assert!(error.contains("outside the grid") && error.contains("‹grid›"), "{error}");
        }
        assert!(check_reach(&square(13.0, 52.0), zone).is_err());
    }
}
