//! How the points of a table lie in a window.

use polars::prelude::{Column, DataFrame};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::manifest::manifest;
use super::windowed::{WindowedFirms, WindowedPoints, windowed_firms};
use crate::error::{Error, ProjectError, Result, StatsError};
use crate::stats::{
    self, Alternative, Depth, DurantonOvermanOptions, EdgeCorrection, Envelope, GlobalBand, PairCorrelationOptions,
    Window, envelope,
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

/// What simulations hold a pattern against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NullModel {
    /// As many points anywhere in the window (complete spatial randomness).
    Csr,
    /// As many of all points of the table, whatever their sector.
    RandomLabelling,
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
    level(request.level)?;
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
            let found = stats::empty_space(from, &probes_of(window, probes)?, window, radii_m, *depth)?;
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
    let triangles = if null == NullModel::Csr { triangles(&firms.window) } else { Vec::new() };
    let probes = match request.statistic {
        PatternStatistic::F(probes) => probes_of(&firms.window, probes)?,
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
    let one = |number: usize| -> Result<Curve> {
        let mut generator = ChaCha8Rng::seed_from_u64(request.seed);
        generator.set_stream(number as u64);
        if null == NullModel::Csr {
            let mut anywhere = |count: usize| anywhere(&mut generator, &triangles, count);
            let from = anywhere(n);
            let to = m.map(anywhere);
            return curve(&from, to.as_deref());
        }
        // The first of a random order.
        let mut order: Vec<usize> = (0..firms.at.len()).collect();
        for place in 0..needed {
            let other = place + (generator.random::<f64>() * (order.len() - place) as f64) as usize;
            order.swap(place, other.min(firms.at.len() - 1));
        }
        let (from, to) = order[..needed].split_at(n);
        if request.statistic.is_against_all_firms() {
            let kind = |members: &[usize]| {
                let mut kind = vec![false; firms.at.len()];
                members.iter().for_each(|firm| kind[*firm] = true);
                kind
            };
            let to = m.map(|_| kind(to));
            return Ok(against_all(request, firms, &kind(from), to.as_deref())?.1);
        }
        let at = |members: &[usize]| members.iter().map(|firm| firms.at[*firm]).collect::<Vec<_>>();
        let to = m.map(|_| at(to));
        curve(&at(from), to.as_deref())
    };
    (0..request.simulations).into_par_iter().map(one).collect()
}

/// The triangles of a window, each with the share of the window up to it and with it.
fn triangles(window: &Window) -> Vec<(f64, [[f64; 2]; 3])> {
    let corners = |triangle: geo::Triangle| triangle.to_array().map(|at| [at.x, at.y]);
    let parts = window.geometry().iter().flat_map(geo::TriangulateEarcut::earcut_triangles_iter).map(corners);
    let mut sum = 0.0;
    let mut triangles: Vec<_> = parts
        .map(|[a, b, c]| {
            sum += ((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).abs();
            (sum, [a, b, c])
        })
        .collect();
    triangles.iter_mut().for_each(|(share, _)| *share /= sum);
    triangles
}

/// Points anywhere in the window: in a triangle as often as it is large, and evenly in it.
fn anywhere(generator: &mut ChaCha8Rng, triangles: &[(f64, [[f64; 2]; 3])], count: usize) -> Vec<[f64; 2]> {
    let mut one = || {
        let [which, mut u, mut v] = [0; 3].map(|_| generator.random::<f64>());
        let place = triangles.partition_point(|(share, _)| *share <= which).min(triangles.len().saturating_sub(1));
        let (_, [a, b, c]) = triangles.get(place)?;
        if u + v > 1.0 {
            (u, v) = (1.0 - u, 1.0 - v);
        }
        Some([0, 1].map(|axis| a[axis] + u * (b[axis] - a[axis]) + v * (c[axis] - a[axis])))
    };
    (0..count).filter_map(|_| one()).collect()
}

/// Refuses the level of bands that none can have.
fn level(level: f64) -> Result<(), StatsError> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    let (found, expected) = (level.to_string(), "a number between 0 and 1".to_owned());
    Err(StatsError::Option { statistic: "the point pattern", option: "the level", found, expected })
}

/// About so many places of a square lattice in the window.
fn probes_of(window: &Window, count: usize) -> Result<Vec<[f64; 2]>> {
    const MOST: usize = 1 << 22;
    if !(1..=MOST).contains(&count) {
        let (found, expected) = (count.to_string(), "1 to 4,194,304".to_owned());
        return Err(StatsError::Option { statistic: "F", option: "the number of probes", found, expected }.into());
    }
    let [lower, upper] = window.corners();
    let step = (window.area_m2() / count as f64).sqrt();
    let along = |axis: usize| ((upper[axis] - lower[axis]) / step).ceil() as usize;
    let places = (0..along(1)).flat_map(|row| (0..along(0)).map(move |column| [column, row]));
    let at = |place: [usize; 2]| [0, 1].map(|axis| lower[axis] + (place[axis] as f64 + 0.5) * step);
    Ok(places.map(at).filter(|at| window.holds(*at)).collect())
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

/// Radii at equal steps from 0 to a greatest one.
///
/// # Errors
///
/// No step; a greatest radius that is not above 0.
pub fn even_radii_m(greatest_m: f64, steps: usize) -> Result<Vec<f64>> {
    const MOST: usize = 100_000;
    if !(greatest_m > 0.0 && (1..=MOST).contains(&steps)) {
        let found = format!("{steps} steps to {greatest_m} m");
        let expected = "1 to 100,000 steps to more than 0 m".to_owned();
        return Err(StatsError::Option { statistic: "the point pattern", option: "the radii", found, expected }.into());
    }
    Ok((0..=steps).map(|step| greatest_m * step as f64 / steps as f64).collect())
}

#[cfg(test)]
mod tests {
    use geo::{LineString, MultiPolygon, Polygon};

    use super::*;

    #[test]
    fn points_fall_evenly_into_a_window_that_is_a_sliver_of_its_box() {
        // A thin diagonal strip with a hole, and a square far away.
        let ring = |corners: &[(f64, f64)]| LineString::from(corners.to_vec());
        let strip = Polygon::new(
            ring(&[(0.0, 0.0), (1000.0, 999.0), (1000.0, 1000.0), (0.0, 1.0)]),
            vec![ring(&[(400.0, 399.9), (400.0, 400.3), (600.0, 600.1), (600.0, 599.7)])],
        );
        let square = Polygon::new(ring(&[(2000.0, 0.0), (2020.0, 0.0), (2020.0, 10.0), (2000.0, 10.0)]), Vec::new());
        let window = Window::new(MultiPolygon(vec![strip, square])).unwrap();
        let mut generator = ChaCha8Rng::seed_from_u64(1);
        let found = anywhere(&mut generator, &triangles(&window), 100_000);
        assert_eq!(found.len(), 100_000);
        // On an edge rounding may take a point to either side.
        let outside = found.iter().filter(|at| !window.holds(**at) && window.distance_to_boundary_m(**at) > 1e-9);
        assert_eq!(outside.count(), 0);
        let share = |is: &dyn Fn(&[f64; 2]) -> bool| found.iter().filter(|at| is(at)).count() as f64 / 100_000.0;
        let area = window.area_m2();
        let near = |found: f64, expected: f64| (found - expected).abs() < 4.0 * (expected / 100_000.0).sqrt();
        assert!(near(share(&|at| at[0] > 1500.0), 200.0 / area), "{}", share(&|at| at[0] > 1500.0));
        for quarter in 0..4 {
            let [west, east] = [0.0, 250.0].map(|more| f64::from(quarter) * 250.0 + more);
            let hole = 0.4 * (east.min(600.0) - west.max(400.0)).max(0.0);
            let found = share(&|at| at[0] >= west && at[0] < east);
            assert!(near(found, (250.0 - hole) / area), "{found}");
        }
    }
}
