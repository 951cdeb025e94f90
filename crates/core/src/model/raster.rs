use super::MetreGrid;

/// Values on square cells of a metre grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// The grid.
    pub grid: MetreGrid,
    /// The upper left corner of the upper left cell.
    pub corner_m: [f64; 2],
    /// The side of a cell.
    pub cell_m: f64,
    /// How many cells a row has.
    pub columns: usize,
    /// Row by row from above; none where there is nothing to be told.
    pub values: Vec<Option<f64>>,
}

impl Raster {
    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.columns).unwrap_or(0)
    }

    /// The middle of a cell.
    #[must_use]
    pub fn centre_m(&self, cell: usize) -> [f64; 2] {
        let (row, column) = (cell / self.columns, cell % self.columns);
        let [x, y] = self.corner_m;
        [x + (column as f64 + 0.5) * self.cell_m, y - (row as f64 + 0.5) * self.cell_m]
    }
}
