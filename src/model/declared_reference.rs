use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::ReadError;
use crate::model::{EqualArea, GridDefinition, MetreGrid, Reference, half_width};

/// What stands between a code and the file of a grid of shifts.
pub(crate) const GRID: &str = "+nadgrids=";

/// The coordinate reference that a file or a row declares for its coordinates.
///
/// Readers convert coordinates so that they are in a [`Reference`] inside the program: the offsets of map services are
/// removed, so GCJ-02 and BD-09 become WGS 84.
///
/// # Examples
///
/// ```
/// use jiju::model::DeclaredReference;
/// assert_eq!("EPSG:4326".parse::<DeclaredReference>().unwrap(), DeclaredReference::Wgs84);
/// assert_eq!("CGCS2000".parse::<DeclaredReference>().unwrap(), DeclaredReference::Cgcs2000);
/// assert_eq!("epsg:4549".parse::<DeclaredReference>().unwrap(), DeclaredReference::Epsg(4549));
/// assert_eq!("albers=25,47,105".parse::<DeclaredReference>().unwrap().to_string(), "albers=25,47,105");
/// assert_eq!("高德".parse::<DeclaredReference>().unwrap(), DeclaredReference::Gcj02);
/// assert!("mars".parse::<DeclaredReference>().is_err());
/// let stated = "EPSG:4610+towgs84=-1.5,120,60".parse::<DeclaredReference>().unwrap();
/// assert_eq!(stated.to_string(), "EPSG:4610+towgs84=-1.5,120,60");
/// let stated = "EPSG:4214+nadgrids=grids/绍兴 54.gsb".parse::<DeclaredReference>().unwrap();
/// assert_eq!(stated.grid().unwrap().to_str(), Some("grids/绍兴 54.gsb"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeclaredReference {
    /// WGS 84 longitude and latitude, EPSG:4326.
    Wgs84,
    /// China Geodetic Coordinate System 2000 longitude and latitude, EPSG:4490.
    Cgcs2000,
    /// GCJ-02 火星坐标: the offset coordinates of Chinese map services.
    Gcj02,
    /// BD-09: GCJ-02 offset once more, by Baidu.
    Bd09,
    /// Any other reference of the EPSG registry.
    Epsg(u32),
    /// An equal-area projection that is stated by its parameters, `albers=SOUTH,NORTH,MERIDIAN` or
    /// `laea=LATITUDE,LONGITUDE`.
    EqualArea(EqualArea),
    /// A reference of the EPSG registry on an older datum, with the shift of that datum.
    Shifted(u32, DatumShift),
}

/// The shift from an older datum to WGS 84: seven parameters, the first three of them, or the file of a grid of shifts.
///
/// Parameters are written `dx,dy,dz` or `dx,dy,dz,rx,ry,rz,ds` in the convention of PROJ's `+towgs84` (position vector,
/// EPSG:9606).
///
/// # Units
///
/// Translations in metres, rotations in seconds of arc, the difference of scale in parts per million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DatumShift(Shift);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shift {
    /// Numbers by their bits, and how many of them are given.
    Parameters([u64; 7], usize),
    /// The path of the file, as it was stated.
    Grid(&'static str),
}

impl DatumShift {
    /// Returns the parameters: three or seven of them; none of a grid.
    #[must_use]
    pub fn parameters(&self) -> Vec<f64> {
        match &self.0 {
            Shift::Parameters(bits, count) => bits.iter().take(*count).map(|bits| f64::from_bits(*bits)).collect(),
            Shift::Grid(_) => Vec::new(),
        }
    }

    /// Returns the file of the grid, if it is one.
    #[must_use]
    pub fn grid(&self) -> Option<&'static Path> {
        match self.0 {
            Shift::Parameters(..) => None,
            Shift::Grid(file) => Some(Path::new(file)),
        }
    }

    /// Returns the shift of a grid in a file; `None` without a path.
    fn of_grid(file: &str) -> Option<Self> {
        // A reference is copied everywhere. There are as many grids as a user names, so each path is kept for good.
        static FILES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let file = file.trim();
        if file.is_empty() {
            return None;
        }
        let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = match files.get(file) {
            Some(kept) => kept,
            None => {
                let kept: &'static str = Box::leak(file.to_owned().into_boxed_str());
                files.insert(kept);
                kept
            }
        };
        Some(Self(Shift::Grid(kept)))
    }

    /// The word of PROJ that stands before it.
    const fn word(&self) -> &'static str {
        match self.0 {
            Shift::Parameters(..) => "towgs84",
            Shift::Grid(_) => "nadgrids",
        }
    }
}

impl FromStr for DatumShift {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers: Vec<f64> =
            text.split(',').map(|number| number.trim().parse()).collect::<Result<_, _>>().map_err(|_| ())?;
        if !matches!(numbers.len(), 3 | 7) || numbers.iter().any(|number| !number.is_finite()) {
            return Err(());
        }
        let mut bits = [0; 7];
        for (bits, number) in bits.iter_mut().zip(&numbers) {
            // Minus nought is nought.
            *bits = (number + 0.0).to_bits();
        }
        Ok(Self(Shift::Parameters(bits, numbers.len())))
    }
}

impl fmt::Display for DatumShift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Shift::Grid(file) = self.0 {
            return f.write_str(file);
        }
        let numbers: Vec<String> = self.parameters().iter().map(f64::to_string).collect();
        f.write_str(&numbers.join(","))
    }
}

impl DeclaredReference {
    /// Returns the reference for a datum name as found in spreadsheets: `gcj02`, 火星坐标系, 百度, 国家2000, `EPSG:4549`.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::model::DeclaredReference;
    /// assert_eq!(DeclaredReference::of_datum("火星坐标系"), Some(DeclaredReference::Gcj02));
    /// assert_eq!(DeclaredReference::of_datum("百度"), Some(DeclaredReference::Bd09));
    /// assert_eq!(DeclaredReference::of_datum("国家2000坐标系"), Some(DeclaredReference::Cgcs2000));
    /// assert_eq!(DeclaredReference::of_datum("ｂｄ０９"), Some(DeclaredReference::Bd09));
    /// assert_eq!(DeclaredReference::of_datum("xian80"), None);
    /// // Data name no file.
    /// assert_eq!(DeclaredReference::of_datum("EPSG:4214+nadgrids=a.gsb"), None);
    /// ```
    #[must_use]
    pub fn of_datum(cell: &str) -> Option<Self> {
        cell.parse().ok().filter(|reference: &Self| reference.grid().is_none())
    }

    /// The reference that a word of offices and map services names.
    fn of_word(key: &str) -> Option<Self> {
        let parts: String = key.chars().filter(|c| !"()（）[]、,/+:".contains(*c)).collect();
        let mut rest = parts.as_str();
        // What surrounds the name: 高德地图坐标系, 火星坐标系(gcj02).
        let mut stem = String::new();
        const FILLERS: [&str; 9] = ["大地坐标系", "坐标系统", "坐标系", "坐标", "地图", "大地", "经纬度", "中国", "系"];
        while let Some(first) = rest.chars().next() {
            match FILLERS.iter().find(|filler| rest.starts_with(*filler)) {
                Some(filler) => rest = &rest[filler.len()..],
                None => {
                    stem.push(first);
                    rest = &rest[first.len_utf8()..];
                }
            }
        }
        match stem.as_str() {
            "火星" | "火星gcj02" | "国测局" | "国测局gcj02" | "高德" | "高德gcj02" | "腾讯" | "腾讯gcj02" | "gcj02"
            | "gcj" => Some(Self::Gcj02),
            "百度" | "百度bd09" | "百度bd09ll" | "bd09" | "bd09ll" => Some(Self::Bd09),
            "2000国家" | "国家2000" | "2000" | "国家cgcs2000" | "cgcs2000" | "2000国家cgcs2000" => {
                Some(Self::Cgcs2000)
            }
            "wgs84" | "wgs1984" | "gps" | "gpswgs84" | "wgs" | "84" => Some(Self::Wgs84),
            _ => None,
        }
    }

    /// Returns the reference of `EPSG:n+towgs84=…`.
    fn shifted(text: &str) -> Option<Self> {
        let key: String = text.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        let (code, shift) = key.strip_prefix("epsg:")?.split_once("+towgs84=")?;
        Some(Self::Shifted(code.parse().ok()?, shift.parse().ok()?))
    }

    /// Returns the reference of `EPSG:n+nadgrids=FILE`. The path stays as it stands.
    fn gridded(text: &str) -> Option<Self> {
        let at = text.to_ascii_lowercase().find(GRID)?;
        let code: Self = half_width(&text[..at]).parse().ok()?;
        Some(Self::Shifted(code.code().filter(|_| !code.is_offset())?, DatumShift::of_grid(&text[at + GRID.len()..])?))
    }

    /// Returns the file of the grid of shifts, where one is stated.
    #[must_use]
    pub fn grid(self) -> Option<&'static Path> {
        self.shift().and_then(|shift| shift.grid())
    }

    /// Returns the reference with a relative path of its grid taken from a folder.
    #[must_use]
    pub fn seen_from(self, folder: &Path) -> Self {
        match (self, self.grid()) {
            (Self::Shifted(code, _), Some(file)) => {
                let file = folder.join(file);
                file.to_str().and_then(DatumShift::of_grid).map_or(self, |shift| Self::Shifted(code, shift))
            }
            _ => self,
        }
    }

    /// Returns the reference of the coordinates after the offsets of map services and stated shifts of a datum have been removed.
    #[must_use]
    pub fn undone(self) -> Reference {
        match self {
            Self::Wgs84 | Self::Gcj02 | Self::Bd09 => Reference::Wgs84,
            Self::Cgcs2000 => Reference::Cgcs2000,
            // With its shift an older datum becomes WGS 84.
            Self::Shifted(..) => Reference::Wgs84,
            Self::Epsg(code) => Reference::epsg(code),
            Self::EqualArea(projection) => projection.into(),
        }
    }

    /// Returns the code in the EPSG registry, where the offset of a map service is that of WGS 84; `None` for a projection that is
    /// stated by its parameters.
    #[must_use]
    pub fn code(self) -> Option<u32> {
        match self {
            Self::Epsg(code) | Self::Shifted(code, _) => Some(code),
            Self::Wgs84 | Self::Cgcs2000 | Self::Gcj02 | Self::Bd09 | Self::EqualArea(_) => self.undone().code(),
        }
    }

    /// Returns the shift of the datum, where one is stated.
    #[must_use]
    pub const fn shift(self) -> Option<DatumShift> {
        match self {
            Self::Shifted(_, shift) => Some(shift),
            _ => None,
        }
    }

    /// Returns whether the coordinates carry the offset of a map service (GCJ-02 or BD-09).
    #[must_use]
    pub const fn is_offset(self) -> bool {
        matches!(self, Self::Gcj02 | Self::Bd09)
    }

    /// Returns whether coordinates in the two references can be compared without a transformation.
    #[must_use]
    pub fn agrees_with(self, other: Self) -> bool {
        self == other
            || (self.is_wgs84_like() && other.is_wgs84_like())
            || (self.code().is_some()
                && self.code() == other.code()
                && !self.is_offset()
                && !other.is_offset()
                && self.shift() == other.shift())
    }

    /// Returns whether coordinates are WGS 84 or CGCS2000 longitude and latitude.
    #[must_use]
    pub fn is_wgs84_like(self) -> bool {
        matches!(self, Self::Wgs84 | Self::Cgcs2000)
    }
}

impl From<MetreGrid> for DeclaredReference {
    fn from(grid: MetreGrid) -> Self {
        match grid.definition() {
            GridDefinition::Epsg(code) => Self::Epsg(code),
            GridDefinition::EqualArea(projection) => Self::EqualArea(projection),
        }
    }
}

impl From<Reference> for DeclaredReference {
    fn from(reference: Reference) -> Self {
        match reference {
            Reference::Wgs84 => Self::Wgs84,
            Reference::Cgcs2000 => Self::Cgcs2000,
            Reference::Plane(plane) => Self::Epsg(plane.code()),
            Reference::Grid(grid) => grid.into(),
        }
    }
}

impl fmt::Display for DeclaredReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wgs84 => f.write_str("wgs84"),
            Self::Cgcs2000 => f.write_str("cgcs2000"),
            Self::Gcj02 => f.write_str("gcj02"),
            Self::Bd09 => f.write_str("bd09"),
            Self::Epsg(code) => write!(f, "EPSG:{code}"),
            Self::EqualArea(projection) => projection.fmt(f),
            Self::Shifted(code, shift) => write!(f, "EPSG:{code}+{}={shift}", shift.word()),
        }
    }
}

impl FromStr for DeclaredReference {
    type Err = ReadError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(gridded) = Self::gridded(text) {
            return Ok(gridded);
        }
        if let Some(shifted) = Self::shifted(&half_width(text)) {
            return Ok(shifted);
        }
        let key = half_width(text.trim()).to_lowercase();
        let key: String = key.chars().filter(|c| !matches!(c, '-' | '_') && !c.is_whitespace()).collect();
        match key.as_str() {
            "wgs84" | "epsg:4326" | "crs84" | "ogc:crs84" => Ok(Self::Wgs84),
            "cgcs2000" | "epsg:4490" => Ok(Self::Cgcs2000),
            "gcj02" => Ok(Self::Gcj02),
            "bd09" | "bd09ll" => Ok(Self::Bd09),
            _ => {
                let code = || {
                    // Codes of references have four or five digits; a year or a zone is none.
                    let digits = key.strip_prefix("epsg:").or_else(|| key.strip_prefix("epsg"));
                    let is_bare = digits.is_none()
                        && (4..=5).contains(&key.len())
                        && !["1954", "1980", "2000"].contains(&key.as_str());
                    let digits = digits.or_else(|| is_bare.then_some(key.as_str()))?;
                    let is_code = digits.bytes().all(|byte| byte.is_ascii_digit());
                    is_code.then(|| digits.parse().ok()).flatten().map(|code| match code {
                        4326 => Self::Wgs84,
                        4490 => Self::Cgcs2000,
                        code => Self::Epsg(code),
                    })
                };
                let stated = || half_width(text).parse().ok().map(Self::EqualArea);
                let found = stated().or_else(|| Self::of_word(&key)).or_else(code);
                found.ok_or_else(|| ReadError::UnknownReference { found: text.to_owned() })
            }
        }
    }
}

impl TryFrom<String> for DeclaredReference {
    type Error = ReadError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DeclaredReference> for String {
    fn from(reference: DeclaredReference) -> Self {
        reference.to_string()
    }
}
