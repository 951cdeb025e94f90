//! The coordinates of polygons, straight from their text.

use geo::{Coord, LineString, Polygon};

/// How many arrays stand within each other in the coordinates of a polygon.
pub(super) const POLYGON: usize = 3;
/// How many arrays stand within each other in the coordinates of several polygons.
pub(super) const MULTI_POLYGON: usize = 4;

/// Coordinates as they were read.
#[derive(Debug)]
pub(super) struct Coordinates {
    /// [`POLYGON`] or [`MULTI_POLYGON`].
    pub depth: usize,
    pub polygons: Vec<Polygon<f64>>,
    pub has_heights: bool,
}

/// The coordinates that a text begins with, and how many bytes they take. `None` for all that is not plainly those of
/// polygons: another depth, an empty array, a position of one number, what is no JSON.
pub(super) fn polygons(text: &[u8]) -> Option<(Coordinates, usize)> {
    let is_open = |byte: &&u8| **byte == b'[';
    let depth = text.iter().filter(|byte| !is_blank(**byte)).take_while(is_open).count();
    let mut reader = Reader { text, at: 0, ring: Vec::new(), has_heights: false };
    let polygons = match depth {
        POLYGON => vec![reader.polygon()?],
        MULTI_POLYGON => reader.polygons()?,
        _ => return None,
    };
    Some((Coordinates { depth, polygons, has_heights: reader.has_heights }, reader.at))
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// The ring that is being read: all use the same memory, and each takes of its own what it needs.
    ring: Vec<Coord<f64>>,
    has_heights: bool,
}

impl Reader<'_> {
    fn polygons(&mut self) -> Option<Vec<Polygon<f64>>> {
        let mut polygons = Vec::new();
        self.array(|reader| {
            polygons.push(reader.polygon()?);
            Some(())
        })?;
        Some(polygons)
    }

    fn polygon(&mut self) -> Option<Polygon<f64>> {
        let mut exterior = None;
        let mut interiors = Vec::new();
        self.array(|reader| {
            reader.ring.clear();
            reader.array(Reader::position)?;
            let ring = LineString(reader.ring.as_slice().to_vec());
            if exterior.is_none() {
                exterior = Some(ring);
            } else {
                interiors.push(ring);
            }
            Some(())
        })?;
        Some(Polygon::new(exterior?, interiors))
    }

    fn position(&mut self) -> Option<()> {
        self.byte(b'[')?;
        let x = self.number()?;
        self.byte(b',')?;
        let y = self.number()?;
        self.ring.push(Coord { x, y });
        while self.peek()? == b',' {
            self.at += 1;
            self.number()?;
            self.has_heights = true;
        }
        self.byte(b']')
    }

    /// An array of at least one element.
    fn array(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.byte(b'[')?;
        loop {
            element(self)?;
            let next = self.peek()?;
            self.at += 1;
            match next {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// The next byte that is no white space.
    #[inline]
    fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.get(self.at)?;
            if !is_blank(byte) {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    #[inline]
    fn byte(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    /// A number, rounded as `serde_json` rounds it.
    ///
    /// A whole number below 2⁵³ and a power of ten up to 10²² are exact, so that one division rounds once: the nearest
    /// number there is. All others are the parser's.
    ///
    /// # References
    ///
    /// Clinger, W. D. (1990). How to Read Floating Point Numbers Accurately.
    #[inline]
    fn number(&mut self) -> Option<f64> {
        let first = self.peek()?;
        let start = self.at;
        self.at += usize::from(first == b'-');
        let whole_at = self.at;
        let mut digits = 0_u64;
        self.digits(&mut digits);
        let whole = self.at - whole_at;
        if whole == 0 || (whole > 1 && self.text[whole_at] == b'0') {
            return None;
        }
        let mut decimals = 0;
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            let decimals_at = self.at;
            self.digits(&mut digits);
            decimals = self.at - decimals_at;
            if decimals == 0 {
                return None;
            }
        }
        // Of more digits the sum may have run over.
        let is_exact = whole + decimals <= MAX_DIGITS && digits < 1 << f64::MANTISSA_DIGITS;
        if !is_exact || matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            let is_numeric = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
            let length = self.text[start..].iter().take_while(is_numeric).count();
            self.at = start + length;
            return serde_json::from_slice(&self.text[start..self.at]).ok();
        }
        let size = digits as f64 / POWERS_OF_TEN[decimals];
        Some(if first == b'-' { -size } else { size })
    }

    #[inline]
    fn digits(&mut self, sum: &mut u64) {
        while let Some(digit @ 0..=9) = self.text.get(self.at).map(|byte| byte.wrapping_sub(b'0')) {
            *sum = sum.wrapping_mul(10).wrapping_add(u64::from(digit));
            self.at += 1;
        }
    }
}

/// How many digits a number of 64 bits always holds.
const MAX_DIGITS: usize = 19;
const POWERS_OF_TEN: [f64; MAX_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19];

#[inline]
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
