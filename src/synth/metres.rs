use geo::Coord;

/// Length of a degree of longitude and of latitude, on a sphere: near enough to place what is invented.
pub(super) fn metres_per_degree(latitude_deg: f64) -> Coord<f64> {
    const DEGREE_M: f64 = 111_194.93;
    Coord { x: DEGREE_M * libm::cos(latitude_deg.to_radians()), y: DEGREE_M }
}

/// Six decimals of a degree, 0.1 m: what surveys of firms give.
pub(super) fn six_decimals(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}
