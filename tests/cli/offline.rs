//! Nothing asks a network: the program does not try to, and does all its work where there is none.

use std::process::Command;
use std::sync::LazyLock;

use super::examples::inputs;
use super::{Folder, program};

/// What a command stands behind so that it runs in an empty network namespace; nothing where the system permits none.
static ENCLOSURE: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    for enclosure in [vec!["unshare", "-n"], vec!["unshare", "-rn"]] {
        let seen = Command::new(enclosure[0]).args(&enclosure[1..]).args(["cat", "/proc/net/dev"]).output();
        let is_empty = |text: &str| text.lines().skip(2).all(|line| line.trim_start().starts_with("lo:"));
        if seen.is_ok_and(|seen| seen.status.success() && is_empty(&String::from_utf8_lossy(&seen.stdout))) {
            return enclosure;
        }
    }
    eprintln!("no empty network namespace is permitted here: commands are traced, and run with the network there is");
    Vec::new()
});

/// A command in an empty network namespace, where one is permitted.
pub fn enclosed(name: &str) -> Command {
    match ENCLOSURE.split_first() {
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg(name);
            command
        }
        None => Command::new(name),
    }
}

/// The sockets that a command and all it starts ask for, and whether it succeeds.
fn sockets(command: &mut Command) -> (Vec<String>, bool) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut traced = enclosed("strace");
    traced.args(["-f", "-qq", "-e", "trace=socket,connect,sendto,bind", "-o"]).arg(log.path());
    traced.arg(command.get_program()).args(command.get_args());
    traced.envs(command.get_envs().filter_map(|(key, value)| Some((key, value?))));
    if let Some(folder) = command.get_current_dir() {
        traced.current_dir(folder);
    }
    let output = traced.output().unwrap();
    let calls = std::fs::read_to_string(log.path()).unwrap();
    let asked =
        calls.lines().filter(|line| ["socket(", "connect(", "sendto(", "bind("].iter().any(|call| line.contains(call)));
    if !output.status.success() {
        eprintln!("{}", String::from_utf8_lossy(&output.stderr));
    }
    (asked.map(str::to_owned).collect(), output.status.success())
}

#[test]
fn a_socket_would_be_seen() {
    let asks = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))";
    let (sockets, _) = sockets(Command::new("python3").args(["-c", asks]));
    assert!(sockets.iter().any(|call| call.contains("socket(AF_INET")), "strace (scripts/setup.sh test): {sockets:?}");
}

/// The demo's project, of fewer firms and with small pictures, and the commands that read and write each kind of file.
#[test]
fn the_demo_and_every_format_ask_for_no_socket() {
    let folder = inputs::folder();
    let output = Folder::new();
    let out = output.path("out");
    let mut commands = vec![vec!["run", "data/demo/jiju.toml", "-o", &out], vec!["check", "jiju.toml"]];
    let files: Vec<String> = ["gpkg", "shp", "kml", "kmz", "gml", "fgb", "mif", "tab", "parquet"]
        .iter()
        .map(|ending| output.path(&format!("districts.{ending}")))
        .collect();
    commands.extend(files.iter().map(|file| vec!["convert", "districts.geojson", file]));
    commands.extend(files.iter().map(|file| vec!["join", "firms.xlsx", "--areas", file, "--count", "--format", "csv"]));
    for arguments in commands {
        let (sockets, is_done) = sockets(program().current_dir(folder.path()).args(&arguments));
        assert!(is_done, "{arguments:?} fails without a network");
        assert!(sockets.is_empty(), "{arguments:?} asks for {sockets:?}");
    }
}
