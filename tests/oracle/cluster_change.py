"""Writes data/cluster_change.json: McNemar's exact test of scipy, p of all signs of changed firms, and clusters of scikit-learn that survive
other settings.

Run: pip install scipy numpy scikit-learn; python cluster_change.py
"""

import itertools
import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import binomtest
from sklearn.cluster import DBSCAN

random = np.random.default_rng(20201130)
names = "stayed moved_in entered moved_out closed stayed_elsewhere entered_elsewhere closed_elsewhere".split()
out = {"scipy": scipy.__version__, "scikit-learn": sklearn.__version__, "mcnemar": [], "signs": []}
for moved_in, moved_out in ((9, 1), (30, 14), (4, 4), (250, 200)):
    flows = dict(zip(names, (20, moved_in, 0, moved_out, 0, 300, 0, 0)))
    out["mcnemar"].append({"flows": flows, "p": float(binomtest(moved_in, moved_in + moved_out).pvalue)})
while len(out["signs"]) < 12:
    flows = dict(zip(names, (int(n) for n in random.integers(0, [30, 4, 5, 4, 5, 90, 6, 6]))))
    inside = [flows["stayed"] + flows["moved_out"] + flows["closed"], flows["stayed"] + flows["moved_in"] + flows["entered"]]
    totals = [
        inside[0] + flows["stayed_elsewhere"] + flows["moved_in"] + flows["closed_elsewhere"],
        inside[1] + flows["stayed_elsewhere"] + flows["moved_out"] + flows["entered_elsewhere"],
    ]
    share = sum(inside) / sum(totals)
    # What each firm that changed adds: its presence in the cluster less the share times its presence in the register.
    adds = (
        [1.0] * flows["moved_in"]
        + [-1.0] * flows["moved_out"]
        + [1 - share] * flows["entered"]
        + [share - 1] * flows["closed"]
        + [-share] * flows["entered_elsewhere"]
        + [share] * flows["closed_elsewhere"]
    )
    if not 4 <= len(adds) <= 18:
        continue
    signs = np.array(list(itertools.product((-1, 1), repeat=len(adds))))
    sums = np.abs(signs @ np.abs(adds))
    p = float((sums >= abs(sum(adds)) - 1e-9).mean())
    out["signs"].append({"flows": flows, "shares": [inside[0] / totals[0], inside[1] / totals[1]], "p": p})

points = np.concatenate(
    [random.normal(centre, spread, (count, 2)) for centre, spread, count in (((0, 0), 1, 60), ((8, 0), 2, 50), ((4, 7), 1, 25))]
    + [random.uniform(-5, 14, (60, 2))]
)
settings = [(0.9, 5), (0.6, 5), (1.2, 5), (2.0, 5), (0.9, 3), (0.9, 10), (1.2, 10), (2.0, 10)]
labels = [DBSCAN(eps=radius, min_samples=least).fit(points).labels_ for radius, least in settings]
survival = []
for cluster in range(labels[0].max() + 1):
    own = set(np.flatnonzero(labels[0] == cluster))
    jaccard, kept = [], []
    for other in labels[1:]:
        found = [set(np.flatnonzero(other == one)) for one in range(other.max() + 1)]
        jaccard.append(max([len(own & one) / len(own | one) for one in found], default=0))
        kept.append(max([len(own & one) / len(own) for one in found], default=0))
    survival.append(
        {
            "members": len(own),
            "survived": float(np.mean(np.array(jaccard) >= 0.5)),
            "jaccard": float(np.mean(jaccard)),
            "together": float(np.mean(np.array(kept) >= 0.5)),
        }
    )
out["panel"] = {
    "points": points.tolist(),
    "settings": settings,
    "clustered": np.mean([one >= 0 for one in labels], axis=0).tolist(),
    "clusters": survival,
}
(Path(__file__).parent / "data" / "cluster_change.json").write_text(json.dumps(out) + "\n")
