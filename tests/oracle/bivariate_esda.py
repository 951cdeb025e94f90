"""Writes data/bivariate_esda.json: statistics of two columns, and local join counts, by esda.

Run: pip install esda==2.9.0 libpysal==4.14.1; python bivariate_esda.py
Columbus is that of data/columbus_polygons_weights.json, its queen neighbours as listed there.
"""

import json
from pathlib import Path

import esda
import libpysal
import numpy as np

DATA = Path(__file__).parent / "data"
columbus = json.loads((DATA / "columbus_polygons_weights.json").read_text())
queen = next(case for case in columbus["cases"] if case["name"] == "columbus_contiguity_queen")
weights = libpysal.weights.W(dict(enumerate(queen["expected"]["neighbors"])), silence_warnings=True)
binary = libpysal.weights.W(weights.neighbors, silence_warnings=True)
weights.transform = "r"
x, y = (np.array(columbus["inputs"][name], dtype=float) for name in ("HOVAL", "CRIME"))
high = (y > 35).astype(float)

pearson = esda.Spatial_Pearson(connectivity=weights.sparse, permutations=0).fit(x[:, None], y[:, None])
local = esda.Moran_Local_BV(x, y, weights, permutations=0)
local_pearson = esda.Spatial_Pearson_Local(connectivity=weights.sparse, permutations=0).fit(x[:, None], y[:, None])
joins = esda.Join_Counts_Local(connectivity=binary).fit(high, permutations=9)

tolerance = {"rel": 1e-9, "abs": 1e-12}
cases = [
    ("lee", {"l": pearson.association_[0, 1], "l_first": pearson.association_[0, 0]}),
    ("local_lee", {"l": np.ravel(local_pearson.associations_).tolist()}),
    ("bivariate_moran", {"i": esda.Moran_BV(x, y, weights, permutations=0).I}),
    # esda scales by n − 1.
    ("local_bivariate_moran", {"i": local.Is.tolist(), "quadrant": local.q.astype(int).tolist()}),
    ("local_join_count", {"bb": joins.LJC.tolist()}),
]
out = {
    "title": "Statistics of two columns of Columbus, HOVAL and CRIME, and local join counts of CRIME > 35",
    "made_by": f"bivariate_esda.py: esda {esda.__version__}, libpysal {libpysal.__version__}",
    "inputs": {},
    "cases": [{"name": name, "expected": expected, "tolerance": tolerance} for name, expected in cases],
}
(DATA / "bivariate_esda.json").write_text(json.dumps(out, indent=1) + "\n")
