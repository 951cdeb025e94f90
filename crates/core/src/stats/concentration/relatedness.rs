use serde::Serialize;

/// How often two sectors are both at home in one area, over how often the rarer, or the more frequent, is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Relatedness {
    /// The first sector.
    pub one: usize,
    /// The second.
    pub other: usize,
    /// In how many areas both have a location quotient of 1 or more.
    pub together: usize,
    /// The lesser of the two conditional shares; none where either is at home nowhere.
    pub proximity: Option<f64>,
    /// Together over what independence would give, n · both / (one · other).
    pub association: Option<f64>,
}

/// The relatedness of every two sectors by the areas in which both are at home, with a location quotient of 1 or more.
///
/// `at_home` tells for each area which sectors are.
///
/// # Undefined
///
/// Proximity and association where a sector is at home nowhere.
///
/// # References
///
/// C. A. Hidalgo, B. Klinger, A.-L. Barabási, R. Hausmann, The product space conditions the development of nations, Science 317,
/// 2007; N. J. van Eck, L. Waltman, How to normalize cooccurrence data?, 2009.
#[must_use]
pub fn relatedness(at_home: &[Vec<bool>]) -> Vec<Relatedness> {
    let sectors = at_home.first().map_or(0, Vec::len);
    let counts: Vec<usize> = (0..sectors).map(|sector| at_home.iter().filter(|area| area[sector]).count()).collect();
    let mut found = Vec::new();
    for one in 0..sectors {
        for other in one + 1..sectors {
            let together = at_home.iter().filter(|area| area[one] && area[other]).count();
            let (a, b) = (counts[one] as f64, counts[other] as f64);
            let both = together as f64;
            found.push(Relatedness {
                one,
                other,
                together,
                proximity: (a > 0.0 && b > 0.0).then(|| both / a.max(b)),
                association: (a > 0.0 && b > 0.0).then(|| at_home.len() as f64 * both / (a * b)),
            });
        }
    }
    found
}
