use super::super::english;
use super::MapRequest;
use super::layers::{repaired, undrawn};
use super::of_table::as_written;
use super::rows::{AreaTable, Keys};
use super::small_maps::require_listed;
use crate::error::{ProjectError, Result};
use crate::model::Language;
use crate::render::{self, BoundaryEdit, Figure, MapData, MapKind, MapSpec, MultiplesBy, MultiplesSpec};
use crate::source::LayerSource;
use crate::source::grid::check_reach;
use crate::source::layers;
use crate::source::point_table::origin_with_notes;
use crate::source::{TableOptions, Wanted, needed_grid, projected_areas};

pub(super) fn map_of_files(spec: &MapSpec, source: &LayerSource, request: &MapRequest) -> Result<Figure> {
    spec.refuse_keys_without_effect()?;
    let column = match spec.column.as_deref() {
        Some(column) => column,
        None if spec.kind == MapKind::Plain || spec.multiples.is_some() => "",
        None => {
            return Err(ProjectError::Options {
                message: "found no column to show".to_owned(),
                hint: "give ‹value›, or `column = …` in the specification".to_owned(),
            }
            .into());
        }
    };
    let column = &column.to_owned();
    let (mut notes, mut spec) = (Vec::new(), spec.clone());
    let (areas, table, key, report) = match (&request.values.table, &request.key) {
        (Some(table), Some(key)) => {
            let wanted = [key.as_str(), column].into_iter().filter(|header| !header.is_empty());
            let wanted = wanted.map(|header| Wanted::Header(header.to_owned())).collect();
            let options = TableOptions { wanted, ..request.values.options(None)? };
            let (areas, report) = layers::areas_with_report(source)?;
            let (table, told) = origin_with_notes(table, &options)?;
            notes.extend(told);
            (areas, table, key.clone(), report)
        }
        (Some(_), None) => {
            return Err(ProjectError::Options {
                message: "found ‹table› without ‹key›".to_owned(),
                hint: "give ‹key›, the column of the table with the ids or names of the areas".to_owned(),
            }
            .into());
        }
        (None, _) => layers::areas_with_attributes(source)?,
    };
    let grid = match request.grid {
        Some(grid) => {
            check_reach(&areas, grid)?;
            grid.into()
        }
        None => needed_grid(&areas)?.into(),
    };
    notes.extend(as_written(&mut spec, &table, column)?);
    let spec = &spec;
    let mut data = MapData::new(projected_areas(&areas, grid)?);
    let keys = if request.values.table.is_some() { Keys::Written } else { Keys::Own };
    let table = AreaTable::new(table, &key, &spec.filter, &areas, keys)?;
    data.undrawn = undrawn(&report);
    if spec.language == Language::En {
        let english = english::of_source(source)?;
        let names = areas.areas.iter().map(|area| english.get(&area.id).unwrap_or(&area.name).clone());
        data.names = if english.is_empty() { Vec::new() } else { names.collect() };
    }
    data.boundary_edits =
        vec![BoundaryEdit { layer: areas.layer.clone(), repaired: repaired(&report), ..BoundaryEdit::default() }];
    match &spec.multiples {
        Some(multiples @ MultiplesSpec { by: MultiplesBy::Column, of }) => {
            require_listed(multiples)?;
            for column in of {
                data.multiples.push(table.panel(spec, column)?);
            }
        }
        Some(MultiplesSpec { by, .. }) => {
            return Err(ProjectError::Options {
                message: format!("found multiples by {by} for a table of areas"),
                hint: "small maps of a table are by column: `multiples = { by = \"column\", of = [\"a\", \"b\"] }`"
                    .to_owned(),
            }
            .into());
        }
        None => data.say(table.panel(spec, column)?),
    }
    table.decorate(spec, &mut data)?;
    super::layers::add(spec, &areas, None, &mut data)?;
    data.notes.splice(0..0, report.told().into_iter().chain(notes).chain(table.take_notes()));
    let mut figure = render::map(spec, &data)?;
    figure.warnings.extend(spec.of_project_warning()?);
    Ok(figure)
}
