"""Writes data/bootstrap_intervals.json: intervals of scipy on given draws, and of indices and differences from the formulas in numpy.

Run: pip install scipy numpy; python bootstrap_intervals.py
The draws of the bootstrap are those of numpy's generator, so that percentiles and BCa are compared to the last digits; what random
numbers of the program make is compared with scipy's and numpy's own within the error of as many draws.
"""

import json
from pathlib import Path

import numpy as np
import scipy
from scipy.stats import bootstrap, lognorm


def gini(x):
    x = np.sort(x)
    n = len(x)
    return float(((2 * np.arange(1, n + 1) - n - 1) * x).sum() / (n * x.sum()))


def theil(x):
    share = x / x.mean()
    return float((share * np.log(share)).mean())


def gamma(area, size, sector, areas):
    """Ellison and Glaeser's, of sector 0."""
    own = sector == 0
    x = np.bincount(area, size, areas) / size.sum()
    s = np.bincount(area[own], size[own], areas) / size[own].sum()
    h = ((size[own] / size[own].sum()) ** 2).sum()
    x2 = (x**2).sum()
    return (((s - x) ** 2).sum() - (1 - x2) * h) / ((1 - x2) * (1 - h))


def m(at, own, weight, radius):
    distance = np.hypot(*(at[:, None, :] - at[None, :, :]).transpose(2, 0, 1))
    near = (distance <= radius) * weight[None, :]
    np.fill_diagonal(near, 0)
    local, total = [], []
    for firm in np.flatnonzero(own & (weight > 0)):
        if near[firm].sum() > 0:
            times = weight[firm]
            local.append(times * (near[firm] * own).sum() / near[firm].sum())
            total.append(times * (weight[own].sum() - times) / (weight.sum() - times))
    return sum(local) / sum(total)


random = np.random.default_rng(20201130)
out = {"scipy": scipy.__version__, "numpy": np.__version__, "inequality": []}
for rows, deviation in ((40, 0.5), (60, 1.0), (25, 1.5)):
    values = lognorm.rvs(deviation, size=rows, random_state=random)
    for name, index in (("gini", gini), ("theil", theil)):
        given = dict(data=(values,), statistic=index, vectorized=False, confidence_level=0.95, rng=random)
        found = bootstrap(**given, n_resamples=20_000, method="BCa")
        few = bootstrap(**given, n_resamples=200, method="BCa")
        percentile = bootstrap(**given, n_resamples=0, method="percentile", bootstrap_result=few)
        left_out = [index(np.delete(values, row)) for row in range(rows)]
        out["inequality"].append(
            {
                "index": name,
                "values": values.tolist(),
                "observed": index(values),
                "draws": few.bootstrap_distribution.tolist(),
                "left_out": left_out,
                "bca_of_draws": list(few.confidence_interval),
                "percentile_of_draws": list(percentile.confidence_interval),
                "bca": list(found.confidence_interval),
                "deviation": float(found.standard_error),
            }
        )

# A register: copies of a firm are one plant of so many times its size.
firms, areas = 160, 6
sector = (np.arange(firms) >= 40).astype(int)
area = np.where(sector == 0, random.choice(areas, firms, p=[0.5, 0.2, 0.1, 0.1, 0.05, 0.05]), random.integers(0, areas, firms))
size = lognorm.rvs(0.7, size=firms, random_state=random)
times = lambda: np.bincount(random.integers(0, firms, firms), minlength=firms)
draws = []
for _ in range(20_000):
    often = times()
    kept = often > 0
    draws.append(gamma(area[kept], (size * often)[kept], sector[kept], areas))
out["gamma"] = {
    "area": area.tolist(),
    "sector": sector.tolist(),
    "size": size.tolist(),
    "areas": areas,
    "interval": np.quantile(draws, [0.025, 0.975]).tolist(),
    "deviation": float(np.std(draws)),
}
at = random.random((firms, 2)) * 1000
at[:20] = 500 + random.normal(size=(20, 2)) * 80
draws = [m(at, sector == 0, times(), 150.0) for _ in range(4_000)]
out["m"] = {
    "at": at.tolist(),
    "sector": sector.tolist(),
    "radius_m": 150.0,
    "observed": m(at, sector == 0, np.ones(firms), 150.0),
    "interval": np.quantile(draws, [0.025, 0.975]).tolist(),
    "deviation": float(np.std(draws)),
}

# Two dates: some go, some come, some move. Sector and area of each firm, -1 where it is not there.
before = np.where(random.random(firms) < 0.85, area, -1)
after = np.where(random.random(firms) < 0.85, area, -1)
moved = random.random(firms) < 0.15
after = np.where(moved & (after >= 0), random.choice(areas, firms, p=[0.3, 0.3, 0.1, 0.1, 0.1, 0.1]), after)


def both(often, exchanged):
    dates = np.where(exchanged, after, before), np.where(exchanged, before, after)
    quotients, gammas = [], []
    for date in dates:
        kept = (date >= 0) & (often > 0)
        weight = often[kept].astype(float)
        cells = np.zeros((areas, 2))
        np.add.at(cells, (date[kept], sector[kept]), weight)
        with np.errstate(invalid="ignore", divide="ignore"):
            quotients.append(cells * cells.sum() / np.outer(cells.sum(1), cells.sum(0)))
        gammas.append(gamma(date[kept], weight, sector[kept], areas))
    return np.append((quotients[1] - quotients[0])[:, 0], gammas[1] - gammas[0])


once, as_they_are = np.ones(firms, int), np.zeros(firms, bool)
observed = both(once, as_they_are)
draws = np.array([both(times(), as_they_are) for _ in range(20_000)])
exchanged = np.array([both(once, random.random(firms) < 0.5) for _ in range(20_000)])
out["changes"] = {
    "before": before.tolist(),
    "after": after.tolist(),
    "sector": sector.tolist(),
    "areas": areas,
    "observed": observed.tolist(),
    "lower": np.nanquantile(draws, 0.025, axis=0).tolist(),
    "upper": np.nanquantile(draws, 0.975, axis=0).tolist(),
    "deviation": np.nanstd(draws, axis=0).tolist(),
    "p": (np.abs(exchanged) >= np.abs(observed) - 1e-12).mean(axis=0).tolist(),
}
(Path(__file__).parent / "data" / "bootstrap_intervals.json").write_text(json.dumps(out) + "\n")
