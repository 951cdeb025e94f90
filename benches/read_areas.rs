//! Layers of areas from files, beside the crates that know the formats. jiju checks what it reads on the way: ids,
//! reference, validity of every ring.

use std::fs::File;
use std::path::Path;

use divan::Bencher;
use divan::counter::BytesCount;
use geo::{Geometry, MultiPolygon};
use jiju::model::Areas;
use jiju::source::{AreaOptions, areas, write_areas};
use polars::prelude::*;

use crate::layers::{FILE_SIZES, Size};

fn by_jiju(path: &Path) -> Areas {
    areas(path, &AreaOptions { id: Some("id".to_owned()), ..AreaOptions::default() }).unwrap()
}

fn measure<T>(bencher: Bencher<'_, '_>, path: &Path, read: impl Fn(&Path) -> T) {
    let bytes = std::fs::metadata(path).unwrap().len();
    bencher.counter(BytesCount::new(bytes)).bench_local(|| read(path));
}

#[divan::bench_group(name = "read_geojson", max_time = 2)]
mod geojson_file {
    use super::*;

    fn file(size: Size) -> tempfile::TempPath {
        let path = tempfile::Builder::new().suffix(".geojson").tempfile().unwrap().into_temp_path();
        write_areas(&size.degrees(), &path, &[]).unwrap();
        path
    }

    #[divan::bench(args = FILE_SIZES)]
    fn jiju(bencher: Bencher<'_, '_>, size: Size) {
        measure(bencher, &file(size), by_jiju);
    }

    #[divan::bench(args = FILE_SIZES)]
    fn geojson_crate(bencher: Bencher<'_, '_>, size: Size) {
        measure(bencher, &file(size), |path| -> Vec<Geometry<f64>> {
            let text = std::fs::read_to_string(path).unwrap();
            let features: geojson::FeatureCollection = text.parse().unwrap();
            features.features.into_iter().map(|feature| feature.geometry.unwrap().try_into().unwrap()).collect()
        });
    }
}

#[divan::bench_group(name = "read_geoparquet", max_time = 2)]
mod geoparquet_file {
    use geo_traits::to_geo::ToGeoGeometry as _;

    use super::*;

    fn well_known_binary(geometry: &MultiPolygon<f64>) -> Vec<u8> {
        let mut bytes = Vec::new();
        wkb::writer::write_multi_polygon(&mut bytes, geometry, &wkb::writer::WriteOptions::default()).unwrap();
        bytes
    }

    fn file(size: Size) -> tempfile::TempPath {
        let layer = size.degrees();
        let ids: Vec<&str> = layer.areas.iter().map(|area| area.id.as_str()).collect();
        let names: Vec<&str> = layer.areas.iter().map(|area| area.name.as_str()).collect();
        let shapes: Vec<Vec<u8>> = layer.areas.iter().map(|area| well_known_binary(&area.geometry)).collect();
        let geometry: BinaryChunked = shapes.iter().map(|bytes| Some(bytes.as_slice())).collect();
        let mut frame = DataFrame::new_infer_height(vec![
            Series::new("id".into(), ids).into(),
            Series::new("name".into(), names).into(),
            geometry.with_name("geometry".into()).into_series().into(),
        ])
        .unwrap();
        // Without a `crs` the standard means OGC:CRS84.
        let about = r#"{"version":"1.0.0","primary_column":"geometry","columns":{"geometry":{"encoding":"WKB","geometry_types":["MultiPolygon"]}}}"#;
        let metadata = KeyValueMetadata::from_static(vec![("geo".to_owned(), about.to_owned())]);
        let path = tempfile::Builder::new().suffix(".parquet").tempfile().unwrap().into_temp_path();
        ParquetWriter::new(File::create(&path).unwrap())
            .with_key_value_metadata(Some(metadata))
            .finish(&mut frame)
            .unwrap();
        path
    }

    #[divan::bench(args = FILE_SIZES)]
    fn jiju(bencher: Bencher<'_, '_>, size: Size) {
        measure(bencher, &file(size), by_jiju);
    }

    #[divan::bench(args = FILE_SIZES)]
    fn polars_and_wkb_crates(bencher: Bencher<'_, '_>, size: Size) {
        measure(bencher, &file(size), |path| -> Vec<Geometry<f64>> {
            let frame = ParquetReader::new(File::open(path).unwrap()).finish().unwrap();
            let shapes = frame.column("geometry").unwrap().binary().unwrap();
            shapes.iter().map(|bytes| wkb::reader::read_wkb(bytes.unwrap()).unwrap().to_geometry()).collect()
        });
    }
}
