"""jiju held against GEOS point by point, and exact arithmetic where they differ; see README.md.

    benches/python.sh ENVIRONMENT agreement.py JIJU [--work FOLDER] [--exact 20000] [--dense]

A million firm-like points, and points made to be difficult: vertices, points of edges, points at the height of a vertex,
and each of them a rounding step aside. Every difference is listed with its distance to the nearest edge in steps of
rounding. Exits with 1 if jiju is not what exact arithmetic says, for a difference or for one of `--exact` difficult points.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
from fractions import Fraction

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

import counties

DIFFICULT = 50_000
OUTSIDE, BOUNDARY, INSIDE = "outside", "boundary", "inside"


class Areas:
    """The areas of a layer, and the edges of each part of each."""

    def __init__(self, path):
        frame = geopandas.read_parquet(path)
        self.ids = frame["gb"].to_numpy()
        self.geometry = frame.geometry.values
        self.parts = [[edges(part) for part in getattr(area, "geoms", [area])] for area in self.geometry]
        self.edges = np.concatenate([part for parts in self.parts for part in parts])


def edges(polygon):
    rings = [shapely.get_coordinates(ring) for ring in [polygon.exterior, *polygon.interiors]]
    return np.concatenate([np.concatenate([ring[:-1], ring[1:]], axis=1) for ring in rings])


def difficult(areas, chance):
    """Points on vertices, in the middle of edges, anywhere on them, at the height of a vertex; and each a step aside."""
    pick = lambda: areas.edges[chance.integers(0, len(areas.edges), DIFFICULT)]
    vertex, halved, cut, level = pick()[:, :2], pick(), pick(), pick()[:, :2].copy()
    halved = (halved[:, :2] + halved[:, 2:]) / 2
    cut = cut[:, :2] + (cut[:, 2:] - cut[:, :2]) * chance.random((DIFFICULT, 1))
    level[:, 0] += chance.normal(0, 0.3, DIFFICULT)
    exact = np.concatenate([vertex, halved, cut, level])
    return np.concatenate([exact, np.nextafter(exact, exact + chance.integers(-1, 2, exact.shape))])


def by_jiju(jiju, areas, points, folder):
    """The position of every point in every area that holds it."""
    pq.write_table(points, f"{folder}/points.parquet")
    command = [jiju, "join", f"{folder}/points.parquet", "--all", "--areas", areas, "--area-id", "gb"]
    told = subprocess.run([*command, "-o", f"{folder}/joined.parquet"], capture_output=True, text=True)
    if told.returncode != 0:
        sys.exit(f"error: {told.stderr}")
    joined = pq.read_table(f"{folder}/joined.parquet")
    layer = os.path.basename(areas).removesuffix(".parquet")
    columns = [joined[name].to_pylist() for name in ("id", f"{layer}_id", f"{layer}_on_boundary")]
    rows = list(zip(*columns))
    if {row for row, _, _ in rows} != set(range(len(points))):
        sys.exit("error: jiju lost points")
    return {(row, area): BOUNDARY if boundary else INSIDE for row, area, boundary in rows if area is not None}


def by_geos(areas, at):
    """The same by GEOS."""
    shapely.prepare(areas.geometry)
    point, area = shapely.STRtree(areas.geometry).query(shapely.points(at))
    geometry, x, y = areas.geometry[area], at[point, 0], at[point, 1]
    held = shapely.intersects_xy(geometry, x, y)
    inside = shapely.contains_xy(geometry, x, y)
    return {
        (int(p), areas.ids[a]): INSIDE if i else BOUNDARY for p, a, i in zip(point[held], area[held], inside[held])
    }


def exactly(parts, x, y):
    """Where a point lies, in rational numbers: on an edge and strictly inside no part, or inside by even and odd."""
    px, py = Fraction(x), Fraction(y)
    inside = on_edge = False
    for part in parts:
        low, high = np.minimum(part[:, 1], part[:, 3]), np.maximum(part[:, 1], part[:, 3])
        crossings, touched = 0, False
        for ax, ay, bx, by in part[(low <= y) & (y <= high) & (np.maximum(part[:, 0], part[:, 2]) >= x)]:
            ax, ay, bx, by = map(Fraction, (ax, ay, bx, by))
            cross = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
            touched |= cross == 0 and min(ax, bx) <= px <= max(ax, bx) and min(ay, by) <= py <= max(ay, by)
            if (ay > py) != (by > py):
                # To the left of an edge that climbs, to the right of one that falls: a ray to the right meets it.
                crossings += (cross > 0) == (by > ay)
        on_edge |= touched
        inside |= not touched and crossings % 2 == 1
    return INSIDE if inside else BOUNDARY if on_edge else OUTSIDE


def steps_to_edge(parts, x, y):
    """The distance to the nearest edge in units of the larger coordinate's last place."""
    px, py = Fraction(x), Fraction(y)
    every = np.concatenate(parts)
    way = every[:, 2:] - every[:, :2]
    length = np.maximum((way**2).sum(axis=1), np.finfo(float).tiny)
    share = np.clip((((x, y) - every[:, :2]) * way).sum(axis=1) / length, 0, 1)
    about = np.hypot(*(every[:, :2] + way * share[:, None] - (x, y)).T)
    least = None
    for ax, ay, bx, by in every[np.argsort(about)[:8]]:
        ax, ay, bx, by = map(Fraction, (ax, ay, bx, by))
        squared = (bx - ax) ** 2 + (by - ay) ** 2
        t = ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / squared if squared else Fraction(0)
        t = min(max(t, Fraction(0)), Fraction(1))
        away = (ax + t * (bx - ax) - px) ** 2 + (ay + t * (by - ay) - py) ** 2
        least = away if least is None else min(least, away)
    return math.sqrt(least / Fraction(math.ulp(max(abs(x), abs(y)))) ** 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jiju", help="the program")
    parser.add_argument("--work", default=os.path.expanduser("~/.cache/jiju/bench/data"), help="where the data are kept")
    parser.add_argument("--exact", type=int, default=20_000, help="how many difficult points exact arithmetic decides")
    parser.add_argument("--dense", action="store_true", help="on counties with ten times the vertices")
    arguments = parser.parse_args()

    path = (counties.dense_counties if arguments.dense else counties.counties)(arguments.work)
    areas = Areas(path)
    chance = np.random.default_rng(counties.SEED)
    firms = pq.read_table(counties.points(arguments.work, 1))
    at = np.concatenate(
        [np.stack([firms["lon"].to_numpy(), firms["lat"].to_numpy()], axis=1), difficult(areas, chance)]
    )
    points = pa.table({"id": np.arange(len(at)), "lon": at[:, 0], "lat": at[:, 1]})
    with tempfile.TemporaryDirectory() as folder:
        ours = by_jiju(arguments.jiju, path, points, folder)
    geos = by_geos(areas, at)
    number_of = {gb: number for number, gb in enumerate(areas.ids)}

    wrong = set()
    differing = sorted((pair for pair in ours.keys() | geos.keys() if ours.get(pair) != geos.get(pair)), key=str)
    for point, gb in differing:
        x, y = map(float, at[point])
        parts = areas.parts[number_of[gb]]
        truth = exactly(parts, x, y)
        said = ours.get((point, gb), OUTSIDE)
        if said != truth:
            wrong.add((point, gb))
        print(
            f"point {point} at {x!r}, {y!r}, county {gb}: jiju {said}, GEOS {geos.get((point, gb), OUTSIDE)}, "
            f"exact {truth}; {steps_to_edge(parts, x, y):.3g} steps of rounding from the nearest edge"
        )

    tree = shapely.STRtree(areas.geometry)
    sample = len(firms) + chance.choice(len(at) - len(firms), min(arguments.exact, len(at) - len(firms)), False)
    held = 0
    for point, area in zip(*tree.query(shapely.points(at[sample]))):
        point = int(sample[point])
        truth = exactly(areas.parts[area], *map(float, at[point]))
        said = ours.get((point, areas.ids[area]), OUTSIDE)
        held += truth == BOUNDARY
        if said != truth:
            wrong.add((point, areas.ids[area]))
            print(f"point {point} at {at[point].tolist()}, county {areas.ids[area]}: jiju {said}, exact {truth}")
    boundary = sum(position == BOUNDARY for position in ours.values())
    print(
        f"{len(at):,} points ({len(firms):,} firm-like, {len(at) - len(firms):,} difficult) and {len(areas.ids):,} areas: "
        f"{len(ours):,} matches, {boundary:,} of them on a boundary; {len(differing)} differ from GEOS {shapely.geos_version_string}. "
        f"{len(sample):,} difficult points decided by exact arithmetic, {held:,} of the pairs on a boundary. "
        f"jiju is wrong {len(wrong)} times."
    )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
