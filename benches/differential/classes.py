"""Classes of values: jiju against mapclassify."""

import signal

import mapclassify
import numpy as np

import patterns

OF_K = {
    "equal-interval": mapclassify.EqualInterval,
    "quantile": mapclassify.Quantiles,
    "maximum-breaks": mapclassify.MaximumBreaks,
    "pretty": mapclassify.PrettyBreaks,
}
ALONE = {
    "head-tail": mapclassify.HeadTailBreaks,
    "mean-standard-deviation": mapclassify.StdMean,
    "standard-deviation": lambda y: mapclassify.StdMean(y, anchor=True),
    "box-plot": mapclassify.BoxPlot,
    "box-plot:3": lambda y: mapclassify.BoxPlot(y, hinge=3.0),
    "percentiles": mapclassify.Percentiles,
}
# Searches for the least loss: only the loss is held, and may be smaller.
LOSSES = {
    "fisher-jenks": mapclassify.FisherJenks,
    "jenks-caspall": mapclassify.JenksCaspall,
    "jenks-caspall-forced": mapclassify.JenksCaspallForced,
}


def squares(values, bounds):
    of = np.searchsorted(bounds, values, side="left")
    values = values - np.median(values)
    return sum(float(((part - part.mean()) ** 2).sum()) for part in (values[of == k] for k in np.unique(of)))


def absolutes(values, bounds):
    of = np.searchsorted(bounds, values, side="left")
    return sum(float(np.abs(part - np.median(part)).sum()) for part in (values[of == k] for k in np.unique(of)))


def least_squares(values, k):
    """The least sum of squares of k classes, by dynamic programming over unlike values in extended precision."""
    unlike, counts = np.unique(values - np.median(values), return_counts=True)
    weight, first, second = (
        np.concatenate([[0], np.cumsum(c.astype(np.longdouble))]) for c in (counts, counts * unlike, counts * unlike.astype(np.longdouble) ** 2)
    )

    def loss(low, high):
        n, s, q = weight[high] - weight[low], first[high] - first[low], second[high] - second[low]
        return np.maximum(q - s * s / n, 0)

    best = np.array([loss(0, high) for high in range(1, len(unlike) + 1)])
    for _ in range(1, min(k, len(unlike))):
        best = np.array([min(best[high], *(best[low - 1] + loss(low, high + 1) for low in range(1, high + 1))) if high else best[0] for high in range(len(unlike))])
    return float(best[-1])


def peers(case, scheme, make):
    """The peer's classes; None where it has none, or no end."""

    def no_end(*_):
        raise TimeoutError

    signal.signal(signal.SIGALRM, no_end)
    signal.alarm(10)
    try:
        return make()
    except Exception:  # The peer's refusals are of many kinds, and each is counted as one.
        case.ledger.refused[f"mapclassify, {scheme}"] += 1
        return None
    finally:
        signal.alarm(0)


def members(values, bounds):
    return np.searchsorted(np.asarray(bounds), values, side="left")


def dense(labels):
    return np.unique(labels, return_inverse=True)[1]


def bounds_agree(case, scheme, values, found, make):
    quantity = f"classes, {scheme}"
    if found is None:
        case.blame(quantity, f"jiju failed: {case.message}")
        return
    ours = np.array(found["breaks"], dtype=float)
    theirs = peers(case, scheme, make)
    top = float(values.max())
    if theirs is None:
        # Where all values are alike there is one class here, and an error there.
        if np.ptp(values) > 0:
            case.blame(quantity, "the peer has no classes of values that differ")
        else:
            case.hold(quantity, ours, [np.nan], relative=1e-12, rules=[("all alike", True, top)])
        return
    expected = np.asarray(theirs.bins, dtype=float)
    scale = max(float(np.abs(values).max()), 1e-300)
    # Bounds are multiples of sums: a value on one of them but for rounding may be on either side of it.
    unlike = np.unique(values)
    near = 1e-12 * scale
    settled = [unlike[np.argmin(np.abs(unlike - bound))] if np.abs(unlike - bound).min() <= near else bound for bound in expected]
    held = np.unique(members(values, settled))
    kept = np.append(np.array(settled)[held[held < len(settled)][:-1]] if len(held) > 1 else [], top)
    if scheme == "maximum-breaks" and ties(case, quantity, unlike, ours, len(expected) - 1):
        return
    if len(ours) == len(expected):
        case.hold(quantity, ours, expected, relative=1e-12, scale=scale, rules=[("classes left", len(kept) == len(expected), _like(kept, expected))])
    elif scheme.startswith("box-plot") and len(ours) == len(np.unique(expected)):
        nothing = np.full(len(expected) - len(ours), np.nan)
        alike = [("bounds alike", True, np.append(np.unique(expected), nothing))]
        case.hold(quantity, np.append(ours, nothing), expected, relative=1e-12, scale=scale, rules=alike)
    elif len(ours) == len(kept):
        padded = np.concatenate([ours, np.full(max(len(expected) - len(ours), 0), np.nan)])[: max(len(expected), len(ours))]
        other = np.concatenate([expected, np.full(max(len(ours) - len(expected), 0), np.nan)])
        left = np.concatenate([kept, np.full(max(len(expected) - len(kept), 0), np.nan)])
        case.hold(quantity, padded, other, relative=1e-12, scale=scale, rules=[("classes left", True, left)])
    else:
        case.blame(quantity, f"jiju {ours}, peer {expected}, of which {kept} hold values")
    case.same(f"members of classes, {scheme}", list(dense(members(values, unmoved(case, ours)))), list(dense(members(values, settled))))


def _like(kept, expected):
    return kept if len(kept) == len(expected) else np.full(len(expected), np.nan)


def unmoved(case, values):
    return np.asarray(values) / (1 - case.broken)


def ties(case, quantity, unlike, ours, cuts):
    """Where the narrowest of the cut gaps is as wide as one that is not cut, each of jiju's cuts has to be at a gap as wide."""
    gaps = np.diff(unlike)
    widest = np.sort(gaps)[::-1]
    if not (len(gaps) > cuts > 0 and widest[cuts - 1] - widest[cuts] <= 1e-12 * max(np.abs(unlike).max(), 1e-300)):
        return False
    at = np.searchsorted(unlike, unmoved(case, ours)[:-1], side="right") - 1
    middles = (unlike[at] + unlike[at + 1]) / 2
    case.hold(f"{quantity}, where gaps tie", ours[:-1], middles, relative=1e-12, scale=float(np.abs(unlike).max()))
    case.hold(f"{quantity}, widths where gaps tie", np.sort(gaps[at])[::-1], widest[: len(at)], relative=1e-9)
    return True


def campaign(case, table, names):
    for name in names:
        values = np.asarray(table[name], dtype=float)
        values = values[~np.isnan(values)]
        k = int(case.chance.integers(2, 9))
        words = ("classify", "table.csv", "--value", name)
        for scheme, of_k in OF_K.items():
            found = case.run(*words, "--scheme", scheme, "-k", k)
            bounds_agree(case, scheme, values, found, lambda: of_k(values, k=k))
        for scheme, alone in ALONE.items():
            found = case.run(*words, "--scheme", scheme)
            bounds_agree(case, scheme, values, found, lambda: alone(values))
        k = min(k, len(np.unique(values)))
        for scheme, of_k in LOSSES.items():
            found = case.run(*words, "--scheme", scheme, "-k", k)
            if found is None:
                case.blame(f"loss of classes, {scheme}", f"jiju failed: {case.message}")
                continue
            loss = absolutes if scheme == "jenks-caspall" else squares
            breaks = np.array(found["breaks"], dtype=float)
            mine = loss(values, breaks)
            # The rounding of values themselves: what is below it is nothing.
            floor = len(values) * (2e-16 * np.abs(values).max()) ** 2 if loss is squares else len(values) * 2e-16 * np.abs(values).max()
            if scheme == "fisher-jenks":
                case.hold("loss of classes, fisher-jenks, by dynamic programming", mine, least_squares(values, k), absolute=floor)
            theirs = peers(case, scheme, lambda: of_k(values, k=k))
            if theirs is not None:
                case.at_most(f"loss of classes, {scheme}", mine, loss(values, np.asarray(theirs.bins, dtype=float)), absolute=floor)
            fit, own = found["fit"], unmoved(case, breaks)
            case.hold("fit, squared deviation", fit["squared_deviation"], squares(values, own), absolute=floor)
            case.hold("fit, absolute deviation", fit["absolute_deviation"], absolutes(values, own), absolute=len(values) * 2e-16 * np.abs(values).max())
