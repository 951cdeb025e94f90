//! The names of the columns that several modules write and read, and the quantities in them.

/// The id of an area.
pub const AREA: &str = "area";
/// The name of an area.
pub const AREA_NAME: &str = "area_name";
/// The id of a sector.
pub const SECTOR: &str = "sector";
/// The name of a sector.
pub const SECTOR_NAME: &str = "sector_name";
/// The unit that is counted, such as firms or employees.
pub const UNIT: &str = "unit";
/// The number of units in an area.
pub const COUNT: &str = "count";
/// The share of an area in all areas or, for an area and sector, the share of the sector in the area; a fraction.
pub const SHARE: &str = "share";
/// The share of an area in its sector, a fraction.
pub const SECTOR_SHARE: &str = "sector_share";
/// The number of units per km².
pub const DENSITY_PER_KM2: &str = "density_per_km2";
/// The location quotient.
pub const LOCATION_QUOTIENT: &str = "location_quotient";
/// The lower bound of the confidence interval of the location quotient.
pub const LOCATION_QUOTIENT_LOWER: &str = "location_quotient_lower";
/// The upper bound of the confidence interval of the location quotient.
pub const LOCATION_QUOTIENT_UPPER: &str = "location_quotient_upper";
/// The Herfindahl–Hirschman index over sectors.
pub const HERFINDAHL_HIRSCHMAN: &str = "herfindahl_hirschman";
/// The normalised Herfindahl–Hirschman index over sectors.
pub const HERFINDAHL_HIRSCHMAN_NORMALISED: &str = "herfindahl_hirschman_normalised";
/// The effective number of sectors.
pub const EFFECTIVE_SECTORS: &str = "effective_sectors";
/// The number of employees of a firm.
pub const EMPLOYEES: &str = "employees";
/// The output of a firm in CNY.
pub const OUTPUT_CNY: &str = "output_cny";
/// The taxes that a firm pays, in CNY.
pub const TAX_CNY: &str = "tax_cny";
/// The land of a firm in mu.
pub const LAND_MU: &str = "land_mu";
/// The energy that a firm uses, in tonnes of coal equivalent.
pub const ENERGY_TCE: &str = "energy_tce";
/// The industry code of a firm.
pub const INDUSTRY_CODE: &str = "industry_code";
/// The id of a row: of a firm, of an area that an analysis is about.
pub const ID: &str = "id";
/// The name of a row, as [`ID`].
pub const NAME: &str = "name";
/// The label of a local statistic.
pub const LABEL: &str = "label";
/// The share of units that stand in a park, a fraction.
pub const IN_PARK_SHARE: &str = "in_park_share";
/// The sector with most firms in an area, which a map finds from the counts.
pub const LARGEST_SECTOR: &str = "largest_sector";

/// The id of a programme.
pub const PROGRAMME: &str = "programme";
/// The Chinese name of a programme.
pub const PROGRAMME_NAME_ZH: &str = "programme_name_zh";
/// The English name of a programme.
pub const PROGRAMME_NAME_EN: &str = "programme_name_en";
/// The adcode of a district.
pub const DISTRICT: &str = "district";
/// The Chinese name of a district.
pub const DISTRICT_NAME_ZH: &str = "district_name_zh";
/// The English name of a district.
pub const DISTRICT_NAME_EN: &str = "district_name_en";
/// Whether the row of a quota table is that of the whole city.
pub const IS_CITY: &str = "is_city";
/// The number of listed firms.
pub const LISTED: &str = "listed";
/// The number of firms that passed the town self-check.
pub const SELF_CHECKED: &str = "self_checked";
/// The number of firms that passed the county review.
pub const REVIEWED: &str = "reviewed";
/// The number of firms that passed the city spot check.
pub const SPOT_CHECKED: &str = "spot_checked";
/// The number of firms that count toward the quota.
pub const ACCEPTED: &str = "accepted";
/// The number of firms that the quota requires.
pub const QUOTA: &str = "quota";
/// The accepted firms as a fraction of the quota.
pub const RATE: &str = "rate";
/// The number of firms missing for the quota.
pub const GAP: &str = "gap";
/// The number of firms beyond the quota.
pub const SURPLUS: &str = "surplus";
/// The rank of a district by rate.
pub const RANK: &str = "rank";
/// The number of firms that stand in no district.
pub const UNPLACED: &str = "unplaced";

/// The columns of fractions.
const FRACTIONS: [&str; 19] = [
    SHARE,
    SECTOR_SHARE,
    IN_PARK_SHARE,
    "in_park_share_lower",
    "in_park_share_upper",
    "in_park_share_inward",
    "in_park_share_outward",
    "largest_plant_share",
    "kept_share",
    "likeliest_share",
    "robust_share",
    "rate_before",
    "rate_risen",
    "met_probability",
    "pass_rate",
    "pass_rate_lower",
    "pass_rate_upper",
    RATE,
    "due_rate",
];

/// The columns of amounts.
const AMOUNTS: [&str; 8] =
    [COUNT, jiju_core::model::Counts::FIRMS, EMPLOYEES, OUTPUT_CNY, TAX_CNY, LAND_MU, ENERGY_TCE, "total"];

/// The quantity in a column of numbers, which determines how the numbers are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A fraction of a whole, shown in percent.
    Fraction,
    /// An amount, which grows with the size of what it is of.
    Amount,
    /// Any other number, shown as it is.
    Number,
}

/// Returns the quantity in a column of the tables that this crate makes; [`Quantity::Number`] for any other column.
///
/// # Examples
///
/// ```
/// use jiju::model::column::{self, Quantity};
/// assert_eq!(column::quantity("in_park_share"), Quantity::Fraction);
/// assert_eq!(column::quantity("count"), Quantity::Amount);
/// assert_eq!(column::quantity("location_quotient"), Quantity::Number);
/// ```
#[must_use]
pub fn quantity(column: &str) -> Quantity {
    if FRACTIONS.contains(&column) {
        Quantity::Fraction
    } else if AMOUNTS.contains(&column) {
        Quantity::Amount
    } else {
        Quantity::Number
    }
}

/// Writes a fraction in percent with one decimal, as all tables for readers do.
///
/// # Examples
///
/// ```
/// use jiju::model::column::percent;
/// assert_eq!(percent(0.5), "50.0%");
/// assert_eq!(percent(7.0), "700.0%");
/// assert_eq!(percent(-0.0001), "0.0%");
/// ```
#[must_use]
pub fn percent(fraction: f64) -> String {
    let text = format!("{:.1}%", fraction * 100.0);
    if text == "-0.0%" { "0.0%".to_owned() } else { text }
}
