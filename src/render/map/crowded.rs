//! The part of a map whose labels have no room, which an inset shows larger.

use std::collections::BTreeSet;

use super::data::MapData;
use super::fill::Classed;
use super::label::PlacedLabel;
use super::layout::{self, FurnitureItem, PageLayout, PanelPlace};
use super::overlay::{self, Overlay};
use super::panel::PanelDrawing;
use super::paper::{MapExtent, Paper};
use super::ranking::Ranking;
use super::spec::{InsetSpec, MapSpec};
use crate::Result;
use crate::render::PageRect;
use crate::render::block::Block;

/// Larger and larger insets are tried, these times the zoom that is asked for.
const ZOOMS: [f64; 4] = [1.0, 1.25, 1.5, 2.0];
/// An inset may make the map smaller by this factor.
const LEAST_SCALE: f64 = 0.8;
/// Windows are tried whose left and upper sides are those of so many areas.
const MOST_SIDES: usize = 100;
/// The side of what an inset shows, as a share of the longer side of the map.
const WINDOW: f64 = 0.22;

/// What a page is laid out with.
pub(super) struct CrowdedPage<'a> {
    pub(super) data: &'a MapData,
    pub(super) classed: &'a Classed,
    pub(super) title: &'a str,
    pub(super) legend: Option<&'a Block>,
    pub(super) ranking: Option<&'a Ranking>,
}

/// The areas that lie wholly in an inset, which labels them.
pub(super) fn labelled_in_inset(spec: &MapSpec, data: &MapData) -> Result<BTreeSet<usize>> {
    let Some(inset) = spec.inset.as_ref().filter(|_| data.multiples.is_empty()) else { return Ok(BTreeSet::new()) };
    let extent = layout::inset_extent(inset, data)?;
    Ok((0..data.areas.len()).filter(|index| extent.holds(&data.areas.areas[*index].geometry)).collect())
}

impl CrowdedPage<'_> {
    /// The inset of the areas whose labels have no room, in the size in which most of them have; `None` if every label of the map
    /// has room, or if no inset has.
    ///
    /// # Errors
    ///
    /// As those of the layout of the map without an inset.
    pub(super) fn inset(&self, spec: &MapSpec, wanted: &InsetSpec) -> Result<Option<InsetSpec>> {
        if !spec.labels.show {
            return Ok(None);
        }
        let overlays = overlay::overlays(spec, self.data)?;
        let layout = self.layout(spec)?;
        let extent = MapExtent::shown(spec, self.data)?;
        let Some(place) = layout.panels.first() else { return Ok(None) };
        let obstacles: Vec<PageRect> = layout.pieces.iter().map(|(frame, _)| *frame).collect();
        let crowded = self.crowded(spec, &overlays, &extent, place, &obstacles);
        if crowded.is_empty() {
            return Ok(None);
        }
        let areas: Vec<String> = crowded.iter().map(|index| self.data.areas.areas[*index].id.clone()).collect();
        let mut best: Option<(usize, InsetSpec)> = None;
        for times in ZOOMS {
            let inset = InsetSpec { areas: areas.clone(), crowded: false, zoom: wanted.zoom * times, ..wanted.clone() };
            let with = MapSpec { inset: Some(inset.clone()), ..spec.clone() };
            let Ok(layout) = self.layout(&with) else { break };
            let is_large =
                layout.panels.first().is_some_and(|own| own.placed.width >= LEAST_SCALE * place.placed.width);
            let frame = layout.pieces.iter().find(|(_, piece)| matches!(piece, FurnitureItem::Inset(_)));
            let Some((frame, _)) = frame.filter(|_| is_large) else { break };
            let lost = self.lost_in(&with, &inset, &overlays, *frame)?;
            if best.as_ref().is_none_or(|(least, _)| lost < *least) {
                best = Some((lost, inset));
            }
            if lost == 0 {
                break;
            }
        }
        Ok(best.map(|(_, inset)| inset))
    }

    fn layout<'s>(&self, spec: &'s MapSpec) -> Result<PageLayout<'s>> {
        layout::layout(spec, self.data, self.title, self.legend.cloned(), self.ranking)
    }

    /// The areas about the place where most labels, or their figures, are left out or hide a symbol, and then where most stand aside.
    fn crowded(
        &self,
        spec: &MapSpec,
        overlays: &[Box<dyn Overlay + '_>],
        extent: &MapExtent,
        place: &PanelPlace,
        obstacles: &[PageRect],
    ) -> Vec<usize> {
        let nowhere = BTreeSet::new();
        let panel = self.panel(spec, overlays, &nowhere, false);
        let paper = Paper::new(extent, &place.placed);
        let labels = panel.placed_labels(&paper, &paper.arcs(&[&self.data.areas]), place, obstacles);
        let symbols = panel.symbols(&paper);
        let of_area = |(index, label): &(usize, Option<PlacedLabel>)| {
            let own = symbols.iter().position(|(area, _)| area == index).map(|own| (own, symbols[own].1));
            let hides_symbol = label.as_ref().zip(own).is_some_and(|(label, (_, symbol))| label.hides(&symbol));
            let is_lost = hides_symbol || label.as_ref().is_none_or(|label| label.lacks_value);
            let is_over_another = own.is_some_and(|(own, symbol)| {
                symbols.iter().enumerate().any(|(other, (_, frame))| other != own && frame.overlaps(&symbol))
            });
            let stands_aside = is_over_another || label.as_ref().is_some_and(|label| label.leader.is_some());
            let frame = paper.frame(&self.data.areas.areas[*index].geometry)?;
            Some(CrowdedArea { index: *index, frame, is_lost, stands_aside })
        };
        let areas: Vec<CrowdedArea> = labels.iter().filter_map(of_area).collect();
        most_crowded(&areas, WINDOW * place.placed.width.max(place.placed.height))
    }

    /// The number of areas in an inset whose labels, or their figures, have no room there either.
    fn lost_in(
        &self,
        spec: &MapSpec,
        inset: &InsetSpec,
        overlays: &[Box<dyn Overlay + '_>],
        frame: PageRect,
    ) -> Result<usize> {
        let own = labelled_in_inset(spec, self.data)?;
        let others = (0..self.data.areas.len()).filter(|index| !own.contains(index)).collect();
        let extent = layout::inset_extent(inset, self.data)?;
        let place = PanelPlace::filled(frame, &extent, inset.title.as_deref(), spec);
        let paper = Paper::new(&extent, &place.placed);
        let panel = self.panel(spec, overlays, &others, true);
        let labels = panel.placed_labels(&paper, &paper.arcs(&[&self.data.areas]), &place, &[]);
        let lost = labels
            .iter()
            .filter(|(index, label)| own.contains(index) && label.as_ref().is_none_or(|label| label.lacks_value));
        Ok(lost.count())
    }

    fn panel<'p>(
        &'p self,
        spec: &'p MapSpec,
        overlays: &'p [Box<dyn Overlay + 'p>],
        elsewhere: &'p BTreeSet<usize>,
        is_inset: bool,
    ) -> PanelDrawing<'p> {
        let Self { data, classed, .. } = *self;
        PanelDrawing { spec, data, classed, overlays, graticule: &[], first: 0, elsewhere, reach: None, is_inset }
    }
}

/// An area on the page, and what became of its label.
#[derive(Clone, Copy)]
struct CrowdedArea {
    index: usize,
    frame: PageRect,
    is_lost: bool,
    stands_aside: bool,
}

/// The areas within the square of this side that holds most of those whose labels are lost; none if no label is.
fn most_crowded(areas: &[CrowdedArea], side_mm: f64) -> Vec<usize> {
    let within = |window: PageRect| areas.iter().filter(move |area| window.holds(&area.frame));
    // Of very many a few windows are enough.
    let all = areas.iter().filter(|area| area.is_lost || area.stands_aside);
    let step = all.clone().count().div_ceil(MOST_SIDES).max(1);
    let crowded = || all.clone().step_by(step);
    let mut best: Option<((usize, usize), PageRect)> = None;
    for left in crowded() {
        for top in crowded() {
            let window = PageRect::new(left.frame.left, top.frame.top, side_mm, side_mm);
            let count = |which: fn(&CrowdedArea) -> bool| within(window).filter(|area| which(area)).count();
            let found = (count(|area| area.is_lost), count(|area| area.stands_aside));
            if found.0 > 0 && best.is_none_or(|(most, _)| found > most) {
                best = Some((found, window));
            }
        }
    }
    best.map(|(_, window)| within(window).map(|area| area.index).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_holds_most_of_what_is_lost_and_then_of_what_stands_aside() {
        let at = |index: usize, left: f64, is_lost: bool, stands_aside: bool| CrowdedArea {
            index,
            frame: PageRect::new(left, 0.0, 2.0, 2.0),
            is_lost,
            stands_aside,
        };
        let areas = [
            at(0, 0.0, true, false),
            at(1, 20.0, true, false),
            at(2, 23.0, false, false),
            at(3, 26.0, true, false),
            at(4, 40.0, false, true),
        ];
        assert_eq!(most_crowded(&areas, 8.0), [1, 2, 3]);
        assert_eq!(most_crowded(&areas[2..], 20.0), [3, 4]);
        assert!(most_crowded(&areas[4..], 20.0).is_empty());
    }
}
