//! How the points of a table lie in a window.

use polars::prelude::{Column, DataFrame};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::manifest::manifest;
use super::windowed::{WindowedFirms, WindowedPoints, windowed_firms};
use crate::error::{Error, ProjectError, Result};
use crate::stats::{
    self, Alternative, Depth, DurantonOvermanOptions, EdgeCorrection, Envelope, GlobalBand, NullModel,
    PairCorrelationOptions, SimulationOptions, Window, envelope,
};

/// A statistic of points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PatternStatistic {
    /// [`stats::k_function`], K.
    K(EdgeCorrection),
    /// [`stats::k_function`], L.
    L(EdgeCorrection),
    /// [`stats::pair_correlation`].
    PairCorrelation(PairCorrelationOptions),
    /// [`stats::nearest_neighbour_distribution`].
    G,
    /// [`stats::empty_space`] from about so many probes.
    F(usize),
    /// [`stats::clark_evans`].
    ClarkEvans(Alternative),
    /// [`stats::duranton_overman`].
    KDensity {
        /// Whether pairs count by the product of the firms' weights.
        weighted: bool,
        /// The bandwidth; Silverman's rule by default.
        bandwidth_m: Option<f64>,
    },
    /// [`stats::marcon_puech`].
    M,
}

impl PatternStatistic {
    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::K(_) => "k",
            Self::L(_) => "l",
            Self::PairCorrelation(_) => "pcf",
            Self::G => "g",
            Self::F(_) => "f",
            Self::ClarkEvans(_) => "clark-evans",
            Self::KDensity { .. } => "kdensity",
            Self::M => "m",
        }
    }

    const fn definition(self) -> &'static str {
        match self {
            Self::K(_) => "K(r) = |W| / (n (n - 1)) sum_ij e_ij 1[d_ij <= r]",
            Self::L(_) => "L(r) = sqrt(K(r) / pi)",
            Self::PairCorrelation(_) => "g(r) = |W| / (2 pi r n (n - 1)) sum_ij e_ij k_h(r - d_ij)",
            Self::G => "G(r) = share of points with a nearest one within r",
            Self::F(_) => "F(r) = share of probes with a nearest point within r",
            Self::ClarkEvans(_) => "R = mean nearest distance / (sqrt(|W| / n) / 2)",
            Self::KDensity { .. } => {
                "Gaussian kernel density of pair distances, reflected at 0 (Duranton and Overman 2005)"
            }
            Self::M => "M(r) = sum_i local share of the sector / sum_i its share of all (Marcon and Puech 2010)",
        }
    }

    const fn is_against_all_firms(self) -> bool {
        matches!(self, Self::KDensity { .. } | Self::M)
    }
}

/// A pattern to measure.
#[derive(Debug, Clone)]
pub struct PatternRequest {
    /// Which statistic.
    pub statistic: PatternStatistic,
    /// The points and the window.
    pub source: WindowedPoints,
    /// The distances, ascending.
    pub radii_m: Vec<f64>,
    /// The sector whose points are looked for; the same by default.
    pub other: Option<String>,
    /// From where points count as far enough from the boundary.
    pub depth: Depth,
    /// What simulations are of; random labels where a sector is named, else anywhere in the window.
    pub null: Option<NullModel>,
    /// How many.
    pub simulations: usize,
    /// The level of the bands.
    pub level: f64,
    /// The seed of the simulations.
    pub seed: u64,
}

/// A pattern's statistic.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Its fields; those of distances are lists.
    pub fields: Map<String, Value>,
    /// What it was made from.
    pub manifest: Value,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// Measures a pattern.
///
/// # Errors
///
/// What reading and the statistic refuse; a sector that no row has; random labels where no sector is named.
pub fn point_pattern(request: &PatternRequest) -> Result<Pattern> {
    let statistic = request.statistic;
    stats::check_level(request.level)?;
    let (firms, mut notes) = windowed_firms(&request.source, request.other.as_deref())?;
    let mut fields = Map::new();
    let count = |kind: &[bool]| kind.iter().filter(|is| **is).count();
    fields.insert("n".to_owned(), json!(count(&firms.from)));
    if let Some(to) = &firms.to {
        fields.insert("n_other".to_owned(), json!(count(to)));
    }
    fields.insert("n_all".to_owned(), json!(firms.at.len()));
    fields.insert("area_m2".to_owned(), json!(firms.window.area_m2()));
    let selected = |kind: &[bool]| -> Vec<[f64; 2]> {
        firms.at.iter().zip(kind).filter(|(_, is)| **is).map(|(at, _)| *at).collect()
    };
    let (from, to) = (selected(&firms.from), firms.to.as_deref().map(selected));
    if let PatternStatistic::ClarkEvans(alternative) = statistic {
        fields.extend(object(stats::clark_evans(&from, &firms.window, alternative)?)?);
    }
    let observed = match statistic {
        PatternStatistic::ClarkEvans(_) => vec![None],
        _ if statistic.is_against_all_firms() => {
            let (fields_of, observed) = against_all(request, &firms, &firms.from, firms.to.as_deref())?;
            fields.extend(fields_of);
            observed
        }
        _ => {
            let (fields_of, observed) = in_window(request, &firms.window, &from, to.as_deref())?;
            fields.extend(fields_of);
            observed
        }
    };
    let model = request.null.unwrap_or(match (&request.source.sector, statistic.is_against_all_firms()) {
        (None, false) => NullModel::Csr,
        _ => NullModel::RandomLabelling,
    });
    if request.simulations > 0 {
        let simulated = simulated(request, &firms, model)?;
        let observed = match statistic {
            PatternStatistic::ClarkEvans(_) => vec![fields.get("ratio").and_then(Value::as_f64)],
            _ => observed.clone(),
        };
        let global = match statistic {
            PatternStatistic::KDensity { .. } => GlobalBand::Rank,
            _ => GlobalBand::Deviation,
        };
        let Envelope { lower, upper, global_lower, global_upper, p, .. } =
            envelope(&observed, &simulated, request.level, global);
        for (name, band) in
            [("lower", lower), ("upper", upper), ("global_lower", global_lower), ("global_upper", global_upper)]
        {
            fields.insert(name.to_owned(), json!(band));
        }
        fields.insert("p_simulation".to_owned(), json!(p));
        fields.insert("simulations".to_owned(), json!(request.simulations));
        fields.insert("null_model".to_owned(), json!(model));
        fields.insert("level".to_owned(), json!(request.level));
        fields.insert("seed".to_owned(), json!(request.seed));
    }
    const FEW: usize = 30;
    if from.len() < FEW {
        notes.push(format!("{} points are few", from.len()));
    }
    let inputs = request.source.inputs();
    let mut more = Map::new();
    more.insert("seed".to_owned(), json!(request.seed));
    let manifest = manifest(statistic.name(), statistic.definition(), &inputs, more)?;
    Ok(Pattern { fields, manifest, notes })
}

type Curve = Vec<Option<f64>>;

/// A statistic of some points in the window, and the curve that is held against simulations.
fn in_window(
    request: &PatternRequest,
    window: &Window,
    from: &[[f64; 2]],
    to: Option<&[[f64; 2]]>,
) -> Result<(Map<String, Value>, Curve)> {
    let PatternRequest { radii_m, depth, .. } = request;
    let known = |values: &[f64]| values.iter().copied().map(Some).collect();
    match request.statistic {
        PatternStatistic::K(correction) => {
            let found = stats::k_function(from, to, window, radii_m, correction, *depth)?;
            let curve = found.k.clone();
            Ok((object(found)?, curve))
        }
        PatternStatistic::L(correction) => {
            let found = stats::k_function(from, to, window, radii_m, correction, *depth)?;
            let curve = found.l.clone();
            Ok((object(found)?, curve))
        }
        PatternStatistic::PairCorrelation(options) => {
            let found = stats::pair_correlation(from, to, window, radii_m, options)?;
            let curve = found.g.clone();
            Ok((object(found)?, curve))
        }
        PatternStatistic::F(probes) => {
            let found = stats::empty_space(from, &stats::lattice_probes(window, probes)?, window, radii_m, *depth)?;
            let curve = known(&found.raw);
            Ok((object(found)?, curve))
        }
        PatternStatistic::ClarkEvans(alternative) => {
            let found = stats::clark_evans(from, window, alternative)?;
            Ok((Map::new(), vec![Some(found.ratio)]))
        }
        _ => {
            let found = stats::nearest_neighbour_distribution(from, to, window, radii_m, *depth)?;
            let curve = known(&found.raw);
            Ok((object(found)?, curve))
        }
    }
}

/// A statistic of a sector's firms among all.
fn against_all(
    request: &PatternRequest,
    firms: &WindowedFirms,
    from: &[bool],
    to: Option<&[bool]>,
) -> Result<(Map<String, Value>, Curve)> {
    let to = to.unwrap_or(from);
    if let PatternStatistic::KDensity { weighted, bandwidth_m } = request.statistic {
        let options = DurantonOvermanOptions { weighted, bandwidth_m };
        let found = stats::duranton_overman(&firms.at, &firms.weights, from, to, &request.radii_m, options)?;
        let curve = found.density.clone();
        return Ok((object(found)?, curve));
    }
    let m = stats::marcon_puech(&firms.at, &firms.weights, from, to, &request.radii_m)?;
    let mut fields = Map::new();
    fields.insert("radius_m".to_owned(), json!(request.radii_m));
    fields.insert("m".to_owned(), json!(m));
    Ok((fields, m))
}

/// The curves of simulated patterns, each from a stream of chance of its own.
fn simulated(request: &PatternRequest, firms: &WindowedFirms, null: NullModel) -> Result<Vec<Curve>> {
    let count = |kind: &[bool]| kind.iter().filter(|is| **is).count();
    let (n, m) = (count(&firms.from), firms.to.as_deref().map(count));
    let needed = n + m.unwrap_or(0);
    let refused = |message: &str, hint: &str| -> Error {
        ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
    };
    if null == NullModel::RandomLabelling && (needed > firms.at.len() || request.source.sector.is_none()) {
        return Err(refused(
            "there are no labels to be given at random",
            "name a --sector of --by, or take --null csr",
        ));
    }
    if null == NullModel::Csr && request.statistic.is_against_all_firms() {
        return Err(refused("this statistic is held against all firms", "take --null random-labelling"));
    }
    let probes = match request.statistic {
        PatternStatistic::F(probes) => stats::lattice_probes(&firms.window, probes)?,
        _ => Vec::new(),
    };
    // Of nearest distances only what bands are of.
    let curve = |from: &[[f64; 2]], to: Option<&[[f64; 2]]>| -> Result<Curve> {
        let nearest_m = match request.statistic {
            PatternStatistic::F(_) => stats::nearest_distances_m(&probes, Some(from))?,
            PatternStatistic::G => stats::nearest_distances_m(from, to)?,
            _ => return Ok(in_window(request, &firms.window, from, to)?.1),
        };
        let shares = stats::shares_within(&nearest_m, &request.radii_m);
        Ok(shares.map_or_else(|| vec![None; request.radii_m.len()], |shares| shares.into_iter().map(Some).collect()))
    };
    let mut options = SimulationOptions::default();
    (options.simulations, options.seed) = (request.simulations, request.seed);
    let counts: Vec<usize> = std::iter::once(n).chain(m).collect();
    if null == NullModel::Csr {
        return stats::simulated_csr(&firms.window, &counts, options, |kinds| {
            curve(&kinds[0], kinds.get(1).map(Vec::as_slice))
        });
    }
    stats::simulated_labels(firms.at.len(), &counts, options, |kinds| {
        let (from, to) = (kinds[0], kinds.get(1).copied());
        if request.statistic.is_against_all_firms() {
            let kind = |members: &[usize]| {
                let mut kind = vec![false; firms.at.len()];
                members.iter().for_each(|firm| kind[*firm] = true);
                kind
            };
            return Ok(against_all(request, firms, &kind(from), to.map(kind).as_deref())?.1);
        }
        let at = |members: &[usize]| members.iter().map(|firm| firms.at[*firm]).collect::<Vec<_>>();
        curve(&at(from), to.map(at).as_deref())
    })
}

pub(super) fn object(result: impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(result) {
        Ok(Value::Object(fields)) => Ok(fields),
        other => Err(Error::Table { what: "the statistic".to_owned(), message: format!("found {other:?}") }),
    }
}

impl Pattern {
    /// One object.
    #[must_use]
    pub fn json(&self) -> String {
        let mut fields = self.fields.clone();
        fields.insert("manifest".to_owned(), self.manifest.clone());
        format!("{}\n", Value::Object(fields))
    }

    /// A row for each distance; for a single number a row for each field.
    ///
    /// # Errors
    ///
    /// [`Error::Table`], a fault of the program.
    pub fn frame(&self) -> Result<DataFrame> {
        let length = self.fields.get("radius_m").and_then(Value::as_array).map(Vec::len);
        let mut columns: Vec<Column> = Vec::new();
        match length {
            Some(length) => {
                for (name, value) in &self.fields {
                    if let Some(cells) = value.as_array().filter(|cells| cells.len() == length) {
                        let numbers: Vec<Option<f64>> = cells.iter().map(Value::as_f64).collect();
                        columns.push(Column::new(name.as_str().into(), numbers));
                    }
                }
            }
            None => {
                let text = |value: &Value| match value {
                    Value::Null => None,
                    Value::String(text) => Some(text.clone()),
                    other => Some(other.to_string()),
                };
                let names: Vec<&str> = self.fields.keys().map(String::as_str).collect();
                columns.push(Column::new("field".into(), names));
                columns.push(Column::new("value".into(), self.fields.values().map(text).collect::<Vec<_>>()));
            }
        }
        DataFrame::new_infer_height(columns).map_err(Error::table("the statistic"))
    }
}
