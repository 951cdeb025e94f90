use geo::Coord;

/// Returns the length in metres of a degree of longitude and of latitude on a sphere, which is precise enough for
/// invented places.
pub(super) fn metres_per_degree(latitude_deg: f64) -> Coord<f64> {
    const DEGREE_M: f64 = 111_194.93;
    Coord { x: DEGREE_M * libm::cos(latitude_deg.to_radians()), y: DEGREE_M }
}

/// Rounds to six decimals of a degree, about 0.1 m, as in surveys of firms.
pub(super) fn six_decimals(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}
