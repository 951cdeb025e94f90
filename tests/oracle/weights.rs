//! Neighbours and their weights held against libpysal and spdep: see `data/README.md`.

use geo::{Coord, LineString, MultiPolygon, Polygon};
use jiju::join::{Contiguity, contiguity, nearest_neighbours, neighbours_within};
use jiju::model::{Area, Areas, Measured, MetreGrid, Point, Reference, Weights};
use jiju::stats::{
    Alternative, KernelBandwidth, KernelFunction, Transform, bivariate_moran, geary, higher_order,
    inverse_distance_weights, kernel_weights, local_moran, moran, transformed,
};
use serde_json::Value;

use super::autocorrelation::{NONE, Set, inference, numbers, set};

const PLANE: Reference = Reference::epsg(4549);
const MEASURED: Measured = Measured::Planar(MetreGrid::epsg(4549).unwrap());

fn ids(count: usize) -> Vec<String> {
    (0..count).map(|unit| unit.to_string()).collect()
}

fn points(list: &Value) -> Vec<Point> {
    list.as_array().unwrap().iter().map(numbers).map(|at| Point::new(at[0], at[1])).collect()
}

fn columbus(set: &Set) -> Areas {
    let ring = |ring: &Value| LineString(points(ring).into_iter().map(Coord::from).collect());
    let polygon = |rings: &Value| {
        let mut rings = rings.as_array().unwrap().iter().map(ring);
        Polygon::new(rings.next().unwrap(), rings.collect())
    };
    let geometry = |parts: &Value| MultiPolygon(parts.as_array().unwrap().iter().map(polygon).collect());
    let polygons = set.inputs["polygons"].as_array().unwrap().iter().map(geometry);
    let area = |(id, geometry): (String, MultiPolygon)| Area { id: id.clone(), name: id, parent: None, geometry };
    Areas {
        layer: "columbus".to_owned(),
        source: "columbus".to_owned(),
        reference: PLANE,
        areas: ids(49).into_iter().zip(polygons).map(area).collect(),
    }
}

/// The neighbours, each list ascending.
fn neighbours(weights: &Weights) -> Vec<Vec<f64>> {
    let row = |unit| {
        let mut row: Vec<f64> = weights.neighbours(unit).map(|(neighbour, _)| neighbour as f64).collect();
        row.sort_by(f64::total_cmp);
        row
    };
    (0..weights.len()).map(row).collect()
}

fn expected_neighbours(set: &Set, case: &str) -> Vec<Vec<f64>> {
    set.case(case).expected("neighbors").as_array().unwrap().iter().map(numbers).collect()
}

#[test]
fn neighbours_of_columbus_agree_with_libpysal() {
    let set = set("columbus_polygons_weights");
    let areas = columbus(&set);
    for (kind, case) in
        [(Contiguity::Queen, "columbus_contiguity_queen"), (Contiguity::Rook, "columbus_contiguity_rook")]
    {
        assert_eq!(neighbours(&contiguity(&areas, kind, 0.0).unwrap()), expected_neighbours(&set, case));
    }
    let centroids = points(&set.inputs["centroids"]);
    for count in [2, 4, 6] {
        let nearest = nearest_neighbours(ids(49), &centroids, MEASURED, count).unwrap();
        assert_eq!(neighbours(&nearest), expected_neighbours(&set, &format!("columbus_knn{count}")));
    }
    let nearest = nearest_neighbours(ids(49), &centroids, MEASURED, 1).unwrap();
    let least = (0..49).flat_map(|unit| nearest.neighbours(unit)).map(|(_, distance)| distance).fold(0.0, f64::max);
    set.case("columbus_min_threshold").near("value", Some(least));
    for (case, distance) in
        [("columbus_band_0.500000", 0.5), ("columbus_band_0.618864", least), ("columbus_band_1.500000", 1.5)]
    {
        let within = neighbours_within(ids(49), &centroids, MEASURED, distance).unwrap();
        assert_eq!(neighbours(&within), expected_neighbours(&set, case));
    }
    let within = neighbours_within(ids(49), &centroids, MEASURED, 1.5).unwrap();
    let inverse = inverse_distance_weights(&within, 1.0).unwrap();
    let case = set.case("columbus_invdist_1.5");
    let expected = case.expected("weights").as_array().unwrap();
    for (unit, expected) in expected.iter().map(numbers).enumerate() {
        let found: Vec<f64> = inverse.neighbours(unit).map(|(_, weight)| weight).collect();
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.into_iter().zip(expected) {
            case.near_number("weight", found, expected);
        }
    }
}

#[test]
fn statistics_of_columbus_from_its_polygons_agree_with_esda() {
    let set = set("columbus_polygons_weights");
    let areas = columbus(&set);
    for (kind, name) in [(Contiguity::Queen, "queen"), (Contiguity::Rook, "rook")] {
        let weights = transformed(&contiguity(&areas, kind, 0.0).unwrap(), Transform::Row);
        for column in ["CRIME", "HOVAL"] {
            let found = moran(&set.column(column), &weights, inference(Alternative::TwoSided, NONE)).unwrap();
            let case = set.case(&format!("columbus_{column}_moran_{name}_W"));
            case.near("I", found.i);
            case.near("VI_norm", found.moments.variance_normality);
            case.near("VI_rand", found.moments.variance_randomisation);
            case.near("z_rand", found.moments.z_randomisation);
            case.near("p_rand_two", found.moments.p_randomisation);
        }
        let crime = set.column("CRIME");
        if kind == Contiguity::Rook {
            let case = set.case("columbus_CRIME_geary_rook_W");
            case.near("C", geary(&crime, &weights, inference(Alternative::Less, NONE)).unwrap().c);
        } else {
            let local = local_moran(&crime, &weights, inference(Alternative::TwoSided, NONE)).unwrap();
            // esda scales by n − 1.
            let scaled: Vec<Option<f64>> = local.i.iter().map(|i| i.map(|i| i * 48.0 / 49.0)).collect();
            set.case("columbus_CRIME_lisa_queen").all_near("Is", &scaled);
            let found = bivariate_moran(&crime, &set.column("INC"), &weights, inference(Alternative::TwoSided, NONE));
            set.case("columbus_CRIME_INC_bivariate").near("I", found.unwrap().i);
        }
    }
}

#[test]
fn kernels_agree_with_libpysal() {
    let set = set("tiny_exact_cases");
    let points = points(&set.inputs["points"]);
    let nearest = nearest_neighbours(ids(6), &points, MEASURED, 2).unwrap();
    let check = |case: &str, found: &Weights, own: f64| {
        let case = set.case(case);
        let (neighbours, weights) = (case.expected("neighbors"), case.expected("weights"));
        for unit in 0..6 {
            let mut found: Vec<(usize, f64)> = found.with_self(own).neighbours(unit).collect();
            let mut expected: Vec<(usize, f64)> =
                numbers(&neighbours[unit]).iter().map(|n| *n as usize).zip(numbers(&weights[unit])).collect();
            found.sort_by_key(|(neighbour, _)| *neighbour);
            expected.sort_by_key(|(neighbour, _)| *neighbour);
            assert_eq!(found.len(), expected.len(), "{unit}");
            for (found, expected) in found.into_iter().zip(expected) {
                assert_eq!(found.0, expected.0);
                case.near_number("weight", found.1, expected.1);
            }
        }
    };
    for (function, name) in [
        (KernelFunction::Triangular, "triangular"),
        (KernelFunction::Uniform, "uniform"),
        (KernelFunction::Epanechnikov, "quadratic"),
        (KernelFunction::Quartic, "quartic"),
        (KernelFunction::Gaussian, "gaussian"),
    ] {
        let found = kernel_weights(&nearest, function, KernelBandwidth::Adaptive).unwrap();
        check(&format!("tiny6_kernel_adaptive_{name}"), &found, function.weight(0.0));
    }
    let bandwidth = 20.0 * (1.0 + 1e-7);
    let within = neighbours_within(ids(6), &points, MEASURED, bandwidth).unwrap();
    let found = kernel_weights(&within, KernelFunction::Triangular, KernelBandwidth::Fixed(bandwidth)).unwrap();
    check("tiny6_kernel_triangular_default", &found, 1.0);
}

#[test]
fn higher_orders_agree_with_spdep() {
    let set = set("spdep_oldcol");
    let (crime, contiguous) = (set.column("CRIME"), set.neighbours("neighbors"));
    for order in [2, 3] {
        let weights = transformed(&higher_order(&contiguous, order, false).unwrap(), Transform::Row);
        let found = moran(&crime, &weights, inference(Alternative::Greater, NONE)).unwrap();
        let case = set.case(&format!("oldcol_CRIME_moran_lag{order}_W"));
        case.near("I", found.i);
        case.near("VI_rand", found.moments.variance_randomisation);
        case.near("p_rand_greater", found.moments.p_randomisation);
        let case = set.case(&format!("oldcol_CRIME_geary_lag{order}_W"));
        let found = geary(&crime, &weights, inference(Alternative::Less, NONE)).unwrap();
        case.near("C", found.c);
        case.near("VC_rand", found.moments.variance_randomisation);
    }
}
