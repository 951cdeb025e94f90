//! Tables of points, or pieces of one, joined with layers.

use polars::prelude::{DataFrame, IdxCa, Schema};

use super::Join;
use super::tally::Tally;
use crate::error::{Error, ProjectError, Result};
use crate::join::{Holders, locate_columns};
use crate::model::{Distance, Match, Point, Reference, Table};
use crate::source::layers::{self, Asked, IndexedLayer, nearest};
use crate::source::point_table::{NO_COORDINATES, PointColumns, cut_codes_note, sums_note};
use crate::source::{Labels, Transform, frame_schema};

/// Layers to join with, and how.
pub(super) struct Joiner {
    layers: Vec<IndexedLayer>,
    columns: PointColumns,
    snap_m: Option<f64>,
    holders: Holders,
}

impl Joiner {
    /// Reads and indexes the layers of a request, for points that stand in such columns.
    pub(super) fn new(request: &Join, columns: &PointColumns) -> Result<Self> {
        let asked = Asked { distances: request.snap.is_some(), first_alone: !request.all };
        Ok(Self {
            layers: request
                .layers
                .layers()?
                .iter()
                .map(|source| layers::indexed(source, asked))
                .collect::<Result<_>>()?,
            columns: columns.clone(),
            snap_m: request.snap.map(Distance::metres),
            holders: if request.all { Holders::All } else { Holders::First },
        })
    }

    fn labels(&self) -> Vec<&Labels> {
        self.layers.iter().map(|layer| &layer.labels).collect()
    }

    /// A tally for these layers.
    pub(super) fn tally(&self) -> Tally {
        Tally::new(self.layers.iter().map(|layer| layer.index.len()))
    }

    /// Points per area.
    pub(super) fn counts(&self, tally: &Tally) -> Result<DataFrame> {
        tally.counts(&self.labels())
    }

    /// Warnings to show to the user about points of this source.
    pub(super) fn notes(&self, source: &str, tally: &Tally) -> Vec<String> {
        let mut notes = Vec::new();
        notes.extend(cut_codes_note(source, &tally.cut_codes));
        notes.extend(sums_note(source, &tally.sums));
        notes.extend(tally.datums.notes(source));
        notes.extend(tally.placeless.note(source, NO_COORDINATES));
        for (layer, counted) in self.layers.iter().zip(&tally.layers) {
            notes.extend(layer.notes.iter().cloned());
            notes.extend(tally.layer_notes(&layer.labels, counted));
            let outside = tally.outside(counted);
            if outside > 0 && outside * 2 >= tally.rows {
                let name = layer.labels.layer();
                notes.extend(self.likely_cause(layer, tally).map(|cause| format!("{name}: {cause}")));
            }
        }
        notes
    }

    /// Why most points lie in no area of a layer, if that can be told.
    fn likely_cause(&self, layer: &IndexedLayer, tally: &Tally) -> Option<String> {
        let (_, sample) = tally.sample.as_ref()?;
        self.columns.likely_cause(sample, |reference, at| {
            let image = Transform::new(reference, layer.reference).and_then(|transform| transform.point(at));
            image.is_ok_and(|image| image.is_finite() && layer.index.locate(image).area.is_some())
        })
    }

    /// The columns of points with these, once they are joined.
    pub(super) fn schema(&self, points: &Schema) -> Result<Schema> {
        let joined = frame_schema(self.labels())?;
        let taken: Vec<String> =
            joined.iter_names().filter(|name| points.contains(name)).map(|name| format!("`{name}`")).collect();
        if !taken.is_empty() {
            let message = format!("the points have columns {} already", taken.join(", "));
            let hint = "give the layer another name: ‹layer›".to_owned();
            return Err(ProjectError::Options { message, hint }.into());
        }
        let mut schema = points.clone();
        schema.merge(joined);
        Ok(schema)
    }

    /// Counts the points of a table.
    pub(super) fn count(&self, table: &Table, tally: &mut Tally) -> Result<()> {
        self.located(table, tally, |_, _, _| {})
    }

    /// The rows and columns of a table of points, and behind them those of [`join::frame`]; counts them as well.
    pub(super) fn join(&self, table: &Table, tally: &mut Tally) -> Result<DataFrame> {
        match self.holders {
            Holders::First => {
                let mut matches = vec![vec![Match::default(); table.height()]; self.layers.len()];
                self.located(table, tally, |layer, row, one| matches[layer][row] = one)?;
                self.beside(table.frame.clone(), &matches)
            }
            Holders::All => {
                let mut found = vec![Vec::with_capacity(table.height()); self.layers.len()];
                self.located(table, tally, |layer, row, one| found[layer].push((row, one)))?;
                let (rows, matches) = combinations(table.height(), found);
                let rows = IdxCa::from_vec("row".into(), rows);
                self.beside(table.frame.take(&rows).map_err(Error::table(TABLE))?, &matches)
            }
        }
    }

    fn beside(&self, mut frame: DataFrame, matches: &[Vec<Match>]) -> Result<DataFrame> {
        let layers: Vec<_> = self.labels().into_iter().zip(matches.iter().map(Vec::as_slice)).collect();
        for column in crate::source::match_frame(&layers)?.columns() {
            frame.with_column(column.clone()).map_err(Error::table(TABLE))?;
        }
        Ok(frame)
    }

    /// Locates the points of a table in every layer and hands over each match with the number of the layer and the row.
    fn located(&self, table: &Table, tally: &mut Tally, mut found: impl FnMut(usize, usize, Match)) -> Result<()> {
        let mut stated = self.columns.positions(table, &mut tally.datums)?;
        tally.rows += table.height() as u64;
        tally.cut_codes.add(table, table.reading.cut_codes.iter().copied());
        let sums = &table.reading.sums;
        if sums.is_empty() {
            tally.placeless.add(table, stated.placeless());
        } else {
            stated.take_away(sums);
            tally.sums.add(table, sums.iter().copied());
            tally.placeless.add(table, stated.placeless().filter(|row| sums.binary_search(row).is_err()));
        }
        if let (None, Some(first)) = (&tally.sample, table.rows.first()) {
            tally.sample = Some((*first, self.columns.sample(table)?));
        }
        for (number, (layer, tally)) in self.layers.iter().zip(&mut tally.layers).enumerate() {
            let positions = stated.brought_to(self.columns.reference, layer.reference)?;
            let (x, y) = (&positions.x, &positions.y);
            // Points are located in the plane of the file, and snapped on the ellipsoid where the plane has no true metres.
            let apart = match (&layer.measured, self.snap_m) {
                (Some(index), Some(snap_m)) => {
                    Some((index, snap_m, stated.brought_to(self.columns.reference, Reference::Wgs84)?))
                }
                _ => None,
            };
            let snap_m = self.snap_m.filter(|_| apart.is_none());
            let mut last = None;
            locate_columns(&layer.index, x, y, self.holders, snap_m, |row, mut one| {
                if let (None, Some((index, snap_m, at))) = (one.area, &apart) {
                    let point = Point::new(at.x[row], at.y[row]);
                    one = Some(point).filter(|point| point.is_finite()).map_or(one, |at| nearest(index, at, *snap_m));
                }
                // The matches of one point come one after another.
                tally.add(one, last.replace(row) != Some(row));
                found(number, row, one);
            });
        }
        Ok(())
    }
}

/// One row for every combination of a point's areas in the layers: the number of its row, and its matches by layer.
fn combinations(height: usize, mut found: Vec<Vec<(usize, Match)>>) -> (Vec<u32>, Vec<Vec<Match>>) {
    for layer in &mut found {
        // The matches of one point are in order already.
        layer.sort_by_key(|(row, _)| *row);
    }
    let mut rows = Vec::with_capacity(height);
    let mut matches = vec![Vec::with_capacity(height); found.len()];
    let mut rests: Vec<&[(usize, Match)]> = found.iter().map(Vec::as_slice).collect();
    for (row, number) in (0..height).zip(0_u32..) {
        let own: Vec<&[(usize, Match)]> = rests
            .iter_mut()
            .map(|rest| {
                let (own, others) = rest.split_at(rest.partition_point(|(other, _)| *other <= row));
                *rest = others;
                own
            })
            .collect();
        let count: usize = own.iter().map(|own| own.len()).product();
        for combination in 0..count {
            rows.push(number);
            let mut rest = combination;
            for (own, column) in own.iter().zip(&mut matches) {
                column.push(own[rest % own.len()].1);
                rest /= own.len();
            }
        }
    }
    (rows, matches)
}

const TABLE: &str = "the joined points";
