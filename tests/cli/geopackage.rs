//! The GeoPackage that `jiju run` leaves, as QGIS asks for what is in it.

use std::collections::BTreeMap;
use std::path::Path;

use gdal::vector::{LayerAccess as _, sql::Dialect};
use serde_json::Value;

use super::run::Project;
use super::{DISTRICTS, jiju, repository, sample};

/// The rows that a statement gives, cell by cell as text.
pub fn asked(file: &Path, statement: &str) -> Vec<Vec<Option<String>>> {
    let dataset = gdal::Dataset::open(file).unwrap();
    let mut found = dataset.execute_sql(statement, None, Dialect::DEFAULT).unwrap().unwrap();
    let width = found.defn().fields().count();
    found.features().map(|row| (0..width).map(|cell| row.field_as_string(cell).unwrap()).collect()).collect()
}

/// The elements of a text of XML by their names, with their attributes. Fails where it is not well-formed.
fn elements(text: &str) -> Vec<(String, BTreeMap<String, String>)> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(one) | quick_xml::events::Event::Empty(one) => {
                let attributes = one.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
                    (attribute.key.as_ref().to_owned(), value)
                });
                let attributes = attributes.collect();
                found.push((one.name().as_ref().to_owned(), attributes));
            }
            quick_xml::events::Event::Eof => return found,
            _ => {}
        }
    }
}

/// The value, the label and the fills of each category of a style, in its order: `value`, `label`, `r,g,b`.
fn categories(qml: &str) -> Vec<(String, String, Vec<String>)> {
    let mut categories: Vec<(String, String, String)> = Vec::new();
    let mut fills: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut symbol = String::new();
    for (name, attributes) in elements(qml) {
        match name.as_str() {
            "category" => {
                let get = |key: &str| attributes[key].clone();
                assert_eq!((attributes["type"].as_str(), attributes["render"].as_str()), ("string", "true"));
                categories.push((get("value"), get("label"), get("symbol")));
            }
            "symbol" => symbol.clone_from(&attributes["name"]),
            "prop" if attributes["k"] == "color" => {
                let rgb = attributes["v"].rsplit_once(',').unwrap().0.to_owned();
                fills.entry(symbol.clone()).or_default().push(rgb);
            }
            _ => {}
        }
    }
    categories.into_iter().map(|(value, label, symbol)| (value, label, fills[&symbol].clone())).collect()
}

fn rgb(hex: &str) -> String {
    let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap().to_string();
    [part(1), part(3), part(5)].join(",")
}

/// A project with a map of firms, one of quotas and one that masks few firms.
fn project() -> Project {
    let project = Project::new(&sample(), &std::fs::read_to_string(repository(DISTRICTS)).unwrap());
    let root = env!("CARGO_MANIFEST_DIR");
    let text = std::fs::read_to_string(project.folder.file("jiju.toml")).unwrap();
    let text = text
        .replace("spec = \"firms.toml\"\ndpi = 40\n", "spec = \"firms.toml\"\nformats = [\"svg\"]\nsidecar = true\n");
    let map = |name: &str, spec: &str| {
        format!("\n[[map]]\nname = \"{name}\"\nspec = '{spec}'\nformats = [\"svg\"]\nsidecar = true\n")
    };
    let text = text + &map("quota", &format!("{root}/maps/quota-progress.toml")) + &map("cells", "cells.toml");
    project.folder.write("jiju.toml", &text);
    let cells = "layer = \"district\"\ncolumn = \"count\"\n[cells]\nsize = \"10km\"\n";
    project.folder.write("cells.toml", cells);
    project
}

#[test]
fn the_styles_have_the_classes_and_colours_of_the_maps() {
    let project = project();
    let output = project.run("out");
    let file = output.join("layers.gpkg");
    for (map, table) in [("firms", "district"), ("quota", "district"), ("cells", "cells")] {
        let sidecar = std::fs::read_to_string(output.join(format!("maps/{map}.json"))).unwrap();
        let sidecar: Value = serde_json::from_str(&sidecar).unwrap();
        let style = asked(
            &file,
            &format!(
                "SELECT styleQML, styleSLD, useAsDefault FROM layer_styles WHERE f_table_schema = '' AND \
                 f_table_name = '{table}' AND f_geometry_column = 'geom' AND styleName = '{map}'"
            ),
        );
        let [Some(qml), Some(sld), Some(default)] = style[0].as_slice() else { panic!("{style:?}") };
        assert_eq!((style.len(), default == "1"), (1, map != "quota"), "{map}");
        // From high to low, as in the legend; symbols stand before some labels.
        let found = categories(qml);
        let mut wanted: Vec<(&str, String)> = Vec::new();
        for class in sidecar["classes"].as_array().unwrap().iter().rev() {
            wanted.push((class["label"].as_str().unwrap(), rgb(class["color"].as_str().unwrap())));
        }
        assert_eq!(found.len(), wanted.len(), "{map}: {found:?}, {wanted:?}");
        for ((value, label, fills), (words, color)) in found.iter().zip(&wanted) {
            assert!(value == label && label.ends_with(words), "{map}: {label}, {words}");
            assert_eq!(fills, std::slice::from_ref(color), "{map}: {label}");
        }
        assert_eq!(elements(sld).iter().filter(|(name, _)| name == "se:Rule").count(), wanted.len());
        // Each area is in the class in which it is on the map, and shows the same number.
        let rows = asked(&file, &format!("SELECT id, {map}_class, {map}_value FROM {table}"));
        let areas = sidecar["panels"][0]["areas"].as_array().unwrap();
        assert_eq!(rows.len(), areas.len());
        for (row, area) in rows.iter().zip(areas) {
            assert_eq!(row[0].as_deref(), area["id"].as_str());
            assert!(row[1].as_deref().unwrap().ends_with(area["class"].as_str().unwrap()), "{map}: {row:?}, {area}");
            let number = area["value"].as_f64().or_else(|| {
                let (done, quota) = (area["value"]["done"].as_f64()?, area["value"]["quota"].as_f64()?);
                Some(done / quota)
            });
            let shown = row[2].as_ref().map(|cell| cell.parse::<f64>().unwrap());
            let is_same = match (shown, number) {
                (Some(shown), Some(number)) => (shown - number).abs() <= 1e-12 * number.abs(),
                (shown, number) => shown == number,
            };
            assert!(is_same, "{map}: {row:?}, {area}");
        }
    }
    // The numbers of the same map by range, each range beginning where the one before ends.
    let graduated = asked(&file, "SELECT styleQML FROM layer_styles WHERE styleName = 'firms_graduated'");
    let ranges: Vec<(f64, f64)> = elements(graduated[0][0].as_deref().unwrap())
        .iter()
        .filter(|(name, _)| name == "range")
        .map(|(_, of)| (of["lower"].parse().unwrap(), of["upper"].parse().unwrap()))
        .collect();
    assert!(ranges.len() == 3 && ranges.windows(2).all(|pair| pair[0].1 == pair[1].0), "{ranges:?}");
    // One style for each layer that it opens with, of firms and parks too.
    let defaults = asked(
        &file,
        "SELECT f_table_name, count(*) FROM layer_styles WHERE useAsDefault = 1 GROUP BY f_table_name ORDER BY 1",
    );
    let defaults: Vec<&str> = defaults.iter().map(|row| row[0].as_deref().unwrap()).collect();
    assert_eq!(defaults, ["cells", "district", "park", "register"]);
    // Chinese words for columns, and what the data are.
    let aliases = asked(&file, "SELECT styleQML FROM layer_styles WHERE styleName = 'quota'");
    assert!(aliases[0][0].as_deref().unwrap().contains("name=\"淘汰落后产能 · 目标任务（家）\""));
    let about = asked(&file, "SELECT description, identifier FROM gpkg_contents WHERE table_name = 'district'");
    assert!(about[0][0].as_deref().unwrap().contains("示例数据，非真实企业"), "{about:?}");
    assert_eq!(about[0][1].as_deref(), Some("区县"));
    let metadata = asked(&file, "SELECT metadata FROM gpkg_metadata");
    assert!(metadata[0][0].as_deref().unwrap().contains("<MDI key=\"SYNTHETIC\">true</MDI>"), "{metadata:?}");
    let manifest: Value = serde_json::from_slice(&std::fs::read(output.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["geopackage"]["file"], "layers.gpkg");
    assert_eq!(manifest["geopackage"]["layers"][0]["styles"][0], "firms");
    // jiju itself reads it again: layers by name, and the quota joined to the districts.
    let areas = format!("{}|layername=district", file.display());
    let map = project.folder.path("again.svg");
    let arguments = ["map", "--areas", &areas, "--value", "retire_outdated_capacity_quota", "-o", &map];
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let register = format!("{}|layername=register", file.display());
    let outcome = jiju(["join", &register, "--areas", &areas, "--count"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let quotas = asked(&file, "SELECT sum(retire_outdated_capacity_quota) FROM district");
    assert_eq!(quotas[0][0].as_deref(), Some("150"));
}

#[test]
fn what_maps_or_the_page_mask_is_not_in_it() {
    let project = project();
    let text = std::fs::read_to_string(project.folder.file("jiju.toml")).unwrap();
    let whole = project.run("whole").join("layers.gpkg");
    let firms = asked(&whole, "SELECT id, firms FROM district");
    let numbers: Vec<u64> = firms.iter().map(|row| row[1].as_deref().unwrap().parse().unwrap()).collect();
    // Beyond the smallest number, so that it is masked, and with it the next one, by which it could be computed.
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    let least = sorted[0] + 1;
    for masked in [
        format!("{text}\n[page]\nmin_firms = {least}\n"),
        text.replace("name = \"firms\"", &format!("name = \"firms\"\nset = {{ mask = {{ min_firms = {least} }} }}")),
    ] {
        project.folder.write("jiju.toml", &masked);
        let output = project.run("masked");
        let file = output.join("layers.gpkg");
        let hidden: Vec<String> = asked(&file, "SELECT id FROM district WHERE firms IS NULL")
            .into_iter()
            .map(|row| row[0].clone().unwrap())
            .collect();
        let wanted: Vec<String> = firms
            .iter()
            .zip(&numbers)
            .filter(|(_, number)| **number <= sorted[1])
            .map(|(row, _)| row[0].clone().unwrap())
            .collect();
        assert_eq!(hidden, wanted);
        let nulls = asked(
            &file,
            "SELECT count(*) FROM district WHERE firms IS NULL AND count IS NULL AND share IS NULL AND \
             retire_outdated_capacity_accepted IS NULL AND firms_value IS NULL AND quota_value IS NULL",
        );
        assert_eq!(nulls[0][0].as_deref(), Some("2"));
        let listed = hidden.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(", ");
        let left = asked(&file, &format!("SELECT count(*) FROM register WHERE district_id IN ({listed})"));
        assert_eq!(left[0][0].as_deref(), Some("0"));
        let cells = asked(&file, "SELECT count(cells_value), count(cells_class) FROM cells");
        assert_eq!(cells[0][0].as_deref(), Some("0"));
        assert_ne!(cells[0][1].as_deref(), Some("0"));
        let manifest: Value = serde_json::from_slice(&std::fs::read(output.join("manifest.json")).unwrap()).unwrap();
        assert_eq!(manifest["geopackage"]["min_firms"], least);
        let left_out = manifest["geopackage"]["firms_left_out"].as_u64().unwrap();
        assert!(left_out >= sorted[0] + sorted[1], "{left_out}");
    }
    project.folder.write("jiju.toml", &text.replace("synthetic = true", "synthetic = true\ngeopackage = false"));
    let output = project.run("none");
    assert!(!output.join("layers.gpkg").exists());
}
