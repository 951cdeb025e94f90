//! Tests whether colours can be distinguished, by people with colour vision deficiencies and on a grey print.

use super::Color;

/// The smallest colour difference ΔE₀₀ at which two classes can be distinguished at a glance, with a legend beside the
/// map.
pub(super) const TOLD_APART: f64 = 4.0;
/// Colours that are this far apart for most …
const FAR: f64 = 25.0;
/// … and this near for those who see no red or no green, differ by red and green only.
const NEAR: f64 = 10.0;

/// A way in which colours are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vision {
    /// Full colour vision.
    Full,
    /// Without the pigment for long wavelengths (red).
    Protanopia,
    /// Without the pigment for medium wavelengths (green).
    Deuteranopia,
    /// Without the pigment for short wavelengths (blue).
    Tritanopia,
    /// On a grey print.
    Grey,
}

impl Vision {
    /// All kinds of vision.
    pub const ALL: [Self; 5] = [Self::Full, Self::Protanopia, Self::Deuteranopia, Self::Tritanopia, Self::Grey];

    fn words(self) -> &'static str {
        match self {
            Self::Full => "at all",
            Self::Protanopia => "without red (protanopia)",
            Self::Deuteranopia => "without green (deuteranopia)",
            Self::Tritanopia => "without blue (tritanopia)",
            Self::Grey => "in grey",
        }
    }

    /// Rows of the matrix on amounts of red, green and blue light.
    fn matrix(self) -> Option<[[f64; 3]; 3]> {
        match self {
            Self::Full | Self::Grey => None,
            Self::Protanopia => Some([
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ]),
            Self::Deuteranopia => Some([
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ]),
            Self::Tritanopia => Some([
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ]),
        }
    }
}

impl Color {
    /// Returns the colour as seen with this kind of vision. For a missing pigment, the matrices of severity 1.0 are
    /// applied to linear light; grey keeps the luminance.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::render::{Color, Vision};
    /// let (red, green) = (Color::new(0xd7, 0x30, 0x27), Color::new(0x70, 0x8a, 0x00));
    /// let difference = |vision| red.seen_with(vision).difference(green.seen_with(vision));
    /// assert!(difference(Vision::Full) > 50.0 && difference(Vision::Deuteranopia) < 20.0);
    /// ```
    ///
    /// # References
    ///
    /// Machado, Oliveira & Fernandes, A physiologically-based model for simulation of color vision deficiency (2009).
    #[must_use]
    pub fn seen_with(self, vision: Vision) -> Self {
        let light = self.linear();
        match vision.matrix() {
            None if vision == Vision::Grey => Self::from_linear([self.luminance(); 3]),
            None => self,
            Some(rows) => {
                Self::from_linear(rows.map(|row| row.iter().zip(light).map(|(factor, light)| factor * light).sum()))
            }
        }
    }

    /// Returns lightness *L*\*, *a*\* and *b*\* of CIE 1976, for the white point D65.
    #[must_use]
    pub fn lab(self) -> [f64; 3] {
        const ROWS: [[f64; 3]; 3] = [
            [0.412_456_4, 0.357_576_1, 0.180_437_5],
            [0.212_672_9, 0.715_152_2, 0.072_175_0],
            [0.019_333_9, 0.119_192_0, 0.950_304_1],
        ];
        const WHITE: [f64; 3] = [0.950_47, 1.0, 1.088_83];
        let light = self.linear();
        let [x, y, z] = [0, 1, 2].map(|axis| {
            let amount: f64 = ROWS[axis].iter().zip(light).map(|(factor, light)| factor * light).sum();
            let share = amount / WHITE[axis];
            if share > (6.0_f64 / 29.0).powi(3) { share.cbrt() } else { share * 841.0 / 108.0 + 4.0 / 29.0 }
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// Returns the colour difference ΔE₀₀ (CIEDE2000, *k*ₗ = *k*c = *k*ₕ = 1). A difference of 1 is just visible side
    /// by side.
    #[must_use]
    pub fn difference(self, other: Self) -> f64 {
        ciede2000(self.lab(), other.lab())
    }
}

/// Returns the difference ΔE₀₀ of two colours given by *L*\*, *a*\*, *b*\*.
///
/// # Examples
///
/// ```
/// // The first of the pairs that Sharma, Wu and Dalal published.
/// let difference = jiju::render::ciede2000([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485]);
/// assert!((difference - 2.0425).abs() < 5e-5);
/// ```
///
/// # References
///
/// CIE 142, Improvement to industrial colour-difference evaluation (2001); Sharma, Wu & Dalal, The CIEDE2000
/// color-difference formula: implementation notes, supplementary test data, and mathematical observations (2005).
#[must_use]
pub fn ciede2000([l1, a1, b1]: [f64; 3], [l2, a2, b2]: [f64; 3]) -> f64 {
    let seventh = |c: f64| (c.powi(7) / (c.powi(7) + 25.0_f64.powi(7))).sqrt();
    let g = 0.5 * (1.0 - seventh(f64::midpoint(a1.hypot(b1), a2.hypot(b2))));
    let (a1, a2) = ((1.0 + g) * a1, (1.0 + g) * a2);
    let (c1, c2) = (a1.hypot(b1), a2.hypot(b2));
    let hue = |a: f64, b: f64| if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
    let (h1, h2) = (hue(a1, b1), hue(a2, b2));
    let grey = c1 * c2 == 0.0;
    let turn = match h2 - h1 {
        _ if grey => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let (dl, dc) = (l2 - l1, c2 - c1);
    let dh = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();
    let (l, c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let h = if grey {
        h1 + h2
    } else if (h1 - h2).abs() <= 180.0 {
        f64::midpoint(h1, h2)
    } else if h1 + h2 < 360.0 {
        f64::midpoint(h1, h2) + 180.0
    } else {
        f64::midpoint(h1, h2) - 180.0
    };
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0) - 0.20 * cos(4.0 * h - 63.0);
    let rotation = -2.0 * seventh(c) * (60.0 * (-((h - 275.0) / 25.0).powi(2)).exp()).to_radians().sin();
    let squared = (l - 50.0).powi(2);
    let (sl, sc, sh) = (1.0 + 0.015 * squared / (20.0 + squared).sqrt(), 1.0 + 0.045 * c, 1.0 + 0.015 * c * t);
    let (l, c, h) = (dl / sl, dc / sc, dh / sh);
    (l * l + c * c + h * h + rotation * c * h).max(0.0).sqrt()
}

/// Returns the two most similar colours for this kind of vision and their difference ΔE₀₀. Of ordered colours, only
/// adjacent ones are compared.
///
/// # Undefined
///
/// `None` for fewer than two colours.
#[must_use]
pub fn nearest_colors(colors: &[Color], in_order: bool, vision: Vision) -> Option<(usize, usize, f64)> {
    let seen: Vec<[f64; 3]> = colors.iter().map(|color| color.seen_with(vision).lab()).collect();
    let pairs = (0..seen.len()).flat_map(|one| (one + 1..seen.len()).map(move |other| (one, other)));
    pairs
        .filter(|(one, other)| !in_order || other - one == 1)
        .map(|(one, other)| (one, other, ciede2000(seen[one], seen[other])))
        .min_by(|a, b| a.2.total_cmp(&b.2))
}

/// Returns warnings about colours of classes that cannot be distinguished, and by whom, one sentence each. Ordered
/// classes are compared with adjacent ones only, categories with all others. Red and green require a second cue, such
/// as the value on the area.
///
/// # Examples
///
/// ```
/// use jiju::render::{palette_colors, palette_warnings};
/// let named = |name: &str, count| {
///     let colors = palette_colors(name, count, false).unwrap();
///     colors.into_iter().enumerate().map(|(class, color)| ((class + 1).to_string(), color)).collect::<Vec<_>>()
/// };
/// assert!(palette_warnings(&named("YlGnBu", 5), true, false).is_empty());
/// assert!(palette_warnings(&named("RdYlGn", 5), true, false)[0].contains("red and green"));
/// assert!(palette_warnings(&named("RdYlGn", 5), true, true).is_empty());
/// ```
#[must_use]
pub fn palette_warnings(classes: &[(String, Color)], in_order: bool, has_second_cue: bool) -> Vec<String> {
    let colors: Vec<Color> = classes.iter().map(|(_, color)| *color).collect();
    let named = |one: usize, other: usize| format!("`{}` and `{}`", classes[one].0, classes[other].0);
    let mut warnings: Vec<String> = Vec::new();
    let mut told = Vec::new();
    for vision in Vision::ALL {
        let Some((one, other, difference)) = nearest_colors(&colors, in_order, vision) else { continue };
        if difference < TOLD_APART && !told.contains(&(one, other)) {
            told.push((one, other));
            let words = vision.words();
            warnings.push(format!(
                "the colours of {} can hardly be told apart {words}: their difference is {difference:.1}, and should be {TOLD_APART} or more",
                named(one, other)
            ));
        }
        if vision == Vision::Full && difference < TOLD_APART {
            // What nobody tells apart need not be said of some.
            return warnings;
        }
    }
    let pairs = || (0..colors.len()).flat_map(|one| (one + 1..colors.len()).map(move |other| (one, other)));
    let seen = |(one, other): (usize, usize), vision| {
        colors[one].seen_with(vision).difference(colors[other].seen_with(vision))
    };
    let red_green = pairs()
        .filter(|pair| seen(*pair, Vision::Full) >= FAR)
        .find(|pair| [Vision::Protanopia, Vision::Deuteranopia].into_iter().any(|vision| seen(*pair, vision) < NEAR));
    if let Some((one, other)) = red_green.filter(|_| !has_second_cue) {
        warnings.push(format!(
            "the colours of {} differ by red and green only, which one man in twelve does not see: write the figure beside, or take another palette such as RdYlBu",
            named(one, other)
        ));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::palette_colors;

    #[test]
    fn default_palettes_need_no_warning() {
        for (name, most) in [("YlGnBu", 6), ("viridis", 5), ("cividis", 5), ("Blues", 5)] {
            for count in 2..=most {
                let colors = palette_colors(name, count, false).unwrap();
                let named: Vec<(String, Color)> = colors.into_iter().map(|color| (color.to_string(), color)).collect();
                assert_eq!(palette_warnings(&named, true, false), Vec::<String>::new(), "{name} {count}");
            }
        }
    }

    #[test]
    fn equal_colours_are_named_once() {
        let classes = [("a".to_owned(), Color::BLACK), ("b".to_owned(), Color::BLACK)];
        assert_eq!(palette_warnings(&classes, false, false).len(), 1);
        assert!(palette_warnings(&classes[..1], false, false).is_empty());
    }
}
