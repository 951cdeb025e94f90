use super::spanning_tree::Link;
use crate::model::Sets;

/// A point or a cluster that leaves its cluster as the distance shrinks.
struct Leaving {
    from: usize,
    what: Child,
    size: usize,
    /// The reciprocal of the distance at which it leaves.
    lambda: f64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Child {
    Point(usize),
    Cluster(usize),
}

/// For each point its cluster and how firmly it belongs, by excess of mass.
pub(super) fn most_stable(count: usize, links: &[Link], minimum_points: usize) -> Vec<Option<(usize, f64)>> {
    let leaving = condensed(count, links, minimum_points);
    let clusters = 1 + leaving.iter().filter(|one| matches!(one.what, Child::Cluster(_))).count();
    let mut birth = vec![0.0; clusters];
    let mut parent = vec![None; clusters];
    for one in &leaving {
        if let Child::Cluster(cluster) = one.what {
            birth[cluster] = one.lambda;
            parent[cluster] = Some(one.from);
        }
    }
    let (mut stability, mut death) = (vec![0.0; clusters], vec![0.0_f64; clusters]);
    for one in &leaving {
        let lasts = one.lambda - birth[one.from];
        // Points in one place never part: what is born there lasts no longer.
        stability[one.from] += if lasts.is_nan() { 0.0 } else { lasts * one.size as f64 };
        death[one.from] = death[one.from].max(one.lambda);
    }
    // From the last born on: a cluster is kept unless those within it last longer together.
    let mut kept = vec![true; clusters];
    let mut within = vec![0.0; clusters];
    let mut has_within = vec![false; clusters];
    kept[0] = false;
    for cluster in (1..clusters).rev() {
        // Sums are rounded in the order of the rows, on which the choice between equals must not hang.
        if has_within[cluster] && within[cluster] > stability[cluster] * (1.0 + 1e-10) {
            kept[cluster] = false;
            stability[cluster] = within[cluster];
        }
        if let Some(parent) = parent[cluster] {
            within[parent] += stability[cluster];
            has_within[parent] = true;
        }
    }
    // The outermost kept one, if any.
    let mut home: Vec<Option<usize>> = vec![None; clusters];
    for cluster in 1..clusters {
        let around = parent[cluster].and_then(|parent| home[parent]);
        home[cluster] = around.or(kept[cluster].then_some(cluster));
    }
    let mut found = vec![None; count];
    for one in &leaving {
        let Child::Point(point) = one.what else { continue };
        if let Some(cluster) = home[one.from] {
            let end = death[cluster];
            let firm = if end == 0.0 || one.lambda.is_infinite() { 1.0 } else { one.lambda.min(end) / end };
            found[point] = Some((cluster, firm));
        }
    }
    found
}

/// A join of what lies as near to each other: all that a distance connects at once, since ties have no order.
struct Join {
    /// What is joined: points, and beyond their number earlier joins.
    children: Vec<usize>,
    distance_m: f64,
    /// The number of points below.
    size: usize,
}

/// The joins of points by links in the order of their lengths, each of all that is connected at one length.
fn joins_of(count: usize, links: &[Link]) -> Vec<Join> {
    let sets = Sets::new(count);
    // The join of each set, known by its least member; at first the point itself.
    let mut node_of: Vec<usize> = (0..count).collect();
    let mut joins: Vec<Join> = Vec::with_capacity(links.len());
    for tied in links.chunk_by(|one, other| one.length_m == other.length_m) {
        let ends = tied.iter().flat_map(|link| [link.one, link.other]);
        let mut roots: Vec<u32> = ends.map(|point| sets.root(point)).collect();
        roots.sort_unstable();
        roots.dedup();
        let distance_m = tied.first().map_or(0.0, |link| link.length_m);
        tied.iter().for_each(|link| sets.join(link.one, link.other));
        let mut members: Vec<(u32, usize)> =
            roots.into_iter().map(|root| (sets.root(root), node_of[root as usize])).collect();
        members.sort_by_key(|(root, _)| *root);
        for own in members.chunk_by(|one, other| one.0 == other.0) {
            let children: Vec<usize> = own.iter().map(|(_, node)| *node).collect();
            let size = children.iter().map(|node| size(*node, count, &joins)).sum();
            node_of[own[0].0 as usize] = count + joins.len();
            joins.push(Join { children, distance_m, size });
        }
    }
    joins
}

/// The tree of clusters in which what is smaller than a cluster falls out point by point.
fn condensed(count: usize, links: &[Link], minimum_points: usize) -> Vec<Leaving> {
    let joins = joins_of(count, links);
    let mut leaving = Vec::new();
    let mut next_cluster = 1;
    let Some(root) = joins.len().checked_sub(1).map(|last| count + last) else { return leaving };
    let mut waiting = std::collections::VecDeque::from([(root, 0)]);
    while let Some((node, cluster)) = waiting.pop_front() {
        let Some(Join { children, distance_m, .. }) = node.checked_sub(count).map(|join| &joins[join]) else {
            continue;
        };
        let lambda = if *distance_m > 0.0 { 1.0 / distance_m } else { f64::INFINITY };
        let is_large = |child: &usize| size(*child, count, &joins) >= minimum_points;
        let parts = children.iter().filter(|child| is_large(child)).count() > 1;
        for child in children {
            if is_large(child) && parts {
                let size = size(*child, count, &joins);
                leaving.push(Leaving { from: cluster, what: Child::Cluster(next_cluster), size, lambda });
                waiting.push_back((*child, next_cluster));
                next_cluster += 1;
            } else if is_large(child) {
                waiting.push_back((*child, cluster));
            } else {
                let points = points_below(*child, count, &joins);
                leaving.extend(points.into_iter().map(|point| Leaving {
                    from: cluster,
                    what: Child::Point(point),
                    size: 1,
                    lambda,
                }));
            }
        }
    }
    leaving
}

fn size(node: usize, count: usize, joins: &[Join]) -> usize {
    node.checked_sub(count).map_or(1, |join| joins[join].size)
}

fn points_below(node: usize, count: usize, joins: &[Join]) -> Vec<usize> {
    let (mut points, mut waiting) = (Vec::new(), vec![node]);
    while let Some(node) = waiting.pop() {
        match node.checked_sub(count) {
            None => points.push(node),
            Some(join) => waiting.extend(&joins[join].children),
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use crate::stats::{Places, hdbscan};

    #[test]
    fn ties_have_no_order() {
        let places = [[0.0, 0.0], [10.0, 0.0], [20.0, 0.0], [30.0, 0.0], [40.0, 0.0], [50.0, 0.0]];
        let found = hdbscan(&Places::planar(&places).unwrap(), 2, 3).unwrap();
        let mut reversed = places;
        reversed.reverse();
        assert_eq!(found.labels, vec![None; 6]);
        assert_eq!(hdbscan(&Places::planar(&reversed).unwrap(), 2, 3).unwrap().labels, vec![None; 6]);
    }

    #[test]
    fn labels_hang_on_no_order_of_the_rows() {
        // Whole coordinates, of which many distances are alike.
        let places: Vec<[f64; 2]> =
            (0..120_u32).map(|unit| [f64::from(unit * unit % 17), f64::from(unit * 7 % 23)]).collect();
        let partition = |order: &[usize]| {
            let at: Vec<[f64; 2]> = order.iter().map(|unit| places[*unit]).collect();
            let found = hdbscan(&Places::planar(&at).unwrap(), 4, 3).unwrap();
            let mut first = std::collections::BTreeMap::new();
            let mut labels = vec![None; order.len()];
            for (place, unit) in order.iter().enumerate() {
                labels[*unit] = found.labels[place];
            }
            // By the first unit of each cluster, whatever its number.
            labels
                .iter()
                .enumerate()
                .map(|(unit, label)| label.map(|l| *first.entry(l).or_insert(unit)))
                .collect::<Vec<_>>()
        };
        let known = partition(&(0..120).collect::<Vec<_>>());
        for step in [7, 11, 53, 119] {
            assert_eq!(partition(&(0..120).map(|unit| unit * step % 120).collect::<Vec<_>>()), known, "{step}");
        }
    }
}
