//! The examples of every help and of the readme run as they are printed, in a folder with the files that they name and without
//! a network.

pub mod inputs;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::help::commands_of;
use super::offline::enclosed;
use super::{program, repository};

/// An example, and where it is printed.
struct Example {
    place: String,
    command: String,
}

#[test]
fn every_example_runs() {
    let mut examples = Vec::new();
    add_those_of_helps(&[], &mut examples);
    let of_helps = examples.len();
    for readme in ["README.md", "README.zh.md"] {
        add_those_of_readme(readme, &mut examples);
    }
    assert!(of_helps > 100 && examples.len() > of_helps + 15, "{of_helps} of {} are of helps", examples.len());
    // One that stands in two helps is run once.
    let mut seen = BTreeSet::new();
    examples.retain(|example| seen.insert(example.command.clone()));
    let inputs = inputs::folder();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(example) = examples.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(fault) = fault_of(&example.command, inputs.path()) {
                        failures.lock().unwrap().push(format!("{}: {}\n{fault}", example.place, example.command));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(failures.is_empty(), "{} of {} fail\n\n{}", failures.len(), examples.len(), failures.join("\n"));
}

/// What is wrong with a command, run in a copy of the folder so that none sees what another wrote.
fn fault_of(command: &str, inputs: &Path) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(inputs, folder.path());
    let beside = Path::new(env!("CARGO_BIN_EXE_jiju")).parent().unwrap();
    let output = enclosed("sh")
        .args(["-c", command])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .env("PATH", format!("{}:{}", beside.display(), std::env::var("PATH").unwrap()))
        .env("HOME", folder.path())
        .output()
        .unwrap();
    // 1 is an answer: no.
    let is_done = matches!(output.status.code(), Some(0 | 1));
    (!is_done).then(|| format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().unwrap();
        if kind.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(source).unwrap(), target).unwrap();
        } else if kind.is_dir() {
            copy_folder(&source, &target);
        } else {
            std::fs::copy(source, target).unwrap();
        }
    }
}

/// The examples of a help, on a terminal 80 columns wide, and of those below it.
fn add_those_of_helps(words: &[String], examples: &mut Vec<Example>) {
    let output = program().args(words).arg("--help").env("COLUMNS", "80").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let place = [words, &["--help".to_owned()]].concat().join(" ");
    let lines: Vec<&str> = help.lines().skip_while(|line| *line != "Examples:").skip(1).collect();
    let lines: Vec<&str> = lines.into_iter().take_while(|line| !line.is_empty()).collect();
    for command in joined(&lines) {
        assert!(command.starts_with("jiju "), "{place}: an example goes on without a backslash: {command}");
        if !command.contains('<') {
            examples.push(Example { place: place.clone(), command });
        }
    }
    for command in commands_of(&help) {
        add_those_of_helps(&[words, &[command]].concat(), examples);
    }
}

/// The commands in the `sh` blocks of a readme; those of `make` are tested by being used.
fn add_those_of_readme(name: &str, examples: &mut Vec<Example>) {
    let text = std::fs::read_to_string(repository(name)).unwrap();
    for block in text.split("```sh\n").skip(1) {
        let lines: Vec<&str> = block.lines().take_while(|line| *line != "```").collect();
        for command in joined(&lines) {
            if !command.is_empty() && !command.starts_with("make ") {
                examples.push(Example { place: name.to_owned(), command });
            }
        }
    }
}

/// Lines with those that a backslash leads on to, without what is said about them.
fn joined(lines: &[&str]) -> Vec<String> {
    let mut commands = Vec::new();
    let mut command = String::new();
    for line in lines {
        let words = line.trim();
        if let Some(start) = words.strip_suffix('\\') {
            command.push_str(start);
            continue;
        }
        command.push_str(words);
        let whole = std::mem::take(&mut command);
        let said = if whole.starts_with('#') { Some(0) } else { whole.find("  ") };
        commands.push(whole[..said.unwrap_or(whole.len())].to_owned());
    }
    commands
}
