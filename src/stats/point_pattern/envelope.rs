use serde::Serialize;

/// What simulations leave of a function of distance.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Envelope {
    /// Of so many simulations.
    pub simulations: usize,
    /// The level of the bands.
    pub level: f64,
    /// Below, at each distance by itself.
    pub lower: Vec<Option<f64>>,
    /// Above, at each distance by itself.
    pub upper: Vec<Option<f64>>,
    /// Below everywhere at once.
    pub global_lower: Vec<Option<f64>>,
    /// Above everywhere at once.
    pub global_upper: Vec<Option<f64>>,
    /// (M + 1) / (R + 1) of the greatest deviation from the mean of the simulations.
    pub p: Option<f64>,
}

/// Bands of simulated functions of distance: at each distance by itself between the quantiles of level / 2, and everywhere at
/// once within the greatest deviation from the simulations' mean that a share `level` of simulations exceeds.
///
/// # Undefined
///
/// At distances where what was found, or a simulation, is not defined; p and bands without simulations.
///
/// # References
///
/// G. Duranton, H. G. Overman, Testing for localization using micro-geographic data, Review of Economic Studies 72, 2005; A.
/// Baddeley et al., On tests of spatial pattern based on simulation envelopes, Ecological Monographs 84, 2014.
#[must_use]
pub fn envelope(found: &[Option<f64>], simulated: &[Vec<Option<f64>>], level: f64) -> Envelope {
    let count = simulated.len();
    let places = found.len();
    let known: Vec<Option<Vec<f64>>> = (0..places)
        .map(|place| {
            let mut values = simulated.iter().map(|one| one[place]).collect::<Option<Vec<f64>>>()?;
            values.sort_by(f64::total_cmp);
            (!values.is_empty()).then_some(values)
        })
        .collect();
    let mean = |place: usize| known[place].as_ref().map(|values| values.iter().sum::<f64>() / count as f64);
    let means: Vec<Option<f64>> = (0..places).map(mean).collect();
    // So many of the lowest, and of the highest, lie outside.
    let outside = ((count + 1) as f64 * level / 2.0).floor() as usize;
    let rank = outside.max(1) - 1;
    let greatest = |values: &[Option<f64>]| -> f64 {
        let deviation = |place: usize| Some((values[place]? - means[place]?).abs());
        (0..places).filter_map(deviation).fold(0.0, f64::max)
    };
    let mut deviations: Vec<f64> = simulated.iter().map(|one| greatest(one)).collect();
    deviations.sort_by(|one, other| other.total_cmp(one));
    let own = greatest(found);
    let as_great = deviations.iter().filter(|other| **other >= own * (1.0 - 1e-12)).count();
    let allowed = (((count + 1) as f64 * level).floor() as usize).max(1) - 1;
    let band = |sign: f64| -> Vec<Option<f64>> {
        means.iter().map(|mean| Some((*mean)? + sign * deviations.get(allowed)?)).collect()
    };
    Envelope {
        simulations: count,
        level,
        lower: known.iter().map(|values| values.as_ref().and_then(|values| values.get(rank).copied())).collect(),
        upper: known
            .iter()
            .map(|values| values.as_ref().and_then(|values| values.get(count.checked_sub(1 + rank)?).copied()))
            .collect(),
        global_lower: band(-1.0),
        global_upper: band(1.0),
        p: (count > 0).then(|| (as_great + 1) as f64 / (count + 1) as f64),
    }
}
