"""Whether near values are alike at all: jiju against esda."""

import esda
import libpysal
import numpy as np

import exact
import patterns
from exact import centred
from ledger import column, numbers, rows_of


def without_islands(values, neighbours):
    """Without units that neither have a neighbour nor are one: a unit that others count has its value in their sums."""
    others = {other for own in neighbours for other in own}
    kept = [unit for unit, own in enumerate(neighbours) if own or unit in others]
    return values[kept], patterns.among(kept, neighbours)


def moments(statistic, values, w):
    """What esda has for I or C: the statistic, and variance, z and p by both assumptions."""
    letter = {"moran": "I", "geary": "C"}[statistic]
    with np.errstate(all="ignore"):
        told = {"moran": esda.Moran, "geary": esda.Geary}[statistic](values, w, permutations=0)
    # p of Geary's C is one-sided in the peer.
    twice = 1 if statistic == "moran" else 2
    norm = [getattr(told, f"V{letter}_norm"), told.z_norm, told.p_norm * twice]
    return [getattr(told, letter), *norm, getattr(told, f"V{letter}_rand"), told.z_rand, told.p_rand * twice]


def globally(case, name, values, neighbours, islands):
    """Moran's I, Geary's C and general G of one column."""
    is_constant = bool(np.ptp(values) == 0)
    kept = ("--keep-islands",) if islands == "kept" else ()
    y, own = (values, neighbours) if islands == "kept" else without_islands(values, neighbours)
    if len(y) < 5 or not any(own):
        return
    is_constant = bool(np.ptp(y) == 0)
    permutations = 999 if islands != "kept" else 0
    words = ("table.csv", "--value", name, "--id", "id", "--weights", "near.gal", "--seed", 7, *kept, "--permutations", permutations)
    w = patterns.weights(own, "r")
    for statistic, letter in (("moran", "i"), ("geary", "c")):
        found = case.run("stats", statistic, *words)
        keys = [letter, "variance_normality", "z_normality", "p_normality", "variance_randomisation", "z_randomisation", "p_randomisation"]
        peers, again = moments(statistic, y, w), moments(statistic, centred(y), w)
        for i, key in enumerate(keys):
            value = None if found is None else numbers([found[key]])
            empty = [("constant", is_constant, np.nan)]
            if key.startswith(("variance_r", "z_r", "p_r")):
                # Where every order of the values gives the same, rounding decides the sign of the peer's variance.
                empty.append(("no variance", again[4] <= 1e-12 * again[1], np.nan))
            scale = 1.0 if key[0] in "pz" or key == letter else None
            case.hold(f"{statistic}: {key}", value, peers[i], scale=scale, rules=[*empty, ("exact", not is_constant, again[i])])
        if permutations and found is not None and not is_constant and found["p_permutation"] is not None:
            np.random.seed(case.seed * 1000 + case.number)
            told = {"moran": esda.Moran, "geary": esda.Geary}[statistic](centred(y), w, permutations=permutations)
            case.by_chance(f"{statistic}: p of permutations", found["p_permutation"], min(1.0, 2 * told.p_sim), permutations)
    if (values >= 0).all() and (y > 0).sum() >= 2:
        found = case.run("stats", "getis-ord-g", *words)
        b = patterns.weights(own, "b")
        with np.errstate(all="ignore"):
            told = esda.G(y, b, permutations=0)
        again = exact.general_g(y, b)
        for i, key in enumerate(["g", "expected", "variance_randomisation", "z_randomisation"]):
            value = None if found is None else numbers([found[key]])
            empty = ("constant", is_constant and i > 1, np.nan)
            none = ("no variance", i > 1 and again[2] <= 0, np.nan)
            scale = 1.0 if i == 3 else None
            peer = [told.G, told.EG, told.VG, told.z_norm][i]
            case.hold(f"getis-ord-g: {key}", value, peer, relative=1e-8 if i > 1 else 1e-9, scale=scale, rules=[empty, none, ("exact", True, again[i])])


def rated(case, events, base, neighbours):
    """Moran's I of rates, standardised for small bases, of all and of each."""
    if not all(neighbours) or len(base) < 5 or base.min() <= 0:
        return
    e, b = events.astype(float), base.astype(float)
    words = ("table.csv", "--value", "events", "--base", "base", "--id", "id", "--weights", "near.gal", "--permutations", 0)
    w = patterns.weights(neighbours, "r")
    found = case.run("stats", "moran", *words)
    peer = esda.Moran_Rate(e, b, w, permutations=0)
    keys = {"i": peer.I, "variance_randomisation": peer.VI_rand, "z_randomisation": peer.z_rand, "p_randomisation": peer.p_rand}
    for key, value in keys.items():
        case.hold(f"moran of rates: {key}", None if found is None else found[key], value, scale=1.0 if key[0] in "izp" else None)
    found = case.run("stats", "local-moran", *words)
    told = esda.Moran_Local_Rate(e, b, w, permutations=0)
    n = len(e)
    # I_i is divided by n here, by n - 1 there.
    case.hold("local-moran of rates: i", None if found is None else numbers(found["i"]), told.Is * n / (n - 1))


def by_order(case, name, values, neighbours):
    """I and C of neighbours 1, 2 and 3 steps away."""
    if len(values) < 10 or np.ptp(values) == 0 or any(i not in neighbours[j] for i, own in enumerate(neighbours) for j in own):
        return
    for statistic in ("moran", "geary"):
        words = ("table.csv", "--value", name, "--id", "id", "--weights", "near.gal", "--orders", 3, "--permutations", 0, "--statistic", statistic)
        found = case.run("stats", "correlogram", *words)
        for order in (1, 2, 3):
            steps = patterns.weights(neighbours, "b")
            if order > 1:
                steps = libpysal.weights.higher_order(steps, order, silence_warnings=True)
            lists = [list(steps.neighbors[unit]) for unit in steps.id_order]
            y, own = without_islands(values, lists)
            if len(y) < 5 or np.ptp(y) == 0:
                continue
            told = moments(statistic, centred(y), patterns.weights(own, "r"))
            rows = None if found is None else rows_of(found)
            for i, key in ((0, "statistic"), (5, "z_randomisation")):
                value = None if rows is None else column(rows, key)[order - 1]
                case.hold(f"correlogram, {statistic}: {key}", value, told[i], scale=1.0, rules=[("no variance", i == 5 and told[4] <= 1e-12 * told[1], np.nan)])


def joined(case, values, neighbours):
    """Join counts of the column `binary`."""
    y, own = without_islands(values, neighbours)
    if len(y) < 5:
        return
    words = ("table.csv", "--value", "binary", "--id", "id", "--weights", "near.gal", "--permutations", 99)
    found = case.run("stats", "join-count", *words)
    w = patterns.weights(own, "b")
    constant = [("constant", bool(np.ptp(y) == 0), np.nan)]
    counts, means, variances = exact.joins(y, w)
    told = lambda prefix: None if found is None else numbers([found[f"{prefix}{kind}"] for kind in ("bb", "bw", "ww")])
    case.hold("join-count: counts, closed form", told(""), counts, rules=constant)
    # esda counts each pair of neighbours once, from the lists of a symmetric relation.
    if all(i in own[j] for i, others in enumerate(own) for j in others):
        peer = esda.Join_Counts(y, patterns.weights(own, "b"), permutations=0)
        case.hold("join-count: counts", told(""), [peer.bb, peer.bw, peer.ww], rules=constant)
    case.hold("join-count: expected, closed form", told("expected_"), means, rules=constant)
    case.hold("join-count: variance, closed form", told("variance_"), variances, relative=1e-8, rules=constant)
    found = case.run("stats", "local-join-count", *words)
    island = np.array([not own for own in neighbours])
    ours = None if found is None else numbers(found["bb"])
    count = [values[i] * values[own].sum() for i, own in enumerate(neighbours)]
    case.hold("local-join-count: bb, closed form", ours, count, rules=[("island", island, np.nan)])
    if not island.any():  # The peer fails where there are islands.
        peer = esda.Join_Counts_Local(connectivity=patterns.weights(neighbours, "b")).fit(values, permutations=1)
        case.hold("local-join-count: bb", ours, np.ravel(peer.LJC))


def with_gaps(case, values, neighbours):
    """A column with empty cells is refused; without them their units are left out of table and neighbours."""
    missing = np.isnan(values)
    words = ("stats", "moran", "table.csv", "--value", "gaps", "--id", "id", "--weights", "near.gal", "--permutations", 0)
    if not missing.any() or (~missing).sum() < 8:
        return
    case.refuses("moran: a column with gaps", "without a number", *words)
    found = case.run(*words, "--drop-missing")
    y, own = without_islands(values[~missing], patterns.among(np.flatnonzero(~missing), neighbours))
    if len(y) < 5 or np.ptp(y) == 0:
        return
    told = moments("moran", centred(y), patterns.weights(own, "r"))
    case.hold("moran, gaps left out: i", None if found is None else found["i"], told[0], scale=1.0)
    case.hold("moran, gaps left out: z", None if found is None else found["z_randomisation"], told[5], scale=1.0)


def campaign(case, table, neighbours, names):
    for name in names:
        globally(case, name, table[name], neighbours, "kept" if case.number % 2 else "left out")
    by_order(case, names[0], table[names[0]], neighbours)
    rated(case, table["events"], table["base"], neighbours)
    joined(case, table["binary"], neighbours)
    with_gaps(case, table["gaps"], neighbours)
