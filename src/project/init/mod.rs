//! A folder to start from: project file, policy, specifications, template, example data.

mod texts;
mod workbooks;

use std::path::{Path, PathBuf};

use super::figure::{usual_charts, usual_maps};
use super::file::{ConcentrationRequest, FigureRequest};
use super::report::{docx_template, template_text};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::model::Language;
use crate::policy::{self, Policy};
use crate::source::write_atomically;
use crate::synth::{self, SynthOptions};

/// The number of firms of the example register, and the factor for its seeded faults.
const FIRMS: usize = 1500;
const FAULTS: f64 = 0.6;

/// A folder to start from.
#[parameters]
#[derive(Default)]
pub struct InitRequest {
    /// The folder to make; it may be there, but no project file in it.
    #[parameter(value = "FOLDER", positional, required)]
    pub folder: PathBuf,
    /// The policy folder to copy into it [default: Shaoxing's plan for 2020].
    #[parameter(value = "FOLDER")]
    pub policy: Option<PathBuf>,
    /// Leave a policy folder to fill in, and no example data.
    #[parameter(conflicts = "policy")]
    pub empty_policy: bool,
}

/// Makes a folder to start from: `jiju.toml` with comments, `policy/`, `maps/` with a specification for each map and chart,
/// `templates/` with the texts of the bulletin, and `data/` with an example register and ledger as workbooks whose cells offer the
/// policy's terms, boundaries, towns and parks. Firms, boundaries and parks are invented and say so. Gives the files.
///
/// # Errors
///
/// [`ProjectError::Options`] where the folder has a project file or one of the files already; [`Error::File`] where it cannot be
/// written; what reading the policy refuses.
pub fn init(request: &InitRequest) -> Result<Vec<PathBuf>> {
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    if request.empty_policy {
        files.extend(
            policy::skeleton().into_iter().map(|(name, text)| (Path::new("policy").join(name), text.into_bytes())),
        );
        files.push(("policy/说明.txt".into(), texts::POLICY.as_bytes().to_vec()));
    } else {
        let given = match &request.policy {
            Some(folder) => policy_files(folder)?,
            None => {
                policy::example().into_iter().map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect()
            }
        };
        // It is read from where it will stand, so that its faults are told before anything is written.
        let scratch = tempfile::tempdir().map_err(Error::file("create", "a temporary folder"))?;
        for (name, bytes) in &given {
            let path = scratch.path().join(name);
            std::fs::write(&path, bytes).map_err(Error::file("write", &path))?;
        }
        let policy = policy::read(request.policy.as_deref().unwrap_or(scratch.path()))?;
        files.extend(given.into_iter().map(|(name, bytes)| (Path::new("policy").join(name), bytes)));
        files.extend(example(&policy)?);
    }
    for language in [Language::Zh, Language::En] {
        let name = language.pick("templates/通报.txt", "templates/bulletin-en.txt");
        files.push((name.into(), template_text(language).as_bytes().to_vec()));
        files.push((
            language.pick("templates/通报.docx", "templates/bulletin-en.docx").into(),
            docx_template(language)?,
        ));
    }
    files.push(("说明.txt".into(), texts::README.as_bytes().to_vec()));
    if request.empty_policy {
        files.push(("jiju.toml".into(), texts::project(None, &[], &[]).into_bytes()));
    }
    let folder = &request.folder;
    let there: Vec<String> = files
        .iter()
        .filter(|(name, _)| folder.join(name).exists())
        .map(|(name, _)| name.display().to_string())
        .collect();
    if !there.is_empty() {
        return Err(ProjectError::Options {
            message: format!("{} has {} already, and nothing there is overwritten", folder.display(), there.join(", ")),
            hint: "name a folder that is new or empty".to_owned(),
        }
        .into());
    }
    let mut written = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(Error::file("create folder", parent))?;
        }
        write_atomically(&path, &[], &bytes)?;
        written.push(path);
    }
    Ok(written)
}

/// The files of a policy folder by their names.
fn policy_files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let files = policy::files(folder);
    let read = files.iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?.to_owned();
        Some(std::fs::read(path).map_err(Error::file("read", path)).map(|bytes| (name, bytes)))
    });
    read.collect()
}

/// Project file, specifications and example data of a policy.
fn example(policy: &Policy) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let concentration =
        ConcentrationRequest { layers: texts::LAYERS.map(str::to_owned).to_vec(), ..Default::default() };
    let maps = usual_maps(policy, &concentration);
    let charts = usual_charts(policy);
    for figure in maps.iter().chain(&charts) {
        files.push((format!("maps/{}.toml", figure.name).into(), specification(figure)?.into_bytes()));
    }
    files.push(("jiju.toml".into(), texts::project(Some(policy), &maps, &charts).into_bytes()));
    let (districts, gazetteer) = synth::invented_districts(policy)?;
    let scratch = tempfile::tempdir().map_err(Error::file("create", "a temporary folder"))?;
    let options =
        SynthOptions { firms: FIRMS, faults: FAULTS, attribution: Some(String::new()), ..SynthOptions::default() };
    synth::write(&options, policy, &districts, &gazetteer, scratch.path())?;
    files.push(("data/districts.geojson".into(), synth::invented_geojson(&districts)));
    for name in ["towns.geojson", "parks.geojson", "small_micro_parks.geojson"] {
        let path = scratch.path().join(name);
        files.push((Path::new("data").join(name), std::fs::read(&path).map_err(Error::file("read", &path))?));
    }
    let register = scratch.path().join("register.csv");
    let ledger = scratch.path().join("ledger.csv");
    files.push(("data/企业名录.xlsx".into(), workbooks::register(&register, policy)?));
    files.push(("data/管理台账.xlsx".into(), workbooks::ledger(&ledger, policy)?));
    Ok(files)
}

/// The specification of a figure as a file.
fn specification(figure: &FigureRequest) -> Result<String> {
    let malformed =
        |error: toml::ser::Error| ProjectError::Malformed { file: figure.name.clone(), message: error.to_string() };
    let keys = toml::to_string(&figure.set).map_err(malformed)?;
    Ok(format!(
        "# 图件规格。可用的键：jiju map --help、jiju chart --help。 A figure's specification; change what you like.\n{keys}"
    ))
}
