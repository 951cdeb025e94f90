//! Geometries as well-known text.

use geo::{Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon};

/// The most geometries within each other.
const MAX_NESTING: usize = 32;

/// A geometry from well-known text, without height and measure; an empty one is none. The error is for what is no such text, and
/// for arcs and surfaces.
pub(super) fn geometry(text: &str) -> Result<Option<Geometry<f64>>, ()> {
    let mut reader = Reader { rest: text };
    let geometry = reader.geometry(0)?;
    reader.skip();
    if reader.rest.is_empty() { Ok(geometry) } else { Err(()) }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, sign: char) -> bool {
        self.skip();
        let rest = self.rest.strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The next word, in upper case.
    fn word(&mut self) -> String {
        self.skip();
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_ascii_uppercase()
    }

    fn geometry(&mut self, depth: usize) -> Result<Option<Geometry<f64>>, ()> {
        if depth > MAX_NESTING {
            return Err(());
        }
        let mut kind = self.word();
        let mut next = self.word();
        // Heights and measures are announced behind a blank, or at the end of the word.
        if matches!(next.as_str(), "Z" | "M" | "ZM") {
            next = self.word();
        } else if let Some(plain) = ["ZM", "Z", "M"].iter().find_map(|end| kind.strip_suffix(end)) {
            kind = plain.to_owned();
        }
        let is_empty = match next.as_str() {
            "" => false,
            "EMPTY" => true,
            _ => return Err(()),
        };
        const KINDS: [&str; 7] =
            ["POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"];
        if !KINDS.contains(&kind.as_str()) {
            return Err(());
        }
        if is_empty {
            return Ok(None);
        }
        let geometry = match kind.as_str() {
            "POINT" => Geometry::Point(self.list(Self::coord)?.first().copied().map(Point).ok_or(())?),
            "LINESTRING" => Geometry::LineString(self.line()?),
            "POLYGON" => Geometry::Polygon(self.polygon()?),
            // Each in brackets of its own, or all in one.
            "MULTIPOINT" => Geometry::MultiPoint(MultiPoint(self.list(|reader| {
                let is_bracketed = reader.take('(');
                let at = reader.coord()?;
                if is_bracketed && !reader.take(')') { Err(()) } else { Ok(Point(at)) }
            })?)),
            "MULTILINESTRING" => Geometry::MultiLineString(MultiLineString(self.list(Self::line)?)),
            "MULTIPOLYGON" => Geometry::MultiPolygon(MultiPolygon(self.list(Self::polygon)?)),
            _ => {
                let parts = self.list(|reader| reader.geometry(depth + 1))?;
                Geometry::GeometryCollection(GeometryCollection::from(parts.into_iter().flatten().collect::<Vec<_>>()))
            }
        };
        Ok(Some(geometry).filter(|geometry| geo::CoordsIter::coords_count(geometry) > 0))
    }

    /// What stands in brackets, between commas.
    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Result<T, ()>) -> Result<Vec<T>, ()> {
        if !self.take('(') {
            return Err(());
        }
        let mut all = vec![one(self)?];
        while self.take(',') {
            all.push(one(self)?);
        }
        if self.take(')') { Ok(all) } else { Err(()) }
    }

    fn coord(&mut self) -> Result<Coord<f64>, ()> {
        let mut numbers = [0.0; 4];
        let mut count = 0;
        loop {
            self.skip();
            let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
            let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
            if number.is_empty() {
                break;
            }
            *numbers.get_mut(count).ok_or(())? = number.parse().map_err(drop)?;
            count += 1;
            self.rest = rest;
        }
        if count < 2 { Err(()) } else { Ok(Coord { x: numbers[0], y: numbers[1] }) }
    }

    fn line(&mut self) -> Result<LineString<f64>, ()> {
        // A part of several may be empty.
        let rest = self.rest;
        if self.word() == "EMPTY" {
            return Ok(LineString(Vec::new()));
        }
        self.rest = rest;
        self.list(Self::coord).map(LineString)
    }

    fn polygon(&mut self) -> Result<Polygon<f64>, ()> {
        let rest = self.rest;
        if self.word() == "EMPTY" {
            return Ok(Polygon::new(LineString(Vec::new()), Vec::new()));
        }
        self.rest = rest;
        let mut rings = self.list(Self::line)?.into_iter();
        Ok(Polygon::new(rings.next().ok_or(())?, rings.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_kind() {
        let points =
            |geometry: &str| super::geometry(geometry).unwrap().map(|found| geo::CoordsIter::coords_count(&found));
        for (text, count) in [
            ("POINT (1 2)", Some(1)),
            ("point z(1 2 3)", Some(1)),
            ("PointZM (1 2 3 4)", Some(1)),
            ("LINESTRING M (1 2 3, 4 5 6)", Some(2)),
            (" POLYGON((0 0,0 1,1 1,0 0),(0.1 0.1,0.1 0.2,0.2 0.2,0.1 0.1)) ", Some(8)),
            ("MULTIPOINT (1 2, 3 4)", Some(2)),
            ("MULTIPOINT ((1 2), (3 4))", Some(2)),
            ("MULTILINESTRING ((1 2, 3 4), EMPTY)", Some(2)),
            ("MULTIPOLYGON (((0 0, 0 1e0, 1 1, 0 0)), EMPTY)", Some(4)),
            ("GEOMETRYCOLLECTION (POINT (1 -2.5E+1), POLYGON EMPTY)", Some(1)),
            ("POLYGON EMPTY", None),
        ] {
            assert_eq!(points(text), count, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "",
            "POINT",
            "POINT (1)",
            "POINT (1 2",
            "POINT (1 2) x",
            "POINT (1 2 3 4 5)",
            "POINT (a b)",
            "CIRCLE (1 2)",
        ] {
            assert!(geometry(text).is_err(), "{text}");
        }
        for text in ["CURVEPOLYGON (CIRCULARSTRING (0 0, 1 1, 2 0, 1 -1, 0 0))", "TIN (((0 0, 0 1, 1 1, 0 0)))"] {
            assert!(geometry(text).is_err(), "{text}");
        }
        assert!(geometry(&"GEOMETRYCOLLECTION (".repeat(100_000)).is_err());
    }
}
