//! Where an input comes from: a file, or memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::layer_path::{self, split_layer};
use crate::declare::{ParameterKind, ParameterType};
use crate::error::ReadError;
use crate::join::AreaIndex;
use crate::model::{Area, Areas, Table, Weights};

/// Where an input comes from.
///
/// In parameters it is written as the path of the file, or as the name of what is in memory.
#[derive(Serialize, Deserialize)]
#[serde(from = "String", into = "String", bound = "")]
pub enum Origin<T> {
    /// A file or a table of a database to be read; of several layers the one that is named as [`split_layer`] tells.
    File(PathBuf),
    /// Something in memory, with the name by which results mention it.
    Memory(String, Arc<T>),
}

impl<T> Origin<T> {
    /// Something in memory, with the name by which results mention it.
    pub fn memory(name: impl Into<String>, value: impl Into<Arc<T>>) -> Self {
        Self::Memory(name.into(), value.into())
    }

    /// The path, where it is a file, without the name of a layer; of a database the whole address.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(split_layer(path).0),
            Self::Memory(..) => None,
        }
    }

    /// The file, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        self.path().map(Path::to_owned)
    }

    /// What is in memory, where it is not a file.
    #[must_use]
    pub fn held(&self) -> Option<&T> {
        match self {
            Self::File(_) => None,
            Self::Memory(_, value) => Some(value),
        }
    }

    /// The name of what is in memory, or of the layer that is named with the file, or the stem of the file.
    #[must_use]
    pub fn stem(&self) -> String {
        match self {
            Self::File(path) => layer_path::stem(path),
            Self::Memory(name, _) => name.clone(),
        }
    }
}

impl<T> Clone for Origin<T> {
    fn clone(&self) -> Self {
        match self {
            Self::File(path) => Self::File(path.clone()),
            Self::Memory(name, value) => Self::Memory(name.clone(), Arc::clone(value)),
        }
    }
}

impl<T> Default for Origin<T> {
    fn default() -> Self {
        Self::File(PathBuf::new())
    }
}

impl<T> fmt::Debug for Origin<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Memory(name, _) => f.debug_tuple("Memory").field(name).finish(),
        }
    }
}

impl<T> fmt::Display for Origin<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Memory(name, _) => f.write_str(name),
        }
    }
}

impl<T> PartialEq for Origin<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(other)) => one == other,
            (Self::Memory(_, one), Self::Memory(_, other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl<T> Eq for Origin<T> {}

impl<T> From<String> for Origin<T> {
    fn from(path: String) -> Self {
        Self::File(path.into())
    }
}

impl<T> From<&str> for Origin<T> {
    fn from(path: &str) -> Self {
        Self::File(path.into())
    }
}

impl<T> From<PathBuf> for Origin<T> {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl<T> From<&Path> for Origin<T> {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl<T> From<Origin<T>> for String {
    fn from(origin: Origin<T>) -> Self {
        origin.to_string()
    }
}

impl From<Table> for Origin<Table> {
    fn from(table: Table) -> Self {
        Self::memory(table.source.clone(), table)
    }
}

impl From<Weights> for Origin<Weights> {
    fn from(weights: Weights) -> Self {
        Self::memory("weights", weights)
    }
}

impl From<Areas> for Origin<AreasInMemory> {
    fn from(areas: Areas) -> Self {
        Self::memory(areas.layer.clone(), AreasInMemory { areas, attributes: None, index: None })
    }
}

impl<T> ParameterType for Origin<T> {
    fn kind() -> ParameterKind {
        ParameterKind::File
    }

    fn parse(text: &str) -> Result<Value, String> {
        Ok(Value::String(text.to_owned()))
    }
}

/// Areas in memory, with the table of their attributes.
#[derive(Debug, Clone)]
pub struct AreasInMemory {
    /// The areas.
    pub areas: Areas,
    /// A row for each area, in the same order, and the column of it that identifies an area.
    pub attributes: Option<(Table, String)>,
    /// The index of the areas, where there is one already.
    pub index: Option<Arc<AreaIndex>>,
}

impl AreasInMemory {
    /// Areas with the rows of their attributes, and the column of these that identifies an area. Rows of what is no area are left
    /// out.
    ///
    /// # Errors
    ///
    /// What [`Table::text`] refuses.
    pub fn with_attributes(areas: Areas, attributes: Table, id: String) -> crate::Result<Self> {
        let mut attributes = attributes;
        if attributes.height() != areas.len() {
            let ids = attributes.text(&id)?;
            let mut left = areas.areas.iter().map(|area| area.id.as_str()).peekable();
            let is_next = |id: Option<&str>| left.next_if(|own| id.map(str::trim) == Some(*own)).is_some();
            let kept: Vec<bool> = ids.iter().map(is_next).collect();
            attributes = attributes.filtered(&kept)?;
        }
        Ok(Self { areas, attributes: Some((attributes, id)), index: None })
    }

    /// The areas with the ids and names of other columns of their attributes; as they are where none is named, or where there
    /// are no attributes.
    ///
    /// # Errors
    ///
    /// [`ReadError::MissingColumn`]; [`ReadError::AreaIds`] for ids that are missing or doubled.
    pub fn labelled(&self, id: Option<&str>, name: Option<&str>) -> crate::Result<Cow<'_, Self>> {
        let Some((table, key)) = &self.attributes else { return Ok(Cow::Borrowed(self)) };
        let id = id.filter(|id| id != key);
        if id.is_none() && name.is_none() {
            return Ok(Cow::Borrowed(self));
        }
        let text = |column: &str| -> crate::Result<Vec<Option<String>>> {
            let cells = table.text(column)?;
            let cells = cells.iter().map(|cell| cell.map(str::trim).filter(|cell| !cell.is_empty()));
            Ok(cells.map(|cell| cell.map(str::to_owned)).collect())
        };
        let mut labelled = self.clone();
        if let Some(column) = id {
            let ids = text(column)?;
            let (mut missing, mut rows) = (Vec::new(), BTreeMap::<String, Vec<u64>>::new());
            for (id, row) in ids.iter().zip(&table.rows) {
                match id {
                    None => missing.push(*row),
                    Some(id) => rows.entry(id.clone()).or_default().push(*row),
                }
            }
            let doubled: Vec<(String, Vec<u64>)> = rows.into_iter().filter(|(_, rows)| rows.len() > 1).collect();
            if !missing.is_empty() || !doubled.is_empty() {
                let (file, column) = (self.areas.source.clone(), column.to_owned());
                return Err(ReadError::AreaIds { file, column, missing, doubled }.into());
            }
            for (area, id) in labelled.areas.areas.iter_mut().zip(ids.into_iter().flatten()) {
                if name.is_none() && area.name == area.id {
                    area.name.clone_from(&id);
                }
                area.id = id;
            }
            labelled.attributes = Some((table.clone(), column.to_owned()));
        }
        if let Some(column) = name {
            for (area, name) in labelled.areas.areas.iter_mut().zip(text(column)?) {
                area.name = name.unwrap_or_else(|| area.id.clone());
            }
        }
        Ok(Cow::Owned(labelled))
    }

    /// The attributes; where there are none, the ids and names of the areas.
    pub(crate) fn table(&self) -> crate::Result<(Table, String)> {
        if let Some(attributes) = &self.attributes {
            return Ok(attributes.clone());
        }
        let column = |name: &str, of: fn(&Area) -> &str| {
            polars::prelude::Column::new(name.into(), self.areas.areas.iter().map(of).collect::<Vec<_>>())
        };
        let columns = vec![column("id", |area| &area.id), column("name", |area| &area.name)];
        let frame = polars::prelude::DataFrame::new(self.areas.len(), columns).map_err(crate::Error::table("areas"))?;
        let rows = (1..=self.areas.len() as u64).collect();
        Ok((Table::new(self.areas.source.clone(), frame, rows), "id".to_owned()))
    }
}
