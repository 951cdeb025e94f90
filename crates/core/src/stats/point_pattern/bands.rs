#![expect(
    clippy::cast_possible_truncation,
    reason = "at most 2²⁰ bands, and as many points as a list holds that has numbers of 32 bits"
)]

use std::ops::Range;

use rayon::prelude::*;

/// Points in bands across the plane, in each from left to right, so that those near a point are a few pieces of lists.
pub(super) struct Bands {
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<f64>,
    /// The number of each point in the order in which it was given.
    pub(super) numbers: Vec<u32>,
    /// The number of each band that holds points, from below, and its points.
    bands: Vec<(i64, Range<usize>)>,
    height_m: f64,
}

/// How bands of several lists of points divide the plane.
#[derive(Clone, Copy)]
pub(super) struct Banding {
    lower_m: f64,
    height_m: f64,
}

impl Banding {
    /// Bands for pairs up to a distance: the fewer points beyond it are looked at, the lower they are.
    const PER_DISTANCE: f64 = 12.0;

    pub(super) fn new(lists: [&[[f64; 2]]; 2], distance_m: f64) -> Self {
        let heights = || lists.into_iter().flatten().map(|[_, y]| *y);
        let (lower_m, upper_m) = (heights().fold(f64::INFINITY, f64::min), heights().fold(f64::NEG_INFINITY, f64::max));
        let least_m = ((upper_m - lower_m) / f64::from(1 << 20)).max(f64::MIN_POSITIVE);
        Self { lower_m, height_m: (distance_m / Self::PER_DISTANCE).max(least_m) }
    }
}

impl Bands {
    pub(super) fn new(points: &[[f64; 2]], Banding { lower_m, height_m }: Banding) -> Self {
        let band = |y: f64| ((y - lower_m) / height_m).floor() as i64;
        let mut keys: Vec<(i64, f64, u32)> =
            points.par_iter().enumerate().map(|(number, [x, y])| (band(*y), *x, number as u32)).collect();
        keys.par_sort_unstable_by(|one, other| {
            one.0.cmp(&other.0).then(one.1.total_cmp(&other.1)).then(one.2.cmp(&other.2))
        });
        let mut end = 0;
        let bands = keys.chunk_by(|one, other| one.0 == other.0).map(|own| {
            end += own.len();
            (own[0].0, end - own.len()..end)
        });
        let bands = bands.collect();
        let x = keys.iter().map(|(_, x, _)| *x).collect();
        let y = keys.iter().map(|(_, _, number)| points[*number as usize][1]).collect();
        let numbers = keys.into_iter().map(|(_, _, number)| number).collect();
        Self { x, y, numbers, bands, height_m }
    }

    /// Calls for each of some points, which stand in ascending order, with pieces of the list of others that hold all those within a
    /// distance of it; `after` leaves out what stands in that list before the point and the point itself, which are then of one list.
    pub(super) fn near(
        &self,
        some: impl IntoIterator<Item = usize>,
        others: &Self,
        distance_m: f64,
        after: bool,
        mut visit: impl FnMut(usize, Range<usize>),
    ) {
        let (mut own, mut pieces): (Range<usize>, Vec<Piece>) = (0..0, Vec::new());
        for point in some {
            if !own.contains(&point) {
                let (band, points) = &self.bands[self.bands.partition_point(|(_, points)| points.end <= point)];
                own = points.clone();
                pieces.clear();
                pieces.extend(others.pieces(*band, distance_m, after, self.x[point]));
            }
            for piece in &mut pieces {
                while piece.near.start < piece.end && self.x[point] - others.x[piece.near.start] > piece.width_m {
                    piece.near.start += 1;
                }
                piece.near.end = piece.near.end.max(piece.near.start);
                while piece.near.end < piece.end && others.x[piece.near.end] - self.x[point] <= piece.width_m {
                    piece.near.end += 1;
                }
                let start = if after { piece.near.start.max(point + 1) } else { piece.near.start };
                if start < piece.near.end {
                    visit(point, start..piece.near.end);
                }
            }
        }
    }

    /// The bands within a distance of one, with what is as near to the right and left of a place.
    fn pieces(&self, band: i64, distance_m: f64, after: bool, x: f64) -> impl Iterator<Item = Piece> {
        // A band more, since rounding puts a point into the next.
        let reach = (distance_m / self.height_m).ceil() as i64 + 1;
        let lowest = if after { band } else { band - reach };
        let first = self.bands.partition_point(|(own, _)| *own < lowest);
        let near = self.bands[first..].iter().take_while(move |(own, _)| *own <= band + reach);
        near.map(move |(own, points)| {
            // A little less and a little more than it is, for the same reason; squares of less than 1e-150 are 0.
            let apart_m = ((own - band).abs() as f64 - 1.0 - 1e-6).max(0.0) * self.height_m;
            let width_m = ((distance_m - apart_m).max(0.0) * (distance_m + apart_m)).sqrt() * (1.0 + 1e-9) + 1e-150;
            let start = self.x[points.clone()].partition_point(|other| x - other > width_m) + points.start;
            Piece { near: start..start, end: points.end, width_m }
        })
    }
}

/// The points of a band that are near one which goes from left to right.
struct Piece {
    near: Range<usize>,
    end: usize,
    width_m: f64,
}
