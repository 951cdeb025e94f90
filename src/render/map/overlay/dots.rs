use geo::{Area as _, TriangulateEarcut as _};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Overlay, refuse_negative};
use crate::Result;
use crate::error::RenderError;
use crate::render::Color;
use crate::render::figure::{Fill, Item, Outline, Position, Shape};
use crate::render::map::data::MapData;
use crate::render::map::legend::{LegendEntry, Section};
use crate::render::map::paper::Paper;
use crate::render::map::spec::MapSpec;

/// The largest number of dots, beyond which they cannot be distinguished on any page.
const MOST_DOTS: f64 = 200_000.0;

/// Dots spread at random over each area, each standing for a fixed number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DotSpec {
    /// The column with the numbers.
    pub column: String,
    /// The title in the legend.
    pub title: Option<String>,
    /// The number for which one dot stands.
    pub per_dot: f64,
    /// The diameter of a dot in mm.
    pub size_mm: f64,
    /// The colour of the dots; by default the theme's ink.
    pub color: Option<Color>,
    /// The seed of the random generator. The same seed gives the same positions.
    pub seed: u64,
}

impl Default for DotSpec {
    fn default() -> Self {
        Self { column: String::new(), title: None, per_dot: 10.0, size_mm: 0.7, color: None, seed: 1 }
    }
}

struct Dots<'a> {
    spec: &'a MapSpec,
    own: &'a DotSpec,
    data: &'a MapData,
}

/// Makes the overlay of dots at random positions, uniformly distributed over each area. Their number is that of the
/// area divided by `per_dot`, rounded.
pub(super) fn dots<'a>(spec: &'a MapSpec, data: &'a MapData) -> Result<Option<Box<dyn Overlay + 'a>>> {
    let Some(own) = &spec.dots else { return Ok(None) };
    refuse_negative("dots.column", data.dots.iter().copied().flatten())?;
    let sum: f64 = data.dots.iter().copied().flatten().sum();
    if sum / own.per_dot > MOST_DOTS {
        return Err(RenderError::Setting {
            key: "dots.per_dot".to_owned(),
            found: own.per_dot.to_string(),
            expected: format!("at least {}, so that there are no more than {MOST_DOTS} dots", sum / MOST_DOTS),
        }
        .into());
    }
    Ok(Some(Box::new(Dots { spec, own, data })))
}

impl Dots<'_> {
    fn dot(&self, centre: Position) -> Shape {
        let color = self.spec.mark(self.own.color.unwrap_or(self.spec.theme.ink));
        Shape::filled(Outline::Circle { centre, radius_mm: self.own.size_mm / 2.0 }, Fill::Solid(color))
    }
}

impl Overlay for Dots<'_> {
    fn id(&self) -> &'static str {
        "dots"
    }

    fn legend(&self) -> Vec<Section<'_>> {
        let title = self.own.title.clone().unwrap_or_else(|| self.own.column.clone());
        let one = self.spec.language.pick("每点代表", "one dot: ");
        let label = format!("{one} {} {}", self.own.per_dot, self.spec.unit.as_deref().unwrap_or_default());
        let how = self.spec.language.pick("点在区域内随机分布，不表示企业位置", "dots lie at random within their area");
        vec![Section {
            title: Some(title),
            notes: vec![how.to_owned()],
            entries: vec![LegendEntry::swatch(label.trim_end(), |frame| vec![self.dot(frame.centre())])],
            ..Section::default()
        }]
    }

    fn draw(&self, paper: &Paper) -> Vec<Item> {
        let mut items = Vec::new();
        for (index, (value, area)) in self.data.dots.iter().zip(&self.data.areas.areas).enumerate() {
            let Some(value) = value else { continue };
            let triangles: Vec<geo::Triangle<f64>> =
                paper.geometry(&area.geometry).iter().flat_map(|part| part.earcut_triangles()).collect();
            let mut reach = Vec::with_capacity(triangles.len());
            let mut whole = 0.0;
            for triangle in &triangles {
                whole += triangle.unsigned_area();
                reach.push(whole);
            }
            if whole <= 0.0 {
                continue;
            }
            // A stream of its own for each area, so that one area's number moves no dot of another.
            let mut random = ChaCha8Rng::seed_from_u64(self.own.seed);
            random.set_stream(index as u64);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded above")]
            let dots = (value / self.own.per_dot).round() as u64;
            for _ in 0..dots {
                let at = random.random::<f64>() * whole;
                let Some(triangle) = triangles.get(reach.partition_point(|sum| *sum <= at)) else { continue };
                let (mut u, mut v) = (random.random::<f64>(), random.random::<f64>());
                if u + v > 1.0 {
                    (u, v) = (1.0 - u, 1.0 - v);
                }
                let (a, b, c) = (triangle.v1(), triangle.v2(), triangle.v3());
                let centre = [a.x + u * (b.x - a.x) + v * (c.x - a.x), a.y + u * (b.y - a.y) + v * (c.y - a.y)];
                items.push(Item::Shape(self.dot(centre)));
            }
        }
        items
    }
}
