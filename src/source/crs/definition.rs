//! Definitions of references, as files have them: WKT 1 of GDAL and of Esri, WKT 2, PROJJSON.

use serde_json::Value;

use super::projection::{Method, Projected};
use super::{Crs, Datum};

/// What a definition says, as far as it is needed here.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Definition {
    /// Whether it is a system of its own that names no place on Earth.
    pub is_local: bool,
    /// Its code, where it states one: of EPSG, or 4326 for longitude and latitude of OGC.
    pub code: Option<u32>,
    pub datum: String,
    /// The semi-major axis in metres and one over the flattening.
    ellipsoid: Option<(f64, f64)>,
    prime_meridian: f64,
    /// Degrees, in radians, where another unit is stated.
    angular_unit: Option<f64>,
    /// The method of the projection and its parameters.
    conversion: Option<(String, Vec<(String, f64)>)>,
    /// Metres.
    linear_unit: Option<f64>,
    /// Whether it holds what is not understood here: a shift, an extension, axes that run elsewhere.
    is_beyond: bool,
}

const DEGREE: f64 = std::f64::consts::PI / 180.0;

impl Definition {
    /// Takes a definition apart; `None` for what is none of the three kinds.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('\u{feff}');
        if text.starts_with('{') {
            let value: Value = serde_json::from_str(text).ok()?;
            return Self::from_json(&value);
        }
        Self::from_node(&Node::parse(text)?)
    }

    /// The reference that is described; `None` where its datum or its method is not known here.
    pub fn crs(&self) -> Option<Crs> {
        let (axis, inverse) = self.ellipsoid?;
        let has = |datum: Datum| {
            let own = datum.ellipsoid();
            (own.axis_m - axis).abs() < 1e-3 && (own.inverse_flattening - inverse).abs() < 1e-8
        };
        let name = key(&self.datum);
        let is_named = |names: &[&str]| names.iter().any(|own| name.contains(own));
        let datum = match () {
            () if is_named(&["wgs1984", "wgs84", "worldgeodeticsystem1984"]) => Datum::Wgs84,
            () if is_named(&["china2000", "cgcs2000", "chinageodeticcoordinatesystem2000"]) => Datum::Cgcs2000,
            () if is_named(&["xian1980"]) => Datum::Xian1980,
            () if is_named(&["beijing1954"]) => Datum::Beijing1954,
            () => return None,
        };
        let is_degree = self.angular_unit.is_none_or(|unit| (unit - DEGREE).abs() < 1e-12);
        if !has(datum) || self.prime_meridian != 0.0 || !is_degree || self.is_beyond {
            return None;
        }
        let Some((method, parameters)) = &self.conversion else { return Some(Crs::geographic(datum)) };
        let unit = self.linear_unit.unwrap_or(1.0);
        let get = |names: &[&str], default: f64| {
            parameters.iter().find(|(name, _)| names.contains(&name.as_str())).map_or(default, |(_, value)| *value)
        };
        let latitude_deg = get(&LATITUDE, 0.0);
        let parallels = || [get(&FIRST_PARALLEL, 0.0), get(&SECOND_PARALLEL, 0.0)];
        let method = match method.as_str() {
            "transversemercator" | "gausskruger" => {
                Method::TransverseMercator { latitude_deg, scale: get(&SCALE, 1.0) }
            }
            "albersconicequalarea" | "albersequalarea" | "albers" => {
                let [one, other] = parallels();
                Method::Albers { latitude_deg, parallels_deg: [one.min(other), one.max(other)] }
            }
            "lambertazimuthalequalarea" => Method::Azimuthal { latitude_deg },
            "lambertcylindricalequalarea" | "cylindricalequalarea" => {
                Method::Cylindrical { parallel_deg: parallels()[0] }
            }
            // Esri names the cylinder by its parallel.
            "behrmann" => Method::Cylindrical { parallel_deg: 30.0 },
            "mercatorauxiliarysphere" | "popularvisualisationpseudomercator" => {
                let is_plain =
                    latitude_deg == 0.0 && parallels() == [0.0, 0.0] && get(&["auxiliaryspheretype"], 0.0) == 0.0;
                is_plain.then_some(Method::WebMercator)?
            }
            _ => return None,
        };
        let [easting_m, northing_m] = [get(&EASTING, 0.0) * unit, get(&NORTHING, 0.0) * unit];
        let projected = Projected { method, meridian_deg: get(&MERIDIAN, 0.0), easting_m, northing_m };
        Some(Crs { unit_m: unit, ..Crs::projected(datum, projected) })
    }

    fn from_node(node: &Node) -> Option<Self> {
        let mut found = Self::default();
        match node.keyword.as_str() {
            "LOCAL_CS" | "ENGCRS" | "ENGINEERINGCRS" => {
                found.is_local = true;
                return Some(found);
            }
            // The height of a compound system is left aside.
            "COMPD_CS" | "COMPOUNDCRS" => {
                return node.nodes().find(|part| Kind::from_keyword(&part.keyword).is_some()).and_then(Self::from_node);
            }
            keyword => {
                let kind = Kind::from_keyword(keyword)?;
                found.code = code(node);
                let base = match kind {
                    Kind::Geographic => Some(node),
                    Kind::Projected => {
                        node.nodes().find(|part| Kind::from_keyword(&part.keyword) == Some(Kind::Geographic))
                    }
                };
                found.geographic(base?);
                if kind == Kind::Projected {
                    found.projected(node);
                }
            }
        }
        Some(found)
    }

    fn geographic(&mut self, node: &Node) {
        for part in node.nodes() {
            match part.keyword.as_str() {
                "DATUM" | "ENSEMBLE" | "GEODETICDATUM" | "TRF" => {
                    self.datum = part.text().unwrap_or_default().to_owned();
                    for inner in part.nodes() {
                        match inner.keyword.as_str() {
                            "SPHEROID" | "ELLIPSOID" => {
                                let mut numbers = inner.numbers();
                                self.ellipsoid = numbers.next().zip(numbers.next());
                            }
                            "TOWGS84" => self.is_beyond |= inner.numbers().any(|number| number != 0.0),
                            "EXTENSION" => self.is_beyond = true,
                            _ => {}
                        }
                    }
                }
                "PRIMEM" | "PRIMEMERIDIAN" => self.prime_meridian = part.numbers().next().unwrap_or_default(),
                "UNIT" | "ANGLEUNIT" => self.angular_unit = part.numbers().next(),
                "EXTENSION" => self.is_beyond = true,
                _ => {}
            }
        }
        // In WKT 2 the unit stands by the axes, or once behind them.
        let of_axes = node.nodes().filter(|part| part.keyword == "AXIS").flat_map(Node::nodes);
        let unit = of_axes.filter(|part| part.keyword == "ANGLEUNIT").find_map(|unit| unit.numbers().next());
        self.angular_unit = self.angular_unit.or(unit);
    }

    fn projected(&mut self, node: &Node) {
        let mut parameters = Vec::new();
        let mut method = String::new();
        let conversion = node.nodes().find(|part| part.keyword == "CONVERSION");
        for part in conversion.unwrap_or(node).nodes() {
            match part.keyword.as_str() {
                "PROJECTION" | "METHOD" => method = key(part.text().unwrap_or_default()),
                "PARAMETER" => {
                    let (name, value) = (key(part.text().unwrap_or_default()), part.numbers().next());
                    // Parameters of other units than degrees and metres are left to others.
                    let unit = part.nodes().find(|part| part.keyword.ends_with("UNIT"));
                    let unit = unit.and_then(|unit| Some((unit.keyword.as_str(), unit.numbers().next()?)));
                    self.is_beyond |= match unit {
                        Some(("ANGLEUNIT", unit)) => (unit - DEGREE).abs() > 1e-12,
                        Some((_, unit)) => unit != 1.0,
                        None => false,
                    };
                    parameters.extend(value.map(|value| (name, value)));
                }
                _ => {}
            }
        }
        let mut lengths = node.nodes().filter(|part| matches!(part.keyword.as_str(), "UNIT" | "LENGTHUNIT"));
        let of_axes = || node.nodes().filter(|part| part.keyword == "AXIS");
        let unit = of_axes().flat_map(Node::nodes).find(|part| part.keyword == "LENGTHUNIT");
        self.linear_unit = lengths.next().or(unit).and_then(|unit| unit.numbers().next());
        // In WKT 2 parameters have units of their own.
        self.is_beyond |= conversion.is_some() && self.linear_unit.is_some_and(|unit| unit != 1.0);
        self.is_beyond |= node.nodes().any(|part| part.keyword == "EXTENSION") && method != "mercator1sp";
        if method == "mercator1sp" && node.nodes().any(|part| part.keyword == "EXTENSION" && part.is_web_mercator()) {
            method = "popularvisualisationpseudomercator".to_owned();
        }
        self.is_beyond |= of_axes().any(|axis| axis.words().any(|word| matches!(word, "SOUTH" | "WEST")));
        self.conversion = Some((method, parameters));
    }

    fn from_json(value: &Value) -> Option<Self> {
        let mut found = Self::default();
        match value.get("type").and_then(Value::as_str)? {
            "EngineeringCRS" => {
                found.is_local = true;
                return Some(found);
            }
            "CompoundCRS" => return value.get("components")?.get(0).and_then(Self::from_json),
            "GeographicCRS" | "GeodeticCRS" => found.json_geographic(value),
            "ProjectedCRS" => {
                found.json_geographic(value.get("base_crs")?);
                let conversion = value.get("conversion")?;
                let method = conversion.pointer("/method/name").and_then(Value::as_str).map(key)?;
                let parameters = conversion.get("parameters").and_then(Value::as_array);
                let parameters = parameters.into_iter().flatten().filter_map(|parameter| {
                    let unit = parameter.get("unit").and_then(Value::as_str);
                    if !matches!(unit, Some("degree" | "metre" | "unity") | None) || parameter["unit"].is_object() {
                        found.is_beyond = true;
                    }
                    Some((key(parameter.get("name")?.as_str()?), parameter.get("value")?.as_f64()?))
                });
                let parameters = parameters.collect();
                found.conversion = Some((method, parameters));
                let axes = value.pointer("/coordinate_system/axis").and_then(Value::as_array);
                for axis in axes.into_iter().flatten() {
                    let text = |name: &str| axis.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                    found.is_beyond |=
                        text("unit") != "metre" || matches!(text("direction").as_str(), "south" | "west");
                }
            }
            _ => return None,
        }
        let id = value.get("id");
        let code = id.and_then(|id| id.get("code"));
        found.code = match id.and_then(|id| id.get("authority")).and_then(Value::as_str) {
            Some("EPSG") => code.and_then(|code| match code {
                Value::String(text) => text.parse().ok(),
                other => other.as_u64().and_then(|code| u32::try_from(code).ok()),
            }),
            Some("OGC") => Some(4326),
            _ => None,
        };
        Some(found)
    }

    fn json_geographic(&mut self, value: &Value) {
        let datum = value.get("datum").or_else(|| value.get("datum_ensemble")).unwrap_or(&Value::Null);
        self.datum = datum.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |name: &str| datum.get("ellipsoid")?.get(name)?.as_f64();
        self.ellipsoid = number("semi_major_axis").zip(number("inverse_flattening"));
        let prime = datum.pointer("/prime_meridian/longitude");
        self.prime_meridian = prime.map_or(0.0, |longitude| longitude.as_f64().unwrap_or(f64::NAN));
        let units = value.pointer("/coordinate_system/axis").and_then(Value::as_array);
        self.is_beyond |= units.into_iter().flatten().any(|axis| axis.get("unit") != Some(&Value::from("degree")));
    }
}

const LATITUDE: [&str; 6] = [
    "latitudeoforigin",
    "latitudeofcenter",
    "latitudeofcentre",
    "latitudeofnaturalorigin",
    "latitudeoffalseorigin",
    "centralparallel",
];
const MERIDIAN: [&str; 6] = [
    "centralmeridian",
    "longitudeofcenter",
    "longitudeofcentre",
    "longitudeoforigin",
    "longitudeofnaturalorigin",
    "longitudeoffalseorigin",
];
const SCALE: [&str; 2] = ["scalefactor", "scalefactoratnaturalorigin"];
const EASTING: [&str; 2] = ["falseeasting", "eastingatfalseorigin"];
const NORTHING: [&str; 2] = ["falsenorthing", "northingatfalseorigin"];
const FIRST_PARALLEL: [&str; 2] = ["standardparallel1", "latitudeof1ststandardparallel"];
const SECOND_PARALLEL: [&str; 2] = ["standardparallel2", "latitudeof2ndstandardparallel"];

/// A name without what programs write in it in different ways.
fn key(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

#[derive(PartialEq)]
enum Kind {
    Geographic,
    Projected,
}

impl Kind {
    fn from_keyword(keyword: &str) -> Option<Self> {
        match keyword {
            "GEOGCS" | "GEOGCRS" | "GEODCRS" | "GEODETICCRS" | "GEOGRAPHICCRS" | "BASEGEOGCRS" | "BASEGEODCRS" => {
                Some(Self::Geographic)
            }
            "PROJCS" | "PROJCRS" | "PROJECTEDCRS" => Some(Self::Projected),
            _ => None,
        }
    }
}

/// The code that a definition states for itself.
fn code(node: &Node) -> Option<u32> {
    let id = node.nodes().find(|part| matches!(part.keyword.as_str(), "AUTHORITY" | "ID"))?;
    match id.text()? {
        "EPSG" => id.items.iter().skip(1).find_map(|item| match item {
            Item::Text(text) => text.trim().parse().ok(),
            Item::Number(number) if *number > 0.0 && *number < 1e9 => format!("{number:.0}").parse().ok(),
            _ => None,
        }),
        "OGC" => Some(4326),
        _ => None,
    }
}

/// A part of well-known text: `KEYWORD["text", 1.5, word, OTHER[…]]`.
#[derive(Debug)]
struct Node {
    keyword: String,
    items: Vec<Item>,
}

#[derive(Debug)]
enum Item {
    Text(String),
    Number(f64),
    Word(String),
    Node(Node),
}

/// The most parts within each other, and the longest text.
const MAX_NESTING: usize = 32;
const MAX_BYTES: usize = 1 << 20;

impl Node {
    fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_BYTES {
            return None;
        }
        let mut reader = Reader { rest: text };
        match reader.item(0)? {
            Item::Node(node) if reader.rest.trim().is_empty() => Some(node),
            _ => None,
        }
    }

    fn nodes(&self) -> impl Iterator<Item = &Self> {
        self.items.iter().filter_map(|item| if let Item::Node(node) = item { Some(node) } else { None })
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.items.iter().filter_map(|item| if let Item::Number(number) = item { Some(*number) } else { None })
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.items.iter().filter_map(|item| if let Item::Word(word) = item { Some(word.as_str()) } else { None })
    }

    fn text(&self) -> Option<&str> {
        self.items.iter().find_map(|item| if let Item::Text(text) = item { Some(text.as_str()) } else { None })
    }

    /// Whether an extension is what GDAL writes beside the Mercator of web maps.
    fn is_web_mercator(&self) -> bool {
        self.items.iter().any(|item| match item {
            Item::Text(text) => {
                ["+proj=merc", "+a=6378137", "+b=6378137", "+nadgrids=@null", "+k=1", "+lat_ts=0", "+x_0=0", "+y_0=0"]
                    .iter()
                    .all(|part| text.contains(part))
            }
            _ => false,
        })
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, wanted: &[char]) -> bool {
        self.skip();
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn item(&mut self, depth: usize) -> Option<Item> {
        if depth > MAX_NESTING {
            return None;
        }
        if self.take(&['"']) {
            return self.quoted().map(Item::Text);
        }
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_.+-".contains(c)));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if word.is_empty() {
            return None;
        }
        self.rest = rest;
        if !self.take(&['[', '(']) {
            let is_number = word.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
            return match word.parse::<f64>() {
                Ok(number) if is_number && number.is_finite() => Some(Item::Number(number)),
                _ if is_number => None,
                _ => Some(Item::Word(word.to_ascii_uppercase())),
            };
        }
        let keyword = word.to_ascii_uppercase();
        let mut items = Vec::new();
        while !self.take(&[']', ')']) {
            items.push(self.item(depth + 1)?);
            let _separator = self.take(&[',']);
        }
        Some(Item::Node(Node { keyword, items }))
    }

    /// The rest of a text in quotes, in which two quotes are one.
    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        loop {
            let (start, rest) = self.rest.split_once('"')?;
            text.push_str(start);
            self.rest = rest;
            match self.rest.strip_prefix('"') {
                Some(rest) => {
                    text.push('"');
                    self.rest = rest;
                }
                None => return Some(text),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GEOGRAPHIC: &str = "GEOGCS[\"GCS_China_Geodetic_Coordinate_System_2000\",DATUM[\"D_China_2000\",\
        SPHEROID[\"CGCS2000\",6378137.0,298.257222101]],PRIMEM[\"Greenwich\",0.0],UNIT[\"Degree\",0.0174532925199433]]";

    fn grid(unit: &str, meridian: &str) -> String {
        format!(
            "PROJCS[\"a\",{GEOGRAPHIC},PROJECTION[\"Gauss_Kruger\"],PARAMETER[\"False_Easting\",500000.0],\
             PARAMETER[\"Central_Meridian\",{meridian}],PARAMETER[\"Scale_Factor\",1.0],UNIT[{unit}]]"
        )
    }

    #[test]
    fn what_is_described_is_found() {
        assert_eq!(Definition::parse(GEOGRAPHIC).unwrap().crs(), super::super::registry::registered(4490));
        let found = Definition::parse(&grid("\"Meter\",1.0", "120.0")).unwrap();
        assert_eq!((found.crs(), found.code), (super::super::registry::registered(4549), None));
        let in_kilometres = Definition::parse(&grid("\"Kilometer\",1000.0", "120.0")).unwrap().crs().unwrap();
        assert_eq!(in_kilometres.projected.unwrap().easting_m, 5e8);
        assert_eq!(in_kilometres.unit_m, 1000.0);
        let stated = GEOGRAPHIC.replace("]]", "]],AUTHORITY[\"EPSG\",\"4490\"]]");
        assert!(Definition::parse(&stated).is_none(), "one bracket too many");
        let stated = format!("{},AUTHORITY[\"EPSG\",\"4490\"]]", GEOGRAPHIC.strip_suffix(']').unwrap());
        assert_eq!(Definition::parse(&stated).unwrap().code, Some(4490));
        assert!(Definition::parse("LOCAL_CS[\"a \"\"b\"\"\",UNIT[\"Meter\",1.0]]").unwrap().is_local);
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in ["", "{", "{}", "EPSG:4490", "GEOGCS", "GEOGCS[", "GEOGCS[\"a\"", "GEOGCS[\"a", "1", "[]"] {
            assert_eq!(Definition::parse(text), None, "{text}");
        }
        assert_eq!(Definition::parse(&"A[".repeat(100_000)), None);
        // Another ellipsoid, another meridian, a shift: these are for PROJ.
        for (old, new) in [
            ("298.257222101", "298.3"),
            ("\"Greenwich\",0.0", "\"Paris\",2.337"),
            ("298.257222101]", "298.257222101],TOWGS84[1,2,3,0,0,0,0]"),
            ("0.0174532925199433", "0.015707963267949"),
        ] {
            assert_eq!(Definition::parse(&GEOGRAPHIC.replace(old, new)).unwrap().crs(), None, "{new}");
        }
    }
}
