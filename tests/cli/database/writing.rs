//! What goes into new tables.

use super::*;

#[test]
fn a_result_is_a_table_with_types_places_and_a_key() {
    let (database, folder) = (Database::new(OFFICE), Folder::new());
    let target = database.table("规划局.结果");
    let manifest = folder.path("manifest.json");
    done(&[
        "join",
        &database.table("企业"),
        "--areas",
        &database.table("区划"),
        "-o",
        &target,
        "--manifest",
        &manifest,
    ]);
    let columns = database.columns("规划局.结果");
    for column in [
        "fid bigint",
        "id bigint",
        "企业名称 text",
        "产值 numeric(14,2)",
        "大数 numeric(30,4)",
        "成立 date",
        "时刻 timestamp without time zone",
        "钟点 time without time zone",
        "规上 boolean",
        "单精 real",
        "双精 double precision",
        "区划_on_boundary boolean",
        "geom geometry(Point,4490)",
    ] {
        assert!(columns.lines().any(|line| line == column), "{column} is not in:\n{columns}");
    }
    // Every cell that has the same type is the same.
    let differing = database.run(
        "SELECT count(*) FROM \"规划局\".\"企业\" f JOIN \"规划局\".\"结果\" r USING (id) WHERE (f.\"产值\", f.\"大数\", f.\"成立\", \
         f.\"时刻\", f.\"钟点\", f.\"规上\", f.\"单精\", f.\"双精\", f.\"备注\", f.geom::text) IS DISTINCT FROM (r.\"产值\", r.\"大数\", \
         r.\"成立\", r.\"时刻\", r.\"钟点\", r.\"规上\", r.\"单精\", r.\"双精\", r.\"备注\", r.geom::text)",
    );
    assert_eq!(differing, "0");
    assert_eq!(database.run("SELECT count(*), count(geom), min(fid), max(fid) FROM \"规划局\".\"结果\""), "7|6|1|7");
    // The next row gets the next number.
    database.run("INSERT INTO \"规划局\".\"结果\" (id) VALUES (5)");
    assert_eq!(database.run("SELECT max(fid) FROM \"规划局\".\"结果\""), "8");
    let replayed = done(&["replay", &manifest]);
    assert!(replayed.stdout.contains("the bytes agree: join as database"), "{}", replayed.stdout);
    // Without places: numbers of firms.
    let counts = database.table("counts");
    done(&["join", &database.table("企业"), "--areas", &database.table("区划"), "--count", "-o", &counts]);
    assert_eq!(database.run("SELECT area, count FROM counts ORDER BY fid"), "330602|4\n330603|2");
    assert_eq!(database.columns("counts"), "fid bigint\narea text\ncount bigint");
}

#[test]
fn layers_of_areas_go_in_and_out() {
    let (database, folder) = (Database::new(""), Folder::new());
    let (first, second) = (database.table("districts"), database.table("\"again\""));
    let file = repository("data/boundaries/shaoxing_districts.geojson");
    let file = file.to_str().unwrap();
    done(&["convert", file, &first, "--to", "EPSG:4549"]);
    assert!(database.columns("districts").contains("geom geometry(Polygon,4549)"));
    assert_eq!(database.run("SELECT bool_and(ST_IsValid(geom)), count(*) FROM districts"), "t|6");
    done(&["convert", &first, &second]);
    let sum = |table: &str| database.run(&format!("SELECT md5(string_agg(geom::text, '' ORDER BY fid)) FROM {table}"));
    assert_eq!(sum("districts"), sum("again"));
    let hulls = database.table("hulls");
    let near: String = (0..40).map(|firm| format!("{firm},120.5{:02},30.0{:02}\n", firm % 7, firm % 5)).collect();
    let firms = folder.write("near.csv", &format!("id,lon,lat\n{near}"));
    let arguments = ["cluster", "dbscan", &firms, "--radius", "2km", "--min-points", "3"];
    done(&[&arguments[..], &["-o", &folder.path("members.csv"), "--hulls", &hulls]].concat());
    assert_ne!(database.run("SELECT count(*) FROM hulls WHERE GeometryType(geom) LIKE '%POLYGON'"), "0");
    let cells = database.table("cells");
    done(&["grid", "hexagon", "--areas", &first, "--cell", "5km", "-o", &cells]);
    assert_ne!(database.run("SELECT count(*) FROM cells WHERE geom IS NOT NULL"), "0");
    // Dates of a file are dates.
    let dated = folder.write(
        "dated.geojson",
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":9007199254740993,"ok":true,"x":1.5},"geometry":{"type":"Point","coordinates":[120,30]}}]}"#,
    );
    done(&["convert", &dated, &database.table("dated")]);
    assert_eq!(
        database.columns("dated"),
        "fid bigint\nn bigint\nok boolean\nx double precision\ngeom geometry(Point,4326)"
    );
    assert_eq!(database.run("SELECT n FROM dated"), "9007199254740993");
}

#[test]
fn a_table_that_is_there_is_kept_unless_it_is_said() {
    let (database, folder) = (Database::new(OFFICE), Folder::new());
    let points = folder.write("points.csv", "id,lon,lat\na,120.5,30.5\n");
    let areas = database.table("区划");
    let write = |target: &str| jiju(["join", &points, "--areas", &areas, "-o", target]);
    let target = database.table("结果");
    assert_eq!(write(&target).status, 0);
    database.run("UPDATE \"结果\" SET id = 'kept'");
    told(&write(&target), &["a table `public.结果` already", "|replace=yes"]);
    assert_eq!(database.run("SELECT id FROM \"结果\""), "kept");
    assert_eq!(write(&format!("{target}|replace=yes")).status, 0);
    assert_eq!(database.run("SELECT id FROM \"结果\""), "a");
    // What others depend on stays.
    database.run("CREATE VIEW seen AS SELECT * FROM \"结果\"");
    told(&write(&format!("{target}|replace=yes")), &["depend"]);
    told(&write(&format!("{}|replace=yes", database.table("seen"))), &["is not a table"]);
    assert_eq!(database.run("SELECT id FROM seen"), "a");
    // An input is none to be written, by whatever address.
    let socket = database.server.socket().to_str().unwrap().replace('/', "%2F");
    let other = format!("postgresql://{}@{socket}/{}|layername=规划局.区划", server::OWNER, database.name);
    let spelled = database.table("规划局.区划");
    for target in [
        areas.clone(),
        spelled.clone(),
        format!("{spelled}|replace=yes"),
        other.clone(),
        format!("{other}|replace=yes"),
    ] {
        told(&write(&target), &[]);
        assert_eq!(database.run("SELECT count(*) FROM \"规划局\".\"区划\""), "2", "{target}");
    }
    told(&write(&format!("{other}|replace=yes")), &["inputs are never overwritten"]);
    told(&write(&database.address()), &["names no table"]);
    told(&write(&database.table("没有.表")), &["found no schema `没有`", "public, 规划局"]);
    told(&jiju(["join", &points, "--areas", &areas, "-o", &database.table("x"), "--format", "csv"]), &["--format csv"]);
    told(&jiju(["index", &areas, "-o", &folder.path("index")]), &["no saved index"]);
}

#[test]
fn what_a_database_cannot_hold_is_told() {
    let (database, folder) = (Database::new(OFFICE), Folder::new());
    let long = "统一社会信用代码".repeat(3);
    let points = folder.write("points.csv", &format!("{long},{long}二,xmin,fid,lon,lat\na,b,c,d,120.5,30.5\n"));
    let areas = database.table("区划");
    let outcome = done(&["join", &points, "--areas", &areas, "-o", &database.table("t")]);
    assert!(outcome.stderr.contains("`xmin` is `xmin_2`"), "{}", outcome.stderr);
    let columns = database.columns("t");
    assert!(columns.starts_with("ogc_fid bigint\n统一社会信用代码"), "{columns}");
    // GCJ-02 is in no registry.
    let converted = done(&["convert", &folder.write("p.geojson", POINT), &database.table("offset"), "--to", "gcj02"]);
    assert!(converted.stderr.contains("no SRID"), "{}", converted.stderr);
    assert_eq!(database.run("SELECT ST_SRID(geom) FROM offset_ ".replace("offset_", "\"offset\"").as_str()), "0");
    // A database without PostGIS takes tables, and no places.
    database
        .server
        .psql("postgres", &format!("CREATE DATABASE \"{}plain\" TEMPLATE template0", database.name))
        .unwrap();
    let plain = format!("{}plain|layername=t", database.address());
    told(&jiju(["join", &points, "--areas", &areas, "-o", &plain]), &["no PostGIS", "CREATE EXTENSION"]);
    done(&["join", &points, "--areas", &areas, "--count", "-o", &plain]);
}

const POINT: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"a"},"geometry":{"type":"Point","coordinates":[120.5,30.5]}}]}"#;
