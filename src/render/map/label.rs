use geo::{Area as _, Centroid as _, Contains, Coord, MapCoords as _, MultiPolygon, Point, Polygon, Simplify as _};

use crate::render::block::LINE_HEIGHT;
use crate::render::figure::{ASCENT, DESCENT, Position, Text};
use crate::render::font::{Fonts, Weight};
use crate::render::{Anchor, Color, Frame};

/// Steps in which a label shrinks to fit.
const SHRINK: f64 = 0.92;
/// The share of a label that must stand on its own area where not all of it can.
const LEAST_INSIDE: f64 = 0.6;
/// Air between a label and the border of its area.
const PADDING_MM: f64 = 0.6;
/// The air that makes a label spacious, in heights of the label.
const SPARE: f64 = 0.3;
/// Air between labels.
const AIR_MM: f64 = 0.4;
/// The longest line to a label, as a share of the longer side of the map.
const LONGEST_LEADER: f64 = 0.07;
/// Detail of outlines that no label can see.
const DETAIL_MM: f64 = 0.1;

/// What an area wants written on it.
pub(super) struct Wish {
    /// The area on the page.
    pub(super) geometry: MultiPolygon<f64>,
    /// Its lines: the first, its name, is bold.
    pub(super) lines: Vec<String>,
    /// The colour it is filled with.
    pub(super) ground: Color,
}

/// How labels are set.
pub(super) struct LabelStyle {
    pub(super) size_mm: f64,
    pub(super) least_size_mm: f64,
    pub(super) ink: Color,
    pub(super) paper: Color,
    pub(super) halo_mm: f64,
}

/// A label that found its place.
pub(super) struct Label {
    pub(super) texts: Vec<Text>,
    /// From the area to a label that stands beside it.
    pub(super) leader: Option<[Position; 2]>,
}

/// Sets the labels, the largest areas first: within the area at full size, smaller, mostly within it, or beside it with
/// a line to it. No two overlap, none leaves `bounds` or touches an obstacle. `None` for what found no place.
///
/// `is_free` says whether a rectangle is free of areas.
pub(super) fn place(
    wishes: &[Wish],
    style: &LabelStyle,
    bounds: &Frame,
    obstacles: &[Frame],
    is_free: &dyn Fn(&Frame) -> bool,
) -> Vec<Option<Label>> {
    let parts: Vec<Option<Polygon<f64>>> = wishes.iter().map(|wish| largest_part(&wish.geometry)).collect();
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    let size = |index: &usize| parts[*index].as_ref().map_or(0.0, geo::Area::unsigned_area);
    order.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));

    let mut labels: Vec<Option<Label>> = wishes.iter().map(|_| None).collect();
    let mut taken = Taken { bounds: *bounds, frames: obstacles.to_vec(), leaders: Vec::new() };
    let mut left_over = Vec::new();
    for index in order {
        let (wish, Some(part)) = (&wishes[index], &parts[index]) else { continue };
        if wish.lines.iter().all(String::is_empty) {
            labels[index] = Some(Label { texts: Vec::new(), leader: None });
            continue;
        }
        match within(wish, part, style, &taken) {
            Some((centre, size_mm)) => {
                labels[index] = Some(set(wish, style, centre, size_mm, None, &mut taken));
            }
            None => left_over.push(index),
        }
    }
    for index in left_over {
        let (wish, Some(part)) = (&wishes[index], &parts[index]) else { continue };
        let found = mostly_within(wish, part, style, &taken)
            .map(|centre| (centre, None))
            .or_else(|| beside(wish, part, style, &taken, is_free));
        labels[index] = found.map(|(centre, leader)| set(wish, style, centre, style.least_size_mm, leader, &mut taken));
    }
    labels
}

/// What later labels must keep clear of.
struct Taken {
    bounds: Frame,
    frames: Vec<Frame>,
    leaders: Vec<[Position; 2]>,
}

impl Taken {
    fn is_clear(&self, frame: &Frame) -> bool {
        let aired = frame.inset(-AIR_MM);
        self.bounds.holds(&aired)
            && !self.frames.iter().any(|other| other.overlaps(&aired))
            && !self.leaders.iter().any(|leader| crosses(leader, &aired))
    }
}

/// Width and height of a label in type of this size.
fn extent(wish: &Wish, size_mm: f64) -> (f64, f64) {
    let width = wish
        .lines
        .iter()
        .enumerate()
        .map(|(line, words)| Fonts::bundled().width_mm(words, size_mm, weight(line)))
        .fold(0.0, f64::max);
    let lines = wish.lines.len() as f64;
    (width, ((lines - 1.0) * LINE_HEIGHT + ASCENT + DESCENT) * size_mm)
}

fn weight(line: usize) -> Weight {
    if line == 0 { Weight::Bold } else { Weight::Regular }
}

/// The largest size at which the label stands wholly within its area, and where.
fn within(wish: &Wish, part: &Polygon<f64>, style: &LabelStyle, taken: &Taken) -> Option<(Position, f64)> {
    let mut size_mm = style.size_mm;
    loop {
        let (width, height) = extent(wish, size_mm);
        // The middle looks best where the label has room to spare there.
        let spacious = |centre: Position| (centre, height * SPARE);
        let candidates = [
            part.centroid().map(|middle| spacious([middle.x(), middle.y()])),
            roomiest(part, width / height).map(|pole| (pole, PADDING_MM)),
        ];
        for (centre, padding) in candidates.into_iter().flatten() {
            let frame = Frame::around(centre, width, height);
            if part.contains(&rectangle(&frame.inset(-padding))) && taken.is_clear(&frame) {
                return Some((centre, size_mm));
            }
        }
        if size_mm <= style.least_size_mm {
            return None;
        }
        size_mm = (size_mm * SHRINK).max(style.least_size_mm);
    }
}

/// Where a label of this width to height has most room within an area: the pole of inaccessibility of the area pressed
/// together so that the label becomes a square.
fn roomiest(part: &Polygon<f64>, aspect: f64) -> Option<Position> {
    let pressed = part.map_coords(|Coord { x, y }| Coord { x: x / aspect, y });
    let pole = polylabel::polylabel(&pressed, &0.2).ok()?;
    Some([pole.x() * aspect, pole.y()])
}

/// The roomiest place, if most of the smallest label stands on the area there.
fn mostly_within(wish: &Wish, part: &Polygon<f64>, style: &LabelStyle, taken: &Taken) -> Option<Position> {
    const ACROSS: usize = 12;
    const DOWN: usize = 6;
    let (width, height) = extent(wish, style.least_size_mm);
    let centre = roomiest(part, width / height)?;
    let frame = Frame::around(centre, width, height);
    if !taken.is_clear(&frame) {
        return None;
    }
    let inside = (0..ACROSS * DOWN)
        .filter(|sample| {
            let x = frame.left + (((sample % ACROSS) as f64) + 0.5) / ACROSS as f64 * width;
            let y = frame.top + (((sample / ACROSS) as f64) + 0.5) / DOWN as f64 * height;
            part.contains(&Point::new(x, y))
        })
        .count();
    (inside as f64 >= LEAST_INSIDE * (ACROSS * DOWN) as f64).then_some(centre)
}

/// The nearest place around the area that is off all areas, and the line from the area to it. A label over other areas
/// or at the end of a long line would be taken for another's.
fn beside(
    wish: &Wish,
    part: &Polygon<f64>,
    style: &LabelStyle,
    taken: &Taken,
    is_free: &dyn Fn(&Frame) -> bool,
) -> Option<(Position, Option<[Position; 2]>)> {
    const DIRECTIONS: u32 = 24;
    let (width, height) = extent(wish, style.least_size_mm);
    let from = roomiest(part, 1.0)?;
    let farthest = height + LONGEST_LEADER * taken.bounds.width.max(taken.bounds.height);
    let mut distance = height * 0.75;
    while distance < farthest {
        for direction in 0..DIRECTIONS {
            let angle = f64::from(direction) / f64::from(DIRECTIONS) * std::f64::consts::TAU;
            let centre =
                [from[0] + angle.cos() * (distance + width / 2.0), from[1] + angle.sin() * (distance + height / 2.0)];
            let frame = Frame::around(centre, width, height);
            if !taken.is_clear(&frame) || !is_free(&frame) {
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
                return Some((centre, Some(leader)));
            }
        }
        distance += 1.0;
    }
    None
}

fn set(
    wish: &Wish,
    style: &LabelStyle,
    centre: Position,
    size_mm: f64,
    leader: Option<[Position; 2]>,
    taken: &mut Taken,
) -> Label {
    let (width, height) = extent(wish, size_mm);
    let frame = Frame::around(centre, width, height);
    taken.frames.push(frame);
    taken.leaders.extend(leader);
    let ground = if leader.is_some() { style.paper } else { wish.ground };
    let texts = wish
        .lines
        .iter()
        .enumerate()
        .filter(|(_, words)| !words.is_empty())
        .map(|(line, words)| Text {
            content: words.clone(),
            at: [centre[0], frame.top + (ASCENT + line as f64 * LINE_HEIGHT) * size_mm],
            size_mm,
            weight: weight(line),
            anchor: Anchor::Middle,
            color: ground.ink(style.ink),
            ground,
            halo_mm: style.halo_mm * size_mm / style.size_mm,
            angle_deg: 0.0,
        })
        .collect();
    Label { texts, leader }
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

fn rectangle(frame: &Frame) -> Polygon<f64> {
    geo::Rect::new((frame.left, frame.top), (frame.right(), frame.bottom())).to_polygon()
}

fn line([from, to]: &[Position; 2]) -> geo::Line<f64> {
    geo::Line::new((from[0], from[1]), (to[0], to[1]))
}

fn crosses(leader: &[Position; 2], frame: &Frame) -> bool {
    use geo::Intersects as _;
    geo::Rect::new((frame.left, frame.top), (frame.right(), frame.bottom())).intersects(&line(leader))
}

fn meet(a: &[Position; 2], b: &[Position; 2]) -> bool {
    use geo::Intersects as _;
    line(a).intersects(&line(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(left: f64, width: f64, height: f64) -> Wish {
        let part = rectangle(&Frame::new(left, 50.0, width, height));
        Wish {
            geometry: MultiPolygon(vec![part]), lines: vec!["越城区".into(), "30/35".into()], ground: Color::WHITE
        }
    }

    fn placed(wishes: &[Wish]) -> Vec<Option<Label>> {
        let style =
            LabelStyle { size_mm: 3.0, least_size_mm: 2.0, ink: Color::BLACK, paper: Color::WHITE, halo_mm: 0.3 };
        let land = Frame::new(0.0, 50.0, 60.0, 20.0);
        place(wishes, &style, &Frame::new(0.0, 0.0, 200.0, 120.0), &[], &|frame| !frame.overlaps(&land))
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
    fn labels_of_neighbours_keep_clear_of_each_other() {
        let wishes: Vec<Wish> = (0..20).map(|at| wish(f64::from(at) * 3.0, 3.0, 20.0)).collect();
        let frames: Vec<Frame> =
            placed(&wishes).iter().flatten().flat_map(|label| label.texts.iter().map(Text::frame)).collect();
        assert!(frames.len() > 20);
        for (position, frame) in frames.iter().enumerate() {
            assert!(frames[position + 1..].iter().all(|other| !other.overlaps(frame)));
        }
    }
}
