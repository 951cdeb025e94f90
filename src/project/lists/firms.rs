//! What the lists know of each firm.

use super::super::survey::Survey;
use super::Row;
use crate::model::{Enterprise, Language};

/// What the lists know of each firm.
pub(super) struct Firms<'a> {
    survey: &'a Survey,
    language: Language,
}

impl<'a> Firms<'a> {
    pub(super) const fn new(survey: &'a Survey, language: Language) -> Self {
        Self { survey, language }
    }

    fn enterprise(&self, id: &str) -> Option<(usize, &'a Enterprise)> {
        let register = &self.survey.register.register;
        let position = register.position(id)?;
        Some((position, register.enterprises().get(position)?))
    }

    /// Name, code, district, town and address of a firm.
    pub(super) fn row(&self, id: &str) -> Row<'a> {
        match self.enterprise(id) {
            Some((position, firm)) => self.row_of(position, firm),
            None => {
                let mut row = Row::default();
                row.texts.insert("id", id.to_owned());
                self.add_district(&mut row, id);
                row
            }
        }
    }

    /// As [`Firms::row`], of a firm at a position of the register.
    pub(super) fn row_of(&self, position: usize, firm: &'a Enterprise) -> Row<'a> {
        let mut row = Row::default();
        row.texts.insert("id", &*firm.id);
        self.add_district(&mut row, &firm.id);
        row.texts.insert("name", firm.name.as_str());
        if let Some(address) = &firm.address {
            row.texts.insert("address", address.as_str());
        }
        if let Some(town) = self.town(position, firm) {
            row.texts.insert("town_name", town);
        }
        row
    }

    fn add_district(&self, row: &mut Row<'a>, id: &str) {
        let policy = &self.survey.policy;
        if let Some(district) = self.survey.register.standing.get(id).and_then(|adcode| policy.district(adcode)) {
            row.texts.insert("district_name", self.language.pick(district.name_zh.as_str(), &district.name_en));
        }
    }

    /// The town in which a firm stands, or else the one that it declares.
    fn town(&self, position: usize, firm: &'a Enterprise) -> Option<&'a str> {
        let layers = self.survey.layers.iter().zip(&self.survey.register.matches);
        let found = layers.filter(|(layer, _)| layer.areas.layer == "town").find_map(|(layer, matches)| {
            let area = matches.get(position)?.area?;
            Some(layer.areas.areas.get(area)?.name.as_str())
        });
        found.or(firm.town.as_deref())
    }
}
