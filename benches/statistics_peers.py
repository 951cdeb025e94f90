"""Statistics by jiju and by the peers, in turn; see README.md.

    benches/python.sh ENVIRONMENT statistics_peers.py JIJU [--rounds 3] [--work FOLDER]

Prints Markdown. Exits with 1 where an answer differs from the peer's.
"""

import argparse
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import esda
import geopandas
import libpysal
import numpy as np
import pandas as pd
import pointpats
from sklearn.cluster import DBSCAN, HDBSCAN

warnings.filterwarnings("ignore")
GRID = "EPSG:4549"


def points(path, count, seed):
    """Clusters of very different size among points anywhere, in metres, with a value."""
    chance = np.random.default_rng(seed)
    centres, spread = chance.uniform(0, 60_000, (400, 2)), chance.uniform(100, 1500, 400)
    crowded = count * 4 // 5
    of = chance.integers(0, 400, crowded)
    at = np.vstack(
        [centres[of] + chance.normal(size=(crowded, 2)) * spread[of][:, None], chance.uniform(0, 60_000, (count - crowded, 2))]
    )
    frame = pd.DataFrame(np.round(at + [500_000, 3_300_000], 2), columns=["x", "y"])
    frame["value"] = np.round(chance.lognormal(3, 1, count), 3)
    frame.to_csv(path, index=False)


def coordinates(path):
    frame = pd.read_csv(path)
    return frame[["x", "y"]].to_numpy(), frame["value"].to_numpy()


def queen(areas):
    frame = geopandas.read_parquet(areas)
    weights = libpysal.weights.Queen.from_dataframe(frame, use_index=False, silence_warnings=True)
    return sum(weights.cardinalities.values())


def knn(path):
    at, value = coordinates(path)
    weights = libpysal.weights.KNN(at, k=8, silence_warnings=True)
    weights.transform = "r"
    return value, weights


def local_moran(path):
    value, weights = knn(path)
    found = esda.Moran_Local(value, weights, permutations=999, n_jobs=-1, seed=1)
    return float(np.sum(found.Is) * len(value) / (len(value) - 1))


def local_g(path):
    value, weights = knn(path)
    found = esda.G_Local(value, weights, transform="B", star=False, permutations=999, n_jobs=-1, seed=1)
    return float(np.sum(found.Gs))


def dbscan(path):
    return int(DBSCAN(eps=200, min_samples=10, n_jobs=-1).fit(coordinates(path)[0]).labels_.max()) + 1


def hdbscan(path):
    return int(HDBSCAN(min_cluster_size=50, min_samples=10, n_jobs=-1).fit(coordinates(path)[0]).labels_.max()) + 1


RADII = np.linspace(0, 5000, 51)


def k_function(path):
    at = coordinates(path)[0]
    return float(pointpats.k(at, support=RADII)[1].sum())


def g_function(path):
    return float(pointpats.g(coordinates(path)[0], support=RADII)[1].sum())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("jiju", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--areas", type=Path, help="a GeoParquet of areas for contiguity")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    files = {count: arguments.work / f"statistics_{count}.csv" for count in (1_000, 10_000, 30_000, 100_000, 300_000)}
    for count, path in files.items():
        if not path.exists():
            points(path, count, count)
    out = arguments.work / "statistics_out.csv"

    def jiju(*words):
        outcome = subprocess.run([arguments.jiju, *map(str, words)], check=True, capture_output=True, text=True)
        return outcome.stderr

    def sum_of(column, factor=1.0):
        return lambda _: float(pd.read_csv(out)[column].sum() * factor)

    def count_of(stderr):
        return int(stderr.split(" clusters")[0].split()[-1])

    near = ("--crs", GRID, "--knn", 8, "--permutations", 999, "-o", out)
    moran = ("stats", "local-moran", files[100_000], "--value", "value", *near)
    g = ("stats", "gi", files[100_000], "--value", "value", *near)
    dense = ("cluster", "dbscan", files[300_000], "--crs", GRID, "--radius", "200m", "--min-points", 10, "-o", out)
    tree = ("cluster", "hdbscan", files[30_000], "--crs", GRID, "--min-cluster-size", 50, "--min-points", 10, "-o", out)
    cases = [
        ("local Moran, 100,000 points, 8 nearest, 999 permutations", moran, sum_of("i"), local_moran, files[100_000]),
        ("Gi, 100,000 points, 8 nearest, 999 permutations", g, sum_of("g"), local_g, files[100_000]),
        ("DBSCAN, 300,000 points", dense, count_of, dbscan, files[300_000]),
        ("HDBSCAN, 30,000 points", tree, count_of, hdbscan, files[30_000]),
    ]
    # pointpats holds all pairs in memory, and divides by n² where jiju divides by n (n - 1).
    radii = ("--crs", GRID, "--max-radius", "5km", "--steps", 50, "-o", out)
    for count in (1_000, 10_000):
        path = files[count]
        words = ("stats", "k", path, "--correction", "none", *radii)
        cases.append((f"K, {count:,} points, 50 distances", words, sum_of("k", (count - 1) / count), k_function, path))
    for count in (1_000, 10_000, 100_000):
        path = files[count]
        words = ("stats", "g", path, *radii)
        cases.append((f"G, {count:,} points, 50 distances", words, sum_of("raw"), g_function, path))
    if arguments.areas:
        words = ("weights", "--areas", arguments.areas, "--contiguity", "queen", "-o", arguments.work / "queen.gal")
        found = lambda stderr: int(stderr.split(" neighbours")[0].split()[-1])
        cases.insert(0, (f"queen neighbours of {arguments.areas.stem}", words, found, queen, arguments.areas))
    print("| what | jiju (s) | peer (s) | × jiju |\n| --- | ---: | ---: | ---: |")
    agrees = True
    for name, words, answer, peer, path in cases:
        ours, theirs = [], []
        # The peer's first call compiles.
        for turn in range(arguments.rounds + 1):
            start = time.perf_counter()
            stderr = jiju(*words)
            ours.append(time.perf_counter() - start)
            start = time.perf_counter()
            expected = peer(path)
            theirs.append(time.perf_counter() - start)
            found = answer(stderr)
            if turn == 0 and not np.isclose(found, expected, rtol=1e-6):
                print(f"{name}: found {found}, the peer {expected}", file=sys.stderr)
                agrees = False
        one, other = statistics.median(ours[1:]), statistics.median(theirs[1:])
        print(f"| {name} | {one:.3g} | {other:.3g} | {other / one:.1f} |", flush=True)
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
