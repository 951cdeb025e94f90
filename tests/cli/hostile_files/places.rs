//! Outputs that are links, pipes, devices.

#![cfg(unix)]

use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::process::{Command, Stdio};

use super::{AREAS, names, outcome, points};
use crate::cli::{Folder, jiju, program};

#[test]
fn a_link_is_written_through() {
    let folder = Folder::new();
    std::fs::create_dir(folder.file("far")).unwrap();
    for ending in ["geojson", "gpkg", "fgb"] {
        let (link, target) = (folder.file(&format!("link.{ending}")), folder.file(&format!("far/target.{ending}")));
        symlink(format!("far/target.{ending}"), &link).unwrap();
        for _ in 0..2 {
            let outcome = jiju(["convert", AREAS, link.to_str().unwrap()]);
            assert_eq!(outcome.status, 0, "{}", outcome.stderr);
            assert!(link.is_symlink() && target.is_file() && !target.is_symlink());
        }
    }
    let joined = folder.file("joined.csv");
    symlink("far/joined.csv", &joined).unwrap();
    let outcome =
        jiju(["join", &points(&folder), "--areas", AREAS, "--area-id", "adcode", "-o", joined.to_str().unwrap()]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(joined.is_symlink() && std::fs::read_to_string(folder.file("far/joined.csv")).unwrap().starts_with("id,"));
    assert_eq!(names(&folder.file("far")), ["joined.csv", "target.fgb", "target.geojson", "target.gpkg"]);
    // In a circle.
    symlink("round.csv", folder.file("round.csv")).unwrap();
    let outcome =
        jiju(["join", &points(&folder), "--areas", AREAS, "--area-id", "adcode", "-o", &folder.path("round.csv")]);
    assert_eq!(outcome.status, 2, "{}", outcome.stderr);
}

#[test]
fn the_open_output_of_the_program_is_written_to_where_it_stands() {
    let folder = Folder::new();
    let points = points(&folder);
    let arguments = |output: &str| {
        ["join", &points, "--areas", AREAS, "--area-id", "adcode", "--format", "csv", "-o", output].map(str::to_owned)
    };
    let plain = outcome(program().args(arguments(&folder.path("plain.csv"))));
    assert_eq!(plain.status, 0, "{}", plain.stderr);
    let expected = std::fs::read_to_string(folder.file("plain.csv")).unwrap();
    for output in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let found = outcome(program().args(arguments(output)));
        assert_eq!((found.status, found.stdout.as_str()), (0, expected.as_str()), "{output}: {}", found.stderr);
        // Into a file with something before it and something behind it.
        let mut command = Command::new("sh");
        let mut line =
            vec!["-c".to_owned(), "{ echo before; \"$@\"; echo behind; } > \"$0\"".to_owned(), folder.path("whole")];
        line.push(program().get_program().to_str().unwrap().to_owned());
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(line).args(arguments(output));
        assert_eq!(outcome(&mut command).status, 0);
        assert_eq!(
            std::fs::read_to_string(folder.file("whole")).unwrap(),
            format!("before\n{expected}behind\n"),
            "{output}"
        );
    }
    assert!(std::fs::symlink_metadata("/dev/stdout").unwrap().is_symlink());
}

#[test]
fn pipes_and_devices_are_written_to_and_stay() {
    let folder = Folder::new();
    let points = points(&folder);
    let pipe = folder.path("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = Command::new("cat").arg(&pipe).stdout(Stdio::piped()).spawn().unwrap();
    let done = jiju(["join", &points, "--areas", AREAS, "--area-id", "adcode", "-o", &pipe]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(reader.wait_with_output().unwrap().stdout.starts_with(b"id,"));
    assert!(std::fs::metadata(&pipe).unwrap().file_type().is_fifo());
    let to = |device: &str| {
        jiju(["join", &points, "--areas", AREAS, "--area-id", "adcode", "--format", "csv", "-o", device])
    };
    assert_eq!(to("/dev/null").status, 0);
    let full = to("/dev/full");
    assert!(full.status == 2 && full.stderr.contains("cannot write /dev/full: No space left"), "{}", full.stderr);
    for device in ["/dev/null", "/dev/full"] {
        assert!(std::fs::metadata(device).unwrap().file_type().is_char_device(), "{device}");
    }
}
