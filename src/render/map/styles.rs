use super::SEAM_MM;
use super::data::{MapData, QuotaProgress};
use super::fill::{self, Classed, classify};
use super::legend::{LegendEntry, framed};
use super::overlay;
use super::spec::MapSpec;
use crate::Result;
use crate::render::PageRect;
use crate::render::figure::{Fill, Shape};

/// How a map shows its areas and what lies over them, for drawing the same elsewhere, with the same classes, colours and words.
#[derive(Debug, Clone, PartialEq)]
pub struct MapStyles {
    /// Of the map, or of each of several small maps.
    pub panels: Vec<PanelStyle>,
    /// Of each layer over the areas, by its name within the figure: `parks`, `points`, `hulls`, `contours`.
    pub overlays: Vec<(&'static str, Vec<StyleEntry>)>,
}

/// How a map shows its areas.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelStyle {
    /// The heading of a small map; that of the legend for a map by itself.
    pub title: String,
    /// The entries in the order of the legend.
    pub entries: Vec<StyleEntry>,
    /// For each area, the position of its entry.
    pub of_area: Vec<usize>,
    /// For each area, the number it shows, of quota progress the rate; `None` where it shows none or must not.
    pub values: Vec<Option<f64>>,
}

/// An entry of a legend.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleEntry {
    /// Its words.
    pub label: String,
    /// What is drawn, from bottom to top, in an outline of any size.
    pub shapes: Vec<Shape>,
    /// The numbers that belong to it, from the lower bound, which belongs to the entry before, to the upper one; `None` if it is
    /// no class of numbers.
    pub range: Option<(f64, f64)>,
}

/// Returns how a map shows its areas and what lies over them.
///
/// # Errors
///
/// As [`map()`](super::map()).
pub fn map_styles(spec: &MapSpec, data: &MapData) -> Result<MapStyles> {
    spec.check()?;
    super::check(spec, data)?;
    let masked = data.without_masked();
    let data = masked.as_ref().unwrap_or(data);
    let classed = classify(spec, data)?;
    let (entries, of_area) = entries(spec, &classed);
    let areas = data.areas.len();
    let panels = data.panels().into_iter().enumerate().map(|(position, panel)| {
        let rate = |area: usize| panel.progress.get(area).copied().flatten().and_then(QuotaProgress::rate);
        let shown = |area: usize| panel.values.get(area).map_or_else(|| rate(area), |value| *value);
        let is_masked = |area: usize| panel.masked.get(area).copied().unwrap_or(false);
        let title = data.multiples.get(position).map(|panel| panel.title.clone());
        PanelStyle {
            title: title.filter(|title| !title.is_empty()).unwrap_or_else(|| fill::title(spec)),
            entries: entries.clone(),
            of_area: of_area[position * areas..(position + 1) * areas].to_vec(),
            values: (0..areas).map(|area| shown(area).filter(|value| value.is_finite() && !is_masked(area))).collect(),
        }
    });
    let panels = panels.collect();
    let overlays = overlay::overlays(spec, data)?;
    let overlays = overlays.iter().map(|overlay| {
        let entries = overlay.legend().into_iter().flat_map(|section| section.entries);
        (overlay.id(), entries.map(|entry| drawn(entry, spec)).collect())
    });
    Ok(MapStyles { panels, overlays: overlays.collect() })
}

/// The entries of the legend of areas, and for each area the position of its own.
fn entries(spec: &MapSpec, classed: &Classed) -> (Vec<StyleEntry>, Vec<usize>) {
    let steps = fill::strengths(spec, classed);
    let ranges = ranges(classed);
    // From high to low, and behind them what has no order.
    let ordered = (0..classed.ordered).rev();
    let mut entries = Vec::new();
    let mut places: Vec<(usize, Option<usize>)> = Vec::new();
    for class in ordered.chain(classed.ordered..classed.classes.len()) {
        let own = &classed.classes[class];
        let label = fill::signed(own.symbol, &own.label);
        let entry = |label: String, fill: Fill| StyleEntry {
            label,
            shapes: vec![framed(FRAME, fill, spec.theme.border)],
            range: ranges.get(class).copied(),
        };
        if steps.is_empty() || class >= classed.ordered {
            entries.push(entry(label, own.fill));
            places.push((class, None));
            continue;
        }
        for (step, (strength, look)) in steps.iter().enumerate().rev() {
            let (tint, _) = look.fill(own.ground, spec.theme.paper);
            entries.push(StyleEntry { range: None, ..entry(format!("{label} · {strength}"), tint) });
            places.push((class, Some(step)));
        }
    }
    // The words tell entries apart wherever they stand for the class.
    for position in 1..entries.len() {
        let label = entries[position].label.clone();
        let before = entries[..position].iter().filter(|entry| entry.label == label).count();
        if before > 0 {
            entries[position].label = format!("{label} ({})", before + 1);
        }
    }
    let of_area = classed.of_area.iter().enumerate().map(|(area, class)| {
        let step = classed.steps.get(area).copied().filter(|_| *class < classed.ordered && !steps.is_empty());
        places.iter().position(|place| *place == (*class, step)).unwrap_or_default()
    });
    let of_area = of_area.collect();
    (entries, of_area)
}

/// The bounds of the classes of numbers, from low to high.
fn ranges(classed: &Classed) -> Vec<(f64, f64)> {
    let Some(scale) = &classed.scale else { return Vec::new() };
    let least = scale.values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = scale.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let uppers = &scale.intervals.uppers;
    let mut lower = uppers.first().map_or(least, |first| least.min(*first));
    uppers
        .iter()
        .map(|upper| {
            let upper = if upper.is_finite() { *upper } else { most.max(lower) };
            let range = (lower, upper);
            lower = upper;
            range
        })
        .collect()
}

/// Any rectangle: what is drawn in it is asked for its colours and lines.
const FRAME: PageRect = PageRect { left: 0.0, top: 0.0, width: 7.0, height: 3.0 };

/// An entry of an overlay as it is drawn. The seam of paper around it is left out: elsewhere the map is not white.
fn drawn(entry: LegendEntry<'_>, spec: &MapSpec) -> StyleEntry {
    let is_seam = |shape: &Shape| {
        shape.fill == Fill::None
            && shape.stroke.as_ref().is_some_and(|stroke| {
                stroke.color == spec.theme.paper && stroke.dashes_mm.is_empty() && stroke.width_mm > 2.0 * SEAM_MM
            })
    };
    let shapes: Vec<Shape> = (entry.swatch)(FRAME).into_iter().filter(|shape| !is_seam(shape)).collect();
    StyleEntry { label: entry.label, shapes, range: None }
}
