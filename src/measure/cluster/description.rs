//! Descriptions of clusters of points: their names, sectors, sizes and hulls.

use std::collections::BTreeMap;

use geo::{ConcaveHull as _, ConvexHull as _, Coord, MapCoords as _, MultiPoint, MultiPolygon};
use polars::prelude::{Column, DataFrame};
use rayon::prelude::*;

use super::density_based::ClusteredPoints;
use crate::error::{Error, Result};
use crate::measure::firms::sector_cells;
use crate::model::{Area, Areas, Point, Reference, mean_position};
use crate::source::layers;
use crate::source::point_table::PointTable;
use crate::source::{projected_areas, within_180};

/// Clusters that are described.
pub(super) struct Description {
    /// A row for each cluster.
    pub(super) clusters: DataFrame,
    /// The mean of the coordinates of the members of each.
    pub(super) centres: Vec<Option<Point>>,
    /// The concave hulls of the clusters that enclose something, in WGS 84.
    pub(super) hulls: Areas,
}

/// One cluster.
struct Cluster {
    number: u32,
    /// The nearest area and the most frequent sector, as far as known.
    name: Option<String>,
    members: usize,
    weight: Option<f64>,
    sector: Option<String>,
    /// The part of the members that are of the sector.
    sector_share: Option<f64>,
    centre: Point,
    /// The size of the hull; none of points that enclose nothing.
    area_km2: Option<f64>,
    hull: Option<Area>,
}

/// Describes the clusters of points by the label of each row.
pub(super) fn described(
    request: &ClusteredPoints,
    placed: &PointTable,
    labels: &[Option<u32>],
    notes: &mut Vec<String>,
) -> Result<Description> {
    let PointTable { table, reference, points, .. } = placed;
    let reference = *reference;
    let mut members: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (row, label) in labels.iter().enumerate() {
        if let Some(label) = label {
            members.entry(*label).or_default().push(row);
        }
    }
    let sectors = request.by.as_deref().map(|by| sector_cells(table, by)).transpose()?;
    let weights = request.weight.as_deref().map(|weight| table.amounts(weight)).transpose()?;
    let layer = request.areas.layer().map(|source| layers::layer(&source)).transpose()?;
    notes.extend(layer.iter().flat_map(|layer| layer.report.told()));
    let cluster = |(number, rows): &(u32, Vec<usize>)| -> Result<Cluster> {
        let own: Vec<Point> = rows.iter().filter_map(|row| points[*row]).collect();
        let centre = mean_position(&own, reference).unwrap_or(Point::new(f64::NAN, f64::NAN));
        let sector = sectors.as_ref().and_then(|sectors| {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            let named = rows.iter().filter_map(|row| sectors.get(*row)).map(str::trim).filter(|cell| !cell.is_empty());
            named.for_each(|sector| *counts.entry(sector).or_default() += 1);
            // Of several equally frequent sectors, the first by name is taken.
            let (sector, count) = counts.into_iter().rev().max_by_key(|(_, count)| *count)?;
            Some((sector.to_owned(), count as f64 / rows.len() as f64))
        });
        let place = match &layer {
            Some(layer) => layer.matches(&[Some(centre)], reference, Some(f64::MAX))?[0]
                .area
                .map(|area| layer.areas.areas[area].name.clone()),
            None => None,
        };
        let (sector, sector_share) = sector.unzip();
        let words: Vec<String> = [place, sector.clone()].into_iter().flatten().collect();
        let name = (!words.is_empty()).then(|| words.join(" "));
        let hull = hull(&own, centre, reference).map(|geometry| Area {
            id: number.to_string(),
            name: name.clone().unwrap_or_else(|| number.to_string()),
            parent: None,
            geometry,
        });
        let area_km2 = hull.as_ref().and_then(|hull| {
            let layer = Areas { layer: String::new(), source: String::new(), reference, areas: vec![hull.clone()] };
            layer.areas_km2().ok()?.first().copied().filter(|size| *size > 0.0)
        });
        Ok(Cluster {
            number: *number,
            name,
            members: rows.len(),
            weight: weights.as_ref().map(|weights| rows.iter().filter_map(|row| weights.get(*row)).sum()),
            sector,
            sector_share,
            centre,
            area_km2,
            hull: hull.filter(|_| area_km2.is_some()),
        })
    };
    let members: Vec<(u32, Vec<usize>)> = members.into_iter().collect();
    let mut clusters: Vec<Cluster> = members.par_iter().map(cluster).collect::<Result<_>>()?;
    notes.extend(sparse_note(&clusters, points, reference));
    let hulls = clusters.iter_mut().filter_map(|cluster| cluster.hull.take()).collect();
    let hulls = Areas { layer: "clusters".to_owned(), source: table.source.clone(), reference, areas: hulls };
    let hulls = if reference.is_wgs84_like() { hulls } else { projected_areas(&hulls, Reference::Wgs84)? };
    let centres = clusters.iter().map(|cluster| Some(cluster.centre)).collect();
    Ok(Description { clusters: frame(&clusters)?, centres, hulls })
}

/// Warns of clusters whose members stand no closer than all points together do within their convex hull.
fn sparse_note(clusters: &[Cluster], points: &[Option<Point>], reference: Reference) -> Option<String> {
    const NAMED: usize = 3;
    let all: MultiPoint = points.iter().flatten().map(|at| geo::Point::new(at.x, at.y)).collect();
    let area =
        Area { id: String::new(), name: String::new(), parent: None, geometry: MultiPolygon(vec![all.convex_hull()]) };
    let whole = Areas { layer: String::new(), source: String::new(), reference, areas: vec![area] };
    let whole_km2 = whole.areas_km2().ok()?.first().copied().filter(|size| *size > 0.0)?;
    let usual = all.0.len() as f64 / whole_km2;
    let is_sparse = |one: &&Cluster| {
        one.area_km2.is_some_and(|size| one.members < all.0.len() && (one.members as f64) / size <= usual)
    };
    let sparse: Vec<&Cluster> = clusters.iter().filter(is_sparse).collect();
    let named = sparse.iter().take(NAMED).map(|one| {
        let size = one.area_km2.unwrap_or_default();
        format!("{} with {} on {size:.1} km²", one.name.clone().unwrap_or_else(|| one.number.to_string()), one.members)
    });
    let more = if sparse.len() > NAMED { ", …" } else { "" };
    let named = named.collect::<Vec<_>>().join(", ");
    (!sparse.is_empty()).then(|| {
        format!("{} clusters stand no closer than all points together, over their hull: {named}{more}", sparse.len())
    })
}

fn frame(of: &[Cluster]) -> Result<DataFrame> {
    let number = |get: fn(&Cluster) -> Option<f64>| of.iter().map(get).collect::<Vec<_>>();
    let columns = vec![
        Column::new("cluster".into(), of.iter().map(|one| one.number).collect::<Vec<_>>()),
        Column::new("name".into(), of.iter().map(|one| one.name.clone()).collect::<Vec<_>>()),
        Column::new("members".into(), of.iter().map(|one| one.members as u64).collect::<Vec<_>>()),
        Column::new("weight".into(), number(|one| one.weight)),
        Column::new("sector".into(), of.iter().map(|one| one.sector.clone()).collect::<Vec<_>>()),
        Column::new("sector_share".into(), number(|one| one.sector_share)),
        Column::new("x".into(), number(|one| Some(one.centre.x))),
        Column::new("y".into(), number(|one| Some(one.centre.y))),
        Column::new("area_km2".into(), number(|one| one.area_km2)),
        Column::new("density_per_km2".into(), number(|one| Some(one.members as f64 / one.area_km2?))),
    ];
    DataFrame::new_infer_height(columns).map_err(Error::table("the clusters"))
}

/// The concave hull of points; of longitude and latitude in a frame in which a step is as long to all sides.
fn hull(points: &[Point], centre: Point, reference: Reference) -> Option<MultiPolygon> {
    const FEWEST: usize = 3;
    let is_in_degrees = reference.is_wgs84_like();
    let narrow = if is_in_degrees { centre.y.to_radians().cos() } else { 1.0 };
    // The short way round.
    let east_of = |x: f64, of: f64| match x - of {
        far if is_in_degrees && far.abs() > 180.0 => far - 360f64.copysign(far),
        near => near,
    };
    let mut at: Vec<Coord> =
        points.iter().map(|point| Coord { x: east_of(point.x, centre.x) * narrow, y: point.y - centre.y }).collect();
    at.sort_by(|one, other| one.x.total_cmp(&other.x).then(one.y.total_cmp(&other.y)));
    at.dedup();
    if at.len() < FEWEST || narrow <= 0.0 {
        return None;
    }
    let hull = MultiPoint::from(at).concave_hull();
    let hull = hull.map_coords(|at| Coord { x: at.x / narrow + centre.x, y: at.y + centre.y });
    Some(if is_in_degrees { within_180(hull.into()) } else { hull.into() })
}
