"""Writes data/geographical_detector.json: the geographical detector of py-geodetector on its sample data, with p of scipy.

Run: pip install py-geodetector==0.2.1 scipy==1.17.1; python geographical_detector.py
q and the pairs are py-geodetector's. Its noncentrality takes the variance with N - 1; here it is that of Wang, Zhang and Fu (2016) with N,
as in R's geodetector and GD, whose printed p on the same data (0.3721, 0.0001288, 0.04338) these are. t is scipy's, with variances of each
stratum by itself; F of the ecological detector by its formula.
"""

import json
from pathlib import Path

import numpy as np
from geodetector import GeoDetector, load_example_data
from scipy.stats import f, ncf, ttest_ind

data = load_example_data()
factors = ["type", "region", "level"]
y = data["incidence"].to_numpy(float)
detector = GeoDetector(data, "incidence", factors)
cases = []
for shift in (0.0, -6.0, 100.0):
    moved = data.assign(incidence=y + shift)
    found = GeoDetector(moved, "incidence", factors).factor_detector()
    for factor in factors:
        groups = [group.to_numpy(float) for _, group in moved.groupby(factor)["incidence"]]
        means, counts = np.array([group.mean() for group in groups]), np.array([len(group) for group in groups])
        q, total, strata = found.loc["q statistic", factor], len(y), len(groups)
        value = (total - strata) / (strata - 1) * q / (1 - q)
        noncentrality = ((means**2).sum() - (np.sqrt(counts) * means).sum() ** 2 / total) / y.var()
        pairs = [ttest_ind(a, b, equal_var=False) for at, a in enumerate(groups) for b in groups[at + 1 :]]
        cases.append(
            {
                "shift": shift,
                "factor": factor,
                "q": q,
                "f": value,
                "noncentrality": noncentrality,
                "p": ncf.sf(value, strata - 1, total - strata, noncentrality),
                "p_central": f.sf(value, strata - 1, total - strata),
                "t": [pair.statistic for pair in pairs],
                "degrees_of_freedom": [pair.df for pair in pairs],
                "p_t": [pair.pvalue for pair in pairs],
            }
        )
pairs = []
for at, one in enumerate(factors):
    for other in factors[at + 1 :]:
        q, kind = detector.interaction_detector(one, other, relationship=True)
        inside = [GeoDetector._cal_ssw(data, "incidence", factor)[0] for factor in (one, other)]
        ratio, freedom = inside[0] / inside[1], len(y) - 1
        p = min(1.0, 2 * min(f.sf(ratio, freedom, freedom), f.cdf(ratio, freedom, freedom)))
        pairs.append({"factors": [one, other], "q": q, "kind": kind, "f": ratio, "p": p})
columns = {name: data[name].tolist() for name in ["incidence", *factors]}
out = Path(__file__).parent / "data" / "geographical_detector.json"
out.write_text(json.dumps({"columns": columns, "cases": cases, "pairs": pairs}) + "\n")
