use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;
use foldhash::{HashMap, HashMapExt as _, HashSet};
use geo::{LineString, MultiPolygon, Polygon};
use rayon::prelude::*;

use super::simplify::{Arc, simplified};
use super::{Paper, Spot};
use crate::render::figure::{Line, Outline, Position};

/// Half the side of the mark of a part that would vanish, in hundredths of a millimetre.
const MARK: i32 = 5;
/// Parts into which points are dealt to be counted by several threads.
const SHARDS: u64 = 16;

/// Layers of areas on the page, stored as the arcs of their borders. Each arc is stored and simplified once, and the
/// areas on both sides of it are assembled from the same arc, so no gap opens between neighbours.
pub(in crate::render::map) struct Arcs {
    arcs: Vec<Arc>,
    layers: Vec<BorderedLayer>,
}

struct BorderedLayer {
    areas: Vec<Vec<Ring>>,
    /// For each arc, the number of areas of this layer that it bounds.
    users: Vec<Users>,
}

#[derive(Clone, Copy, PartialEq)]
enum Users {
    None,
    One(usize),
    /// It lies between two parts of one area.
    Seam,
    Several,
}

/// A ring of an area.
struct Ring {
    /// Whether this is the exterior ring of a part; its holes follow.
    is_exterior: bool,
    course: Course,
}

enum Course {
    /// The arcs of the ring, each with whether it is traversed backwards.
    Arcs(Vec<(usize, bool)>),
    /// The centre of the mark that replaces the ring.
    Mark(Spot),
}

impl Arcs {
    /// Builds the arcs of geometries in the grid: one list for each layer.
    pub(super) fn new(paper: &Paper, layers: &[Vec<&MultiPolygon<f64>>]) -> Self {
        let traced: Vec<Vec<Vec<(bool, Trace)>>> =
            layers.iter().map(|layer| layer.par_iter().map(|geometry| traces(paper, geometry)).collect()).collect();
        let rings: Vec<&[Spot]> = traced
            .iter()
            .flatten()
            .flatten()
            .filter_map(|(_, trace)| if let Trace::Ring(spots) = trace { Some(&spots[..]) } else { None })
            .collect();
        let junctions = Junctions::find(&rings);
        let cuts: Vec<Vec<usize>> = rings.par_iter().map(|ring| junctions.cuts(ring)).collect();
        let mut table = Table::default();
        let mut cuts = cuts.iter();
        let layers = traced
            .iter()
            .map(|areas| {
                let marks: HashSet<Spot> = areas
                    .iter()
                    .flatten()
                    .filter_map(
                        |(is_exterior, trace)| {
                            if let (true, Trace::Mark(at)) = (is_exterior, trace) { Some(*at) } else { None }
                        },
                    )
                    .collect();
                let mut courses = |rings: &Vec<(bool, Trace)>| -> Vec<Ring> {
                    let mut placed: HashSet<Spot> = HashSet::default();
                    rings
                        .iter()
                        .filter_map(|(is_exterior, trace)| {
                            let course = match trace {
                                Trace::Ring(spots) => Course::Arcs(table.walk(spots, cuts.next()?)),
                                // Two marks on one place would cancel each other, and a hole is seen only with what fills it.
                                Trace::Mark(at) if placed.contains(at) || !(*is_exterior || marks.contains(at)) => {
                                    return None;
                                }
                                Trace::Mark(at) => {
                                    placed.insert(*at);
                                    Course::Mark(*at)
                                }
                            };
                            Some(Ring { is_exterior: *is_exterior, course })
                        })
                        .collect()
                };
                areas.iter().map(&mut courses).collect::<Vec<_>>()
            })
            .collect::<Vec<_>>();
        let count = table.arcs.len();
        let arcs = simplified(table.arcs, paper.detail_mm * 100.0);
        let layers = layers.into_iter().map(|areas| BorderedLayer { users: users(&areas, count), areas }).collect();
        let mut arcs = Self { arcs, layers };
        arcs.drop_covered_marks();
        arcs
    }

    /// Returns an area as an outline. A part that would vanish is replaced by a visible mark.
    pub(in crate::render::map) fn outline(&self, layer: usize, area: usize) -> Outline {
        let lines = self.layers[layer].areas[area].iter().map(|ring| Line { points: self.points(ring), closed: true });
        Outline::Lines(lines.collect())
    }

    /// Returns an area as it is drawn, in mm, for measuring.
    pub(in crate::render::map) fn geometry(&self, layer: usize, area: usize) -> MultiPolygon<f64> {
        let mut parts: Vec<Polygon<f64>> = Vec::new();
        for ring in &self.layers[layer].areas[area] {
            let line = LineString::from(self.points(ring));
            match parts.last_mut() {
                Some(part) if !ring.is_exterior => part.interiors_push(line),
                _ => parts.push(Polygon::new(line, Vec::new())),
            }
        }
        MultiPolygon(parts)
    }

    /// Returns the borders of a layer, each line once: first those between two areas, then those of a single area.
    pub(in crate::render::map) fn borders(&self, layer: usize) -> (Vec<Line>, Vec<Line>) {
        let (mut inner, mut outer) = (Vec::new(), Vec::new());
        for (arc, users) in self.arcs.iter().zip(&self.layers[layer].users) {
            let line = || Line { points: arc.spots.iter().map(|spot| spot.mm()).collect(), closed: arc.closed };
            match users {
                Users::None | Users::Seam => {}
                Users::One(_) => outer.push(line()),
                Users::Several => inner.push(line()),
            }
        }
        (joined(inner), joined(outer))
    }

    fn points(&self, ring: &Ring) -> Vec<Position> {
        self.spots(ring).into_iter().map(Spot::mm).collect()
    }

    fn spots(&self, ring: &Ring) -> Vec<Spot> {
        let walked = match &ring.course {
            Course::Mark(Spot { x, y }) => {
                let corners = [(-MARK, -MARK), (MARK, -MARK), (MARK, MARK), (-MARK, MARK)];
                return corners.map(|(right, down)| Spot { x: x + right, y: y + down }).to_vec();
            }
            Course::Arcs(walked) => walked,
        };
        let mut spots = Vec::new();
        for (arc, backwards) in walked {
            let Arc { spots: along, closed } = &self.arcs[*arc];
            // The end of an open arc is the beginning of the next.
            let steps = along.len() - usize::from(!closed);
            if *backwards {
                spots.extend(along.iter().rev().take(steps));
            } else {
                spots.extend(along.iter().take(steps));
            }
        }
        spots
    }

    /// Leaves out marks where the same area is seen anyway: by the even-odd rule they would be holes in it.
    fn drop_covered_marks(&mut self) {
        for layer in 0..self.layers.len() {
            for area in 0..self.layers[layer].areas.len() {
                let rings = &self.layers[layer].areas[area];
                if !rings.iter().any(|ring| matches!(ring.course, Course::Mark(_)) && ring.is_exterior) {
                    continue;
                }
                let drawn: Vec<Vec<Spot>> = rings
                    .iter()
                    .filter(|ring| matches!(ring.course, Course::Arcs(_)))
                    .map(|ring| self.spots(ring))
                    .collect();
                let keeps: Vec<bool> = rings
                    .iter()
                    .map(|ring| match ring.course {
                        Course::Mark(at) if ring.is_exterior => !touches(&drawn, at),
                        _ => true,
                    })
                    .collect();
                let mut keeps = keeps.into_iter();
                self.layers[layer].areas[area].retain(|_| keeps.next().unwrap_or(true));
            }
        }
    }
}

/// Whether a mark there lies on what rings enclose, or reaches it.
fn touches(rings: &[Vec<Spot>], mark: Spot) -> bool {
    use geo::{Contains as _, Intersects as _};
    let at = |spot: &Spot| geo::Coord { x: f64::from(spot.x), y: f64::from(spot.y) };
    let (x, y, reach) = (f64::from(mark.x), f64::from(mark.y), f64::from(MARK) + 0.5);
    let square = geo::Rect::new((x - reach, y - reach), (x + reach, y + reach));
    let mut inside = false;
    for ring in rings {
        let line: LineString<f64> = ring.iter().chain(ring.first()).map(at).collect();
        if line.lines().any(|edge| square.intersects(&edge)) {
            return true;
        }
        inside ^= Polygon::new(line, Vec::new()).contains(&geo::Point::new(x, y));
    }
    inside
}

/// A ring as it comes to the page.
enum Trace {
    /// The points of the ring; no point is repeated in succession, and the first is not repeated at the end.
    Ring(Vec<Spot>),
    /// The ring vanishes, and a mark can be drawn at this place. Marks are placed side by side, so they do not overlap.
    Mark(Spot),
}

fn traces(paper: &Paper, geometry: &MultiPolygon<f64>) -> Vec<(bool, Trace)> {
    let rings = geometry.iter().flat_map(|part| {
        std::iter::once((true, part.exterior())).chain(part.interiors().iter().map(|ring| (false, ring)))
    });
    rings
        .filter(|(_, ring)| !ring.0.is_empty())
        .map(|(is_exterior, ring)| {
            let mut spots: Vec<Spot> = Vec::with_capacity(ring.0.len());
            for coord in &ring.0 {
                add(&mut spots, paper.spot(coord.x, coord.y));
            }
            close(&mut spots);
            let trace = if spots.len() < 3 {
                // The least of its places, wherever it begins: what fills a hole has the same.
                let least = ring.0.iter().map(|coord| paper.spot(coord.x, coord.y)).min();
                let Spot { x, y } = least.unwrap_or(Spot { x: 0, y: 0 });
                let own = |place: i32| (place + MARK).div_euclid(2 * MARK) * 2 * MARK;
                Trace::Mark(Spot { x: own(x), y: own(y) })
            } else {
                Trace::Ring(spots)
            };
            (is_exterior, trace)
        })
        .collect()
}

/// Adds a place to a walk; there and back at once is nothing.
fn add(spots: &mut Vec<Spot>, spot: Spot) {
    match spots[..] {
        [.., last] if last == spot => {}
        [.., before, _] if before == spot => {
            spots.pop();
        }
        _ => spots.push(spot),
    }
}

/// Joins the end of a walk to its beginning.
fn close(spots: &mut Vec<Spot>) {
    let mut from = 0;
    while spots.len() - from > 1 {
        let last = spots[spots.len() - 1];
        if last == spots[from] {
            spots.pop();
        } else if spots.len() - from > 2 && last == spots[from + 1] {
            // … a b | c … b: the tip at c is walked there and back.
            from += 1;
        } else if spots.len() - from > 2 && spots[spots.len() - 2] == spots[from] {
            spots.pop();
        } else {
            break;
        }
    }
    spots.drain(..from);
}

/// Finds the junctions of borders: the points whose neighbours along one ring differ from those along another.
struct Junctions {
    /// For each point its two neighbours, or `None` for a junction. It is only used for look-ups and never iterated
    /// over.
    shards: Vec<HashMap<Spot, Option<(Spot, Spot)>>>,
}

impl Junctions {
    fn find(rings: &[&[Spot]]) -> Self {
        let shards = (0..SHARDS)
            .into_par_iter()
            .map(|own| {
                let mut places: HashMap<Spot, Option<(Spot, Spot)>> = HashMap::new();
                for ring in rings {
                    for (place, spot) in ring.iter().enumerate().filter(|(_, spot)| shard(**spot) == own) {
                        let (a, b) = neighbours(ring, place);
                        let pair = Some((a.min(b), a.max(b)));
                        places
                            .entry(*spot)
                            .and_modify(|known| *known = known.filter(|_| *known == pair))
                            .or_insert(pair);
                    }
                }
                places
            })
            .collect();
        Self { shards }
    }

    /// The positions of a ring where it is cut.
    fn cuts(&self, ring: &[Spot]) -> Vec<usize> {
        #[expect(clippy::cast_possible_truncation, reason = "a shard is a small number")]
        let is_junction = |spot: &Spot| self.shards[shard(*spot) as usize].get(spot) == Some(&None);
        (0..ring.len()).filter(|place| is_junction(&ring[*place])).collect()
    }
}

fn shard(spot: Spot) -> u64 {
    // Other bits than the table's own.
    FixedState::with_seed(1).hash_one(spot) % SHARDS
}

fn neighbours(ring: &[Spot], place: usize) -> (Spot, Spot) {
    (ring[(place + ring.len() - 1) % ring.len()], ring[(place + 1) % ring.len()])
}

/// The arcs found so far. Between junctions there is one way only, so an arc is known by its first step.
#[derive(Default)]
struct Table {
    arcs: Vec<Arc>,
    by_first_step: HashMap<(Spot, Spot), usize>,
}

impl Table {
    /// A ring as arcs, cut at these positions.
    fn walk(&mut self, ring: &[Spot], cuts: &[usize]) -> Vec<(usize, bool)> {
        let Some(first) = cuts.first() else { return vec![self.ring(ring)] };
        let ends = cuts.iter().skip(1).copied().chain(std::iter::once(first + ring.len()));
        cuts.iter()
            .zip(ends)
            .map(|(from, to)| {
                let spots = (*from..=to).map(|place| ring[place % ring.len()]).collect();
                self.arc(spots)
            })
            .collect()
    }

    fn arc(&mut self, mut spots: Vec<Spot>) -> (usize, bool) {
        let last = spots.len() - 1;
        let (ahead, back) = ((spots[0], spots[1]), (spots[last], spots[last - 1]));
        let backwards = back < ahead;
        let step = ahead.min(back);
        let arcs = &mut self.arcs;
        let arc = *self.by_first_step.entry(step).or_insert_with(|| {
            if backwards {
                spots.reverse();
            }
            arcs.push(Arc { spots, closed: false });
            arcs.len() - 1
        });
        (arc, backwards)
    }

    /// A ring without junctions, walked from its least place toward the lesser of the two next to that.
    fn ring(&mut self, ring: &[Spot]) -> (usize, bool) {
        let least = (0..ring.len()).min_by_key(|place| ring[*place]).unwrap_or(0);
        let (before, after) = neighbours(ring, least);
        let backwards = before < after;
        let arcs = &mut self.arcs;
        let arc = *self.by_first_step.entry((ring[least], before.min(after))).or_insert_with(|| {
            let mut spots = ring.to_vec();
            spots.rotate_left(least);
            if backwards {
                spots[1..].reverse();
            }
            arcs.push(Arc { spots, closed: true });
            arcs.len() - 1
        });
        (arc, backwards)
    }
}

fn users(areas: &[Vec<Ring>], arcs: usize) -> Vec<Users> {
    let mut users = vec![Users::None; arcs];
    for (area, rings) in areas.iter().enumerate() {
        for ring in rings {
            let Course::Arcs(walked) = &ring.course else { continue };
            for (arc, _) in walked {
                users[*arc] = match users[*arc] {
                    Users::None => Users::One(area),
                    // Two parts of one area that touch are one.
                    Users::One(other) if other == area => Users::Seam,
                    Users::Seam => Users::Seam,
                    _ => Users::Several,
                };
            }
        }
    }
    users
}

/// Joins lines: a line that starts at the end of the previous one continues it.
fn joined(lines: Vec<Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::new();
    for line in lines {
        match joined.last_mut() {
            Some(last) if !last.closed && !line.closed && last.points.last() == line.points.first() => {
                last.points.extend(line.points.into_iter().skip(1));
                if last.points.len() > 3 && last.points.first() == last.points.last() {
                    last.points.pop();
                    last.closed = true;
                }
            }
            _ => joined.push(line),
        }
    }
    joined
}

#[cfg(test)]
mod tests;
