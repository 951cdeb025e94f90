//! Points that were read for a statistic, and how it is held against simulated patterns.

use serde::Serialize;
use serde_json::Value;

use super::{Simulating, Simulations};
use crate::error::{Error, ProjectError, Result};
use crate::measure::outcome::{Outcome, fields};
use crate::measure::windowed::{WindowedFirms, WindowedPoints};
use crate::model::json::json;
use crate::stats::{self, Envelope, GlobalBand, NullModel, Window, envelope};

/// A value at each distance; none where it is undefined.
pub(super) type Curve = Vec<Option<f64>>;

/// Points that were read for a statistic.
pub(super) struct Pattern {
    pub(super) firms: WindowedFirms,
    /// The places looked from.
    pub(super) from: Vec<[f64; 2]>,
    /// The places looked for, where they are of other points.
    to: Option<Vec<[f64; 2]>>,
    /// Whether a sector is named.
    is_labelled: bool,
    notes: Vec<String>,
}

/// A curve held against those of simulated patterns.
pub(super) struct HeldAgainst {
    model: NullModel,
    band: GlobalBand,
    envelope: Envelope,
}

impl Pattern {
    /// Reads points, window, and weights where a column of them is named.
    pub(super) fn read(
        points: &WindowedPoints,
        other: Option<&str>,
        weight: Option<&str>,
        simulations: &Simulations,
    ) -> Result<Self> {
        const FEW: usize = 30;
        stats::check_level(simulations.level)?;
        let (firms, mut notes) = points.read(other, weight)?;
        let selected = |kind: &[bool]| -> Vec<[f64; 2]> {
            firms.at.iter().zip(kind).filter(|(_, is)| **is).map(|(at, _)| *at).collect()
        };
        let (from, to) = (selected(&firms.from), firms.to.as_deref().map(selected));
        if from.len() < FEW {
            notes.push(format!("{} points are few", from.len()));
        }
        Ok(Self { firms, from, to, is_labelled: points.sector.is_some(), notes })
    }

    pub(super) fn window(&self) -> &Window {
        &self.firms.window
    }

    /// The places looked for, where they are of other points.
    pub(super) fn others(&self) -> Option<&[[f64; 2]]> {
        self.to.as_deref()
    }

    fn counts(&self) -> Vec<usize> {
        std::iter::once(self.from.len()).chain(self.to.as_ref().map(Vec::len)).collect()
    }

    /// Holds a curve of the places looked from, and of those looked for, against those of simulated patterns; of nothing where
    /// none are asked for.
    pub(super) fn held_in_window(
        &self,
        simulating: &mut Simulating<'_>,
        observed: &Curve,
        curve: impl Fn(&[[f64; 2]], Option<&[[f64; 2]]>) -> Result<Curve> + Sync,
    ) -> Result<Option<HeldAgainst>> {
        let simulations = simulating.simulations;
        if simulations.simulations == 0 {
            return Ok(None);
        }
        let usual = if self.is_labelled { NullModel::RandomLabelling } else { NullModel::Csr };
        let model = simulations.null.unwrap_or(usual);
        let curves = match model {
            NullModel::Csr => simulating.some_at_a_time(|options| {
                stats::simulated_csr(self.window(), &self.counts(), options, |kinds| {
                    curve(&kinds[0], kinds.get(1).map(Vec::as_slice))
                })
            })?,
            NullModel::RandomLabelling => {
                self.relabelled(simulating, "name a ‹sector› of ‹by›, or give ‹null› csr", |from, to| {
                    let at = |members: &[usize]| members.iter().map(|firm| self.firms.at[*firm]).collect::<Vec<_>>();
                    curve(&at(from), to.map(at).as_deref())
                })?
            }
        };
        let band = simulations.global_band.unwrap_or_default();
        let envelope = envelope(observed, &curves, simulations.level, band);
        Ok(Some(HeldAgainst { model, band, envelope }))
    }

    /// Holds a curve of firms looked from and looked for among all firms against those of random labels; of nothing where none
    /// are asked for.
    pub(super) fn held_among_firms(
        &self,
        simulating: &mut Simulating<'_>,
        (observed, usual): (&Curve, GlobalBand),
        curve: impl Fn(&[bool], Option<&[bool]>) -> Result<Curve> + Sync,
    ) -> Result<Option<HeldAgainst>> {
        let simulations = simulating.simulations;
        if simulations.simulations == 0 {
            return Ok(None);
        }
        if simulations.null == Some(NullModel::Csr) {
            return Err(refused("this statistic is held against all firms", "give ‹null› random-labelling"));
        }
        let curves = self.relabelled(simulating, "name a ‹sector› of ‹by›", |from, to| {
            let kind = |members: &[usize]| {
                let mut kind = vec![false; self.firms.at.len()];
                members.iter().for_each(|firm| kind[*firm] = true);
                kind
            };
            curve(&kind(from), to.map(kind).as_deref())
        })?;
        let band = simulations.global_band.unwrap_or(usual);
        let envelope = envelope(observed, &curves, simulations.level, band);
        Ok(Some(HeldAgainst { model: NullModel::RandomLabelling, band, envelope }))
    }

    /// The curves where labels are given at random, each from a stream of chance of its own; where there are no labels an error
    /// with a hint.
    fn relabelled(
        &self,
        simulating: &mut Simulating<'_>,
        hint: &str,
        curve: impl Fn(&[usize], Option<&[usize]>) -> Result<Curve> + Sync,
    ) -> Result<Vec<Curve>> {
        let (counts, total) = (self.counts(), self.firms.at.len());
        if !self.is_labelled || counts.iter().sum::<usize>() > total {
            return Err(refused("there are no labels to be given at random", hint));
        }
        simulating.some_at_a_time(|options| {
            stats::simulated_labels(total, &counts, options, |kinds| curve(kinds[0], kinds.get(1).copied()))
        })
    }

    /// The outcome: what the points are, what was found of them, and what simulations say.
    pub(super) fn outcome(
        self,
        found: impl Serialize,
        simulations: &Simulations,
        held: Option<HeldAgainst>,
    ) -> Result<Outcome> {
        let mut outcome = Outcome { notes: self.notes, ..Outcome::default() };
        outcome.manifest.insert("grid".to_owned(), json!(self.firms.grid));
        outcome.manifest.insert("seed".to_owned(), json!(simulations.seed));
        let told = &mut outcome.scalars;
        told.insert("n".to_owned(), json!(self.from.len()));
        if let Some(to) = &self.to {
            told.insert("n_other".to_owned(), json!(to.len()));
        }
        told.insert("n_all".to_owned(), json!(self.firms.at.len()));
        told.insert("area_m2".to_owned(), json!(self.firms.window.area_m2()));
        told.extend(fields(found)?);
        if let Some(HeldAgainst { model, band, envelope }) = held {
            let Envelope { lower, upper, global_lower, global_upper, p, .. } = envelope;
            let mut say = |name: &str, value: Value| told.insert(name.to_owned(), value);
            say("lower", json!(lower));
            say("upper", json!(upper));
            say("global_lower", json!(global_lower));
            say("global_upper", json!(global_upper));
            say("p_simulation", json!(p));
            say("simulations", json!(simulations.simulations));
            say("null_model", json!(model));
            say("global_band", json!(band));
            say("level", json!(simulations.level));
            say("seed", json!(simulations.seed));
        }
        Ok(outcome)
    }
}

/// Values that are all known, as a curve.
pub(super) fn known(values: &[f64]) -> Curve {
    values.iter().copied().map(Some).collect()
}

/// The shares of nearest distances within each radius. Of simulated patterns nothing else is needed.
pub(super) fn shares(nearest_m: &[f64], radii_m: &[f64]) -> Curve {
    let shares = stats::shares_within(nearest_m, radii_m);
    shares.map_or_else(|| vec![None; radii_m.len()], |shares| known(&shares))
}

fn refused(message: &str, hint: &str) -> Error {
    ProjectError::Options { message: message.to_owned(), hint: hint.to_owned() }.into()
}
