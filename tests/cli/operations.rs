//! What every operation has from its declaration: a list, a manifest that can be run again, places, analyses of a project.

use serde_json::Value;

use super::{Folder, jiju};

const FIRMS: &str = "id,lon,lat,sector,employees\n\
a,120.50,30.00,dyeing,10\nb,120.501,30.001,dyeing,20\nc,120.502,30.002,dyeing,30\nd,120.503,30.001,bearings,5\n\
e,120.90,30.20,bearings,7\nf,120.901,30.201,bearings,8\ng,120.902,30.199,dyeing,9\nh,121.50,29.50,dyeing,1\n";

fn firms(folder: &Folder) -> String {
    folder.write("firms.csv", FIRMS)
}

#[test]
fn the_list_names_every_operation_with_its_doors() {
    let listed = jiju(["operations", "--format", "json"]);
    assert_eq!(listed.status, 0, "{}", listed.stderr);
    let operations: Value = serde_json::from_str(&listed.stdout).unwrap();
    let operations = operations.as_array().unwrap();
    assert_eq!(operations.len(), jiju::measure::OPERATIONS.len());
    for operation in operations {
        let command = operation["doors"]["command"].as_str().unwrap();
        let words: Vec<&str> = command.split(' ').skip(1).chain(["--help"]).collect();
        let help = jiju(&words);
        assert_eq!(help.status, 0, "{command}: {}", help.stderr);
        for parameter in operation["parameters"].as_array().unwrap() {
            assert_ne!(parameter["about"], "", "{command} {}", parameter["name"]);
        }
    }
    let page = std::fs::read_to_string(super::repository("docs/operations.md")).unwrap();
    let made = jiju(["operations", "--format", "markdown"]).stdout;
    assert!(page == made, "docs/operations.md is not what the declarations say: make reference");
}

#[test]
fn a_result_is_made_again_from_its_manifest_byte_for_byte() {
    let folder = Folder::new();
    let firms = firms(&folder);
    let manifest = folder.path("manifest.json");
    let mut outputs = vec!["members.csv", "members.parquet", "members.geojson", "members.json"];
    if cfg!(feature = "gdal") {
        outputs.push("members.gpkg");
    }
    for output in outputs {
        let output = folder.path(output);
        folder.seen(&[
            "cluster",
            "dbscan",
            &firms,
            "--radius",
            "1km",
            "--min-points",
            "2",
            "--where",
            "employees < 30",
            "-o",
            &output,
            "--manifest",
            &manifest,
        ]);
        let replayed = jiju(["replay", &manifest]);
        assert_eq!(replayed.status, 0, "{output}: {}{}", replayed.stdout, replayed.stderr);
        assert!(replayed.stdout.starts_with("the bytes agree: dbscan"), "{}", replayed.stdout);
    }
    folder.write("firms.csv", &FIRMS.replace("120.503", "120.603"));
    let replayed = jiju(["replay", &manifest]);
    assert_eq!(replayed.status, 1, "{}", replayed.stderr);
    assert!(replayed.stderr.contains("the inputs are not those"), "{}", replayed.stderr);
    let none = jiju(["replay", &folder.write("empty.json", "{}")]);
    assert!(none.status == 2 && none.stderr.contains("found no operation"), "{}", none.stderr);
}

#[test]
fn results_keep_ids_and_places() {
    let folder = Folder::new();
    let firms = firms(&folder);
    let output = folder.path("members.geojson");
    folder.seen(&["cluster", "dbscan", &firms, "--radius", "1km", "--min-points", "2", "-o", &output]);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&output).unwrap()).unwrap();
    let features = written["features"].as_array().unwrap();
    assert_eq!(features.len(), 8);
    assert_eq!(features[0]["geometry"]["coordinates"][0], 120.5);
    assert_eq!(features[0]["properties"]["cluster"], 0);
}

#[test]
fn faults_of_parameters_are_told_at_once_and_as_they_are_spelled_here() {
    let folder = Folder::new();
    let firms = firms(&folder);
    let outcome = jiju(["stats", "moran", &firms, "--value", "employees", "--knn", "2", "--contiguity", "queen"]);
    assert_eq!(outcome.status, 2);
    for part in ["--contiguity needs --areas", "--contiguity and --knn exclude each other"] {
        assert!(outcome.stderr.contains(part), "{}", outcome.stderr);
    }
    let outcome = jiju(["stats", "moran", &firms, "--value", "employees"]);
    assert!(outcome.stderr.contains("--distance-band") && !outcome.stderr.contains('‹'), "{}", outcome.stderr);
}

#[test]
fn a_project_tells_what_is_wrong_with_its_analyses() {
    let folder = Folder::new();
    let demo = std::fs::read_to_string(super::repository("data/demo/jiju.toml")).unwrap();
    let faulty = demo
        .replace("operation = \"dbscan\"", "operation = \"dbscam\"")
        .replace("contiguity = \"queen\"", "contiguity = \"kween\"")
        .replace("cell = \"1km\"", "cel = \"1km\"");
    let project = folder.write("jiju.toml", &faulty);
    let outcome = jiju(["run", &project]);
    assert_eq!(outcome.status, 2);
    for part in
        ["`dbscam`, which is no operation (did you mean `dbscan`?)", "`contiguity`", "`cel`", "did you mean `cell`?"]
    {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
}
