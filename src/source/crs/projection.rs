//! The projections that this trade uses, on any ellipsoid, to the last digits that numbers hold.
//!
//! # References
//!
//! C. F. F. Karney, Transverse Mercator with an accuracy of a few nanometers, Journal of Geodesy 85, 2011, equations 7–9, 14,
//! 35 and 36; J. P. Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395, 1987, chapters 10, 14 and 24.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

/// An ellipsoid of revolution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ellipsoid {
    /// The semi-major axis in metres.
    pub axis_m: f64,
    /// One over the flattening.
    pub inverse_flattening: f64,
}

impl Ellipsoid {
    pub(super) fn flattening(self) -> f64 {
        1.0 / self.inverse_flattening
    }

    /// The square of the eccentricity.
    pub(super) fn e2(self) -> f64 {
        self.flattening() * (2.0 - self.flattening())
    }
}

/// A projection by its parameters, in degrees and metres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Projected {
    pub method: Method,
    pub meridian_deg: f64,
    pub easting_m: f64,
    pub northing_m: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// Gauss–Krüger and UTM.
    TransverseMercator {
        latitude_deg: f64,
        scale: f64,
    },
    Albers {
        latitude_deg: f64,
        parallels_deg: [f64; 2],
    },
    Azimuthal {
        latitude_deg: f64,
    },
    /// Lambert's cylindrical equal-area projection.
    Cylindrical {
        parallel_deg: f64,
    },
    /// Mercator on the sphere of the semi-major axis, as web maps have it.
    WebMercator,
}

/// A projection, made ready for one ellipsoid.
#[derive(Debug, Clone, Copy)]
pub struct Ready {
    formulas: Formulas,
    meridian: f64,
    easting: f64,
    northing: f64,
}

#[derive(Debug, Clone, Copy)]
enum Formulas {
    Transverse(Transverse),
    Albers { authalic: Authalic, axis: f64, n: f64, c: f64, radius: f64 },
    Azimuthal { authalic: Authalic, axis: f64, aspect: Aspect },
    Cylindrical { authalic: Authalic, axis: f64, scale: f64 },
    Web { axis: f64 },
}

#[derive(Debug, Clone, Copy)]
enum Aspect {
    /// About a pole: 1 for the northern one.
    Polar(f64),
    Oblique {
        sin: f64,
        cos: f64,
        radius: f64,
        stretch: f64,
    },
}

impl Ready {
    pub fn new(projected: &Projected, ellipsoid: Ellipsoid) -> Self {
        let axis = ellipsoid.axis_m;
        let authalic = Authalic::new(ellipsoid);
        let e2 = ellipsoid.e2();
        let m = |sin: f64| (1.0 - sin * sin).max(0.0).sqrt() / (1.0 - e2 * sin * sin).sqrt();
        let formulas = match projected.method {
            Method::TransverseMercator { latitude_deg, scale } => {
                Formulas::Transverse(Transverse::new(ellipsoid, latitude_deg.to_radians(), scale))
            }
            Method::Albers { latitude_deg, parallels_deg } => {
                let [south, north] = parallels_deg.map(|parallel| parallel.to_radians().sin());
                let n = if south == north {
                    south
                } else {
                    (m(south).powi(2) - m(north).powi(2)) / (authalic.q(north) - authalic.q(south))
                };
                let c = m(south).powi(2) + n * authalic.q(south);
                let radius = axis * (c - n * authalic.q(latitude_deg.to_radians().sin())).max(0.0).sqrt() / n;
                Formulas::Albers { authalic, axis, n, c, radius }
            }
            Method::Azimuthal { latitude_deg } => {
                let aspect = if latitude_deg.abs() == 90.0 {
                    Aspect::Polar(latitude_deg.signum())
                } else {
                    let sin_latitude = latitude_deg.to_radians().sin();
                    let sin = authalic.q(sin_latitude) / authalic.pole;
                    let cos = (1.0 - sin * sin).sqrt();
                    let radius = axis * (authalic.pole / 2.0).sqrt();
                    Aspect::Oblique { sin, cos, radius, stretch: axis * m(sin_latitude) / (radius * cos) }
                };
                Formulas::Azimuthal { authalic, axis, aspect }
            }
            Method::Cylindrical { parallel_deg } => {
                Formulas::Cylindrical { authalic, axis, scale: m(parallel_deg.to_radians().sin()) }
            }
            Method::WebMercator => Formulas::Web { axis },
        };
        Self {
            formulas,
            meridian: projected.meridian_deg.to_radians(),
            easting: projected.easting_m,
            northing: projected.northing_m,
        }
    }

    /// The position of a longitude and latitude in radians; `None` where there is none.
    pub fn forward(&self, longitude: f64, latitude: f64) -> Option<(f64, f64)> {
        // Beyond these PROJ takes what it is given for something else than an angle.
        if latitude.abs() > FRAC_PI_2 + 1e-12 || longitude.abs() > 10.0 {
            return None;
        }
        let latitude = latitude.clamp(-FRAC_PI_2, FRAC_PI_2);
        let east = wrapped(longitude - self.meridian);
        let (x, y) = match self.formulas {
            Formulas::Transverse(transverse) => transverse.forward(east, latitude)?,
            Formulas::Albers { authalic, axis, n, c, radius } => {
                let square = c - n * authalic.q(latitude.sin());
                // A rounding error beyond the far pole is none.
                let own = if square < -1e-12 { return None } else { axis * square.max(0.0).sqrt() / n };
                let (sin, cos) = (n * east).sin_cos();
                (own * sin, radius - own * cos)
            }
            Formulas::Azimuthal { authalic, axis, aspect } => {
                let q = authalic.q(latitude.sin());
                match aspect {
                    Aspect::Polar(pole) => {
                        let distance = authalic.pole - pole * q;
                        if distance >= 2.0 * authalic.pole * (1.0 - 1e-14) {
                            return None;
                        }
                        let own = axis * distance.max(0.0).sqrt();
                        let (sin, cos) = east.sin_cos();
                        (own * sin, -pole * own * cos)
                    }
                    Aspect::Oblique { sin, cos, radius, stretch } => {
                        let sin_own = (q / authalic.pole).clamp(-1.0, 1.0);
                        let cos_own = (1.0 - sin_own * sin_own).sqrt();
                        let (sin_east, cos_east) = east.sin_cos();
                        let near = 1.0 + sin * sin_own + cos * cos_own * cos_east;
                        if near < 1e-10 {
                            return None;
                        }
                        let b = radius * (2.0 / near).sqrt();
                        (b * stretch * cos_own * sin_east, b / stretch * (cos * sin_own - sin * cos_own * cos_east))
                    }
                }
            }
            Formulas::Cylindrical { authalic, axis, scale } => {
                (axis * scale * east, axis * authalic.q(latitude.sin()) / (2.0 * scale))
            }
            Formulas::Web { axis } => {
                if latitude.abs() > FRAC_PI_2 - 1e-10 {
                    return None;
                }
                (axis * east, axis * latitude.tan().asinh())
            }
        };
        finite(x + self.easting, y + self.northing)
    }

    /// The longitude and latitude of a position, in radians; `None` where there is none.
    pub fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (x, y) = (x - self.easting, y - self.northing);
        let (east, latitude) = match self.formulas {
            Formulas::Transverse(transverse) => transverse.inverse(x, y)?,
            Formulas::Albers { authalic, axis, n, c, radius } => {
                // Seen from the cone's tip, which lies below for a southern cone.
                let side = n.signum();
                let (across, along) = (side * x, side * (radius - y));
                let own = across.hypot(along);
                let q = (c - (own * n / axis).powi(2)) / n;
                (across.atan2(along) / n, authalic.latitude(q)?)
            }
            Formulas::Azimuthal { authalic, axis, aspect } => match aspect {
                Aspect::Polar(pole) => {
                    let q = pole * (authalic.pole - (x.hypot(y) / axis).powi(2));
                    (x.atan2(-pole * y), authalic.latitude(q)?)
                }
                Aspect::Oblique { sin, cos, radius, stretch } => {
                    let (x, y) = (x / stretch, y * stretch);
                    let own = x.hypot(y);
                    let half = own / (2.0 * radius);
                    if half > 1.0 {
                        return None;
                    }
                    let (sin_c, cos_c) = (2.0 * half.asin()).sin_cos();
                    let up = if own == 0.0 { 0.0 } else { y * sin_c / own };
                    let q = authalic.pole * (cos_c * sin + up * cos);
                    ((x * sin_c).atan2(own * cos * cos_c - y * sin * sin_c), authalic.latitude(q)?)
                }
            },
            Formulas::Cylindrical { authalic, axis, scale } => {
                (x / (axis * scale), authalic.latitude(2.0 * y * scale / axis)?)
            }
            Formulas::Web { axis } => (x / axis, (y / axis).sinh().atan()),
        };
        finite(wrapped(east + self.meridian), latitude)
    }
}

fn finite(x: f64, y: f64) -> Option<(f64, f64)> {
    (x.is_finite() && y.is_finite()).then_some((x, y))
}

/// An angle between −π and π.
fn wrapped(angle: f64) -> f64 {
    if angle.abs() <= PI {
        return angle;
    }
    let turned = angle - TAU * (angle / TAU).round();
    turned.clamp(-PI, PI)
}

/// What equal-area projections need of an ellipsoid.
#[derive(Debug, Clone, Copy)]
struct Authalic {
    e2: f64,
    e: f64,
    /// What [`Authalic::q`] is at the pole.
    pole: f64,
}

impl Authalic {
    fn new(ellipsoid: Ellipsoid) -> Self {
        let e2 = ellipsoid.e2();
        let mut authalic = Self { e2, e: e2.sqrt(), pole: 0.0 };
        authalic.pole = authalic.q(1.0);
        authalic
    }

    /// Snyder 3-12, of the sine of a latitude.
    fn q(&self, sin: f64) -> f64 {
        if self.e == 0.0 {
            return 2.0 * sin;
        }
        (1.0 - self.e2) * (sin / (1.0 - self.e2 * sin * sin) + (self.e * sin).atanh() / self.e)
    }

    /// The latitude of a [`q`](Self::q): by Newton's method on its sine, which is as smooth at the poles as elsewhere.
    fn latitude(&self, q: f64) -> Option<f64> {
        if q.abs() > self.pole {
            return (q.abs() <= self.pole * (1.0 + 1e-9)).then_some(FRAC_PI_2.copysign(q));
        }
        let mut sin = q / self.pole;
        for _ in 0..8 {
            let root = 1.0 - self.e2 * sin * sin;
            let step = (q - self.q(sin)) * root * root / (2.0 * (1.0 - self.e2));
            sin = (sin + step).clamp(-1.0, 1.0);
            if step.abs() < 1e-16 {
                break;
            }
        }
        Some(sin.asin())
    }
}

/// Krüger's series to the sixth order of the third flattening: nanometres up to 35° from the meridian.
#[derive(Debug, Clone, Copy)]
struct Transverse {
    e: f64,
    e2: f64,
    /// The radius of the rectifying sphere, with the scale on the meridian.
    radius: f64,
    /// Where the origin lies on the meridian.
    origin: f64,
    alpha: [f64; 6],
    beta: [f64; 6],
}

/// How far from the meridian, in radii, the series is taken at most.
const FARTHEST: f64 = 2.623_395_162_778;

impl Transverse {
    fn new(ellipsoid: Ellipsoid, latitude: f64, scale: f64) -> Self {
        let f = ellipsoid.flattening();
        let n = f / (2.0 - f);
        let n2 = n * n;
        let radius = scale * ellipsoid.axis_m / (1.0 + n) * (1.0 + n2 / 4.0 * (1.0 + n2 / 16.0 * (1.0 + n2 / 4.0)));
        // The coefficients of n^j, n^(j+1), … of the term j.
        let series = |terms: [&[f64]; 6]| {
            let mut sums = [0.0; 6];
            for (order, (sum, coefficients)) in (1..).zip(sums.iter_mut().zip(terms)) {
                *sum = coefficients.iter().rev().fold(0.0, |all, one| all * n + one) * n.powi(order);
            }
            sums
        };
        let alpha = series([
            &[1.0 / 2.0, -2.0 / 3.0, 5.0 / 16.0, 41.0 / 180.0, -127.0 / 288.0, 7891.0 / 37800.0],
            &[13.0 / 48.0, -3.0 / 5.0, 557.0 / 1440.0, 281.0 / 630.0, -1_983_433.0 / 1_935_360.0],
            &[61.0 / 240.0, -103.0 / 140.0, 15061.0 / 26880.0, 167_603.0 / 181_440.0],
            &[49561.0 / 161_280.0, -179.0 / 168.0, 6_601_661.0 / 7_257_600.0],
            &[34729.0 / 80640.0, -3_418_889.0 / 1_995_840.0],
            &[212_378_941.0 / 319_334_400.0],
        ]);
        let beta = series([
            &[1.0 / 2.0, -2.0 / 3.0, 37.0 / 96.0, -1.0 / 360.0, -81.0 / 512.0, 96199.0 / 604_800.0],
            &[1.0 / 48.0, 1.0 / 15.0, -437.0 / 1440.0, 46.0 / 105.0, -1_118_711.0 / 3_870_720.0],
            &[17.0 / 480.0, -37.0 / 840.0, -209.0 / 4480.0, 5569.0 / 90720.0],
            &[4397.0 / 161_280.0, -11.0 / 504.0, -830_251.0 / 7_257_600.0],
            &[4583.0 / 161_280.0, -108_847.0 / 3_991_680.0],
            &[20_648_693.0 / 638_668_800.0],
        ]);
        let e2 = ellipsoid.e2();
        let mut made = Self { e: e2.sqrt(), e2, radius, origin: 0.0, alpha, beta };
        made.origin = made.forward(0.0, latitude).map_or(0.0, |(_, y)| y);
        made
    }

    /// The tangent of the conformal latitude, of the tangent of a latitude.
    fn conformal(&self, tan: f64) -> f64 {
        let secant = 1f64.hypot(tan);
        let sigma = (self.e * (self.e * tan / secant).atanh()).sinh();
        1f64.hypot(sigma) * tan - sigma * secant
    }

    fn forward(&self, east: f64, latitude: f64) -> Option<(f64, f64)> {
        let (sin_east, cos_east) = east.sin_cos();
        let tan = if latitude.abs() == FRAC_PI_2 { 1e20_f64.copysign(latitude) } else { latitude.tan() };
        let conformal = self.conformal(tan);
        let xi = conformal.atan2(cos_east);
        let eta = (sin_east / conformal.hypot(cos_east)).asinh();
        let (more_xi, more_eta) = sum(&self.alpha, xi, eta);
        let (xi, eta) = (xi + more_xi, eta + more_eta);
        if eta.is_nan() || eta.abs() > FARTHEST {
            return None;
        }
        Some((self.radius * eta, self.radius * xi - self.origin))
    }

    fn inverse(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (xi, eta) = ((y + self.origin) / self.radius, x / self.radius);
        if xi.is_nan() || eta.is_nan() || eta.abs() > FARTHEST {
            return None;
        }
        let (less_xi, less_eta) = sum(&self.beta, xi, eta);
        let (xi, eta) = (xi - less_xi, eta - less_eta);
        let (sin_xi, cos_xi) = xi.sin_cos();
        let sinh_eta = eta.sinh();
        let east = sinh_eta.atan2(cos_xi);
        let conformal = sin_xi / sinh_eta.hypot(cos_xi);
        // Newton's method, from Karney's equations 19 to 21.
        let mut tan = conformal / (1.0 - self.e2);
        for _ in 0..6 {
            let own = self.conformal(tan);
            let step = (conformal - own) * (1.0 + (1.0 - self.e2) * tan * tan)
                / ((1.0 - self.e2) * 1f64.hypot(own) * 1f64.hypot(tan));
            tan += step;
            if step.abs() <= 1e-16 * tan.abs().max(1.0) || !step.is_finite() {
                break;
            }
        }
        Some((east, tan.atan()))
    }
}

/// Σ c_j sin 2jξ cosh 2jη and Σ c_j cos 2jξ sinh 2jη, by Clenshaw's method on the sine of a complex number.
fn sum(coefficients: &[f64; 6], xi: f64, eta: f64) -> (f64, f64) {
    let ((sin, cos), (sinh, cosh)) = ((2.0 * xi).sin_cos(), ((2.0 * eta).sinh(), (2.0 * eta).cosh()));
    // 2 cos 2(ξ + iη).
    let (real, imaginary) = (2.0 * cos * cosh, -2.0 * sin * sinh);
    let (mut one, mut two) = ((0.0, 0.0), (0.0, 0.0));
    for coefficient in coefficients.iter().rev() {
        let next = (real * one.0 - imaginary * one.1 - two.0 + coefficient, real * one.1 + imaginary * one.0 - two.1);
        (one, two) = (next, one);
    }
    // Times sin 2(ξ + iη).
    let (s, c) = (sin * cosh, cos * sinh);
    (s * one.0 - c * one.1, s * one.1 + c * one.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WGS84: Ellipsoid = Ellipsoid { axis_m: 6_378_137.0, inverse_flattening: 298.257_223_563 };
    const CLARKE: Ellipsoid = Ellipsoid { axis_m: 6_378_206.4, inverse_flattening: 294.978_698_213_898 };

    fn ready(method: Method, meridian_deg: f64, ellipsoid: Ellipsoid) -> Ready {
        Ready::new(&Projected { method, meridian_deg, easting_m: 0.0, northing_m: 0.0 }, ellipsoid)
    }

    fn forward(ready: &Ready, longitude: f64, latitude: f64) -> (f64, f64) {
        ready.forward(longitude.to_radians(), latitude.to_radians()).unwrap()
    }

    #[test]
    fn numbers_of_the_manual() {
        // Snyder 1987, pages 269, 292 and 333; he computes to a decimetre.
        let near = |found: (f64, f64), x: f64, y: f64| {
            assert!((found.0 - x).abs() < 0.06 && (found.1 - y).abs() < 0.06, "{found:?}, {x}, {y}");
        };
        let utm = ready(Method::TransverseMercator { latitude_deg: 0.0, scale: 0.9996 }, -75.0, CLARKE);
        near(forward(&utm, -73.5, 40.5), 127_106.5, 4_484_124.4);
        let albers = ready(Method::Albers { latitude_deg: 23.0, parallels_deg: [29.5, 45.5] }, -96.0, CLARKE);
        near(forward(&albers, -75.0, 35.0), 1_885_472.7, 1_535_925.0);
        let laea = ready(Method::Azimuthal { latitude_deg: 40.0 }, -100.0, CLARKE);
        near(forward(&laea, -110.0, 30.0), -965_932.1, -1_056_814.9);
        let cylinder = ready(Method::Cylindrical { parallel_deg: 5.0 }, -75.0, CLARKE);
        near(forward(&cylinder, -78.0, 5.0), -332_699.8, 554_248.5);
    }

    #[test]
    fn a_meridian_is_as_long_as_it_is() {
        // A quarter of the meridian of WGS 84 is 10 001 965.729 m long.
        let grid = ready(Method::TransverseMercator { latitude_deg: 0.0, scale: 1.0 }, 0.0, WGS84);
        assert!((forward(&grid, 0.0, 90.0).1 - 10_001_965.729_3).abs() < 1e-3);
        // The series stands for itself: on the equator, where ξ is 0, half of it is left.
        assert!(forward(&grid, 3.0, 0.0).1.abs() < 1e-9);
    }

    #[test]
    fn there_and_back() {
        let mut worst = 0.0_f64;
        let methods = [
            Method::TransverseMercator { latitude_deg: 0.0, scale: 0.9996 },
            Method::TransverseMercator { latitude_deg: 30.0, scale: 1.0 },
            Method::Albers { latitude_deg: 0.0, parallels_deg: [25.0, 47.0] },
            Method::Albers { latitude_deg: 0.0, parallels_deg: [-40.0, -10.0] },
            Method::Albers { latitude_deg: 10.0, parallels_deg: [30.0, 30.0] },
            Method::Azimuthal { latitude_deg: 0.0 },
            Method::Azimuthal { latitude_deg: 33.0 },
            Method::Azimuthal { latitude_deg: 90.0 },
            Method::Azimuthal { latitude_deg: -90.0 },
            Method::Cylindrical { parallel_deg: 30.0 },
            Method::WebMercator,
        ];
        for method in methods {
            let ready = ready(method, 105.0, WGS84);
            for latitude in (-85..=85).step_by(5) {
                for longitude in (75..=135).step_by(5) {
                    let (longitude, latitude) = (f64::from(longitude), f64::from(latitude));
                    let (x, y) = forward(&ready, longitude, latitude);
                    let back = ready.inverse(x, y).unwrap();
                    let away = (back.0.to_degrees() - longitude).abs().max((back.1.to_degrees() - latitude).abs());
                    assert!(away < 1e-11, "{method:?} at {longitude}, {latitude}: {away}");
                    worst = worst.max(away);
                }
            }
        }
        assert!(worst > 0.0, "nothing was compared");
    }

    #[test]
    fn what_lies_beyond_has_no_image() {
        let grid = ready(Method::TransverseMercator { latitude_deg: 0.0, scale: 1.0 }, 120.0, WGS84);
        assert_eq!(grid.forward(0.0, 1.6), None);
        assert_eq!(grid.forward(11.0, 0.0), None);
        assert_eq!(grid.forward(f64::NAN, 0.0), None);
        assert_eq!(grid.forward(-150_f64.to_radians(), 0.0), None, "a quarter of the globe away on the equator");
        assert_eq!(grid.inverse(1e9, 0.0), None);
        let laea = ready(Method::Azimuthal { latitude_deg: 0.0 }, 0.0, WGS84);
        assert_eq!(laea.forward(PI, 0.0), None, "the point opposite the centre");
        assert_eq!(laea.inverse(2e7, 0.0), None);
        assert_eq!(ready(Method::WebMercator, 0.0, WGS84).forward(0.0, FRAC_PI_2), None);
    }
}
