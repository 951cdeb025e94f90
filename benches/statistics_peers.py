"""Statistics by jiju and by the peers, in turn; see README.md.

    benches/python.sh ENVIRONMENT statistics_peers.py JIJU --work FOLDER [--rounds 3] [--only WORDS] [--date DATE --write]

Prints Markdown. Exits with 1 where an answer differs from the peer's.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

import esda
import geopandas
import libpysal
import mapclassify
import numpy as np
import pandas as pd
import pointpats
from sklearn.cluster import DBSCAN, HDBSCAN

import peers

warnings.filterwarnings("ignore")
GRID = "EPSG:4549"
MARKERS = ("<!-- statistics: begin -->", "<!-- statistics: end -->")
DISTRIBUTIONS = ["esda", "libpysal", "mapclassify", "pointpats", "scikit-learn", "numba", "numpy", "pandas"]


def points(path, count):
    """Clusters of very different size among points anywhere, in metres, with a value; as crowded however many they are."""
    chance = np.random.default_rng(count)
    clusters, side = max(count // 750, 1), 60_000 * (count / 300_000) ** 0.5
    centres, spread = chance.uniform(0, side, (clusters, 2)), chance.uniform(100, 1500, clusters)
    crowded = count * 4 // 5
    of = chance.integers(0, clusters, crowded)
    near = centres[of] + chance.normal(size=(crowded, 2)) * spread[of][:, None]
    at = np.vstack([near, chance.uniform(0, side, (count - crowded, 2))])
    frame = pd.DataFrame(np.round(at + [500_000, 3_300_000], 2), columns=["x", "y"])
    frame["value"] = np.round(chance.lognormal(3, 1, count), 3)
    (frame.to_csv if path.suffix == ".csv" else frame.to_parquet)(path, index=False)


def table(path):
    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)


def queen(areas):
    frame = geopandas.read_parquet(areas)
    weights = libpysal.weights.Queen.from_dataframe(frame, use_index=False, silence_warnings=True)
    return sum(weights.cardinalities.values())


def knn(path):
    frame = table(path)
    weights = libpysal.weights.KNN(frame[["x", "y"]].to_numpy(), k=8, silence_warnings=True)
    weights.transform = "r"
    return frame["value"].to_numpy(), weights


def local_moran(path):
    value, weights = knn(path)
    found = esda.Moran_Local(value, weights, permutations=999, n_jobs=-1, seed=1)
    return float(np.sum(found.Is) * len(value) / (len(value) - 1))


def gi_star(path):
    value, weights = knn(path)
    found = esda.G_Local(value, weights, transform="B", star=True, permutations=999, n_jobs=-1, seed=1)
    return float(np.sum(found.Gs))


def dbscan(path):
    at = table(path)[["x", "y"]].to_numpy()
    return int(DBSCAN(eps=200, min_samples=10, n_jobs=-1).fit(at).labels_.max()) + 1


def hdbscan(path):
    at = table(path)[["x", "y"]].to_numpy()
    return int(HDBSCAN(min_cluster_size=50, min_samples=10, n_jobs=-1).fit(at).labels_.max()) + 1


class AtMost(float):
    """An answer that may only be bettered."""


def within_classes(values, bounds):
    """The sum of squares about the means of the classes."""
    of = np.searchsorted(bounds, values)
    means = np.bincount(of, values) / np.maximum(np.bincount(of), 1)
    return float(np.sum((values - means[of]) ** 2))


def fisher_jenks(path):
    # mapclassify sums in single precision, and so misses the best classes where there are many values.
    values = table(path)["value"].to_numpy()
    return AtMost(within_classes(values, mapclassify.FisherJenks(values, k=7).bins))


RADII = np.linspace(0, 5000, 51)


def k_function(path):
    at = table(path)[["x", "y"]].to_numpy()
    return float(pointpats.k(at, support=RADII)[1].sum())


def g_function(path):
    return float(pointpats.g(table(path)[["x", "y"]].to_numpy(), support=RADII)[1].sum())


def cases(work):
    """What is done, jiju's words, what is found in its answer, the peer, the input."""
    out = work / "statistics_out.csv"

    def file(count, ending="csv"):
        path = work / f"firms_{count}.{ending}"
        if not path.exists():
            points(path, count)
        return path

    def areas(what):
        command = [sys.executable, Path(__file__).with_name("counties.py"), work, what]
        path, number, vertices = subprocess.check_output(command, text=True).split()
        return Path(path), f"{int(number):,} areas, {int(vertices):,} vertices"

    def sum_of(column):
        return lambda *_: float(pd.read_csv(out)[column].sum())

    def clusters(_, told):
        return int(told.split(" clusters")[0].split()[-1])

    def neighbours(_, told):
        return int(told.split(" neighbours")[0].split()[-1])

    def squares_of(path):
        def squares(printed, _):
            bounds = [float(row["upper_bound"]) for row in csv.DictReader(printed.splitlines())]
            return within_classes(table(path)["value"].to_numpy(), np.array(bounds))

        return squares

    near = ("--value", "value", "--crs", GRID, "--knn", 8, "--permutations", 999, "-o", out)
    for what in ("counties", "dense_counties"):
        path, size = areas(what)
        words = ("weights", "--areas", path, "--contiguity", "queen", "-o", work / "queen.gal")
        yield f"queen neighbours, {size}", words, neighbours, queen, path
    for count in (10_000, 100_000):
        path = file(count)
        name = f"{count:,} points, 8 nearest, 999 permutations"
        yield f"local Moran, {name}", ("stats", "local-moran", path, *near), sum_of("i"), local_moran, path
    for count in (10_000, 100_000):
        path = file(count)
        name = f"{count:,} points, 8 nearest, 999 permutations"
        yield f"Gi*, {name}", ("stats", "gi-star", path, *near), sum_of("g"), gi_star, path
    dense = ("--crs", GRID, "--radius", "200m", "--min-points", 10, "-o", out)
    for count, ending in [(10_000, "csv"), (100_000, "csv"), (300_000, "csv"), (300_000, "parquet"), (1_000_000, "csv")]:
        path = file(count, ending)
        name = f"DBSCAN, {count:,} points" + (", Parquet" if ending == "parquet" else "")
        yield name, ("cluster", "dbscan", path, *dense), clusters, dbscan, path
    path = file(30_000)
    tree = ("--crs", GRID, "--min-cluster-size", 50, "--min-points", 10, "-o", out)
    yield "HDBSCAN, 30,000 points", ("cluster", "hdbscan", path, *tree), clusters, hdbscan, path
    for count in (10_000, 100_000):
        path = file(count)
        words = ("classify", path, "--value", "value", "--scheme", "fisher-jenks", "-k", 7, "--format", "csv")
        yield f"Fisher–Jenks, {count:,} values, 7 classes", words, squares_of(path), fisher_jenks, path
    # pointpats holds all pairs in memory, and divides by n² where jiju divides by n (n - 1).
    radii = ("--crs", GRID, "--max-radius", "5km", "--steps", 50, "-o", out)
    for count in (1_000, 10_000):
        path = file(count)
        words = ("stats", "k", path, "--correction", "none", *radii)
        of_pairs = lambda *_, share=(count - 1) / count: float(pd.read_csv(out)["k"].sum() * share)
        yield f"K, {count:,} points, 50 distances", words, of_pairs, k_function, path
    for count in (1_000, 10_000, 100_000):
        path = file(count)
        yield f"G, {count:,} points, 50 distances", ("stats", "g", path, *radii), sum_of("raw"), g_function, path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jiju", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", type=Path, default=Path(os.path.expanduser("~/.cache/jiju/bench/data")))
    parser.add_argument("--only", default="", help="only what has these words in its name")
    parser.add_argument("--date", help="the day of the measurement, for --write")
    parser.add_argument("--write", action="store_true", help="write the results into README.md")
    arguments = parser.parse_args()
    if arguments.write and (not arguments.date or arguments.only):
        parser.error("--write needs --date, and everything measured")
    arguments.work.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{arguments.date or 'undated'}; {peers.machine()}; {peers.versions(arguments.jiju, DISTRIBUTIONS)}; "
        f"medians of {arguments.rounds} rounds.",
        "",
        "| what | jiju (s) | peer (s) | × jiju |",
        "| --- | ---: | ---: | ---: |",
    ]
    agrees = True
    for name, words, answer, peer, path in cases(arguments.work):
        if arguments.only not in name:
            continue
        ours, theirs = [], []
        # The peer's first call compiles.
        for turn in range(arguments.rounds + 1):
            start = time.perf_counter()
            outcome = subprocess.run([arguments.jiju, *map(str, words)], capture_output=True, text=True)
            ours.append(time.perf_counter() - start)
            if outcome.returncode != 0:
                sys.exit(f"{name}: {outcome.stderr}")
            start = time.perf_counter()
            expected = peer(path)
            theirs.append(time.perf_counter() - start)
            found = answer(outcome.stdout, outcome.stderr)
            is_better = isinstance(expected, AtMost) and found <= expected
            if turn == 0 and not is_better and not np.isclose(found, expected, rtol=1e-6):
                print(f"{name}: found {found}, the peer {expected}", file=sys.stderr)
                agrees = False
        one, other = statistics.median(ours[1:]), statistics.median(theirs[1:])
        lines.append(f"| {name} | {one:.3g} | {other:.3g} | {other / one:.1f} |")
        print(lines[-1], file=sys.stderr, flush=True)
    print("\n".join(lines))
    if arguments.write:
        peers.write(lines, MARKERS)
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())
