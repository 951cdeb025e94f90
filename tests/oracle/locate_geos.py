"""Expected values for tests/oracle/locate.rs, from GEOS (where points lie) and PROJ's geodesics (how far they are).

    python tests/oracle/locate_geos.py

needs shapely 2.2.0 (GEOS 3.14.1), pyproj 3.7.2 (PROJ 9.5.1), numpy and scipy, and writes, with a fixed seed,
tests/oracle/data/locate_geos.csv (layer, x, y, the positions of the areas that cover the point, those it touches) and
tests/oracle/data/distance_geod.csv (layer, x, y, the distance to the nearest boundary in metres).

Edges are straight in longitude and latitude. The nearest point of each of the 40 edges that look nearest is found by
bounded minimisation of the geodesic distance, from 8 starting intervals each.
"""

import csv
import json
from pathlib import Path

import numpy as np
import pyproj
import shapely
from scipy.optimize import minimize_scalar

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "oracle" / "data"
LAYERS = {"shaoxing": "shaoxing_districts.geojson", "zhejiang": "zhejiang_districts.geojson"}
GEOD = pyproj.Geod(ellps="WGS84")


def edges_of(geometry):
    for ring in rings_of(geometry):
        yield from zip(ring[:-1], ring[1:])


def rings_of(geometry):
    for part in getattr(geometry, "geoms", [geometry]):
        yield np.asarray(part.exterior.coords)
        for hole in part.interiors:
            yield np.asarray(hole.coords)


def points_for(geometries, rng, count):
    edges = np.array([edge for geometry in geometries for edge in edges_of(geometry)])
    low, high = edges.min(axis=(0, 1)), edges.max(axis=(0, 1))
    pick = lambda: edges[rng.integers(len(edges), size=count)]
    yield from rng.uniform(low - 0.2, high + 0.2, size=(count, 2))
    yield from pick()[:, 0]
    yield from pick().mean(axis=1)
    chosen, share = pick(), rng.uniform(size=(count, 1))
    yield from chosen[:, 0] + (chosen[:, 1] - chosen[:, 0]) * share
    near = pick().mean(axis=1)
    yield from np.nextafter(near, near + rng.choice([-1.0, 1.0], size=near.shape))
    # At the height of a vertex, where a ray meets it.
    chosen = pick()[:, 0]
    chosen[:, 0] = rng.uniform(low[0], high[0], size=count)
    yield from chosen


def distance_m(x, y, edges):
    a, b = edges[:, 0], edges[:, 1]
    scale = np.array([np.cos(np.radians(y)), 1.0])
    start, way = (a - (x, y)) * scale, (b - a) * scale
    length = (way**2).sum(axis=1)
    share = np.clip(-(start * way).sum(axis=1) / np.where(length > 0, length, 1), 0, 1)
    about = np.hypot(*(start + way * share[:, None]).T)
    best = np.inf
    for n in np.argsort(about)[:40]:
        to = lambda t: GEOD.inv(x, y, *(a[n] + (b[n] - a[n]) * t))[2]
        best = min(best, to(0.0), to(1.0))
        for k in range(8):
            found = minimize_scalar(to, bounds=(k / 8, (k + 1) / 8), method="bounded", options={"xatol": 1e-12})
            best = min(best, found.fun)
    return best


def main():
    rng = np.random.default_rng(20200528)
    with open(DATA / "locate_geos.csv", "w", newline="") as located, open(
        DATA / "distance_geod.csv", "w", newline=""
    ) as measured:
        located, measured = csv.writer(located, lineterminator="\n"), csv.writer(measured, lineterminator="\n")
        located.writerow(["layer", "x", "y", "covering", "touching"])
        measured.writerow(["layer", "x", "y", "distance_m"])
        for layer, file in LAYERS.items():
            features = json.loads((ROOT / "data" / "boundaries" / file).read_text())["features"]
            geometries = [shapely.geometry.shape(feature["geometry"]) for feature in features]
            for x, y in points_for(geometries, rng, 200 if layer == "shaoxing" else 350):
                point = shapely.Point(x, y)
                covering = [n for n, g in enumerate(geometries) if g.covers(point)]
                touching = [n for n in covering if geometries[n].touches(point)]
                located.writerow([layer, repr(float(x)), repr(float(y)), *(" ".join(map(str, l)) for l in (covering, touching))])
            edges = np.array([edge for geometry in geometries for edge in edges_of(geometry)])
            low, high = edges.min(axis=(0, 1)), edges.max(axis=(0, 1))
            far = rng.uniform(low - 1.0, high + 1.0, size=(40, 2))
            near = edges[rng.integers(len(edges), size=40)].mean(axis=1) + rng.normal(scale=0.002, size=(40, 2))
            for x, y in np.concatenate([far, near]):
                measured.writerow([layer, repr(float(x)), repr(float(y)), f"{distance_m(x, y, edges):.6f}"])


main()
