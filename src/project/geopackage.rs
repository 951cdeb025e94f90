//! The layers of a run as one GeoPackage that QGIS opens with the classes and colours of the maps.

use std::collections::{BTreeSet, HashMap};

use geo::{Geometry, MultiPolygon};
use polars::prelude::{Column, DataFrame};
use serde_json::Value;

use super::analysis::{REGISTER, as_keys};
use super::figure::{data_of, map_specification};
use super::file::Project;
use super::names::headings;
use super::page::{Hidden, firms_per_area, own_name, pivots, quota_columns as number_columns, unit_title};
use super::survey::Survey;
use crate::check::DISTRICT;
use crate::error::{Error, Result};
use crate::model::json::json;
use crate::model::{Areas, Counts, DeclaredReference, Language, PARK_LAYERS, column};
use crate::render::{self, HullSpec, MapSpec, Renderer, StyleEntry, layer_title, map_styles, qml, sld};
use crate::report::heading;
use crate::source::{PackageLayer, SavedStyle, geopackage};

/// The name of the file.
pub(super) const FILE: &str = "layers.gpkg";

/// The most firms that it holds as points: of ten million it would be three gigabytes, which no desktop draws.
const MOST_FIRMS: usize = 2_000_000;

/// A GeoPackage, and what is to be said of it.
pub(super) struct Package {
    pub bytes: Vec<u8>,
    /// What it holds, for the manifest.
    pub manifest: Value,
    /// Warnings to show to the user, one sentence each.
    pub notes: Vec<String>,
}

/// The layers of a project, the register as points, and the layers of analyses, with a style for each map.
///
/// Where a map or the page masks few firms, so does the whole file: of areas that the page would hide no number is in it, nor the
/// firms that are counted in a hidden one, and layers of analyses have no attributes but what maps show.
pub(super) fn package(project: &Project, survey: &Survey, register: &DataFrame) -> Result<Package> {
    let specs = project.maps.iter().map(|map| map_specification(map, project)).collect::<Result<Vec<_>>>()?;
    let of_maps = specs.iter().filter_map(|spec| spec.mask.as_ref()).map(|mask| u64::from(mask.min_firms));
    let min_firms = of_maps.fold(project.page.min_firms, u64::max);
    let mut builder = Builder {
        project,
        survey,
        min_firms,
        tables: Vec::new(),
        styles: Vec::new(),
        names: BTreeSet::new(),
        notes: Vec::new(),
        firms_left_out: 0,
    };
    builder.layers()?;
    builder.register(register)?;
    builder.analyses()?;
    for (request, spec) in project.maps.iter().zip(&specs) {
        builder.map(&request.name, spec)?;
    }
    builder.plain_styles(&specs)?;
    builder.finish()
}

struct Builder<'a> {
    project: &'a Project,
    survey: &'a Survey,
    /// Areas with fewer firms are masked; 0 where none are.
    min_firms: u64,
    tables: Vec<LayerTable>,
    styles: Vec<NamedStyle>,
    /// The names of tables in lower case, which are all different.
    names: BTreeSet<String>,
    notes: Vec<String>,
    firms_left_out: usize,
}

/// A table to be, with the headings of its columns.
struct LayerTable {
    /// The name of the layer in the project.
    layer: String,
    name: String,
    title: String,
    columns: Vec<Column>,
    headings: Vec<(String, String)>,
    geometries: Vec<Option<Geometry<f64>>>,
    reference: DeclaredReference,
    /// Rows whose numbers are hidden.
    hidden: Vec<bool>,
}

/// A style of a table, by the position of that.
struct NamedStyle {
    table: usize,
    name: String,
    about: String,
    renderer: Renderer,
}

impl LayerTable {
    /// Adds a column under a name that no other has, which is given back.
    fn add(&mut self, name: &str, heading: &str, column: Column) -> String {
        let name = free(name, |name| {
            self.columns.iter().any(|column| column.name().eq_ignore_ascii_case(name)) || is_reserved(name)
        });
        let mut column = column;
        column.rename(name.as_str().into());
        self.columns.push(column);
        if heading != name {
            self.headings.push((name.clone(), heading.to_owned()));
        }
        name
    }

    /// Adds numbers, but for hidden rows.
    fn add_numbers(&mut self, name: &str, heading: &str, numbers: Vec<Option<f64>>) -> String {
        let shown = numbers.into_iter().enumerate().map(|(row, number)| {
            let is_hidden = self.hidden.get(row).copied().unwrap_or(false);
            number.filter(|number| number.is_finite() && !is_hidden)
        });
        let shown: Vec<Option<f64>> = shown.collect();
        // Numbers of firms stay whole.
        let is_whole = shown.iter().flatten().all(|number| number.fract() == 0.0 && number.abs() < 9e15);
        let column = if is_whole && shown.iter().any(Option::is_some) {
            #[expect(clippy::cast_possible_truncation, reason = "whole and below 2⁵³, as has just been checked")]
            let whole: Vec<_> = shown.iter().map(|number| number.map(|number| number as i64)).collect();
            Column::new(name.into(), whole)
        } else {
            Column::new(name.into(), shown)
        };
        self.add(name, heading, column)
    }
}

/// Names that a GeoPackage has for itself.
fn is_reserved(name: &str) -> bool {
    ["fid", "geom"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// A name, with a number behind it where it is taken.
fn free(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2_u64..).map(|number| format!("{name}_{number}"));
    let found = std::iter::once(name.to_owned()).chain(numbered).find(|name| !is_taken(name));
    found.unwrap_or_else(|| name.to_owned())
}

impl Builder<'_> {
    const fn language(&self) -> Language {
        self.project.language
    }

    fn add_table(
        &mut self,
        layer: &str,
        title: &str,
        geometries: Vec<Option<Geometry<f64>>>,
        reference: DeclaredReference,
    ) -> &mut LayerTable {
        // Tables of the format itself and of SQLite begin so.
        let own = ["gpkg_", "rtree_", "sqlite_", "ogr_"];
        let is_own = own.iter().any(|start| layer.to_lowercase().starts_with(start)) || layer == "layer_styles";
        let name = if is_own { format!("layer_{layer}") } else { layer.to_owned() };
        let name = free(&name, |name| self.names.contains(&name.to_lowercase()));
        self.names.insert(name.to_lowercase());
        let hidden = vec![false; geometries.len()];
        let (layer, title) = (layer.to_owned(), title.to_owned());
        let (columns, headings) = (Vec::new(), Vec::new());
        self.tables.push(LayerTable { layer, name, title, columns, headings, geometries, reference, hidden });
        let last = self.tables.len() - 1;
        &mut self.tables[last]
    }

    /// The project's layers: the numbers of firms, the quota table of districts, and what concentration was measured.
    fn layers(&mut self) -> Result<()> {
        let survey = self.survey;
        let language = self.language();
        let pivots = pivots(survey)?;
        let hidden = Hidden::by_firms(survey, &pivots, self.min_firms);
        for (position, layer) in survey.layers.iter().enumerate() {
            let areas = &layer.areas;
            let names: Vec<String> = areas.areas.iter().map(|area| own_name(survey, area, language)).collect();
            let title = layer_title(&areas.layer, language).to_owned();
            let matches = &survey.register.matches[position];
            let table = self.add_table(&areas.layer, &title, shapes(areas), areas.reference.into());
            table.hidden.clone_from(&hidden.areas[position]);
            add_identity(table, areas, names, language);
            let firms = firms_per_area(areas, matches).into_iter().map(|firms| Some(firms as f64)).collect();
            table.add_numbers("firms", language.pick("企业（家）", "firms"), firms);
            if areas.layer == DISTRICT {
                quota_columns(table, survey, areas, language);
            }
            if let Some(pivot) = &pivots[position] {
                for unit in &pivot.units {
                    let of_firms = unit == Counts::FIRMS;
                    for name in CONCENTRATION_COLUMNS {
                        let Some(values) = pivot.column(None, unit, name) else { continue };
                        let own = if of_firms { name.to_owned() } else { format!("{unit}_{name}") };
                        let words = heading(name, language);
                        let words = match of_firms {
                            true => words.to_owned(),
                            false => format!("{} · {words}", unit_title(unit, language)),
                        };
                        table.add_numbers(&own, &words, values);
                    }
                }
            }
        }
        Ok(())
    }

    /// The enterprises as points, those without a place among them.
    fn register(&mut self, register: &DataFrame) -> Result<()> {
        let survey = self.survey;
        if register.height() > MOST_FIRMS {
            self.notes.push(format!(
                "{FILE}: the {} firms are left out, more than the {MOST_FIRMS} that it holds; query/firms.parquet has them with \
                 their places",
                register.height()
            ));
            self.firms_left_out = register.height();
            return Ok(());
        }
        let pivots = pivots(survey)?;
        let hidden = Hidden::by_firms(survey, &pivots, self.min_firms);
        let checked = &survey.register;
        let sectors: BTreeSet<&str> = survey.policy.sectors.iter().map(|sector| sector.term.id.as_str()).collect();
        let is_shown = |(row, enterprise): (usize, &crate::model::Enterprise)| {
            let areas: Vec<Option<usize>> = checked.matches.iter().map(|layer| layer[row].area).collect();
            let own = enterprise.sector.as_deref().filter(|own| sectors.contains(own));
            !hidden.hides(&areas, own.unwrap_or(Counts::UNCLASSIFIED))
        };
        let enterprises = checked.register.enterprises();
        let shown: Vec<bool> = enterprises.iter().enumerate().map(is_shown).collect();
        let point = |enterprise: &crate::model::Enterprise| {
            enterprise.location.filter(|at| at.is_finite()).map(|at| Geometry::Point(geo::Point::new(at.x, at.y)))
        };
        let geometries = enterprises.iter().zip(&shown).filter(|(_, shown)| **shown).map(|(one, _)| point(one));
        let geometries: Vec<_> = geometries.collect();
        self.firms_left_out = enterprises.len() - geometries.len();
        let mask: polars::prelude::BooleanChunked = shown.iter().copied().map(Some).collect();
        let kept = register.filter(&mask).map_err(Error::table("the register"))?;
        let language = self.language();
        let table =
            self.add_table(REGISTER, language.pick("企业", "Firms"), geometries, checked.register.reference.into());
        for column in kept.columns() {
            let name = column.name().to_string();
            table.add(&name, heading(&name, language), column.clone());
        }
        Ok(())
    }

    /// The layers that analyses made.
    fn analyses(&mut self) -> Result<()> {
        let language = self.language();
        for made in &self.survey.made {
            let features: usize = made.outcome.layers.iter().map(|layer| layer.features.len()).sum();
            let areas: usize = made.layers.iter().map(|layer| layer.layer.areas.len()).sum();
            if features > areas {
                self.notes.push(format!(
                    "{FILE}: {} of {features} features of the analysis `{}` have no area and are left out",
                    features - areas,
                    made.name
                ));
            }
            for made in &made.layers {
                let areas = &made.layer.areas;
                let is_masked = self.min_firms > 0;
                let table = self.add_table(&areas.layer, &areas.layer, shapes(areas), areas.reference.into());
                let names = areas.areas.iter().map(|area| area.name.clone()).collect();
                add_identity(table, areas, names, language);
                if is_masked {
                    // What it says of firms is not known; so nothing is said.
                    table.hidden.fill(true);
                    continue;
                }
                for column in made.attributes.frame.columns() {
                    let name = column.name().to_string();
                    if !["id", "name", "parent"].contains(&name.as_str()) {
                        table.add(&name, heading(&name, language), column.clone());
                    }
                }
            }
        }
        Ok(())
    }

    /// The columns and the styles of a map: for each of its small maps, the class of each area and the number it shows.
    fn map(&mut self, name: &str, spec: &MapSpec) -> Result<()> {
        let data = data_of(spec, self.survey, self.project)?;
        let styles = map_styles(spec, &data)?;
        let layer = spec.layer.clone().unwrap_or_else(|| self.survey.layers[0].areas.layer.clone());
        let table = match (&spec.cells, self.tables.iter().position(|table| table.layer == layer)) {
            (None, Some(table)) => table,
            _ => {
                // Cells are areas of this map alone.
                let is_masked = self.min_firms > 0;
                let title = spec.title.clone().unwrap_or_else(|| name.to_owned());
                let geometries = shapes(&data.areas);
                let names = data.areas.areas.iter().map(|area| area.name.clone()).collect();
                let (language, reference) = (self.language(), data.areas.reference.into());
                let table = self.add_table(name, &title, geometries, reference);
                add_identity(table, &data.areas, names, language);
                table.hidden.fill(is_masked);
                self.tables.len() - 1
            }
        };
        let several = styles.panels.len() > 1;
        let title = spec.title.clone().unwrap_or_else(|| render::map_title(spec));
        for (position, panel) in styles.panels.iter().enumerate() {
            let stem = if several { format!("{name}_{}", position + 1) } else { name.to_owned() };
            let words = if several { format!("{title} · {}", panel.title) } else { title.clone() };
            let own = &mut self.tables[table];
            let value = (panel.values.iter().any(Option::is_some)).then(|| {
                let heading = spec.column.as_deref().map_or(words.as_str(), |column| heading(column, spec.language));
                own.add_numbers(&format!("{stem}_value"), &format!("{words} · {heading}"), panel.values.clone())
            });
            let classes: Vec<&str> = panel
                .of_area
                .iter()
                .map(|entry| panel.entries.get(*entry).map_or("", |entry| entry.label.as_str()))
                .collect();
            let class = format!("{stem}_class");
            let class = own.add(&class, &words, Column::new(class.as_str().into(), classes));
            let entries = panel.entries.iter().map(|entry| (Some(entry.label.clone()), entry.clone())).collect();
            let renderer = Renderer::Categorised { column: class, entries };
            self.styles.push(NamedStyle { table, name: stem.clone(), about: words.clone(), renderer });
            // By number too, for those who want other classes: what has no number is not drawn then.
            let mut ranges: Vec<StyleEntry> =
                panel.entries.iter().filter(|entry| entry.range.is_some()).cloned().collect();
            ranges.reverse();
            if let Some(column) = value.filter(|_| !ranges.is_empty() && self.min_firms == 0) {
                let renderer = Renderer::Graduated { column, entries: ranges };
                let language = spec.language;
                let about = format!("{words}{}", language.pick("（按数值分级）", " (by number)"));
                self.styles.push(NamedStyle { table, name: format!("{stem}_graduated"), about, renderer });
            }
        }
        self.overlays(spec, styles.overlays);
        Ok(())
    }

    /// The styles of what a map draws over its areas, for the layers that have none yet.
    fn overlays(&mut self, spec: &MapSpec, overlays: Vec<(&'static str, Vec<StyleEntry>)>) {
        for (id, entries) in overlays {
            match id {
                "parks" => {
                    for (park, entry) in spec.parks.iter().zip(entries) {
                        self.add_plain(park, Renderer::Single(entry));
                    }
                }
                "hulls" => {
                    let analysis = spec.hulls.as_ref().and_then(|hulls| hulls.analysis.clone());
                    if let (Some(analysis), Some(entry)) = (analysis, entries.into_iter().next()) {
                        self.add_plain(&analysis, Renderer::Single(entry));
                    }
                }
                "contours" => {
                    let Some(own) = &spec.contours else { continue };
                    let Some(analysis) = &own.analysis else { continue };
                    if self.min_firms > 0 {
                        continue;
                    }
                    let renderer = self.bands(analysis, &own.lower, entries);
                    renderer.into_iter().for_each(|renderer| self.add_plain(analysis, renderer));
                }
                "points" => {
                    let renderer = self.by_sector(spec, entries);
                    self.add_plain(REGISTER, renderer);
                }
                _ => {}
            }
        }
    }

    /// Bands by their lower level, which has a number for each entry, the highest first.
    fn bands(&self, analysis: &str, lower: &str, entries: Vec<StyleEntry>) -> Option<Renderer> {
        let table = self.tables.iter().find(|table| table.layer == analysis)?;
        let column = table.columns.iter().find(|column| column.name() == lower)?;
        let mut levels: Vec<f64> = column.f64().ok()?.iter().flatten().collect();
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        let mut entries = entries;
        entries.reverse();
        if entries.len() != levels.len() {
            return None;
        }
        // A range of one number: the level itself.
        let ranged = |(level, entry): (&f64, StyleEntry)| StyleEntry { range: Some((*level, *level)), ..entry };
        let entries = levels.iter().zip(entries).map(ranged).collect();
        Some(Renderer::Graduated { column: lower.to_owned(), entries })
    }

    /// Points by the sector of the firm, in the colours of the map.
    fn by_sector(&self, spec: &MapSpec, entries: Vec<StyleEntry>) -> Renderer {
        let names: HashMap<&str, &str> = self
            .survey
            .policy
            .sectors
            .iter()
            .map(|sector| {
                (sector.term.id.as_str(), self.language().pick(&sector.term.name_zh, &sector.term.name_en).as_str())
            })
            .collect();
        if spec.points.column.is_none() || entries.len() < 2 {
            return Renderer::Single(entries.into_iter().next().unwrap_or_else(|| StyleEntry {
                label: String::new(),
                shapes: Vec::new(),
                range: None,
            }));
        }
        let known: BTreeSet<&str> =
            self.survey.register.register.enterprises().iter().filter_map(|one| one.sector.as_deref()).collect();
        let entries = entries.into_iter().map(|mut entry| {
            let value = known.contains(entry.label.as_str()).then(|| entry.label.clone());
            if let Some(name) = names.get(entry.label.as_str()) {
                entry.label = (*name).to_owned();
            }
            (value, entry)
        });
        Renderer::Categorised { column: column::SECTOR.to_owned(), entries: entries.collect() }
    }

    /// Adds a style to a layer that has none.
    fn add_plain(&mut self, layer: &str, renderer: Renderer) {
        let Some(table) = self.tables.iter().position(|table| table.layer == layer) else { return };
        if self.styles.iter().all(|style| style.table != table) {
            let (name, about) = (self.tables[table].name.clone(), self.tables[table].title.clone());
            self.styles.push(NamedStyle { table, name, about, renderer });
        }
    }

    /// Firms and parks are drawn as maps draw them, also where no map does.
    fn plain_styles(&mut self, specs: &[MapSpec]) -> Result<()> {
        let theme = specs.first().map(|spec| spec.theme.clone()).unwrap_or_default();
        let parks: Vec<String> = PARK_LAYERS
            .iter()
            .filter(|park| self.survey.layers.iter().any(|layer| layer.areas.layer == **park))
            .map(|park| (*park).to_owned())
            .collect();
        let mut spec = MapSpec { kind: render::MapKind::Plain, language: self.language(), theme, ..MapSpec::default() };
        spec.layer = Some(DISTRICT.to_owned());
        spec.points.show = true;
        spec.points.column = Some(column::SECTOR.to_owned());
        spec.parks = parks;
        let made: Vec<String> = self.tables.iter().map(|table| table.layer.clone()).collect();
        let made = made.into_iter().filter(|layer| self.survey.made_layer(layer).is_some()).collect::<Vec<_>>();
        spec.hulls = made.first().map(|layer| HullSpec { analysis: Some(layer.clone()), ..HullSpec::default() });
        let data = data_of(&spec, self.survey, self.project)?;
        let overlays = map_styles(&spec, &data)?.overlays;
        // What one analysis made is drawn as what the others did.
        let hull = overlays.iter().find(|(id, _)| *id == "hulls").and_then(|(_, entries)| entries.first().cloned());
        for layer in &made {
            hull.iter().for_each(|hull| self.add_plain(layer, Renderer::Single(hull.clone())));
        }
        self.overlays(&spec, overlays);
        Ok(())
    }

    fn finish(self) -> Result<Package> {
        let Self { project, survey, min_firms, tables, styles, mut notes, firms_left_out, .. } = self;
        let language = project.language;
        let mut about: Vec<String> = Vec::new();
        if project.synthetic {
            about.push(language.pick("示例数据，非真实企业", "Sample data, no real firms").to_owned());
        }
        about.push(format!("{} {}", language.pick("截至", "As of"), project.as_of));
        about.extend(project.boundary_words().map(str::to_owned));
        about.extend(project.source_words().iter().cloned());
        about.extend(project.review_number.clone());
        if min_firms > 0 {
            about.push(language.pick(
                format!("不足 {min_firms} 家的区域不公布"),
                format!("Areas with fewer than {min_firms} firms are masked"),
            ));
            let firms = match tables.iter().any(|table| table.layer == REGISTER) {
                true => format!(", and {firms_left_out} firms in them are left out"),
                false => String::new(),
            };
            notes.push(as_keys(&format!(
                "{FILE}: areas with fewer than {min_firms} firms are masked, as a map or the page does{firms}"
            )));
        }
        let about = about.join(language.pick("；", "; "));
        let metadata: Vec<(String, String)> = [
            ("TITLE", project.title_words().to_owned()),
            ("ABSTRACT", about.clone()),
            ("AS_OF", project.as_of.to_string()),
            ("SYNTHETIC", project.synthetic.to_string()),
            ("MIN_FIRMS", min_firms.to_string()),
            ("DOCUMENT", survey.policy.document.number.clone()),
            ("PROGRAM", concat!("jiju ", env!("CARGO_PKG_VERSION")).to_owned()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), one_line(&value)))
        .collect();
        let mut titles = BTreeSet::new();
        let mut layers = Vec::with_capacity(tables.len());
        for table in &tables {
            let frame = DataFrame::new(table.geometries.len(), table.columns.clone());
            // Each is a name in a list of the format.
            let title = free(&one_line(&table.title), |title| titles.contains(title));
            titles.insert(title.clone());
            layers.push(PackageLayer {
                name: table.name.clone(),
                title,
                about: one_line(&about),
                frame: frame.map_err(Error::table(&table.name))?,
                geometries: table.geometries.clone(),
                reference: table.reference,
            });
        }
        let mut styled = BTreeSet::new();
        let saved: Vec<SavedStyle> = styles
            .iter()
            .map(|style| {
                let table = &tables[style.table];
                SavedStyle {
                    layer: table.name.clone(),
                    name: style.name.clone(),
                    about: style.about.clone(),
                    qml: qml(&style.renderer, &table.headings),
                    sld: sld(&style.renderer, &table.name, &style.name),
                    // The first map of a layer is the one that it opens with.
                    is_default: styled.insert(style.table),
                }
            })
            .collect();
        let manifest = json!({
            "file": FILE,
            "min_firms": min_firms,
            "firms_left_out": firms_left_out,
            "layers": tables.iter().enumerate().map(|(position, table)| json!({
                "name": table.name,
                "features": table.geometries.len(),
                "reference": table.reference.to_string(),
                "styles": styles.iter().filter(|style| style.table == position).map(|style| style.name.clone()).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        });
        let bytes = geopackage(&layers, &saved, &metadata, FILE)?;
        Ok(Package { bytes, manifest, notes })
    }
}

/// The columns of a concentration table that are joined to its areas.
const CONCENTRATION_COLUMNS: [&str; 6] = [
    column::COUNT,
    column::SHARE,
    column::DENSITY_PER_KM2,
    column::HERFINDAHL_HIRSCHMAN,
    column::EFFECTIVE_SECTORS,
    column::IN_PARK_SHARE,
];

fn shapes(areas: &Areas) -> Vec<Option<Geometry<f64>>> {
    let shape = |geometry: &MultiPolygon<f64>| Some(Geometry::MultiPolygon(geometry.clone()));
    areas.areas.iter().map(|area| shape(&area.geometry)).collect()
}

fn add_identity(table: &mut LayerTable, areas: &Areas, names: Vec<String>, language: Language) {
    let ids: Vec<&str> = areas.areas.iter().map(|area| area.id.as_str()).collect();
    table.add("id", language.pick("代码", "id"), Column::new("id".into(), ids));
    table.add("name", language.pick("名称", "name"), Column::new("name".into(), names));
    if areas.areas.iter().any(|area| area.parent.is_some()) {
        let parents: Vec<Option<&str>> = areas.areas.iter().map(|area| area.parent.as_deref()).collect();
        table.add("parent", language.pick("上级", "parent"), Column::new("parent".into(), parents));
    }
}

/// The quota table of each programme, a column for each of its own.
fn quota_columns(table: &mut LayerTable, survey: &Survey, areas: &Areas, language: Language) {
    let named = headings(&survey.policy, language);
    for programme in &survey.policy.programmes {
        let rows: Vec<Option<&crate::progress::ProgressRow>> = areas
            .areas
            .iter()
            .map(|area| {
                let district = survey.policy.district(&area.id).or_else(|| survey.policy.district(&area.name))?;
                survey
                    .quota
                    .iter()
                    .find(|row| !row.is_city && row.programme == programme.term.id && row.district == district.adcode)
            })
            .collect();
        let words = language.pick(&programme.term.name_zh, &programme.term.name_en);
        for name in number_columns(&survey.policy) {
            let values = rows.iter().map(|row| row.and_then(|row| row.number(name))).collect();
            let heading = format!("{words} · {}", named.of(name, language));
            table.add_numbers(&format!("{}_{name}", programme.term.id), &heading, values);
        }
    }
}

/// Text without line ends, as one line of a list holds it.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
