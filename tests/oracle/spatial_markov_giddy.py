"""Writes data/spatial_markov_giddy.json: spatial Markov chains and LISA transitions of incomes of 48 states of the USA, 1929-2009.

Run: pip install giddy==2.3.8 libpysal==4.14.1; python spatial_markov_giddy.py
Incomes and neighbours are usjoin.csv and states48.gal, which libpysal bundles.

The expected transitions of LISA_Markov of giddy 2.3.8 are not used: it hands its own Markov a table of periods by units where
units by periods are meant, and divides by the means of units. Here Markov and chi2 of giddy are given them the right way.
"""

import json
from pathlib import Path

import giddy
import libpysal
import numpy as np
from giddy.markov import LISA_Markov, Markov, Spatial_Markov, chi2

table = libpysal.io.open(libpysal.examples.get_path("usjoin.csv"))
income = np.array([table.by_col[str(year)] for year in range(1929, 2010)]).astype(float)  # years by states
weights = libpysal.io.open(libpysal.examples.get_path("states48.gal")).read()
weights.transform = "r"
relative = income / income.mean(axis=1, keepdims=True)


def markov(values, k, m):
    found = Spatial_Markov(values.T, weights, fixed=True, k=k, m=m)
    return {
        "classes": k,
        "lag_classes": m,
        "breaks": found.cutoffs.tolist(),
        "lag_breaks": found.lag_cutoffs.tolist(),
        "transitions": found.transitions.tolist(),
        "by_lag": found.T.tolist(),
        "steady_state": np.atleast_2d(found.s)[0].tolist(),
        "likelihood_ratio": found.LR,
        "pearson": found.Q,
        "degrees_of_freedom": found.dof_hom,
        "p_likelihood_ratio": found.LR_p_value,
        "p_pearson": found.Q_p_value,
    }


lisa = LISA_Markov(income.T, weights)
mean = income.mean(axis=1, keepdims=True)
lag = np.array([libpysal.weights.lag_spatial(weights, values) for values in income])
own, near = (Markov((values / mean < 1.0).T, summary=False).p for values in (income, lag))
order = [0, 2, 3, 1]  # of high or low, own and near: high-high, low-high, low-low, high-low
independent = np.kron(own, near)[np.ix_(order, order)]
expected = np.diag(lisa.transitions.sum(axis=1)) @ independent
statistic = chi2(lisa.transitions, expected)
out = {
    "title": "Moves of incomes of 48 states of the USA between classes, 1929-2009",
    "made_by": f"spatial_markov_giddy.py: giddy {giddy.__version__}, libpysal {libpysal.__version__}",
    "neighbours": [[weights.id_order.index(other) for other in weights.neighbors[unit]] for unit in weights.id_order],
    "periods": income.tolist(),
    "relative": [markov(relative, 5, 5), markov(relative, 3, 4)],
    "raw": [markov(income, 4, 4)],
    "lisa": {
        "transitions": lisa.transitions.tolist(),
        "expected_transitions": expected.tolist(),
        "chi_squared": float(statistic[0]),
        "degrees_of_freedom": int(statistic[2]),
        "steady_state": np.atleast_2d(lisa.steady_state)[0].tolist(),
        "first_quadrants": lisa.q[:, 0].tolist(),
    },
}
path = Path(__file__).parent / "data" / "spatial_markov_giddy.json"
path.write_text(json.dumps(out).replace(', "', ',\n"') + "\n")
