/// Where a point came to lie in one layer of areas.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Match {
    /// Position of the area in file order; none where the point lies in no area.
    pub area: Option<usize>,
    /// Whether the point lies on the boundary of the area.
    pub on_boundary: bool,
    /// Where the point was snapped to the area from outside: the distance in metres.
    pub snapped_m: Option<f64>,
}
