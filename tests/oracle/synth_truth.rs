//! The seeded faults of the sample against what the checks find: `truth.csv` is the oracle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiju::check::{self, AreaRules, Checked, LedgerOptions, RegisterOptions, Territory};
use jiju::join::AreaIndex;
use jiju::model::{Areas, ColumnMapping, LEDGER_COLUMNS, Ledger, Match, REGISTER_COLUMNS, Register, Table};
use jiju::policy::Policy;
use jiju::synth::{self, SynthOptions};

/// file, row, problem, column
type Found = BTreeSet<(String, u64, String, String)>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn districts() -> Areas {
    jiju::source::areas(&root().join("data/boundaries/shaoxing_districts.geojson"), &Default::default()).unwrap()
}

fn policy() -> Policy {
    jiju::policy::read(&root().join("data/policy/shaoxing-2020")).unwrap()
}

fn table(path: &Path) -> Table {
    jiju::source::table(path, &Default::default()).unwrap()
}

struct Run {
    found: Found,
    truth: Found,
    register: Checked<Register>,
    territory: Checked<Territory>,
    ledger: Checked<Ledger>,
    register_rows: usize,
    ledger_rows: usize,
}

fn run(folder: &Path, policy: &Policy, options: &SynthOptions) -> Run {
    let (register_file, ledger_file) = (table(&folder.join("register.csv")), table(&folder.join("ledger.csv")));
    let columns = ColumnMapping::recognise(&register_file, REGISTER_COLUMNS, &BTreeMap::new()).unwrap();
    let ledger_columns = ColumnMapping::recognise(&ledger_file, LEDGER_COLUMNS, &BTreeMap::new()).unwrap();
    let register = check::register(&register_file, &columns, policy, &RegisterOptions::default()).unwrap();
    let districts = districts();
    let index = AreaIndex::new(&districts).unwrap();
    let matches: Vec<Match> = register
        .value
        .enterprises()
        .iter()
        .map(|enterprise| enterprise.location.map(|point| index.locate(point)).unwrap_or_default())
        .collect();
    let territory = check::territory(register.value.clone(), &columns, &matches, &districts, policy);
    let mut rejected_ids = register.rejected_ids();
    rejected_ids.extend(territory.rejected_ids());
    let ledger_options = LedgerOptions { as_of: Some(options.as_of(policy)), rejected_ids, ..LedgerOptions::default() };
    let ledger =
        check::ledger(&ledger_file, &ledger_columns, policy, &territory.value.register, &ledger_options).unwrap();
    let found = [&register.report, &territory.report, &ledger.report]
        .iter()
        .flat_map(|report| &report.problems)
        .map(|problem| {
            let file = Path::new(&problem.place.file).file_name().unwrap().to_str().unwrap().to_owned();
            let column = problem.place.column.clone().unwrap();
            (file, problem.place.row.unwrap(), problem.kind.key(), column)
        })
        .collect();
    let mut reader = csv::Reader::from_path(folder.join("truth.csv")).unwrap();
    let truth = reader.deserialize().map(Result::unwrap).collect();
    Run {
        found,
        truth,
        register,
        territory,
        ledger,
        register_rows: register_file.height(),
        ledger_rows: ledger_file.height(),
    }
}

fn made(options: &SynthOptions) -> (tempfile::TempDir, Policy) {
    let folder = tempfile::tempdir().unwrap();
    let policy = policy();
    let gazetteer = table(&root().join("data/gazetteer/shaoxing_towns.csv"));
    synth::write(options, &policy, &districts(), &gazetteer, folder.path()).unwrap();
    (folder, policy)
}

fn assert_found_exactly(run: &Run) {
    let missed: Vec<_> = run.truth.difference(&run.found).collect();
    let invented: Vec<_> = run.found.difference(&run.truth).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed {missed:#?}\ninvented {invented:#?}");
    let kept = run.territory.value.register.enterprises().len();
    assert_eq!(kept + run.territory.rejects.len() + run.register.rejects.len(), run.register_rows);
    assert_eq!(run.ledger.value.entries.len() + run.ledger.rejects.len(), run.ledger_rows);
}

#[test]
fn seeded_faults_are_found_exactly() {
    for (firms, seed, faults) in
        [(3000, 1, 1.0), (1500, 2, 8.0), (60, 3, 1.0), (2500, 4, 0.0), (1, 5, 1.0), (0, 6, 1.0)]
    {
        let options = SynthOptions { firms, seed, faults, ..SynthOptions::default() };
        let (folder, policy) = made(&options);
        let run = run(folder.path(), &policy, &options);
        assert_eq!(run.register_rows, firms);
        assert_eq!(run.truth.is_empty(), faults == 0.0 || firms < 2);
        assert_found_exactly(&run);
    }
}

#[test]
fn shipped_sample_has_exactly_its_faults() {
    let policy = policy();
    let run = run(&root().join("data/samples"), &policy, &SynthOptions::default());
    assert_eq!(run.register_rows, 20_000);
    assert!(run.truth.len() > 400);
    let kinds: BTreeSet<&String> = run.truth.iter().map(|fault| &fault.2).collect();
    assert!(kinds.len() >= 18, "{kinds:?}");
    assert_found_exactly(&run);
}

const FILES: [&str; 7] = [
    "register.csv",
    "ledger.csv",
    "truth.csv",
    "towns.geojson",
    "parks.geojson",
    "small_micro_parks.geojson",
    "README.md",
];

#[test]
fn shipped_sample_is_what_the_generator_makes() {
    let (folder, _) = made(&SynthOptions::default());
    for name in FILES {
        let made = std::fs::read(folder.path().join(name)).unwrap();
        let shipped = root().join("data/samples").join(name);
        if std::env::var_os("JIJU_BLESS").is_some() {
            std::fs::write(&shipped, &made).unwrap();
        }
        assert!(std::fs::read(&shipped).unwrap() == made, "{name} differs: see `make bless`");
    }
}

#[test]
fn same_seed_same_bytes_and_another_seed_other_bytes() {
    let options = SynthOptions { firms: 300, ..SynthOptions::default() };
    let (first, policy) = made(&options);
    let (second, _) = made(&options);
    let (other, _) = made(&SynthOptions { seed: 9, ..options });
    drop(policy);
    let bytes = |folder: &tempfile::TempDir, name: &str| std::fs::read(folder.path().join(name)).unwrap();
    for name in FILES {
        assert!(bytes(&first, name) == bytes(&second, name), "{name}");
    }
    assert!(bytes(&first, "register.csv") != bytes(&other, "register.csv"));
}

#[test]
fn towns_tile_every_district_and_parks_lie_in_theirs() {
    let districts = districts();
    let read = |name: &str| jiju::source::areas(&root().join("data/samples").join(name), &Default::default()).unwrap();
    let towns = read("towns.geojson");
    let rules = AreaRules { territory: Some(districts.clone()), ..AreaRules::default() };
    assert_eq!(check::areas(&towns, &rules).problems, []);
    assert_eq!(check::areas(&towns, &AreaRules::default()).problems, []);
    // In the plane of the file, where a vertex set into a straight edge changes nothing.
    for district in &districts.areas {
        let whole = geo::Area::unsigned_area(&district.geometry);
        let of_district = towns.areas.iter().filter(|town| town.parent.as_deref() == Some(&district.id));
        let sum: f64 = of_district.map(|town| geo::Area::unsigned_area(&town.geometry)).sum();
        assert!((sum / whole - 1.0).abs() < 1e-9, "{}: {sum} {whole}", district.name);
    }
    // Both sides of every edge have the same vertices: what only one side has is the outer boundary.
    let outer = one_sided_length(&districts);
    let of_towns = one_sided_length(&towns);
    assert!((of_towns / outer - 1.0).abs() < 1e-9, "{of_towns} {outer}");
    for name in ["parks.geojson", "small_micro_parks.geojson"] {
        let parks = read(name);
        assert!(parks.len() > 20, "{name}");
        assert_eq!(check::areas(&parks, &AreaRules::default()).problems, []);
        for park in &parks.areas {
            let district = districts.position(park.parent.as_deref().unwrap()).unwrap();
            assert!(geo::Contains::contains(&districts.areas[district].geometry, &park.geometry), "{}", park.name);
        }
    }
}

/// Length, in the plane of the file, of the edges that only one area has.
fn one_sided_length(layer: &Areas) -> f64 {
    let mut edges: BTreeMap<[u64; 4], (usize, f64)> = BTreeMap::new();
    for line in layer.areas.iter().flat_map(|area| geo::LinesIter::lines_iter(&area.geometry)) {
        let ends = [line.start, line.end].map(|coord| [coord.x.to_bits(), coord.y.to_bits()]);
        let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        let edge = edges.entry([low[0], low[1], high[0], high[1]]).or_default();
        *edge = (edge.0 + 1, (line.dx().powi(2) + line.dy().powi(2)).sqrt());
    }
    edges.values().filter(|(sides, _)| *sides == 1).map(|(_, length)| length).sum()
}
