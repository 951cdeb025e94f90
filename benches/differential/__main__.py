"""jiju held against its peers on random data; see ../README.md.

    benches/python.sh ENVIRONMENT differential JIJU [--seeds "1 2 3"] [--cases 20] [--work FOLDER] [--only CASE] [--table FILE] [--prove]

Each case is a set of areas, a set of points and a table with columns of many kinds, written as files that jiju reads. What differs by
more than its tolerance is explained by one of the rules in ledger.py, which says what jiju's value has to be instead, or is unexplained:
then the files and commands of the case are kept and the exit status is 1. With --prove every number and label that jiju gives is moved,
and the exit status is 1 where a comparison does not notice that.
"""

import argparse
import importlib.metadata
import os
import shutil
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

warnings.filterwarnings("ignore")
# Data are small: the peers' loops run sooner than they are compiled.
os.environ.setdefault("NUMBA_DISABLE_JIT", "1")

import esda.crand

if os.environ["NUMBA_DISABLE_JIT"] == "1":
    esda.crand.boolean = bool  # numba's own type is none of numpy's

import autocorrelation
import classes
import clusters
import local
import neighbours
import patterns
import places
import regressions
import tables
from ledger import BROKEN, RULES, Case, Ledger

PEERS = ["esda", "libpysal", "mapclassify", "pointpats", "giddy", "spreg", "mgwr", "inequality", "scikit-learn", "scipy", "numpy", "shapely"]


def examine(case):
    """Makes the data of a case and compares all that can be made of them."""
    chance = case.chance
    size = int(chance.choice([16, 30, 60, 120, 250]))
    kind, cells = patterns.areas(chance, size)
    scatter, at = patterns.points(chance, size)
    patterns.write_areas(case.folder / "areas.geojson", cells)
    sectors = chance.choice(["a", "b", "c"], size)
    patterns.write_table(case.folder / "points.csv", {"id": list(range(size)), "x": at[:, 0], "y": at[:, 1], "sector": list(sectors)})
    case.group = "libpysal"
    queen = neighbours.of_areas(case, cells)
    band, nearest = neighbours.of_points(case, at)
    # Neighbours of the statistics: of areas, of nearest points, which are not symmetric, or of points within a distance.
    near = [queen, nearest, band][case.number % 3]
    patterns.write_gal(case.folder / "near.gal", near)
    n = len(near)
    table = {"id": np.arange(n)} | {name: make(chance, n) for name, make in patterns.COLUMNS.items()}
    table["gaps"] = np.where(chance.random(n) < 0.15, np.nan, chance.normal(10, 3, n))
    table["binary"] = (chance.random(n) < chance.uniform(0.1, 0.9)).astype(float)
    table["base"] = chance.integers(20, 3000, n)
    table["events"] = chance.binomial(table["base"], np.clip(chance.normal(0.05, chance.choice([0.0, 0.03]), n), 0.001, 1))
    table["group"] = chance.integers(0, 4, n)
    table["y"], x = regressions.columns(chance, n, near)
    table["x1"], table["x2"] = x.T
    periods = chance.lognormal(2, 0.5, (n, 1)) * chance.lognormal(0, 0.3, (n, 5))
    table |= {f"t{i}": periods[:, i] for i in range(5)}
    patterns.write_table(case.folder / "table.csv", table)
    names = [str(name) for name in chance.choice(list(patterns.COLUMNS), 3, replace=False)]
    parts = [
        ("esda", lambda: autocorrelation.campaign(case, table, near, names)),
        ("esda", lambda: local.campaign(case, table, near, names)),
        ("mapclassify", lambda: classes.campaign(case, table, names[:2])),
        ("pointpats", lambda: places.campaign(case, at, sectors)),
        ("scikit-learn", lambda: clusters.campaign(case, at)),
        ("spreg", lambda: regressions.campaign(case, table["y"], x, near)),
        ("esda, inequality, giddy", lambda: tables.campaign(case, table, near, periods)),
        ("mgwr", lambda: regressions.locally(case, scatter, at, nearest)),
    ]
    for case.group, part in parts:
        try:
            part()
        except Exception:  # A peer or this campaign fails where nobody expected it: that is told, and the rest goes on.
            case.blame("the campaign itself", traceback.format_exc())
    return f"{len(cells)} areas ({kind}), {size} points ({scatter})"


def versions():
    return {name: importlib.metadata.version(name) for name in PEERS}


def counts(ledger):
    values = sum(row["values"] for row in ledger.rows.values())
    wrong = sum(row["unexplained"] for row in ledger.rows.values())
    return f"{values:,} values compared, {sum(ledger.rules.values()):,} differences explained, {wrong:,} unexplained."


def table(ledger, seeds, cases):
    """What was compared, as Markdown."""
    version = versions()

    def peer(quantity, group):
        if quantity.endswith(("by GEOS", "by hull edges")):
            group = "shapely"
        elif "closed form" in quantity or ", by " in quantity:
            return "its definition"
        return ", ".join(f"{name} {version[name]}" if name in version else name for name in group.split(", "))

    others = ", ".join(f"{name} {version[name]}" for name in ("scipy", "numpy", "shapely"))
    of = {}
    for quantity, row in ledger.rows.items():
        # All numbers of a statistic that are held against the same peer.
        told = of.setdefault((quantity.split(":")[0].split(",")[0], peer(quantity, row["group"])), [0, 0, set(), 0.0, Counter()])
        told[0] += row["comparisons"]
        told[1] += row["values"]
        told[2].add(row["tolerance"])
        told[3] = max(told[3], row["worst"] if row["tolerance"] != "4 standard errors" else 0.0)
        told[4].update(row["explained"] + Counter({"**unexplained**": row["unexplained"]}))
    lines = [
        f"Seeds {' '.join(map(str, seeds))}, {cases} cases each; besides the peers below {others}, Python {sys.version.split()[0]}.",
        counts(ledger),
        "",
        "| statistic | held against | comparisons | values | relative tolerance | largest difference within it | explained |",
        "| --- | --- | ---: | ---: | --- | ---: | --- |",
    ]
    for (statistic, against), (comparisons, values, tolerances, worst, explained) in sorted(of.items()):
        by = ", ".join(f"{name} {count:,}" for name, count in explained.most_common() if count)
        width = "; ".join(sorted(filter(None, tolerances)))
        lines.append(f"| {statistic} | {against} | {comparisons:,} | {values:,} | {width} | {worst:.1e} | {by} |")
    lines += ["", "Rules by which differences are explained:", ""]
    lines += [f"- {name} ({count:,}): {RULES[name]}." for name, count in ledger.rules.most_common()]
    lines += ["", f"Beyond four standard errors {ledger.expected:.2g} p of permutations were expected, and {ledger.rules['by chance']} seen."]
    refused = ", ".join(f"{who} {count:,}" for who, count in ledger.refused.most_common())
    lines += ["", f"Refused, and so not compared but where jiju has to refuse: {refused or 'nothing'}."]
    return "\n".join(lines)


def run(jiju, ledger, seeds, numbers, work, keep, broken=0.0):
    for seed in seeds:
        for number in numbers:
            folder = work / f"seed-{seed}-case-{number}{'-moved' if broken else ''}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            case = Case(jiju, ledger, seed, number, folder, broken)
            what = examine(case)
            (folder / "commands.txt").write_text("\n".join(f"jiju {command}" for command in case.commands) + "\n")
            failed = case.failed and not broken
            print(f"seed {seed}, case {number}: {what}{', moved' if broken else ''}{'; UNEXPLAINED' if failed else ''}", file=sys.stderr, flush=True)
            if not failed and not keep:
                shutil.rmtree(folder)


def proved(moved, ledger):
    """Says which comparisons did not notice that what jiju gives was moved; how many."""
    printed = sum(row["printed"] for row in moved.rows.values())
    handed = sum(row["handed"] for row in moved.rows.values())
    print(f"\nMoved: {printed:,} comparisons noticed it in what jiju printed, {handed:,} in what was made of it.")
    missed = {quantity: row["missed"] for quantity, row in sorted(moved.rows.items()) if row["missed"]}
    for quantity, count in missed.items():
        print(f"not noticed: {quantity}: {count} of {moved.rows[quantity]['comparisons']}", file=sys.stderr)
    never = sorted(quantity for quantity, row in ledger.rows.items() if row["comparisons"] and not (quantity in moved.rows and moved.rows[quantity]["comparisons"]))
    for quantity in never:
        print(f"not compared when moved: {quantity}", file=sys.stderr)
    for quantity, seed, number, what, *_ in moved.unexplained:
        if quantity == "the campaign itself":
            print(f"seed {seed}, case {number}, moved: {what}", file=sys.stderr)
    print(f"{len(missed)} quantities with comparisons that did not notice, {len(never)} not compared.")
    return len(missed) + len(never)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jiju", type=Path, help="the program")
    parser.add_argument("--seeds", default="1 2 3", help="the seeds of the random data")
    parser.add_argument("--cases", type=int, default=20, help="how many data sets of each seed")
    parser.add_argument("--only", type=int, help="replay this case of each seed, and keep its files")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "jiju-differential", help="where files of cases are kept")
    parser.add_argument("--table", type=Path, nargs="?", const=Path("-"), help="print what was compared as a table, or write it to this file")
    parser.add_argument("--prove", action="store_true", help="move what jiju gives, and require that each comparison notices")
    arguments = parser.parse_args()
    jiju, seeds = str(arguments.jiju.resolve()), [int(seed) for seed in arguments.seeds.replace(",", " ").split()]
    numbers = range(arguments.cases) if arguments.only is None else [arguments.only]
    ledger = Ledger()
    run(jiju, ledger, seeds, numbers, arguments.work, arguments.only is not None)
    if arguments.table == Path("-"):
        print(table(ledger, seeds, len(numbers)))
    else:
        print(counts(ledger))
        if arguments.table:
            arguments.table.write_text(table(ledger, seeds, len(numbers)) + "\n")
    if ledger.too_many():
        print(f"{ledger.rules['by chance']} p of permutations beyond four standard errors, {ledger.expected:.2g} expected", file=sys.stderr)
    missed = 0
    if arguments.prove:
        moved = Ledger()
        run(jiju, moved, seeds, numbers, arguments.work, arguments.only is not None, BROKEN)
        missed = proved(moved, ledger)
    return 1 if ledger.unexplained or ledger.too_many() or missed else 0


if __name__ == "__main__":
    sys.exit(main())
