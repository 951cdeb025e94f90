use std::collections::BTreeMap;

use super::chance::{Chance, Stream};
use super::firms::InventedFirm;
use super::metres::six_decimals;
use super::register::RegisterRow;
use super::setting::Setting;
use crate::error::Result;
use crate::model::credit_code::CHARACTERS;
use crate::model::{DeclaredReference, Point, ProblemKind};
use crate::source::Transform;

/// A seeded fault, which the checks must find.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Truth {
    pub(super) file: &'static str,
    pub(super) row: u64,
    pub(super) problem: ProblemKind,
    pub(super) column: String,
}

/// The kinds of fault that can be seeded in a row of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RegisterFault {
    WrongCheckCharacter,
    ForbiddenCharacter,
    WrongLength,
    SmallLetters,
    NoCode,
    Duplicate,
    Swapped,
    Zero,
    DecimalPointSlipped,
    DegreesLeftOut,
    NoLatitude,
    NoCoordinates,
    OutsideTerritory,
    Gcj02,
    Bd09,
    UnknownDatum,
    WrongDistrict,
    UnknownDistrict,
    UnknownIndustry,
    NegativeEmployees,
    OutputInWords,
}

/// Each fault, what the checks call it, the column they name, and how often it occurs among 20 000 firms.
const FAULTS: &[(RegisterFault, ProblemKind, &str, usize)] = &[
    (RegisterFault::WrongCheckCharacter, ProblemKind::CreditCodeCheck, "id", 24),
    (RegisterFault::ForbiddenCharacter, ProblemKind::CreditCodeCharacter, "id", 12),
    (RegisterFault::WrongLength, ProblemKind::CreditCodeLength, "id", 16),
    (RegisterFault::SmallLetters, ProblemKind::CreditCodeCharacter, "id", 10),
    (RegisterFault::NoCode, ProblemKind::SurrogateId, "id", 60),
    (RegisterFault::Duplicate, ProblemKind::DuplicateId, "id", 20),
    (RegisterFault::Swapped, ProblemKind::CoordinateSwapped, "lon", 25),
    (RegisterFault::Zero, ProblemKind::CoordinateZero, "lon", 15),
    (RegisterFault::DecimalPointSlipped, ProblemKind::CoordinateRange, "lon", 8),
    (RegisterFault::DegreesLeftOut, ProblemKind::UnreadableValue, "lon", 6),
    (RegisterFault::NoLatitude, ProblemKind::MissingValue, "lat", 6),
    (RegisterFault::NoCoordinates, ProblemKind::MissingValue, "lon", 10),
    (RegisterFault::OutsideTerritory, ProblemKind::OutsideTerritory, "lon", 18),
    (RegisterFault::Gcj02, ProblemKind::DatumDiffers, "datum", 120),
    (RegisterFault::Bd09, ProblemKind::DatumDiffers, "datum", 30),
    (RegisterFault::UnknownDatum, ProblemKind::UnknownDatum, "datum", 5),
    (RegisterFault::WrongDistrict, ProblemKind::DistrictDiffers, "district", 80),
    (RegisterFault::UnknownDistrict, ProblemKind::UnknownCode, "district", 6),
    (RegisterFault::UnknownIndustry, ProblemKind::UnknownCode, "industry_code", 15),
    (RegisterFault::NegativeEmployees, ProblemKind::UnreadableValue, "employees", 8),
    (RegisterFault::OutputInWords, ProblemKind::UnreadableValue, "output_cny", 8),
];

/// Scales the number of faults: `per` faults in `of` rows, for `number` rows, times `factor`; at least one unless the
/// factor is 0.
pub(super) fn scaled(per: usize, of: usize, number: usize, factor: f64) -> usize {
    if factor <= 0.0 {
        return 0;
    }
    #[expect(clippy::cast_precision_loss, reason = "numbers of firms are below 2^53")]
    let wanted = per as f64 * number as f64 / of as f64 * factor;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the number of rows")]
    let wanted = wanted.round().clamp(1.0, f64::MAX) as usize;
    wanted
}

impl RegisterFault {
    pub(super) fn truth(self, row: u64) -> Option<Truth> {
        let (_, problem, column, _) = FAULTS.iter().find(|(fault, ..)| *fault == self)?;
        Some(Truth { file: super::REGISTER_FILE, row, problem: *problem, column: (*column).to_owned() })
    }

    /// Returns whether the ledger can still name the firm by its code.
    pub(super) fn keeps_identity(self) -> bool {
        !matches!(
            self,
            Self::WrongCheckCharacter | Self::ForbiddenCharacter | Self::WrongLength | Self::NoCode | Self::Duplicate
        )
    }

    /// Returns the distance from the district boundary, in degrees, that a firm must keep so that the fault changes
    /// nothing else.
    pub(super) fn margin_deg(self) -> f64 {
        if matches!(self, Self::Gcj02 | Self::Bd09) { 0.0005 } else { 0.0 }
    }
}

/// Assigns faults to rows of the register (counted from 0): at most one for each row, and to at most half of all rows.
pub(super) fn plan(firms: usize, factor: f64, seed: u64) -> BTreeMap<usize, RegisterFault> {
    let mut chance = Chance::new(seed, Stream::FaultPlan);
    let mut wanted: Vec<RegisterFault> = FAULTS
        .iter()
        .flat_map(|(fault, _, _, per)| std::iter::repeat_n(*fault, scaled(*per, 20_000, firms, factor).min(firms)))
        .collect();
    chance.shuffle(&mut wanted);
    wanted.truncate(firms / 2);
    chance.distinct(wanted.len(), firms).into_iter().zip(wanted).collect()
}

/// Applies faults to rows.
pub(super) struct Spoiler<'a> {
    setting: &'a Setting<'a>,
    to_gcj02: Transform,
    to_bd09: Transform,
    /// Rows without a fault that a later row can repeat.
    donors: Vec<RegisterRow>,
    chance: Chance,
}

impl<'a> Spoiler<'a> {
    pub(super) fn new(setting: &'a Setting<'a>, seed: u64) -> Result<Self> {
        Ok(Self {
            setting,
            to_gcj02: Transform::new(DeclaredReference::Wgs84, DeclaredReference::Gcj02)?,
            to_bd09: Transform::new(DeclaredReference::Wgs84, DeclaredReference::Bd09)?,
            donors: Vec::new(),
            chance: Chance::new(seed, Stream::Faults),
        })
    }

    /// Keeps a faultless row for later duplicates, up to a fixed number of rows.
    pub(super) fn remember(&mut self, row: &RegisterRow) {
        const KEPT: usize = 512;
        if self.donors.len() < KEPT {
            self.donors.push(row.clone());
        } else if self.chance.happens(0.02) {
            let place = self.chance.below(KEPT);
            self.donors[place] = row.clone();
        }
    }

    /// Applies the fault to the row; returns false if that is not possible (no row to repeat, no other district).
    pub(super) fn spoil(&mut self, fault: RegisterFault, firm: &InventedFirm, row: &mut RegisterRow) -> bool {
        let chance = &mut self.chance;
        let policy = self.setting.policy;
        match fault {
            RegisterFault::WrongCheckCharacter => {
                let right = row.id.pop().and_then(|check| CHARACTERS.find(check)).unwrap_or(0);
                let wrong = (right + 1 + chance.below(30)) % 31;
                row.id.extend(CHARACTERS.chars().nth(wrong));
            }
            RegisterFault::ForbiddenCharacter => {
                let place = 10 + chance.below(6);
                let forbidden = ["I", "O", "S", "V", "Z"][chance.below(5)];
                row.id.replace_range(place..=place, forbidden);
            }
            RegisterFault::WrongLength => {
                let place = 10 + chance.below(6);
                if chance.happens(0.5) {
                    row.id.remove(place);
                } else {
                    row.id.insert(place, '0');
                }
            }
            RegisterFault::SmallLetters => row.id = row.id.to_lowercase(),
            RegisterFault::NoCode => row.id.clear(),
            RegisterFault::Duplicate => match chance.pick(&self.donors) {
                Some(donor) => *row = donor.clone(),
                None => return false,
            },
            RegisterFault::Swapped => std::mem::swap(&mut row.lon, &mut row.lat),
            RegisterFault::Zero => (row.lon, row.lat) = ("0".to_owned(), "0".to_owned()),
            RegisterFault::DecimalPointSlipped => row.lon = format!("{:.5}", firm.location.x * 10.0),
            RegisterFault::DegreesLeftOut => {
                let minutes = firm.location.x.fract() * 60.0;
                row.lon = format!("{minutes:.3}′");
            }
            RegisterFault::NoLatitude => row.lat.clear(),
            RegisterFault::NoCoordinates => {
                row.lon.clear();
                row.lat.clear();
            }
            RegisterFault::OutsideTerritory => match outside(self.setting, firm.location, chance) {
                Some(point) => row.place(point),
                None => return false,
            },
            RegisterFault::Gcj02 | RegisterFault::Bd09 => {
                let (transform, datum) = match fault {
                    RegisterFault::Gcj02 => (&self.to_gcj02, DeclaredReference::Gcj02),
                    _ => (&self.to_bd09, DeclaredReference::Bd09),
                };
                let Ok(point) = transform.point(firm.location) else { return false };
                row.place(point);
                row.datum = datum.to_string();
            }
            RegisterFault::UnknownDatum => row.datum = "local1954".to_owned(),
            RegisterFault::WrongDistrict => {
                let others: Vec<usize> = (0..policy.districts.len()).filter(|other| *other != firm.district).collect();
                match chance.pick(&others) {
                    Some(other) => row.district = policy.districts[*other].name_zh.clone(),
                    None => return false,
                }
            }
            RegisterFault::UnknownDistrict => row.district = "待核".to_owned(),
            RegisterFault::UnknownIndustry => {
                let unknown = ["0000", "9999"].into_iter().find(|code| policy.sector_of(code).is_none());
                let unknown = unknown.filter(|_| chance.happens(0.5)).unwrap_or("待核");
                row.industry_code = unknown.to_owned();
            }
            RegisterFault::NegativeEmployees => row.employees = format!("-{}", firm.employees),
            RegisterFault::OutputInWords => row.output_cny = format!("约{}万", (firm.output_cny / 1e4).round()),
        }
        true
    }
}

/// A point some kilometres outside every district.
fn outside(setting: &Setting<'_>, from: Point, chance: &mut Chance) -> Option<Point> {
    const CLEAR_DEG: f64 = 0.03;
    (0..400).map(f64::from).find_map(|attempt| {
        // Farther with every try, until the territory is left behind.
        let reach = 0.2 + attempt * 0.01;
        let x = six_decimals(from.x + chance.between(-reach, reach));
        let y = six_decimals(from.y + chance.between(-reach, reach));
        let around = [
            (0.0, 0.0),
            (1.0, 0.0),
            (-1.0, 0.0),
            (0.0, 1.0),
            (0.0, -1.0),
            (1.0, 1.0),
            (-1.0, 1.0),
            (1.0, -1.0),
            (-1.0, -1.0),
        ];
        let is_clear = around.iter().all(|(dx, dy)| {
            let point = Point::new(x + dx * CLEAR_DEG, y + dy * CLEAR_DEG);
            setting.district_index.locate(point).area.is_none()
        });
        let in_china = (74.0..135.0).contains(&x) && (4.0..53.0).contains(&y);
        (is_clear && in_china).then_some(Point::new(x, y))
    })
}
