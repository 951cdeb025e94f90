"""What is compared, how near it has to be, and what may be otherwise with a peer."""

import json
import subprocess
import sys
from collections import Counter

import numpy as np

# A value that differs from the peer's by more than its tolerance is explained only where one of these rules holds for its data and the value
# is, within the same tolerance, the one that the rule gives. All else is unexplained.
RULES = {
    "constant": "a column that does not vary has no statistic in jiju, which has to be null; the peer divides rounding by rounding",
    "island": "a unit without neighbours has no local result in jiju, which has to be null; the peer compares a sum of nothing",
    "island beside": "no LOSH for a neighbour of a unit without neighbours, which has no local mean: has to be null; the peer takes 0 for it",
    "no variance": "the exact variance is 0 or below, so that there is no z and p: they have to be null; the peer divides by its rounding",
    "exact": "the peer loses digits: jiju's value has to be that of the definition in rational numbers, or of the peer on centred values",
    "mean": "a unit or its neighbours on the mean, in rational numbers: jiju gives it no quadrant, which has to be null",
    "score": "columns of a condition above 1000, which the peer squares: jiju's has to be the root of the score, solved densely by eigenvalues and "
    "orthogonal columns",
    "negative variance": "the variance between rates is estimated below 0: jiju takes 0, as spdep does, and so has to give the mean rate",
    "classes left": "bounds that hold no value, coincide or lie beyond: jiju's have to be those of the peer's that hold values, the last the maximum",
    "bounds alike": "two of the peer's hinges are the same, and a class between them is empty: jiju's bounds have to be the peer's that differ",
    "all alike": "where all values are equal the peer refuses: jiju has to give one class that ends there",
    "nearer optimum": "a search for a least loss, which jiju's has to fall short of, and the exact least where that is computed",
    "ties at once": "mutual reachability ties, which the peer merges one by one in the order of rows: jiju's has to be that of the definition, which "
    "merges ties at once, computed on the full matrix",
    "order of ties": "reachability ties: jiju's has to be a right order by its definition, and its clusters those of the peer's own search on that order",
    "places as one": "libpysal drops pairs at no distance from a distance band: jiju's have to be those of scipy's tree",
    "at no distance": "pointpats leaves nearest neighbours at no distance out of G: jiju's has to be the share of all points, by scipy's tree",
    "k of ties": "distances tie at the k-th neighbour: jiju's have to be as near, and as many",
    "touch": "boundaries share a point that is a vertex of one side alone, which the peer does not look at: jiju's have to be those GEOS finds to touch",
    "circle too small": "the peer's circle leaves a point out: jiju's has to be that of GEOS",
    "tied orders": "values that are equal make many orders give the same sum, and the peer counts what is beyond percentiles: jiju's p has to be twice "
    "the smaller tail of other orders, within four standard errors",
    "by chance": "p of other random orders beyond four standard errors and within six; the run fails where that are more than chance makes",
    "periods by rows": "giddy hands its Markov chains of units and of neighbours a table turned on its side: jiju's have to be those of units by periods",
}

# How much of itself each number that jiju prints is moved by to see whether that is noticed: more than the widest tolerance.
BROKEN = 1e-4

# The share of normal errors that is beyond four standard errors.
FARTHER = 6.334e-5

# Numbers of JSON that are names and not measures.
NAMES = {"labels", "cluster", "ordering", "order", "predecessor", "unit", "id", "from", "to", "lag_class", "class", "classes", "lag_classes", "seed"}


class Ledger:
    """Counts of what was compared, by quantity."""

    def __init__(self):
        self.rows, self.unexplained, self.rules, self.refused = {}, [], Counter(), Counter()
        self.expected = 0.0

    def too_many(self):
        """Whether more p lie beyond four standard errors than four standard errors of their number allow."""
        return self.rules["by chance"] > self.expected + 4 * self.expected**0.5 + 1

    def row(self, quantity, tolerance, group):
        fresh = {"comparisons": 0, "values": 0, "worst": 0.0, "explained": Counter(), "unexplained": 0, "printed": 0, "handed": 0, "missed": 0}
        row = self.rows.setdefault(quantity, fresh | {"tolerance": tolerance, "group": group})
        row["tolerance"] = row["tolerance"] or tolerance
        return row


class Case:
    """A random data set, the folder of its files, and how jiju is run on them; `broken` is the share of itself by which every number that jiju prints is moved."""

    def __init__(self, jiju, ledger, seed, number, folder, broken=0.0):
        self.jiju, self.ledger, self.seed, self.number, self.folder, self.broken = jiju, ledger, seed, number, folder, broken
        self.chance = np.random.default_rng([seed, number])
        self.commands, self.failed, self.message, self.group = [], False, "", ""

    def told(self, words, more=()):
        words = [str(word) for word in words]
        self.commands.append(" ".join([*words, *more]))
        told = subprocess.run([self.jiju, *words, *more], cwd=self.folder, capture_output=True, text=True)
        self.message = told.stderr.strip()
        return told

    def run(self, *words):
        """What jiju prints for these words as JSON; None, with the message kept, where it fails."""
        told = self.told(words, ("--format", "json"))
        if told.returncode != 0:
            return None
        found = json.loads(told.stdout)
        return moved(found, 1 - self.broken) if self.broken else found

    def write(self, *words):
        """The same of what writes a file."""
        return self.told(words).returncode == 0

    def refuses(self, quantity, message, *words):
        """What jiju has to refuse, with these words in its message."""
        told = self.told(words)
        row = self.ledger.row(quantity, "refused", self.group)
        row["values"] += 1
        self.ledger.refused["jiju"] += 1
        if told.returncode == 0 or message not in self.message:
            self.blame(quantity, f"not refused with {message!r}: {self.message!r}")

    def blame(self, quantity, what, count=1):
        self.failed = True
        command = self.commands[-1] if self.commands else ""
        self.ledger.unexplained.append((quantity, self.seed, self.number, what, command, self.folder))
        if not self.broken:
            print(f"unexplained: {quantity}: {what}\n  seed {self.seed}, case {self.number}, {self.folder}: jiju {command}", file=sys.stderr, flush=True)
        self.ledger.row(quantity, "", self.group)["unexplained"] += count

    def hold(self, quantity, found, expected, relative=1e-9, absolute=0.0, scale=None, rules=(), tolerance=None):
        """Compares numbers with the peer's, NaN for null.

        A difference is taken relative to the peer's value, or to `scale` where that is larger, by default the root of the mean square of all
        values: what is small by cancelling has the digits of what it was made from. `rules` are names in RULES, each with a mask of the
        values that it holds for and the values that jiju has to have there, or what makes them.
        """
        if found is None:
            self.blame(quantity, f"jiju failed: {self.message}")
            return
        found, expected = np.atleast_1d(np.asarray(found, dtype=float)), np.atleast_1d(np.asarray(expected, dtype=float))
        if found.shape != expected.shape:
            self.blame(quantity, f"{found.shape} values, the peer has {expected.shape}")
            return
        row = self.count(quantity, tolerance or f"{relative:g}" + (" or rounding of the values" if np.any(absolute) else ""), found.size)
        if scale is None:
            known = expected[np.isfinite(expected)]
            with np.errstate(over="ignore"):
                scale = float(np.sqrt(np.mean(known**2))) if known.size else 0.0
        error, fine = differences(found, expected, relative, absolute, scale)
        if fine.any():
            row["worst"] = max(row["worst"], float(error[fine].max()))

        def unlike(found, row=None):
            left = ~differences(found, expected, relative, absolute, scale)[1]
            for name, mask, values in rules:
                where = left & np.broadcast_to(np.asarray(mask, dtype=bool), left.shape)
                if where.any():
                    again = np.broadcast_to(np.asarray(values() if callable(values) else values, dtype=float), left.shape)
                    left &= ~self.explain(row, name, where & differences(found, again, relative, absolute, scale)[1])
            return left

        left = unlike(found, row)
        if self.broken:
            # What is null, or too small to be seen when it is moved by a share of itself, is moved by ten times its tolerance.
            farther = found + 10 * np.maximum(relative * np.maximum(np.abs(expected), scale), absolute) + 1e-15 * np.abs(found) + np.finfo(float).tiny
            self.noticed(row, left, lambda: unlike(np.where(np.isnan(found), 1.0, farther)))
        elif left.any():
            at = np.flatnonzero(left)
            told = "; ".join(f"[{i}] jiju {found.flat[i]:.17g}, peer {expected.flat[i]:.17g}" for i in at[:3])
            self.blame(quantity, f"{len(at)} of {found.size} differ: {told}", len(at))

    def noticed(self, row, left, again):
        row["printed" if left.any() else "handed" if again().any() else "missed"] += 1

    def same(self, quantity, found, expected, rules=()):
        """Compares what is equal or not, such as sets of neighbours: two sequences. The values of a rule are as many more, or a predicate."""
        if found is None:
            self.blame(quantity, f"jiju failed: {self.message}")
            return
        found, expected = list(found), list(expected)
        if len(found) != len(expected):
            self.blame(quantity, f"{len(found)} values, the peer has {len(expected)}")
            return
        row = self.count(quantity, "equal", len(found))

        def unlike(found, row=None):
            left = np.array([one != other for one, other in zip(found, expected)], dtype=bool)
            for name, mask, values in rules:
                where = left & np.broadcast_to(np.asarray(mask, dtype=bool), left.shape)
                if where.any():
                    again = values() if callable(values) else values
                    left &= ~self.explain(row, name, where & np.array([one == other for one, other in zip(found, again, strict=True)]))
            return left

        left = unlike(found, row)
        if self.broken:
            # One that is another: the next that differs, or something else where all are alike.
            other = next((thing for thing in found if thing != found[0]), object())
            self.noticed(row, left, lambda: unlike([other, *found[1:]]))
        elif left.any():
            at = np.flatnonzero(left)
            told = "; ".join(f"[{i}] jiju {found[i]}, peer {expected[i]}" for i in at[:3])
            self.blame(quantity, f"{len(at)} of {len(found)} differ: {told}", len(at))

    def at_most(self, quantity, found, bound, relative=1e-9, absolute=0.0):
        """Compares what is looked for to be least with what a peer found: it may not be more, and where it is less, that is counted."""
        if found is None:
            self.blame(quantity, f"jiju failed: {self.message}")
            return
        below = found < bound - max(relative * abs(bound), absolute)
        self.hold(quantity, found, bound, relative=relative, absolute=absolute, rules=[("nearer optimum", below, found)])

    def by_chance(self, quantity, p, q, permutations, tied=None, tails=2):
        """Compares p of random orders with those of others: within four standard errors, and a whole number of orders.

        Some are farther by chance, within six: how many has to be what is expected of so many (`Ledger.too_many`).
        """
        if p is None:
            self.blame(quantity, f"jiju failed: {self.message}")
            return
        p, q = np.atleast_1d(np.asarray(p, dtype=float)), np.atleast_1d(np.asarray(q, dtype=float))
        least = 2 * tails / permutations

        def error(q):
            tail = np.clip((p + q) / 2 / tails, 1 / permutations, 0.5)
            return tails * np.sqrt(2 * tail * (1 - tail) / permutations)

        def of_ties():
            again = tied()
            return np.where(np.abs(p - again) <= 4 * error(again) + least, p, np.nan)

        self.ledger.expected += p.size * FARTHER
        rule = ("by chance", np.abs(p - q) <= 6 * error(q) + least, p)
        rules = [rule] if tied is None else [("tied orders", True, of_ties), rule]
        self.hold(f"{quantity}, within 4 standard errors", p, q, 0.0, 4 * error(q) + least, rules=rules, tolerance="4 standard errors")
        orders = np.where(p < 1, p * (permutations + 1) / tails, np.round(p))
        self.hold(f"{quantity}, whole orders", orders, np.round(orders), relative=0.0, absolute=1e-9 * np.maximum(orders, 1))

    def count(self, quantity, tolerance, size):
        row = self.ledger.row(quantity, tolerance, self.group)
        row["comparisons"] += 1
        row["values"] += size
        return row

    def explain(self, row, name, explained):
        assert name in RULES, name
        count = int(explained.sum())
        if count and row is not None:
            row["explained"][name] += count
            self.ledger.rules[name] += count
        return explained


def differences(found, expected, relative, absolute, scale):
    """The differences relative to what is expected or to a scale, and which of them are within the tolerance."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        apart = np.abs(found - expected)
        error = apart / np.maximum(np.abs(expected), max(scale, np.finfo(float).tiny))
    alike = (found == expected) | (np.isnan(found) & np.isnan(expected))
    apart[alike], error[alike] = 0.0, 0.0
    error = np.where(np.isnan(error), np.inf, error)
    return error, (error <= relative) | (apart <= absolute)


def moved(found, factor, key=""):
    """Every number of JSON times a factor, but for names."""
    if isinstance(found, dict):
        return {name: value if name in NAMES or name == "manifest" else moved(value, factor, name) for name, value in found.items()}
    if isinstance(found, list):
        return [moved(value, factor, key) for value in found]
    if isinstance(found, bool) or not isinstance(found, int | float):
        return found
    return found * factor if found else 1 - factor


def changed(labels):
    """Labels of which the first is none and one that was none is the first, so that two are wrong; no label is None."""
    out = list(labels)
    own = next((i for i, label in enumerate(out) if label is not None), None)
    none = next((i for i, label in enumerate(out) if label is None), None)
    if none is not None:
        out[none] = 0
    if own is not None:
        out[own] = None
    return out


def numbers(values):
    """Null as NaN."""
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def column(table, name):
    """A column of a table of JSON."""
    return numbers([row[name] for row in table])


def rows_of(found):
    """The rows of a result: itself, or the first table of one with numbers beside it, or its longest columns."""
    if found is None or isinstance(found, list):
        return found
    lists = {key: value for key, value in found.items() if isinstance(value, list) and value}
    tables = [value for value in lists.values() if isinstance(value[0], dict)]
    if tables:
        return tables[0]
    length = max(map(len, lists.values()))
    columns = {key: value for key, value in lists.items() if len(value) == length}
    return [dict(zip(columns, row)) for row in zip(*columns.values())]
