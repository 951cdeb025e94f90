"""Writes local_pivotal.csv: the probability of each sample that the local pivotal method 2 can draw, by full enumeration in fractions.

Run: python local_pivotal.py

Of the units that are not decided one is chosen, each as likely; its partner is the nearest of the others; the pair is settled as
Deville and Tillé (1998) say. The distances between the points are all different, so that no tie has to be decided.
"""

import csv
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from pathlib import Path

POINTS = [(0, 0), (3, 1), (10, 2), (11, 8), (4, 10), (18, 5)]
PARTS = [[50, 50, 50, 50, 50, 50], [20, 70, 45, 65, 30, 70]]


def nearest(unit, others):
    def square(other):
        return (POINTS[unit][0] - POINTS[other][0]) ** 2 + (POINTS[unit][1] - POINTS[other][1]) ** 2

    return min(others, key=square)


@lru_cache(maxsize=None)
def samples(state):
    open_units = [unit for unit, part in enumerate(state) if 0 < part < 1]
    if not open_units:
        return {tuple(unit for unit, part in enumerate(state) if part == 1): Fraction(1)}
    found = {}
    for one in open_units:
        other = nearest(one, [unit for unit in open_units if unit != one])
        a, b = state[one], state[other]
        if a + b < 1:
            outcomes = [((a + b, Fraction(0)), a / (a + b)), ((Fraction(0), a + b), b / (a + b))]
        else:
            outcomes = [
                ((Fraction(1), a + b - 1), (1 - b) / (2 - a - b)),
                ((a + b - 1, Fraction(1)), (1 - a) / (2 - a - b)),
            ]
        for (first, second), probability in outcomes:
            if probability == 0:
                continue
            after = list(state)
            after[one], after[other] = first, second
            for sample, rest in samples(tuple(after)).items():
                found[sample] = found.get(sample, 0) + probability * rest / len(open_units)
    return found


squares = [(a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for a, b in combinations(POINTS, 2)]
assert len(set(squares)) == len(squares), squares
with open(Path(__file__).with_suffix(".csv"), "w", newline="") as file:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["parts", "sample", "probability"])
    for parts in PARTS:
        found = samples(tuple(Fraction(part, 100) for part in parts))
        # The probability of each unit is the given one: a check of this script.
        for unit, part in enumerate(parts):
            assert sum(p for sample, p in found.items() if unit in sample) == Fraction(part, 100)
        for sample, probability in sorted(found.items()):
            writer.writerow([" ".join(map(str, parts)), " ".join(map(str, sample)), float(probability)])
