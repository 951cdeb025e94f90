"""Regions of Columbus and of Georgia by GeoDa's three ways to search for max-p, for regions.rs.

    python regions_max_p.py > data/regions_max_p.json

pygeoda 0.1.3; data sets, values and neighbours are those of regions_skater.py, standardised. Each way searches by chance: what is
kept is how many regions it found, and how alike.
"""

import json
import sys

import numpy as np
import pygeoda
from regions_skater import SETS, within


def main():
    cases = []
    for name, (path, columns, bound) in SETS.items():
        layer = pygeoda.open(path)
        weights = pygeoda.queen_weights(layer)
        raw = np.array([layer.GetRealCol(column) for column in columns]).T
        scaled = (raw - raw.mean(axis=0)) / raw.std(axis=0, ddof=1)
        size = list(map(float, layer.GetRealCol(bound)))
        for floor, amounts, least in [("areas", [1.0] * len(size), 5.0), ("size", size, 0.03 * sum(size))]:
            for way in (pygeoda.maxp_greedy, pygeoda.maxp_tabu, pygeoda.maxp_sa):
                found = way(weights, layer[columns], amounts, least, scale_method="standardize", iterations=99)
                labels = list(found["Clusters"])
                parameters = {"dataset": name, "floor": floor, "least": least}
                expected = {"regions": len(set(labels)), "within": within(scaled, labels)}
                cases.append({"name": f"{name} {floor} {way.__name__}", "params": parameters, "expected": expected})
    json.dump({"inputs": {}, "cases": cases}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
