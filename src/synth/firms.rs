use super::chance::Chance;
use super::industries::{self, Economics, Industry};
use super::metres::{metres_per_degree, six_decimals};
use super::parks;
use super::setting::{DistrictPlan, Setting};
use crate::model::{Point, credit_code};

/// An invented firm, before any fault.
#[derive(Clone)]
pub(super) struct InventedFirm {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) location: Point,
    /// The index of the district in which the firm stands, among those of the policy.
    pub(super) district: usize,
    pub(super) town: String,
    pub(super) industry_code: String,
    /// The index of the block economy, among those of the policy.
    pub(super) block: Option<usize>,
    pub(super) employees: f64,
    pub(super) output_cny: f64,
    pub(super) tax_cny: f64,
    pub(super) land_mu: f64,
    pub(super) energy_tce: f64,
}

/// Draws the firm with this number. It keeps a distance of `margin_deg` from the boundary of its district, so that
/// converting its datum back and forth does not move it into another district.
pub(super) fn draw(number: usize, setting: &Setting<'_>, margin_deg: f64, chance: &mut Chance) -> InventedFirm {
    let weights: Vec<f64> = setting.plans.iter().map(|plan| plan.weight).collect();
    let district = chance.weighted(&weights).unwrap_or(0);
    let plan = &setting.plans[district];
    let block = (chance.happens(plan.block_share))
        .then(|| {
            let weights: Vec<f64> = plan.blocks.iter().map(|block| block.weight).collect();
            chance.weighted(&weights)
        })
        .flatten();
    let classes = block.map_or(&setting.industries, |block| &plan.blocks[block].industries);
    let industry = industries::draw(classes, chance);
    let location = location(setting, district, block, margin_deg, chance);
    let town = setting
        .cell_index
        .locate(location)
        .area
        .map_or_else(|| setting.districts.areas[district].name.clone(), |cell| setting.cells.areas[cell].name.clone());
    let label = industry.map_or("其他", |industry| industry.label.as_str());
    let economics = industry.map(|industry| industry.economics(chance));
    let Economics { employees, output_cny, tax_cny, land_mu, energy_tce } = economics.unwrap_or(Economics {
        employees: 1.0,
        output_cny: 1000.0,
        tax_cny: 0.0,
        land_mu: 0.0,
        energy_tce: 0.0,
    });
    let policy = setting.policy;
    let home = &policy.districts[district];
    let street = 1 + chance.below(899);
    InventedFirm {
        id: code(number, &home.adcode),
        name: format!("示例企业{number:05}（{label}）"),
        address: format!("{}{}{town}示例路{street}号", policy.city.name_zh, home.name_zh),
        location,
        district,
        town,
        industry_code: industry.map(|industry: &Industry| industry.code.clone()).unwrap_or_default(),
        block: block.map(|block| plan.blocks[block].block),
        employees,
        output_cny,
        tax_cny,
        land_mu,
        energy_tce,
    }
}

/// Returns a valid code that is marked as invented by an organisation code starting with `YL` (样例).
pub(super) fn code(number: usize, adcode: &str) -> String {
    const BASE: usize = 31;
    let characters = credit_code::CHARACTERS.as_bytes();
    // An odd factor prime to 31 walks through all 31⁶ bodies before it repeats one.
    let mut rest = number.wrapping_mul(514_229_317) % BASE.pow(6);
    let mut body = [b'0'; 6];
    for place in body.iter_mut().rev() {
        *place = characters[rest % BASE];
        rest /= BASE;
    }
    let mut organisation = String::from("YL");
    organisation.extend(body.iter().map(|byte| char::from(*byte)));
    organisation.push(organisation_check(&organisation));
    let code = format!("91{adcode}{organisation}");
    match credit_code::check_character(&code) {
        Some(check) => format!("{code}{check}"),
        None => code,
    }
}

/// The check character of an organisation code, GB 11714: `11 − Σ C_i·W_i mod 11`, X for 10 and 0 for 11.
fn organisation_check(body: &str) -> char {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let value = |character: char| character.to_digit(36).unwrap_or(0);
    let sum: u32 = body.chars().zip(WEIGHTS).map(|(character, weight)| value(character) * weight).sum();
    match 11 - sum % 11 {
        10 => 'X',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

/// A place in the district: in a park, or scattered around a town.
fn location(
    setting: &Setting<'_>,
    district: usize,
    block: Option<usize>,
    margin_deg: f64,
    chance: &mut Chance,
) -> Point {
    let plan = &setting.plans[district];
    for _ in 0..2000 {
        let Some(point) = candidate(setting, plan, block, chance) else { continue };
        let corners = [(0.0, 0.0), (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)];
        let stands = corners.iter().take(if margin_deg > 0.0 { 5 } else { 1 }).all(|(x, y)| {
            let point = Point::new(point.x + x * margin_deg, point.y + y * margin_deg);
            setting.district_index.locate(point).area == Some(district)
        });
        if stands {
            return point;
        }
    }
    // Towns stand in their own district.
    plan.towns.first().map_or(Point::new(0.0, 0.0), |town| setting.towns[*town].point)
}

fn candidate(setting: &Setting<'_>, plan: &DistrictPlan, block: Option<usize>, chance: &mut Chance) -> Option<Point> {
    let block = block.map(|block| &plan.blocks[block]);
    let (in_park, in_small_micro_park) = if block.is_some() { (0.3, 0.08) } else { (0.1, 0.05) };
    let draw = chance.uniform();
    if draw < in_park {
        let parks = block.map_or(&plan.parks, |block| &block.parks);
        if let Some(park) = chance.pick(parks) {
            return parks::inside(&setting.parks.areas[*park], chance);
        }
    } else if draw < in_park + in_small_micro_park
        && let Some(park) = chance.pick(&plan.small_micro_parks)
    {
        return parks::inside(&setting.small_micro_parks.areas[*park], chance);
    }
    let (town, sigma_m) = match block {
        Some(block) => (*chance.pick(&block.towns)?, if chance.happens(0.75) { 1400.0 } else { 3500.0 }),
        None => {
            let town = plan.towns[chance.weighted(&plan.town_weights)?];
            (town, if chance.happens(0.65) { 1700.0 } else { 5000.0 })
        }
    };
    let center = setting.towns[town].point;
    let scale = metres_per_degree(center.y);
    let (x, y) = (sigma_m * chance.normal() / scale.x, sigma_m * chance.normal() / scale.y);
    Some(Point::new(six_decimals(center.x + x), six_decimals(center.y + y)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn codes_are_valid_and_distinct() {
        let codes: HashSet<String> = (1..=5000).map(|number| code(number, "330603")).collect();
        assert_eq!(codes.len(), 5000);
        assert!(codes.iter().all(|code| credit_code::verify(code).is_ok()));
    }

    #[test]
    fn organisation_codes_carry_their_own_check() {
        // 组织机构代码 of GB 11714's own example: D2143569-X.
        assert_eq!(organisation_check("D2143569"), 'X');
    }
}
