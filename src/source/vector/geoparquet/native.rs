//! Geometries in the columns of a Parquet file: well-known binary, or lists of coordinates.

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};
use geo_traits::to_geo::ToGeoGeometry as _;
use polars_arrow::array::{
    Array, BinaryArray, BinaryViewArray, FixedSizeListArray, ListArray, PrimitiveArray, StructArray,
};

use crate::source::damage::guarded;

/// A geometry and whether it has heights; an empty one is none.
pub(in crate::source) type Read = Result<(Option<Geometry<f64>>, bool), String>;

/// The bytes of each row; `None` where the column holds no bytes.
pub fn bytes(array: &dyn Array) -> Option<Vec<Option<&[u8]>>> {
    let any = array.as_any();
    if let Some(views) = any.downcast_ref::<BinaryViewArray>() {
        return Some(views.iter().collect());
    }
    if let Some(large) = any.downcast_ref::<BinaryArray<i64>>() {
        return Some(large.iter().collect());
    }
    any.downcast_ref::<BinaryArray<i32>>().map(|small| small.iter().collect())
}

/// Well-known binary.
pub(in crate::source) fn of_wkb(bytes: Option<&[u8]>) -> Read {
    let Some(bytes) = bytes else { return Ok((None, false)) };
    guarded(|| {
        let geometry = wkb::reader::read_wkb(bytes).map_err(|error| error.to_string())?;
        let heights = geo_traits::GeometryTrait::dim(&geometry).size() > 2;
        Ok((geometry.try_to_geometry(), heights))
    })
}

/// The geometry of a row in one of the encodings of GeoArrow, named by its type in lower case.
pub fn of_nested(array: &dyn Array, row: usize, kind: &str) -> Read {
    let Some(nested) = nested(array, row)? else { return Ok((None, false)) };
    let heights = nested.has_heights();
    let geometry = match kind {
        "point" => nested.coord().map(|at| Geometry::Point(Point(at))),
        "multipoint" => Some(Geometry::MultiPoint(MultiPoint(nested.coords()?.into_iter().map(Point).collect()))),
        "linestring" => Some(Geometry::LineString(LineString(nested.coords()?))),
        "multilinestring" => Some(Geometry::MultiLineString(MultiLineString(nested.lines()?))),
        "polygon" => nested.polygon()?.map(Geometry::Polygon),
        "multipolygon" => {
            let polygons = nested.list()?.iter().map(Nested::polygon).collect::<Result<Vec<_>, _>>()?;
            let polygons: Vec<Polygon<f64>> = polygons.into_iter().flatten().collect();
            (!polygons.is_empty()).then_some(Geometry::MultiPolygon(MultiPolygon(polygons)))
        }
        other => return Err(format!("the encoding `{other}` is not known")),
    };
    Ok((geometry, heights))
}

/// A coordinate, or a list of what is one level below.
enum Nested {
    Coord(Coord<f64>, bool),
    List(Vec<Nested>),
}

impl Nested {
    fn coord(&self) -> Option<Coord<f64>> {
        match self {
            Self::Coord(at, _) => (at.x.is_finite() && at.y.is_finite()).then_some(*at),
            Self::List(_) => None,
        }
    }

    fn list(&self) -> Result<&[Self], String> {
        match self {
            Self::List(list) => Ok(list),
            Self::Coord(..) => Err("a coordinate stands where a list should".to_owned()),
        }
    }

    fn coords(&self) -> Result<Vec<Coord<f64>>, String> {
        let coord = |nested: &Self| match nested {
            Self::Coord(at, _) => Ok(*at),
            Self::List(_) => Err("a list stands where a coordinate should".to_owned()),
        };
        self.list()?.iter().map(coord).collect()
    }

    fn lines(&self) -> Result<Vec<LineString<f64>>, String> {
        self.list()?.iter().map(|line| line.coords().map(LineString)).collect()
    }

    fn polygon(&self) -> Result<Option<Polygon<f64>>, String> {
        let mut rings = self.lines()?.into_iter();
        Ok(rings.next().map(|outer| Polygon::new(outer, rings.collect())))
    }

    fn has_heights(&self) -> bool {
        match self {
            Self::Coord(_, has_height) => *has_height,
            Self::List(list) => list.first().is_some_and(Self::has_heights),
        }
    }
}

/// A number of an array, where it holds numbers and this one.
fn number(array: &dyn Array, row: usize) -> Option<f64> {
    let numbers = array.as_any().downcast_ref::<PrimitiveArray<f64>>()?;
    (row < numbers.len() && !numbers.is_null(row)).then(|| numbers.value(row))
}

fn nested(array: &dyn Array, row: usize) -> Result<Option<Nested>, String> {
    if row >= array.len() || array.is_null(row) {
        return Ok(None);
    }
    let any = array.as_any();
    let list = |values: Box<dyn Array>| {
        (0..values.len()).filter_map(|at| nested(values.as_ref(), at).transpose()).collect::<Result<_, _>>()
    };
    if let Some(lists) = any.downcast_ref::<ListArray<i64>>() {
        return list(lists.value(row)).map(|list| Some(Nested::List(list)));
    }
    if let Some(lists) = any.downcast_ref::<ListArray<i32>>() {
        return list(lists.value(row)).map(|list| Some(Nested::List(list)));
    }
    if let Some(structs) = any.downcast_ref::<StructArray>() {
        let named = |name: &str| {
            let position = structs.fields().iter().position(|field| field.name == name)?;
            number(structs.values()[position].as_ref(), row)
        };
        let found = named("x").zip(named("y")).ok_or("a coordinate has no x and y")?;
        return Ok(Some(Nested::Coord(found.into(), structs.fields().len() > 2)));
    }
    if let Some(pairs) = any.downcast_ref::<FixedSizeListArray>() {
        let values = pairs.value(row);
        let found = number(values.as_ref(), 0).zip(number(values.as_ref(), 1)).ok_or("a coordinate has no x and y")?;
        return Ok(Some(Nested::Coord(found.into(), values.len() > 2)));
    }
    Err(format!("its column is of {:?}", array.dtype()))
}
