use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Overlay;
use crate::Result;
use crate::render::Color;
use crate::render::figure::{Fill, Item, Shape};
use crate::render::intervals::{Closed, interval_of_bounds};
use crate::render::map::data::{Contour, MapData};
use crate::render::map::legend::{LegendEntry, Section, framed};
use crate::render::map::paper::Paper;
use crate::render::map::spec::MapSpec;
use crate::render::number::ScaledFormat;
use crate::render::palette::{PaletteKind, palette_colors, palette_kind};

/// The bands between the contours of a density, drawn over the areas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContourSpec {
    /// The file of bands: the output of `jiju density … --contours`, which holds areas with their lower and upper
    /// level.
    pub file: PathBuf,
    /// In place of a file, the analysis of the project whose bands they are.
    pub analysis: Option<String>,
    /// The column with the lower level.
    pub lower: String,
    /// The column with the upper level.
    pub upper: String,
    /// The title in the legend.
    pub title: Option<String>,
    /// The unit of the levels.
    pub unit: Option<String>,
    /// The name of the palette.
    pub palette: String,
    /// Opacity, 0 to 1.
    pub opacity: f64,
}

impl Default for ContourSpec {
    fn default() -> Self {
        Self {
            file: PathBuf::new(),
            analysis: None,
            lower: "level_lower".to_owned(),
            upper: "level_upper".to_owned(),
            title: None,
            unit: None,
            palette: "YlOrBr".to_owned(),
            opacity: 0.85,
        }
    }
}

struct Contours<'a> {
    spec: &'a MapSpec,
    own: &'a ContourSpec,
    bands: Vec<&'a Contour>,
    /// The lower levels, in ascending order.
    levels: Vec<f64>,
    colors: Vec<Color>,
}

/// Makes the overlay of bands between contours, from low to high.
pub(super) fn contours<'a>(spec: &'a MapSpec, data: &'a MapData) -> Result<Option<Box<dyn Overlay + 'a>>> {
    let Some(own) = &spec.contours else { return Ok(None) };
    let mut bands: Vec<&Contour> = data.contours.iter().collect();
    bands.sort_by(|a, b| a.lower.total_cmp(&b.lower));
    let mut levels: Vec<f64> = bands.iter().map(|band| band.lower).collect();
    levels.dedup();
    // In grey the lightest is that of the ground, where the density is below all levels.
    let lightest = usize::from(spec.theme.grey);
    let mut colors = palette_colors(&own.palette, levels.len() + lightest, false)?;
    // On a dark page the highest band is the brightest.
    let sinks = matches!(&colors[..], [first, .., last] if first.luminance() > last.luminance());
    if spec.theme.is_dark() && sinks && palette_kind(&own.palette)? == PaletteKind::Sequential {
        colors.reverse();
    }
    let mut colors = spec.theme.colors(colors);
    colors.drain(..lightest);
    Ok(Some(Box::new(Contours { spec, own, bands, levels, colors })))
}

impl Contours<'_> {
    fn color(&self, lower: f64) -> Color {
        self.colors[self.levels.partition_point(|level| *level < lower)]
    }
}

impl Overlay for Contours<'_> {
    fn id(&self) -> &'static str {
        "contours"
    }

    fn is_ground(&self) -> bool {
        true
    }

    fn legend(&self) -> Vec<Section<'_>> {
        let language = self.spec.language;
        let format = ScaledFormat::of_size(&self.levels, false, language).natural(&self.levels);
        let unit = self.own.unit.as_ref().map(|unit| format!("{}{unit}", language.pick("单位：", "unit: ")));
        let entries = self.levels.iter().rev().map(|level| {
            let upper = self.bands.iter().find(|band| band.lower == *level).and_then(|band| band.upper);
            let label = interval_of_bounds(format, Some(*level), upper, Closed::Lower, language);
            let color = self.color(*level).over(self.spec.theme.no_quota, self.own.opacity);
            LegendEntry::swatch(label, move |frame| vec![framed(frame, Fill::Solid(color), self.spec.theme.border)])
        });
        vec![Section {
            title: self.own.title.clone().or_else(|| Some(language.pick("密度", "Density").to_owned())),
            notes: unit.into_iter().collect(),
            entries: entries.collect(),
            ..Section::default()
        }]
    }

    fn draw(&self, paper: &Paper) -> Vec<Item> {
        let band = |band: &&Contour| {
            let fill = Fill::Solid(self.color(band.lower));
            Item::Shape(Shape { opacity: self.own.opacity, ..Shape::filled(paper.outline(&band.geometry), fill) })
        };
        self.bands.iter().map(band).collect()
    }
}
