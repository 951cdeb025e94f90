"""Draws maps by jiju and by GeoPandas with matplotlib, reading included, in turn.

    draw_peers.py JIJU [--work FOLDER] [--rounds N] [--dense]

Prints Markdown. Exits with 1 if a picture is missing, of another size than asked for, or the SVG larger than it should be.
"""

import argparse
import os
import statistics
import sys
from pathlib import Path

from peers import machine, made, measured

WIDTH_MM, HEIGHT_MM, DPI = 297, 210, 200
# What a map of all counties may weigh.
MOST_SVG_MB = 3.0


def geopandas_png(areas, picture):
    """A choropleth in five classes as a PNG of A4."""
    import geopandas
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    frame = geopandas.read_parquet(areas) if areas.endswith(".parquet") else geopandas.read_file(areas)
    frame = frame.to_crs(6933)
    figure, axes = plt.subplots(figsize=(WIDTH_MM / 25.4, HEIGHT_MM / 25.4))
    frame.plot("value", ax=axes, cmap="YlGnBu", scheme="quantiles", k=5, legend=True, edgecolor="0.4", linewidth=0.2)
    axes.set_axis_off()
    figure.savefig(picture, dpi=DPI)


def with_values(areas):
    """The areas with a column of numbers, as GeoParquet and as GeoJSON."""
    import geopandas

    stem = areas.removesuffix(".parquet") + "_valued"
    files = [f"{stem}.parquet", f"{stem}.geojson"]
    if not all(os.path.exists(file) for file in files):
        frame = geopandas.read_parquet(areas)
        frame["value"] = range(len(frame))
        frame.to_parquet(files[0])
        frame.to_file(files[1], driver="GeoJSON")
    return files


def pixels(picture):
    head = Path(picture).read_bytes()[16:24]
    return int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jiju", help="the program")
    parser.add_argument("--work", default=os.path.expanduser("~/.cache/jiju/bench/data"), help="where the data are kept")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dense", action="store_true", help="counties with ten times the vertices")
    arguments = parser.parse_args()
    areas, number, vertices = made(arguments.work, "dense_counties" if arguments.dense else "counties")
    rows, failed = [], False
    for file in with_values(areas):
        drawn = f"{arguments.work}/drawn"
        jiju = [arguments.jiju, "map", "--areas", file, "--area-id", "gb", "--value", "value", "--scheme", "quantile"]
        ways = {
            "jiju, PNG": [*jiju, "--dpi", str(DPI), "-o", f"{drawn}.png"],
            "jiju, PNG without labels": [*jiju, "--set", "labels.show=false", "--dpi", str(DPI), "-o", f"{drawn}.png"],
            "jiju, SVG": [*jiju, "-o", f"{drawn}.svg"],
            "jiju, PDF": [*jiju, "-o", f"{drawn}.pdf"],
            "geopandas, PNG": [sys.executable, __file__, "peer", file, f"{drawn}-peer.png"],
        }
        taken = {name: [] for name in ways}
        for turn in range(arguments.rounds):
            names = list(ways)
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                seconds, memory, _ = measured(ways[name])
                taken[name].append((seconds, memory))
                print(f"{Path(file).name}, {name}: {seconds:.2f} s, {memory:.0f} MiB", file=sys.stderr, flush=True)
        peer = statistics.median(seconds for seconds, _ in taken["geopandas, PNG"])
        for name, runs in taken.items():
            seconds, memory = (statistics.median(column) for column in zip(*runs))
            picture = ways[name][-1]
            size = os.path.getsize(picture) / 1e6
            rows.append(
                f"| {Path(file).suffix[1:]} | {name} | {seconds:.2f} | {peer / seconds:.1f} | {memory:.0f} | {size:.2f} |"
            )
            if picture.endswith(".svg") and size > MOST_SVG_MB:
                print(f"error: {picture} has {size:.2f} MB", file=sys.stderr)
                failed = True
            expected = tuple(round(side / 25.4 * DPI) for side in (WIDTH_MM, HEIGHT_MM))
            if picture.endswith(".png") and any(abs(a - b) > 1 for a, b in zip(pixels(picture), expected)):
                print(f"error: {picture} has {pixels(picture)} pixels", file=sys.stderr)
                failed = True
    print(f"{machine()}; {int(number):,} areas, {int(vertices):,} vertices; medians of {arguments.rounds} rounds.\n")
    print("| file | way | whole process (s) | × faster than geopandas | peak memory (MiB) | picture (MB) |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    print("\n".join(rows))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["peer"]:
        geopandas_png(*sys.argv[2:])
    else:
        main()
