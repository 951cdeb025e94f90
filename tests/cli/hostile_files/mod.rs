//! Files that claim to be one thing and are another, small files that grow, disks that are full, outputs that are inputs.

mod growing;
mod opening;
mod overwriting;
mod places;
mod writing;

use std::path::Path;
use std::process::Command;

use gdal::vector::sql::Dialect;
use gdal::{Dataset, DatasetOptions, GdalOpenFlags};

use super::{Folder, Outcome, program, repository};

/// The thinned districts, in longitude and latitude.
const AREAS: &str = "tests/fixtures/areas/districts.geojson";

/// A square of one degree, as WKT has it.
const SQUARE: &str = "120,30 121,30 121,31 120,31 120,30";

fn outcome(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    Outcome {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The program behind commands of a shell, which set limits for it.
fn under(limits: &str, arguments: &[&str]) -> Outcome {
    let mut command = Command::new("sh");
    let program = program();
    command.current_dir(program.get_current_dir().unwrap()).envs(program.get_envs().filter_map(|(k, v)| Some((k, v?))));
    command.args(["-c", &format!("{limits}; exec \"$@\""), "sh"]).arg(program.get_program()).args(arguments);
    outcome(&mut command)
}

/// What the program did to files, networks and other programs, by `strace`.
struct Traced {
    outcome: Outcome,
    /// The files that were opened, those of the system left out.
    opened: Vec<String>,
    /// Calls that make files, ask a network, start a program.
    done: Vec<String>,
}

fn traced(folder: &Folder, arguments: &[&str]) -> Traced {
    let log = tempfile::NamedTempFile::new().unwrap();
    let program = program();
    let mut command = Command::new("strace");
    command.current_dir(folder.0.path()).envs(program.get_envs().filter_map(|(k, v)| Some((k, v?))));
    command.args(["-f", "-qq", "-s", "4096", "-e", "trace=open,openat,creat,mkdir,rename,socket,connect,execve", "-o"]);
    command.arg(log.path()).arg(program.get_program()).args(arguments);
    let outcome = outcome(&mut command);
    let text = std::fs::read_to_string(log.path()).unwrap();
    // The program itself is the first of them.
    assert!(
        text.lines().any(|line| line.contains("execve(")),
        "strace (scripts/setup.sh test) says {}",
        outcome.stderr
    );
    let calls: Vec<&str> = text.lines().filter(|line| !line.contains(" = -1 ")).collect();
    let quoted = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
    let system = ["/usr/", "/lib", "/proc/", "/sys/", "/dev/", "/etc/ld.so", env!("CARGO_MANIFEST_DIR")];
    let opened = calls
        .iter()
        .filter(|line| line.contains("open"))
        .map(|line| quoted(line))
        .filter(|path| !system.iter().any(|start| path.starts_with(start)))
        .collect();
    let makes = ["O_CREAT", "creat(", "mkdir(", "rename(", "socket(", "connect(", "execve("];
    let done = calls.iter().filter(|line| makes.iter().any(|call| line.contains(call))).skip(1);
    Traced { outcome, opened, done: done.map(|line| (*line).to_owned()).collect() }
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Two points, one of them in the square.
fn points(folder: &Folder) -> String {
    folder.write("points.csv", "id,lon,lat\na,120.5,30.5\nb,119,30\n")
}

/// A GeoPackage of an empty layer `v` as the statements make it, and beside it, where `keeps` says so, a layer `grid`.
fn geopackage(folder: &Folder, name: &str, keeps: bool, statements: &[&str]) -> String {
    let path = folder.file(name);
    std::fs::copy(repository("tests/fixtures/areas/grid.gpkg"), &path).unwrap();
    let options = DatasetOptions {
        open_flags: GdalOpenFlags::GDAL_OF_UPDATE | GdalOpenFlags::GDAL_OF_VECTOR,
        allowed_drivers: Some(&["GPKG"]),
        ..DatasetOptions::default()
    };
    let database = Dataset::open_ex(&path, options).unwrap();
    let run = |statement: &str| {
        database.execute_sql(statement, None, Dialect::DEFAULT).unwrap_or_else(|error| panic!("{statement}: {error}"));
    };
    if !keeps {
        run("DROP TABLE grid");
    }
    run("INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('v', 'features', 'v', 4326)");
    run("INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 4326, 0, 0)");
    statements.iter().for_each(|statement| run(statement));
    database.close().unwrap();
    path.to_str().unwrap().to_owned()
}
