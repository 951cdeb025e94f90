"""Global and local statistics of units and neighbours: jiju against esda."""

from fractions import Fraction

import esda
import numpy as np

import patterns
from ledger import column, numbers


def centred(values):
    """The values less their mean, in rational numbers before they are rounded once."""
    exact = [Fraction(float(value)) for value in values]
    mean = sum(exact) / len(exact)
    return np.array([float(value - mean) for value in exact])


def without_islands(values, neighbours):
    kept = [unit for unit, own in enumerate(neighbours) if own]
    number = {unit: i for i, unit in enumerate(kept)}
    return values[kept], [[number[other] for other in neighbours[unit]] for unit in kept]


def general_g(values, w):
    """Getis and Ord's G, its mean, variance and z by rational numbers."""
    x = [Fraction(float(value)) for value in values]
    n = len(x)
    matrix = w.sparse.tocoo()
    pairs = {(int(i), int(j)): Fraction(float(v)) for i, j, v in zip(matrix.row, matrix.col, matrix.data)}
    s0 = sum(pairs.values())
    s1 = sum((v + pairs.get((j, i), 0)) ** 2 for (i, j), v in pairs.items()) / 2
    s1 += sum(v**2 for (i, j), v in pairs.items() if (j, i) not in pairs) / 2
    rows, columns = [Fraction(0)] * n, [Fraction(0)] * n
    for (i, j), v in pairs.items():
        rows[i] += v
        columns[j] += v
    s2 = sum((a + b) ** 2 for a, b in zip(rows, columns))
    m = [sum(value**power for value in x) for power in range(5)]
    b0 = (n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2
    b1 = -((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    b2 = -(2 * n * s1 - (n + 3) * s2 + 6 * s0**2)
    b3 = 4 * (n - 1) * s1 - 2 * (n + 1) * s2 + 8 * s0**2
    b4 = s1 - s2 + s0**2
    square = b0 * m[2] ** 2 + b1 * m[4] + b2 * m[1] ** 2 * m[2] + b3 * m[1] * m[3] + b4 * m[1] ** 4
    square /= (m[1] ** 2 - m[2]) ** 2 * n * (n - 1) * (n - 2) * (n - 3)
    mean = s0 / (n * (n - 1))
    g = sum(v * x[i] * x[j] for (i, j), v in pairs.items()) / (m[1] ** 2 - m[2])
    variance = square - mean**2
    z = float(g - mean) / float(variance) ** 0.5 if variance > 0 else float("nan")
    return float(g), float(mean), float(variance), z


def joins(values, w):
    """Join counts, their expectations and variances without replacement (Cliff and Ord 1981)."""
    n, black = len(values), float(values.sum())
    white = n - black
    x = values
    bb = float(x @ (w.sparse @ x)) / 2
    ww = float((1 - x) @ (w.sparse @ (1 - x))) / 2
    bw = w.s0 / 2 - bb - ww
    falling = lambda count, k: np.prod([count - i for i in range(k)])
    s0, s1, s2 = w.s0, w.s1, w.s2

    def same(count):
        p = [falling(count, k) / falling(n, k) for k in range(5)]
        mean = s0 / 2 * p[2]
        return mean, (s1 * (p[2] - 2 * p[3] + p[4]) + s2 * (p[3] - p[4]) + s0**2 * p[4]) / 4 - mean**2

    mean_bb, variance_bb = same(black)
    mean_ww, variance_ww = same(white)
    pair = black * white / falling(n, 2)
    triple = black * white * (n - 2) / falling(n, 3)
    four = falling(black, 2) * falling(white, 2) / falling(n, 4)
    mean_bw = s0 * pair
    variance_bw = (2 * s1 * pair + (s2 - 2 * s1) * triple + 4 * (s0**2 + s1 - s2) * four) / 4 - mean_bw**2
    return [bb, bw, ww], [mean_bb, mean_bw, mean_ww], [variance_bb, variance_bw, variance_ww]


def within_chance(p, q, permutations):
    """Whether two p of as many random orders each are within six standard errors."""
    p, q = np.asarray(p), np.asarray(q)
    middle = np.clip((p + q) / 2, 2 / permutations, 1)
    # Two-sided p are twice a tail.
    error = 2 * np.sqrt(2 * (middle / 2) * (1 - middle / 2) / permutations)
    return np.abs(p - q) <= 6 * error + 6 / permutations


def globally(case, name, values, neighbours, islands):
    """Moran's I, Geary's C and general G of one column."""
    is_constant = bool(np.ptp(values) == 0)
    constant = [("constant", is_constant)]
    kept = ("--keep-islands",) if islands == "kept" else ()
    y, own = (values, neighbours) if islands == "kept" else without_islands(values, neighbours)
    if len(y) < 4:
        return
    words = ("table.csv", "--value", name, "--id", "id", "--weights", "near.gal", "--seed", 7, *kept)
    permutations = 999 if islands != "kept" else 0
    words += ("--permutations", permutations)
    w = patterns.weights(own, "r")
    for statistic, peer, letter in (("moran", esda.Moran, "I"), ("geary", esda.Geary, "C")):
        found = case.run("stats", statistic, *words)
        make = lambda of: peer(of, w, permutations=0)
        keys = [letter.lower(), "variance_normality", "z_normality", "p_normality", "variance_randomisation", "z_randomisation", "p_randomisation"]

        def expected(of):
            told = make(of)
            twice = 1 if statistic == "moran" else 2
            return [
                getattr(told, letter),
                getattr(told, f"V{letter}_norm"),
                told.z_norm,
                told.p_norm * twice,
                getattr(told, f"V{letter}_rand"),
                told.z_rand,
                told.p_rand * twice,
            ]

        with np.errstate(all="ignore"):
            peers, again = expected(y), None
            for i, key in enumerate(keys):
                exact = lambda i=i: expected(centred(y))[i]
                value = None if found is None else numbers([found[key]])
                scale = 1.0 if key[0] in "pz" or key == letter.lower() else None
                case.hold(f"{statistic}: {key}", value, peers[i], scale=scale, reasons=constant, exact=exact)
        if permutations and found is not None and not is_constant:
            np.random.seed(case.seed * 1000 + case.number)
            told = peer(y, w, permutations=permutations)
            p, q = found["p_permutation"], min(1.0, 2 * told.p_sim)
            case.hold(f"{statistic}: p of permutations", p, q, reasons=[("by chance", within_chance(p, q, permutations))])
    if (values >= 0).all() and (values > 0).sum() >= 2:
        found = case.run("stats", "getis-ord-g", *words)
        b = patterns.weights(own, "b")
        with np.errstate(all="ignore"):
            told = esda.G(y, b, permutations=0)
        peers = [told.G, told.EG, told.VG, told.z_norm]
        exactly = []
        for i, key in enumerate(["g", "expected", "variance_randomisation", "z_randomisation"]):
            value = None if found is None else numbers([found[key]])

            def exact(i=i):
                if not exactly:
                    exactly.extend(general_g(y, b))
                return exactly[i]

            tolerance = 1e-7 if i == 3 else 1e-9
            lost = [("digits of G", i > 1 and np.std(y) < 1e-6 * np.mean(y))]
            case.hold(f"getis-ord-g: {key}", value, peers[i], relative=tolerance, scale=1.0 if i == 3 else None, reasons=constant + lost, exact=exact)


QUADRANT = {None: 0, "high-high": 1, "low-high": 2, "low-low": 3, "high-low": 4}


def locally(case, name, values, neighbours):
    """Local Moran, Geary, Gi, Gi* and LOSH of one column, islands kept as esda has them or left out of the result."""
    n = len(values)
    is_constant = bool(np.ptp(values) == 0)
    island = np.array([not own for own in neighbours])
    permutations = 199
    words = ("table.csv", "--value", name, "--id", "id", "--weights", "near.gal", "--permutations", permutations, "--seed", 5)
    reasons = [("constant", is_constant), ("island", island)]
    w = patterns.weights(neighbours, "r")
    found = case.run("stats", "local-moran", *words)
    z = centred(values)

    def moran(of):
        with np.errstate(all="ignore"):
            told = esda.Moran_Local(of, w, permutations=0)
            scale = n / (n - 1)
            # Of the peer, I_i is divided by n - 1 and its moments by n, as both are here.
            return told.Is * scale, told.EIc, told.VIc, (told.Is * scale - told.EIc) / np.sqrt(told.VIc), told.q

    peers = moran(values)
    for i, key in enumerate(["i", "expected", "variance", "z"]):
        ours = None if found is None else numbers(found[key])
        case.hold(f"local-moran: {key}", ours, peers[i], reasons=reasons, exact=lambda i=i: moran(z)[i])
    if found is not None:
        lag = w.sparse @ z
        near_mean = np.minimum(np.abs(z), np.abs(lag)) <= 1e-9 * max(np.std(z), 1e-300)
        ours = [QUADRANT[q] for q in found["quadrant"]]
        again = moran(z)[4]
        rounded = [("exact", np.array(ours) == again)]
        case.same("local-moran: quadrant", ours, list(peers[4]), [*reasons, ("mean", near_mean), *rounded])
        if not is_constant and not island.any() and n <= 150:
            told = esda.Moran_Local(z, w, permutations=permutations, alternative="two-sided", seed=case.number + 1, n_jobs=1)
            p = numbers(found["p_permutation"])
            case.hold("local-moran: p of permutations", p, told.p_sim, reasons=[("by chance", within_chance(p, told.p_sim, permutations))])
    found = case.run("stats", "local-geary", *words, "--standardise-with-n")
    geary = lambda of: esda.Geary_Local(connectivity=w, permutations=1, drop_islands=False, seed=1).fit(of).localG
    with np.errstate(all="ignore"):
        case.hold("local-geary: c", None if found is None else numbers(found["c"]), geary(values), relative=1e-9, reasons=reasons, exact=lambda: geary(z))
    for statistic, star in (("gi", False), ("gi-star", True)):
        if (values < 0).any() or values.sum() == 0:
            break
        found = case.run("stats", statistic, *words)
        with np.errstate(all="ignore"):
            told = esda.G_Local(values, patterns.weights(neighbours, "b"), transform="B", star=star, permutations=0)

        def exact_z():
            # Ord and Getis' z does not change with the place of 0.
            count = np.array([len(own) for own in neighbours], dtype=float) + star
            sums = np.array([z[own].sum() for own in neighbours]) + star * z
            m = n if star else n - 1
            mean = 0.0 if star else -z / m
            square = (np.sum(z**2) - (0 if star else z**2)) / m - mean**2
            return (sums - count * mean) / np.sqrt(square * count * (m - count) / (m - 1))

        with np.errstate(all="ignore"):
            case.hold(f"{statistic}: g", None if found is None else numbers(found["g"]), told.Gs, reasons=reasons)
            case.hold(f"{statistic}: z", None if found is None else numbers(found["z"]), told.Zs, relative=1e-8, scale=1.0, reasons=reasons, exact=exact_z)
    found = case.run("stats", "losh", *words, "--alternative", "greater")
    # One island makes all of the peer's results NaN: it is given the others, whose neighbours and values are the same.
    inner = patterns.weights(without_islands(values, neighbours)[1], "r")

    def losh(of):
        told = esda.LOSH(connectivity=inner, inference="chi-square").fit(of[~island])
        out = np.full((3, n), np.nan)
        out[:, ~island] = told.Hi, told.VarHi, told.pval
        return out

    with np.errstate(all="ignore"):
        peers = losh(values)
        for i, key in enumerate(["h", "variance", "p"]):
            ours = None if found is None else numbers(found[key])
            case.hold(f"losh: {key}", ours, peers[i], relative=1e-8, reasons=reasons, exact=lambda i=i: losh(z)[i])


def together(case, one, other, values, others, neighbours):
    """Statistics of two columns."""
    if not all(neighbours) or np.ptp(values) == 0 or np.ptp(others) == 0:
        return
    words = ("table.csv", "--value", one, "--other-value", other, "--id", "id", "--weights", "near.gal", "--permutations", 0)
    w = patterns.weights(neighbours, "r")
    x, y = centred(values), centred(others)
    n = len(x)
    found = case.run("stats", "bivariate-moran", *words)
    case.hold("bivariate-moran: i", None if found is None else found["i"], esda.Moran_BV(x, y, w, permutations=0).I, scale=1.0)
    found = case.run("stats", "local-bivariate-moran", *words)
    told = esda.Moran_Local_BV(x, y, w, permutations=0)
    case.hold("local-bivariate-moran: i", None if found is None else numbers(found["i"]), told.Is * n / (n - 1))
    found = case.run("stats", "lee", *words)
    pearson = esda.Spatial_Pearson(connectivity=w.sparse, permutations=0).fit(x[:, None], y[:, None])
    case.hold("lee: l", None if found is None else found["l"], pearson.association_[0, 1], scale=1.0)
    found = case.run("stats", "local-lee", *words)
    local = esda.Spatial_Pearson_Local(connectivity=w.sparse, permutations=0).fit(x[:, None], y[:, None])
    case.hold("local-lee: l", None if found is None else numbers(found["l"]), np.ravel(local.associations_))


def joined(case, values, neighbours):
    """Join counts of the column `binary`."""
    y, own = without_islands(values, neighbours)
    if len(y) < 5:
        return
    words = ("table.csv", "--value", "binary", "--id", "id", "--weights", "near.gal", "--permutations", 99)
    found = case.run("stats", "join-count", *words)
    w = patterns.weights(own, "b")
    constant = [("constant", bool(np.ptp(y) == 0))]
    counts, means, variances = joins(y, w)
    kinds = ("bb", "bw", "ww")
    told = lambda prefix: None if found is None else numbers([found[f"{prefix}{kind}"] for kind in kinds])
    case.hold("join-count: counts, closed form", told(""), counts, reasons=constant)
    # esda counts each pair of neighbours once, from the lists of a symmetric relation.
    if all(i in own[j] for i, others in enumerate(own) for j in others):
        peer = esda.Join_Counts(y, patterns.weights(own, "b"), permutations=0)
        case.hold("join-count: counts", told(""), [peer.bb, peer.bw, peer.ww], reasons=constant)
    case.hold("join-count: expected", told("expected_"), means, reasons=constant)
    case.hold("join-count: variance", told("variance_"), variances, relative=1e-8, reasons=constant)
    found = case.run("stats", "local-join-count", *words)
    island = np.array([not own for own in neighbours])
    ours = None if found is None else numbers(found["bb"])
    count = [values[i] * values[own].sum() for i, own in enumerate(neighbours)]
    case.hold("local-join-count: bb, closed form", ours, count, reasons=[("island", island)])
    if not island.any():  # The peer fails where there are islands.
        peer = esda.Join_Counts_Local(connectivity=patterns.weights(neighbours, "b")).fit(values, permutations=1)
        case.hold("local-join-count: bb", ours, np.ravel(peer.LJC))


def campaign(case, table, neighbours):
    names = [name for name in patterns.COLUMNS if name != "constant"]
    one, other = case.chance.choice(names, 2, replace=False)
    extra = ["constant"] if case.number % 5 == 0 else []
    for name in [one, other, *extra]:
        globally(case, name, table[name], neighbours, "kept" if case.number % 2 else "left out")
        locally(case, name, table[name], neighbours)
    together(case, one, other, table[one], table[other], neighbours)
    joined(case, table["binary"], neighbours)
