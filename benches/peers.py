"""Points counted per county by jiju and by what a user would pick instead, in turn; see README.md.

    benches/python.sh ENVIRONMENT peers.py JIJU [--sizes "1 10"] [--rounds 5] [--dense] [--work FOLDER]
                                           [--date DATE --write]

Prints Markdown. Exits with 1 if an engine counts another number of points in any county than jiju.
"""

import argparse
import csv
import functools
import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Beyond this many millions of points the slow engines would take minutes a round.
MOST_FOR_ALL = 10
FAST = ["sedonadb", "polars scan"]
README = Path(__file__).with_name("README.md")
MARKERS = ("<!-- results: begin -->", "<!-- results: end -->")


def sedonadb(areas, points):
    import sedonadb

    yield
    session = sedonadb.connect()
    session.read_parquet(points).to_view("p")
    session.read_parquet(areas).to_view("c")
    query = """select c.gb, count(*) n from p join c on ST_Intersects(c.geometry, ST_Point(p.lon, p.lat, 4490))
               group by 1"""
    counted = session.sql(query).to_pandas()
    yield dict(zip(counted.gb, map(int, counted.n)))


def duckdb(areas, points):
    import glob

    import duckdb
    import duckdb_extension_spatial

    yield
    session = duckdb.connect()
    folder = os.path.dirname(duckdb_extension_spatial.__file__)
    session.execute("load '%s'" % glob.glob(f"{folder}/**/*.duckdb_extension", recursive=True)[0])
    session.execute(f"create table c as select gb, geometry from '{areas}'")
    query = f"""select c.gb, count(*) from '{points}' p join c on ST_Intersects(c.geometry, ST_Point(p.lon, p.lat))
                group by 1"""
    yield dict(session.execute(query).fetchall())


def geopandas(areas, points):
    import geopandas
    import pyarrow.parquet

    yield
    table = pyarrow.parquet.read_table(points, columns=["lon", "lat"])
    at = geopandas.points_from_xy(table["lon"].to_numpy(), table["lat"].to_numpy())
    joined = geopandas.sjoin(
        geopandas.GeoDataFrame(geometry=at, crs=4490), geopandas.read_parquet(areas), predicate="intersects"
    )
    yield {gb: int(n) for gb, n in joined.groupby("gb").size().items()}


def polars_scan(areas, points):
    import polars

    yield
    columns = polars.col("lon").sum(), polars.col("lat").sum()
    polars.scan_parquet(points).select(*columns).collect()
    yield None


PEERS = {"sedonadb": sedonadb, "duckdb": duckdb, "geopandas": geopandas, "polars scan": polars_scan}
DISTRIBUTIONS = ["sedonadb", "duckdb", "geopandas", "shapely", "polars"]
# A point that two counties hold is counted in both with --all, as a join does, and in the first without.
JIJU = {"jiju": [], "jiju --all": ["--all"], "jiju, saved index": []}


def engine(name, areas, points):
    """Runs a peer in this process, and prints the seconds from its imports to its answer."""
    steps = PEERS[name](areas, points)
    next(steps)
    start = time.perf_counter()
    counts = next(steps)
    print(json.dumps({"seconds": time.perf_counter() - start, "counts": counts}))


def measured(command):
    """Wall seconds of a process from start to end, its peak resident memory in MiB, and what it printed."""
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as told:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=printed, stderr=told)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        told.seek(0)
        if process.returncode != 0:
            sys.exit(f"error: {' '.join(command)}\n{told.read().decode()}")
        return seconds, usage.ru_maxrss / 1024, printed.read().decode()


def run(name, jiju, areas, points):
    """One run of an engine: whole seconds, inside seconds, MiB, points per county."""
    if name in JIJU:
        if name == "jiju, saved index":
            areas = saved_index(jiju, areas)
        command = [jiju, "join", points, "--areas", areas, "--area-id", "gb", "--count", "--format", "csv"]
        seconds, memory, printed = measured([*command, *JIJU[name]])
        rows = list(csv.DictReader(printed.splitlines()))
        counts = {row["area"]: int(row["count"]) for row in rows if row["area"] and row["count"] != "0"}
        unmatched = sum(int(row["count"]) for row in rows if not row["area"])
        return {"whole": seconds, "inside": seconds, "memory": memory, "counts": counts, "unmatched": unmatched}
    seconds, memory, printed = measured([sys.executable, __file__, "engine", name, areas, points])
    answer = json.loads(printed.splitlines()[-1])
    return {"whole": seconds, "inside": answer["seconds"], "memory": memory, "counts": answer["counts"]}


@functools.cache
def saved_index(jiju, areas):
    """The index of the areas in a file, built anew by the program that is measured."""
    index = str(Path(areas).with_suffix(".index"))
    subprocess.run([jiju, "index", areas, "--area-id", "gb", "-o", index], check=True, stderr=subprocess.DEVNULL)
    return index


def differences(expected, found):
    """Every county in which the two differ, with both counts."""
    pairs = ((gb, expected.get(gb, 0), found.get(gb, 0)) for gb in sorted(expected.keys() | found.keys()))
    return [pair for pair in pairs if pair[1] != pair[2]]


def made(work, what):
    """What counties.py prints. Another process makes the data: the memory that this one holds when it starts an engine
    would be counted as the engine's."""
    script = Path(__file__).with_name("counties.py")
    return subprocess.check_output([sys.executable, script, work, what], text=True).split()


def compare(jiju, areas, points, names, rounds, number_of_points):
    """Medians of all rounds by engine; and every county that an engine counts otherwise than jiju."""
    names = [*JIJU, *names]
    taken = {name: [] for name in names}
    differing = []
    for path in (areas, points):
        with open(path, "rb") as file:
            while file.read(1 << 24):
                pass
    for number in range(rounds):
        # Another engine begins each round, so that none always runs after the same one.
        for name in names[number % len(names) :] + names[: number % len(names)]:
            taken[name].append(run(name, jiju, areas, points))
            print(f"round {number + 1}, {name}: {taken[name][-1]['whole']:.3f} s", file=sys.stderr, flush=True)
    expected = taken["jiju --all"][0]["counts"]
    first, all_of_them = (sum(taken[name][0]["counts"].values()) for name in ("jiju", "jiju --all"))
    for name, runs in taken.items():
        # Each point once is each match once only where no county overlaps another.
        if name == "polars scan" or (name in ("jiju", "jiju, saved index") and first != all_of_them):
            continue
        differing += [(name, *row) for one in runs for row in differences(expected, one["counts"])]
    for one in taken["jiju"] + taken["jiju, saved index"]:
        differing += [("jiju", *row) for row in differences(taken["jiju"][0]["counts"], one["counts"])]
        if first + one["unmatched"] != number_of_points:
            sys.exit(f"error: of {number_of_points} points jiju counts {first} and leaves {one['unmatched']} unmatched")
    medians = {
        name: {key: statistics.median(one[key] for one in runs) for key in ("whole", "inside", "memory")}
        for name, runs in taken.items()
    }
    return medians, sorted(set(differing)), (first, all_of_them)


def seconds(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def section(title, results):
    """The results of one set of counties as Markdown."""
    lines = [
        f"### {title}",
        "",
        "| points | engine | whole process (s) | × jiju | after imports (s) | × jiju | peak memory (MiB) |",
        "| ---: | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for millions, (medians, _, _) in results.items():
        for name, one in medians.items():
            ratio = {key: f"{one[key] / medians['jiju']['whole']:.2f}" for key in ("whole", "inside")}
            inside = ["", ""] if name in JIJU else [seconds(one["inside"]), ratio["inside"]]
            row = [f"{millions} M", name, seconds(one["whole"]), ratio["whole"], *inside, f"{one['memory']:.0f}"]
            lines.append(f"| {' | '.join(row)} |")
    lines.append("")
    if len(results) > 1:
        less, more = sorted(results)[-2:]
        by_point = {
            name: (one["inside"] - results[less][0][name]["inside"]) / (more - less) * 1e3
            for name, one in results[more][0].items()
        }
        costs = ", ".join(f"{name} {cost:.1f} ns" for name, cost in by_point.items())
        lines.append(f"One more point ({more} M less {less} M): {costs}.")
        lines.append("")
    for millions, (_, differing, (first, all_of_them)) in results.items():
        lines.append(
            f"At {millions} M, {first:,} points lie in a county, {all_of_them - first:,} of them in a second one too; "
            + (
                "the counts of every county agree between all engines and all rounds."
                if not differing
                else f"{len(differing)} counts differ:"
            )
        )
        for name, gb, expected, found in differing:
            lines.append(f"- county {gb}: jiju {expected}, {name} {found}")
        lines.append("")
    return lines


def machine():
    model = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{len(os.sched_getaffinity(0))} cores of {model}, {memory:.0f} GiB, {platform.system()}"


def versions(jiju, distributions=DISTRIBUTIONS):
    own = subprocess.check_output([jiju, "--version"], text=True).strip()
    others = [f"{name} {importlib.metadata.version(name)}" for name in distributions]
    return ", ".join([own, *others, f"Python {platform.python_version()}"])


def write(lines, markers=MARKERS, page=README):
    text = page.read_text()
    before, rest = text.split(markers[0])
    _, after = rest.split(markers[1])
    page.write_text(f"{before}{markers[0]}\n\n" + "\n".join(lines).rstrip() + f"\n\n{markers[1]}{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jiju", help="the program")
    parser.add_argument("--work", default=os.path.expanduser("~/.cache/jiju/bench/data"), help="where the data are kept")
    parser.add_argument("--sizes", default="1 10", help="millions of points")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dense", action="store_true", help="also on counties with ten times the vertices")
    parser.add_argument("--date", help="the day of the measurement, for --write")
    parser.add_argument("--write", action="store_true", help="write the results into README.md")
    arguments = parser.parse_args()
    if arguments.write and not arguments.date:
        parser.error("--write needs --date")

    sets = {"The counties as they are": "counties"}
    if arguments.dense:
        sets["The counties with ten times the vertices"] = "dense_counties"
    lines = [
        f"{arguments.date or 'undated'}; {machine()}; {versions(arguments.jiju)}; medians of {arguments.rounds} rounds.",
        "",
    ]
    failed = False
    for title, what in sets.items():
        areas, number, vertices = made(arguments.work, what)
        results = {}
        for millions in map(int, arguments.sizes.split()):
            names = list(PEERS) if millions <= MOST_FOR_ALL else FAST
            (points,) = made(arguments.work, str(millions))
            results[millions] = compare(arguments.jiju, areas, points, names, arguments.rounds, millions * 10**6)
            failed |= bool(results[millions][1])
        lines += section(f"{title}: {int(number):,} areas, {int(vertices):,} vertices", results)
    print("\n".join(lines))
    if arguments.write:
        write(lines)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["engine"]:
        engine(*sys.argv[2:])
    else:
        main()
