//! Formatting of numbers for the readers of a figure.

use crate::model::Language;

/// The number format of a figure or column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NumberFormat {
    pub(super) decimals: usize,
    pub(super) percent: bool,
}

impl NumberFormat {
    /// Makes a format with as many decimals as are needed to distinguish the numbers, and with three significant digits
    /// over their range.
    pub(super) fn telling_apart(numbers: &[f64], percent: bool) -> Self {
        let factor = if percent { 100.0 } else { 1.0 };
        let low = numbers.iter().copied().fold(f64::INFINITY, f64::min) * factor;
        let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max) * factor;
        let whole = |number: &f64| (number * factor - (number * factor).round()).abs() < 1e-9;
        if numbers.iter().all(whole) {
            return Self { decimals: 0, percent };
        }
        let range = if high > low { high - low } else { high.abs().max(1e-9) };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 … 6")]
        let wanted = (2.0 - range.log10().floor()).clamp(0.0, 6.0) as usize;
        let apart = |decimals: &usize| {
            let format = Self { decimals: *decimals, percent };
            numbers.windows(2).all(|pair| pair[0] == pair[1] || format.bare(pair[0]) != format.bare(pair[1]))
        };
        Self { decimals: (wanted..=9).find(apart).unwrap_or(9), percent }
    }

    /// Makes a format with as many decimals as are needed to write the numbers exactly, such as those of ticks.
    pub(super) fn exact(numbers: &[f64], percent: bool) -> Self {
        let factor = if percent { 100.0 } else { 1.0 };
        let largest = numbers.iter().map(|number| (number * factor).abs()).fold(0.0, f64::max);
        let written_out = |decimals: &u8| {
            let power = 10_f64.powi(i32::from(*decimals));
            let rest = |number: f64| (number * factor * power - (number * factor * power).round()).abs();
            numbers.iter().all(|number| rest(*number) <= 1e-9 * largest * power)
        };
        Self { decimals: (0..9).find(written_out).unwrap_or(9).into(), percent }
    }

    /// Formats a number of firms.
    pub(super) fn count(number: u64) -> String {
        Self { decimals: 0, percent: false }.bare(number as f64)
    }

    /// Formats a number without a percent sign.
    pub(super) fn bare(self, number: f64) -> String {
        let number = if self.percent { number * 100.0 } else { number };
        let text = format!("{:.*}", self.decimals, number.abs());
        let (whole, rest) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
        let mut out = String::new();
        // A rounded nothing has no sign.
        if number < 0.0 && text.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
            out.push('−');
        }
        for (position, digit) in whole.chars().enumerate() {
            if position > 0 && whole.len() > 4 && (whole.len() - position) % 3 == 0 {
                out.push(',');
            }
            out.push(digit);
        }
        if let Some(rest) = rest {
            out.push('.');
            out.push_str(rest);
        }
        out
    }

    /// Formats a number, with a percent sign if the format is in percent.
    pub(super) fn write(self, number: f64) -> String {
        let sign = if self.percent { "%" } else { "" };
        format!("{}{sign}", self.bare(number))
    }
}

/// A power of ten that is taken out of all numbers of a figure, and how it is written behind them.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Magnitude {
    One,
    /// A word, such as 亿.
    Word(f64, &'static str),
    /// A power of ten for numbers that are all far below 1.
    Exponent(i32),
}

/// The words of large numbers, the largest first.
const WORDS_ZH: [(f64, &str); 3] = [(1e12, "万亿"), (1e8, "亿"), (1e4, "万")];
const WORDS_EN: [(f64, &str); 3] = [(1e12, " trillion"), (1e9, " billion"), (1e6, " million")];
/// Below this, grouped digits are as easy to read as words.
const LEAST_WITH_WORDS: f64 = 1e7;
/// Below this, nobody counts the zeros behind the point.
const MOST_WITH_EXPONENT: f64 = 1e-4;
/// More decimals tell nothing apart that a double tells apart.
const MOST_DECIMALS: usize = 15;

/// A number format for numbers of any size: 亿 and 万, or powers of ten for very small ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ScaledFormat {
    pub(super) number: NumberFormat,
    magnitude: Magnitude,
}

impl ScaledFormat {
    /// Makes a format for numbers of this size with no decimals.
    pub(super) fn of_size(numbers: &[f64], percent: bool, language: Language) -> Self {
        let sizes = || numbers.iter().map(|number| number.abs()).filter(|size| *size > 0.0 && size.is_finite());
        let (least, most) = (sizes().fold(f64::INFINITY, f64::min), sizes().fold(0.0, f64::max));
        let words = language.pick(WORDS_ZH, WORDS_EN);
        let magnitude = if percent || most == 0.0 {
            Magnitude::One
        } else if most < MOST_WITH_EXPONENT {
            // The power of the least, if the greatest has few digits before the point then.
            let power = if most < least * 1000.0 { least } else { most };
            #[expect(clippy::cast_possible_truncation, reason = "a double has few hundred powers of ten")]
            Magnitude::Exponent(power.log10().floor() as i32)
        } else if most >= LEAST_WITH_WORDS {
            // A word so large that the smallest numbers vanish beside it helps nobody.
            let mut fitting = words.into_iter().filter(|(size, _)| *size <= most);
            let (size, word) =
                fitting.clone().find(|(size, _)| least >= size / 100.0).or(fitting.next_back()).unwrap_or((1.0, ""));
            Magnitude::Word(size, word)
        } else {
            Magnitude::One
        };
        Self { number: NumberFormat { decimals: 0, percent }, magnitude }
    }

    /// Returns the same format with another number of decimals.
    pub(super) fn with_decimals(self, decimals: usize) -> Self {
        Self { number: NumberFormat { decimals, ..self.number }, ..self }
    }

    /// Returns the same format with the fewest decimals, not fewer than these, that pass a test.
    pub(super) fn raised_until(self, least: usize, passes: impl Fn(Self) -> bool) -> Option<Self> {
        (least..=MOST_DECIMALS).map(|decimals| self.with_decimals(decimals)).find(|format| passes(*format))
    }

    /// Returns the same format with three significant digits over the range of the numbers, or with the decimals that
    /// write all of the numbers exactly if they are few.
    pub(super) fn natural(self, numbers: &[f64]) -> Self {
        let scaled: Vec<f64> = numbers.iter().map(|number| number / self.unit()).collect();
        let factor = if self.number.percent { 100.0 } else { 1.0 };
        let low = scaled.iter().copied().fold(f64::INFINITY, f64::min) * factor;
        let high = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max) * factor;
        let range = if high > low { high - low } else { high.abs().max(1e-9) };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0 … 6")]
        let wanted = if range.is_finite() { (2.0 - range.log10().floor()).clamp(0.0, 6.0) as usize } else { 0 };
        /// Up to so many, decimals are what someone wrote, not what a division left.
        const WRITTEN: usize = 2;
        let exact = NumberFormat::exact(&scaled, self.number.percent).decimals;
        self.with_decimals(if exact <= WRITTEN { exact } else { exact.min(wanted) })
    }

    /// Returns the same format with as many decimals as write the numbers exactly.
    pub(super) fn exact(self, numbers: &[f64]) -> Self {
        let scaled: Vec<f64> = numbers.iter().map(|number| number / self.unit()).collect();
        self.with_decimals(NumberFormat::exact(&scaled, self.number.percent).decimals)
    }

    fn unit(self) -> f64 {
        match self.magnitude {
            Magnitude::One => 1.0,
            Magnitude::Word(size, _) => size,
            Magnitude::Exponent(exponent) => 10_f64.powi(exponent),
        }
    }

    /// The difference between two numbers whose text differs by one in the last decimal.
    pub(super) fn step(self) -> f64 {
        let factor = if self.number.percent { 100.0 } else { 1.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "few decimals")]
        let power = 10_f64.powi(-(self.number.decimals as i32));
        power * self.unit() / factor
    }

    /// The number that the text of a number says.
    pub(super) fn rounded(self, number: f64) -> f64 {
        let factor = if self.number.percent { 100.0 } else { 1.0 };
        let text = format!("{:.*}", self.number.decimals, number / self.unit() * factor);
        text.parse::<f64>().map_or(number, |text| text * self.unit() / factor)
    }

    /// Formats a number. Zero is `0` whatever the decimals.
    pub(super) fn write(self, number: f64) -> String {
        if number == 0.0 {
            return NumberFormat { decimals: 0, ..self.number }.write(0.0);
        }
        let text = self.number.write(number / self.unit());
        match self.magnitude {
            Magnitude::One => text,
            Magnitude::Word(_, word) => format!("{text}{word}"),
            Magnitude::Exponent(exponent) => format!("{text}×10{}", superscript(exponent)),
        }
    }
}

/// A whole number in raised digits.
fn superscript(number: i32) -> String {
    let raised = |digit: char| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' => '⁰',
        digit => char::from_u32(0x2070 + (digit as u32 - '0' as u32)).unwrap_or(digit),
    };
    number.to_string().chars().map(raised).collect()
}

/// Returns a number without the noise of floating-point arithmetic: to twelve significant digits, and 0 if it is a
/// fraction far below the largest of its column.
pub(super) fn without_noise(number: f64, largest: f64) -> f64 {
    /// A fraction of the largest number, below which a number is what remains of a sum that should be 0.
    const NOISE: f64 = 1e-8;
    if number.abs() < 1.0 && number.abs() <= largest * NOISE {
        return 0.0;
    }
    format!("{number:.11e}").parse().unwrap_or(number)
}

/// Returns a function that formats the numbers of a column, all with as many decimals as are needed to distinguish
/// them; fractions are shown in percent if `percent` is set.
pub fn written_alike(numbers: &[f64], percent: bool) -> impl Fn(f64) -> String + use<> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let format = NumberFormat::telling_apart(&sorted, percent);
    // More decimals are no help to a reader.
    let format = NumberFormat { decimals: format.decimals.min(if percent { 1 } else { 2 }), ..format };
    move |number| format.write(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_range_and_tell_breaks_apart() {
        assert_eq!(NumberFormat::telling_apart(&[10.0, 200.0, 3000.0], false).decimals, 0);
        assert_eq!(NumberFormat::telling_apart(&[0.25, 1.0, 3.5], false).decimals, 2);
        assert_eq!(NumberFormat::telling_apart(&[0.001, 0.0013, 5.5], false).decimals, 4);
        assert_eq!(NumberFormat::telling_apart(&[0.29, 0.8, 1.0], true).decimals, 0);
    }

    #[test]
    fn ticks_are_written_out_and_no_further() {
        assert_eq!(NumberFormat::exact(&[0.0, 0.2, 0.4, 0.6000000000000001], false).decimals, 1);
        assert_eq!(NumberFormat::exact(&[-5.0, 0.0, 5.0], false).decimals, 0);
        assert_eq!(NumberFormat::exact(&[0.0, 0.25], true).decimals, 0);
    }

    #[test]
    fn large_and_small_numbers_are_read_at_a_glance() {
        let write = |numbers: &[f64], language| {
            let format = ScaledFormat::of_size(numbers, false, language).natural(numbers);
            numbers.iter().map(|number| format.write(*number)).collect::<Vec<_>>()
        };
        assert_eq!(write(&[5.6e9, 1.2e12, 1e13], Language::Zh), ["56亿", "12,000亿", "100,000亿"]);
        assert_eq!(write(&[5.6e9, 1.2e12], Language::En), ["5.6 billion", "1200.0 billion"]);
        assert_eq!(write(&[1.2e-7, 9.9e-7], Language::Zh), ["1.2×10⁻⁷", "9.9×10⁻⁷"]);
        assert_eq!(write(&[77_777.0, 117_283.0], Language::Zh), ["77,777", "117,283"]);
        assert_eq!(write(&[100.001, 100.006], Language::Zh), ["100.001", "100.006"]);
        assert_eq!(write(&[-0.0, 0.5], Language::Zh), ["0", "0.5"]);
    }

    #[test]
    fn noise_is_nothing() {
        let clean = |number: f64| without_noise(number, 1.0);
        assert_eq!([-1e-16, 1e-9, 0.1 + 0.2, 1.0 / 3.0].map(clean), [0.0, 0.0, 0.3, 0.333_333_333_333]);
        assert_eq!(without_noise(3.0, 1e12), 3.0);
    }

    #[test]
    fn thousands_are_parted_and_minus_is_a_minus() {
        let format = NumberFormat { decimals: 1, percent: false };
        assert_eq!(format.write(-1_234_567.06), "−1,234,567.1");
        assert_eq!(format.write(-0.01), "0.0");
        assert_eq!(format.write(1234.0), "1234.0");
        assert_eq!(NumberFormat { decimals: 1, percent: true }.write(0.857_142), "85.7%");
    }
}
