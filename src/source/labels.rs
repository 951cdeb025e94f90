use polars::prelude::{
    ChunkTake as _, Column, DataFrame, DataType, IdxCa, IdxSize, IntoColumn as _, NewChunkedArray as _, Schema,
    StringChunked,
};

use crate::error::{Error, JoinError, ProjectError, Result};
use crate::join::refuse_unknown_areas;
use crate::model::{Areas, Match};

/// What the areas of a layer are called in a joined table.
#[derive(Debug, Clone)]
pub struct Labels {
    layer: String,
    ids: StringChunked,
    names: StringChunked,
}

impl Labels {
    /// The labels of a layer.
    #[must_use]
    pub fn of_areas(areas: &Areas) -> Self {
        Self::new(&areas.layer, areas.areas.iter().map(|area| (area.id.as_str(), area.name.as_str())))
    }

    /// The labels of areas by their ids and names.
    #[must_use]
    pub fn new<'a>(layer: &str, areas: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Self {
        Self {
            layer: layer.to_owned(),
            ids: StringChunked::from_iter_values("".into(), areas.clone().map(|(id, _)| id)),
            names: StringChunked::from_iter_values("".into(), areas.map(|(_, name)| name)),
        }
    }

    /// The name of the layer, the prefix of its columns.
    #[must_use]
    pub fn layer(&self) -> &str {
        &self.layer
    }

    /// The ids of the areas, in file order.
    #[must_use]
    pub fn ids(&self) -> &StringChunked {
        &self.ids
    }
}

/// The ends of the names of a layer's columns, and their types.
const COLUMNS: [(&str, DataType); 4] = [
    ("id", DataType::String),
    ("name", DataType::String),
    ("on_boundary", DataType::Boolean),
    ("snapped_m", DataType::Float64),
];

/// The columns that [`match_frame`] gives.
///
/// # Errors
///
/// Refuses layers of one name.
pub fn frame_schema<'a>(layers: impl IntoIterator<Item = &'a Labels>) -> Result<Schema> {
    let mut schema = Schema::default();
    for Labels { layer, .. } in layers {
        for (ending, kind) in COLUMNS {
            if schema.insert(format!("{layer}_{ending}").into(), kind).is_some() {
                return Err(ProjectError::DoubledLayer { layer: layer.clone() }.into());
            }
        }
    }
    Ok(schema)
}

/// The columns that a joined table gets, layer by layer: `<layer>_id`, `<layer>_name`, `<layer>_on_boundary`,
/// `<layer>_snapped_m`; all null in a row that is unmatched, the last also where nothing was snapped.
///
/// # Errors
///
/// Refuses layers of one name, matches of different lengths, and matches with areas that the layer does not hold.
pub fn match_frame(layers: &[(&Labels, &[Match])]) -> Result<DataFrame> {
    let rows = layers.first().map_or(0, |(_, matches)| matches.len());
    let schema = frame_schema(layers.iter().map(|(labels, _)| *labels))?;
    let mut names = schema.iter_names().cloned();
    let mut columns: Vec<Column> = Vec::with_capacity(schema.len());
    for (labels, matches) in layers {
        if matches.len() != rows {
            let what = format!("layer `{}`", labels.layer);
            return Err(JoinError::Lengths { what, found: matches.len(), expected: rows }.into());
        }
        refuse_unknown_areas(&labels.layer, labels.ids.len(), matches)?;
        let numbers = matches.iter().map(|one| one.area.and_then(|area| IdxSize::try_from(area).ok()));
        let areas = IdxCa::from_iter_options("".into(), numbers);
        let texts = |texts: &StringChunked| texts.take(&areas).map_err(Error::table("matches"));
        let on_boundary: Vec<_> = matches.iter().map(|one| one.area.map(|_| one.on_boundary)).collect();
        let snapped_m: Vec<_> = matches.iter().map(|one| one.snapped_m).collect();
        let mut name = || names.next().unwrap_or_default();
        columns.push(texts(&labels.ids)?.with_name(name()).into_column());
        columns.push(texts(&labels.names)?.with_name(name()).into_column());
        columns.push(Column::new(name(), on_boundary));
        columns.push(Column::new(name(), snapped_m));
    }
    DataFrame::new(rows, columns).map_err(Error::table("matches"))
}

#[cfg(test)]
mod tests {
    use geo::{MultiPolygon, Rect};

    use super::*;
    use crate::join::{AreaIndex, locate_points};
    use crate::model::{Area, Point, Reference};

    #[test]
    fn joined_columns_are_named_after_their_layers() {
        let area = |(number, x): (usize, f64)| Area {
            id: format!("33060{number}"),
            name: format!("district {number}"),
            parent: None,
            geometry: MultiPolygon(vec![Rect::new((x, 0.0), (x + 1.0, 1.0)).to_polygon()]),
        };
        let areas = Areas {
            layer: "district".to_owned(),
            source: "districts.gpkg".to_owned(),
            reference: Reference::epsg(4549),
            areas: [0.0, 5.0].into_iter().enumerate().map(area).collect(),
        };
        let park = Areas { layer: "park".to_owned(), ..areas.clone() };
        let index = AreaIndex::new(&areas).unwrap();
        let points = [Some(Point::new(0.0, 0.5)), Some(Point::new(6.25, 0.5)), Some(Point::new(99.0, 0.0)), None];
        let matches = [Some(0.5), None].map(|snap_m| locate_points(&index, &points, snap_m));
        let (areas, park) = (Labels::of_areas(&areas), Labels::of_areas(&park));
        let joined = match_frame(&[(&areas, &matches[0]), (&park, &matches[1])]).unwrap();
        let names: Vec<_> = joined.get_column_names().iter().map(|name| name.to_string()).collect();
        insta::assert_snapshot!(names.join(" "), @"district_id district_name district_on_boundary district_snapped_m park_id park_name park_on_boundary park_snapped_m");
        let column = |name: &str| joined.column(name).unwrap();
        assert_eq!(
            column("district_id").str().unwrap().iter().collect::<Vec<_>>(),
            [Some("330600"), Some("330601"), None, None]
        );
        assert_eq!(
            column("district_on_boundary").bool().unwrap().iter().collect::<Vec<_>>(),
            [Some(true), Some(false), None, None]
        );
        assert_eq!(
            column("district_snapped_m").f64().unwrap().iter().collect::<Vec<_>>(),
            [None, Some(0.25), None, None]
        );
        assert_eq!(column("park_id").null_count(), 3);

        let doubled = match_frame(&[(&areas, &matches[0]), (&areas, &matches[1])]);
        assert!(matches!(doubled, Err(Error::Project(ProjectError::DoubledLayer { .. }))));
        let short = match_frame(&[(&areas, &matches[0]), (&park, &matches[1][..2])]);
        assert!(matches!(short, Err(Error::Join(JoinError::Lengths { found: 2, expected: 4, .. }))));
    }
}
