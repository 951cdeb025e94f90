use std::fmt;

/// Why areas cannot be indexed, or points not joined with them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// The layer holds no area.
    #[error("cannot index layer `{layer}` of {file}: it holds no area")]
    EmptyLayer {
        /// The layer.
        layer: String,
        /// The file of the layer.
        file: String,
    },
    /// A distance or an area was asked for in a plane whose units are not true metres.
    #[error(
        "cannot measure in {found}: found a plane whose units are not true metres, expected longitude and latitude or a projected metre grid"
    )]
    NotMeasured {
        /// The reference.
        found: String,
    },
    /// A text that is not a projected grid in metres.
    #[error(
        "found the grid `{found}`, expected EPSG:n of a projected grid in metres, such as EPSG:4549, or an equal-area projection: albers=SOUTH,NORTH,MERIDIAN or laea=LATITUDE,LONGITUDE in degrees"
    )]
    NoMetreGrid {
        /// The text that was given.
        found: String,
    },
    /// Areas that enclose nothing, or stand nowhere: every one of the layer.
    #[error("cannot index layer `{layer}` of {file}:{}", lines(faults))]
    Areas {
        /// The layer.
        layer: String,
        /// The file of the layer.
        file: String,
        /// Every fault of every area, in file order.
        faults: Vec<AreaFault>,
    },
    /// More vertices than can be numbered.
    #[error("cannot index layer `{layer}` of {file}: found {found} vertices, expected at most {limit}")]
    TooManyVertices {
        /// The layer.
        layer: String,
        /// The file of the layer.
        file: String,
        /// The number of vertices found.
        found: usize,
        /// The greatest number that can be indexed.
        limit: usize,
    },
    /// A saved index that cannot be used.
    #[error("cannot use the index: {message}")]
    SavedIndex {
        /// The reason.
        message: String,
    },
    /// Two lists that must have the same length do not.
    #[error("cannot join {what}: found {found} rows, expected {expected}")]
    Lengths {
        /// The lists concerned.
        what: String,
        /// The length that was found.
        found: usize,
        /// The length of the others.
        expected: usize,
    },
    /// A match points at an area that its layer does not hold.
    #[error("cannot join with layer `{layer}`: found a match with area number {found}, the layer holds {areas}")]
    NoSuchArea {
        /// The layer.
        layer: String,
        /// The position the match gives.
        found: usize,
        /// The number of areas in the layer.
        areas: usize,
    },
    /// A distance outside its valid range.
    #[error("cannot find neighbours: found a {what} of {found} m, expected {expected}")]
    Distance {
        /// The use of the distance.
        what: &'static str,
        /// The distance.
        found: f64,
        /// The values that are accepted.
        expected: &'static str,
    },
}

/// A fault of one area of a layer.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaFault {
    /// The area's id.
    pub area: String,
    /// The ring, such as `part 1` or `part 2, hole 1`; none if the whole area is concerned.
    pub ring: Option<String>,
    /// The content that was found.
    pub found: String,
    /// The values that are accepted.
    pub expected: &'static str,
}

impl fmt::Display for AreaFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "area `{}`", self.area)?;
        if let Some(ring) = &self.ring {
            write!(f, ", {ring}")?;
        }
        write!(f, ": found {}, expected {}", self.found, self.expected)
    }
}

fn lines(faults: &[AreaFault]) -> String {
    faults.iter().map(|fault| format!("\n  {fault}")).collect()
}

impl JoinError {
    /// A suggestion for the user, if there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::SavedIndex { .. } => Some("build the index again from its areas".to_owned()),
            Self::NotMeasured { .. } => Some("convert the coordinates to wgs84 or to a metre grid".to_owned()),
            _ => None,
        }
    }
}
