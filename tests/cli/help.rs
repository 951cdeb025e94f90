//! The help of the program and of every command, as it stands on a terminal 100 columns wide.

use super::jiju;

#[test]
fn of_the_program() {
    insta::assert_snapshot!(jiju(["--help"]).seen());
}

#[test]
fn of_every_command() {
    let commands = commands_of(&jiju(["--help"]).stdout);
    assert!(commands.iter().any(|command| command == "run"), "{commands:?}");
    for command in commands {
        show(&[command]);
    }
}

/// The help of a command and of those below it.
fn show(words: &[String]) {
    let help = jiju(words.iter().map(String::as_str).chain(["--help"]));
    assert_eq!(help.status, 0);
    assert!(help.stdout.contains("Examples:\n  jiju "), "{words:?}");
    if let [command] = words {
        insta::assert_snapshot!(format!("help_{command}"), help.seen());
    }
    for command in commands_of(&help.stdout) {
        show(&[words, &[command]].concat());
    }
}

/// The commands that a help lists.
pub fn commands_of(help: &str) -> Vec<String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn nothing_asked_shows_the_help_and_is_an_error() {
    let outcome = jiju::<&str>([]);
    assert_eq!((outcome.status, outcome.stdout.as_str()), (2, ""));
    assert!(outcome.stderr.contains("Usage: jiju <COMMAND>"));
}

#[test]
fn completions_know_the_commands_and_their_options() {
    let outcome = jiju(["completions", "bash"]);
    assert_eq!((outcome.status, outcome.stderr.as_str()), (0, ""));
    assert!(outcome.stdout.contains("_jiju()") && outcome.stdout.contains("--areas-crs"));
    // What a shell says to it.
    let mut bash = std::process::Command::new("bash").args(["-n"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut bash.stdin.take().unwrap(), outcome.stdout.as_bytes()).unwrap();
    assert!(bash.wait().unwrap().success());
}
