//! Which units are neighbours, and what each neighbour weighs: parameters that several operations share.

use std::path::PathBuf;

use super::operation::Input;
use super::weights::{BuiltWeights, Neighbours, Sites, Weighing, WeightsRequest, weights};
use crate::declare::parameters;
use crate::error::{ProjectError, Result};
use crate::join::Contiguity;
use crate::model::{Distance, Weights};
use crate::source::{AreaSource, Origin, PointSource};
use crate::stats::KernelFunction;

/// Which units are neighbours, and what each neighbour weighs. One of `weights`, `contiguity`, `knn`, `distance_band` and
/// `block` says it.
#[parameters]
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

impl Default for NeighbourSource {
    fn default() -> Self {
        Self {
            weights: None,
            contiguity: None,
            knn: None,
            distance_band: None,
            block: None,
            areas: AreaSource::default(),
            snap: None,
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

impl NeighbourSource {
    /// The inputs, for [`Operation::inputs`](super::Operation::inputs).
    pub(crate) fn inputs(&mut self) -> Vec<Input<'_>> {
        let mut inputs: Vec<Input<'_>> = Vec::new();
        inputs.extend(self.weights.as_mut().map(Input::Weights));
        inputs.extend(self.areas.areas.as_mut().map(Input::Areas));
        inputs.extend(self.union.iter_mut().chain(&mut self.intersection).map(Input::File));
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
        weights(&self.request(table, id)?)
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
        let weighing = match (self.inverse_distance, self.kernel) {
            (Some(power), _) => Weighing::InverseDistance(power),
            (None, Some(function)) => Weighing::Kernel(function, self.kernel_bandwidth.map(Distance::metres)),
            (None, None) => Weighing::Equal,
        };
        Ok(WeightsRequest {
            weighing,
            order: self.order,
            cumulative: self.cumulative,
            union: self.union.clone(),
            intersection: self.intersection.clone(),
            ..WeightsRequest::of(neighbours)
        })
    }
}

fn refused(message: &str, hint: &str) -> crate::Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}
