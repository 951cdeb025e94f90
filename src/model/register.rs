use super::{Point, Reference};

/// One enterprise of the register 企业名录.
#[derive(Debug, Clone, PartialEq)]
pub struct Enterprise {
    /// The row of the file it came from, as a spreadsheet numbers it.
    pub row: u64,
    /// Unified social credit code 统一社会信用代码, or a stable surrogate where the workshop has none.
    pub id: String,
    /// Whether `id` is a surrogate made here.
    pub surrogate_id: bool,
    /// Enterprise name 企业名称.
    pub name: String,
    /// Address 地址.
    pub address: Option<String>,
    /// Where it stands, in the register's reference.
    pub location: Option<Point>,
    /// The district it declares 所属区县: adcode, where the declared text is one of the policy's districts.
    pub district: Option<String>,
    /// The town it declares 所属乡镇街道, as written.
    pub town: Option<String>,
    /// GB/T 4754-2017 code 行业代码.
    pub industry_code: Option<String>,
    /// Sector id: the file's own, or what the sector rules make of the industry code.
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

/// All enterprises of the territory that passed the check, in file order: the population of every concentration
/// measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Register {
    /// The file it came from.
    pub source: String,
    /// WGS 84, CGCS2000 or a projected metre grid.
    pub reference: Reference,
    /// The enterprises.
    pub enterprises: Vec<Enterprise>,
}
