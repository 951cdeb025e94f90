"""What is compared, how near it has to be, and why some of it may differ."""

import json
import subprocess
from collections import Counter

import numpy as np

# Every difference that is not below its tolerance has one of these reasons, or is unexplained.
REASONS = {
    "constant": "a column that does not vary has no statistic in jiju; the peer divides rounding by rounding",
    "exact": "the peer loses digits; its formula on values centred in rational numbers, or another closed form, agrees with jiju",
    "mean": "a unit on the mean but for rounding: jiju gives it no quadrant, or rounding decides between two",
    "island": "a unit without neighbours has no local result in jiju; the peer compares a sum of nothing",
    "better": "an optimum: jiju's has the smaller loss, or the same within rounding",
    "negative variance": "the variance between rates is estimated below 0: jiju takes 0, as spdep does, the peer goes on",
    "empty class": "jiju leaves out classes that hold no value or coincide; the peer repeats bounds or has an end beyond",
    "refused": "the peer refuses the values, or has no result for them",
    "border": "a border point of DBSCAN within reach of two clusters: either may have it",
    "tie": "distances that tie: peers decide by the order of rows, so that trees and labels may differ",
    "coincident": "libpysal drops pairs at no distance from a distance band; jiju keeps them, as scipy's tree does",
    "digits of G": "KNOWN FAULT of jiju too: values that vary by less than a millionth of their mean leave the variance of G no digits in doubles",
    "edge": "a value on the upper bound of a class but for rounding",
    "touch": "boundaries that share a point which is a vertex of one side alone: jiju counts it, the peer looks at vertices",
    "by chance": "p of other random orders: within six standard errors of each other",
    "at a radius": "a pair as far apart as a radius to the last digits: jiju counts d <= r, the peer d < r",
    "no more than all": "the peer's circle leaves a point out, and so is smaller",
    "collinear": "points on one line or in one place have no ellipse or rotation; the peer divides by nothing",
    "boundary of the search": "the likelihood is greatest at the end of the interval, where the peer's search stops early",
    "single unit": "the peer counts a class that is never left, or one visited once, otherwise",
}


class Ledger:
    """Counts of what was compared, by quantity."""

    def __init__(self):
        self.rows, self.unexplained, self.reasons = {}, [], Counter()

    def row(self, quantity, tolerance):
        fresh = {"cases": set(), "values": 0, "worst": 0.0, "explained": Counter(), "unexplained": 0, "tolerance": tolerance}
        return self.rows.setdefault(quantity, fresh)


class Case:
    """A random data set, the folder of its files, and how jiju is run on them."""

    def __init__(self, jiju, ledger, seed, number, folder):
        self.jiju, self.ledger, self.seed, self.number, self.folder = jiju, ledger, seed, number, folder
        self.chance = np.random.default_rng([seed, number])
        self.commands, self.failed = [], False

    def run(self, *words):
        """What jiju prints for these words as JSON; None, with the message kept, where it fails."""
        words = [str(word) for word in words]
        self.commands.append(" ".join(words))
        told = subprocess.run([self.jiju, *words, "--format", "json"], cwd=self.folder, capture_output=True, text=True)
        self.message = told.stderr.strip()
        return json.loads(told.stdout) if told.returncode == 0 else None

    def write(self, *words):
        """The same of what writes a file."""
        words = [str(word) for word in words]
        self.commands.append(" ".join(words))
        told = subprocess.run([self.jiju, *words], cwd=self.folder, capture_output=True, text=True)
        self.message = told.stderr.strip()
        return told.returncode == 0

    def blame(self, quantity, what):
        self.failed = True
        command = self.commands[-1] if self.commands else ""
        self.ledger.unexplained.append((quantity, self.seed, self.number, what, command, self.folder))
        self.ledger.row(quantity, "")["unexplained"] += 1

    def hold(self, quantity, found, expected, relative=1e-9, absolute=0.0, scale=None, reasons=(), exact=None):
        """Compares numbers with the peer's.

        A difference is taken relative to the peer's value, or to `scale` where that is larger, by default the root of the mean square of all
        values. `reasons` are pairs of a name in REASONS and a mask of the values that it holds for. `exact` makes the values anew in another
        way, where there is a difference.
        """
        if found is None:
            self.blame(quantity, f"jiju failed: {self.message}")
            return
        found, expected = np.atleast_1d(np.asarray(found, dtype=float)), np.atleast_1d(np.asarray(expected, dtype=float))
        if found.shape != expected.shape:
            self.blame(quantity, f"{found.shape} values, the peer has {expected.shape}")
            return
        row = self.ledger.row(quantity, f"{relative:g}" + (f" or {absolute:g}" if absolute else ""))
        row["cases"].add((self.seed, self.number))
        row["values"] += found.size
        error = self.differences(found, expected, scale)
        fine = (error <= relative) | (np.abs(found - expected) <= absolute)
        if fine.any():
            row["worst"] = max(row["worst"], float(error[fine].max()))
        left = ~fine
        for name, mask in reasons:
            left &= ~self.explain(row, name, left & np.broadcast_to(mask, left.shape))
        if left.any() and exact is not None:
            again = np.atleast_1d(np.asarray(exact(), dtype=float))
            left &= ~self.explain(row, "exact", left & (self.differences(found, again, scale) <= relative))
        if left.any():
            at = np.flatnonzero(left)
            told = "; ".join(f"[{i}] jiju {found.flat[i]!r}, peer {expected.flat[i]!r}" for i in at[:3])
            self.blame(quantity, f"{len(at)} of {found.size} differ: {told}")
            row["unexplained"] += len(at) - 1

    def explain(self, row, name, differing):
        assert name in REASONS, name
        if differing.any():
            row["explained"][name] += int(differing.sum())
            self.ledger.reasons[name] += int(differing.sum())
        return differing

    @staticmethod
    def differences(found, expected, scale):
        if scale is None:
            known = expected[np.isfinite(expected)]
            scale = float(np.sqrt(np.mean(known**2))) if known.size else 0.0
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.abs(found - expected) / np.maximum(np.abs(expected), max(scale, np.finfo(float).tiny))
        error[(found == expected) | (np.isnan(found) & np.isnan(expected))] = 0.0
        return np.where(np.isnan(error), np.inf, error)

    def same(self, quantity, found, expected, reasons=()):
        """Compares what is equal or not, such as sets of neighbours: two sequences of as many things."""
        if found is None:
            self.blame(quantity, f"jiju failed: {self.message}")
            return
        differ = np.array([one != other for one, other in zip(found, expected, strict=True)], dtype=float)
        self.hold(quantity, differ, np.zeros(len(differ)), relative=0.0, scale=1.0, reasons=reasons)
        self.ledger.rows[quantity]["tolerance"] = "equal"


def column(table, name):
    """A column of JSON, null as NaN."""
    return np.array([np.nan if row[name] is None else row[name] for row in table], dtype=float)


def rows_of(found):
    """The rows of a result: itself, or the first table of one with numbers beside it."""
    if found is None or isinstance(found, list):
        return found
    lists = {key: value for key, value in found.items() if isinstance(value, list) and value}
    tables = [value for value in lists.values() if isinstance(value[0], dict)]
    if tables:
        return tables[0]
    length = max(map(len, lists.values()))
    columns = {key: value for key, value in lists.items() if len(value) == length}
    return [dict(zip(columns, row)) for row in zip(*columns.values())]


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)
