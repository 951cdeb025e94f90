//! Which units are neighbours, and what each neighbour weighs: parameters that several operations share.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::operation::Input;
use super::outcome::Places;
use super::weights::{BuiltWeights, Neighbours, Sites, Weighing, WeightsRequest, weights};
use crate::declare::parameters;
use crate::error::{ProjectError, Result, StatsError};
use crate::join::Contiguity;
use crate::model::json::json;
use crate::model::{Distance, Weights};
use crate::source::{AreaSource, Origin, PointSource, layers};
use crate::stats::KernelFunction;

/// Which units are neighbours, and what each neighbour weighs. One of `weights`, `contiguity`, `knn`, `distance_band` and
/// `block` says it.
#[parameters]
#[derive(Default)]
pub struct NeighbourSource {
    /// As a file says: GAL, GWT, Matrix Market (.mtx).
    #[parameter(
        heading = "Neighbours",
        conflicts = "contiguity",
        conflicts = "knn",
        conflicts = "distance_band",
        conflicts = "block"
    )]
    pub weights: Option<Origin<Weights>>,
    /// Areas whose boundaries share a point (queen) or a line (rook); needs areas.
    #[parameter(
        value = "KIND",
        heading = "Neighbours",
        requires = "areas",
        conflicts = "knn",
        conflicts = "distance_band",
        conflicts = "block"
    )]
    pub contiguity: Option<Contiguity>,
    /// The K nearest points, or centroids of the areas.
    #[parameter(value = "K", heading = "Neighbours", conflicts = "distance_band", conflicts = "block")]
    pub knn: Option<usize>,
    /// All points, or centroids of the areas, within a distance: 5km, 800m.
    #[parameter(heading = "Neighbours", conflicts = "block")]
    pub distance_band: Option<Distance>,
    /// All rows with the same cell in a column.
    #[parameter(value = "COLUMN", heading = "Neighbours")]
    pub block: Option<String>,
    /// The areas.
    #[flatten]
    pub areas: AreaSource,
    /// Boundaries meet where they come as near, for maps whose neighbours were digitised apart.
    #[parameter(heading = "Neighbours", requires = "contiguity")]
    pub snap: Option<Distance>,
    /// What each neighbour weighs, and which further ones there are.
    #[flatten]
    pub weighing: NeighbourWeighing,
}

/// What each neighbour weighs, and which neighbours are added, kept or looked for further away, whatever says which units
/// are neighbours.
#[parameters]
pub struct NeighbourWeighing {
    /// Weigh neighbours by distance^-POWER.
    #[parameter(value = "POWER", heading = "Neighbours", if_bare = "1", conflicts = "kernel")]
    pub inverse_distance: Option<f64>,
    /// Weigh neighbours by a kernel of their distance.
    #[parameter(value = "FUNCTION", heading = "Neighbours")]
    pub kernel: Option<KernelFunction>,
    /// Distance to which the kernel reaches [default: the farthest of each unit's nearest, or the distance band].
    #[parameter(heading = "Neighbours", alias = "bandwidth", requires = "kernel")]
    pub kernel_bandwidth: Option<Distance>,
    /// Neighbours of neighbours: those as many steps away.
    #[parameter(heading = "Neighbours")]
    pub order: usize,
    /// With a higher order, the neighbours fewer steps away too.
    #[parameter(heading = "Neighbours")]
    pub cumulative: bool,
    /// Add the neighbours of a file of weights; may be repeated.
    #[parameter(heading = "Neighbours")]
    pub union: Vec<PathBuf>,
    /// Keep only the neighbours that a file of weights has too; may be repeated.
    #[parameter(heading = "Neighbours")]
    pub intersection: Vec<PathBuf>,
}

impl Default for NeighbourWeighing {
    fn default() -> Self {
        Self {
            inverse_distance: None,
            kernel: None,
            kernel_bandwidth: None,
            order: 1,
            cumulative: false,
            union: Vec::new(),
            intersection: Vec::new(),
        }
    }
}

impl NeighbourWeighing {
    /// The files that are read.
    pub(crate) fn inputs(&mut self) -> impl Iterator<Item = Input<'_>> {
        self.union.iter_mut().chain(&mut self.intersection).map(Input::File)
    }

    const fn weighing(&self) -> Weighing {
        match (self.inverse_distance, self.kernel) {
            (Some(power), _) => Weighing::InverseDistance(power),
            (None, Some(function)) => {
                let bandwidth_m = match self.kernel_bandwidth {
                    Some(bandwidth) => Some(bandwidth.metres()),
                    None => None,
                };
                Weighing::Kernel(function, bandwidth_m)
            }
            (None, None) => Weighing::Equal,
        }
    }
}

impl NeighbourSource {
    /// The inputs, for [`Operation::inputs`](super::Operation::inputs).
    pub(crate) fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs: Vec<Input<'_>> = Vec::new();
        inputs.extend(self.weights.as_mut().map(Input::Weights));
        inputs.extend(self.areas.areas.as_mut().map(Input::Areas));
        inputs.extend(self.weighing.inputs());
        inputs
    }

    /// Whether something says which units are neighbours.
    pub(crate) const fn has_rule(&self) -> bool {
        self.weights.is_some()
            || self.contiguity.is_some()
            || self.knn.is_some()
            || self.distance_band.is_some()
            || self.block.is_some()
    }

    /// Where distances are measured between: the centroids of the areas, where there are any, else the points of the table.
    pub(crate) fn sites(&self, table: Option<&PointSource>, id: Option<&str>) -> Result<Sites> {
        match (self.areas.layer(), table) {
            (Some(layer), _) => Ok(Sites::Centroids(layer)),
            (None, Some(table)) => Ok(Sites::Points(table.clone(), id.map(str::to_owned))),
            (None, None) => {
                Err(refused("there are no units among which to find neighbours", "give a table, or ‹areas›"))
            }
        }
    }

    /// The weights; points and blocks are those of the table, where there is one.
    pub(crate) fn build(&self, table: Option<&PointSource>, id: Option<&str>) -> Result<BuiltWeights> {
        self.build_among(table, id, None)
    }

    /// The weights of all units, as [`NeighbourSource::build`] makes them, with the neighbours among some of them alone.
    pub(crate) fn build_among(
        &self,
        table: Option<&PointSource>,
        id: Option<&str>,
        among: Option<&[bool]>,
    ) -> Result<BuiltWeights> {
        let request = WeightsRequest { among: among.map(<[bool]>::to_vec), ..self.request(table, id)? };
        let mut built = weights(&request)?;
        if built.places.is_none() {
            built.places = self.places_of(built.weights.ids(), &mut built.notes)?;
        }
        Ok(built)
    }

    /// All areas, in their order; none where no areas are given.
    pub(crate) fn places_of_all(&self, notes: &mut Vec<String>) -> Result<Option<Places>> {
        let Some(source) = self.areas.layer() else { return Ok(None) };
        let (areas, report) = layers::areas_with_report(&source)?;
        notes.extend(report.problems.iter().map(ToString::to_string));
        Ok(Some(Places::Areas(areas)))
    }

    /// The areas of units, in their order; none where no areas are given.
    ///
    /// # Errors
    ///
    /// What reading refuses; units that are none of the areas.
    pub(crate) fn places_of(&self, ids: &[String], notes: &mut Vec<String>) -> Result<Option<Places>> {
        const NAMED: usize = 10;
        let Some(Places::Areas(areas)) = self.places_of_all(notes)? else { return Ok(None) };
        let known: HashMap<&str, usize> = areas.areas.iter().map(|area| area.id.as_str()).zip(0..).collect();
        let order: Vec<Option<usize>> = ids.iter().map(|id| known.get(id.as_str()).copied()).collect();
        let unknown: Vec<&str> =
            ids.iter().zip(&order).filter(|(_, area)| area.is_none()).map(|(id, _)| id.as_str()).collect();
        if !unknown.is_empty() {
            let more = if unknown.len() > NAMED { ", …" } else { "" };
            let named = unknown[..unknown.len().min(NAMED)].join(", ");
            return Err(refused(
                &format!("{} units are none of the areas of {}: {named}{more}", unknown.len(), areas.source),
                "give ‹area_id›, the column of the areas with the ids of the units, or leave out ‹areas›",
            ));
        }
        let order: Vec<usize> = order.into_iter().flatten().collect();
        Ok(Some(Places::Areas(areas).reordered(&order)))
    }

    /// The request that the parameters stand for.
    pub(crate) fn request(&self, table: Option<&PointSource>, id: Option<&str>) -> Result<WeightsRequest> {
        let neighbours = if let Some(weights) = &self.weights {
            Neighbours::Given(weights.clone())
        } else if let (Some(kind), Some(layer)) = (self.contiguity, self.areas.layer()) {
            Neighbours::Contiguity(layer, kind, self.snap.map_or(0.0, Distance::metres))
        } else if let Some(count) = self.knn {
            Neighbours::Nearest(self.sites(table, id)?, count)
        } else if let Some(distance) = self.distance_band {
            Neighbours::Within(self.sites(table, id)?, distance.metres())
        } else if let (Some(column), Some(table)) = (&self.block, table) {
            Neighbours::Block { table: table.clone(), column: column.clone(), id: id.map(str::to_owned) }
        } else {
            return Err(refused(
                "nothing says which units are neighbours",
                "give ‹weights›, ‹contiguity› with ‹areas›, ‹knn›, ‹distance_band›, or ‹block› with a table",
            ));
        };
        Ok(WeightsRequest {
            weighing: self.weighing.weighing(),
            order: self.weighing.order,
            cumulative: self.weighing.cumulative,
            union: self.weighing.union.clone(),
            intersection: self.weighing.intersection.clone(),
            ..WeightsRequest::new(neighbours)
        })
    }
}

/// One way to say which units are neighbours, written as one word: `queen`, `rook`, `knn=8`, `band=5km`, or a file of
/// weights.
///
/// # Examples
///
/// ```
/// use jiju::measure::NeighbourRule;
/// let rule: NeighbourRule = "band=5000m".parse()?;
/// assert_eq!(rule.to_string(), "band=5km");
/// assert!("knn=many".parse::<NeighbourRule>().is_err());
/// # Ok::<(), jiju::error::ProjectError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum NeighbourRule {
    /// Areas whose boundaries share a point, or a line.
    Contiguity(Contiguity),
    /// So many nearest points, or centroids of areas.
    Nearest(usize),
    /// All points, or centroids of areas, within a distance.
    Within(Distance),
    /// As a file of weights, or weights in memory, say.
    Weights(Origin<Weights>),
}

impl NeighbourRule {
    /// The parameter of [`NeighbourSource`] that says the same, and its value.
    pub(crate) fn parameter(&self) -> (&'static str, Value) {
        match self {
            Self::Contiguity(kind) => ("contiguity", json!(kind)),
            Self::Nearest(count) => ("knn", json!(count)),
            Self::Within(distance) => ("distance_band", json!(distance)),
            Self::Weights(origin) => ("weights", json!(origin)),
        }
    }

    /// The weights, where they are the rule.
    pub(crate) const fn weights(&mut self) -> Option<&mut Origin<Weights>> {
        match self {
            Self::Weights(origin) => Some(origin),
            Self::Contiguity(_) | Self::Nearest(_) | Self::Within(_) => None,
        }
    }
}

impl fmt::Display for NeighbourRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contiguity(kind) => kind.fmt(f),
            Self::Nearest(count) => write!(f, "knn={count}"),
            Self::Within(distance) => write!(f, "band={distance}"),
            Self::Weights(origin) => origin.fmt(f),
        }
    }
}

impl FromStr for NeighbourRule {
    type Err = ProjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |message: String| ProjectError::Options {
            message,
            hint: "give queen, rook, knn=8, band=5km, or a file of weights".to_owned(),
        };
        let text = text.trim();
        if let Some(kind) = Contiguity::ALL.iter().find(|kind| kind.name() == text) {
            return Ok(Self::Contiguity(*kind));
        }
        match text.split_once('=') {
            Some(("knn", count)) => {
                let found = |_| wrong(format!("found `{text}`, expected a number of neighbours, such as knn=8"));
                Ok(Self::Nearest(count.trim().parse().map_err(found)?))
            }
            Some(("band", distance)) => {
                let found = |error: StatsError| wrong(format!("found `{text}`: {error}, such as band=5km"));
                Ok(Self::Within(distance.parse().map_err(found)?))
            }
            _ if text.is_empty() => Err(wrong("found nothing, expected which units are neighbours".to_owned())),
            _ => Ok(Self::Weights(text.into())),
        }
    }
}

impl TryFrom<String> for NeighbourRule {
    type Error = ProjectError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<NeighbourRule> for String {
    fn from(rule: NeighbourRule) -> Self {
        rule.to_string()
    }
}

fn refused(message: &str, hint: &str) -> crate::Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}
