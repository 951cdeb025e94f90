//! What the lists know of each firm.

use std::collections::HashMap;

use super::super::survey::Survey;
use super::Row;
use crate::model::{Enterprise, Language};

/// What the lists know of each firm.
pub(super) struct Firms<'a> {
    survey: &'a Survey,
    language: Language,
    positions: HashMap<&'a str, usize>,
}

impl<'a> Firms<'a> {
    pub(super) fn new(survey: &'a Survey, language: Language) -> Self {
        let enterprises = survey.register.register.enterprises.iter().enumerate();
        Self { survey, language, positions: enterprises.map(|(position, firm)| (firm.id.as_str(), position)).collect() }
    }

    fn enterprise(&self, id: &str) -> Option<(usize, &'a Enterprise)> {
        let position = *self.positions.get(id)?;
        Some((position, self.survey.register.register.enterprises.get(position)?))
    }

    /// Name, code, district, town and address of a firm.
    pub(super) fn row(&self, id: &str) -> Row {
        let mut row = Row::default();
        row.texts.insert("id", id.to_owned());
        let policy = &self.survey.policy;
        if let Some(district) = self.survey.register.standing.get(id).and_then(|adcode| policy.district(adcode)) {
            row.texts.insert("district_name", self.language.pick(&district.name_zh, &district.name_en).clone());
        }
        if let Some((position, firm)) = self.enterprise(id) {
            row.texts.insert("name", firm.name.clone());
            row.texts.extend(firm.address.clone().map(|address| ("address", address)));
            row.texts.extend(self.town(position, firm).map(|town| ("town_name", town)));
        }
        row
    }

    /// The town in which a firm stands, or else the one that it declares.
    fn town(&self, position: usize, firm: &Enterprise) -> Option<String> {
        let layers = self.survey.layers.iter().zip(&self.survey.register.matches);
        let found = layers.filter(|(layer, _)| layer.areas.layer == "town").find_map(|(layer, matches)| {
            let area = matches.get(position)?.area?;
            Some(layer.areas.areas.get(area)?.name.clone())
        });
        found.or_else(|| firm.town.clone())
    }
}
