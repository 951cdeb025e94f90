use chrono::{Days, NaiveDate};
use statrs::distribution::{DiscreteCDF as _, NegativeBinomial};

/// Fewer whole weeks than this say nothing of how evenly firms are accepted.
const LEAST_WEEKS: u32 = 4;
/// A pace of weeks says nothing of what lies farther off.
const MOST_DAYS: i64 = 366;

/// The options of a forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastOptions {
    /// The number of whole weeks before the as-of date from which the pace is taken. Fewer weeks are used if the work
    /// started later.
    pub weeks: u32,
    /// The probability that the count of a day lies within the band if the pace does not change.
    pub confidence: f64,
}

impl Default for ForecastOptions {
    fn default() -> Self {
        Self { weeks: 8, confidence: 0.8 }
    }
}

/// What a programme is to reach, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForecastGoal {
    /// The day on which the quota is due.
    pub deadline: NaiveDate,
    /// The quota, in firms.
    pub quota: u64,
    /// The number of firms in the ledger, of which no more can be accepted than there are.
    pub listed: u64,
}

/// A forecast of the number of accepted firms, assuming the pace of the last weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The number of weeks from which the pace was taken.
    pub weeks: u32,
    /// The number of firms accepted in these weeks.
    pub accepted_in_weeks: u64,
    /// The dispersion φ of the weekly counts; 1 if they vary no more than by chance.
    pub dispersion: f64,
    /// The confidence of the band, as in [`ForecastOptions::confidence`].
    pub confidence: f64,
    /// The probability that the quota is met by the last day.
    pub met_probability: f64,
    /// A forecast for each day, from the day after the as-of date to the deadline.
    pub days: Vec<ForecastDay>,
}

/// The forecast for one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastDay {
    /// The day.
    pub day: NaiveDate,
    /// The expected number of firms accepted by the end of the day, at the pace of the last weeks.
    pub expected: f64,
    /// The lower bound of the band, in firms.
    pub lower: u64,
    /// The upper bound of the band, in firms.
    pub upper: u64,
}

/// Forecasts the number of firms accepted by each day until the deadline, assuming the pace of the last weeks.
///
/// With N firms accepted in the last k weeks, t = 7k days, the number Y accepted in the next h days has the mean μ = N
/// h / t and the variance φ μ (1 + h / t), which accounts for chance both in the days to come and in the observed rate.
/// φ = max(1, s² / x̄) is the dispersion of the weekly counts, because reviews come in bundles. Y is modelled as
/// negative binomial with these two moments (size μ / (φ (1 + h / t) − 1)); for φ = 1 this is the distribution of Y
/// given N for a Poisson process about whose rate nothing else is known. The band lies between its (1 ∓ confidence) / 2
/// quantiles. Of Y, no more than the R firms of the ledger that are still to be accepted can come true: all numbers are those
/// of min(Y, R), with E\[min(Y, R)\] = μ F′(R − 1) + R (1 − F(R)), where F is the distribution of Y and F′ that with a size
/// larger by one. A quota above the ledger is met with probability 0.
///
/// The forecast does not account for a final spurt or for holidays: it shows the result if nothing changes.
///
/// # Units
///
/// `accepted` holds the number of firms accepted up to and including each day, in the order of the days.
///
/// # Undefined
///
/// `None` if fewer than four whole weeks lie between the start and the as-of date, if no firm was accepted in the weeks
/// used, if the deadline is not after the as-of date or more than 366 days after it, or if the confidence is not
/// between 0 and 1.
///
/// # Examples
///
/// With seven firms accepted in every week and four weeks to go, 28 more are expected:
///
/// ```
/// use jiju::progress::{ForecastGoal, ForecastOptions, forecast};
/// let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
/// let days = day("2020-06-01").iter_days().take(56);
/// let accepted: Vec<_> = days.zip(1..).collect();
/// let (start, as_of, deadline) = (day("2020-05-31"), day("2020-07-26"), day("2020-08-23"));
/// let goal = ForecastGoal { deadline, quota: 84, listed: 1000 };
/// let found = forecast(&accepted, start, as_of, goal, ForecastOptions::default()).unwrap();
/// let last = found.days.last().unwrap();
/// assert_eq!((found.accepted_in_weeks, found.dispersion, last.expected.round()), (56, 1.0, 84.0));
/// assert!(last.lower < 84 && 84 < last.upper && last.lower > 56);
/// // A ledger of 80 firms ends below the quota.
/// let found = forecast(&accepted, start, as_of, ForecastGoal { listed: 80, ..goal }, ForecastOptions::default()).unwrap();
/// assert!(found.days.iter().all(|day| day.expected <= 80.0 && day.upper <= 80));
/// assert_eq!(found.met_probability, 0.0);
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
    goal: ForecastGoal,
    options: ForecastOptions,
) -> Option<Forecast> {
    let ForecastOptions { weeks, confidence } = options;
    let ForecastGoal { deadline, quota, listed } = goal;
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
    let left = listed.saturating_sub(now);
    let to_come = |days: f64| -> Option<(f64, NegativeBinomial)> {
        let part = days / (7.0 * k);
        let mean = all * part;
        let size = mean / (dispersion * (1.0 + part) - 1.0);
        let success = size / (size + mean);
        let of_size = |size: f64| NegativeBinomial::new(size, success).ok();
        let (distribution, shifted) = (of_size(size)?, of_size(size + 1.0)?);
        let expected = match left.checked_sub(1) {
            Some(before) => mean * shifted.cdf(before) + left as f64 * distribution.sf(left),
            None => 0.0,
        };
        Some((expected.min(left as f64), distribution))
    };
    let days = as_of.iter_days().zip(0_u32..).skip(1).take_while(|(day, _)| *day <= deadline).map(|(day, ahead)| {
        let (expected, distribution) = to_come(f64::from(ahead))?;
        let quantile = |probability: f64| now + distribution.inverse_cdf(probability).min(left);
        Some(ForecastDay {
            day,
            expected: now as f64 + expected,
            lower: quantile((1.0 - confidence) / 2.0),
            upper: quantile(f64::midpoint(1.0, confidence)),
        })
    });
    let met_probability = match quota.checked_sub(now + 1) {
        None => 1.0,
        Some(_) if quota > now + left => 0.0,
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
