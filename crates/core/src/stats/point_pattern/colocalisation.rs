#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "numbers of firms and of steps; a position below the length of a list"
)]

use rand::RngExt as _;
use rayon::prelude::*;

use super::distance_counts::DistanceCounts;
use super::localisation::{
    LocalisationOptions, Localisations, MOST_EXACT, Observed, adjust, density_of, held_against, reach_m, refuse, steps,
};
use super::simulation::stream;
use super::{DurantonOvermanOptions, duranton_overman};
use crate::error::{Result, StatsError};
use crate::model::named;

named! {
    "places that are drawn from";

    /// The places among which the firms of two sectors are drawn.
    #[derive(Default)]
    pub enum DrawnFrom {
        /// All firms: two sectors are near each other also where both stand in the same towns, each for reasons of its own (joint
        /// localisation).
        #[default]
        All,
        /// The places of the two sectors themselves: who stands at which is drawn, so that only what is between them tells
        /// (colocalisation).
        Pair,
    }
}

/// Duranton and Overman's test of pairs of sectors: the K-density of the distances between the firms of one and those of another, held
/// against draws of as many firms of each.
///
/// The results come in the order of the pairs; their fields are those of [`localisation`](super::localisation()), read as of a pair: Γ above 0
/// says that the two are nearer to each other than chance has them, Ψ that they keep apart. With [`DrawnFrom::All`] chance
/// places both anywhere among all firms; with [`DrawnFrom::Pair`] among their own places.
///
/// `sectors` holds the sector of each firm from 0 on, below `count`. A pair of a sector with itself is refused: that is `localisation`. Distances
/// are computed and rounded as there; the density of a pair itself is exact up to 2²⁰ distances.
///
/// # Units
///
/// Metres; densities per metre; Γ and Ψ have none.
///
/// # Undefined
///
/// As in [`localisation`](super::localisation()); everything of a pair with a sector of no firms.
///
/// # Errors
///
/// Those of [`localisation`](super::localisation()); a pair of a sector with itself, or beyond the count.
///
/// # Examples
///
/// Ten firms of each of two sectors stand in a corner of a lattice of a hundred others. They are near each other, and no nearer than
/// firms of their own places are:
///
/// ```
/// use jiju_core::stats::{DrawnFrom, LocalisationOptions, colocalisation, even_radii_m};
///
/// let lattice = (0..100).map(|at| [f64::from(at % 10) * 1000.0, f64::from(at / 10) * 1000.0]);
/// let corner = (0..20).map(|at| [f64::from(at * 17 % 20) * 50.0, f64::from(at * 6 % 19) * 50.0]);
/// let firms: Vec<[f64; 2]> = lattice.chain(corner).collect();
/// let sectors: Vec<Option<usize>> = (0..120).map(|firm| (firm >= 100).then_some(firm % 2)).collect();
/// let radii = even_radii_m(5000.0, 10)?;
/// let p = |from| -> Result<Option<f64>, jiju_core::Error> {
///     let options = LocalisationOptions::default();
///     let found = colocalisation(&firms, &[1.0; 120], &sectors, 2, &[(0, 1)], from, &radii, options, &mut |_| {})?;
///     Ok(found.sectors[0].p_localised)
/// };
/// assert!(p(DrawnFrom::All)? < Some(0.05));
/// assert!(p(DrawnFrom::Pair)? > Some(0.05));
/// # Ok::<(), jiju_core::Error>(())
/// ```
///
/// # References
///
/// G. Duranton, H. G. Overman, Exploring the detailed location patterns of UK manufacturing industries using microgeographic data, Journal of
/// Regional Science 48, 2008.
#[expect(clippy::too_many_arguments, reason = "the firms, their sectors, which pairs, and how")]
pub fn colocalisation(
    points: &[[f64; 2]],
    weights: &[f64],
    sectors: &[Option<usize>],
    count: usize,
    pairs: &[(usize, usize)],
    drawn_from: DrawnFrom,
    radii_m: &[f64],
    options: LocalisationOptions,
    progress: &mut dyn FnMut(u64),
) -> Result<Localisations> {
    refuse(points, weights, sectors, count, radii_m, options)?;
    if let Some((one, other)) = pairs.iter().find(|(one, other)| one == other || *one.max(other) >= count) {
        let (found, expected) = (format!("{one} and {other}"), format!("two of the {count} sectors"));
        let option = "a pair of sectors";
        return Err(StatsError::Option { statistic: "the colocalisation of sectors", option, found, expected }.into());
    }
    let mut members = vec![Vec::new(); count];
    for (firm, sector) in (0_u32..).zip(sectors) {
        if let Some(sector) = sector {
            members[*sector].push(firm);
        }
    }
    let frame = Frame {
        points,
        weights,
        radii_m,
        options,
        reach_m: reach_m(radii_m, options),
        corners: DistanceCounts::corners(points),
    };
    let observed: Vec<Observed> =
        pairs.par_iter().map(|(one, other)| frame.observed(&members[*one], &members[*other])).collect::<Result<_>>()?;
    let steps = steps(&observed, frame.reach_m);
    let simulated = options.simulations.simulations > 0;
    let rounding_m = simulated.then(|| frame.reach_m / steps as f64);
    let everyone: Vec<u32> = (0..points.len() as u32).collect();
    let mut found = Vec::with_capacity(pairs.len());
    for ((one, other), observed) in pairs.iter().zip(observed) {
        let own: [&[u32]; 2] = [&members[*one], &members[*other]];
        let both;
        let pool = match drawn_from {
            DrawnFrom::All => &everyone,
            DrawnFrom::Pair => {
                both = own.concat();
                &both
            }
        };
        let curves = frame.drawn(pool, own.map(<[u32]>::len), steps, observed.bandwidth_m);
        let rounded = match (rounding_m, observed.bandwidth_m) {
            (Some(_), Some(_)) => {
                let mut counted = DistanceCounts::new(frame.corners, frame.reach_m, steps);
                frame.crossed(&mut counted, &own.concat(), own[0].len(), steps, observed.bandwidth_m).density
            }
            _ => Vec::new(),
        };
        found.push(held_against(observed, &rounded, own[0].len(), &curves, radii_m, options.level, rounding_m));
        progress(found.len() as u64);
    }
    adjust(&mut found, options.adjustment);
    Ok(Localisations { radius_m: radii_m.to_vec(), sectors: found, rounding_m })
}

/// The firms, and how they are looked at.
struct Frame<'a> {
    points: &'a [[f64; 2]],
    weights: &'a [f64],
    radii_m: &'a [f64],
    options: LocalisationOptions,
    reach_m: f64,
    corners: [[f64; 2]; 2],
}

impl Frame<'_> {
    /// The density of the distances between two sectors as they are.
    fn observed(&self, one: &[u32], other: &[u32]) -> Result<Observed> {
        const STEPS: usize = 1 << 16;
        let both = [one, other].concat();
        if one.len().saturating_mul(other.len()) > MOST_EXACT {
            let mut counted = DistanceCounts::new(self.corners, self.reach_m, STEPS);
            return Ok(self.crossed(&mut counted, &both, one.len(), STEPS, None));
        }
        let points: Vec<[f64; 2]> = both.iter().map(|firm| self.points[*firm as usize]).collect();
        let weights: Vec<f64> = both.iter().map(|firm| self.weights[*firm as usize]).collect();
        let kind = |is_first: bool| -> Vec<bool> { (0..both.len()).map(|at| (at < one.len()) == is_first).collect() };
        let exact = DurantonOvermanOptions::default()
            .with_weighted(self.options.weighted)
            .with_bandwidth_m(self.options.bandwidth_m);
        let found = duranton_overman(&points, &weights, &kind(true), &kind(false), self.radii_m, exact)?;
        Ok(Observed { density: found.density, bandwidth_m: found.bandwidth_m })
    }

    /// The density of the distances between the first so many of some firms and the others.
    fn crossed(
        &self,
        counted: &mut DistanceCounts,
        order: &[u32],
        first: usize,
        steps: usize,
        otherwise_m: Option<f64>,
    ) -> Observed {
        counted.take(self.points, order, self.options.weighted.then_some(self.weights));
        counted.cross(first);
        let sum = |firms: &[u32]| -> f64 {
            let weight = |firm: &u32| if self.options.weighted { self.weights[*firm as usize] } else { 1.0 };
            firms.iter().map(weight).sum()
        };
        let all = sum(&order[..first]) * sum(&order[first..]);
        density_of(counted, self.reach_m / steps as f64, all, self.radii_m, self.options, otherwise_m)
    }

    /// The curves of draws of so many firms of each of two sectors.
    fn drawn(
        &self,
        pool: &[u32],
        [one, other]: [usize; 2],
        steps: usize,
        otherwise_m: Option<f64>,
    ) -> Vec<Vec<Option<f64>>> {
        let working = || (DistanceCounts::new(self.corners, self.reach_m, steps), Vec::with_capacity(pool.len()));
        let draw = |(counted, order): &mut (DistanceCounts, Vec<u32>), number: usize| {
            let mut generator = stream(self.options.simulations.seed, number);
            order.clear();
            order.extend_from_slice(pool);
            for place in 0..one + other {
                let other = place + (generator.random::<f64>() * (pool.len() - place) as f64) as usize;
                order.swap(place, other.min(pool.len() - 1));
            }
            self.crossed(counted, &order[..one + other], one, steps, otherwise_m).density
        };
        (0..self.options.simulations.simulations).into_par_iter().map_init(working, draw).collect()
    }
}
