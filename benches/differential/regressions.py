"""Regressions, spatial and local: jiju against spreg and mgwr."""

import numpy as np
import spreg
from mgwr.gwr import GWR

import patterns
from ledger import column
from models import solved


def coefficients(case, model, found, peer, statistic, tolerance, ill=False, again=lambda: [np.nan] * 5):
    if found is None:
        case.blame(f"{model}: coefficients", f"jiju failed: {case.message}")
        return
    rows = found["coefficients"]
    tests = np.array(peer.t_stat if statistic == "t" else peer.z_stat, dtype=float)
    rule = lambda i: [("score", ill, lambda: again()[i])]
    case.hold(f"{model}: coefficients", column(rows, "estimate"), peer.betas[:, 0], relative=tolerance, rules=rule(0))
    case.hold(f"{model}: standard errors", column(rows, "standard_error"), np.ravel(peer.std_err), relative=tolerance, rules=rule(1))
    case.hold(f"{model}: {statistic}", column(rows, statistic), tests[:, 0], relative=tolerance, scale=1.0, rules=rule(2))
    case.hold(f"{model}: p", column(rows, "p"), tests[:, 1], relative=tolerance, scale=1.0, rules=rule(3))
    case.hold(f"{model}: residuals", column(found["units"], "residual"), peer.u[:, 0], relative=tolerance, rules=rule(4))


def linear(case, y, x, w, words):
    found = case.run("stats", "ols", *words)
    peer = spreg.OLS(y, x, w=w, spat_diag=True, moran=True)
    coefficients(case, "ols", found, peer, "t", 1e-8)
    if found is None:
        return
    names = ["r2", "adjusted_r2", "f", "f_p", "sigma2", "log_likelihood", "aic", "bic", "condition_number", "residual_i", "residual_i_z", "residual_i_p"]
    expected = [peer.r2, peer.ar2, *peer.f_stat, peer.sig2, peer.logll, peer.aic, peer.schwarz, peer.mulColli, *peer.moran_res]
    for name, value in zip(names, expected):
        case.hold(f"ols: {name}", found[name], float(np.ravel(value)[0]), relative=1e-7, scale=1.0 if name.endswith(("_p", "_z", "r2")) else None)
    tests = {
        "jarque_bera": (peer.jarque_bera["jb"], peer.jarque_bera["pvalue"]),
        "breusch_pagan": (peer.breusch_pagan["bp"], peer.breusch_pagan["pvalue"]),
        "koenker_bassett": (peer.koenker_bassett["kb"], peer.koenker_bassett["pvalue"]),
        "lm_lag": peer.lm_lag,
        "lm_error": peer.lm_error,
        "robust_lm_lag": peer.rlm_lag,
        "robust_lm_error": peer.rlm_error,
        "sarma": peer.lm_sarma,
    }
    ours = {row["test"]: row for row in found["tests"]}
    for name, (statistic, p) in tests.items():
        told = ours.get(name, {"chi_squared": np.nan, "p": np.nan})
        case.hold(f"ols: {name}", [told["chi_squared"], told["p"]], [float(statistic), float(p)], relative=1e-6, scale=1.0)
    white = case.run("stats", "ols", *words, "--standard-errors", "hc1")
    coefficients(case, "ols, hc1", white, spreg.OLS(y, x, robust="white"), "t", 1e-8)


def by_likelihood(case, y, x, w, words):
    exact = {"method": "full", "epsilon": 1e-13}
    peers = {
        "spatial-lag": lambda: spreg.ML_Lag(y, x, w=w, **exact),
        "spatial-error": lambda: spreg.ML_Error(y, x, w=w, **exact),
        "spatial-durbin": lambda: spreg.ML_Lag(y, x, w=w, slx_lags=1, **exact),
    }
    dense = w.full()[0]
    for model, make in peers.items():
        found, peer = case.run("stats", model, *words), make()
        columns = np.column_stack([x, dense @ x]) if model == "spatial-durbin" else x
        # The peer's normal equations square the condition of the columns: above 1000 its likelihood has no digits beyond the tolerance.
        ill = bool(np.linalg.cond(np.column_stack([np.ones(len(y)), columns])) > 1000)
        exactly = solved("error" if model == "spatial-error" else "lag", y, columns, dense)
        coefficients(case, model, found, peer, "z", 1e-5, ill, lambda: exactly)
        for key, value in zip(("estimate", "standard_error", "z", "p"), exactly):
            told = None if found is None else column(found["coefficients"], key)
            case.hold(f"{model}: {key}, by the score", told, value, relative=1e-9, scale=1.0 if key in ("z", "p") else None)
        if found is None:
            continue
        more = 1 if model == "spatial-error" else 0
        case.hold(f"{model}: log-likelihood", found["log_likelihood"], float(np.ravel(peer.logll)[0]), relative=1e-8)
        case.hold(f"{model}: aic", found["aic"], float(np.ravel(peer.aic)[0]) + 2 * more, relative=1e-8)
        case.hold(f"{model}: bic", found["bic"], float(np.ravel(peer.schwarz)[0]) + np.log(len(y)) * more, relative=1e-8)
        case.hold(f"{model}: pseudo-R²", found["pseudo_r2"], float(np.ravel(peer.pr2)[0]), relative=1e-6, scale=1.0)
        if model != "spatial-error":
            n, k = x.shape
            inverse = np.linalg.inv(np.eye(n) - float(peer.rho) * dense)
            effects = []
            for factor in range(k):
                matrix = np.eye(n) * peer.betas[1 + factor, 0]
                if model == "spatial-durbin":
                    matrix = matrix + dense * peer.betas[1 + k + factor, 0]
                spread = inverse @ matrix
                direct, total = np.trace(spread) / n, spread.sum() / n
                effects.append([direct, total - direct, total])
            ours = [[row["direct"], row["indirect"], row["total"]] for row in found["impacts"]]
            case.hold(f"{model}: impacts, closed form", np.ravel(ours), np.ravel(effects), relative=1e-5)


def locally(case, scatter, at, nearest):
    """Regressions about each point, where points are apart."""
    if len(at) < 60 or scatter != "anywhere":
        return
    y, x = columns(case.chance, len(at), nearest)
    table = {"id": np.arange(len(at)), "x": at[:, 0], "y": at[:, 1], "value": y, "x1": x[:, 0], "x2": x[:, 1]}
    patterns.write_table(case.folder / "local.csv", table)
    geographically_weighted(case, y.reshape(-1, 1), x, at)


def geographically_weighted(case, y, x, at):
    n = len(y)
    bandwidth = int(case.chance.integers(max(n // 2, 20), n))
    kernel = str(case.chance.choice(["bisquare", "gaussian"]))
    words = ("local.csv", "--crs", patterns.CRS, "--id", "id", "--value", "value", "--explanatory", "x1,x2", "--local-kernel", kernel)
    for fixed in (False, True):
        reach = float(np.round(case.chance.uniform(5000, 9000))) if fixed else bandwidth
        asked = ("--local-distance", f"{reach:g}m") if fixed else ("--local-neighbours", bandwidth)
        found = case.run("stats", "gwr", *words, *asked)
        peer = GWR(at - np.array(patterns.ORIGIN), y, x, reach, kernel=kernel, fixed=fixed, n_jobs=1).fit()
        if found is None:
            case.blame("gwr", f"jiju failed: {case.message}")
            continue
        for i, term in enumerate(("constant", "x1", "x2")):
            case.hold("gwr: coefficients", column(found["units"], f"estimate_{term}"), peer.params[:, i], relative=1e-6)
            case.hold("gwr: standard errors", column(found["units"], f"standard_error_{term}"), peer.bse[:, i], relative=1e-6)
        case.hold("gwr: fitted", column(found["units"], "fitted"), peer.predy[:, 0], relative=1e-6)
        case.hold("gwr: local R²", column(found["units"], "local_r2"), peer.localR2[:, 0], relative=1e-6, scale=1.0)
        for name, value in {
            "effective_parameters": peer.ENP,
            "sigma2": peer.sigma2,
            "r2": peer.R2,
            "adjusted_r2": peer.adj_R2,
            "aicc": peer.aicc,
            "bic": peer.bic,
            "critical_t": peer.critical_tval(),
        }.items():
            case.hold(f"gwr: {name}", found[name], float(np.ravel(value)[0]), relative=1e-6, scale=1.0 if "r2" in name else None)


def columns(chance, n, neighbours):
    """Two columns and a value that depends on them, on its neighbours and on chance."""
    offset = float(chance.choice([0.0, 0.0, 1000.0]))
    x = np.stack([chance.normal(offset, 2, n), chance.choice([chance.uniform(0, 5, n).round(2), chance.integers(0, 3, n).astype(float)])], axis=1)
    w = np.zeros((n, n))
    for unit, own in enumerate(neighbours):
        if own:
            w[unit, own] = 1 / len(own)
    noise = chance.normal(0, 1, n) * (1 + chance.choice([0.0, 0.5]) * np.abs(x[:, 1]))
    rho = float(chance.uniform(-0.3, 0.7))
    y = np.linalg.solve(np.eye(n) - rho * w, 1 + 0.8 * (x[:, 0] - offset) - 1.2 * x[:, 1] + noise)
    return y, x


def campaign(case, y, x, neighbours):
    if len(y) < 25:
        return
    w = patterns.weights(neighbours, "r")
    words = ("table.csv", "--id", "id", "--value", "y", "--explanatory", "x1,x2", "--weights", "near.gal")
    linear(case, y.reshape(-1, 1), x, w, words)
    by_likelihood(case, y.reshape(-1, 1), x, w, words)
