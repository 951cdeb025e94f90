//! Joins of more points than one piece of a file holds, and saved indices.

use std::fmt::Write as _;

use jiju::measure::{Join, join_points};
use jiju::model::Distance;
use jiju::source::{AreaLayers, AreasInMemory, Origin, PointSource, TableFormat, TableOptions, table, write_table};

use super::{DISTRICTS, Folder, jiju, program};

/// Points about Shaoxing as text of several pieces, a few of them without a place.
fn many_points() -> String {
    let mut text = "编号,名称,经度,纬度\n".to_owned();
    let mut state = 1_u64;
    let mut share = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for row in 0..150_000 {
        let (lon, lat) = (119.5 + 2.0 * share(), 29.0 + 1.5 * share());
        match row % 5_000 {
            7 => writeln!(text, "{row},示例企业,,{lat}"),
            8 => writeln!(text, "{row},\"示例,\n企业\",{lon},no"),
            _ => writeln!(text, "{row},示例企业 {row},{lon},{lat}"),
        }
        .unwrap();
    }
    text
}

#[test]
fn a_join_in_pieces_is_the_join_of_the_whole() {
    let folder = Folder::new();
    let text = folder.write("points.csv", &many_points());
    let whole = table(&folder.file("points.csv"), &TableOptions::default()).unwrap();
    let parquet = folder.file("points.parquet");
    write_table(&whole.frame, TableFormat::Parquet, &parquet, &[]).unwrap();
    let index = folder.path("districts.index");
    folder.seen(&["index", DISTRICTS, "-o", &index, "--layer", "again"]);
    for points in [text, folder.path("points.parquet")] {
        let areas: Vec<Origin<AreasInMemory>> = [DISTRICTS, &index].map(Origin::from).to_vec();
        let request = Join::default()
            .with_points(PointSource::default().with_table(points.clone()))
            .with_layers(AreaLayers::default().with_areas(areas))
            .with_snap(Distance::from_metres(300.0));
        let mut reached = 0;
        let expected = join_points(&request, &mut |progress| reached = progress.counted).unwrap();
        assert_eq!((expected.rows.height(), reached), (150_000, 150_000));
        for ending in ["csv", "parquet"] {
            let written: Vec<Vec<u8>> = ["1", "2", "5"]
                .iter()
                .map(|threads| {
                    let output = folder.path(&format!("joined.{ending}"));
                    let mut command = program();
                    let arguments =
                        ["join", &points, "--areas", DISTRICTS, "--areas", &index, "--snap", "300m", "-o", &output];
                    let done = command.env("RAYON_NUM_THREADS", threads).args(arguments).output().unwrap();
                    let notes = String::from_utf8(done.stderr).unwrap();
                    assert_eq!((done.status.code(), done.stdout.len()), (Some(0), 0), "{notes}");
                    let notes: Vec<_> = notes.lines().map(|note| note.trim_start_matches("note: ")).collect();
                    assert_eq!(notes, expected.counted.notes);
                    std::fs::read(output).unwrap()
                })
                .collect();
            assert!(written.windows(2).all(|pair| pair[0] == pair[1]), "{ending} differs with the number of threads");
            let joined = table(&folder.file(&format!("joined.{ending}")), &TableOptions::default()).unwrap();
            assert_eq!(joined.columns(), table_columns(&expected.rows));
            for column in
                ["编号", "名称", "shaoxing_districts_id", "again_name", "again_on_boundary", "again_snapped_m"]
            {
                let expected = jiju::model::Table { frame: expected.rows.clone(), ..joined.clone() };
                let (joined, expected) = (joined.text(column).unwrap(), expected.text(column).unwrap());
                assert!(joined.iter().eq(expected.iter()), "{ending} {column}");
            }
        }
        let counted = jiju(["join", &points, "--areas", DISTRICTS, "--snap", "300m", "--count", "--format", "csv"]);
        let sum: u64 =
            counted.stdout.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<u64>().unwrap()).sum();
        assert_eq!(sum + expected.counted.unmatched[0], 150_000);
    }
}

fn table_columns(frame: &polars::prelude::DataFrame) -> Vec<String> {
    frame.get_column_names().into_iter().map(|name| name.to_string()).collect()
}

#[test]
fn faults_of_rows_in_any_piece_are_told_together_and_leave_no_file() {
    let folder = Folder::new();
    let mut text = many_points();
    text.insert_str(text.find('\n').unwrap() + 1, "ragged\n");
    text.push_str("last,ragged,1\n");
    let points = folder.write("points.csv", &text);
    for output in ["joined.csv", "joined.parquet"] {
        let outcome = jiju(["join", &points, "--areas", DISTRICTS, "-o", &folder.path(output)]);
        assert_eq!(outcome.status, 2);
        let message = outcome.stderr;
        assert!(message.contains("row 2 has 1 cells, row 150003 has 3 cells; expected 4 cells"), "{message}");
    }
    assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 1);
}

#[test]
fn a_saved_index_is_refused_where_it_is_not_that_of_the_areas() {
    let folder = Folder::new();
    let points = folder.write("points.csv", "id,lon,lat\na,120.5683,29.9891\n");
    let areas = folder.file("districts.geojson");
    std::fs::copy(super::repository(DISTRICTS), &areas).unwrap();
    let index = folder.path("districts.index");
    let built = jiju(["index", areas.to_str().unwrap(), "-o", &index, "--area-id", "adcode"]);
    assert_eq!((built.status, built.stdout.as_str()), (0, ""), "{}", built.stderr);
    let join = |more: &[&str]| {
        let all = [&["join", &points, "--areas", &index, "--count", "--format", "csv"], more].concat();
        jiju(&all).seen_without(folder.0.path())
    };
    let mut seen = vec![join(&[]), join(&["--area-id", "adcode"]), join(&["--area-id", "name"]), join(&["--repair"])];
    std::fs::rename(&areas, folder.file("elsewhere.geojson")).unwrap();
    seen.push(join(&[]));
    let text = std::fs::read_to_string(folder.file("elsewhere.geojson")).unwrap();
    std::fs::write(&areas, format!("{text} ")).unwrap();
    seen.push(join(&[]));
    std::fs::write(&areas, text).unwrap();
    let bytes = std::fs::read(folder.file("districts.index")).unwrap();
    let mut other = bytes.clone();
    other[12] = 99;
    std::fs::write(folder.file("districts.index"), &other).unwrap();
    seen.push(join(&[]));
    other.clone_from(&bytes);
    other[bytes.len() / 2] ^= 1;
    std::fs::write(folder.file("districts.index"), &other).unwrap();
    seen.push(join(&[]));
    // The same areas come out of an index as went in.
    std::fs::write(folder.file("districts.index"), &bytes).unwrap();
    let concentration = |areas: &str| {
        let arguments = [
            "concentration",
            "data/samples/register.csv",
            "--areas",
            areas,
            "--by",
            "行业代码",
            "--layer",
            "d",
            "--format",
            "csv",
        ];
        jiju(arguments)
    };
    let (of_index, of_areas) = (concentration(&index), concentration(areas.to_str().unwrap()));
    assert_eq!((of_index.status, of_index.stdout), (of_areas.status, of_areas.stdout), "{}", of_index.stderr);
    insta::assert_snapshot!(seen.join("\n"));
}
