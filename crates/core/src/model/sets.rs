#![expect(clippy::cast_possible_truncation, reason = "members are units or points, which have numbers of 32 bits")]

use std::sync::atomic::{AtomicU32, Ordering};

/// Sets that are joined, each known by the least of its members, whatever the order and the threads they were joined in.
#[derive(Debug)]
pub(crate) struct Sets(Vec<AtomicU32>);

impl Sets {
    /// Every member by itself.
    pub(crate) fn new(members: usize) -> Self {
        Self((0..members as u32).map(AtomicU32::new).collect())
    }

    /// The least member of the set that holds one; while sets are being joined, of a part of it.
    pub(crate) fn root(&self, mut member: u32) -> u32 {
        loop {
            let parent = self.parent(member);
            if parent == member {
                return member;
            }
            // Halves the way for those that come after; parents only ever become less.
            let grandparent = self.parent(parent);
            if grandparent != parent {
                self.0[member as usize].fetch_min(grandparent, Ordering::Relaxed);
            }
            member = grandparent;
        }
    }

    pub(crate) fn join(&self, mut one: u32, mut other: u32) {
        loop {
            (one, other) = (self.root(one), self.root(other));
            if one == other {
                return;
            }
            let (least, greatest) = (one.min(other), one.max(other));
            let joined = &self.0[greatest as usize];
            // Another thread may have joined it meanwhile: then once more from there.
            if joined.compare_exchange(greatest, least, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                return;
            }
        }
    }

    /// For each member the number of its set, numbered by their least members.
    pub(crate) fn numbered(&self) -> Vec<usize> {
        let mut numbers = vec![usize::MAX; self.0.len()];
        let mut next = 0;
        (0..self.0.len())
            .map(|member| {
                let root = self.root(member as u32) as usize;
                if numbers[root] == usize::MAX {
                    numbers[root] = next;
                    next += 1;
                }
                numbers[root]
            })
            .collect()
    }

    fn parent(&self, member: u32) -> u32 {
        self.0[member as usize].load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::Sets;

    #[test]
    fn sets_joined_on_many_threads_are_those_joined_on_one() {
        const MEMBERS: u32 = 10_000;
        // Every 30th is of one set where its last digit is below 3; the rest stand by themselves.
        let pairs: Vec<(u32, u32)> =
            (0..MEMBERS - 30).filter(|one| one % 10 < 3).map(|one| (one + 30, one)).rev().collect();
        let (one, many) = (Sets::new(MEMBERS as usize), Sets::new(MEMBERS as usize));
        pairs.iter().for_each(|(from, to)| one.join(*from, *to));
        pairs.par_iter().for_each(|(from, to)| many.join(*from, *to));
        assert_eq!(one.numbered(), many.numbered());
        let roots = |residue: u32| (0..MEMBERS).all(|member| member % 30 != residue || many.root(member) == residue);
        assert!(roots(0) && roots(1) && roots(2) && roots(21));
        assert_eq!(many.root(33), 33);
    }
}
