use serde::{Deserialize, Deserializer, Serialize};

use super::{Overlay, refuse_negative, shown_around};
use crate::Result;
use crate::render::Color;
use crate::render::PageRect;
use crate::render::block::Block;
use crate::render::figure::{Anchor, Fill, Item, Outline, Position, Shape, Stroke};
use crate::render::intervals::{ClassRequest, Intervals, intervals};
use crate::render::map::data::MapData;
use crate::render::map::label;
use crate::render::map::legend::{LegendEntry, Section};
use crate::render::map::paper::Paper;
use crate::render::map::spec::{ClassSpec, MapKind, MapSpec};
use crate::render::number::ScaledFormat;
use crate::stats::Scheme;

/// A circle on each area, whose size shows a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SymbolSpec {
    /// The column with the numbers.
    pub column: String,
    /// The title in the legend.
    pub title: Option<String>,
    /// The unit of the numbers.
    pub unit: Option<String>,
    /// The rule that converts numbers to sizes.
    pub scaling: SymbolScaling,
    /// The classes of graduated symbols; four by natural breaks unless the keys say otherwise.
    #[serde(deserialize_with = "four_classes")]
    pub classes: ClassSpec,
    /// The diameter of the largest circle in mm.
    pub max_mm: f64,
    /// The diameter of the smallest class of graduated symbols, in mm. Proportional symbols are not affected.
    pub min_mm: f64,
    /// The colour of the circles; by default the theme's accent.
    pub color: Option<Color>,
    /// Opacity, 0 to 1.
    pub opacity: f64,
}

impl Default for SymbolSpec {
    fn default() -> Self {
        Self {
            column: String::new(),
            title: None,
            unit: None,
            scaling: SymbolScaling::default(),
            classes: SymbolClasses::default().into(),
            max_mm: 14.0,
            min_mm: 2.0,
            color: None,
            opacity: 0.75,
        }
    }
}

/// The keys of [`SymbolSpec::classes`], whose default number of classes is not that of a map.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SymbolClasses {
    scheme: Scheme,
    count: usize,
    breaks: Vec<f64>,
}

impl Default for SymbolClasses {
    fn default() -> Self {
        let ClassSpec { scheme, breaks, .. } = ClassSpec::default();
        Self { scheme, count: 4, breaks }
    }
}

impl From<SymbolClasses> for ClassSpec {
    fn from(SymbolClasses { scheme, count, breaks }: SymbolClasses) -> Self {
        Self { scheme, count, breaks, ..Self::default() }
    }
}

fn four_classes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ClassSpec, D::Error> {
    SymbolClasses::deserialize(deserializer).map(ClassSpec::from)
}

/// The rule that converts numbers to sizes of symbols.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SymbolScaling {
    /// The area of the circle is proportional to the number.
    #[default]
    Proportional,
    /// Each class of numbers has one size.
    Graduated,
}

struct Symbols<'a> {
    spec: &'a MapSpec,
    own: &'a SymbolSpec,
    data: &'a MapData,
    scale: SymbolScale,
    format: ScaledFormat,
}

/// The conversion of numbers to diameters.
enum SymbolScale {
    /// The number of the largest circle, and the numbers of the circles in the legend, the largest first.
    Proportional(f64, Vec<f64>),
    Graduated(Box<Intervals>),
}

/// Makes the overlay of circles on the areas. An area has none if its number is 0 or missing.
pub(super) fn symbols<'a>(spec: &'a MapSpec, data: &'a MapData) -> Result<Option<Box<dyn Overlay + 'a>>> {
    let Some(own) = &spec.symbols else { return Ok(None) };
    refuse_negative("symbols.column", data.symbols.iter().copied().flatten())?;
    // A circle means the same on every sheet of an atlas.
    let basis = data.of_whole.as_ref().map_or(&data.symbols, |whole| &whole.symbols);
    let known: Vec<f64> = basis.iter().copied().flatten().filter(|value| *value > 0.0).collect();
    let highest = known.iter().copied().fold(0.0, f64::max);
    let lowest = known.iter().copied().fold(f64::INFINITY, f64::min);
    let (scale, format) = match own.scaling {
        SymbolScaling::Proportional => {
            let shown = legend_numbers(lowest, highest);
            let size = ScaledFormat::of_size(&shown, false, spec.language);
            (SymbolScale::Proportional(highest, shown.clone()), size.natural(&known).exact(&shown))
        }
        SymbolScaling::Graduated => {
            let found = intervals(
                &known,
                &ClassRequest {
                    breaks: &own.classes.breaks,
                    is_open: false,
                    key: "symbols.classes",
                    ..ClassRequest::new(&own.classes.scheme, own.classes.count, spec.language)
                },
            )?;
            let format = found.format;
            (SymbolScale::Graduated(Box::new(found)), format)
        }
    };
    Ok(Some(Box::new(Symbols { spec, own, data, scale, format })))
}

impl Symbols<'_> {
    fn diameter_mm(&self, value: f64) -> f64 {
        match &self.scale {
            SymbolScale::Proportional(highest, _) => self.own.max_mm * (value / highest).sqrt(),
            SymbolScale::Graduated(found) => self.class_mm(found.class_of(value), found.labels.len()),
        }
    }

    fn class_mm(&self, class: usize, classes: usize) -> f64 {
        let share = if classes > 1 { class as f64 / (classes - 1) as f64 } else { 1.0 };
        self.own.min_mm + (self.own.max_mm - self.own.min_mm) * share
    }

    /// The position and size of each circle, the largest first.
    fn circles(&self, paper: &Paper) -> Vec<(usize, Position, f64)> {
        let mut circles: Vec<(usize, Position, f64)> = self
            .data
            .symbols
            .iter()
            .zip(&self.data.areas.areas)
            .enumerate()
            .filter_map(|(index, (value, area))| {
                let value = value.filter(|value| *value > 0.0)?;
                Some((index, label::pole(&paper.geometry(&area.geometry))?, self.diameter_mm(value)))
            })
            .collect();
        circles.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)));
        circles
    }

    fn circle(&self, centre: Position, diameter_mm: f64) -> Shape {
        let color = self.spec.mark(self.own.color.unwrap_or(self.spec.theme.accent));
        Shape {
            opacity: self.own.opacity,
            stroke: Some(Stroke::new(self.spec.theme.paper, 0.25)),
            ..Shape::filled(Outline::Circle { centre, radius_mm: diameter_mm / 2.0 }, Fill::Solid(color))
        }
    }

    /// Circles, one within the other, each with a line to its number.
    fn nested(&self, shown: &[f64]) -> Block {
        let theme = &self.spec.theme;
        let style = theme.type_style(theme.label_pt * 0.9, theme.ink);
        let largest = shown.first().map_or(0.0, |number| self.diameter_mm(*number));
        let mut items = Vec::new();
        let mut width: f64 = 0.0;
        let mut free = f64::NEG_INFINITY;
        let top = style.line_mm() / 2.0;
        let ground = if self.spec.kind == MapKind::Plain { theme.no_quota } else { theme.paper };
        for &number in shown {
            let diameter = self.diameter_mm(number);
            let upper = top + largest - diameter;
            let circle = self.circle([largest / 2.0, upper + diameter / 2.0], diameter);
            // One lies on another here: each in the colour that it has by itself.
            let fill = match circle.fill {
                Fill::Solid(color) => Fill::Solid(color.over(ground, self.own.opacity)),
                other => other,
            };
            items.push(Item::Shape(Shape { opacity: 1.0, fill, ..circle }));
            // The names keep a line's height from each other.
            let y = upper.max(free);
            free = y + style.line_mm();
            let from = [largest / 2.0, upper];
            let to = [largest + 2.0, y];
            items.push(Item::Shape(Shape::stroked(Outline::line([from, to]), Stroke::new(theme.ink, 0.15))));
            let words = self.format.write(number);
            width = width.max(largest + 2.6 + style.width_mm(&words));
            items.push(Item::Text(style.text(words, [largest + 2.6, y + 0.34 * style.size_mm], Anchor::Start)));
        }
        Block { width, height: (top + largest + 0.5).max(free - style.line_mm() / 2.0), items }
    }
}

/// The numbers of the circles in a legend: round ones within the numbers on the map, or where there are none the numbers at
/// its ends.
fn legend_numbers(lowest: f64, highest: f64) -> Vec<f64> {
    let within: Vec<f64> =
        rounds(highest).into_iter().filter(|number| lowest <= *number && *number <= highest).collect();
    match within.len() {
        _ if !lowest.is_finite() => Vec::new(),
        _ if lowest == highest => vec![highest],
        0 => vec![highest, lowest],
        _ => within,
    }
}

/// Three round numbers up to the highest: the greatest of 1, 2, 5 times a power of ten, and smaller ones.
fn rounds(highest: f64) -> [f64; 3] {
    if highest <= 0.0 {
        return [1.0, 0.5, 0.2];
    }
    let power = 10_f64.powf(highest.log10().floor());
    let first =
        [5.0, 2.0, 1.0].into_iter().map(|digit| digit * power).find(|number| *number <= highest).unwrap_or(power);
    let digit = (first / power).round();
    let (second, third) = if digit >= 5.0 {
        (2.0, 0.5)
    } else if digit >= 2.0 {
        (1.0, 0.2)
    } else {
        (0.5, 0.1)
    };
    [first, second * power, third * power]
}

impl Overlay for Symbols<'_> {
    fn id(&self) -> &'static str {
        "symbols"
    }

    fn legend(&self) -> Vec<Section<'_>> {
        let language = self.spec.language;
        let unit = self.own.unit.as_ref().map(|unit| format!("{}{unit}", language.pick("单位：", "unit: ")));
        let title = Some(self.own.title.clone().unwrap_or_else(|| self.own.column.clone()));
        let missing = self.data.symbols.iter().filter(|value| value.is_none()).count();
        let without = (missing > 0)
            .then(|| language.pick(format!("{missing} 个区域无数据"), format!("{missing} areas without data")));
        let section = Section { title, notes: unit.into_iter().chain(without).collect(), ..Section::default() };
        match &self.scale {
            SymbolScale::Proportional(_, shown) if !shown.is_empty() => {
                vec![Section { block: Some(self.nested(shown)), ..section }]
            }
            SymbolScale::Proportional(..) => vec![section],
            SymbolScale::Graduated(found) => {
                let entries = found.labels.iter().enumerate().rev().map(|(class, label)| {
                    let diameter = self.class_mm(class, found.labels.len());
                    let of_class = |value: &&f64| found.class_of(**value) == class;
                    let known = self.data.symbols.iter().flatten().filter(|value| **value > 0.0);
                    LegendEntry {
                        count: self.spec.legend.counts.then(|| known.filter(of_class).count()),
                        size_mm: Some((diameter, diameter)),
                        ..LegendEntry::swatch(label.clone(), move |frame: PageRect| {
                            vec![self.circle(frame.centre(), diameter)]
                        })
                    }
                });
                vec![Section { entries: entries.collect(), ..section }]
            }
        }
    }

    fn notes(&self) -> Vec<String> {
        match &self.scale {
            SymbolScale::Proportional(..) => Vec::new(),
            SymbolScale::Graduated(found) => found.notes.clone(),
        }
    }

    fn draw(&self, paper: &Paper) -> Vec<Item> {
        let named = |(index, centre, diameter): (usize, Position, f64)| {
            let area = &self.data.areas.areas[index];
            let value = self.data.symbols[index].map(|value| self.format.write(value)).unwrap_or_default();
            Item::Shape(Shape {
                title: Some(format!("{} {value}", area.name)),
                data: vec![("id", area.id.clone()), ("value", value)],
                ..self.circle(centre, diameter)
            })
        };
        self.circles(paper).into_iter().map(named).collect()
    }

    fn symbols(&self, paper: &Paper) -> Vec<(usize, PageRect)> {
        let frame = |(area, centre, diameter)| (area, PageRect::around(centre, diameter, diameter));
        self.circles(paper).into_iter().map(frame).collect()
    }

    fn shown(&self, paper: &Paper) -> Vec<PageRect> {
        self.circles(paper).into_iter().map(|(_, centre, diameter)| shown_around(centre, diameter)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legends_have_round_numbers() {
        assert_eq!(legend_numbers(7.0, 7.0), [7.0]);
        assert_eq!(legend_numbers(6.0, 9.0), [9.0, 6.0]);
        assert_eq!(legend_numbers(1.0, 734.0), [500.0, 200.0, 50.0]);
        assert_eq!(rounds(734.0), [500.0, 200.0, 50.0]);
        assert_eq!(rounds(200.0), [200.0, 100.0, 20.0]);
        assert_eq!(rounds(0.13), [0.1, 0.05, 0.010_000_000_000_000_002]);
    }
}
