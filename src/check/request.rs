//! What is to be checked, as it is given by name.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::whole::{CheckInputs, DISTRICT};
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::model::{DeclaredReference, Distance};
use crate::source::{AreaLayers, TableSource, has_encoding, has_sheets, refuse_idle};

/// A register and a ledger, and how to understand their files: what is said once holds for both, what is said twice for the
/// register and for the ledger.
#[parameters]
#[derive(Default)]
pub struct OfficeTables {
    /// The register 企业名录.
    pub register: Option<PathBuf>,
    /// The ledger 管理台账.
    pub ledger: Option<PathBuf>,
    /// Reference of the register's coordinates [default: wgs84].
    #[parameter(requires = "register")]
    pub crs: Option<DeclaredReference>,
    /// Sheet of a workbook (once for both tables, or once for the register and once for the ledger) [default: the first].
    #[parameter(value = "SHEET")]
    pub sheet: Vec<String>,
    /// Encoding of a text file (once for both tables, or once for the register and once for the ledger) [default: detected:
    /// UTF-8, UTF-16 or GB18030].
    #[parameter(value = "ENCODING")]
    pub encoding: Vec<String>,
}

impl OfficeTables {
    /// The register and the ledger, where they are given.
    ///
    /// # Errors
    ///
    /// [`ProjectError::Options`] for a sheet or an encoding that is said more often than there are tables, and for one that no
    /// table has a use for.
    pub fn sources(&self) -> Result<(Option<TableSource>, Option<TableSource>)> {
        let given: Vec<&Path> = [&self.register, &self.ledger].into_iter().flatten().map(PathBuf::as_path).collect();
        let count = given.len();
        for (parameter, found) in [("sheet", self.sheet.len()), ("encoding", self.encoding.len())] {
            if found > 1 && found != count {
                return Err(ProjectError::Options {
                    message: format!("found ‹{parameter}› {found} times for {count} tables"),
                    hint: format!("give ‹{parameter}› once, or once for ‹register› and once for ‹ledger›"),
                }
                .into());
            }
        }
        refuse_idle(&given, &self.sheet, &self.encoding)?;
        // What is said once holds for the tables that have a use for it.
        let own = |values: &[String], position: usize, acts: bool| match values {
            [one] => acts.then(|| one.clone()),
            values => values.get(position).cloned(),
        };
        let source = |file: &PathBuf, position: usize, reference: Option<DeclaredReference>| TableSource {
            file: file.clone(),
            sheet: own(&self.sheet, position, has_sheets(file)),
            encoding: own(&self.encoding, position, has_encoding(file)),
            reference,
            ..TableSource::default()
        };
        let register = self.register.as_ref().map(|file| source(file, 0, self.crs));
        let ledger = self.ledger.as_ref().map(|file| source(file, usize::from(register.is_some()), None));
        Ok((register, ledger))
    }
}

/// What is to be checked: a register needs a policy, a ledger needs both. The first layer is the districts where no layer has
/// a name of its own.
#[parameters]
#[derive(Default)]
pub struct CheckRequest {
    /// The tables.
    #[flatten]
    pub tables: OfficeTables,
    /// The layers.
    #[flatten]
    pub layers: AreaLayers,
    /// The policy folder.
    #[parameter(value = "FOLDER")]
    pub policy: Option<PathBuf>,
    /// The day from which on dates are in the future.
    pub as_of: Option<NaiveDate>,
    /// Take a firm outside all districts into the nearest one within this distance, such as 200m.
    #[parameter(requires = "register", requires = "areas")]
    pub snap: Option<Distance>,
}

impl CheckRequest {
    /// The files to check.
    ///
    /// # Errors
    ///
    /// What [`OfficeTables::sources`] and [`AreaLayers::layers`] refuse.
    pub fn inputs(&self) -> Result<CheckInputs> {
        let (register, ledger) = self.tables.sources()?;
        let mut layers = self.layers.layers()?;
        if let Some(first) = layers.first_mut().filter(|_| self.layers.layer.is_empty()) {
            first.name = Some(DISTRICT.to_owned());
        }
        let snap_m = self.snap.map(Distance::metres);
        Ok(CheckInputs {
            register,
            ledger,
            layers,
            policy: self.policy.clone(),
            as_of: self.as_of,
            snap_m,
            folder: None,
        })
    }
}
