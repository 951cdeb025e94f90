//! Which drivers of GDAL read and write which formats; all others are put away.

use std::path::Path;

use gdal::DriverManager;

use super::super::vector::ending;
use super::Complaint;
use crate::error::{Error, ReadError, Result};

/// A format, by the endings of its files.
pub(super) struct Format {
    pub endings: &'static [&'static str],
    /// The drivers that may read it, whatever the bytes look like.
    pub readers: &'static [&'static str],
    pub writer: Option<&'static str>,
    /// How it is opened.
    pub options: &'static [&'static str],
    pub contents: Contents,
}

/// How a file may come to more than it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contents {
    /// It is read piece by piece, as it stands.
    Plain,
    /// The driver keeps it whole, as a tree of elements.
    Tree,
    /// An archive of trees.
    Archive,
    /// A database, with statements of its own.
    Database,
}

const fn format(endings: &'static [&'static str], readers: &'static [&'static str], contents: Contents) -> Format {
    Format { endings, readers, writer: None, options: &[], contents }
}

const FORMATS: [Format; 11] = [
    Format { writer: Some("GPKG"), ..format(&["gpkg"], &["GPKG"], Contents::Database) },
    format(&["sqlite"], &["SQLite"], Contents::Database),
    Format { writer: Some("ESRI Shapefile"), ..format(&["shp", "dbf", "shx"], &["ESRI Shapefile"], Contents::Plain) },
    Format { writer: Some("FlatGeobuf"), ..format(&["fgb"], &["FlatGeobuf"], Contents::Plain) },
    Format { writer: Some("LIBKML"), ..format(&["kml"], &["LIBKML", "KML"], Contents::Tree) },
    Format { writer: Some("LIBKML"), ..format(&["kmz"], &["LIBKML"], Contents::Archive) },
    Format { writer: Some("MapInfo File"), ..format(&["tab", "mif", "mid"], &["MapInfo File"], Contents::Plain) },
    Format {
        writer: Some("GML"),
        options: &["DOWNLOAD_SCHEMA=NO", "WRITE_GFS=NO"],
        ..format(&["gml"], &["GML"], Contents::Plain)
    },
    format(&["geojsonl", "geojsons"], &["GeoJSONSeq"], Contents::Plain),
    // Dialects of JSON; GeoJSON itself is not read here.
    format(&["geojson", "json", "topojson"], &["TopoJSON", "ESRIJSON", "GeoJSON"], Contents::Tree),
    format(&["gpx"], &["GPX"], Contents::Plain),
];

/// A geodatabase is a folder.
const GEODATABASE: Format = format(&["gdb"], &["OpenFileGDB"], Contents::Plain);

/// The driver of rasters.
pub(super) const RASTER: &str = "GTiff";

fn formats() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().chain(std::iter::once(&GEODATABASE))
}

/// The format to read a file in.
pub(super) fn reading(path: &Path) -> Result<&'static Format> {
    let own = ending(path);
    formats().find(|format| format.endings.contains(&own.as_str())).ok_or_else(|| {
        let expected =
            "geojson, gpkg, shp, fgb, kml, kmz, tab, mif, gml, gdb, sqlite, geojsonl, topojson, gpx, parquet";
        ReadError::UnknownFormat { file: path.display().to_string(), ending: own, expected }.into()
    })
}

/// The driver that writes files of this ending.
pub(super) fn writing(path: &Path) -> Result<gdal::Driver> {
    ready();
    let own = ending(path);
    let writer = formats().find(|format| format.endings.contains(&own.as_str())).and_then(|format| format.writer);
    let driver = writer.and_then(|writer| {
        // A build of GDAL without libkml has its own KML.
        let others = if writer == "LIBKML" && own == "kml" { &["KML"][..] } else { &[] };
        std::iter::once(&writer).chain(others).find_map(|name| DriverManager::get_driver_by_name(name).ok())
    });
    driver.ok_or_else(|| -> Error {
        let expected = "geojson, gpkg, shp, fgb, kml, kmz, tab, mif, gml, geojsonl";
        ReadError::UnknownFormat { file: path.display().to_string(), ending: own, expected }.into()
    })
}

/// What holds for all of GDAL, whatever the environment says.
const CONFIGURATION: [(&str, &str); 8] = [
    // No file is fetched: none ends so.
    ("CPL_VSIL_CURL_ALLOWED_EXTENSIONS", "{none}"),
    ("CPL_VSIL_CURL_ALLOWED_FILENAME", "{none}"),
    ("GML_DOWNLOAD_WFS_SCHEMA", "NO"),
    ("GML_SKIP_RESOLVE_ELEMS", "ALL"),
    ("LIBKML_RESOLVE_STYLE", "NO"),
    ("OGR_SQLITE_LOAD_EXTENSIONS", ""),
    // SQLite takes no more memory than this, in bytes, whatever a row or a function asks for; and what a schema calls must
    // be harmless.
    ("OGR_SQLITE_PRAGMA", "hard_heap_limit=268435456,trusted_schema=OFF,cell_size_check=ON"),
    ("PROJ_NETWORK", "OFF"),
];

/// Makes GDAL ready: its complaints are kept for [`complaints`](super::complaints), and of its drivers only those remain that
/// read or write a format of ours. The others open databases, addresses and other files, and run programs.
pub(super) fn ready() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        gdal::config::set_error_handler(|kind, number, message| {
            // The gdal crate asks features without geometry whether it is empty, and GDAL minds (CPLE_ObjectNull).
            if number == 10 {
                return;
            }
            let is_failure = matches!(kind, gdal::errors::CplErrType::Failure | gdal::errors::CplErrType::Fatal);
            super::complain(Complaint { is_failure, message: message.to_owned() });
        });
        for (key, value) in CONFIGURATION {
            // It fails for text with a zero byte alone.
            let _ = gdal::config::set_config_option(key, value);
        }
        let is_ours = |name: &str| {
            name == RASTER || formats().any(|format| format.readers.contains(&name) || format.writer == Some(name))
        };
        let foreign: Vec<gdal::Driver> = DriverManager::all().filter(|driver| !is_ours(&driver.short_name())).collect();
        for driver in foreign {
            DriverManager::deregister_driver(&driver);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_driver_is_left_but_those_of_formats() {
        ready();
        let mut names: Vec<String> = DriverManager::all().map(|driver| driver.short_name()).collect();
        names.sort();
        let expected = [
            "ESRI Shapefile",
            "ESRIJSON",
            "FlatGeobuf",
            "GML",
            "GPKG",
            "GPX",
            "GTiff",
            "GeoJSON",
            "GeoJSONSeq",
            "KML",
            "LIBKML",
            "MapInfo File",
            "OpenFileGDB",
            "SQLite",
            "TopoJSON",
        ];
        assert!(names.iter().all(|name| expected.contains(&name.as_str())), "{names:?}");
        assert!(names.len() > 9, "{names:?}");
    }

    #[test]
    fn each_format_can_be_read_and_those_that_are_written_can_be_written() {
        ready();
        for format in formats() {
            assert!(
                format.readers.iter().any(|name| DriverManager::get_driver_by_name(name).is_ok()),
                "{:?}",
                format.endings
            );
            for ending in format.endings {
                let written = writing(Path::new(&format!("a.{ending}")));
                assert_eq!(written.is_ok(), format.writer.is_some(), "{ending}");
            }
        }
        assert!(reading(Path::new("a.vrt")).is_err() && writing(Path::new("a.vrt")).is_err());
    }
}
