//! What a database holds: its tables, their columns, the references of their geometries.

use super::address::{self, Address, split_name};
use super::connection::{Connection, Row};
use crate::error::{DatabaseError, ReadError, Result};

/// The largest precision of a number with a fixed number of decimals that is kept as one.
const MAX_PRECISION: usize = 38;

/// A table or view that can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    /// Its number in the catalog.
    pub id: String,
    pub schema: String,
    pub name: String,
    /// The column of geometries that was chosen; none where it has none.
    pub geometry: Option<String>,
    /// Whether it is found without its schema.
    is_visible: bool,
    /// Whether it is a part of another one.
    is_part: bool,
    /// Whether it can be read.
    is_readable: bool,
    /// Whether it has further columns of geometries.
    has_several: bool,
}

/// A column that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableColumn {
    pub name: String,
    pub kind: CellKind,
    /// What stands for it in a query.
    pub expression: String,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    Boolean,
    Integer,
    Single,
    Double,
    /// With so many digits, so many of them behind the point.
    Decimal(usize, usize),
    Date,
    Time,
    Moment,
    ZonedMoment,
    Text,
}

/// A column of geometries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GeometryColumn {
    pub name: String,
    pub expression: String,
    /// The number of the type that all its geometries have; 0 where it may be any.
    pub kind: u32,
    /// The number of the reference that all its geometries have; 0 where none is stated.
    pub srid: i32,
    /// The schema that PostGIS is in.
    pub postgis: String,
}

/// What is known of a table before its rows are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableContents {
    pub columns: Vec<TableColumn>,
    pub geometry: Option<GeometryColumn>,
    /// The columns of the primary key, in its order.
    pub key: Vec<String>,
    /// Columns that cannot stand in a table, with what they are.
    pub left_out: Vec<String>,
}

/// A reference of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SpatialReference {
    pub authority: String,
    pub code: Option<u32>,
    pub definition: String,
}

/// A name as SQL has it, whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Relation {
    /// Its name in a query.
    pub(super) fn quoted(&self) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(&self.name))
    }

    /// Its name as messages say it, and as it can be given.
    pub(super) fn spelled(&self) -> String {
        let name = spelled(&self.schema, &self.name);
        match &self.geometry {
            Some(column) if self.has_several => format!("{name}({column})"),
            _ => name,
        }
    }

    fn is_called(&self, wanted: &str) -> bool {
        let (schema, name) = split_name(wanted);
        let is = |schema: Option<&str>, name: &str| {
            name == self.name && schema.map_or(self.is_visible, |schema| schema == self.schema)
        };
        // A dot may belong to the name of a table.
        is(schema.as_deref(), &name) || is(None, wanted)
    }
}

/// The name of a table as it can be given.
pub(super) fn spelled(schema: &str, name: &str) -> String {
    let is_plain = !schema.contains(['.', '"']) && !name.contains('"');
    if is_plain { format!("{schema}.{name}") } else { format!("{}.{}", quoted(schema), quoted(name)) }
}

/// The table that an address names; the only one with geometries where it names none, and the only one at all where none has
/// any.
///
/// # Errors
///
/// [`ReadError::Layers`], with the names of those there are.
pub(super) fn chosen(connection: &mut Connection, address: &Address, wanted: Option<&str>) -> Result<Relation> {
    const TABLES: &str = r"
SELECT c.oid, n.nspname, c.relname, a.attname, pg_catalog.pg_table_is_visible(c.oid), c.relispartition,
       pg_catalog.has_any_column_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid AND t.typname IN ('geometry', 'geography'))
       ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p')
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname, a.attnum";
    let wanted = wanted.or(address.table.as_deref());
    let mut relations: Vec<Relation> = connection.rows(TABLES, &[])?.into_iter().filter_map(relation).collect();
    for position in 1..relations.len() {
        if relations[position].id == relations[position - 1].id {
            relations[position].has_several = true;
            relations[position - 1].has_several = true;
        }
    }
    let find = |among: &dyn Fn(&&Relation) -> bool| relations.iter().filter(among).cloned().collect::<Vec<_>>();
    let candidates = match wanted {
        Some(wanted) => {
            let (table, column) = match wanted.strip_suffix(')').and_then(|wanted| wanted.rsplit_once('(')) {
                Some((table, column)) => (table, Some(column)),
                None => (wanted, None),
            };
            let whole = find(&|relation| relation.is_called(wanted));
            let by_column = find(&|relation| {
                column.is_some() && relation.is_called(table) && relation.geometry.as_deref() == column
            });
            match (whole.is_empty(), by_column.is_empty()) {
                (false, _) => whole,
                (true, false) => by_column,
                // Of a table that stands in one schema alone the schema need not be named.
                _ => find(&|relation| relation.name == wanted),
            }
        }
        None => {
            let is_open = |relation: &Relation| relation.is_readable && !relation.is_part;
            let spatial = find(&|relation| is_open(relation) && relation.geometry.is_some());
            if spatial.is_empty() { find(&|relation| is_open(relation)) } else { spatial }
        }
    };
    match candidates.as_slice() {
        [one] => Ok(one.clone()),
        several => {
            let several = if several.is_empty() {
                find(&|relation| relation.is_readable && !relation.is_part)
            } else {
                several.to_vec()
            };
            let available = several.iter().map(Relation::spelled).collect();
            let file = address::base(&address.text).to_owned();
            Err(ReadError::Layers { file, named: wanted.map(str::to_owned), available }.into())
        }
    }
}

fn relation(row: Row) -> Option<Relation> {
    let [id, schema, name, geometry, is_visible, is_part, is_readable] = <[Option<String>; 7]>::try_from(row).ok()?;
    let yes = |cell: Option<String>| cell.as_deref() == Some("t");
    Some(Relation {
        id: id?,
        schema: schema?,
        name: name?,
        geometry,
        is_visible: yes(is_visible),
        is_part: yes(is_part),
        is_readable: yes(is_readable),
        has_several: false,
    })
}

/// The columns of a table.
pub(super) fn contents(connection: &mut Connection, relation: &Relation) -> Result<TableContents> {
    // A domain is what it is made of.
    const COLUMNS: &str = "
SELECT a.attname, b.typname, n.nspname, b.typtype, b.typcategory, pg_catalog.format_type(a.atttypid, a.atttypmod),
       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
JOIN pg_catalog.pg_namespace n ON n.oid = b.typnamespace
WHERE a.attrelid = $1::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum";
    const KEY: &str = "
SELECT a.attname
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
WHERE i.indrelid = $1::pg_catalog.oid AND i.indisprimary
ORDER BY pg_catalog.array_position(i.indkey::pg_catalog.int2[], a.attnum)";
    let mut contents = TableContents { columns: Vec::new(), geometry: None, key: Vec::new(), left_out: Vec::new() };
    for row in connection.rows(COLUMNS, &[&relation.id])? {
        let Ok([Some(name), Some(kind), Some(schema), Some(form), Some(category), Some(words), modifier]) =
            <[Option<String>; 7]>::try_from(row)
        else {
            continue;
        };
        let modifier: i32 = modifier.and_then(|modifier| modifier.parse().ok()).unwrap_or(-1);
        let is_spatial = matches!(kind.as_str(), "geometry" | "geography");
        if is_spatial && relation.geometry.as_ref() == Some(&name) {
            // A geography is one of longitude and latitude where nothing else is said.
            let srid = if kind == "geography" { 4326 } else { 0 };
            contents.geometry = Some(GeometryColumn {
                expression: format!("{}::{}.geometry", quoted(&name), quoted(&schema)),
                name,
                kind: if modifier < 0 { 0 } else { (modifier.cast_unsigned() & 0xfc) >> 2 },
                srid: srid_of(modifier).unwrap_or(srid),
                postgis: schema,
            });
            continue;
        }
        let is_cell = match form.as_str() {
            "b" => category != "A" && !is_spatial && !matches!(kind.as_str(), "bytea" | "raster"),
            "e" | "r" | "m" => true,
            _ => false,
        };
        if !is_cell {
            contents.left_out.push(format!("`{name}` ({words})"));
            continue;
        }
        let kind = if schema == "pg_catalog" { kind_of(&kind, modifier) } else { CellKind::Text };
        contents.columns.push(TableColumn { expression: format!("{}::{}", quoted(&name), kind.sent_as()), name, kind });
    }
    let key = connection.rows(KEY, &[&relation.id])?;
    contents.key = key.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
    Ok(contents)
}

/// The number of the reference in the modifier of a spatial type.
fn srid_of(modifier: i32) -> Option<i32> {
    let srid = ((modifier & 0x0fff_ff00) - (modifier & 0x1000_0000)) >> 8;
    (modifier >= 0 && srid > 0).then_some(srid)
}

fn kind_of(name: &str, modifier: i32) -> CellKind {
    match name {
        "bool" => CellKind::Boolean,
        "int2" | "int4" | "int8" | "oid" => CellKind::Integer,
        "float4" => CellKind::Single,
        "float8" => CellKind::Double,
        "date" => CellKind::Date,
        "time" => CellKind::Time,
        "timestamp" => CellKind::Moment,
        "timestamptz" => CellKind::ZonedMoment,
        "numeric" if modifier >= 4 => {
            let (digits, scale) = ((modifier - 4) >> 16, (((modifier - 4) & 0x7ff) ^ 1024) - 1024);
            match (usize::try_from(digits), usize::try_from(scale)) {
                (Ok(digits), Ok(scale)) if scale <= digits && digits <= MAX_PRECISION => {
                    CellKind::Decimal(digits, scale)
                }
                _ => CellKind::Text,
            }
        }
        _ => CellKind::Text,
    }
}

impl CellKind {
    /// The type in which the server sends it.
    const fn sent_as(self) -> &'static str {
        match self {
            Self::Boolean => "pg_catalog.bool",
            Self::Integer => "pg_catalog.int8",
            Self::Single => "pg_catalog.float4",
            Self::Double => "pg_catalog.float8",
            Self::Decimal(..) => "pg_catalog.numeric",
            Self::Date => "pg_catalog.date",
            Self::Time => "pg_catalog.time",
            Self::Moment => "pg_catalog.timestamp",
            Self::ZonedMoment => "pg_catalog.timestamptz",
            Self::Text => "pg_catalog.text",
        }
    }
}

/// The number of the reference of the first geometry of a table; none where all are empty.
pub(super) fn first_srid(
    connection: &mut Connection,
    relation: &Relation,
    geometry: &GeometryColumn,
) -> Result<Option<i32>> {
    let (postgis, column, table) = (quoted(&geometry.postgis), quoted(&geometry.name), relation.quoted());
    let query =
        format!("SELECT {postgis}.st_srid({}) FROM {table} WHERE {column} IS NOT NULL LIMIT 1", geometry.expression);
    let rows = connection.rows(&query, &[])?;
    Ok(rows.into_iter().next().and_then(|row| row.into_iter().next().flatten()?.parse().ok()))
}

/// What a database says of the number of a reference.
pub(super) fn spatial_reference(
    connection: &mut Connection,
    postgis: &str,
    srid: i32,
) -> Result<Option<SpatialReference>> {
    let query = format!(
        "SELECT auth_name, auth_srid, srtext FROM {}.spatial_ref_sys WHERE srid = $1::pg_catalog.int4",
        quoted(postgis)
    );
    let row = connection.rows(&query, &[&srid.to_string()])?.into_iter().next();
    Ok(row.and_then(|row| <[Option<String>; 3]>::try_from(row).ok()).map(|[authority, code, definition]| {
        SpatialReference {
            authority: authority.unwrap_or_default(),
            code: code.and_then(|code| code.parse().ok()),
            definition: definition.unwrap_or_default(),
        }
    }))
}

/// The number by which a database knows a reference of the registry; none where it does not.
pub(super) fn srid_of_code(connection: &mut Connection, postgis: &str, code: u32) -> Result<Option<i32>> {
    let query = format!(
        "SELECT srid FROM {}.spatial_ref_sys WHERE auth_name = 'EPSG' AND auth_srid = $1::pg_catalog.int4 ORDER BY srid LIMIT 1",
        quoted(postgis)
    );
    let row = connection.rows(&query, &[&code.to_string()])?.into_iter().next();
    Ok(row.and_then(|row| row.into_iter().next().flatten()?.parse().ok()))
}

/// The schema that PostGIS is in; none where the database has it not.
pub(super) fn postgis(connection: &mut Connection) -> Result<Option<String>> {
    const SCHEMA: &str = "
SELECT n.nspname
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'postgis'";
    Ok(connection.rows(SCHEMA, &[])?.into_iter().next().and_then(|row| row.into_iter().next().flatten()))
}

/// What makes a table one, by whatever address it is reached: when its server began, the number of its database, its own
/// number. None for one that is not there.
pub(super) fn identity(connection: &mut Connection, schema: &str, name: &str) -> Result<Option<Row>> {
    const IDENTITY: &str = "
SELECT pg_catalog.pg_postmaster_start_time(), d.oid, c.oid
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.pg_database d
WHERE d.datname = pg_catalog.current_database() AND n.nspname = $1 AND c.relname = $2";
    Ok(connection.rows(IDENTITY, &[schema, name])?.into_iter().next())
}

/// The schema and the name that a table to be written has.
///
/// # Errors
///
/// [`DatabaseError::Address`] where no table or no schema is named.
pub(super) fn target(connection: &mut Connection, address: &Address) -> Result<(String, String)> {
    let fault = |message: String, hint: String| -> crate::Error {
        DatabaseError::Address { address: address.text.clone(), message, hint: Some(hint) }.into()
    };
    let schemas = connection.rows(
        "SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%' \
         ORDER BY nspname",
        &[],
    )?;
    let schemas: Vec<String> = schemas.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect();
    let example = format!("{}|layername=SCHEMA.TABLE", address::base(&address.text));
    let Some(wanted) = address.table.as_deref().filter(|table| !table.trim().is_empty()) else {
        return Err(fault("it names no table to write".to_owned(), example));
    };
    let (schema, name) = split_name(wanted);
    if name.len() > 63 {
        return Err(fault(format!("the name `{name}` has {} bytes, and PostgreSQL takes 63", name.len()), example));
    }
    match schema {
        Some(schema) if schemas.contains(&schema) => Ok((schema, name)),
        Some(schema) => {
            let message = format!("found no schema `{schema}`, it has {}", schemas.join(", "));
            Err(fault(message, format!("make it: CREATE SCHEMA {}", quoted(&schema))))
        }
        None => {
            let current = connection.rows("SELECT pg_catalog.current_schema()", &[])?;
            match current.into_iter().next().and_then(|row| row.into_iter().next().flatten()) {
                Some(schema) => Ok((schema, name)),
                None => Err(fault("no schema is the user's own".to_owned(), example)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_modifier_says_what_a_type_holds() {
        // geometry(Point,4326), geometry(MultiPolygon,4549), numeric(12,2), numeric(5), numeric(3,-2).
        assert_eq!((srid_of(1_107_460), (1_107_460_u32 & 0xfc) >> 2), (Some(4326), 1));
        assert_eq!((srid_of((4549 << 8) | (6 << 2)), srid_of(-1), srid_of(4)), (Some(4549), None, None));
        let numeric = |digits: i32, scale: i32| kind_of("numeric", ((digits << 16) | (scale & 0x7ff)) + 4);
        assert_eq!(numeric(12, 2), CellKind::Decimal(12, 2));
        assert_eq!(numeric(5, 0), CellKind::Decimal(5, 0));
        assert_eq!(
            (numeric(3, -2), numeric(39, 2), kind_of("numeric", -1)),
            (CellKind::Text, CellKind::Text, CellKind::Text)
        );
    }

    #[test]
    fn a_name_is_data() {
        assert_eq!(quoted("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
        assert_eq!(spelled("规划", "a.b"), "规划.a.b");
        assert_eq!(spelled("a.b", "c\"d"), "\"a.b\".\"c\"\"d\"");
    }
}
