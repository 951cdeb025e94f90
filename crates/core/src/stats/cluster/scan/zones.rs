#![expect(
    clippy::cast_possible_truncation,
    reason = "a point of `Places` has a number of 32 bits, which its constructors check"
)]

use super::{ScanOptions, ScanShape};
use crate::stats::cluster::places::Places;

/// The shape in which zones grow about a place: circles, or ellipses of one shape and direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ellipse {
    /// The longer axis over the shorter; 1 for circles.
    pub(super) axis_ratio: f64,
    /// From east to the longer axis, counter-clockwise.
    pub(super) angle_deg: f64,
    /// The factor of the likelihood ratio.
    pub(super) penalty: f64,
    /// The direction of the longer axis.
    direction: [f64; 2],
}

impl Ellipse {
    fn new(axis_ratio: f64, angle_deg: f64, penalty: f64) -> Self {
        let (sine, cosine) = angle_deg.to_radians().sin_cos();
        Self { axis_ratio, angle_deg, penalty, direction: [cosine, sine] }
    }
}

/// The shapes that are tried: circles, and for ellipses those of SaTScan.
pub(super) fn ellipses(shape: ScanShape) -> Vec<Ellipse> {
    const SHAPES: [(f64, u32); 5] = [(1.5, 4), (2.0, 6), (3.0, 9), (4.0, 12), (5.0, 15)];
    let mut ellipses = vec![Ellipse::new(1.0, 0.0, 1.0)];
    if let ScanShape::Ellipse { compactness } = shape {
        for (axis_ratio, angles) in SHAPES {
            let penalty = (4.0 * axis_ratio / (axis_ratio + 1.0).powi(2)).powf(compactness);
            for angle in 0..angles {
                let angle_deg = 180.0 * f64::from(angle) / f64::from(angles);
                let angle_deg = if angle_deg > 90.0 { angle_deg - 180.0 } else { angle_deg };
                ellipses.push(Ellipse::new(axis_ratio, angle_deg, penalty));
            }
        }
    }
    ellipses
}

/// The places, and how many people each zone may hold.
pub(super) struct Zones<'a> {
    pub(super) places: &'a Places,
    pub(super) population: &'a [f64],
    pub(super) most: f64,
    pub(super) greatest_radius_m: f64,
}

/// The places of zones that grow about one, nearest first.
#[derive(Default)]
pub(super) struct Growing {
    nearest: Vec<(f64, u32)>,
    /// The places, and the population of the zone that ends with each; none where the next is as far.
    pub(super) members: Vec<(u32, Option<f64>)>,
}

impl<'a> Zones<'a> {
    pub(super) fn new(places: &'a Places, population: &'a [f64], all: f64, options: &ScanOptions) -> Self {
        let most = options.greatest_share * all * (1.0 + 1e-12);
        Self { places, population, most, greatest_radius_m: options.greatest_radius_m }
    }

    /// The radius of the circle, or the shorter half axis of the ellipse, about a place that another lies on.
    pub(super) fn reach_m(&self, centre: usize, other: usize, ellipse: &Ellipse) -> f64 {
        if ellipse.axis_ratio == 1.0 {
            return self.places.distance_m(centre, other);
        }
        let at = self.places.coordinates_m();
        let [x, y] = [at[other][0] - at[centre][0], at[other][1] - at[centre][1]];
        let [east, north] = ellipse.direction;
        ((x * east + y * north) / ellipse.axis_ratio).hypot(y * east - x * north)
    }

    /// All zones about a place.
    pub(super) fn grow(&self, centre: usize, ellipse: &Ellipse, growing: &mut Growing) {
        let Growing { nearest, members } = growing;
        nearest.clear();
        nearest.extend((0..self.places.len()).map(|other| (self.reach_m(centre, other, ellipse), other as u32)));
        nearest.retain(|(reach_m, _)| *reach_m <= self.greatest_radius_m);
        nearest.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        members.clear();
        let mut sum = 0.0;
        for (place, (reach_m, member)) in nearest.iter().enumerate() {
            sum += self.population[*member as usize];
            if sum > self.most {
                break;
            }
            let as_far = nearest.get(place + 1).is_some_and(|(next_m, _)| next_m == reach_m);
            members.push((*member, (!as_far).then_some(sum)));
        }
    }
}

impl Growing {
    /// The radius of the zone of this many places.
    pub(super) fn reach_m(&self, length: usize) -> f64 {
        length.checked_sub(1).map_or(0.0, |last| self.nearest[last].0)
    }
}
