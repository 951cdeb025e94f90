//! All files of the demo's run are the same, whatever the machine is like on which it runs.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use polars::prelude::{ParquetReader, SerReader as _};

use super::examples::inputs;
use super::run::{Project, files};
use super::{DISTRICTS, Folder, program, repository, sample};

/// What is different from one run to the next: each by itself, and all together.
///
/// What depends on the processor: the C library can be told to do without what it finds. A crate that asks the processor itself
/// cannot: `make torture` runs the program on emulated ones.
const CONDITIONS: [(&str, &[(&str, &str)]); 9] = [
    ("one thread", &[("RAYON_NUM_THREADS", "1"), ("POLARS_MAX_THREADS", "1")]),
    ("two threads", &[("RAYON_NUM_THREADS", "2"), ("POLARS_MAX_THREADS", "2")]),
    ("seven threads", &[("RAYON_NUM_THREADS", "7"), ("POLARS_MAX_THREADS", "7")]),
    ("another time zone", &[("TZ", "Pacific/Kiritimati")]),
    ("another locale", &[("LC_ALL", "tr_TR.UTF-8"), ("LANG", "tr_TR.UTF-8"), ("LANGUAGE", "tr")]),
    ("no locale", &[("LC_ALL", "C")]),
    ("a processor of 2013", &[("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ,-ERMS")]),
    ("no home", &[("HOME", "/nonexistent"), ("XDG_CACHE_HOME", "/nonexistent"), ("TMPDIR", "/nonexistent")]),
    (
        "everything",
        &[
            ("RAYON_NUM_THREADS", "3"),
            ("TZ", "America/St_Johns"),
            ("LC_ALL", "de_DE.UTF-8"),
            ("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX512F,-AVX512VL"),
            ("COLUMNS", "40"),
        ],
    ),
];

/// The files of a run in a folder, under conditions.
fn run(folder: &Path, variables: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let output = folder.join("out");
    let done = program()
        .current_dir(folder)
        .env_remove("LC_ALL")
        .envs(variables.iter().copied())
        .args(["run", "data/demo/jiju.toml"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{variables:?}: {}", String::from_utf8_lossy(&done.stderr));
    let files = files(&output);
    std::fs::remove_dir_all(output).unwrap();
    files
}

fn differing<'a>(one: &'a BTreeMap<String, Vec<u8>>, other: &'a BTreeMap<String, Vec<u8>>) -> Vec<&'a str> {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    one.iter().filter(|(name, bytes)| *bytes != &other[*name]).map(|(name, _)| name.as_str()).collect()
}

/// The demo's project, of fewer firms and with small pictures.
#[test]
fn the_files_of_a_run_depend_on_nothing_but_its_inputs() {
    let first = inputs::folder();
    let expected = run(first.path(), &[]);
    let kinds = ["svg", "png", "pdf", "parquet", "csv", "xlsx", "html", "json", "geojson"];
    for kind in kinds {
        assert!(expected.keys().any(|name| name.ends_with(&format!(".{kind}"))), "no {kind} is written");
    }
    for (name, variables) in CONDITIONS {
        assert_eq!(differing(&expected, &run(first.path(), variables)), Vec::<&str>::new(), "with {name}");
    }
    // Another place, deeper and with other letters in its name.
    let other = Folder::new();
    let place = other.file("项目 2020/a");
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::rename(first.path(), &place).unwrap();
    assert_eq!(differing(&expected, &run(&place, &[])), Vec::<&str>::new(), "from another folder");
}

/// The C library has its logarithms and sines in a form with fused multiplication, which rounds once where the other rounds twice.
/// The last digits of geodesic areas and distances are of the processor therefore, and nothing else is.
#[test]
fn without_fused_multiplication_the_last_digits_of_areas_and_distances_differ_and_nothing_else() {
    let folder = inputs::folder();
    let expected = run(folder.path(), &[]);
    let found = run(folder.path(), &[("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX,-AVX2,-FMA,-FMA4,-AVX512F,-AVX512VL")]);
    for name in differing(&expected, &found) {
        let is_of_numbers =
            [".parquet", ".geojson", ".manifest.json", ".xlsx", ".gpkg"].iter().any(|ending| name.ends_with(ending));
        assert!(is_of_numbers, "{name} differs");
        if !name.ends_with(".parquet") {
            continue;
        }
        // The boxes of geometries are of their coordinates, and structs, which this reader does not compare.
        let frame = |bytes: &[u8]| {
            let mut reader = ParquetReader::new(Cursor::new(bytes.to_vec()));
            let schema = reader.schema().unwrap();
            let plain = schema.iter_names().filter(|name| !name.ends_with("bbox")).map(ToString::to_string).collect();
            reader.with_columns(Some(plain)).finish().unwrap()
        };
        let (one, other) = (frame(&expected[name]), frame(&found[name]));
        assert_eq!(one.schema(), other.schema());
        for (one, other) in one.columns().iter().zip(other.columns()) {
            if !one.dtype().is_float() {
                assert!(one.equals_missing(other), "{name}: {}", one.name());
                continue;
            }
            for (one_value, other_value) in one.f64().unwrap().iter().zip(other.f64().unwrap().iter()) {
                assert_eq!(one_value.is_some(), other_value.is_some(), "{name}: {}", one.name());
                let (a, b) = (one_value.unwrap_or(0.0), other_value.unwrap_or(0.0));
                assert!(
                    a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-11 * a.abs().max(b.abs()).max(1.0),
                    "{name}: {}: {a} and {b}",
                    one.name()
                );
            }
        }
    }
}

/// Processors without the wide registers that crates ask for themselves; `make torture` only, since an emulator is slow.
#[test]
fn the_files_of_a_run_are_those_of_an_emulated_processor() {
    if std::env::var_os("JIJU_TORTURE").is_none() || !cfg!(target_arch = "x86_64") {
        return;
    }
    let project = Project::new(&sample(), &std::fs::read_to_string(repository(DISTRICTS)).unwrap());
    let run = |command: &mut Command| {
        let done = command
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .arg("run")
            .arg(project.folder.file("jiju.toml"))
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        files(&project.folder.file("out"))
    };
    let expected = run(&mut program());
    for processor in ["Haswell", "Skylake-Client", "EPYC"] {
        let mut emulated = Command::new("qemu-x86_64");
        let found = run(emulated.args(["-cpu", processor, env!("CARGO_BIN_EXE_jiju")]));
        assert_eq!(differing(&expected, &found), Vec::<&str>::new(), "on {processor}");
    }
}
