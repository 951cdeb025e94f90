//! Reading in pieces gives what reading at once gives, to the last word of its errors.

use proptest::prelude::*;

use super::{digits, document, layer, parse};
use crate::error::Result;
use crate::source::vector::VectorLayer;

/// What the reader says of a text, and what it says when it takes the text as a whole.
fn both(text: &[u8]) -> (String, String) {
    let told = |layer: Result<VectorLayer>| match layer {
        Ok(layer) => format!("{layer:?}"),
        Err(error) => format!("refused: {error}"),
    };
    let unmarked = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if std::str::from_utf8(unmarked).is_err() {
        // What is no UTF-8 is decoded before it is taken apart; that it comes back is enough.
        let _ = parse("areas", text);
        return Default::default();
    }
    // Long integers are put in quotes before the text is taken apart, either way.
    let quoted = digits::quoted(unmarked);
    let unmarked = quoted.as_deref().unwrap_or(unmarked);
    let whole = match document::whole(unmarked) {
        Ok(document) => layer("areas", document),
        Err(error) => match document::lines(unmarked) {
            Some(lines) => {
                lines.map_err(|message| super::malformed("areas", message)).and_then(|lines| layer("areas", lines))
            }
            None => Err(super::malformed("areas", super::explained(unmarked, &error.to_string()))),
        },
    };
    let whole = whole.map(|mut layer| {
        if quoted.is_some() {
            layer.note("integers of more than 18 digits are kept as text");
        }
        layer
    });
    (told(parse("areas", text)), told(whole))
}

fn blank() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", " ", "\n\t", "\r\n  "])
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "-?(0|[1-9][0-9]{0,2})(\\.[0-9]{1,9})?",
        2 => any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(|number| format!("{number:?}")),
        1 => "-?[0-9]{1,24}(\\.[0-9]{0,24})?([eE][+-]?[0-9]{1,3})?",
        1 => any::<u64>().prop_map(|number| number.to_string()),
        1 => prop::sample::select(vec!["-0", "0.0", "1e5", "1.5E-3", "1e400", "+1", ".5", "1.", "01", "-", "null", "\"1\""])
            .prop_map(str::to_owned),
    ]
}

/// Mostly numbers that are none of the odd ones: a fault in each text would hide whatever else there is.
fn plain_number() -> impl Strategy<Value = String> {
    prop_oneof![60 => "-?(0|[1-9][0-9]{0,2})\\.[0-9]{1,17}", 1 => number()]
}

fn array(of: impl Strategy<Value = String>, sizes: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    (prop::collection::vec((blank(), of, blank()), sizes), blank()).prop_map(|(items, blank)| {
        let items: Vec<String> =
            items.into_iter().map(|(before, item, after)| [before, &item, after].concat()).collect();
        format!("[{blank}{}]", items.join(","))
    })
}

/// An object of these members in any order.
fn object(members: impl Strategy<Value = Vec<(String, String)>>) -> impl Strategy<Value = String> {
    (members.prop_shuffle(), blank()).prop_map(|(members, blank)| {
        let members: Vec<String> =
            members.iter().map(|(key, value)| format!("{blank}\"{key}\"{blank}:{blank}{value}{blank}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

fn key() -> impl Strategy<Value = String> {
    prop::sample::select(
        [
            "id",
            "gb",
            "name",
            "名称",
            "features",
            "geometry",
            "coordinates",
            "properties",
            "a b",
            "\\\"",
            "f\\u0065atures",
        ]
        .map(str::to_owned)
        .to_vec(),
    )
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        number(),
        prop::sample::select(vec![
            "null",
            "true",
            "\"\"",
            "\"越城区\"",
            r#""}{""#,
            r#""a\"}]""#,
            r#""\\""#,
            r#""\u8d8a\n""#,
            r#""\ud800""#,
            r#""\x""#,
            "\"\u{1}\"",
            r#""features""#,
            r#""coordinates":"#,
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let members = prop::collection::vec((key(), inner.clone()), 0..3);
        prop_oneof![array(inner, 0..3), object(members)]
    })
}

/// Mostly text, for the same reason.
fn attribute() -> impl Strategy<Value = String> {
    prop_oneof![20 => "\"[a-z}{\\[]{0,3}\"", 10 => "[1-9][0-9]{0,5}", 5 => Just(r#"{"features":[{"geometry":{}}]}"#.to_owned()), 1 => value()]
}

fn few<T: std::fmt::Debug>(of: impl Strategy<Value = T> + 'static, weight: u32) -> impl Strategy<Value = Vec<T>> {
    prop_oneof![100 - weight => Just(0), weight => 1..3_usize].prop_flat_map({
        let of = of.boxed();
        move |count| prop::collection::vec(of.clone(), count)
    })
}

fn geometry() -> impl Strategy<Value = String> {
    fn pair(key: &str, value: impl Strategy<Value = String>) -> impl Strategy<Value = (String, String)> {
        let key = key.to_owned();
        value.prop_map(move |value| (key.clone(), value))
    }
    let position = || prop_oneof![40 => array(plain_number(), 2..3), 4 => array(plain_number(), 3..5), 1 => array(plain_number(), 0..2)];
    let ring = || prop_oneof![40 => array(position(), 1..5), 1 => array(position(), 0..1)];
    let polygon = || prop_oneof![40 => array(ring(), 1..3), 1 => array(ring(), 0..1)];
    let polygons = || prop_oneof![40 => array(polygon(), 1..3), 1 => array(polygon(), 0..1)];
    let named = |kind: &'static str, coordinates: BoxedStrategy<String>| {
        let kind = prop_oneof![40 => Just(kind), 1 => Just("Polygon"), 1 => Just("Point"), 1 => Just("Curve")]
            .prop_map(|kind| format!("\"{kind}\""));
        let more = prop_oneof![
            5 => (key(), attribute()),
            1 => pair("bbox", array(number(), 0..5)),
            1 => pair("geometries", Just("[]".to_owned())),
            1 => pair("coordinates", polygon()),
        ];
        let members = (pair("type", kind), pair("coordinates", coordinates), few(more, 8))
            .prop_map(|(kind, coordinates, more)| [vec![kind, coordinates], more].concat());
        object(members).boxed()
    };
    let simple = prop_oneof![
        8 => named("Polygon", polygon().boxed()),
        8 => named("MultiPolygon", polygons().boxed()),
        1 => named("Point", position().boxed()),
        1 => named("LineString", ring().boxed()),
        1 => Just("null".to_owned()),
    ];
    let collection = array(simple.clone(), 0..3)
        .prop_map(|parts| format!(r#"{{"type":"GeometryCollection","geometries":{parts}}}"#));
    prop_oneof![12 => simple, 1 => collection]
}

fn feature() -> impl Strategy<Value = String> {
    let pair = |key: &'static str| move |value: String| (key.to_owned(), value);
    let kind = prop_oneof![60 => Just("\"Feature\""), 1 => Just("\"Polygon\""), 1 => Just("1")].prop_map(str::to_owned);
    let properties = prop_oneof![
        12 => object(prop::collection::vec((key(), attribute()), 0..4)),
        1 => Just("null".to_owned()),
    ];
    let more = prop_oneof![
        4 => attribute().prop_map(pair("id")),
        4 => attribute().prop_map(pair("foreign")),
        1 => geometry().prop_map(pair("geometry")),
        1 => (key(), value()),
    ];
    let members = (
        kind.prop_map(pair("type")),
        properties.prop_map(pair("properties")),
        geometry().prop_map(pair("geometry")),
        few(more, 10),
    )
        .prop_map(|(kind, properties, geometry, more)| [vec![kind, properties, geometry], more].concat());
    object(members)
}

fn collection() -> impl Strategy<Value = String> {
    let pair = |key: &'static str| move |value: String| (key.to_owned(), value);
    let kind = prop_oneof![30 => Just("\"FeatureCollection\""), 1 => Just("\"Feature\"")].prop_map(str::to_owned);
    let features = prop_oneof![30 => array(feature(), 0..5), 1 => array(value(), 0..3)];
    let crs = prop::sample::select(vec![
        "null",
        "4490",
        r#"{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}}"#,
        r#"{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}}"#,
    ]);
    let more = prop_oneof![
        6 => crs.prop_map(str::to_owned).prop_map(pair("crs")),
        4 => attribute().prop_map(pair("name")),
        1 => array(feature(), 0..2).prop_map(pair("features")),
        1 => (key(), value()),
    ];
    let members = (kind.prop_map(pair("type")), features.prop_map(pair("features")), few(more, 25))
        .prop_map(|(kind, features, more)| [vec![kind, features], more].concat());
    object(members)
}

fn document() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![20 => collection(), 1 => feature(), 1 => geometry(), 1 => array(collection(), 0..3)];
    let mark = prop_oneof![8 => Just(&b""[..]), 1 => Just(&b"\xef\xbb\xbf"[..])];
    let after = prop_oneof![12 => blank(), 1 => prop::sample::select(vec![",", "]", "{}", "\0"])];
    let damage = few((any::<prop::sample::Index>(), prop::sample::select(b"{}[]\",:0\\ \xff".to_vec())), 15);
    (mark, blank(), text, after, damage).prop_map(|(mark, before, text, after, damage)| {
        let mut text = [mark, before.as_bytes(), text.as_bytes(), after.as_bytes()].concat();
        for (position, byte) in damage {
            let position = position.index(text.len());
            text[position] = byte;
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn pieces_make_the_whole(text in document()) {
        let (pieces, whole) = both(&text);
        prop_assert_eq!(pieces, whole);
    }

    #[test]
    fn numbers_are_those_of_the_parser(number in number()) {
        let text = format!("[[[{number},{number}]]]");
        let found = super::coordinates::polygons(text.as_bytes()).map(|(found, _)| found.polygons[0].exterior().0[0]);
        let parsed: Option<f64> = serde_json::from_str(&number).ok();
        prop_assert_eq!(found.map(|coord| (coord.x.to_bits(), coord.y.to_bits())), parsed.map(|number| (number.to_bits(), number.to_bits())));
    }
}

/// Were every text read as a whole, the two would agree as well.
#[test]
fn collections_are_read_in_pieces() {
    let square = "[[[0,0],[2,0],[2,2.5],[0,0]],[[1,1],[1.5,1],[1.5,1.5],[1,1]]]";
    let feature =
        |geometry: &str| format!(r#"{{"type":"Feature","properties":{{"id":"{{\"[\\"}},"geometry":{geometry}}}"#);
    let features = [
        feature(&format!(r#"{{"type":"Polygon","coordinates":{square}}}"#)),
        feature(&format!(r#"{{"coordinates":[{square},{square}],"type":"MultiPolygon"}}"#)),
        feature(r#"{"type":"Point","coordinates":[120,30,5]}"#),
        feature("null"),
    ];
    for features in [features.join(" ,\n"), features[0].clone(), String::new()] {
        let text = format!(r#"{{"name":"features","features":[ {features} ],"type":"FeatureCollection","crs":null}} "#);
        assert!(document::in_pieces(text.as_bytes()).is_some(), "{text}");
        let (pieces, whole) = both(text.as_bytes());
        assert_eq!(pieces, whole);
    }
}

#[test]
fn what_nests_too_deep_is_refused_alike() {
    for depth in [10, 90, 95, 120, 123, 124, 125, 126, 127, 128, 200] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            for feature in [
                format!(r#"{{"type":"Feature","properties":{{"a":{value}}},"geometry":null}}"#),
                format!(
                    r#"{{"type":"Feature","properties":{{}},"x":{value},"geometry":{{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1]]]}}}}"#
                ),
                format!(
                    r#"{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":{value}}}}}"#
                ),
            ] {
                let (pieces, whole) =
                    both(format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#).as_bytes());
                assert_eq!(pieces, whole);
            }
        }
    }
}

#[test]
fn features_are_parted_by_one_comma() {
    let feature = r#"{"type":"Feature","properties":{"id":1},"geometry":null}"#;
    for features in [
        format!("{feature}{feature}"),
        format!("{feature} {feature}"),
        format!("{feature},,{feature}"),
        format!("{feature},"),
        format!(",{feature}"),
        format!("{feature},1"),
        ",".to_owned(),
    ] {
        let (pieces, whole) = both(format!(r#"{{"type":"FeatureCollection","features":[{features}]}}"#).as_bytes());
        assert!(pieces.contains("refused"), "{pieces}");
        assert_eq!(pieces, whole);
    }
}
