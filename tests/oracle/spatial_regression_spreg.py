"""Writes data/spatial_regression_spreg.json: regressions by spreg.

Run: pip install spreg==1.9.0 libpysal==4.14.1; python spatial_regression_spreg.py
Columbus is Anselin's (1988), its neighbours those of columbus.gal in libpysal; the other set is random, with six nearest neighbours,
which are not symmetric, and with two units that have no neighbour.
"""

import json
from pathlib import Path

import libpysal
import numpy as np
import spreg

DATA = Path(__file__).parent / "data"


def columbus():
    table = libpysal.io.open(libpysal.examples.get_path("columbus.dbf"), "r")
    weights = libpysal.io.open(libpysal.examples.get_path("columbus.gal"), "r").read()
    names = ["INC", "HOVAL", "DISCBD"]
    order = [weights.id2i[unit] for unit in weights.id_order]
    assert order == list(range(49))
    neighbours = [[weights.id2i[other] for other in weights.neighbors[unit]] for unit in weights.id_order]
    return "columbus", np.array(table.by_col("CRIME")), [np.array(table.by_col(name)) for name in names], neighbours


def random_points():
    random = np.random.default_rng(20260)
    n = 150
    places = random.uniform(0, 10_000, (n, 2))
    distances = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    neighbours = [[int(other) for other in np.argsort(distances[unit])[1:7]] for unit in range(n)]
    for island in (17, 90):
        neighbours = [[other for other in own if other != island] for own in neighbours]
        neighbours[island] = []
    factors = [random.normal(10, 3, n), random.uniform(0, 1, n).round(2), (random.uniform(0, 1, n) > 0.7).astype(float)]
    w = np.zeros((n, n))
    for unit, own in enumerate(neighbours):
        w[unit, own] = 1 / max(len(own), 1)
    noise = random.normal(0, 1, n) * (0.5 + factors[1])
    mean = 3 + 0.4 * (factors[0] - 10) + 2 * factors[1] - factors[2] + w @ (1.5 * factors[1])
    return "random", np.linalg.solve(np.eye(n) - 0.45 * w, mean + noise), factors, neighbours


def test(pair, freedom):
    return {"statistic": pair[0], "degrees_of_freedom": freedom, "p": pair[1]}


def ols(values, factors, weights):
    out = {}
    for name, robust in (("classical", None), ("hc1", "white")):
        found = spreg.OLS(values, factors, w=weights if robust is None else None, robust=robust, spat_diag=robust is None, moran=robust is None)
        out[name] = {
            "estimate": found.betas[:, 0].tolist(),
            "standard_error": found.std_err.tolist(),
            "t": [t[0] for t in found.t_stat],
            "p": [t[1] for t in found.t_stat],
            "covariance": found.vm.tolist(),
        }
        if robust is None:
            plain = found
    named = {
        "r2": plain.r2,
        "adjusted_r2": plain.ar2,
        "f": plain.f_stat[0],
        "f_p": plain.f_stat[1],
        "sigma2": plain.sig2,
        "log_likelihood": plain.logll,
        "aic": plain.aic,
        "bic": plain.schwarz,
        "condition_number": plain.mulColli,
        "i": plain.moran_res[0],
        "z": plain.moran_res[1],
        "p": plain.moran_res[2],
    }
    moran = spreg.MoranRes(plain, weights, z=True)
    named |= {"expected": moran.eI, "variance": moran.vI}
    out["numbers"] = {name: float(np.ravel(value)[0]) for name, value in named.items()}
    pagan, bassett, bera = plain.breusch_pagan, plain.koenker_bassett, plain.jarque_bera
    tests = {
        "jarque_bera": test((bera["jb"], bera["pvalue"]), 2),
        "breusch_pagan": test((pagan["bp"], pagan["pvalue"]), pagan["df"]),
        "koenker_bassett": test((bassett["kb"], bassett["pvalue"]), bassett["df"]),
        "lm_lag": test(plain.lm_lag, 1),
        "lm_error": test(plain.lm_error, 1),
        "robust_lm_lag": test(plain.rlm_lag, 1),
        "robust_lm_error": test(plain.rlm_error, 1),
        "sarma": test(plain.lm_sarma, 2),
    }
    out["tests"] = {
        name: {key: int(value) if key == "degrees_of_freedom" else float(value) for key, value in one.items()}
        for name, one in tests.items()
    }
    out["residuals"] = plain.u[:, 0].tolist()
    return out


def spatial(found, kind, weights, values, factors):
    out = {
        "estimate": found.betas[:, 0].tolist(),
        "standard_error": found.std_err.tolist(),
        "z": [z[0] for z in found.z_stat],
        "p": [z[1] for z in found.z_stat],
        "covariance": found.vm.tolist(),
        "residuals": found.u[:, 0].tolist(),
    }
    # spreg does not count lambda among the parameters.
    more = 1 if kind == "error" else 0
    named = {
        "sigma2": found.sig2,
        "log_likelihood": found.logll,
        "aic": found.aic + 2 * more,
        "bic": found.schwarz + np.log(found.n) * more,
        "pseudo_r2": found.pr2,
    }
    plain = spreg.OLS(values, found.x[:, 1:], nonspat_diag=True)
    ratio = spreg.likratiotest(plain, found)
    named |= {"likelihood_ratio": ratio["likr"], "likelihood_ratio_p": ratio["p-value"]}
    if kind != "error":
        named["predicted_pseudo_r2"] = found.pr2_e
        # LeSage and Pace (2009), by dense matrices.
        n, k = factors.shape
        inverse = np.linalg.inv(np.eye(n) - found.rho * weights.full()[0])
        impacts = []
        for factor in range(k):
            matrix = np.eye(n) * found.betas[1 + factor, 0]
            if kind == "durbin":
                matrix += weights.full()[0] * found.betas[1 + k + factor, 0]
            effects = inverse @ matrix
            direct, total = np.trace(effects) / n, effects.sum() / n
            impacts.append([direct, total - direct, total])
        out["impacts"] = impacts
        if not weights.islands:
            multiplier = spreg.sputils.spmultiplier(weights, found.rho, method="full")
            own = found.betas[1 : k + 1]
            lags = found.betas[k + 1 : 2 * k + 1] if kind == "durbin" else 0 * own
            direct, total = multiplier["adi"] * own, multiplier["ati"] * (own + lags)
            # As spreg prints them: what a lag of a factor does is indirect.
            indirect = total - direct
            out["impacts_spreg"] = np.hstack((direct, indirect, total)).tolist()
    out["numbers"] = {name: float(np.ravel(value)[0]) for name, value in named.items()}
    return out


def models(values, factors, weights):
    exact = {"method": "full", "epsilon": 1e-13}
    found = {
        "lag": spreg.ML_Lag(values, factors, w=weights, spat_impacts="full", **exact),
        "error": spreg.ML_Error(values, factors, w=weights, **exact),
        "durbin": spreg.ML_Lag(values, factors, w=weights, slx_lags=1, spat_impacts="full", **exact),
    }
    return {kind: spatial(model, kind, weights, values, factors) for kind, model in found.items()}


sets = []
for name, values, factors, neighbours in (columbus(), random_points()):
    weights = libpysal.weights.W(dict(enumerate(neighbours)), silence_warnings=True)
    weights.transform = "r"
    y, x = values.reshape(-1, 1), np.array(factors).T
    sets.append(
        {
            "name": name,
            "values": values.tolist(),
            "factors": [factor.tolist() for factor in factors],
            "neighbours": neighbours,
            "ols": ols(y, x, weights),
            **models(y, x, weights),
        }
    )
out = {
    "title": "Regressions of Columbus' CRIME and of a random set",
    "made_by": f"spatial_regression_spreg.py: spreg {spreg.__version__}, libpysal {libpysal.__version__}",
    "sets": sets,
}
(DATA / "spatial_regression_spreg.json").write_text(json.dumps(out) + "\n")
