//! Limits on files that come to more than they are: archives, trees of elements, arcs that are used again and again.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::super::vector::excess::{Excess, MAX_ELEMENTS, checked, elements, unpacked};
use super::super::vector::held::Held;
use super::drivers::Contents;

/// The most positions that a TopoJSON comes to.
const MAX_POSITIONS: u64 = 20_000_000;

/// Looks at a file before its driver does. Gives the number of bytes its contents have when they are unpacked.
pub(super) fn examined(held: &mut Held, contents: Contents) -> Result<u64, Excess> {
    let size = held.size();
    match contents {
        Contents::Plain | Contents::Database => Ok(size),
        Contents::Tree => {
            let bytes = held.main();
            let is_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| *byte == b'{');
            if is_json {
                checked("values of JSON", values(bytes), MAX_ELEMENTS)?;
                checked("positions in all its arcs", positions(bytes), MAX_POSITIONS)?;
            } else {
                checked("elements of XML", elements(bytes), MAX_ELEMENTS)?;
            }
            Ok(size)
        }
        Contents::Archive => unpacked(held.main()),
    }
}

/// How many values a text of JSON has, at most.
fn values(bytes: &[u8]) -> u64 {
    memchr::memchr3_iter(b',', b'[', b'{', bytes).count() as u64
}

#[derive(Deserialize)]
struct Topology {
    #[serde(default)]
    arcs: Vec<Vec<IgnoredAny>>,
    #[serde(default)]
    objects: Value,
}

/// How many positions the geometries of a TopoJSON have, where an arc counts as often as it is named.
fn positions(bytes: &[u8]) -> u64 {
    // Esri's JSON has no arcs, and what is no JSON is for the driver to refuse.
    let Ok(topology) = serde_json::from_slice::<Topology>(bytes) else { return 0 };
    let lengths: Vec<u64> = topology.arcs.iter().map(|arc| arc.len() as u64).collect();
    let mut total = 0_u64;
    let mut next = vec![(&topology.objects, false)];
    while let Some((value, is_arcs)) = next.pop() {
        match value {
            Value::Object(members) => next.extend(members.iter().map(|(key, value)| (value, key == "arcs"))),
            Value::Array(values) => next.extend(values.iter().map(|value| (value, is_arcs))),
            Value::Number(number) if is_arcs => {
                // The number of an arc that is taken backwards is its complement.
                let arc = number.as_i64().map(|arc| if arc < 0 { !arc } else { arc });
                let length = arc.and_then(|arc| usize::try_from(arc).ok()).and_then(|arc| lengths.get(arc));
                total = total.saturating_add(length.copied().unwrap_or_default());
            }
            _ => {}
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arc_counts_as_often_as_it_is_used() {
        let text = r#"{"type":"Topology","arcs":[[[0,0],[1,1],[2,0]],[[5,5],[6,6]]],"objects":{"a":{"type":"GeometryCollection",
            "geometries":[{"type":"Polygon","arcs":[[0,-2]],"properties":{"n":7}},{"type":"MultiLineString","arcs":[[0],[0]]}]}}}"#;
        assert_eq!(positions(text.as_bytes()), 3 + 2 + 3 + 3);
        assert_eq!(positions(b"{\"objects\":[1"), 0);
    }
}
