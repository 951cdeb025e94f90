use std::collections::HashMap;
use std::path::Path;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::folder::{Faults, Row, Sheet, text};
use super::terms::{
    Block, District, Document, Ground, KeyIndustry, Policy, Programme, Quota, Sector, StageTerm, Term, Tier,
};
use crate::error::{PolicyError, Result};
use crate::model::Stage;

// Unknown keys of `policy.toml` are collected, to be told of beside all other faults.

#[derive(Deserialize)]
struct Head {
    year: i32,
    city: TermEntry,
    document: DocumentEntry,
    #[serde(rename = "programme")]
    programmes: Vec<ProgrammeEntry>,
    #[serde(default, rename = "instrument")]
    instruments: Vec<TermEntry>,
    #[serde(flatten)]
    unknown: toml::Table,
}

#[derive(Deserialize)]
struct TermEntry {
    id: String,
    name_zh: String,
    name_en: String,
    source: String,
    #[serde(flatten)]
    unknown: toml::Table,
}

#[derive(Deserialize)]
struct DocumentEntry {
    number: String,
    title_zh: String,
    title_en: String,
    issuer: String,
    issued_on: toml::value::Datetime,
    text: Option<String>,
    #[serde(flatten)]
    unknown: toml::Table,
}

#[derive(Deserialize)]
struct ProgrammeEntry {
    id: String,
    name_zh: String,
    name_en: String,
    unit_zh: String,
    unit_en: String,
    accepting_stage: Stage,
    deadline: Option<toml::value::Datetime>,
    source: String,
    #[serde(flatten)]
    unknown: toml::Table,
}

impl From<TermEntry> for Term {
    fn from(entry: TermEntry) -> Self {
        Self { id: entry.id, name_zh: entry.name_zh, name_en: entry.name_en, source: entry.source }
    }
}

/// Reads a policy folder, whole or not at all.
///
/// # Errors
///
/// [`PolicyError::Faults`] with everything that is wrong: missing files, unknown or missing keys and columns, unknown
/// districts and programmes, doubled rows, unreadable cells, districts that do not sum to the city's quota.
///
/// # Examples
///
/// ```
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/data/policy/shaoxing-2020");
/// let policy = jiju::policy::read(folder.as_ref())?;
/// assert_eq!(policy.quota("retire_outdated_capacity", "330603"), Some(30));
/// assert_eq!(policy.sector_of("1752").unwrap().term.id, "printing_and_dyeing");
/// # Ok::<(), jiju::Error>(())
/// ```
pub fn read(folder: &Path) -> Result<Policy> {
    let mut faults = Faults::default();
    let head = head(folder, &mut faults);
    let districts = districts(folder, &mut faults);
    let terms = |file: &str, faults: &mut Faults| {
        let sheet = Sheet::read(folder, file, &["id", "name_zh", "name_en", "source"], faults);
        let terms: Vec<Term> = sheet.rows().map(|row| term(row, faults)).collect();
        doubled(file, terms.iter().map(|term| term.id.as_str()), faults);
        terms
    };
    let equipment = terms("equipment.csv", &mut faults);
    let deficits = terms("deficits.csv", &mut faults);
    let measures = terms("measures.csv", &mut faults);
    let stages = stages(terms("stages.csv", &mut faults), &mut faults);
    let industries = industries(folder, &districts, &mut faults);
    let blocks = blocks(folder, &districts, &mut faults);
    let grounds = grounds(folder, &mut faults);
    let sectors = sectors(folder, &mut faults);
    // Quotas are of programmes and of the city: where these are not known, every row would be a fault.
    let (quotas, programmes) = match &head {
        Some(head) => {
            let programmes = programmes(head, &mut faults);
            quotas(folder, &head.city.id, &districts, programmes, &mut faults)
        }
        None => Default::default(),
    };
    let issued_on = head.as_ref().and_then(|head| date("document.issued_on", &head.document.issued_on, &mut faults));
    if let Some(text_file) = head.as_ref().and_then(|head| head.document.text.as_ref()) {
        if text_file.contains(['/', '\\']) {
            faults.file("policy.toml", format!("document.text: found `{text_file}`, expected a file of the folder"));
        } else {
            text(folder, text_file, &mut faults);
        }
    }
    let (Some(head), Some(issued_on), true) = (head, issued_on, faults.0.is_empty()) else {
        return Err(PolicyError::Faults { folder: folder.display().to_string(), faults: faults.0 }.into());
    };
    Ok(Policy {
        folder: folder.to_path_buf(),
        city: head.city.into(),
        year: head.year,
        document: Document {
            number: head.document.number,
            title_zh: head.document.title_zh,
            title_en: head.document.title_en,
            issuer: head.document.issuer,
            issued_on,
        },
        districts,
        programmes,
        quotas,
        industries,
        blocks,
        equipment,
        grounds,
        deficits,
        measures,
        stages,
        sectors,
        instruments: head.instruments.into_iter().map(Term::from).collect(),
    })
}

fn head(folder: &Path, faults: &mut Faults) -> Option<Head> {
    let text = text(folder, "policy.toml", faults)?;
    let read = toml::from_str(&text);
    let head: Head = read.map_err(|error| faults.file("policy.toml", indented(&error.to_string()))).ok()?;
    let programmes = head.programmes.iter().enumerate().map(|(at, entry)| ("programme", at, &entry.unknown));
    let instruments = head.instruments.iter().enumerate().map(|(at, entry)| ("instrument", at, &entry.unknown));
    let tables = [("", 0, &head.unknown), ("city", 0, &head.city.unknown), ("document", 0, &head.document.unknown)];
    for (table, position, unknown) in tables.into_iter().chain(programmes).chain(instruments) {
        for key in unknown.keys() {
            let line = line_of(&text, table, position, key).map_or(String::new(), |line| format!(", line {line}"));
            faults.file(&format!("policy.toml{line}"), format!("unknown field `{key}`"));
        }
    }
    Some(head)
}

/// The line of a key in a table of a TOML text, or in one of an array of tables; the text itself is the table ``.
fn line_of(text: &str, table: &str, position: usize, key: &str) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let holder = match root.get_ref().get(table).map(|value| value.get_ref()) {
        None => root.get_ref(),
        Some(DeValue::Table(table)) => table,
        Some(DeValue::Array(tables)) => tables.get(position)?.get_ref().as_table()?,
        Some(_) => return None,
    };
    let (key, _) = holder.get_key_value(key)?;
    Some(text.get(..key.span().start)?.matches('\n').count() + 1)
}

/// A message of several lines under the fault it belongs to.
fn indented(message: &str) -> String {
    message.trim().replace('\n', "\n    ")
}

fn date(key: &str, found: &toml::value::Datetime, faults: &mut Faults) -> Option<NaiveDate> {
    let date = found
        .date
        .and_then(|date| NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day)));
    if date.is_none() {
        faults.file("policy.toml", format!("{key}: found `{found}`, expected a date such as 2020-10-31"));
    }
    date
}

fn programmes(head: &Head, faults: &mut Faults) -> Vec<Programme> {
    doubled("policy.toml", head.programmes.iter().map(|programme| programme.id.as_str()), faults);
    head.programmes
        .iter()
        .map(|entry| Programme {
            term: Term {
                id: entry.id.clone(),
                name_zh: entry.name_zh.clone(),
                name_en: entry.name_en.clone(),
                source: entry.source.clone(),
            },
            unit_zh: entry.unit_zh.clone(),
            unit_en: entry.unit_en.clone(),
            deadline: entry.deadline.as_ref().and_then(|deadline| date("programme.deadline", deadline, faults)),
            city_quota: 0,
            accepting_stage: entry.accepting_stage,
        })
        .collect()
}

fn term(row: Row<'_>, faults: &mut Faults) -> Term {
    Term {
        id: row.id("id", faults),
        name_zh: row.filled("name_zh", faults),
        name_en: row.filled("name_en", faults),
        source: row.cell("source").to_owned(),
    }
}

fn doubled<'a>(file: &str, keys: impl Iterator<Item = &'a str>, faults: &mut Faults) {
    let mut seen = std::collections::HashSet::new();
    for key in keys {
        if !seen.insert(key) {
            faults.file(file, format!("`{key}` stands twice"));
        }
    }
}

fn districts(folder: &Path, faults: &mut Faults) -> Vec<District> {
    let sheet = Sheet::read(folder, "districts.csv", &["adcode", "name_zh", "name_en", "source"], faults);
    let districts: Vec<District> = sheet
        .rows()
        .map(|row| District {
            adcode: row.filled("adcode", faults),
            name_zh: row.filled("name_zh", faults),
            name_en: row.filled("name_en", faults),
        })
        .collect();
    doubled("districts.csv", districts.iter().map(|district| district.adcode.as_str()), faults);
    doubled("districts.csv", districts.iter().map(|district| district.name_zh.as_str()), faults);
    districts
}

fn stages(terms: Vec<Term>, faults: &mut Faults) -> Vec<StageTerm> {
    let expected = Stage::ALL.map(Stage::key);
    let found: Vec<&str> = terms.iter().map(|term| term.id.as_str()).collect();
    if found != expected {
        faults
            .file("stages.csv", format!("found {}, expected {} in this order", found.join(", "), expected.join(", ")));
    }
    Stage::ALL.into_iter().zip(terms).map(|(stage, term)| StageTerm { stage, term }).collect()
}

/// The district a row names, which must be one of the policy's.
fn district(row: Row<'_>, districts: &[District], faults: &mut Faults) -> String {
    let adcode = row.cell("district");
    if !districts.iter().any(|district| district.adcode == adcode) {
        let known = districts.iter().map(|district| district.adcode.as_str()).collect::<Vec<_>>().join(", ");
        row.fault("district", &format!("one of {known}"), faults);
    }
    adcode.to_owned()
}

fn industries(folder: &Path, districts: &[District], faults: &mut Faults) -> Vec<KeyIndustry> {
    let columns = ["id", "name_zh", "name_en", "qualifier_zh", "tier", "district", "code_prefixes", "source"];
    let sheet = Sheet::read(folder, "industries.csv", &columns, faults);
    let industries: Vec<KeyIndustry> = sheet
        .rows()
        .map(|row| {
            let tier = match row.cell("tier") {
                "national" => Tier::National,
                "provincial" => Tier::Provincial,
                "local" => Tier::Local,
                _ => {
                    row.fault("tier", "national, provincial or local", faults);
                    Tier::Local
                }
            };
            let named_by = match (tier, row.cell("district")) {
                (Tier::Local, _) => Some(district(row, districts, faults)),
                (_, "") => None,
                _ => {
                    row.fault("district", "no district: only a local industry has one", faults);
                    None
                }
            };
            KeyIndustry {
                term: term(row, faults),
                tier,
                district: named_by,
                qualifier_zh: Some(row.cell("qualifier_zh").to_owned()).filter(|qualifier| !qualifier.is_empty()),
                code_prefixes: row.prefixes("code_prefixes", faults),
            }
        })
        .collect();
    doubled("industries.csv", industries.iter().map(|industry| industry.term.id.as_str()), faults);
    industries
}

fn blocks(folder: &Path, districts: &[District], faults: &mut Faults) -> Vec<Block> {
    let columns = ["id", "name_zh", "name_en", "district", "code_prefixes", "source"];
    let sheet = Sheet::read(folder, "blocks.csv", &columns, faults);
    let blocks: Vec<Block> = sheet
        .rows()
        .map(|row| Block {
            term: term(row, faults),
            district: district(row, districts, faults),
            code_prefixes: row.prefixes("code_prefixes", faults),
        })
        .collect();
    doubled("blocks.csv", blocks.iter().map(|block| block.term.id.as_str()), faults);
    blocks
}

fn grounds(folder: &Path, faults: &mut Faults) -> Vec<Ground> {
    let columns = ["id", "name_zh", "name_en", "lead_departments", "source"];
    let sheet = Sheet::read(folder, "grounds.csv", &columns, faults);
    let grounds: Vec<Ground> = sheet
        .rows()
        .map(|row| {
            row.filled("lead_departments", faults);
            Ground { term: term(row, faults), lead_departments: row.list("lead_departments") }
        })
        .collect();
    doubled("grounds.csv", grounds.iter().map(|ground| ground.term.id.as_str()), faults);
    grounds
}

fn sectors(folder: &Path, faults: &mut Faults) -> Vec<Sector> {
    let columns = ["id", "name_zh", "name_en", "code_prefixes", "source"];
    let sheet = Sheet::read(folder, "sectors.csv", &columns, faults);
    let sectors: Vec<Sector> = sheet
        .rows()
        .map(|row| Sector { term: term(row, faults), code_prefixes: row.prefixes("code_prefixes", faults) })
        .collect();
    doubled("sectors.csv", sectors.iter().map(|sector| sector.term.id.as_str()), faults);
    // A prefix in two sectors would leave the choice between them to their order.
    let prefixes = sectors.iter().flat_map(|sector| &sector.code_prefixes);
    doubled("sectors.csv", prefixes.map(String::as_str), faults);
    sectors
}

/// The quota table. The row of a programme whose district is the city itself holds the city's quota.
fn quotas(
    folder: &Path,
    city: &str,
    districts: &[District],
    mut programmes: Vec<Programme>,
    faults: &mut Faults,
) -> (Vec<Quota>, Vec<Programme>) {
    const FILE: &str = "quotas.csv";
    let sheet = Sheet::read(folder, FILE, &["programme", "district", "firms", "source"], faults);
    let mut first_rows: HashMap<(String, String), ()> = HashMap::new();
    let mut quotas = Vec::new();
    let mut city_quotas: HashMap<String, u64> = HashMap::new();
    for row in sheet.rows() {
        let programme = row.cell("programme").to_owned();
        if !programmes.iter().any(|known| known.term.id == programme) {
            let known = programmes.iter().map(|known| known.term.id.as_str()).collect::<Vec<_>>().join(", ");
            row.fault("programme", &format!("one of {known}"), faults);
        }
        let firms = row.number("firms", faults);
        let place = row.cell("district").to_owned();
        if first_rows.insert((programme.clone(), place.clone()), ()).is_some() {
            row.fault("district", "one row for a programme and district; this is a second", faults);
            continue;
        }
        if place == city {
            city_quotas.insert(programme, firms);
        } else {
            let district = district(row, districts, faults);
            quotas.push(Quota { programme, district, firms, source: row.cell("source").to_owned() });
        }
    }
    for programme in &mut programmes {
        let id = &programme.term.id;
        for district in districts {
            if !first_rows.contains_key(&(id.clone(), district.adcode.clone())) {
                faults.file(FILE, format!("found no row for {id} in {} {}", district.adcode, district.name_zh));
            }
        }
        let sum: u64 = quotas.iter().filter(|quota| &quota.programme == id).map(|quota| quota.firms).sum();
        match city_quotas.get(id) {
            Some(city_quota) if *city_quota == sum => programme.city_quota = sum,
            Some(city_quota) => faults.file(
                FILE,
                format!("the districts of {id} sum to {sum}, the city's quota is {city_quota}: expected the same"),
            ),
            None => faults.file(FILE, format!("found no row for {id} in the city {city}")),
        }
    }
    (quotas, programmes)
}
