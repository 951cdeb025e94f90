//! Places that a label may take: within its area, over its islands, beside it.

use geo::{
    BoundingRect as _, Centroid as _, Contains as _, ConvexHull as _, Intersects as _, MultiPolygon, Point, Polygon,
};

use super::shape::{around, could_hold, crosses, meet, rectangle, roomiest, share_inside};
use super::{LabelStyle, Lines};
use crate::render::PageRect;
use crate::render::block::LINE_HEIGHT;
use crate::render::figure::{ASCENT, DESCENT, Position};

/// Steps in which a label shrinks to fit.
const SHRINK: f64 = 0.92;
/// The share of a label that must stand on its own area where not all of it can.
const LEAST_INSIDE: f64 = 0.7;
/// An area of so many parts can be a group of islands.
const LEAST_PARTS: usize = 3;
/// Type of this share of its size is readable.
pub(super) const READABLE: f64 = 0.8;
/// Air between a label and the border of its area.
const PADDING_MM: f64 = 0.6;
/// The air that makes a label spacious, in heights of the label.
const SPARE: f64 = 0.3;
/// Air between labels.
const AIR_MM: f64 = 0.4;
/// Of the places around an area every so many is tried as the beginning of a line.
const EVERY: usize = 9;
/// The share of the frame of a circle that its corners leave free on either side.
const CORNER: f64 = 0.14;
/// Air between a symbol and its label.
const SYMBOL_AIR_MM: f64 = 0.6;

/// The place and font size of a label, and the leader line to it from its area.
pub(super) struct Spot {
    pub(super) centre: Position,
    pub(super) size_mm: f64,
    pub(super) leader: Option<[Position; 2]>,
    /// Whether it stands on the page and not on the area.
    pub(super) is_on_paper: bool,
}

/// The space that later labels must avoid.
pub(super) struct Taken<'a> {
    pub(super) bounds: PageRect,
    pub(super) shown: &'a [PageRect],
    pub(super) frames: Vec<PageRect>,
    pub(super) leaders: Vec<[Position; 2]>,
    pub(super) symbols: &'a [PageRect],
    /// The symbol of the area that is being labelled.
    pub(super) own: Option<usize>,
}

impl Taken<'_> {
    /// Whether a label there would cover something that should be seen.
    fn hides(&self, frame: &PageRect) -> bool {
        let own = self.own.and_then(|own| self.symbols.get(own));
        // A name within a large symbol hides nothing of its size.
        let hides_own = own.is_some_and(|own| own.width < frame.width && own.overlaps(frame));
        hides_own || self.shown.iter().any(|shown| shown.overlaps(frame))
    }

    /// Whether no symbol is nearer to a label there than its own.
    fn is_own(&self, frame: &PageRect) -> bool {
        let centre = frame.centre();
        let distance = |symbol: &PageRect| {
            let at = symbol.centre();
            let away = |axis: usize, half: f64| ((at[axis] - centre[axis]).abs() - half).max(0.0);
            away(0, frame.width / 2.0).hypot(away(1, frame.height / 2.0))
        };
        let Some(own) = self.own.and_then(|own| self.symbols.get(own)) else { return true };
        let own = distance(own);
        self.symbols.iter().all(|other| distance(other) >= own)
    }

    fn is_clear(&self, frame: &PageRect) -> bool {
        let aired = frame.inset(-AIR_MM);
        self.is_own(frame)
            && self.bounds.holds(&aired)
            && !self.frames.iter().any(|other| other.overlaps(&aired))
            && !self.leaders.iter().any(|leader| crosses(leader, &aired))
    }
}

/// Width and height of a label in type of this size.
pub(super) fn extent(lines: &Lines, style: &LabelStyle, size_mm: f64) -> (f64, f64) {
    let widths = lines.iter().map(|(words, weight)| style.fonts.width_mm(words, size_mm, *weight));
    (widths.fold(0.0, f64::max), ((lines.len() as f64 - 1.0) * LINE_HEIGHT + ASCENT + DESCENT) * size_mm)
}

/// The place beside the area's own symbol, if most of the label stands on its area there: below, above, right, left or at a corner
/// of it, in smaller type if need be.
pub(super) fn at_symbol(lines: &Lines, part: &Polygon<f64>, style: &LabelStyle, taken: &Taken<'_>) -> Option<Spot> {
    let symbol = taken.symbols.get(taken.own?)?;
    let [x, y] = symbol.centre();
    let mut size_mm = style.size_mm;
    loop {
        let (width, height) = extent(lines, style, size_mm);
        let across = (symbol.width + width) / 2.0 + SYMBOL_AIR_MM;
        let down = (symbol.height + height) / 2.0 + SYMBOL_AIR_MM;
        // At a corner of a circle a label comes nearer than beside it.
        let (aside, under) = (across - symbol.width * CORNER, down - symbol.height * CORNER);
        let sides = [[x, y + down], [x, y - down], [x + across, y], [x - across, y]];
        let corners = [[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]]
            .map(|[right, low]: [f64; 2]| [x + right * aside, y + low * under]);
        let centre = sides.into_iter().chain(corners).find(|centre| {
            let frame = PageRect::around(*centre, width, height);
            taken.is_clear(&frame)
                && !taken.symbols.iter().enumerate().any(|(other, symbol)| {
                    // What is round leaves the corners of its frame to a label.
                    let air = if taken.own == Some(other) { symbol.width * CORNER } else { 0.0 };
                    symbol.inset(air).overlaps(&frame)
                })
                && share_inside(&frame, part) >= LEAST_INSIDE
        });
        if let Some(centre) = centre {
            return Some(Spot { centre, size_mm, leader: None, is_on_paper: false });
        }
        if size_mm <= style.least_size_mm {
            return None;
        }
        size_mm = (size_mm * SHRINK).max(style.least_size_mm);
    }
}

/// The largest size at which the label stands wholly within its area, and where: in full size clear of what should be
/// seen, if it goes.
pub(super) fn within(lines: &Lines, part: &Polygon<f64>, style: &LabelStyle, taken: &Taken<'_>) -> Option<Spot> {
    let mut size_mm = style.size_mm;
    let (width, height) = extent(lines, style, style.least_size_mm);
    if !could_hold(part, width - 2.0 * PADDING_MM, height - 2.0 * PADDING_MM, 1.0) {
        return None;
    }
    loop {
        let (width, height) = extent(lines, style, size_mm);
        let pole = roomiest(part, width / height);
        // The middle looks best where the label has room to spare there.
        let middle = part.centroid().map(|middle| ([middle.x(), middle.y()], height * SPARE));
        let best = || middle.into_iter().chain(pole.map(|pole| (pole, PADDING_MM)));
        let elsewhere = || around(part, pole).into_iter().map(|centre| (centre, PADDING_MM));
        let fits = |(centre, padding): &(Position, f64)| {
            let frame = PageRect::around(*centre, width, height);
            taken.is_clear(&frame) && part.contains(&rectangle(&frame.inset(-padding)))
        };
        let hides = |(centre, _): &(Position, f64)| taken.hides(&PageRect::around(*centre, width, height));
        let is_full_size = size_mm >= style.size_mm;
        let is_least_size = size_mm <= style.least_size_mm;
        let found = best()
            .find(|spot| fits(spot) && !hides(spot))
            .or_else(|| {
                let is_worth_it = is_full_size && !taken.shown.is_empty() || taken.own.is_some();
                elsewhere().filter(|_| is_worth_it).find(|spot| !hides(spot) && fits(spot))
            })
            // Smaller type before a symbol under its name.
            .or_else(|| best().filter(|_| taken.own.is_none() || is_least_size).find(fits))
            .or_else(|| elsewhere().filter(|_| is_least_size).find(fits));
        if let Some((centre, _)) = found {
            return Some(Spot { centre, size_mm, leader: None, is_on_paper: false });
        }
        if is_least_size {
            return None;
        }
        size_mm = (size_mm * SHRINK).max(style.least_size_mm);
    }
}

/// The place between the parts of an area that is a group of islands, none of which has room for the label.
pub(super) fn among(
    lines: &Lines,
    geometry: &MultiPolygon<f64>,
    style: &LabelStyle,
    taken: &Taken<'_>,
    is_free: &dyn Fn(&PageRect) -> bool,
) -> Option<Spot> {
    if geometry.0.len() < LEAST_PARTS || taken.own.is_some() {
        return None;
    }
    let hull = geometry.convex_hull();
    let (width, height) = extent(lines, style, style.size_mm);
    if !could_hold(&hull, width, height, 1.0) {
        return None;
    }
    let middle = hull.centroid().map(|middle| [middle.x(), middle.y()]);
    let places = middle.into_iter().chain(around(&hull, middle));
    let mut places = places.filter(|centre| {
        let frame = PageRect::around(*centre, width, height);
        taken.is_clear(&frame) && is_free(&frame) && hull.contains(&rectangle(&frame))
    });
    Some(Spot { centre: places.next()?, size_mm: style.size_mm, leader: None, is_on_paper: true })
}

/// The place over a group of islands for a label that finds none on or between them: where it covers least of them, and nothing of
/// other areas.
pub(super) fn over_islands<'a>(
    lines: &Lines,
    geometry: &MultiPolygon<f64>,
    style: &LabelStyle,
    taken: &Taken<'_>,
    others: impl Iterator<Item = &'a MultiPolygon<f64>>,
) -> Option<Spot> {
    if geometry.0.len() < LEAST_PARTS || taken.own.is_some() {
        return None;
    }
    let hull = geometry.convex_hull();
    let bounds = hull.bounding_rect()?;
    let near: Vec<&MultiPolygon<f64>> =
        others.filter(|other| other.bounding_rect().is_some_and(|other| other.intersects(&bounds))).collect();
    let middle = hull.centroid().map(|middle| [middle.x(), middle.y()]);
    let mut size_mm = style.size_mm;
    while size_mm >= style.size_mm * READABLE {
        let (width, height) = extent(lines, style, size_mm);
        let mut best: Option<(f64, Position)> = None;
        for centre in middle.into_iter().chain(around(&hull, middle)) {
            let frame = PageRect::around(centre, width, height);
            let shape = rectangle(&frame);
            if !taken.is_clear(&frame) || !hull.contains(&shape) || near.iter().any(|other| other.intersects(&shape)) {
                continue;
            }
            let covered = geometry.iter().map(|part| share_inside(&frame, part)).sum::<f64>();
            if best.is_none_or(|(least, _)| covered < least) {
                best = Some((covered, centre));
            }
        }
        if let Some((_, centre)) = best {
            return Some(Spot { centre, size_mm, leader: None, is_on_paper: true });
        }
        size_mm *= SHRINK;
    }
    None
}

/// The place where the smallest label stands most on its area, if that is most of it.
pub(super) fn mostly_within(lines: &Lines, part: &Polygon<f64>, style: &LabelStyle, taken: &Taken<'_>) -> Option<Spot> {
    let (width, height) = extent(lines, style, style.least_size_mm);
    if !could_hold(part, width, height, LEAST_INSIDE) {
        return None;
    }
    let pole = roomiest(part, width / height)?;
    let mut best = (0.0, pole);
    for centre in std::iter::once(pole).chain(around(part, Some(pole))) {
        let frame = PageRect::around(centre, width, height);
        if !taken.is_clear(&frame) {
            continue;
        }
        let inside = share_inside(&frame, part);
        if inside > best.0 {
            best = (inside, centre);
        }
    }
    let (inside, centre) = best;
    let spot = Spot { centre, size_mm: style.least_size_mm, leader: None, is_on_paper: false };
    (inside >= LEAST_INSIDE).then_some(spot)
}

/// The nearest place around the area that is off all areas, and the line from the area to it. A label over other areas
/// or at the end of a long line would be taken for another's.
pub(super) fn beside(
    lines: &Lines,
    (part, feet): (&Polygon<f64>, usize),
    style: &LabelStyle,
    taken: &Taken<'_>,
    longest: f64,
    is_free: &dyn Fn(&PageRect) -> bool,
) -> Option<Spot> {
    let pole = roomiest(part, 1.0)?;
    let from = |from: Position| beside_from(lines, from, style, taken, longest, is_free);
    // From elsewhere in the area where other lines pass its middle.
    let elsewhere = || around(part, Some(pole)).into_iter().filter(|[x, y]| part.contains(&Point::new(*x, *y)));
    from(pole).or_else(|| elsewhere().step_by(EVERY).take(feet).find_map(from))
}

/// As [`beside`], for a line that begins here.
pub(super) fn beside_from(
    lines: &Lines,
    from: Position,
    style: &LabelStyle,
    taken: &Taken<'_>,
    longest: f64,
    is_free: &dyn Fn(&PageRect) -> bool,
) -> Option<Spot> {
    const DIRECTIONS: u32 = 48;
    let (width, height) = extent(lines, style, style.least_size_mm);
    let farthest = height + longest * taken.bounds.width.max(taken.bounds.height);
    let mut distance = height * 0.75;
    while distance < farthest {
        for direction in 0..DIRECTIONS {
            let angle = f64::from(direction) / f64::from(DIRECTIONS) * std::f64::consts::TAU;
            let centre =
                [from[0] + angle.cos() * (distance + width / 2.0), from[1] + angle.sin() * (distance + height / 2.0)];
            let frame = PageRect::around(centre, width, height);
            // Whether there is land is known at once, whether a label stands there is not.
            if !is_free(&frame) || !taken.is_clear(&frame) {
                continue;
            }
            let to = [
                from[0].clamp(frame.left - AIR_MM, frame.right() + AIR_MM),
                from[1].clamp(frame.top - AIR_MM, frame.bottom() + AIR_MM),
            ];
            let leader = [from, to];
            if !taken.frames.iter().any(|other| crosses(&leader, other))
                && !taken.leaders.iter().any(|other| meet(&leader, other))
            {
                return Some(Spot { centre, size_mm: style.least_size_mm, leader: Some(leader), is_on_paper: true });
            }
        }
        distance += 1.0;
    }
    None
}
