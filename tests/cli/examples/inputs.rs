//! The files that the examples name, made of the sample: synthetic, no real enterprises.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use tempfile::TempDir;

use super::super::{DISTRICTS, csv_text, program, repository, rows};

/// What the program makes of the files that are written here.
const MADE: [&str; 23] = [
    "convert firms.csv firms.xlsx",
    "convert firms.csv firms.parquet",
    "convert firms.csv gps.parquet",
    "convert ledger.csv ledger.xlsx",
    "convert districts.geojson districts.gpkg",
    "convert districts.geojson districts.shp",
    "convert towns.geojson towns.gpkg",
    "convert towns.geojson towns.shp",
    "index towns.gpkg -o towns.index",
    "weights --areas towns.geojson --contiguity queen -o towns.gal",
    "weights --areas towns.geojson --knn 4 -o roads.gal",
    "cluster dbscan firms2019.csv --radius 1km --min-points 5 -o members-2019.csv --hulls hulls-2019.geojson",
    "cluster dbscan firms2020.csv --radius 1km --min-points 5 -o members-2020.csv --hulls hulls-2020.geojson",
    "stats local-moran towns.csv --value rate --weights towns.gal -o clusters.csv --manifest clusters.manifest.json",
    "concentration firms.csv --areas districts.geojson -o concentration.csv",
    "stats l firms.csv --areas districts.geojson --max-radius 5km --simulations 19 -o l.csv",
    "progress --ledger ledger.csv --register firms.csv --areas districts.geojson --policy data/policy/shaoxing-2020 \
     --as-of 2020-09-30 -o quota.csv",
    "progress --ledger ledger.csv --register firms.csv --areas districts.geojson --policy data/policy/shaoxing-2020 \
     --as-of 2020-09-30 -o september.csv",
    "progress --ledger ledger.csv --register firms.csv --areas districts.geojson --policy data/policy/shaoxing-2020 \
     --as-of 2020-06-30 -o june.csv",
    "sample jiju.toml --share 0.2 -o results.csv",
    "run tables.toml --as-of 2020-06-30 -o out-q2",
    "run tables.toml -o out-q3",
    "report tables.toml -o brief.docx",
];

/// A folder like the one that the examples are for.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let sample = Sample::read();
    for path in ["data/demo", "data/samples", ".local/share/bash-completion/completions", ".config/fish/completions"] {
        std::fs::create_dir_all(root.join(path)).unwrap();
    }
    // Where an example writes, there is a folder of its own; what it only reads, it reads where it is.
    for path in ["data/boundaries", "data/classification", "data/gazetteer", "data/policy", "maps"] {
        std::os::unix::fs::symlink(repository(path), root.join(path)).unwrap();
    }
    let copy = |from: &str, to: &str| std::fs::copy(repository(from), root.join(to)).unwrap();
    copy(DISTRICTS, "districts.geojson");
    copy("data/samples/towns.geojson", "towns.geojson");
    copy("data/samples/parks.geojson", "parks.geojson");
    for name in ["ledger.csv", "towns.geojson", "parks.geojson", "small_micro_parks.geojson"] {
        copy(&format!("data/samples/{name}"), &format!("data/samples/{name}"));
    }
    let mut project = std::fs::read_to_string(repository("data/demo/jiju.toml")).unwrap();
    // Small pictures: most of the time goes into them.
    for figure in ["[[map]]\n", "[[chart]]\n"] {
        project = project.replace(figure, &format!("{figure}dpi = 40\n"));
    }
    std::fs::write(root.join("data/demo/jiju.toml"), &project).unwrap();
    std::fs::write(root.join("jiju.toml"), project.replace("../../", "").replace("\"../", "\"data/")).unwrap();
    // Without figures, for what only reads the tables of two runs.
    let figures = project.find("[[analysis]]").unwrap();
    let tables = project[..figures].replace("../../", "").replace("\"../", "\"data/");
    std::fs::write(root.join("tables.toml"), tables).unwrap();
    for (name, table) in sample.tables() {
        std::fs::write(root.join(name), csv_text(&table)).unwrap();
    }
    std::fs::write(root.join("question.sql"), "select sector, count(*) as firms from firms group by sector").unwrap();
    std::fs::write(root.join("speech.txt"), "淘汰落后产能全市目标任务150家，柯桥区完成21家。\n").unwrap();
    for command in MADE {
        let output = program().args(command.split_whitespace()).current_dir(root).output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    }
    // Most firms pass, and one could not be inspected.
    let mut results = rows(&root.join("results.csv"));
    let finding = results[0].iter().position(|column| column == "finding").unwrap();
    for (number, row) in results.iter_mut().enumerate().skip(2) {
        row[finding] = if number % 9 == 0 { "不合格" } else { "合格" }.to_owned();
    }
    std::fs::write(root.join("results.csv"), csv_text(&results)).unwrap();
    folder
}

type Rows = Vec<Vec<String>>;

/// The firms of the sample's ledger and some others, all without a seeded fault; the ledger; the towns.
struct Sample {
    header: HashMap<String, usize>,
    register: Rows,
    ledger: Rows,
    towns: Vec<Town>,
}

/// A town of the sample.
struct Town {
    id: String,
    name: String,
    district: &'static str,
    /// Of its corners, as degrees.
    middle: (f64, f64),
    area_km2: f64,
}

/// The districts by their codes.
const NAMES: [(&str, &str); 6] = [
    ("330602", "越城区"),
    ("330603", "柯桥区"),
    ("330604", "上虞区"),
    ("330624", "新昌县"),
    ("330681", "诸暨市"),
    ("330683", "嵊州市"),
];

const SECTORS: [&str; 4] = ["dyeing", "chemicals", "bearings", "hardware"];

fn sector_of(industry_code: &str) -> &'static str {
    match industry_code {
        code if code.starts_with("17") => SECTORS[0],
        code if code.starts_with("26") || code.starts_with("28") => SECTORS[1],
        code if code.starts_with("345") => SECTORS[2],
        _ => SECTORS[3],
    }
}

impl Sample {
    fn read() -> Self {
        let faulty: HashSet<(String, usize)> = rows(&repository("data/samples/truth.csv"))[1..]
            .iter()
            .map(|fault| (fault[0].clone(), fault[1].parse().unwrap()))
            .collect();
        let sound = |name: &str| -> Rows {
            let numbered = rows(&repository(&format!("data/samples/{name}"))).into_iter().zip(1..);
            numbered.filter(|(_, row)| !faulty.contains(&(name.to_owned(), *row))).map(|(row, _)| row).collect()
        };
        let ledger = sound("ledger.csv");
        let listed: HashSet<&str> = ledger.iter().map(|row| row[0].as_str()).collect();
        let mut register = sound("register.csv");
        let mut number = 0;
        register.retain(|row| {
            number += 1;
            number % 40 == 0 || listed.contains(row[0].as_str())
        });
        let header = register[0].iter().cloned().zip(0..).collect();
        let text = std::fs::read_to_string(repository("data/samples/towns.geojson")).unwrap();
        let towns: Value = serde_json::from_str(&text).unwrap();
        let towns = towns["features"].as_array().unwrap().iter().map(Town::of).collect();
        Self { header, register, ledger, towns }
    }

    fn cell<'a>(&self, firm: &'a [String], column: &str) -> &'a str {
        &firm[self.header[column]]
    }

    fn number(&self, firm: &[String], column: &str) -> f64 {
        self.cell(firm, column).parse().unwrap_or(0.0)
    }

    fn firms(&self) -> &[Vec<String>] {
        &self.register[1..]
    }

    fn sector(&self, firm: &[String]) -> &'static str {
        sector_of(self.cell(firm, "industry_code"))
    }

    /// The tables that the examples name.
    fn tables(&self) -> Vec<(&'static str, Rows)> {
        let firms = self.firms_with_sector();
        let mut before = firms.clone();
        let mut number = 0;
        before.retain(|_| {
            number += 1;
            number % 7 != 0
        });
        let places: HashMap<&str, [String; 2]> = self
            .firms()
            .iter()
            .map(|firm| (firm[0].as_str(), ["lon", "lat"].map(|column| self.cell(firm, column).to_owned())))
            .collect();
        let listed = self.ledger[1..].iter().filter_map(|entry| {
            let place = places.get(entry[0].as_str())?;
            Some([&entry[..], &place[..]].concat())
        });
        let listed_header = [&self.ledger[0][..], &["lon".to_owned(), "lat".to_owned()]].concat();
        let gps =
            self.firms().iter().map(|firm| ["id", "lon", "lat"].map(|name| self.cell(firm, name).to_owned()).into());
        let rates = NAMES.iter().zip(1..).map(|((code, name), place)| {
            vec![(*code).to_owned(), (*name).to_owned(), (f64::from(place) / 7.0).to_string()]
        });
        let rates = with_header(&["adcode", "district", "rate"], rates);
        vec![
            ("data/samples/register.csv", self.register.clone()),
            ("firms-dated.csv", self.firms_with_days()),
            ("firms2019.csv", before),
            ("firms2020.csv", firms.clone()),
            ("firms.csv", firms),
            ("ledger.csv", self.ledger.clone()),
            ("listed.csv", std::iter::once(listed_header).chain(listed).collect()),
            ("gps.csv", with_header(&["id", "lng", "lat"], gps)),
            ("districts.csv", rates.clone()),
            ("rates.csv", rates),
            ("counts.csv", self.counts("district", "employees", |firm| self.number(firm, "employees"))),
            ("counts2019.csv", self.counts("area", "count", |firm| self.number(firm, "employees").min(100.0))),
            ("counts2020.csv", self.counts("area", "count", |firm| self.number(firm, "employees"))),
            ("strata.csv", self.strata()),
            ("towns.csv", self.rows_of_towns()),
        ]
    }

    fn firms_with_sector(&self) -> Rows {
        let header = [&self.register[0][..], &["sector".to_owned(), "accuracy_m".to_owned()]].concat();
        let firms = self.firms().iter().zip(0..).map(|(firm, place)| {
            let accuracy_m = 20 + 10 * (place % 20);
            [&firm[..], &[self.sector(firm).to_owned(), accuracy_m.to_string()]].concat()
        });
        std::iter::once(header).chain(firms).collect()
    }

    /// The firms with the days on which they opened and, one in five, closed.
    fn firms_with_days(&self) -> Rows {
        let mut firms = self.firms_with_sector();
        firms[0].extend(["opened_on".to_owned(), "closed_on".to_owned()]);
        for (firm, place) in firms.iter_mut().skip(1).zip(0..) {
            let closed = if place % 5 == 0 { format!("20{}-06-30", 19 + place % 3) } else { String::new() };
            firm.extend([format!("20{}-03-01", 12 + place % 8), closed]);
        }
        firms
    }

    /// A row for each district and sector.
    fn counts(&self, area: &str, count: &str, of: impl Fn(&[String]) -> f64) -> Rows {
        let mut counts: BTreeMap<(&str, &str), f64> = BTreeMap::new();
        for firm in self.firms() {
            *counts.entry((self.cell(firm, "district"), self.sector(firm))).or_default() += of(firm);
        }
        let counts =
            counts.into_iter().map(|((district, sector), sum)| vec![district.into(), sector.into(), sum.to_string()]);
        with_header(&[area, "sector", count], counts)
    }

    /// The ledger's programmes and last days of the firms, by their ids.
    fn entries(&self) -> HashMap<&str, (bool, bool)> {
        let column = |name: &str| self.ledger[0].iter().position(|column| column == name).unwrap();
        let (programme, reviewed) = (column("programme"), column("reviewed_on"));
        self.ledger[1..]
            .iter()
            .map(|row| (row[0].as_str(), (row[programme].starts_with("retire"), !row[reviewed].is_empty())))
            .collect()
    }

    fn firms_of<'a>(&'a self, town: &'a Town) -> impl Iterator<Item = &'a Vec<String>> {
        self.firms()
            .iter()
            .filter(|firm| self.cell(firm, "town") == town.name && self.cell(firm, "district") == town.district)
    }

    /// A row for each town and sector.
    fn strata(&self) -> Rows {
        let entries = self.entries();
        let strata = self.towns.iter().flat_map(|town| {
            SECTORS.map(|sector| {
                let firms: Rows = self.firms_of(town).filter(|firm| self.sector(firm) == sector).cloned().collect();
                let retired = firms.iter().filter(|firm| entries.get(firm[0].as_str()).is_some_and(|entry| entry.1));
                vec![town.name.clone(), sector.to_owned(), retired.count().to_string(), firms.len().to_string()]
            })
        });
        with_header(&["town", "sector", "retired", "firms"], strata)
    }

    /// A row for each town.
    fn rows_of_towns(&self) -> Rows {
        let entries = self.entries();
        let towns = self.towns.iter().map(|town| {
            let firms: Vec<&Vec<String>> = self.firms_of(town).collect();
            let sum = |column: &str| firms.iter().map(|firm| self.number(firm, column)).sum::<f64>();
            let count = |holds: &dyn Fn(&[String]) -> bool| firms.iter().filter(|firm| holds(firm)).count();
            let entry = |firm: &[String]| entries.get(firm[0].as_str()).copied();
            let listed = count(&|firm| entry(firm).is_some());
            let met = count(&|firm| entry(firm).is_some_and(|(_, is_reviewed)| is_reviewed));
            let retired = count(&|firm| entry(firm).is_some_and(|(is_retired, is_reviewed)| is_retired && is_reviewed));
            let dyeing = count(&|firm| self.sector(firm) == "dyeing");
            let share = |part: usize| part as f64 / firms.len().max(1) as f64;
            // Some grow, some shrink.
            let growth = (firms.len() % 5) as f64 - 2.0;
            let quarter = |number: f64| (firms.len() + 1) as f64 * (1.0 + 0.1 * growth * number);
            let mut row = vec![town.id.clone(), town.name.clone(), town.district.to_owned()];
            row.extend(
                [
                    town.middle.0,
                    town.middle.1,
                    share(met),
                    firms.len() as f64 / town.area_km2,
                    share(dyeing),
                    firms.len() as f64,
                    sum("employees"),
                    sum("output_cny") / 1e8,
                    sum("output_cny"),
                    retired as f64,
                    (listed - met) as f64,
                    met as f64,
                    f64::from(u8::from(2 * met < listed + 2)),
                    30_000.0 + 100.0 * firms.len() as f64,
                    quarter(1.0),
                    quarter(2.0),
                    quarter(3.0),
                    quarter(4.0),
                ]
                .map(|number| number.to_string()),
            );
            row
        });
        let columns = "id,name,district,lon,lat,rate,density,share,firms,employees,output,output_cny,retired,short,met,\
                       behind,heads,q1,q2,q3,q4";
        with_header(&columns.split(',').collect::<Vec<_>>(), towns)
    }
}

impl Town {
    fn of(feature: &Value) -> Self {
        let text = |name: &str| feature["properties"][name].as_str().unwrap().to_owned();
        let parent = text("parent");
        let (_, district) = NAMES.into_iter().find(|(code, _)| *code == parent).unwrap();
        let mut ring = &feature["geometry"]["coordinates"][0];
        if feature["geometry"]["type"] == "MultiPolygon" {
            ring = &ring[0];
        }
        let corners: Vec<(f64, f64)> =
            ring.as_array().unwrap().iter().map(|at| (at[0].as_f64().unwrap(), at[1].as_f64().unwrap())).collect();
        let mean = |sum: f64| sum / corners.len() as f64;
        let middle = (mean(corners.iter().map(|at| at.0).sum()), mean(corners.iter().map(|at| at.1).sum()));
        // A degree is 111.32 km along a meridian: near enough for a made-up density.
        let twice: f64 = corners.windows(2).map(|pair| pair[0].0 * pair[1].1 - pair[1].0 * pair[0].1).sum();
        let area_km2 = twice.abs() / 2.0 * 111.32 * 111.32 * middle.1.to_radians().cos();
        Self { id: text("id"), name: text("name"), district, middle, area_km2 }
    }
}

fn with_header(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Rows {
    std::iter::once(header.iter().map(|&name| name.to_owned()).collect()).chain(rows).collect()
}
