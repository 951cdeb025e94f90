use super::{Point, Reference};

/// An enterprise of the register 企业名录.
#[derive(Debug, Clone, PartialEq)]
pub struct Enterprise {
    /// The row number in the file, as a spreadsheet shows it.
    pub row: u64,
    /// The sheet of that row, where the rows of several sheets were read together.
    pub sheet: Option<String>,
    /// Unified social credit code 统一社会信用代码, or a stable surrogate if the workshop has none.
    pub id: String,
    /// Whether `id` is a surrogate made by the check.
    pub surrogate_id: bool,
    /// Enterprise name 企业名称.
    pub name: String,
    /// Address 地址.
    pub address: Option<String>,
    /// Location, in the register's reference; `None` if the row has no coordinates.
    pub location: Option<Point>,
    /// The adcode of the declared district 所属区县; `None` if the declared text is not a district of the policy.
    pub district: Option<String>,
    /// The declared town 所属乡镇街道, as written in the file.
    pub town: Option<String>,
    /// GB/T 4754-2017 code 行业代码.
    pub industry_code: Option<String>,
    /// Sector id: as given in the file, or else derived from the industry code by the sector rules.
    pub sector: Option<String>,
    /// Employees 从业人数.
    pub employees: Option<f64>,
    /// Output in CNY 产值（元）.
    pub output_cny: Option<f64>,
    /// Tax paid in CNY 税收（元）.
    pub tax_cny: Option<f64>,
    /// Land used in mu 用地（亩）.
    pub land_mu: Option<f64>,
    /// Energy used in tonnes of coal equivalent 能耗（吨标煤）.
    pub energy_tce: Option<f64>,
}

/// The layers whose areas are parks, for the in-park share 入园率. A firm outside them is never taken into the nearest.
pub const PARK_LAYERS: [&str; 2] = ["park", "small_micro_park"];

/// All enterprises of the territory that passed the check, in file order. They are the population of every
/// concentration measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// The file from which the register was read.
    pub source: String,
    /// The reference of the locations: WGS 84, CGCS2000 or a projected metre grid.
    pub reference: Reference,
    /// The enterprises, in file order.
    pub enterprises: Vec<Enterprise>,
}
