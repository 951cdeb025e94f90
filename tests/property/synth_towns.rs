//! Whatever the gazetteer says, the towns tile the districts.

use std::path::Path;

use jiju::check::{AreaRules, areas};
use jiju::synth::{self, SynthOptions};
use proptest::prelude::*;

use super::check_fixture::{policy, table};

const ADCODES: [&str; 6] = ["330602", "330603", "330604", "330681", "330683", "330624"];

fn town() -> impl Strategy<Value = (usize, f64, f64)> {
    // On a coarse grid, so that towns fall on each other and stand in lines.
    (0..6_usize, 0..14_i32, 0..12_i32)
        .prop_map(|(district, x, y)| (district, 119.9 + 0.1 * f64::from(x), 29.25 + 0.09 * f64::from(y)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn towns_tile_the_districts_for_any_gazetteer(towns in prop::collection::vec(town(), 0..60), seed in 0..1000_u64) {
        let mut text = "code,name,district_adcode,lon_wgs84,lat_wgs84\n".to_owned();
        for (number, (district, x, y)) in towns.iter().enumerate() {
            text.push_str(&format!("T{number},镇{number},{},{x:.4},{y:.4}\n", ADCODES[*district]));
        }
        text.push_str("T900,无坐标镇,330602,,\nT901,外地镇,110000,116.4,39.9\n");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let file = root.join("data/boundaries/shaoxing_districts.geojson");
        let districts = jiju::source::areas(&file, &Default::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let options = SynthOptions { firms: 3, seed, faults: 0.0, ..SynthOptions::default() };
        synth::write(&options, &policy(), &districts, &table("towns.csv", &text), folder.path()).unwrap();
        let made = jiju::source::areas(&folder.path().join("towns.geojson"), &Default::default()).unwrap();
        let rules = AreaRules { territory: Some(districts.clone()), ..AreaRules::default() };
        prop_assert_eq!(areas(&made, &rules).problems, []);
        for adcode in ADCODES {
            prop_assert!(made.areas.iter().any(|town| town.parent.as_deref() == Some(adcode)));
        }
        prop_assert!(made.areas.iter().all(|town| !["T900", "T901"].contains(&town.id.as_str())));
    }
}
