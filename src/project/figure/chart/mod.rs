//! Finds the data of a chart, in a project or in tables written by jiju's commands.

mod cells;
mod moran;
mod pattern;
mod quota;

use std::cell::RefCell;
use std::path::PathBuf;

use polars::prelude::DataFrame;

use self::cells::Naming;
use super::{FigureKeys, explained, specification};
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::model::{Counts, Table, Weights, column};
use crate::project::analysis::keep_shown;
use crate::project::file::{self, ChartTables, FigureRequest, Project};
use crate::project::survey::{LayerConcentration, Survey, survey};
use crate::render::Figure;
use crate::render::chart::{ChartData, ChartKind, ChartSpec, chart};
use crate::source::point_table::origin_with_notes;
use crate::source::{OptionalTable, Origin};

/// A request for a single chart.
///
/// The table is one that `jiju progress`, `jiju concentration` or `jiju stats k|l` writes; of a Moran scatterplot any table.
#[parameters]
#[derive(Default)]
pub struct ChartRequest {
    /// The specification, such as maps/progress-bars.toml.
    #[parameter(value = "SPEC.TOML", positional, required)]
    pub spec: PathBuf,
    /// Draw what this project's inputs say, or a table as one of its figures.
    #[parameter(value = "JIJU.TOML")]
    pub project: Option<PathBuf>,
    /// The table to draw [default: what the project's inputs say].
    #[flatten]
    pub table: OptionalTable,
    /// The earlier quota table of a slope chart.
    #[parameter(requires = "table")]
    pub before: Option<Origin<Table>>,
    /// The neighbours of a Moran scatterplot: GAL, GWT, Matrix Market.
    #[parameter(requires = "table")]
    pub weights: Option<Origin<Weights>>,
    /// What is otherwise than in the specification.
    #[flatten]
    pub keys: FigureKeys,
}

impl ChartRequest {
    /// The tables it is drawn of.
    ///
    /// # Errors
    ///
    /// [`ProjectError::Options`] for a sheet or an encoding that no table has a use for.
    pub fn tables(&self) -> Result<ChartTables> {
        Ok(ChartTables {
            analysis: None,
            table: self.table.table.clone(),
            before: self.before.clone(),
            weights: self.weights.clone(),
            options: self.table.options(self.before.as_ref().and_then(Origin::path))?,
        })
    }
}

/// Draws a chart of a project, from the tables that the request names or else from the results of the survey.
///
/// # Errors
///
/// [`ProjectError::Unknown`] for a programme, layer or column that does not exist; [`ProjectError::Options`] for a kind
/// of chart whose data the inputs of the project do not hold; errors of reading and drawing.
pub fn chart_of(spec: &ChartSpec, tables: &ChartTables, survey: &Survey, project: &Project) -> Result<Figure> {
    spec.refuse_keys_without_effect()?;
    let (mut data, notes) = match (&tables.analysis, &tables.table) {
        (Some(name), _) => (of_analysis(spec, name, survey, project)?, Vec::new()),
        (None, Some(_)) => of_tables(spec, tables)?,
        (None, None) => (of_survey(spec, survey, project)?, Vec::new()),
    };
    data.as_of = Some(project.as_of);
    data.sources = project.source_words().to_vec();
    data.synthetic = project.synthetic;
    let is_of_survey = tables.analysis.is_none() && tables.table.is_none();
    let figure = if is_of_survey { chart(spec, &data) } else { of_no_project(spec, &data) };
    told(figure?, notes)
}

/// A figure that tells how its data were read before anything else.
fn told(mut figure: Figure, notes: Vec<String>) -> Result<Figure> {
    figure.warnings.splice(0..0, notes);
    Ok(figure)
}

/// Draws a chart whose data are not those of a project, and says which keys then have no effect.
fn of_no_project(spec: &ChartSpec, data: &ChartData) -> Result<Figure> {
    let mut figure = chart(spec, data)?;
    figure.warnings.extend(spec.of_project_warning()?);
    Ok(figure)
}

fn of_survey(spec: &ChartSpec, survey: &Survey, project: &Project) -> Result<ChartData> {
    let naming = Naming::of_run(spec, survey, project)?;
    match spec.kind {
        ChartKind::Progress | ChartKind::Ranking | ChartKind::Stages | ChartKind::Pace => {
            quota::of_survey(spec, survey, project.as_of)
        }
        ChartKind::Slope => quota::slopes_of_survey(spec, survey, project),
        ChartKind::Composition | ChartKind::HeatMap | ChartKind::LocationQuotient | ChartKind::Lorenz => {
            cells::data(spec, &concentration(survey, spec, false)?, &naming)
        }
        ChartKind::MoranScatterplot => moran::of_survey(spec, survey, &naming),
        ChartKind::PointPattern => Err(ProjectError::Options {
            message: "a project holds no function of distance".to_owned(),
            hint: "give ‹table›, a table that the operation `l` writes".to_owned(),
        }
        .into()),
    }
}

/// The data of a chart in the table of an analysis.
fn of_analysis(spec: &ChartSpec, name: &str, survey: &Survey, project: &Project) -> Result<ChartData> {
    let made = survey.made.iter().find(|made| made.name == name).ok_or_else(|| ProjectError::Unknown {
        what: "analysis",
        found: name.to_owned(),
        available: survey.made.iter().map(|made| made.name.clone()).collect(),
    })?;
    match spec.kind {
        ChartKind::PointPattern => pattern::of_table(spec, &made.table, &made.outcome.scalars),
        ChartKind::Progress | ChartKind::Ranking | ChartKind::Stages => quota::of_table(spec, &made.table),
        ChartKind::Composition | ChartKind::HeatMap | ChartKind::LocationQuotient | ChartKind::Lorenz => {
            cells::data(spec, &made.table, &Naming::of_run(spec, survey, project)?)
        }
        ChartKind::Pace | ChartKind::Slope | ChartKind::MoranScatterplot => Err(ProjectError::Options {
            message: format!("a chart of this kind is not drawn of the table of an analysis, found `{name}`"),
            hint: "leave out the analysis, or draw another kind of chart".to_owned(),
        }
        .into()),
    }
}

/// The data of a chart in tables, and what is to be said of how these were read.
fn of_tables(spec: &ChartSpec, tables: &ChartTables) -> Result<(ChartData, Vec<String>)> {
    spec.refuse_keys_without_effect()?;
    let naming = Naming::new(spec, None);
    let asks = |message: &str, hint: &str| -> crate::Error {
        ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
    };
    let Some(table) = &tables.table else {
        return Err(asks(
            "a chart is drawn either of a project or of a table",
            "give ‹project›, or ‹table› with the table of the matching operation",
        ));
    };
    let notes = RefCell::new(Vec::new());
    let read = |origin: &Origin<Table>| -> Result<Table> {
        let (table, told) = origin_with_notes(origin, &tables.options)?;
        notes.borrow_mut().extend(told);
        Ok(table)
    };
    let data = match spec.kind {
        ChartKind::Progress | ChartKind::Ranking | ChartKind::Stages => quota::of_table(spec, &read(table)?),
        ChartKind::Pace => Err(asks("a quota table holds no days", "give ‹project›")),
        ChartKind::Slope => match &tables.before {
            Some(before) => quota::slopes_of_tables(spec, &read(before)?, &read(table)?),
            None => Err(asks("a slope chart is of two times", "give ‹before›, the earlier quota table")),
        },
        ChartKind::Composition | ChartKind::HeatMap | ChartKind::LocationQuotient | ChartKind::Lorenz => {
            cells::data(spec, &read(table)?, &naming)
        }
        ChartKind::MoranScatterplot => match &tables.weights {
            Some(weights) => moran::of_table(spec, &read(table)?, weights, &naming),
            None => Err(asks("a Moran scatterplot needs neighbours", "give ‹weights›, a file of neighbours")),
        },
        ChartKind::PointPattern => pattern::of_file(spec, table, &tables.options, &mut notes.borrow_mut()),
    };
    Ok((data?, notes.into_inner()))
}

/// The concentration table of the layer a chart asks for: of areas, or of sectors in areas. Firms are counted unless another unit
/// is asked for.
fn concentration(survey: &Survey, spec: &ChartSpec, per_area: bool) -> Result<Table> {
    let available = || survey.concentration.iter().map(|measured| measured.layer.clone()).collect();
    let found = match &spec.layer {
        Some(name) => survey.concentration.iter().find(|measured| &measured.layer == name),
        None => survey.concentration.first(),
    };
    let LayerConcentration { layer, cells, areas } = found.ok_or_else(|| ProjectError::Unknown {
        what: "concentration of the layer",
        found: spec.layer.clone().unwrap_or_default(),
        available: available(),
    })?;
    let frame = if per_area { areas } else { cells };
    Ok(whole(&format!("the concentration of {layer}"), frame))
}

/// A table that no file holds.
pub(super) fn whole(source: &str, frame: &DataFrame) -> Table {
    Table::new(source, frame.clone(), (1..=frame.height() as u64).collect())
}

/// Returns whether each row is part of a chart: whether it passes the filter and, in a table with several units of which
/// none is asked for, counts firms.
fn kept(spec: &ChartSpec, table: &Table) -> Result<Vec<bool>> {
    let mut filter = spec.filter.clone();
    if !filter.contains_key(column::UNIT) && table.columns().iter().any(|column| column == column::UNIT) {
        let units = table.text(column::UNIT)?;
        if units.iter().flatten().any(|unit| unit == Counts::FIRMS) {
            filter.insert(column::UNIT.to_owned(), Counts::FIRMS.to_owned());
        }
    }
    super::map::filtered(&table.frame, &filter)
}

/// Draws a single chart, from a project or from tables.
///
/// # Errors
///
/// As [`chart_of`], and [`ProjectError::Options`] for a kind of chart that cannot be drawn from the given tables.
pub fn chart_on_its_own(request: &ChartRequest) -> Result<Figure> {
    let project = request.project.as_ref().map(|path| file::read(path)).transpose()?;
    // The house style of a project is that of a table that is drawn as one of its figures.
    let house = project.as_ref().filter(|_| request.table.table.is_some());
    let spec = request.keys.in_house(house).specification(&request.spec, ChartSpec::from_toml)?;
    let tables = request.tables()?;
    match project {
        Some(mut project) => {
            project.language = spec.language;
            keep_shown(&mut project, &spec, tables.analysis.as_deref());
            let survey = survey(&project, &mut |_, _| {})?;
            told(chart_of(&spec, &tables, &survey, &project)?, survey.told())
        }
        None => {
            let (data, notes) = of_tables(&spec, &tables)?;
            told(of_no_project(&spec, &data)?, notes)
        }
    }
}

/// Returns the effective specification of a chart as TOML: its own settings, the overridden keys, and all defaults.
///
/// # Errors
///
/// Errors of reading the specification.
pub fn chart_explained(request: &ChartRequest) -> Result<String> {
    let project = request.project.as_ref().filter(|_| request.table.table.is_some());
    let house = project.map(|path| file::read(path)).transpose()?;
    let spec = request.keys.in_house(house.as_ref()).specification(&request.spec, ChartSpec::from_toml)?;
    spec.refuse_keys_without_effect()?;
    explained(&spec)
}

/// Draws a chart listed in a project file, from the results of a survey.
///
/// # Errors
///
/// As [`chart_of`], and errors of reading the specification.
pub fn requested_chart(request: &FigureRequest, survey: &Survey, project: &Project) -> Result<Figure> {
    let theme = project.theme.as_deref();
    let (beside, language) = (&project.file, Some(project.language));
    let spec = specification(&request.spec, beside, &request.set, theme, language, ChartSpec::from_toml)?;
    chart_of(&spec, &request.tables(), survey, project)
}
