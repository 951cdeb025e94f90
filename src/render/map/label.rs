use geo::{
    Area as _, BooleanOps as _, BoundingRect as _, Centroid as _, Contains, ConvexHull as _, Coord, Distance as _,
    Euclidean, InteriorPoint as _, Intersects as _, MapCoords as _, MultiPolygon, Point, Polygon, Simplify as _,
};

use crate::render::block::LINE_HEIGHT;
use crate::render::figure::{ASCENT, DESCENT, Position, Text};
use crate::render::font::{FontWeight, Fonts};
use crate::render::{Anchor, Color, PageRect};

/// Steps in which a label shrinks to fit.
const SHRINK: f64 = 0.92;
/// The share of a label that must stand on its own area where not all of it can.
const LEAST_INSIDE: f64 = 0.7;
/// An area of so many parts can be a group of islands.
const LEAST_PARTS: usize = 3;
/// Type of this share of its size is readable.
const READABLE: f64 = 0.8;
/// Air between a label and the border of its area.
const PADDING_MM: f64 = 0.6;
/// The air that makes a label spacious, in heights of the label.
const SPARE: f64 = 0.3;
/// Air between lines to labels.
const LEADER_AIR_MM: f64 = 1.5;
/// Air between labels.
const AIR_MM: f64 = 0.4;
/// The longest line to a label, as a share of the longer side of the map.
const LONGEST_LEADER: f64 = 0.07;
/// The longest where the label would otherwise be left out.
const LAST_LEADER: f64 = 0.14;
/// The longest for a figure that must be read.
const LEADER_OF_TOP: f64 = 0.22;
/// The middle of an area is as good as its roomiest place if it has this share of the room.
const AS_ROOMY: f64 = 0.92;
/// Places in an area where the line to its label may begin besides its middle, and every how many of [`around`] they are.
const FEET: usize = 12;
const EVERY: usize = 9;
/// Air between a symbol and its label.
const SYMBOL_AIR_MM: f64 = 0.6;
/// With more labels than these, lines to them would cross the map all over: those without room are left out.
const MOST_WITH_LEADERS: usize = 400;
/// Detail of outlines that no label can see.
const DETAIL_MM: f64 = 0.1;

/// A label requested for an area.
#[derive(Clone)]
pub(super) struct Wish {
    /// The area, in mm on the page.
    pub(super) geometry: MultiPolygon<f64>,
    /// Its name, set in bold.
    pub(super) name: String,
    /// Its value, shown below the name.
    pub(super) value: Option<String>,
    /// The fill colour of the area.
    pub(super) ground: Color,
    /// The priority: labels of higher rank are placed first, and among equal ranks those of larger areas.
    pub(super) rank: f64,
    /// The index of the area's own symbol among those of [`Room::symbols`].
    pub(super) symbol: Option<usize>,
    /// Whether the area is drawn as a dot on another one, where a label may stand on that.
    pub(super) is_dot: bool,
    /// Whether the figure must be read: it is one of the highest.
    pub(super) is_top: bool,
}

/// The space in which labels can be placed.
pub(super) struct Room<'a> {
    /// The rectangle that labels must not leave.
    pub(super) bounds: PageRect,
    /// Rectangles that labels must not touch, such as the legend.
    pub(super) obstacles: &'a [PageRect],
    /// Rectangles that labels should avoid if possible, such as parks.
    pub(super) shown: &'a [PageRect],
    /// The frames of symbols on areas. A label stands beside its own, or nearer to it than to any other.
    pub(super) symbols: &'a [PageRect],
}

/// The type style of labels.
pub(super) struct LabelStyle {
    pub(super) size_mm: f64,
    pub(super) least_size_mm: f64,
    pub(super) ink: Color,
    pub(super) paper: Color,
    pub(super) halo_mm: f64,
    pub(super) fonts: &'static Fonts,
}

/// A label at its place.
pub(super) struct PlacedLabel {
    pub(super) texts: Vec<Text>,
    /// The leader line from the area to a label beside it.
    pub(super) leader: Option<[Position; 2]>,
    /// Whether there was room for the name only.
    pub(super) lacks_value: bool,
}

/// Places the labels, in order of rank and then of area: within the area at full size or smaller. A label that does not
/// fit is tried with its name on two lines, mostly within the area, beside the area with a leader line, and finally
/// without its value. Labels do not overlap, leave their bounds or touch an obstacle. `None` for a label without a
/// place.
///
/// `is_free` returns whether a rectangle is free of areas.
pub(super) fn place(
    wishes: &[Wish],
    style: &LabelStyle,
    room: &Room,
    is_free: &dyn Fn(&PageRect) -> bool,
) -> Vec<Option<PlacedLabel>> {
    let parts: Vec<Option<Polygon<f64>>> = wishes.iter().map(|wish| largest_part(&wish.geometry)).collect();
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    let size = |index: &usize| parts[*index].as_ref().map_or(0.0, geo::Area::unsigned_area);
    let rank = |index: &usize| wishes[*index].rank;
    order.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then(size(b).total_cmp(&size(a))).then(a.cmp(b)));

    let mut labels: Vec<Option<PlacedLabel>> = wishes.iter().map(|_| None).collect();
    let mut taken = Taken {
        bounds: room.bounds,
        frames: room.obstacles.to_vec(),
        leaders: Vec::new(),
        shown: room.shown,
        symbols: room.symbols,
        own: None,
    };
    let mut left_over = Vec::new();
    for index in order {
        let (wish, Some(part)) = (&wishes[index], &parts[index]) else { continue };
        let lines = wish.lines();
        taken.own = wish.symbol;
        if lines.is_empty() {
            labels[index] = Some(PlacedLabel { texts: Vec::new(), leader: None, lacks_value: false });
            continue;
        }
        let own = at_symbol(&lines, part, style, &taken).or_else(|| within(&lines, part, style, &taken));
        let is_full_size = own.as_ref().is_some_and(|spot| spot.size_mm >= style.size_mm);
        let spot = if is_full_size { own } else { among(&lines, &wish.geometry, style, &taken, is_free).or(own) };
        // Type that is hardly readable on one island, or in the corner of a strip, gives way to what is.
        let size_mm = spot.as_ref().map_or(0.0, |spot| spot.size_mm);
        let is_bent = || part.centroid().is_some_and(|middle| !part.contains(&middle));
        let least_mm = if size_mm < style.size_mm && is_bent() { style.size_mm } else { style.size_mm * READABLE };
        let better = (size_mm < least_mm).then(|| {
            let others =
                wishes.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| &other.geometry);
            over_islands(&lines, &wish.geometry, style, &taken, others).map(|spot| (lines.clone(), spot)).or_else(
                || {
                    let line = on_one_line(&lines)?;
                    let spot = within(&line, part, style, &taken)?;
                    (spot.size_mm >= least_mm.min(style.size_mm * READABLE) && spot.size_mm > size_mm)
                        .then_some((line, spot))
                },
            )
        });
        let has_leaders = wishes.len() <= MOST_WITH_LEADERS;
        let found = match better.flatten().or_else(|| spot.map(|spot| (lines.clone(), spot))) {
            Some(found) => Some(found),
            // A figure that must be read is given its place before others take it.
            None if wish.is_top => {
                squeezed(wish, part, style, &taken, has_leaders.then_some(is_free)).filter(|(lines, _)| {
                    wish.value.as_ref().is_none_or(|value| lines.iter().any(|(words, _)| words.ends_with(value)))
                })
            }
            None => None,
        };
        match found {
            Some((lines, spot)) => labels[index] = Some(set(wish, &lines, style, &spot, &mut taken)),
            None => left_over.push(index),
        }
    }
    // The highest first; among equals the smallest, which have the least choice.
    left_over.reverse();
    left_over.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    for index in left_over {
        let (wish, Some(part)) = (&wishes[index], &parts[index]) else { continue };
        taken.own = wish.symbol;
        let has_leaders = wishes.len() <= MOST_WITH_LEADERS;
        labels[index] = squeezed(wish, part, style, &taken, has_leaders.then_some(is_free))
            .map(|(lines, spot)| set(wish, &lines, style, &spot, &mut taken));
    }
    labels
}

/// The place and font size of a label, and the leader line to it from its area.
struct Spot {
    centre: Position,
    size_mm: f64,
    leader: Option<[Position; 2]>,
    /// Whether it stands on the page and not on the area.
    is_on_paper: bool,
}

/// A place for a label that has no room within its area as it stands.
fn squeezed(
    wish: &Wish,
    part: &Polygon<f64>,
    style: &LabelStyle,
    taken: &Taken<'_>,
    is_free: Option<&dyn Fn(&PageRect) -> bool>,
) -> Option<(Lines, Spot)> {
    let whole = wish.lines();
    let bare = Wish { value: None, ..wish.clone() }.lines();
    let over = |lines: &Lines| mostly_within(lines, part, style, taken);
    let inside = |lines: &Lines| within(lines, part, style, taken);
    let anywhere = |_: &PageRect| true;
    let aside = |lines: &Lines, longest: f64| {
        let feet = if wish.is_top { FEET } else { 0 };
        beside(lines, (part, feet), style, taken, longest, if wish.is_dot { &anywhere } else { is_free? })
    };
    let top = |lines: &Lines| if wish.is_top { aside(lines, LEADER_OF_TOP) } else { None };
    let with = |lines: &Lines, spot: Option<Spot>| spot.map(|spot| (lines.clone(), spot));
    let (stacked, bare_stacked) = (stack(&whole), stack(&bare));
    stacked
        .as_ref()
        .and_then(|lines| with(lines, inside(lines)))
        .or_else(|| with(&whole, over(&whole)))
        .or_else(|| with(&whole, aside(&whole, LONGEST_LEADER)))
        .or_else(|| with(&whole, top(&whole)))
        .or_else(|| with(&bare, inside(&bare)))
        .or_else(|| bare_stacked.as_ref().and_then(|lines| with(lines, inside(lines).or_else(|| over(lines)))))
        .or_else(|| with(&bare, over(&bare)))
        .or_else(|| with(&bare, aside(&bare, LAST_LEADER)))
}

/// The lines of a label and how strong each is.
type Lines = Vec<(String, FontWeight)>;

impl Wish {
    fn lines(&self) -> Lines {
        let name = (self.name.clone(), FontWeight::Bold);
        let value = self.value.clone().map(|value| (value, FontWeight::Regular));
        std::iter::once(name).chain(value).filter(|(words, _)| !words.is_empty()).collect()
    }
}

/// The label with its name on two lines: between words, or a Chinese one of four characters and more before its latter
/// half, which is where 街道 begins.
fn stack(lines: &Lines) -> Option<Lines> {
    let (name, weight) = lines.first()?;
    let middle = name.len() / 2;
    let space = name.match_indices(' ').map(|(at, _)| at).min_by_key(|at| at.abs_diff(middle));
    let (upper, lower) = match space {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => {
            let characters = name.chars().count();
            if characters < 4 || name.is_ascii() {
                return None;
            }
            name.split_at(name.char_indices().nth(characters.div_ceil(2))?.0)
        }
    };
    let halves = [upper, lower].map(|half| (half.to_owned(), *weight));
    Some(halves.into_iter().chain(lines.iter().skip(1).cloned()).collect())
}

/// The label with its figure behind its name, for an area that is a strip.
fn on_one_line(lines: &Lines) -> Option<Lines> {
    let [(name, weight), (value, _)] = &lines[..] else { return None };
    Some(vec![(format!("{name} {value}"), *weight)])
}

/// The space that later labels must avoid.
struct Taken<'a> {
    bounds: PageRect,
    shown: &'a [PageRect],
    frames: Vec<PageRect>,
    leaders: Vec<[Position; 2]>,
    symbols: &'a [PageRect],
    /// The symbol of the area that is being labelled.
    own: Option<usize>,
}

impl Taken<'_> {
    /// Whether a label there would cover something that should be seen.
    fn hides(&self, frame: &PageRect) -> bool {
        self.shown.iter().any(|shown| shown.overlaps(frame))
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
fn extent(lines: &Lines, style: &LabelStyle, size_mm: f64) -> (f64, f64) {
    let widths = lines.iter().map(|(words, weight)| style.fonts.width_mm(words, size_mm, *weight));
    (widths.fold(0.0, f64::max), ((lines.len() as f64 - 1.0) * LINE_HEIGHT + ASCENT + DESCENT) * size_mm)
}

/// The place between the parts of an area that is a group of islands, none of which has room for the label.
fn among(
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
fn over_islands<'a>(
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

/// The place below, above, right or left of the area's own symbol, if most of the label stands on its area there.
fn at_symbol(lines: &Lines, part: &Polygon<f64>, style: &LabelStyle, taken: &Taken<'_>) -> Option<Spot> {
    let symbol = taken.symbols.get(taken.own?)?;
    let (width, height) = extent(lines, style, style.size_mm);
    let [x, y] = symbol.centre();
    let (across, down) = ((symbol.width + width) / 2.0 + SYMBOL_AIR_MM, (symbol.height + height) / 2.0 + SYMBOL_AIR_MM);
    let places = [[x, y + down], [x, y - down], [x + across, y], [x - across, y]];
    let centre = places.into_iter().find(|centre| {
        let frame = PageRect::around(*centre, width, height);
        taken.is_clear(&frame)
            && !taken.symbols.iter().any(|other| other.overlaps(&frame))
            && share_inside(&frame, part) >= LEAST_INSIDE
    })?;
    Some(Spot { centre, size_mm: style.size_mm, leader: None, is_on_paper: false })
}

/// The largest size at which the label stands wholly within its area, and where: in full size clear of what should be
/// seen, if it goes.
fn within(lines: &Lines, part: &Polygon<f64>, style: &LabelStyle, taken: &Taken<'_>) -> Option<Spot> {
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
                elsewhere().filter(|_| is_full_size && !taken.shown.is_empty()).find(|spot| !hides(spot) && fits(spot))
            })
            .or_else(|| best().find(fits))
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

/// Returns whether an area is large enough for this fraction of a rectangle, which is cheaper to compute than its place.
fn could_hold(part: &Polygon<f64>, width: f64, height: f64, share: f64) -> bool {
    let (Some(bounds), wanted) = (part.bounding_rect(), width * height * share) else { return false };
    // A hair more than the share, as samples tell it.
    let enough = |room: f64| room * 1.05 >= wanted;
    enough(bounds.width().min(width) * bounds.height().min(height)) && enough(part.unsigned_area())
}

/// Places all over the extent of an area, those nearest to its roomiest first.
fn around(part: &Polygon<f64>, pole: Option<Position>) -> Vec<Position> {
    const SIDE: usize = 15;
    let (Some(bounds), Some(pole)) = (part.bounding_rect(), pole) else { return Vec::new() };
    let at = |from: f64, length: f64, step: usize| from + length * (step as f64 + 0.5) / SIDE as f64;
    let mut places: Vec<Position> = (0..SIDE * SIDE)
        .map(|place| {
            [at(bounds.min().x, bounds.width(), place % SIDE), at(bounds.min().y, bounds.height(), place / SIDE)]
        })
        .collect();
    let distance = |place: &Position| (place[0] - pole[0]).hypot(place[1] - pole[1]);
    places.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    places
}

/// Where a label of this width to height has most room within an area: the pole of inaccessibility of the area pressed
/// together so that the label becomes a square.
fn roomiest(part: &Polygon<f64>, aspect: f64) -> Option<Position> {
    let pressed = part.map_coords(|Coord { x, y }| Coord { x: x / aspect, y });
    let mut pole = polylabel::polylabel(&pressed, &0.2).ok()?;
    // Along a strip there is as much room everywhere: the middle looks best, or of a bent one what is nearest to it.
    if let Some(middle) = pressed.centroid() {
        let rings = || std::iter::once(pressed.exterior()).chain(pressed.interiors());
        let room = |at: &Point| {
            if pressed.contains(at) {
                rings().map(|ring| Euclidean.distance(at, ring)).fold(f64::INFINITY, f64::min)
            } else {
                0.0
            }
        };
        let least = AS_ROOMY * room(&pole);
        if pressed.contains(&middle) {
            pole = if room(&middle) >= least { middle } else { pole };
        } else {
            let places = around(&pressed, Some([middle.x(), middle.y()]));
            let near = places.into_iter().map(|[x, y]| Point::new(x, y)).find(|at| room(at) >= least);
            pole = near.unwrap_or(pole);
        }
    }
    Some([pole.x() * aspect, pole.y()])
}

/// The place where the smallest label stands most on its area, if that is most of it.
fn mostly_within(lines: &Lines, part: &Polygon<f64>, style: &LabelStyle, taken: &Taken<'_>) -> Option<Spot> {
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

/// The share of a rectangle that lies within an area.
fn share_inside(frame: &PageRect, part: &Polygon<f64>) -> f64 {
    const ACROSS: usize = 12;
    const DOWN: usize = 6;
    let inside = (0..ACROSS * DOWN)
        .filter(|sample| {
            let x = frame.left + (((sample % ACROSS) as f64) + 0.5) / ACROSS as f64 * frame.width;
            let y = frame.top + (((sample / ACROSS) as f64) + 0.5) / DOWN as f64 * frame.height;
            part.contains(&Point::new(x, y))
        })
        .count();
    inside as f64 / (ACROSS * DOWN) as f64
}

/// The nearest place around the area that is off all areas, and the line from the area to it. A label over other areas
/// or at the end of a long line would be taken for another's.
fn beside(
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
fn beside_from(
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

fn set(wish: &Wish, lines: &Lines, style: &LabelStyle, spot: &Spot, taken: &mut Taken<'_>) -> PlacedLabel {
    let Spot { centre, size_mm, leader, is_on_paper } = *spot;
    let (width, height) = extent(lines, style, size_mm);
    let frame = PageRect::around(centre, width, height);
    taken.frames.push(frame);
    taken.leaders.extend(leader);
    let ground = if is_on_paper { style.paper } else { wish.ground };
    let texts = lines
        .iter()
        .enumerate()
        .map(|(line, (words, weight))| Text {
            content: words.clone(),
            at: [centre[0], frame.top + (ASCENT + line as f64 * LINE_HEIGHT) * size_mm],
            size_mm,
            weight: *weight,
            fonts: style.fonts,
            anchor: Anchor::Middle,
            color: ground.ink(style.ink),
            ground,
            halo_mm: style.halo_mm * size_mm / style.size_mm,
            angle_deg: 0.0,
        })
        .collect();
    let lacks_value = wish
        .value
        .as_deref()
        .is_some_and(|value| !value.is_empty() && !lines.iter().any(|(words, _)| words.ends_with(value)));
    PlacedLabel { texts, leader, lacks_value }
}

/// Returns what is seen of each area where smaller ones lie over larger ones.
pub(super) fn seen(geometries: &[MultiPolygon<f64>]) -> Vec<MultiPolygon<f64>> {
    let frames: Vec<_> = geometries.iter().map(|geometry| geometry.bounding_rect()).collect();
    let sizes: Vec<f64> = geometries.iter().map(|geometry| geometry.unsigned_area()).collect();
    let lies_over = |over: usize, under: usize| {
        let (Some(small), Some(large)) = (frames[over], frames[under]) else { return false };
        over != under
            && sizes[over] < sizes[under]
            && large.contains(&small)
            && geometries[over].interior_point().is_some_and(|middle| geometries[under].contains(&middle))
    };
    let seen = (0..geometries.len()).map(|under| {
        let over = (0..geometries.len()).filter(|over| lies_over(*over, under));
        let left = over.fold(geometries[under].clone(), |left, over| left.difference(&geometries[over]));
        if left.unsigned_area() > 0.0 { left } else { geometries[under].clone() }
    });
    seen.collect()
}

/// Returns the position of a symbol on an area of the page: the pole of inaccessibility of its largest part.
pub(super) fn pole(geometry: &MultiPolygon<f64>) -> Option<Position> {
    roomiest(&largest_part(geometry)?, 1.0)
}

/// The largest part of an area, without detail that no label can see.
fn largest_part(geometry: &MultiPolygon<f64>) -> Option<Polygon<f64>> {
    let part = geometry.iter().max_by(|a, b| a.unsigned_area().total_cmp(&b.unsigned_area()))?;
    let simple = part.simplify(DETAIL_MM);
    if simple.unsigned_area() > 0.0 {
        Some(simple)
    } else {
        Some(part.clone()).filter(|part| part.unsigned_area() > 0.0)
    }
}

fn rectangle(frame: &PageRect) -> Polygon<f64> {
    geo::Rect::new((frame.left, frame.top), (frame.right(), frame.bottom())).to_polygon()
}

fn line([from, to]: &[Position; 2]) -> geo::Line<f64> {
    geo::Line::new((from[0], from[1]), (to[0], to[1]))
}

fn crosses(leader: &[Position; 2], frame: &PageRect) -> bool {
    geo::Rect::new((frame.left, frame.top), (frame.right(), frame.bottom())).intersects(&line(leader))
}

/// Whether two lines cross, or come so near that one would be taken for the other.
fn meet(a: &[Position; 2], b: &[Position; 2]) -> bool {
    Euclidean.distance(&line(a), &line(b)) < LEADER_AIR_MM
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room<'_> = Room {
        bounds: PageRect { left: 0.0, top: 0.0, width: 200.0, height: 120.0 },
        obstacles: &[],
        shown: &[],
        symbols: &[],
    };

    fn wish(left: f64, width: f64, height: f64) -> Wish {
        let part = rectangle(&PageRect::new(left, 50.0, width, height));
        Wish {
            geometry: MultiPolygon(vec![part]),
            name: "越城区".into(),
            value: Some("30/35".into()),
            ground: Color::WHITE,
            rank: 0.0,
            symbol: None,
            is_dot: false,
            is_top: false,
        }
    }

    fn placed(wishes: &[Wish]) -> Vec<Option<PlacedLabel>> {
        let style = style();
        let land = PageRect::new(0.0, 50.0, 60.0, 20.0);
        place(wishes, &style, &ROOM, &|frame| !frame.overlaps(&land))
    }

    fn style() -> LabelStyle {
        let (ink, paper) = (Color::BLACK, Color::WHITE);
        LabelStyle { size_mm: 3.0, least_size_mm: 2.0, ink, paper, halo_mm: 0.3, fonts: Fonts::bundled() }
    }

    #[test]
    fn a_label_shrinks_and_then_leaves_with_a_line_and_is_dropped_last() {
        let labels = placed(&[wish(0.0, 20.0, 20.0), wish(20.0, 8.0, 20.0), wish(30.0, 1.0, 20.0)]);
        let sizes: Vec<f64> = labels.iter().map(|label| label.as_ref().unwrap().texts[0].size_mm).collect();
        assert_eq!(sizes[0], 3.0);
        assert!(sizes[1] < 3.0 && sizes[1] > 2.0, "{sizes:?}");
        assert!(labels[0].as_ref().unwrap().leader.is_none() && labels[2].as_ref().unwrap().leader.is_some());
        // A hundred slivers on one spot: some find no place, and none overlap.
        let labels = placed(&(0..100).map(|_| wish(30.0, 0.1, 0.1)).collect::<Vec<_>>());
        assert!(labels.iter().any(Option::is_none));
    }

    #[test]
    fn a_label_without_room_gives_up_its_line_before_its_figure_and_its_figure_before_its_name() {
        let words = |width: f64, height: f64| -> Vec<String> {
            let style = style();
            let named =
                Wish { name: "杭绍临空街道".into(), value: Some("12.3".into()), ..wish(50.0, width, height) };
            let labels = place(&[named], &style, &ROOM, &|_| false);
            let label = labels[0].as_ref().unwrap();
            assert!(label.leader.is_none());
            label.texts.iter().map(|text| text.content.clone()).collect()
        };
        assert_eq!(words(14.0, 8.0), ["杭绍临空街道", "12.3"]);
        assert_eq!(words(8.0, 10.0), ["杭绍临", "空街道", "12.3"]);
        assert_eq!(words(14.0, 2.9), ["杭绍临空街道"]);
        assert_eq!(words(7.4, 6.8), ["杭绍临", "空街道"]);
    }

    #[test]
    fn a_label_moves_aside_for_what_should_be_seen() {
        let style = style();
        let park = PageRect::around([20.0, 60.0], 3.0, 3.0);
        let covers = |shown: &[PageRect]| {
            let labels = place(&[wish(0.0, 40.0, 20.0)], &style, &Room { shown, ..ROOM }, &|_| false);
            let texts = &labels[0].as_ref().unwrap().texts;
            assert_eq!(texts[0].size_mm, 3.0);
            texts.iter().any(|text| text.frame().overlaps(&park))
        };
        assert!(covers(&[]) && !covers(&[park]));
    }

    #[test]
    fn labels_of_neighbours_keep_clear_of_each_other() {
        let wishes: Vec<Wish> = (0..20).map(|at| wish(f64::from(at) * 3.0, 3.0, 20.0)).collect();
        let frames: Vec<PageRect> =
            placed(&wishes).iter().flatten().flat_map(|label| label.texts.iter().map(Text::frame)).collect();
        assert!(frames.len() > 20);
        for (position, frame) in frames.iter().enumerate() {
            assert!(frames[position + 1..].iter().all(|other| !other.overlaps(frame)));
        }
    }
}
