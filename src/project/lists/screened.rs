//! The lists that a register makes: firms outside parks, and firms that no ledger has.

use std::collections::{BTreeMap, HashSet};

use super::super::survey::Survey;
use super::firms::Firms;
use super::{List, Row};
use crate::error::Result;
use crate::join::AreaIndex;
use crate::model::{Language, Match, Point};
use crate::policy::{Term, Tier};
use crate::source::{Layer, brought_to};

/// Firms of a block economy that stand in no park, with the nearest small-micro park and how far it is.
pub(super) fn outside_parks<'a>(survey: &'a Survey, firms: &Firms<'a>, language: Language) -> Result<Option<List<'a>>> {
    const SMALL_MICRO: &str = "small_micro_park";
    let parks: Vec<(&Layer, &Vec<Match>)> = survey
        .layers
        .iter()
        .zip(&survey.register.matches)
        .filter(|(layer, _)| crate::model::PARK_LAYERS.contains(&layer.areas.layer.as_str()))
        .collect();
    let Some((small_micro, _)) = parks.iter().find(|(layer, _)| layer.areas.layer == SMALL_MICRO) else {
        return Ok(None);
    };
    let register = &survey.register.register;
    let points: Vec<Option<Point>> = register.enterprises().iter().map(|firm| firm.location).collect();
    let points = brought_to(&points, register.reference, &small_micro.areas)?;
    let index: &AreaIndex = &small_micro.index;
    let mut found: BTreeMap<(usize, usize), Row<'a>> = BTreeMap::new();
    for (position, firm) in register.enterprises().iter().enumerate() {
        let Some(adcode) = survey.register.standing.get(&firm.id) else { continue };
        let Some(code) = firm.industry_code.as_deref() else { continue };
        let Some(block) = survey.policy.blocks_of(adcode, code).next() else { continue };
        let is_inside = |(_, matches): &(_, &Vec<Match>)| matches.get(position).is_some_and(|one| one.area.is_some());
        if parks.iter().any(is_inside) {
            continue;
        }
        let Some(point) = points.get(position).copied().flatten() else { continue };
        let mut row = firms.row_of(position, firm);
        row.texts.insert("block_name", language.pick(block.term.name_zh.as_str(), &block.term.name_en));
        if let Some((area, distance_m)) = index.nearest_within(point, f64::INFINITY)
            && let Some(area) = small_micro.areas.areas.get(area)
        {
            row.texts.insert("nearest_park", area.name.as_str());
            #[expect(clippy::cast_possible_truncation, reason = "metres on the Earth; a cast saturates")]
            row.numbers.insert("park_distance_m", distance_m.round() as i64);
        }
        let place = survey.policy.blocks.iter().position(|known| known.term.id == block.term.id).unwrap_or(0);
        found.insert((place, position), row);
    }
    Ok(Some(List {
        title: language.pick("园区外块状行业企业名单", "Firms of block economies outside parks").to_owned(),
        about: language
            .pick(
                "不在园区和小微企业园内的块状行业企业，及最近的小微企业园",
                "With the nearest small-micro park and its distance",
            )
            .to_owned(),
        rows: found.into_values().collect(),
        columns: vec![
            "name",
            "id",
            "district_name",
            "town_name",
            "address",
            "block_name",
            "nearest_park",
            "park_distance_m",
        ],
    }))
}

/// Firms of the key industries that stand in no ledger. Where the register says which equipment a firm has, or on which ground it is to be
/// looked at, these are the firms with either; where it says neither, all of them.
pub(super) fn unlisted<'a>(survey: &'a Survey, firms: &Firms<'a>, language: Language) -> List<'a> {
    let policy = &survey.policy;
    let screening = &survey.register.screening;
    let listed: HashSet<&str> = survey.ledger.ledger.entries.iter().map(|entry| entry.id.as_str()).collect();
    let mut rows: BTreeMap<(usize, usize), Row<'a>> = BTreeMap::new();
    for (position, firm) in survey.register.register.enterprises().iter().enumerate() {
        let (Some(code), Some(adcode)) = (firm.industry_code.as_deref(), survey.register.standing.get(&firm.id)) else {
            continue;
        };
        if listed.contains(&*firm.id) {
            continue;
        }
        let industries = policy.industries.iter().enumerate();
        let own = industries.filter(|(_, industry)| {
            industry.district.as_ref().is_none_or(|district| **district == **adcode)
                && industry.code_prefixes.iter().any(|prefix| code.starts_with(prefix.as_str()))
        });
        let Some((place, industry)) = own.min_by_key(|(place, _)| *place) else { continue };
        let mut row = firms.row_of(position, firm);
        if let Some(screening) = screening {
            let Some(own) = screening.get(&*firm.id) else { continue };
            let names = |terms: &mut dyn Iterator<Item = &Term>| {
                let names: Vec<&str> = terms.map(|term| language.pick(term.name_zh.as_str(), &term.name_en)).collect();
                (!names.is_empty()).then(|| names.join(language.pick("；", "; ")))
            };
            let equipment = names(&mut policy.equipment.iter().filter(|term| own.equipment.contains(&term.id)));
            let grounds = policy.grounds.iter().map(|ground| &ground.term);
            let grounds = names(&mut grounds.filter(|term| own.grounds.contains(&term.id)));
            let reasons = [
                equipment.as_ref().map(|_| language.pick("设备", "equipment")),
                grounds.as_ref().map(|_| language.pick("依据", "ground")),
            ];
            let reasons: Vec<&str> = reasons.into_iter().flatten().collect();
            row.texts.insert("screened_for", reasons.join(language.pick("、", ", ")));
            for (column, names) in [("equipment_name", equipment), ("ground_name", grounds)] {
                if let Some(names) = names {
                    row.texts.insert(column, names);
                }
            }
        }
        row.texts.insert("industry_name", language.pick(industry.term.name_zh.as_str(), &industry.term.name_en));
        let tier = match industry.tier {
            Tier::National => language.pick("国家重点行业", "national"),
            Tier::Provincial => language.pick("省级重点行业", "provincial"),
            Tier::Local => language.pick("地方其他行业", "local"),
        };
        row.texts.insert("tier_name", tier);
        rows.insert((place, position), row);
    }
    let mut columns = vec!["name", "id", "district_name", "town_name", "address", "industry_name", "tier_name"];
    if screening.is_some() {
        columns.extend(["screened_for", "equipment_name", "ground_name"]);
    }
    let about = match screening {
        Some(_) => language.pick(
            "属于重点行业、有需甄别设备或不达标情形而不在台账中的企业",
            "Of a key industry, with equipment or a ground that call for screening, and in no ledger",
        ),
        None => language.pick(
            "属于重点行业而不在台账中的企业，供甄别；名录未列主要设备和不达标情形",
            "To be screened; the register states neither equipment nor grounds",
        ),
    };
    List {
        title: language.pick("重点行业未入台账企业名单", "Firms of key industries not in the ledger").to_owned(),
        about: about.to_owned(),
        rows: rows.into_values().collect(),
        columns,
    }
}
