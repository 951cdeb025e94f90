//! What a page masks cannot be had by subtracting what it shows.

use std::collections::BTreeMap;
use std::path::Path;

use jiju::model::PARK_LAYERS;
use jiju::project::{Survey, page_of, read, survey};
use jiju::report::Page;

/// The number of firms of a layer's area, of all sectors or of one.
type Cell = (usize, usize, Option<String>);

/// All numbers of firms of a page: none where they are not shown.
fn numbers(page: &Page) -> BTreeMap<Cell, Option<f64>> {
    let mut numbers = BTreeMap::new();
    for (layer, own) in page.layers.iter().enumerate() {
        for (area, firms) in own.firms.iter().enumerate() {
            numbers.insert((layer, area, None), firms.map(|firms| firms as f64));
        }
    }
    let all = "全部行业";
    for table in page.tables.iter().filter(|table| table.unit.as_deref() == Some("企业（家）")) {
        let Some(count) = table.columns.iter().find(|column| column.id == "count") else { continue };
        for (area, value) in count.frames[0].values.iter().enumerate() {
            let sector = (table.theme != all).then(|| table.theme.clone());
            let before = numbers.insert((table.layer, area, sector), *value);
            assert!(before.is_none_or(|before| before == *value), "the same number is shown and masked");
        }
    }
    numbers
}

/// Totals with their parts; a total without a number is that of the city.
fn sums(page: &Page, survey: &Survey, known: &BTreeMap<Cell, Option<f64>>) -> Vec<(Option<Cell>, Vec<Cell>)> {
    let mut sums: BTreeMap<(usize, Option<Cell>, Option<String>), Vec<Cell>> = BTreeMap::new();
    let districts: BTreeMap<&str, usize> =
        survey.layers[0].areas.areas.iter().enumerate().map(|(at, area)| (area.id.as_str(), at)).collect();
    let mut of_sectors: BTreeMap<Cell, Vec<Cell>> = BTreeMap::new();
    for cell @ (layer, area, sector) in known.keys() {
        let parent = page.layers[*layer].areas.areas[*area].parent.as_deref().and_then(|parent| districts.get(parent));
        if PARK_LAYERS.contains(&page.layers[*layer].id.as_str()) {
            continue;
        }
        sums.entry((*layer, None, sector.clone())).or_default().push(cell.clone());
        if let Some(parent) = parent {
            let total = (0, *parent, sector.clone());
            sums.entry((*layer, Some(total), sector.clone())).or_default().push(cell.clone());
        }
        if sector.is_some() {
            of_sectors.entry((*layer, *area, None)).or_default().push(cell.clone());
        }
    }
    let by_area = of_sectors.into_iter().map(|(total, parts)| (Some(total), parts));
    sums.into_iter().map(|((_, total, _), parts)| (total, parts)).chain(by_area).collect()
}

#[test]
fn nothing_that_a_page_masks_is_had_by_subtraction() {
    let mut project = read(Path::new("data/demo/jiju.toml")).unwrap();
    project.analyses.clear();
    let survey = survey(&project, &mut |_, _| {}).unwrap();
    project.page.min_firms = 0;
    let open = page_of(&project, &survey).unwrap();
    // A sector that an area lacks has no number, or none at all.
    let truth: BTreeMap<Cell, Option<f64>> =
        numbers(&open).into_iter().map(|(cell, firms)| (cell, Some(firms.unwrap_or_default()))).collect();
    let absent: Vec<Cell> =
        numbers(&open).into_iter().filter(|(_, firms)| firms.is_none()).map(|(cell, _)| cell).collect();
    assert!(truth.len() > 1000);
    let listed = open.firms.unwrap().firms.len();
    for min_firms in [3, 20, 150] {
        project.page.min_firms = min_firms;
        let page = page_of(&project, &survey).unwrap();
        // A column that nobody has is not on the page: all of it is masked.
        let shown = numbers(&page);
        let mut known: BTreeMap<Cell, Option<f64>> =
            truth.keys().map(|cell| (cell.clone(), shown.get(cell).copied().flatten())).collect();
        known.extend(absent.iter().map(|cell| (cell.clone(), Some(0.0))));
        let masked = |known: &BTreeMap<Cell, Option<f64>>| known.values().filter(|value| value.is_none()).count();
        let hidden = masked(&known);
        let few = truth.values().flatten().filter(|firms| **firms > 0.0 && **firms < min_firms as f64).count();
        assert!(hidden >= few && few > 0, "{hidden} are hidden of {few}");
        for (cell, firms) in &truth {
            let firms = firms.unwrap_or_default();
            assert!(known[cell].is_none() || firms == 0.0 || firms >= min_firms as f64, "{cell:?} is shown");
        }
        let sums = sums(&page, &survey, &known);
        let (mut had, mut before) = (Vec::new(), usize::MAX);
        while had.len() != before {
            before = had.len();
            for (total, parts) in &sums {
                let sum_of =
                    |known: &BTreeMap<Cell, Option<f64>>| parts.iter().filter_map(|part| known[part]).sum::<f64>();
                let unknown: Vec<&Cell> = parts.iter().filter(|part| known[*part].is_none()).collect();
                let total_is = match total {
                    Some(total) => known[total],
                    None => Some(sum_of(&truth)),
                };
                match (total_is, unknown.as_slice()) {
                    (Some(total), [only]) => {
                        let rest = total - sum_of(&known);
                        had.push((*only).clone());
                        known.insert((*only).clone(), Some(rest));
                    }
                    (None, []) => {
                        let sum = sum_of(&known);
                        let total = total.clone().unwrap();
                        had.push(total.clone());
                        known.insert(total, Some(sum));
                    }
                    _ => {}
                }
            }
        }
        assert!(had.is_empty(), "at {min_firms} firms {} of {hidden} are told, such as {:?}", had.len(), had.first());
        // Nor by counting the firms in the list, whose sector in their area would be masked.
        let firms = page.firms.unwrap();
        assert!(firms.firms.len() < listed);
        for firm in &firms.firms {
            for (layer, area) in firm.areas.iter().enumerate().filter_map(|(layer, area)| Some((layer, (*area)?))) {
                let sector = firm.sector.map(|sector| firms.sectors[sector].clone());
                assert!(known[&(layer, area, None)].is_some());
                assert!(known.get(&(layer, area, sector)).is_none_or(Option::is_some));
            }
        }
    }
}
