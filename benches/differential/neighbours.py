"""Who is a neighbour: jiju against libpysal."""

import geopandas
import libpysal
import numpy as np
import shapely
from scipy.spatial import cKDTree

import patterns


def ours(case, name, *words):
    if not case.write("weights", *words, "-o", name):
        return None
    return [set(own) for own in patterns.read_gal(case.folder / name).values()]


def theirs(w):
    return [{str(other) for other in w.neighbors[unit]} for unit in w.id_order]


def of_areas(case, cells):
    """The neighbours of the areas by queen contiguity."""
    frame = geopandas.GeoDataFrame(geometry=cells, crs=patterns.CRS)
    for kind, peer, shared in (("queen", libpysal.weights.Queen, "****T****"), ("rook", libpysal.weights.Rook, "F***1****")):
        found = ours(case, f"{kind}.gal", "--areas", "areas.geojson", "--area-id", "id", "--contiguity", kind)
        w = peer.from_dataframe(frame, use_index=False, silence_warnings=True)
        expected = theirs(w)
        touched = [False] * len(cells)
        if found is not None and found != expected:
            # libpysal compares vertices and edges; GEOS says who shares a point or a line.
            tree = shapely.STRtree(cells)
            for unit, cell in enumerate(cells):
                near = [other for other in tree.query(cell, predicate="touches") if other != unit]
                if kind == "rook":
                    near = [other for other in near if shapely.intersection(cell, cells[other]).length > 0]
                touched[unit] = found[unit] == {str(other) for other in near}
        case.same(f"neighbours, {kind}", found, expected, [("touch", touched)])
        if kind == "queen":
            queen = [sorted(w.neighbors[unit]) for unit in range(len(cells))]
    for order in (2,):
        found = ours(case, "second.gal", "--weights", "queen.gal", "--order", order)
        case.same("neighbours, of order 2", found, theirs(libpysal.weights.higher_order(patterns.weights(queen, "o"), order)))
    return queen


def of_points(case, at):
    """The k nearest of the points; a tie at the k-th distance is open."""
    k = int(case.chance.integers(1, 9))
    found = ours(case, "knn.gal", "points.csv", "--id", "id", "--crs", patterns.CRS, "--knn", k)
    w = libpysal.weights.KNN(at, k=k, silence_warnings=True)
    distances = np.sort(np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)), axis=1)
    tied = distances[:, k + 1] - distances[:, k] <= 1e-9 * distances[:, k] if len(at) > k + 1 else np.zeros(len(at), dtype=bool)
    if found is not None:
        sums = [np.sort(np.hypot(*(at[[int(j) for j in own]] - at[i]).T)) for i, own in enumerate(found)]
        right = np.array([len(own) == k and np.allclose(own, distances[i, 1 : k + 1], rtol=1e-12) for i, own in enumerate(sums)])
        case.hold("k nearest, distances", np.array(sums), distances[:, 1 : k + 1])
        tied = tied & right
        # Places that coincide count as neighbours; which of those that tie, is open.
    case.same("neighbours, k nearest", found, theirs(w), [("tie", tied)])
    radius = float(np.round(case.chance.uniform(300, 1500)))
    found = ours(case, "band.gal", "points.csv", "--id", "id", "--crs", patterns.CRS, "--distance-band", f"{radius:g}m")
    band = libpysal.weights.DistanceBand(at, threshold=radius, binary=True, silence_warnings=True)
    near = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    edge = (np.abs(near - radius) <= 1e-9 * radius).any(axis=1)
    shared = (near == 0).sum(axis=1) > 1
    case.same("neighbours, distance band", found, theirs(band), [("coincident", shared), ("at a radius", edge)])
    tree = cKDTree(at)
    brute = [{str(j) for j in own if j != i} for i, own in enumerate(tree.query_ball_point(at, radius))]
    case.same("neighbours, distance band, by scipy", found, brute, [("at a radius", edge)])
    return [sorted(int(j) for j in own) for own in (found or brute)], [sorted(w.neighbors[i]) for i in range(len(at))]
