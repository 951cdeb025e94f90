//! What a table of areas and sectors, and the plants behind it, say of areas, of sectors and of pairs of sectors.

use polars::prelude::{Column, DataFrame};

use crate::error::{Error, Result};
use crate::model::{Areas, Counts};
use crate::stats::{
    self, Concentration, EllisonGlaeser, coagglomeration, ellison_glaeser, gini_against, hoover, is_one_firm, krugman,
    relatedness, shannon_bits, wilson_interval, without_largest,
};

/// How many of its largest plants are left out of a sector in turn.
const LEFT_OUT: usize = 5;

/// Which plants a sector has: their areas and sizes.
pub(super) struct Plants {
    by_sector: Vec<Vec<(usize, f64)>>,
}

impl Plants {
    /// Of rows with their areas, sectors and sizes; what has none, or a size of 0, is no plant.
    pub(super) fn of<'a>(
        counts: &Counts,
        rows: impl Iterator<Item = (Option<usize>, Option<&'a str>, Option<f64>)>,
    ) -> Self {
        let mut by_sector = vec![Vec::new(); counts.sectors.len()];
        for (area, sector, size) in rows {
            let place = counts.sectors.iter().position(|known| known == sector.unwrap_or(Counts::UNCLASSIFIED));
            if let (Some(area), Some(place), Some(size)) = (area, place, size.filter(|size| *size > 0.0)) {
                by_sector[place].push((area, size));
            }
        }
        Self { by_sector }
    }
}

/// A row for each area: what it lives from, and how unlike the rest of the territory it is.
pub(super) fn per_area(concentration: &Concentration, counts: &Counts, areas: &Areas) -> Result<DataFrame> {
    let sectors = counts.sectors.len();
    let rows: Vec<&[f64]> = counts.values.chunks_exact(sectors.max(1)).collect();
    let totals: Vec<f64> = (0..sectors).map(|sector| rows.iter().map(|row| row[sector]).sum()).collect();
    let rest = |row: &[f64]| -> Vec<f64> { totals.iter().zip(row).map(|(all, own)| all - own).collect() };
    let of = &concentration.per_area;
    let wilson: Vec<Option<(f64, f64)>> = of
        .iter()
        .map(|area| {
            let counted = counts.unit == Counts::FIRMS;
            let part = area.in_park_share.filter(|_| counted)? * area.count;
            wilson_interval(part.round(), area.count, concentration.confidence)
        })
        .collect();
    let named = |get: fn(&crate::model::Area) -> &str| areas.areas.iter().map(get).collect::<Vec<_>>();
    let columns = vec![
        Column::new("layer".into(), vec![areas.layer.as_str(); areas.len()]),
        Column::new("area".into(), named(|area| &area.id)),
        Column::new("area_name".into(), named(|area| &area.name)),
        Column::new("unit".into(), vec![counts.unit.as_str(); areas.len()]),
        Column::new("count".into(), of.iter().map(|area| area.count).collect::<Vec<_>>()),
        Column::new("share".into(), of.iter().map(|area| area.share).collect::<Vec<_>>()),
        Column::new(
            "herfindahl_hirschman".into(),
            of.iter().map(|area| area.herfindahl_hirschman.map(|index| index.index)).collect::<Vec<_>>(),
        ),
        Column::new(
            "herfindahl_hirschman_normalised".into(),
            of.iter().map(|area| area.herfindahl_hirschman.and_then(|index| index.normalised)).collect::<Vec<_>>(),
        ),
        Column::new("krugman".into(), rows.iter().map(|row| krugman(row, &rest(row))).collect::<Vec<_>>()),
        Column::new("hoover".into(), rows.iter().map(|row| hoover(row, &rest(row))).collect::<Vec<_>>()),
        Column::new("shannon_bits".into(), rows.iter().map(|row| shannon_bits(row)).collect::<Vec<_>>()),
        Column::new("in_park_share".into(), of.iter().map(|area| area.in_park_share).collect::<Vec<_>>()),
        Column::new(
            "in_park_share_lower".into(),
            wilson.iter().map(|ends| ends.map(|ends| ends.0)).collect::<Vec<_>>(),
        ),
        Column::new(
            "in_park_share_upper".into(),
            wilson.iter().map(|ends| ends.map(|ends| ends.1)).collect::<Vec<_>>(),
        ),
    ];
    DataFrame::new_infer_height(columns).map_err(Error::table("the areas"))
}

/// A row for each sector: how it concentrates in areas, beyond what few large plants make of it.
pub(super) fn per_sector(
    counts: &Counts,
    areas: &Areas,
    plants: &Plants,
    name: impl Fn(&str) -> String,
) -> Result<DataFrame> {
    let (totals, sectors) = (area_totals(counts), counts.sectors.len());
    let column = |sector: usize| -> Vec<f64> { (0..areas.len()).map(|area| counts.get(area, sector)).collect() };
    let found: Vec<Option<(EllisonGlaeser, Vec<stats::LeftOut>)>> = plants
        .by_sector
        .iter()
        .map(|plants| {
            if plants.is_empty() {
                return Ok(None);
            }
            Ok(Some((ellison_glaeser(plants, &totals)?, without_largest(plants, &totals, LEFT_OUT)?)))
        })
        .collect::<Result<_>>()?;
    let whole = |get: fn(&EllisonGlaeser) -> Option<f64>| -> Vec<Option<f64>> {
        found.iter().map(|found| found.as_ref().and_then(|(whole, _)| get(whole))).collect()
    };
    // Without the plant whose absence changes it most.
    let changed = |found: &Option<(EllisonGlaeser, Vec<stats::LeftOut>)>| -> Option<f64> {
        let (whole, left_out) = found.as_ref()?;
        let gamma = whole.gamma?;
        let change = |other: &f64| (other - gamma).abs();
        left_out.iter().filter_map(|left| left.gamma).max_by(|one, other| change(one).total_cmp(&change(other)))
    };
    let firms = |found: &Option<(EllisonGlaeser, Vec<stats::LeftOut>)>| {
        found.as_ref().map(|(whole, left_out)| is_one_firm(whole, left_out))
    };
    let largest = |found: &Option<(EllisonGlaeser, Vec<stats::LeftOut>)>| {
        found.as_ref().and_then(|(_, left_out)| left_out.first()).map(|left| left.share)
    };
    let each = |get: &dyn Fn(usize) -> Option<f64>| (0..sectors).map(get).collect::<Vec<Option<f64>>>();
    let columns = vec![
        Column::new("layer".into(), vec![areas.layer.as_str(); sectors]),
        Column::new("sector".into(), &counts.sectors),
        Column::new("sector_name".into(), counts.sectors.iter().map(|id| name(id)).collect::<Vec<_>>()),
        Column::new("unit".into(), vec![counts.unit.as_str(); sectors]),
        Column::new("count".into(), (0..sectors).map(|sector| column(sector).iter().sum::<f64>()).collect::<Vec<_>>()),
        Column::new("plants".into(), plants.by_sector.iter().map(|plants| plants.len() as u64).collect::<Vec<_>>()),
        Column::new("hoover".into(), each(&|sector| hoover(&column(sector), &totals))),
        Column::new("gini".into(), each(&|sector| gini_against(&column(sector), &totals))),
        Column::new("krugman".into(), each(&|sector| krugman(&column(sector), &totals))),
        Column::new("g".into(), whole(|found| Some(found.g))),
        Column::new("plant_herfindahl".into(), whole(|found| Some(found.herfindahl))),
        Column::new("gamma".into(), whole(|found| found.gamma)),
        Column::new("z".into(), whole(|found| found.z)),
        Column::new("maurel_sedillot".into(), whole(|found| found.maurel_sedillot)),
        Column::new("largest_plant_share".into(), found.iter().map(largest).collect::<Vec<_>>()),
        Column::new("gamma_without_one_plant".into(), found.iter().map(changed).collect::<Vec<_>>()),
        Column::new("one_firm".into(), found.iter().map(firms).collect::<Vec<_>>()),
    ];
    DataFrame::new_infer_height(columns).map_err(Error::table("the sectors"))
}

/// A row for each pair of sectors: how often both are at home in one area, and how much they agglomerate with each other.
pub(super) fn per_pair(
    concentration: &Concentration,
    counts: &Counts,
    areas: &Areas,
    plants: &Plants,
) -> Result<DataFrame> {
    let sectors = counts.sectors.len();
    let mut at_home = vec![vec![false; sectors]; areas.len()];
    for cell in &concentration.cells {
        at_home[cell.area][cell.sector] = cell.location_quotient.is_some_and(|quotient| quotient >= 1.0);
    }
    let (pairs, totals) = (relatedness(&at_home), area_totals(counts));
    let mut gammas = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        let both = [&plants.by_sector[pair.one][..], &plants.by_sector[pair.other][..]];
        let empty = both.iter().any(|plants| plants.is_empty());
        gammas.push(if empty { None } else { coagglomeration(&both, &totals)? });
    }
    let id = |sector: usize| counts.sectors[sector].as_str();
    let columns = vec![
        Column::new("layer".into(), vec![areas.layer.as_str(); pairs.len()]),
        Column::new("sector".into(), pairs.iter().map(|pair| id(pair.one)).collect::<Vec<_>>()),
        Column::new("other_sector".into(), pairs.iter().map(|pair| id(pair.other)).collect::<Vec<_>>()),
        Column::new("areas_together".into(), pairs.iter().map(|pair| pair.together as u64).collect::<Vec<_>>()),
        Column::new("proximity".into(), pairs.iter().map(|pair| pair.proximity).collect::<Vec<_>>()),
        Column::new("association".into(), pairs.iter().map(|pair| pair.association).collect::<Vec<_>>()),
        Column::new("coagglomeration".into(), gammas),
    ];
    DataFrame::new_infer_height(columns).map_err(Error::table("the pairs of sectors"))
}

fn area_totals(counts: &Counts) -> Vec<f64> {
    counts.values.chunks_exact(counts.sectors.len().max(1)).map(|row| row.iter().sum()).collect()
}
