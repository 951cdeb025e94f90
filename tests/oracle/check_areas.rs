//! Overlaps and gaps against GEOS and PROJ (`check_areas.py`).

use std::path::Path;

use jiju::check::{AreaRules, areas};

#[test]
fn sizes_agree_with_geos_and_proj() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/check_areas.geojson");
    let layer = jiju::source::areas(&file, &Default::default()).unwrap();
    let report = areas(&layer, &AreaRules::default());
    let mut reader = csv::Reader::from_reader(include_str!("check_areas.csv").as_bytes());
    let expected: Vec<(String, String, f64)> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(report.problems.len(), expected.len(), "{:#?}", report.problems);
    for (kind, names, area_m2) in expected {
        let problem = report
            .problems
            .iter()
            .find(|problem| problem.kind.key() == kind && problem.found.contains(&names))
            .unwrap_or_else(|| panic!("{kind} {names}: {:#?}", report.problems));
        let (before, _) = problem.found.split_once(" m²").unwrap();
        let found_m2: f64 = before.rsplit(' ').next().unwrap().parse().unwrap();
        assert!((found_m2 / area_m2 - 1.0).abs() < 1e-4, "{names}: found {found_m2}, expected {area_m2}");
    }
}
