use std::collections::HashMap;
use std::sync::Arc;

use super::checked::{Checked, RowProblems};
use crate::model::{Areas, ColumnMapping, Enterprise, Match, ProblemKind, Register, Report, Standing};
use crate::policy::{District, Policy};

/// The enterprises that stand in the territory of the policy, with the district of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Territory {
    /// The enterprises of the register that stand in a district of the policy or have no coordinates.
    pub register: Register,
    /// The match of each enterprise in the district layer, in the order of `register`.
    pub matches: Vec<Match>,
    /// The adcode of the district where each enterprise stands, by enterprise id. Enterprises without coordinates are
    /// not in the map.
    pub standing: Standing,
}

/// Checks the location of each enterprise against the territory of the policy and against the district it declares.
///
/// `matches` holds the match of each enterprise of the register in `districts`, in the order of the register. A firm
/// outside every district of the policy is rejected. If the declared district differs from the district where the firm
/// stands, the latter counts and a warning is issued; the warning also says if the firm lies on the boundary or was
/// snapped to it. A firm that declares no district cannot differ.
#[must_use]
pub fn territory(
    register: Register,
    columns: &ColumnMapping,
    matches: &[Match],
    districts: &Areas,
    policy: &Policy,
) -> Checked<Territory> {
    let of_area: Vec<Option<&District>> =
        districts.areas.iter().map(|area| policy.district(&area.id).or_else(|| policy.district(&area.name))).collect();
    let header = |canonical: &'static str| columns.header(canonical).unwrap_or(canonical);
    let mut report = Report::default();
    let mut rejects = Vec::new();
    let (source, reference) = (register.source.clone(), register.reference);
    let mut enterprises = register.into_enterprises();
    let mut kept_matches = Vec::with_capacity(enterprises.len());
    let mut standing = HashMap::with_capacity(enterprises.len());
    let adcodes: Vec<Option<Arc<str>>> =
        of_area.iter().map(|district| district.map(|district| district.adcode.as_str().into())).collect();
    let mut places = matches.iter();
    // In place: a second list would be as large as the first.
    enterprises.retain(|enterprise| {
        let place = places.next().copied().unwrap_or_default();
        let mut row = RowProblems::new(&source, enterprise.sheet.as_deref(), enterprise.row);
        let district = place.area.and_then(|area| of_area.get(area).copied().flatten());
        match (enterprise.location, district) {
            (Some(location), None) => {
                let found = match place.area.and_then(|area| districts.areas.get(area)) {
                    Some(area) => format!("{}, {} in {}", location.x, location.y, area.name),
                    None => format!("{}, {}", location.x, location.y),
                };
                let expected = format!("a position in {}", policy.city.name_zh);
                row.reject(ProblemKind::OutsideTerritory, header("lon"), &found, expected);
            }
            (_, Some(district)) => declared_against(enterprise, place, district, policy, header("district"), &mut row),
            (None, None) => {}
        }
        if let Some(reject) = row.close(&enterprise.id, &mut report) {
            rejects.push(reject);
            return false;
        }
        if let Some(adcode) = place.area.and_then(|area| adcodes.get(area)?.as_ref()) {
            standing.insert(Arc::clone(&enterprise.id), Arc::clone(adcode));
        }
        kept_matches.push(place);
        true
    });
    let register = Register::new(source, reference, enterprises);
    Checked { value: Territory { register, matches: kept_matches, standing }, report, rejects }
}

fn declared_against(
    enterprise: &Enterprise,
    place: Match,
    standing: &District,
    policy: &Policy,
    column: &str,
    row: &mut RowProblems<'_>,
) {
    let Some(declared) = enterprise.district.as_deref().filter(|declared| *declared != standing.adcode) else { return };
    let declared = policy.district(declared).map_or(declared, |district| district.name_zh.as_str());
    let how = match (place.snapped_m, place.on_boundary) {
        (Some(distance_m), _) => format!(", from which it lies {distance_m:.1} m outside"),
        (None, true) => ", on whose boundary it lies".to_owned(),
        (None, false) => String::new(),
    };
    let expected = format!("{}, where it stands{how}", standing.name_zh);
    row.warn(ProblemKind::DistrictDiffers, column, declared, expected);
}
