//! Point patterns held against spatstat, pointpats and dbmss: see `data/README.md`.

use geo::{Coord, LineString, MultiPolygon, Polygon, Rect};
use jiju::stats::{
    Alternative, DensityKernel, Depth, Divisor, DurantonOvermanOptions, EdgeCorrection, EllipseCorrection,
    PairCorrelationOptions, Permutations, Window, centrography, clark_evans, duranton_overman, empty_space, k_function,
    kernel_density, knox, marcon_puech, nearest_distances_m, nearest_neighbour_distribution, nearest_others,
    pair_correlation, quadrat_test, scott_bandwidths_m, standard_deviational_ellipse, total_distance_m,
};
use serde_json::Value;

use super::autocorrelation::{Case, Set, numbers, set};

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
        case.all_near("han", &found.hanisch);
    }
}

/// Like `all_near`, with null where nothing is defined.
fn all_near_or_null(case: &Case<'_>, key: &str, found: &[Option<f64>]) {
    let expected = case.expected(key).as_array().unwrap();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.is_none(), expected.is_null(), "{key}");
        if let (Some(found), Some(expected)) = (found, expected.as_f64()) {
            case.near_number(key, *found, expected);
        }
    }
}

/// Clustered points, those of kind a and the others.
fn clustered(set: &Set) -> (Points, Points, Points, Window) {
    let points: Points = set.column("x").into_iter().zip(set.column("y")).map(|(x, y)| [x, y]).collect();
    let is_a = set.column("is_a");
    let of = |kind: f64| points.iter().zip(&is_a).filter(|(_, own)| **own == kind).map(|(at, _)| *at).collect();
    let range = |key: &str| -> [f64; 2] { set.column(key).try_into().unwrap() };
    let window = rectangle(range("xrange"), range("yrange"));
    (of(1.0), of(0.0), points.clone(), window)
}

#[test]
fn pair_correlations_agree_with_spatstat() {
    let set = set("point_pattern_corrections");
    let (one, other, points, window) = clustered(&set);
    let corrections = [
        ("none", EdgeCorrection::None),
        ("translation", EdgeCorrection::Translation),
        ("isotropic", EdgeCorrection::Isotropic),
    ];
    for (name, divisor) in [("pcf_r", Divisor::R), ("pcf_d", Divisor::D), ("pcf_cross_r", Divisor::R)] {
        let case = set.case(name);
        let (from, to) = if name == "pcf_cross_r" { (&one, Some(&other[..])) } else { (&points, None) };
        for (key, correction) in corrections {
            let options = PairCorrelationOptions::default().with_correction(correction).with_divisor(divisor);
            let found = pair_correlation(from, to, &window, &numbers(case.expected("r")), options).unwrap();
            case.near("bandwidth", Some(found.bandwidth_m));
            all_near_or_null(&case, key, &found.g);
        }
    }
    for (name, divisor) in [("pcf_r_binned", Divisor::R), ("pcf_d_binned", Divisor::D)] {
        let case = set.case(name);
        for (key, correction) in &corrections[1..] {
            let options = PairCorrelationOptions::default().with_correction(*correction).with_divisor(divisor);
            let found = pair_correlation(&points, None, &window, &numbers(case.expected("r")), options).unwrap();
            case.all_near(key, &found.g);
        }
    }
    let border = PairCorrelationOptions::default().with_correction(EdgeCorrection::Border);
    assert!(pair_correlation(&points, None, &window, &[1.0], border).is_err());
}

#[test]
fn corrected_distances_agree_with_spatstat() {
    let set = set("point_pattern_corrections");
    let (_, _, points, window) = clustered(&set);
    let probes: Points = set.column("probe_x").into_iter().zip(set.column("probe_y")).map(|(x, y)| [x, y]).collect();
    for name in ["G", "F"] {
        let case = set.case(name);
        let radii = numbers(case.expected("r"));
        let found = if name == "G" {
            nearest_neighbour_distribution(&points, None, &window, &radii, Depth::Binned).unwrap()
        } else {
            empty_space(&points, &probes, &window, &radii, Depth::Binned).unwrap()
        };
        case.all_near("theo", &some(&found.theoretical));
        case.all_near("raw", &some(&found.raw));
        case.all_near("rs", &found.border);
        case.all_near("km", &found.kaplan_meier);
        case.all_near("last", &found.hanisch);
    }
}

#[test]
fn a_window_with_an_inward_corner_is_eroded_along_an_arc() {
    let corners = [(0.0, 0.0), (10.0, 0.0), (10.0, 4.0), (4.0, 4.0), (4.0, 10.0), (0.0, 10.0)];
    let window = Window::new(MultiPolygon(vec![Polygon::new(LineString::from(corners.to_vec()), Vec::new())])).unwrap();
    // Two bars of 8 by 2 that share a square, and what of the corner's square is farther than 1 from it.
    let expected = 28.0 + 1.0 - std::f64::consts::FRAC_PI_4;
    assert!((window.eroded_m2(1.0) - expected).abs() < 5e-4, "{}", window.eroded_m2(1.0));
    assert_eq!((window.eroded_m2(0.0), window.eroded_m2(2.5)), (64.0, 0.0));
}

#[test]
fn relative_risks_agree_with_spatstat() {
    let set = set("point_pattern_corrections");
    let (one, _, points, _) = clustered(&set);
    // What is divided by for edges is the same above and below.
    let share = |places: &[[f64; 2]], sigma: f64| -> Vec<Option<f64>> {
        let of = |from: &[[f64; 2]]| {
            kernel_density(from, &vec![1.0; from.len()], places, sigma, DensityKernel::Gaussian).unwrap()
        };
        of(&one).into_iter().zip(of(&points)).map(|(own, all)| Some(own / all)).collect()
    };
    let case = set.case("relative_risk_at_points");
    case.all_near("share", &share(&points, case.expected("sigma").as_f64().unwrap()));
    let case = set.case("relative_risk_at_places");
    let places: Points =
        numbers(case.expected("x")).into_iter().zip(numbers(case.expected("y"))).map(|(x, y)| [x, y]).collect();
    case.all_near("share", &share(&places, case.expected("sigma").as_f64().unwrap()));
}

#[test]
fn centres_and_spread_agree_with_pointpats() {
    let set = set("point_pattern_small");
    let points_of = |case: &Case<'_>| -> Points {
        case.parameters()["points"].as_array().unwrap().iter().map(numbers).map(|at| [at[0], at[1]]).collect()
    };
    let case = set.case("ebdon_centrography");
    let points = points_of(&case);
    let found = centrography(&points, &[1.0; 8]).unwrap();
    case.all_near("mean_center", &found.mean_centre_m.map(Some));
    case.all_near("manhattan_median", &found.manhattan_median_m.map(Some));
    case.near("std_distance", Some(found.standard_distance_m));
    case.near("dtot_20_30", Some(total_distance_m([20.0, 30.0], &points)));
    // pointpats' own run left a point out of the circle: the published one is right.
    case.published_near("mbc_center", &found.circle_centre_m);
    case.published_near("mbc_radius", &[found.circle_radius_m]);
    let weighted = centrography(&points, &case.parameter("weights")).unwrap();
    case.all_near("weighted_mean_center", &weighted.mean_centre_m.map(Some));
    let case = set.case("ebdon_euclidean_median");
    // pointpats stops its search before the last digits.
    for (found, expected) in found.median_centre_m.iter().zip(numbers(case.expected("euclidean_median"))) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
    // Nowhere about it is the sum of distances smaller.
    let sum = |at: [f64; 2]| total_distance_m(at, &points);
    let [x, y] = found.median_centre_m;
    for (dx, dy) in [(1e-5, 0.0), (-1e-5, 0.0), (0.0, 1e-5), (0.0, -1e-5)] {
        assert!(sum([x + dx, y + dy]) > sum([x, y]));
    }
    let case = set.case("standard_deviational_ellipse");
    let points = points_of(&case);
    for (key, root_two, degrees_of_freedom) in
        [("crimestat", true, true), ("yuill_no_sqrt2", false, true), ("yuill_no_dof", true, false)]
    {
        let correction =
            EllipseCorrection::default().with_root_two(root_two).with_degrees_of_freedom(degrees_of_freedom);
        let found = standard_deviational_ellipse(&points, &vec![1.0; points.len()], correction).unwrap();
        let turned = found.rotation_deg.to_radians();
        case.all_near(key, &[Some(found.semi_major_m), Some(found.semi_minor_m), Some(turned)]);
    }
    let case = set.case("pts12_summary");
    let points: Points =
        set.inputs["points12"].as_array().unwrap().iter().map(numbers).map(|at| [at[0], at[1]]).collect();
    let found = centrography(&points, &[1.0; 12]).unwrap();
    case.near("n", Some(found.n as f64));
    case.near("hull_area", Some(found.hull_m2));
    case.near("mbb_area", Some(found.box_m2));
    case.near("lambda_hull", Some(12.0 / found.hull_m2));
    case.near("lambda_mbb", Some(12.0 / found.box_m2));
    let nearest = nearest_others(&points, None).unwrap();
    case.all_near("nn_index", &nearest.iter().map(|(other, _)| Some(*other as f64)).collect::<Vec<_>>());
    let distances = || nearest.iter().map(|(_, distance_m)| *distance_m);
    case.near("mean_nnd", Some(distances().sum::<f64>() / 12.0));
    case.near("min_nnd", Some(distances().fold(f64::INFINITY, f64::min)));
    case.near("max_nnd", Some(distances().fold(0.0, f64::max)));
}

#[test]
fn knox_agrees_with_pointpats() {
    let set = set("point_pattern_small");
    let case = set.case("burkitt_knox");
    let points: Points = case.input("x").into_iter().zip(case.input("y")).map(|(x, y)| [x, y]).collect();
    let [delta, tau] = ["delta", "tau"].map(|key| case.parameters()[key].as_f64().unwrap());
    let permutations = Permutations { count: 999, seed: 1 };
    let found = knox(&points, &case.input("t"), delta, tau, permutations).unwrap();
    case.near("statistic", Some(found.near_in_both as f64));
    case.near("p_poisson", found.p_poisson);
    let table = |key: &str| -> Vec<f64> { case.expected(key).as_array().unwrap().iter().flat_map(numbers).collect() };
    let observed = |both: f64| {
        let (space, time, pairs) = (found.near_in_space as f64, found.near_in_time as f64, found.pairs as f64);
        [both, space - both, time - both, pairs - space - time + both]
    };
    assert_eq!(observed(found.near_in_both as f64).to_vec(), table("observed"));
    for (found, expected) in observed(found.expected).into_iter().zip(table("expected")) {
        case.near_number("expected", found, expected);
    }
    let p = found.permutation.p_permutation.unwrap();
    // pointpats 2.5.5 has 0.2125 of 1999 random orders.
    assert!((p - 0.2125).abs() < 0.05, "{p}");
    assert_eq!(knox(&points, &case.input("t"), delta, tau, permutations).unwrap(), found);
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
        let options = DurantonOvermanOptions::default().with_weighted(weighted);
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
