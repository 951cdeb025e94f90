"""Writes data/losh_esda.json: local spatial heteroscedasticity of Columbus' CRIME by esda.

Run: pip install esda==2.9.0 libpysal==4.14.1; python losh_esda.py
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
crime = np.array(columbus["inputs"]["CRIME"], dtype=float)
cases = []
for transform in ("r", "b"):
    weights = libpysal.weights.W(dict(enumerate(queen["expected"]["neighbors"])), silence_warnings=True)
    weights.transform = transform
    losh = esda.LOSH(connectivity=weights, inference="chi-square").fit(crime)
    expected = {
        "h": losh.Hi.tolist(),
        "local_mean": losh.ylag.tolist(),
        "variance": losh.VarHi.tolist(),
        "p_greater": losh.pval.tolist(),
    }
    cases.append({"name": transform, "expected": expected, "tolerance": {"rel": 1e-9, "abs": 1e-12}})
out = {
    "title": "Local spatial heteroscedasticity of CRIME of Columbus, queen neighbours",
    "made_by": f"losh_esda.py: esda {esda.__version__}, libpysal {libpysal.__version__}",
    "inputs": {},
    "cases": cases,
}
(DATA / "losh_esda.json").write_text(json.dumps(out, indent=1) + "\n")
