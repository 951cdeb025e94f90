"""Writes data/gwr_mgwr.json: geographically weighted regressions of Georgia's counties by mgwr.

Run: pip install mgwr==2.2.1 libpysal==4.14.1; python gwr_mgwr.py
The data are those of Fotheringham, Brunsdon and Charlton (2002) that libpysal bundles: the share of people with a bachelor's degree, of
those born abroad, of black people and of rural ones, with the centroids of counties in metres.
"""

import json
from pathlib import Path

import libpysal
import mgwr
import numpy as np
import pandas
from mgwr.diagnostics import get_CV
from mgwr.gwr import GWR
from mgwr.sel_bw import Sel_BW

DATA = Path(__file__).parent / "data"
table = pandas.read_csv(libpysal.examples.get_path("GData_utm.csv"))
values = table["PctBach"].to_numpy().reshape(-1, 1)
factors = table[["PctFB", "PctBlack", "PctRural"]].to_numpy()
places = table[["X", "Y"]].to_numpy()
cases = []
for kernel in ("bisquare", "gaussian"):
    for fixed in (False, True):
        for criterion in ("AICc", "CV"):
            select = Sel_BW(places, values, factors, kernel=kernel, fixed=fixed, n_jobs=1)
            bandwidth = select.search(criterion=criterion)
            found = GWR(places, values, factors, bandwidth, kernel=kernel, fixed=fixed, n_jobs=1).fit()
            named = {
                "effective_parameters": found.ENP,
                "sigma2": found.sigma2,
                "r2": found.R2,
                "adjusted_r2": found.adj_R2,
                "log_likelihood": found.llf,
                "aic": found.aic,
                "aicc": found.aicc,
                "bic": found.bic,
                "cv": get_CV(found),
                "adjusted_level": found.adj_alpha[1],
                "critical_t": found.critical_tval(),
            }
            cases.append(
                {
                    "kernel": kernel,
                    "fixed": fixed,
                    "criterion": criterion.lower(),
                    "bandwidth": float(bandwidth),
                    "numbers": {name: float(np.ravel(value)[0]) for name, value in named.items()},
                    # Of one county in three; all of them are in the numbers.
                    "estimate": found.params[::3].T.tolist(),
                    "standard_error": found.bse[::3].T.tolist(),
                    "t": found.tvalues[::3].T.tolist(),
                    "fitted": found.predy[::3, 0].tolist(),
                    "local_r2": found.localR2[::3, 0].tolist(),
                }
            )
out = {
    "title": "Bachelors in Georgia's counties on the shares of foreign-born, black and rural people",
    "made_by": f"gwr_mgwr.py: mgwr {mgwr.__version__}, libpysal {libpysal.__version__}",
    "values": values[:, 0].tolist(),
    "factors": factors.T.tolist(),
    "places_m": places.tolist(),
    "cases": cases,
}
(DATA / "gwr_mgwr.json").write_text(json.dumps(out) + "\n")
