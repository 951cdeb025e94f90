/// An area × sector table of additive amounts in a stated unit: firms, employees, output.
///
/// Counts of firms are whole numbers held in `f64`, exact up to 2⁵³.
#[derive(Debug, Clone, PartialEq)]
pub struct Counts {
    /// Area ids, the rows.
    pub areas: Vec<String>,
    /// Sector ids, the columns.
    pub sectors: Vec<String>,
    /// The amounts, area by area: `values[area * sectors.len() + sector]`.
    pub values: Vec<f64>,
    /// The unit of the amounts, such as `firms`, `employees` or `output_cny`.
    pub unit: String,
}

impl Counts {
    /// The unit of a table that counts enterprises.
    pub const FIRMS: &'static str = "firms";

    /// The sector of rows without one.
    pub const UNCLASSIFIED: &'static str = "unclassified";

    /// A table of zeros for the given areas and sectors.
    #[must_use]
    pub fn zeros(areas: Vec<String>, sectors: Vec<String>, unit: impl Into<String>) -> Self {
        let values = vec![0.0; areas.len() * sectors.len()];
        Self { areas, sectors, values, unit: unit.into() }
    }

    /// The amount of a sector in an area, by their positions.
    #[must_use]
    pub fn get(&self, area: usize, sector: usize) -> f64 {
        self.values[area * self.sectors.len() + sector]
    }

    /// Adds `amount` to a sector in an area.
    pub fn add(&mut self, area: usize, sector: usize, amount: f64) {
        self.values[area * self.sectors.len() + sector] += amount;
    }
}
