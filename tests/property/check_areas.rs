//! Overlaps and gaps of rectangles, whose sizes need no overlay.

use geo::Rect;
use jiju::check::{AreaRules, areas};
use jiju::model::{Area, Areas, ProblemKind, Reference};
use proptest::prelude::*;

fn layer(rectangles: &[Rect<f64>]) -> Areas {
    let area = |(number, rectangle): (usize, &Rect<f64>)| Area {
        id: format!("A{number}"),
        name: String::new(),
        parent: None,
        geometry: rectangle.to_polygon().into(),
    };
    Areas {
        layer: "town".into(),
        source: "towns.gpkg".into(),
        reference: Reference::epsg(4549),
        areas: rectangles.iter().enumerate().map(area).collect(),
    }
}

fn square(x: i32, y: i32, width: i32, height: i32) -> Rect<f64> {
    let corner = |x, y| (500_000.0 + 100.0 * f64::from(x), 3_300_000.0 + 100.0 * f64::from(y));
    Rect::new(corner(x, y), corner(x + width, y + height))
}

fn size_m2(found: &str) -> f64 {
    found.split_once(" m²").unwrap().0.rsplit(' ').next().unwrap().parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn shared_ground_of_rectangles(
        placed in prop::collection::vec((0..20_i32, 0..20_i32, 1..8_i32, 1..8_i32), 0..10)
    ) {
        let rectangles: Vec<Rect<f64>> = placed.iter().map(|&(x, y, w, h)| square(x, y, w, h)).collect();
        let mut expected = Vec::new();
        for (first, a) in rectangles.iter().enumerate() {
            for (second, b) in rectangles.iter().enumerate().skip(first + 1) {
                let width = a.max().x.min(b.max().x) - a.min().x.max(b.min().x);
                let height = a.max().y.min(b.max().y) - a.min().y.max(b.min().y);
                if width > 0.0 && height > 0.0 {
                    expected.push((format!("A{first} and A{second} "), width * height));
                }
            }
        }
        let report = areas(&layer(&rectangles), &AreaRules::default());
        let found: Vec<_> =
            report.problems.iter().filter(|problem| problem.kind == ProblemKind::AreaOverlap).collect();
        prop_assert_eq!(found.len(), expected.len());
        for (problem, (names, area_m2)) in found.into_iter().zip(expected) {
            prop_assert!(problem.found.starts_with(&names), "{}", problem.found);
            prop_assert!((size_m2(&problem.found) - area_m2).abs() < 0.2, "{} {area_m2}", problem.found);
        }
    }

    #[test]
    fn cells_left_out_of_a_grid_are_its_gaps(left_out in prop::collection::btree_set((0..6_i32, 0..6_i32), 0..20)) {
        let cells = (0..6).flat_map(|x| (0..6).map(move |y| (x, y)));
        let rectangles: Vec<Rect<f64>> = cells
            .filter(|cell| !left_out.contains(cell))
            .map(|(x, y)| square(x, y, 1, 1))
            .collect();
        prop_assume!(!rectangles.is_empty());
        let whole = layer(&[square(0, 0, 6, 6)]);
        let rules = AreaRules { territory: Some(whole), ..AreaRules::default() };
        let report = areas(&layer(&rectangles), &rules);
        prop_assert!(report.problems.iter().all(|problem| problem.kind == ProblemKind::AreaGap));
        let sum_m2: f64 = report.problems.iter().map(|problem| size_m2(&problem.found)).sum();
        prop_assert!((sum_m2 - 1e4 * left_out.len() as f64).abs() < 0.2 * (1 + left_out.len()) as f64, "{sum_m2}");
    }
}

#[test]
fn every_invalid_ring_is_named() {
    let bow_tie = geo::wkt!(POLYGON((0. 0.,10. 10.,10. 0.,0. 10.,0. 0.),(1. 1.,1. 2.,1. 1.)));
    let mut towns = layer(&[square(0, 0, 1, 1)]);
    towns.areas.push(Area { id: "B".into(), name: "蝴蝶镇".into(), parent: None, geometry: bow_tie.into() });
    let not_a_number = Rect::new((0.0, 0.0), (f64::NAN, 1.0)).to_polygon();
    towns.areas.push(Area { id: "N".into(), name: String::new(), parent: None, geometry: not_a_number.into() });
    // What cannot be laid out does not hide what can.
    towns.areas.push(towns.areas[0].clone());
    let report = areas(&towns, &AreaRules::default());
    assert!(report.problems.iter().any(|problem| problem.found.starts_with("A0 and A0 share 10000.0 m²")));
    let invalid: Vec<&str> = report
        .problems
        .iter()
        .filter(|problem| problem.kind == ProblemKind::InvalidGeometry)
        .map(|problem| problem.found.as_str())
        .collect();
    assert!(
        invalid.iter().any(|found| found.contains("蝴蝶镇") && found.contains("part 1 crosses itself")),
        "{invalid:?}"
    );
    assert!(
        invalid.iter().any(|found| found.contains("蝴蝶镇") && found.contains("part 1, hole 1 has fewer than 3")),
        "{invalid:?}"
    );
    assert!(invalid.iter().any(|found| found.starts_with("N:") && found.contains("no number")), "{invalid:?}");
}

#[test]
fn an_enclave_is_no_gap_and_a_pond_between_neighbours_is() {
    let ring = geo::wkt!(POLYGON((0. 0.,100. 0.,100. 100.,0. 100.,0. 0.),(40. 40.,40. 60.,60. 60.,60. 40.,40. 40.)));
    let mut towns = layer(&[]);
    towns.areas.push(Area { id: "R".into(), name: String::new(), parent: None, geometry: ring.into() });
    assert_eq!(areas(&towns, &AreaRules::default()).problems, []);
    let half = geo::wkt!(POLYGON((40. 40.,50. 40.,50. 60.,40. 60.,40. 40.)));
    towns.areas.push(Area { id: "H".into(), name: String::new(), parent: None, geometry: half.into() });
    let report = areas(&towns, &AreaRules::default());
    assert_eq!(report.problems.len(), 1);
    assert_eq!(report.problems[0].found, "no area holds 200.0 m² near 55.0, 50.0 beside R, H");
}
