use super::MetreGrid;

/// Values on the square cells of a metre grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    /// The projected grid that the coordinates are in.
    pub grid: MetreGrid,
    /// The upper left corner of the upper left cell, easting and northing in metres.
    pub corner_m: [f64; 2],
    /// The side of a cell, in metres.
    pub cell_m: f64,
    /// The number of cells in a row.
    pub columns: usize,
    /// The values, row by row from the top; none in cells without a value.
    pub values: Vec<Option<f64>>,
}

impl Raster {
    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.columns).unwrap_or(0)
    }

    /// The centre of a cell, easting and northing in metres, by the position of the cell in `values`.
    #[must_use]
    pub fn centre_m(&self, cell: usize) -> [f64; 2] {
        let (row, column) = (cell / self.columns, cell % self.columns);
        let [x, y] = self.corner_m;
        [x + (column as f64 + 0.5) * self.cell_m, y - (row as f64 + 0.5) * self.cell_m]
    }
}
