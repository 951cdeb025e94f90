"""Clusters of points: jiju against scikit-learn, and against their definitions where ties leave a peer's to the order of rows."""

import numpy as np
from sklearn.cluster import DBSCAN, HDBSCAN, OPTICS, cluster_optics_xi

import definitions
import patterns
from definitions import first_of_each
from ledger import changed, numbers


def labels(case, found):
    told = changed(found["labels"]) if case.broken else found["labels"]
    return np.array([-1 if label is None else int(label) for label in told])


def by_radius(case, at, distances, least):
    radius = float(np.round(case.chance.uniform(150, 1200)) + 0.5)
    found = case.run("cluster", "dbscan", "points.csv", "--crs", patterns.CRS, "--radius", f"{radius}m", "--min-points", least)
    if found is None:
        case.blame("DBSCAN: labels", f"jiju failed: {case.message}")
        return
    peer = DBSCAN(eps=radius, min_samples=least, algorithm="brute", metric="precomputed").fit(distances)
    core = np.isin(np.arange(len(at)), peer.core_sample_indices_)
    case.hold("DBSCAN: cores", numbers(found["core"]), core.astype(float), relative=0.0)
    mine, theirs = labels(case, found), peer.labels_
    case.same("DBSCAN: partition of cores", first_of_each(np.where(core, mine, -1)), first_of_each(np.where(core, theirs, -1)))
    # A point that is no core may be in the cluster of any core that it is near; both say that it is in the first.
    case.same("DBSCAN: labels", first_of_each(mine), first_of_each(theirs))


def by_persistence(case, at, least):
    size = int(case.chance.integers(max(least, 3), 12))
    found = case.run("cluster", "hdbscan", "points.csv", "--crs", patterns.CRS, "--min-cluster-size", size, "--min-points", least)
    if found is None:
        case.blame("HDBSCAN: labels", f"jiju failed: {case.message}")
        return
    own, firm, tied = definitions.hdbscan(at, size, least)
    mine, probabilities = first_of_each(labels(case, found)), numbers(found["probability"])
    case.same("HDBSCAN: labels, by definition", mine, first_of_each(own))
    case.hold("HDBSCAN: probabilities, by definition", probabilities, firm, relative=1e-10)
    peer = HDBSCAN(min_cluster_size=size, min_samples=least, copy=True, algorithm="brute").fit(at - np.array(patterns.ORIGIN))
    case.same("HDBSCAN: labels", mine, first_of_each(peer.labels_), [("ties at once", tied, first_of_each(own))])
    case.hold("HDBSCAN: probabilities", probabilities, peer.probabilities_, relative=1e-8, rules=[("ties at once", tied, firm)])


def by_order(case, at, distances, least):
    found = case.run("cluster", "optics", "points.csv", "--crs", patterns.CRS, "--min-points", least)
    if found is None:
        case.blame("OPTICS: order", f"jiju failed: {case.message}")
        return
    peer = OPTICS(min_samples=least, metric="precomputed").fit(distances)
    finite = lambda values: np.where(np.isinf(values), np.nan, values)
    core, reachability = numbers(found["core_distance_m"]), numbers(found["reachability_m"])
    order = np.argsort(numbers(found["order"]))
    follows, before = definitions.optics_follows(order, distances, definitions.reaches(distances, least), unmoved(case, reachability))
    if not follows:
        case.blame("OPTICS: order, by definition", "an order, or reachability, that does not follow from the distances")
    tied = len(np.unique(np.round(peer.reachability_[1:], 9))) < len(at) - 1
    case.hold("OPTICS: core distances", core, finite(peer.core_distances_), relative=1e-10)
    rule = [("order of ties", follows and tied, reachability)]
    case.hold("OPTICS: reachability", reachability, finite(peer.reachability_), relative=1e-10, rules=rule)
    case.same("OPTICS: order", list(order), list(peer.ordering_), [("order of ties", follows and tied, list(order))])
    plot = np.where(np.isnan(reachability), np.inf, unmoved(case, reachability))
    xi, _ = cluster_optics_xi(reachability=plot, predecessor=before, ordering=order, min_samples=least)
    case.same("OPTICS: labels", first_of_each(labels(case, found)), first_of_each(peer.labels_), [("order of ties", follows and tied, first_of_each(xi))])
    case.same("OPTICS: labels, by its own order", first_of_each(labels(case, found)), first_of_each(xi))


def unmoved(case, values):
    """Values as jiju printed them, where this run moves them to see whether that is found."""
    return values / (1 - case.broken)


def campaign(case, at):
    distances = definitions.apart(at)
    least = min(int(case.chance.integers(2, 8)), len(at))
    by_radius(case, at, distances, least)
    by_persistence(case, at, least)
    by_order(case, at, distances, least)
