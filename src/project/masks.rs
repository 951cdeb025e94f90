//! What a page that masks few firms must hide besides, so that nothing masked can be had by subtraction.
//!
//! Totals and their parts are published together: a district and its towns, an area and its sectors, the city and its
//! districts. Where one part alone is hidden, it is the total less the others. So a second one is hidden with it, the
//! smallest that is shown, which may leave another total with one hidden part, and so on until there is none.
//!
//! # References
//!
//! Willenborg, L. and de Waal, T. (2001). Elements of Statistical Disclosure Control. Springer, ch. 8: secondary suppression.

use std::collections::{BTreeMap, HashMap};

/// Numbers of firms of which some are hidden, and which of them add up to which.
#[derive(Debug, Default)]
pub(super) struct Masks {
    firms: Vec<u64>,
    hidden: Vec<bool>,
    sums: Vec<Sum>,
    /// What else is hidden where a number is: the sectors of an area.
    within: HashMap<usize, Vec<usize>>,
    min_firms: u64,
}

/// A total and its parts. A total without a number is known to everybody.
#[derive(Debug)]
struct Sum {
    total: Option<usize>,
    parts: Vec<usize>,
}

/// Whether so many firms are too few to be shown; none are nobody's secret.
pub(super) fn is_masked(firms: u64, min_firms: u64) -> bool {
    firms > 0 && firms < min_firms
}

impl Masks {
    pub(super) fn new(min_firms: u64) -> Self {
        Self { min_firms, ..Self::default() }
    }

    /// Adds a number of firms, which is hidden where it is too small, and gives its position.
    pub(super) fn add(&mut self, firms: u64) -> usize {
        self.firms.push(firms);
        self.hidden.push(is_masked(firms, self.min_firms));
        self.firms.len() - 1
    }

    /// Adds numbers that together are a total, one of these numbers or one that everybody knows.
    pub(super) fn sum(&mut self, total: Option<usize>, parts: Vec<usize>) {
        self.sums.push(Sum { total, parts });
    }

    /// Says that some numbers are hidden wherever another one is.
    pub(super) fn within(&mut self, whole: usize, parts: &[usize]) {
        self.within.entry(whole).or_default().extend(parts);
    }

    /// Whether each number is hidden, with those that must be so that no other can be computed.
    pub(super) fn hidden(mut self) -> Vec<bool> {
        if self.hidden.contains(&true) {
            let wholes: Vec<usize> = (0..self.firms.len()).filter(|at| self.hidden[*at]).collect();
            wholes.into_iter().for_each(|at| self.hide(at));
            while (0..self.sums.len()).filter(|sum| self.complete(*sum)).count() > 0 {}
        }
        self.hidden
    }

    fn hide(&mut self, at: usize) {
        self.hidden[at] = true;
        for part in self.within.get(&at).cloned().unwrap_or_default() {
            self.hidden[part] = true;
        }
    }

    /// Hides one more number of a sum, where what is hidden of it could be computed; tells whether it did.
    fn complete(&mut self, sum: usize) -> bool {
        let Sum { total, parts } = &self.sums[sum];
        let total = *total;
        let (secret, shown): (Vec<usize>, Vec<usize>) = parts.iter().partition(|part| self.hidden[**part]);
        let together: u64 = secret.iter().map(|part| self.firms[*part]).sum();
        let is_told = match total.is_some_and(|total| self.hidden[total]) {
            // The total is what its parts add up to.
            true => secret.is_empty(),
            // A single part is the rest.
            false => secret.len() == 1,
        };
        let with_firms = shown.iter().copied().filter(|part| self.firms[*part] > 0);
        let next = with_firms.min_by_key(|part| (self.firms[*part], *part));
        let next = if is_told {
            next.or(shown.first().copied()).or(total.filter(|total| !self.hidden[*total]))
        } else {
            // What several add up to is a number of too few firms as well.
            next.filter(|_| is_masked(together, self.min_firms) && !total.is_some_and(|total| self.hidden[total]))
        };
        next.inspect(|next| self.hide(*next)).is_some()
    }
}

/// The positions of areas by their parent; those without one have none in common.
pub(super) fn by_parent<'a>(parents: impl Iterator<Item = Option<&'a str>>) -> BTreeMap<Option<&'a str>, Vec<usize>> {
    let mut groups: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (position, parent) in parents.enumerate() {
        groups.entry(parent).or_default().push(position);
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn none_are_nobodys_secret() {
        assert_eq!([0, 1, 2, 3].map(|firms| is_masked(firms, 3)), [false, true, true, false]);
        assert!(!is_masked(1, 0) && !is_masked(1, 1));
    }

    fn hidden(min_firms: u64, total: Option<u64>, parts: &[u64]) -> Vec<bool> {
        let mut masks = Masks::new(min_firms);
        let parts: Vec<usize> = parts.iter().map(|firms| masks.add(*firms)).collect();
        let total = total.map(|total| masks.add(total));
        masks.sum(total, parts);
        masks.hidden()
    }

    #[test]
    fn the_smallest_that_is_shown_goes_with_a_single_masked_part() {
        assert_eq!(hidden(3, None, &[9, 2, 0, 5]), [false, true, false, true]);
        assert_eq!(hidden(3, None, &[9, 2, 1, 5]), [false, true, true, false]);
        // Two of one firm each: what they add up to tells both.
        assert_eq!(hidden(3, None, &[9, 1, 1, 5]), [false, true, true, true]);
        assert_eq!(hidden(3, Some(2), &[2, 0]), [true, false, true]);
        assert_eq!(hidden(3, None, &[2, 0]), [true, true]);
        assert_eq!(hidden(3, Some(5), &[5, 0]), [false, false, false]);
        assert_eq!(hidden(0, None, &[1, 1]), [false, false]);
    }

    proptest! {
        /// Rows and columns of a table with its totals: whoever subtracts what is shown, again and again, gets nothing that
        /// is hidden.
        #[test]
        fn nothing_hidden_is_had_by_subtraction(
            table in prop::collection::vec(prop::collection::vec(0_u64..12, 5), 2..8), min_firms in 2_u64..8
        ) {
            let mut masks = Masks::new(min_firms);
            let cells: Vec<Vec<usize>> =
                table.iter().map(|row| row.iter().map(|firms| masks.add(*firms)).collect()).collect();
            let rows: Vec<usize> = table.iter().map(|row| masks.add(row.iter().sum())).collect();
            for (total, cells) in rows.iter().zip(&cells) {
                masks.within(*total, cells);
                masks.sum(Some(*total), cells.clone());
            }
            masks.sum(None, rows.clone());
            let mut sums: Vec<(Option<usize>, Vec<usize>)> =
                rows.iter().copied().map(Some).zip(cells.clone()).chain([(None, rows.clone())]).collect();
            for column in 0..5 {
                let parts: Vec<usize> = cells.iter().map(|row| row[column]).collect();
                masks.sum(None, parts.clone());
                sums.push((None, parts));
            }
            let firms = masks.firms.clone();
            let hidden = masks.hidden();
            for (at, firms) in firms.iter().enumerate() {
                prop_assert!(hidden[at] || !is_masked(*firms, min_firms));
            }
            for (total, parts) in &sums {
                let unknown = parts.iter().chain(total).filter(|at| hidden[**at]).count();
                // With one part only and a total that everybody knows there is nothing to hide it behind.
                prop_assert!(unknown != 1 || (total.is_none() && parts.len() == 1));
            }
        }
    }
}
