//! Warnings about facts that a map may hide from its reader, and the requirements of a public map.

use super::data::MapData;
use super::fill::Classed;
use super::spec::{Audience, MapKind, MapSpec};
use crate::error::RenderError;
use crate::model::column::{self, Quantity};
use crate::render::{Color, palette_warnings};

/// A value is an outlier if it is this many interquartile ranges beyond the quartiles (Tukey's “far out”).
const FAR_OUT: f64 = 3.0;
/// Where most fractions are above this, 200 %, they are likely percentages.
const LIKELY_PERCENT: f64 = 2.0;

/// Returns the warnings about a map to show to the user, one sentence each.
pub(super) fn warnings(spec: &MapSpec, data: &MapData, classed: &Classed) -> Vec<String> {
    let mut warnings = Vec::new();
    let column = spec.column.as_deref().unwrap_or_default();
    if spec.kind == MapKind::Choropleth && column::quantity(column) == Quantity::Amount && spec.cartogram.is_none() {
        warnings.push(format!(
            "`{column}` is an amount, and large areas have more of it: show a rate, or `symbols` on kind = \"plain\""
        ));
    }
    let in_order = &classed.classes[..classed.ordered];
    let colors: Vec<(String, Color)> = in_order.iter().map(|class| (class.label.clone(), class.ground)).collect();
    let is_ordered = matches!(spec.kind, MapKind::Choropleth | MapKind::QuotaProgress | MapKind::ValueByAlpha);
    warnings.extend(classed.notes.iter().cloned());
    // The square of two columns is read by its sides, a plain ground not at all.
    if !matches!(spec.kind, MapKind::Bivariate | MapKind::Plain) {
        warnings.extend(palette_warnings(&colors, is_ordered, spec.labels.show && spec.labels.values));
    }
    let Some(scale) = &classed.scale else { return warnings };
    let class = |value: f64| scale.intervals.class_of(value);
    let zeros = scale.values.iter().filter(|value| **value == 0.0).count();
    let with_zero = scale.values.iter().filter(|value| **value != 0.0 && class(**value) == class(0.0)).count();
    let (is_below, is_above) =
        (scale.values.iter().any(|value| *value < 0.0), scale.values.iter().any(|value| *value > 0.0));
    if is_below && is_above {
        if spec.palette.midpoint.is_none() && spec.palette.colors.is_empty() {
            warnings.push(
                "values lie on both sides of 0: `palette.midpoint = 0` gives either side a colour of its own".to_owned(),
            );
        }
    } else if zeros > 0 && with_zero > 0 {
        let (areas, others) = (counted(zeros, "area", "areas"), if with_zero == 1 { "has" } else { "have" });
        let other = if is_below { "less" } else { "more" };
        warnings.push(format!(
            "{areas} with 0 share a class with {with_zero} that {others} {other}: begin with 0 in `classes.breaks` to tell them apart"
        ));
    }
    let most = |limit: f64| scale.values.iter().filter(|value| value.abs() > limit).count() * 2 > scale.values.len();
    if spec.percent && most(LIKELY_PERCENT) {
        warnings.push(format!(
            "`{column}` looks like percentages already, of which `percent = true` makes {}: leave it out",
            scale.intervals.write(scale.values.iter().copied().fold(0.0, f64::max))
        ));
    }
    let mut sorted = scale.values.clone();
    sorted.sort_by(f64::total_cmp);
    if sorted.len() >= 8 {
        // Type 7, as the classes have it.
        let quartile = |quarters: usize| {
            let at = (sorted.len() - 1) * quarters;
            let (below, rest) = (at / 4, (at % 4) as f64 / 4.0);
            sorted[below] + (sorted[(below + 1).min(sorted.len() - 1)] - sorted[below]) * rest
        };
        let (lower, upper) = (quartile(1), quartile(3));
        let (low, high) = (lower - FAR_OUT * (upper - lower), upper + FAR_OUT * (upper - lower));
        let alone: Vec<f64> = sorted.iter().copied().filter(|value| *value < low || *value > high).collect();
        if let [value] = alone[..] {
            let sharing = sorted.iter().filter(|other| **other != value && class(**other) == class(value)).count();
            if sharing > 0 {
                let value = scale.intervals.write(value);
                warnings.push(format!(
                    "{value} stands far from all others and shares its class with {sharing}: its class hides it"
                ));
            }
        }
    }
    warnings
}

fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Returns an error for a public map that lacks required items, listing all of them.
///
/// # Errors
///
/// [`RenderError::NotPublic`].
pub(super) fn check_public(spec: &MapSpec, data: &MapData) -> Result<(), RenderError> {
    if spec.audience != Some(Audience::Public) {
        return Ok(());
    }
    let mut lacking = Vec::new();
    if spec.source.is_empty() && data.sources.is_empty() {
        lacking.push("a `source`".to_owned());
    }
    if spec.review_number.is_none() && data.review_number.is_none() && !spec.not_reviewed {
        lacking.push("a `review_number` 审图号, or `not_reviewed = true`".to_owned());
    }
    // Progress counts what the document asks to be published; every other number may point at a firm.
    let counts_firms = spec.symbols.is_some() || spec.dots.is_some() || spec.cartogram.is_some();
    let says_little = match spec.kind {
        MapKind::QuotaProgress | MapKind::Local | MapKind::Plain => !counts_firms,
        _ => false,
    };
    if spec.mask.as_ref().is_none_or(|mask| mask.min_firms < 2) && !says_little {
        lacking.push("a `mask` with `min_firms` of 2 or more".to_owned());
    }
    if spec.points.show {
        lacking.push("`points.show = false`: a point is a single firm".to_owned());
    }
    if spec.diagrams.is_some() {
        lacking.push("no `diagrams`: a part of one may be a single firm".to_owned());
    }
    let least = spec.mask.as_ref().map_or(2, |mask| mask.min_firms.max(2));
    if spec.flows.as_ref().is_some_and(|flows| flows.least < f64::from(least)) {
        lacking.push(format!("`flows.least` of {least} or more: a flow of less may be a single firm"));
    }
    if lacking.is_empty() { Ok(()) } else { Err(RenderError::NotPublic { lacking }) }
}
