//! Tables and areas in, figures in millimetres out; the same figure as SVG, PNG and PDF.
//!
//! A [`Figure`] is a small canvas of shapes and text, made by [`map()`] and by the charts of [`chart`]; [`svg()`], [`png()`]
//! and [`pdf()`] are pure functions of it. The bundled fonts decide the layout, so a figure is the same on every machine.

mod block;
pub mod chart;
mod color;
mod figure;
mod font;
mod frame;
mod map;
mod number;
mod page;
mod palette;
mod pdf;
mod png;
mod spec;
mod svg;
mod theme;

pub use color::Color;
pub use figure::{Anchor, Figure, Fill, Group, Item, Line, Outline, Position, Shape, Stroke, Text};
pub use font::{Fonts, Weight};
pub use frame::Frame;
pub use map::{
    ClassList, ClassSpec, FurnitureSpec, LabelSpec, LegendPlace, LegendSpec, MapClass, MapData, MapKind, MapPoint,
    MapSpec, PaletteSpec, PointSpec, QuotaProgress, choropleth_classes, describe_grid, layer_title, map,
    progress_classes,
};
pub use palette::{PaletteKind, diverging_colors, palette_colors, palette_kind};
pub use pdf::{pdf, pdf_with_fonts};
pub use png::{MAX_PIXELS_A_SIDE, png, png_with_fonts};
pub use spec::Page;
pub use svg::svg;
pub use theme::Theme;
