//! Layers of every density an index may be tuned to, and points where it may err.

use std::f64::consts::TAU;

use jiju::model::Reference;
use proptest::prelude::*;

use super::grid::{crooked_grid, share};
use super::{Edge, Layer, Ring, edges, next_up};

/// The cells of a crooked grid, each an area; one in nine is missing.
pub(super) fn grid_with_gaps(seed: u64, side: u64, halvings: u32) -> Layer {
    let cells = (0..).zip(crooked_grid(seed, side, halvings));
    cells.filter(|(number, _)| share(seed, 99, *number) >= 1.0 / 9.0).map(|(_, ring)| vec![vec![ring]]).collect()
}

fn square(x: f64, y: f64, half: f64) -> Ring {
    vec![(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
}

fn star(seed: u64, (x, y): (f64, f64), radius: f64, corners: u64) -> Ring {
    (0..corners)
        .map(|corner| {
            let angle = TAU * corner as f64 / corners as f64;
            let reach = radius * (0.7 + 0.3 * share(seed, corner, corners));
            (x + reach * angle.cos(), y + reach * angle.sin())
        })
        .collect()
}

/// Thousands of vertices in one cell of a coarse layer, and a hole as fine, filled by another area.
fn detail_in_coarse_layer(seed: u64) -> Layer {
    let mut layer = grid_with_gaps(seed, 4, 0);
    let fine = star(seed, (2.1, 2.1), 0.05, 2_000);
    let hole = star(seed + 1, (2.1, 2.1), 0.02, 500);
    layer.push(vec![vec![fine, hole.clone()]]);
    layer.push(vec![vec![hole]]);
    layer
}

/// Squares in squares 40 deep, as areas one within the other and once more as the rings of one area.
fn nested(seed: u64) -> Layer {
    let rings: Vec<Ring> = (0..40).map(|depth| square(share(seed, 0, depth) * 0.2, 0.0, 41.0 - depth as f64)).collect();
    let mut layer: Layer = rings.iter().map(|ring| vec![vec![ring.clone()]]).collect();
    layer.push(vec![rings]);
    layer
}

fn overlapping(seed: u64) -> Layer {
    let centre = |number: u64| (share(seed, 1, number), share(seed, 2, number));
    (0..50).map(|number| vec![vec![star(seed + number, centre(number), 2.0, 9)]]).collect()
}

/// A thousand areas of a millionth of the layer's width: nearly every cell of a grid would be empty.
fn far_apart(seed: u64) -> Layer {
    let centre = |number: u64| (1e3 * share(seed, 1, number), 1e3 * share(seed, 2, number));
    (0..1_000).map(|number| vec![vec![star(seed, centre(number), 1e-3, 3 + number % 5)]]).collect()
}

/// Areas along one line, level, upright or slanting, each touching the next; some of them without any width.
fn on_one_line(seed: u64) -> Layer {
    let way = [(1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (3.0, 1.0)][(share(seed, 0, 0) * 4.0) as usize];
    (0..200)
        .map(|number| {
            let at = |along: f64| (way.0 * (number as f64 + along), way.1 * (number as f64 + along));
            let ring = match (share(seed, 1, number) * 3.0) as u8 {
                0 => vec![at(0.0), at(0.5), at(1.0)],
                1 => vec![at(0.0), (at(0.5).0 - 0.1 * way.1, at(0.5).1 + 0.1 * way.0), at(1.0)],
                _ => square(at(0.5).0, at(0.5).1, 0.5),
            };
            vec![vec![ring]]
        })
        .collect()
}

/// Slivers as long as the layer and a rounding step to a thousandth wide, side by side.
fn slivers(seed: u64) -> Layer {
    let height = |number: u64, end: u64| {
        let step = share(seed, 3, number).powi(12) * 1e-3;
        0.1 + step + 0.3 * share(seed, 4 + end, 0)
    };
    let turned = share(seed, 0, 0) < 0.5;
    (0..60)
        .map(|number| {
            let (left, right) = (height(number, 0), height(number, 1));
            let ring = [(0.0, left), (97.0, right), (97.0, right.next_up()), (0.0, left + 1e-15 * number as f64)];
            let turn = |(x, y): (f64, f64)| if turned { (y, x) } else { (x, y) };
            let ring: Ring = ring.into_iter().map(turn).collect();
            vec![vec![ring]]
        })
        .collect()
}

/// Teeth as high as the layer: a line across meets them all, and so does every row of a grid.
fn combs(seed: u64) -> Layer {
    let comb = |top: f64| -> Ring {
        let tooth = |number: u64| {
            (
                number as f64 * 0.05,
                if number.is_multiple_of(2) { 0.0 } else { top * (0.8 + 0.2 * share(seed, 1, number)) },
            )
        };
        (0..=400).map(tooth).chain([(20.0, -1.0), (0.0, -1.0)]).collect()
    };
    vec![vec![vec![comb(20.0)]], vec![vec![comb(10.0)]], vec![vec![square(10.0, 10.0, 12.0), square(10.0, 10.0, 11.0)]]]
}

/// Areas of many parts, which interleave with the parts of the others.
fn exclaves(seed: u64) -> Layer {
    let cells = grid_with_gaps(seed, 9, 2);
    let mut layer = vec![Vec::new(); 4];
    for (number, parts) in (0..).zip(cells) {
        layer[(share(seed, 7, number) * 4.0) as usize].extend(parts);
    }
    layer.retain(|parts| !parts.is_empty());
    layer
}

/// One layer of a random kind, seen in a frame from tiny to huge.
pub(super) fn layers() -> impl Strategy<Value = Layer> {
    let kinds: [fn(u64) -> Layer; 10] = [
        |seed| grid_with_gaps(seed, 24, 0),
        |seed| grid_with_gaps(seed, 12, 3),
        detail_in_coarse_layer,
        nested,
        overlapping,
        far_apart,
        on_one_line,
        slivers,
        combs,
        exclaves,
    ];
    let frames = prop_oneof![
        // Degrees, metres, and what no map holds but a file may.
        4 => Just((1.0, 0.0, 0.0)),
        4 => Just((0.01, 120.3, 29.9)),
        4 => Just((731.3, 40_512_345.678, 3_312_345.1)),
        1 => Just((1e-9, 120.640_7, 30.129_613)),
        1 => Just((1e-300, 0.0, 0.0)),
        1 => Just((f64::MIN_POSITIVE / 8.0, 0.0, 1e-310)),
        1 => Just((1e90, 0.0, 0.0)),
        1 => Just((1e90, -3e91, 1e85)),
        1 => Just((1e-3, -7.0, -1e90)),
    ];
    (any::<u32>(), 0..kinds.len(), frames).prop_filter_map("rounding left no ring", move |(seed, kind, frame)| {
        let layer = in_frame(kinds[kind](u64::from(seed)), frame);
        (!layer.is_empty()).then_some(layer)
    })
}

/// Carried to doubles of another size; rings that rounding leaves fewer than three distinct points are dropped, as the
/// index refuses them.
fn in_frame(layer: Layer, (scale, x0, y0): (f64, f64, f64)) -> Layer {
    let place = |ring: Ring| -> Ring { ring.into_iter().map(|(x, y)| (x * scale + x0, y * scale + y0)).collect() };
    let distinct = |ring: &Ring| {
        let second = ring.iter().find(|point| **point != ring[0]);
        ring.iter().any(|point| *point != ring[0] && Some(point) != second)
    };
    layer
        .into_iter()
        .map(|parts| {
            let part = |rings: Vec<Ring>| rings.into_iter().map(place).filter(distinct).collect::<Vec<_>>();
            parts.into_iter().map(part).filter(|rings| !rings.is_empty()).collect::<Vec<_>>()
        })
        .filter(|parts| !parts.is_empty())
        .collect()
}

/// Longitude and latitude where the coordinates may be such, else a grid of metres.
pub(super) fn reference(layer: &Layer) -> Reference {
    let degrees = layer.iter().flatten().flatten().flatten().all(|(x, y)| x.abs() <= 360.0 && y.abs() <= 90.0);
    if degrees { Reference::Wgs84 } else { Reference::epsg(4549) }
}

/// Where a point lies relative to a layer; see [`Pick::point`].
#[derive(Debug, Clone)]
pub(super) struct Pick {
    edge: prop::sample::Index,
    other: prop::sample::Index,
    kind: u8,
    steps: (i64, i64),
    shares: (f64, f64),
}

pub(super) fn picks(count: usize) -> impl Strategy<Value = Vec<Pick>> {
    let pick = (
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        0_u8..8,
        (-1_i64..=1, -1_i64..=1),
        (0.0..1.0, 0.0..1.0),
    )
        .prop_map(|(edge, other, kind, steps, shares)| Pick { edge, other, kind, steps, shares });
    prop::collection::vec(pick, count)
}

/// A vertex, a point of an edge, the crossing of the heights of two edges, a place anywhere in the layer or on one of
/// the lines that halve it again and again; each at most one rounding step aside.
pub(super) fn points(layer: &Layer, picks: &[Pick]) -> Vec<(f64, f64)> {
    let edges: Vec<Edge> = layer.iter().flatten().flatten().flat_map(edges).collect();
    let ends = || edges.iter().map(|(a, _)| *a);
    let (low, high) = ends().fold(((f64::MAX, f64::MAX), (f64::MIN, f64::MIN)), |(low, high), (x, y)| {
        ((low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y)))
    });
    let between = |a: (f64, f64), b: (f64, f64), x: f64, y: f64| (a.0 + (b.0 - a.0) * x, a.1 + (b.1 - a.1) * y);
    let point = |pick: &Pick| {
        let (a, b) = edges[pick.edge.index(edges.len())];
        let (c, _) = edges[pick.other.index(edges.len())];
        let (along, aside) = pick.shares;
        let halved = |share: f64| (share * 64.0).floor() / 64.0;
        let (x, y) = match pick.kind {
            0 => a,
            1 => between(a, b, 0.5, 0.5),
            2 => between(a, b, along, along),
            3 => (a.0, c.1),
            4 => (between(a, b, along, along).0, c.1),
            5 => between(low, high, halved(along), aside),
            6 => between(low, high, halved(along), halved(aside)),
            // Near an edge, though not on it.
            _ => between(between(a, b, along, along), c, 1e-6, 1e-5),
        };
        (next_up(x, pick.steps.0), next_up(y, pick.steps.1))
    };
    // The corners of the whole layer belong to the probes always, and so does what lies a step outside.
    let corners = [low, high, (low.0, high.1), (high.0.next_up(), high.1), (low.0.next_down(), low.1)];
    picks.iter().map(point).chain(corners).collect()
}
