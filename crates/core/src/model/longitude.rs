use geo::{BoundingRect as _, Centroid as _, MapCoords as _, MultiPolygon};

use super::{Point, Reference};

/// A longitude between −180° and 180°.
#[must_use]
pub fn wrapped_longitude(longitude_deg: f64) -> f64 {
    if (-180.0..=180.0).contains(&longitude_deg) {
        return longitude_deg;
    }
    (longitude_deg + 180.0).rem_euclid(360.0) - 180.0
}

/// The longitudes of things that lie together on both sides of the 180th meridian, made continuous: those west of Greenwich
/// go on beyond 180° where all then span less than they do as they are. Others stay the same, and so does what is not finite.
///
/// # Examples
///
/// ```
/// use jiju_core::model::continuous_longitudes;
///
/// let mut fiji = [179.5, -179.5, 178.0];
/// continuous_longitudes(&mut fiji);
/// assert_eq!(fiji, [179.5, 180.5, 178.0]);
/// let mut two_continents = [-100.0, 60.0];
/// continuous_longitudes(&mut two_continents);
/// assert_eq!(two_continents, [-100.0, 60.0]);
/// ```
pub fn continuous_longitudes(longitudes_deg: &mut [f64]) {
    let span = |of: &dyn Fn(f64) -> f64| {
        let (least, most) = (longitudes_deg.iter().filter(|longitude| longitude.is_finite()))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), longitude| {
                (least.min(of(*longitude)), most.max(of(*longitude)))
            });
        most - least
    };
    let beyond = |longitude: f64| if longitude < 0.0 { longitude + 360.0 } else { longitude };
    if span(&|longitude| longitude) > 180.0 && span(&beyond) < span(&|longitude| longitude) {
        longitudes_deg.iter_mut().for_each(|longitude| *longitude = beyond(*longitude));
    }
}

/// The mean of positions, on the side of the Earth where they lie; none of no position.
#[must_use]
pub fn mean_position(points: &[Point], reference: Reference) -> Option<Point> {
    if points.is_empty() {
        return None;
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mut x, y): (Vec<f64>, Vec<f64>) = points.iter().map(|point| (point.x, point.y)).unzip();
    if !reference.is_wgs84_like() {
        return Some(Point::new(mean(&x), mean(&y)));
    }
    continuous_longitudes(&mut x);
    Some(Point::new(wrapped_longitude(mean(&x)), mean(&y)))
}

/// The centroid of an area, in the coordinates of its layer; of one that is cut at the 180th meridian that of its parts put
/// together. None of an area without a polygon.
#[must_use]
pub fn centroid(geometry: &MultiPolygon<f64>, reference: Reference) -> Option<Point> {
    let centre = |geometry: &MultiPolygon<f64>| geometry.centroid().map(|at| Point::new(at.x(), at.y()));
    let is_wide = geometry.bounding_rect().is_some_and(|bounds| bounds.width() > 180.0);
    if !(reference.is_wgs84_like() && is_wide) {
        return centre(geometry);
    }
    // A part lies on one side, or is itself more than half the Earth.
    let middles = geometry.iter().map(|part| part.bounding_rect().map_or(f64::NAN, |bounds| bounds.center().x));
    let middles: Vec<f64> = middles.collect();
    let mut moved = middles.clone();
    continuous_longitudes(&mut moved);
    let parts = geometry.iter().zip(moved.iter().zip(&middles));
    let together = parts.map(|(part, (moved, middle))| {
        part.map_coords(|at| geo::Coord { x: if moved == middle { at.x } else { at.x + 360.0 }, y: at.y })
    });
    let centre = centre(&MultiPolygon(together.collect()))?;
    Some(Point::new(wrapped_longitude(centre.x), centre.y))
}

#[cfg(test)]
mod tests {
    use geo::polygon;

    use super::*;

    #[test]
    fn centres_lie_where_things_lie() {
        let at = |x: f64| Point::new(x, 10.0);
        let mean = mean_position(&[at(179.9), at(-179.9), at(179.8), at(-179.6)], Reference::Wgs84).unwrap();
        assert!((mean.x + 179.95).abs() < 1e-9 && mean.y == 10.0, "{mean:?}");
        assert_eq!(mean_position(&[at(179.9), at(-179.9)], Reference::epsg(4549)), Some(at(0.0)));
        let west = polygon![(x: 179.0, y: -1.0), (x: 180.0, y: -1.0), (x: 180.0, y: 1.0), (x: 179.0, y: 1.0)];
        let east = polygon![(x: -180.0, y: -1.0), (x: -178.0, y: -1.0), (x: -178.0, y: 1.0), (x: -180.0, y: 1.0)];
        let centre = centroid(&MultiPolygon(vec![west, east]), Reference::Wgs84).unwrap();
        assert!((centre.x + 179.5).abs() < 1e-9, "{centre:?}");
    }
}
