//! Tables of points from files, beside the crates that know the formats.

use std::path::Path;

use divan::Bencher;
use divan::counter::ItemsCount;
use jiju::source::{TableFormat, TableOptions, table, write_table};
use polars::prelude::*;

use crate::layers::{Place, SIZES};

const ROWS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

fn file(rows: usize, ending: &str) -> tempfile::TempPath {
    let points = SIZES[0].points_in_degrees(Place::Anywhere, rows);
    let frame = DataFrame::new_infer_height(vec![
        Series::new("name".into(), (0..rows).map(|row| format!("绍兴第{row}厂")).collect::<Vec<_>>()).into(),
        Series::new("lon".into(), points.iter().map(|point| point.x).collect::<Vec<_>>()).into(),
        Series::new("lat".into(), points.iter().map(|point| point.y).collect::<Vec<_>>()).into(),
    ])
    .unwrap();
    let path = tempfile::Builder::new().suffix(ending).tempfile().unwrap().into_temp_path();
    write_table(&frame, TableFormat::from_path(&path).unwrap(), &path, &[]).unwrap();
    path
}

fn by_jiju(bencher: Bencher<'_, '_>, rows: usize, ending: &str) {
    let path = file(rows, ending);
    bencher.counter(ItemsCount::new(rows)).bench_local(|| {
        let table = table(&path, &TableOptions::default()).unwrap();
        (table.numbers("lon").unwrap(), table.numbers("lat").unwrap())
    });
}

fn by_crate<T>(bencher: Bencher<'_, '_>, rows: usize, ending: &str, read: impl Fn(&Path) -> T) {
    let path = file(rows, ending);
    bencher.counter(ItemsCount::new(rows)).bench_local(|| read(&path));
}

#[divan::bench_group(name = "read_csv", max_time = 2)]
mod csv_file {
    use super::*;

    #[divan::bench(args = ROWS)]
    fn jiju(bencher: Bencher<'_, '_>, rows: usize) {
        by_jiju(bencher, rows, ".csv");
    }

    #[divan::bench(args = ROWS)]
    fn csv_crate(bencher: Bencher<'_, '_>, rows: usize) {
        by_crate(bencher, rows, ".csv", |path| -> Vec<(String, f64, f64)> {
            let records = csv::Reader::from_path(path).unwrap().into_deserialize();
            records.map(Result::unwrap).collect()
        });
    }
}

#[divan::bench_group(name = "read_parquet", max_time = 2)]
mod parquet_file {
    use super::*;

    #[divan::bench(args = ROWS)]
    fn jiju(bencher: Bencher<'_, '_>, rows: usize) {
        by_jiju(bencher, rows, ".parquet");
    }

    #[divan::bench(args = ROWS)]
    fn polars(bencher: Bencher<'_, '_>, rows: usize) {
        by_crate(bencher, rows, ".parquet", |path| {
            ParquetReader::new(std::fs::File::open(path).unwrap()).finish().unwrap()
        });
    }
}
