//! Maps: figures made from areas in a projected grid and their values.
//!
//! [`map()`] assigns each area to a class ([`fill`]), prepares the layers drawn over the areas ([`overlay`]), makes the
//! legend of both, lays out the page, and draws each [`panel`]: the map itself or several small ones, and its insets.

mod boundaries;
mod cartogram;
mod class_list;
mod crowded;
mod data;
mod fill;
mod furniture;
mod grid;
mod honest;
mod label;
mod land_raster;
mod layout;
mod legend;
mod overlay;
mod panel;
mod paper;
mod ranking;
mod record;
mod sized;
mod spec;
mod styles;

pub use boundaries::{boundaries_said, review_number_warning};
pub use class_list::{ClassList, MapClass, choropleth_classes, progress_classes};
pub use data::{BoundaryEdit, Contour, Flow, Graticule, MapData, MapPanel, MapPoint, MapTable, QuotaProgress};
pub(super) use fill::gap;
pub use fill::is_local_label;
pub use grid::describe as describe_grid;
pub use overlay::{
    ContourSpec, DiagramKind, DiagramSpec, DotSpec, FlowSpec, HullSpec, PointSpec, SymbolScaling, SymbolSpec,
    layer_title,
};
pub use spec::{
    AnnotationSpec, AtlasSpec, Audience, BivariateSpec, CartogramSpec, CellShapeSpec, CellSpec, ClassSpec, ExtentSpec,
    FurnitureSpec, InsetSpec, LabelPriority, LabelSpec, LegendPlace, LegendSpec, LocalSpec, LocalStatistic,
    LocatorSpec, LogoSpec, MapKind, MapSpec, MaskSpec, MultiplesBy, MultiplesSpec, PaletteSpec,
};
pub use styles::{MapStyles, PanelStyle, StyleEntry, map_styles};

use self::crowded::CrowdedPage;
use self::fill::{Classed, classify};
use self::layout::FurnitureItem;
use self::panel::PanelDrawing;
use self::paper::MapExtent;
use self::ranking::Ranking;
use crate::Result;
use crate::error::{Error, RenderError};
use crate::model::{Area, Areas};
use crate::render::figure::{Fill, Item, Outline, Shape, Stroke};
use crate::render::{Color, Figure, PageRect};

/// Paper that shows on either side of a border.
const SEAM_MM: f64 = 0.15;

/// Draws a map.
///
/// [`Figure::warnings`] then lists labels that found no place, and all other warnings to show to the user.
///
/// # Errors
///
/// [`RenderError::NotProjected`] for areas in degrees; [`RenderError::Length`] if a list required by the kind of map is
/// not as long as the areas; [`RenderError::KeyWithoutEffect`] for a key that has no effect on the kind of map;
/// [`RenderError::Setting`] and [`RenderError::UnknownName`] for invalid settings and unknown
/// names in the specification; [`RenderError::NoRoom`] if the page is too small.
pub fn map(spec: &MapSpec, data: &MapData) -> Result<Figure> {
    spec.check()?;
    spec.refuse_keys_without_effect()?;
    check(spec, data)?;
    honest::check_public(spec, data)?;
    let of_share = |share: f64| -> Result<Figure> {
        let (spec, scale) = sized::on_a4(spec, share);
        Ok(drawn(spec, data)?.scaled(scale))
    };
    let whole = of_share(1.0);
    let lacks_room = matches!(&whole, Err(Error::Render(RenderError::NoRoom { .. })));
    if spec.page.preset.is_none() || !lacks_room {
        return whole;
    }
    // Small type is better than no map.
    let smaller = sized::SHARES.iter().find_map(|share| Some((share, of_share(*share).ok()?)));
    let Some((share, mut figure)) = smaller else { return whole };
    let percent = (share * 100.0).round();
    figure.warnings.push(format!(
        "type, lines and legend have {percent} % of the size of `page.preset`: there is no room for more"
    ));
    Ok(figure)
}

/// Draws a map with the lengths it would have on A4.
fn drawn(mut spec: MapSpec, data: &MapData) -> Result<Figure> {
    let masked = data.without_masked();
    let data = masked.as_ref().unwrap_or(data);
    let pressed;
    let data = if spec.cartogram.is_some() {
        pressed = MapData { areas: cartogram::dorling(data)?, outlines: None, ..data.clone() };
        &pressed
    } else {
        data
    };
    let restricted;
    let data = match spec.extent.as_ref().filter(|extent| extent.only) {
        Some(extent) => {
            restricted = only_chosen(data, &paper::chosen("area of `extent.areas`", &extent.areas, &data.areas)?);
            &restricted
        }
        None => data,
    };
    let classed = classify(&spec, data)?;
    let name = spec.column_title().to_owned();
    for words in [&mut spec.title, &mut spec.subtitle].into_iter().flatten() {
        *words = words.replace("{column}", &name);
    }
    let title = spec.title.clone().unwrap_or_else(|| fill::title(&spec));
    let ranking = Ranking::of_map(&spec, data, &classed)?;
    let legend = {
        let overlays = overlay::overlays(&spec, data)?;
        let sections =
            classed.legend(&spec).into_iter().chain(overlays.iter().flat_map(|overlay| overlay.legend())).collect();
        legend::legend(&spec, sections).filter(|_| spec.legend.show)
    };
    let core = spec.inset.take_if(|inset| inset.crowded);
    let asks_for_core = core.is_some();
    spec.page = sized::suited(&spec, data, &title, legend.as_ref(), ranking.as_ref());
    if let Some(wanted) = core {
        let (legend, ranking) = (legend.as_ref(), ranking.as_ref());
        let page = CrowdedPage { data, classed: &classed, title: &title, legend, ranking };
        spec.inset = page.inset(&spec, &wanted)?;
    }
    let spec = &spec;
    let overlays = overlay::overlays(spec, data)?;
    let layout = layout::layout(spec, data, &title, legend, ranking.as_ref())?;

    let mut figure = Figure::new(spec.page.width_mm, spec.page.height_mm);
    figure.language = spec.language.tag();
    figure.description = spec.alt.clone().unwrap_or_else(|| description(spec, data, &classed));
    figure.title = title;
    figure.record = record::record(spec, data, &classed);
    if spec.theme.paper != Color::WHITE {
        let page = Shape::filled(Outline::Rectangle(figure.page()), Fill::Solid(spec.theme.paper));
        figure.items.push(Item::Shape(page));
    }
    let neat_line = |frame: PageRect| {
        spec.furniture
            .neat_line
            .then(|| Item::Shape(Shape::stroked(Outline::Rectangle(frame), Stroke::new(spec.theme.ink, 0.3))))
    };
    let extent = MapExtent::shown(spec, data)?;
    let obstacles: Vec<PageRect> = layout.pieces.iter().map(|(frame, _)| *frame).collect();
    let in_inset = crowded::labelled_in_inset(spec, data)?;
    let not_in_inset = (0..data.areas.len()).filter(|index| !in_inset.contains(index)).collect();
    let main = PanelDrawing {
        spec,
        data,
        classed: &classed,
        overlays: &overlays,
        graticule: &data.graticule,
        first: 0,
        elsewhere: &in_inset,
        reach: spec.inset.as_ref().map(|inset| layout::inset_extent(inset, data)).transpose()?,
        is_inset: false,
    };
    for (position, place) in layout.panels.iter().enumerate() {
        let reach = main.reach.filter(|_| position == 0);
        let panel = PanelDrawing { first: position * data.areas.len(), reach, ..main };
        let suffix = if position == 0 { String::new() } else { format!("-{}", position + 1) };
        figure.items.extend(panel.draw(&extent, place, &obstacles, &suffix, &mut figure.warnings));
        figure.items.extend(neat_line(place.frame));
    }
    for (frame, piece) in layout.pieces {
        match piece {
            FurnitureItem::Block(block) => figure.items.extend(block.placed(frame.left, frame.top)),
            FurnitureItem::Inset(inset) => {
                let extent = layout::inset_extent(inset, data)?;
                let place = layout::PanelPlace::filled(frame, &extent, inset.title.as_deref(), spec);
                let panel =
                    PanelDrawing { graticule: &[], elsewhere: &not_in_inset, reach: None, is_inset: true, ..main };
                figure.items.push(Item::Shape(Shape::filled(Outline::Rectangle(frame), Fill::Solid(spec.theme.paper))));
                figure.items.extend(panel.draw(&extent, &place, &[], "-inset", &mut figure.warnings));
                figure
                    .items
                    .push(Item::Shape(Shape::stroked(Outline::Rectangle(frame), Stroke::new(spec.theme.ink, 0.25))));
            }
            FurnitureItem::Islands(islands) => {
                let extent = layout::islands_extent(islands);
                let title = spec.language.pick("南海诸岛", "South China Sea islands");
                let place = layout::PanelPlace::filled(frame, &extent, Some(title), spec);
                let bare = MapSpec { labels: LabelSpec { show: false, ..spec.labels.clone() }, ..spec.clone() };
                let panel = PanelDrawing { graticule: &[], spec: &bare, ..main };
                figure.items.push(Item::Shape(Shape::filled(Outline::Rectangle(frame), Fill::Solid(spec.theme.paper))));
                figure.items.extend(panel.draw(&extent, &place, &[], "-islands", &mut Vec::new()));
                figure
                    .items
                    .push(Item::Shape(Shape::stroked(Outline::Rectangle(frame), Stroke::new(spec.theme.ink, 0.25))));
            }
            FurnitureItem::Locator(locator) => {
                figure.items.extend(panel::locator(spec, data, locator, &extent, &frame)?)
            }
        }
    }
    figure.items.extend(layout.text);
    figure.warnings.dedup();
    figure.warnings.extend(layout.warnings);
    if asks_for_core && spec.inset.is_none() {
        figure.warnings.push("`inset.crowded`: every label has room, or no inset has: none is drawn".to_owned());
    }
    figure.warnings.extend(overlays.iter().flat_map(|overlay| overlay.notes()));
    for note in &data.notes {
        // Several parts of a map may be read from one table.
        if !figure.warnings.contains(note) {
            figure.warnings.push(note.clone());
        }
    }
    figure.warnings.extend(honest::warnings(spec, data, &classed));
    let cut = figure.cut_note();
    figure.warnings.extend(cut);
    Ok(figure)
}

/// The data of some of the areas, with the outlines that are among them.
fn only_chosen(data: &MapData, chosen: &[usize]) -> MapData {
    let only = data.only(chosen);
    let is_among = |outline: &Area| {
        let own = &only.areas.areas;
        own.iter().any(|area| area.id == outline.id || area.parent.as_ref() == Some(&outline.id))
    };
    let outlines = data.outlines.as_ref().map(|outlines| Areas {
        areas: outlines.areas.iter().filter(|outline| is_among(outline)).cloned().collect(),
        ..outlines.clone()
    });
    MapData { outlines: outlines.filter(|outlines| !outlines.areas.is_empty()), notes: data.notes.clone(), ..only }
}

fn check(spec: &MapSpec, data: &MapData) -> Result<(), RenderError> {
    let layers = std::iter::once(&data.areas).chain(&data.outlines).chain(&data.parks).chain(&data.surroundings);
    for layer in layers {
        grid::require_projected(layer)?;
        if layer.reference != data.areas.reference {
            return Err(RenderError::Setting {
                key: layer.layer.clone(),
                found: layer.reference.to_string(),
                expected: format!("{}, as the areas", data.areas.reference),
            });
        }
    }
    let expected = data.areas.len();
    for panel in data.panels() {
        let values = ("values", panel.values.len());
        let needed = match spec.kind {
            MapKind::Choropleth => vec![values],
            MapKind::Bivariate | MapKind::ValueByAlpha => vec![values, ("others", panel.others.len())],
            MapKind::Categorical | MapKind::Local => vec![("categories", panel.categories.len())],
            MapKind::QuotaProgress => vec![("progress", panel.progress.len())],
            MapKind::Plain => Vec::new(),
        };
        let optional = [
            ("texts", panel.texts.len()),
            ("names", data.names.len()),
            ("masked", panel.masked.len()),
            ("symbols", data.symbols.len()),
            ("dots", data.dots.len()),
            ("sizes", data.sizes.len()),
        ];
        let optional = optional.into_iter().filter(|(_, found)| *found > 0);
        if let Some((what, found)) = needed.into_iter().chain(optional).find(|(_, found)| *found != expected) {
            return Err(RenderError::Length { what, found, expected });
        }
    }
    Ok(())
}

/// Returns the legend title of a map's values, which is also its heading if it has no other.
#[must_use]
pub fn map_title(spec: &MapSpec) -> String {
    fill::title(spec)
}

/// The map in words: how many areas are in which class.
fn description(spec: &MapSpec, data: &MapData, classed: &Classed) -> String {
    let classes: Vec<String> = classed
        .classes
        .iter()
        .filter(|class| class.areas > 0)
        .map(|class| format!("{}: {}", class.label, class.areas))
        .collect();
    let sample = if data.synthetic {
        spec.language.pick("示例数据，非真实企业。", "Sample data, no real firms. ")
    } else {
        ""
    };
    let unit = spec.unit.as_deref().unwrap_or_default();
    format!("{sample}{} {unit} {}", fill::title(spec), classes.join("; ")).replace("  ", " ")
}
