//! Autocorrelation from files, as a user and another program ask for it.

use serde_json::Value;

use super::{Folder, jiju};

/// Six units with neighbours that are not in the order of the rows, as GAL and as GWT.
fn inputs(folder: &Folder) -> (String, String, String) {
    // Rows in another order than the weights: d, a, b, c, f, e.
    let table = folder.write("units.csv", "名称,unit,y\n丁,d,5\n甲,a,2\n乙,b,3\n丙,c,3.2\n己,f,7\n戊,e,8\n");
    let gal = folder.write("w.gal", "6\na 2\nb d\nb 3\na d e\nc 1\ne\nd 3\na b e\ne 4\nb c d f\nf 1\ne\n");
    let lines = "a b 1\na d 1\nb a 1\nb d 1\nb e 1\nc e 1\nd a 1\nd b 1\nd e 1\ne b 1\ne c 1\ne d 1\ne f 1\nf e 1\n";
    let gwt = folder.write("w.gwt", &format!("0 6 units id\n{lines}"));
    (table, gal, gwt)
}

#[test]
fn global_statistics_match_by_id_and_say_what_they_are() {
    let folder = Folder::new();
    let (table, gal, gwt) = inputs(&folder);
    let ask = |statistic: &str, weights: &str, more: &[&str]| -> Value {
        let arguments =
            [&["stats", statistic, &table, "--value", "y", "--weights", weights, "--format", "json"], more].concat();
        let outcome = jiju(&arguments);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("note: 6 units are few"), "{}", outcome.stderr);
        serde_json::from_str(&outcome.stdout).unwrap()
    };
    let near = |value: &Value, expected: f64| {
        let found = value.as_f64().unwrap();
        assert!((found - expected).abs() <= 1e-9 * expected.abs(), "{found}, expected {expected}");
    };
    for weights in [&gal, &gwt] {
        let moran = ask("moran", weights, &["--seed", "7"]);
        near(&moran["i"], 0.118_989_547_038_327_54);
        near(&moran["variance_normality"], 0.073_359_788_359_788_39);
        near(&moran["z_randomisation"], 1.083_317_676_115_879_7);
        near(&moran["p_normality"], 0.238_902_447_002_822_6);
        assert_eq!((moran["permutations"].as_u64(), moran["seed"].as_u64()), (Some(999), Some(7)));
        assert_eq!(moran["transform"], "r");
        assert_eq!(ask("moran", weights, &["--seed", "7"]), moran);
        assert_ne!(ask("moran", weights, &["--seed", "8"])["p_permutation"], moran["p_permutation"]);
        near(&ask("geary", weights, &[])["c"], 0.883_904_374_758_033_4);
        near(&ask("getis-ord-g", weights, &["--permutations", "0"])["g"], 0.557_097_791_798_107_3);
    }
}

#[test]
fn local_statistics_come_in_the_order_of_the_rows() {
    let folder = Folder::new();
    let (table, gal, _) = inputs(&folder);
    let ask = |statistic: &str, format: &str| {
        let outcome = jiju(["stats", statistic, &table, "--value", "y", "--weights", &gal, "--format", format]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        outcome.stdout
    };
    let moran: Value = serde_json::from_str(&ask("local-moran", "json")).unwrap();
    assert_eq!(moran["ids"], serde_json::json!(["d", "a", "b", "c", "f", "e"]));
    // Those of the exact enumeration, for a and b.
    let i: Vec<f64> = moran["i"].as_array().unwrap().iter().map(|i| i.as_f64().unwrap()).collect();
    assert!((i[1] - 0.395_121_951_219_512_3).abs() < 1e-12 && (i[2] + 0.106_620_209_059_233_4).abs() < 1e-12, "{i:?}");
    assert_eq!(moran["quadrant"][4], "high-high");
    for statistic in ["local-moran", "local-geary", "gi", "gi-star"] {
        insta::assert_snapshot!(statistic, ask(statistic, "csv"));
    }
}

#[test]
fn what_cannot_be_computed_is_told() {
    let folder = Folder::new();
    let (table, gal, _) = inputs(&folder);
    let refused = |table: &str, weights: &str, more: &[&str]| {
        let outcome = jiju([&["stats", "moran", table, "--value", "y", "--weights", weights], more].concat());
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
        outcome.seen_without(folder.0.path())
    };
    let gaps = folder.write("gaps.csv", "id,y\na,1\nb,\nc,x\n");
    let empty = folder.write("empty.csv", "id,y\na,1\nb,\nc,\n");
    let few = folder.write("few.csv", "id,y\na,1\nb,2\n");
    let seen = [
        refused(&gaps, &gal, &[]),
        refused(&empty, &gal, &[]),
        refused(&few, &gal, &[]),
        refused(&few, &gal, &["--id", "id"]),
        refused(&table, &folder.write("other.gal", "1\nz 0\n\n"), &["--id", "unit"]),
        refused(&table, &folder.write("wrong.gal", "1\na 1\nq\n"), &[]),
        refused(&table, &table, &[]),
    ];
    insta::assert_snapshot!(seen.join("\n"));
    let unknown = jiju(["stats", "morann", &table, "--value", "y", "--weights", &gal]);
    assert!(unknown.status == 2 && unknown.stderr.contains("morann"), "{}", unknown.stderr);
}
