#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a coordinate beyond the grid saturates at its first or last column, as it should"
)]

/// Bits by which a cell of the coarse grid can be divided, in steps of up to four.
pub(super) const DEPTH: u32 = 16;

/// The most columns or rows of the coarse grid, so that a position along an axis has 30 bits.
const MOST_COLUMNS: u32 = 1 << 14;

/// One axis of the grid: carries coordinates to whole units, 2¹⁶ to a column.
///
/// The unit of a coordinate is a monotone function of it, rounding included. Where a unit begins is known only up to
/// rounding, much less than `margin`: what comes nearer to a cell than that is taken to meet it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::join) struct Axis {
    pub(in crate::join) lower: f64,
    pub(in crate::join) upper: f64,
    units_per_length: f64,
    unit: f64,
    pub(super) margin: f64,
    pub(in crate::join) columns: u32,
    before: f64,
}

impl Axis {
    /// An axis of about so many columns; of fewer where the coordinates are too coarse for them.
    pub(in crate::join) fn new(lower: f64, upper: f64, columns: f64) -> Self {
        let length = upper - lower;
        let rounding = 16.0 * f64::EPSILON * lower.abs().max(upper.abs());
        let discernible = length / (8.0 * rounding);
        // Also where it is not a number.
        let columns = if discernible > 1.0 { columns.min(discernible) } else { 1.0 };
        let columns = (columns as u32).clamp(1, MOST_COLUMNS);
        let (units_per_length, unit) = {
            let units = f64::from(columns << DEPTH);
            match (units / length, length / units) {
                (per_length, unit) if per_length.is_normal() && unit.is_normal() => (per_length, unit),
                _ => return Self::undivided(lower, upper),
            }
        };
        let margin = rounding + unit / 4096.0;
        Self { lower, upper, units_per_length, unit, margin, columns, before: (lower - margin).next_down() }
    }

    fn undivided(lower: f64, upper: f64) -> Self {
        Self { lower, upper, units_per_length: 0.0, unit: 0.0, margin: 0.0, columns: 1, before: lower.next_down() }
    }

    #[inline]
    pub(super) fn unit_of(&self, coordinate: f64) -> u32 {
        (((coordinate - self.lower) * self.units_per_length) as u32).min((self.columns << DEPTH) - 1)
    }

    /// The coordinate from which a cell that begins at a unit is entered. The first cell is entered from before all vertices.
    #[inline]
    pub(super) fn corner(&self, unit: u32) -> f64 {
        if unit == 0 { self.before } else { self.lower + f64::from(unit) * self.unit }
    }

    /// Returns whether cells of this many bits are still much wider than the rounding error.
    pub(super) fn is_discernible(&self, bits: u32) -> bool {
        self.unit * f64::from(1_u32 << bits) > 8.0 * self.margin
    }
}
