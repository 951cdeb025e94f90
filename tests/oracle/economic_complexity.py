"""Writes data/economic_complexity.json: complexity and density of ecomplexity, the rank sum of scipy, on random counts.

Run: pip install ecomplexity==0.5.3 scipy==1.17.1 scikit-learn; python economic_complexity.py
The densities are ecomplexity's without the sector itself: its proximities with a diagonal of 0.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from ecomplexity import ecomplexity
from ecomplexity.calc_density import calc_density
from ecomplexity.calc_proximity import calc_discrete_proximity
from scipy.stats import mannwhitneyu

warnings.simplefilter("ignore")
random = np.random.default_rng(20201130)
cases = []
for areas, sectors in ((12, 30), (30, 12), (25, 25)):
    skill = np.sort(random.random(areas))
    need = np.sort(random.random(sectors))
    chance = 1 / (1 + np.exp(8 * (need[None, :] - skill[:, None])))
    counts = random.poisson(20 * chance + 0.3)
    rows = [(2020, f"a{a:02}", f"s{s:02}", int(counts[a, s])) for a in range(areas) for s in range(sectors)]
    table = pd.DataFrame(rows, columns=["time", "loc", "prod", "val"])
    names = {"time": "time", "loc": "loc", "prod": "prod", "val": "val"}
    found = ecomplexity(table, names, verbose=False, check_logsupermodularity=False).sort_values(["loc", "prod"])
    shape = lambda column: found[column].to_numpy(float).reshape(areas, sectors)
    mcp = shape("mcp")
    proximity = calc_discrete_proximity(mcp, mcp.sum(axis=0))
    np.fill_diagonal(proximity, 0)
    density = calc_density(mcp, proximity)
    later = random.random((areas, sectors)) < np.clip(density, 0.05, 0.95)
    open_to = mcp == 0
    entered, absent = density[open_to & later], density[open_to & ~later]
    cases.append(
        {
            "counts": counts.tolist(),
            "at_home": mcp.astype(int).tolist(),
            "eci": shape("eci")[:, 0].tolist(),
            "pci": shape("pci")[0].tolist(),
            "density": density.tolist(),
            "later": later.astype(int).tolist(),
            "share": mannwhitneyu(entered, absent).statistic / (len(entered) * len(absent)),
            "p": mannwhitneyu(entered, absent, use_continuity=False, method="asymptotic").pvalue,
        }
    )
out = Path(__file__).parent / "data" / "economic_complexity.json"
out.write_text(json.dumps({"cases": cases}) + "\n")
