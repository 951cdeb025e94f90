//! Changes of clusters held against scipy and all signs of changed firms, a panel of settings against scikit-learn: `cluster_change.py`.

use jiju::stats::{ClusterFlows, Places, cluster_panel, cluster_share_change, dbscan};
use serde_json::Value;

fn set() -> Value {
    serde_json::from_str(include_str!("data/cluster_change.json")).unwrap()
}

fn flows(value: &Value) -> ClusterFlows {
    let of = |name: &str| value[name].as_u64().unwrap();
    ClusterFlows {
        stayed: of("stayed"),
        moved_in: of("moved_in"),
        entered: of("entered"),
        moved_out: of("moved_out"),
        closed: of("closed"),
        stayed_elsewhere: of("stayed_elsewhere"),
        entered_elsewhere: of("entered_elsewhere"),
        closed_elsewhere: of("closed_elsewhere"),
    }
}

#[track_caller]
fn near(found: Option<f64>, expected: &Value) {
    let (found, expected) = (found.unwrap(), expected.as_f64().unwrap());
    assert!((found - expected).abs() <= 1e-9 * expected.max(1e-3), "found {found}, expected {expected}");
}

#[test]
fn where_firms_only_move_p_is_that_of_mcnemar() {
    for case in set()["mcnemar"].as_array().unwrap() {
        near(cluster_share_change(flows(&case["flows"])).unwrap().p, &case["p"]);
    }
}

#[test]
fn p_is_that_of_all_signs_of_changed_firms() {
    for case in set()["signs"].as_array().unwrap() {
        let found = cluster_share_change(flows(&case["flows"])).unwrap();
        near(found.share_before, &case["shares"][0]);
        near(found.share_after, &case["shares"][1]);
        near(found.p, &case["p"]);
    }
}

#[test]
fn clusters_survive_the_settings_that_they_survive_with_scikit_learn() {
    let set = set();
    let case = &set["panel"];
    let pair = |value: &Value| [0, 1].map(|place| value[place].as_f64().unwrap());
    let at: Vec<[f64; 2]> = case["points"].as_array().unwrap().iter().map(pair).collect();
    let places = Places::planar(&at).unwrap();
    let labels: Vec<Vec<Option<u32>>> = (case["settings"].as_array().unwrap().iter())
        .map(|setting| {
            let least = usize::try_from(setting[1].as_u64().unwrap()).unwrap();
            dbscan(&places, setting[0].as_f64().unwrap(), least).unwrap().labels
        })
        .collect();
    let found = cluster_panel(&labels, 0, 0.5).unwrap();
    found
        .clustered_share
        .iter()
        .zip(case["clustered"].as_array().unwrap())
        .for_each(|(found, expected)| near(Some(*found), expected));
    let clusters = case["clusters"].as_array().unwrap();
    assert_eq!(found.clusters.len(), clusters.len());
    for (found, expected) in found.clusters.iter().zip(clusters) {
        assert_eq!(found.members as u64, expected["members"].as_u64().unwrap());
        near(found.survived_share, &expected["survived"]);
        near(found.mean_jaccard, &expected["jaccard"]);
        near(found.together_share, &expected["together"]);
    }
}
