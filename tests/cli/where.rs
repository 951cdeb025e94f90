//! Rows that are chosen by a condition, as a user asks for them.

use serde_json::Value;

use super::{DISTRICTS, Folder, jiju, rows};

const FIRMS: &str = "\
id,lon,lat,sector,员工
a,120.5683,29.9891,bearings,10
b,120.5783,29.9891,bearings,30
c,120.5683,29.9991,dye,40
d,120.5883,29.9991,bearings,50
e,120.5983,29.9791,bearings,many
f,120.5583,29.9691,bearings,25
g,120.5483,29.9791,,60
";

#[test]
fn join_takes_the_rows_that_match_and_says_how_many() {
    let folder = Folder::new();
    let firms = folder.write("firms.csv", FIRMS);
    let output = folder.path("joined.csv");
    let condition = "sector = \"bearings\" and 员工 > 20";
    let seen = folder.seen(&["join", &firms, "--where", condition, "--areas", DISTRICTS, "-o", &output]);
    assert!(seen.contains("note: [folder]/firms.csv: 3 of 7 rows match --where\n"), "{seen}");
    assert!(seen.contains("1 cells of `员工` are no numbers"), "{seen}");
    let ids: Vec<String> = rows(&folder.file("joined.csv")).into_iter().skip(1).map(|row| row[0].clone()).collect();
    assert_eq!(ids, ["b", "d", "f"]);
    let counted =
        folder.seen(&["join", &firms, "--where", condition, "--areas", DISTRICTS, "--count", "--format", "csv"]);
    let points: u64 = counted
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with('-'))
        .map(|line| line.split(',').nth(1).unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(points, 3);
    assert!(counted.contains("3 of 7 rows match --where\n"), "{counted}");
}

#[test]
fn a_statistic_is_of_the_rows_that_match() {
    let folder = Folder::new();
    let firms = folder.write("firms.csv", FIRMS);
    let chosen: String =
        FIRMS.lines().filter(|line| !line.starts_with(['e', 'g'])).map(|line| format!("{line}\n")).collect();
    let chosen = folder.write("chosen.csv", &chosen);
    let ask = |table: &str, more: &[&str]| {
        let arguments =
            [&["stats", "moran", table, "--value", "员工", "--knn", "2", "--format", "json"], more].concat();
        let outcome = jiju(arguments);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        (serde_json::from_str::<Value>(&outcome.stdout).unwrap()["i"].clone(), outcome.stderr)
    };
    let (found, told) = ask(&firms, &["--where", "员工 > 0 and sector is not null"]);
    assert_eq!(found, ask(&chosen, &[]).0);
    assert_eq!(told.matches("5 of 7 rows match --where").count(), 1, "{told}");
}

#[test]
fn conditions_that_cannot_be_held_against_the_rows_are_refused() {
    let folder = Folder::new();
    let firms = folder.write("firms.csv", FIRMS);
    let refused = |arguments: &[&str], condition: &str| {
        let outcome = jiju([arguments, &["--where", condition]].concat());
        assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
        outcome.seen_without(folder.0.path())
    };
    let join = ["join", &firms, "--areas", DISTRICTS, "--count"];
    let moran = ["stats", "moran", &firms, "--value", "员工", "--knn", "2"];
    for arguments in [&join[..], &moran[..]] {
        let seen = refused(arguments, "sectr = 'dye'");
        assert!(
            seen.contains("[folder]/firms.csv: found no column `sectr`, it has id, lon, lat, sector, 员工"),
            "{seen}"
        );
        assert!(seen.contains("hint: did you mean `sector`?"), "{seen}");
        let seen = refused(arguments, "sector = dye");
        assert!(seen.contains("'--where <CONDITION>'"), "{seen}");
        assert!(seen.contains("found `dye` at character 10, expected a number, or text in quotes"), "{seen}");
    }
}
