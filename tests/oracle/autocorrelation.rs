//! Autocorrelation held against esda, spdep and full enumeration: see `data/README.md`.

use std::path::Path;

use jiju::model::Weights;
use jiju::stats::{
    Alternative, Inference, Islands, Permutations, Quadrant, Sampling, Standardisation, Transform, bivariate_moran,
    bonferroni, false_discovery_rate, geary, getis_ord_g, gi, gi_star, join_count, lee, local_bivariate_moran,
    local_geary, local_join_count, local_moran, moran, transformed,
};
use serde_json::Value;

pub(super) const NONE: Permutations = Permutations { count: 0, seed: 0 };

pub(super) fn inference(alternative: Alternative, permutations: Permutations) -> Inference {
    Inference::default().with_alternative(alternative).with_permutations(permutations)
}

pub(super) struct Set {
    pub(super) inputs: Value,
    cases: Vec<Value>,
}

pub(super) fn set(name: &str) -> Set {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/data").join(format!("{name}.json"));
    let mut set: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    Set { inputs: set["inputs"].take(), cases: set["cases"].as_array().unwrap().clone() }
}

impl Set {
    pub(super) fn case(&self, name: &str) -> Case<'_> {
        Case(self.cases.iter().find(|case| case["name"] == name).unwrap())
    }

    /// A case that is no list of numbers.
    pub(super) fn whole_case(&self, name: &str) -> &Value {
        self.case(name).0
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Case<'_>> {
        self.cases.iter().map(Case)
    }

    pub(super) fn column(&self, name: &str) -> Vec<f64> {
        numbers(&self.inputs[name])
    }

    pub(super) fn neighbours(&self, name: &str) -> Weights {
        let lists = self.inputs[name].as_array().unwrap();
        let row = |list: &Value| numbers(list).into_iter().map(|neighbour| (neighbour as u32, 1.0)).collect();
        weights(lists.iter().map(row).collect())
    }
}

fn weights(rows: Vec<Vec<(u32, f64)>>) -> Weights {
    Weights::new((0..rows.len()).map(|unit| unit.to_string()).collect(), rows).unwrap()
}

pub(super) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap_or(f64::NAN)).collect()
}

pub(super) struct Case<'a>(&'a Value);

impl Case<'_> {
    /// The published value where there is no other, else the peer's in full precision.
    pub(super) fn expected(&self, key: &str) -> &Value {
        let full = &self.0["reproduced"]["full_precision"][key];
        if full.is_null() { &self.0["expected"][key] } else { full }
    }

    /// A list of the case's own inputs.
    pub(super) fn input(&self, name: &str) -> Vec<f64> {
        numbers(&self.0["inputs"][name])
    }

    pub(super) fn parameters(&self) -> &Value {
        &self.0["params"]
    }

    /// A list of its parameters.
    pub(super) fn parameter(&self, name: &str) -> Vec<f64> {
        numbers(&self.0["params"][name])
    }

    pub(super) fn near(&self, key: &str, found: Option<f64>) {
        self.near_number(key, found.unwrap(), self.expected(key).as_f64().unwrap());
    }

    /// Against what was published, where the peer's own run is known to be wrong.
    pub(super) fn published_near(&self, key: &str, found: &[f64]) {
        let published = &self.0["expected"][key];
        let expected = published.as_f64().map_or_else(|| numbers(published), |number| vec![number]);
        assert_eq!(found.len(), expected.len());
        found.iter().zip(expected).for_each(|(found, expected)| self.near_number(key, *found, expected));
    }

    pub(super) fn near_number(&self, key: &str, found: f64, expected: f64) {
        let tolerance = |of: &str| self.0["tolerance"][of].as_f64().unwrap();
        let is_full = !self.0["reproduced"]["full_precision"][key.split(' ').next().unwrap()].is_null();
        // A published number is as near as it is printed.
        let most =
            if is_full { 1e-9 * expected.abs() + 1e-11 } else { tolerance("abs") + tolerance("rel") * expected.abs() };
        assert!((found - expected).abs() <= most, "{} {key}: found {found}, expected {expected}", self.0["name"]);
    }

    pub(super) fn all_near(&self, key: &str, found: &[Option<f64>]) {
        let expected = numbers(self.expected(key));
        assert_eq!(found.len(), expected.len());
        for (unit, (found, expected)) in found.iter().zip(expected).enumerate() {
            self.near_number(&format!("{key} {unit}"), found.unwrap(), expected);
        }
    }
}

#[test]
fn moran_and_geary_of_st_louis_agree_with_esda() {
    let set = set("stl_autocorrelation");
    let (values, binary) = (set.column("HR8893"), set.neighbours("neighbors"));
    for (style, weights) in [("W", transformed(&binary, Transform::Row)), ("B", binary.clone())] {
        let case = set.case(&format!("stl_HR8893_moran_{style}"));
        let found = moran(&values, &weights, inference(Alternative::Greater, NONE)).unwrap();
        case.near("I", found.i);
        case.near("EI", found.expected);
        case.near("VI_norm", found.moments.variance_normality);
        case.near("z_norm", found.moments.z_normality);
        case.near("p_norm_one", found.moments.p_normality);
        case.near("VI_rand", found.moments.variance_randomisation);
        case.near("z_rand", found.moments.z_randomisation);
        case.near("p_rand_one", found.moments.p_randomisation);
        let both = moran(&values, &weights, inference(Alternative::TwoSided, NONE)).unwrap();
        case.near("p_norm_two", both.moments.p_normality);
        case.near("p_rand_two", both.moments.p_randomisation);

        let case = set.case(&format!("stl_HR8893_geary_{style}"));
        let found = geary(&values, &weights, inference(Alternative::Less, NONE)).unwrap();
        case.near("C", found.c);
        case.near("VC_norm", found.moments.variance_normality);
        case.near("z_norm", found.moments.z_normality);
        case.near("p_norm_one", found.moments.p_normality);
        case.near("VC_rand", found.moments.variance_randomisation);
        case.near("z_rand", found.moments.z_randomisation);
        case.near("p_rand_one", found.moments.p_randomisation);
    }
    let case = set.case("stl_HR8893_G_B");
    let found = getis_ord_g(&values, &binary, inference(Alternative::Greater, NONE)).unwrap();
    case.near("G", found.g);
    case.near("EG", found.expected);
    case.near("VG", found.variance_randomisation);
    case.near("z_norm", found.z_randomisation);
    case.near("p_norm_one", found.p_randomisation);
}

#[test]
fn local_statistics_of_st_louis_agree_with_esda() {
    let set = set("stl_autocorrelation");
    let (values, binary) = (set.column("HR8893"), set.neighbours("neighbors"));
    let row = transformed(&binary, Transform::Row);
    let n = values.len() as f64;

    let case = set.case("stl_HR8893_lisa_W");
    let found = local_moran(&values, &row, inference(Alternative::TwoSided, NONE)).unwrap();
    // esda scales by n − 1.
    let scaled: Vec<Option<f64>> = found.i.iter().map(|i| i.map(|i| i * (n - 1.0) / n)).collect();
    case.all_near("Is", &scaled);
    case.all_near("EI_conditional", &found.expected);
    case.all_near("VI_conditional", &found.variance);
    let quadrants: Vec<Option<f64>> = found.quadrant.iter().map(|q| q.map(|q| f64::from(q as u8 + 1))).collect();
    case.all_near("quadrant_HH1_LH2_LL3_HL4", &quadrants);

    let case = set.case("stl_HR8893_local_geary");
    let found =
        local_geary(&values, &row, Standardisation::Population, inference(Alternative::TwoSided, NONE)).unwrap();
    // esda gives them in an order of its own, the first unit first.
    let expected = numbers(case.expected("localG"));
    case.near_number("localG 0", found.c[0].unwrap(), expected[0]);
    let sorted = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values
    };
    let found = sorted(found.c.into_iter().flatten().collect());
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.into_iter().zip(sorted(expected)) {
        case.near_number("localG", found, expected);
    }

    for (style, weights) in [("B", &binary), ("W", &row)] {
        let case = set.case(&format!("stl_HR8893_Glocal_{style}_starFalse"));
        let found = gi(&values, weights, inference(Alternative::Greater, NONE)).unwrap();
        case.all_near("Zs", &found.z);
        if style == "B" {
            case.all_near("Gs", &found.g);
        }
        let case = set.case(&format!("stl_HR8893_Glocal_{style}_starTrue"));
        let star = binary.with_self(1.0);
        let star = if style == "B" { star } else { transformed(&star, Transform::Row) };
        let found = gi_star(&values, &star, inference(Alternative::Greater, NONE)).unwrap();
        case.all_near("Zs", &found.z);
        if style == "B" {
            case.all_near("Gs", &found.g);
        }
    }
}

#[test]
fn columbus_agrees_with_spdep_in_every_style() {
    let set = set("spdep_oldcol");
    let values = set.column("CRIME");
    let neighbours = set.neighbours("neighbors");
    let styles = [
        ("W", Transform::Row),
        ("B", Transform::Binary),
        ("C", Transform::Global),
        ("S", Transform::VarianceStabilising),
    ];
    for (style, transform) in styles {
        let weights = transformed(&neighbours, transform);
        let case = set.case(&format!("oldcol_CRIME_moran_{style}"));
        let found = moran(&values, &weights, inference(Alternative::Greater, NONE)).unwrap();
        case.near("I", found.i);
        case.near("VI_rand", found.moments.variance_randomisation);
        case.near("z_rand", found.moments.z_randomisation);
        case.near("p_rand_greater", found.moments.p_randomisation);

        let case = set.case(&format!("oldcol_HICRIME_joincount_{style}_nonfree"));
        let high: Vec<f64> = values.iter().map(|value| f64::from(u8::from(*value > 35.0))).collect();
        let found = join_count(&high, &weights, Sampling::NonFree, inference(Alternative::Greater, NONE)).unwrap();
        case.near("high_count", Some(found.bb));
        case.near("high_expectation", found.expected_bb);
        case.near("high_variance", found.variance_bb);
        case.near("high_z", found.z_bb);
        case.near("low_count", Some(found.ww));
        case.near("low_expectation", found.expected_ww);
        case.near("low_variance", found.variance_ww);
        case.near("low_z", found.z_ww);
    }
    let high: Vec<f64> = values.iter().map(|value| f64::from(u8::from(*value > 35.0))).collect();
    let case = set.case("oldcol_HICRIME_joincount_B_free");
    let binary = transformed(&neighbours, Transform::Binary);
    let found = join_count(&high, &binary, Sampling::Free, inference(Alternative::Greater, NONE)).unwrap();
    case.near("high_expectation", found.expected_bb);
    case.near("high_variance", found.variance_bb);
    case.near("low_expectation", found.expected_ww);
    case.near("low_variance", found.variance_ww);
    case.near("low_z", found.z_ww);
    let knn = transformed(&set.neighbours("knn4"), Transform::Row);
    let case = set.case("oldcol_CRIME_moran_knn4_W");
    let found = moran(&values, &knn, inference(Alternative::Greater, NONE)).unwrap();
    case.near("I", found.i);
    case.near("VI_rand", found.moments.variance_randomisation);
    case.near("VI_norm", found.moments.variance_normality);
    let case = set.case("oldcol_CRIME_geary_knn4_W");
    let found = geary(&values, &knn, inference(Alternative::Less, NONE)).unwrap();
    case.near("C", found.c);
    case.near("VC_rand", found.moments.variance_randomisation);
    case.near("VC_norm", found.moments.variance_normality);
    // spdep's z has the other sign.
    case.near("z_rand", found.moments.z_randomisation.map(|z| -z));
}

#[test]
fn african_conflict_agrees_with_spdep() {
    let set = set("spdep_afcon_local");
    let values = set.column("totcon");
    let paper = set.neighbours("paper_nb");
    let row = transformed(&paper, Transform::Row);
    let case = set.case("afcon_localmoran");
    let found = local_moran(&values, &row, inference(Alternative::TwoSided, NONE)).unwrap();
    case.all_near("Ii", &found.i);
    case.all_near("EIi", &found.expected);
    case.all_near("VIi", &found.variance);
    case.all_near("ZIi", &found.z);
    let whole = moran(&values, &row, inference(Alternative::Greater, NONE)).unwrap().i.unwrap();
    let mean = found.i.iter().flatten().sum::<f64>() / values.len() as f64;
    assert!((whole - mean).abs() < 1e-12);

    let star = transformed(&paper.with_self(1.0), Transform::Row);
    set.case("afcon_Gstar_W")
        .all_near("Z", &gi_star(&values, &star, inference(Alternative::TwoSided, NONE)).unwrap().z);

    let geary_of = |name: &str| {
        let row = transformed(&set.neighbours(name), Transform::Row);
        local_geary(&values, &row, Standardisation::Sample, inference(Alternative::TwoSided, NONE)).unwrap()
    };
    set.case("afcon_localC").all_near("C", &geary_of("rook_nb").c);
    let with_island = geary_of("rook_nb_island");
    assert_eq!((with_island.islands, with_island.c[2]), (vec!["2".to_owned()], None));
    let or_nought: Vec<Option<f64>> = with_island.c.iter().map(|c| Some(c.unwrap_or(0.0))).collect();
    set.case("afcon_localC_island").all_near("C_zero_policy_true", &or_nought);
}

#[test]
fn gi_of_the_grid_of_1996() {
    let set = set("spdep_getisord");
    let (x, y, values) = (set.column("x"), set.column("y"), set.column("val"));
    let within = |radius: f64| {
        let near = |one: usize, other: usize| one != other && (x[one] - x[other]).hypot(y[one] - y[other]) <= radius;
        let row =
            |one: usize| (0..x.len()).filter(|other| near(one, *other)).map(|other| (other as u32, 1.0)).collect();
        weights((0..x.len()).map(row).collect())
    };
    let case = set.case("getisord1996_Gi");
    for radius in [30, 60, 90, 120, 150] {
        let found = gi(&values, &within(f64::from(radius)), inference(Alternative::TwoSided, NONE)).unwrap();
        case.near(&format!("d{radius}"), found.z[119]);
    }
    let star = gi_star(&values, &within(30.0).with_self(1.0), inference(Alternative::TwoSided, NONE)).unwrap();
    set.case("getisord1996_Gistar_30").near("eq14_2", star.z[119]);
}

#[test]
fn permutations_agree_with_full_enumeration() {
    let set = set("tiny_exact_cases");
    let (values, binary) = (set.column("y"), set.neighbours("neighbors"));
    let row = transformed(&binary, Transform::Row);
    const COUNT: u64 = 99_999;
    let permutations = Permutations { count: COUNT, seed: 20_200_528 };
    let agrees = |name: &str, found: &jiju::stats::Permutation| {
        let expected = &set.case(name).0["expected"];
        let number = |key: &str| expected[key].as_f64().unwrap();
        let share = number("count_ge") / number("n_permutations");
        // Five standard errors.
        let error = |p: f64| 5.0 * (p * (1.0 - p) / COUNT as f64).sqrt();
        let deviation = number("variance_population").sqrt();
        assert!((found.p_permutation.unwrap() - share).abs() < error(share), "{name} {found:?}");
        assert!((found.permutation_mean.unwrap() - number("mean")).abs() < 5.0 * deviation / (COUNT as f64).sqrt());
        assert!((found.permutation_standard_deviation.unwrap() / deviation - 1.0).abs() < 0.02);
    };
    let greater = inference(Alternative::Greater, permutations);
    agrees("tiny6_exact_permutation_moran", &moran(&values, &row, greater).unwrap().permutation);
    agrees("tiny6_exact_permutation_geary", &geary(&values, &row, greater).unwrap().permutation);
    agrees("tiny6_exact_permutation_G", &getis_ord_g(&values, &binary, greater).unwrap().permutation);

    let case = set.case("tiny6_exact_conditional_local_moran");
    let found = local_moran(&values, &row, greater).unwrap();
    for site in case.0["expected"]["per_site"].as_array().unwrap() {
        let number = |key: &str| site[key].as_f64().unwrap();
        let unit = number("i") as usize;
        let share = number("count_ge") / number("n_sets");
        let error = 5.0 * (share * (1.0 - share) / COUNT as f64).sqrt() + 2.0 / COUNT as f64;
        assert!((found.i[unit].unwrap() - number("Ii_n_scaling")).abs() < 1e-9);
        assert!((found.expected[unit].unwrap() - number("mean")).abs() < 1e-9);
        assert!((found.variance[unit].unwrap() - number("var")).abs() < 1e-9);
        assert!((found.chance.p_permutation[unit].unwrap() - share).abs() < error, "{unit}");
    }
    // The same on any number of threads.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(pool.install(|| local_moran(&values, &row, greater).unwrap()), found);
}

#[test]
fn islands_are_left_out_as_spdep_does() {
    let set = set("spdep_nc_islands_eb");
    let case = set.case("nc_globalG_distances");
    let (events, births) = (set.column("SID79"), set.column("BIR79"));
    let values: Vec<f64> = events.iter().zip(&births).map(|(events, births)| 1000.0 * events / births).collect();
    let (x, y) = (set.column("east"), set.column("north"));
    for radius in [10, 20, 30, 33, 40, 50, 60, 70, 80, 90, 100] {
        let near = |one: usize, other: usize| {
            one != other && (x[one] - x[other]).hypot(y[one] - y[other]) <= f64::from(radius)
        };
        let row =
            |one: usize| (0..x.len()).filter(|other| near(one, *other)).map(|other| (other as u32, 1.0)).collect();
        let weights = weights((0..x.len()).map(row).collect());
        let found = getis_ord_g(&values, &weights, inference(Alternative::Greater, NONE)).unwrap();
        case.near(&format!("G_{radius}"), found.g);
        case.near(&format!("z_{radius}"), found.z_randomisation);
        case.near(&format!("p_greater_{radius}"), found.p_randomisation);
    }

    // spdep counts them not among the units of Moran's I, though their values in the mean: by name.
    let case = set.case("nc_correlogram_I");
    let root = |events: f64, births: f64| (events / births).sqrt();
    let values: Vec<f64> = (set.column("SID74").into_iter().zip(set.column("BIR74")))
        .map(|(events, births)| 1000_f64.sqrt() * (root(events, births) + root(events + 1.0, births)) * births.sqrt())
        .collect();
    let row = transformed(&set.neighbours("ncCC89_neighbors"), Transform::Row);
    let spdep = inference(Alternative::Greater, NONE).with_islands(Islands::LeftOutOfN);
    let found = moran(&values, &row, spdep).unwrap();
    assert_eq!((found.n, found.islands.as_slice()), (98, ["55".to_owned(), "86".to_owned()].as_slice()));
    for (key, found) in
        [("I", found.i), ("VI_rand", found.moments.variance_randomisation), ("z", found.moments.z_randomisation)]
    {
        case.near_number(key, found.unwrap(), numbers(case.expected(key))[0]);
    }
}

#[test]
fn adjusted_p_agree_with_benjamini_and_hochberg() {
    let set = set("fdr_and_pseudo_p");
    let p = |case: &Case<'_>| -> Vec<Option<f64>> { numbers(&case.0["params"]["p"]).into_iter().map(Some).collect() };
    let case = set.case("BH1995_adjusted");
    case.all_near("adjusted", &false_discovery_rate(&p(&case)));
    let case = set.case("bonferroni_holm");
    case.all_near("bonferroni", &bonferroni(&p(&case)));
}

#[test]
fn statistics_of_two_columns_agree_with_esda() {
    let columbus = set("columbus_polygons_weights");
    let case = columbus.case("columbus_contiguity_queen");
    let lists = case.expected("neighbors").as_array().unwrap();
    let row = |list: &Value| numbers(list).into_iter().map(|neighbour| (neighbour as u32, 1.0)).collect();
    let binary = weights(lists.iter().map(row).collect());
    let queen = transformed(&binary, Transform::Row);
    let (x, y) = (columbus.column("HOVAL"), columbus.column("CRIME"));
    let (set, usual) = (set("bivariate_esda"), Inference::default());
    let found = lee(&x, &y, &queen, usual).unwrap();
    set.case("lee").near("l", found.l);
    set.case("lee").near("l_first", lee(&x, &x, &queen, usual).unwrap().l);
    set.case("bivariate_moran").near("i", bivariate_moran(&x, &y, &queen, usual).unwrap().i);
    let case = set.case("local_bivariate_moran");
    let found = local_bivariate_moran(&x, &y, &queen, usual).unwrap();
    let scaled: Vec<Option<f64>> = found.i.iter().map(|i| i.map(|i| i * 48.0 / 49.0)).collect();
    case.all_near("i", &scaled);
    let number = |quadrant: &Option<Quadrant>| match quadrant.unwrap() {
        Quadrant::HighHigh => 1.0,
        Quadrant::LowHigh => 2.0,
        Quadrant::LowLow => 3.0,
        Quadrant::HighLow => 4.0,
    };
    let quadrants: Vec<f64> = found.quadrant.iter().map(number).collect();
    assert_eq!(quadrants, numbers(case.expected("quadrant")));
    let high: Vec<f64> = y.iter().map(|y| f64::from(u8::from(*y > 35.0))).collect();
    let found = local_join_count(&high, &binary, usual).unwrap();
    set.case("local_join_count").all_near("bb", &found.bb);
}

#[test]
fn variance_of_joins_of_unlike_by_free_sampling_is_that_of_all_maps() {
    // Every map of four units, as likely as its ones and noughts are.
    let weights = weights(vec![vec![(1, 1.0), (2, 1.0)], vec![(0, 1.0)], vec![(0, 1.0), (3, 2.0)], vec![(2, 1.0)]]);
    let values = [1.0, 0.0, 0.0, 0.0];
    let found = join_count(&values, &weights, Sampling::Free, Inference::default()).unwrap();
    let (mut mean, mut square) = (0.0, 0.0);
    for map in 0..16_u32 {
        let x: Vec<f64> = (0..4).map(|unit| f64::from(map >> unit & 1)).collect();
        let chance: f64 = x.iter().map(|x| if *x == 1.0 { 0.25 } else { 0.75 }).product();
        let bw = join_count(&x, &weights, Sampling::Free, Inference::default()).unwrap().bw;
        mean += chance * bw;
        square += chance * bw * bw;
    }
    assert!((found.expected_bw.unwrap() - mean).abs() < 1e-12);
    assert!((found.variance_bw.unwrap() - (square - mean * mean)).abs() < 1e-12);
}
