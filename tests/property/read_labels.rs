//! Whatever a label says of the encoding of a Shapefile, a MapInfo file, a KML, a GML or a text of areas, the names come out as
//! they were meant, and a false label is told.

use std::path::Path;

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8};
use jiju::source::{AreaOptions, areas_with_report};
use proptest::prelude::*;

/// Names of places as they are in use, with the encodings that can hold them.
const SIMPLIFIED: [&str; 10] =
    ["越城区", "柯桥区", "上虞区", "新昌县", "诸暨市", "嵊州市", "斗门街道", "马山街道", "钱清镇", "杨汛桥镇"];
const TRADITIONAL: [&str; 6] = ["臺北市", "新北市", "桃園市", "臺中市", "高雄市", "臺南市"];
const LABELS: [Option<&str>; 14] = [
    None,
    Some(""),
    Some("UTF-8"),
    Some("UTF8"),
    Some("GBK"),
    Some("GB18030"),
    Some("936"),
    Some("CP936"),
    Some("ANSI 936"),
    Some("OEM"),
    Some("ISO-8859-1"),
    Some("Big5"),
    Some("Shift_JIS"),
    Some("LDID/77"),
];
const LANGUAGES: [u8; 6] = [0x00, 0x03, 0x4d, 0x57, 0x78, 0x13];

/// A dBASE table of an id and a name for each of three records, whose names have a width of 20 bytes.
fn table(names: &[&str], encoding: &'static Encoding, language: u8) -> Vec<u8> {
    let mut bytes = vec![3, 126, 11, 28];
    bytes.extend((names.len() as u32).to_le_bytes());
    bytes.extend((32 + 2 * 32 + 1_u16).to_le_bytes());
    bytes.extend((1 + 4 + 20_u16).to_le_bytes());
    bytes.extend([0; 17]);
    bytes.push(language);
    bytes.extend([0; 2]);
    for (name, width) in [("id", 4), ("name", 20)] {
        let mut field = [0; 32];
        field[..name.len()].copy_from_slice(name.as_bytes());
        (field[11], field[16]) = (b'C', width);
        bytes.extend(field);
    }
    bytes.push(b'\r');
    for (number, name) in names.iter().enumerate() {
        let mut cell = encoding.encode(name).0.into_owned();
        cell.resize(20, b' ');
        bytes.extend(format!(" a{number}  ").as_bytes());
        bytes.extend(cell);
    }
    bytes
}

/// The names that are read from a Shapefile of such a table, and what is told of it.
fn read(table: &[u8], label: Option<&str>) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("areas.shp");
    for ending in ["shp", "shx", "prj"] {
        let fixture = Path::new("tests/fixtures/files/shp-missing-parts").join(format!("full.{ending}"));
        std::fs::copy(fixture, path.with_extension(ending)).unwrap();
    }
    std::fs::write(path.with_extension("dbf"), table).unwrap();
    if let Some(label) = label {
        std::fs::write(path.with_extension("cpg"), label).unwrap();
    }
    let (areas, report) = areas_with_report(&path, &AreaOptions::default()).unwrap();
    (areas.areas.into_iter().map(|area| area.name).collect(), report.notes)
}

/// The names and what is told of a file with these parts, of which the first is opened.
fn read_parts(parts: &[(&str, Vec<u8>)], id: &str, name: &str) -> (Vec<String>, Vec<String>) {
    read_with(parts, AreaOptions { id: Some(id.to_owned()), name: Some(name.to_owned()), ..AreaOptions::default() })
}

fn read_with(parts: &[(&str, Vec<u8>)], options: AreaOptions) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (ending, bytes) in parts {
        std::fs::write(folder.path().join(format!("areas.{ending}")), bytes).unwrap();
    }
    let path = folder.path().join(format!("areas.{}", parts[0].0));
    let (areas, report) = areas_with_report(&path, &options).unwrap();
    (areas.areas.into_iter().map(|area| area.name).collect(), report.notes)
}

/// A MIF of a square for each name, with its label.
fn mapinfo(names: &[&str], encoding: &'static Encoding, label: &str) -> [(&'static str, Vec<u8>); 2] {
    let mut head = format!(
        "Version 300\nCharset \"{label}\"\nDelimiter \",\"\nCoordSys Earth Projection 1, 104\nColumns 2\n  编码 Char(12)\n  \
         行政区名称 Char(40)\nData\n\n"
    );
    let mut cells = String::new();
    for (number, name) in names.iter().enumerate() {
        let (west, east) = (120 + number, 121 + number);
        head += &format!("Region 1\n  5\n{west} 30\n{east} 30\n{east} 31\n{west} 31\n{west} 30\n");
        cells += &format!("\"{number}\",\"{name}\"\n");
    }
    [("mif", encoding.encode(&head).0.into_owned()), ("mid", encoding.encode(&cells).0.into_owned())]
}

/// A KML of a square for each name, with its label.
fn kml(names: &[&str], encoding: &'static Encoding, label: &str) -> Vec<u8> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"{label}\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document>\n"
    );
    for (number, name) in names.iter().enumerate() {
        let (west, east) = (120 + number, 121 + number);
        text += &format!(
            "<Placemark><name>{name}</name><ExtendedData><Data name=\"编码\"><value>{number}</value></Data></ExtendedData>\
             <Polygon><outerBoundaryIs><LinearRing><coordinates>{west},30 {east},30 {east},31 {west},31 {west},30\
             </coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>\n"
        );
    }
    text += "</Document></kml>\n";
    encoding.encode(&text).0.into_owned()
}

/// A GML of a square for each name, with its label.
#[cfg(feature = "gdal")]
fn gml(names: &[&str], encoding: &'static Encoding, label: &str) -> Vec<u8> {
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"{label}\"?>\n<ogr:FeatureCollection xmlns:ogr=\"http://ogr.maptools.org/\" \
         xmlns:gml=\"http://www.opengis.net/gml\">\n"
    );
    for (number, name) in names.iter().enumerate() {
        let (west, east) = (120 + number, 121 + number);
        text += &format!(
            "<gml:featureMember><ogr:area fid=\"area.{number}\"><ogr:geometryProperty><gml:Polygon srsName=\"EPSG:4326\">\
             <gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>{west},30 {east},30 {east},31 {west},31 {west},30\
             </gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></ogr:geometryProperty>\
             <ogr:code>{number}</ogr:code><ogr:name>{name}</ogr:name></ogr:area></gml:featureMember>\n"
        );
    }
    text += "</ogr:FeatureCollection>\n";
    encoding.encode(&text).0.into_owned()
}

/// A text of areas as well-known text, a square for each name.
#[cfg(feature = "gdal")]
fn well_known_text(names: &[&str], encoding: &'static Encoding) -> Vec<u8> {
    let mut text = "编码,行政区名称,WKT\n".to_owned();
    for (number, name) in names.iter().enumerate() {
        let (west, east) = (120 + number, 121 + number);
        text += &format!("{number},{name},\"POLYGON (({west} 30,{east} 30,{east} 31,{west} 31,{west} 30))\"\n");
    }
    encoding.encode(&text).0.into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[cfg(feature = "gdal")]
    #[test]
    fn names_of_mapinfo_are_read_whatever_the_charset_says(
        names in prop::sample::subsequence(SIMPLIFIED.to_vec(), 3),
        is_utf8 in any::<bool>(),
        label in prop::sample::select(vec!["Neutral", "WindowsSimpChinese", "WindowsLatin1", "UTF-8", "WindowsTradChinese"]),
    ) {
        let encoding = if is_utf8 { UTF_8 } else { GB18030 };
        let (found, notes) = read_parts(&mapinfo(&names, encoding, label), "编码", "行政区名称");
        prop_assert_eq!(found, names, "{:?} {:?}", label, notes);
        let is_true = label == if is_utf8 { "UTF-8" } else { "WindowsSimpChinese" };
        prop_assert_eq!(notes.is_empty(), is_true, "{:?} {:?}", label, notes);
    }

    #[test]
    fn names_of_a_kml_are_read_whatever_its_declaration_says(
        names in prop::sample::subsequence(SIMPLIFIED.to_vec(), 3),
        is_utf8 in any::<bool>(),
        label in prop::sample::select(vec!["UTF-8", "utf8", "GBK", "gb2312", "GB18030", "ISO-8859-1", "Big5", "nonsense"]),
    ) {
        let encoding = if is_utf8 { UTF_8 } else { GB18030 };
        let (found, notes) = read_parts(&[("kml", kml(&names, encoding, label))], "编码", "Name");
        prop_assert_eq!(found, names, "{:?} {:?}", label, notes);
        let is_true = match label {
            "UTF-8" | "utf8" => is_utf8,
            "GBK" | "gb2312" | "GB18030" => !is_utf8,
            _ => false,
        };
        prop_assert_eq!(notes.is_empty(), is_true, "{:?} {:?}", label, notes);
    }

    #[cfg(feature = "gdal")]
    #[test]
    fn names_of_a_gml_are_read_whatever_its_declaration_says(
        names in prop::sample::subsequence(SIMPLIFIED.to_vec(), 3),
        is_utf8 in any::<bool>(),
        label in prop::sample::select(vec!["UTF-8", "GBK", "GB2312", "GB18030", "ISO-8859-1", "nonsense"]),
    ) {
        let encoding = if is_utf8 { UTF_8 } else { GB18030 };
        let (found, notes) = read_parts(&[("gml", gml(&names, encoding, label))], "code", "name");
        prop_assert_eq!(found, names, "{:?} {:?}", label, notes);
        let is_true = match label {
            "UTF-8" => is_utf8,
            "GBK" | "GB2312" | "GB18030" => !is_utf8,
            _ => false,
        };
        prop_assert_eq!(notes.is_empty(), is_true, "{:?} {:?}", label, notes);
    }

    #[cfg(feature = "gdal")]
    #[test]
    fn names_of_a_text_of_areas_are_read_whatever_is_stated(
        names in prop::sample::subsequence(SIMPLIFIED.to_vec(), 3),
        is_utf8 in any::<bool>(),
        stated in prop::sample::select(vec![None, Some("utf-8"), Some("gbk"), Some("936"), Some("latin1"), Some("big5")]),
    ) {
        // GB 18030 could be either of these, so that what is stated holds.
        prop_assume!(is_utf8 || !matches!(stated, Some("latin1" | "big5")));
        let encoding = if is_utf8 { UTF_8 } else { GB18030 };
        let options = AreaOptions {
            id: Some("编码".to_owned()),
            name: Some("行政区名称".to_owned()),
            encoding: stated.map(str::to_owned),
            reference: Some("wgs84".parse().unwrap()),
            ..AreaOptions::default()
        };
        let (found, notes) = read_with(&[("csv", well_known_text(&names, encoding))], options);
        let is_true = match stated {
            None => true,
            Some("utf-8") => is_utf8,
            Some("gbk" | "936") => !is_utf8,
            _ => false,
        };
        prop_assert_eq!(found, names, "{:?} {:?}", stated, notes);
        prop_assert_eq!(notes.is_empty(), is_true, "{:?} {:?}", stated, notes);
    }

    #[test]
    fn names_are_read_whatever_the_label_says(
        names in prop::sample::subsequence(SIMPLIFIED.to_vec(), 3),
        is_utf8 in any::<bool>(),
        label in prop::sample::select(LABELS.to_vec()),
        language in prop::sample::select(LANGUAGES.to_vec()),
    ) {
        let encoding = if is_utf8 { UTF_8 } else { GB18030 };
        let (found, notes) = read(&table(&names, encoding, language), label);
        prop_assert_eq!(found, names, "{:?} {:x} {:?}", label, language, notes);
        let is_true = match label {
            Some("UTF-8" | "UTF8") => is_utf8,
            Some("GBK" | "GB18030" | "936" | "CP936" | "ANSI 936" | "LDID/77") => !is_utf8,
            Some("OEM" | "ISO-8859-1" | "Big5" | "Shift_JIS") => false,
            // The byte of the table is the label then; those of East Asia say something.
            _ => match language {
                0x4d => !is_utf8,
                0x78 | 0x13 => false,
                _ => true,
            },
        };
        prop_assert_eq!(notes.is_empty(), is_true, "{:?} {:x} {:?}", label, language, notes);
    }

    #[test]
    fn traditional_names_in_big5_are_read_or_doubted(
        names in prop::sample::subsequence(TRADITIONAL.to_vec(), 3),
        label in prop::sample::select(LABELS.to_vec()),
    ) {
        let (found, notes) = read(&table(&names, BIG5, 0), label);
        prop_assert_eq!(found, names, "{:?} {:?}", label, notes);
        prop_assert_eq!(notes.is_empty(), label == Some("Big5"), "{:?} {:?}", label, notes);
    }
}
