use chrono::{Days, NaiveDate};
use statrs::distribution::{DiscreteCDF as _, NegativeBinomial};

/// Fewer whole weeks than this say nothing of how evenly firms are accepted.
const LEAST_WEEKS: u32 = 4;
/// A pace of weeks says nothing of what lies farther off.
const MOST_DAYS: i64 = 366;

/// How far a forecast looks back, and how sure its band is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastOptions {
    /// How many whole weeks up to the as-of date are taken as the pace; fewer where the work is younger.
    pub weeks: u32,
    /// The probability that the count of a day lies in the band, if the pace stays as it was.
    pub confidence: f64,
}

impl Default for ForecastOptions {
    fn default() -> Self {
        Self { weeks: 8, confidence: 0.8 }
    }
}

/// Firms accepted by the days to come, if the pace of the last weeks stays.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// How many weeks the pace was taken from.
    pub weeks: u32,
    /// Firms accepted in these weeks.
    pub accepted_in_weeks: u64,
    /// How unevenly: φ, 1 where weeks differ no more than chance makes them.
    pub dispersion: f64,
    /// As in the options.
    pub confidence: f64,
    /// How likely the quota is met by the last day.
    pub met_probability: f64,
    /// Every day from the one after the as-of date to the deadline.
    pub days: Vec<ForecastDay>,
}

/// A day to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastDay {
    /// The day.
    pub day: NaiveDate,
    /// Firms accepted by then, on the straight line of the last weeks.
    pub expected: f64,
    /// The lower end of the band.
    pub lower: u64,
    /// Its upper end.
    pub upper: u64,
}

/// Firms accepted by each day to the deadline, if the pace of the last weeks stays.
///
/// With N firms accepted in the last k weeks, t = 7k days, the number Y of the next h days has the mean μ = N h / t and the
/// variance φ μ (1 + h / t): what chance makes of the days to come, and what it made of the rate that was seen. φ = max(1, s² / x̄)
/// is the dispersion of the weekly counts, since reviews come in bundles. Y is taken as negative binomial with these two moments
/// (size μ / (φ (1 + h / t) − 1)); with φ = 1 that is Y given N of a Poisson process whose rate nothing else is known of. The
/// band runs between its (1 ∓ confidence) / 2 quantiles.
///
/// It knows of no final spurt, no holidays, and no firms that run out: it says where things lead if nobody does anything else.
///
/// # Units
///
/// `accepted` holds the firms accepted up to and including each day, in the order of the days.
///
/// # Undefined
///
/// None where fewer than four whole weeks lie between start and as-of date, no firm was accepted in those looked at, the
/// deadline is not after the as-of date or more than 366 days off, or the confidence is not between 0 and 1.
///
/// # Examples
///
/// Seven firms a week, every week alike, and four weeks to go: 28 more are expected.
///
/// ```
/// use jiju::progress::{ForecastOptions, forecast};
/// let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// let days = day("2020-06-01").iter_days().take(56);
/// let accepted: Vec<_> = days.zip(1..).collect();
/// let (start, as_of, deadline) = (day("2020-05-31"), day("2020-07-26"), day("2020-08-23"));
/// let found = forecast(&accepted, start, as_of, (deadline, 84), ForecastOptions::default()).unwrap();
/// let last = found.days.last().unwrap();
/// assert_eq!((found.accepted_in_weeks, found.dispersion, last.expected), (56, 1.0, 84.0));
/// assert!(last.lower < 84 && 84 < last.upper && last.lower > 56);
/// ```
///
/// # References
///
/// W. Nelson, Applied Life Data Analysis, 1982 (prediction of a Poisson count); P. McCullagh, J. A. Nelder, Generalized Linear
/// Models, 1989 (dispersion).
#[must_use]
pub fn forecast(
    accepted: &[(NaiveDate, u64)],
    start: NaiveDate,
    as_of: NaiveDate,
    (deadline, quota): (NaiveDate, u64),
    options: ForecastOptions,
) -> Option<Forecast> {
    let ForecastOptions { weeks, confidence } = options;
    let ahead = (deadline - as_of).num_days();
    let weeks = weeks.min(u32::try_from((as_of - start).num_days() / 7).ok()?);
    if weeks < LEAST_WEEKS || !(1..=MOST_DAYS).contains(&ahead) || !(confidence > 0.0 && confidence < 1.0) {
        return None;
    }
    let by =
        |day: NaiveDate| accepted.iter().take_while(|(known, _)| *known <= day).last().map_or(0, |(_, firms)| *firms);
    let ends: Vec<u64> = (0..=weeks)
        .map(|back| as_of.checked_sub_days(Days::new(7 * u64::from(back))).map(by))
        .collect::<Option<_>>()?;
    let counts: Vec<f64> = ends.windows(2).map(|pair| pair[0].saturating_sub(pair[1]) as f64).collect();
    let (now, in_weeks) = (ends[0], ends[0].saturating_sub(ends[weeks as usize]));
    if in_weeks == 0 {
        return None;
    }
    let (k, all) = (f64::from(weeks), in_weeks as f64);
    let mean = all / k;
    let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / (k - 1.0);
    let dispersion = (variance / mean).max(1.0);
    let to_come = |days: f64| -> Option<(f64, NegativeBinomial)> {
        let part = days / (7.0 * k);
        let expected = all * part;
        let size = expected / (dispersion * (1.0 + part) - 1.0);
        Some((expected, NegativeBinomial::new(size, size / (size + expected)).ok()?))
    };
    let days = as_of.iter_days().zip(0_u32..).skip(1).take_while(|(day, _)| *day <= deadline).map(|(day, ahead)| {
        let (expected, distribution) = to_come(f64::from(ahead))?;
        let quantile = |probability: f64| now + distribution.inverse_cdf(probability);
        Some(ForecastDay {
            day,
            expected: now as f64 + expected,
            lower: quantile((1.0 - confidence) / 2.0),
            upper: quantile(f64::midpoint(1.0, confidence)),
        })
    });
    let met_probability = match quota.checked_sub(now + 1) {
        None => 1.0,
        Some(one_short) => to_come(ahead as f64)?.1.sf(one_short),
    };
    Some(Forecast {
        weeks,
        accepted_in_weeks: in_weeks,
        dispersion,
        confidence,
        met_probability,
        days: days.collect::<Option<_>>()?,
    })
}
