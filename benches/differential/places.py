"""Points: second-order and nearest-neighbour functions and centres, against pointpats, GEOS and closed forms."""

import numpy as np
import pointpats
import shapely
from pointpats import centrography
from scipy.spatial import cKDTree

import patterns
from definitions import apart
from ledger import numbers

WINDOW = shapely.box(patterns.ORIGIN[0] - 1, patterns.ORIGIN[1] - 1, patterns.ORIGIN[0] + 10_001, patterns.ORIGIN[1] + 10_001)


def take(found, name):
    return None if found is None else numbers(found[name])


def functions(case, at, sectors):
    """K, L, G and F without correction for the edge: pointpats divides K by n² and takes the box of the points for the window."""
    n = len(at)
    # Radii at which no distance between places on a grid ends, so that d < r and d <= r are the same.
    radii = np.round(np.linspace(0, 2500, 11)[1:] + 0.37, 2)
    asked = ",".join(f"{radius:.2f}m" for radius in radii)
    window = ("--areas", "window.geojson", "--crs", patterns.CRS, "--radii", asked)
    found = case.run("stats", "k", "points.csv", *window, "--edge-correction", "none")
    theirs = pointpats.k(at, support=radii)[1] / np.prod(np.ptp(at, axis=0)) * WINDOW.area * n / (n - 1)
    case.hold("K", take(found, "k"), theirs, relative=1e-10)
    linear = pointpats.l(at, support=radii)[1] * np.sqrt(WINDOW.area / np.prod(np.ptp(at, axis=0)) * n / (n - 1))
    case.hold("L", take(found, "l"), linear, relative=1e-10)
    found = case.run("stats", "g", "points.csv", *window)
    # The peer counts what is between the first and the last bound, and divides by that.
    support = np.concatenate([[0.0], radii, [1e9]])
    nearest = cKDTree(at).query(at, k=2)[0][:, 1]
    share = np.array([(nearest <= radius).mean() for radius in radii])
    case.hold("G, by scipy's tree", take(found, "raw"), share, relative=1e-12)
    rule = ("at no distance", bool((nearest == 0).any()), share)
    case.hold("G", take(found, "raw"), pointpats.g(at, support=support)[1][1:-1], relative=1e-12, rules=[rule])
    count = int(case.chance.integers(200, 3000))
    found = case.run("stats", "f", "points.csv", *window, "--probes", count)
    low, _, high, _ = WINDOW.bounds
    step = np.sqrt(WINDOW.area / count)
    along = (np.arange(int(np.ceil((high - low) / step))) + 0.5) * step
    probes = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2) + WINDOW.bounds[:2]
    probes = probes[(probes <= WINDOW.bounds[2:]).all(axis=1)]
    nearest = np.hypot(*(probes[:, None] - at[None]).transpose(2, 0, 1)).min(axis=1)
    case.hold("F", take(found, "raw"), pointpats.f(at, support=support, distances=nearest)[1][1:-1], relative=1e-12)
    found = case.run("stats", "clark-evans", "points.csv", "--areas", "window.geojson", "--crs", patterns.CRS)
    distances = apart(at)
    nearest = np.where(np.eye(n, dtype=bool), np.inf, distances).min(axis=1)
    mean, expected = nearest.mean(), np.sqrt(WINDOW.area / n) / 2
    z = (mean - expected) / np.sqrt((4 - np.pi) / (4 * np.pi * n * n / WINDOW.area))
    for name, value in {"mean_distance_m": mean, "expected_m": expected, "ratio": mean / expected, "z": z}.items():
        case.hold(f"clark-evans: {name}", None if found is None else found[name], value, relative=1e-10)
    of, other = sectors == "a", sectors == "b"
    if of.sum() < 1 or other.sum() < 1:
        return
    by = ("points.csv", *window, "--by", "sector", "--sector", "a")
    found = case.run("stats", "k", *by, "--other-sector", "b", "--edge-correction", "none")
    between = distances[np.ix_(of, other)]
    cross = [WINDOW.area * (between <= radius).sum() / between.size for radius in radii]
    case.hold("cross-K, closed form", take(found, "k"), cross, relative=1e-10)
    if of.sum() < 2:
        return
    found = case.run("stats", "m", *by)
    case.hold("M, closed form", take(found, "m"), [concentrated(distances, of, radius) for radius in radii], relative=1e-10)


def concentrated(distances, of, radius):
    """Marcon and Puech's M of firms that all weigh the same: the mean over firms of the share nearby, against the share of all others."""
    near = (distances <= radius) & ~np.eye(len(of), dtype=bool)
    own, every = near[of][:, of].sum(axis=1), near[of].sum(axis=1)
    told = every > 0
    if not told.any():
        return np.nan
    return float(np.mean(own[told] / every[told])) / ((of.sum() - 1) / (len(of) - 1))


def centres(case, at):
    found = case.run("stats", "centrography", "points.csv", "--crs", patterns.CRS)
    if found is None:
        case.blame("centrography", f"jiju failed: {case.message}")
        return
    row = found[0]
    # The peer's sums of squares are of coordinates of millions: it is given the places near 0.
    origin = np.array(patterns.ORIGIN)
    near = at - origin
    middle = near - near.mean(axis=0)
    flat = np.linalg.matrix_rank(middle, tol=1e-6) < 2
    case.hold("centrography: mean centre", [row["mean_x_m"], row["mean_y_m"]], centrography.mean_center(near) + origin, relative=1e-12)
    case.hold("centrography: standard distance", row["standard_distance_m"], centrography.std_distance(middle))
    if not flat:
        major, minor, _ = centrography.ellipse(middle)
        case.hold("centrography: ellipse axes", [row["semi_major_m"], row["semi_minor_m"]], [major, minor], relative=1e-8)
    values, vectors = np.linalg.eigh(np.cov(middle.T))
    if not flat and values[1] > values[0] * 1.01:
        turned = np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1]))
        off = (row["rotation_deg"] - turned + 90) % 180 - 90
        case.hold("centrography: rotation, by eigenvectors", turned + off, turned, relative=1e-9)
    mine = np.array([row["median_x_m"], row["median_y_m"]]) - origin
    away = lambda place: float(np.hypot(*(near - np.asarray(place)).T).sum())
    case.at_most("centrography: sum of distances to the median", away(mine), away(centrography.euclidean_median(near)), relative=1e-12)
    case.hold("centrography: median, by its condition", mine, median(near), relative=3e-7, scale=float(np.hypot(*middle.T).mean()))
    case.hold("centrography: hull", row["hull_m2"], shapely.MultiPoint(near).convex_hull.area, relative=1e-9, absolute=1e-6)
    left, bottom, right, top = centrography.minimum_bounding_rectangle(near)
    case.hold("centrography: box", row["box_m2"], (right - left) * (top - bottom), relative=1e-10)
    if not flat:
        rectangle = shapely.Polygon(centrography.minimum_rotated_rectangle(near)).area
        case.at_most("centrography: rectangle", row["rectangle_m2"], rectangle, relative=1e-9)
        least = shapely.minimum_rotated_rectangle(shapely.MultiPoint(near)).area
        case.hold("centrography: rectangle, by hull edges", row["rectangle_m2"], min(least, about_edges(near)), relative=1e-9)
    circle = np.array([row["circle_x_m"], row["circle_y_m"]]) - origin
    case.hold("centrography: circle holds every point", row["circle_radius_m"], float(np.hypot(*(near - circle).T).max()), relative=1e-9)
    smallest = shapely.minimum_bounding_radius(shapely.MultiPoint(near))
    case.hold("centrography: circle, by GEOS", row["circle_radius_m"], smallest, relative=1e-8)
    try:
        *place, radius = np.concatenate([np.ravel(part) for part in centrography.minimum_bounding_circle(near)]).astype(float)
    except Exception:  # Of points on a line the peer has no circle, in several ways; GEOS' is held above.
        case.ledger.refused["pointpats, smallest circle"] += 1
        return
    short = np.hypot(*(near - place).T).max() > radius * (1 + 1e-9)
    case.hold("centrography: circle", row["circle_radius_m"], radius, relative=1e-8, rules=[("circle too small", short, smallest)])


def about_edges(near):
    """The least rectangle that has a side along an edge of the hull."""
    corners = shapely.get_coordinates(shapely.MultiPoint(near).convex_hull)
    turns = np.arctan2(*np.diff(corners, axis=0).T[::-1])
    turned = [corners @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) for turn in turns]
    return min(float(np.prod(np.ptp(corners, axis=0))) for corners in turned)


def median(near):
    """The place where unit vectors to all points sum to nothing, by Newton's steps from the mean, or the point that outweighs the others."""
    for i in np.unique(near, axis=0):
        rest = near[(near != i).any(axis=1)] - i
        if len(rest) == 0 or np.hypot(*(rest / np.hypot(*rest.T)[:, None]).sum(axis=0)) <= len(near) - len(rest):
            return i
    place = near.mean(axis=0) + 1e-3
    for _ in range(5000):
        to = near - place
        length = np.maximum(np.hypot(*to.T), 1e-12)
        next_place = (near / length[:, None]).sum(axis=0) / (1 / length).sum()
        if np.hypot(*(next_place - place)) < 1e-10:
            break
        place = next_place
    return place


def campaign(case, at, sectors):
    patterns.write_areas(case.folder / "window.geojson", [WINDOW])
    functions(case, at, sectors)
    centres(case, at)
