//! The outcome of an operation, and the forms in which it is written, the same for all operations and doors.

use polars::prelude::{AnyValue, Column, DataFrame, DataType};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::json::json;
use crate::model::{Area, Areas, Point, Raster, Reference, Weights, json};
use crate::source::{Feature, TableFormat, format_table, geoparquet_with, parquet_with};

/// The outcome of an operation.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Outcome {
    /// Single values by name, such as the statistic, its p and the number of permutations.
    pub scalars: Map<String, Value>,
    /// Lists that stand among the single values of JSON and are columns of a table elsewhere, such as the cluster of each row.
    pub lists: Vec<(&'static str, Column)>,
    /// The tables; the first is the one that is written where none is named.
    pub tables: Vec<OutcomeTable>,
    /// Areas that were made, such as hulls, regions or contours.
    pub layers: Vec<OutcomeLayer>,
    /// Values on the cells of a metre grid, which a door can write as GeoTIFF.
    pub raster: Option<Raster>,
    /// Neighbours and their weights, where they are what was asked for.
    pub weights: Option<Weights>,
    /// One line for people on what was found.
    pub summary: Option<String>,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
    /// The manifest: the operation, its parameters and inputs, and what else reproduces the outcome.
    pub manifest: Map<String, Value>,
}

/// A table of an outcome.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OutcomeTable {
    /// The name, by which a project file can use the table.
    pub name: &'static str,
    /// The typed columns.
    pub frame: DataFrame,
    /// The form of the table in JSON.
    pub form: JsonForm,
    /// The places of the rows, if they have any.
    pub places: Option<Places>,
}

/// The form of a table in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JsonForm {
    /// Each column is a list under its own name, beside the scalars.
    #[default]
    Columns,
    /// An array of objects, one for each row, under the name of the table.
    Rows,
    /// An array of objects, one for each row, which is all that the JSON holds.
    Whole,
    /// It is left out: it says what the scalars say.
    Hidden,
}

/// The places of the rows of a table.
#[derive(Debug, Clone)]
pub enum Places {
    /// Each row is an area.
    Areas(Areas),
    /// Each row is a point, or has none.
    Points(Vec<Option<Point>>, Reference),
    /// Each row has a geometry of any kind, or none.
    Geometries(Vec<Option<geo::Geometry<f64>>>, Reference),
}

impl Places {
    /// The geometry of each row; none for a point without a position.
    #[must_use]
    pub fn geometries(&self) -> Vec<Option<geo::Geometry<f64>>> {
        match self {
            Self::Areas(areas) => {
                let geometry = |area: &Area| Some(geo::Geometry::MultiPolygon(area.geometry.clone()));
                areas.areas.iter().map(geometry).collect()
            }
            Self::Points(points, _) => {
                let geometry =
                    |point: &Option<Point>| point.map(|at| geo::Geometry::Point(geo::Point::new(at.x, at.y)));
                points.iter().map(geometry).collect()
            }
            Self::Geometries(geometries, _) => geometries.clone(),
        }
    }

    /// The reference of the geometries.
    #[must_use]
    pub const fn reference(&self) -> Reference {
        match self {
            Self::Areas(areas) => areas.reference,
            Self::Points(_, reference) | Self::Geometries(_, reference) => *reference,
        }
    }

    /// The places of rows in another order, by their numbers.
    pub(crate) fn reordered(self, order: &[usize]) -> Self {
        match self {
            Self::Areas(areas) => {
                let own = order.iter().filter_map(|row| areas.areas.get(*row).cloned()).collect();
                Self::Areas(Areas { areas: own, ..areas })
            }
            Self::Points(points, reference) => {
                Self::Points(order.iter().map(|row| points.get(*row).copied().flatten()).collect(), reference)
            }
            Self::Geometries(geometries, reference) => {
                Self::Geometries(order.iter().map(|row| geometries.get(*row).cloned().flatten()).collect(), reference)
            }
        }
    }
}

/// Areas that were made by an operation.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OutcomeLayer {
    /// The name: `hulls`, `regions`, `cells`, `contours`.
    pub name: &'static str,
    /// The geometries with their properties.
    pub features: Vec<Feature>,
    /// The reference of the geometries.
    pub reference: Reference,
    /// What became of the boundaries of the areas that the layer is made from.
    pub boundaries: MadeBoundaries,
}

/// What becomes of the boundaries of areas from which an operation makes a layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MadeBoundaries {
    /// The layer has outlines of its own, such as hulls of points.
    #[default]
    Own,
    /// They cut the outlines of the layer, such as cells at the edge of the territory.
    Clipped,
    /// Those between areas that were joined are gone.
    Joined,
}

impl OutcomeLayer {
    /// Features of a reference, with outlines of their own.
    #[must_use]
    pub fn new(name: &'static str, features: Vec<Feature>, reference: Reference) -> Self {
        Self { name, features, reference, boundaries: MadeBoundaries::Own }
    }

    /// The layer with what became of the boundaries that it is made from.
    #[must_use]
    pub fn with(self, boundaries: MadeBoundaries) -> Self {
        Self { boundaries, ..self }
    }

    /// Areas with their ids, names and parents.
    #[must_use]
    pub fn of_areas(name: &'static str, areas: &Areas) -> Self {
        let feature = |area: &Area| {
            let mut properties = Map::new();
            properties.insert("id".to_owned(), json!(area.id));
            properties.insert("name".to_owned(), json!(area.name));
            if let Some(parent) = &area.parent {
                properties.insert("parent".to_owned(), json!(parent));
            }
            Feature { properties, geometry: geo::Geometry::MultiPolygon(area.geometry.clone()) }
        };
        Self::new(name, areas.areas.iter().map(feature).collect(), areas.reference)
    }
}

impl OutcomeTable {
    /// A table whose columns stand as lists in JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] for columns of different lengths or of one name: a fault of the program.
    pub fn of_columns(name: &'static str, columns: Vec<Column>) -> Result<Self> {
        let frame = DataFrame::new_infer_height(columns).map_err(Error::table(name))?;
        Ok(Self { name, frame, form: JsonForm::Columns, places: None })
    }

    /// A table whose rows stand as objects in JSON.
    #[must_use]
    pub fn of_rows(name: &'static str, frame: DataFrame) -> Self {
        Self { name, frame, form: JsonForm::Rows, places: None }
    }

    /// A table whose rows as objects are all that JSON holds: what is measured is the table, and nothing beside it.
    #[must_use]
    pub fn whole(name: &'static str, frame: DataFrame) -> Self {
        Self { name, frame, form: JsonForm::Whole, places: None }
    }

    /// A table that JSON leaves out.
    #[must_use]
    pub fn hidden(name: &'static str, frame: DataFrame) -> Self {
        Self { name, frame, form: JsonForm::Hidden, places: None }
    }

    /// The table with the places of its rows.
    #[must_use]
    pub fn at(mut self, places: Places) -> Self {
        self.places = Some(places);
        self
    }

    /// The rows as features: their cells as properties, and where they lie; none where rows have no place. Rows without a
    /// position of their own are left out, and counted.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn features(&self) -> Result<Option<(Vec<Feature>, Reference, usize)>> {
        let Some(places) = &self.places else { return Ok(None) };
        let (geometries, reference) = (places.geometries(), places.reference());
        let missing = geometries.iter().filter(|geometry| geometry.is_none()).count();
        let rows = row_objects(&self.frame)?;
        let placed = rows.into_iter().zip(geometries);
        let features =
            placed.filter_map(|(properties, geometry)| Some(Feature { properties, geometry: geometry? })).collect();
        Ok(Some((features, reference, missing)))
    }
}

impl Outcome {
    /// An outcome of single values: the fields of a result by their names. Lists of one length, a value for each unit or
    /// step, become the columns of a table.
    ///
    /// # Errors
    ///
    /// [`Error::Table`] for what is no struct with fields: a fault of the program.
    pub fn from_result(result: impl Serialize) -> Result<Self> {
        Ok(Self { scalars: fields(result)?, ..Self::default() })
    }

    /// Moves the lists of one length from the scalars into the columns of a table, behind the columns that are given.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn with_columns(mut self, name: &'static str, mut columns: Vec<Column>, length: usize) -> Result<Self> {
        let mut kept = Map::new();
        for (field, value) in std::mem::take(&mut self.scalars) {
            match value {
                Value::Array(cells) if cells.len() == length && field != "islands" => {
                    columns.push(column(&field, &cells));
                }
                other => {
                    kept.insert(field, other);
                }
            }
        }
        self.scalars = kept;
        self.tables.push(OutcomeTable::of_columns(name, columns)?);
        Ok(self)
    }

    /// The first table; where there is none, a row for each single value.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        if let Some(table) = self.tables.first() {
            return Ok(table.frame.clone());
        }
        let names: Vec<&str> = self.scalars.keys().map(String::as_str).collect();
        let values: Vec<Option<String>> = self.scalars.values().map(text).collect();
        let columns = vec![Column::new("field".into(), names), Column::new("value".into(), values)];
        DataFrame::new_infer_height(columns).map_err(Error::table("the outcome"))
    }

    /// Whether the outcome is a table and nothing beside it, so that its JSON holds neither notes nor manifest.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.tables.iter().any(|table| table.form == JsonForm::Whole)
    }

    /// The first table as Parquet, with what its rows do not say (n, p, seed, bandwidth, sector, all parameters) as metadata of
    /// the file; where the rows have places it is GeoParquet.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn parquet(&self) -> Result<Vec<u8>> {
        let metadata = [
            ("jiju:values", Value::Object(self.scalars.clone()).to_string()),
            ("jiju:manifest", Value::Object(self.manifest.clone()).to_string()),
        ];
        let frame = self.frame()?;
        match self.tables.first().and_then(|first| first.places.as_ref()) {
            Some(places) => geoparquet_with(&frame, &places.geometries(), places.reference(), &metadata),
            None => parquet_with(&frame, &metadata),
        }
    }

    /// The scalars without lists, which are columns of a table or as long as one.
    #[must_use]
    pub fn single_values(&self) -> Map<String, Value> {
        let single = self.scalars.iter().filter(|(_, value)| !value.is_array());
        single.map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// One JSON object: the single values, the tables, the notes and the manifest. Where the outcome is a table and nothing
    /// beside it ([`JsonForm::Whole`]), the array of its rows.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn json(&self) -> Result<String> {
        if let Some(table) = self.tables.iter().find(|table| table.form == JsonForm::Whole) {
            let rows = format_table(&table.frame, TableFormat::Json)?;
            return Ok(String::from_utf8_lossy(&rows).into_owned());
        }
        let mut object = Map::new();
        for table in self.tables.iter().filter(|table| table.form == JsonForm::Columns) {
            for column in table.frame.columns() {
                // The list of the ids of units has been called so since the first version.
                let name = if column.name() == "id" { "ids" } else { column.name().as_str() };
                object.insert(name.to_owned(), Value::Array(cells(column)?));
            }
        }
        for (name, column) in &self.lists {
            object.insert((*name).to_owned(), Value::Array(cells(column)?));
        }
        object.extend(self.scalars.clone());
        for table in self.tables.iter().filter(|table| table.form == JsonForm::Rows) {
            let rows = row_objects(&table.frame)?.into_iter().map(Value::Object).collect();
            object.insert(table.name.to_owned(), Value::Array(rows));
        }
        object.insert("notes".to_owned(), json!(self.notes));
        object.insert("manifest".to_owned(), Value::Object(self.manifest.clone()));
        Ok(format!("{}\n", Value::Object(object)))
    }
}

/// The fields of a result by their names.
///
/// # Errors
///
/// [`Error::Table`] for what is no struct with fields: a fault of the program.
pub(crate) fn fields(result: impl Serialize) -> Result<Map<String, Value>> {
    let failed = |message: String| Error::Table { what: "the statistic".to_owned(), message };
    match json::value(&result).map_err(|error| failed(error.to_string()))? {
        Value::Object(fields) => Ok(fields),
        other => Err(failed(format!("found {other}, expected fields"))),
    }
}

fn column(name: &str, cells: &[Value]) -> Column {
    if cells.iter().any(Value::is_string) {
        return Column::new(name.into(), cells.iter().map(text).collect::<Vec<_>>());
    }
    if cells.iter().any(Value::is_boolean) {
        return Column::new(name.into(), cells.iter().map(Value::as_bool).collect::<Vec<_>>());
    }
    Column::new(name.into(), cells.iter().map(Value::as_f64).collect::<Vec<_>>())
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => Some(
            list.iter()
                .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned))
                .collect::<Vec<_>>()
                .join(" "),
        ),
        other => Some(other.to_string()),
    }
}

/// The rows of a table as JSON objects: the cells by the names of their columns.
///
/// # Errors
///
/// [`Error::Table`], a fault of the program.
pub fn row_objects(frame: &DataFrame) -> Result<Vec<Map<String, Value>>> {
    let columns: Vec<(String, Vec<Value>)> =
        frame.columns().iter().map(|column| Ok((column.name().to_string(), cells(column)?))).collect::<Result<_>>()?;
    let row = |row: usize| columns.iter().map(|(name, cells)| (name.clone(), cells[row].clone())).collect();
    Ok((0..frame.height()).map(row).collect())
}

/// The cells of a column as JSON. What is no finite number is written in words, never as a silent null.
fn cells(column: &Column) -> Result<Vec<Value>> {
    let failed = || Error::table(column.name().to_string());
    if column.dtype() == &DataType::Float64 {
        let numbers = column.f64().map_err(failed())?;
        return Ok(numbers.iter().map(|cell| cell.map_or(Value::Null, json::number)).collect());
    }
    let mut cells = Vec::with_capacity(column.len());
    for row in 0..column.len() {
        cells.push(match column.get(row).map_err(failed())? {
            AnyValue::Null => Value::Null,
            AnyValue::Boolean(truth) => json!(truth),
            AnyValue::String(text) => json!(text),
            AnyValue::StringOwned(text) => json!(text.as_str()),
            AnyValue::Float32(single) => json::number(f64::from(single)),
            other if other.is_unsigned_integer() => other.extract::<u64>().map_or(Value::Null, Value::from),
            other if other.is_integer() => other.extract::<i64>().map_or(Value::Null, Value::from),
            other => json!(other.to_string()),
        });
    }
    Ok(cells)
}
