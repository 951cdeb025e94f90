"""Writes data/colocation_quotients.json: colocation quotients by their formulas, in numpy, with exact p of local ones.

Run: pip install numpy==2.4.6 scipy==1.17.1; python colocation_quotients.py
No tool in Python has both quotients; sfdep has them in R.
"""

import json
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree
from scipy.stats import hypergeom

random = np.random.default_rng(20200814)
centres = random.uniform(0, 10_000, (6, 2))
places = np.vstack([centres[random.integers(0, 6, 150)] + random.normal(0, 400, (150, 2)), random.uniform(0, 10_000, (50, 2))])
sectors = (places[:, 0] // 3_000 + random.integers(0, 3, 200)).astype(int) % 4
total, cases = len(places), []
for name, nearest in (("nearest", 1), ("five", 5), ("gaussian", 10)):
    distances, near = cKDTree(places).query(places, nearest + 1)
    distances, near = distances[:, 1:], near[:, 1:]
    weights = np.exp(-0.5 * (distances / distances[:, -1:]) ** 2) if name == "gaussian" else np.ones_like(distances)
    of = np.array([[weights[i][sectors[near[i]] == b].sum() for b in range(4)] for i in range(total)])
    share = of / weights.sum(axis=1, keepdims=True)
    counts = np.bincount(sectors, minlength=4)
    quotients = np.array(
        [
            [share[sectors == a, b].mean() / ((counts[b] - (a == b)) / (total - 1)) for b in range(4)]
            for a in range(4)
        ]
    )
    local = share[sectors == 0, 1] / (counts[1] / (total - 1))
    case = {
        "name": name,
        "neighbours": near.tolist(),
        "weights": weights.tolist(),
        "quotients": quotients.tolist(),
        "overall": share[np.arange(total), sectors].sum() / (counts * (counts - 1) / (total - 1)).sum(),
        "local_of_0_to_1": local.tolist(),
    }
    if name == "five":
        law = hypergeom(total - 1, counts[1], nearest)
        found = np.rint(of[sectors == 0, 1]).astype(int)
        case["p_greater"] = law.sf(found - 1).tolist()
    cases.append(case)
out = {
    "title": "Colocation quotients of 200 random points in four sectors",
    "made_by": f"colocation_quotients.py: numpy {np.__version__}",
    "sectors": sectors.tolist(),
    "cases": cases,
}
path = Path(__file__).parent / "data" / "colocation_quotients.json"
path.write_text(json.dumps(out).replace(', "', ',\n"') + "\n")
