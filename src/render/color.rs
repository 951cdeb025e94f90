use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::RenderError;

/// An sRGB colour, written as `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color {
    /// The red channel.
    pub red: u8,
    /// The green channel.
    pub green: u8,
    /// The blue channel.
    pub blue: u8,
}

impl Color {
    /// White.
    pub const WHITE: Self = Self::new(255, 255, 255);
    /// Black.
    pub const BLACK: Self = Self::new(0, 0, 0);

    /// Makes a colour from its channels.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Makes a colour of three bytes, red the highest.
    #[must_use]
    pub(super) const fn of_rgb(rgb: u32) -> Self {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Self::new(red, green, blue)
    }

    /// Makes the grey with the CIE lightness *L*\*, from 0 for black to 100 for white.
    #[must_use]
    pub fn grey(lightness: f64) -> Self {
        let f = (lightness.clamp(0.0, 100.0) + 16.0) / 116.0;
        let luminance = if f > 6.0 / 29.0 { f.powi(3) } else { (f - 16.0 / 116.0) * 108.0 / 841.0 };
        let level = encoded(luminance);
        Self::new(level, level, level)
    }

    /// Returns the relative luminance *L* of WCAG 2: 0 for black, 1 for white.
    ///
    /// # References
    ///
    /// W3C, Web Content Accessibility Guidelines 2.1 (2018).
    #[must_use]
    pub fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Returns the channels as linear light, 0 to 1.
    pub(super) fn linear(self) -> [f64; 3] {
        [self.red, self.green, self.blue].map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        })
    }

    /// Makes a colour from linear light; channels outside the range of a screen are clamped.
    pub(super) fn from_linear(light: [f64; 3]) -> Self {
        let [red, green, blue] = light.map(encoded);
        Self::new(red, green, blue)
    }

    /// Returns the contrast ratio (*L₁* + 0.05) / (*L₂* + 0.05) of WCAG 2, from 1 to 21. Text requires at least 4.5.
    ///
    /// # Examples
    ///
    /// ```
    /// use jiju::render::Color;
    /// assert_eq!(Color::WHITE.contrast(Color::BLACK), 21.0);
    /// assert_eq!(Color::WHITE.contrast(Color::WHITE), 1.0);
    /// ```
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if a > b { a / b } else { b / a }
    }

    /// Returns the colour of the same hue that is as bright as this one is dark: nearly white becomes nearly the dark page.
    pub(super) fn inverted(self) -> Self {
        /// The darkest and the brightest add up to so much.
        const SUM: f64 = 1.12;
        let channels = [self.red, self.green, self.blue].map(|channel| f64::from(channel) / 255.0);
        let high = channels.iter().copied().fold(0.0, f64::max);
        let low = channels.iter().copied().fold(1.0, f64::min);
        // Lightness and saturation as a double cone has them: hue is what stays between the channels.
        let (lightness, chroma) = (f64::midpoint(high, low), high - low);
        let room = |lightness: f64| 1.0 - (2.0 * lightness - 1.0).abs();
        let other = (SUM - lightness).clamp(0.12, 0.95);
        let scale = if chroma > 0.0 { (chroma / room(lightness)).min(1.0) * room(other) / chroma } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 255")]
        let byte = |channel: f64| ((other + (channel - lightness) * scale).clamp(0.0, 1.0) * 255.0).round() as u8;
        let [red, green, blue] = channels.map(byte);
        Self::new(red, green, blue)
    }

    /// Returns the grey that is as bright.
    pub(super) fn greyed(self) -> Self {
        let level = encoded(self.luminance());
        Self::new(level, level, level)
    }

    /// Returns the text colour for this background: `ink` if its contrast suffices, or else white or black (the
    /// contrast of one of the two always suffices).
    #[must_use]
    pub fn ink(self, ink: Self) -> Self {
        [ink, Self::WHITE].into_iter().find(|color| self.contrast(*color) >= 4.5).unwrap_or(Self::BLACK)
    }

    /// Returns the colour that results from blending this colour over a background at an opacity between 0 and 1.
    #[must_use]
    pub fn over(self, background: Self, opacity: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a mean of two bytes is a byte")]
        let mix = |a: u8, b: u8| (f64::from(a) * opacity + f64::from(b) * (1.0 - opacity)).round() as u8;
        Self::new(mix(self.red, background.red), mix(self.green, background.green), mix(self.blue, background.blue))
    }
}

/// The sRGB channel of an amount of light.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 255")]
fn encoded(light: f64) -> u8 {
    let light = light.clamp(0.0, 1.0);
    let value = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0).round() as u8
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl FromStr for Color {
    type Err = RenderError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let channel = |from: usize| {
            text.strip_prefix('#')
                .filter(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
                .and_then(|digits| u8::from_str_radix(&digits[from..from + 2], 16).ok())
        };
        match (channel(0), channel(2), channel(4)) {
            (Some(red), Some(green), Some(blue)) => Ok(Self::new(red, green, blue)),
            _ => Err(RenderError::Setting {
                key: "color".to_owned(),
                found: format!("`{text}`"),
                expected: "six hexadecimal digits such as `#1f78b4`".to_owned(),
            }),
        }
    }
}

impl TryFrom<String> for Color {
    type Error = RenderError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

impl From<colorous::Color> for Color {
    fn from(color: colorous::Color) -> Self {
        Self::new(color.r, color.g, color.b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_grey_gets_an_ink_that_can_be_read() {
        for level in 0..=255 {
            let grey = Color::new(level, level, level);
            assert!(grey.contrast(grey.ink(Color::new(34, 34, 34))) >= 4.5, "{grey}");
        }
    }

    #[test]
    fn what_is_dark_is_bright_on_a_dark_page() {
        let purple = [0xf7f7f7, 0xd8daeb, 0xb2abd2, 0x8073ac, 0x542788].map(Color::of_rgb);
        let inverted = purple.map(Color::inverted);
        assert!(inverted.is_sorted_by(|one, next| one.luminance() < next.luminance()), "{inverted:?}");
        assert!(inverted[0].luminance() < 0.05 && inverted[4].luminance() > 0.3);
        // Of the hue it had.
        assert!(inverted[4].blue > inverted[4].red && inverted[4].red > inverted[4].green);
    }

    #[test]
    fn hex_goes_both_ways_and_rejects_the_rest() {
        assert_eq!("#1f78b4".parse::<Color>().unwrap().to_string(), "#1f78b4");
        for bad in ["1f78b4", "#1f78b", "#1f78bg", "#１f78", "red"] {
            assert!(bad.parse::<Color>().is_err(), "{bad}");
        }
    }
}
