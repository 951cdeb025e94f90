use serde::Serialize;

/// The relatedness of two sectors, by the areas that specialise in both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Relatedness {
    /// The position of the first sector.
    pub one: usize,
    /// The position of the second sector.
    pub other: usize,
    /// The number of areas that specialise in both.
    pub together: usize,
    /// The smaller of the two conditional probabilities of one given the other; none if no area specialises in one of
    /// them.
    pub proximity: Option<f64>,
    /// The ratio of `together` to its expected value under independence, n · both / (one · other).
    pub association: Option<f64>,
}

/// The relatedness of every two sectors, by the areas that specialise in both (location quotient of 1 or more).
///
/// `at_home` holds for each area whether it specialises in each sector.
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
