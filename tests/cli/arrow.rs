//! Layers of areas from Arrow IPC, in the ways in which programs write them.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use geo::{Geometry, MultiPolygon, Polygon};
use polars_arrow::array::{
    Array, BinaryArray, FixedSizeListArray, ListArray, PrimitiveArray, StructArray, Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, ExtensionType, Field, Metadata};
use polars_arrow::io::ipc::write::{Compression, FileWriter, StreamWriter, WriteOptions};
use polars_arrow::offset::Offsets;
use polars_arrow::record_batch::RecordBatchT;

use super::{Folder, Outcome, jiju};

const FILES: &str = "tests/fixtures/files";
const TWO_EACH: &str = "area,count\n330602,2\n330603,2\n330604,2\n";

fn counted(areas: &str, more: &[&str]) -> Outcome {
    let firms = format!("{FILES}/firms.csv");
    jiju([&["join", &firms, "--areas", areas, "--count", "--format", "csv"], more].concat())
}

/// The three districts: their codes, and their outlines.
fn districts() -> (Vec<String>, Vec<Polygon<f64>>) {
    let text = std::fs::read_to_string(format!("{FILES}/districts.geojson")).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let features = document["features"].as_array().unwrap();
    let code = |feature: &serde_json::Value| feature["properties"]["adcode"].as_str().unwrap().to_owned();
    let ring = |feature: &serde_json::Value| {
        let ring = feature["geometry"]["coordinates"][0].as_array().unwrap();
        ring.iter().map(|at| (at[0].as_f64().unwrap(), at[1].as_f64().unwrap())).collect::<Vec<_>>()
    };
    (features.iter().map(code).collect(), features.iter().map(|one| Polygon::new(ring(one).into(), vec![])).collect())
}

fn wkb_of(polygons: &[Polygon<f64>]) -> Vec<Vec<u8>> {
    let geometries = polygons.iter().map(|polygon| Geometry::MultiPolygon(MultiPolygon(vec![polygon.clone()])));
    let bytes = |geometry: Geometry<f64>| {
        let mut bytes = Vec::new();
        wkb::writer::write_geometry(&mut bytes, &geometry, &wkb::writer::WriteOptions::default()).unwrap();
        bytes
    };
    geometries.map(bytes).collect()
}

/// A column of polygons as nested lists of coordinates, which are structs or pairs.
fn nested(polygons: &[Polygon<f64>], in_pairs: bool) -> Box<dyn Array> {
    let rings: Vec<&geo::LineString<f64>> = polygons.iter().map(Polygon::exterior).collect();
    let x: Vec<f64> = rings.iter().flat_map(|ring| ring.0.iter().map(|at| at.x)).collect();
    let y: Vec<f64> = rings.iter().flat_map(|ring| ring.0.iter().map(|at| at.y)).collect();
    let number = |name: &str| Field::new(name.into(), ArrowDataType::Float64, false);
    let (kind, coordinates): (ArrowDataType, Box<dyn Array>) = if in_pairs {
        let kind = ArrowDataType::FixedSizeList(Box::new(number("xy")), 2);
        let flat: Vec<f64> = x.iter().zip(&y).flat_map(|(x, y)| [*x, *y]).collect();
        let values = PrimitiveArray::from_vec(flat).boxed();
        (kind.clone(), FixedSizeListArray::new(kind, x.len(), values, None).boxed())
    } else {
        let kind = ArrowDataType::Struct(vec![number("x"), number("y")]);
        let values = vec![PrimitiveArray::from_vec(x.clone()).boxed(), PrimitiveArray::from_vec(y).boxed()];
        (kind.clone(), StructArray::new(kind, x.len(), values, None).boxed())
    };
    let lengths = |lengths: Vec<usize>| Offsets::<i32>::try_from_lengths(lengths.into_iter()).unwrap().into();
    let of_rings = ArrowDataType::List(Box::new(Field::new("vertices".into(), kind, false)));
    let ends = lengths(rings.iter().map(|ring| ring.0.len()).collect());
    let rings_array = ListArray::<i32>::new(of_rings.clone(), ends, coordinates, None).boxed();
    let of_polygons = ArrowDataType::List(Box::new(Field::new("rings".into(), of_rings, false)));
    ListArray::<i32>::new(of_polygons, lengths(vec![1; polygons.len()]), rings_array, None).boxed()
}

/// How a file says where its geometries are.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Said {
    /// By the extension type `geoarrow.…` and a reference in its metadata.
    Extension(&'static str),
    /// By the metadata `geo` of the schema, as GeoPandas does.
    Metadata,
    /// By the name of the column alone.
    Name,
}

/// The districts as Arrow IPC.
fn written(path: &Path, said: Said, kind: &str, crs: &str, as_stream: bool, packed: bool) {
    let (codes, polygons) = districts();
    let geometry: Box<dyn Array> = match kind {
        "wkb" => BinaryArray::<i32>::from_slice(wkb_of(&polygons)).boxed(),
        "wkb-large" => BinaryArray::<i64>::from_slice(wkb_of(&polygons)).boxed(),
        "polygon" => nested(&polygons, false),
        _ => nested(&polygons, true),
    };
    let inner = geometry.dtype().clone();
    let dtype = match said {
        Said::Extension(name) => ArrowDataType::Extension(Box::new(ExtensionType {
            name: name.into(),
            inner,
            metadata: (!crs.is_empty()).then(|| format!("{{\"crs\": {crs}}}").into()),
        })),
        Said::Metadata | Said::Name => inner,
    };
    let codes = Utf8ViewArray::from_slice_values(codes).boxed();
    let fields =
        [Field::new("adcode".into(), codes.dtype().clone(), false), Field::new("geometry".into(), dtype, true)];
    let schema = Arc::new(fields.into_iter().map(|field| (field.name.clone(), field)).collect::<ArrowSchema>());
    let compression = packed.then_some(Compression::ZSTD(Default::default()));
    let options = WriteOptions { compression };
    // A record batch for each district.
    let batches = (0..polygons.len()).map(|row| {
        RecordBatchT::try_new(1, schema.clone(), vec![codes.sliced(row, 1), geometry.sliced(row, 1)]).unwrap()
    });
    let mut metadata = Metadata::new();
    if said == Said::Metadata {
        let column = if crs.is_empty() { String::new() } else { format!(", \"crs\": {crs}") };
        let geo = format!(
            "{{\"version\": \"1.0.0\", \"primary_column\": \"geometry\", \"columns\": {{\"geometry\": \
             {{\"encoding\": \"WKB\", \"geometry_types\": [\"MultiPolygon\"]{column}}}}}}}"
        );
        metadata.insert("geo".into(), geo.into());
    }
    let mut bytes = Cursor::new(Vec::new());
    if as_stream {
        let mut writer = StreamWriter::new(&mut bytes, options);
        writer.set_custom_schema_metadata(Arc::new(metadata));
        writer.start(&schema, None).unwrap();
        batches.for_each(|batch| writer.write(&batch, None).unwrap());
        writer.finish().unwrap();
    } else {
        let mut writer = FileWriter::new(&mut bytes, schema.clone(), None, options);
        writer.set_custom_schema_metadata(Arc::new(metadata));
        writer.start().unwrap();
        batches.for_each(|batch| writer.write(&batch, None).unwrap());
        writer.finish().unwrap();
    }
    std::fs::write(path, bytes.into_inner()).unwrap();
}

#[test]
fn areas_are_read_however_their_geometries_are_told() {
    let folder = Folder::new();
    let kinds = [
        (Said::Extension("geoarrow.wkb"), "wkb"),
        (Said::Extension("geoarrow.wkb"), "wkb-large"),
        (Said::Extension("ogc.wkb"), "wkb"),
        (Said::Extension("geoarrow.polygon"), "polygon"),
        (Said::Extension("geoarrow.polygon"), "pairs"),
        (Said::Metadata, "wkb"),
        (Said::Name, "wkb-large"),
    ];
    let crs = r#""EPSG:4490""#;
    for (position, (said, kind)) in kinds.into_iter().enumerate() {
        for (as_stream, packed, ending) in
            [(false, false, "arrow"), (false, true, "feather"), (true, false, "arrows"), (true, true, "ipc")]
        {
            let name = format!("{position}.{ending}");
            written(&folder.file(&name), said, kind, crs, as_stream, packed);
            let stated: &[&str] = if said == Said::Name { &["--areas-crs", "cgcs2000"] } else { &[] };
            let outcome = counted(&folder.path(&name), stated);
            assert_eq!((outcome.stdout.as_str(), outcome.status), (TWO_EACH, 0), "{said:?} {kind}: {}", outcome.stderr);
            let is_guessed = outcome.stderr.contains("column `geometry` is taken for geometries");
            assert_eq!(is_guessed, said == Said::Name, "{said:?} {kind}: {}", outcome.stderr);
        }
    }
    // The reference: of GeoArrow and of a column alone none is known where none is said; GeoPandas means WGS 84.
    for (said, is_known) in [(Said::Extension("geoarrow.wkb"), false), (Said::Name, false), (Said::Metadata, true)] {
        written(&folder.file("none.arrow"), said, "wkb", "", false, false);
        let outcome = counted(&folder.path("none.arrow"), &[]);
        assert_eq!(outcome.status, if is_known { 0 } else { 2 }, "{said:?}: {}", outcome.stderr);
        assert_eq!(outcome.stderr.contains("says nothing of its reference"), !is_known, "{}", outcome.stderr);
        assert_eq!(counted(&folder.path("none.arrow"), &["--areas-crs", "wgs84"]).stdout, TWO_EACH);
    }
    written(&folder.file("other.arrow"), Said::Extension("geoarrow.wkt"), "wkb", "", false, false);
    let outcome = counted(&folder.path("other.arrow"), &[]);
    assert!(outcome.status == 2 && outcome.stderr.contains("is encoded as `wkt`, expected WKB"), "{}", outcome.stderr);
    let table = format!("{FILES}/20-arrow-ipc/v2_none.arrow");
    let outcome = counted(&table, &[]);
    assert!(outcome.status == 2 && outcome.stderr.contains("no column of geometries"), "{}", outcome.stderr);
}

#[test]
fn what_is_written_as_arrow_is_a_layer_for_every_command() {
    let folder = Folder::new();
    let at = |name: &str| folder.path(name);
    let convert = |from: &str, to: &str, more: &[&str]| {
        let outcome = jiju([&["convert", from, to], more].concat());
        assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    };
    let districts = format!("{FILES}/districts.geojson");
    for (name, more) in [("degrees.arrow", &[][..]), ("metres.arrow", &["--to", "EPSG:4549"])] {
        convert(&districts, &at(name), more);
        assert_eq!(counted(&at(name), &[]).stdout, TWO_EACH);
        assert_eq!(counted(&format!("{}|layername={}", at(name), &name[..name.len() - 6]), &[]).stdout, TWO_EACH);
        assert_eq!(counted(&format!("{}|layername=x", at(name)), &[]).status, 2);
    }
    let check = jiju(["check", "--areas", &at("metres.arrow")]);
    assert_eq!(check.status, 0, "{}", check.stderr);
    let index = jiju(["index", &at("degrees.arrow"), "-o", &at("districts.index")]);
    assert_eq!(index.status, 0, "{}", index.stderr);
    assert_eq!(counted(&at("districts.index"), &[]).stdout, TWO_EACH);
    let map = jiju([
        "map",
        "--areas",
        &at("degrees.arrow"),
        "--value",
        "adcode",
        "--set",
        "kind=categorical",
        "-o",
        &at("m.svg"),
    ]);
    assert_eq!(map.status, 0, "{}", map.stderr);
    // Back again: the same features, and points as points.
    convert(&at("degrees.arrow"), &at("back.geojson"), &[]);
    convert(&districts, &at("straight.geojson"), &[]);
    assert_eq!(std::fs::read(at("back.geojson")).unwrap(), std::fs::read(at("straight.geojson")).unwrap());
    convert(&format!("{FILES}/geojson/points.geojson"), &at("points.arrow"), &[]);
    let outcome = jiju(["join", &at("points.arrow"), "--areas", &at("degrees.arrow"), "--count", "--format", "csv"]);
    assert_eq!(outcome.stdout, TWO_EACH, "{}", outcome.stderr);
}

#[test]
fn damaged_files_are_refused() {
    let folder = Folder::new();
    written(&folder.file("whole.arrow"), Said::Extension("geoarrow.polygon"), "polygon", "\"EPSG:4490\"", false, false);
    let bytes = std::fs::read(folder.file("whole.arrow")).unwrap();
    for at in (0..bytes.len()).step_by(bytes.len() / 24) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x55;
        std::fs::write(folder.file("damaged.arrow"), damaged).unwrap();
        let outcome = counted(&folder.path("damaged.arrow"), &[]);
        assert!([0, 2].contains(&outcome.status), "byte {at}: {} {}", outcome.status, outcome.stderr);
        assert!(!outcome.stderr.contains("panicked"), "byte {at}: {}", outcome.stderr);
    }
}
