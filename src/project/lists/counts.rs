//! How many firms stand on each list, by district, and what of it may be shown.

use std::collections::BTreeMap;

use polars::prelude::{Column, DataFrame};

use super::super::masks::Masks;
use super::super::survey::Survey;
use super::List;
use crate::error::{Error, Result};
use crate::model::Language;

/// A row for each list and a column for each district, for firms in none, and for all; and what stands below the title. Numbers below
/// `min_firms` are empty, and so are those from which they could be had: a row adds up to its total.
pub(super) fn counts(
    lists: &[List<'_>],
    survey: &Survey,
    min_firms: u64,
    language: Language,
) -> Result<(DataFrame, String)> {
    let districts = &survey.policy.districts;
    let names: Vec<&str> = districts.iter().map(|one| language.pick(one.name_zh.as_str(), &one.name_en)).collect();
    let mut masks = Masks::new(min_firms);
    let mut cells: Vec<Vec<usize>> = Vec::new();
    let mut firms: Vec<u64> = Vec::new();
    for list in lists {
        let mut of: BTreeMap<Option<usize>, u64> = BTreeMap::new();
        for row in &list.rows {
            let name = row.texts.get("district_name").map(AsRef::as_ref);
            *of.entry(name.and_then(|name| names.iter().position(|own| *own == name))).or_default() += 1;
        }
        let places = (0..names.len()).map(Some).chain([None]);
        let parts: Vec<u64> = places.map(|place| of.get(&place).copied().unwrap_or(0)).collect();
        let mut own: Vec<usize> = parts.iter().map(|number| masks.add(*number)).collect();
        let total = masks.add(parts.iter().sum());
        masks.sum(Some(total), own.clone());
        own.push(total);
        firms.extend(parts.iter().copied().chain([parts.iter().sum()]));
        cells.push(own);
    }
    let hidden = masks.hidden();
    let mut columns =
        vec![Column::new("list_name".into(), lists.iter().map(|list| list.title.as_str()).collect::<Vec<_>>())];
    let ends = [language.pick("未落位", "no district"), language.pick("合计", "all")];
    for (place, name) in names.iter().copied().chain(ends).enumerate() {
        let numbers = cells.iter().map(|row| (!hidden[row[place]]).then(|| firms[row[place]]));
        columns.push(Column::new(name.into(), numbers.collect::<Vec<_>>()));
    }
    let frame = DataFrame::new(lists.len(), columns).map_err(Error::table("the counts of lists"))?;
    let about = language.pick("各名单各区县企业数（家）", "Firms on each list by district").to_owned();
    let about = match min_firms {
        0 | 1 => about,
        least => {
            let (zh, en) = (
                format!("{about}；少于{least}家的不列示，凭合计可推算出它们的一并不列示"),
                format!("{about}; fewer than {least} are not shown, nor those from which they could be had"),
            );
            language.pick(zh, en)
        }
    };
    Ok((frame, about))
}
