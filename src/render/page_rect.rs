use serde::{Deserialize, Serialize};

/// An axis-parallel rectangle on the page, in mm from the page's top left corner.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PageRect {
    /// The left edge in mm.
    pub left: f64,
    /// The top edge in mm.
    pub top: f64,
    /// The width in mm.
    pub width: f64,
    /// The height in mm.
    pub height: f64,
}

impl PageRect {
    /// Makes the rectangle with this top left corner and size.
    #[must_use]
    pub fn new(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { left, top, width, height }
    }

    /// Makes the rectangle of this size around a centre.
    #[must_use]
    pub fn around(centre: [f64; 2], width: f64, height: f64) -> Self {
        Self::new(centre[0] - width / 2.0, centre[1] - height / 2.0, width, height)
    }

    /// Returns the right edge in mm.
    #[must_use]
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Returns the bottom edge in mm.
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// Returns the centre.
    #[must_use]
    pub fn centre(&self) -> [f64; 2] {
        [self.left + self.width / 2.0, self.top + self.height / 2.0]
    }

    /// Returns its four sides as rectangles without width or height.
    pub(super) fn sides(&self) -> [Self; 4] {
        let Self { left, top, width, height } = *self;
        let (across, down) = (Self::new(left, top, width, 0.0), Self::new(left, top, 0.0, height));
        [across, down, Self { top: self.bottom(), ..across }, Self { left: self.right(), ..down }]
    }

    /// Returns the rectangle with each edge moved inward by `margin` mm (outward if negative).
    #[must_use]
    pub fn inset(&self, margin: f64) -> Self {
        Self::new(self.left + margin, self.top + margin, self.width - 2.0 * margin, self.height - 2.0 * margin)
    }

    /// Returns whether the other rectangle lies within this one; common edges are allowed.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        other.left >= self.left
            && other.top >= self.top
            && other.right() <= self.right()
            && other.bottom() <= self.bottom()
    }

    /// Returns whether the two rectangles share more than an edge.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right() && other.left < self.right() && self.top < other.bottom() && other.top < self.bottom()
    }

    /// Returns the smallest rectangle that contains both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let left = self.left.min(other.left);
        let top = self.top.min(other.top);
        Self::new(left, top, self.right().max(other.right()) - left, self.bottom().max(other.bottom()) - top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_that_share_an_edge_do_not_overlap() {
        let left = PageRect::new(0.0, 0.0, 10.0, 10.0);
        assert!(!left.overlaps(&PageRect::new(10.0, 0.0, 5.0, 5.0)));
        assert!(left.overlaps(&PageRect::new(9.9, 9.9, 5.0, 5.0)));
        assert!(left.holds(&left) && !left.holds(&PageRect::new(1.0, 1.0, 9.5, 1.0)));
    }
}
