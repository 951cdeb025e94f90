"""Clusters by their definitions, on full matrices of distances: what jiju has to have where ties leave a peer's result to the order of rows."""

import numpy as np


def apart(at):
    """Distances, rounded as those of points in a plane are: the same for the same pair either way."""
    x, y = (at[:, None, axis] - at[None, :, axis] for axis in (0, 1))
    return np.sqrt(x * x + y * y)


def reaches(distances, count):
    """The distance of each point to its so manieth nearest, itself counted."""
    return np.sort(distances, axis=1)[:, count - 1]


def first_of_each(labels):
    """Labels as the first member of each cluster, -1 for none."""
    first = {}
    return [-1 if label < 0 else first.setdefault(label, unit) for unit, label in enumerate(labels)]


def spanning_tree(lengths):
    """The edges of a shortest spanning tree by Prim: their ends and lengths."""
    count = len(lengths)
    inside, best, origin = np.zeros(count, dtype=bool), lengths[0].copy(), np.zeros(count, dtype=int)
    inside[0] = True
    edges = []
    for _ in range(count - 1):
        point = int(np.argmin(np.where(inside, np.inf, best)))
        edges.append((int(origin[point]), point, float(best[point])))
        inside[point] = True
        nearer = lengths[point] < best
        best[nearer], origin[nearer] = lengths[point][nearer], point
    return edges


def parts(points, edges):
    """The points that edges connect, each part with its edges."""
    root = {point: point for point in points}

    def of(point):
        while root[point] != point:
            point = root[point]
        return point

    for one, other, _ in edges:
        root[of(one)] = of(other)
    groups = {}
    for point in points:
        groups.setdefault(of(point), ([], []))[0].append(point)
    for edge in edges:
        groups[of(edge[0])][1].append(edge)
    return list(groups.values())


def hdbscan(at, least, count):
    """Labels and probabilities of Campello, Moulavi and Sander (2013): all that a distance connects is merged at once. And whether any tie."""
    distances = apart(at)
    core = reaches(distances, count)
    edges = spanning_tree(np.maximum(np.maximum(core[:, None], core[None]), distances))
    lengths = np.sort([length for *_, length in edges])
    tied = bool((np.diff(lengths) <= 1e-12 * lengths[1:]).any())
    parent, birth, leaving = [None], [0.0], []
    waiting = [(list(range(len(at))), edges, 0)]
    while waiting:
        points, own, cluster = waiting.pop(0)
        longest = max(length for *_, length in own)
        density = 1 / longest if longest > 0 else np.inf
        below = parts(points, [edge for edge in own if edge[2] < longest])
        large = [part for part in below if len(part[0]) >= least]
        for part in below:
            if len(part[0]) < least:
                leaving += [(cluster, density, 1, point) for point in part[0]]
            elif len(large) > 1:
                parent.append(cluster)
                birth.append(density)
                leaving.append((cluster, density, len(part[0]), None))
                waiting.append((*part, len(parent) - 1))
            else:
                waiting.append((*part, cluster))
    clusters = len(parent)
    stability, end = np.zeros(clusters), np.zeros(clusters)
    for cluster, density, size, _ in leaving:
        stability[cluster] += (density - birth[cluster]) * size if density != birth[cluster] else 0.0
        end[cluster] = max(end[cluster], density)
    kept = [False] + [True] * (clusters - 1)
    for cluster in range(clusters - 1, 0, -1):
        within = [child for child in range(clusters) if parent[child] == cluster]
        if within and sum(stability[child] for child in within) > stability[cluster] * (1 + 1e-10):
            kept[cluster] = False
            stability[cluster] = sum(stability[child] for child in within)
    home = [None] * clusters
    for cluster in range(1, clusters):
        above = home[parent[cluster]]
        home[cluster] = above if above is not None else cluster if kept[cluster] else None
    labels, probabilities = np.full(len(at), -1), np.zeros(len(at))
    for cluster, density, _, point in leaving:
        if point is not None and home[cluster] is not None:
            labels[point] = home[cluster]
            last = end[home[cluster]]
            probabilities[point] = 1.0 if last == 0 or np.isinf(density) else min(density, last) / last
    return labels, probabilities, tied


def optics_follows(order, distances, core, reachability):
    """Whether an order is one of OPTICS: each next point the least reachable of those that are left, by what came before."""
    best = np.full(len(order), np.inf)
    before = np.full(len(order), -1)
    left = np.ones(len(order), dtype=bool)
    for point in order:
        least = best[left].min()
        near = 1e-12 * (least if np.isfinite(least) else 0)
        if np.isfinite(least) and best[point] > least + near:
            return False, before
        told = reachability[point]
        if np.isfinite(best[point]) != np.isfinite(told) or (np.isfinite(told) and abs(told - best[point]) > 1e-9 * told):
            return False, before
        left[point] = False
        reached = np.maximum(distances[point], core[point])
        nearer = left & (reached < best)
        best[nearer], before[nearer] = reached[nearer], point
    return True, before
