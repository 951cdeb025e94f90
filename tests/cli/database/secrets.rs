//! Passwords: from a file or the environment to the server, and nowhere else.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::*;

const SECRET: &str = "Geheim-密码-7%3A@:";

/// Everything in a folder, as text.
fn everything(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        text.push_str(&path.display().to_string());
        if path.is_dir() {
            text.push_str(&everything(&path));
        } else if path.file_name().is_some_and(|name| name != "pgpass") {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
        }
    }
    text
}

fn outcome(command: &mut std::process::Command) -> Outcome {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Outcome { status: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn a_password_is_told_to_nobody_but_the_server() {
    let (database, folder) = (Database::new(OFFICE), Folder::new());
    for (user, method) in [("by_scram", "scram-sha-256"), ("by_md5", "md5"), ("by_text", "scram-sha-256")] {
        database.run(&format!(
            "SET password_encryption = '{method}'; CREATE ROLE {user} LOGIN PASSWORD '{SECRET}'; \
             GRANT USAGE ON SCHEMA \"规划局\" TO {user}; GRANT SELECT ON ALL TABLES IN SCHEMA \"规划局\" TO {user}; \
             GRANT CREATE ON SCHEMA public TO {user}"
        ));
    }
    let escaped = SECRET.replace('\\', "\\\\").replace(':', "\\:");
    let passfile = folder.write("pgpass", &format!("# a comment\nelsewhere:*:*:*:wrong\n*:*:*:*:{escaped}\n"));
    std::fs::set_permissions(&passfile, std::fs::Permissions::from_mode(0o600)).unwrap();
    let table = |user: &str, table: &str| database.table(table).replace("user=owner", &format!("user={user}"));
    let command = |user: &str, output: &str| {
        let mut command = program();
        command.env_remove("PGPASSWORD").env_remove("PGPASSFILE").env("HOME", folder.0.path());
        command.args(["join", &table(user, "企业"), "--areas", &table(user, "区划"), "-o", output]);
        command.args(["--manifest", &folder.path(&format!("{user}.json"))]);
        command
    };
    let mut told_so_far = String::new();
    for user in ["by_scram", "by_md5", "by_text"] {
        let (file, new) = (folder.path(&format!("{user}.csv")), table(user, &format!("public.of_{user}")));
        for output in [file, new] {
            let with_file = outcome(command(user, &output).env("PGPASSFILE", &passfile));
            assert_eq!(with_file.status, 0, "{}", with_file.stderr);
            let with_variable = outcome(
                command(user, &format!("{output}{}", if output.starts_with("PG:") { "|replace=yes" } else { "" }))
                    .env("PGPASSWORD", SECRET),
            );
            assert_eq!(with_variable.status, 0, "{}", with_variable.stderr);
            // Wrong, none, a file that others may read.
            let output = folder.path("not.csv");
            let wrong = outcome(command(user, &output).env("PGPASSWORD", format!("{SECRET}wrong")));
            told(&wrong, &["password authentication failed", "PGPASSWORD"]);
            let none = outcome(&mut command(user, &output));
            told(&none, &["asks for a password"]);
            std::fs::set_permissions(&passfile, std::fs::Permissions::from_mode(0o644)).unwrap();
            let open = outcome(command(user, &output).env("PGPASSFILE", &passfile));
            told(&open, &["others may read the password file", "chmod 600"]);
            std::fs::set_permissions(&passfile, std::fs::Permissions::from_mode(0o600)).unwrap();
            for one in [with_file, with_variable, wrong, none, open] {
                told_so_far.push_str(&one.seen());
            }
        }
    }
    told_so_far.push_str(&everything(folder.0.path()));
    told_so_far.push_str(&database.run("SELECT string_agg(t::text, ' ') FROM of_by_scram t"));
    assert!(told_so_far.contains("厂1") && told_so_far.contains("\"sha256\""));
    assert!(!told_so_far.contains("Geheim") && !told_so_far.contains("密码-7"), "{told_so_far}");
}

#[test]
fn a_password_in_an_address_is_refused_and_not_shown() {
    let folder = Folder::new();
    let points = folder.write("points.csv", "id,lon,lat\na,120.5,30.5\n");
    let mut all = String::new();
    for address in [
        "postgresql://me:Geheim@localhost/gis|layername=t",
        "postgres://me:Geh/Geheim@localhost/gis",
        "PG:dbname=gis password=Geheim",
        "pg:dbname=gis Password = 'Geheim'|layername=t",
        "PG:postgresql://me@localhost/gis?password=Geheim",
        "postgresql://me@localhost/gis?pass%77ord=Geheim",
    ] {
        for arguments in [
            vec!["join", &points, "--areas", address, "--count"],
            vec!["join", address, "--areas", &points],
            vec!["join", &points, &format!("--areas={address}"), "-o", address],
            vec!["convert", &points, address],
            vec!["convert", address, &folder.path("out.csv")],
            vec!["check", "--areas", address],
            vec!["stats", "moran", address, "--value", "x", "--no-such-option", address],
            vec!["map", "--areas", address, "-o", &folder.path("out.png")],
            vec!["index", address, "-o", &folder.path("out.index")],
            vec!["run", address],
            vec![address],
        ] {
            let outcome = refused(&arguments, &["found a password in the address of a database", "PGPASSFILE"]);
            all.push_str(&outcome.seen());
        }
        // In files that are written by hand.
        let project = folder.write(
            "jiju.toml",
            &format!("title = \"x\"\nas_of = 2020-09-30\npolicy = \"p\"\noutput = \"o\"\n[register]\nfile = {address:?}\n[ledger\n"),
        );
        for arguments in [
            vec!["run", project.as_str()],
            vec!["check", &project],
            vec!["join", "--project", &project, "--areas", "x"],
        ] {
            let outcome = refused(&arguments, &["found a password", "jiju.toml, line 6"]);
            all.push_str(&outcome.seen());
        }
        let manifest =
            folder.write("m.json", &format!("{{\"statistic\": \"join\", \"parameters\": {{\"table\": {address:?}}}}}"));
        all.push_str(&refused(&["replay", &manifest], &["found a password", "m.json, line 1"]).seen());
        let spec = folder.write("map.toml", &format!("kind = \"plain\"\n[locator]\nfile = {address:?}\n"));
        all.push_str(
            &refused(
                &["map", &spec, "--areas", super::super::DISTRICTS, "-o", &folder.path("out.png")],
                &["found a password", "map.toml, line 3"],
            )
            .seen(),
        );
    }
    assert!(all.len() > 1000 && !all.contains("Geh"), "{all}");
}
