"""Who is a neighbour, and with what weight: jiju against libpysal, with scipy and GEOS where it leaves some out."""

import geopandas
import libpysal
import numpy as np
import shapely
from scipy.spatial import cKDTree

import patterns
from definitions import apart

KERNELS = {"uniform": "uniform", "triangular": "triangular", "epanechnikov": "quadratic", "quartic": "quartic", "gaussian": "gaussian"}


def ours(case, name, *words):
    if not case.write("weights", *words, "-o", name):
        return None
    found = [set(own) for own in patterns.read_gal(case.folder / name).values()]
    if case.broken:
        # One neighbour less of the first unit that has any.
        own = next((own for own in found if own), set())
        own -= {min(own, default="")}
    return found


def theirs(w):
    return [{str(other) for other in w.neighbors[unit]} for unit in w.id_order]


def of_areas(case, cells):
    """The neighbours of the areas by queen contiguity."""
    frame = geopandas.GeoDataFrame(geometry=cells, crs=patterns.CRS)
    tree = shapely.STRtree(cells)

    def touching(kind):
        near = [[other for other in tree.query(cell, predicate="touches") if other != unit] for unit, cell in enumerate(cells)]
        if kind == "rook":
            near = [[other for other in own if shapely.intersection(cells[unit], cells[other]).length > 0] for unit, own in enumerate(near)]
        return [{str(other) for other in own} for own in near]

    for kind, peer in (("queen", libpysal.weights.Queen), ("rook", libpysal.weights.Rook)):
        found = ours(case, f"{kind}.gal", "--areas", "areas.geojson", "--area-id", "id", "--contiguity", kind)
        w = peer.from_dataframe(frame, use_index=False, silence_warnings=True)
        case.same(f"neighbours, {kind}", found, theirs(w), [("touch", True, lambda kind=kind: touching(kind))])
        if kind == "queen":
            queen = [sorted(int(other) for other in own) for own in patterns.read_gal(case.folder / "queen.gal").values()]
    found = ours(case, "second.gal", "--weights", "queen.gal", "--order", 2)
    case.same("neighbours, of order 2", found, theirs(libpysal.weights.higher_order(patterns.weights(queen, "o"), 2)))
    found = ours(case, "within.gal", "--weights", "queen.gal", "--order", 2, "--cumulative")
    case.same("neighbours, up to order 2", found, theirs(libpysal.weights.higher_order(patterns.weights(queen, "o"), 2, lower_order=True)))
    return queen


def of_points(case, at):
    """The k nearest of the points, and those within a distance."""
    n = len(at)
    k = int(case.chance.integers(1, min(9, n - 1)))
    found = ours(case, "knn.gal", "points.csv", "--id", "id", "--crs", patterns.CRS, "--knn", k)
    w = libpysal.weights.KNN(at, k=k, silence_warnings=True)
    distances = apart(at)
    ordered = np.sort(np.where(np.eye(n, dtype=bool), -1.0, distances), axis=1)
    tied = ordered[:, k + 1] - ordered[:, k] <= 1e-9 * ordered[:, k] if n > k + 1 else np.zeros(n, dtype=bool)

    def as_near():
        # Which of those that tie is open: what jiju has is taken where it is as many, as near, and without the unit itself.
        own = [sorted(distances[i, [int(j) for j in own]]) for i, own in enumerate(found)]
        right = [len(own[i]) == k and str(i) not in found[i] and np.allclose(own[i], ordered[i, 1 : k + 1], rtol=1e-12) for i in range(n)]
        return [one if fine else None for one, fine in zip(found, right)]

    case.same("neighbours, k nearest", found, theirs(w), [("k of ties", tied, as_near)])
    radius = float(np.round(case.chance.uniform(300, 1500)) + 0.37)
    band = ("points.csv", "--id", "id", "--crs", patterns.CRS, "--distance-band", f"{radius:g}m")
    found = ours(case, "band.gal", *band)
    brute = [{str(j) for j in own if j != i} for i, own in enumerate(cKDTree(at).query_ball_point(at, radius))]
    peer = libpysal.weights.DistanceBand(at, threshold=radius, binary=True, silence_warnings=True)
    shared = (distances == 0).sum(axis=1) > 1
    case.same("neighbours, distance band", found, theirs(peer), [("places as one", shared, brute)])
    kernels(case, at, radius, band, k)
    if not shared.any() and not (distances[~np.eye(n, dtype=bool)] == 0).any():
        power = int(case.chance.integers(1, 3))
        case.write("weights", *band, "--inverse-distance", power, "-o", "inverse.gwt")
        peer = libpysal.weights.DistanceBand(at, threshold=radius, binary=False, alpha=-power, silence_warnings=True)
        compare(case, "weights, inverse distance", "inverse.gwt", [dict(zip(peer.neighbors[i], peer.weights[i])) for i in range(n)])
    return [sorted(int(j) for j in own) for own in brute], [sorted(w.neighbors[i]) for i in range(n)]


def kernels(case, at, radius, band, k):
    kernel = str(case.chance.choice(list(KERNELS)))
    n = len(at)
    case.write("weights", *band, "--kernel", kernel, "-o", "kernel.gwt")
    peer = libpysal.weights.Kernel(at, bandwidth=radius, k=n - 1, function=KERNELS[kernel], silence_warnings=True)
    # The peer counts the unit itself.
    compare(case, f"weights, kernel {kernel}", "kernel.gwt", [without(i, peer) for i in range(n)])
    distances = apart(at)
    farthest = np.sort(np.where(np.eye(n, dtype=bool), -1.0, distances), axis=1)[:, k]
    if (farthest > 0).all() and len(np.unique(np.round(distances, 6))) > n * (n - 1) // 2:
        case.write("weights", *band[:5], "--knn", k, "--kernel", kernel, "-o", "kernel.gwt")
        peer = libpysal.weights.Kernel(at, fixed=False, k=k, function=KERNELS[kernel], silence_warnings=True)
        compare(case, f"weights, adaptive kernel {kernel}", "kernel.gwt", [without(i, peer) for i in range(n)])


def without(unit, w):
    return {other: weight for other, weight in zip(w.neighbors[unit], w.weights[unit]) if other != unit}


def compare(case, quantity, name, expected):
    found = patterns.read_gwt(case.folder / name, len(expected))
    # A kernel ends at 0: who has no weight is no neighbour.
    pairs = [(i, j) for i, own in enumerate(expected) for j in sorted(own) if own[j] > 0 or found[i].get(j)]
    more = sum(j not in expected[i] for i, own in enumerate(found) for j in own)
    if more:
        case.blame(quantity, f"{more} neighbours that the peer has not")
    if pairs:
        values = np.array([found[i].get(j, 0.0) for i, j in pairs]) * (1 - case.broken)
        case.hold(quantity, values, [expected[i][j] for i, j in pairs], relative=1e-9)
