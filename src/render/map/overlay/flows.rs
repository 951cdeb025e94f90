use serde::{Deserialize, Serialize};
use std::path::PathBuf;

use super::{Overlay, refuse_negative};
use crate::Result;
use crate::render::Color;
use crate::render::figure::{Fill, Item, Outline, Position, Shape, Stroke};
use crate::render::map::data::{Flow, MapData};
use crate::render::map::legend::{LegendEntry, Section};
use crate::render::map::paper::Paper;
use crate::render::map::spec::MapSpec;
use crate::render::number::NumberFormat;

/// Lines from place to place whose width shows the size of the flow, such as firms that relocate into parks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FlowSpec {
    /// The table of flows. Without one, a project shows the firms of a measure, from their area to the nearest park.
    pub file: Option<PathBuf>,
    /// The id of the measure in the policy, for a project without a table of flows.
    pub measure: String,
    /// The column with the id or name of the area of origin.
    pub from: String,
    /// The column with the id or name of the destination, an area or a park.
    pub to: String,
    /// The column with the size of the flow.
    pub column: String,
    /// The title in the legend.
    pub title: Option<String>,
    /// The unit of the flows.
    pub unit: Option<String>,
    /// The width of the widest line in mm.
    pub max_mm: f64,
    /// Smaller flows are not drawn; the legend gives their number.
    pub least: f64,
    /// The colour of the lines; by default the theme's alert colour.
    pub color: Option<Color>,
}

impl Default for FlowSpec {
    fn default() -> Self {
        Self {
            file: None,
            measure: "relocate".to_owned(),
            from: "from".to_owned(),
            to: "to".to_owned(),
            column: "count".to_owned(),
            title: None,
            unit: None,
            max_mm: 3.0,
            least: 0.0,
            color: None,
        }
    }
}

/// The largest distance of a flow from the straight line, as a fraction of its length.
const BEND: f64 = 0.15;
const STEPS: usize = 24;

struct Flows<'a> {
    spec: &'a MapSpec,
    own: &'a FlowSpec,
    flows: Vec<&'a Flow>,
    left_out: usize,
    highest: f64,
}

/// Makes the overlay of curved lines with arrow heads, with the widest at the bottom.
pub(super) fn flows<'a>(spec: &'a MapSpec, data: &'a MapData) -> Result<Option<Box<dyn Overlay + 'a>>> {
    let Some(own) = &spec.flows else { return Ok(None) };
    refuse_negative("flows.column", data.flows.iter().map(|flow| flow.amount))?;
    let is_drawn = |flow: &&Flow| flow.amount > 0.0 && flow.amount >= own.least && flow.from != flow.to;
    let mut flows: Vec<&Flow> = data.flows.iter().filter(is_drawn).collect();
    flows.sort_by(|a, b| b.amount.total_cmp(&a.amount));
    let highest = flows.first().map_or(1.0, |flow| flow.amount);
    let left_out = data.flows.len() - flows.len();
    Ok(Some(Box::new(Flows { spec, own, flows, left_out, highest })))
}

impl Flows<'_> {
    fn width_mm(&self, amount: f64) -> f64 {
        (self.own.max_mm * amount / self.highest).max(0.15)
    }

    fn arrow(&self, from: Position, to: Position, width_mm: f64, bend: f64) -> Vec<Shape> {
        let color = self.spec.mark(self.own.color.unwrap_or(self.spec.theme.alert));
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = dx.hypot(dy);
        if length < 1e-9 {
            return Vec::new();
        }
        let control = [(from[0] + to[0]) / 2.0 - dy * bend, (from[1] + to[1]) / 2.0 + dx * bend];
        let at = |t: f64| {
            let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            [a * from[0] + b * control[0] + c * to[0], a * from[1] + b * control[1] + c * to[1]]
        };
        // The head: twice as wide as the line, its tip at the end.
        let head = (width_mm * 2.2).max(1.2).min(length * 0.4);
        let end = 1.0 - head / length;
        let line: Vec<Position> = (0..=STEPS).map(|step| at(end * step as f64 / STEPS as f64)).collect();
        let foot = at(end);
        let (hx, hy) = (to[0] - foot[0], to[1] - foot[1]);
        let size = hx.hypot(hy).max(1e-9);
        let (nx, ny) = (-hy / size * head * 0.5, hx / size * head * 0.5);
        let triangle = Outline::ring([to, [foot[0] + nx, foot[1] + ny], [foot[0] - nx, foot[1] - ny]]);
        vec![
            Shape { opacity: 0.8, ..Shape::stroked(Outline::line(line), Stroke::new(color, width_mm)) },
            Shape { opacity: 0.8, ..Shape::filled(triangle, Fill::Solid(color)) },
        ]
    }
}

impl Overlay for Flows<'_> {
    fn id(&self) -> &'static str {
        "flows"
    }

    fn legend(&self) -> Vec<Section<'_>> {
        let language = self.spec.language;
        let unit = self.own.unit.as_ref().map(|unit| format!("{}{unit}", language.pick("单位：", "unit: ")));
        let left_out = (self.left_out > 0).then(|| {
            language.pick(format!("另有 {} 条未画出", self.left_out), format!("{} more not drawn", self.left_out))
        });
        let format = NumberFormat::telling_apart(&[self.highest], false);
        let mut amounts = vec![self.highest, (self.highest / 2.0).round(), (self.highest / 5.0).round()];
        amounts.retain(|amount| *amount >= 1.0 || *amount == self.highest);
        amounts.dedup();
        let entries = amounts.into_iter().map(|amount| {
            let width = self.width_mm(amount);
            LegendEntry {
                size_mm: Some((9.0, (width * 2.2).max(2.5))),
                ..LegendEntry::swatch(format.write(amount), move |frame| {
                    let y = frame.centre()[1];
                    self.arrow([frame.left, y], [frame.right(), y], width, 0.0)
                })
            }
        });
        vec![Section {
            title: self.own.title.clone().or_else(|| Some(language.pick("流向", "Flows").to_owned())),
            notes: unit.into_iter().chain(left_out).collect(),
            entries: entries.collect(),
            ..Section::default()
        }]
    }

    fn draw(&self, paper: &Paper) -> Vec<Item> {
        self.flows
            .iter()
            .flat_map(|flow| self.arrow(paper.point(flow.from), paper.point(flow.to), self.width_mm(flow.amount), BEND))
            .map(Item::Shape)
            .collect()
    }
}
