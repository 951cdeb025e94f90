//! Places of the Moran scatterplot held against esda and libpysal: see `moran_scatterplot_esda.py`.

use jiju::model::Weights;
use jiju::stats::{Quadrant, Transform, moran, moran_scatterplot, transformed};

use super::autocorrelation::{NONE, inference, numbers, set};

#[test]
fn places_of_st_louis_agree_with_esda() {
    let data = set("stl_autocorrelation");
    let expected = set("moran_scatterplot_esda");
    let case = expected.case("stl_HR8893_scatterplot");
    let (values, binary) = (data.column("HR8893"), data.neighbours("neighbors"));
    let row = moran_scatterplot(&values, &transformed(&binary, Transform::Row)).unwrap();
    case.all_near("z", &row.z);
    case.all_near("lag", &row.lag);
    case.near("i", row.i);
    // esda counts quadrants from high–high against the clock.
    let quadrants = [Quadrant::HighHigh, Quadrant::LowHigh, Quadrant::LowLow, Quadrant::HighLow];
    let numbers = numbers(case.expected("quadrant"));
    let expected: Vec<Option<Quadrant>> = numbers.iter().map(|number| Some(quadrants[*number as usize - 1])).collect();
    assert_eq!(row.quadrant, expected);

    // The slope is Moran's I whatever the weights.
    let plain = moran_scatterplot(&values, &binary).unwrap();
    let i = moran(&values, &binary, inference(jiju::stats::Alternative::TwoSided, NONE)).unwrap().i.unwrap();
    assert!((plain.i.unwrap() - i).abs() < 1e-12);
    let slope: f64 = plain.z.iter().zip(&plain.lag).map(|(z, lag)| z.unwrap() * lag.unwrap()).sum::<f64>()
        / plain.z.iter().map(|z| z.unwrap().powi(2)).sum::<f64>();
    assert!((slope - i).abs() < 1e-12);
}

#[test]
fn islands_and_equal_values_have_no_place() {
    let ids = ["a", "b", "c"].map(str::to_owned).to_vec();
    let weights = Weights::new(ids, vec![vec![(1, 1.0)], vec![(0, 1.0)], vec![]]).unwrap();
    let plot = moran_scatterplot(&[1.0, 2.0, 6.0], &weights).unwrap();
    assert_eq!((plot.islands, plot.z[2], plot.lag[2]), (vec!["c".to_owned()], None, None));
    let alike = moran_scatterplot(&[1.0, 1.0, 1.0], &weights).unwrap();
    assert_eq!((alike.i, alike.z), (None, vec![None; 3]));
    assert!(moran_scatterplot(&[1.0, f64::NAN, 1.0], &weights).is_err());
}
