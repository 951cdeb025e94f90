use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Overlay;
use crate::Result;
use crate::render::Color;
use crate::render::PageRect;
use crate::render::figure::{Fill, Item, Outline, Position, Shape, Stroke};
use crate::render::map::data::{MapData, MapPoint};
use crate::render::map::legend::{LegendEntry, Section};
use crate::render::map::paper::Paper;
use crate::render::map::spec::MapSpec;
use crate::render::palette::{colors_in_run, palette_colors};

/// Words that colour points beyond these share one colour, “other”.
const MOST_CLASSES: usize = 6;
/// Of more points, labels leave none free.
const MOST_FREE: usize = 500;

/// Enterprises drawn as points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PointSpec {
    /// Whether points are drawn.
    pub show: bool,
    /// The column that determines their colour; without it all points have the same colour.
    pub column: Option<String>,
    /// The title in the legend.
    pub title: Option<String>,
    /// The diameter of a point in mm.
    pub size_mm: f64,
    /// Opacity, 0 to 1.
    pub opacity: f64,
    /// The colour of the points if no column is given; by default the theme's alert colour.
    pub color: Option<Color>,
}

impl Default for PointSpec {
    fn default() -> Self {
        Self { show: false, column: None, title: None, size_mm: 1.0, opacity: 0.85, color: None }
    }
}

struct Points<'a> {
    spec: &'a MapSpec,
    points: &'a [MapPoint],
    classes: Vec<PointClass>,
}

/// The categories by which points are coloured.
struct PointClass {
    label: Option<String>,
    color: Color,
    points: usize,
}

/// Makes the overlay of enterprises as points, coloured by category.
pub(super) fn points<'a>(spec: &'a MapSpec, data: &'a MapData) -> Result<Option<Box<dyn Overlay + 'a>>> {
    if !spec.points.show {
        return Ok(None);
    }
    Ok(Some(Box::new(Points { spec, points: &data.points, classes: classes(spec, data)? })))
}

/// The classes of the points, the most frequent first; what is left over shares one.
fn classes(spec: &MapSpec, data: &MapData) -> Result<Vec<PointClass>> {
    let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for firm in data.points.iter().filter(|firm| firm.at.is_finite()) {
        *counts.entry(firm.category.as_deref()).or_default() += 1;
    }
    let plain = spec.points.color.unwrap_or(spec.theme.alert);
    let unnamed = counts.remove(&None).unwrap_or(0);
    let mut named: Vec<(&str, usize)> =
        counts.into_iter().filter_map(|(category, points)| Some((category?, points))).collect();
    named.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let shown = named.iter().take(MOST_CLASSES).map(|(name, _)| *name);
    let in_run = colors_in_run(shown, &data.category_places, spec.theme.paper)?;
    let colors = spec.theme.colors(in_run.map_or_else(|| palette_colors("OkabeIto", MOST_CLASSES, false), Ok)?);
    let rest: usize = named.iter().skip(MOST_CLASSES).map(|(_, points)| points).sum::<usize>() + unnamed;
    let mut classes: Vec<PointClass> = named
        .iter()
        .zip(colors)
        .map(|((label, points), color)| PointClass { label: Some((*label).to_owned()), color, points: *points })
        .collect();
    if classes.is_empty() {
        classes.push(PointClass { label: None, color: plain, points: unnamed });
    } else if rest > 0 {
        let label = Some(spec.language.pick("其他", "other").to_owned());
        classes.push(PointClass { label, color: spec.theme.muted, points: rest });
    }
    Ok(classes)
}

impl Overlay for Points<'_> {
    fn id(&self) -> &'static str {
        "points"
    }

    fn legend(&self) -> Vec<Section<'_>> {
        let own = &self.spec.points.title;
        let unnamed = || own.clone().unwrap_or_else(|| self.spec.language.pick("企业", "firms").to_owned());
        let entries = self.classes.iter().map(|class| LegendEntry {
            count: Some(class.points),
            ..LegendEntry::swatch(class.label.clone().unwrap_or_else(unnamed), |frame| {
                vec![point(frame.centre(), class.color, self.spec)]
            })
        });
        let title = own.clone().filter(|_| self.classes.iter().any(|class| class.label.is_some()));
        vec![Section { title, entries: entries.collect(), ..Section::default() }]
    }

    fn shown(&self, paper: &Paper) -> Vec<PageRect> {
        // Where points lie everywhere, no label can leave them free.
        if self.points.len() > MOST_FREE {
            return Vec::new();
        }
        let size_mm = self.spec.points.size_mm;
        let points = self.points.iter().filter(|firm| firm.at.is_finite());
        points.map(|firm| PageRect::around(paper.point(firm.at), size_mm, size_mm)).collect()
    }

    fn draw(&self, paper: &Paper) -> Vec<Item> {
        self.points
            .iter()
            .filter(|firm| firm.at.is_finite())
            .filter_map(|firm| {
                let class = self.classes.iter().find(|class| class.label == firm.category);
                let class = class.or_else(|| self.classes.last())?;
                Some(Item::Shape(point(paper.point(firm.at), class.color, self.spec)))
            })
            .collect()
    }
}

/// An enterprise as the map and its legend draw it.
fn point(centre: Position, color: Color, spec: &MapSpec) -> Shape {
    let radius_mm = spec.points.size_mm / 2.0;
    Shape {
        opacity: spec.points.opacity,
        stroke: Some(Stroke::new(spec.theme.paper, radius_mm * 0.2)),
        ..Shape::filled(Outline::Circle { centre, radius_mm }, Fill::Solid(color))
    }
}
