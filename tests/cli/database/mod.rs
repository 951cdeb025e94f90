//! Tables of PostgreSQL and PostGIS, of a real server that the tests start and end.

mod commands;
mod failing;
mod reading;
mod secrets;
mod server;
mod streaming;
mod writing;

use super::{Folder, Outcome, jiju, program, repository, rows};
use server::Database;

/// Districts and firms under Chinese names, in a schema of their own. The firms lie along a parallel, three of them in the first
/// district, one on the boundary, one without a place.
const OFFICE: &str = r#"
CREATE SCHEMA "规划局";
CREATE TABLE "规划局"."区划" ("代码" text PRIMARY KEY, "名称" text, "面积" numeric(12,2), geom geometry(MultiPolygon, 4490));
INSERT INTO "规划局"."区划" VALUES
  ('330602', '越城区', 1200.50, ST_Multi(ST_MakeEnvelope(120, 30, 121, 31, 4490))),
  ('330603', '柯桥区', 0.25, ST_Multi(ST_MakeEnvelope(121, 30, 122, 31, 4490)));
CREATE TABLE "规划局"."企业" (
  id bigint PRIMARY KEY, "企业名称" text, "产值" numeric(14,2), "精确" numeric, "大数" numeric(30,4), "成立" date,
  "时刻" timestamp, "时区" timestamptz, "钟点" time, "规上" boolean, "单精" real, "双精" double precision, "人数" smallint,
  "标签" text[], "附件" bytea, "备注" varchar(20), geom geometry(Point, 4490));
INSERT INTO "规划局"."企业"
SELECT 9007199254740992 + g, '厂' || g, g * 1.25, g / 3.0, 12345678901234567890.1234, date '2020-01-01' + g,
       timestamp '2020-01-01 10:00:00.25' + g * interval '1 day', timestamptz '2020-05-28 00:00:00+08', time '12:30:15.5',
       g % 2 = 0, 0.1, 1 / 3.0, g, ARRAY['a'], '\x00', 'a,"b''; --', ST_SetSRID(ST_MakePoint(120 + g * 0.25, 30.5), 4490)
FROM generate_series(1, 6) g;
INSERT INTO "规划局"."企业" (id, "产值") VALUES (1, -0.01);
"#;

/// The program, which ends with an error that names one thing.
fn refused(arguments: &[&str], words: &[&str]) -> Outcome {
    let outcome = jiju(arguments);
    told(&outcome, words);
    outcome
}

fn told(outcome: &Outcome, words: &[&str]) {
    let (status, stderr) = (outcome.status, &outcome.stderr);
    assert_eq!(status, 2, "{stderr}");
    assert_eq!(stderr.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    for word in words {
        assert!(stderr.contains(word), "`{word}` is not in: {stderr}");
    }
}

/// The program, which does what it is asked.
fn done(arguments: &[&str]) -> Outcome {
    let outcome = jiju(arguments);
    assert_eq!(outcome.status, 0, "{arguments:?}: {}", outcome.stderr);
    outcome
}
