//! Firms of one or two tables counted by area and sector.

use std::path::PathBuf;

use super::concentration::{CountColumns, Firms, aligned, faults_of, tally};
use super::operation::Input;
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::join::Counted;
use crate::model::{Areas, Counts, DeclaredReference, Distance, Table};
use crate::source::layers::{self, Layer};
use crate::source::{AreaSource, LayerSource, Origin, PointSource};

/// How the firms of tables are counted by area and sector.
#[parameters]
pub struct CountSource {
    /// Column of the tables with the longitude or easting [default: recognised, such as `lon` or 经度].
    #[parameter(value = "COLUMN")]
    pub x: Option<String>,
    /// Column of the tables with the latitude or northing [default: recognised, such as `lat` or 纬度].
    #[parameter(value = "COLUMN")]
    pub y: Option<String>,
    /// Reference of the points: EPSG:n, wgs84, cgcs2000, gcj02, bd09 [default: the file's own, else wgs84].
    #[parameter(alias = "reference")]
    pub crs: Option<DeclaredReference>,
    /// Sheet of the workbooks [default: the first].
    #[parameter(value = "SHEET")]
    pub sheet: Option<String>,
    /// Encoding of text files [default: detected: UTF-8, UTF-16 or GB18030].
    #[parameter(value = "ENCODING")]
    pub encoding: Option<String>,
    /// The areas in which enterprises stand.
    #[flatten]
    pub areas: AreaSource,
    /// Name of the areas in what is told of them [default: the file's name].
    #[parameter(value = "NAME", requires = "areas")]
    pub layer: Option<String>,
    /// Column with the sector; `sector` is made from the industry code where a policy is given and the table has none. With
    /// a policy, sectors may go by their ids or their Chinese names.
    #[parameter(value = "COLUMN")]
    pub by: String,
    /// Additive column to measure in place of the number of firms: employees, output_cny …
    #[parameter(value = "COLUMN")]
    pub weight: Option<String>,
    /// Policy folder with the rule from industry code to sector.
    #[parameter(value = "FOLDER")]
    pub policy: Option<PathBuf>,
    /// A firm outside every area belongs to the nearest within this distance, such as 200m; of layers of parks to none.
    #[parameter(conflicts = "counts")]
    pub snap_firms: Option<Distance>,
    /// Counts in place of enterprises.
    #[flatten]
    pub counts: CountColumns,
}

impl Default for CountSource {
    fn default() -> Self {
        Self {
            x: None,
            y: None,
            crs: None,
            sheet: None,
            encoding: None,
            areas: AreaSource::default(),
            layer: None,
            by: "sector".to_owned(),
            weight: None,
            policy: None,
            snap_firms: None,
            counts: CountColumns::default(),
        }
    }
}

impl CountSource {
    /// The inputs with these tables, for [`Operation::inputs`](super::Operation::inputs).
    pub(super) fn inputs<'a>(&'a mut self, tables: [Option<&'a mut Origin<Table>>; 2]) -> Vec<Input<'a>> {
        // A table of counts is no register.
        let table = if self.counts.counts { Input::Table } else { Input::Register };
        let mut inputs: Vec<Input<'_>> = tables.into_iter().flatten().map(table).collect();
        inputs.extend(self.areas.areas.as_mut().map(Input::Areas));
        inputs.push(Input::Reference(&mut self.crs));
        inputs.extend([Input::Policy(&mut self.policy), Input::Snap(&mut self.snap_firms)]);
        inputs
    }

    /// One of the tables, as the parameters understand them.
    fn source(&self, table: &Origin<Table>) -> PointSource {
        PointSource::default()
            .with_table(table.clone())
            .with_x(self.x.clone())
            .with_y(self.y.clone())
            .with_crs(self.crs)
            .with_sheet(self.sheet.clone())
            .with_encoding(self.encoding.clone())
    }

    /// The counts of each of the tables, of two of them with the same areas and sectors; and the areas, where there is a layer of
    /// them.
    pub(super) fn of_tables(
        &self,
        tables: &[&Origin<Table>],
        notes: &mut Vec<String>,
    ) -> Result<(Vec<Counts>, Option<Areas>)> {
        let layer = match (self.areas.layer(), self.counts.counts) {
            (None, true) => None,
            (Some(source), false) => {
                let layer = layers::layer(&LayerSource { name: self.layer.clone(), ..source })?;
                notes.extend(faults_of(&layer));
                Some(layer)
            }
            _ => {
                return Err(ProjectError::Options {
                    message: "firms are counted in a layer of areas, or are given as tables of counts: found neither, or both".to_owned(),
                    hint: "give ‹areas›, or ‹counts› without it".to_owned(),
                }
                .into());
            }
        };
        let mut found = Vec::new();
        for table in tables {
            found.push(match &layer {
                Some(layer) => self.counted(table, layer, notes)?,
                None => {
                    let (table, told) = self.source(table).read_table_with_notes()?;
                    let tally = tally(&table, &self.counts, &self.by, None, None)?;
                    notes.extend(told);
                    notes.extend(tally.notes);
                    tally.counts
                }
            });
        }
        if let [before, after] = found.as_slice() {
            let (before, after) = aligned(before, after);
            found = vec![before, after];
        }
        Ok((found, layer.map(|layer| layer.areas)))
    }

    /// The enterprises of a register in the areas of a layer.
    fn counted(&self, table: &Origin<Table>, layer: &Layer, notes: &mut Vec<String>) -> Result<Counts> {
        let firms = Firms::read(&self.source(table), &self.by, self.weight.as_deref(), self.policy.as_deref())?;
        let matches = firms.matches(layer, self.snap_firms)?;
        let Counted { counts, unmatched, missing_weight } = firms.counted(&matches, &layer.areas, &[])?;
        let place = format!(" of {}", layer.areas.layer);
        notes.extend(firms.outside_notes(unmatched, &table.to_string(), &place, layer));
        notes.extend(firms.notes);
        if !missing_weight.is_empty() {
            let (rows, unit) = (missing_weight.len(), &counts.unit);
            notes.push(format!("{table}: {rows} rows have no {unit} and add nothing"));
        }
        Ok(counts)
    }
}
