"""Writes data/emerging_hot_spots_esda.json: Gi* on a cube of space and time by esda, its trends by pymannkendall.

Run: pip install esda==2.8.2 libpysal==4.14.1 pymannkendall==1.4.3; python emerging_hot_spots_esda.py
Incomes and neighbours are those of data/spatial_markov_giddy.json, from 1980 to 1995, relative to the mean of their year.
"""

import json
from importlib.metadata import version
from pathlib import Path

import esda
import libpysal
import numpy as np
import pymannkendall

DATA = Path(__file__).parent / "data"
source = json.loads((DATA / "spatial_markov_giddy.json").read_text())
income = np.array(source["periods"])[51:67]
values = income / income.mean(axis=1, keepdims=True)
periods, units = values.shape
cases = []
for back in (0, 1, 2):
    neighbours = {}
    for period in range(periods):
        for unit in range(units):
            near = [unit, *source["neighbours"][unit]]
            neighbours[period * units + unit] = [
                then * units + other for then in range(max(0, period - back), period + 1) for other in near
            ]
    weights = libpysal.weights.W(neighbours, silence_warnings=True)
    found = esda.G_Local(values.flatten(), weights, transform="B", permutations=0, star=None)
    z = found.Zs.reshape(periods, units)
    trends = [pymannkendall.original_test(z[:, unit]) for unit in range(units)]
    cases.append(
        {
            "periods_back": back,
            "z": z.tolist(),
            "s": [int(trend.s) for trend in trends],
            "trend_z": [float(trend.z) for trend in trends],
            "trend_p": [float(trend.p) for trend in trends],
            "tau": [float(trend.Tau) for trend in trends],
        }
    )
out = {
    "title": "Emerging hot spots of relative incomes of 48 states of the USA, 1980-1995",
    "made_by": f"emerging_hot_spots_esda.py: esda {esda.__version__}, pymannkendall {version('pymannkendall')}",
    "cases": cases,
}
(DATA / "emerging_hot_spots_esda.json").write_text(json.dumps(out).replace(', "', ',\n"') + "\n")
