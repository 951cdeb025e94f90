use serde::{Deserialize, Serialize};

use super::Color;
use super::spec::within;
use crate::error::RenderError;

/// Millimetres of a typographer's point.
pub(super) const MM_PER_POINT: f64 = 25.4 / 72.0;

/// The house style: colours, sizes of type in points, widths of lines in mm. Maps and charts share it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Theme {
    /// Colour of the page.
    pub paper: Color,
    /// Colour of text and outlines.
    pub ink: Color,
    /// Colour of what is said in passing: sources, axis labels.
    pub muted: Color,
    /// Colour of rules and grid lines.
    pub rule: Color,
    /// Colour of bars and points where nothing else is said.
    pub accent: Color,
    /// Colour of what is still missing, and of warnings.
    pub alert: Color,
    /// Colour of areas that have no quota, so that nothing is asked of them.
    pub no_quota: Color,
    /// Colour of the hatch of areas without data.
    pub no_data: Color,
    /// Colour of borders between areas.
    pub border: Color,
    /// Width of borders between areas.
    pub border_mm: f64,
    /// Width of the outlines over them: districts over towns, and the edge of the map.
    pub outline_mm: f64,
    /// Size of the title.
    pub title_pt: f64,
    /// Size of the subtitle.
    pub subtitle_pt: f64,
    /// Size of area labels, legend and axis labels.
    pub label_pt: f64,
    /// Size of sources and notes.
    pub note_pt: f64,
    /// Width of the seam around labels.
    pub halo_mm: f64,
}

impl Default for Theme {
    fn default() -> Self {
        Self {
            paper: Color::WHITE,
            ink: Color::new(0x1f, 0x24, 0x2b),
            muted: Color::new(0x55, 0x5e, 0x69),
            rule: Color::new(0xc9, 0xce, 0xd5),
            accent: Color::new(0x2b, 0x6c, 0xa3),
            alert: Color::new(0xb0, 0x3a, 0x1d),
            no_quota: Color::new(0xee, 0xee, 0xea),
            no_data: Color::new(0x9a, 0xa0, 0xa6),
            border: Color::new(0x6b, 0x73, 0x7c),
            border_mm: 0.2,
            outline_mm: 0.45,
            title_pt: 20.0,
            subtitle_pt: 11.0,
            label_pt: 9.0,
            note_pt: 7.5,
            halo_mm: 0.35,
        }
    }
}

impl Theme {
    /// Refuses sizes that cannot be drawn.
    pub(super) fn check(&self) -> Result<(), RenderError> {
        for (key, size, high) in [
            ("theme.title_pt", self.title_pt, 200.0),
            ("theme.subtitle_pt", self.subtitle_pt, 200.0),
            ("theme.label_pt", self.label_pt, 200.0),
            ("theme.note_pt", self.note_pt, 200.0),
        ] {
            within(key, size, 2.0, high)?;
        }
        within("theme.border_mm", self.border_mm, 0.0, 10.0)?;
        within("theme.outline_mm", self.outline_mm, 0.0, 10.0)?;
        within("theme.halo_mm", self.halo_mm, 0.0, 5.0)
    }
}
