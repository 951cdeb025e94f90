//! Sample data made from a seed: a register, a ledger, towns, parks, and the list of seeded faults.
//!
//! Firms of block economies stand where the policy places them, clustered around a few towns of their district and
//! partly in parks; all other firms are spread around the towns. Sizes are log-normal by industry. The same seed gives
//! the same bytes on any machine. None of the firms is real, and each file, or a README beside it, says so.
//!
//! Each seeded fault changes one row in one way, so the rules of [`crate::check`] must find exactly the faults listed
//! in `truth.csv`.

mod chance;
mod faults;
mod files;
mod firms;
mod industries;
mod invented;
mod ledger;
mod metres;
mod parks;
mod register;
mod request;
mod setting;
mod towns;

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::model::{Areas, Reference, Table};
use crate::policy::Policy;
use crate::source::{NewFile, projected_areas, write_atomically};
use ledger::Candidates;
use setting::Setting;

pub use invented::{invented_districts, invented_geojson};
pub use request::{SynthRequest, synth};

const REGISTER_FILE: &str = "register.csv";
const LEDGER_FILE: &str = "ledger.csv";
const TRUTH_FILE: &str = "truth.csv";
const README_FILE: &str = "README.md";

/// The names of the files that [`write()`] writes into its folder.
pub const FILES: [&str; 7] = [
    REGISTER_FILE,
    LEDGER_FILE,
    towns::FILE,
    parks::PARKS_FILE,
    parks::SMALL_MICRO_PARKS_FILE,
    TRUTH_FILE,
    README_FILE,
];

/// The options of the sample.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthOptions {
    /// The number of rows of the register.
    pub firms: usize,
    /// The seed of the random generator. The same seed gives the same files.
    pub seed: u64,
    /// The as-of date of the ledger; by default the end of September of the policy's year.
    pub as_of: Option<NaiveDate>,
    /// The factor for the number of seeded faults: 1 for about 500 in 20 000 firms, 0 for none.
    pub faults: f64,
    /// The attribution of the boundaries, for the README; by default the quoted lines (starting with `>`) of the
    /// `README.md` beside their file.
    pub attribution: Option<String>,
}

impl Default for SynthOptions {
    fn default() -> Self {
        Self { firms: 20_000, seed: 20_200_528, as_of: None, faults: 1.0, attribution: None }
    }
}

impl SynthOptions {
    /// Returns the as-of date of the ledger.
    #[must_use]
    pub fn as_of(&self, policy: &Policy) -> NaiveDate {
        self.as_of.or_else(|| NaiveDate::from_ymd_opt(policy.year, 9, 30)).unwrap_or_default()
    }
}

/// Writes `register.csv`, `ledger.csv`, `towns.geojson`, `parks.geojson`, `small_micro_parks.geojson`, `truth.csv` and
/// a `README.md` into a folder, which is created if it does not exist, and returns their paths.
///
/// `boundaries` holds the districts of the policy; `gazetteer` has the columns `code`, `name`, `district_adcode`,
/// `lon_wgs84`, `lat_wgs84`. The register is written row by row, so memory does not limit the number of firms.
///
/// # Errors
///
/// Fails if a district of the policy has no boundary, if the gazetteer lacks a column, or if a file cannot be written.
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
    let failed = Error::file("write", &register);
    let mut out = BufWriter::new(NewFile::create(&register, &[])?);
    register::write(options, &setting, &mut candidates, &mut truth, &mut out)?;
    out.into_inner().map_err(|error| failed(error.into_error()))?.finish()?;

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
        (README_FILE, readme.into_bytes()),
    ] {
        let path = folder.join(name);
        write_atomically(&path, &[], &bytes)?;
        paths.push(path);
    }
    Ok(paths)
}
