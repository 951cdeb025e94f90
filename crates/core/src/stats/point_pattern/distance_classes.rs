#![expect(clippy::cast_possible_truncation, reason = "the number of a bucket, which is kept below 2¹²")]

/// Classes of distances by ascending radii, each up to and with its own, for many distances of which squares are known.
pub(super) struct DistanceClasses {
    /// The greatest square whose root is not above each radius.
    greatest: Vec<f64>,
    /// Buckets a square metre.
    scale: f64,
    /// The class of the squares of each bucket that no radius parts.
    class_of: [u32; Self::BUCKETS],
    is_parted: [bool; Self::BUCKETS],
}

/// How many pairs there are in each bucket.
pub(super) struct BucketCounts {
    of_buckets: [u32; DistanceClasses::BUCKETS],
    of_classes: Vec<u64>,
}

impl DistanceClasses {
    const BUCKETS: usize = 1 << 12;

    /// So many squares are counted in one go.
    pub(super) const AT_ONCE: usize = 128;

    pub(super) fn new(radii_m: &[f64]) -> Self {
        let greatest: Vec<f64> = radii_m.iter().map(|radius| greatest_square(*radius)).collect();
        let last = greatest.last().copied().unwrap_or_default();
        let scale = Some((Self::BUCKETS - 2) as f64 / last).filter(|scale| scale.is_finite()).unwrap_or_default();
        let mut classes = Self { greatest, scale, class_of: [0; Self::BUCKETS], is_parted: [false; Self::BUCKETS] };
        let parted: Vec<usize> = classes.greatest.iter().map(|square| classes.bucket(*square)).collect();
        for (bucket, square) in parted.iter().zip(&classes.greatest) {
            classes.is_parted[*bucket] |= classes.bucket(square.next_up()) == *bucket;
        }
        for (bucket, class) in classes.class_of.iter_mut().enumerate() {
            *class = parted.partition_point(|own| *own < bucket) as u32;
        }
        classes
    }

    /// The bucket of a square; buckets of greater squares are not below. The last holds what is beyond all radii.
    #[inline]
    fn bucket(&self, square: f64) -> usize {
        Self::scaled_bucket(square * self.scale)
    }

    #[inline]
    fn scaled_bucket(scaled: f64) -> usize {
        /// A number added to this is rounded to a whole one, which stands in the last bits.
        const WHOLE: f64 = (1_u64 << 52) as f64;
        let bounded = if scaled < (Self::BUCKETS - 1) as f64 { scaled } else { (Self::BUCKETS - 1) as f64 };
        (bounded + WHOLE).to_bits() as usize % Self::BUCKETS
    }

    /// The number of radii below the root of a square.
    #[inline]
    pub(super) fn class(&self, square: f64) -> usize {
        let bucket = self.bucket(square);
        if self.is_parted[bucket] { self.parted_class(square) } else { self.class_of[bucket] as usize }
    }

    fn parted_class(&self, square: f64) -> usize {
        self.greatest.partition_point(|greatest| *greatest < square)
    }

    /// The number of classes: one for each radius, and that of what is beyond.
    pub(super) fn len(&self) -> usize {
        self.greatest.len() + 1
    }

    pub(super) fn counts(&self) -> BucketCounts {
        BucketCounts { of_buckets: [0; Self::BUCKETS], of_classes: vec![0; self.len()] }
    }

    /// Counts a few squares, at most [`Self::AT_ONCE`].
    #[inline]
    pub(super) fn count(&self, squares: &[f64], counts: &mut BucketCounts) {
        // First all buckets, which the processor finds several at once.
        let mut buckets = [0; Self::AT_ONCE];
        buckets.iter_mut().zip(squares).for_each(|(bucket, square)| *bucket = self.bucket(*square));
        for (bucket, square) in buckets.into_iter().zip(squares) {
            counts.of_buckets[bucket] += 1;
            if self.is_parted[bucket] {
                counts.of_classes[self.parted_class(*square)] += 1;
            }
        }
    }

    /// The number of squares of each class, and of those beyond all radii.
    pub(super) fn counted(&self, counts: BucketCounts) -> Vec<u64> {
        let BucketCounts { of_buckets, mut of_classes } = counts;
        for bucket in (0..Self::BUCKETS).filter(|bucket| !self.is_parted[*bucket]) {
            of_classes[self.class_of[bucket] as usize] += u64::from(of_buckets[bucket]);
        }
        of_classes
    }
}

/// The greatest square whose root is not above a radius, so that a distance need not be had from its square.
fn greatest_square(radius: f64) -> f64 {
    let mut square = radius * radius;
    while square.sqrt() > radius {
        square = square.next_down();
    }
    while square.next_up().sqrt() <= radius {
        square = square.next_up();
    }
    square
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_squares_are_those_of_their_roots() {
        let even: Vec<f64> = (1..=50).map(|step| f64::from(step) * 0.1).collect();
        for radii_m in [even.as_slice(), &[0.0], &[0.0, 3.0], &[1e-9, 1e-3, 1.0, 1.0_f64.next_up(), 7.0], &[1e200]] {
            let classes = DistanceClasses::new(radii_m);
            let near = radii_m.iter().flat_map(|radius| {
                let square = radius * radius;
                [square.next_down().next_down(), square.next_down(), square, square.next_up(), square * 1.0001]
            });
            let last = radii_m[radii_m.len() - 1];
            let spread = (0..5000).map(|step| (last * 1.1 * f64::from(step) / 5000.0).powi(2));
            let squares: Vec<f64> = near.filter(|square| *square >= 0.0).chain(spread).collect();
            let mut counts = classes.counts();
            let mut expected = vec![0; classes.len()];
            for squares in squares.chunks(DistanceClasses::AT_ONCE) {
                classes.count(squares, &mut counts);
            }
            for square in squares {
                let class = radii_m.partition_point(|radius| *radius < square.sqrt());
                assert_eq!(classes.class(square), class, "{square} of {radii_m:?}");
                expected[class] += 1;
            }
            assert_eq!(classes.counted(counts), expected, "{radii_m:?}");
        }
    }
}
