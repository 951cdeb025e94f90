use super::breaks::quantile;
use super::fisher_jenks::Sums;
use super::fit::median;

/// More rounds than values ever needed; each makes the classes better, so that it ends by itself.
const MOST_ROUNDS: usize = 10_000;

/// Upper bounds of classes whose every value is nearest to the median of its own class, or to the lower of two equally near.
///
/// Begins with quantiles; a class that loses all its values is given up.
pub(super) fn jenks_caspall_breaks(sorted: &[f64], classes: usize) -> Vec<f64> {
    let mut ends = quantile_ends(sorted, classes);
    for _ in 0..MOST_ROUNDS {
        let medians: Vec<f64> = classes_of(sorted, &ends).map(median).collect();
        let next: Vec<usize> = (0..medians.len())
            .map(|class| match medians.get(class + 1) {
                Some(above) => {
                    let own = medians[class];
                    sorted.partition_point(|value| (value - own).abs() <= (value - above).abs())
                }
                None => sorted.len(),
            })
            .collect();
        let next = without_empty(next);
        if next == ends {
            break;
        }
        ends = next;
    }
    ends.into_iter().map(|end| sorted[end - 1]).collect()
}

/// Upper bounds of classes that no value at an end of one leaves for the next with less squared distances from the means.
///
/// Begins with quantiles. Equal values go together, and the last of a class stay.
pub(super) fn forced_breaks(sorted: &[f64], classes: usize) -> Vec<f64> {
    let sums = Sums::new(sorted);
    // In places among distinct values.
    let mut ends: Vec<usize> = quantile_ends(sorted, classes)
        .into_iter()
        .map(|end| sums.distinct.partition_point(|value| *value <= sorted[end - 1]))
        .collect();
    let spread = |start: usize, end: usize| sums.squared_distances(start, end);
    let mut moved = true;
    while moved {
        moved = false;
        for class in 0..ends.len() - 1 {
            let (start, above) = (if class == 0 { 0 } else { ends[class - 1] }, ends[class + 1]);
            let both = |end: usize| spread(start, end) + spread(end, above);
            // Up, the greatest of the class to the next; then down, the least of the next to this.
            while ends[class] - 1 > start && both(ends[class] - 1) < both(ends[class]) {
                ends[class] -= 1;
                moved = true;
            }
            while ends[class] + 1 < above && both(ends[class] + 1) < both(ends[class]) {
                ends[class] += 1;
                moved = true;
            }
        }
    }
    ends.into_iter().map(|end| sums.distinct[end - 1]).collect()
}

/// The positions among sorted values at which classes by quantiles end. Classes without values are left out.
fn quantile_ends(sorted: &[f64], classes: usize) -> Vec<usize> {
    let bounds = (1..=classes).map(|class| quantile(sorted, class, classes));
    without_empty(bounds.map(|upper| sorted.partition_point(|value| *value <= upper)).collect())
}

fn without_empty(mut ends: Vec<usize>) -> Vec<usize> {
    ends.dedup();
    ends.retain(|end| *end > 0);
    ends
}

fn classes_of<'a>(sorted: &'a [f64], ends: &'a [usize]) -> impl Iterator<Item = &'a [f64]> {
    let starts = std::iter::once(&0).chain(ends);
    starts.zip(ends).map(|(start, end)| &sorted[*start..*end])
}
