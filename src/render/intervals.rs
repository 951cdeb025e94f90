//! Classes of numbers, and how a legend prints them.
//!
//! A class made by a scheme is printed from the least to the greatest value in it. A class between given breaks is printed
//! from the first to the last figure that can be in it, so that it reads the same on every map with these breaks. Either
//! way no figure is printed in two classes, and the figure printed at an area lies in the class whose colour it has.

use super::number::{ScaledFormat, without_noise};
use crate::Result;
use crate::model::Language;
use crate::stats::Scheme;

/// The end of a class that belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// The upper bound, as in (lower, upper].
    Upper,
    /// The lower bound, as in [lower, upper).
    Lower,
}

/// The classes that a figure asks for.
pub(super) struct ClassRequest<'a> {
    pub(super) scheme: &'a Scheme,
    /// The number of classes made by the scheme.
    pub(super) count: usize,
    /// Bounds between classes, which replace the scheme.
    pub(super) breaks: &'a [f64],
    /// The end of a class between given breaks that belongs to it.
    pub(super) closed: Closed,
    /// Whether there is a class above the last given break although no value is in it.
    pub(super) is_open: bool,
    pub(super) percent: bool,
    /// The decimals that the specification sets.
    pub(super) decimals: Option<usize>,
    /// The decimals beyond which figures are not read, if fewer tell the classes apart.
    pub(super) most_decimals: usize,
    pub(super) language: Language,
    /// The section of the specification, for notes: `classes`; empty if it has none.
    pub(super) key: &'static str,
    /// The column, for notes, if the specification does not choose the scheme.
    pub(super) column: Option<&'a str>,
}

impl<'a> ClassRequest<'a> {
    /// Makes a request for classes by a scheme.
    pub(super) fn new(scheme: &'a Scheme, count: usize, language: Language) -> Self {
        Self {
            scheme,
            count,
            breaks: &[],
            closed: Closed::Upper,
            is_open: true,
            percent: false,
            decimals: None,
            most_decimals: usize::MAX,
            language,
            key: "classes",
            column: None,
        }
    }
}

/// Classes of numbers from low to high, with their text in a legend.
#[derive(Debug, Clone)]
pub(super) struct Intervals {
    /// The upper bound of each class; that of a class without one is infinite.
    pub(super) uppers: Vec<f64>,
    pub(super) closed: Closed,
    /// The least and the greatest value in each class; `None` for a class without values.
    pub(super) held: Vec<Option<[f64; 2]>>,
    pub(super) labels: Vec<String>,
    /// The place of each class on the ramp of colours, from 0.
    pub(super) steps: Vec<usize>,
    /// The number of places on the ramp of colours, which counts classes of the scheme that hold no value.
    pub(super) ramp: usize,
    /// The upper bounds of all places on the ramp.
    pub(super) ramp_uppers: Vec<f64>,
    /// The format of the values.
    pub(super) format: ScaledFormat,
    /// What to tell the user about the classes, one sentence each.
    pub(super) notes: Vec<String>,
    /// The largest absolute value.
    largest: f64,
    is_of_scheme: bool,
}

impl Intervals {
    /// Returns the class of a value.
    pub(super) fn class_of(&self, value: f64) -> usize {
        class_of(&self.uppers, self.closed, self.clean(value))
    }

    /// Returns a value without the noise of arithmetic, as it is classified and printed.
    pub(super) fn clean(&self, value: f64) -> f64 {
        without_noise(value, self.largest)
    }

    /// Returns the text of a value. A value so near to a bound that its figure would be one of another class has more
    /// decimals.
    pub(super) fn write(&self, value: f64) -> String {
        let value = self.clean(value);
        let class = class_of(&self.uppers, self.closed, value);
        // A class of a scheme is printed with the decimals of its values.
        let agrees = |format: ScaledFormat| {
            self.is_of_scheme
                || class_of(&self.uppers, self.closed, without_noise(format.rounded(value), self.largest)) == class
        };
        let format = self.format.raised_until(self.format.number.decimals, agrees).unwrap_or(self.format);
        format.write(value)
    }
}

fn class_of(uppers: &[f64], closed: Closed, value: f64) -> usize {
    let class = match closed {
        Closed::Upper => uppers.partition_point(|upper| *upper < value),
        Closed::Lower => uppers.partition_point(|upper| *upper <= value),
    };
    class.min(uppers.len().saturating_sub(1))
}

/// Sorts finite values into classes.
///
/// # Errors
///
/// Those of [`crate::stats::classify`].
pub(super) fn intervals(values: &[f64], request: &ClassRequest<'_>) -> Result<Intervals> {
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let mut sorted: Vec<f64> = values.iter().map(|value| without_noise(*value, largest)).collect();
    sorted.sort_by(f64::total_cmp);
    if request.breaks.is_empty() {
        of_scheme(&sorted, largest, request)
    } else {
        Ok(of_breaks(&sorted, largest, request))
    }
}

/// The least and the greatest of the sorted values in each class.
fn held(sorted: &[f64], uppers: &[f64], closed: Closed) -> Vec<Option<[f64; 2]>> {
    let mut held = vec![None; uppers.len()];
    for value in sorted {
        let own: &mut Option<[f64; 2]> = &mut held[class_of(uppers, closed, *value)];
        *own = Some(own.map_or([*value; 2], |[least, _]| [least, *value]));
    }
    held
}

fn of_scheme(sorted: &[f64], largest: f64, request: &ClassRequest<'_>) -> Result<Intervals> {
    let ClassRequest { scheme, count, percent, language, key, .. } = *request;
    let mut ramp_uppers =
        if sorted.is_empty() { Vec::new() } else { crate::stats::classify(sorted, scheme, count)?.breaks };
    if let (Some(highest), Some(last)) = (sorted.last(), ramp_uppers.last())
        && highest > last
    {
        ramp_uppers.push(*highest);
    }
    let closed = Closed::Upper;
    let all = held(sorted, &ramp_uppers, closed);
    let steps: Vec<usize> = (0..all.len()).filter(|class| all[*class].is_some()).collect();
    let held: Vec<[f64; 2]> = all.iter().copied().flatten().collect();
    let mut notes = Vec::new();
    let subject = request.column.map_or_else(
        || format!("`{}` = \"{scheme}\"", in_section(key, "scheme")),
        |column| format!("sorting `{column}` by {scheme}"),
    );
    // Round bounds are about as many as are asked for.
    if is_counted(scheme) && *scheme != Scheme::Pretty && !sorted.is_empty() && held.len() < count {
        let mut distinct = sorted.to_vec();
        distinct.dedup();
        let why = match distinct.len() {
            1 => "all values are equal".to_owned(),
            found if found < count => format!("there are {found} different values"),
            _ => "many values are equal or far apart".to_owned(),
        };
        notes.push(format!("{subject} makes {} of the {count} classes wanted: {why}", held.len()));
    } else if held.len() < all.len() {
        let empty = all.len() - held.len();
        notes.push(format!("{subject} makes {} classes, of which {empty} hold nothing and are left out", all.len()));
    }
    let size = ScaledFormat::of_size(sorted, percent, language);
    let natural = size.natural(sorted).number.decimals.min(request.most_decimals);
    let least = request.decimals.unwrap_or(natural);
    let are_apart =
        |format: ScaledFormat| held.windows(2).all(|pair| format.rounded(pair[0][1]) < format.rounded(pair[1][0]));
    let format = size.raised_until(least, are_apart).unwrap_or_else(|| size.with_decimals(least));
    notes.extend(decimals_note(request, format));
    let labels = held.iter().map(|[least, greatest]| range(format, *least, *greatest, language)).collect();
    let uppers = steps.iter().map(|step| ramp_uppers[*step]).collect();
    Ok(Intervals {
        uppers,
        closed,
        held: held.into_iter().map(Some).collect(),
        labels,
        steps,
        ramp: ramp_uppers.len(),
        ramp_uppers,
        format,
        notes,
        largest,
        is_of_scheme: true,
    })
}

fn of_breaks(sorted: &[f64], largest: f64, request: &ClassRequest<'_>) -> Intervals {
    /// The values so near to a bound that each has more decimals than the others: at most one in so many.
    const FEW: usize = 10;
    let ClassRequest { breaks, closed, percent, language, key, .. } = *request;
    let mut uppers = breaks.to_vec();
    let is_beyond = sorted.last().is_some_and(|highest| breaks.last().is_some_and(|last| highest > last));
    if request.is_open || is_beyond {
        uppers.push(f64::INFINITY);
    }
    let held = held(sorted, &uppers, closed);
    let all: Vec<f64> = sorted.iter().chain(breaks).copied().collect();
    let size = ScaledFormat::of_size(&all, percent, language);
    let of_bounds = size.exact(breaks).number.decimals;
    let of_values = if sorted.is_empty() { 0 } else { size.natural(sorted).number.decimals };
    let natural = of_bounds.max(of_values.min(request.most_decimals));
    let least = request.decimals.unwrap_or(natural);
    let astray = |format: ScaledFormat| {
        let is_astray = |value: &&f64| {
            let printed = without_noise(format.rounded(**value), largest);
            class_of(&uppers, closed, printed) != class_of(&uppers, closed, **value)
        };
        sorted.iter().filter(is_astray).count()
    };
    let format = size.raised_until(least, |format| astray(format) * FEW <= sorted.len());
    let format = format.unwrap_or_else(|| size.with_decimals(least));
    let near = astray(format);
    let mut notes: Vec<String> = decimals_note(request, format).into_iter().collect();
    if near > 0 && request.decimals.is_some() {
        let figures = if near == 1 { "1 figure has".to_owned() } else { format!("{near} figures have") };
        notes.push(format!(
            "{figures} more decimals than the others, to be told from a bound of `{}`",
            in_section(key, "breaks")
        ));
    }
    // Where a figure has more decimals than the bounds, the first and last figure of a class are none of theirs.
    let says_next = near == 0;
    let bounds = size.with_decimals(if says_next { format.number.decimals.max(of_bounds) } else { of_bounds });
    let is_from_zero = breaks.first() == Some(&0.0) && sorted.first().is_none_or(|lowest| *lowest >= 0.0);
    let labels: Vec<String> = (0..uppers.len())
        .map(|class| {
            let lower = class.checked_sub(1).map(|below| uppers[below]);
            let upper = Some(uppers[class]).filter(|upper| upper.is_finite());
            match (lower, upper, closed) {
                (None, Some(upper), Closed::Upper) if class == 0 && is_from_zero => bounds.write(upper),
                _ if says_next => interval_of_figures(bounds, lower, upper, closed, language),
                _ => interval_of_bounds(bounds, lower, upper, closed, language),
            }
        })
        .collect();
    let empty: Vec<&str> =
        labels.iter().zip(&held).filter(|(_, held)| held.is_none()).map(|(label, _)| label.as_str()).collect();
    if !empty.is_empty() && !sorted.is_empty() {
        let hold = if empty.len() == 1 { "holds" } else { "hold" };
        notes.push(format!(
            "`{}`: {} of {} classes {hold} nothing: {}",
            in_section(key, "breaks"),
            empty.len(),
            labels.len(),
            empty.join(", ")
        ));
    }
    let ramp = uppers.len();
    Intervals {
        ramp_uppers: uppers.clone(),
        uppers,
        closed,
        held,
        labels,
        steps: (0..ramp).collect(),
        ramp,
        format,
        notes,
        largest,
        is_of_scheme: false,
    }
}

/// The name of a key in a section; a specification without sections has it by itself.
fn in_section(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// Whether a scheme makes as many classes as are asked for.
pub(super) fn is_counted(scheme: &Scheme) -> bool {
    !matches!(
        scheme,
        Scheme::HeadTail
            | Scheme::MeanStandardDeviation
            | Scheme::StandardDeviation
            | Scheme::BoxPlot { .. }
            | Scheme::Percentiles
            | Scheme::Breaks(_)
    )
}

fn decimals_note(request: &ClassRequest<'_>, format: ScaledFormat) -> Option<String> {
    let (asked, used) = (request.decimals?, format.number.decimals);
    (used > asked).then(|| format!("`decimals` = {asked} would print one figure in two classes: values have {used}"))
}

/// Two ends of a class as text: one if they read the same. A dash between negative numbers would be read as a minus.
fn range(format: ScaledFormat, least: f64, greatest: f64, language: Language) -> String {
    let (first, last) = (format.write(least), format.write(greatest));
    if format.rounded(least) >= format.rounded(greatest) {
        last
    } else if least < 0.0 {
        format!("{first}{}{last}", language.pick(" 至 ", " to "))
    } else {
        format!("{first}–{last}")
    }
}

/// A class between bounds as the figures that can be in it: the first or last figure is the bound that belongs to the
/// class, or the one next to a bound that does not.
fn interval_of_figures(
    format: ScaledFormat,
    lower: Option<f64>,
    upper: Option<f64>,
    closed: Closed,
    language: Language,
) -> String {
    let step = format.step();
    let first = lower.map(|lower| if closed == Closed::Lower { lower } else { lower + step });
    let last = upper.map(|upper| if closed == Closed::Upper { upper } else { upper - step });
    // A step beside a bound is no longer the double that reads so.
    let clean = |number: f64| if number.abs() < step / 2.0 { 0.0 } else { format.rounded(number) };
    let write = |number: f64| format.write(clean(number));
    match (first, last) {
        (Some(first), Some(last)) => range(format, clean(first), clean(last), language),
        (None, Some(last)) => language.pick(format!("{} 及以下", write(last)), format!("{} or less", write(last))),
        (Some(first), None) => language.pick(format!("{} 及以上", write(first)), format!("{} or more", write(first))),
        (None, None) => String::new(),
    }
}

/// A class between bounds, with words that say which of them belongs to it.
pub(super) fn interval_of_bounds(
    format: ScaledFormat,
    lower: Option<f64>,
    upper: Option<f64>,
    closed: Closed,
    language: Language,
) -> String {
    let [lower, upper] = [lower, upper].map(|bound| bound.map(|bound| format.write(bound)));
    let zh = language == Language::Zh;
    match (lower, upper, closed) {
        (Some(lower), Some(upper), Closed::Lower) if zh => format!("{lower} 至不足 {upper}"),
        (Some(lower), Some(upper), Closed::Lower) => format!("{lower} to below {upper}"),
        (Some(lower), Some(upper), Closed::Upper) if zh => format!("超过 {lower} 至 {upper}"),
        (Some(lower), Some(upper), Closed::Upper) => format!("over {lower} to {upper}"),
        (None, Some(upper), Closed::Lower) => format!("{} {upper}", language.pick("不足", "below")),
        (None, Some(upper), Closed::Upper) => format!("{upper} {}", language.pick("及以下", "or less")),
        (Some(lower), None, Closed::Lower) => format!("{lower} {}", language.pick("及以上", "or more")),
        (Some(lower), None, Closed::Upper) => format!("{} {lower}", language.pick("超过", "over")),
        (None, None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], scheme: &Scheme, count: usize) -> Intervals {
        intervals(values, &ClassRequest::new(scheme, count, Language::Zh)).unwrap()
    }

    fn between(values: &[f64], breaks: &[f64], decimals: Option<usize>, percent: bool) -> Intervals {
        let request =
            ClassRequest { breaks, decimals, percent, ..ClassRequest::new(&Scheme::FisherJenks, 5, Language::Zh) };
        intervals(values, &request).unwrap()
    }

    #[test]
    fn whole_numbers_read_as_they_are_counted() {
        let found = of(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 9.0], &Scheme::FisherJenks, 5);
        assert!(found.labels.iter().all(|label| !label.contains('.')), "{:?}", found.labels);
        assert_eq!(of(&[1.0, 1.0, 2.0, 2.0], &Scheme::FisherJenks, 5).labels, ["1", "2"]);
        let given = between(&[0.0, 1.0, 2.0, 4.0, 5.0, 9.0], &[0.0, 1.0, 2.0, 4.0], None, false);
        assert_eq!(given.labels, ["0", "1", "2", "3–4", "5 及以上"]);
    }

    #[test]
    fn decimals_that_print_one_figure_in_two_colours_are_told() {
        let values = [0.7949, 0.7951, 0.7999, 0.8, 0.8001, 1.0];
        let found = between(&values, &[0.5, 0.8], Some(0), true);
        assert_eq!(found.labels, ["50.00% 及以下", "50.01%–80.00%", "80.01% 及以上"]);
        assert!(found.notes[0].contains("`decimals` = 0"), "{:?}", found.notes);
        assert_eq!(found.write(0.8001), "80.01%");
        let gini = [0.4083, 0.4121, 0.4402, 0.4711, 0.5009, 0.532];
        let found = between(&gini, &[0.425, 0.475], Some(1), false);
        assert_eq!(found.labels, ["0.425 及以下", "0.426–0.475", "0.476 及以上"]);
        assert_eq!(found.write(0.4402), "0.44");
    }

    #[test]
    fn a_value_beside_a_bound_does_not_blow_up_the_legend() {
        let mut values: Vec<f64> = (1..=20).map(|at| f64::from(at) / 21.0).collect();
        values.push(0.500_01);
        let found = between(&values, &[0.5, 0.8], Some(1), false);
        assert_eq!(found.labels, ["0.5 及以下", "超过 0.5 至 0.8", "超过 0.8"]);
        // With one decimal 0.52 and 0.81 would read as bounds too: all have two, and the one beside a bound has more.
        assert_eq!((found.write(0.500_01), found.write(2.0 / 3.0)), ("0.50001".to_owned(), "0.67".to_owned()));
    }

    #[test]
    fn noise_and_negatives_read_well() {
        let found = of(&[-1e-16, 0.1 + 0.2, 1.0 / 3.0, 2.0 / 3.0, 1.0 + 2e-16, 1e-16], &Scheme::FisherJenks, 5);
        assert_eq!(found.labels[0], "0");
        assert!(found.labels.iter().all(|label| label.len() < 12), "{:?}", found.labels);
        let found = of(&[-5.2, -1.1, 0.0, 3.4, 7.9, 12.5], &Scheme::FisherJenks, 5);
        assert_eq!(found.labels, ["−5.2", "−1.1 至 0", "3.4", "7.9", "12.5"]);
    }

    #[test]
    fn fewer_and_empty_classes_are_told() {
        let zeros: Vec<f64> = (0..74).map(|at| if at < 60 { 0.0 } else { f64::from(at) }).collect();
        let found = of(&zeros, &Scheme::Quantile, 5);
        assert_eq!(found.labels, ["0", "60–73"]);
        assert!(found.notes[0].contains("makes 2 of the 5 classes wanted"), "{:?}", found.notes);
        let found = of(&zeros, &Scheme::MeanStandardDeviation, 5);
        assert!(found.notes[0].contains("hold nothing and are left out"), "{:?}", found.notes);
        let found = between(&[-0.2, 0.95, 10.0], &[100.0, 200.0], None, false);
        assert_eq!(found.notes, ["`classes.breaks`: 2 of 3 classes hold nothing: 100.01–200.00, 200.01 及以上"]);
        assert_eq!(found.write(0.95), "0.95");
    }
}
