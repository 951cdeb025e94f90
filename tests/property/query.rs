//! Joins of a query by geometry: what the spatial index finds is what looking at every pair finds.

use geo::{Distance as _, Geodesic, Geometry, MultiPolygon, Rect};
use jiju::model::Reference;
use jiju::polars::prelude::{Column, DataFrame};
use jiju::query::{Limits, QueryTable, answer, plan};
use proptest::prelude::*;

fn table(name: &str, geometries: Vec<Option<Geometry<f64>>>) -> QueryTable {
    let ids: Vec<i64> = (0..geometries.len() as i64).collect();
    QueryTable {
        name: name.to_owned(),
        about: String::new(),
        frame: DataFrame::new(ids.len(), vec![Column::new("id".into(), ids)]).unwrap(),
        columns: vec![String::new()],
        geometries: Some((geometries, Reference::Wgs84)),
    }
}

fn points(at: &[(f64, f64)]) -> Vec<Option<Geometry<f64>>> {
    at.iter().map(|(x, y)| (*x < 120.9).then(|| Geometry::Point(geo::Point::new(*x, *y)))).collect()
}

fn squares(at: &[(f64, f64)]) -> Vec<Option<Geometry<f64>>> {
    let square = |(x, y): &(f64, f64)| Rect::new((*x, *y), (x + 0.05, y + 0.03)).to_polygon();
    at.iter().map(|at| Some(Geometry::MultiPolygon(MultiPolygon(vec![square(at)])))).collect()
}

fn pairs(tables: &[QueryTable], sql: &str) -> Vec<(i64, i64)> {
    let found = answer(tables, sql, None, Limits::default()).unwrap().frame;
    let column = |at: usize| found.columns()[at].i64().unwrap().iter().map(Option::unwrap).collect::<Vec<_>>();
    column(0).into_iter().zip(column(1)).collect()
}

fn places(most: usize) -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((120.0..121.0_f64, 29.5..30.5_f64), 1..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_index_finds_what_every_pair_shows(firms in places(60), others in places(30), hulls in places(12), metres in 1_u32..20_000) {
        let tables =
            [table("firms", points(&firms)), table("others", points(&others)), table("hulls", squares(&hulls)), table("towns", squares(&others))];
        for (one, other) in [("firms", "hulls"), ("hulls", "firms"), ("firms", "others"), ("towns", "hulls")] {
            for condition in [
                "within(a.geometry, b.geometry)".to_owned(),
                "contains(a.geometry, b.geometry)".to_owned(),
                "intersects(a.geometry, b.geometry)".to_owned(),
                format!("within(a.geometry, b.geometry, '{metres}m')"),
                format!("distance_m(a.geometry, b.geometry) <= {metres}"),
            ] {
                let by_index = format!("select a.id, b.id from {one} a join {other} b on {condition} order by 1, 2");
                let by_pairs = format!("select a.id, b.id from {one} a, {other} b where ({condition} or 1 = 2) order by 1, 2");
                prop_assert!(plan(&tables, &by_index).unwrap().iter().any(|line| line.contains("SEARCH") && line.contains("(geometry=?)")), "{by_index}");
                prop_assert!(!plan(&tables, &by_pairs).unwrap().iter().any(|line| line.contains("(geometry=?)")));
                prop_assert_eq!(pairs(&tables, &by_index), pairs(&tables, &by_pairs), "{}", by_index);
            }
        }
        // Between points the distance is that of the ellipsoid.
        let expected: Vec<(i64, i64)> = (0..firms.len()).flat_map(|a| (0..others.len()).map(move |b| (a, b))).filter(|(a, b)| {
            let at = |(x, y): (f64, f64)| geo::Point::new(x, y);
            firms[*a].0 < 120.9 && others[*b].0 < 120.9 && Geodesic.distance(at(firms[*a]), at(others[*b])) <= f64::from(metres)
        }).map(|(a, b)| (a as i64, b as i64)).collect();
        let sql = format!("select a.id, b.id from firms a join others b on within(a.geometry, b.geometry, '{metres}m') order by 1, 2");
        prop_assert_eq!(pairs(&tables, &sql), expected);
    }
}

#[test]
fn the_index_reaches_over_the_antimeridian_and_near_a_pole() {
    let point = |x: f64, y: f64| Some(Geometry::Point(geo::Point::new(x, y)));
    let tables = [
        table("a", vec![point(179.999, 10.0), point(0.0, 89.999), point(0.0, 0.0)]),
        table("b", vec![point(-179.999, 10.0), point(180.0, 89.999), point(1.0, 0.0)]),
    ];
    let sql = "select a.id, b.id from a join b on within(a.geometry, b.geometry, '1km') order by 1, 2";
    assert_eq!(pairs(&tables, sql), [(0, 0), (1, 1)]);
}

#[test]
fn a_row_without_a_place_is_neither_within_nor_outside() {
    let tables = [table("firms", points(&[(120.95, 30.0), (120.0, 30.0)])), table("hulls", squares(&[(120.5, 30.0)]))];
    let outside = "select f.id, h.id from firms f join hulls h on not within(f.geometry, h.geometry)";
    assert_eq!(pairs(&tables, outside), [(1, 0)]);
    let left = "select f.id, coalesce(h.id, -1) from firms f left join hulls h on within(f.geometry, h.geometry, '100km') order by 1";
    assert_eq!(pairs(&tables, left), [(0, -1), (1, 0)]);
}
