#![expect(clippy::cast_possible_truncation, reason = "one of four sides")]

use geo::Coord;

use super::rings::{Place, Step};
use crate::model::Raster;

/// The values from a level on and below another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    pub(super) lower: f64,
    pub(super) upper: Option<f64>,
}

impl Band {
    fn is_below_upper(self, value: f64) -> bool {
        self.upper.is_none_or(|upper| value < upper)
    }

    fn holds(self, value: f64) -> bool {
        value >= self.lower && self.is_below_upper(value)
    }
}

/// A corner of an element.
#[derive(Debug, Clone, Copy)]
struct Corner {
    at: Coord<f64>,
    value: f64,
    number: u64,
}

/// A line along which two neighbouring elements must find the same crossings: from end to end, always the same way.
#[derive(Debug, Clone, Copy)]
struct Edge {
    ends: [(Coord<f64>, f64); 2],
    number: u64,
    /// Whether there are no cells beyond this edge.
    is_open: bool,
}

impl Edge {
    fn crossing(&self, level: f64, is_upper: bool) -> Place {
        let [(a, low), (b, high)] = self.ends;
        let share = (level - low) / (high - low);
        let at = Coord { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) };
        Place { key: (self.number, 1 + u8::from(is_upper)), at }
    }
}

/// Four corners, counter-clockwise, and the edges from each to the next.
#[derive(Debug, Clone, Copy)]
struct Element {
    corners: [Corner; 4],
    edges: [Edge; 4],
    /// The middles of the edges of a whole square.
    middles: Option<[Coord<f64>; 4]>,
}

/// The middles of a raster's cells, and the squares between them; about them a row and a column of squares of which only some
/// corners are cells.
pub(super) struct Lattice<'a> {
    raster: &'a Raster,
    columns: usize,
    rows: usize,
}

impl<'a> Lattice<'a> {
    pub(super) fn new(raster: &'a Raster) -> Self {
        Self { raster, columns: raster.columns, rows: raster.rows() }
    }

    /// The steps along the boundary of a band, the band to their left.
    pub(super) fn band_steps(&self, band: Band) -> Vec<Step> {
        let mut steps = Vec::new();
        self.each(|element| {
            let values = element.corners.map(|corner| corner.value);
            let (least, greatest) = bounds(&values);
            if greatest < band.lower || !band.is_below_upper(least) {
                return;
            }
            if least < band.lower {
                steps.extend(passes(element, band.lower, false).flat_map(|step| halved(element, step)));
            }
            if let Some(upper) = band.upper.filter(|upper| greatest >= *upper) {
                let passes = passes(element, upper, true).flat_map(|step| halved(element, step));
                steps.extend(passes.map(|Step { from, to }| Step { from: to, to: from }));
            }
            for place in 0..4 {
                if element.edges[place].is_open {
                    steps.extend(along(element, place, band));
                }
            }
        });
        steps
    }

    /// The steps along a level, what is above to their left.
    pub(super) fn line_steps(&self, level: f64) -> Vec<Step> {
        let mut steps = Vec::new();
        self.each(|element| {
            let (least, greatest) = bounds(&element.corners.map(|corner| corner.value));
            if least < level && greatest >= level {
                steps.extend(passes(element, level, false));
            }
        });
        steps
    }

    fn each(&self, mut tell: impl FnMut(&Element)) {
        for row in 0..=self.rows {
            for column in 0..=self.columns {
                self.elements_of(column, row, &mut tell);
            }
        }
    }

    /// The value of a cell of the raster with a margin of one cell about it.
    fn value(&self, column: usize, row: usize) -> Option<f64> {
        let inside = (1..=self.columns).contains(&column) && (1..=self.rows).contains(&row);
        inside.then(|| self.raster.values[(row - 1) * self.columns + column - 1]).flatten()
    }

    /// The surface between four cell centres: the square between them if all are known, else the quarters of those that are.
    fn elements_of(&self, column: usize, row: usize, tell: &mut impl FnMut(&Element)) {
        // From the lower left on, counter-clockwise.
        let nodes = [(column, row + 1), (column + 1, row + 1), (column + 1, row), (column, row)];
        let values = nodes.map(|(column, row)| self.value(column, row));
        let known = values.iter().flatten().count();
        if known == 0 {
            return;
        }
        let width = self.columns as u64 + 2;
        let node_number = |(column, row): (usize, usize)| row as u64 * width + column as u64;
        let [left, top] = self.raster.corner_m;
        let half_m = self.raster.cell_m / 2.0;
        // In steps of half a cell, so that a place is the same seen from any element.
        let at = |x: usize, y: usize| Coord { x: left + (x as f64 - 1.0) * half_m, y: top - (y as f64 - 1.0) * half_m };
        let node_at = |(column, row): (usize, usize)| at(2 * column, 2 * row);
        let square = node_number((column, row));
        // Numbers of places: nodes, two edges from each, and of each square four arms and four times its middle.
        let nodes_in_all = width * (self.rows as u64 + 2);
        let lattice_edge = |place: usize| -> (u64, [usize; 2]) {
            let next = (place + 1) % 4;
            match place {
                0 => (nodes_in_all + 2 * node_number(nodes[0]), [0, 1]),
                1 => (nodes_in_all + 2 * node_number(nodes[2]) + 1, [2, 1]),
                2 => (nodes_in_all + 2 * node_number(nodes[3]), [3, 2]),
                _ => (nodes_in_all + 2 * node_number(nodes[3]) + 1, [3, next]),
            }
        };
        if let [Some(a), Some(b), Some(c), Some(d)] = values {
            let values = [a, b, c, d];
            let corner = |place: usize| Corner {
                at: node_at(nodes[place]),
                value: values[place],
                number: node_number(nodes[place]),
            };
            let edge = |place: usize| {
                let (number, ends) = lattice_edge(place);
                Edge { ends: ends.map(|end| (node_at(nodes[end]), values[end])), number, is_open: false }
            };
            let middle = |place: usize| {
                let (one, other) = (nodes[place], nodes[(place + 1) % 4]);
                at(one.0 + other.0, one.1 + other.1)
            };
            let middles = Some([0, 1, 2, 3].map(middle));
            tell(&Element { corners: [0, 1, 2, 3].map(corner), edges: [0, 1, 2, 3].map(edge), middles });
            return;
        }
        let is_diagonal = known == 2 && values[0].is_some() == values[2].is_some();
        let middle_at = at(2 * column + 1, 2 * row + 1);
        let middle_value = values.iter().flatten().sum::<f64>() / known as f64;
        let middle_number = |quarter: usize| {
            // Two quarters that only touch there do not know of each other.
            3 * nodes_in_all + 8 * square + 4 + if is_diagonal { quarter as u64 } else { 0 }
        };
        // The middle of an edge, with what is known there.
        let half = |place: usize| {
            let (one, other) = (nodes[place], nodes[(place + 1) % 4]);
            let value = match (values[place], values[(place + 1) % 4]) {
                (Some(one), Some(other)) => f64::midpoint(one, other),
                (one, other) => one.or(other).unwrap_or(middle_value),
            };
            let number = lattice_edge(place).0;
            Corner { at: at(one.0 + other.0, one.1 + other.1), value, number }
        };
        for quarter in 0..4 {
            let Some(value) = values[quarter] else { continue };
            let (next, before) = ((quarter + 1) % 4, (quarter + 3) % 4);
            let own = Corner { at: node_at(nodes[quarter]), value, number: node_number(nodes[quarter]) };
            let middle = Corner { at: middle_at, value: middle_value, number: middle_number(quarter) };
            let (first, last) = (half(quarter), half(before));
            // To a cell that is not known the value stays as it is.
            let toward = |place: usize, other: usize| {
                let (number, ends) = lattice_edge(place);
                let value_of = |end: usize| values[end].or(values[quarter]).unwrap_or(middle_value);
                let ends = match values[other] {
                    Some(_) => ends.map(|end| (node_at(nodes[end]), value_of(end))),
                    None => [(own.at, value); 2],
                };
                Edge { ends, number, is_open: false }
            };
            let arm = |place: usize, from: Corner, other: usize| Edge {
                ends: [(from.at, from.value), (middle_at, middle_value)],
                number: 3 * nodes_in_all + 8 * square + place as u64,
                is_open: values[other].is_none(),
            };
            tell(&Element {
                corners: [own, first, middle, last],
                edges: [
                    toward(quarter, next),
                    arm(quarter, first, next),
                    arm(before, last, before),
                    toward(before, before),
                ],
                middles: None,
            });
        }
    }
}

fn bounds(values: &[f64; 4]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), value| (least.min(*value), greatest.max(*value)))
}

/// The steps along a level through an element, what is above to their left.
fn passes(element: &Element, level: f64, is_upper: bool) -> impl Iterator<Item = Step> {
    let above = element.corners.map(|corner| corner.value >= level);
    let is_exit = |place: usize| above[place] && !above[(place + 1) % 4];
    let is_entry = |place: usize| !above[place] && above[(place + 1) % 4];
    let is_saddle = above[0] == above[2] && above[1] == above[3] && above[0] != above[1];
    let middle_is_above = element.corners.iter().map(|corner| corner.value).sum::<f64>() / 4.0 >= level;
    let mut steps = [None, None];
    for (step, place) in steps.iter_mut().zip((0..4).filter(|place| is_exit(*place))) {
        // About the corner below that comes next, or in a saddle whose middle is below about the corner above that was last.
        let entry = if is_saddle && !middle_is_above {
            (place + 3) % 4
        } else {
            (1..4).map(|more| (place + more) % 4).find(|place| is_entry(*place)).unwrap_or(place)
        };
        let crossing = |place: usize| element.edges[place].crossing(level, is_upper);
        *step = Some(Step { from: crossing(place), to: crossing(entry) });
    }
    steps.into_iter().flatten()
}

/// A step that goes all along an edge of a whole square, in two, as it is gone where only a quarter is known beyond.
fn halved(element: &Element, step: Step) -> impl Iterator<Item = Step> {
    let along = |place: &usize| {
        let ends = [element.corners[*place].at, element.corners[(*place + 1) % 4].at];
        [[step.from.at, step.to.at], [step.to.at, step.from.at]].contains(&ends) && element.middles.is_some()
    };
    let halves = (0..4).find(along).zip(element.middles).map(|(place, middles)| {
        let number = element.edges[place].number;
        // Each square beside the edge has a place of its own there.
        let middle = Place { key: (number, 3 + 2 * place as u8 + step.from.key.1 % 2), at: middles[place] };
        [Step { from: step.from, to: middle }, Step { from: middle, to: step.to }]
    });
    let whole = halves.is_none().then_some(step);
    halves.into_iter().flatten().chain(whole)
}

/// The part of an element's edge that lies in a band.
fn along(element: &Element, place: usize, band: Band) -> Option<Step> {
    let edge = &element.edges[place];
    let [start, end] = [place, (place + 1) % 4].map(|corner| element.corners[corner]);
    let whole = |corner: Corner| Place { key: (corner.number, 0), at: corner.at };
    // From one end, the place where the band begins on the way to the other.
    let first = |from: Corner, to: Corner| {
        if band.holds(from.value) {
            Some(whole(from))
        } else if from.value < band.lower {
            (to.value >= band.lower).then(|| edge.crossing(band.lower, false))
        } else {
            let upper = band.upper?;
            (to.value < upper).then(|| edge.crossing(upper, true))
        }
    };
    Some(Step { from: first(start, end)?, to: first(end, start)? })
}
