//! Figures in millimetres, made from tables and areas, and their output as SVG, PNG and PDF.
//!
//! A [`Figure`] is a small canvas of shapes and text. [`map()`] and the charts of [`chart`] make figures; [`svg()`],
//! [`png()`] and [`pdf()`] are pure functions of them. The layout uses only the bundled fonts, so a figure is the same
//! on every machine.

mod block;
pub mod chart;
mod color;
mod figure;
mod font;
mod intervals;
mod keys;
mod map;
mod number;
mod page;
mod page_rect;
mod palette;
mod pdf;
mod picture;
mod png;
mod qgis;
mod spec;
mod svg;
mod theme;
mod typeset;
mod vision;

pub use color::Color;
#[cfg(test)]
pub(crate) use keys::tests::all as all_keys;

pub use figure::{Anchor, Figure, Fill, Group, Item, Line, Outline, Position, Shape, Stroke, Text};
pub use font::{FontWeight, Fonts, is_font_file};
pub use map::{
    AnnotationSpec, AtlasSpec, Audience, BivariateSpec, BoundaryEdit, CartogramSpec, CellShapeSpec, CellSpec,
    ClassList, ClassSpec, Contour, ContourSpec, DiagramKind, DiagramSpec, DotSpec, ExtentSpec, Flow, FlowSpec,
    FurnitureSpec, Graticule, HullSpec, InsetSpec, LabelPriority, LabelSpec, LegendPlace, LegendSpec, LocalSpec,
    LocalStatistic, LocatorSpec, LogoSpec, MapClass, MapData, MapKind, MapPanel, MapPoint, MapSpec, MapStyles,
    MapTable, MaskSpec, MultiplesBy, MultiplesSpec, PaletteSpec, PanelStyle, PointSpec, QuotaProgress, StyleEntry,
    SymbolScaling, SymbolSpec, boundaries_said, choropleth_classes, describe_grid, is_local_label, layer_title, map,
    map_styles, map_title, progress_classes, review_number_warning,
};
pub use number::written_alike;
pub use page_rect::PageRect;
pub use palette::{CategoryMark, PaletteKind, Texture, category_marks, diverging_colors, palette_colors, palette_kind};
pub use pdf::{pdf, pdf_of_sheets, pdf_with_fonts};
pub use picture::{Picture, Pixels};
pub use png::{DPI, MAX_PIXELS_A_SIDE, png, png_with_fonts};
pub use qgis::{Renderer, qml, sld};
pub(crate) use spec::merge;
pub use spec::{MapLayout, PagePreset, PageSize};
pub use svg::{svg, svg_outlined};
pub use theme::Theme;
pub(crate) use theme::Themed;
pub use typeset::{Bookmark, Sheet, SheetItem, SheetPdf, TextLine, Typeface, Typefaces, pdf_of_pages};
pub use vision::{Vision, ciede2000, nearest_colors, palette_warnings};
