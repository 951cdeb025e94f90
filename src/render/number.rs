//! Formatting of numbers for the readers of a figure.

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
    fn thousands_are_parted_and_minus_is_a_minus() {
        let format = NumberFormat { decimals: 1, percent: false };
        assert_eq!(format.write(-1_234_567.06), "−1,234,567.1");
        assert_eq!(format.write(-0.01), "0.0");
        assert_eq!(format.write(1234.0), "1234.0");
        assert_eq!(NumberFormat { decimals: 1, percent: true }.write(0.857_142), "85.7%");
    }
}
