//! Sample data from a seed: a register, a ledger, towns, parks, and the truth of the faults seeded in them.
//!
//! Block economies stand where the policy says they are, clustered around a few towns of their district and partly in
//! parks; all other firms spread around the towns. Sizes are log-normal by industry. The same seed gives the same bytes on
//! any machine. Nothing in the data is real, and every file says so or has a README beside it that does.
//!
//! Each seeded fault spoils one row in one way, so that `truth.csv` is what the rules of [`crate::check`] must find: all of
//! it, and nothing else.

mod chance;
mod faults;
mod files;
mod firms;
mod industries;
mod ledger;
mod metres;
mod parks;
mod register;
mod setting;
mod towns;

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::model::{Areas, Reference, Table};
use crate::policy::Policy;
use crate::source::{projected_areas, write_atomically};
use ledger::Candidates;
use setting::Setting;

const REGISTER_FILE: &str = "register.csv";
const LEDGER_FILE: &str = "ledger.csv";
const TRUTH_FILE: &str = "truth.csv";

/// What is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthOptions {
    /// Rows of the register.
    pub firms: usize,
    /// The same seed gives the same files.
    pub seed: u64,
    /// The day the ledger's picture is of; by default the end of September of the policy's year.
    pub as_of: Option<NaiveDate>,
    /// How many faults are seeded: 1 for about 500 among 20 000 firms, 0 for none.
    pub faults: f64,
    /// The words that must travel with the boundaries, for the README; by default what the `README.md` beside their file
    /// quotes (its lines that begin with `>`).
    pub attribution: Option<String>,
}

impl Default for SynthOptions {
    fn default() -> Self {
        Self { firms: 20_000, seed: 20_200_528, as_of: None, faults: 1.0, attribution: None }
    }
}

impl SynthOptions {
    /// The day the ledger's picture is of.
    #[must_use]
    pub fn as_of(&self, policy: &Policy) -> NaiveDate {
        self.as_of.or_else(|| NaiveDate::from_ymd_opt(policy.year, 9, 30)).unwrap_or_default()
    }
}

/// Writes `register.csv`, `ledger.csv`, `towns.geojson`, `parks.geojson`, `small_micro_parks.geojson`, `truth.csv` and a
/// `README.md` into a folder, which is made where it is not there, and returns their paths.
///
/// `boundaries` hold the districts of the policy; `gazetteer` has the columns `code`, `name`, `district_adcode`,
/// `lon_wgs84`, `lat_wgs84`. The register is written row by row, so that any number of firms fits in memory.
///
/// # Errors
///
/// Where a district of the policy has no boundary, the gazetteer lacks a column, or a file cannot be written.
pub fn write(
    options: &SynthOptions,
    policy: &Policy,
    boundaries: &Areas,
    gazetteer: &Table,
    folder: &Path,
) -> Result<Vec<PathBuf>> {
    let geographic;
    let boundaries = if boundaries.reference.is_wgs84_like() {
        boundaries
    } else {
        geographic = projected_areas(boundaries, Reference::Wgs84)?;
        &geographic
    };
    let setting = Setting::draw(options, policy, boundaries, gazetteer)?;
    std::fs::create_dir_all(folder).map_err(Error::file("create folder", folder))?;
    let as_of = options.as_of(policy);
    let mut truth = Vec::new();
    let mut candidates = Candidates::new(options.seed, policy);

    let register = folder.join(REGISTER_FILE);
    let failed = || Error::file("write", &register);
    let mut out = BufWriter::new(temporary_file(folder).map_err(failed())?);
    register::write(options, &setting, &mut candidates, &mut truth, &mut out)?;
    let temporary = out.into_inner().map_err(|error| failed()(error.into_error()))?;
    temporary.persist(&register).map_err(|error| failed()(error.error))?;

    let ledger = ledger::bytes(options, policy, as_of, candidates, &mut truth)?;
    truth.sort();
    let mut paths = vec![register];
    let attribution = options.attribution.clone().unwrap_or_else(|| files::quoted_beside(&boundaries.source));
    let readme = files::readme(options, policy, as_of, &attribution, &truth);
    for (name, bytes) in [
        (LEDGER_FILE, ledger),
        (setting.cells.source.as_str(), files::geojson(&setting.cells)),
        (setting.parks.source.as_str(), files::geojson(&setting.parks)),
        (setting.small_micro_parks.source.as_str(), files::geojson(&setting.small_micro_parks)),
        (TRUTH_FILE, files::truth(&truth)?),
        ("README.md", readme.into_bytes()),
    ] {
        let path = folder.join(name);
        write_atomically(&path, &[], &bytes)?;
        paths.push(path);
    }
    Ok(paths)
}

/// A file beside the one it will become, readable by whom new files are readable; a temporary file is so by its owner
/// alone.
fn temporary_file(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}
