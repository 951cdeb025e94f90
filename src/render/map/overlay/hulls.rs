use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Overlay;
use crate::model::Areas;
use crate::render::Color;
use crate::render::figure::{Fill, Item, Outline, Shape, Stroke};
use crate::render::map::SEAM_MM;
use crate::render::map::data::MapData;
use crate::render::map::legend::{LegendEntry, Section};
use crate::render::map::paper::Paper;
use crate::render::map::spec::MapSpec;

/// Outlines of clusters, drawn over the areas.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HullSpec {
    /// The file of outlines: the output of `jiju cluster … --hulls`, or any layer of areas.
    pub file: PathBuf,
    /// In place of a file, the analysis of the project whose layer it is.
    pub analysis: Option<String>,
    /// The title in the legend.
    pub title: Option<String>,
    /// The colour of the outlines; by default the theme's ink.
    pub color: Option<Color>,
}

struct Hulls<'a> {
    spec: &'a MapSpec,
    own: &'a HullSpec,
    hulls: &'a Areas,
}

/// Makes the overlay of cluster hulls, with an outline and a faint fill.
pub(super) fn hulls<'a>(spec: &'a MapSpec, data: &'a MapData) -> Option<Box<dyn Overlay + 'a>> {
    let (own, hulls) = (spec.hulls.as_ref()?, data.hulls.as_ref()?);
    Some(Box::new(Hulls { spec, own, hulls }))
}

impl Hulls<'_> {
    fn hull(&self, outline: Outline) -> [Shape; 3] {
        let color = self.spec.mark(self.own.color.unwrap_or(self.spec.theme.ink));
        let seam = Stroke::new(self.spec.theme.paper, 0.4 + 2.0 * SEAM_MM);
        [
            Shape { opacity: 0.12, ..Shape::filled(outline.clone(), Fill::Solid(color)) },
            Shape::stroked(outline.clone(), seam),
            Shape::stroked(outline, Stroke { dashes_mm: vec![1.4, 0.7], ..Stroke::new(color, 0.4) }),
        ]
    }
}

impl Overlay for Hulls<'_> {
    fn id(&self) -> &'static str {
        "hulls"
    }

    fn legend(&self) -> Vec<Section<'_>> {
        let label = self.own.title.clone().unwrap_or_else(|| self.spec.language.pick("集聚区", "clusters").to_owned());
        let entry = LegendEntry::swatch(label, |frame| self.hull(Outline::Rectangle(frame)).to_vec());
        vec![Section { entries: vec![LegendEntry { count: Some(self.hulls.len()), ..entry }], ..Section::default() }]
    }

    fn draw(&self, paper: &Paper) -> Vec<Item> {
        let hulls = self.hulls.areas.iter();
        hulls
            .flat_map(|area| {
                let named = |shape| Shape { title: Some(area.name.clone()), ..shape };
                self.hull(paper.outline_or_mark(&area.geometry, 1.0)).map(named)
            })
            .map(Item::Shape)
            .collect()
    }
}
