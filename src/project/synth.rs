use std::path::PathBuf;

use super::file::LayerSource;
use super::sources;
use crate::error::Result;
use crate::policy;
use crate::read::{self, AreaOptions, TableOptions};
use crate::synth::{self, SynthOptions};

/// Sample data to make.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthRequest {
    /// How much of it, and from which seed.
    pub options: SynthOptions,
    /// The policy folder.
    pub policy: PathBuf,
    /// The districts.
    pub districts: PathBuf,
    /// The gazetteer of towns.
    pub gazetteer: PathBuf,
    /// The folder that receives the files.
    pub output: PathBuf,
}

/// Writes sample data and gives its files.
///
/// # Errors
///
/// What reading the policy, the districts and the gazetteer, and what [`synth::write`] refuses.
pub fn synth(request: &SynthRequest) -> Result<Vec<PathBuf>> {
    let policy = policy::read(&request.policy)?;
    let source = LayerSource { file: request.districts.clone(), ..LayerSource::default() };
    let options = AreaOptions { layer: None, ..sources::area_options(&source) };
    let districts = read::areas(&request.districts, &options)?;
    let gazetteer = read::table(&request.gazetteer, &TableOptions::default())?;
    synth::write(&request.options, &policy, &districts, &gazetteer, &request.output)
}
