//! The shapes of a .shp, each by its place.

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPoint, Point};

use super::rings::polygons;

/// The shapes of a file in memory.
#[derive(Debug)]
pub(super) struct Shapes<'a> {
    bytes: &'a [u8],
    /// Where the record of each shape begins; 0 where there is none.
    places: Vec<u32>,
    /// What is to be told of its index.
    pub note: Option<String>,
}

/// What stands in a record.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub geometry: Option<Geometry<f64>>,
    /// What it is called where it has no place here.
    pub foreign: Option<String>,
    pub has_heights: bool,
}

/// The bytes before the first record of a .shp and of a .shx.
const HEADER: usize = 100;

impl<'a> Shapes<'a> {
    /// Looks at the header and finds the shapes, by the index where it leads to them.
    pub fn parse(bytes: &'a [u8], index: Option<&[u8]>) -> Result<Self, String> {
        let header = bytes.get(..28).ok_or("it ends within its header")?;
        if header[..4] != [0, 0, 0x27, 0x0a] {
            return Err("it does not begin as a .shp does".to_owned());
        }
        let promised = 2 * u64::from(big(bytes, 24).unwrap_or_default());
        let size = bytes.len() as u64;
        if size < promised {
            return Err(format!("it ends within its shapes: its header promises {promised} bytes, it has {size}"));
        }
        let in_order = || {
            let mut places = Vec::new();
            let mut at = HEADER;
            while let Some(end) = end_of(bytes, at) {
                places.push(u32::try_from(at).unwrap_or(u32::MAX));
                at = end;
            }
            places
        };
        let indexed = |index: &[u8]| -> Option<Vec<u32>> {
            let entries = index.get(HEADER..)?.chunks_exact(8);
            let place = |entry: &[u8]| {
                let place = big(entry, 0)?.checked_mul(2)?;
                // Of a shape that was taken away nothing is left in the index.
                if place == 0 {
                    return Some(0);
                }
                end_of(bytes, place as usize).filter(|_| place as usize >= HEADER).map(|_| place)
            };
            entries.map(place).collect()
        };
        let (places, what) = match index {
            None => (in_order(), Some("is missing")),
            Some(index) => match indexed(index) {
                Some(places) => (places, None),
                None => (in_order(), Some("leads beyond its shapes")),
            },
        };
        let note = what.map(|what| format!("the .shx beside it {what}: the shapes were read in the order of the .shp"));
        Ok(Self { bytes, places, note })
    }

    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// The shape at a place.
    pub fn shape(&self, at: usize) -> Result<Shape, String> {
        let place = self.places.get(at).map(|place| *place as usize);
        if place == Some(0) {
            return Ok(Shape::default());
        }
        let record = place.and_then(|place| self.bytes.get(place + 8..end_of(self.bytes, place)?));
        let record = Record(record.ok_or(DAMAGED)?);
        let kind = record.word(0)?;
        let plain = |geometry| Ok(Shape { geometry, ..Shape::default() });
        let shape: Result<Shape, String> = match kind % 10 {
            0 if kind == 0 => plain(None),
            _ if kind == 31 => Ok(Shape { foreign: Some("MULTIPATCH".to_owned()), ..Shape::default() }),
            _ if !matches!(kind, 1..=28) => Err(format!("its type {kind} is none that is known")),
            1 => plain(Some(Geometry::Point(Point(record.coord(4)?)))),
            8 => {
                let points = record.coords(40, record.word(36)?)?;
                let points = MultiPoint(points.into_iter().map(Point).collect());
                plain((!points.0.is_empty()).then_some(Geometry::MultiPoint(points)))
            }
            3 => {
                let mut lines: Vec<LineString<f64>> = record.parts()?.into_iter().map(LineString).collect();
                plain(match lines.len() {
                    0 => None,
                    1 => lines.pop().map(Geometry::LineString),
                    _ => Some(Geometry::MultiLineString(MultiLineString(lines))),
                })
            }
            5 => plain(polygons(record.parts()?)),
            _ => Err(format!("its type {kind} is none that is known")),
        };
        let mut shape = shape?;
        shape.geometry = shape.geometry.filter(|geometry| geo::CoordsIter::coords_count(geometry) > 0);
        shape.has_heights = matches!(kind, 11..=18) && shape.geometry.is_some();
        Ok(shape)
    }
}

const DAMAGED: &str = "it is damaged: it ends before its last vertex";

/// The content of a record.
struct Record<'a>(&'a [u8]);

impl Record<'_> {
    fn word(&self, at: usize) -> Result<u32, String> {
        let four = self.0.get(at..at + 4).and_then(|four| four.try_into().ok()).ok_or(DAMAGED)?;
        Ok(u32::from_le_bytes(four))
    }

    fn coord(&self, at: usize) -> Result<Coord<f64>, String> {
        let number = |at: usize| {
            let eight = self.0.get(at..at + 8)?.try_into().ok()?;
            Some(f64::from_le_bytes(eight))
        };
        let (x, y) = number(at).zip(number(at + 8)).ok_or(DAMAGED)?;
        Ok(Coord { x, y })
    }

    /// Some coordinates from a place on, no more than there are bytes for.
    fn coords(&self, at: usize, count: u32) -> Result<Vec<Coord<f64>>, String> {
        let end = (count as usize).checked_mul(16).and_then(|length| length.checked_add(at)).ok_or(DAMAGED)?;
        if end > self.0.len() {
            return Err(DAMAGED.to_owned());
        }
        (0..count as usize).map(|position| self.coord(at + 16 * position)).collect()
    }

    /// The parts of a line or a polygon.
    fn parts(&self) -> Result<Vec<Vec<Coord<f64>>>, String> {
        let (part_count, count) = (self.word(36)? as usize, self.word(40)?);
        let start = part_count.checked_mul(4).and_then(|length| length.checked_add(44)).ok_or(DAMAGED)?;
        if start > self.0.len() {
            return Err(DAMAGED.to_owned());
        }
        let coords = self.coords(start, count)?;
        let mut starts = Vec::with_capacity(part_count + 1);
        for part in 0..part_count {
            starts.push(self.word(44 + 4 * part)? as usize);
        }
        starts.push(coords.len());
        let part = |ends: &[usize]| {
            let part = coords.get(ends[0]..ends[1]).map(<[_]>::to_vec);
            part.ok_or_else(|| "it is damaged: its parts lie beyond its vertices".to_owned())
        };
        starts.windows(2).map(part).collect()
    }
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// Where the record that begins at a place ends; `None` where it ends beyond the file.
fn end_of(bytes: &[u8], at: usize) -> Option<usize> {
    let end = at + 8 + 2 * big(bytes, at + 4)? as usize;
    (end <= bytes.len()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A .shp of the contents of its records.
    fn file(records: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 0x27, 0x0a];
        bytes.resize(100, 0);
        for (number, record) in (1_u32..).zip(records) {
            bytes.extend(number.to_be_bytes());
            bytes.extend(u32::try_from(record.len() / 2).unwrap().to_be_bytes());
            bytes.extend(record);
        }
        let words = u32::try_from(bytes.len() / 2).unwrap();
        bytes[24..28].copy_from_slice(&words.to_be_bytes());
        bytes
    }

    fn polygon(kind: u32, starts: &[u32], coords: &[[f64; 2]]) -> Vec<u8> {
        let mut record = kind.to_le_bytes().to_vec();
        record.resize(36, 0);
        record.extend(u32::try_from(starts.len()).unwrap().to_le_bytes());
        record.extend(u32::try_from(coords.len()).unwrap().to_le_bytes());
        starts.iter().for_each(|start| record.extend(start.to_le_bytes()));
        coords.iter().flatten().for_each(|number| record.extend(number.to_le_bytes()));
        record
    }

    #[test]
    fn shapes_of_every_kind() {
        let square = [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]];
        let mut point = 11_u32.to_le_bytes().to_vec();
        [1.0_f64, 2.0, 3.0, 4.0].iter().for_each(|number| point.extend(number.to_le_bytes()));
        let records =
            [polygon(5, &[0], &square), polygon(3, &[0, 2], &square), point, vec![0; 4], 31_u32.to_le_bytes().to_vec()];
        let bytes = file(&records);
        let shapes = Shapes::parse(&bytes, None).unwrap();
        assert_eq!(shapes.count(), 5);
        assert!(shapes.note.as_deref().unwrap().contains("is missing"));
        assert!(matches!(shapes.shape(0).unwrap().geometry, Some(Geometry::Polygon(_))));
        assert!(
            matches!(shapes.shape(1).unwrap().geometry, Some(Geometry::MultiLineString(lines)) if lines.0.len() == 2)
        );
        let point = shapes.shape(2).unwrap();
        assert_eq!((point.geometry, point.has_heights), (Some(Geometry::Point((1.0, 2.0).into())), true));
        assert!(shapes.shape(3).unwrap().geometry.is_none());
        assert_eq!(shapes.shape(4).unwrap().foreign.as_deref(), Some("MULTIPATCH"));
    }

    #[test]
    fn no_count_is_believed() {
        let mut record = polygon(5, &[0], &[[0.0, 0.0]]);
        record[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
        let bytes = file(&[record]);
        assert!(Shapes::parse(&bytes, None).unwrap().shape(0).unwrap_err().contains("damaged"));
        let bytes = file(&[polygon(5, &[7], &[[0.0, 0.0]])]);
        assert!(Shapes::parse(&bytes, None).unwrap().shape(0).unwrap_err().contains("parts"));
        let whole = file(&[polygon(5, &[0], &[[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]]), vec![0; 4]]);
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            if let Ok(shapes) = Shapes::parse(&bytes, None) {
                (0..shapes.count()).for_each(|at| drop(shapes.shape(at)));
            }
        }
    }

    #[test]
    fn an_index_that_leads_nowhere_is_left_aside() {
        let bytes = file(&[vec![0; 4], vec![0; 4]]);
        let index = |place: u32| [vec![0; 100], place.to_be_bytes().to_vec(), 2_u32.to_be_bytes().to_vec()].concat();
        assert_eq!(Shapes::parse(&bytes, Some(&index(50))).unwrap().count(), 1);
        let shapes = Shapes::parse(&bytes, Some(&index(5000))).unwrap();
        assert_eq!(shapes.count(), 2);
        assert!(shapes.note.is_some());
    }
}
