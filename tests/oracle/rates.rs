//! Rates held against esda and spdep: see `data/README.md`.

use jiju::join::neighbours_within;
use jiju::model::{Point, Reference};
use jiju::stats::{
    EventModel, Inference, Islands, KernelBandwidth, KernelFunction, block_weights, direct_standardised_rate,
    empirical_bayes, indirect_standardised_rate, kernel_weights, local_empirical_bayes, moran, neighbourhood_rates,
    standardised_rates,
};

use super::autocorrelation::{numbers, set};

#[test]
fn empirical_bayes_rates_agree_with_esda_and_spdep() {
    let stl = set("stl_autocorrelation");
    let (events, base) = (stl.column("HC7984"), stl.column("PO7984"));
    let found = empirical_bayes(&events, &base, EventModel::Poisson).unwrap();
    stl.case("stl_empirical_bayes").all_near("r", &found.rates);
    let local = local_empirical_bayes(&events, &base, &stl.neighbours("neighbors")).unwrap();
    stl.case("stl_spatial_empirical_bayes").all_near("r", &local);

    let nc = set("spdep_nc_islands_eb");
    let case = nc.case("auckland_EBest_parameters");
    let (events, base) = (case.input("events"), case.input("population"));
    let found = empirical_bayes(&events, &base, EventModel::Poisson).unwrap();
    case.near("a", found.variance);
    case.near("b", found.mean);
    case.all_near("estmm", &found.rates);
    let case = nc.case("huddersfield_EB_binomial");
    let (events, base) = (case.input("cases"), case.input("total"));
    let found = empirical_bayes(&events, &base, EventModel::Binomial).unwrap();
    case.all_near("est_full", &found.rates);
}

#[test]
fn morans_i_of_standardised_rates_agrees_with_spdep() {
    let nc = set("spdep_nc_islands_eb");
    let (events, base) = (nc.column("SID74"), nc.column("BIR74"));
    let weights = nc.neighbours("ncCC89_neighbors");
    let case = nc.case("nc_EBImoran_and_moran_islands");
    let rates: Vec<f64> = standardised_rates(&events, &base).unwrap().into_iter().flatten().collect();
    // EBImoran counts islands in n, moran does not, though in the mean.
    let kept = Inference::default().with_islands(Islands::Kept);
    case.near("EBI", moran(&rates, &weights, kept).unwrap().i);
    let left_out_of_n = Inference::default().with_islands(Islands::LeftOutOfN);
    let raw: Vec<f64> = events.iter().zip(&base).map(|(events, base)| events / base).collect();
    case.near("moran_raw", moran(&raw, &weights, left_out_of_n).unwrap().i);
}

#[test]
fn kernel_smoothing_agrees_with_esda() {
    let tiny = set("tiny_exact_cases");
    let points: Vec<Point> =
        tiny.inputs["points"].as_array().unwrap().iter().map(numbers).map(|at| Point::new(at[0], at[1])).collect();
    let case = tiny.case("tiny6_kernel_smoother");
    let bandwidth = 20.0 * (1.0 + 1e-7);
    let ids = (0..6).map(|unit| unit.to_string()).collect();
    let within = neighbours_within(ids, &points, Reference::epsg(4549).measured().unwrap(), bandwidth).unwrap();
    let kernel = kernel_weights(&within, KernelFunction::Triangular, KernelBandwidth::Fixed(bandwidth)).unwrap();
    let found = neighbourhood_rates(&case.parameter("e"), &case.parameter("b"), &kernel.with_self(1.0)).unwrap();
    case.all_near("r", &found);
}

#[test]
fn standardised_rates_agree_with_esda() {
    let tiny = set("tiny_exact_cases");
    let case = tiny.case("age_std_crude");
    // The strata of a unit as one block.
    let ids = (0..8).map(|stratum| stratum.to_string()).collect();
    let blocks: Vec<Option<&str>> = ["one", "two"].into_iter().flat_map(|unit| [Some(unit); 4]).collect();
    let whole = block_weights(ids, &blocks).unwrap().with_self(1.0);
    let found = neighbourhood_rates(&case.parameter("e"), &case.parameter("b"), &whole).unwrap();
    case.all_near("r", &[found[0], found[7]]);

    let case = tiny.case("age_std_direct");
    let of = |name: &str, unit: usize| case.parameter(name)[unit * 4..][..4].to_vec();
    for unit in 0..2 {
        let found = direct_standardised_rate(&of("e", unit), &of("b", unit), &of("s_b", unit), 0.95).unwrap().unwrap();
        let expected = numbers(&case.expected("r")[unit]);
        for (found, expected) in [found.rate, found.lower, found.upper].into_iter().zip(expected) {
            case.near_number("direct", found, expected);
        }
    }
    let case = tiny.case("age_std_indirect");
    let of = |name: &str, unit: usize| case.parameter(name)[unit * 4..][..4].to_vec();
    let standard = case.parameter("s_e").iter().sum::<f64>() / case.parameter("s_b").iter().sum::<f64>();
    for unit in 0..2 {
        let [e, b, s_e, s_b] = ["e", "b", "s_e", "s_b"].map(|name| of(name, unit));
        let found = indirect_standardised_rate(&e, &b, &s_e, &s_b, standard, 0.95).unwrap().unwrap();
        let expected = numbers(&case.expected("r")[unit]);
        for (found, expected) in [found.rate, found.lower, found.upper].into_iter().zip(expected) {
            case.near_number("indirect", found, expected);
        }
    }
}
