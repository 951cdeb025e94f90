//! The evaluation per mu against values computed by hand, as the comments show.

use std::collections::HashMap;

use jiju::model::Enterprise;
use jiju::policy::{EvaluationRules, EvaluationScope, SharedLand, evaluation_rules};
use jiju::progress::{FirmEvaluation, evaluation};

const RULES: &str = r#"
name_zh = "评价"
name_en = "evaluation"
source = "–"
per = "all"
[[indicator]]
id = "tax_per_mu"
name_zh = "亩均税收"
name_en = "tax per mu"
numerator = "tax_cny"
denominator = "land_mu"
divide_by = 10000
weight = 40
reference = "mean"
cap = 1.5
[[indicator]]
id = "output_per_energy"
name_zh = "单位能耗产值"
name_en = "output per energy"
numerator = "output_cny"
denominator = "energy_tce"
divide_by = 10000
weight = 60
reference = 2.0
cap = 1.2
[[class]]
id = "A"
name_zh = "A"
name_en = "A"
up_to_share = 0.3
[[class]]
id = "B"
name_zh = "B"
name_en = "B"
up_to_share = 0.6
[[class]]
id = "C"
name_zh = "C"
name_en = "C"
up_to_share = 1.0
"#;

fn rules(text: &str) -> EvaluationRules {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("evaluation.toml"), text).unwrap();
    evaluation_rules(folder.path()).unwrap()
}

fn firm(id: &str, tax: f64, land: Option<f64>, output: f64, energy: f64) -> Enterprise {
    Enterprise {
        row: 2,
        sheet: None,
        id: id.into(),
        surrogate_id: false,
        name: id.to_owned(),
        address: None,
        location: None,
        district: None,
        town: None,
        industry_code: None,
        sector: None,
        employees: None,
        output_cny: Some(output),
        tax_cny: Some(tax),
        land_mu: land,
        energy_tce: Some(energy),
    }
}

fn firms() -> Vec<Enterprise> {
    vec![
        firm("A", 600_000.0, Some(10.0), 4e6, 100.0),
        firm("B", 200_000.0, Some(20.0), 1e6, 100.0),
        firm("C", 0.0, Some(10.0), 2e6, 100.0),
        // Without land, and with none: no value, no score, and no part in the mean.
        firm("D", 900_000.0, None, 1e6, 100.0),
        firm("E", 900_000.0, Some(0.0), 1e6, 100.0),
    ]
}

fn scores(found: &[FirmEvaluation]) -> Vec<Option<f64>> {
    found.iter().map(|one| one.score).collect()
}

fn classes(found: &[FirmEvaluation]) -> Vec<&str> {
    found.iter().map(|one| one.class.as_deref().unwrap_or("–")).collect()
}

#[test]
fn points_are_weights_times_capped_ratios() {
    let found = evaluation(&rules(RULES), &firms(), &HashMap::new());
    // The mean is (60 + 20 + 0) / (10 + 20 + 10) = 2 per mu.
    // A: 40 · min(6 / 2, 1.5) + 60 · min(4 / 2, 1.2) = 60 + 72. B: 40 · 0.5 + 60 · 0.5. C: 0 + 60 · 1.
    assert_eq!(scores(&found), [Some(132.0), Some(50.0), Some(60.0), None, None]);
    let first = found[0].scores[0];
    assert_eq!((first.value, first.reference, first.points), (Some(6.0), Some(2.0), Some(60.0)));
    assert_eq!((first.numerator, first.denominator), (Some(600_000.0), Some(10.0)));
    let ranks: Vec<Option<u64>> = found.iter().map(|one| one.rank).collect();
    assert_eq!(ranks, [Some(1), Some(3), Some(2), None, None]);
    assert!(found[..3].iter().all(|one| one.of == 3));
    // Ahead are 0, 1 and 2 of 3: below 0.9 is A, below 1.8 is B.
    assert_eq!(classes(&found), ["A", "C", "B", "–", "–"]);
    // What has no score still has the points that it has.
    assert_eq!((found[3].scores[0].points, found[3].scores[1].points), (None, Some(30.0)));
}

#[test]
fn firms_of_a_parcel_are_scored_as_one() {
    let parcels: HashMap<String, String> =
        [("A", "p"), ("C", "p")].map(|(id, of)| (id.to_owned(), of.to_owned())).into();
    let mut own = rules(RULES);
    own.shared_land = SharedLand::Once;
    let found = evaluation(&own, &firms(), &parcels);
    // Of both together 60 on 10 mu, and the mean is 80 / 30: 40 · min(2.25, 1.5) + 60 · min(3 / 2, 1.2). B: 40 · 0.375 + 30.
    assert_eq!(scores(&found)[..3], [Some(132.0), Some(45.0), Some(132.0)]);
    assert_eq!((found[0].rank, found[1].rank, found[2].rank), (Some(1), Some(3), Some(1)));
    own.shared_land = SharedLand::Sum;
    let found = evaluation(&own, &firms(), &parcels);
    // On 20 mu, and the mean is 80 / 40: 40 · min(3 / 2, 1.5) + 72. B as by itself.
    assert_eq!(scores(&found)[..3], [Some(132.0), Some(50.0), Some(132.0)]);
    assert_eq!(found[0].scores[0].value, Some(3.0));
    assert_eq!(found[0].parcel.as_deref(), Some("p"));
}

#[test]
fn sectors_are_scored_by_themselves_and_small_ones_together() {
    let mut own = rules(RULES);
    own.per = EvaluationScope::Sector;
    own.least_firms = 2;
    let mut firms = firms();
    firms.truncate(3);
    for (firm, sector) in firms.iter_mut().zip(["dyeing", "dyeing", "casting"]) {
        firm.sector = Some(sector.into());
    }
    let found = evaluation(&own, &firms, &HashMap::new());
    let groups: Vec<&str> = found.iter().map(|one| one.group.as_str()).collect();
    assert_eq!(groups, ["dyeing", "dyeing", "other"]);
    // The mean of dyeing is 80 / 30: A 40 · min(2.25, 1.5) + 72, B 40 · 0.375 + 30. Of casting no firm pays: there is no mean to be held to.
    assert_eq!(scores(&found), [Some(132.0), Some(45.0), None]);
    assert_eq!(found[0].of, 2);
}

#[test]
fn classes_may_go_by_scores_and_ties_stay_together() {
    let text = RULES
        .replace("up_to_share = 0.3", "from_score = 100")
        .replace("up_to_share = 0.6", "from_score = 55")
        .replace("up_to_share = 1.0", "from_score = 0");
    let found = evaluation(&rules(&text), &firms(), &HashMap::new());
    assert_eq!(classes(&found), ["A", "C", "B", "–", "–"]);
    // Three alike of four: none is ahead of another, so all are in the class of the first.
    let alike: Vec<Enterprise> = ["A", "B", "C"].map(|id| firm(id, 1e5, Some(10.0), 1e6, 100.0)).into();
    let found = evaluation(&rules(RULES), &alike, &HashMap::new());
    assert_eq!(classes(&found), ["A", "A", "A"]);
    assert!(found.iter().all(|one| one.rank == Some(1) && one.of == 3));
    assert!(evaluation(&rules(RULES), &[], &HashMap::new()).is_empty());
}
