"""Regions of Columbus and of Georgia by GeoDa's and by PySAL's SKATER, for regions.rs.

    python regions_skater.py > data/regions_skater.json

pygeoda 0.1.3, spopt 0.7.0, libpysal 4.14.1; both data sets are bundled with libpysal. spopt is given the square of the Euclidean
distance, which the paper sums; it has no variables to bound regions by. Values are standardised with n - 1.
"""

import json
import sys
import warnings

import libpysal
import numpy as np
import pygeoda
from sklearn.metrics.pairwise import euclidean_distances
from spopt.region.skater import SpanningForest

warnings.filterwarnings("ignore")
SETS = {
    "columbus": (libpysal.examples.get_path("columbus.shp"), ["INC", "CRIME", "HOVAL"], "HOVAL"),
    "georgia": (libpysal.examples.get_path("G_utm.shp"), ["PctRural", "PctBach", "PctFB", "PctPov"], "TotPop90"),
}


def squares(one, other=None):
    return euclidean_distances(one, other, squared=True)


def numbered(labels):
    """Regions by the number of their first areas."""
    known = {}
    return [known.setdefault(label, len(known)) for label in labels]


def within(data, labels):
    labels = np.array(labels)
    own = (data[labels == label] for label in set(labels.tolist()))
    return float(sum(((part - part.mean(axis=0)) ** 2).sum() for part in own))


def main():
    inputs, cases = {}, []
    for name, (path, columns, bound) in SETS.items():
        layer = pygeoda.open(path)
        weights = pygeoda.queen_weights(layer)
        values = [list(map(float, layer.GetRealCol(column))) for column in columns]
        size = list(map(float, layer.GetRealCol(bound)))
        neighbours = [sorted(map(int, weights.get_neighbors(unit))) for unit in range(len(size))]
        inputs[name] = {"columns": columns, "values": values, "size": size, "neighbours": neighbours}
        raw = np.array(values).T
        scaled = (raw - raw.mean(axis=0)) / raw.std(axis=0, ddof=1)
        contiguity = libpysal.weights.W({unit: row for unit, row in enumerate(neighbours)}, silence_warnings=True)

        def case(peer, labels, data, scale, regions, **more):
            labels = numbered(labels)
            parameters = {"dataset": name, "scale": scale, "regions": regions, **more}
            expected = {"labels": labels, "within": within(data, labels), "total": within(data, [0] * len(labels))}
            cases.append({"name": f"{name} {peer} {len(cases)}", "params": parameters, "expected": expected})

        for scale, data in [("standardise", scaled), ("raw", raw)]:
            for regions in (2, 4, 7, 12):
                for least in (0, 5):
                    forest = SpanningForest(dissimilarity=squares, center=np.mean, reduction=np.sum)
                    forest.fit(regions, contiguity, data=data, quorum=least or -np.inf)
                    case("spopt", forest.current_labels_.tolist(), data, scale, regions, least=least)
                found = pygeoda.skater(regions, weights, layer[columns], scale_method=scale.replace("ise", "ize"))
                case("pygeoda", found["Clusters"], data, scale, regions, least=0)
            for regions, share in [(3, 0.2), (5, 0.1), (8, 0.05)]:
                floor = share * sum(size)
                found = pygeoda.skater(
                    regions,
                    weights,
                    layer[columns],
                    bound_variable=layer[bound],
                    min_bound=floor,
                    scale_method=scale.replace("ise", "ize"),
                )
                case("pygeoda", found["Clusters"], data, scale, regions, least=0, floor=floor)
    json.dump({"inputs": inputs, "cases": cases}, sys.stdout, separators=(",", ":"))


if __name__ == "__main__":
    main()
