use std::ops::Range;

/// A stretch on which reachability falls steeply.
struct Fall {
    start: usize,
    end: usize,
    /// The greatest reachability since.
    highest: f64,
}

/// Valleys of a plot of reachability between a steep fall and a steep rise, smaller ones before those that hold them.
///
/// A point is steep where the next one is lower, or higher, by the share ξ; up to `core_points` points in a row within a steep
/// stretch need not be. `before` tells from which point each of the plot was reached: a valley ends with the last that was
/// reached from within it.
pub(super) fn steep_clusters(
    plot: &[f64],
    before: &[Option<u32>],
    ordering: &[u32],
    steepness: f64,
    core_points: usize,
) -> Vec<Range<usize>> {
    let mut heights = plot.to_vec();
    heights.push(f64::INFINITY);
    let rest = 1.0 - steepness;
    let ratio: Vec<f64> = heights.windows(2).map(|pair| pair[0] / pair[1]).collect();
    let (rises, falls) = (|place: usize| ratio[place] <= rest, |place: usize| ratio[place] >= 1.0 / rest);
    let mut stretches: Vec<Fall> = Vec::new();
    let mut valleys = Vec::new();
    let (mut next, mut highest) = (0, 0.0_f64);
    for steep in 0..ratio.len() {
        if steep < next || !(rises(steep) || falls(steep)) {
            continue;
        }
        highest = heights[next..=steep].iter().copied().fold(highest, f64::max);
        if highest.is_infinite() {
            stretches.clear();
        }
        stretches.retain(|fall| highest <= heights[fall.start] * rest);
        stretches.iter_mut().for_each(|fall| fall.highest = fall.highest.max(highest));
        if falls(steep) {
            let end = extended(steep, ratio.len(), core_points, falls, |place| ratio[place] < 1.0);
            stretches.push(Fall { start: steep, end, highest: 0.0 });
            next = end + 1;
            highest = heights[next];
            continue;
        }
        let end = extended(steep, ratio.len(), core_points, rises, |place| ratio[place] > 1.0);
        next = end + 1;
        highest = heights[next];
        let of_fall = |fall: &Fall| valley(&heights, before, ordering, fall, steep..end, rest, core_points);
        valleys.extend(stretches.iter().rev().filter_map(of_fall));
    }
    valleys
}

/// The last steep place of a stretch.
fn extended(
    start: usize,
    length: usize,
    most_flat: usize,
    is_steep: impl Fn(usize) -> bool,
    turns: impl Fn(usize) -> bool,
) -> usize {
    let (mut end, mut flat) = (start, 0);
    for place in start..length {
        if is_steep(place) {
            flat = 0;
            end = place;
        } else if turns(place) {
            break;
        } else {
            flat += 1;
            if flat > most_flat {
                break;
            }
        }
    }
    end
}

/// The valley between a fall and a rise, where there is one.
fn valley(
    heights: &[f64],
    before: &[Option<u32>],
    ordering: &[u32],
    fall: &Fall,
    rise: Range<usize>,
    rest: f64,
    core_points: usize,
) -> Option<Range<usize>> {
    let (mut start, mut end) = (fall.start, rise.end);
    let brink = heights[end + 1];
    if brink * rest < fall.highest {
        return None;
    }
    let top = heights[fall.start];
    if top * rest >= brink {
        while heights[start + 1] > brink && start < fall.end {
            start += 1;
        }
    } else if brink * rest >= top {
        while end > rise.start && heights[end - 1] > top {
            end -= 1;
        }
    }
    // The last point of the area must have been reached from a point within it.
    while start < end && heights[start] <= heights[end] {
        let from = before[end];
        if ordering[start..end].iter().any(|point| Some(*point) == from) {
            break;
        }
        end -= 1;
    }
    let is_whole = start < end && end + 1 - start >= core_points && start <= fall.end && end >= rise.start;
    is_whole.then_some(start..end + 1)
}
