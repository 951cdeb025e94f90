"""Points: second-order and nearest-neighbour functions, centres and clusters, against pointpats and scikit-learn."""

import numpy as np
import pointpats
import shapely
from pointpats import centrography
from sklearn.cluster import DBSCAN, HDBSCAN, OPTICS

import patterns
from ledger import column, rows_of

WINDOW = shapely.box(patterns.ORIGIN[0] - 1, patterns.ORIGIN[1] - 1, patterns.ORIGIN[0] + 10_001, patterns.ORIGIN[1] + 10_001)


def functions(case, at):
    """K, L and G without correction for the edge: pointpats divides K by n² and counts d < r."""
    n = len(at)
    # Radii that no distance between places of a grid has.
    radii = np.linspace(0, 2500, 11)[1:] + 0.37
    asked = ",".join(f"{radius:.2f}m" for radius in radii)
    radii = np.round(radii, 2)
    words = ("points.csv", "--areas", "window.geojson", "--crs", patterns.CRS, "--radii", asked)
    distances = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))[~np.eye(n, dtype=bool)]
    edge = (np.abs(distances[:, None] - radii[None]) <= 1e-9 * radii).any(axis=0)
    found = case.run("stats", "k", *words, "--edge-correction", "none")
    _, k = pointpats.k(at, support=radii)
    # The peer takes the box of the points for the window, and can be told no other.
    k = k * WINDOW.area / np.prod(np.ptp(at, axis=0))
    rows = None if found is None else at_radii(found, radii)
    case.hold("K without correction", None if rows is None else column(rows, "k"), k * n / (n - 1), reasons=[("at a radius", edge)])
    # The peer's L takes no window: it is the root of its K.
    case.hold("L without correction", None if rows is None else column(rows, "l"), np.sqrt(k * n / (n - 1) / np.pi), reasons=[("at a radius", edge)])
    found = case.run("stats", "g", *words)
    _, g = pointpats.g(at, support=radii)
    case.hold("G without correction", None if found is None else column(at_radii(found, radii), "raw"), g, absolute=1e-12, reasons=[("at a radius", edge)])


def at_radii(found, radii):
    return [row for row in rows_of(found) if min(abs(row["radius_m"] - radius) for radius in radii) < 1e-6]


def centres(case, at):
    found = case.run("stats", "centrography", "points.csv", "--crs", patterns.CRS)
    if found is None:
        case.blame("centrography", f"jiju failed: {case.message}")
        return
    row = rows_of(found)[0]
    # The peer's sums of squares are of coordinates of millions: it is given the places near 0.
    origin = np.array(patterns.ORIGIN)
    near = at - origin
    flat = np.linalg.matrix_rank(near - near.mean(axis=0), tol=1e-6) < 2
    mean = centrography.mean_center(near) + origin
    case.hold("centrography: mean centre", [row["mean_x_m"], row["mean_y_m"]], mean, relative=1e-12)
    case.hold("centrography: standard distance", row["standard_distance_m"], centrography.std_distance(near - near.mean(axis=0)))
    major, minor, _ = centrography.ellipse(near - near.mean(axis=0))
    case.hold("centrography: ellipse axes", [row["semi_major_m"], row["semi_minor_m"]], [major, minor], relative=1e-8, reasons=[("collinear", flat)])
    spread = np.cov((near - near.mean(axis=0)).T)
    values, vectors = np.linalg.eigh(spread)
    if not flat and values[1] > values[0] * 1.001:
        turned = np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1]))
        off = abs((row["rotation_deg"] - turned + 90) % 180 - 90)
        case.hold("centrography: rotation, by eigenvectors", off, 0.0, absolute=1e-4, scale=1.0)
    mine = np.array([row["median_x_m"], row["median_y_m"]]) - origin
    theirs = centrography.euclidean_median(near)
    away = lambda place: float(np.hypot(*(near - np.asarray(place)).T).sum())
    case.hold("centrography: sum of distances to the median", away(mine), away(theirs), relative=1e-8, reasons=[("better", away(mine) <= away(theirs))])
    hull = shapely.MultiPoint(near).convex_hull
    case.hold("centrography: hull", row["hull_m2"], hull.area, absolute=1e-3)
    low, high = near.min(axis=0), near.max(axis=0)
    left, bottom, right, top = centrography.minimum_bounding_rectangle(near)
    case.hold("centrography: box", row["box_m2"], (right - left) * (top - bottom), absolute=1e-3)
    case.hold("centrography: box, closed form", row["box_m2"], float(np.prod(high - low)), absolute=1e-3)
    if not flat:
        rectangle = shapely.Polygon(centrography.minimum_rotated_rectangle(near)).area
        case.hold("centrography: rectangle", row["rectangle_m2"], rectangle, relative=1e-8, reasons=[("better", row["rectangle_m2"] <= rectangle)])
    circle = np.array([row["circle_x_m"], row["circle_y_m"]]) - origin
    reach = float(np.hypot(*(near - circle).T).max())
    case.hold("centrography: circle holds every point", row["circle_radius_m"], reach, absolute=1e-5)
    smallest = shapely.minimum_bounding_radius(shapely.MultiPoint(near))
    case.hold("centrography: circle, by GEOS", row["circle_radius_m"], smallest, relative=1e-8, absolute=1e-5)
    try:
        (x, y), radius = unpack(centrography.minimum_bounding_circle(near))
        short = bool(np.hypot(near[:, 0] - x, near[:, 1] - y).max() > radius * (1 + 1e-9))
        case.hold("centrography: circle", row["circle_radius_m"], radius, relative=1e-7, absolute=1e-5, reasons=[("no more than all", short), ("better", row["circle_radius_m"] < radius)])
    except Exception:
        case.hold("centrography: circle", 0.0, 1.0, reasons=[("refused", True)])


def unpack(circle):
    *middle, radius = np.ravel(np.array([*np.ravel(circle[0]), *np.ravel(circle[1:])], dtype=float))
    return middle, radius


def matched(ours, theirs):
    """Theirs under the numbers of ours that most of their points have."""
    renamed = np.full(len(theirs), -1)
    for label in np.unique(theirs[theirs >= 0]):
        of, counts = np.unique(ours[theirs == label], return_counts=True)
        of, counts = of[of >= 0], counts[of >= 0]
        renamed[theirs == label] = of[counts.argmax()] if len(of) else 10_000 + label
    return renamed


def labels(found):
    rows = rows_of(found)
    return np.array([-1 if row["cluster"] is None else row["cluster"] for row in rows]), rows


def clusters(case, at):
    near = at - np.array(patterns.ORIGIN)
    distances = np.hypot(*(near[:, None] - near[None]).transpose(2, 0, 1))
    radius = float(np.round(case.chance.uniform(150, 1200)) + 0.5)
    least = int(case.chance.integers(2, 8))
    found = case.run("cluster", "dbscan", "points.csv", "--crs", patterns.CRS, "--radius", f"{radius}m", "--min-points", least)
    if found is None:
        case.blame("DBSCAN", f"jiju failed: {case.message}")
    else:
        ours, rows = labels(found)
        peer = DBSCAN(eps=radius, min_samples=least).fit(near)
        core = np.zeros(len(at), dtype=int)
        core[peer.core_sample_indices_] = 1
        edge = (np.abs(distances - radius) <= 1e-9 * radius).any()
        mine = np.array([int(row["core"] or 0) for row in rows])
        case.same("DBSCAN: cores", list(mine), list(core), [("tie", edge)])
        theirs = matched(ours, peer.labels_)
        of_two = np.array([len(set(peer.labels_[(distances[i] <= radius) & (core == 1)])) > 1 for i in range(len(at))]) & (core == 0)
        case.same("DBSCAN: labels", list(ours), list(theirs), [("border", of_two)])
    # Distances that tie leave the order of mergers, and so the tree, open.
    reach = np.sort(distances, axis=1)[:, min(least, len(at)) - 1]
    mutual = np.maximum(np.maximum(reach[:, None], reach[None]), distances)[np.triu_indices(len(at), 1)]
    is_tied = bool((np.diff(np.unique(mutual)) < 1e-9 * mutual.max()).any() or len(np.unique(distances[np.triu_indices(len(at), 1)])) < len(mutual))
    size = int(case.chance.integers(max(least, 3), 12))
    found = case.run("cluster", "hdbscan", "points.csv", "--crs", patterns.CRS, "--min-cluster-size", size, "--min-points", least)
    if found is None:
        case.blame("HDBSCAN", f"jiju failed: {case.message}")
    else:
        ours, rows = labels(found)
        peer = HDBSCAN(min_cluster_size=size, min_samples=least, copy=True).fit(near)
        # Core distances tie wherever two points are each other's k-th: then several trees are as short, and a point that joins at such a
        # distance may leave its cluster at the same density in either.
        theirs = matched(ours, peer.labels_)
        share = float(np.mean(ours == theirs))
        case.same("HDBSCAN: labels", list(ours), list(theirs), [("tie", is_tied or share > 0.9)])
        case.hold("HDBSCAN: probabilities", column(rows, "probability"), peer.probabilities_, relative=1e-6, scale=1.0, reasons=[("tie", is_tied or share > 0.9)])
    found = case.run("cluster", "optics", "points.csv", "--crs", patterns.CRS, "--min-points", least)
    if found is None:
        case.blame("OPTICS", f"jiju failed: {case.message}")
    else:
        ours, rows = labels(found)
        peer = OPTICS(min_samples=least, algorithm="brute").fit(near)
        core = column(rows, "core_distance_m")
        case.hold("OPTICS: core distances", core, np.where(np.isinf(peer.core_distances_), np.nan, peer.core_distances_))
        theirs = np.where(np.isinf(peer.reachability_), np.nan, peer.reachability_)
        case.hold("OPTICS: reachability", column(rows, "reachability_m"), theirs, reasons=[("tie", is_tied)])
        order = column(rows, "order").astype(int)
        case.same("OPTICS: order", list(np.argsort(order)), list(peer.ordering_), [("tie", is_tied)])
        case.same("OPTICS: labels", list(ours), list(matched(ours, peer.labels_)), [("tie", is_tied)])


def campaign(case, at):
    patterns.write_areas(case.folder / "window.geojson", [WINDOW])
    functions(case, at)
    centres(case, at)
    clusters(case, at)
