//! What a table of areas and sectors, and the plants behind it, say of cells, of areas, of sectors and of pairs of sectors.

use polars::prelude::{Column, DataFrame};

use super::Tallied;
use crate::error::{Error, ProjectError, Result};
use crate::model::{Area, Counts};
use crate::stats::{
    self, AgglomerationOfShares, AreaConcentration, Bootstrap, Concentration, EllisonGlaeser, agglomeration_cut_off,
    bootstrapped_gamma, bootstrapped_quotients, cluster_index, coagglomeration, ellison_glaeser,
    ellison_glaeser_of_shares, gini_against, hachman, hoover, is_one_firm, krugman, quotient_without_one, relatedness,
    shannon_bits, wilson_interval, without_largest,
};

/// How many of its largest plants are left out of a sector, or a cell, in turn.
const LEFT_OUT: usize = 5;

/// Which plants a sector has: their areas and sizes.
pub(super) struct Plants {
    by_sector: Vec<Vec<(usize, f64)>>,
}

impl Plants {
    /// Of rows with their areas, sectors and sizes; what has none, or a size of 0, is no plant.
    pub(super) fn from_rows<'a>(
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

    /// As many as are counted, one like the other.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of firms")]
    pub(super) fn alike(counts: &Counts) -> Self {
        let of_sector = |sector: usize| {
            (0..counts.areas.len())
                .flat_map(|area| std::iter::repeat_n((area, 1.0), counts.get(area, sector).round() as usize))
                .collect()
        };
        Self { by_sector: (0..counts.sectors.len()).map(of_sector).collect() }
    }

    /// The sizes of the plants of each cell, area by area, sector by sector.
    fn by_cell(&self, areas: usize) -> Vec<Vec<f64>> {
        let sectors = self.by_sector.len();
        let mut sizes = vec![Vec::new(); areas * sectors];
        for (sector, plants) in self.by_sector.iter().enumerate() {
            for (area, size) in plants {
                sizes[area * sectors + sector].push(*size);
            }
        }
        sizes
    }
}

/// What a cell has beside [`concentration_frame`](super::concentration_frame): its quotient without its largest plant, what firms drawn again say, what its
/// in-park share owes to the parks' boundaries, the cluster index with the areas' heads.
pub(super) fn cell_columns(
    concentration: &Concentration,
    tallied: &Tallied<'_>,
    bootstrap: Option<Bootstrap>,
    heads: Option<&[f64]>,
) -> Result<Vec<Column>> {
    let Tallied { counts, areas, .. } = tallied;
    let sectors = counts.sectors.len();
    let cells = &concentration.cells;
    let all: f64 = concentration.per_area.iter().map(|area| area.count).sum();
    let of_sector: Vec<f64> =
        (0..sectors).map(|sector| (0..areas.len()).map(|area| counts.get(area, sector)).sum()).collect();
    let sizes = tallied.plants.as_ref().map(|plants| plants.by_cell(areas.len()));
    let confidence = (counts.unit == Counts::FIRMS).then_some(concentration.confidence);
    let without: Vec<_> = cells
        .iter()
        .map(|cell| {
            let sizes = &sizes.as_ref()?[cell.area * sectors + cell.sector];
            let totals = (cell.count, concentration.per_area[cell.area].count, of_sector[cell.sector], all);
            quotient_without_one(sizes, totals, confidence, LEFT_OUT)
        })
        .collect();
    let least: Vec<_> = without.iter().map(|without| without.and_then(|one| one.location_quotient)).collect();
    let one_firm: Vec<_> = without.iter().map(|without| without.map(|one| one.is_one_firm)).collect();
    let mut columns = vec![
        Column::new("location_quotient_without_one_plant".into(), least),
        Column::new("one_firm".into(), one_firm),
    ];
    if let Some(bootstrap) = bootstrap {
        columns.extend(bootstrapped(concentration, tallied, &bootstrap)?);
    }
    if let Some([inward, outward]) = tallied.parked.as_ref().and_then(|parked| parked.moved.as_ref()) {
        for (name, parked) in [(INWARD, inward), (OUTWARD, outward)] {
            let shares: Vec<_> =
                cells.iter().map(|cell| share(parked.get(cell.area, cell.sector), cell.count)).collect();
            columns.push(Column::new(name.into(), shares));
        }
    }
    if let Some(heads) = heads {
        columns.push(Column::new("cluster_index".into(), cluster_indices(concentration, tallied, heads)?));
    }
    Ok(columns)
}

/// The in-park shares with the boundaries of parks moved inward and outward.
const INWARD: &str = "in_park_share_inward";
const OUTWARD: &str = "in_park_share_outward";

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

/// The area, sector and size of each firm that is drawn from.
fn drawn_from(tallied: &Tallied<'_>) -> Result<Vec<(usize, usize, f64)>> {
    let Some(plants) = &tallied.plants else {
        return Err(ProjectError::Options {
            message: "firms cannot be drawn again from counts of something else".to_owned(),
            hint: "give the register in place of counts, or leave out ‹draws›".to_owned(),
        }
        .into());
    };
    Ok((plants.by_sector.iter().enumerate())
        .flat_map(|(sector, plants)| plants.iter().map(move |(area, size)| (*area, sector, *size)))
        .collect())
}

/// The interval of γ of each sector.
pub(super) fn gamma_intervals(tallied: &Tallied<'_>, bootstrap: &Bootstrap) -> Result<[Column; 2]> {
    let (areas, sectors) = (tallied.areas.len(), tallied.counts.sectors.len());
    let found = bootstrapped_gamma(&drawn_from(tallied)?, areas, sectors, bootstrap)?;
    let ends = |end: fn((f64, f64)) -> f64| found.iter().map(|interval| interval.map(end)).collect::<Vec<_>>();
    Ok([Column::new("gamma_lower".into(), ends(|ends| ends.0)), Column::new("gamma_upper".into(), ends(|ends| ends.1))])
}

fn bootstrapped(concentration: &Concentration, tallied: &Tallied<'_>, bootstrap: &Bootstrap) -> Result<Vec<Column>> {
    let firms = drawn_from(tallied)?;
    let sectors = tallied.counts.sectors.len();
    let found = bootstrapped_quotients(&firms, tallied.areas.len(), sectors, bootstrap)?;
    let cut_offs: Vec<Option<f64>> = (0..sectors)
        .map(|sector| {
            let cells = concentration.cells.iter().skip(sector).step_by(sectors);
            Ok(agglomeration_cut_off(&cells.map(|cell| cell.standardised).collect::<Vec<_>>(), bootstrap)?)
        })
        .collect::<Result<_>>()?;
    let cells = &concentration.cells;
    let above = |cell: &stats::Cell| Some(cell.standardised? > cut_offs[cell.sector]?);
    let number = |get: fn(&stats::BootstrappedQuotient) -> Option<f64>| found.iter().map(get).collect::<Vec<_>>();
    Ok(vec![
        Column::new("bootstrap_lower".into(), number(|one| one.interval.map(|ends| ends.0))),
        Column::new("bootstrap_upper".into(), number(|one| one.interval.map(|ends| ends.1))),
        Column::new("p_bootstrap".into(), number(|one| one.p)),
        Column::new("cut_off".into(), cells.iter().map(|cell| cut_offs[cell.sector]).collect::<Vec<_>>()),
        Column::new("above_cut_off".into(), cells.iter().map(above).collect::<Vec<_>>()),
    ])
}

/// Litzenberger and Sternberg's index of each cell, of amounts such as employees.
fn cluster_indices(concentration: &Concentration, tallied: &Tallied<'_>, heads: &[f64]) -> Result<Vec<Option<f64>>> {
    let refused = |message: &str, hint: &str| {
        Error::from(ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() })
    };
    let plants = tallied.plants.as_ref().filter(|_| tallied.counts.unit != Counts::FIRMS).ok_or_else(|| {
        refused("the cluster index compares employees with firms", "give a register with employees as ‹weight›")
    })?;
    let km2 =
        tallied.areas_km2.as_ref().ok_or_else(|| refused("the cluster index needs the areas' km²", "give ‹areas›"))?;
    let (all_km2, all_heads) = (km2.iter().sum::<f64>(), heads.iter().sum::<f64>());
    let sizes = plants.by_cell(tallied.areas.len());
    let sectors = tallied.counts.sectors.len();
    let index = |cell: &stats::Cell| {
        let all: f64 = plants.by_sector[cell.sector].iter().map(|(_, size)| size).sum();
        let firms = sizes[cell.area * sectors + cell.sector].len() as f64;
        if firms == 0.0 {
            // Nothing of a sector that there is elsewhere.
            return (all > 0.0).then_some(0.0);
        }
        let all_firms = plants.by_sector[cell.sector].len() as f64;
        cluster_index((cell.count, all), (firms, all_firms), (km2[cell.area], all_km2), (heads[cell.area], all_heads))
    };
    Ok(concentration.cells.iter().map(index).collect())
}

/// A row for each area: what it lives from, and how unlike the rest of the territory it is.
pub(super) fn per_area(concentration: &Concentration, tallied: &Tallied<'_>) -> Result<DataFrame> {
    let Tallied { counts, areas, .. } = tallied;
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
    let quotients: Vec<Vec<Option<f64>>> = concentration
        .cells
        .chunks_exact(sectors.max(1))
        .map(|cells| cells.iter().map(|cell| cell.location_quotient).collect())
        .collect();
    let hachman = |(row, quotients): (&&[f64], &Vec<Option<f64>>)| {
        let all: f64 = row.iter().sum();
        let shares: Vec<f64> = row.iter().map(|own| if all > 0.0 { own / all } else { 0.0 }).collect();
        hachman(&shares, quotients)
    };
    let at_home = |quotients: &Vec<Option<f64>>| quotients.iter().filter(|one| is_at_home(**one)).count() as u64;
    let named = |get: fn(&Area) -> &str| areas.areas.iter().map(get).collect::<Vec<_>>();
    let number = |get: fn(&AreaConcentration) -> Option<f64>| of.iter().map(get).collect::<Vec<_>>();
    let mut columns = vec![
        Column::new("layer".into(), vec![areas.layer.as_str(); areas.len()]),
        Column::new("area".into(), named(|area| &area.id)),
        Column::new("area_name".into(), named(|area| &area.name)),
        Column::new("unit".into(), vec![counts.unit.as_str(); areas.len()]),
        Column::new("count".into(), of.iter().map(|area| area.count).collect::<Vec<_>>()),
        Column::new("share".into(), number(|area| area.share)),
        Column::new("herfindahl_hirschman".into(), number(|area| area.herfindahl_hirschman.map(|index| index.index))),
        Column::new(
            "herfindahl_hirschman_normalised".into(),
            number(|area| area.herfindahl_hirschman.and_then(|index| index.normalised)),
        ),
        Column::new("krugman".into(), rows.iter().map(|row| krugman(row, &rest(row))).collect::<Vec<_>>()),
        Column::new("hoover".into(), rows.iter().map(|row| hoover(row, &rest(row))).collect::<Vec<_>>()),
        Column::new("hachman".into(), rows.iter().zip(&quotients).map(hachman).collect::<Vec<_>>()),
        Column::new("shannon_bits".into(), rows.iter().map(|row| shannon_bits(row)).collect::<Vec<_>>()),
        Column::new("sectors_at_home".into(), quotients.iter().map(at_home).collect::<Vec<_>>()),
        Column::new("in_park_share".into(), number(|area| area.in_park_share)),
        Column::new(
            "in_park_share_lower".into(),
            wilson.iter().map(|ends| ends.map(|ends| ends.0)).collect::<Vec<_>>(),
        ),
        Column::new(
            "in_park_share_upper".into(),
            wilson.iter().map(|ends| ends.map(|ends| ends.1)).collect::<Vec<_>>(),
        ),
    ];
    if let Some([inward, outward]) = tallied.parked.as_ref().and_then(|parked| parked.moved.as_ref()) {
        for (name, parked) in [(INWARD, inward), (OUTWARD, outward)] {
            let shares: Vec<_> =
                area_totals(parked).into_iter().zip(of).map(|(parked, area)| share(parked, area.count)).collect();
            columns.push(Column::new(name.into(), shares));
        }
    }
    DataFrame::new_infer_height(columns).map_err(Error::table("the areas"))
}

/// Whether a sector is at home in an area, with a quotient of 1 or more.
fn is_at_home(quotient: Option<f64>) -> bool {
    quotient.is_some_and(|quotient| quotient >= 1.0)
}

/// How a sector agglomerates: by its plants, or, where only their index is known, by shares.
#[derive(Default)]
struct OfSector {
    by_plants: Option<(EllisonGlaeser, Vec<stats::LeftOut>)>,
    by_shares: Option<(AgglomerationOfShares, f64)>,
}

impl OfSector {
    /// A field of either.
    fn either(
        &self,
        of_plants: fn(&EllisonGlaeser) -> Option<f64>,
        of_shares: fn(&AgglomerationOfShares) -> Option<f64>,
    ) -> Option<f64> {
        let by_plants = self.by_plants.as_ref().map(|(whole, _)| of_plants(whole));
        by_plants.unwrap_or_else(|| self.by_shares.as_ref().and_then(|(shares, _)| of_shares(shares)))
    }

    fn herfindahl(&self) -> Option<f64> {
        let by_plants = self.by_plants.as_ref().map(|(whole, _)| whole.herfindahl);
        by_plants.or_else(|| self.by_shares.as_ref().map(|(_, index)| *index))
    }

    /// γ without the plant whose absence changes it most.
    fn changed(&self) -> Option<f64> {
        let (whole, left_out) = self.by_plants.as_ref()?;
        let gamma = whole.gamma?;
        let change = |other: &f64| (other - gamma).abs();
        left_out.iter().filter_map(|left| left.gamma).max_by(|one, other| change(one).total_cmp(&change(other)))
    }
}

/// A row for each sector: how it concentrates in areas, beyond what few large plants make of it.
pub(super) fn per_sector(
    concentration: &Concentration,
    tallied: &Tallied<'_>,
    name: impl Fn(&str) -> String,
) -> Result<DataFrame> {
    let Tallied { counts, areas, .. } = tallied;
    let (totals, sectors) = (area_totals(counts), counts.sectors.len());
    let column = |sector: usize| -> Vec<f64> { (0..areas.len()).map(|area| counts.get(area, sector)).collect() };
    let of_sector = |sector: usize| -> Result<OfSector> {
        let plants =
            tallied.plants.as_ref().map(|plants| &plants.by_sector[sector]).filter(|plants| !plants.is_empty());
        let index = tallied.herfindahl.get(sector).copied().flatten();
        Ok(match (plants, index) {
            (_, Some(index)) if column(sector).iter().any(|amount| *amount > 0.0) => {
                let shares = ellison_glaeser_of_shares(&column(sector), &totals, index)?;
                OfSector { by_shares: Some((shares, index)), ..OfSector::default() }
            }
            (Some(plants), _) => {
                let found = (ellison_glaeser(plants, &totals)?, without_largest(plants, &totals, LEFT_OUT)?);
                OfSector { by_plants: Some(found), ..OfSector::default() }
            }
            (None, _) => OfSector::default(),
        })
    };
    let found: Vec<OfSector> = (0..sectors).map(of_sector).collect::<Result<_>>()?;
    let number = |get: &dyn Fn(&OfSector) -> Option<f64>| found.iter().map(get).collect::<Vec<Option<f64>>>();
    let firms = |found: &OfSector| found.by_plants.as_ref().map(|(whole, left_out)| is_one_firm(whole, left_out));
    let largest = |found: &OfSector| Some(found.by_plants.as_ref()?.1.first()?.share);
    let each = |get: &dyn Fn(usize) -> Option<f64>| (0..sectors).map(get).collect::<Vec<Option<f64>>>();
    let plants: Vec<Option<u64>> = (0..sectors)
        .map(|sector| tallied.plants.as_ref().map(|plants| plants.by_sector[sector].len() as u64))
        .collect();
    let at_home = |sector: usize| {
        let cells = concentration.cells.iter().skip(sector).step_by(sectors);
        cells.filter(|cell| is_at_home(cell.location_quotient)).count() as u64
    };
    let columns = vec![
        Column::new("layer".into(), vec![areas.layer.as_str(); sectors]),
        Column::new("sector".into(), &counts.sectors),
        Column::new("sector_name".into(), counts.sectors.iter().map(|id| name(id)).collect::<Vec<_>>()),
        Column::new("unit".into(), vec![counts.unit.as_str(); sectors]),
        Column::new("count".into(), (0..sectors).map(|sector| column(sector).iter().sum::<f64>()).collect::<Vec<_>>()),
        Column::new("plants".into(), plants),
        Column::new("areas_at_home".into(), (0..sectors).map(at_home).collect::<Vec<_>>()),
        Column::new("hoover".into(), each(&|sector| hoover(&column(sector), &totals))),
        Column::new("gini".into(), each(&|sector| gini_against(&column(sector), &totals))),
        Column::new("krugman".into(), each(&|sector| krugman(&column(sector), &totals))),
        Column::new("g".into(), number(&|one| one.either(|found| Some(found.g), |found| Some(found.g)))),
        Column::new("plant_herfindahl".into(), number(&OfSector::herfindahl)),
        Column::new("gamma".into(), number(&|one| one.either(|found| found.gamma, |found| found.gamma))),
        Column::new("z".into(), number(&|one| one.either(|found| found.z, |_| None))),
        Column::new(
            "maurel_sedillot".into(),
            number(&|one| one.either(|found| found.maurel_sedillot, |found| found.maurel_sedillot)),
        ),
        Column::new("largest_plant_share".into(), number(&largest)),
        Column::new("gamma_without_one_plant".into(), number(&OfSector::changed)),
        Column::new("one_firm".into(), found.iter().map(firms).collect::<Vec<_>>()),
    ];
    DataFrame::new_infer_height(columns).map_err(Error::table("the sectors"))
}

/// A row for each pair of sectors: how often both are at home in one area, and how much they agglomerate with each other.
pub(super) fn per_pair(concentration: &Concentration, tallied: &Tallied<'_>) -> Result<DataFrame> {
    let Tallied { counts, areas, .. } = tallied;
    let sectors = counts.sectors.len();
    let mut at_home = vec![vec![false; sectors]; areas.len()];
    for cell in &concentration.cells {
        at_home[cell.area][cell.sector] = is_at_home(cell.location_quotient);
    }
    let (pairs, totals) = (relatedness(&at_home), area_totals(counts));
    let mut gammas = Vec::with_capacity(pairs.len());
    for pair in &pairs {
        gammas.push(match &tallied.plants {
            None => None,
            Some(plants) => {
                let both = [&plants.by_sector[pair.one][..], &plants.by_sector[pair.other][..]];
                let empty = both.iter().any(|plants| plants.is_empty());
                if empty { None } else { coagglomeration(&both, &totals)? }
            }
        });
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
