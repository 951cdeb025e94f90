"""Random areas, points, neighbours and columns, as files."""

import csv
import json

import libpysal
import numpy as np
import shapely

CRS, ORIGIN = "EPSG:4549", (500_000.0, 3_300_000.0)


def lattice(chance, count):
    rows = int(chance.integers(3, max(4, int(count**0.5) + 2)))
    columns = -(-count // rows)
    side = float(chance.choice([100.0, 250.0, 1000.0]))
    x, y = np.meshgrid(np.arange(columns), np.arange(rows))
    at = np.stack([x.ravel(), y.ravel()], axis=1) * side + ORIGIN
    return [shapely.box(a, b, a + side, b + side) for a, b in at]


def voronoi(chance, count):
    """Cells of points in a rectangle, on a grid of 1/16 m, so that both sides of a border have the same corners."""
    window = shapely.box(ORIGIN[0], ORIGIN[1], ORIGIN[0] + 40_000, ORIGIN[1] + 30_000)
    at = chance.uniform(ORIGIN, (ORIGIN[0] + 40_000, ORIGIN[1] + 30_000), (count, 2))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(at), extend_to=window))
    cells = shapely.set_precision(shapely.intersection(cells, window), 1 / 16)
    return [cell for cell in cells if cell.geom_type == "Polygon" and cell.area > 1000]


def enclaves(chance, count):
    """Squares of which some have a hole, and in it an area of its own."""
    cells = []
    for cell in lattice(chance, count):
        if chance.random() < 0.2:
            (west, south), side = cell.bounds[:2], cell.bounds[2] - cell.bounds[0]
            inner = shapely.box(west + side / 4, south + side / 4, west + side / 2, south + side / 2)
            cells += [cell.difference(inner), inner]
        else:
            cells.append(cell)
    return cells


def areas(chance, count):
    """Squares, squares with enclaves, or cells of Voronoi; in one case of three some are taken out, so that gaps and islands are left."""
    kind = str(chance.choice(["lattice", "enclaves", "voronoi"]))
    cells = {"lattice": lattice, "enclaves": enclaves, "voronoi": voronoi}[kind](chance, count)
    if chance.random() < 1 / 3:
        kept = [cell for cell in cells if chance.random() < 0.6]
        cells, kind = (kept, f"{kind} with gaps") if len(kept) > 3 else (cells, kind)
    return kind, cells


def write_areas(path, cells):
    features = [{"type": "Feature", "properties": {"id": str(i)}, "geometry": shapely.geometry.mapping(cell)} for i, cell in enumerate(cells)]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4549"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))


def points(chance, count):
    """Places anywhere, in clusters, in clusters with several in one place, or on a coarse grid."""
    kind = str(chance.choice(["anywhere", "clusters", "coincident", "grid"]))
    if kind == "anywhere":
        at = chance.uniform(0, 10_000, (count, 2))
    elif kind == "grid":
        at = chance.integers(0, 40, (count, 2)) * 250.0
    else:
        centres = chance.uniform(1000, 9000, (max(count // 25, 1), 2))
        of = chance.integers(0, len(centres), count)
        at = np.clip(centres[of] + chance.normal(0, 300, (count, 2)), 0, 10_000)
        if kind == "coincident":
            twice = chance.random(count) < 0.3
            at[twice] = at[chance.integers(0, count, int(twice.sum()))]
    # Half a millimetre, so that coordinates are written as they are.
    return kind, np.round((at + ORIGIN) * 2048) / 2048


# Columns of a table: each is one that has broken tools of this kind.
COLUMNS = {
    "normal": lambda chance, n: chance.normal(0, 1, n),
    "negative": lambda chance, n: -chance.lognormal(3, 0.5, n),
    "lognormal": lambda chance, n: chance.lognormal(2, 1, n).round(3),
    "heavy": lambda chance, n: chance.standard_t(1.5, n) * 100,
    "skewed": lambda chance, n: chance.pareto(1.2, n),
    "whole": lambda chance, n: chance.integers(0, 1000, n).astype(float),
    "ties": lambda chance, n: chance.integers(0, 6, n).astype(float),
    "zeros": lambda chance, n: np.where(chance.random(n) < 0.6, 0, chance.poisson(5, n)).astype(float),
    "tiny": lambda chance, n: chance.exponential(1e-9, n),
    "offset": lambda chance, n: 1e7 + chance.normal(0, 1, n),
    "outlier": lambda chance, n: np.where(np.arange(n) == n // 2, 1e6, chance.normal(5, 1, n)),
    "constant": lambda chance, n: np.full(n, float(chance.choice([0.0, 0.1, 3.0, 1e7 + 0.1]))),
}


def write_table(path, columns):
    """A table; NaN is an empty cell."""
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(columns)
        for row in zip(*columns.values()):
            out.writerow([("" if np.isnan(cell) else repr(float(cell))) if isinstance(cell, float | np.floating) else cell for cell in row])


def write_gal(path, neighbours):
    lines = [f"0 {len(neighbours)} differential id"]
    for unit, own in enumerate(neighbours):
        lines += [f"{unit} {len(own)}", " ".join(map(str, own))]
    path.write_text("\n".join(lines) + "\n")


def weights(neighbours, transform):
    w = libpysal.weights.W({i: list(own) for i, own in enumerate(neighbours)}, silence_warnings=True, id_order=list(range(len(neighbours))))
    w.transform = transform
    return w


def among(kept, neighbours):
    """The neighbours of the kept units among them, numbered anew."""
    number = {unit: i for i, unit in enumerate(kept)}
    return [[number[other] for other in neighbours[unit] if other in number] for unit in kept]


def read_gal(path):
    lines = path.read_text().split("\n")
    count = int(lines[0].split()[1])
    rows = {}
    for unit in range(count):
        name, _ = lines[1 + 2 * unit].split()
        rows[name] = lines[2 + 2 * unit].split()
    return rows


def read_gwt(path, count):
    """The weights of each unit, by the number of its neighbour."""
    rows = [{} for _ in range(count)]
    for line in path.read_text().split("\n")[1:]:
        if line:
            unit, other, weight = line.split()
            # A unit without neighbours is written as its own, of weight 0.
            if unit != other or float(weight):
                rows[int(unit)][int(other)] = float(weight)
    return rows
