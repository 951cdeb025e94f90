//! Rates of units whose strata are rows, standardised.

use std::collections::BTreeMap;

use super::{FoundRates, RateMethod, Rates};
use crate::error::{Result, StatsError};
use crate::measure::units::{Complete, UnitTable, complete};
use crate::measure::weights::row_ids;
use crate::stats::{self, StandardisedRate};

/// Events and bases of a unit in each stratum, and those of its standard.
#[derive(Default)]
struct Unit {
    strata: Vec<usize>,
    columns: [Vec<f64>; 4],
}

/// Rates of units whose strata are rows.
pub(super) fn of_strata(request: &Rates, unit_table: &UnitTable<'_>) -> Result<FoundRates> {
    let (table, told) = request.table.read_table_with_notes()?;
    let Complete { columns, kept, mut notes } = complete(&table, unit_table)?;
    let (ids, kinds) = (row_ids(&table, request.id.as_deref())?, row_ids(&table, request.stratum.as_deref())?);
    notes.splice(0..0, told);
    // Units in the order in which they come, strata by name.
    let (mut order, mut places, mut names): (Vec<&str>, BTreeMap<&str, usize>, BTreeMap<&str, usize>) =
        Default::default();
    let mut units: Vec<Unit> = Vec::new();
    let mut doubled = Vec::new();
    let rows = (0..table.height()).filter(|row| kept[*row]);
    for (place, row) in rows.enumerate() {
        let unit = *places.entry(&ids[row]).or_insert_with(|| {
            order.push(&ids[row]);
            units.push(Unit::default());
            order.len() - 1
        });
        let next = names.len();
        let stratum = *names.entry(&kinds[row]).or_insert(next);
        if units[unit].strata.contains(&stratum) {
            doubled.push(format!("`{}` of `{}` in row {}", kinds[row], ids[row], table.rows[row]));
        }
        units[unit].strata.push(stratum);
        for (own, column) in units[unit].columns.iter_mut().zip(&columns) {
            own.push(column[place]);
        }
    }
    if !doubled.is_empty() {
        const NAMED: usize = 10;
        let more = if doubled.len() > NAMED { ", …" } else { "" };
        let found = format!("{} strata twice: {}{more}", doubled.len(), doubled[..doubled.len().min(NAMED)].join(", "));
        let expected = "each stratum of a unit once".to_owned();
        return Err(StatsError::Shape { statistic: "rates", what: "the table", found, expected }.into());
    }
    if request.standard_events.is_none() {
        standard_of_all(&mut units, names.len());
    }
    // The standard's own rate, as its rows have it.
    let sum = |column: usize| units.iter().flat_map(|unit| &unit.columns[column]).sum::<f64>();
    let standard_rate = sum(2) / sum(3);
    let confidence = request.confidence;
    let of_unit = |unit: &Unit| -> Result<Option<StandardisedRate>> {
        let [events, base, standard_events, standard_base] = &unit.columns;
        match request.method {
            RateMethod::Direct => Ok(stats::direct_standardised_rate(events, base, standard_base, confidence)?),
            _ => Ok(stats::indirect_standardised_rate(
                events,
                base,
                standard_events,
                standard_base,
                standard_rate,
                confidence,
            )?),
        }
    };
    let found: Vec<Option<StandardisedRate>> = units.iter().map(of_unit).collect::<Result<_>>()?;
    let total = |column: usize| units.iter().map(|unit| unit.columns[column].iter().sum()).collect::<Vec<f64>>();
    let (events, base) = (total(0), total(1));
    let crude = events.iter().zip(&base).map(|(events, base)| (*base > 0.0).then(|| events / base)).collect();
    let ids: Vec<String> = order.into_iter().map(str::to_owned).collect();
    Ok(FoundRates {
        places: request.neighbours.places_of(&ids, &mut notes)?,
        ids,
        events,
        base,
        crude,
        rate: found.iter().map(|found| found.map(|found| found.rate)).collect(),
        intervals: Some(found.iter().map(|found| found.map(|found| [found.lower, found.upper])).collect()),
        prior: None,
        weights_sha256: None,
        notes,
    })
}

/// Takes all units together for the standard, and gives each unit every stratum, those it has not without events and base.
fn standard_of_all(units: &mut [Unit], strata: usize) {
    let mut all = [vec![0.0; strata], vec![0.0; strata]];
    for unit in units.iter() {
        for (column, sums) in all.iter_mut().enumerate() {
            unit.strata.iter().zip(&unit.columns[column]).for_each(|(stratum, number)| sums[*stratum] += number);
        }
    }
    for unit in units {
        let mut own = [vec![0.0; strata], vec![0.0; strata]];
        for (column, own) in own.iter_mut().enumerate() {
            unit.strata.iter().zip(&unit.columns[column]).for_each(|(stratum, number)| own[*stratum] = *number);
        }
        let ([events, base], [standard_events, standard_base]) = (own, all.clone());
        unit.columns = [events, base, standard_events, standard_base];
    }
}
