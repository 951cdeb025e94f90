use geo::{LineString, MultiPolygon, Polygon};

use super::*;
use crate::error::Error;
use crate::model::{Area, Areas, Match, Point, Reference};

type Corners = [(f64, f64)];

fn polygon(exterior: &Corners, holes: &[&Corners]) -> Polygon<f64> {
    Polygon::new(
        LineString::from(exterior.to_vec()),
        holes.iter().map(|hole| LineString::from(hole.to_vec())).collect(),
    )
}

fn layer(reference: Reference, geometries: Vec<Vec<Polygon<f64>>>) -> Areas {
    let area = |(number, parts): (usize, Vec<Polygon<f64>>)| Area {
        id: format!("33060{number}"),
        name: format!("district {number}"),
        parent: None,
        geometry: MultiPolygon(parts),
    };
    Areas {
        layer: "district".to_owned(),
        source: "districts.gpkg".to_owned(),
        reference,
        areas: geometries.into_iter().enumerate().map(area).collect(),
    }
}

fn square(x: f64, y: f64, width: f64) -> Polygon<f64> {
    polygon(&[(x, y), (x + width, y), (x + width, y + width), (x, y + width)], &[])
}

const GRID: Reference = Reference::epsg(4549);

#[test]
fn every_fault_of_every_area_is_named_at_once() {
    let areas = layer(
        GRID,
        vec![
            vec![square(0.0, 0.0, 1.0)],
            vec![],
            vec![square(0.0, 0.0, 1.0), polygon(&[(0.0, 0.0), (1.0, f64::NAN), (1.0, 1.0)], &[])],
            vec![polygon(&[(0.0, 0.0), (9.0, 0.0), (9.0, 9.0)], &[&[(1.0, 1.0), (2.0, 1.0), (1.0, 1.0)]])],
            vec![polygon(&[(0.0, 0.0), (1e101, 0.0), (0.0, 1.0)], &[])],
        ],
    );
    let Err(Error::Join(error)) = AreaIndex::new(&areas) else { panic!("the layer was taken") };
    insta::assert_snapshot!(error, @r"
    cannot index layer `district` of districts.gpkg:
      area `330601`: found no polygon, expected at least one
      area `330602`, part 2: found a vertex at 1.0, NaN, expected finite coordinates
      area `330603`, part 1, hole 1: found 2 distinct points, expected a ring of 3 or more
      area `330604`, part 1: found a vertex at 1e101, 0.0, expected metres of a projected grid
    ");
}

#[test]
fn layers_without_areas_and_swapped_axes_are_refused() {
    let of = |reference, geometries| match AreaIndex::new(&layer(reference, geometries)) {
        Err(Error::Join(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(of(GRID, vec![]).contains("holds no area"));
    // Northing before easting: what is no latitude is told.
    let swapped = vec![vec![square(30.0, 120.0, 1.0)]];
    assert!(of(Reference::Wgs84, swapped).contains("found a vertex at 30.0, 120.0, expected longitude and latitude"));
}

#[test]
fn parts_holes_and_overlaps() {
    let with_hole = polygon(
        &[(0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)],
        &[&[(3.0, 3.0), (6.0, 3.0), (6.0, 6.0), (3.0, 6.0)]],
    );
    // The second fills the hole; the third overlaps the first, and has an exclave that touches it.
    let areas = layer(
        GRID,
        vec![vec![with_hole], vec![square(3.0, 3.0, 3.0)], vec![square(8.0, 8.0, 4.0), square(9.0, 0.0, 2.0)]],
    );
    let index = AreaIndex::new(&areas).unwrap();
    let at = |x, y| {
        let all: Vec<_> =
            index.locate_all(Point::new(x, y)).iter().map(|one| (one.area.unwrap(), one.on_boundary)).collect();
        let first = index.locate(Point::new(x, y));
        assert_eq!(first.area.map(|area| (area, first.on_boundary)), all.first().copied());
        all
    };
    assert_eq!(at(1.0, 1.0), [(0, false)]);
    assert_eq!(at(4.0, 4.0), [(1, false)]);
    assert_eq!(at(3.0, 4.0), [(0, true), (1, true)]);
    assert_eq!(at(6.0, 6.0), [(0, true), (1, true)]);
    assert_eq!(at(8.5, 8.5), [(0, false), (2, false)]);
    assert_eq!(at(8.0, 8.5), [(0, false), (2, true)]);
    assert_eq!(at(9.0, 8.5), [(0, true), (2, false)]);
    assert_eq!(at(9.0, 1.0), [(0, true), (2, true)]);
    assert_eq!(at(10.0, 1.0), [(2, false)]);
    assert_eq!(at(20.0, 1.0), []);
    assert_eq!(at(f64::NAN, 1.0), []);
}

#[test]
fn a_point_on_the_border_of_two_parts_is_inside_if_a_third_holds_it() {
    let areas = layer(GRID, vec![vec![square(0.0, 0.0, 2.0), square(2.0, 0.0, 2.0), square(1.0, 0.0, 2.0)]]);
    let index = AreaIndex::new(&areas).unwrap();
    assert!(!index.locate(Point::new(2.0, 1.0)).on_boundary);
    assert!(index.locate(Point::new(2.0, 0.0)).on_boundary);
}

#[test]
fn rings_over_themselves_go_by_even_and_odd() {
    // A bow tie, and a square walked round twice.
    let bow_tie = polygon(&[(0.0, 0.0), (4.0, 4.0), (4.0, 0.0), (0.0, 4.0)], &[]);
    let once = [(10.0, 0.0), (14.0, 0.0), (14.0, 4.0), (10.0, 4.0), (10.0, 0.0)];
    let twice = polygon(&[&once[..], &once[1..]].concat(), &[]);
    let index = AreaIndex::new(&layer(GRID, vec![vec![bow_tie], vec![twice]])).unwrap();
    assert_eq!(index.locate(Point::new(1.0, 2.0)).area, Some(0));
    assert_eq!(index.locate(Point::new(2.0, 1.0)).area, None);
    assert_eq!(index.locate(Point::new(12.0, 2.0)).area, None);
    assert_eq!(index.locate(Point::new(14.0, 2.0)).area, Some(1));
}

#[test]
fn edges_that_reach_every_height_are_all_met() {
    // A comb of 2000 full-height teeth, which would fill every band of a finer index.
    let teeth: Vec<(f64, f64)> =
        (0..2000).map(|n| (f64::from(n), if n % 2 == 0 { 0.0 } else { 1000.0 })).chain([(2000.0, -1.0)]).collect();
    let index = AreaIndex::new(&layer(GRID, vec![vec![polygon(&teeth, &[])]])).unwrap();
    assert_eq!(index.locate(Point::new(1000.5, 400.0)).area, Some(0));
    assert_eq!(index.locate(Point::new(1000.5, 600.0)).area, None);
    assert!(index.locate(Point::new(1000.5, 500.0)).on_boundary);
}

#[test]
fn of_areas_equally_near_the_first_is_snapped_to() {
    for reference in [GRID, Reference::Wgs84] {
        let areas = layer(reference, vec![vec![square(1.0, 1.0, 1.0)], vec![square(1.0, 0.0, 1.0)]]);
        let turned = layer(reference, vec![vec![square(1.0, 0.0, 1.0)], vec![square(1.0, 1.0, 1.0)]]);
        for areas in [areas, turned] {
            let index = AreaIndex::new(&areas).unwrap();
            // Nearest to the corner that both share.
            let points = [Some(Point::new(0.999_9, 1.0)), None];
            let [snapped, nowhere] = locate_points(&index, &points, Some(20.0))[..] else { panic!() };
            assert_eq!(snapped.area, Some(0));
            assert!(snapped.snapped_m.is_some() && !snapped.on_boundary);
            assert_eq!(nowhere, Match::default());
        }
    }
}

#[test]
fn distances_inside_on_and_outside() {
    let index = AreaIndex::new(&layer(GRID, vec![vec![square(0.0, 0.0, 10.0)]])).unwrap();
    let at = [Point::new(5.0, 8.0), Point::new(10.0, 5.0), Point::new(13.0, 14.0)];
    let to_boundary: Vec<_> = at.iter().map(|point| index.distance_m(*point)).collect();
    assert_eq!(to_boundary, [Some(2.0), Some(0.0), Some(5.0)]);
    let points = [Some(at[0]), Some(at[1]), Some(at[2]), None];
    assert_eq!(distances_m(&index, &points), [Some(0.0), Some(0.0), Some(5.0), None]);
    assert_eq!(index.nearest_within(at[2], 4.999), None);
    assert_eq!(index.nearest_within(at[2], f64::NAN), None);
    assert_eq!(index.nearest_within(at[0], -1.0), None);
    assert_eq!(index.distance_m(Point::new(f64::INFINITY, 0.0)), None);
}

#[test]
fn every_match_of_every_row_is_listed() {
    let areas = layer(GRID, vec![vec![square(0.0, 0.0, 2.0)], vec![square(1.0, 0.0, 2.0)]]);
    let index = AreaIndex::new(&areas).unwrap();
    let (x, y) = ([1.5, f64::NAN, 2.5], [0.5, 0.5, 0.5]);
    let mut listed = Vec::new();
    locate_columns(&index, &x, &y, Holders::All, None, |row, one| listed.push((row, one.area)));
    listed.sort_by_key(|(row, _)| *row);
    assert_eq!(listed, [(0, Some(0)), (0, Some(1)), (1, None), (2, Some(1))]);
}
