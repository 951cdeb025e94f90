//! The measures of concentration of a trade, each with its interval, its p and its rank among the sectors of the register.

use polars::prelude::DataFrame;

use super::desk::{Desk, Firms, number, row_of, text};
use crate::check::DISTRICT;
use crate::error::Result;
use crate::measure::{Outcome, Per};
use crate::model::Language;

/// From so many standard deviations on γ is taken as more than chance, as Ellison and Glaeser (1997) do.
pub(super) const GAMMA_DEVIATIONS: f64 = 2.0;
/// Ellison and Glaeser (1997) call an industry above it highly concentrated, and below the other not very.
pub(super) const GAMMA_HIGH: f64 = 0.05;
pub(super) const GAMMA_LOW: f64 = 0.02;

/// A measure of concentration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// The location quotient of the district by the number of firms.
    QuotientOfFirms,
    /// The location quotient of the district by the size of plants.
    QuotientOfSize,
    /// Ellison and Glaeser's γ over small areas.
    Gamma,
    /// Ellison and Glaeser's γ over districts.
    GammaOfDistricts,
    /// Maurel and Sédillot's γ over small areas.
    MaurelSedillot,
    /// Gini over small areas, against all sectors.
    Gini,
    /// Duranton and Overman's K-density: Γ where it is localised, −Ψ where it is dispersed.
    KDensity,
    /// Marcon and Puech's M at the radius.
    M,
}

impl Measure {
    pub(super) const ALL: [Self; 8] = [
        Self::QuotientOfFirms,
        Self::QuotientOfSize,
        Self::Gamma,
        Self::GammaOfDistricts,
        Self::MaurelSedillot,
        Self::Gini,
        Self::KDensity,
        Self::M,
    ];

    /// What it is where a sector stands as all firms do; none of Gini, which is above 0 by chance alone.
    pub(super) const fn neutral(self) -> Option<f64> {
        match self {
            Self::QuotientOfFirms | Self::QuotientOfSize | Self::M => Some(1.0),
            Self::Gamma | Self::GammaOfDistricts | Self::MaurelSedillot | Self::KDensity => Some(0.0),
            Self::Gini => None,
        }
    }
}

/// What a measure finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finding {
    /// Concentrated by more than chance.
    Concentrated,
    /// No more than chance can be told from it.
    Neither,
    /// Dispersed by more than chance.
    Dispersed,
}

impl Finding {
    pub(super) fn words(self, language: Language) -> &'static str {
        match self {
            Self::Concentrated => language.pick("集聚", "concentrated"),
            Self::Neither => language.pick("不显著", "not told from chance"),
            Self::Dispersed => language.pick("分散", "dispersed"),
        }
    }

    fn of_interval(ends: Option<(f64, f64)>, neutral: f64) -> Option<Self> {
        let (lower, upper) = ends?;
        Some(if lower > neutral {
            Self::Concentrated
        } else if upper < neutral {
            Self::Dispersed
        } else {
            Self::Neither
        })
    }
}

/// A measure and what it says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) measure: Measure,
    pub(super) value: Option<f64>,
    /// The interval of the value.
    pub(super) interval: Option<(f64, f64)>,
    pub(super) p: Option<f64>,
    /// The rank among the sectors with enough firms, and the number of these that have a value.
    pub(super) rank: Option<(usize, usize)>,
    pub(super) finding: Option<Finding>,
}

impl Measured {
    const fn undefined(measure: Measure) -> Self {
        Self { measure, value: None, interval: None, p: None, rank: None, finding: None }
    }
}

/// The measures of the firms as they are, and the tables they are from.
pub(super) struct Base {
    pub(super) measures: Vec<Measured>,
    /// Firms of the trade with a location.
    pub(super) firms: u64,
    /// Cells of the districts by firms.
    pub(super) cells: DataFrame,
    /// A row for each sector over small areas.
    pub(super) sectors: DataFrame,
    /// A row for each sector with enough firms: the test of its K-density.
    pub(super) tests: DataFrame,
    /// The K-density of each of them at each distance.
    pub(super) curves: DataFrame,
    /// The upper end of the band of M.
    pub(super) m_band: Option<(f64, f64)>,
    /// What is said of the tests as a whole.
    pub(super) said: serde_json::Map<String, serde_json::Value>,
}

/// How much is drawn for a table of firms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// The number of times that firms are drawn again.
    pub(super) resamples: Option<usize>,
    /// The simulations of the K-density; none where it is not measured.
    pub(super) simulations: Option<usize>,
    /// The simulations of M.
    pub(super) of_m: usize,
    /// Whether M is measured.
    pub(super) has_m: bool,
}

/// The simulations of M, whose band needs no more: it is held against none for many tests.
const SIMULATIONS_OF_M: usize = 99;

/// Measures the firms as they are.
pub(super) fn base(desk: &Desk<'_>) -> Result<Base> {
    let effort = Effort { resamples: desk.resamples(), simulations: None, of_m: simulations_of_m(desk), has_m: true };
    let firms = &desk.firms;
    let (mut measures, found) = measured(desk, firms, effort, &|operation| desk.run(operation, &[]), &Desk::run_again)?;
    let tests = desk.run(&desk.localisation(firms, false, desk.request.tests.simulations), &[])?;
    let table = tests.tables.first().map(|table| table.frame.clone()).unwrap_or_default();
    let curves = tests.tables.get(1).map(|table| table.frame.clone()).unwrap_or_default();
    measures.push(density(desk, &table));
    measures.sort_by_key(|one| Measure::ALL.iter().position(|known| *known == one.measure));
    let mut base = Base {
        firms: found.firms,
        measures,
        cells: found.cells,
        sectors: found.sectors,
        tests: table,
        curves,
        m_band: found.m_band,
        said: tests.scalars,
    };
    let ranks: Vec<_> = base.measures.iter().map(|one| rank(desk, &base, one.measure)).collect();
    base.measures.iter_mut().zip(ranks).for_each(|(one, rank)| one.rank = rank);
    Ok(base)
}

pub(super) fn simulations_of_m(desk: &Desk<'_>) -> usize {
    desk.request.tests.simulations.min(SIMULATIONS_OF_M)
}

/// Measures firms that were altered: the trade alone, without what is only of all sectors.
pub(super) fn again(desk: &Desk<'_>, firms: &Firms, effort: Effort) -> Result<Vec<Measured>> {
    let (mut measures, found) = measured(desk, firms, effort, &Desk::run_again, &Desk::run_again)?;
    // Of fewer firms no sector is tested.
    let is_tested = found.firms >= crate::measure::SectorFirms::default().min_sector_firms as u64;
    if let Some(simulations) = effort.simulations.filter(|_| is_tested) {
        let tests = Desk::run_again(&desk.localisation(firms, true, simulations))?;
        measures.push(density(desk, &tests.tables.first().map(|table| table.frame.clone()).unwrap_or_default()));
    }
    measures.sort_by_key(|one| Measure::ALL.iter().position(|known| *known == one.measure));
    Ok(measures)
}

/// What measuring finds beside the measures.
struct Tables {
    firms: u64,
    cells: DataFrame,
    sectors: DataFrame,
    m_band: Option<(f64, f64)>,
}

type Run<'a, O> = &'a dyn Fn(&O) -> Result<Outcome>;

/// All measures but the K-density.
fn measured(
    desk: &Desk<'_>,
    firms: &Firms,
    effort: Effort,
    run: Run<'_, crate::measure::Concentration>,
    run_m: Run<'_, crate::measure::MarconPuech>,
) -> Result<(Vec<Measured>, Tables)> {
    let weight = desk.weight.as_deref();
    let frame = |layer: &str, weight: Option<&str>, per: Per, draws: Option<usize>| -> Result<DataFrame> {
        let mut asked = desk.concentration(firms, layer, weight, per);
        asked.draws = draws;
        run(&asked)?.frame()
    };
    let cells = frame(DISTRICT, None, Per::Cell, None)?;
    let by_size = match weight {
        Some(_) => Some(frame(DISTRICT, weight, Per::Cell, effort.resamples)?),
        None => None,
    };
    let sectors = frame(&desk.layer, weight, Per::Sector, effort.resamples)?;
    let of_districts = match desk.layer == DISTRICT {
        true => None,
        false => Some(frame(DISTRICT, weight, Per::Sector, effort.resamples)?),
    };
    let firms_of_trade =
        row_of(&cells, &[("sector", &desk.trade.sector)]).map_or(0.0, |_| total(&cells, &desk.trade.sector));
    let mut all = vec![
        quotient(desk, &cells, Measure::QuotientOfFirms, ("location_quotient_lower", "location_quotient_upper")),
        match &by_size {
            Some(frame) => quotient(desk, frame, Measure::QuotientOfSize, ("bootstrap_lower", "bootstrap_upper")),
            None => Measured::undefined(Measure::QuotientOfSize),
        },
        of_sector(desk, &sectors, Measure::Gamma),
        match &of_districts {
            Some(frame) => of_sector(desk, frame, Measure::GammaOfDistricts),
            None => Measured::undefined(Measure::GammaOfDistricts),
        },
        of_sector(desk, &sectors, Measure::MaurelSedillot),
        of_sector(desk, &sectors, Measure::Gini),
    ];
    let mut m_band = None;
    // Of one firm there is no other to be near.
    if effort.has_m && firms_of_trade >= 2.0 {
        let mut asked = desk.m(firms, effort.of_m);
        asked.draws = effort.resamples;
        let found = run_m(&asked)?;
        let (m, band) = of_m(&found);
        m_band = band;
        all.push(m);
    } else {
        all.push(Measured::undefined(Measure::M));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of firms")]
    let firms = firms_of_trade as u64;
    Ok((all, Tables { firms, cells, sectors, m_band }))
}

/// The amount of a sector in all areas.
pub(super) fn total(cells: &DataFrame, sector: &str) -> f64 {
    let own = |row: &usize| text(cells, *row, "sector").as_deref() == Some(sector);
    (0..cells.height()).filter(own).filter_map(|row| number(cells, row, "count")).sum()
}

/// The quotient of the trade in the district.
fn quotient(desk: &Desk<'_>, cells: &DataFrame, measure: Measure, (lower, upper): (&str, &str)) -> Measured {
    let Some(row) = row_of(cells, &[("area", desk.district()), ("sector", &desk.trade.sector)]) else {
        return Measured::undefined(measure);
    };
    let cell = |name: &str| number(cells, row, name);
    let interval = cell(lower).zip(cell(upper));
    Measured {
        value: cell("location_quotient"),
        interval,
        finding: Finding::of_interval(interval, 1.0),
        ..Measured::undefined(measure)
    }
}

/// What a table with a row for each sector says of the trade.
fn of_sector(desk: &Desk<'_>, sectors: &DataFrame, measure: Measure) -> Measured {
    let Some(row) = row_of(sectors, &[("sector", &desk.trade.sector)]) else { return Measured::undefined(measure) };
    let cell = |name: &str| number(sectors, row, name);
    let undefined = Measured::undefined(measure);
    match measure {
        Measure::Gamma | Measure::GammaOfDistricts => Measured {
            value: cell("gamma"),
            interval: cell("gamma_lower").zip(cell("gamma_upper")),
            finding: cell("gamma").and(cell("z")).map(|z| match z {
                z if z > GAMMA_DEVIATIONS => Finding::Concentrated,
                z if z < -GAMMA_DEVIATIONS => Finding::Dispersed,
                _ => Finding::Neither,
            }),
            ..undefined
        },
        Measure::MaurelSedillot => Measured { value: cell("maurel_sedillot"), ..undefined },
        Measure::Gini => Measured { value: cell("gini"), ..undefined },
        _ => undefined,
    }
}

/// What the tests of K-densities say of the trade.
fn density(desk: &Desk<'_>, tests: &DataFrame) -> Measured {
    let undefined = Measured::undefined(Measure::KDensity);
    let Some(row) = row_of(tests, &[("sector", &desk.trade.sector)]) else { return undefined };
    let cell = |name: &str| number(tests, row, name);
    let finding = match text(tests, row, "pattern").as_deref() {
        Some("localised") => Some((Finding::Concentrated, "p_localised_adjusted")),
        Some("dispersed") => Some((Finding::Dispersed, "p_dispersed_adjusted")),
        Some(_) => Some((Finding::Neither, "p_localised_adjusted")),
        None => None,
    };
    let p = finding.and_then(|(_, column)| cell(column));
    // A curve that leaves its band counts where it does so by the level that the number of tests leaves.
    let is_told = p.is_some_and(|p| p <= desk.request.tests.level);
    let finding = finding.map(|(finding, _)| if is_told { finding } else { Finding::Neither });
    Measured { value: index(cell("gamma"), cell("psi")), p, finding, ..undefined }
}

/// Γ, or −Ψ where that is not 0.
fn index(gamma: Option<f64>, psi: Option<f64>) -> Option<f64> {
    let (gamma, psi) = (gamma?, psi?);
    Some(if gamma > 0.0 {
        gamma
    } else if psi > 0.0 {
        -psi
    } else {
        0.0
    })
}

/// M at the radius, and the band of random labels.
fn of_m(found: &Outcome) -> (Measured, Option<(f64, f64)>) {
    let frame = found.tables.first().map(|table| table.frame.clone()).unwrap_or_default();
    let cell = |name: &str| number(&frame, 0, name);
    let value = cell("m");
    let band = cell("global_lower").zip(cell("global_upper"));
    let finding = value.zip(band).map(|(value, (lower, upper))| match value {
        value if value > upper => Finding::Concentrated,
        value if value < lower => Finding::Dispersed,
        _ => Finding::Neither,
    });
    let p = found.scalars.get("p_simulation").and_then(serde_json::Value::as_f64);
    let interval = cell("bootstrap_lower").zip(cell("bootstrap_upper"));
    (Measured { value, interval, p, finding, ..Measured::undefined(Measure::M) }, band)
}

/// The ids of the sectors that are compared: those with enough firms for a test of their K-density.
pub(super) fn compared(base: &Base) -> Vec<String> {
    (0..base.tests.height()).filter_map(|row| text(&base.tests, row, "sector")).collect()
}

/// What a measure is of each sector that is compared; none of a measure that is only of the trade.
pub(super) fn of_sectors(desk: &Desk<'_>, base: &Base, measure: Measure) -> Vec<(String, f64)> {
    let value = |sector: &str| -> Option<f64> {
        match measure {
            Measure::QuotientOfFirms => {
                let row = row_of(&base.cells, &[("area", desk.district()), ("sector", sector)])?;
                number(&base.cells, row, "location_quotient")
            }
            Measure::Gamma | Measure::MaurelSedillot | Measure::Gini => {
                let row = row_of(&base.sectors, &[("sector", sector)])?;
                let name = match measure {
                    Measure::Gamma => "gamma",
                    Measure::MaurelSedillot => "maurel_sedillot",
                    _ => "gini",
                };
                number(&base.sectors, row, name)
            }
            Measure::KDensity => {
                let row = row_of(&base.tests, &[("sector", sector)])?;
                index(number(&base.tests, row, "gamma"), number(&base.tests, row, "psi"))
            }
            Measure::QuotientOfSize | Measure::GammaOfDistricts | Measure::M => None,
        }
    };
    compared(base).into_iter().filter_map(|sector| value(&sector).map(|value| (sector, value))).collect()
}

fn rank(desk: &Desk<'_>, base: &Base, measure: Measure) -> Option<(usize, usize)> {
    let all = of_sectors(desk, base, measure);
    let (_, own) = all.iter().find(|(sector, _)| *sector == desk.trade.sector)?;
    Some((1 + all.iter().filter(|(_, value)| value > own).count(), all.len()))
}
