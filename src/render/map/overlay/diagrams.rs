use serde::{Deserialize, Serialize};

use super::{Overlay, refuse_negative, shown_around};
use crate::Result;
use crate::render::Color;
use crate::render::PageRect;
use crate::render::figure::{Item, Outline, Position, Shape, Stroke};
use crate::render::map::data::MapData;
use crate::render::map::label;
use crate::render::map::legend::{LegendEntry, Section, framed};
use crate::render::map::paper::Paper;
use crate::render::map::spec::MapSpec;
use crate::render::number::ScaledFormat;
use crate::render::palette::{CategoryMark, category_marks, palette_colors};

/// Several columns of each area, drawn as a pie or as bars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiagramSpec {
    /// The kind of diagram.
    pub kind: DiagramKind,
    /// The columns; in a project, the sectors.
    pub columns: Vec<String>,
    /// The labels of the columns in the legend; by default their names.
    pub labels: Vec<String>,
    /// The title in the legend.
    pub title: Option<String>,
    /// The unit of the numbers.
    pub unit: Option<String>,
    /// The diameter of the largest pie or the height of the highest bar, in mm.
    pub max_mm: f64,
    /// The colours of the columns, one for each; by default those of Okabe and Ito.
    pub colors: Vec<Color>,
}

impl Default for DiagramSpec {
    fn default() -> Self {
        Self {
            kind: DiagramKind::Pie,
            columns: Vec::new(),
            labels: Vec::new(),
            title: None,
            unit: None,
            max_mm: 13.0,
            colors: Vec::new(),
        }
    }
}

/// The kind of a diagram.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiagramKind {
    /// A pie whose area is proportional to the sum of the columns, with a sector for the share of each column.
    #[default]
    Pie,
    /// A bar for each column, all on the same scale.
    Bars,
}

const BAR_MM: f64 = 2.0;
/// The angle between two points of an arc.
const STEP_RADIANS: f64 = 0.05;

struct Diagrams<'a> {
    spec: &'a MapSpec,
    own: &'a DiagramSpec,
    data: &'a MapData,
    marks: Vec<CategoryMark>,
    /// The largest sum of a pie, or the largest number of a bar.
    highest: f64,
}

/// Makes the overlay of a pie or bars on each area. An area has none if a number is missing or if all are 0.
pub(super) fn diagrams<'a>(spec: &'a MapSpec, data: &'a MapData) -> Result<Option<Box<dyn Overlay + 'a>>> {
    let Some(own) = &spec.diagrams else { return Ok(None) };
    refuse_negative("diagrams.columns", data.parts.iter().flatten().copied().flatten())?;
    let plain = |colors: Vec<Color>| -> Vec<CategoryMark> { colors.into_iter().map(CategoryMark::plain).collect() };
    let marks = if own.colors.len() >= data.parts.len() {
        plain(own.colors.clone())
    } else {
        let in_run = category_marks(own.columns.iter().map(String::as_str), &data.category_places, spec.theme.paper)?;
        let usual = || palette_colors("OkabeIto", data.parts.len(), false).map(plain);
        spec.theme.marks(in_run.map_or_else(usual, Ok)?)
    };
    let mut diagrams = Diagrams { spec, own, data, marks, highest: 0.0 };
    let measure = |parts: Vec<f64>| match own.kind {
        DiagramKind::Pie => parts.iter().sum(),
        DiagramKind::Bars => parts.into_iter().fold(0.0, f64::max),
    };
    diagrams.highest = (0..data.areas.len()).filter_map(|area| diagrams.parts(area)).map(measure).fold(0.0, f64::max);
    Ok(Some(Box::new(diagrams)))
}

impl Diagrams<'_> {
    fn parts(&self, area: usize) -> Option<Vec<f64>> {
        let parts: Option<Vec<f64>> = self.data.parts.iter().map(|part| part.get(area).copied().flatten()).collect();
        parts.filter(|parts| parts.iter().sum::<f64>() > 0.0)
    }

    /// The line around a part: what it lies on is pale where the areas show nothing, and of any colour elsewhere.
    fn edge(&self, mark: CategoryMark) -> Color {
        self.spec.theme.edge(mark.color, self.spec.theme.no_quota)
    }

    fn title(&self, part: usize) -> &str {
        self.own.labels.get(part).or(self.own.columns.get(part)).map_or("", String::as_str)
    }

    fn diameter_mm(&self, parts: &[f64]) -> f64 {
        self.own.max_mm * (parts.iter().sum::<f64>() / self.highest).sqrt()
    }

    fn pie(&self, centre: Position, parts: &[f64]) -> Vec<Shape> {
        let radius = self.diameter_mm(parts) / 2.0;
        let whole: f64 = parts.iter().sum();
        let at = |angle: f64| [centre[0] + radius * angle.sin(), centre[1] - radius * angle.cos()];
        let mut from = 0.0;
        let mut shapes = Vec::new();
        for (part, mark) in parts.iter().zip(&self.marks).filter(|(part, _)| **part > 0.0) {
            let angle = part / whole * std::f64::consts::TAU;
            let stroke = Some(Stroke::new(self.edge(*mark), 0.15));
            let outline = if *part >= whole {
                Outline::Circle { centre, radius_mm: radius }
            } else {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a turn of steps")]
                let steps = (angle / STEP_RADIANS).ceil().max(1.0) as usize;
                let arc = (0..=steps).map(|step| at(from + angle * step as f64 / steps as f64));
                Outline::ring(std::iter::once(centre).chain(arc).collect::<Vec<_>>())
            };
            shapes.push(Shape { stroke, ..Shape::filled(outline, mark.fill()) });
            from += angle;
        }
        shapes
    }

    fn bars(&self, centre: Position, parts: &[f64]) -> Vec<Shape> {
        let left = centre[0] - BAR_MM * parts.len() as f64 / 2.0;
        let foot = centre[1] + self.own.max_mm / 4.0;
        let bar = |(position, (part, mark)): (usize, (&f64, &CategoryMark))| {
            let height = self.own.max_mm * part / self.highest;
            let frame = PageRect::new(left + position as f64 * BAR_MM, foot - height, BAR_MM, height);
            framed(frame, mark.fill(), self.edge(*mark))
        };
        let mut shapes: Vec<Shape> = parts.iter().zip(&self.marks).enumerate().map(bar).collect();
        let line = Outline::line([[left - 0.4, foot], [left + BAR_MM * parts.len() as f64 + 0.4, foot]]);
        shapes.push(Shape::stroked(line, Stroke::new(self.spec.theme.ink, 0.2)));
        shapes
    }

    fn bars_frame(&self, centre: Position, parts: &[f64]) -> PageRect {
        let foot = centre[1] + self.own.max_mm / 4.0;
        let width = BAR_MM * parts.len() as f64;
        let height = self.own.max_mm * parts.iter().copied().fold(0.0, f64::max) / self.highest;
        PageRect::new(centre[0] - width / 2.0, foot - height, width, height)
    }

    fn placed(&self, paper: &Paper) -> Vec<(usize, Position, Vec<f64>)> {
        (0..self.data.areas.len())
            .filter_map(|index| {
                let centre = label::pole(&paper.geometry(&self.data.areas.areas[index].geometry))?;
                Some((index, centre, self.parts(index)?))
            })
            .collect()
    }
}

impl Overlay for Diagrams<'_> {
    fn id(&self) -> &'static str {
        "diagrams"
    }

    fn legend(&self) -> Vec<Section<'_>> {
        let entries = (0..self.data.parts.len()).zip(&self.marks).map(|(part, mark)| {
            LegendEntry::swatch(self.title(part), |frame| vec![framed(frame, mark.fill(), self.spec.theme.border)])
        });
        let unit = self.own.unit.as_ref().map(|unit| format!("{}{unit}", self.spec.language.pick("单位：", "unit: ")));
        let how = match self.own.kind {
            DiagramKind::Pie => {
                self.spec.language.pick("圆面积与合计成正比，最大 ", "area of a pie: the sum, largest ")
            }
            DiagramKind::Bars => self.spec.language.pick("最高的柱 ", "highest bar "),
        };
        let highest = [self.highest];
        let format = ScaledFormat::of_size(&highest, false, self.spec.language).natural(&highest);
        let how = format!("{how}{}", format.write(self.highest));
        vec![Section {
            title: self.own.title.clone(),
            notes: unit.into_iter().chain(std::iter::once(how)).collect(),
            entries: entries.collect(),
            ..Section::default()
        }]
    }

    fn draw(&self, paper: &Paper) -> Vec<Item> {
        self.placed(paper)
            .into_iter()
            .flat_map(|(index, centre, parts)| {
                let shapes = match self.own.kind {
                    DiagramKind::Pie => self.pie(centre, &parts),
                    DiagramKind::Bars => self.bars(centre, &parts),
                };
                let name = &self.data.areas.areas[index].name;
                shapes.into_iter().map(move |shape| Item::Shape(Shape { title: Some(name.clone()), ..shape }))
            })
            .collect()
    }

    fn symbols(&self, paper: &Paper) -> Vec<(usize, PageRect)> {
        let frame = |(area, centre, parts): (usize, Position, Vec<f64>)| match self.own.kind {
            DiagramKind::Pie => {
                let diameter = self.diameter_mm(&parts);
                (area, PageRect::around(centre, diameter, diameter))
            }
            DiagramKind::Bars => (area, self.bars_frame(centre, &parts)),
        };
        self.placed(paper).into_iter().map(frame).collect()
    }

    fn shown(&self, paper: &Paper) -> Vec<PageRect> {
        let frame = |(_, centre, parts): (usize, Position, Vec<f64>)| match self.own.kind {
            DiagramKind::Pie => shown_around(centre, self.diameter_mm(&parts)),
            DiagramKind::Bars => self.bars_frame(centre, &parts),
        };
        self.placed(paper).into_iter().map(frame).collect()
    }
}
