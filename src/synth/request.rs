//! Sample data from files.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::{FILES, SynthOptions, write};
use crate::declare::parameters;
use crate::error::Result;
use crate::policy;
use crate::source::{self, AreaOptions, TableOptions};

/// Sample data to make.
#[parameters]
pub struct SynthRequest {
    /// Rows of the register.
    pub firms: usize,
    /// The same seed gives the same files.
    pub seed: u64,
    /// How many faults are seeded: 1 for about 500 among 20 000 firms, 0 for none.
    pub faults: f64,
    /// The day the ledger's picture is of [default: the end of September of the policy's year].
    pub as_of: Option<NaiveDate>,
    /// The policy folder.
    #[parameter(value = "FOLDER")]
    pub policy: PathBuf,
    /// The districts.
    pub districts: PathBuf,
    /// The gazetteer of towns.
    pub gazetteer: PathBuf,
}

impl Default for SynthRequest {
    fn default() -> Self {
        let SynthOptions { firms, seed, faults, as_of, .. } = SynthOptions::default();
        Self {
            firms,
            seed,
            faults,
            as_of,
            policy: "data/policy/shaoxing-2020".into(),
            districts: "data/boundaries/shaoxing_districts.geojson".into(),
            gazetteer: "data/gazetteer/shaoxing_towns.csv".into(),
        }
    }
}

/// Writes sample data into a folder and gives its files.
///
/// # Errors
///
/// What reading the policy, the districts and the gazetteer, and what [`write()`] refuses.
pub fn synth(request: &SynthRequest, folder: &Path) -> Result<Vec<PathBuf>> {
    let inputs: Vec<PathBuf> = policy::files(&request.policy)
        .into_iter()
        .chain([request.districts.clone(), request.gazetteer.clone()])
        .collect();
    let outputs: Vec<PathBuf> = FILES.iter().map(|name| folder.join(name)).collect();
    let [inputs, outputs] = [&inputs, &outputs].map(|files| files.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    source::refuse_outputs(&outputs, &inputs)?;
    let SynthRequest { firms, seed, faults, as_of, .. } = *request;
    let options = SynthOptions { firms, seed, faults, as_of, ..SynthOptions::default() };
    let policy = policy::read(&request.policy)?;
    let districts = source::areas(&request.districts, &AreaOptions::default())?;
    let gazetteer = source::table(&request.gazetteer, &TableOptions::default())?;
    write(&options, &policy, &districts, &gazetteer, folder)
}
