//! Warnings about facts that a map may hide from its reader, and the requirements of a public map.

use super::boundaries;
use super::data::{MapData, MapPanel};
use super::fill::Classed;
use super::paper::MapExtent;
use super::spec::{Audience, MapKind, MapSpec, MultiplesBy};
use crate::error::RenderError;
use crate::model::Area;
use crate::model::column::{self, Quantity};
use crate::render::{Color, PageRect, palette_warnings};

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
    warnings.extend(classed.notes.iter().filter(|_| data.of_whole.is_none()).cloned());
    warnings.extend(shape_warnings(spec, data));
    warnings.extend(boundaries::warning(spec, data));
    warnings.extend(unlike_warning(spec, data));
    warnings.extend(cartogram_warning(spec, data));
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
                "values lie on both sides of 0: `palette.midpoint = 0` gives either side a colour of its own"
                    .to_owned(),
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

/// An area far from the others makes all of them smaller than this many times: told.
const FAR_OFF: f64 = 2.0;
/// A page turned by a right angle would draw the areas so many times as large: told.
const TURNED: f64 = 1.3;
/// A number with this share of the sum of all leaves little to the others.
const GIANT: f64 = 0.75;

/// Warnings about the extent of the areas: one that lies far from the others, or all that lie across the page.
fn shape_warnings(spec: &MapSpec, data: &MapData) -> Vec<String> {
    let mut warnings = Vec::new();
    let Ok(whole) = MapExtent::shown(spec, data) else { return warnings };
    let page = PageRect::new(0.0, 0.0, spec.page.width_mm, spec.page.height_mm).inset(spec.page.margin_mm);
    let turned = PageRect::new(0.0, 0.0, page.height, page.width);
    let finer = whole.metres_per_mm_in(&page) / whole.metres_per_mm_in(&turned);
    if data.of_whole.is_none() && data.multiples.is_empty() && finer > TURNED {
        let on_page = |length: f64| (length * spec.page.scale() * 10.0).round() / 10.0;
        let (width, height) = (on_page(spec.page.height_mm), on_page(spec.page.width_mm));
        let shape = if whole.height > whole.width { "high" } else { "wide" };
        warnings.push(format!(
            "the areas are {shape}: a page with `page.width_mm` = {width} and `page.height_mm` = {height} draws them up to {finer:.1} times as large"
        ));
    }
    let is_part = spec.extent.is_some() || data.window.is_some();
    if is_part
        || spec.inset.is_some()
        || spec.cartogram.is_some()
        || data.areas.len() < 3
        || data.areas.len() > MOST_LOOKED_AT
    {
        return warnings;
    }
    // The extent without one area is that of the extremes of the others.
    let without = |left_out: usize| {
        let others: Vec<&Area> =
            data.areas.areas.iter().enumerate().filter(|(index, _)| *index != left_out).map(|(_, area)| area).collect();
        MapExtent::of_areas(&data.areas, &others).ok()
    };
    let smaller = |index: usize| {
        let rest = without(index)?;
        Some(whole.metres_per_mm_in(&page) / rest.metres_per_mm_in(&page)).filter(|times| *times > FAR_OFF)
    };
    let far = (0..data.areas.len()).filter_map(|index| Some((index, smaller(index)?)));
    if let Some((index, times)) = far.max_by(|a, b| a.1.total_cmp(&b.1)) {
        let name = data.names.get(index).filter(|name| !name.is_empty()).unwrap_or(&data.areas.areas[index].name);
        warnings.push(format!(
            "`{name}` reaches far from the others, which are drawn {times:.1} times smaller for it: an `inset` with `areas` of the others shows them larger"
        ));
    }
    warnings
}

/// With more areas none stands out so far that it needs a word, and the search would take long.
const MOST_LOOKED_AT: usize = 500;

/// A warning about small maps of columns that cannot be read on one scale.
fn unlike_warning(spec: &MapSpec, data: &MapData) -> Option<String> {
    /// The largest number of one column is so many times that of another.
    const UNLIKE: f64 = 10.0;
    let multiples = spec.multiples.as_ref().filter(|multiples| multiples.by == MultiplesBy::Column)?;
    if !matches!(spec.kind, MapKind::Choropleth | MapKind::Bivariate | MapKind::ValueByAlpha) {
        return None;
    }
    let largest = |panel: &MapPanel| panel.values.iter().flatten().fold(0.0_f64, |most, value| most.max(value.abs()));
    let sizes: Vec<f64> = data.multiples.iter().map(largest).filter(|size| *size > 0.0).collect();
    let (least, most) =
        (sizes.iter().copied().fold(f64::INFINITY, f64::min), sizes.iter().copied().fold(0.0, f64::max));
    let quantities: Vec<Quantity> = multiples.of.iter().map(|column| column::quantity(column)).collect();
    let are_unlike = most > UNLIKE * least || quantities.windows(2).any(|pair| pair[0] != pair[1]);
    are_unlike.then(|| {
        format!(
            "the small maps of {} share one scale, though the columns are unlike: draw a map of each",
            multiples.of.join(", ")
        )
    })
}

/// A warning about a number that leaves the circles of all others too small to compare.
fn cartogram_warning(spec: &MapSpec, data: &MapData) -> Option<String> {
    let column = &spec.cartogram.as_ref()?.column;
    let sizes: Vec<(usize, f64)> =
        data.sizes.iter().enumerate().filter_map(|(index, size)| Some((index, (*size)?))).collect();
    let sum: f64 = sizes.iter().map(|(_, size)| size).sum();
    let (index, largest) = sizes.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let share = largest / sum;
    let name = &data.areas.areas.get(index)?.name;
    (sizes.len() > 2 && share > GIANT).then(|| {
        format!(
            "`{name}` has {:.0} % of the sum of `{column}`: the circles of all others are too small to compare",
            share * 100.0
        )
    })
}

/// Places of a sensitive kind that are named.
const MOST_NAMED: usize = 3;

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
    if !data.sensitive.is_empty() {
        let named = data.sensitive.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let count = data.sensitive.len();
        lacking.push(format!("no places of a sensitive kind, which the policy lists: {count}, such as {named}"));
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
