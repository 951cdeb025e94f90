/// The area of one layer that a point was matched with.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Match {
    /// The position of the area in file order; none if the point lies in no area.
    pub area: Option<usize>,
    /// Whether the point lies on the boundary of the area.
    pub on_boundary: bool,
    /// The distance to the area in metres, if the point lies outside and was snapped to it.
    pub snapped_m: Option<f64>,
}
