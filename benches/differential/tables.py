"""Rates, inequality, concentration and moves between classes: esda, inequality, giddy and closed forms."""

import esda.smoothing as smoothing
import libpysal
import numpy as np
from giddy.markov import LISA_Markov, Markov, Spatial_Markov, chi2
from inequality.gini import Gini
from inequality.theil import Theil, TheilD

import patterns
from ledger import column, numbers, rows_of


def rates(case, events, base, neighbours):
    e, b = events.astype(float), base.astype(float)
    words = ("stats", "rates", "table.csv", "--id", "id", "--events", "events", "--base", "base")
    told = lambda found: None if found is None else column(rows_of(found), "rate")
    case.hold("rates: crude", told(case.run(*words, "--method", "crude")), e / b)
    mean = e.sum() / b.sum()
    variance = (b * (e / b - mean) ** 2).sum() / b.sum() - mean / b.mean()
    negative = [("negative variance", bool(variance < 0), mean)]
    case.hold("rates: empirical Bayes", told(case.run(*words, "--method", "empirical-bayes")), np.ravel(smoothing.Empirical_Bayes(e, b).r), rules=negative)
    case.hold("rates: Assunção and Reis", told(case.run(*words, "--method", "assuncao-reis")), smoothing.assuncao_rate(e, b), relative=1e-8, scale=1.0)
    if not all(neighbours):
        return
    w = patterns.weights(neighbours, "b")
    near = (*words, "--weights", "near.gal")
    case.hold("rates: spatial", told(case.run(*near, "--method", "spatial")), np.ravel(smoothing.Spatial_Rate(e, b, w).r))
    w = patterns.weights(neighbours, "b")
    peer = np.ravel(smoothing.Spatial_Empirical_Bayes(e, b, w).r)
    own, negative = local_bayes(e, b, neighbours)
    rule = [("negative variance", negative, own)]
    case.hold("rates: local empirical Bayes", told(case.run(*near, "--method", "local-empirical-bayes")), peer, rules=rule)


def local_bayes(e, b, neighbours):
    """Marshall's estimator about each unit, neighbours and itself, and where the variance is estimated below 0."""
    out, negative = [], []
    for i, own in enumerate(neighbours):
        group = [*own, i]
        mean = e[group].sum() / b[group].sum()
        estimate = (b[group] * (e[group] / b[group] - mean) ** 2).sum() / b[group].sum() - mean / b[group].mean()
        negative.append(bool(estimate < 0))
        variance = max(estimate, 0)
        denominator = variance + mean / b[i]
        out.append(mean + (e[i] / b[i] - mean) * (variance / denominator if denominator else 0))
    return np.array(out), np.array(negative)


def inequality(case, values, heads, group):
    found = case.run("inequality", "table.csv", "--value", "lognormal", "--group", "group")
    ours = lambda key: None if found is None else found[key]
    case.hold("inequality: Gini", ours("gini"), Gini(values).g)
    case.hold("inequality: Theil's T", ours("theil_t"), Theil(values).T, relative=1e-8)
    parts = TheilD(values, group)
    case.hold("inequality: Theil's T between", ours("theil_t_between"), float(np.ravel(parts.bg)[0]), relative=1e-8)
    case.hold("inequality: Theil's T within", ours("theil_t_within"), float(np.ravel(parts.wg)[0]), relative=1e-8)
    share = values / values.sum()
    n = len(values)
    closed = {
        "theil_l": -np.log(share * n).mean(),
        "hoover": np.abs(share - 1 / n).sum() / 2,
        "herfindahl_hirschman": (share**2).sum(),
        "shannon_bits": -(share * np.log2(share)).sum(),
    }
    for key, value in closed.items():
        case.hold(f"inequality: {key}, closed form", ours(key), value, relative=1e-8)
    found = case.run("inequality", "table.csv", "--value", "lognormal", "--population", "base", "--group", "group")
    p, y = heads / heads.sum(), share
    order = np.argsort(y / p)
    lorenz = np.concatenate([[0], np.cumsum(y[order])])
    mean = np.average(values / heads, weights=heads)
    closed = {
        "theil_t": (y * np.log(y / p)).sum(),
        "theil_l": (p * np.log(p / y)).sum(),
        "hoover": np.abs(y - p).sum() / 2,
        "gini_per_head": 1 - (p[order] * (lorenz[1:] + lorenz[:-1])).sum(),
        "williamson": np.sqrt(((values / heads - mean) ** 2 * p).sum()) / mean,
    }
    for key, value in closed.items():
        case.hold(f"inequality per head: {key}, closed form", None if found is None else found[key], value, relative=1e-8)


def concentration(case):
    areas, sectors = int(case.chance.integers(3, 15)), int(case.chance.integers(2, 8))
    counts = case.chance.poisson(case.chance.lognormal(1, 1, (areas, sectors)))
    counts[case.chance.random(counts.shape) < 0.2] = 0
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2 or (counts.sum(axis=0) < 1).any() or (counts.sum(axis=1) < 1).any():
        return
    areas, sectors = counts.shape
    rows = [(i, j) for i in range(areas) for j in range(sectors) if counts[i, j]]
    patterns.write_table(
        case.folder / "counts.csv",
        {"area": [f"a{i:02}" for i, _ in rows], "sector": [f"s{j}" for _, j in rows], "count": [int(counts[i, j]) for i, j in rows]},
    )
    e = counts.astype(float)
    total, of_area, of_sector = e.sum(), e.sum(axis=1), e.sum(axis=0)
    words = ("concentration", "counts.csv", "--counts")
    found = case.run(*words)
    if found is None:
        case.blame("location quotient", f"jiju failed: {case.message}")
        return
    cells = {(row["area"], row["sector"]): row for row in rows_of(found)}
    every = [(i, j) for i in range(areas) for j in range(sectors)]
    take = lambda key: numbers([cells[f"a{i:02}", f"s{j}"][key] for i, j in every])
    case.hold("location quotient, closed form", take("location_quotient"), np.ravel(e / of_area[:, None] / (of_sector / total)))
    case.hold("expected counts, closed form", take("expected"), np.ravel(of_area[:, None] * of_sector / total))
    found = case.run(*words, "--per", "area")
    share = e / of_area[:, None]
    rows = {row["area"]: row for row in rows_of(found)}
    take = lambda key: numbers([rows[f"a{i:02}"][key] for i in range(areas)])
    case.hold("Herfindahl–Hirschman of areas, closed form", take("herfindahl_hirschman"), (share**2).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = -np.where(share > 0, share * np.log2(share), 0).sum(axis=1)
    case.hold("Shannon's entropy of areas, closed form", take("shannon_bits"), bits, absolute=1e-12)
    found = case.run(*words, "--per", "sector")
    rows = {row["sector"]: row for row in rows_of(found)}
    take = lambda key: numbers([rows[f"s{j}"][key] for j in range(sectors)])
    x, s = of_area / total, e / of_sector
    g = ((s - x[:, None]) ** 2).sum(axis=0)
    h = 1 / of_sector  # each firm a plant of one
    spread = 1 - (x**2).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        gamma = (g / spread - h) / (1 - h)
    case.hold("Ellison and Glaeser's G, closed form", take("g"), g, absolute=1e-15)
    case.hold("Ellison and Glaeser's γ, closed form", take("gamma"), np.where(of_sector > 1, gamma, np.nan), relative=1e-8, absolute=1e-14)
    case.hold("Hoover of sectors, closed form", take("hoover"), np.abs(s - x[:, None]).sum(axis=0) / 2, absolute=1e-15)


def markov(case, periods, neighbours):
    if not all(neighbours) or len(neighbours) < 20:
        return
    names = ",".join(f"t{i}" for i in range(periods.shape[1]))
    words = ("table.csv", "--id", "id", "--periods", names, "--weights", "near.gal")
    w = patterns.weights(neighbours, "r")
    k, m = int(case.chance.integers(2, 6)), int(case.chance.integers(2, 5))
    found = case.run("stats", "spatial-markov", *words, "--absolute", "--value-classes", k, "--lag-classes", m)
    if found is None:
        case.blame("spatial-markov", f"jiju failed: {case.message}")
    else:
        peer = Spatial_Markov(periods, w, fixed=True, k=k, m=m)
        rows = found["transitions"]
        every = [row for row in rows if row["lag_class"] is None]
        by_lag = [row for row in rows if row["lag_class"] is not None]
        case.hold("spatial-markov: moves", column(every, "count"), np.ravel(peer.transitions))
        case.hold("spatial-markov: moves by lag", column(by_lag, "count"), np.ravel(peer.T))
        case.hold("spatial-markov: breaks", found["breaks"][: len(peer.cutoffs)], peer.cutoffs)
        names = {"likelihood_ratio": peer.LR, "pearson": peer.Q, "degrees_of_freedom": peer.dof_hom, "p_likelihood_ratio": peer.LR_p_value, "p_pearson": peer.Q_p_value}
        for name, value in names.items():
            case.hold(f"spatial-markov: {name}", found[name], float(value), relative=1e-8, scale=1.0)
        if (peer.transitions > 0).all():
            case.hold("spatial-markov: steady state", found["steady_state"], np.ravel(peer.s), relative=1e-7)
    found = case.run("stats", "lisa-transitions", *words, "--permutations", 0)
    if found is None:
        case.blame("lisa-transitions", f"jiju failed: {case.message}")
        return
    peer = LISA_Markov(periods, w)
    case.hold("lisa-transitions: moves", column(found["transitions"], "count"), np.ravel(peer.transitions))
    case.hold("lisa-transitions: expected", column(found["transitions"], "expected"), np.ravel(peer.expected_t), rules=[("periods by rows", True, lambda: expected_moves(periods, w, peer)[0])])
    peer_chi = [float(value) for value in peer.chi_2[:2]]
    case.hold("lisa-transitions: χ²", [found["chi_squared"], found["p_chi_squared"]], peer_chi, relative=1e-8, scale=1.0, rules=[("periods by rows", True, lambda: expected_moves(periods, w, peer)[1])])
    if (peer.transitions.sum(axis=1) > 0).all():
        case.hold("lisa-transitions: steady state", found["steady_state"], np.ravel(peer.steady_state), relative=1e-7)


def expected_moves(periods, w, peer):
    """The expected moves of units and neighbours that are independent, from giddy's Markov handed units by periods."""
    mean = periods.mean(axis=0)
    lag = libpysal.weights.lag_spatial(w, periods)
    own, near = (Markov(values / mean < 1.0, summary=False).p for values in (periods, lag))
    order = [0, 2, 3, 1]
    expected = np.diag(peer.transitions.sum(axis=1)) @ np.kron(own, near)[np.ix_(order, order)]
    return np.ravel(expected), [float(value) for value in chi2(peer.transitions, expected)[:2]]


def campaign(case, table, neighbours, periods):
    case.group = "esda"
    rates(case, table["events"], table["base"], neighbours)
    case.group = "inequality"
    inequality(case, table["lognormal"], table["base"].astype(float), table["group"])
    case.group = "numpy"
    concentration(case)
    case.group = "giddy"
    markov(case, periods, neighbours)
