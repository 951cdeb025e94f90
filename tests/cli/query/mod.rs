//! Questions in SQL: what is answered, what is refused, and by which way.

use std::path::Path;

use serde_json::Value;

use super::{Folder, jiju, repository};

const PROJECT: &str = "data/demo/jiju.toml";

struct Question {
    title: String,
    sql: String,
}

/// The questions of the documentation.
fn questions() -> Vec<Question> {
    let text = std::fs::read_to_string(repository("tests/cli/query/questions.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let text = |one: &toml::Value, key: &str| one[key].as_str().unwrap().trim().to_owned();
    let questions = table["question"].as_array().unwrap().iter();
    questions.map(|one| Question { title: text(one, "title"), sql: text(one, "sql") }).collect()
}

fn asked(project: &str, sql: &str) -> Vec<Value> {
    let outcome = jiju(["query", project, sql, "--format", "json"]);
    assert_eq!(outcome.status, 0, "{sql}\n{}", outcome.stderr);
    serde_json::from_str::<Value>(&outcome.stdout).unwrap().as_array().unwrap().clone()
}

/// What the program says where it refuses.
fn refused(sql: &str, further: &[&str]) -> String {
    let outcome = jiju(["query", PROJECT, sql].iter().chain(further));
    assert_eq!(outcome.status, 2, "{sql}\n{}", outcome.stdout);
    assert_eq!(outcome.stdout, "");
    outcome
        .stderr
        .lines()
        .filter(|line| line.starts_with("error") || line.starts_with("hint"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_same(found: &Value, expected: &Value) -> bool {
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        _ => found == expected,
    }
}

#[test]
fn the_questions_have_the_answers_that_other_code_gives() {
    let answers = std::fs::read_to_string(repository("tests/cli/query/answers.json")).unwrap();
    let answers: Vec<Vec<Value>> = serde_json::from_str(&answers).unwrap();
    let questions = questions();
    assert_eq!((questions.len(), answers.len()), (10, 10));
    for (Question { title, sql }, expected) in questions.iter().zip(&answers) {
        let found = asked(PROJECT, sql);
        assert_eq!(found.len(), expected.len(), "{title}\nfound {found:?}\nexpected {expected:?}");
        for (found, expected) in found.iter().zip(expected) {
            for (key, value) in expected.as_object().unwrap() {
                assert!(is_same(&found[key], value), "{title}, {key}: found {found}, expected {expected}");
            }
        }
    }
}

#[test]
fn the_documentation_shows_the_questions_and_every_column() {
    let docs = std::fs::read_to_string(repository("docs/query.md")).unwrap();
    for Question { title, sql } in questions() {
        assert!(docs.contains(&title), "docs/query.md lacks: {title}");
        assert!(docs.contains(&sql), "docs/query.md lacks the statement of: {title}");
    }
    let outcome = jiju(["query", PROJECT, "--tables", "--format", "json"]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    let rows: Vec<Value> = serde_json::from_str(&outcome.stdout).unwrap();
    let tables = ["firms", "clusters", "members", "areas", "quotas", "pace", "ledger", "concentration"];
    for row in rows {
        let (table, column) = (row["table"].as_str().unwrap(), row["column"].as_str().unwrap());
        assert!(!row["about"].as_str().unwrap().is_empty(), "{table}.{column} has no documentation");
        // Layers, stages and analyses are the project's own.
        let is_own = ["district", "town", "park_", "small_micro", "self_", "reviewed", "spot_", "listed"];
        if tables.contains(&table) && !is_own.iter().any(|own| column.starts_with(own)) {
            assert!(column.is_empty() || docs.contains(&format!("`{column}`")), "docs/query.md lacks {table}.{column}");
        }
    }
}

#[test]
fn faults_are_told_with_their_place_and_what_there_is() {
    insta::assert_snapshot!(refused("select name from firm", &[]), @r"
    error: cannot answer the query: line 1, column 18: found no table `firm`
    hint: did you mean `firms`? the tables are firms, clusters, members, areas, quotas, pace, ledger, concentration
    ");
    insta::assert_snapshot!(refused("select name,\n  secter from ledger join firms using (id)", &[]).split("; the").next().unwrap_or_default().split(" the columns").next().unwrap_or_default(), @r"
    error: cannot answer the query: line 2, column 3: found no column `secter`
    hint: did you mean `sector`?
    ");
    insta::assert_snapshot!(refused("select nam(name) from firms wher x", &[]), @r#"error: cannot answer the query: line 1, column 34: near "x": syntax error"#);
    insta::assert_snapshot!(refused("select 1 from firms where within(geometry, name, '2km')", &[]).replace(char::is_numeric, "0"), @"error: cannot answer the query: within: found `示例企业00000（印染）` as argument 0, expected a geometry such as firms.geometry or point(000.0, 00.0)");
    insta::assert_snapshot!(refused("select 1 from firms where within(geometry, geometry, 2000)", &[]), @"error: cannot answer the query: within: found a number as distance, expected one with its unit: '200m', '2km'");
    insta::assert_snapshot!(refused("select id from firms where name = \"nothing\"", &[]).lines().next().unwrap_or_default(), @"error: cannot answer the query: line 1, column 35: found no column `nothing`");
    insta::assert_snapshot!(refused("", &[]), @r"
    error: cannot answer the query: line 1, column 1: found nothing
    hint: ask for example: select name from firms limit 10
    ");
}

#[test]
fn a_query_reads_the_tables_and_nothing_else() {
    for sql in [
        "insert into firms (id) values ('x')",
        "with a as (select 1) delete from firms",
        "select * from sqlite_master",
        "select * from pragma_table_info('firms')",
        "select load_extension('x')",
        "select readfile('/etc/passwd')",
        "select * from read_csv('/etc/passwd')",
        "select random()",
        "select date('now')",
        "attach database '/tmp/x' as y",
        "pragma writable_schema = 1",
        "select 1; drop table firms",
        "vacuum into '/tmp/x'",
        "explain select 1",
    ] {
        assert!(refused(sql, &[]).starts_with("error: cannot answer the query"), "{sql}");
    }
}

#[test]
fn an_answer_that_is_too_large_is_ended() {
    insta::assert_snapshot!(refused("select a.id from firms a, firms b", &["--max-rows", "50000"]), @r"
    error: the query was ended: found more than 50000 rows
    hint: add a condition or LIMIT, join on a condition, or raise --max-rows
    ");
    insta::assert_snapshot!(refused("select count(*) from firms a, firms b, firms c", &["--max-steps", "20"]), @r"
    error: the query was ended: found more than 20 million steps
    hint: join on a condition, or raise --max-steps
    ");
    let forever = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n";
    assert!(refused(forever, &["--max-steps", "20"]).contains("million steps"));
    assert!(refused("select length(zeroblob(1000000000))", &[]).starts_with("error"));
}

/// The folder of a run is asked as the project is; its places go into GeoParquet and GeoJSON.
#[test]
fn a_folder_of_a_run_answers_as_its_project_does() {
    let folder = Folder::new();
    let out = folder.path("out");
    let outcome = jiju(["run", PROJECT, "-o", &out]);
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    for question in questions() {
        assert_eq!(asked(&out, &question.sql), asked(PROJECT, &question.sql), "{}", question.title);
    }
    let sql = "select d.id, d.name, d.geometry from areas d where d.layer = 'district' order by d.id";
    for name in ["districts.parquet", "districts.geojson", "districts.csv", "districts.xlsx"] {
        let path = folder.path(name);
        let outcome = jiju(["query", &out, sql, "-o", &path]);
        assert_eq!(outcome.status, 0, "{name}: {}", outcome.stderr);
        if !name.ends_with("xlsx") && !name.ends_with("csv") {
            let counted = jiju([
                "join",
                "data/samples/register.csv",
                "--areas",
                &path,
                "--area-id",
                "id",
                "--count",
                "--format",
                "csv",
            ]);
            assert_eq!(counted.status, 0, "{name}: {}", counted.stderr);
            assert!(counted.stdout.contains("330602"), "{name}");
        }
    }
    let text = std::fs::read_to_string(folder.path("districts.csv")).unwrap();
    assert!(text.lines().nth(1).unwrap().contains("MULTIPOLYGON ((("), "{}", &text[..200]);
    assert!(Path::new(&folder.path("out/query/firms.parquet")).is_file());
}
