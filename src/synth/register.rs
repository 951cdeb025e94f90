use std::io::Write;

use super::SynthOptions;
use super::chance::{Chance, Stream};
use super::faults::{self, RegisterFault, Spoiler, Truth};
use super::firms::{self, InventedFirm};
use super::ledger::Candidates;
use super::setting::Setting;
use crate::error::{Error, Result};
use crate::model::Point;

/// The columns of the register, in the order of [`RegisterRow`].
const COLUMNS: [&str; 14] = [
    "id",
    "name",
    "address",
    "lon",
    "lat",
    "datum",
    "district",
    "town",
    "industry_code",
    "employees",
    "output_cny",
    "tax_cny",
    "land_mu",
    "energy_tce",
];

/// The cells of a row of the register.
#[derive(Clone, serde::Serialize)]
pub(super) struct RegisterRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) address: String,
    pub(super) lon: String,
    pub(super) lat: String,
    pub(super) datum: String,
    pub(super) district: String,
    pub(super) town: String,
    pub(super) industry_code: String,
    pub(super) employees: String,
    pub(super) output_cny: String,
    pub(super) tax_cny: String,
    pub(super) land_mu: String,
    pub(super) energy_tce: String,
}

impl RegisterRow {
    fn new(firm: &InventedFirm, setting: &Setting<'_>) -> Self {
        let mut row = Self {
            id: firm.id.clone(),
            name: firm.name.clone(),
            address: firm.address.clone(),
            lon: String::new(),
            lat: String::new(),
            datum: String::new(),
            district: setting.policy.districts[firm.district].name_zh.clone(),
            town: firm.town.clone(),
            industry_code: firm.industry_code.clone(),
            employees: firm.employees.to_string(),
            output_cny: firm.output_cny.to_string(),
            tax_cny: firm.tax_cny.to_string(),
            land_mu: firm.land_mu.to_string(),
            energy_tce: firm.energy_tce.to_string(),
        };
        row.place(firm.location);
        row
    }

    pub(super) fn place(&mut self, point: Point) {
        self.lon = format!("{:.6}", point.x);
        self.lat = format!("{:.6}", point.y);
    }
}

/// Writes the register row by row, and keeps only the candidates for the ledger and the seeded faults.
pub(super) fn write(
    options: &SynthOptions,
    setting: &Setting<'_>,
    candidates: &mut Candidates,
    truth: &mut Vec<Truth>,
    out: impl Write,
) -> Result<()> {
    let failed = |error: csv::Error| Error::File {
        action: "write",
        path: super::REGISTER_FILE.into(),
        source: std::io::Error::from(error),
    };
    // A register of no firms has its header as well.
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
    writer.write_record(COLUMNS).map_err(failed)?;
    let mut chance = Chance::new(options.seed, Stream::Firms);
    let mut spoiler = Spoiler::new(setting, options.seed)?;
    let planned = faults::plan(options.firms, options.faults, options.seed);
    for index in 0..options.firms {
        let fault = planned.get(&index).copied();
        let firm = firms::draw(index + 1, setting, fault.map_or(0.0, RegisterFault::margin_deg), &mut chance);
        let mut row = RegisterRow::new(&firm, setting);
        match fault {
            Some(fault) if spoiler.spoil(fault, &firm, &mut row) => {
                // The header is row 1.
                truth.extend(fault.truth(index as u64 + 2));
                if fault.keeps_identity() {
                    candidates.offer(&firm, setting.policy);
                }
            }
            _ => {
                spoiler.remember(&row);
                candidates.offer(&firm, setting.policy);
            }
        }
        writer.serialize(&row).map_err(failed)?;
    }
    writer.flush().map_err(Error::file("write", super::REGISTER_FILE))
}
