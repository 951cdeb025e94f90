use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use geo::{Distance as _, Geodesic};
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::firms::{are_alike, stem};
use super::ledgers::texts;
use super::{Change, ChangeKind, DiffRequest};
use crate::error::Result;
use crate::model::{ColumnDefinition, Point, REGISTER_COLUMNS, Reference, half_width};
use crate::source::layers::{self, Layer};
use crate::source::point_table::take_off_earth;
use crate::source::{self, Origin, PointSource, PointTable};

/// A firm of a register.
struct Firm {
    row: u64,
    id: String,
    name: String,
    point: Option<Point>,
    area: Option<String>,
}

/// The firms of a register, in the order of the file.
struct Firms {
    firms: Vec<Firm>,
    by_id: HashMap<String, usize>,
    reference: Reference,
}

/// What changed between two registers.
pub(super) fn changes(request: &DiffRequest) -> Result<(Vec<Change>, Vec<String>)> {
    let layers = layers::layers(&request.layers.layers()?)?;
    let mut notes = Vec::new();
    let before = firms(request, &request.old, &layers, &mut notes)?;
    let mut after = firms(request, &request.new, &layers, &mut notes)?;
    // Places are compared in the reference of the earlier register.
    if !after.reference.agrees_with(before.reference) {
        let points: Vec<Option<Point>> = after.firms.iter().map(|firm| firm.point).collect();
        let images = source::Transform::new(after.reference, before.reference)?.images(&points);
        after.firms.iter_mut().zip(images).for_each(|(firm, point)| firm.point = point);
        after.reference = before.reference;
    }
    let compared = Compared { before: &before, after: &after, request };
    let mut changes = Vec::new();
    for old in &before.firms {
        if let Some(new) = after.by_id.get(&old.id).map(|place| &after.firms[*place]) {
            compared.same(old, new, &mut changes);
        }
    }
    let left: Vec<&Firm> = before.firms.iter().filter(|firm| !after.by_id.contains_key(&firm.id)).collect();
    let entered: Vec<&Firm> = after.firms.iter().filter(|firm| !before.by_id.contains_key(&firm.id)).collect();
    compared.others(left, entered, &mut changes);
    Ok((changes, notes))
}

struct Compared<'a> {
    before: &'a Firms,
    after: &'a Firms,
    request: &'a DiffRequest,
}

impl Compared<'_> {
    fn metres(&self, old: &Firm, new: &Firm) -> Option<f64> {
        let (one, other) = (old.point?, new.point?);
        Some(metres(one, other, self.before.reference))
    }

    fn change(kind: ChangeKind, old: &Firm, new: &Firm) -> Change {
        Change {
            kind: Some(kind),
            id: new.id.clone(),
            name: Some(new.name.clone()),
            old_row: Some(old.row),
            new_row: Some(new.row),
            ..Change::default()
        }
    }

    /// A firm that is in both.
    fn same(&self, old: &Firm, new: &Firm, changes: &mut Vec<Change>) {
        if old.name != new.name && !(old.name.is_empty() || new.name.is_empty()) {
            changes.push(Change {
                before: Some(old.name.clone()),
                after: Some(new.name.clone()),
                evidence: Some("code".to_owned()),
                ..Self::change(ChangeKind::Renamed, old, new)
            });
        }
        self.moved(old, new, "code", changes);
    }

    fn moved(&self, old: &Firm, new: &Firm, evidence: &str, changes: &mut Vec<Change>) {
        if let Some(metres) = self.metres(old, new).filter(|metres| *metres >= self.request.moved.metres()) {
            changes.push(Change {
                amount: Some(metres.round()),
                from_area: old.area.clone(),
                to_area: new.area.clone(),
                evidence: Some(evidence.to_owned()),
                ..Self::change(ChangeKind::Moved, old, new)
            });
        }
    }

    /// The firms that are in one register only: of some another tells what became of them.
    fn others(&self, left: Vec<&Firm>, entered: Vec<&Firm>, changes: &mut Vec<Change>) {
        // The same name under another code, where it is the only one.
        let by_stem = |firms: &[&Firm]| {
            let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (place, firm) in firms.iter().enumerate() {
                found.entry(stem(&firm.name)).or_default().push(place);
            }
            found
        };
        let (of_left, of_entered) = (by_stem(&left), by_stem(&entered));
        let mut done: (HashSet<usize>, HashSet<usize>) = (HashSet::new(), HashSet::new());
        for (stem, places) in &of_left {
            let (Some([new]), [old]) = (of_entered.get(stem).map(Vec::as_slice), places.as_slice()) else { continue };
            if stem.chars().count() < 2 {
                continue;
            }
            let is_near =
                self.metres(left[*old], entered[*new]).is_some_and(|metres| metres <= self.request.moved.metres());
            let evidence = if is_near { "name and place" } else { "name" };
            done.0.insert(*old);
            done.1.insert(*new);
            changes.push(Change {
                before: Some(left[*old].id.clone()),
                after: Some(entered[*new].id.clone()),
                evidence: Some(evidence.to_owned()),
                ..Self::change(ChangeKind::Recoded, left[*old], entered[*new])
            });
            self.moved(left[*old], entered[*new], "name", changes);
        }
        self.merged(&left, &entered, &mut done, changes);
        self.split(&entered, &mut done, changes);
        for (_, firm) in left.iter().enumerate().filter(|(place, _)| !done.0.contains(place)) {
            changes.push(Change {
                kind: Some(ChangeKind::Left),
                id: firm.id.clone(),
                name: Some(firm.name.clone()),
                from_area: firm.area.clone(),
                old_row: Some(firm.row),
                ..Change::default()
            });
        }
        for (_, firm) in entered.iter().enumerate().filter(|(place, _)| !done.1.contains(place)) {
            changes.push(Change {
                kind: Some(ChangeKind::Entered),
                id: firm.id.clone(),
                name: Some(firm.name.clone()),
                to_area: firm.area.clone(),
                new_row: Some(firm.row),
                ..Change::default()
            });
        }
    }

    /// Firms that left and are found again in one that is there: by a name like theirs, or, of a firm that is new, by the place as well
    /// where at least two stood.
    fn merged(
        &self,
        left: &[&Firm],
        entered: &[&Firm],
        done: &mut (HashSet<usize>, HashSet<usize>),
        changes: &mut Vec<Change>,
    ) {
        let around = Places::new(&self.after.firms, self.after.reference);
        let new_places: HashMap<&str, usize> =
            entered.iter().enumerate().map(|(place, firm)| (&*firm.id, place)).collect();
        // By the firm that is there now: those that may have gone into it, and by what.
        let mut into: BTreeMap<usize, Vec<(usize, &'static str)>> = BTreeMap::new();
        for (place, old) in left.iter().enumerate().filter(|(place, _)| !done.0.contains(place)) {
            let Some(at) = old.point else { continue };
            let near = around.within(at, self.request.beside.metres());
            let alike = near.iter().find(|firm| are_alike(&old.name, &self.after.firms[**firm].name));
            let new = near.iter().find(|firm| {
                new_places.get(self.after.firms[**firm].id.as_str()).is_some_and(|place| !done.1.contains(place))
            });
            if let Some(firm) = alike {
                into.entry(*firm).or_default().push((place, "name and place"));
            } else if let Some(firm) = new {
                into.entry(*firm).or_default().push((place, "place"));
            }
        }
        for (firm, parts) in into {
            let now = &self.after.firms[firm];
            let was_there = self.before.by_id.contains_key(&now.id);
            // One that goes and another that comes at the same place are a merger only where a name says so and the other was there.
            let is_merger = parts.len() >= 2 || (was_there && parts.iter().any(|(_, evidence)| *evidence != "place"));
            if !is_merger {
                continue;
            }
            for (place, evidence) in parts {
                done.0.insert(place);
                changes.push(Change {
                    before: Some(left[place].id.clone()),
                    after: Some(now.id.clone()),
                    from_area: left[place].area.clone(),
                    to_area: now.area.clone(),
                    evidence: Some(evidence.to_owned()),
                    ..Self::change(ChangeKind::Merged, left[place], now)
                });
            }
            if let Some(place) = new_places.get(now.id.as_str()) {
                done.1.insert(*place);
            }
        }
    }

    /// Firms that are new, by a name like that of one that stood at the place before.
    fn split(&self, entered: &[&Firm], done: &mut (HashSet<usize>, HashSet<usize>), changes: &mut Vec<Change>) {
        let around = Places::new(&self.before.firms, self.before.reference);
        for (place, new) in entered.iter().enumerate() {
            let Some(at) = new.point.filter(|_| !done.1.contains(&place)) else { continue };
            let near = around.within(at, self.request.beside.metres());
            let Some(old) =
                near.iter().map(|firm| &self.before.firms[*firm]).find(|old| are_alike(&old.name, &new.name))
            else {
                continue;
            };
            done.1.insert(place);
            changes.push(Change {
                before: Some(old.id.clone()),
                after: Some(new.id.clone()),
                from_area: old.area.clone(),
                to_area: new.area.clone(),
                evidence: Some("name and place".to_owned()),
                ..Self::change(ChangeKind::Split, old, new)
            });
        }
    }
}

/// The distance of two places in metres: along a geodesic of the ellipsoid, or in the plane of a grid.
fn metres(one: Point, other: Point, reference: Reference) -> f64 {
    if reference.is_wgs84_like() {
        Geodesic.distance(geo::Point::new(one.x, one.y), geo::Point::new(other.x, other.y))
    } else {
        (one.x - other.x).hypot(one.y - other.y)
    }
}

/// Where firms stand, to be asked for those near a place.
struct Places {
    tree: RTree<GeomWithData<[f64; 2], usize>>,
    reference: Reference,
}

impl Places {
    fn new(firms: &[Firm], reference: Reference) -> Self {
        let points = firms.iter().enumerate().filter_map(|(place, firm)| {
            let at = firm.point?;
            Some(GeomWithData::new([at.x, at.y], place))
        });
        Self { tree: RTree::bulk_load(points.collect()), reference }
    }

    /// The firms within a distance, the nearest first.
    fn within(&self, at: Point, metres_m: f64) -> Vec<usize> {
        // A degree of longitude is the shorter the farther from the equator; one of latitude has 110.5 km at the least.
        let (wide, high) = if self.reference.is_wgs84_like() {
            let parallel = at.y.to_radians().cos().max(0.01);
            (metres_m / (110_500.0 * parallel), metres_m / 110_500.0)
        } else {
            (metres_m, metres_m)
        };
        let corners = rstar::AABB::from_corners([at.x - wide, at.y - high], [at.x + wide, at.y + high]);
        let mut found: Vec<(f64, usize)> = self
            .tree
            .locate_in_envelope(&corners)
            .map(|near| {
                let [x, y] = *near.geom();
                (metres(at, Point::new(x, y), self.reference), near.data)
            })
            .filter(|(metres, _)| *metres <= metres_m)
            .collect();
        found.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        found.into_iter().map(|(_, firm)| firm).collect()
    }
}

fn firms(request: &DiffRequest, file: &Path, layers: &[Layer], notes: &mut Vec<String>) -> Result<Firms> {
    let source = PointSource { table: Origin::File(file.to_owned()), crs: request.crs, ..PointSource::default() };
    let mut placed = source::point_table(&source)?;
    notes.extend(placed.notes());
    notes.extend(take_off_earth(&mut placed));
    let PointTable { table, reference, points, .. } = placed;
    let headers = table.columns();
    let column = |name: &str| -> Result<Vec<String>> {
        let definition = REGISTER_COLUMNS.iter().find(|definition| definition.name == name);
        texts(&table, definition.and_then(|definition: &ColumnDefinition| definition.header_in(&headers)))
    };
    let (ids, names) = (column("id")?, column("name")?);
    let mut areas: Vec<Option<String>> = vec![None; table.height()];
    for layer in layers {
        let matches = layer.matches(&points, reference, None)?;
        for (area, found) in areas.iter_mut().zip(matches) {
            let name = found.area.and_then(|position| layer.areas.areas.get(position)).map(|area| area.name.clone());
            *area = area.take().or(name);
        }
    }
    let mut found = Firms { firms: Vec::new(), by_id: HashMap::new(), reference };
    let (mut without, mut doubled) = (0, 0);
    for row in 0..table.height() {
        // A workshop without a code is known by its name.
        let id = if ids[row].is_empty() { stem(&names[row]) } else { half_width(&ids[row]).to_uppercase() };
        if id.is_empty() {
            without += 1;
            continue;
        }
        if found.by_id.contains_key(&id) {
            doubled += 1;
            continue;
        }
        found.by_id.insert(id.clone(), found.firms.len());
        found.firms.push(Firm {
            row: table.rows.get(row).copied().unwrap_or_default(),
            id,
            name: names[row].clone(),
            point: points.get(row).copied().flatten(),
            area: areas[row].clone(),
        });
    }
    if without > 0 {
        notes.push(format!("{}: {without} rows with neither a code nor a name are left out", table.source));
    }
    if doubled > 0 {
        notes.push(format!("{}: {doubled} rows have the code of an earlier row; the first counts", table.source));
    }
    Ok(found)
}
