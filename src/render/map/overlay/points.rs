use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Overlay;
use crate::Result;
use crate::render::Color;
use crate::render::PageRect;
use crate::render::figure::{Item, Position, Shape};
use crate::render::map::data::{MapData, MapPoint};
use crate::render::map::legend::{LegendEntry, Section};
use crate::render::map::paper::Paper;
use crate::render::map::spec::MapSpec;
use crate::render::palette::{CategoryMark, category_marks, palette_colors};

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
    mark: CategoryMark,
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
    let single = spec.mark(spec.points.color.unwrap_or(spec.theme.alert));
    let unnamed = counts.remove(&None).unwrap_or(0);
    let mut named: Vec<(&str, usize)> =
        counts.into_iter().filter_map(|(category, points)| Some((category?, points))).collect();
    named.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let shown = named.iter().take(MOST_CLASSES).map(|(name, _)| *name);
    let in_run = category_marks(shown, &data.category_places, spec.theme.paper)?;
    let plain = || -> Result<Vec<CategoryMark>> {
        Ok(palette_colors("OkabeIto", MOST_CLASSES, false)?.into_iter().map(CategoryMark::plain).collect())
    };
    let marks = spec.theme.marks(in_run.map_or_else(plain, Ok)?);
    let rest: usize = named.iter().skip(MOST_CLASSES).map(|(_, points)| points).sum::<usize>() + unnamed;
    let mut classes: Vec<PointClass> = named
        .iter()
        .zip(marks)
        .map(|((label, points), mark)| PointClass { label: Some((*label).to_owned()), mark, points: *points })
        .collect();
    if classes.is_empty() {
        classes.push(PointClass { label: None, mark: CategoryMark::plain(single), points: unnamed });
    } else if rest > 0 {
        let label = Some(spec.language.pick("其他", "other").to_owned());
        classes.push(PointClass { label, mark: CategoryMark::plain(spec.theme.muted), points: rest });
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
                vec![point(frame.centre(), class.mark, self.spec)]
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
                Some(Item::Shape(point(paper.point(firm.at), class.mark, self.spec)))
            })
            .collect()
    }
}

/// An enterprise as the map and its legend draw it.
fn point(centre: Position, mark: CategoryMark, spec: &MapSpec) -> Shape {
    Shape { opacity: spec.points.opacity, ..mark.point(centre, spec.points.size_mm, spec.theme.paper) }
}
