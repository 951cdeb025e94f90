//! Labels of areas: what is wished, and what each is given.

mod shape;
mod spots;

use geo::{Area, Centroid as _, Contains as _, MultiPolygon, Point, Polygon};

use crate::render::block::LINE_HEIGHT;
use crate::render::figure::{ASCENT, Position, Text};
use crate::render::font::{FontWeight, Fonts};
use crate::render::{Anchor, Color, PageRect};

use shape::largest_part;
use spots::{READABLE, Spot, Taken, among, at_symbol, beside, extent, mostly_within, over_islands, within};

pub(super) use shape::{pole, seen};

/// The longest line to a label, as a share of the longer side of the map.
const LONGEST_LEADER: f64 = 0.07;
/// The longest where the label would otherwise be left out.
const LAST_LEADER: f64 = 0.14;
/// The longest for a figure that must be read.
const LEADER_OF_TOP: f64 = 0.22;
/// Places in an area where the line to its label may begin besides its middle.
const FEET: usize = 12;
/// With more labels than these, lines to them would cross the map all over: those without room are left out.
const MOST_WITH_LEADERS: usize = 400;

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

impl PlacedLabel {
    /// Whether its words lie over a symbol that is no wider than they are.
    pub(super) fn hides(&self, symbol: &PageRect) -> bool {
        let frames = || self.texts.iter().map(Text::frame);
        frames().any(|frame| frame.overlaps(symbol)) && frames().all(|frame| frame.width > symbol.width)
    }
}

/// Places the labels, in order of rank and then of area: within the area at full size or smaller. A label that does not
/// fit is tried with its name on two lines, mostly within the area, beside the area with a leader line, and finally
/// without its value. Labels do not overlap, leave their bounds or touch an obstacle. `None` for a label without a
/// place.
///
/// `is_free` returns whether a rectangle is free of areas, and whether it is for labels whose figure must be read.
pub(super) fn place(
    wishes: &[Wish],
    style: &LabelStyle,
    room: &Room,
    [is_free, is_free_for_top]: [&dyn Fn(&PageRect) -> bool; 2],
) -> Vec<Option<PlacedLabel>> {
    let parts: Vec<Option<Polygon<f64>>> = wishes.iter().map(|wish| largest_part(&wish.geometry)).collect();
    let mut order: Vec<usize> = (0..wishes.len()).collect();
    let size = |index: &usize| parts[*index].as_ref().map_or(0.0, Area::unsigned_area);
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
                squeezed(wish, part, style, &taken, has_leaders.then_some(is_free_for_top)).filter(|(lines, _)| {
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
        let is_free = if wish.is_top { is_free_for_top } else { is_free };
        labels[index] = squeezed(wish, part, style, &taken, has_leaders.then_some(is_free))
            .map(|(lines, spot)| set(wish, &lines, style, &spot, &mut taken));
    }
    for ((wish, main), label) in wishes.iter().zip(&parts).zip(&mut labels) {
        if let (Some(main), Some(label)) = (main, label) {
            label.texts.extend(on_other_parts(wish, main, style, label, &mut taken));
        }
    }
    labels
}

/// The name on every other part of an area that is nearly as large as the one that is labelled, where it has room: a reader would
/// take such a part for an area of its own.
fn on_other_parts(
    wish: &Wish,
    main: &Polygon<f64>,
    style: &LabelStyle,
    label: &PlacedLabel,
    taken: &mut Taken<'_>,
) -> Vec<Text> {
    const LEAST_SHARE: f64 = 0.3;
    let is_on_main = label.texts.first().is_some_and(|text| {
        let [x, y] = text.frame().centre();
        main.contains(&Point::new(x, y))
    });
    let bare = Wish { value: None, symbol: None, ..wish.clone() };
    let lines = bare.lines();
    if !is_on_main || label.leader.is_some() || lines.is_empty() {
        return Vec::new();
    }
    taken.own = None;
    let mut texts = Vec::new();
    let largest = wish.geometry.iter().map(Area::unsigned_area).fold(0.0, f64::max);
    let is_other = |part: &&Polygon<f64>| {
        let size = part.unsigned_area();
        size < largest && size >= LEAST_SHARE * largest
    };
    for part in wish.geometry.iter().filter(is_other) {
        let spot = within(&lines, part, style, taken).filter(|spot| spot.size_mm >= READABLE * style.size_mm);
        if let Some(spot) = spot {
            texts.extend(set(&bare, &lines, style, &spot, taken).texts);
        }
    }
    texts
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
    let (stacked, bare_stacked) = (stacks(&whole), stacks(&bare));
    let stacked_inside = |stacked: &[Lines]| stacked.iter().find_map(|lines| with(lines, inside(lines)));
    stacked_inside(&stacked)
        .or_else(|| with(&whole, over(&whole)))
        .or_else(|| with(&whole, aside(&whole, LONGEST_LEADER)))
        .or_else(|| with(&whole, top(&whole)))
        .or_else(|| with(&bare, inside(&bare)))
        .or_else(|| stacked_inside(&bare_stacked))
        .or_else(|| bare_stacked.first().and_then(|lines| with(lines, over(lines))))
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

/// The label with its name on several lines, on two first: between words, or a Chinese one of four characters and more in halves,
/// since 街道 begins there. More than two lines, and a word that is broken, are long ones.
fn stacks(lines: &Lines) -> Vec<Lines> {
    const MOST_LINES: usize = 4;
    let Some((name, weight)) = lines.first() else { return Vec::new() };
    let stack = |parts: Vec<String>| -> Lines {
        let named = parts.into_iter().map(|part| (part, *weight));
        named.chain(lines.iter().skip(1).cloned()).collect()
    };
    (2..=MOST_LINES).filter_map(|parts| broken(name, parts)).map(stack).collect()
}

/// A name in so many lines, as even as they can be.
fn broken(name: &str, parts: usize) -> Option<Vec<String>> {
    const LONG_WORD: usize = 8;
    const LONG_LINE: usize = 4;
    let count = name.chars().count();
    if name.contains(' ') {
        let words: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).collect();
        let mut lines = vec![String::new()];
        for word in &words {
            let is_full = lines.last().is_some_and(|line| {
                let so_far = line.chars().count();
                let wanted = count.div_ceil(parts);
                !line.is_empty() && so_far.abs_diff(wanted) < (so_far + 1 + word.chars().count()).abs_diff(wanted)
            });
            if is_full && lines.len() < parts {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
        }
        return (lines.len() == parts).then_some(lines);
    }
    let least = match (name.is_ascii(), parts) {
        (true, _) => LONG_WORD * parts,
        (false, 2) => 4,
        (false, _) => LONG_LINE * parts,
    };
    if count < least {
        return None;
    }
    let characters: Vec<char> = name.chars().collect();
    let mut lines: Vec<String> = characters.chunks(count.div_ceil(parts)).map(|part| part.iter().collect()).collect();
    if name.is_ascii() {
        let last = lines.len() - 1;
        lines[..last].iter_mut().for_each(|line| line.push('-'));
    }
    Some(lines)
}

/// The label with its figure behind its name, for an area that is a strip.
fn on_one_line(lines: &Lines) -> Option<Lines> {
    let [(name, weight), (value, _)] = &lines[..] else { return None };
    Some(vec![(format!("{name} {value}"), *weight)])
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

#[cfg(test)]
mod tests {
    use super::shape::rectangle;
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
        let is_free = |frame: &PageRect| !frame.overlaps(&land);
        place(wishes, &style, &ROOM, [&is_free, &is_free])
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
            let labels = place(&[named], &style, &ROOM, [&|_| false, &|_| false]);
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
    fn every_large_part_of_an_area_has_its_name() {
        let part = |left: f64, width: f64| rectangle(&PageRect::new(left, 50.0, width, 20.0));
        let named = |others: &[(f64, f64)]| -> usize {
            let parts = std::iter::once(&(0.0, 40.0)).chain(others).map(|(left, width)| part(*left, *width));
            let wish = Wish { geometry: MultiPolygon(parts.collect()), ..wish(0.0, 40.0, 20.0) };
            let labels = place(&[wish], &style(), &ROOM, [&|_| false, &|_| false]);
            labels[0].as_ref().unwrap().texts.iter().filter(|text| text.content == "越城区").count()
        };
        assert_eq!(named(&[]), 1);
        assert_eq!(named(&[(60.0, 30.0)]), 2);
        // A small one is told by its colour.
        assert_eq!(named(&[(60.0, 10.0)]), 1);
    }

    #[test]
    fn a_long_name_is_broken_over_lines() {
        assert_eq!(broken("越城区", 2), None);
        assert_eq!(broken("杭绍临空街道", 2).unwrap(), ["杭绍临", "空街道"]);
        assert_eq!(broken("杭绍临空街道", 3), None);
        assert_eq!(broken("双江拉祜族佤族布朗族傣族自治县", 3).unwrap(), ["双江拉祜族", "佤族布朗族", "傣族自治县"]);
        assert_eq!(broken("Stoke-on-Trent", 2), None);
        assert_eq!(broken("Kingston upon Hull", 2).unwrap(), ["Kingston", "upon Hull"]);
        assert_eq!(broken("Llanfairpwllgwyngyll", 2).unwrap(), ["Llanfairpw-", "llgwyngyll"]);
    }

    #[test]
    fn a_label_moves_aside_for_what_should_be_seen() {
        let style = style();
        let park = PageRect::around([20.0, 60.0], 3.0, 3.0);
        let covers = |shown: &[PageRect]| {
            let labels = place(&[wish(0.0, 40.0, 20.0)], &style, &Room { shown, ..ROOM }, [&|_| false, &|_| false]);
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
