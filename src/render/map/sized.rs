//! The page of a map: the lengths that it would have on A4, its orientation and its height.

use super::data::MapData;
use super::layout;
use super::paper::MapExtent;
use super::ranking::Ranking;
use super::spec::MapSpec;
use crate::render::block::Block;
use crate::render::spec::PageSize;
use crate::render::{PagePreset, PageRect};

/// No label is smaller than this on a page of a preset, in points.
const LEAST_PT: f64 = 5.0;
/// On a page whose short side is shorter than this with the lengths it would have on A4, areas are smaller than on A4.
const SHORT_SIDE_OF_A4_MM: f64 = 210.0;
/// A page is turned if the areas are then so many times as large.
const TURNED: f64 = 1.3;
/// Heights of a figure in a column of text, as fractions of its width.
const HEIGHTS: [f64; 11] = [0.55, 0.62, 0.7, 0.78, 0.86, 0.95, 1.05, 1.15, 1.25, 1.38, 1.5];
/// A height is high enough if the map could be larger by this factor only.
const HIGH_ENOUGH: f64 = 1.06;

/// Shares of the size that a preset has type, lines and legend in, the largest first, for a map that has no room in whole.
pub(super) const SHARES: [f64; 3] = [0.85, 0.72, 0.6];

/// Returns the specification with the lengths that the map would have on A4, and the factor from these to those of its page: of a
/// preset, so large a share of that.
pub(super) fn on_a4(spec: &MapSpec, share: f64) -> (MapSpec, f64) {
    let Some(preset) = spec.page.preset else { return (spec.clone(), 1.0) };
    let scale = preset.scale() * share;
    let mut spec = MapSpec { page: spec.page.divided(scale), ..spec.clone() };
    spec.theme.title_pt *= preset.title_scale() / preset.scale();
    // Symbols belong to the areas, and are smaller where those are; type is not.
    let short_mm = if preset.is_in_text() { spec.page.width_mm } else { spec.page.width_mm.min(spec.page.height_mm) };
    let narrower = (short_mm / SHORT_SIDE_OF_A4_MM).min(1.0);
    if let Some(symbols) = &mut spec.symbols {
        symbols.max_mm *= narrower;
        symbols.min_mm *= narrower;
    }
    if let Some(diagrams) = &mut spec.diagrams {
        diagrams.max_mm *= narrower;
    }
    let least = spec.labels.least_size_pt.max(LEAST_PT / scale);
    spec.labels.least_size_pt = least;
    spec.labels.size_pt = spec.labels.size_pt.map(|size| size.max(least));
    (spec, scale)
}

/// Returns the least size of the type of a table in points.
pub(super) fn least_table_pt(spec: &MapSpec) -> f64 {
    const LEAST_ON_A4: f64 = 5.5;
    LEAST_ON_A4.max(LEAST_PT / spec.page.scale()).min(spec.theme.label_pt)
}

/// Returns the page that suits the areas, where the specification states none: turned for high areas, and in a column of
/// text as high as the map needs.
pub(super) fn suited(
    spec: &MapSpec,
    data: &MapData,
    title: &str,
    legend: Option<&Block>,
    ranking: Option<&Ranking>,
) -> PageSize {
    let page = spec.page;
    let usual = page.preset.unwrap_or(PagePreset::A4);
    let [width, height, _] = usual.lengths_mm().map(|length| (length / page.scale()).to_bits());
    let is_usual = page.width_mm.to_bits() == width && page.height_mm.to_bits() == height;
    // All sheets of an atlas are of one size.
    let is_sheet = data.of_whole.is_some() || data.sheet.is_some();
    let Ok(extent) = MapExtent::shown(spec, data) else { return page };
    if page.is_size_stated || is_sheet || (!is_usual && !usual.is_in_text()) {
        return page;
    }
    if usual.is_in_text() {
        let of_height = |share: f64| {
            let page = PageSize { height_mm: page.width_mm * share, ..page };
            let own = MapSpec { page, ..spec.clone() };
            let drawn = layout::layout(&own, data, title, legend.cloned(), ranking).ok()?;
            let placed = drawn.panels.first()?.placed;
            let used = placed.width * placed.height * drawn.panels.len() as f64 / (page.width_mm * page.height_mm);
            Some((page, extent.width / placed.width, used))
        };
        let pages: Vec<(PageSize, f64, f64)> = HEIGHTS.iter().filter_map(|share| of_height(*share)).collect();
        // Of small maps, the page that they fill best; of one map, the lowest on which it is about as large as it can be.
        let finest = pages.iter().map(|(_, scale, _)| *scale).fold(f64::INFINITY, f64::min);
        let chosen = if data.multiples.is_empty() {
            pages.iter().find(|(_, scale, _)| *scale <= finest * HIGH_ENOUGH)
        } else {
            pages.iter().max_by(|a, b| a.2.total_cmp(&b.2))
        };
        return chosen.map_or(page, |(page, ..)| *page);
    }
    let turned = PageSize { width_mm: page.height_mm, height_mm: page.width_mm, ..page };
    let finest = |page: &PageSize| {
        let inner = PageRect::new(0.0, 0.0, page.width_mm, page.height_mm).inset(page.margin_mm);
        extent.metres_per_mm_in(&inner)
    };
    let may_turn = usual != PagePreset::Slide && data.multiples.is_empty();
    if may_turn && finest(&page) > TURNED * finest(&turned) { turned } else { page }
}
