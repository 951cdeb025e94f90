//! Questions in SQL to a project, or to what a run of it left.

mod tables;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame, DataType};
use serde_json::{Map, Value};

use super::analysis::{AnalysisRequest, keep_named};
use super::file::{self, PROJECT_FILE, Project};
use super::survey::{Survey, survey};
use crate::declare::parameters;
use crate::error::{Error, ProjectError, Result};
use crate::measure::{Outcome, OutcomeTable, Places, file_hashes, operation};
use crate::model::Reference;
use crate::model::json::json;
use crate::query::{self, GEOMETRY, Limits, QueryTable, named};

pub(super) use tables::files;

/// A question in SQL to a project, or to the folder that a run of it wrote.
#[parameters]
pub struct QueryRequest {
    /// The project file, or the output folder of a run [default: jiju.toml].
    #[parameter(value = "PROJECT_OR_FOLDER", positional)]
    pub project: Option<PathBuf>,
    /// The question: one SELECT over firms, clusters, members, areas, quotas, pace, ledger, concentration and the analyses.
    #[parameter(value = "SQL", positional)]
    pub sql: Option<String>,
    /// Read the question from this file.
    #[parameter(value = "FILE", conflicts = "sql")]
    pub file: Option<PathBuf>,
    /// List the tables and what their columns hold.
    #[parameter(conflicts = "sql", conflicts = "file")]
    pub tables: bool,
    /// Most rows of the answer.
    pub max_rows: u64,
    /// Most steps of the engine, in millions.
    pub max_steps: u64,
}

impl Default for QueryRequest {
    fn default() -> Self {
        let Limits { rows, million_steps } = Limits::default();
        Self { project: None, sql: None, file: None, tables: false, max_rows: rows, max_steps: million_steps }
    }
}

/// The answer to a question.
#[derive(Debug, Clone)]
pub struct QueryOutcome {
    /// The rows; where a column holds geometries, their places are those of the first such column.
    pub outcome: Outcome,
    /// The rows with geometries as well-known text, for formats that have no other form of them.
    pub rows: DataFrame,
    /// The files that were read.
    pub inputs: Vec<PathBuf>,
}

/// What can be asked.
struct Known {
    tables: Vec<QueryTable>,
    as_of: Option<NaiveDate>,
    inputs: Vec<PathBuf>,
    notes: Vec<String>,
}

/// Answers a question in SQL to a project or to the folder that a run of it wrote.
///
/// # Errors
///
/// What reading the project or the folder refuses; [`QueryError`](crate::error::QueryError) for the statement.
pub fn query(request: &QueryRequest) -> Result<QueryOutcome> {
    let (path, sql) = request.asked()?;
    let known = Known::of(&path, sql.as_deref())?;
    let Known { tables, as_of, mut inputs, notes } = known;
    let Some(sql) = sql else {
        let frame = list_of(&tables)?;
        let table = OutcomeTable::whole("tables", frame.clone());
        return Ok(QueryOutcome {
            outcome: Outcome { tables: vec![table], ..Outcome::default() },
            rows: frame,
            inputs,
        });
    };
    let limits = Limits { rows: request.max_rows, million_steps: request.max_steps };
    let answer = query::answer(&tables, &sql, as_of, limits)?;
    let rows = answer.frame;
    let (mut frame, mut places) = (rows.clone(), None);
    if let Some((name, geometries)) = answer.geometries {
        // Where rows have a place, the formats of places hold it by itself.
        if name == GEOMETRY {
            frame = frame.drop(GEOMETRY).map_err(Error::table("the answer"))?;
        }
        places = Some(Places::Geometries(geometries, Reference::Wgs84));
    }
    inputs.extend(request.file.clone());
    let mut table = OutcomeTable::whole("answer", frame);
    table.places = places;
    let mut manifest = Map::new();
    manifest.insert("program".to_owned(), json!("jiju"));
    manifest.insert("version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
    manifest.insert("statistic".to_owned(), json!("query"));
    manifest.insert("sql".to_owned(), json!(sql));
    manifest.insert("inputs".to_owned(), Value::Array(file_hashes(&inputs)?));
    let notes = notes.into_iter().chain(answer.notes).collect();
    let outcome = Outcome { tables: vec![table], notes, manifest, ..Outcome::default() };
    Ok(QueryOutcome { outcome, rows, inputs })
}

impl QueryOutcome {
    /// The rows for people to read: of an area no more than the begin of its text and the number of its points.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn shown(&self) -> Result<DataFrame> {
        const LONGEST: usize = 40;
        let mut frame = self.rows.clone();
        for column in self.rows.columns() {
            let Ok(cells) = column.str() else { continue };
            let is_area = |cell: &str| cell.starts_with("MULTIPOLYGON (") && cell.len() > LONGEST;
            if !cells.iter().flatten().any(is_area) {
                continue;
            }
            let short = |cell: &str| match is_area(cell) {
                true => format!("{} … {} points)", &cell[..LONGEST], cell.matches(',').count() + 1),
                false => cell.to_owned(),
            };
            let short: Vec<Option<String>> = cells.iter().map(|cell| cell.map(short)).collect();
            frame.with_column(Column::new(column.name().clone(), short)).map_err(Error::table("the answer"))?;
        }
        Ok(frame)
    }
}

impl QueryRequest {
    /// The project or folder, and the statement; none where the tables are to be listed.
    fn asked(&self) -> Result<(PathBuf, Option<String>)> {
        let mut project = self.project.clone();
        let mut sql = self.sql.clone();
        // A question by itself is one to the project of the folder.
        if let Some(path) = &self.project
            && sql.is_none()
            && self.file.is_none()
            && !path.exists()
            && let Some(text) = path.to_str()
            && query::check(text).is_ok()
        {
            (project, sql) = (None, Some(text.to_owned()));
        }
        if let Some(file) = &self.file {
            sql = Some(std::fs::read_to_string(file).map_err(Error::file("read", file))?);
        }
        if sql.is_none() && !self.tables {
            let message = "found no question".to_owned();
            let hint = "ask for example \"select name from firms limit 10\", or ‹tables› for what there is".to_owned();
            return Err(ProjectError::Options { message, hint }.into());
        }
        Ok((project.unwrap_or_else(|| PathBuf::from(PROJECT_FILE)), sql))
    }
}

impl Known {
    /// The tables of a project or of the folder of a run; of a project only those that the question names.
    fn of(path: &Path, sql: Option<&str>) -> Result<Self> {
        // A fault of the statement is told before anything is read.
        sql.map(query::check).transpose()?;
        if path.is_dir() {
            if path.join(tables::FOLDER).is_dir() {
                return Self::of_folder(path, sql);
            }
            if !path.join(PROJECT_FILE).is_file() {
                return Err(ProjectError::Options {
                    message: format!(
                        "{}: found neither {PROJECT_FILE} nor the folder `{}` that a run leaves",
                        path.display(),
                        tables::FOLDER
                    ),
                    hint: "name a project file, or the output folder of jiju run".to_owned(),
                }
                .into());
            }
            return Self::of_project(&path.join(PROJECT_FILE), sql);
        }
        Self::of_project(path, sql)
    }

    fn of_project(path: &Path, sql: Option<&str>) -> Result<Self> {
        let mut project: Project = file::read(path)?;
        if let Some(sql) = sql {
            // What nobody asks for is not computed.
            let asks_clusters = !named(sql, [tables::CLUSTERS, tables::MEMBERS, "cluster"]).is_empty();
            let finds_clusters = |name: &str| operation(name).is_some_and(|found| found.group == Some("cluster"));
            let is_asked = |one: &AnalysisRequest| {
                (asks_clusters && finds_clusters(&one.operation))
                    || !named(sql, [tables::as_name(&one.name).as_str()]).is_empty()
            };
            let asked: Vec<String> =
                project.analyses.iter().filter(|one| is_asked(one)).map(|one| one.name.clone()).collect();
            keep_named(&mut project, asked.iter().map(String::as_str));
            if named(sql, [tables::CONCENTRATION]).is_empty() && project.analyses.is_empty() {
                project.concentration.layers.clear();
            }
        }
        let survey: Survey = survey(&project, &mut |_, _| {})?;
        let tables = tables::of_survey(&project, &survey)?;
        Ok(Self { tables, as_of: Some(project.as_of), inputs: project.inputs(), notes: survey.told() })
    }

    fn of_folder(path: &Path, sql: Option<&str>) -> Result<Self> {
        let (tables, inputs) = tables::of_folder(path, sql)?;
        let manifest = path.join("manifest.json");
        let text = std::fs::read_to_string(&manifest).map_err(Error::file("read", &manifest))?;
        let said: Value = serde_json::from_str(&text).unwrap_or_default();
        let as_of = said.get("as_of").and_then(Value::as_str).and_then(|day| day.parse().ok());
        Ok(Self { tables, as_of, inputs: inputs.into_iter().chain([manifest]).collect(), notes: Vec::new() })
    }
}

/// A row for each column of each table.
fn list_of(tables: &[QueryTable]) -> Result<DataFrame> {
    let (mut of, mut names, mut kinds, mut abouts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for table in tables {
        let columns = table.frame.columns().iter().zip(&table.columns).map(|(column, about)| {
            let kind = match column.dtype() {
                DataType::Boolean => "boolean",
                DataType::Date => "date",
                kind if kind.is_integer() => "integer",
                kind if kind.is_float() => "number",
                _ => "text",
            };
            (column.name().to_string(), kind, about.clone())
        });
        let geometry =
            table.geometries.as_ref().map(|_| (GEOMETRY.to_owned(), "geometry", tables::GEOMETRY_ABOUT.to_owned()));
        let about = (String::new(), "table", table.about.clone());
        for (column, kind, about) in std::iter::once(about).chain(columns).chain(geometry) {
            of.push(table.name.clone());
            names.push(column);
            kinds.push(kind);
            abouts.push(about);
        }
    }
    let columns = vec![
        Column::new("table".into(), of),
        Column::new("column".into(), names),
        Column::new("type".into(), kinds),
        Column::new("about".into(), abouts),
    ];
    DataFrame::new_infer_height(columns).map_err(Error::table("the tables"))
}
