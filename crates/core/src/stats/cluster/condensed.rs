use std::collections::BTreeMap;

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
        if has_within[cluster] && within[cluster] > stability[cluster] {
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

/// The tree of clusters in which what is smaller than a cluster falls out point by point.
fn condensed(count: usize, links: &[Link], minimum_points: usize) -> Vec<Leaving> {
    // Nodes beyond the points are joins, in the order of their distance.
    let sets = Sets::new(count);
    let mut node_of: BTreeMap<u32, usize> = BTreeMap::new();
    let mut joins: Vec<([usize; 2], f64, usize)> = Vec::with_capacity(links.len());
    for link in links {
        let roots = [sets.root(link.one), sets.root(link.other)];
        let nodes = roots.map(|root| node_of.remove(&root).unwrap_or(root as usize));
        let size = nodes.iter().map(|node| size(*node, count, &joins)).sum();
        joins.push((nodes, link.length_m, size));
        sets.join(link.one, link.other);
        node_of.insert(sets.root(link.one), count + joins.len() - 1);
    }
    let mut leaving = Vec::new();
    let mut next_cluster = 1;
    let Some(root) = joins.len().checked_sub(1).map(|last| count + last) else { return leaving };
    let mut waiting = std::collections::VecDeque::from([(root, 0)]);
    while let Some((node, cluster)) = waiting.pop_front() {
        let Some((children, distance_m, _)) = node.checked_sub(count).map(|join| joins[join]) else { continue };
        let lambda = if distance_m > 0.0 { 1.0 / distance_m } else { f64::INFINITY };
        let sizes = children.map(|child| size(child, count, &joins));
        let parts = sizes.iter().all(|size| *size >= minimum_points);
        for (child, size) in children.into_iter().zip(sizes) {
            if parts {
                leaving.push(Leaving { from: cluster, what: Child::Cluster(next_cluster), size, lambda });
                waiting.push_back((child, next_cluster));
                next_cluster += 1;
            } else if size >= minimum_points {
                waiting.push_back((child, cluster));
            } else {
                let points = points_below(child, count, &joins);
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

fn size(node: usize, count: usize, joins: &[([usize; 2], f64, usize)]) -> usize {
    node.checked_sub(count).map_or(1, |join| joins[join].2)
}

fn points_below(node: usize, count: usize, joins: &[([usize; 2], f64, usize)]) -> Vec<usize> {
    let (mut points, mut waiting) = (Vec::new(), vec![node]);
    while let Some(node) = waiting.pop() {
        match node.checked_sub(count) {
            None => points.push(node),
            Some(join) => waiting.extend(joins[join].0),
        }
    }
    points
}
