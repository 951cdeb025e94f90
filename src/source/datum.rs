//! Rows that state a datum of their own.

use crate::error::Result;
use crate::model::{DeclaredReference, Point, Table, register_column};
use crate::source::Transform;

/// Returns the header of the column in which rows state a datum of their own, if there is one.
#[must_use]
pub fn datum_header(headers: &[String]) -> Option<String> {
    register_column("datum")?.header_in(headers).map(str::to_owned)
}

/// The positions of a table's rows in another reference: each row's own datum goes before that of the file. None where
/// there is no position, it has no image, or the row states a datum that is not known.
///
/// # Errors
///
/// The errors of [`Transform::new`].
pub fn row_images(
    table: &Table,
    points: &[Option<Point>],
    file: DeclaredReference,
    to: DeclaredReference,
) -> Result<Vec<Option<Point>>> {
    let stated: Vec<Option<DeclaredReference>> = match datum_header(&table.columns()) {
        None => vec![Some(file); points.len()],
        Some(column) => {
            let cells = table.text(&column)?;
            // Most rows say what the one above says.
            let mut last = ("", Some(file));
            let reference = |cell: Option<&'_ str>| match cell.map(str::trim) {
                None | Some("") => Some(file),
                Some(cell) => DeclaredReference::of_datum(cell),
            };
            let mut stated = Vec::with_capacity(points.len());
            for cell in cells.iter() {
                let text = cell.unwrap_or_default();
                if text != last.0 {
                    last = (text, reference(cell));
                }
                stated.push(last.1);
            }
            stated
        }
    };
    let mut used: Vec<DeclaredReference> = stated.iter().copied().flatten().collect();
    used.sort_by_key(ToString::to_string);
    used.dedup();
    let mut images = vec![None; points.len()];
    for from in used {
        let own: Vec<Option<Point>> =
            points.iter().zip(&stated).map(|(point, stated)| point.filter(|_| *stated == Some(from))).collect();
        for (image, found) in images.iter_mut().zip(Transform::new(from, to)?.images(&own)) {
            *image = image.or(found);
        }
    }
    Ok(images)
}
