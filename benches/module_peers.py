"""The Python module beside the program, and beside GeoDataFrame.sjoin and SedonaDB in one process; see ../docs/python.md.

    WHEEL=dist/jiju-….whl benches/python.sh ENVIRONMENT module_peers.py JIJU [--sizes "1 10"] [--rounds 5] [--work FOLDER]
                                                        [--wheel FILE] [--date DATE --write]

Prints Markdown. Exits with 1 where an engine finds another county for any row than jiju, or a column was copied.
"""

import argparse
import gc
import hashlib
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import peers

PAGE = Path(__file__).resolve().parents[1] / "docs/python.md"
MARKERS = ("<!-- measured: begin -->", "<!-- measured: end -->")
DISTRIBUTIONS = ["sedonadb", "geopandas", "shapely", "pyarrow"]

# What a script of one line does; the module reads the same files as the program and gives the same counts.
COUNTED = """
import sys, time
import jiju
start = time.perf_counter()
found = jiju.join(sys.argv[1], sys.argv[2], area_id="gb", count=True)
counts = dict(zip(found["area"].to_list(), found["count"].to_list()))
print(time.perf_counter() - start, sum(count for area, count in counts.items() if area))
"""
WRITTEN = """
import sys
import jiju
jiju.join(sys.argv[1], sys.argv[2], area_id="gb").save(sys.argv[3])
"""


def loaded(points):
    import pyarrow.parquet

    return pyarrow.parquet.read_table(points, columns=["lon", "lat"]).combine_chunks()


def jiju_with_index(areas, points):
    """Areas and columns are in memory; the index is made within the time."""
    import jiju

    layer, table = jiju.read_areas(areas, area_id="gb"), loaded(points)
    return lambda: jiju.AreaIndex(layer).locate(table["lon"], table["lat"]), lambda found: (None, found)


def jiju_index_kept(areas, points):
    import jiju

    index, table = jiju.AreaIndex(areas, area_id="gb"), loaded(points)
    return lambda: index.locate(table["lon"], table["lat"]), lambda found: (None, found)


def jiju_counts(areas, points):
    """Counts of a table in memory: the answer is short, so that the growth of memory is what the join gathers meanwhile."""
    import jiju

    index, table = jiju.AreaIndex(areas, area_id="gb"), loaded(points)
    return lambda: jiju.join(table, index, count=True), None


def sjoin(areas, points):
    """GeoDataFrame.sjoin with its points made beforehand."""
    import geopandas

    frame, table = geopandas.read_parquet(areas, columns=["gb", "geometry"]), loaded(points)
    at = geopandas.points_from_xy(table["lon"].to_numpy(), table["lat"].to_numpy(), crs=frame.crs)
    firms = geopandas.GeoDataFrame(geometry=at)
    return lambda: firms.sjoin(frame, predicate="intersects"), lambda found: (found.index.to_numpy(), found["gb"])


def sjoin_of_columns(areas, points):
    import geopandas

    frame, table = geopandas.read_parquet(areas, columns=["gb", "geometry"]), loaded(points)

    def joined():
        at = geopandas.points_from_xy(table["lon"].to_numpy(), table["lat"].to_numpy(), crs=frame.crs)
        return geopandas.GeoDataFrame(geometry=at).sjoin(frame, predicate="intersects")

    return joined, lambda found: (found.index.to_numpy(), found["gb"])


def sedonadb(areas, points):
    import numpy
    import sedonadb

    table = loaded(points)
    table = table.append_column("row", [numpy.arange(len(table))])
    session = sedonadb.connect()
    session.create_data_frame(table).to_view("p")
    session.read_parquet(areas).to_memtable().to_view("c")
    query = "select p.row, c.gb from p join c on ST_Intersects(c.geometry, ST_Point(p.lon, p.lat, 4490))"
    return lambda: session.sql(query).to_arrow_table(), lambda found: (found["row"].to_numpy(), found["gb"])


ENGINES = {
    "jiju": jiju_with_index,
    "jiju, index kept": jiju_index_kept,
    "jiju, counts only": jiju_counts,
    "GeoDataFrame.sjoin, points made": sjoin,
    "GeoDataFrame.sjoin of columns": sjoin_of_columns,
    "sedonadb": sedonadb,
}

# Beyond a million points these take minutes, and are left out.
SLOW = ["GeoDataFrame.sjoin, points made", "GeoDataFrame.sjoin of columns"]


def digest(rows, ids, count):
    """A hash of the county of every row, whatever order the rows have."""
    import numpy
    import pyarrow

    ids = pyarrow.array(ids) if rows is None or not isinstance(ids, pyarrow.ChunkedArray) else ids.combine_chunks()
    encoded = ids.cast(pyarrow.string()).dictionary_encode()
    # A number of its own for each id, the same in every engine.
    names = encoded.dictionary.to_pylist()
    numbers = numpy.array([int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little") for name in names] + [0], "u8")
    found = numbers[encoded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)]
    if rows is not None:
        if len(numpy.unique(rows)) != len(rows):
            raise SystemExit("a row is in two counties")
        everywhere = numpy.zeros(count, "u8")
        everywhere[rows] = found
        found = everywhere
    return hashlib.sha256(found.tobytes()).hexdigest()


def memory(entry):
    """An entry of this process's memory in MiB, as Linux tells it."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(entry))
    return int(line.split()[1]) / 1024


def engine(name, areas, points):
    """A process that holds its inputs, and answers once for every line that it is given."""
    asked, rows_of = ENGINES[name](areas, points)
    print(json.dumps({"ready": name}), flush=True)
    hashed = None
    for _ in sys.stdin:
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")
        before = memory("VmRSS")
        start, worked = time.perf_counter(), time.process_time()
        found = asked()
        seconds, worked = time.perf_counter() - start, time.process_time() - worked
        grown = memory("VmHWM") - before
        if rows_of is not None and hashed is None:
            hashed = digest(*rows_of(found), len(loaded(points)))
        print(json.dumps({"seconds": seconds, "worked": worked, "grown": grown, "digest": hashed}), flush=True)
        del found


def is_shared(points):
    """Whether a table of jiju holds the very bytes of the columns that it was made of."""
    import jiju
    import pyarrow

    table = loaded(points)
    back = pyarrow.table(jiju.Table(table))
    return all(
        table[name].chunk(0).buffers()[1].address == back[name].chunk(0).buffers()[1].address for name in ("lon", "lat")
    )


def in_one_process(areas, points, rounds, is_large):
    """Every engine in a process that lives through all rounds, asked in turn. The first answer is not counted, as it touches pages
    and compiles."""
    started = {}
    asked = [name for name in ENGINES if not is_large or name not in SLOW]
    for name in asked:
        words = [sys.executable, __file__, "engine", name, areas, points]
        started[name] = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        json.loads(started[name].stdout.readline())
    taken = {name: [] for name in asked}
    names = asked
    for number in range(rounds + 1):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            started[name].stdin.write("again\n")
            started[name].stdin.flush()
            taken[name].append(json.loads(started[name].stdout.readline()))
            print(f"round {number}, {name}: {taken[name][-1]}", file=sys.stderr, flush=True)
    for process in started.values():
        process.stdin.close()
        process.wait()
    hashes = {name: runs[0]["digest"] for name, runs in taken.items() if runs[0]["digest"]}
    return {name: runs[1:] for name, runs in taken.items()}, len(set(hashes.values())) == 1


def beside_program(jiju, areas, points, work, rounds):
    """Whole processes in turn, their pages in the cache: the seconds of program and module, of counts and of rows written."""
    out = Path(work) / "module_joined.parquet"
    commands = {
        "counts, program": [jiju, "join", points, "--areas", areas, "--area-id", "gb", "--count", "--format", "csv"],
        "counts, module": [sys.executable, "-c", COUNTED, points, areas],
        "rows, program": [jiju, "join", points, "--areas", areas, "--area-id", "gb", "-o", str(out)],
        "rows, module": [sys.executable, "-c", WRITTEN, points, areas, str(out)],
    }
    taken = {name: [] for name in commands}
    inside = []
    for number in range(rounds + 1):
        names = list(commands) if number % 2 == 0 else list(commands)[::-1]
        for name in names:
            worked = processor()
            seconds, mebibytes, printed = peers.measured(commands[name])
            if number:
                taken[name].append({"seconds": seconds, "worked": processor() - worked, "memory": mebibytes})
                if name == "counts, module":
                    inside.append(float(printed.split()[0]))
            out.unlink(missing_ok=True)
            print(f"round {number}, {name}: {seconds:.3f} s", file=sys.stderr, flush=True)
    return taken, inside


def import_time(rounds=15):
    """Seconds of the clock and of the processor that `import jiju` adds to the start of Python: medians of processes in turn."""
    taken = {"import jiju": [], "pass": []}
    for _ in range(rounds):
        for statement, runs in taken.items():
            worked = processor()
            seconds, _, _ = peers.measured([sys.executable, "-c", statement])
            runs.append({"seconds": seconds, "worked": processor() - worked})
    return [median_of(taken["import jiju"], what) - median_of(taken["pass"], what) for what in ("seconds", "worked")]


def processor():
    """Processor seconds of the processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def median_of(runs, what):
    return statistics.median(run[what] for run in runs)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jiju", help="the program")
    parser.add_argument("--work", default=os.path.expanduser("~/.cache/jiju/bench/data"), help="where the data are kept")
    parser.add_argument("--sizes", default="1 10", help="millions of points")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--wheel", type=Path, help="the wheel, for its size")
    parser.add_argument("--date", help="the day of the measurement, for --write")
    parser.add_argument("--write", action="store_true", help=f"write the results into {PAGE.name}")
    arguments = parser.parse_args()
    if arguments.write and not arguments.date:
        parser.error("--write needs --date")

    areas, number, vertices = peers.made(arguments.work, "counties")
    lines = [
        f"{arguments.date or 'undated'}; {peers.machine()}, shared with other work; "
        f"{peers.versions(arguments.jiju, DISTRIBUTIONS)}; {int(number):,} counties with {int(vertices):,} vertices; medians of "
        f"{arguments.rounds} rounds in turn.",
        "",
    ]
    failed = False
    sizes = [int(word) for word in arguments.sizes.split()]
    lines += ["| points | in one process, columns and areas in memory | seconds | × jiju | processor seconds | × jiju | grows by (MiB) |",
              "| ---: | --- | ---: | ---: | ---: | ---: | ---: |"]
    told = []
    for millions in sizes:
        (points,) = peers.made(arguments.work, str(millions))
        taken, agrees = in_one_process(areas, points, arguments.rounds, millions > 1)
        for name, runs in taken.items():
            words = [f"{millions} M", name]
            for what in ("seconds", "worked"):
                found = median_of(runs, what)
                words += [f"{found:.3g}", f"{found / median_of(taken['jiju'], what):.1f}"]
            lines.append(f"| {' | '.join(words)} | {max(run['grown'] for run in runs):.0f} |")
        failed |= not agrees
        told.append(f"At {millions} M the county of every row is {'the same in all engines' if agrees else '**not the same**'}.")
    lines += ["", " ".join(told), ""]

    (points,) = peers.made(arguments.work, str(sizes[-1]))
    shared = is_shared(points)
    failed |= not shared
    columns = 2 * 8 * sizes[-1] * 10**6 / 2**20
    grown = max(run["grown"] for run in taken["jiju, counts only"])
    lines += [
        f"The two columns of {sizes[-1]} M points are {columns:.0f} MiB. A table of jiju made of them holds "
        f"{'the very same addresses' if shared else '**other addresses**'}; `join` that counts them grows the process by {grown:.0f} MiB meanwhile.",
        "",
    ]

    taken, inside = beside_program(arguments.jiju, areas, points, arguments.work, arguments.rounds)
    lines += [f"| {sizes[-1]} M points, whole process, from files | program (s) | module (s) | module ÷ program, by round | "
              "processor, program (s) | module (s) | ÷ | peak memory (MiB) |",
              "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: |"]
    for what, title in (("counts", "counted per county"), ("rows", "written with their county, Parquet")):
        program, module = taken[f"{what}, program"], taken[f"{what}, module"]
        ratios = sorted(m["seconds"] / p["seconds"] for m, p in zip(module, program))
        worked = [median_of(runs, "worked") for runs in (program, module)]
        lines.append(
            f"| {title} | {median_of(program, 'seconds'):.3g} | {median_of(module, 'seconds'):.3g} | "
            f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} … {ratios[-1]:.2f}) | {worked[0]:.3g} | {worked[1]:.3g} | "
            f"{worked[1] / worked[0]:.2f} | {median_of(program, 'memory'):.0f}, {median_of(module, 'memory'):.0f} |"
        )
    seconds, worked = import_time()
    lines += [
        "",
        f"After the import, the module's counts take {statistics.median(inside):.3g} s. `import jiju` adds {1000 * seconds:.0f} ms of the "
        f"clock and {1000 * worked:.0f} ms of the processor to a Python that starts and ends."
        + (f" The wheel has {arguments.wheel.stat().st_size / 1e6:.1f} MB." if arguments.wheel else ""),
    ]
    print("\n".join(lines))
    if arguments.write:
        peers.write(lines, MARKERS, PAGE)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["engine"]:
        engine(*sys.argv[2:])
    else:
        main()
