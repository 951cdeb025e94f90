"""jiju held against its peers on random data; see ../README.md.

    benches/python.sh ENVIRONMENT differential JIJU [--seeds "1 2 3"] [--cases 20] [--work FOLDER] [--only CASE] [--summary FILE]

Each case is a set of areas, a set of points and a table with columns of many kinds, written as files that jiju reads. What differs by
more than its tolerance has one of the reasons listed in ledger.py, or is unexplained: then the files and commands of the case are kept
and the exit status is 1.
"""

import argparse
import importlib.metadata
import shutil
import sys
import tempfile
import traceback
import warnings
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")

import autocorrelation
import classes
import neighbours
import patterns
import places
import regressions
import tables
from ledger import REASONS, Case, Ledger

PEERS = ["esda", "libpysal", "mapclassify", "pointpats", "giddy", "spreg", "mgwr", "inequality", "scikit-learn", "scipy", "numpy", "shapely"]


def examine(case):
    """Makes the data of a case and compares all that can be made of them."""
    chance = case.chance
    size = int(chance.choice([16, 30, 60, 120, 250]))
    kind, cells = patterns.areas(chance, size)
    scatter, at = patterns.points(chance, size)
    patterns.write_areas(case.folder / "areas.geojson", cells)
    queen = neighbours.of_areas(case, cells)
    patterns.write_table(case.folder / "points.csv", {"id": list(range(size)), "x": at[:, 0], "y": at[:, 1]})
    band, nearest = neighbours.of_points(case, at)
    # Neighbours of the statistics: of areas, of nearest points, which are not symmetric, or of points within a distance.
    near = [queen, nearest, band][case.number % 3]
    patterns.write_gal(case.folder / "near.gal", near)
    n = len(near)
    table = {"id": np.arange(n)} | {name: make(chance, n) for name, make in patterns.COLUMNS.items()}
    table["binary"] = (chance.random(n) < chance.uniform(0.1, 0.9)).astype(float)
    table["base"] = chance.integers(20, 3000, n)
    table["events"] = chance.binomial(table["base"], np.clip(chance.normal(0.05, chance.choice([0.0, 0.03]), n), 0.001, 1))
    table["group"] = chance.integers(0, 4, n)
    table["y"], x = regressions.columns(chance, n, near)
    table["x1"], table["x2"] = x.T
    periods = chance.lognormal(2, 0.5, (n, 1)) * chance.lognormal(0, 0.3, (n, 5))
    table |= {f"t{i}": periods[:, i] for i in range(5)}
    patterns.write_table(case.folder / "table.csv", table)
    parts = [
        lambda: autocorrelation.campaign(case, table, near),
        lambda: classes.campaign(case, table, [str(chance.choice(list(patterns.COLUMNS)))]),
        lambda: places.campaign(case, at),
        lambda: regressions.campaign(case, table["y"], x, near),
        lambda: tables.campaign(case, table, near, periods),
    ]
    for part in parts:
        try:
            part()
        except Exception:  # A peer or this campaign fails where nobody expected it: that is told, and the rest goes on.
            case.blame("the campaign itself", traceback.format_exc())
    if size >= 60 and scatter == "anywhere":
        y, x = regressions.columns(chance, size, nearest)
        patterns.write_table(case.folder / "points.csv", {"id": np.arange(size), "x": at[:, 0], "y": at[:, 1], "value": y, "x1": x[:, 0], "x2": x[:, 1]})
        regressions.local(case, y.reshape(-1, 1), x, at)
    return f"{len(cells)} areas ({kind}), {size} points ({scatter})"


def report(ledger, seeds, cases, jiju):
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PEERS)
    lines = [
        f"Seeds {' '.join(map(str, seeds))}, {cases} cases each; {versions}, Python {sys.version.split()[0]}.",
        "",
        "| quantity | cases | values | tolerance | worst difference within it | explained |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for quantity, row in sorted(ledger.rows.items()):
        explained = ", ".join(f"{name} {count:,}" for name, count in row["explained"].most_common())
        if row["unexplained"]:
            explained = ", ".join(filter(None, [explained, f"**unexplained {row['unexplained']:,}**"]))
        lines.append(f"| {quantity} | {len(row['cases'])} | {row['values']:,} | {row['tolerance']} | {row['worst']:.1e} | {explained} |")
    values = sum(row["values"] for row in ledger.rows.values())
    wrong = sum(row["unexplained"] for row in ledger.rows.values())
    lines += ["", f"{values:,} values compared, {sum(ledger.reasons.values()):,} differences explained, {wrong:,} unexplained.", ""]
    lines += [f"- {name} ({count:,}): {REASONS[name]}" for name, count in ledger.reasons.most_common()]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jiju", type=Path, help="the program")
    parser.add_argument("--seeds", default="1 2 3", help="the seeds of the random data")
    parser.add_argument("--cases", type=int, default=20, help="how many data sets of each seed")
    parser.add_argument("--only", type=int, help="replay this case of each seed, and keep its files")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "jiju-differential", help="where files of cases are kept")
    parser.add_argument("--summary", type=Path, help="write the summary to this file too")
    arguments = parser.parse_args()
    jiju, seeds = str(arguments.jiju.resolve()), [int(seed) for seed in arguments.seeds.replace(",", " ").split()]
    ledger = Ledger()
    for seed in seeds:
        for number in range(arguments.cases) if arguments.only is None else [arguments.only]:
            folder = arguments.work / f"seed-{seed}-case-{number}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            case = Case(jiju, ledger, seed, number, folder)
            what = examine(case)
            (folder / "commands.txt").write_text("\n".join(f"jiju {command} --format json" for command in case.commands) + "\n")
            print(f"seed {seed}, case {number}: {what}{'; UNEXPLAINED' if case.failed else ''}", file=sys.stderr, flush=True)
            if not case.failed and arguments.only is None:
                shutil.rmtree(folder)
    summary = report(ledger, seeds, arguments.cases, jiju)
    print(summary)
    if arguments.summary:
        arguments.summary.write_text(summary + "\n")
    for quantity, seed, number, what, command, folder in ledger.unexplained:
        print(f"unexplained: {quantity}: {what}\n  seed {seed}, case {number}, {folder}: jiju {command}", file=sys.stderr)
    return 1 if ledger.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
