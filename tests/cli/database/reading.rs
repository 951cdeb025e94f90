//! What comes out of tables and views.

use super::*;

#[test]
fn types_and_names_come_out_as_they_are() {
    let (database, folder) = (Database::new(OFFICE), Folder::new());
    let output = folder.path("joined.csv");
    let (firms, areas) = (database.table("规划局.企业"), database.table("规划局.区划"));
    let outcome = done(&["join", &firms, "--areas", &areas, "-o", &output]);
    let found = rows(&folder.file("joined.csv"));
    let header = "id,企业名称,产值,精确,大数,成立,时刻,时区,钟点,规上,单精,双精,人数,备注,lon,lat,区划_id,区划_name,区划_on_boundary,区划_snapped_m";
    assert_eq!(found[0].join(","), header);
    // In the order of the primary key.
    assert_eq!(found[1].join(","), "1,,-0.01,,,,,,,,,,,,,,,,,");
    assert_eq!(
        found[2][..14].join("|"),
        "9007199254740993|厂1|1.25|0.33333333333333333333|12345678901234567890.1234|2020-01-02|2020-01-02 10:00:00.250|\
         2020-05-27T16:00:00Z|12:30:15.500|false|0.1|0.3333333333333333|1|a,\"b'; --"
    );
    let places: Vec<String> = found[2..].iter().map(|row| format!("{} {} {}", row[14], row[16], row[18])).collect();
    assert_eq!(
        places,
        [
            "120.25 330602 false",
            "120.5 330602 false",
            "120.75 330602 false",
            "121 330602 true",
            "121.25 330603 false",
            "121.5 330603 false"
        ]
    );
    for note in ["`标签` (text[]), `附件` (bytea)", "1 rows have no usable coordinates: 1"] {
        assert!(outcome.stderr.contains(note), "{}", outcome.stderr);
    }
    // Parquet keeps the types.
    let output = folder.path("joined.parquet");
    done(&["join", &firms, "--areas", &areas, "-o", &output]);
    let again = done(&[
        "join",
        &output,
        "--areas",
        &areas,
        "--layer",
        "x",
        "--where",
        "大数 > 1 and 产值 = 2.50",
        "--format",
        "json",
    ]);
    assert!(again.stdout.contains("\"id\":9007199254740994"), "{}", again.stdout);
    let counted = done(&["join", &firms, "--areas", &areas, "--count", "--where", "人数 > 1", "--format", "csv"]);
    assert_eq!(counted.stdout, "area,count\n330602,3\n330603,2\n");
}

#[test]
fn of_several_tables_one_is_named() {
    let (database, folder) = (Database::new(OFFICE), Folder::new());
    let points = folder.write("points.csv", "id,lon,lat\na,120.5,30.5\n");
    let join = |areas: &str| jiju(["join", &points, "--areas", areas, "--count", "--format", "csv"]);
    told(&join(&database.address()), &["several layers: 规划局.企业, 规划局.区划", "|layername=规划局.企业"]);
    told(&join(&database.table("没有")), &["no layer `没有`", "规划局.企业, 规划局.区划"]);
    let expected = "area,count\n330602,1\n330603,0\n";
    for name in ["规划局.区划", "区划", "\"规划局\".\"区划\""] {
        assert_eq!(join(&database.table(name)).stdout, expected, "{name}");
    }
    // Tables without geometries are ignored; so are those of extensions.
    database.run("ALTER TABLE \"规划局\".\"企业\" DROP COLUMN geom; CREATE TABLE layer_styles (id int, style text)");
    assert_eq!(join(&database.address()).stdout, expected);
    // A URL is the same.
    let socket = database.server.socket().to_str().unwrap().replace('/', "%2F");
    let url = format!("postgresql://{}@{socket}/{}|layername=区划", server::OWNER, database.name);
    assert_eq!(join(&url).stdout, expected);
    // Of two columns of geometries one is named too.
    database.run("ALTER TABLE \"规划局\".\"区划\" ADD centre geometry(Point, 4490)");
    told(&join(&database.address()), &["规划局.区划(geom), 规划局.区划(centre)"]);
    assert_eq!(join(&database.table("规划局.区划(geom)")).stdout, expected);
}

#[test]
fn names_and_cells_are_data() {
    let statements = r#"
CREATE TABLE kept (id int);
CREATE SCHEMA "a.b";
CREATE TABLE "a.b"."x""; DROP TABLE kept; --" ("id'; DROP TABLE kept; --" text PRIMARY KEY, "名""称" text, "ge""om" geometry(Polygon, 4326));
INSERT INTO "a.b"."x""; DROP TABLE kept; --" VALUES ('''; DROP TABLE kept; --', '"名|称";', ST_MakeEnvelope(120, 30, 121, 31, 4326));"#;
    let (database, folder) = (Database::new(statements), Folder::new());
    let points = folder.write("points.csv", "id,lon,lat\na,120.5,30.5\n");
    let name = "\"a.b\".\"x\"\"; DROP TABLE kept; --\"";
    for areas in [database.address(), database.table(name)] {
        let arguments =
            ["join", &points, "--areas", &areas, "--area-id", "id'; DROP TABLE kept; --", "--area-name", "名\"称"];
        let found = done(&[&arguments[..], &["--layer", "l", "--format", "csv"]].concat());
        assert!(found.stdout.contains("'; DROP TABLE kept; --,\"\"\"名|称\"\";\",false"), "{}", found.stdout);
    }
    told(
        &jiju(["join", &points, "--areas", &database.table("'; DROP TABLE kept; --"), "--count"]),
        &["found no layer"],
    );
    let target = database.table("\"a.b\".\"y\"\"; DROP TABLE kept; --\"");
    done(&["convert", &database.table(name), &target]);
    assert_eq!(database.run("SELECT count(*) FROM \"a.b\".\"y\"\"; DROP TABLE kept; --\""), "1");
    assert!(database.has("kept"));
}

#[test]
fn the_reference_is_that_of_the_table() {
    let statements = r#"
CREATE TABLE grid (id text PRIMARY KEY, geom geometry(Point, 4549));
INSERT INTO grid SELECT 'a', ST_Transform(ST_SetSRID(ST_MakePoint(120.5, 30.5), 4490), 4549);
CREATE TABLE plain (id text PRIMARY KEY, geom geometry);
INSERT INTO plain VALUES ('a', ST_SetSRID(ST_MakePoint(120.5, 30.5), 4326)), ('b', NULL);
CREATE TABLE mixed (id text PRIMARY KEY, geom geometry);
INSERT INTO mixed VALUES ('a', ST_SetSRID(ST_MakePoint(120.5, 30.5), 4326)), ('b', ST_SetSRID(ST_MakePoint(0, 0), 3857));
CREATE TABLE none (id text PRIMARY KEY, geom geometry);
INSERT INTO none VALUES ('a', ST_MakePoint(120.5, 30.5));
CREATE TABLE earth (id text PRIMARY KEY, geog geography(Point));
INSERT INTO earth VALUES ('a', ST_MakePoint(120.5, 30.5)::geography);
INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext) SELECT 990001, 'office', 1, regexp_replace(replace(replace(srtext, '"central_meridian",120]', '"central_meridian",120.75]'), 'CM 120E', 'office'), ',AUTHORITY\["EPSG","4549"\]\]$', ']') FROM spatial_ref_sys WHERE srid = 4549;
CREATE TABLE own (id text PRIMARY KEY, geom geometry(Polygon, 990001));
INSERT INTO own VALUES ('a', ST_MakeEnvelope(450000, 3300000, 550000, 3400000, 990001));
CREATE TABLE lines (id text PRIMARY KEY, geom geometry(LineString, 4326));
CREATE TABLE arcs (id text PRIMARY KEY, geom geometry(CurvePolygon, 4326));
INSERT INTO arcs VALUES ('a', ST_GeomFromText('CURVEPOLYGON(CIRCULARSTRING(0 0, 4 0, 4 4, 0 4, 0 0))', 4326));"#;
    let database = Database::new(&format!("{OFFICE}{statements}"));
    let areas = database.table("区划");
    let count = |table: &str, more: &[&str]| {
        let table = database.table(table);
        jiju([&["join", &table, "--areas", &areas, "--count", "--format", "csv"], more].concat())
    };
    for table in ["grid", "plain", "earth"] {
        let found = count(table, &[]);
        assert_eq!(found.stdout, "area,count\n330602,1\n330603,0\n", "{table}: {}", found.stderr);
    }
    assert!(count("plain", &[]).stderr.contains("1 rows have no usable coordinates: 2"));
    told(&count("mixed", &[]), &["several references: SRID 3857 in row 2, SRID 4326 in row 1"]);
    told(&count("none", &[]), &["says nothing of its reference", "--crs"]);
    assert_eq!(count("none", &["--crs", "wgs84"]).stdout, "area,count\n330602,1\n330603,0\n");
    told(&count("grid", &["--crs", "EPSG:4528"]), &["EPSG:4549, but EPSG:4528 was stated"]);
    told(&count("lines", &[]), &["found no column `lon`"]);
    let folder = Folder::new();
    let points = folder.write("points.csv", "id,lon,lat\na,120.7,30.2\n");
    let own = done(&["join", &points, "--areas", &database.table("own"), "--count", "--format", "csv"]);
    assert_eq!(
        (own.stdout.as_str(), own.stderr.contains("in no registry")),
        ("area,count\na,1\n", true),
        "{}",
        own.stderr
    );
    let arcs = done(&["convert", &database.table("arcs"), &folder.path("arcs.geojson")]);
    assert!(arcs.stderr.contains("1 features have arcs or surfaces"), "{}", arcs.stderr);
}

#[test]
fn columns_of_coordinates_do_where_there_are_no_points() {
    let statements = r#"
CREATE TABLE firms (id text PRIMARY KEY, "经度" double precision, "纬度" numeric, plot geometry(Polygon, 4490));
INSERT INTO firms VALUES ('a', 120.5, 30.5, NULL), ('b', 121.5, 30.5, NULL), ('c', NULL, 'NaN', NULL);
CREATE VIEW seen AS SELECT * FROM firms WHERE id < 'c';"#;
    let database = Database::new(&format!("{OFFICE}{statements}"));
    let areas = database.table("区划");
    for table in ["firms", "seen"] {
        let found = done(&["join", &database.table(table), "--areas", &areas, "--count", "--format", "csv"]);
        assert_eq!(found.stdout, "area,count\n330602,1\n330603,1\n", "{}", found.stderr);
        assert_eq!(found.stderr.contains("no primary key"), table == "seen", "{}", found.stderr);
    }
}

#[test]
fn a_table_has_a_hash_of_its_own() {
    let (database, folder) = (Database::new(OFFICE), Folder::new());
    let (firms, areas) = (database.table("企业"), database.table("区划"));
    let manifest = folder.path("manifest.json");
    let hashes = |more: &[&str]| -> Vec<String> {
        let arguments = ["join", &firms, "--areas", &areas, "-o", &folder.path("out.csv"), "--manifest", &manifest];
        done(&[&arguments[..], more].concat());
        let text = std::fs::read_to_string(&manifest).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
        let inputs = manifest["inputs"].as_array().unwrap();
        assert_eq!(inputs[0]["file"], firms.as_str());
        inputs.iter().map(|input| input["sha256"].as_str().unwrap().to_owned()).collect()
    };
    let first = hashes(&[]);
    assert_eq!(first.iter().map(String::len).collect::<Vec<_>>(), [64, 64]);
    // Whatever of it is needed, and wherever its rows lie.
    assert_eq!(hashes(&["--count"]), first);
    database.run("UPDATE \"规划局\".\"企业\" SET \"产值\" = \"产值\" WHERE id < 5");
    database.run("VACUUM FULL \"规划局\".\"企业\"");
    assert_eq!(hashes(&[]), first);
    assert_eq!(done(&["replay", &manifest]).status, 0);
    database.run("UPDATE \"规划局\".\"企业\" SET \"产值\" = 7 WHERE id = 1");
    let changed = hashes(&[]);
    assert_ne!(changed[0], first[0]);
    assert_eq!(changed[1], first[1]);
    database.run("UPDATE \"规划局\".\"企业\" SET \"产值\" = 8 WHERE id = 1");
    let replayed = jiju(["replay", &manifest]);
    assert_eq!(
        (replayed.status, replayed.stderr.contains("the inputs are not those")),
        (1, true),
        "{}",
        replayed.stderr
    );
}
