use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};
use strum::{EnumString, VariantNames};

use super::analysis::{self, AnalysisRequest};
use super::figure::{DEFAULT_DPI, is_theme_file, usual_charts, usual_maps};
use super::lists::{self, LIST_COLUMNS, ListsRequest};
use crate::check::{CheckInputs, DISTRICT};
use crate::declare::choice;
use crate::error::{Error, ProjectError, Result, near_miss};
use crate::model::{Language, MetreGrid, Table, Weights, distance_m};
use crate::policy;
use crate::source::{
    LayerSource, Origin, TableOptions, TableSource, beside, has_encoding, has_sheets, is_database, is_vector,
    refuse_passwords, with_layer,
};

/// A project file `jiju.toml`: everything one run needs. Paths in it are taken from the folder it stands in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The title of the bulletin.
    pub title: String,
    /// The language of figures and reports.
    #[serde(default)]
    pub language: Language,
    /// The day whose state is reported.
    #[serde(deserialize_with = "date")]
    pub as_of: NaiveDate,
    /// The policy folder.
    pub policy: PathBuf,
    /// The folder with the criteria of a test of clusters, for dossiers.
    #[serde(default)]
    pub criteria: Option<PathBuf>,
    /// The folder that receives everything.
    pub output: PathBuf,
    /// Whether the firms are invented; every figure then says so.
    #[serde(default)]
    pub synthetic: bool,
    /// The metre grid maps are drawn in and overlaps are measured in; by default chosen from where the districts lie.
    #[serde(default)]
    pub grid: Option<MetreGrid>,
    /// The attribution of the boundaries, written under every map.
    #[serde(default)]
    pub boundaries: Option<String>,
    /// The data sources, written under every figure.
    #[serde(default)]
    pub sources: Vec<String>,
    /// Map review number 审图号.
    #[serde(default)]
    pub review_number: Option<String>,
    /// The theme of all figures: `light`, `dark`, `print-grey`, or a file with the keys of `[theme]`. What a specification
    /// sets of its own stays.
    #[serde(default)]
    pub theme: Option<String>,
    /// The words of this file in English, for figures and reports in English.
    #[serde(default)]
    pub en: EnglishWords,
    /// The register 企业名录.
    pub register: TableSource,
    /// The ledger 管理台账.
    pub ledger: TableSource,
    /// The layers of areas. One must be called `district`.
    #[serde(rename = "layer")]
    pub layers: Vec<LayerSource>,
    /// The parameters of the join of points with areas.
    #[serde(default)]
    pub join: JoinOptions,
    /// The concentration tables to make.
    #[serde(default)]
    pub concentration: ConcentrationRequest,
    /// The content of the page.
    #[serde(default)]
    pub page: PageRequest,
    /// What is left out of the lists or masked in them.
    #[serde(default)]
    pub lists: ListsRequest,
    /// The form of the bulletin 季度通报.
    #[serde(default)]
    pub bulletin: BulletinRequest,
    /// Whether a run leaves its layers as a GeoPackage with the styles of its maps.
    #[serde(default = "yes")]
    pub geopackage: bool,
    /// The sample to draw for the city's spot check 市级抽验; none by default.
    #[serde(default)]
    pub spot_check: Option<SpotCheckRequest>,
    /// The analyses to run: any operation, on the project's tables and layers.
    #[serde(default, rename = "analysis")]
    pub analyses: Vec<AnalysisRequest>,
    /// The folder that the project file stands in.
    #[serde(skip)]
    pub folder: PathBuf,
    /// The project file.
    #[serde(skip)]
    pub file: PathBuf,
    /// The maps to draw; without the key, the usual ones.
    #[serde(default, rename = "map")]
    pub maps: Vec<FigureRequest>,
    /// The charts to draw; without the key, the usual ones.
    #[serde(default, rename = "chart")]
    pub charts: Vec<FigureRequest>,
}

/// The words of a project file in English; what is not given is taken as it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EnglishWords {
    /// The title of the bulletin.
    pub title: Option<String>,
    /// The attribution of the boundaries.
    pub boundaries: Option<String>,
    /// The data sources.
    pub sources: Option<Vec<String>>,
}

impl From<&Project> for CheckInputs {
    fn from(project: &Project) -> Self {
        Self {
            register: Some(project.register.clone()),
            ledger: Some(project.ledger.clone()),
            layers: project.layers.clone(),
            policy: Some(project.policy.clone()),
            as_of: Some(project.as_of),
            snap_m: project.join.snap_m,
            folder: Some(project.folder.clone()),
        }
    }
}

impl Project {
    /// The title of the bulletin in the project's language.
    #[must_use]
    pub fn title_words(&self) -> &str {
        self.language.pick(None, self.en.title.as_deref()).unwrap_or(&self.title)
    }

    /// Returns the attribution of the boundaries, in the project's language.
    #[must_use]
    pub fn boundary_words(&self) -> Option<&str> {
        self.language.pick(None, self.en.boundaries.as_deref()).or(self.boundaries.as_deref())
    }

    /// The data sources in the project's language.
    #[must_use]
    pub fn source_words(&self) -> &[String] {
        self.language.pick(None, self.en.sources.as_deref()).unwrap_or(&self.sources)
    }
}

/// The parameters of the join of points with areas.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinOptions {
    /// The largest distance outside an area of the territory at which a point still belongs to the nearest one.
    #[serde(default, rename = "snap", deserialize_with = "distance")]
    pub snap_m: Option<f64>,
}

/// The concentration tables to make.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConcentrationRequest {
    /// The layers to measure over.
    #[serde(default = "default_concentration_layers")]
    pub layers: Vec<String>,
    /// Additive columns to measure beside the number of firms: `employees`, `output_cny`.
    #[serde(default)]
    pub weights: Vec<String>,
}

impl Default for ConcentrationRequest {
    fn default() -> Self {
        Self { layers: default_concentration_layers(), weights: Vec::new() }
    }
}

/// The content of the page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageRequest {
    /// Areas, and sectors in them, with firms but fewer than these are masked, and the firms that stand in such an area are
    /// not in the file.
    pub min_firms: u64,
    /// Whether the firms of an area are listed.
    pub firms: bool,
    /// The columns of the concentration tables that can be shown.
    pub columns: Vec<String>,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { min_firms: 0, firms: true, columns: PAGE_COLUMNS.map(str::to_owned).to_vec() }
    }
}

/// The form of the bulletin.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BulletinRequest {
    /// The template of its text; by default the one of the language.
    pub template: Option<PathBuf>,
    /// The mark of the authority at the top of the first page 发文机关标志.
    pub masthead: Option<String>,
    /// The number of the document 发文字号: `绍市工转升办〔2020〕14号`.
    pub number: Option<String>,
    /// The authority that issues it 发文机关; by default that of the policy.
    pub issuer: Option<String>,
    /// The day it is issued 成文日期; by default the as-of date.
    #[serde(deserialize_with = "optional_date")]
    pub issued_on: Option<NaiveDate>,
    /// To whom copies go 抄送.
    pub copy_to: Vec<String>,
    /// Whether both sides of a sheet are printed, so that the imprint 版记 stands on an even page, behind a blank one where it must.
    pub double_sided: bool,
    /// A folder with the office's fonts, for the PDF; by default the bundled ones serve.
    pub fonts: Option<PathBuf>,
}

impl Default for BulletinRequest {
    fn default() -> Self {
        Self {
            template: None,
            masthead: None,
            number: None,
            issuer: None,
            issued_on: None,
            copy_to: Vec::new(),
            double_sided: true,
            fonts: None,
        }
    }
}

/// The columns of the concentration tables that a page can show.
pub const PAGE_COLUMNS: [&str; 7] = [
    "count",
    "share",
    "density_per_km2",
    "location_quotient",
    "herfindahl_hirschman",
    "effective_sectors",
    "in_park_share",
];

/// A sample to draw for the city's spot check.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpotCheckRequest {
    /// The fraction of the reviewed firms of each programme and district that is drawn, between 0 and 1.
    pub share: f64,
    /// The seed of the random generator. The same seed draws the same firms.
    pub seed: u64,
}

/// A figure to draw: a specification file, what is set otherwise in it, and the formats to write.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureRequest {
    /// The stem of the files written.
    pub name: String,
    /// The specification; without one, what is set is all of it.
    #[serde(default)]
    pub spec: PathBuf,
    /// Keys of the specification that are set otherwise here.
    #[serde(default)]
    pub set: toml::Table,
    /// The formats.
    #[serde(default = "default_formats")]
    pub formats: Vec<FigureFormat>,
    /// The resolution of PNG files.
    #[serde(default = "default_dpi")]
    pub dpi: u32,
    /// Whether a JSON file beside them says what was drawn.
    #[serde(default)]
    pub sidecar: bool,
    /// Of a chart: the table it is drawn of, as a jiju command writes it; by default what the project's inputs say.
    #[serde(default)]
    pub table: Option<PathBuf>,
    /// Of a chart: the analysis of the project whose table it is drawn of.
    #[serde(default)]
    pub analysis: Option<String>,
    /// Of a slope chart: the earlier table.
    #[serde(default)]
    pub before: Option<PathBuf>,
    /// Of a Moran scatterplot of a table: the file of its neighbours.
    #[serde(default)]
    pub weights: Option<PathBuf>,
}

/// The tables a chart is drawn of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChartTables {
    /// The analysis of the project whose table is drawn.
    pub analysis: Option<String>,
    /// The table.
    pub table: Option<Origin<Table>>,
    /// The earlier one of a slope chart.
    pub before: Option<Origin<Table>>,
    /// The neighbours of a Moran scatterplot.
    pub weights: Option<Origin<Weights>>,
    /// How the table and the earlier one are to be read.
    pub options: TableOptions,
}

impl ChartTables {
    /// The files.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        let (table, before) = (self.table.as_ref(), self.before.as_ref());
        let tables = [table, before].into_iter().flatten().filter_map(Origin::file);
        tables.chain(self.weights.as_ref().and_then(Origin::file))
    }
}

impl FigureRequest {
    /// The file of the specification, where there is one.
    #[must_use]
    pub fn specification(&self) -> Option<PathBuf> {
        Some(self.spec.clone()).filter(|path| !path.as_os_str().is_empty())
    }

    /// The tables it is drawn of.
    #[must_use]
    pub fn tables(&self) -> ChartTables {
        ChartTables {
            analysis: self.analysis.clone(),
            table: self.table.clone().map(Origin::File),
            before: self.before.clone().map(Origin::File),
            weights: self.weights.clone().map(Origin::File),
            options: TableOptions::default(),
        }
    }
}

/// A format figures are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FigureFormat {
    /// Scalable vector graphics, text as text.
    Svg,
    /// Scalable vector graphics with letters as outlines, for machines that lack the font.
    SvgOutlines,
    /// Pixels, with their resolution in the header.
    Png,
    /// A page with embedded fonts.
    Pdf,
}

choice!(FigureFormat);

impl FigureFormat {
    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Svg | Self::SvgOutlines => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
        }
    }

    /// The format a file's ending stands for.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        [Self::Svg, Self::Png, Self::Pdf].into_iter().find(|format| format.ending() == ending)
    }
}

/// The project file of a folder.
pub const PROJECT_FILE: &str = "jiju.toml";

/// The largest project file that is read.
const MAX_BYTES: u64 = 1 << 20;

/// Reads a project file and makes its paths those of the folder it stands in.
///
/// # Errors
///
/// [`Error::File`] where it cannot be read; [`ProjectError::Malformed`] where it is no TOML or a key is unknown, missing
/// or of the wrong kind; [`ProjectError::Invalid`] with everything that cannot be meant as it stands.
pub fn read(path: &Path) -> Result<Project> {
    if path == Path::new(PROJECT_FILE) && !path.exists() {
        return Err(ProjectError::Options {
            message: format!("there is no project file {PROJECT_FILE} in this folder"),
            hint: "name one, or make a folder to start from: `jiju init FOLDER`".to_owned(),
        }
        .into());
    }
    let about = std::fs::metadata(path).map_err(Error::file("read project", path))?;
    let (size, file) = (about.len(), path.display().to_string());
    let is_data = has_sheets(path) || has_encoding(path) || is_vector(path);
    if about.is_dir() || is_data {
        let what = if about.is_dir() { "it is a folder" } else { "it is a table or a layer" };
        let message = format!(
            "{what} and no project file, such as jiju.toml; by themselves tables are checked as ‹register› and ‹ledger›, \
             layers as ‹areas›"
        );
        return Err(ProjectError::Malformed { file, message }.into());
    }
    if size > MAX_BYTES {
        return Err(ProjectError::Malformed { file, message: format!("{size} bytes are more than {MAX_BYTES}") }.into());
    }
    let text = std::fs::read_to_string(path).map_err(Error::file("read project", path))?;
    refuse_passwords(&text, &file)?;
    let mut project: Project = toml::from_str(&text).map_err(|error| ProjectError::malformed(&file, &error))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    project.folder = folder.to_owned();
    project.file = path.to_owned();
    let resolve = |path: &mut PathBuf| *path = beside(folder, path);
    for table in [&mut project.register, &mut project.ledger] {
        // Tables of a database are inputs by themselves.
        if is_database(&table.file) {
            table.file = with_layer(&table.file, table.source_layer.take().as_deref());
        }
    }
    for layer in &mut project.layers {
        if let Origin::File(path) = &mut layer.file
            && is_database(path)
        {
            *path = with_layer(path, layer.source_layer.take().as_deref());
        }
    }
    resolve(&mut project.policy);
    project.criteria.as_mut().into_iter().for_each(resolve);
    resolve(&mut project.output);
    resolve(&mut project.register.file);
    resolve(&mut project.ledger.file);
    let references = [&mut project.register.reference, &mut project.ledger.reference];
    for reference in references.into_iter().chain(project.layers.iter_mut().map(|layer| &mut layer.reference)) {
        *reference = reference.map(|reference| reference.seen_from(folder));
    }
    for layer in &mut project.layers {
        if let Origin::File(path) = &mut layer.file {
            resolve(path);
        }
    }
    for figure in project.maps.iter_mut().chain(&mut project.charts) {
        if !figure.spec.as_os_str().is_empty() {
            resolve(&mut figure.spec);
        }
        [&mut figure.table, &mut figure.before, &mut figure.weights].into_iter().flatten().for_each(resolve);
    }
    [&mut project.bulletin.template, &mut project.bulletin.fonts].into_iter().flatten().for_each(resolve);
    if let Some(theme) = project.theme.as_mut().filter(|theme| is_theme_file(theme)) {
        *theme = folder.join(&theme).display().to_string();
    }
    let names = |key: &str| toml::from_str::<toml::Table>(&text).is_ok_and(|table| table.contains_key(key));
    // What is wrong with the policy is told when it is read for the run.
    if let (false, Ok(policy)) = (names("map") && names("chart"), policy::read(&project.policy)) {
        if !names("map") {
            project.maps = usual_maps(&policy, &project.concentration);
        }
        if !names("chart") {
            project.charts = usual_charts(&policy);
        }
    }
    let faults = faults(&project);
    if faults.is_empty() { Ok(project) } else { Err(ProjectError::Invalid { file, faults }.into()) }
}

fn faults(project: &Project) -> Vec<String> {
    let mut faults = Vec::new();
    let names: Vec<String> = project.layers.iter().map(LayerSource::layer_name).collect();
    if !names.iter().any(|name| name == DISTRICT) {
        faults.push(format!("no layer is called `{DISTRICT}`, found {}", names.join(", ")));
    }
    for (position, name) in names.iter().enumerate() {
        if names[..position].contains(name) {
            faults.push(format!("two layers are called `{name}`"));
        }
    }
    faults.extend(analysis::faults(&project.analyses, &names));
    for column in lists::unknown_columns(&project.lists) {
        faults.push(format!("lists have no column `{column}`, expected one of {}", LIST_COLUMNS.join(", ")));
    }
    for layer in &project.concentration.layers {
        if !names.contains(layer) {
            faults.push(format!("concentration asks for the layer `{layer}`, which is not among {}", names.join(", ")));
        }
    }
    for column in &project.page.columns {
        if !PAGE_COLUMNS.contains(&column.as_str()) {
            let near = near_miss(column, PAGE_COLUMNS).map(|near| format!(" (did you mean `{near}`?)"));
            let (near, known) = (near.unwrap_or_default(), PAGE_COLUMNS.join(", "));
            faults.push(format!("page.columns has `{column}`{near}, expected some of {known}"));
        }
    }
    if let Some(SpotCheckRequest { share, .. }) = project.spot_check
        && !(0.0..=1.0).contains(&share)
    {
        faults.push(format!("spot_check.share is {share}, expected a number between 0 and 1"));
    }
    for map in project.maps.iter().filter(|map| map.tables().files().next().is_some()) {
        faults.push(format!("map `{}` names a table, which only charts are drawn of", map.name));
    }
    for chart in project.charts.iter().filter(|chart| chart.table.is_none() && chart.tables().files().next().is_some())
    {
        faults.push(format!("chart `{}` names `before` or `weights` without a `table`", chart.name));
    }
    let mut stems: Vec<&str> = Vec::new();
    for figure in project.maps.iter().chain(&project.charts) {
        let plain = figure.name.chars().all(|character| character.is_alphanumeric() || matches!(character, '-' | '_'));
        if figure.name.is_empty() || !plain {
            faults.push(format!("figure name `{}`, expected letters, digits, `-` and `_`", figure.name));
        }
        if stems.contains(&figure.name.as_str()) {
            faults.push(format!("two figures are called `{}`", figure.name));
        }
        stems.push(&figure.name);
        if [FigureFormat::Svg, FigureFormat::SvgOutlines].iter().all(|format| figure.formats.contains(format)) {
            faults.push(format!("figure `{}` asks for svg and svg-outlines, which are one file", figure.name));
        }
    }
    faults
}

const fn yes() -> bool {
    true
}

fn default_concentration_layers() -> Vec<String> {
    vec![DISTRICT.to_owned()]
}

fn default_formats() -> Vec<FigureFormat> {
    vec![FigureFormat::Svg, FigureFormat::Png, FigureFormat::Pdf]
}

const fn default_dpi() -> u32 {
    DEFAULT_DPI
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    use serde::de::Error as _;
    let found = toml::value::Datetime::deserialize(deserializer)?;
    found
        .date
        .and_then(|date| NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day)))
        .ok_or_else(|| D::Error::custom(format!("found `{found}`, expected a date such as 2020-09-30")))
}

fn optional_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    date(deserializer).map(Some)
}

fn distance<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    use serde::de::Error as _;
    let text = String::deserialize(deserializer)?;
    distance_m(&text).map(Some).map_err(D::Error::custom)
}
