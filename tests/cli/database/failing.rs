//! What goes wrong: one error, exit status 2, nothing half-written.

use std::process::{Child, Stdio};
use std::time::Duration;

use super::*;

#[test]
fn a_server_that_is_not_there_or_lets_nobody_in_is_told() {
    let (database, folder) = (Database::new(OFFICE), Folder::new());
    let points = folder.write("points.csv", "id,lon,lat\na,120.5,30.5\n");
    let socket = database.server.socket().display();
    let join = |areas: &str, words: &[&str]| refused(&["join", &points, "--areas", areas, "--count"], words);
    join("PG:host=/nowhere dbname=x user=y", &["cannot connect", "/nowhere/.s.PGSQL.5432", "No such file", "host="]);
    join("PG:host=localhost port=1 dbname=x user=y", &["cannot connect", "localhost, port 1", "refused"]);
    join(&format!("PG:host={socket} dbname=没有 user=owner"), &["\"没有\" does not exist", "3D000", "dbname="]);
    join(&format!("PG:host={socket} dbname={} user=nobody", database.name), &["role \"nobody\" does not exist"]);
    join("PG:dbname", &["keyword=value"]);
    join("postgresql://a@/b?sslmode=verify-full", &["does not encrypt", "ssh -L"]);
    join(&database.table("规划局.没有"), &["no layer `规划局.没有`"]);
    // A folder is none of files.
    let output = format!("{}/a.csv", folder.path("missing"));
    refused(&["join", &points, "--areas", &database.table("区划"), "-o", &output], &["missing/a.csv"]);
}

#[test]
fn what_a_user_may_not_do_is_told() {
    let statements = "
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA \"规划局\", public TO reader; GRANT SELECT ON \"规划局\".\"区划\" TO reader;
CREATE TABLE secret (id int PRIMARY KEY, geom geometry(Polygon, 4490));
REVOKE CREATE ON SCHEMA public FROM PUBLIC;";
    let (database, folder) = (Database::new(&format!("{OFFICE}{statements}")), Folder::new());
    let points = folder.write("points.csv", "id,lon,lat\na,120.5,30.5\n");
    let reader = database.address().replace("user=owner", "user=reader");
    let areas = format!("{reader}|layername=区划");
    done(&["join", &points, "--areas", &areas, "--count"]);
    // The only one that can be read.
    done(&["join", &points, "--areas", &reader, "--count"]);
    refused(
        &["join", &points, "--areas", &format!("{reader}|layername=secret"), "--count"],
        &["permission denied", "42501"],
    );
    let target = format!("{reader}|layername=result");
    refused(
        &["join", &points, "--areas", &areas, "-o", &target],
        &["cannot write", "permission denied for schema public"],
    );
    database.run(&format!("GRANT CREATE ON SCHEMA public TO reader; ALTER ROLE reader IN DATABASE \"{}\" SET default_transaction_read_only = on", database.name));
    refused(&["join", &points, "--areas", &areas, "-o", &target], &["read-only transaction", "may only read"]);
    assert!(!database.has("result"));
}

/// Rows that come slowly, each with a text of 10 kB.
const SLOW: &str = "CREATE VIEW slow AS SELECT g AS id, repeat('x', 10000) || pg_sleep(0.002) AS text, \
ST_SetSRID(ST_MakePoint(120.5, 30.5), 4490)::geometry(Point, 4490) AS geom FROM generate_series(1, 20000) g;";

/// The program that writes them, once rows have gone out.
fn writing(database: &Database) -> Child {
    let arguments =
        ["join", &database.table("slow"), "--areas", &database.table("区划"), "-o", &database.table("result")]
            .map(str::to_owned);
    let child = program().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let has_sent = (0..1200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        database.run(&format!(
            "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = '{}' AND command = 'COPY FROM' AND tuples_processed > 0",
            database.name
        )) == "1"
    });
    assert!(has_sent, "no rows were sent");
    child
}

/// Ends the backend that copies in a direction.
fn end_backend(database: &Database, command: &str) {
    let ended = database.run(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_progress_copy WHERE datname = '{}' AND command = '{command}'",
        database.name
    ));
    assert_eq!(ended, "t");
}

fn outcome(child: Child) -> Outcome {
    let output = child.wait_with_output().unwrap();
    Outcome {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_connection_that_is_lost_leaves_nothing() {
    let database = Database::new(&format!("{OFFICE}{SLOW}"));
    for (command, words) in [
        ("COPY FROM", ["cannot write", "the connection was lost", "nothing was written"]),
        ("COPY TO", ["cannot read", "the connection was lost", "layername=slow"]),
    ] {
        let child = writing(&database);
        end_backend(&database, command);
        told(&outcome(child), &words);
        assert!(!database.has("result"), "{command}");
    }
    // The program itself is gone.
    let mut child = writing(&database);
    child.kill().unwrap();
    child.wait().unwrap();
    let is_quiet = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        database.run(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'jiju' AND datname = '{}'",
            database.name
        )) == "0"
    });
    assert!(is_quiet && !database.has("result"));
    // An old table stays as it was where the new one is not finished.
    database.run("CREATE TABLE result AS SELECT 1 AS old");
    let arguments = ["join", &database.table("slow"), "--areas", &database.table("区划"), "-o"].map(str::to_owned);
    let target = format!("{}|replace=yes", database.table("result"));
    let child = program().args(arguments).arg(target).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let is_copied = (0..1200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        database.run(&format!(
            "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = '{}' AND command = 'COPY FROM'",
            database.name
        )) == "1"
    });
    assert!(is_copied);
    end_backend(&database, "COPY FROM");
    told(&outcome(child), &["the connection was lost"]);
    assert_eq!(database.run("SELECT old FROM result"), "1");
}

#[test]
fn a_value_that_cannot_be_ends_it() {
    let statements = "CREATE TABLE times (id int PRIMARY KEY, day date, geom geometry(Point, 4490));
INSERT INTO times VALUES (1, '2020-01-01', NULL), (2, 'infinity', NULL);
CREATE VIEW broken AS SELECT g AS id, 1 / (5000 - g) AS n, ST_SetSRID(ST_MakePoint(120.5, 30.5), 4490)::geometry(Point, 4490) AS geom
FROM generate_series(1, 6000) g;";
    let (database, folder) = (Database::new(&format!("{OFFICE}{statements}")), Folder::new());
    let (areas, output) = (database.table("区划"), folder.path("out.csv"));
    let join = |table: &str, words: &[&str]| {
        refused(&["join", &database.table(table), "--areas", &areas, "-o", &output], words);
        refused(&["join", &database.table(table), "--areas", &areas, "-o", &database.table("result")], words);
    };
    join("times", &["column `day` row 2 is a time beyond the calendar"]);
    join("broken", &["division by zero", "22012"]);
    assert!(!folder.file("out.csv").exists() && !database.has("result"));
}
