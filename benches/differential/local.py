"""Where near values are alike, and which two things go together: jiju against esda."""

import esda
import numpy as np

import exact
import patterns
from exact import centred
from ledger import changed, numbers

QUADRANT = {None: 0, 0: 5, "high-high": 1, "low-high": 2, "low-low": 3, "high-low": 4}


def moran(values, w):
    """I_i, its moments, z and quadrant. Of the peer, I_i is divided by n - 1 and its moments by n, as both are here."""
    with np.errstate(all="ignore"):
        told = esda.Moran_Local(values, w, permutations=0)
        i = told.Is * len(values) / (len(values) - 1)
        return i, told.EIc, told.VIc, (i - told.EIc) / np.sqrt(told.VIc), told.q


def take(found, key):
    return None if found is None else numbers(found[key])


def locally(case, name, values, neighbours):
    """Local Moran, Geary, Gi, Gi* and LOSH of one column."""
    n, permutations = len(values), 199
    is_constant = bool(np.ptp(values) == 0)
    island = np.array([not own for own in neighbours])
    if island.all():
        return
    words = ("table.csv", "--value", name, "--id", "id", "--weights", "near.gal", "--permutations", permutations, "--seed", 5)
    empty = [("constant", is_constant, np.nan), ("island", island, np.nan)]
    w, z = patterns.weights(neighbours, "r"), centred(values)
    found = case.run("stats", "local-moran", *words)
    peers, again = moran(values, w), list(moran(z, w))
    again[3] = exact.moran_z(values, neighbours)
    no_variance = ("no variance", again[2] <= 1e-12 * np.nanmax(np.abs(again[2])), np.nan)
    for i, key in enumerate(["i", "expected", "variance", "z"]):
        rules = [*empty, *([no_variance] if key == "z" else []), ("exact", not is_constant, again[i])]
        case.hold(f"local-moran: {key}", take(found, key), peers[i], relative=1e-8 if key == "z" else 1e-9, rules=rules)
    if found is not None:
        ours, by_rational = [QUADRANT[q] for q in (changed(found["quadrant"]) if case.broken else found["quadrant"])], exact.quadrants(values, neighbours)
        on_mean = np.array(by_rational) == 0
        none = [0] * n
        rules = [("constant", is_constant, none), ("island", island, none), ("mean", on_mean, none), ("exact", ~on_mean, by_rational)]
        case.same("local-moran: quadrant", ours, list(peers[4]), rules)
        if not is_constant and not island.any() and 12 <= n <= 150:
            told = esda.Moran_Local(z, w, permutations=permutations, alternative="two-sided", seed=case.number + 1, n_jobs=1)
            p = numbers(found["p_permutation"])
            given = ~np.isnan(p)
            # Where values are equal many orders give the same sum, and the peer counts what lies beyond percentiles.
            own = lambda: exact.two_sided(values, neighbours, permutations, np.random.default_rng(case.number))[given]
            tied = own if len(np.unique(values)) < n else None
            case.by_chance("local-moran: p of permutations", p[given], told.p_sim[given], permutations, tied)
    found = case.run("stats", "local-geary", *words, "--standardise-with-n")

    def geary(of):
        with np.errstate(all="ignore"):
            return esda.Geary_Local(connectivity=w, permutations=1, drop_islands=False, seed=1).fit(of).localG

    case.hold("local-geary: c", take(found, "c"), geary(values), rules=[*empty, ("exact", not is_constant, lambda: geary(z))])
    for statistic, star in (("gi", False), ("gi-star", True)):
        if (values < 0).any() or values.sum() == 0:
            break
        found = case.run("stats", statistic, *words)
        with np.errstate(all="ignore"):
            told = esda.G_Local(values, patterns.weights(neighbours, "b"), transform="B", star=star, permutations=0)
        again = exact.getis(values, neighbours, star)
        # All others are neighbours, or all that are left are alike: no order of them gives another sum.
        rules = [*empty, ("no variance", ~np.isfinite(again), np.nan), ("exact", not is_constant, again)]
        alone = [("island", island, np.nan)]
        case.hold(f"{statistic}: g", take(found, "g"), told.Gs, rules=[*alone, ("constant", is_constant, np.nan)])
        case.hold(f"{statistic}: z", take(found, "z"), told.Zs, relative=1e-8, scale=1.0, rules=rules)
    spread(case, words, values, z, neighbours, island, is_constant)


def spread(case, words, values, z, neighbours, island, is_constant):
    """LOSH. One island makes all of the peer's results NaN: it is given the others."""
    n = len(values)
    found = case.run("stats", "losh", *words, "--alternative", "greater")
    kept = np.flatnonzero(~island)
    among = patterns.among(list(kept), neighbours)
    if not all(among):
        return
    inner = patterns.weights(among, "r")

    def losh(of):
        out = np.full((3, n), np.nan)
        with np.errstate(all="ignore"):
            told = esda.LOSH(connectivity=inner, inference="chi-square").fit(of[~island])
        out[:, ~island] = told.Hi, told.VarHi, told.pval
        return out

    peers, again = losh(values), losh(z)
    beside = np.array([any(island[other] for other in own) for own in neighbours])
    # Nothing is left over where each unit has the mean of its neighbours.
    for i, key in enumerate(["h", "variance", "p"]):
        rules = [("constant", is_constant, np.nan), ("island", island, np.nan), ("island beside", beside, np.nan)]
        case.hold(f"losh: {key}", take(found, key), peers[i], relative=1e-8, rules=[*rules, ("exact", not is_constant, again[i])])


def together(case, one, other, values, others, neighbours):
    """Statistics of two columns."""
    if not all(neighbours) or np.ptp(values) == 0 or np.ptp(others) == 0:
        return
    words = ("table.csv", "--value", one, "--other-value", other, "--id", "id", "--weights", "near.gal", "--permutations", 0)
    w, x, y = patterns.weights(neighbours, "r"), centred(values), centred(others)
    n = len(x)
    found = case.run("stats", "bivariate-moran", *words)
    case.hold("bivariate-moran: i", None if found is None else found["i"], esda.Moran_BV(x, y, w, permutations=0).I, scale=1.0)
    found = case.run("stats", "local-bivariate-moran", *words)
    case.hold("local-bivariate-moran: i", take(found, "i"), esda.Moran_Local_BV(x, y, w, permutations=0).Is * n / (n - 1))
    found = case.run("stats", "lee", *words)
    pearson = esda.Spatial_Pearson(connectivity=w.sparse, permutations=0).fit(x[:, None], y[:, None])
    case.hold("lee: l", None if found is None else found["l"], pearson.association_[0, 1], scale=1.0)
    found = case.run("stats", "local-lee", *words)
    local = esda.Spatial_Pearson_Local(connectivity=w.sparse, permutations=0).fit(x[:, None], y[:, None])
    case.hold("local-lee: l", take(found, "l"), np.ravel(local.associations_))


def campaign(case, table, neighbours, names):
    for name in names:
        locally(case, name, table[name], neighbours)
    together(case, *names[:2], table[names[0]], table[names[1]], neighbours)
