use std::path::PathBuf;

use crate::error::Result;
use crate::policy;
use crate::source::LayerSource;
use crate::source::layers;
use crate::source::{self, AreaOptions, TableOptions};
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
    let inputs: Vec<PathBuf> = policy::files(&request.policy)
        .into_iter()
        .chain([request.districts.clone(), request.gazetteer.clone()])
        .collect();
    let outputs: Vec<PathBuf> = synth::FILES.iter().map(|name| request.output.join(name)).collect();
    let [inputs, outputs] = [&inputs, &outputs].map(|files| files.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    source::refuse_outputs(&outputs, &inputs)?;
    let policy = policy::read(&request.policy)?;
    let source = LayerSource { file: request.districts.clone().into(), ..LayerSource::default() };
    let options = AreaOptions { layer: None, ..layers::area_options(&source) };
    let districts = source::areas(&request.districts, &options)?;
    let gazetteer = source::table(&request.gazetteer, &TableOptions::default())?;
    synth::write(&request.options, &policy, &districts, &gazetteer, &request.output)
}
