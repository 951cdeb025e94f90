//! Moments and adjustments that the other files of autocorrelation leave, held against esda, spdep and full enumeration: see
//! `data/README.md`.

use jiju::model::Weights;
use jiju::stats::{
    Alternative, CorrelogramStatistic, Inference, Randomisation, Sampling, Standardisation, Transform,
    benjamini_yekutieli, correlogram, false_discovery_rate, geary, getis_ord_g, gi, gi_star, higher_orders, holm,
    join_count, local_geary, local_lee, local_moran, moran, p_of_permutations, p_of_z, transformed,
};
use serde_json::Value;

use super::autocorrelation::{Case, NONE, Set, inference, numbers, set};

fn total() -> Inference {
    Inference::default().with_randomisation(Randomisation::Total)
}

/// esda scales local Moran's I by n − 1.
fn scaled(i: &[Option<f64>]) -> Vec<Option<f64>> {
    let n = i.len() as f64;
    i.iter().map(|i| i.map(|i| i * (n - 1.0) / n)).collect()
}

/// Everything esda says of local Moran's I.
fn local_moran_agrees(case: &Case<'_>, values: &[f64], row: &Weights) {
    let found = local_moran(values, row, Inference::default()).unwrap();
    case.all_near("Is", &scaled(&found.i));
    case.all_near("EI_conditional", &found.expected);
    case.all_near("VI_conditional", &found.variance);
    let quadrants: Vec<Option<f64>> = found.quadrant.iter().map(|q| q.map(|q| f64::from(q as u8 + 1))).collect();
    case.all_near("quadrant_HH1_LH2_LL3_HL4", &quadrants);
    let found = local_moran(values, row, total()).unwrap();
    case.all_near("Is", &scaled(&found.i));
    case.all_near("EI_total", &found.expected);
    case.all_near("VI_total", &found.variance);
    for (unit, z) in found.z.iter().enumerate() {
        let z_of = (found.i[unit].unwrap() - found.expected[unit].unwrap()) / found.variance[unit].unwrap().sqrt();
        assert!((z.unwrap() - z_of).abs() < 1e-12);
        assert!((found.p[unit].unwrap() - p_of_z(z_of, Alternative::TwoSided)).abs() < 1e-12);
    }
}

fn queen_of(columbus: &Set) -> Weights {
    let case = columbus.case("columbus_contiguity_queen");
    let row = |list: &Value| numbers(list).into_iter().map(|neighbour| (neighbour as u32, 1.0)).collect();
    let rows: Vec<Vec<(u32, f64)>> = case.expected("neighbors").as_array().unwrap().iter().map(row).collect();
    Weights::new((0..rows.len()).map(|unit| unit.to_string()).collect(), rows).unwrap()
}

#[test]
fn local_moments_of_both_randomisations_agree_with_esda() {
    let stl = set("stl_autocorrelation");
    let row = transformed(&stl.neighbours("neighbors"), Transform::Row);
    local_moran_agrees(&stl.case("stl_HR8893_lisa_W"), &stl.column("HR8893"), &row);
    let tiny = set("tiny_exact_cases");
    let row = transformed(&tiny.neighbours("neighbors"), Transform::Row);
    local_moran_agrees(&tiny.case("tiny6_lisa_W"), &tiny.column("y"), &row);
    let columbus = set("columbus_polygons_weights");
    let row = transformed(&queen_of(&columbus), Transform::Row);
    local_moran_agrees(&columbus.case("columbus_CRIME_lisa_queen"), &columbus.column("CRIME"), &row);
}

/// Mean and variance of a unit's statistic over every way to draw its neighbours from the others.
fn enumerated(values: &[f64], weights: &Weights, unit: usize, statistic: impl Fn(&[(usize, f64)]) -> f64) -> [f64; 2] {
    let own: Vec<f64> = weights.neighbours(unit).map(|(_, weight)| weight).collect();
    let mut draws: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in &own {
        let others = |draw: Vec<usize>| {
            let more = (0..values.len()).filter(|other| *other != unit && !draw.contains(other)).collect::<Vec<_>>();
            more.into_iter().map(move |other| [draw.clone(), vec![other]].concat())
        };
        draws = draws.into_iter().flat_map(others).collect();
    }
    let found: Vec<f64> = draws
        .iter()
        .map(|draw| statistic(&draw.iter().copied().zip(own.iter().copied()).collect::<Vec<_>>()))
        .collect();
    let mean = found.iter().sum::<f64>() / found.len() as f64;
    [mean, found.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / found.len() as f64]
}

#[test]
fn moments_of_local_geary_are_those_of_all_draws() {
    let tiny = set("tiny_exact_cases");
    let (values, binary) = (tiny.column("y"), tiny.neighbours("neighbors"));
    let uneven = binary.reweighted(|unit, own| {
        own.iter_mut().enumerate().for_each(|(place, weight)| *weight = (1 + unit + place) as f64)
    });
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    for weights in [transformed(&binary, Transform::Row), uneven] {
        let found = local_geary(&values, &weights, Standardisation::Sample, Inference::default()).unwrap();
        for unit in 0..values.len() {
            let of = |draw: &[(usize, f64)]| {
                draw.iter().map(|(other, weight)| weight * ((values[unit] - values[*other]) / deviation).powi(2)).sum()
            };
            let [mean, variance] = enumerated(&values, &weights, unit, of);
            assert!((found.expected[unit].unwrap() - mean).abs() < 1e-9 * mean, "{unit}");
            assert!((found.variance[unit].unwrap() - variance).abs() < 1e-9 * variance.max(1e-3), "{unit}");
            // With all others for neighbours there is but one draw, where they weigh alike.
            if variance > 1e-9 {
                let z = (found.c[unit].unwrap() - mean) / variance.sqrt();
                assert!((found.z[unit].unwrap() - z).abs() < 1e-6, "{unit}");
            } else {
                assert_eq!(found.z[unit], None);
            }
        }
    }
}

#[test]
fn local_lee_agrees_with_esda() {
    let columbus = set("columbus_polygons_weights");
    let row = transformed(&queen_of(&columbus), Transform::Row);
    let found = local_lee(&columbus.column("HOVAL"), &columbus.column("CRIME"), &row, Inference::default()).unwrap();
    set("bivariate_esda").case("local_lee").all_near("l", &found.l);
}

#[test]
fn local_lee_of_permutations_is_that_of_all_draws() {
    let tiny = set("tiny_exact_cases");
    let row = transformed(&tiny.neighbours("neighbors"), Transform::Row);
    let (first, second) = (tiny.column("y"), [4.0, 1.0, 7.0, 3.0, 9.0, 2.0]);
    const COUNT: u64 = 40_000;
    let permutations = jiju::stats::Permutations { count: COUNT, seed: 11 };
    let found = local_lee(&first, &second, &row, inference(Alternative::Greater, permutations)).unwrap();
    let centred = |values: &[f64]| -> Vec<f64> {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| value - mean).collect()
    };
    let (z, u) = (centred(&first), centred(&second));
    let scale = 6.0 / (z.iter().map(|z| z * z).sum::<f64>() * u.iter().map(|u| u * u).sum::<f64>()).sqrt();
    for unit in 0..6 {
        let of = |draw: &[(usize, f64)]| {
            let sum = |values: &[f64]| draw.iter().map(|(other, weight)| weight * values[*other]).sum::<f64>();
            f64::from(u8::from(scale * sum(&z) * sum(&u) >= found.l[unit].unwrap() - 1e-12))
        };
        let [share, variance] = enumerated(&first, &row, unit, of);
        let error = 5.0 * (variance / COUNT as f64).sqrt() + 2.0 / COUNT as f64;
        assert!((found.chance.p_permutation[unit].unwrap() - share).abs() < error, "{unit} {share}");
    }
}

#[test]
fn six_points_agree_with_esda_but_where_it_is_wrong() {
    let tiny = set("tiny_exact_cases");
    let (values, binary) = (tiny.column("y"), tiny.neighbours("neighbors"));
    let row = transformed(&binary, Transform::Row);
    let case = tiny.case("tiny6_moran_W");
    let found = moran(&values, &row, inference(Alternative::TwoSided, NONE)).unwrap();
    case.near("I", found.i);
    case.near("EI", found.expected);
    case.near("VI_norm", found.moments.variance_normality);
    case.near("z_norm", found.moments.z_normality);
    case.near("p_norm_two", found.moments.p_normality);
    case.near("VI_rand", found.moments.variance_randomisation);
    case.near("z_rand", found.moments.z_randomisation);
    case.near("p_rand_two", found.moments.p_randomisation);

    let case = tiny.case("tiny6_G");
    let found = getis_ord_g(&values, &binary, inference(Alternative::Greater, NONE)).unwrap();
    case.near("G", found.g);
    case.near("EG", found.expected);
    case.near("VG", found.variance_randomisation);
    case.near("z_norm", found.z_randomisation);
    case.near("p_norm_one", found.p_randomisation);

    let star = binary.with_self(1.0);
    let without = gi(&values, &binary, Inference::default()).unwrap();
    let with = gi_star(&values, &star, Inference::default()).unwrap();
    let case = tiny.case("tiny6_Glocal_B_nostar");
    case.all_near("Zs", &without.z);
    case.all_near("Gs", &without.g);
    let case = tiny.case("tiny6_Glocal_B_star");
    case.all_near("Zs", &with.z);
    case.all_near("Gs", &with.g);
    // Of weights that are equal z is that of binary ones, which esda's of row-standardised weights is not: not to be followed.
    for (case, binary, found) in [
        ("tiny6_Glocal_R_nostar", without.z, gi(&values, &row, Inference::default()).unwrap().z),
        (
            "tiny6_Glocal_R_star",
            with.z,
            gi_star(&values, &transformed(&star, Transform::Row), Inference::default()).unwrap().z,
        ),
    ] {
        let wrong = tiny.case(case).expected("Zs_0").as_f64().unwrap();
        assert!((found[0].unwrap() - wrong).abs() > 0.1, "{case}");
        for (binary, found) in binary.into_iter().zip(found) {
            assert!((binary.unwrap() - found.unwrap()).abs() < 1e-9, "{case}");
        }
    }
}

#[test]
fn what_is_left_of_columbus_st_louis_and_africa_agrees() {
    let afcon = set("spdep_afcon_local");
    let row = transformed(&afcon.neighbours("paper_nb"), Transform::Row);
    let found = moran(&afcon.column("totcon"), &row, inference(Alternative::Greater, NONE)).unwrap();
    let case = afcon.case("afcon_moran_W");
    case.near("I", found.i);
    case.near("EI", found.expected);
    case.near("VI_rand", found.moments.variance_randomisation);
    case.near("z_rand", found.moments.z_randomisation);
    case.near("p_rand_greater", found.moments.p_randomisation);
    case.near("VI_norm", found.moments.variance_normality);
    case.near("z_norm", found.moments.z_normality);
    case.near("p_norm_greater", found.moments.p_normality);

    let oldcol = set("spdep_oldcol");
    let (values, neighbours) = (oldcol.column("CRIME"), oldcol.neighbours("neighbors"));
    let row = transformed(&neighbours, Transform::Row);
    let found = geary(&values, &row, inference(Alternative::Less, NONE)).unwrap();
    let case = oldcol.case("oldcol_CRIME_geary_W");
    case.near("C", found.c);
    case.near("VC_rand", found.moments.variance_randomisation);
    case.near("VC_norm", found.moments.variance_normality);
    // spdep's z has the other sign.
    case.near("z_rand", found.moments.z_randomisation.map(|z| -z));
    case.near("z_norm", found.moments.z_normality.map(|z| -z));
    for (style, transform) in [
        ("W", Transform::Row),
        ("B", Transform::Binary),
        ("C", Transform::Global),
        ("S", Transform::VarianceStabilising),
    ] {
        let found =
            moran(&values, &transformed(&neighbours, transform), inference(Alternative::Greater, NONE)).unwrap();
        let case = oldcol.case(&format!("oldcol_CRIME_moran_{style}"));
        case.near("VI_norm", found.moments.variance_normality);
        case.near("z_norm", found.moments.z_normality);
        case.near("p_norm_greater", found.moments.p_normality);
    }
    let high: Vec<f64> = values.iter().map(|value| f64::from(u8::from(*value > 35.0))).collect();
    let free = join_count(&high, &neighbours, Sampling::Free, inference(Alternative::Greater, NONE)).unwrap();
    let case = oldcol.case("oldcol_HICRIME_joincount_B_free");
    case.near("high_count", Some(free.bb));
    case.near("high_z", free.z_bb);
    case.near("low_count", Some(free.ww));

    let columbus = set("columbus_polygons_weights");
    let star = queen_of(&columbus).with_self(1.0);
    let found = gi_star(&columbus.column("CRIME"), &star, inference(Alternative::Greater, NONE)).unwrap();
    let case = columbus.case("columbus_CRIME_Gstar_queen_B");
    case.all_near("Gs", &found.g);
    case.all_near("Zs", &found.z);
}

#[test]
fn correlograms_agree_with_spdep() {
    let oldcol = set("spdep_oldcol");
    let lags: Vec<Weights> = higher_orders(&oldcol.neighbours("neighbors"), 3)
        .unwrap()
        .iter()
        .map(|lag| transformed(lag, Transform::Row))
        .collect();
    let crime = oldcol.column("CRIME");
    let of = |statistic, alternative| correlogram(&crime, &lags, statistic, inference(alternative, NONE)).unwrap();
    let (by_moran, by_geary) =
        (of(CorrelogramStatistic::Moran, Alternative::Greater), of(CorrelogramStatistic::Geary, Alternative::Less));
    for (lag, suffix) in ["W", "lag2_W", "lag3_W"].into_iter().enumerate() {
        let case = oldcol.case(&format!("oldcol_CRIME_moran_{suffix}"));
        case.near("I", by_moran[lag].statistic);
        case.near("EI", by_moran[lag].expected);
        case.near("VI_rand", by_moran[lag].variance_randomisation);
        case.near("z_rand", by_moran[lag].z_randomisation);
        case.near("p_rand_greater", by_moran[lag].p_randomisation);
        let case = oldcol.case(&format!("oldcol_CRIME_geary_{suffix}"));
        case.near("C", by_geary[lag].statistic);
        case.near("VC_rand", by_geary[lag].variance_randomisation);
        case.near("z_rand", by_geary[lag].z_randomisation.map(|z| -z));
    }

    // Eight lags with two islands, whose values count in the mean, as spdep has it.
    let nc = set("spdep_nc_islands_eb");
    let case = nc.case("nc_correlogram_I");
    let root = |events: f64, births: f64| (events / births).sqrt();
    let values: Vec<f64> = (nc.column("SID74").into_iter().zip(nc.column("BIR74")))
        .map(|(events, births)| 1000_f64.sqrt() * (root(events, births) + root(events + 1.0, births)) * births.sqrt())
        .collect();
    let lags: Vec<Weights> = higher_orders(&nc.neighbours("ncCC89_neighbors"), 8)
        .unwrap()
        .iter()
        .map(|lag| transformed(lag, Transform::Row))
        .collect();
    let (adjustment, islands) = (jiju::stats::Adjustment::Holm, jiju::stats::Islands::LeftOutOfN);
    let two_sided = Inference::default().with_adjustment(adjustment).with_islands(islands);
    let found = correlogram(&values, &lags, CorrelogramStatistic::Moran, two_sided).unwrap();
    let column = |of: fn(&jiju::stats::Lag) -> Option<f64>| found.iter().map(of).collect::<Vec<_>>();
    case.all_near("I", &column(|lag| lag.statistic));
    case.all_near("VI_rand", &column(|lag| lag.variance_randomisation));
    case.all_near("z", &column(|lag| lag.z_randomisation));
    assert_eq!(column(|lag| lag.p_adjusted), holm(&column(|lag| lag.p_randomisation)));
}

#[test]
fn a_trend_along_a_line_has_the_correlogram_of_its_closed_form() {
    // Of 1 … m in a row, each unit with those k steps away: Σ z_i z_(i+k) over m − k pairs, and each pair differs by k.
    let m = 12_usize;
    let steps = |unit: usize| {
        let sides = [unit.checked_sub(1), Some(unit + 1).filter(|next| *next < m)];
        sides.into_iter().flatten().map(|other| (other as u32, 1.0)).collect()
    };
    let line = Weights::new((0..m).map(|unit| unit.to_string()).collect(), (0..m).map(steps).collect()).unwrap();
    let values: Vec<f64> = (1..=m).map(|value| value as f64).collect();
    let lags = higher_orders(&line, 5).unwrap();
    let by_moran = correlogram(&values, &lags, CorrelogramStatistic::Moran, Inference::default()).unwrap();
    let by_geary = correlogram(&values, &lags, CorrelogramStatistic::Geary, Inference::default()).unwrap();
    let n = m as f64;
    let squares = n * (n * n - 1.0) / 12.0;
    for k in 1..=5 {
        let (lag, pairs) = (k as f64, (m - k) as f64);
        // Σ (i − c)(i + k − c) over i with c = (m + 1) / 2: pairs' middles lie evenly around c.
        let products = pairs * (pairs * pairs - 1.0) / 12.0 - pairs * lag * lag / 4.0;
        assert_eq!((by_moran[k - 1].n, by_moran[k - 1].neighbours), (m, 2 * (m - k)));
        assert!((by_moran[k - 1].statistic.unwrap() - n / pairs * products / squares).abs() < 1e-12, "{k}");
        assert!((by_geary[k - 1].statistic.unwrap() - (n - 1.0) * lag * lag / 2.0 / squares).abs() < 1e-12, "{k}");
    }
}

#[test]
fn p_adjusted_and_of_permutations_agree_with_scipy_and_esda() {
    let set = set("fdr_and_pseudo_p");
    let p = |case: &Case<'_>| -> Vec<Option<f64>> { case.parameter("p").into_iter().map(Some).collect() };
    let case = set.case("BH1995_BY_adjusted");
    case.all_near("adjusted", &benjamini_yekutieli(&p(&case)));
    let case = set.case("bonferroni_holm");
    case.all_near("holm", &holm(&p(&case)));
    for level in ["0.05", "0.1", "0.01"] {
        let case = set.case(&format!("esda_fdr_cutoff_{level}"));
        let level: f64 = level.parse().unwrap();
        let (p, adjusted) = (p(&case), false_discovery_rate(&p(&case)));
        let found = adjusted.iter().filter(|p| p.unwrap() <= level).count();
        assert_eq!(found as u64, case.expected("n_rejected_by_adjusted").as_u64().unwrap());
        // Those are the p below esda's cutoff.
        let cutoff = case.expected("cutoff").as_f64().unwrap();
        assert_eq!(found, p.iter().filter(|p| p.unwrap() <= cutoff).count());
        case.near_number("cutoff", level * found as f64 / p.len() as f64, cutoff);
    }
    let case = set.case("pseudo_p_conventions");
    let count = |key: &str| case.parameters()[key].as_u64().unwrap();
    let of = |alternative| p_of_permutations(count("count_ge"), count("count_le"), count("R"), alternative);
    case.near("greater", of(Alternative::Greater));
    case.near("directed", of(Alternative::Greater));
    case.near("two_sided_2min", of(Alternative::TwoSided));

    let case = set.case("pseudo_p_table_R19");
    let reference = case.parameter("reference");
    let expected = |key: &str| numbers(case.expected(key));
    for (place, found) in case.parameter("stats").into_iter().enumerate() {
        let at_least = reference.iter().filter(|one| **one >= found).count() as u64;
        let at_most = reference.iter().filter(|one| **one <= found).count() as u64;
        let of = |alternative| p_of_permutations(at_least, at_most, 19, alternative).unwrap();
        let (greater, less) = (of(Alternative::Greater), of(Alternative::Less));
        case.near_number("greater", greater, expected("greater")[place]);
        case.near_number("lesser", less, expected("lesser")[place]);
        // esda's two-sided p is by percentiles and not to be followed.
        assert!((of(Alternative::TwoSided) - (2.0 * greater.min(less)).min(1.0)).abs() < 1e-15);
    }
}
