use std::collections::HashMap;
use std::path::Path;

use super::faults::{At, Faults, one_of, quoted};
use super::folder::{PolicyRow, PolicyTable};
use super::head::{Head, head};
use super::terms::{
    BlockEconomy, District, Ground, KeyIndustry, Policy, Programme, Quota, Sector, SensitiveKind, StageTerm, Term, Tier,
};
use crate::error::{PolicyError, Result};
use crate::model::Stage;

/// Reads a policy folder. The policy is returned only if the whole folder is valid.
///
/// # Errors
///
/// [`PolicyError::Faults`] with all faults of the folder: missing files, unknown or missing keys and columns, unknown
/// districts and programmes, duplicate rows, unreadable cells, and district quotas that do not add up to the city's
/// quota.
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
    let departments = terms(folder, "departments.csv", &mut faults);
    let stages = stages(folder, &mut faults);
    let head = head(folder, &departments, &stages, &mut faults);
    let districts = districts(folder, &mut faults);
    let equipment = terms(folder, "equipment.csv", &mut faults);
    let deficits = terms(folder, "deficits.csv", &mut faults);
    let measures = terms(folder, "measures.csv", &mut faults);
    let industries = industries(folder, &districts, &mut faults);
    let blocks = blocks(folder, &districts, &mut faults);
    let grounds = grounds(folder, &departments, &mut faults);
    let sectors = sectors(folder, &mut faults);
    let sensitive = sensitive(folder, &mut faults);
    let table = quotas(folder, head.as_ref(), &districts, &mut faults);
    let (Some(head), true) = (head, faults.is_empty()) else {
        let folder = folder.display().to_string();
        return Err(PolicyError::Faults { folder, faults: faults.listed, more: faults.more }.into());
    };
    Ok(Policy {
        folder: folder.to_path_buf(),
        city: head.city,
        year: head.year,
        document: head.document,
        districts,
        programmes: table.programmes,
        quotas: table.quotas,
        industries,
        blocks,
        equipment,
        grounds,
        deficits,
        measures,
        stages,
        sectors,
        ranking: head.ranking,
        instruments: head.instruments,
        departments,
        sensitive,
    })
}

/// Reads the kinds of places that no public map may show. The file may be missing.
fn sensitive(folder: &Path, faults: &mut Faults) -> Vec<SensitiveKind> {
    const FILE: &str = "sensitive.csv";
    if !folder.join(FILE).exists() {
        return Vec::new();
    }
    let columns = ["id", "name_zh", "name_en", "words", "code_prefixes", "source"];
    let sheet = PolicyTable::read(folder, FILE, &columns, faults);
    sheet.each_once("id", faults);
    let kind = |row: PolicyRow<'_>| {
        let words = row.list("words");
        let has_codes = !row.cell("code_prefixes").is_empty();
        if words.is_empty() && !has_codes {
            row.fault("words", "words, or prefixes in `code_prefixes`", faults);
        }
        let code_prefixes = if has_codes { row.prefixes("code_prefixes", faults) } else { Vec::new() };
        SensitiveKind { term: term(row, faults), words, code_prefixes }
    };
    sheet.rows().map(kind).collect()
}

fn terms(folder: &Path, file: &str, faults: &mut Faults) -> Vec<Term> {
    let sheet = PolicyTable::read(folder, file, &["id", "name_zh", "name_en", "source"], faults);
    sheet.each_once("id", faults);
    sheet.each_once("name_zh", faults);
    sheet.rows().map(|row| term(row, faults)).collect()
}

fn term(row: PolicyRow<'_>, faults: &mut Faults) -> Term {
    Term {
        id: row.id("id", faults),
        name_zh: row.filled("name_zh", faults),
        name_en: row.filled("name_en", faults),
        source: row.filled("source", faults),
    }
}

fn districts(folder: &Path, faults: &mut Faults) -> Vec<District> {
    let sheet = PolicyTable::read(folder, "districts.csv", &["adcode", "name_zh", "name_en", "source"], faults);
    for column in ["adcode", "name_zh", "name_en"] {
        sheet.each_once(column, faults);
    }
    if sheet.rows().next().is_none() && !faults.mention("districts.csv") {
        faults.add(At::file("districts.csv"), "no rows", "one for every district");
    }
    sheet
        .rows()
        .map(|row| {
            row.filled("source", faults);
            District {
                adcode: row.filled("adcode", faults),
                name_zh: row.filled("name_zh", faults),
                name_en: row.filled("name_en", faults),
            }
        })
        .collect()
}

/// The stages in their order, of which the first is being listed.
fn stages(folder: &Path, faults: &mut Faults) -> Vec<StageTerm> {
    const FILE: &str = "stages.csv";
    let sheet = PolicyTable::read(folder, FILE, &["id", "name_zh", "name_en", "column", "sample", "source"], faults);
    for column in ["id", "name_zh", "column"] {
        sheet.each_once(column, faults);
    }
    let count = sheet.rows().count();
    if !faults.mention(FILE) && !(2..=Stage::MOST).contains(&count) {
        let expected = format!("at least 2 stages, being listed and one of acceptance, and at most {}", Stage::MOST);
        faults.add(At::file(FILE), format!("{count} rows"), expected);
    }
    let stages = (0..).map_while(Stage::at).zip(sheet.rows()).map(|(stage, row)| {
        let is_sample = row.known("sample", ["", "yes"].into_iter(), faults) == "yes";
        if is_sample && stage == Stage::LISTED {
            row.fault("sample", "nothing: every firm is listed", faults);
        }
        let column = row.id("column", faults);
        if TAKEN.contains(&column.as_str()) {
            row.fault("column", &format!("another word: tables have {} for themselves", TAKEN.join(", ")), faults);
        }
        StageTerm { stage, term: term(row, faults), column, is_sample }
    });
    let stages: Vec<StageTerm> = stages.collect();
    if let Some(second) = stages.iter().filter(|stage| stage.is_sample).nth(1) {
        faults.add(At::file(FILE), quoted(&second.term.id), "one stage with a sample at most");
    }
    stages
}

/// Columns of the quota table and of a ledger that no stage may be called.
const TAKEN: [&str; 9] = ["accepted", "quota", "rate", "gap", "surplus", "rank", "unplaced", "is_city", "due"];

/// The district a row names, which must be one of the policy's.
fn district(row: PolicyRow<'_>, districts: &[District], faults: &mut Faults) -> String {
    row.known("district", districts.iter().map(|district| district.adcode.as_str()), faults)
}

fn industries(folder: &Path, districts: &[District], faults: &mut Faults) -> Vec<KeyIndustry> {
    let columns = ["id", "name_zh", "name_en", "qualifier_zh", "tier", "district", "code_prefixes", "source"];
    let sheet = PolicyTable::read(folder, "industries.csv", &columns, faults);
    sheet.each_once("id", faults);
    sheet
        .rows()
        .map(|row| {
            let tier = match row.known("tier", ["national", "provincial", "local"].into_iter(), faults).as_str() {
                "national" => Tier::National,
                "provincial" => Tier::Provincial,
                _ => Tier::Local,
            };
            let named_by = match (row.cell("tier"), row.cell("district")) {
                ("local", _) => Some(district(row, districts, faults)),
                ("national" | "provincial", found) if !found.is_empty() => {
                    row.fault("district", "no district: only a local industry has one", faults);
                    None
                }
                _ => None,
            };
            KeyIndustry {
                term: term(row, faults),
                tier,
                district: named_by,
                qualifier_zh: row.optional("qualifier_zh"),
                code_prefixes: row.prefixes("code_prefixes", faults),
            }
        })
        .collect()
}

fn blocks(folder: &Path, districts: &[District], faults: &mut Faults) -> Vec<BlockEconomy> {
    let columns = ["id", "name_zh", "name_en", "district", "code_prefixes", "source"];
    let sheet = PolicyTable::read(folder, "blocks.csv", &columns, faults);
    sheet.each_once("id", faults);
    sheet
        .rows()
        .map(|row| BlockEconomy {
            term: term(row, faults),
            district: district(row, districts, faults),
            code_prefixes: row.prefixes("code_prefixes", faults),
        })
        .collect()
}

fn grounds(folder: &Path, departments: &[Term], faults: &mut Faults) -> Vec<Ground> {
    let columns = ["id", "name_zh", "name_en", "lead_departments", "to_rectify_list_zh", "closed_list_zh", "source"];
    let sheet = PolicyTable::read(folder, "grounds.csv", &columns, faults);
    sheet.each_once("id", faults);
    let known = departments.iter().map(|department| department.name_zh.as_str());
    sheet
        .rows()
        .map(|row| {
            row.filled("lead_departments", faults);
            let lead_departments = row.list("lead_departments");
            let unknown = |name: &&String| !known.clone().any(|known| known == name.as_str());
            for name in lead_departments.iter().filter(unknown) {
                if faults.follows_from_missing(&known) {
                    break;
                }
                let expected = one_of(name, known.clone());
                row.fault("lead_departments", &format!("for {} {expected}", quoted(name)), faults);
            }
            Ground {
                term: term(row, faults),
                lead_departments,
                to_rectify_list_zh: row.optional("to_rectify_list_zh"),
                closed_list_zh: row.optional("closed_list_zh"),
            }
        })
        .collect()
}

fn sectors(folder: &Path, faults: &mut Faults) -> Vec<Sector> {
    let columns = ["id", "name_zh", "name_en", "code_prefixes", "source"];
    let sheet = PolicyTable::read(folder, "sectors.csv", &columns, faults);
    sheet.each_once("id", faults);
    // A prefix in two sectors would leave the choice between them to their order.
    let mut first: HashMap<String, u64> = HashMap::new();
    sheet
        .rows()
        .map(|row| {
            let code_prefixes = row.prefixes("code_prefixes", faults);
            for prefix in &code_prefixes {
                if let Some(number) = first.insert(prefix.clone(), row.number()) {
                    let expected = format!("{} once: it stands in row {number} as well", quoted(prefix));
                    row.fault("code_prefixes", &expected, faults);
                }
            }
            Sector { term: term(row, faults), code_prefixes }
        })
        .collect()
}

/// The quota table, and the programmes with the city's quota in it.
#[derive(Default)]
struct QuotaTable {
    quotas: Vec<Quota>,
    programmes: Vec<Programme>,
}

/// Reads the quota table. The row of a programme whose district is the city itself holds the city's quota.
fn quotas(folder: &Path, head: Option<&Head>, districts: &[District], faults: &mut Faults) -> QuotaTable {
    const FILE: &str = "quotas.csv";
    let sheet = PolicyTable::read(folder, FILE, &["programme", "district", "firms", "source"], faults);
    // Without the programmes and the city nothing can be said about their rows.
    let Some(head) = head else { return QuotaTable::default() };
    let mut programmes = head.programmes.clone();
    let mut first: HashMap<(String, &str), u64> = HashMap::new();
    let mut quotas = Vec::new();
    let mut city_quotas: HashMap<String, u64> = HashMap::new();
    for row in sheet.rows() {
        let programme = row.known("programme", programmes.iter().map(|known| known.term.id.as_str()), faults);
        let firms = row.number_in("firms", faults);
        let source = row.filled("source", faults);
        let place = row.cell("district");
        if let Some(number) = first.insert((programme.clone(), place), row.number()) {
            let expected = format!("one row for it and {}: row {number} is the first", quoted(&programme));
            row.fault("district", &expected, faults);
        } else if place == head.city.id {
            city_quotas.insert(programme, firms);
        } else {
            let district = district(row, districts, faults);
            quotas.push(Quota { programme, district, firms, source });
        }
    }
    for programme in &mut programmes {
        let id = &programme.term.id;
        for district in districts {
            if !first.contains_key(&(id.clone(), district.adcode.as_str())) {
                let found = format!("no row for {} {}", district.adcode, district.name_zh);
                faults.add(At::file(FILE), found, format!("one for every district in {}", quoted(id)));
            }
        }
        let sum: u128 = quotas.iter().filter(|quota| &quota.programme == id).map(|quota| u128::from(quota.firms)).sum();
        match city_quotas.get(id) {
            Some(city_quota) if u128::from(*city_quota) == sum => programme.city_quota = *city_quota,
            Some(city_quota) => {
                let found = format!("districts that sum to {sum} in {}", quoted(id));
                faults.add(At::file(FILE), found, format!("the city's quota, {city_quota}"));
            }
            None => {
                let found = format!("no row for the city {}", quoted(&head.city.id));
                faults.add(At::file(FILE), found, format!("one in {}", quoted(id)));
            }
        }
    }
    if let Some(district) = districts.iter().find(|district| district.adcode == head.city.id) {
        let found = format!("the city's id {}", quoted(&district.adcode));
        faults.add(At::file("districts.csv"), found, "districts only");
    }
    QuotaTable { quotas, programmes }
}
