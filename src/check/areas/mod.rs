mod overlay_plane;

use geo::{
    Area as _, BooleanOps as _, BoundingRect as _, Distance as _, Euclidean, Length as _, MultiPolygon, Polygon,
};
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};

use crate::join::ring_faults;
use crate::model::{Area, Areas, Place, Problem, ProblemKind, Report, Severity};
use overlay_plane::OverlayPlane;

/// The largest distance of neighbours in metres: more than the grid of the overlay, less than the error of a survey.
const TOUCHING_M: f64 = 0.01;
/// `4πA/P²` of a piece, 1 for a circle; a square of ten by one has 0.26, of a hundred by one 0.03.
const SLIVER_ROUNDNESS: f64 = 0.05;

/// The tolerances and reference used to find faults between areas.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaRules {
    /// The smallest area in m² that is reported. The overlay works on a grid of about a millimetre over a province, and
    /// files round their coordinates, so smaller pieces mean nothing.
    pub min_area_m2: f64,
    /// The whole that the layer must cover, in the layer's reference. If given, a gap is any part of it that no area
    /// covers. If `None`, a gap is a hole in the union of the layer that two or more areas enclose: an inlet that is
    /// open to the outside is then not found, but a lake between neighbours is.
    pub territory: Option<Areas>,
}

impl Default for AreaRules {
    fn default() -> Self {
        Self { min_area_m2: 1.0, territory: None }
    }
}

/// Checks a layer for invalid rings, overlaps between areas and gaps between neighbours.
///
/// Overlaps and gaps are found by overlaying the polygons in a plane of metres, and are reported with their size. Thin
/// ones are called slivers. All problems are warnings, and no geometry is repaired.
///
/// # Units
///
/// Areas are in square metres: on the ellipsoid for longitude and latitude, in the plane of the grid for a projected
/// reference.
///
/// # Examples
///
/// ```
/// use jiju::check::{AreaRules, areas};
/// use jiju::model::{Area, Areas, Reference};
///
/// let square = |id: &str, west: f64| Area {
///     id: id.to_owned(),
///     name: id.to_owned(),
///     parent: None,
///     geometry: geo::Rect::new((west, 0.0), (west + 100.0, 100.0)).to_polygon().into(),
/// };
/// let layer = Areas {
///     layer: "town".to_owned(),
///     source: "towns.geojson".to_owned(),
///     reference: Reference::epsg(4549),
///     areas: vec![square("a", 0.0), square("b", 90.0)],
/// };
/// let report = areas(&layer, &AreaRules::default());
/// assert_eq!(report.problems.len(), 1);
/// assert_eq!(report.problems[0].found, "a and b share 1000.0 m² near 95.0, 50.0");
/// ```
#[must_use]
pub fn areas(layer: &Areas, rules: &AreaRules) -> Report {
    let mut report = Report::default();
    for area in &layer.areas {
        for fault in ring_faults(&area.geometry) {
            let found = format!("{}: {fault}", name(area));
            report.problems.push(problem(layer, ProblemKind::InvalidGeometry, found, "valid rings"));
        }
    }
    let frame = OverlayPlane::new(layer);
    let laid: Vec<Option<MultiPolygon<f64>>> = layer.areas.iter().map(|area| frame.lay(&area.geometry)).collect();
    let tree = index(&laid);
    overlaps(layer, rules, &frame, &laid, &tree, &mut report);
    gaps(layer, rules, &frame, &laid, &tree, &mut report);
    report
}

type Tree = RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>;

fn index(laid: &[Option<MultiPolygon<f64>>]) -> Tree {
    let boxes = laid.iter().enumerate().filter_map(|(position, geometry)| {
        let bounds = geometry.as_ref()?.bounding_rect()?;
        let rectangle = Rectangle::from_corners(bounds.min().into(), bounds.max().into());
        Some(GeomWithData::new(rectangle, position))
    });
    RTree::bulk_load(boxes.collect())
}

/// Positions of the areas whose box meets the box of a piece, in file order.
fn near(tree: &Tree, bounds: geo::Rect<f64>) -> Vec<usize> {
    let (min, max) = (bounds.min(), bounds.max());
    let envelope =
        AABB::from_corners([min.x - TOUCHING_M, min.y - TOUCHING_M], [max.x + TOUCHING_M, max.y + TOUCHING_M]);
    let mut positions: Vec<usize> =
        tree.locate_in_envelope_intersecting(&envelope).map(|candidate| candidate.data).collect();
    positions.sort_unstable();
    positions
}

fn overlaps(
    layer: &Areas,
    rules: &AreaRules,
    frame: &OverlayPlane,
    laid: &[Option<MultiPolygon<f64>>],
    tree: &Tree,
    report: &mut Report,
) {
    for (first, geometry) in laid.iter().enumerate() {
        let Some(geometry) = geometry else { continue };
        let Some(bounds) = geometry.bounding_rect() else { continue };
        for second in near(tree, bounds).into_iter().filter(|second| *second > first) {
            let Some(other) = laid[second].as_ref() else { continue };
            let shared = geometry.intersection(other);
            for (piece, area_m2) in sizeable(frame, &shared, rules) {
                let names = format!("{} and {}", name(&layer.areas[first]), name(&layer.areas[second]));
                let found = format!("{names} share {}", described(frame, piece, area_m2));
                let expected = "no ground in two areas of a layer";
                report.problems.push(problem(layer, ProblemKind::AreaOverlap, found, expected));
            }
        }
    }
}

fn gaps(
    layer: &Areas,
    rules: &AreaRules,
    frame: &OverlayPlane,
    laid: &[Option<MultiPolygon<f64>>],
    tree: &Tree,
    report: &mut Report,
) {
    let union = geo::unary_union(laid.iter().flatten());
    let (missing, least_neighbours) = match &rules.territory {
        Some(territory) => {
            let whole: Vec<MultiPolygon<f64>> =
                territory.areas.iter().filter_map(|area| frame.lay(&area.geometry)).collect();
            (geo::unary_union(&whole).difference(&union), 0)
        }
        None => {
            let holes = union.iter().flat_map(Polygon::interiors);
            // A hole that one area alone encloses is its own: an enclave, a lake.
            (holes.map(|ring| Polygon::new(ring.clone(), Vec::new())).collect(), 2)
        }
    };
    for (piece, area_m2) in sizeable(frame, &missing, rules) {
        let Some(bounds) = piece.bounding_rect() else { continue };
        let neighbours: Vec<&str> = near(tree, bounds)
            .into_iter()
            .filter(|position| {
                laid[*position].as_ref().is_some_and(|other| Euclidean.distance(piece, other) <= TOUCHING_M)
            })
            .map(|position| name(&layer.areas[position]))
            .collect();
        if neighbours.len() < least_neighbours {
            continue;
        }
        let found = format!("no area holds {} beside {}", described(frame, piece, area_m2), neighbours.join(", "));
        report.problems.push(problem(layer, ProblemKind::AreaGap, found, "no gap between neighbours"));
    }
}

fn sizeable<'a>(
    frame: &'a OverlayPlane,
    pieces: &'a MultiPolygon<f64>,
    rules: &'a AreaRules,
) -> impl Iterator<Item = (&'a Polygon<f64>, f64)> {
    pieces.iter().map(|piece| (piece, frame.area_m2(piece))).filter(|(_, area_m2)| *area_m2 >= rules.min_area_m2)
}

fn described(frame: &OverlayPlane, piece: &Polygon<f64>, area_m2: f64) -> String {
    let perimeter_m = Euclidean.length(piece.exterior());
    let is_sliver = 4.0 * std::f64::consts::PI * piece.unsigned_area() < SLIVER_ROUNDNESS * perimeter_m * perimeter_m;
    let what = if is_sliver { "a sliver of " } else { "" };
    let decimals = if frame.is_geographic() { 6 } else { 1 };
    let place = frame
        .place(piece)
        .map(|point| format!(" near {:.decimals$}, {:.decimals$}", point.x, point.y))
        .unwrap_or_default();
    format!("{what}{area_m2:.1} m²{place}")
}

fn name(area: &Area) -> &str {
    if area.name.is_empty() { &area.id } else { &area.name }
}

fn problem(layer: &Areas, kind: ProblemKind, found: String, expected: &str) -> Problem {
    let place = Place { file: layer.source.clone(), row: None, column: None };
    Problem { kind, severity: Severity::Warning, place, found, expected: expected.to_owned() }
}
