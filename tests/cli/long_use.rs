//! Runs without number and joins without end: memory does not grow.
//!
//! Few and short ones here; `make soak` gives `JIJU_SOAK_RUNS` and `JIJU_SOAK_ROWS`, and prints what it measures.

#![cfg(target_os = "linux")]

use std::io::{BufWriter, Read as _};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use polars_arrow::array::{Array, PrimitiveArray};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::io::ipc::write::{StreamWriter, WriteOptions};
use polars_arrow::record_batch::RecordBatchT;

use super::run::{Project, files};
use super::{DISTRICTS, Folder, program, repository, sample};

fn number_of(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().map_or(otherwise, |text| text.parse().unwrap())
}

/// A line of what the system says of a process, in KiB.
fn memory_kib(process: &str, line: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    text.lines().find_map(|found| found.strip_prefix(line)?.trim_end_matches(" kB").trim().parse().ok())
}

/// Not a test of its own: what the next one starts, in a process by itself.
#[test]
fn runs_in_one_process() {
    let Ok(file) = std::env::var("JIJU_SOAK_PROJECT") else { return };
    let project = jiju::project::read(Path::new(&file)).unwrap();
    let runs = number_of("JIJU_SOAK_RUNS", 4);
    let mut expected = None;
    for run in 1..=runs {
        jiju::project::run(&project, &mut |_, _, _| {}).unwrap();
        let files = files(&project.output);
        assert!(*expected.get_or_insert_with(|| files.clone()) == files, "run {run} wrote other files");
        if run.is_multiple_of((runs / 20).max(1)) {
            println!("soak {run} {}", memory_kib("self", "VmRSS:").unwrap());
        }
    }
}

#[test]
fn a_process_that_runs_a_project_again_and_again_does_not_grow() {
    let project = Project::new(&sample(), &std::fs::read_to_string(repository(DISTRICTS)).unwrap());
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--exact", "cli::long_use::runs_in_one_process", "--nocapture", "--test-threads=1"])
        .env("JIJU_SOAK_PROJECT", project.folder.path("jiju.toml"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let measured = text.lines().filter_map(|line| line.split_once("soak ")?.1.split_once(' '));
    let measured: Vec<(u64, u64)> =
        measured.map(|(run, kib)| (run.parse().unwrap(), kib.trim().parse().unwrap())).collect();
    println!("memory by number of runs, in KiB: {measured:?}");
    assert!(measured.len() >= 4);
    // What the first runs leave is kept: fonts, pools of threads, pages of the allocator.
    let (early, late) = (measured[measured.len() / 4].1, measured[measured.len() - 1].1);
    assert!(late < early + early / 10 + (48 << 10), "{early} KiB grew to {late} KiB");
}

/// Writes points about Shaoxing as a stream of record batches.
fn write_points(path: &Path, rows: u64) {
    let fields = ["lon", "lat"].map(|name| Field::new(name.into(), ArrowDataType::Float64, false));
    let schema: ArrowSchema = fields.into_iter().map(|field| (field.name.clone(), field)).collect();
    let file = BufWriter::new(std::fs::File::create(path).unwrap());
    let mut writer = StreamWriter::new(file, WriteOptions { compression: None });
    writer.start(&schema, None).unwrap();
    let mut state = 1_u64;
    let mut share = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut left = rows;
    while left > 0 {
        let height = left.min(1 << 18) as usize;
        left -= height as u64;
        let mut column = |start: f64, width: f64| -> Box<dyn Array> {
            Box::new(PrimitiveArray::from_vec((0..height).map(|_| start + width * share()).collect()))
        };
        let columns = vec![column(119.5, 2.0), column(29.0, 1.5)];
        let batch = RecordBatchT::try_new(height, std::sync::Arc::new(schema.clone()), columns).unwrap();
        writer.write(&batch, None).unwrap();
    }
    writer.finish().unwrap();
}

/// The most memory that a join of so many rows takes, in KiB, and how many of the rows it counts.
fn joined(folder: &Folder, rows: u64) -> (u64, u64) {
    let points = folder.file("points.arrows");
    write_points(&points, rows);
    let mut child = program()
        .args(["join", points.to_str().unwrap(), "--areas", DISTRICTS, "--count", "--format", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(memory_kib(&child.id().to_string(), "VmHWM:").unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    let counted = text.lines().skip(1).map(|line| line.rsplit(',').next().unwrap().parse::<u64>().unwrap()).sum();
    std::fs::remove_file(points).unwrap();
    (most, counted)
}

#[test]
fn a_join_of_ten_times_the_rows_takes_no_more_memory() {
    let rows = number_of("JIJU_SOAK_ROWS", 6_000_000);
    let folder = Folder::new();
    let (few, many) = (joined(&folder, rows / 10), joined(&folder, rows));
    println!("{} rows: {} KiB; {rows} rows: {} KiB, {} of them in an area", rows / 10, few.0, many.0, many.1);
    assert!(many.1 > rows / 10 && many.1 < rows, "{} rows counted", many.1);
    assert!(many.0 < few.0 + (96 << 10), "{} KiB grew to {} KiB", few.0, many.0);
}
