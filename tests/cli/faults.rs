//! What is left where the program is ended, cannot write, or is given names made to do harm.
//!
//! Rounds are few and their moments are drawn from a seed; `make torture` sets `JIJU_TORTURE` for more of them.

#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use super::run::{Project, files};
use super::{DISTRICTS, Folder, jiju, program, repository, sample};

/// So many rounds, and more where they are asked for.
fn rounds(few: u64) -> u64 {
    std::env::var("JIJU_TORTURE").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1) * few
}

/// A number below another, by a seed.
fn drawn(seed: u64, below: u64) -> u64 {
    // SplitMix64.
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (state ^ (state >> 31)) % below
}

/// Starts the program, sends it a signal after so many milliseconds, and waits for its end.
fn ended<S: AsRef<std::ffi::OsStr>>(arguments: &[S], signal: &str, after_ms: u64) -> ExitStatus {
    let mut child = program().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(after_ms));
    Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
    child.wait().unwrap()
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn points(rows: usize) -> String {
    let row = |row: usize| {
        format!("f{row},{:.5},{:.5}\n", 120.0 + (row % 997) as f64 / 997.0, 29.5 + (row % 499) as f64 / 499.0)
    };
    std::iter::once("id,lon,lat\n".to_owned()).chain((0..rows).map(row)).collect()
}

/// The numbers of signals by which their exit status is made.
const SIGNALS: [(&str, Option<i32>); 3] = [("INT", Some(130)), ("TERM", Some(143)), ("KILL", None)];

#[test]
fn a_join_that_is_ended_leaves_nothing_half_written() {
    let folder = Folder::new();
    let text = points(60_000);
    let input = folder.write("firms.csv", &text);
    let output = folder.path("joined.csv");
    let join = ["join", &input, "--areas", DISTRICTS, "-o", &output];
    let whole = jiju(join);
    assert_eq!(whole.status, 0, "{}", whole.stderr);
    let expected = std::fs::read(&output).unwrap();
    let began = std::time::Instant::now();
    assert_eq!(jiju(join).status, 0);
    let takes_ms = began.elapsed().as_millis() as u64;
    let mut ends = 0;
    for round in 0..rounds(6) {
        let (signal, status) = SIGNALS[round as usize % 3];
        let is_there = drawn(round, 2) == 0;
        if is_there {
            std::fs::write(&output, "before").unwrap();
        } else {
            let _ = std::fs::remove_file(&output);
        }
        let found = ended(&join, signal, drawn(round + 1000, takes_ms.max(2)));
        ends += u32::from(found.code() != Some(0));
        // Before the program has begun to listen the system ends it.
        let is_ended = found.code() == status || status == found.signal().map(|number| 128 + number);
        assert!(found.code() == Some(0) || is_ended, "{signal}: {found}");
        match std::fs::read(&output) {
            Ok(bytes) => assert!(bytes == expected || (is_there && bytes == b"before"), "round {round}"),
            Err(_) => assert!(!is_there),
        }
        assert!(std::fs::read_to_string(&input).unwrap() == text);
        let left: Vec<String> = names(folder.0.path()).into_iter().filter(|name| name.starts_with(".jiju-")).collect();
        assert!(left.is_empty() || status.is_none(), "round {round}, {signal}: {left:?}");
        // What was killed leaves its file, which the next may be ended too soon to remove.
        left.iter().for_each(|name| std::fs::remove_file(folder.file(name)).unwrap());
    }
    assert!(ends > 0, "no round ended the program");
    // What a killed one left, the next removes.
    std::fs::create_dir(folder.file(".jiju-4294967295-abcdef")).unwrap();
    assert_eq!(jiju(join).status, 0);
    assert_eq!(names(folder.0.path()), ["firms.csv", "joined.csv"]);
    assert!(std::fs::read(&output).unwrap() == expected);
}

#[test]
fn the_files_of_a_run_are_all_of_one_run() {
    let project = Project::new(&sample(), &std::fs::read_to_string(repository(DISTRICTS)).unwrap());
    let (before, after) = (["--as-of", "2020-06-30"], ["--as-of", "2020-09-30"]);
    let file = project.folder.path("jiju.toml");
    let output = project.folder.path("out");
    let (file, output) = (file.as_str(), output.as_str());
    let run = |day: [&'static str; 2]| [vec!["run", file, "-o", output], day.to_vec()].concat();
    let began = std::time::Instant::now();
    assert_eq!(jiju(run(after)).status, 0);
    let takes_ms = began.elapsed().as_millis() as u64;
    let of_after = files(Path::new(&output));
    assert_eq!(jiju(run(before)).status, 0);
    let of_before = files(Path::new(&output));
    assert!(of_before["manifest.json"] != of_after["manifest.json"]);
    for round in 0..rounds(3) {
        let (signal, status) = SIGNALS[round as usize % 3];
        let found = ended(&run(after), signal, takes_ms * (drawn(round + 7, 90) + 10) / 100);
        let is_ended = found.code() == status || status == found.signal().map(|number| 128 + number);
        assert!(found.code() == Some(0) || is_ended, "{signal}: {found}");
        let mut left = files(Path::new(&output));
        if signal == "KILL" {
            left.retain(|name, _| !name.starts_with(".jiju-"));
        }
        if left.contains_key("manifest.json") {
            let expected = if left["manifest.json"] == of_before["manifest.json"] { &of_before } else { &of_after };
            let differs = |name: &&String| left.get(*name) != expected.get(*name);
            let names: BTreeSet<&String> = left.keys().chain(expected.keys()).filter(differs).collect();
            assert!(names.is_empty(), "round {round}, {signal}: files of two runs: {names:?}");
        } else {
            assert_eq!(signal, "KILL", "round {round}");
        }
        assert_eq!(jiju(run(before)).status, 0);
        assert!(files(Path::new(&output)) == of_before, "round {round}: the next run is not whole");
    }
}

#[test]
fn a_run_that_fails_changes_nothing() {
    let project = Project::new(&sample(), &std::fs::read_to_string(repository(DISTRICTS)).unwrap());
    let output = project.folder.file("out");
    std::fs::create_dir(&output).unwrap();
    std::fs::write(output.join("manifest.json"), "before").unwrap();
    // A specification that cannot be drawn: found after the tables are made.
    project.folder.write("firms.toml", "title = \"企业数\"\nlayer = \"district\"\ncolumn = \"no_such_column\"\n");
    let outcome = jiju([Path::new("run"), &project.folder.file("jiju.toml"), Path::new("-o"), &output]);
    assert_eq!(outcome.status, 2, "{}", outcome.stderr);
    assert_eq!(names(&output), ["manifest.json"]);
    assert_eq!(std::fs::read_to_string(output.join("manifest.json")).unwrap(), "before");
    let fresh = project.folder.file("fresh");
    assert_eq!(jiju([Path::new("run"), &project.folder.file("jiju.toml"), Path::new("-o"), &fresh]).status, 2);
    assert!(!fresh.exists());
}

#[test]
fn what_a_run_writes_does_not_tell_who_ran_it_or_from_where() {
    let sample = sample();
    let districts = std::fs::read_to_string(repository(DISTRICTS)).unwrap();
    let mut written = Vec::new();
    for place in 0..2 {
        let project = Project::new(&sample, &districts);
        let text = std::fs::read_to_string(project.folder.file("jiju.toml")).unwrap();
        let analyses = "\n[[analysis]]\nname = \"share\"\noperation = \"dbscan\"\ntable = \"register.csv\"\nradius = \"3km\"\nmin_points = 20\n";
        project.folder.write("jiju.toml", &format!("{text}{analyses}"));
        let home = project.folder.0.path().canonicalize().unwrap();
        std::fs::create_dir(home.join("beside")).unwrap();
        let (from, name) = match place {
            0 => (home.join("beside"), "../jiju.toml".to_owned()),
            _ => (home.clone(), home.join("jiju.toml").display().to_string()),
        };
        let output = program().current_dir(&from).args(["run", &name]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let files = files(&home.join("out"));
        for (name, bytes) in &files {
            let home = home.to_str().unwrap().as_bytes();
            assert!(!bytes.windows(home.len()).any(|part| part == home), "{name} tells where the project is");
        }
        written.push(files);
    }
    assert_eq!(written[0].keys().collect::<Vec<_>>(), written[1].keys().collect::<Vec<_>>());
    for (name, bytes) in &written[0] {
        assert!(bytes == &written[1][name], "{name} differs by how the project was named");
    }
    assert!(String::from_utf8_lossy(&written[0]["tables/problems.csv"]).contains(",register.csv,"));
}

#[test]
fn closed_and_full_streams_do_not_undo_the_work() {
    let folder = Folder::new();
    let input = folder.write("firms.csv", &points(50));
    for (number, stream) in ["2>/dev/full", "2>&-", "1>&- 2>&-"].iter().enumerate() {
        let output = folder.path(&format!("{number}.csv"));
        let command = format!("exec \"$0\" \"$@\" {stream}");
        for arguments in [vec!["convert", &input, &output], vec!["join", &input, "--areas", DISTRICTS, "-o", &output]] {
            let status = Command::new("sh")
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .args(["-c", &command, env!("CARGO_BIN_EXE_jiju")])
                .args(&arguments)
                .status()
                .unwrap();
            assert_eq!(status.code(), Some(0), "{stream}: {arguments:?}");
            assert!(Path::new(&output).is_file());
        }
        let refused = Command::new("sh")
            .args(["-c", &command, env!("CARGO_BIN_EXE_jiju"), "convert", "no-such-file.csv", &output])
            .status();
        assert_eq!(refused.unwrap().code(), Some(2), "{stream}");
    }
}

#[test]
fn neither_home_nor_locale_matters_and_runs_beside_each_other_agree() {
    let folder = Folder::new();
    let input = folder.write("企业.csv", &points(2000));
    let output = folder.path("joined.csv");
    let join = ["join", &input, "--areas", DISTRICTS, "-o", &output];
    assert_eq!(jiju(join).status, 0);
    let expected = std::fs::read(&output).unwrap();
    let mut plain = program();
    plain.env_clear().env("LC_ALL", "C").args(join);
    assert!(plain.output().unwrap().status.success());
    assert!(std::fs::read(&output).unwrap() == expected);
    let children: Vec<_> =
        (0..20).map(|_| program().args(join).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()).collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert!(std::fs::read(&output).unwrap() == expected);
    assert_eq!(names(folder.0.path()), ["joined.csv", "企业.csv"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = Folder::new();
    let input = folder.write("firms.csv", &points(5));
    // A file where a folder should be; a folder of the system, in which nobody makes files.
    for output in [format!("{input}/out.csv"), "/proc/self/out.csv".to_owned()] {
        let outcome = jiju(["join", &input, "--areas", DISTRICTS, "-o", &output]);
        assert_eq!(outcome.status, 2, "{output}");
        assert!(outcome.stderr.contains(&output), "{}", outcome.stderr);
    }
    assert_eq!(names(folder.0.path()), ["firms.csv"]);
}

#[test]
fn names_do_not_control_the_terminal() {
    let folder = Folder::new();
    let long = "长".repeat(5000);
    let hostile = format!("\u{1b}]0;PWNED\u{7}\u{1b}[31mRED\u{202e}{long}");
    let areas = std::fs::read_to_string(repository(DISTRICTS)).unwrap();
    let name = serde_json::to_string(&hostile).unwrap();
    let areas = folder.write("areas.geojson", &areas.replace("\"越城区\"", &name));
    let (points, output) = (folder.write("points.csv", &points(50)), folder.path("counts.csv"));
    let input = folder.write("firms.csv", &format!("id,lon,{hostile}\na,120.5,30\nb,120.5,30\n"));
    for arguments in [
        vec!["convert", &input, &output, "--from", "gcj02", "--to", "wgs84"],
        vec!["join", &points, "--areas", &areas, "--area-id", "name", "--count"],
        vec!["check", "--areas", &areas],
    ] {
        let outcome = jiju(&arguments);
        let seen = outcome.seen();
        assert!(
            !seen.chars().any(|one| one.is_control() && one != '\n') && !seen.contains('\u{202e}'),
            "{arguments:?}"
        );
        assert!(seen.lines().all(|line| line.chars().count() < 5000), "{arguments:?}");
    }
    // The file keeps what the terminal is spared.
    let counted = jiju(["join", &points, "--areas", &areas, "--area-id", "name", "--count", "-o", &output]);
    assert_eq!(counted.status, 0, "{}", counted.stderr);
    assert!(std::fs::read_to_string(&output).unwrap().contains(&hostile));
}

#[test]
fn an_index_of_what_is_no_file_does_not_hang() {
    let folder = Folder::new();
    let areas = std::fs::read_to_string(repository(DISTRICTS)).unwrap();
    let (areas, index) = (folder.write("areas.geojson", &areas), folder.path("areas.index"));
    assert_eq!(jiju(["index", &areas, "-o", &index]).status, 0);
    let join = |index: &str| jiju(["join", "data/samples/register.csv", "--areas", index, "--count"]);
    assert_eq!(join(&index).status, 0);
    std::fs::remove_file(&areas).unwrap();
    for make in ["mkfifo", "ln -s /dev/zero", "truncate -s 20G"] {
        let made = Command::new("sh").args(["-c", &format!("{make} \"$0\""), &areas]).status().unwrap();
        assert!(made.success());
        let outcome = join(&index);
        assert_eq!(outcome.status, 2, "{make}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains("areas.index") && outcome.stderr.contains("build the index again"),
            "{}",
            outcome.stderr
        );
        std::fs::remove_file(&areas).unwrap();
    }
    // Cut short by another: it is read, not mapped.
    let bytes = std::fs::read(&index).unwrap();
    std::fs::write(&index, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(join(&index).status, 2);
    std::fs::remove_file(&index).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &index).unwrap();
    assert_eq!(join(&index).status, 2);
}

#[test]
fn an_index_is_no_map_of_its_file() {
    let folder = Folder::new();
    let index = folder.path("areas.index");
    assert_eq!(jiju(["index", DISTRICTS, "-o", &index]).status, 0);
    let saved = jiju::source::read_index(Path::new(&index)).unwrap();
    std::fs::OpenOptions::new().write(true).open(&index).unwrap().set_len(0).unwrap();
    assert_eq!(saved.areas().len(), 6);
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    assert!(!maps.contains(folder.0.path().to_str().unwrap()));
}

/// A map of a file ends the process where another one cuts the file: whatever is read is copied first.
#[test]
fn a_table_that_is_cut_while_it_is_read_is_an_error() {
    use jiju::source::{Batches, TableFormat, TableOptions, write_table};
    let folder = Folder::new();
    let rows = 200_000_i64;
    let ids: Vec<i64> = (0..rows).map(|row| row.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64)).collect();
    let frame = polars::prelude::df!("id" => ids).unwrap();
    let path = folder.file("t.parquet");
    write_table(&frame, TableFormat::Parquet, &path, &[]).unwrap();
    let pieces = |path: &Path| {
        let mut batches = Batches::open(path, &TableOptions::default()).unwrap().unwrap();
        let mut pieces = Vec::new();
        while let Some(piece) = batches.next_piece().unwrap() {
            pieces.push(piece);
        }
        pieces
    };
    let (whole, cut) = (pieces(&path), pieces(&path));
    assert_eq!(whole.into_iter().map(|piece| piece.decode().unwrap().height()).sum::<usize>(), 200_000);
    let size = path.metadata().unwrap().len();
    for left in [size / 2, 100, 0] {
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(left).unwrap();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        assert!(!maps.contains(folder.0.path().to_str().unwrap()));
    }
    let messages: Vec<String> =
        cut.into_iter().filter_map(|piece| piece.decode().err()).map(|error| error.to_string()).collect();
    assert!(!messages.is_empty() && messages.iter().all(|message| message.contains("t.parquet")), "{messages:?}");
}

#[test]
fn an_atlas_names_sheets_by_ids_of_any_length() {
    let sample = sample();
    let districts = std::fs::read_to_string(repository(DISTRICTS)).unwrap();
    let project = Project::new(&sample, &districts);
    let parks = std::fs::read_to_string(repository("data/samples/parks.geojson")).unwrap();
    let long = "园".repeat(300);
    let parks =
        parks.replace("\"P001\"", &format!("\"{long}\"")).replace("\"P002\"", "\"..\"").replace("\"P003\"", "\"a/b\"");
    project.folder.write("parks.geojson", &parks.replace("\"P004\"", "\"CON\"").replace("\"P005\"", "\"a_b\""));
    let text = std::fs::read_to_string(project.folder.file("jiju.toml")).unwrap();
    let text = text.replace(&format!("'{}'", repository("data/samples/parks.geojson").display()), "\"parks.geojson\"");
    assert!(text.contains("file = \"parks.geojson\""));
    project.folder.write("jiju.toml", &format!("{text}\n[concentration]\nlayers = [\"district\", \"park\"]\n"));
    let file = project.folder.path("jiju.toml");
    let sheets = project.folder.path("sheets");
    let spec = project.folder.write("atlas.toml", "layer = \"park\"\nkind = \"plain\"\n[atlas]\nby = \"park\"\n");
    let outcome = jiju(["atlas", &spec, "--project", &file, "--format", "svg", "-o", &sheets]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let names = names(Path::new(&sheets));
    assert!(names.len() > 20 && names.iter().all(|name| name.len() < 143 && name.ends_with(".svg")), "{names:?}");
    for part in ["-__.svg", "-a_b.svg", "-CON_.svg", "-a_b-2.svg"] {
        assert!(names.iter().any(|name| name.ends_with(part)), "{part} in {names:?}");
    }
}

#[test]
fn small_workbooks_that_grow_are_refused_soon() {
    let folder = Folder::new();
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let head = format!("<table:table-row>{}{}{}</table:table-row>", cell("id"), cell("lon"), cell("lat"));
    let book = |rows: &str| {
        let content = format!(
            "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet><table:table table:name=\"a\">{head}{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
        );
        let file = folder.file("book.ods");
        let mut archive = zip::ZipWriter::new(std::fs::File::create(&file).unwrap());
        let kind = "application/vnd.oasis.opendocument.spreadsheet";
        let manifest = format!(
            "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{kind}\"/></manifest:manifest>"
        );
        for (name, text) in [("mimetype", kind), ("META-INF/manifest.xml", &manifest), ("content.xml", &content)] {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut archive, text.as_bytes()).unwrap();
        }
        archive.finish().unwrap();
        // Memory for the program and its libraries, and little more.
        let command = "ulimit -v 1500000; exec \"$0\" join \"$1\" --areas \"$2\" --count";
        let output = Command::new("sh")
            .args(["-c", command, env!("CARGO_BIN_EXE_jiju"), file.to_str().unwrap()])
            .arg(repository(DISTRICTS))
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let row = |repeated: u32, id: &str| {
        let repeated = format!("<table:table-row table:number-rows-repeated=\"{repeated}\">");
        format!("{repeated}{id}{}{}</table:table-row>", cell("120.5"), cell("30.5"))
    };
    for (rows, what) in [
        (row(1, &cell("a<text:s text:c=\"2000000000\"/>")), "size of the text of a cell"),
        (row(100_000, &cell(&"x".repeat(1_000_000))), "size of the texts of all cells"),
        (
            row(1_000_000, "<table:table-cell office:value=\"1\" table:number-columns-repeated=\"99\"/>"),
            "number of cells",
        ),
        (row(1, &cell(&"x".repeat(3_000_000))), "size of the text of a cell"),
    ] {
        let (status, stderr) = book(&rows);
        assert_eq!(status, Some(2), "{stderr}");
        assert!(
            stderr.contains(what) && stderr.contains("more than the limit of") && stderr.contains("hint: "),
            "{stderr}"
        );
    }
    let blank = "<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    let (status, stderr) = book(&format!("{}{blank}", row(1000, &cell("a<text:s text:c=\"20\"/>b"))));
    assert_eq!(status, Some(0), "{stderr}");
}
