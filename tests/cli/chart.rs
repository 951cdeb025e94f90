use std::path::Path;

use super::{AS_OF, DISTRICTS, Folder, POLICY, jiju};

const REGISTER: &str = "data/samples/register.csv";

/// Draws a chart as SVG in both languages, and returns the Chinese one.
fn drawn(folder: &Folder, spec: &str, options: &[&str]) -> String {
    let english = folder.path("en.svg");
    folder.seen(&[&["chart", spec, "--lang", "en", "-o", &english], options].concat());
    let output = folder.path("zh.svg");
    folder.seen(&[&["chart", spec, "-o", &output], options].concat());
    let svg = std::fs::read_to_string(&english).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("lang=\"en\""), "{spec}");
    std::fs::read_to_string(output).unwrap()
}

#[test]
fn charts_of_what_concentration_wrote() {
    let folder = Folder::new();
    let table = folder.path("concentration.csv");
    let source = ["concentration", REGISTER, "--areas", DISTRICTS, "--area-id", "adcode", "--area-name", "name"];
    folder.seen(&[&source[..], &["--policy", POLICY, "-o", &table]].concat());
    let options = ["--table", &table];
    let heat_map = drawn(&folder, "maps/heat-map.toml", &options);
    assert!(heat_map.contains("印染") && heat_map.contains("越城区"));
    assert!(drawn(&folder, "maps/composition.toml", &options).contains("合计"));
    assert!(drawn(&folder, "maps/lorenz.toml", &options).contains("基尼系数"));
    let quotients = drawn(&folder, "maps/quotients.toml", &options);
    assert!(quotients.contains("高于平均") && quotients.contains("柯桥区"));
    let of_area =
        drawn(&folder, "maps/quotients.toml", &[&options[..], &["--set", "filter={area=\"330603\"}"]].concat());
    assert!(of_area.contains("印染"));
    let sector =
        drawn(&folder, "maps/lorenz.toml", &[&options[..], &["--set", "filter.sector=printing_and_dyeing"]].concat());
    assert!(sector.contains("印染企业") && sector.contains("全部企业"));

    for (spec, set, found) in [
        ("maps/heat-map.toml", "column=location_quotent", "did you mean `location_quotient`?"),
        ("maps/quotients.toml", "filter={setcor=\"x\"}", "did you mean `sector`?"),
        ("maps/quotients.toml", "filter={sector=\"printing_and_dying\"}", "did you mean `printing_and_dyeing`?"),
        ("maps/heat-map.toml", "colum=count", "did you mean `column`?"),
        ("maps/lorenz.toml", "reference=cuont", "did you mean `count`?"),
    ] {
        let output = folder.path("never.svg");
        let outcome = jiju(["chart", spec, "--table", &table, "--set", set, "-o", &output]);
        assert!(outcome.status == 2 && outcome.stderr.contains(found), "{}", outcome.seen());
        assert!(!Path::new(&output).exists());
    }
}

#[test]
fn slope_of_two_quota_tables() {
    let folder = Folder::new();
    let tables = ["--register", REGISTER, "--ledger", "data/samples/ledger.csv", "--areas", DISTRICTS];
    let [before, after] = [("2020-06-30", "june.csv"), (AS_OF, "september.csv")].map(|(day, name)| {
        let quota = folder.path(name);
        folder.seen(&[&["progress"], &tables[..], &["--policy", POLICY, "--as-of", day, "-o", &quota]].concat());
        quota
    });
    let svg = drawn(&folder, "maps/slope.toml", &["--table", &after, "--before", &before]);
    assert!(svg.contains("前期") && svg.contains("100.0%"), "{svg}");
    let named = ["--table", &after, "--before", &before, "--set", "ends=[\"六月\", \"九月\"]", "--set", "column=gap"];
    assert!(drawn(&folder, "maps/slope.toml", &named).contains("六月"));
    let output = folder.path("never.svg");
    let alone = jiju(["chart", "maps/slope.toml", "--table", &after, "-o", &output]);
    assert!(alone.status == 2 && alone.stderr.contains("--before"), "{}", alone.seen());
    let column = ["--set", "column=rat", "-o", &output];
    let unknown = jiju([&["chart", "maps/slope.toml", "--table", &after, "--before", &before][..], &column].concat());
    assert!(unknown.stderr.contains("did you mean `rate`?"), "{}", unknown.seen());
}

/// The heights of the dots at the right end of a slope chart, the lowest first.
fn right_dots(svg: &str) -> Vec<f64> {
    let number = |dot: &str, name: &str| {
        dot.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()?.parse::<f64>().ok()).unwrap()
    };
    let dots: Vec<(f64, f64)> =
        svg.split("<circle").skip(1).map(|dot| (number(dot, "cx"), number(dot, "cy"))).collect();
    let right = dots.iter().map(|dot| dot.0).fold(0.0, f64::max);
    let mut heights: Vec<f64> = dots.iter().filter(|dot| dot.0 == right).map(|dot| dot.1).collect();
    heights.sort_by(|one, other| other.total_cmp(one));
    heights
}

#[test]
fn a_district_far_beyond_its_quota_leaves_the_lines_of_the_others_apart() {
    let folder = Folder::new();
    let header = "programme,programme_name_zh,programme_name_en,district,district_name_zh,district_name_en,is_city,listed,\
                  self_checked,reviewed,spot_checked,accepted,quota,rate,gap,surplus,rank,unplaced\n";
    let table = |name: &str, accepted: [u64; 6]| {
        let rows = accepted.iter().enumerate().map(|(at, accepted)| {
            let rate = *accepted as f64 / 20.0;
            format!(
                "retire_outdated_capacity,淘汰,Retire,33060{at},示例{at}区,Example {at},false,99,99,99,0,{accepted},20,{rate},0,0,1,0\n"
            )
        });
        folder.write(name, &(header.to_owned() + &rows.collect::<String>()))
    };
    let (before, after) = (table("before.csv", [2, 4, 6, 8, 10, 12]), table("after.csv", [8, 11, 14, 17, 20, 140]));
    let svg = drawn(&folder, "maps/slope.toml", &["--table", &after, "--before", &before]);
    let dots = right_dots(&svg);
    assert_eq!(dots.len(), 6);
    let (least, whole, beyond) = (dots[0], dots[4], dots[5]);
    assert!(least - whole > 0.6 * (least - beyond) && whole - beyond > 4.0, "{dots:?}");
    assert!(svg.contains("700.0%") && svg.contains("断开的线"), "its figure is written, and that the line is torn");
    let outcome =
        jiju(["chart", "maps/slope.toml", "--table", &after, "--before", &before, "-o", &folder.path("a.svg")]);
    assert!(outcome.stderr.contains("drawn torn: 示例5区"), "{}", outcome.stderr);
    // Where all are within reach nothing is torn.
    let near = table("near.csv", [8, 11, 14, 17, 20, 40]);
    assert!(!drawn(&folder, "maps/slope.toml", &["--table", &near, "--before", &before]).contains("断开的线"));
}

#[test]
fn moran_scatterplot_of_a_table_and_its_neighbours() {
    let folder = Folder::new();
    let weights = folder.path("towns.gal");
    folder.seen(&[
        "weights",
        "--areas",
        "data/samples/towns.geojson",
        "--contiguity",
        "queen",
        "--snap",
        "1m",
        "-o",
        &weights,
    ]);
    let table = folder.path("towns.csv");
    folder.seen(&[
        "concentration",
        REGISTER,
        "--areas",
        "data/samples/towns.geojson",
        "--policy",
        POLICY,
        "--per",
        "area",
        "-o",
        &table,
    ]);
    let options = ["--table", &table, "--weights", &weights, "--set", "column=count"];
    assert!(drawn(&folder, "maps/moran.toml", &options).contains("莫兰指数 I = "));
    let alone = jiju(["chart", "maps/moran.toml", "--table", &table, "-o", &folder.path("never.svg")]);
    assert!(alone.status == 2 && alone.stderr.contains("--weights"), "{}", alone.seen());
}

#[test]
fn point_patterns_of_k_and_of_l_are_one_chart() {
    let folder = Folder::new();
    let mut rows = "id,lon,lat\n".to_owned();
    for firm in 0..60 {
        let (x, y) = (f64::from(firm % 8) * 0.004, f64::from(firm / 8) * 0.003 + f64::from(firm % 3) * 0.0007);
        rows.push_str(&format!("{firm},{},{}\n", 120.5 + x, 30.0 + y));
    }
    let firms = folder.write("firms.csv", &rows);
    let of = |statistic: &str, name: &str| {
        let table = folder.path(name);
        let source = ["stats", statistic, &firms, "--max-radius", "1km", "--steps", "10", "--simulations", "19"];
        if name.ends_with("json") {
            let json = jiju([&source[..], &["--format", "json"]].concat());
            std::fs::write(&table, json.stdout).unwrap();
        } else {
            folder.seen(&[&source[..], &["-o", &table]].concat());
        }
        // Bands at each distance are the same of K and of L; those of all distances are not.
        drawn(&folder, "maps/pattern.toml", &["--table", &table, "--set", "column=pointwise"])
    };
    let (k, l, json) = (of("k", "k.csv"), of("l", "l.csv"), of("l", "l.json"));
    let curve = |svg: &str| {
        let paths: Vec<String> =
            svg.lines().filter(|line| line.contains("<path") && line.contains("#2b6ca3")).map(str::to_owned).collect();
        assert!(!paths.is_empty(), "{svg}");
        paths
    };
    assert_eq!(curve(&k), curve(&l), "both draw L(r) − r");
    assert!(json.contains("95%") && !l.contains("95%"), "only JSON says the level");
    let wrong = folder.write("wrong.csv", "radius,k,l\n1,2,3\n");
    let outcome = jiju(["chart", "maps/pattern.toml", "--table", &wrong, "-o", &folder.path("never.svg")]);
    assert!(outcome.status == 2 && outcome.stderr.contains("radius_m"), "{}", outcome.seen());
}

#[test]
fn tables_that_a_project_cannot_mean_are_named() {
    let folder = Folder::new();
    let project = folder.write(
        "jiju.toml",
        "title = 't'\nas_of = 2020-09-30\npolicy = 'p'\noutput = 'o'\n[register]\nfile = 'r.csv'\n[ledger]\nfile = \
         'l.csv'\n[[layer]]\nname = 'district'\nfile = 'd.geojson'\n[[map]]\nname = 'density'\nspec = 'm.toml'\ntable \
         = 't.csv'\n[[chart]]\nname = 'slope'\nspec = 'c.toml'\nbefore = 'b.csv'\n",
    );
    let outcome = jiju(["run", &project]);
    assert_eq!(outcome.status, 2);
    for fault in ["map `density` names a table", "chart `slope` names `before` or `weights` without a `table`"] {
        assert!(outcome.stderr.contains(fault), "{}", outcome.seen());
    }
}
