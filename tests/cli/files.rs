//! Vector files as they come, with the faults that users of such tools have met: the right numbers and names, or one clear
//! error. The base are three square districts and six firms, two in each.

use std::path::{Path, PathBuf};

use super::{Folder, Outcome, POLICY, jiju};

const FILES: &str = "tests/fixtures/files";

/// What two firms in each of three districts count to.
const TWO_EACH: &str = "area,count\n330602,2\n330603,2\n330604,2\n";

fn file(name: &str) -> String {
    format!("{FILES}/{name}")
}

/// The names of all files of a folder with an ending.
fn all(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(Path::new(FILES).join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|own| own == ending));
    files.sort();
    assert!(!files.is_empty(), "{folder}");
    files
}

/// The firms joined with areas, counted.
fn areas(name: &str, more: &[&str]) -> Outcome {
    let firms = file("firms.csv");
    jiju([&["join", &firms, "--areas", name, "--count", "--format", "csv"], more].concat())
}

/// A file of points joined with the districts, counted.
fn points(name: &str, more: &[&str]) -> Outcome {
    let districts = file("districts.geojson");
    jiju([&["join", name, "--areas", &districts, "--count", "--format", "csv"], more].concat())
}

/// The names of areas as a conversion gives them, and what was told.
fn attributes(name: &str, column: &str) -> (Vec<String>, String) {
    let folder = Folder::new();
    let outcome = jiju(["convert", name, &folder.path("out.geojson")]);
    assert_eq!(outcome.status, 0, "{name}: {}", outcome.stderr);
    let text = std::fs::read_to_string(folder.file("out.geojson")).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let cell = |feature: &serde_json::Value| feature["properties"][column].as_str().unwrap_or("null").to_owned();
    (document["features"].as_array().unwrap().iter().map(cell).collect(), outcome.stderr)
}

#[track_caller]
fn counts(outcome: &Outcome, expected: &str) {
    assert_eq!((outcome.stdout.as_str(), outcome.status), (expected, 0), "{}", outcome.stderr);
}

#[track_caller]
fn refused(outcome: &Outcome, words: &[&str]) {
    assert_eq!(outcome.status, 2, "{}{}", outcome.stdout, outcome.stderr);
    for word in words {
        assert!(outcome.stderr.contains(word), "`{word}` is not in: {}", outcome.stderr);
    }
    for word in ["panicked", "GDAL method", "SHAPE_RESTORE_SHX", "NULL pointer"] {
        assert!(!outcome.stderr.contains(word), "{}", outcome.stderr);
    }
}

#[track_caller]
fn told(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is not in: {text}");
    }
}

#[test]
fn bytes_decide_the_encoding_of_a_shapefile() {
    for path in all("shp-encoding", "shp") {
        let name = path.to_str().unwrap();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        counts(&areas(name, &[]), TWO_EACH);
        let (names, notes) = attributes(name, "name");
        let (start, rest) = (names[..2].join(" "), &notes);
        match stem {
            "big5_cpg_Big5" | "big5_nocpg_ld00" => {
                assert_eq!(names, ["臺北市", "新北市", "桃園市"], "{stem}");
                assert_eq!(rest.contains("doubtful"), stem == "big5_nocpg_ld00", "{stem}: {rest}");
            }
            "gb18030_rare_cpgGBK" | "gb18030_rare_nocpg" => {
                assert!(
                    names.iter().any(|name| name.chars().any(|letter| !('\u{4e00}'..='\u{9fff}').contains(&letter))),
                    "{names:?}"
                );
                assert!(!names.concat().contains('\u{fffd}'), "{names:?}");
            }
            "gbk_cut" => {
                assert_eq!(names, ["绍兴市越城", "绍兴市柯桥", "绍兴市上虞"]);
                told(rest, &["3 cells ended within a character, first in feature 1, column `name`"]);
            }
            "mixed_records" => {
                assert_eq!(names, ["越城区", "柯桥区", "上虞区"]);
                told(rest, &["1 cells are UTF-8, unlike the others, first in feature 2"]);
            }
            "gbk_badbyte" => {
                assert_eq!([&names[0], &names[2]], ["越城区", "上虞区"]);
                told(rest, &["feature 2, column `name`"]);
            }
            _ => {
                assert_eq!(names, ["越城区", "柯桥区", "上虞区"], "{stem}: {start}");
                // The label and what the bytes are.
                let is_false = [
                    "gbk_cpg_ISO-8859-1",
                    "gbk_cpg_OEM",
                    "gbk_cpg_UTF-8",
                    "gbk_cpg_UTF8",
                    "gbk_ld4d_cpgUTF8",
                    "utf8_cpg_GBK",
                    "utf8_cpg_ISO-8859-1",
                ];
                let is_told = rest.contains(".cpg says `");
                assert_eq!(is_told, is_false.contains(&stem), "{stem}: {rest}");
            }
        }
    }
}

#[test]
fn an_encoding_can_be_stated_and_must_be_known() {
    let gbk = file("shp-encoding/gbk_cpg_UTF-8.shp");
    let stated = areas(&gbk, &["--areas-encoding", "gbk"]);
    counts(&stated, TWO_EACH);
    assert!(!stated.stderr.contains(".cpg says"), "{}", stated.stderr);
    refused(&areas(&gbk, &["--areas-encoding", "xyz"]), &["found the encoding `xyz`"]);
    let shop = file("shp-points-encoding/pts.shp");
    let found = points(&shop, &[]);
    counts(&found, TWO_EACH);
    told(&found.stderr, &[".cpg says `UTF-8`, but its bytes are gb18030", "are no numbers"]);
    counts(&points(&shop, &["--encoding", "gbk"]), TWO_EACH);
    refused(&points(&shop, &["--encoding", "xyz"]), &["found the encoding `xyz`"]);
}

#[test]
fn headers_lose_no_half_of_a_letter() {
    for path in all("shp-field-names", "shp") {
        counts(&areas(path.to_str().unwrap(), &[]), TWO_EACH);
    }
    let (names, notes) = attributes(&file("shp-field-names/gbk_name_cut.shp"), "A行政区名");
    assert_eq!(names, ["越城区", "柯桥区", "上虞区"]);
    told(&notes, &["the header `A行政区名` ended within a character"]);
}

#[test]
fn missing_parts_of_a_shapefile_are_told() {
    let part = |name: &str| file(&format!("shp-missing-parts/{name}.shp"));
    counts(&areas(&part("full"), &[]), TWO_EACH);
    let noshx = areas(&part("noshx"), &[]);
    counts(&noshx, TWO_EACH);
    told(&noshx.stderr, &["the .shx beside it is missing"]);
    assert!(!Path::new(&part("noshx")).with_extension("shx").exists());
    refused(&areas(&part("nodbf"), &[]), &["the .dbf with its attributes is missing"]);
    refused(&areas(&part("noprj"), &[]), &["says nothing of its reference (no .prj", "--areas-crs"]);
    counts(&areas(&part("noprj"), &["--areas-crs", "wgs84"]), TWO_EACH);
    refused(&areas(&part("cutshp"), &[]), &["ends within its shapes"]);
    let short = areas(&part("shortdbf"), &[]);
    counts(&short, "area,count\n330602,2\n330603,2\n");
    told(&short.stderr, &["2 records for 3 shapes: shape 3 left out"]);
    let deleted = areas(&part("deleted"), &[]);
    counts(&deleted, "area,count\n330602,2\n330604,2\n");
    told(&deleted.stderr, &["1 of its records are marked as deleted"]);
    counts(&areas(&part("holes"), &[]), "area,count\nA,4\nB,0\n");
}

#[test]
fn definitions_of_references_are_understood() {
    let prj = |name: &str| file(&format!("prj/{name}.shp"));
    let known = [
        "esri_3857",
        "esri_4326",
        "esri_4490",
        "esri_4498",
        "esri_4528",
        "esri_4549",
        "esri_gkcm120",
        "wkt2_4326",
        "wkt2_4490",
        "wkt2_4498",
        "wkt2_4549",
        // A meridian of a city's own: by its own definition.
        "local_cm",
    ];
    for name in known {
        let outcome = areas(&prj(name), &[]);
        assert_eq!((outcome.stdout.as_str(), outcome.status), (TWO_EACH, 0), "{name}: {}", outcome.stderr);
    }
    for name in [
        "esri_2437",
        "esri_4610",
        "esri_bj54_cm120",
        "esri_gcs_bj54",
        "esri_gcs_xian80",
        "esri_xian80_z40",
        "wkt2_2364",
        "wkt2_2416",
    ] {
        refused(&areas(&prj(name), &[]), &["the shift of", "+towgs84="]);
    }
    refused(
        &areas(&prj("esri_gk_lie"), &[]),
        &["begin with the number 40 of a zone, which EPSG:4549 has not", "EPSG:4528"],
    );
    counts(&areas(&prj("esri_gk_lie"), &["--areas-crs", "EPSG:4528"]), TWO_EACH);
    // Its unit is false: it has no image.
    refused(&areas(&prj("gk_mercator_km"), &[]), &["is in no registry", "has no image", "--areas-crs"]);
    let stated = areas(&prj("gk_mercator_km"), &["--areas-crs", "EPSG:4549"]);
    counts(&stated, TWO_EACH);
    told(&stated.stderr, &["in which its coordinates are nowhere: the stated one is taken"]);
    refused(&areas(&prj("local_cs"), &[]), &["is no place on Earth"]);
    counts(&areas(&prj("local_cs"), &["--areas-crs", "EPSG:4549"]), TWO_EACH);
}

#[test]
fn an_old_datum_is_shifted_as_stated() {
    let old = |name: &str| file(&format!("old-datums/{name}.csv"));
    for (name, code) in [("p", "4610"), ("p", "4214"), ("g", "2379"), ("g", "2385"), ("g", "2437"), ("g40", "2364")] {
        let crs = format!("EPSG:{code}");
        refused(&points(&old(name), &["--crs", &crs]), &["the shift of", &format!("{crs}+towgs84=")]);
        let folder = Folder::new();
        let out = folder.path("out.csv");
        refused(&jiju(["convert", &old(name), &out, "--from", &crs, "--to", "cgcs2000"]), &["the shift of"]);
        let shifted = format!("{crs}+towgs84=10,-120,-60");
        let outcome = points(&old(name), &["--crs", &shifted]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    }
    // Three parameters and none of them: the ellipsoids alone differ, by some metres to tens of metres.
    let folder = Folder::new();
    let moved = |shift: &str| {
        let out = folder.path("out.csv");
        let outcome =
            jiju(["convert", &old("s"), &out, "--from", &format!("EPSG:4610+towgs84={shift}"), "--to", "wgs84"]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        std::fs::read_to_string(&out).unwrap()
    };
    assert_ne!(moved("0,0,0"), moved("0,0,100"));
    assert_eq!(moved("5,6,7"), moved("5,6,7,0,0,0,0"));
}

#[test]
fn a_layer_is_chosen_by_its_name() {
    let layers = |name: &str| file(&format!("gpkg-layers/{name}.gpkg"));
    counts(&areas(&layers("styled"), &[]), TWO_EACH);
    refused(&areas(&layers("two"), &[]), &["several layers: 区划, 乡镇", "two.gpkg|layername=区划`", "source_layer"]);
    let chosen = format!("{}|layername=区划", layers("two"));
    counts(&areas(&chosen, &[]), TWO_EACH);
    refused(&areas(&format!("{}|layername=县", layers("two")), &[]), &["found no layer `县`"]);
    let empty = areas(&layers("emptygeom"), &[]);
    counts(&empty, "area,count\n330602,2\n");
    let missing = ["row 2: found `area 330603: no geometry`", "row 3: found `area 330604: no geometry`"];
    told(&empty.stderr, &[missing[0], missing[1], "4 of 6 points lie in no area"]);
    counts(&areas(&layers("fidonly"), &[]), "area,count\n越城区,2\n柯桥区,2\n上虞区,2\n");
    counts(&points(&layers("points"), &[]), TWO_EACH);
    refused(&points(&layers("points_two"), &[]), &["several layers: 企业, 旧企业", "|layername=企业"]);
    counts(&points(&format!("{}|layername=企业", layers("points_two")), &[]), TWO_EACH);

    let folder = Folder::new();
    let (names, _) = attributes(&chosen, "name");
    assert_eq!(names, ["越城区", "柯桥区", "上虞区"]);
    let check = jiju(["check", "--areas", &chosen]);
    assert_eq!(check.status, 0, "{}", check.stderr);
    // The file is an input, whichever of its layers is read.
    let copy = folder.path("two.gpkg");
    std::fs::copy(layers("two"), &copy).unwrap();
    refused(&jiju(["convert", &format!("{copy}|layername=区划"), &copy]), &["it is an input"]);
    // Two layers of a file have names of their own; of the first all areas are in the table.
    let towns = format!("{}|layername=乡镇", layers("two"));
    let both = jiju(["join", &file("firms.csv"), "--areas", &chosen, "--areas", &towns, "--count", "--format", "csv"]);
    told(&both.stdout, &["区划,330602,2", "乡镇,"]);
    // A manifest holds the whole spelling and the hash of the file.
    let manifest = folder.path("m.json");
    let out = folder.path("c.csv");
    let made = jiju([
        "stats",
        "nearest-neighbor",
        &file("firms.csv"),
        "--areas",
        &chosen,
        "--manifest",
        &manifest,
        "-o",
        &out,
    ]);
    if made.status == 0 {
        let text = std::fs::read_to_string(&manifest).unwrap();
        told(&text, &["two.gpkg|layername=区划", "sha256"]);
    }
}

#[test]
fn a_stated_reference_is_used_where_that_of_a_geopackage_is_undefined() {
    let undefined = |name: &str| file(&format!("gpkg-undefined-srs/{name}.gpkg"));
    for (name, crs) in [("m1_4549", "EPSG:4549"), ("z0_4326", "wgs84"), ("geopandas_nocrs", "wgs84")] {
        refused(&areas(&undefined(name), &[]), &["--areas-crs"]);
        counts(&areas(&undefined(name), &["--areas-crs", crs]), TWO_EACH);
        let folder = Folder::new();
        let out = folder.path("out.geojson");
        let outcome = jiju(["convert", &undefined(name), &out, "--from", crs, "--to", "wgs84"]);
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
        counts(&areas(&out, &[]), TWO_EACH);
    }
    for name in ["esriwkt", "srs4490"] {
        counts(&areas(&undefined(name), &[]), TWO_EACH);
    }
}

#[test]
fn kml_keeps_every_column() {
    let kml = |name: &str| file(&format!("kml/{name}.kml"));
    for name in ["data", "schema", "nofolder", "multi"] {
        counts(&areas(&kml(name), &["--area-id", "adcode"]), TWO_EACH);
        assert_eq!(attributes(&kml(name), "名称").0, ["越城区", "柯桥区", "上虞区"], "{name}");
    }
    for name in ["html", "none"] {
        counts(&areas(&kml(name), &[]), "area,count\n越城区,2\n柯桥区,2\n上虞区,2\n");
    }
    told(
        &areas(&kml("multi"), &[]).stderr,
        &["3 features, the first of them number 1, hold points beside their polygons"],
    );
    refused(&areas(&kml("folders"), &[]), &["several layers: 越城区, 柯桥区, 上虞区", "|layername=越城区"]);
    counts(&areas(&format!("{}|layername=柯桥区", kml("folders")), &["--area-id", "adcode"]), "area,count\n330603,2\n");
    counts(&points(&kml("points"), &[]), TWO_EACH);
    let firms = file("kml-chinese-fields/points_data.kml");
    for (column, first) in
        [("企业名称", "测试甲印染厂"), ("所属区县", "越城区"), ("行业代码", "1713"), ("从业人数", "100")]
    {
        assert_eq!(attributes(&firms, column).0[0], first);
    }
}

#[test]
fn geojson_in_all_its_ways() {
    let json = |name: &str| file(&format!("geojson/{name}"));
    for name in [
        "crs_4490.geojson",
        "crs_crs84.geojson",
        "crs_epsg_old.geojson",
        "crs_http.geojson",
        "crs_name_short.geojson",
        "crs_null.geojson",
        "cw.geojson",
        "datav.json",
        "esri.json",
        "gbk.geojson",
        "nd.geojson",
        "nd.geojsonl",
        "nd.geojsons",
        "plain.geojson",
        "gc_point.geojson",
        "crs_gcj.geojson",
        "unclosed.geojson",
        "proj_4549.geojson",
        "rs.geojsons",
        "topid.geojson",
        "topid_and_prop.geojson",
        "topo.json",
    ] {
        let outcome = areas(&json(name), &[]);
        assert_eq!((outcome.stdout.as_str(), outcome.status), (TWO_EACH, 0), "{name}: {}", outcome.stderr);
    }
    assert_eq!(attributes(&json("gbk.geojson"), "name").0, ["越城区", "柯桥区", "上虞区"]);
    let large = areas(&json("bigint.geojson"), &[]);
    counts(&large, "area,count\n913306000000000016,2\n9007199254740993,2\n330602001001000012345,2\n");
    told(&large.stderr, &["integers of more than 18 digits are kept as text"]);
    let null = areas(&json("null_geom.geojson"), &[]);
    counts(&null, "area,count\n330602,2\n330603,2\n");
    told(&null.stderr, &["row 3: found `area 330604: no geometry`"]);
    counts(&areas(&json("single_feature.geojson"), &[]), "area,count\n330602,2\n");
    refused(&areas(&json("crs_bad.geojson"), &[]), &["EPSG:99999", "--areas-crs"]);
    counts(&areas(&json("crs_bad.geojson"), &["--areas-crs", "wgs84"]), TWO_EACH);
    refused(&areas(&json("proj_nocrs.geojson"), &[]), &["metres", "--areas-crs"]);
    for name in ["no_props.geojson", "geometry_only.geojson"] {
        refused(&areas(&json(name), &[]), &["found no column `id`, it has no columns"]);
    }
    for name in ["lower_type.geojson", "str_coords.geojson", "trailing_comma.geojson"] {
        refused(&areas(&json(name), &[]), &["as GeoJSON", "line 1 column"]);
    }
    for name in ["points.geojson", "points_attr_lonlat.geojson"] {
        let outcome = points(&json(name), &[]);
        assert_eq!((outcome.stdout.as_str(), outcome.status), (TWO_EACH, 0), "{name}: {}", outcome.stderr);
    }
    let mixed = points(&json("points_mixed.geojson"), &[]);
    counts(&mixed, "area,count\n330602,2\n330603,1\n330604,0\n");
    told(&mixed.stderr, &["3 rows have no usable coordinates"]);
    counts(&areas(&file("datav-parent/datav.json"), &[]), TWO_EACH);
}

#[test]
fn geoparquet_of_every_writer() {
    let some = ["null_geom", "wkb_no_geo_meta", "pts_wkb"];
    for path in all("geoparquet", "parquet").into_iter().chain(all("geoparquet/cols", "parquet")) {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        if some.contains(&stem) {
            continue;
        }
        let outcome = areas(path.to_str().unwrap(), &[]);
        assert_eq!((outcome.stdout.as_str(), outcome.status), (TWO_EACH, 0), "{stem}: {}", outcome.stderr);
        assert!(!outcome.stderr.contains("panicked"), "{stem}: {}", outcome.stderr);
    }
    let parquet = |name: &str| file(&format!("geoparquet/{name}.parquet"));
    told(&areas(&parquet("types"), &[]).stderr, &["`lst` (of lists)"]);
    told(&areas(&parquet("cols/struct"), &[]).stderr, &["(of structs)"]);
    told(&areas(&parquet("cols/bin"), &[]).stderr, &["(of bytes)"]);
    counts(&areas(&parquet("null_geom"), &[]), "area,count\n330602,2\n");
    counts(&points(&parquet("pts_wkb"), &[]), TWO_EACH);
    refused(&areas(&parquet("wkb_no_geo_meta"), &[]), &["says nothing of its reference"]);
    let stated = areas(&parquet("wkb_no_geo_meta"), &["--areas-crs", "wgs84"]);
    counts(&stated, TWO_EACH);
    told(&stated.stderr, &["column `geometry` is taken for geometries"]);
    refused(&areas(&file("geoparquet/hive"), &[]), &["it is a folder"]);
}

#[test]
fn metres_are_placed_by_their_grid() {
    let csv = |name: &str| file(&format!("datums/{name}.csv"));
    for (name, crs) in
        [("z40_ok", "EPSG:4528"), ("cm120_ok", "EPSG:4549"), ("cm114", "EPSG:4547"), ("z20_6deg", "EPSG:4498")]
    {
        counts(&points(&csv(name), &["--crs", crs]), TWO_EACH);
    }
}

#[test]
fn other_formats_of_vector_files() {
    let other = |name: &str| file(&format!("other-vector/{name}"));
    counts(&areas(&other("d.gml"), &[]), TWO_EACH);
    counts(&areas(&other("d.gdb"), &[]), TWO_EACH);
    counts(&areas(&other("d.fgb"), &[]), "area,count\n330604,2\n330603,2\n330602,2\n");
    refused(&areas(&other("two.gdb"), &[]), &["several layers: DIST, FIRM", "two.gdb|layername=DIST`"]);
    counts(&areas(&format!("{}|layername=DIST", other("two.gdb")), &[]), TWO_EACH);
    counts(&areas(&other("hand.mif"), &["--area-id", "编码"]), TWO_EACH);
    let neutral = areas(&other("neutral.mif"), &["--area-id", "编码"]);
    counts(&neutral, TWO_EACH);
    told(&neutral.stderr, &["its charset `Neutral` names no encoding: its bytes are read as gb18030"]);
    assert_eq!(attributes(&other("neutral.mif"), "行政区名称").0, ["越城区", "柯桥区", "上虞区"]);
    refused(&areas(&other("nonearth.mif"), &["--area-id", "编码"]), &["is no place on Earth"]);
    counts(&areas(&other("nonearth.mif"), &["--area-id", "编码", "--areas-crs", "wgs84"]), TWO_EACH);
}

#[test]
fn what_packs_or_accompanies_other_files() {
    let other = |name: &str| file(&format!("other-containers/{name}"));
    for name in ["d.zip", "d.shp.zip", "d.sqlite", "中文 目录（2020）/区划.gpkg", "中文 目录（2020）/行政 区划.shp"]
    {
        let outcome = areas(&other(name), &[]);
        assert_eq!((outcome.stdout.as_str(), outcome.status), (TWO_EACH, 0), "{name}: {}", outcome.stderr);
    }
    refused(&areas(&other("d.geojson.gz"), &[]), &["unpack it"]);
    counts(&points(&other("firms.csv.gz"), &[]), TWO_EACH);
    refused(&areas(&other("wkt.csv"), &[]), &["says nothing of its reference", "--areas-crs"]);
    counts(&areas(&other("wkt.csv"), &["--areas-crs", "wgs84"]), TWO_EACH);
    refused(&points(&other("台账.et"), &[]), &["save it as .xlsx"]);
    counts(&points(&other("台账.xlsx"), &[]), TWO_EACH);
    refused(&points(&other("records.json"), &[]), &["a list of records and no GeoJSON: save it as CSV"]);
    refused(&points(&other("amap.json"), &[]), &["the members `status`, `pois`, and no GeoJSON"]);
    refused(&points(&other("points_metres_nocrs.geojson"), &[]), &["metres of a grid: state it with --crs"]);
    // A table of dBASE by itself, and beside the shapes it belongs to.
    let folder = Folder::new();
    let table = folder.path("districts.dbf");
    std::fs::copy(file("shp-encoding/gbk_nocpg_ld00.dbf"), &table).unwrap();
    let out = folder.path("out.csv");
    let outcome = jiju(["convert", &table, &out]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    told(&std::fs::read_to_string(out).unwrap(), &["adcode,name\n", "330602,越城区"]);
}

#[test]
fn a_project_chooses_layers_and_overrules_labels() {
    let folder = Folder::new();
    let copied = |name: &str, from: &str| std::fs::copy(file(from), folder.file(name)).unwrap();
    for name in ["ledger.csv", "register.csv"] {
        copied(name, &format!("project/{name}"));
    }
    for ending in ["shp", "shx", "dbf", "prj", "cpg"] {
        let name = format!("gbk_cpg_UTF-8.{ending}");
        copied(&name, &format!("shp-encoding/{name}"));
    }
    for name in ["two.gpkg", "styled.gpkg"] {
        copied(name, &format!("gpkg-layers/{name}"));
    }
    let policy = super::repository(POLICY);
    let run = |name: &str, change: &dyn Fn(String) -> String| {
        let text = std::fs::read_to_string(file(&format!("project/{name}.toml"))).unwrap();
        let text = change(text.replace("POLICY", policy.to_str().unwrap()));
        std::fs::write(folder.file(&format!("{name}.toml")), text).unwrap();
        jiju(["run", &folder.path(&format!("{name}.toml"))])
    };
    let same = |text: String| text;
    let styled = run("styled", &same);
    assert_eq!(styled.status, 0, "{}", styled.stderr);
    refused(&run("two", &same), &["several layers: 区划, 乡镇", "source_layer"]);
    let chosen =
        run("two", &|text| text.replace("file = \"two.gpkg\"", "file = \"two.gpkg\"\nsource_layer = \"区划\""));
    assert_eq!(chosen.status, 0, "{}", chosen.stderr);
    let spelled = run("two", &|text| text.replace("two.gpkg", "two.gpkg|layername=区划"));
    assert_eq!(spelled.status, 0, "{}", spelled.stderr);
    let overruled = run("cpg", &same);
    assert_eq!(overruled.status, 0, "{}", overruled.stderr);
    told(&overruled.stderr, &[".cpg says `UTF-8`"]);
    refused(&run("cpgbad", &same), &["found the encoding `xyz`"]);
    let stated = run("cpgenc", &same);
    assert_eq!(stated.status, 0, "{}", stated.stderr);
}

#[test]
fn what_a_format_cannot_hold_is_told_when_it_is_written() {
    let folder = Folder::new();
    let source = folder.write(
        "in.geojson",
        r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"统一社会信用代码":"A","统一社会信用编号":"B","n":913306000000000016},"geometry":{"type":"Point","coordinates":[120.5,30.05]}},
{"type":"Feature","properties":{"统一社会信用代码":"C","统一社会信用编号":"D","n":9007199254740993},"geometry":null}]}"#,
    );
    let written = |name: &str| {
        let outcome = jiju(["convert", &source, &folder.path(name)]);
        assert_eq!(outcome.status, 0, "{name}: {}", outcome.stderr);
        outcome.stderr
    };
    let shapes = written("out.shp");
    told(&shapes, &["headers of more than 10 bytes were cut", "`统一社会信用代码` is `"]);
    assert!(!shapes.contains('\u{fffd}'), "{shapes}");
    told(&written("out.fgb"), &["with 1 rows", "1 features, the first of them number 2, have no geometry"]);
    for name in ["out.gpkg", "out.parquet", "out.kmz", "out.kml", "out.geojson"] {
        written(name);
        let (codes, _) = attributes(&folder.path(name), "统一社会信用代码");
        assert_eq!(codes, ["A", "C"], "{name}");
    }
    assert!(
        std::fs::read(folder.file("out.geojson")).unwrap().windows(18).any(|digits| digits == b"913306000000000016")
    );
    // MapInfo has whole numbers of 32 bits, reals and text.
    let numbers = folder.write(
        "numbers.geojson",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a","n":7,"m":5000000000,"k":913306000000000016},"geometry":{"type":"Point","coordinates":[120.5,30.05]}}]}"#,
    );
    for name in ["n.tab", "n.mif"] {
        let outcome = jiju(["convert", &numbers, &folder.path(name)]);
        assert_eq!(outcome.status, 0, "{name}: {}", outcome.stderr);
        told(&outcome.stderr, &["column `k` holds integers that are too long"]);
        let back = folder.path("n.csv");
        let outcome = jiju(["convert", &folder.path(name), &back]);
        assert_eq!(outcome.status, 0, "{name}: {}", outcome.stderr);
        let rows = super::rows(Path::new(&back));
        let cells: Vec<f64> = rows[1][1..3].iter().map(|cell| cell.parse().unwrap()).collect();
        assert_eq!(
            (rows[1][0].as_str(), cells.as_slice(), rows[1][3].as_str()),
            ("a", &[7.0, 5e9][..], "913306000000000016")
        );
    }
    // Chinese headers and texts, within what the formats hold.
    let chinese = folder.write(
        "chinese.geojson",
        &format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"统一社会信用代码":"A","产值(万元)":1.5e17,"备注":"{}","是否规上":true}},"geometry":{{"type":"Point","coordinates":[120.5,30.05]}}}}]}}"#,
            "文".repeat(200)
        ),
    );
    for (name, headers, letters) in [
        ("c.tab", ["统一社会信用代码", "产值_万元_", "备注"], 127),
        ("c.mif", ["统一社会信用代码", "产值_万元_", "备注"], 127),
        ("c.shp", ["统一社", "产值(万", "备注"], 84),
        ("c.geojsonl", ["统一社会信用代码", "产值(万元)", "备注"], 200),
    ] {
        let outcome = jiju(["convert", &chinese, &folder.path(name)]);
        assert_eq!(outcome.status, 0, "{name}: {}", outcome.stderr);
        assert_eq!(outcome.stderr.contains("column `备注`: 1 cells of more than"), letters < 200, "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("invalid") && !outcome.stderr.contains("charset"), "{}", outcome.stderr);
        let back = folder.path("c.csv");
        let outcome = jiju(["convert", &folder.path(name), &back]);
        assert_eq!((outcome.status, outcome.stderr.contains("note")), (0, false), "{name}: {}", outcome.stderr);
        let rows = super::rows(Path::new(&back));
        assert_eq!(rows[0][..3], headers, "{name}");
        assert_eq!((rows[1][0].as_str(), rows[1][1].parse(), rows[1][2].chars().count()), ("A", Ok(1.5e17), letters));
        assert_eq!(rows[1][3], if name == "c.geojsonl" { "true" } else { "1" }, "{name}");
    }
    let arrow = written("out.arrow");
    assert!(!arrow.contains("note"), "{arrow}");
    assert!(std::fs::read(folder.file("out.arrow")).unwrap().windows(12).any(|bytes| bytes == b"geoarrow.wkb"));
    // The same bytes again.
    let before = std::fs::read(folder.file("out.kmz")).unwrap();
    written("out.kmz");
    assert_eq!(std::fs::read(folder.file("out.kmz")).unwrap(), before);
}

#[test]
fn many_areas_without_geometry_are_counted() {
    let folder = Folder::new();
    let whole = std::fs::read_to_string(file("districts.geojson")).unwrap();
    let empty: String = (0..9)
        .map(|id| format!(r#"{{"type":"Feature","properties":{{"adcode":"{id}","name":"空"}},"geometry":null}},"#))
        .collect();
    let areas_file =
        folder.write("areas.geojson", &whole.replace("\"features\": [", &format!("\"features\": [{empty}")));
    let outcome = areas(&areas_file, &[]);
    counts(&outcome, TWO_EACH);
    told(&outcome.stderr, &["9 rows (1, 2, 3, 4, 5, …): found `no geometry`"]);
    assert_eq!(outcome.stderr.matches("no geometry").count(), 1, "{}", outcome.stderr);
}

#[test]
fn geoparquet_keeps_its_grid() {
    let folder = Folder::new();
    let out = folder.path("grid.parquet");
    let outcome = jiju(["convert", &file("districts.geojson"), &out, "--to", "EPSG:4549"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    counts(&areas(&out, &[]), TWO_EACH);
    refused(&areas(&out, &["--areas-crs", "EPSG:4547"]), &["the file says EPSG:4549"]);
    let bytes = std::fs::read(&out).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    told(&text, &["\"version\":\"1.1.0\"", "\"covering\"", "\"code\":4549"]);
}
