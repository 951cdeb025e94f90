"""Writes data/moran_scatterplot_esda.json: z and lag of the homicide rates of St Louis by esda and libpysal.

Run: pip install esda==2.9.0 libpysal==4.14.1; python moran_scatterplot_esda.py
"""

import json
from pathlib import Path

import esda
import libpysal
import numpy as np

DATA = Path(__file__).parent / "data"
inputs = json.loads((DATA / "stl_autocorrelation.json").read_text())["inputs"]
weights = libpysal.weights.W(dict(enumerate(inputs["neighbors"])), silence_warnings=True)
weights.transform = "r"
rates = np.array(inputs["HR8893"])
z = (rates - rates.mean()) / rates.std()
lag = libpysal.weights.lag_spatial(weights, z)
moran = esda.Moran(rates, weights, permutations=0)
local = esda.Moran_Local(rates, weights, permutations=0)
case = {
    "name": "stl_HR8893_scatterplot",
    "expected": {"z": z.tolist(), "lag": lag.tolist(), "i": moran.I, "quadrant": local.q.astype(int).tolist()},
    "tolerance": {"rel": 1e-9, "abs": 1e-12},
}
out = {
    "title": "Moran scatterplot of the homicide rates of stl_autocorrelation.json",
    "made_by": f"moran_scatterplot_esda.py: esda {esda.__version__}, libpysal {libpysal.__version__}",
    "inputs": {},
    "cases": [case],
}
(DATA / "moran_scatterplot_esda.json").write_text(json.dumps(out, indent=1) + "\n")
