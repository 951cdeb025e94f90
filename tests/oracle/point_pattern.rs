//! Point patterns held against spatstat, pointpats and dbmss: see `data/README.md`.

use geo::{Coord, LineString, MultiPolygon, Polygon, Rect};
use jiju::stats::{
    Alternative, DensityKernel, Depth, DurantonOvermanOptions, EdgeCorrection, Window, clark_evans, duranton_overman,
    empty_space, k_function, kernel_density, marcon_puech, nearest_distances_m, nearest_neighbour_distribution,
    quadrat_test, scott_bandwidths_m,
};
use serde_json::Value;

use super::autocorrelation::{Set, numbers, set};

type Points = Vec<[f64; 2]>;

fn rectangle(x: [f64; 2], y: [f64; 2]) -> Window {
    let corners = (Coord { x: x[0], y: y[0] }, Coord { x: x[1], y: y[1] });
    Window::new(MultiPolygon(vec![Rect::new(corners.0, corners.1).to_polygon()])).unwrap()
}

fn pattern(set: &Set, name: &str) -> (Points, Window) {
    let of = |key: &str| numbers(&set.inputs[name][key]);
    let points = of("x").into_iter().zip(of("y")).map(|(x, y)| [x, y]).collect();
    let range = |key: &str| -> [f64; 2] { of(key).try_into().unwrap() };
    (points, rectangle(range("xrange"), range("yrange")))
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

#[test]
fn k_and_l_agree_with_spatstat() {
    let set = set("point_pattern_spatstat");
    for name in ["redwood", "cells", "swedishpines"] {
        let (points, window) = pattern(&set, name);
        let (k_case, l_case) = (set.case(&format!("{name}_K")), set.case(&format!("{name}_L")));
        let radii = numbers(k_case.expected("r"));
        for (key, correction) in [
            ("uncorrected", EdgeCorrection::None),
            ("border", EdgeCorrection::Border),
            ("isotropic", EdgeCorrection::Isotropic),
            ("translation", EdgeCorrection::Translation),
        ] {
            let found = k_function(&points, None, &window, &radii, correction, Depth::Exact).unwrap();
            k_case.all_near(key, &found.k);
            if !l_case.expected(key).is_null() {
                l_case.all_near(key, &found.l);
            }
        }
    }
}

#[test]
fn cross_statistics_agree_with_spatstat() {
    let set = set("point_pattern_spatstat");
    let (points, window) = pattern(&set, "amacrine");
    let marks = set.inputs["amacrine"]["mark"].as_array().unwrap();
    let of = |kind: &str| -> Points {
        points.iter().zip(marks).filter(|(_, mark)| *mark == kind).map(|(at, _)| *at).collect()
    };
    let (on, off) = (of("on"), of("off"));
    let case = set.case("amacrine_Kcross_on_off");
    let radii = numbers(case.expected("r"));
    for (key, correction) in [
        ("un", EdgeCorrection::None),
        ("border", EdgeCorrection::Border),
        ("iso", EdgeCorrection::Isotropic),
        ("trans", EdgeCorrection::Translation),
    ] {
        case.all_near(key, &k_function(&on, Some(&off), &window, &radii, correction, Depth::Binned).unwrap().k);
    }
    let case = set.case("amacrine_Gcross_on_off");
    let found = nearest_neighbour_distribution(&on, Some(&off), &window, &radii, Depth::Binned).unwrap();
    case.all_near("raw", &some(&found.raw));
    case.all_near("km", &found.kaplan_meier);
}

#[test]
fn nearest_neighbours_agree_with_spatstat() {
    let set = set("point_pattern_spatstat");
    for name in ["redwood", "cells", "swedishpines"] {
        let (points, window) = pattern(&set, name);
        let nearest = nearest_distances_m(&points, None).unwrap();
        set.case(&format!("{name}_nndist")).all_near("nndist", &some(&nearest));
        let case = set.case(&format!("{name}_clark_evans"));
        let found = clark_evans(&points, &window, Alternative::TwoSided).unwrap();
        case.near("naive", Some(found.ratio));
        case.near("donnelly", Some(found.ratio_donnelly));
        case.near("mean_nnd", Some(found.mean_distance_m));
        case.near("z_exact_SE", Some(found.z));
        assert!((found.p - case.expected("p_two").as_f64().unwrap()).abs() < 1e-12);
        let case = set.case(&format!("{name}_G"));
        let found = nearest_neighbour_distribution(&points, None, &window, &numbers(case.expected("r")), Depth::Binned)
            .unwrap();
        case.all_near("theo", &some(&found.theoretical));
        case.all_near("raw", &some(&found.raw));
        case.all_near("rs", &found.border);
        case.all_near("km", &found.kaplan_meier);
    }
}

#[test]
fn twelve_points_agree_with_pointpats() {
    let set = set("point_pattern_small");
    let points: Points =
        set.inputs["points12"].as_array().unwrap().iter().map(numbers).map(|at| [at[0], at[1]]).collect();
    let nearest = nearest_distances_m(&points, None).unwrap();
    set.case("pts12_summary").all_near("nn_dist", &some(&nearest));
    let range = |axis: usize| -> [f64; 2] {
        let of = || points.iter().map(|at| at[axis]);
        [of().fold(f64::INFINITY, f64::min), of().fold(f64::NEG_INFINITY, f64::max)]
    };
    let window = rectangle(range(0), range(1));
    let case = set.case("pts12_clark_evans");
    let found = clark_evans(&points, &window, Alternative::TwoSided).unwrap();
    case.near("observed", Some(found.mean_distance_m));
    case.near("expected", Some(found.expected_m));
    case.near("R", Some(found.ratio));
    case.near("z_exact", Some(found.z));
    let case = set.case("pts12_G");
    // No distance is a whole number of tens: below and at most are the same.
    let found =
        nearest_neighbour_distribution(&points, None, &window, &numbers(case.expected("support")), Depth::Exact)
            .unwrap();
    case.all_near("G", &some(&found.raw));
    let case = set.case("pts12_K");
    let found =
        k_function(&points, None, &window, &numbers(case.expected("support")), EdgeCorrection::None, Depth::Binned)
            .unwrap();
    // pointpats divides by n², not n(n − 1).
    let scaled: Vec<Option<f64>> = found.k.iter().map(|k| k.map(|k| k * 11.0 / 12.0)).collect();
    case.all_near("K", &scaled);
    let case = set.case("pts12_F");
    let probes: Points =
        case.parameters()["probe_points"].as_array().unwrap().iter().map(numbers).map(|at| [at[0], at[1]]).collect();
    case.all_near("distances", &some(&nearest_distances_m(&probes, Some(&points)).unwrap()));
    let found = empty_space(&points, &probes, &window, &numbers(case.expected("support")), Depth::Exact).unwrap();
    case.all_near("F", &some(&found.raw));
}

#[test]
fn distances_of_trees_agree_with_dbmss() {
    let set = set("duranton_overman_kd_m");
    let points: Points = set.column("x").into_iter().zip(set.column("y")).map(|(x, y)| [x, y]).collect();
    let (weights, types) = (set.column("weight"), set.column("type"));
    let names = set.inputs["type_names"].as_array().unwrap();
    let first = if types.contains(&0.0) { 0.0 } else { 1.0 };
    let kind = |name: &Value| -> Vec<bool> {
        let number = names.iter().position(|other| other == name).unwrap() as f64 + first;
        types.iter().map(|kind| *kind == number).collect()
    };
    let sides = |case: &str| {
        let parameters = set.case(case).parameters().clone();
        let reference = kind(&parameters["reference"]);
        let neighbour =
            if parameters["neighbor"].is_null() { reference.clone() } else { kind(&parameters["neighbor"]) };
        (reference, neighbour)
    };
    for name in ["paracou_M_univariate", "paracou_M_univariate_VA", "paracou_M_bivariate"] {
        let case = set.case(name);
        let (reference, neighbour) = sides(name);
        let found = marcon_puech(&points, &weights, &reference, &neighbour, &numbers(case.expected("r"))).unwrap();
        let expected = case.expected("M").as_array().unwrap();
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found.is_none(), expected.is_null(), "{name}");
            if let (Some(found), Some(expected)) = (found, expected.as_f64()) {
                case.near_number("M", *found, expected);
            }
        }
    }
    for (name, key, weighted) in [
        ("paracou_Kd_univariate", "Kd", false),
        ("paracou_Kd_bivariate", "Kd", false),
        ("paracou_Kemp_univariate", "Kemp", true),
    ] {
        let case = set.case(name);
        let (reference, neighbour) = sides(name);
        let radii = numbers(case.expected("r"));
        let options = DurantonOvermanOptions { weighted, bandwidth_m: None };
        let found = duranton_overman(&points, &weights, &reference, &neighbour, &radii, options).unwrap();
        if !case.expected("bandwidth").is_null() {
            case.near("bandwidth", found.bandwidth_m);
        }
        case.all_near(key, &found.density);
    }
}

#[test]
fn k_in_a_polygon_with_a_hole_agrees_with_spatstat() {
    let set = set("point_pattern_polygon");
    let ring = |name: &str| {
        let of = |key: &str| numbers(&set.inputs[name][key]);
        LineString(of("x").into_iter().zip(of("y")).map(|(x, y)| Coord { x, y }).collect())
    };
    let window = Window::new(MultiPolygon(vec![Polygon::new(ring("outer"), vec![ring("hole")])])).unwrap();
    assert!((window.area_m2() - set.inputs["area"].as_f64().unwrap()).abs() < 1e-9);
    let points: Points = set.column("x").into_iter().zip(set.column("y")).map(|(x, y)| [x, y]).collect();
    let case = set.case("polygon_K");
    let radii = numbers(case.expected("r"));
    let found = k_function(&points, None, &window, &radii, EdgeCorrection::Isotropic, Depth::Exact).unwrap();
    case.all_near("isotropic", &found.k);
}

#[test]
fn densities_and_bandwidths_agree_with_spatstat() {
    let set = set("point_pattern_spatstat");
    for name in ["redwood", "cells", "swedishpines"] {
        let (points, _) = pattern(&set, name);
        let case = set.case(&format!("{name}_kde_gauss_points"));
        let sigma = case.expected("sigma").as_f64().unwrap();
        let ones = vec![1.0; points.len()];
        let found = kernel_density(&points, &ones, &points, sigma, DensityKernel::Gaussian).unwrap();
        case.all_near("density", &some(&found));
        let case = set.case(&format!("{name}_bandwidths"));
        case.all_near("bw_scott", &scott_bandwidths_m(&points).unwrap().map(Some));
    }
}

#[test]
fn quadrats_agree_with_spatstat() {
    let set = set("point_pattern_spatstat");
    for name in ["redwood", "cells", "swedishpines"] {
        let (points, window) = pattern(&set, name);
        let case = set.case(&format!("{name}_quadrat4x4"));
        let found = quadrat_test(&points, &window, 4, 4).unwrap();
        let counts: Vec<f64> = found.counts.iter().map(|count| *count as f64).collect();
        assert_eq!(counts, numbers(case.expected("counts")), "{name}");
        case.near("X2", Some(found.chi_squared));
        assert_eq!(found.degrees_of_freedom as f64, case.expected("df").as_f64().unwrap());
        case.near("p_two", Some(found.p));
    }
}
